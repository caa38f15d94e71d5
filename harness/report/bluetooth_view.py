"""What was seen over Bluetooth, as a report shows it: links with their levels, and what each opens.

The level table stands for each visit in which the sample was paired with. It says what happened and
nothing of what ought to: which level a value needs is the supplier's to declare.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from harness.assessment.criteria.bluetooth import INFORMATION
from harness.assessment.criteria.bluetooth_values import UPDATES
from harness.facts.base import Facts
from harness.facts.bluetooth import (
    Access,
    AccessAtLevel,
    BluetoothAdvertisingFacts,
    BluetoothPairingFacts,
    Characteristic,
    Level,
    PairingTry,
)
from harness.facts.bluetooth_classic import BluetoothClassicFacts, Cipher, ClassicTry, LinkKey
from harness.facts.store import FactBase, FactRecord
from harness.model.observation import Absent, Observation, Present
from harness.model.radio import Faked

LEVELS: Final = {
    Level.OPEN: "not encrypted",
    Level.UNAUTHENTICATED: "encrypted, not authenticated",
    Level.AUTHENTICATED: "authenticated",
    Level.SECURE_CONNECTIONS: "authenticated, LE Secure Connections",
}
"""Levels of LE security mode 1 in words."""
_BASE: Final = "-0000-1000-8000-00805f9b34fb"
_ASSIGNED: Final = {
    "1800": "Generic Access",
    "1801": "Generic Attribute",
    "180a": "Device Information",
    "180f": "Battery",
    "2a00": "device name",
    "2a01": "appearance",
    "2a05": "service changed",
    "2a19": "battery level",
    "2b29": "client features",
    "2b2a": "database hash",
}
"""Names of 16-bit UUIDs that many a device has (Assigned Numbers, 3.4 and 3.8)."""
_ACCESSES: Final = {
    Access.GRANTED: "yes",
    Access.REFUSED: "refused",
    Access.IMPOSSIBLE: "not permitted to anybody",
    Access.OTHER: "another error",
    Access.SILENT: "no answer",
    Access.UNTRIED: "not tried",
}
_CIPHERS: Final = {Cipher.NONE: "not encrypted", Cipher.E0: "E0", Cipher.AES_CCM: "AES-CCM"}
_KEYS: Final = {each.value: each.name.lower().replace("_", " ") for each in LinkKey}
_FAKES: Final = {
    Faked.LINK_KEY: "whether both sides encrypt under the same key",
    Faked.CLASSIC_KEY_SIZE: "the size of keys over Classic",
    Faked.LEGACY_PIN: "pairing by PIN",
    Faked.CLASSIC_NUMBER: "the number that is compared over Classic",
}
"""What a virtual radio pretends, of what this page shows."""


@dataclass(frozen=True)
class LinkView:
    """A kind of link that came about.

    Attributes:
        how: association model, or kind of link key.
        secured: what else tells of its strength.
        level: ``LE security mode 1, level 4``.
    """

    how: str
    secured: str
    level: str


@dataclass(frozen=True)
class ValueView:
    """A characteristic: what reading and writing it came to on each level that was reached."""

    uuid: str
    name: str
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ServiceView:
    """A GATT service with its characteristics."""

    uuid: str
    name: str
    values: tuple[ValueView, ...]


@dataclass(frozen=True)
class TryView:
    """One pairing that the bench began, and what came of it."""

    name: str
    came: str


@dataclass(frozen=True)
class LeView:
    """LE in one visit.

    Attributes:
        visit: ``A, initialised``.
        links: each kind that came about once.
        tries: every pairing that was begun.
        levels: those of links that came about, weakest first; the columns of the table.
        missing: the others.
        pretended: what the radio only pretends.
        whole: the sample said that it has no more services.
    """

    visit: str
    links: tuple[LinkView, ...]
    tries: tuple[TryView, ...]
    levels: tuple[Level, ...]
    missing: tuple[Level, ...]
    services: tuple[ServiceView, ...]
    pretended: tuple[str, ...]
    whole: bool


@dataclass(frozen=True)
class ClassicView:
    """Classic in one visit: links, pairings, and each service with what an open link got of it."""

    visit: str
    links: tuple[LinkView, ...]
    tries: tuple[TryView, ...]
    services: tuple[tuple[str, str, str], ...]
    pretended: tuple[str, ...]


@dataclass(frozen=True)
class AirView:
    """Advertising in one visit: for how long it was listened to, and each address."""

    visit: str
    window_s: float
    addresses: tuple[tuple[str, str, str, float], ...]


@dataclass(frozen=True)
class BluetoothView:
    """What was seen over Bluetooth; false if nobody looked."""

    air: tuple[AirView, ...]
    le: tuple[LeView, ...]
    classic: tuple[ClassicView, ...]

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.air or self.le or self.classic)


def bluetooth_of(survey: FactBase) -> BluetoothView:
    """Everything of a survey that came over Bluetooth, visit by visit."""
    air, le, classic = [], [], []
    for record in survey.records:
        visit, facts = _visit(record), record.facts
        if isinstance(facts, BluetoothAdvertisingFacts):
            air.append(_air(visit, facts))
        elif isinstance(facts, BluetoothPairingFacts):
            le.append(_le(visit, facts))
        elif isinstance(facts, BluetoothClassicFacts):
            classic.append(_classic(visit, facts))
    return BluetoothView(tuple(air), tuple(le), tuple(classic))


def _visit(record: FactRecord[Facts]) -> str:
    return f"{record.key.sample}, {record.state.value}"


def _air(visit: str, facts: BluetoothAdvertisingFacts) -> AirView:
    heard = (
        (each.address, each.kind, each.name, round(each.last_s - each.first_s, 1))
        for each in facts.advertisers
    )
    return AirView(visit, facts.window_s, tuple(heard))


def _le(visit: str, facts: BluetoothPairingFacts) -> LeView:
    reached = {row.level for value in facts.characteristics for row in value.table}
    levels = tuple(level for level in Level if level in reached)
    made = {_le_link(each): None for each in facts.tries if each.completed}
    return LeView(
        visit=visit,
        links=tuple(made),
        tries=tuple(TryView(each.name, _le_outcome(each)) for each in facts.tries),
        levels=levels,
        missing=tuple(level for level in Level if level not in reached),
        services=tuple(_services(facts.characteristics, levels)),
        pretended=_pretended(facts.fakes),
        whole=isinstance(facts.listed, Present),
    )


def _le_link(tried: PairingTry) -> LinkView:
    kind = "LE Secure Connections" if tried.secure_connections else "LE Legacy Pairing"
    return LinkView(
        how=tried.model.replace("-", " "),
        secured=f"{kind}, key of {tried.key_size} bytes",
        level=f"LE security mode 1, level {tried.level.value}: {LEVELS[tried.level]}",
    )


def _le_outcome(tried: PairingTry) -> str:
    if tried.completed:
        return f"completed: {tried.model.replace('-', ' ')}, level {tried.level.value}"
    why = f", {tried.reason.replace('-', ' ')}" if tried.reason else ""
    return f"request {tried.answer}{why}, not completed"


def _services(values: Iterable[Characteristic], levels: tuple[Level, ...]) -> Iterator[ServiceView]:
    found: dict[str, list[ValueView]] = {}
    for value in values:
        rows = {row.level: row for row in value.table}
        cells = tuple(_cell(value, rows.get(level)) for level in levels)
        found.setdefault(value.service, []).append(
            ValueView(_short(value.uuid), _name(value.uuid), cells)
        )
    for service, members in found.items():
        yield ServiceView(_short(service), _name(service), tuple(members))


def _cell(value: Characteristic, row: AccessAtLevel | None) -> tuple[str, ...]:
    """Reading and writing on one level; what the value does not offer only if it was had."""
    said = []
    for operation, offered in (("read", value.readable), ("write", value.writable)):
        access = getattr(row, operation, Access.UNTRIED)
        if offered or access in {Access.GRANTED, Access.REFUSED}:
            said.append(f"{operation}: {_ACCESSES[access]}")
    return tuple(said)


def _short(uuid: str) -> str:
    """``0x180a`` of a UUID of the Bluetooth SIG."""
    return f"0x{uuid[4:8]}" if uuid.startswith("0000") and uuid.endswith(_BASE) else uuid


def _name(uuid: str) -> str:
    known = INFORMATION.get(uuid) or UPDATES.get(uuid)
    return known or _ASSIGNED.get(_short(uuid).removeprefix("0x"), "")


def _pretended(fakes: Iterable[str]) -> tuple[str, ...]:
    return tuple(said for fake, said in _FAKES.items() if fake.value in fakes)


def _classic(visit: str, facts: BluetoothClassicFacts) -> ClassicView:
    made = {_classic_link(each): None for each in facts.tries if each.answer == "completed"}
    services = (
        (each.name, "yes" if each.listed else "no", _opened(each.open)) for each in facts.services
    )
    return ClassicView(
        visit=visit,
        links=tuple(made),
        tries=tuple(TryView(each.name, _classic_outcome(each)) for each in facts.tries),
        services=tuple(services),
        pretended=_pretended(facts.fakes),
    )


def _classic_link(tried: ClassicTry) -> LinkView:
    size = f"key of {tried.key_size} bytes" if tried.key_size else "size of the key not told"
    return LinkView(
        how=_key(tried.key),
        secured=f"{_CIPHERS[tried.cipher]}, {size}",
        level=f"security mode 4, level {tried.level}",
    )


def _classic_outcome(tried: ClassicTry) -> str:
    if tried.answer == "completed":
        return f"completed: {_key(tried.key)}, level {tried.level}"
    why = f", error 0x{tried.status:02x}" if tried.status else ""
    return f"{tried.answer}{why}"


def _key(kind: int | None) -> str:
    if kind is None:
        return "no link key"
    return f"link key: {_KEYS.get(kind, f'type {kind}')}"


def _opened(seen: Observation) -> str:
    if isinstance(seen, Present):
        return "yes"
    return "refused" if isinstance(seen, Absent) else "not decided"
