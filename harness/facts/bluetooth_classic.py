"""What a device lets strangers see and do over Bluetooth Classic (BR/EDR).

Levels are those of security mode 4 (Core, Vol 3, Part C, 5.2.2.8; NIST SP 800-121 Rev. 2, section
3.1.1): 0 without security, 2 under an unauthenticated link key, 3 under an authenticated one, 4
under an authenticated one of Secure Connections with a key of 128 bits. Level 1 differs from 0 in
what a device asks for, not in what can be seen.
"""

from enum import IntEnum
from typing import ClassVar

from harness.facts.base import Facts
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation


class LinkKey(IntEnum):
    """How a link key was made (Core, Vol 4, Part E, 7.7.24)."""

    PIN = 0
    """Legacy pairing."""
    DEBUG = 3
    UNAUTHENTICATED_P192 = 4
    AUTHENTICATED_P192 = 5
    UNAUTHENTICATED_P256 = 7
    AUTHENTICATED_P256 = 8


class Cipher(IntEnum):
    """How a link is encrypted (7.7.8)."""

    NONE = 0
    E0 = 1
    AES_CCM = 2


class ClassicTry(Frozen):
    """One pairing that was begun.

    Attributes:
        name: which one of the bench's list.
        answer: ``completed``; ``refused``: the sample said so or hung up; ``silent``: it
            did neither, as far as the bench can tell.
        status: HCI error code with which it failed (Core, Vol 1, Part F); 0 otherwise.
        capability: what the sample said that it can show and take, 0 to 3; None if it did not.
        key: how the link key was made (`LinkKey`); None if there was none.
        cipher: of the link afterwards (`Cipher`).
        key_size: bytes of the encryption key; 0 if it was not told.
        level: of the link in security mode 4.
    """

    name: str
    answer: str
    status: int = 0
    capability: int | None = None
    key: int | None = None
    cipher: Cipher = Cipher.NONE
    key_size: int = 0
    level: int = 0
    evidence: EvidenceRef


class ClassicService(Frozen):
    """Something that listens, or that a service record speaks of.

    Attributes:
        name: ``rfcomm/3``, ``l2cap/0x0019``.
        listed: a service record names it.
        open: it was opened without a pairing. Absent: it was refused, and opened after one.
    """

    name: str
    listed: bool
    open: Observation


class BluetoothClassicFacts(Facts):
    """How a sample pairs and what it serves over Classic (probe ``bluetooth-classic``).

    An observation is Present when the weakness was seen; Absent needs its control in the same run.

    Attributes:
        fakes: what the bench's radio only pretends (`harness.model.radio.Faked`).
        window_s: how long a pairing window that somebody opened before may stay open.
        name: what it calls itself; ``""`` if it did not say. Neutralised.
        heard: it answered at all.
        tries: every pairing that the bench began.
        control: one that a person at the sample wanted was completed.
        services: with what became of opening each.
        listed: the service records were read to their end.
        discoverable: it answered inquiries for the whole window although nobody asked for that.
            Absent: it did not answer, though it did when somebody had asked, or earlier.
        outside_mode: a pairing was completed while nobody had asked the sample for one.
        unauthenticated: a link key was made that nobody authenticated.
        legacy_pin: a pairing by PIN was completed.
        without_secure_connections: a link key was made on P-192 although the bench can do better.
        short_key: a link was encrypted with a key of less than 16 bytes.
        open_service: a service was opened without a pairing.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-bluetooth-classic/1"
    PROBE: ClassVar[str] = "bluetooth-classic"

    fakes: tuple[str, ...] = ()
    window_s: float
    name: str = ""
    heard: Observation
    tries: tuple[ClassicTry, ...] = ()
    control: Observation
    services: tuple[ClassicService, ...] = ()
    listed: Observation
    discoverable: Observation
    outside_mode: Observation
    unauthenticated: Observation
    legacy_pin: Observation
    without_secure_connections: Observation
    short_key: Observation
    open_service: Observation
