"""TFTP packets (RFC 1350 section 5, RFC 2347 for OACK), built and told apart; pure."""

from dataclasses import dataclass
from typing import Final

READ, WRITE, DATA, ACK, ERROR, OACK = 1, 2, 3, 4, 5, 6
UNDEFINED, NOT_FOUND, ACCESS_VIOLATION, ILLEGAL = 0, 1, 2, 4
_LONGEST_BLOCK: Final = 512
_LAST_CODE: Final = 8


@dataclass(frozen=True)
class Packet:
    """What a server answered.

    Attributes:
        kind: `DATA`, `ACK`, `ERROR`, `OACK`; 0 for anything that is no answer of TFTP.
        number: block of DATA and ACK, code of ERROR.
        content: of DATA; text of ERROR.
    """

    kind: int
    number: int = 0
    content: bytes = b""


def request(kind: int, name: str) -> bytes:
    """A read or write request in octet mode, without options."""
    return kind.to_bytes(2, "big") + name.encode("ascii") + b"\0octet\0"


def abort() -> bytes:
    """An error packet, which ends a transfer (RFC 1350 section 7)."""
    return ERROR.to_bytes(2, "big") + b"\0\0enough\0"


def parse(data: bytes) -> Packet:
    """Read an answer; malformed ones have kind 0."""
    kind, number = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
    rest = data[4:]
    shaped = {
        DATA: len(data) >= 4 and number == 1 and len(rest) <= _LONGEST_BLOCK,  # noqa: PLR2004
        ACK: len(data) == 4 and number == 0,  # noqa: PLR2004
        ERROR: number <= _LAST_CODE and rest.endswith(b"\0"),
        OACK: data.endswith(b"\0"),
    }
    return Packet(kind, number, rest) if shaped.get(kind, False) else Packet(0)
