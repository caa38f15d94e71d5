"""A small Telnet server (RFC 854) with the admin login: a flaw."""

import select
from typing import Final

from harness.reference.device import Device
from harness.reference.network import Handler
from harness.reference.shell import Dialogue
from harness.reference.stream import TcpStream

_SE, _SB, _WILL, _WONT, _DO, _DONT, _IAC = 240, 250, 251, 252, 253, 254, 255
_ECHO, _SUPPRESS_GO_AHEAD = 1, 3
_OURS: Final = frozenset({_ECHO, _SUPPRESS_GO_AHEAD})
_HELLO: Final = bytes([_IAC, _WILL, _ECHO, _IAC, _WILL, _SUPPRESS_GO_AHEAD])
_SNIFF_S: Final = 0.3
_HTTP_STARTS: Final = (b"GET ", b"POST ", b"HEAD ", b"OPTIONS ", b"PUT ")


class Negotiation:
    """Takes option negotiation out of what the client sends and answers it (RFC 855, RFC 1143)."""

    def __init__(self) -> None:
        """Echo and suppress-go-ahead are offered by the server."""
        self._pending = b""

    def split(self, data: bytes) -> tuple[bytes, bytes]:
        """The typed bytes in ``data``, and what to answer to the options in it."""
        data = self._pending + data
        self._pending = b""
        typed, answer = bytearray(), bytearray()
        while data:
            text, mark, rest = data.partition(bytes([_IAC]))
            typed += text.replace(b"\0", b"")
            if not mark:
                break
            length = _command_length(rest)
            if not length:
                self._pending = (mark + rest)[-256:]
                break
            command, data = rest[:length], rest[length:]
            typed += bytes([_IAC]) if command[0] == _IAC else b""
            answer += _answer(command)
        return bytes(typed), bytes(answer)


def serve_telnet(device: Device) -> Handler:
    """The login over Telnet."""

    def handle(stream: TcpStream) -> None:
        dialogue, options = Dialogue(device, "telnet"), Negotiation()
        stream.sendall(_HELLO + f"{device.look.hostname}\r\n".encode() + dialogue.start())
        while not dialogue.ended and (received := stream.recv(4096)):
            typed, answer = options.split(received)
            shown = answer + dialogue.feed(typed).replace(b"\xff", b"\xff\xff")
            if shown:
                stream.sendall(shown)

    return handle


def serve_either(telnet: Handler, http: Handler) -> Handler:
    """Both flaws of the Telnet port at once: HTTP if the client asks first, else Telnet."""

    def handle(stream: TcpStream) -> None:
        ready, _, _ = select.select([stream.fileno()], [], [], _SNIFF_S)
        speaks_http = bool(ready) and stream.peek(8).startswith(_HTTP_STARTS)
        (http if speaks_http else telnet)(stream)

    return handle


def _command_length(rest: bytes) -> int:
    """Length of the command after IAC; 0 while it is incomplete."""
    if not rest:
        return 0
    if rest[0] == _SB:
        end = rest.find(bytes([_IAC, _SE]))
        return end + 2 if end >= 0 else 0
    if rest[0] in {_WILL, _WONT, _DO, _DONT}:
        return 2 if len(rest) > 1 else 0
    return 1


def _answer(command: bytes) -> bytes:
    """Agree to what was offered (no answer needed), refuse everything else."""
    if command[0] == _DO and command[1] not in _OURS:
        return bytes([_IAC, _WONT, command[1]])
    if command[0] == _WILL and command[1] != _SUPPRESS_GO_AHEAD:
        return bytes([_IAC, _DONT, command[1]])
    if command[0] == _WILL:
        return bytes([_IAC, _DO, command[1]])
    return b""
