"""The values that a sample offers, and what each level of security opened of them (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from harness.encoding.text import neutralise, to_latin
from harness.facts.bluetooth import WHOLE_KEY, Access, AccessAtLevel, Characteristic, Level
from harness.interpret.bluetooth import attributes
from harness.interpret.bluetooth.attributes import Exchange, Opcode
from harness.interpret.bluetooth.links import Link
from harness.interpret.bluetooth.security import Model, Pairing
from harness.interpret.bluetooth.steps import Recording
from harness.model.observation import Observation, Unknown

INFORMATION_SERVICE: Final = "0000180a-0000-1000-8000-00805f9b34fb"
_MAX_TEXT: Final = 100
_STRENGTH: Final = (
    Access.UNTRIED,
    Access.IMPOSSIBLE,
    Access.REFUSED,
    Access.OTHER,
    Access.SILENT,
    Access.GRANTED,
)
"""Of two tries on one level the later one here counts: a gap is no refusal, and nothing takes back
what was granted."""


def level_of(pairing: Pairing | None) -> Level | None:
    """The level of a link under the key of a completed pairing (Core, Vol 3, Part C, 10.2.1).

    None if nobody can tell how the key was made.
    """
    if pairing is None or not pairing.completed or pairing.model is None:
        return None
    if pairing.model is Model.JUST_WORKS:
        return Level.UNAUTHENTICATED
    if pairing.secure_connections and pairing.key_size == WHOLE_KEY:
        return Level.SECURE_CONNECTIONS
    return Level.AUTHENTICATED


@dataclass
class _Value:
    """A characteristic while its table is being filled."""

    service: str
    declared: attributes.Characteristic
    rows: dict[Level, AccessAtLevel] = field(default_factory=dict)


class Values:
    """What the link without security showed, and what became of it on the others."""

    def __init__(self, recording: Recording, link: Link | None) -> None:
        """Read the list from ``link``, on which the bench searched; None if there was none."""
        self._recording = recording
        self._open = tuple(attributes.exchanges(link)) if link else ()
        services = [found for each in self._open for found in attributes.services_in(each)]
        found = [found for each in self._open for found in attributes.characteristics_in(each)]
        self._unreadable = any(not each.uuid for each in found)
        self._values: dict[int, _Value] = {}
        for each in found:
            if each.uuid:
                known = self._values.get(each.handle)
                offered = each.properties | (known.declared.properties if known else 0)
                declared = replace(each, properties=offered)
                self._values[each.handle] = _Value(_service_of(each, services), declared)

    def listed(self) -> Observation:
        """Whether the sample said that there are no more characteristics than those it listed."""
        if self._unreadable:
            return Unknown(reason="the list of characteristics holds one without a UUID")
        for exchange in self._open:
            if attributes.ends_list(exchange) and exchange.answer is not None:
                return self._recording.seen(exchange.answer.packet.number)
        return Unknown(reason="the list of characteristics did not come to its end")

    def information(self) -> dict[str, str]:
        """What the Device Information service told without a pairing, by characteristic."""
        told = {}
        for exchange in self._open:
            value = self._values.get(exchange.handle or 0)
            read = exchange.opcode == Opcode.READ and exchange.succeeded
            if value and value.service == INFORMATION_SERVICE and read:
                told[value.declared.uuid] = neutralise(to_latin(exchange.value), _MAX_TEXT)
        return told

    def enter(self, link: Link, level: Level | None) -> None:
        """Enter what was tried on a link, of ``level`` where it was encrypted; None: unknown."""
        for exchange in attributes.exchanges(link):
            value = self._values.get(exchange.handle or 0)
            reached = level if exchange.encrypted else Level.OPEN
            if value is not None and reached is not None:
                self._enter(value, exchange, reached)

    def _enter(self, value: _Value, exchange: Exchange, level: Level) -> None:
        evidence = self._recording.ref(exchange.request.packet.number)
        row = value.rows.get(level) or AccessAtLevel(level=level, evidence=evidence)
        name = "write" if exchange.opcode == Opcode.WRITE else "read"
        access = _access(exchange, value.declared.properties)
        if exchange.opcode == Opcode.READ_BLOB and access is not Access.GRANTED:
            return  # a value that is not long may be refused for that; the plain read tells
        if _STRENGTH.index(access) > _STRENGTH.index(getattr(row, name)):
            granted = access is Access.GRANTED
            changed = {name: access, "evidence": evidence if granted else row.evidence}
            value.rows[level] = row.model_copy(update=changed)

    def table(self) -> tuple[Characteristic, ...]:
        """Every characteristic with its level table."""
        return tuple(
            Characteristic(
                service=value.service,
                uuid=value.declared.uuid,
                handle=value.declared.handle,
                readable=bool(value.declared.properties & attributes.READABLE),
                writable=bool(value.declared.properties & attributes.WRITABLE),
                table=tuple(value.rows[level] for level in sorted(value.rows)),
            )
            for value in self._values.values()
        )


def _service_of(
    characteristic: attributes.Characteristic, services: Iterable[attributes.Service]
) -> str:
    for service in services:
        if service.first <= characteristic.handle <= service.last:
            return service.uuid
    return ""


def is_refused(exchange: Exchange) -> bool:
    """Refused for want of a better secured link."""
    return exchange.error in attributes.SECURITY_ERRORS


def _access(exchange: Exchange, properties: int) -> Access:
    if exchange.answer is None:
        return Access.SILENT
    if exchange.succeeded:
        return Access.GRANTED
    if is_refused(exchange):
        return Access.REFUSED
    errors = attributes.AttError
    # Where only writes without answer are offered, a request to write proves nothing of them.
    write = exchange.error == errors.WRITE_NOT_PERMITTED and properties & attributes.ANSWERED_WRITE
    impossible = write or exchange.error == errors.READ_NOT_PERMITTED
    return Access.IMPOSSIBLE if impossible else Access.OTHER
