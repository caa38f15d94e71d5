"""What listens on a device over Classic: its service records, and what became of opening each.

Service records: Core, Vol 3, Part B. RFCOMM: its own specification, with frames of ETSI TS 07.10.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from harness.interpret.bluetooth.classic_links import Channel, ClassicLink

SDP: Final = 0x0001
RFCOMM: Final = 0x0003
_RESPONSE: Final = 0x07
_RESPONSE_HEADER: Final = 7
_L2CAP_UUID: Final = 0x0100
_RFCOMM_UUID: Final = 0x0003
_PROTOCOLS: Final = 0x0004
_HIGHEST_CHANNEL: Final = 30
_MOST_RECORD_BYTES: Final = 1 << 20
_MOST_SERVICES: Final = 200
_DEEPEST: Final = 8
_UA: Final = 0x63
_DM: Final = 0x0F
_DISC: Final = 0x43
_POLL: Final = 0x10
_CONTROL_BYTES: Final = 2
_SEQUENCES: Final = frozenset({6, 7})
_UNSIGNED: Final = 1
_UUID: Final = 3
Element = int | bytes | list["Element"]
"""An unsigned number or UUID; anything else as it stands; or a sequence."""


@dataclass(frozen=True)
class Tried:
    """What became of opening a service on one link.

    Attributes:
        name: ``rfcomm/3``, ``l2cap/0x0019``.
        opened: the packet that opened it; None if it was not opened and held.
        refused: the packet that refused it.
    """

    name: str
    opened: int | None = None
    refused: int | None = None


@dataclass(frozen=True)
class Records:
    """The service records that one link read.

    Attributes:
        packet: the last one of them; None if they were not read to the end, are no list, or name
            too many services.
        names: of services, as `Tried` names them.
    """

    packet: int | None
    names: tuple[str, ...]


def records_of(link: ClassicLink) -> Records:
    """What the first whole answer to a search for all records says."""
    for channel in link.on(SDP):
        found, pieces, last = b"", 0, None
        for unit in channel.units:
            if unit.packet.sent or unit.data[:1] != bytes([_RESPONSE]):
                continue
            if len(unit.data) < _RESPONSE_HEADER:
                break
            (length,) = struct.unpack_from(">H", unit.data, 5)
            piece = unit.data[_RESPONSE_HEADER : _RESPONSE_HEADER + length]
            more = unit.data[_RESPONSE_HEADER + length :]
            found, pieces = found + piece, pieces + 1
            if len(piece) < length or not more or len(found) > _MOST_RECORD_BYTES:
                break
            if more[0] == 0:
                last = unit.packet.number
                break
        if last is not None:
            names = tuple(dict.fromkeys(_names(found)))
            whole = _element(found, 0, 0) is not None and len(names) <= _MOST_SERVICES
            return Records(last if whole else None, names[:_MOST_SERVICES])
    return Records(None, ())


def tried_on(link: ClassicLink) -> tuple[Tried, ...]:
    """Everything that the bench tried to open on a link."""
    tried: list[Tried] = []
    for channel in link.channels:
        if channel.psm == RFCOMM:
            tried += _server_channels(channel)
        elif channel.psm != SDP:
            tried.append(_on_channel(f"l2cap/0x{channel.psm:04x}", link, channel))
    return tuple(tried)


def refusal_of_rfcomm(link: ClassicLink) -> int | None:
    """The packet that refused every server channel at once; None if none did."""
    for channel in link.on(RFCOMM):
        if channel.result and channel.answered is not None:
            return channel.answered.number
        if channel.result is None and _hung_up(link):
            return link.ended.packet.number if link.ended else None
    return None


_BENCH_HUNG_UP: Final = 0x16
"""The host of the bench ended the link (Core, Vol 1, Part F, 2)."""


def _hung_up(link: ClassicLink) -> bool:
    """The DUT ended the link."""
    return link.ended is not None and link.ended.reason != _BENCH_HUNG_UP


def _on_channel(name: str, link: ClassicLink, channel: Channel) -> Tried:
    if channel.answered is None:
        ended = link.ended
        return Tried(name, refused=ended.packet.number if ended and _hung_up(link) else None)
    number = channel.answered.number
    if channel.result:
        return Tried(name, refused=number)
    return Tried(name, opened=number if channel.closed is None else None)


@dataclass
class _ServerChannel:
    """What became of one server channel, unit by unit."""

    opened: int | None = None
    held: bool = False
    refused: int | None = None

    def take_sent(self, kind: int) -> None:
        """The bench closed it after a while."""
        if kind == _DISC and self.opened is not None and self.refused is None:
            self.held = True

    def take_received(self, kind: int, number: int) -> None:
        """The DUT opened, refused or closed it."""
        if kind == _UA and self.opened is None:
            self.opened = number
        elif kind in {_DM, _DISC} and not self.held and self.refused is None:
            self.refused = number


def _server_channels(channel: Channel) -> Iterator[Tried]:
    """One for each server channel that the bench asked for on one multiplexer."""
    tried: dict[int, _ServerChannel] = {}
    for unit in channel.units:
        if len(unit.data) < _CONTROL_BYTES or unit.data[0] >> 2 == 0:
            continue  # the multiplexer itself
        dlci, kind = unit.data[0] >> 2, unit.data[1] & ~_POLL
        if unit.packet.sent:
            tried.setdefault(dlci, _ServerChannel()).take_sent(kind)
        elif kind == _DM or dlci in tried:  # one that is not there is refused before it is asked
            each = tried.setdefault(dlci, _ServerChannel())
            each.take_received(kind, unit.packet.number)
    for dlci, each in tried.items():
        yield Tried(f"rfcomm/{dlci >> 1}", each.opened if each.held else None, each.refused)


def _names(data: bytes) -> Iterator[str]:
    """Services in a list of records: where each one's list of protocols leads."""
    found = _element(data, 0, 0)
    records = found[0] if found else None
    for record in records if isinstance(records, list) else ():
        for protocol in _protocols(record):
            uuid, *parameters = protocol if isinstance(protocol, list) and protocol else [0]
            number = parameters[0] if parameters else 0
            if not isinstance(number, int):
                continue
            if uuid == _RFCOMM_UUID and 0 < number <= _HIGHEST_CHANNEL:
                yield f"rfcomm/{number}"
            elif uuid == _L2CAP_UUID and number not in {0, SDP, RFCOMM} and number <= 0xFFFF:  # noqa: PLR2004
                yield f"l2cap/0x{number:04x}"


