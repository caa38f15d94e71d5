"""Where keys and values lie in what crossed the connections of a capture of Bluetooth packets."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from harness.evidence.hci_units import Found, Unit

ATT: Final = 0x0004
SMP: Final = 0x0006
_SMP_CLASSIC: Final = 0x0007
_SIGNALS, _LE_SIGNALS = 0x0001, 0x0005
_SIGNAL_HEAD: Final = 4
_SDP, _RFCOMM = 0x0001, 0x0003
_CHANNEL_ASKED, _CHANNEL_ANSWERED = 0x02, 0x03
_INFORMATION, _CREDITS = 0xEF, 0x10
_SECURITY_KEYS: Final = frozenset({0x03, 0x04, 0x06, 0x08, 0x0A, 0x0D})
_TOLD_BY_ALL: Final = frozenset({b"\x00\x18", b"\x0a\x18"})
_DECLARATIONS: Final = frozenset({b"\x02\x28", b"\x03\x28"})
_READS: Final = frozenset({0x08, 0x0A, 0x0C})
_READ: Final = {0x09: 2, 0x0B: 1, 0x0D: 1}
"""Answers to them, and where the values begin."""
_NAMING_HANDLE: Final = {0x12: 3, 0x52: 3, 0xD2: 3, 0x1B: 3, 0x1D: 3, 0x16: 5, 0x17: 5}
_NO_VALUES: Final = frozenset(
    {0x01, 0x02, 0x03, 0x04, 0x05, 0x07, 0x0E, 0x10, 0x11, 0x13, 0x18, 0x19, 0x1E, 0x20, *_READS}
)
_ERROR: Final = 0x01


@dataclass
class Link:
    """What is known of one connection from what crossed it so far.

    Attributes:
        told: handles of what every device tells.
        pending: for each read that the bench waits for, whether every device tells what it asks.
        protocols: (to the DUT?, channel) -> protocol.
    """

    told: list[range]
    pending: list[bool] = field(default_factory=list)
    protocols: dict[tuple[bool, int], int] = field(default_factory=dict)


def crossing(unit: Unit, link: Link) -> Iterator[Found]:
    """What has to be replaced in a frame, in the light of those before it.

    Raises:
        struct.error, IndexError: it is cut short.
    """
    protocol = link.protocols.get((unit.packet.sent, unit.channel))
    if unit.channel in {SMP, _SMP_CLASSIC}:
        yield from _security(unit)
    elif unit.channel == ATT:
        yield from _value(unit, link)
    elif unit.channel == _SIGNALS:
        _learn_protocols(unit, link)
    elif protocol == _RFCOMM:
        yield from _serial_data(unit)
    elif unit.channel != _LE_SIGNALS and protocol != _SDP:
        yield Found("value", unit.at)


def _learn_protocols(unit: Unit, link: Link) -> None:
    """Keep which channel speaks what: asked for by number, then named by the answer."""
    at, sent = 0, unit.packet.sent
    while at + _SIGNAL_HEAD <= len(unit.data):
        code, length = unit.data[at], struct.unpack_from("<H", unit.data, at + 2)[0]
        if code in {_CHANNEL_ASKED, _CHANNEL_ANSWERED}:
            one, asker = struct.unpack_from("<HH", unit.data, at + _SIGNAL_HEAD)
            if code == _CHANNEL_ASKED:
                link.protocols[not sent, asker] = one
            elif (sent, asker) in link.protocols:
                link.protocols[not sent, one] = link.protocols[sent, asker]
        at += _SIGNAL_HEAD + length


def _serial_data(unit: Unit) -> Iterator[Found]:
    """What crosses a server channel of RFCOMM; channel 0 holds no data (TS 07.10, 5.2)."""
    if unit.data[1] & ~_CREDITS == _INFORMATION and unit.data[0] >> 2:
        head = 3 if unit.data[2] & 1 else 4
        yield Found("value", unit.at[head + bool(unit.data[1] & _CREDITS) : -1])


def _security(unit: Unit) -> Iterator[Found]:
    code = unit.data[0]
    if code in _SECURITY_KEYS:
        yield Found("key", unit.at[1:])
    elif code == 0x09:  # noqa: PLR2004  (Identity Address Information)
        yield Found("address", unit.span(2, 6), unit.data[2:8], bool(unit.data[1]))


def told_by_all(data: bytes) -> Iterator[range]:
    """Handles of services that tell every device's name and make (Vol 3, Part F, 3.4.4.10)."""
    if data[:1] == b"\x11" and len(data) > 2 and data[1] == 6:  # noqa: PLR2004  (16-bit UUIDs)
        for at in range(2, len(data) - 5, 6):
            first, last = struct.unpack_from("<HH", data, at)
            if data[at + 4 : at + 6] in _TOLD_BY_ALL:
                yield range(first, last + 1)


def _value(unit: Unit, link: Link) -> Iterator[Found]:
    """An answer counts for what every device tells only if nothing else was asked for meanwhile."""
    code, sent = unit.data[0], unit.packet.sent
    if sent and code in _READS:
        link.pending.append(_asks_what_all_tell(unit.data, link.told))
    elif code in _READ:
        known = bool(link.pending) and all(link.pending) and not sent
        del link.pending[: not sent]
        if not known:
            yield Found("value", unit.at[_READ[code] :])
    elif code in _NAMING_HANDLE:
        handle = int.from_bytes(unit.data[1:3], "little")
        if not any(handle in each for each in link.told):
            yield Found("value", unit.at[_NAMING_HANDLE[code] :])
    elif code == _ERROR and not sent and unit.data[1] in _READS:
        del link.pending[:1]
    elif code not in _NO_VALUES and not sent:
        yield Found("value", unit.at[1:])


def _asks_what_all_tell(request: bytes, told: list[range]) -> bool:
    if request[0] == 0x08:  # noqa: PLR2004  (by type: the type comes last)
        return request[5:] in _DECLARATIONS
    return any(int.from_bytes(request[1:3], "little") in each for each in told)
