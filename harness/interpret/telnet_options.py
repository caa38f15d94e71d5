"""Telnet commands inside a byte stream, all refused (RFC 854, RFC 1143): pure.

A bench needs no option: it answers DONT to every WILL and WONT to every DO, and reads on.
"""

from dataclasses import dataclass
from typing import Final

IAC: Final = 255
_DONT, _DO, _WONT, _WILL, _SB, _SE = 254, 253, 252, 251, 250, 240
_MAX_PENDING: Final = 4096


@dataclass(frozen=True)
class Telnet:
    """A piece of a Telnet stream, taken apart.

    Attributes:
        text: what is not a command.
        reply: refusals to send.
        pending: an unfinished command at the end, to stand before the next piece.
    """

    text: bytes
    reply: bytes
    pending: bytes


def take_apart(data: bytes) -> Telnet:
    """Separate text from commands and refuse every option that is offered or asked for."""
    text, reply, position = bytearray(), bytearray(), 0
    while position < len(data):
        mark = data.find(IAC, position)
        if mark < 0:
            text += data[position:]
            break
        text += data[position:mark]
        length = _command_length(data, mark)
        if length == 0:
            pending = data[mark:] if len(data) - mark <= _MAX_PENDING else b""
            return Telnet(bytes(text), bytes(reply), pending)
        reply += _refusal(data[mark : mark + length])
        text += bytes([IAC]) if data[mark + 1] == IAC else b""
        position = mark + length
    return Telnet(bytes(text), bytes(reply), b"")


def text_of(data: bytes) -> bytes:
    """Only the text of a whole stream."""
    return take_apart(data).text


def _command_length(data: bytes, mark: int) -> int:
    """Bytes of the command at ``mark``; 0 if it is not whole yet."""
    if mark + 1 >= len(data):
        return 0
    kind = data[mark + 1]
    if kind == _SB:
        end = data.find(bytes([IAC, _SE]), mark + 2)
        return end + 2 - mark if end >= 0 else 0
    if kind in {_DO, _DONT, _WILL, _WONT}:
        return 3 if mark + 2 < len(data) else 0
    return 2


def _refusal(command: bytes) -> bytes:
    if command[1] == _WILL:
        return bytes([IAC, _DONT, command[2]])
    if command[1] == _DO:
        return bytes([IAC, _WONT, command[2]])
    return b""