def _protocols(record: Element) -> list[Element]:
    """The protocols in the first list of a record, which is attribute after value."""
    if not isinstance(record, list):
        return []
    for attribute, value in zip(record[::2], record[1::2], strict=False):
        if attribute == _PROTOCOLS and isinstance(value, list):
            return value
    return []


def _element(data: bytes, at: int, depth: int) -> tuple[Element, int] | None:
    """The data element at a place and where the next one stands; None if it is cut short (3.3)."""
    if at >= len(data) or depth > _DEEPEST:
        return None
    kind, size_index = data[at] >> 3, data[at] & 0b111
    at += 1
    if size_index < 5:  # noqa: PLR2004
        size = 0 if kind == 0 else 1 << size_index
    else:
        width = 1 << size_index - 5
        size = int.from_bytes(data[at : at + width], "big")
        at += width
    body = data[at : at + size]
    if len(body) < size:
        return None
    return _value(kind, body, depth), at + size


def _value(kind: int, body: bytes, depth: int) -> Element:
    if kind in _SEQUENCES:
        inner: list[Element] = []
        at = 0
        while (found := _element(body, at, depth + 1)) is not None:
            inner.append(found[0])
            at = found[1]
        return inner
    if kind == _UNSIGNED:
        return int.from_bytes(body, "big")
    if kind == _UUID:
        return int.from_bytes(body[:4], "big")  # those of protocols are short, whatever the form
    return body
