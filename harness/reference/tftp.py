"""The rescue loader's TFTP server, by a flaw: anybody may read and write (RFC 1350)."""

import socket
from typing import Final

from harness.reference.datagrams import Asked, DatagramService

READ, WRITE, DATA, ACK, ERROR = 1, 2, 3, 4, 5
BLOCK: Final = 512
_MOST_BYTES: Final = 64 * 1024
_WAIT_S: Final = 0.5
_TRIES: Final = 3


class TftpServer:
    """Files in memory; each transfer from a port of its own, one transfer at a time."""

    def __init__(self) -> None:
        """A rescue image under a name that nobody guesses, and room for more."""
        self._files = {b"rescue.itb": b"\xd0\x0d\xfe\xed rescue image"}

    @property
    def service(self) -> DatagramService:
        """What listens on the well-known port."""
        return DatagramService(self._handle)

    def _handle(self, asked: Asked) -> None:
        kind, parts = int.from_bytes(asked.data[:2], "big"), asked.data[2:].split(b"\0")
        if kind not in {READ, WRITE} or len(parts) < 3:  # noqa: PLR2004  (name, mode, rest)
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as transfer:
            transfer.bind((asked.address, 0))
            transfer.settimeout(_WAIT_S)
            if kind == READ:
                self._send(asked, transfer, parts[0])
            else:
                self._take(asked, transfer, parts[0])

    def _send(self, asked: Asked, transfer: socket.socket, name: bytes) -> None:
        content = self._files.get(name)
        if content is None:
            asked.answer(_packet(ERROR, 1) + b"File not found\0", transfer)
            return
        for block in range(len(content) // BLOCK + 1):
            piece = content[block * BLOCK : (block + 1) * BLOCK]
            if not _exchange(asked, transfer, _packet(DATA, block + 1) + piece, ACK, block + 1):
                return

    def _take(self, asked: Asked, transfer: socket.socket, name: bytes) -> None:
        content, block = b"", 0
        while len(content) <= _MOST_BYTES:
            found = _exchange(asked, transfer, _packet(ACK, block), DATA, block + 1)
            if found is None:
                return  # given up or ended by the peer: nothing is kept
            content, block = content + found[4:], block + 1
            if len(found) < BLOCK + 4:
                asked.answer(_packet(ACK, block), transfer)
                self._files[name] = content
                return


def _packet(kind: int, number: int) -> bytes:
    return kind.to_bytes(2, "big") + number.to_bytes(2, "big")


def _exchange(
    asked: Asked, transfer: socket.socket, packet: bytes, kind: int, number: int
) -> bytes | None:
    """Send until the expected packet comes; None when it does not, or the peer ends it."""
    for _ in range(_TRIES):
        asked.answer(packet, transfer)
        try:
            data, _peer = transfer.recvfrom(BLOCK + 4)
        except TimeoutError:
            continue
        asked.note(data)
        if data.startswith(_packet(kind, number)):
            return data
        if data[:2] == ERROR.to_bytes(2, "big"):
            return None
    return None
