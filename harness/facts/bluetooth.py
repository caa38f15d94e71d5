"""What a device lets strangers see and do over Bluetooth LE.

Levels are those of LE security mode 1 (Core, Vol 3, Part C, 10.2.1; NIST SP 800-121 Rev. 2,
section 3.2.2): 1 without encryption, 2 encrypted after a pairing that nobody authenticated, 3
authenticated, 4 authenticated with LE Secure Connections and a key of 128 bits.
"""

from enum import IntEnum, StrEnum
from typing import ClassVar, Final

from harness.facts.base import Facts
from harness.facts.discovery import IdentifierKind, IdentifierSighting
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation, Unknown

WHOLE_KEY: Final = 16
"""Bytes of a key that was not shortened."""


class Level(IntEnum):
    """How a link is secured."""

    OPEN = 1
    UNAUTHENTICATED = 2
    AUTHENTICATED = 3
    SECURE_CONNECTIONS = 4


class Access(StrEnum):
    """What became of reading or writing a value."""

    GRANTED = "granted"
    REFUSED = "refused"
    """For want of a better secured link."""
    IMPOSSIBLE = "impossible"
    """Whoever asks: the value is not for reading, or not for writing."""
    OTHER = "other"
    """An error that says nothing of security."""
    SILENT = "silent"
    UNTRIED = "untried"


class Advertiser(Frozen):
    """One address of the device, with what it said.

    Attributes:
        kind: ``public``, ``static-random``, ``resolvable-private``, ``non-resolvable-private``.
        first_s: seconds from the beginning of the window to the first report.
        last_s: and to the last one.
        name: local name; ``""`` if none was said. Neutralised.
        services: UUIDs in full.
        manufacturer: manufacturer specific data in hex.
    """

    address: str
    kind: str
    first_s: float
    last_s: float
    name: str = ""
    services: tuple[str, ...] = ()
    manufacturer: tuple[str, ...] = ()
    evidence: EvidenceRef


class BluetoothAdvertisingFacts(Facts):
    """What a sample says into the air (probe ``bluetooth-advertising``).

    Attributes:
        window_s: how long the bench listened.
        advertisers: addresses that the sample used, in the order in which they were heard.
        others: how many other addresses were heard; nothing else of them is kept.
        heard: the sample was heard at all.
        trackable: the sample kept an address that tells it from others through the whole window.
            Absent: it changed a private address, and was heard under both.
        identifiers: what leaked.
        known: the kinds of identifiers that the bench knew of this unit.
        identifying: any identifier leaked. Absent: none of those that the bench knows of the
            sample, in payloads of a sample that was heard.
        heard_out: every payload of the sample was heard whole, and its scan response.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-bluetooth-advertising/1"
    PROBE: ClassVar[str] = "bluetooth-advertising"

    window_s: float
    advertisers: tuple[Advertiser, ...] = ()
    others: int = 0
    heard: Observation
    trackable: Observation
    identifiers: tuple[IdentifierSighting, ...] = ()
    known: tuple[IdentifierKind, ...] = ()
    identifying: Observation
    heard_out: Observation = Unknown(reason="it was not looked whether anything is missing")

    @property
    def kept_s(self) -> float:
        """The longest time from the first to the last report of one address."""
        return max((each.last_s - each.first_s for each in self.advertisers), default=0.0)


class AccessAtLevel(Frozen):
    """What became of one value on a link of one level."""

    level: Level
    read: Access = Access.UNTRIED
    write: Access = Access.UNTRIED
    evidence: EvidenceRef


class Characteristic(Frozen):
    """A characteristic and the level table of its value.

    Attributes:
        service: UUID of the service, in full.
        uuid: its own.
        handle: of the value.
        readable: its properties offer reading.
        writable: they offer writing, with or without response.
        table: one entry for each level that was reached.
    """

    service: str
    uuid: str
    handle: int
    readable: bool
    writable: bool
    table: tuple[AccessAtLevel, ...] = ()

    def lowest(self, operation: str) -> Level | None:
        """The lowest level at which ``read`` or ``write`` was granted; None if at none."""
        granted = [row.level for row in self.table if getattr(row, operation) is Access.GRANTED]
        return min(granted, default=None)


class PairingTry(Frozen):
    """One pairing that was begun.

    Attributes:
        name: which one of the bench's list.
        answer: ``accepted``, ``refused``, ``silent`` or ``closed``: what met the request.
        completed: it went on to an encrypted link.
        model: association model; ``""`` if it never came to one.
        secure_connections: both sides agreed on LE Secure Connections.
        key_size: bytes agreed on; 0 without a response.
        reason: why it failed, in the words of the Security Manager; ``""`` otherwise.
    """

    name: str
    answer: str
    completed: bool = False
    model: str = ""
    secure_connections: bool = False
    key_size: int = 0
    reason: str = ""
    evidence: EvidenceRef

    @property
    def level(self) -> Level:
        """How a link under the keys of this pairing is secured."""
        if self.model in {"", "just-works"}:
            return Level.UNAUTHENTICATED
        whole = self.secure_connections and self.key_size == WHOLE_KEY
        return Level.SECURE_CONNECTIONS if whole else Level.AUTHENTICATED


class BluetoothPairingFacts(Facts):
    """How a sample pairs, and what each level of security opens (probe ``bluetooth-pairing``).

    An observation is Present when the weakness was seen; Absent needs a pairing that the sample
    did complete on the same bench, as control.

    Attributes:
        tries: every pairing that the bench began.
        control: one that a person at the sample wanted was completed.
        outside_mode: a pairing was accepted while nobody had asked the sample for one.
        over_bond: a bonded sample accepted another pairing without anybody's action.
        legacy: LE Legacy Pairing was accepted.
        unauthenticated: Just Works was accepted.
        short_key: a key of less than 16 bytes was accepted.
        fixed_passkey: the sample showed or accepted the same passkey twice.
        guessable_passkey: it showed one that anybody tries first. Absent: it showed others.
        unlimited: wrong passkeys went on being answered as before.
        wrong_key_accepted: a link was encrypted under a key that the sample never agreed on.
        open_after_bond: what was closed before a bond was open without encryption after it.
        listed: all characteristics are known: the sample said that there are no more.
        fakes: what the bench's radio only pretends (`harness.model.radio.Faked`).
        characteristics: with their level tables.
        information: what the Device Information service tells: characteristic -> text.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-bluetooth-pairing/1"
    PROBE: ClassVar[str] = "bluetooth-pairing"

    tries: tuple[PairingTry, ...] = ()
    control: Observation
    outside_mode: Observation
    over_bond: Observation
    legacy: Observation
    unauthenticated: Observation
    short_key: Observation
    fixed_passkey: Observation
    guessable_passkey: Observation = Unknown(reason="no passkey was read")
    unlimited: Observation
    wrong_key_accepted: Observation
    open_after_bond: Observation
    listed: Observation = Unknown(reason="it was not looked whether there are more")
    fakes: tuple[str, ...] = ()
    characteristics: tuple[Characteristic, ...] = ()
    information: dict[str, str] = {}


class BluetoothInputFacts(Facts):
    """How a sample takes malformed protocol units (probe ``bluetooth-input``).

    Attributes:
        sent: how many malformed units.
        survived: a good request was answered after each of them.
        crash: after one of them the sample answered no good request, and could not be connected to
            any more. Absent: it was asked after every one, and answered.
        culprit: that unit, in hex; ``""`` if there was none.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-bluetooth-input/1"
    PROBE: ClassVar[str] = "bluetooth-input"

    sent: int
    survived: int
    crash: Observation
    culprit: str = ""
