"""One packet of a Bluetooth capture in a line for a person, and the packet that it answers.

The name and the fields that a verdict turns on stand in words, then the bytes. Keys are left out
even where the capture still has them: nobody needs one to follow a verdict.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import IO, Final

from harness.encoding import btsnoop
from harness.encoding.btsnoop import HciPacket
from harness.errors import CaptureError
from harness.evidence.hci_places import find_places
from harness.evidence.layers import MASK
from harness.interpret.bluetooth.attributes import Opcode
from harness.interpret.bluetooth.hci import (
    Connected,
    Disconnected,
    Encrypted,
    EncryptionAsked,
    Fragment,
    HciEvent,
    Report,
    events_of,
)
from harness.interpret.bluetooth.links import ATTRIBUTES, SECURITY, SIGNALLING
from harness.interpret.bluetooth.security import Code

HEADER_BYTES: Final = len(btsnoop.header())
ON_THE_WAY: Final = 16
"""How many packets back an answer's request is looked for; events stand between them."""
_HEX_BYTES: Final = 48
_L2CAP_HEAD: Final = 4
_KINDS: Final = {0x01: "command", 0x02: "data", 0x03: "voice", 0x04: "event", 0x05: "ISO data"}
"""H4 types (Core, Vol 4, Part A, 2)."""
_CHANNELS: Final = {ATTRIBUTES: "ATT", SECURITY: "SMP", SIGNALLING: "L2CAP signalling"}
_OPCODES: Final[dict[int, dict[int, str]]] = {
    channel: {each.value: each.name.lower().replace("_", " ") for each in named}
    for channel, named in ((ATTRIBUTES, Opcode), (SECURITY, Code))
}


def read_from(stream: IO[bytes], first: int) -> Iterator[tuple[int, HciPacket]]:
    """Packets from where the stream stands, each with its size in the file.

    Args:
        stream: at its start, or behind what was read before.
        first: number of the next packet; 1 at the start of the file.

    Raises:
        CaptureError: not a file of this format, or a record that cannot be.
    """
    if first == 1:
        next(btsnoop.read_packets(stream.read(HEADER_BYTES)), None)
    for number in itertools.count(first):
        head = stream.read(btsnoop.RECORD_BYTES)
        data = head + stream.read(btsnoop.kept_bytes(head))
        packet = next(btsnoop.read_packets(btsnoop.header() + data), None)
        if packet is None:
            return
        yield len(data), replace(packet, number=number)


def quoted(earlier: Sequence[HciPacket], later: Sequence[HciPacket]) -> Iterator[str]:
    """The last of ``earlier``, after the one that it answers or before the one that answers it."""
    *before, wanted = earlier
    channel = _channel(wanted)
    if channel is None:
        yield line_of(wanted)
        return
    near = reversed(before[-ON_THE_WAY:]) if not wanted.sent else later[:ON_THE_WAY]
    other = next((each for each in near if _channel(each) == channel), None)
    if other is None or other.sent == wanted.sent:
        yield line_of(wanted)
        return
    yield from map(line_of, (wanted, other) if wanted.sent else (other, wanted))


def line_of(packet: HciPacket) -> str:
    """``received: SMP failed, hex 05 05``."""
    way = "sent" if packet.sent else "received"
    said = next((_said(each) for each in events_of(packet)), "")
    shown = _without_keys(packet)
    if _channel(packet) is not None:
        shown = shown[1 + 4 + _L2CAP_HEAD :]  # H4 type, head of the ACL packet, head of the frame
    more = f" ... ({len(shown)} bytes)" if len(shown) > _HEX_BYTES else ""
    name = said or _KINDS.get(packet.data[0], "packet")
    return f"{way}: {name}, hex {shown[:_HEX_BYTES].hex(' ')}{more}"


def _said(event: HciEvent) -> str:
    """What a packet is, with the fields that a verdict may turn on."""
    if isinstance(event, Fragment):
        return _frame(event)
    if isinstance(event, Report):
        kind = "scan response" if event.response else "advertisement"
        return f"{kind} of {event.address.text} ({event.address.kind.value})"
    return _about_a_link(event)


def _about_a_link(event: Connected | Disconnected | Encrypted | EncryptionAsked) -> str:
    if isinstance(event, Connected):
        return f"connected to {event.peer.text} ({event.peer.kind.value})"
    if isinstance(event, Disconnected):
        return f"disconnected for reason 0x{event.reason:02x}"
    if isinstance(event, Encrypted):
        return f"encryption {'on' if event.on else 'off'}, status 0x{event.status:02x}"
    return "the bench asks for encryption"


def _frame(fragment: Fragment) -> str:
    if fragment.continued or len(fragment.data) <= _L2CAP_HEAD:
        return "a further piece of a frame"
    channel, opcode = int.from_bytes(fragment.data[2:4], "little"), fragment.data[4]
    named = _OPCODES.get(channel, {}).get(opcode, f"0x{opcode:02x}")
    return f"{_CHANNELS.get(channel, f'channel 0x{channel:04x}')} {named}"


def _channel(packet: HciPacket) -> tuple[int, int] | None:
    """The connection and the channel of a packet that begins a frame."""
    for each in events_of(packet):
        if isinstance(each, Fragment) and not each.continued and len(each.data) > _L2CAP_HEAD:
            return each.handle, int.from_bytes(each.data[2:4], "little")
    return None


def _without_keys(packet: HciPacket) -> bytes:
    """The packet with every key in it masked; a further piece of a frame is masked whole."""
    pieces = [each for each in events_of(packet) if isinstance(each, Fragment)]
    if any(each.continued for each in pieces):
        return packet.data[:1] + MASK.encode() * (len(packet.data) - 1)
    alone = btsnoop.record(packet.data, sent=packet.sent, at_us=packet.at_us)
    file = bytearray(btsnoop.header() + alone)
    try:
        places = [
            at for found in find_places(bytes(file)) if found.kind == "key" for at in found.at
        ]
    except CaptureError:
        places = list(range(len(file)))
    for at in places:
        file[at] = ord(MASK)
    return bytes(file[-len(packet.data) :])
