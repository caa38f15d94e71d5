"""Identifiers of one unit in texts that anybody can read (pure).

Only an identifier that the bench knows is found: nothing in a string of digits tells whether it is
the serial number of this unit or the same on all of them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from harness.encoding.journal import JournalRecord
from harness.encoding.text import neutralise
from harness.facts.discovery import IdentifierKind, IdentifierSighting, SerialClaim
from harness.model.observation import EvidenceRef

MIN_SERIAL: Final = 5
MIN_SECRET: Final = 8
MAX_SIGHTINGS: Final = 100
_MAC: Final = re.compile(r"[0-9a-f]{12}")
_SERIAL_NAMES: Final = frozenset({"serial", "serialnumber", "serialno", "sn", "ser", "serno"})


@dataclass(frozen=True)
class Text:
    """Something that an endpoint told.

    Attributes:
        where: the place in what it told.
        name: name of the field that holds it, ``""`` if it has none.
    """

    target: str
    where: str
    text: str
    evidence: EvidenceRef
    name: str = ""


@dataclass(frozen=True)
class Identifiers:
    """What the bench knows of one unit."""

    serial: str = ""
    macs: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[IdentifierKind, ...]:
        """The kinds that can be looked for."""
        return tuple(dict.fromkeys(kind for kind, _ in self._patterns()))

    def sightings(self, texts: Iterable[Text]) -> tuple[IdentifierSighting, ...]:
        """Where any of them occurs, each text and kind once, at most `MAX_SIGHTINGS`."""
        patterns = list(self._patterns())
        found: dict[tuple[str, str, str], IdentifierSighting] = {}
        for text in texts:
            for kind, pattern in patterns:
                key = (text.target, text.where, kind)
                if key not in found and pattern.search(text.text):
                    found[key] = IdentifierSighting(
                        target=text.target,
                        kind=kind,
                        where=text.where,
                        text=neutralise(text.text, 200),
                        evidence=text.evidence,
                    )
        return tuple(found.values())[:MAX_SIGHTINGS]

    def _patterns(self) -> Iterator[tuple[IdentifierKind, re.Pattern[str]]]:
        if len(self.serial) >= MIN_SERIAL:
            before = _no_more_of(self.serial[0], "(?<!{})")
            after = _no_more_of(self.serial[-1], "(?!{})")
            serial = re.compile(f"(?i){before}{re.escape(self.serial)}{after}")
            yield IdentifierKind.SERIAL, serial
        for mac in self.macs:
            digits = re.sub(r"[^0-9a-f]", "", mac.lower())
            if _MAC.fullmatch(digits):
                pairs = re.findall("..", digits)
                yield IdentifierKind.MAC, re.compile("(?i)" + "[-:. ]?".join(pairs))
        for secret in self.secrets:
            if len(secret) >= MIN_SECRET:
                yield IdentifierKind.SECRET, re.compile(re.escape(secret))


def _no_more_of(edge: str, look: str) -> str:
    """A longer number or word that only contains the serial number is another one."""
    if edge.isdigit():
        return look.format("[0-9]")
    return look.format("[a-z]") if edge.isalpha() else ""


def claims(texts: Iterable[Text]) -> tuple[SerialClaim, ...]:
    """Fields that call themselves a serial number and hold something, each once."""
    found: dict[tuple[str, str, str], SerialClaim] = {}
    for text in texts:
        named = re.sub("[^a-z]", "", text.name.lower()) in _SERIAL_NAMES
        if named and re.search("[0-9A-Za-z]", text.text):
            claim = SerialClaim(
                target=text.target,
                where=text.where,
                text=neutralise(text.text, 200),
                evidence=text.evidence,
            )
            found.setdefault((text.target, text.where, text.text), claim)
    return tuple(found.values())[:MAX_SIGHTINGS]


def read_identifiers(record: JournalRecord) -> Identifiers:
    """What the probe was told of the unit, from its inputs.

    Raises:
        CaptureError: ``serial`` is not text, or another field not a list.
    """
    return Identifiers(
        serial=record.text("serial"),
        macs=_texts(record, "macs"),
        secrets=_texts(record, "secrets"),
    )


def _texts(record: JournalRecord, name: str) -> tuple[str, ...]:
    return tuple(entry for entry in record.listed(name) if isinstance(entry, str))
