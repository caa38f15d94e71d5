"""The Attribute Protocol (Core, Vol 3, Part F): which request met which answer."""

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from harness.interpret.bluetooth.links import ATTRIBUTES, Frame, Link


class Opcode(IntEnum):
    """The units that the bench sends or reads."""

    ERROR = 0x01
    MTU_REQUEST = 0x02
    MTU_RESPONSE = 0x03
    READ_BY_TYPE = 0x08
    READ_BY_TYPE_RESPONSE = 0x09
    READ = 0x0A
    READ_RESPONSE = 0x0B
    READ_BLOB = 0x0C
    READ_BY_GROUP = 0x10
    READ_BY_GROUP_RESPONSE = 0x11
    WRITE = 0x12
    WRITE_RESPONSE = 0x13
    NOTIFICATION = 0x1B
    INDICATION = 0x1D


class AttError(IntEnum):
    """Why a request was refused (3.4.1.1)."""

    INVALID_HANDLE = 0x01
    READ_NOT_PERMITTED = 0x02
    WRITE_NOT_PERMITTED = 0x03
    INVALID_PDU = 0x04
    INSUFFICIENT_AUTHENTICATION = 0x05
    REQUEST_NOT_SUPPORTED = 0x06
    INVALID_OFFSET = 0x07
    INSUFFICIENT_AUTHORIZATION = 0x08
    ATTRIBUTE_NOT_FOUND = 0x0A
    ENCRYPTION_KEY_SIZE_TOO_SHORT = 0x0C
    INVALID_VALUE_LENGTH = 0x0D
    UNLIKELY = 0x0E
    INSUFFICIENT_ENCRYPTION = 0x0F
    VALUE_NOT_ALLOWED = 0x13


SECURITY_ERRORS: Final = frozenset(
    {
        AttError.INSUFFICIENT_AUTHENTICATION,
        AttError.INSUFFICIENT_AUTHORIZATION,
        AttError.ENCRYPTION_KEY_SIZE_TOO_SHORT,
        AttError.INSUFFICIENT_ENCRYPTION,
    }
)
"""Refusals that a better secured link may lift."""
ANSWERED_WRITE: Final = 0x08
WRITABLE: Final = 0x04 | ANSWERED_WRITE
"""Properties: write without response, and write (Vol 3, Part G, 3.3.1.1)."""
READABLE: Final = 0x02
_PRIMARY_SERVICE: Final = 0x2800
_CHARACTERISTIC: Final = 0x2803
_RESPONSES: Final = frozenset(
    {0x01, 0x03, 0x05, 0x07, 0x09, 0x0B, 0x0D, 0x0F, 0x11, 0x13, 0x17, 0x19, 0x21}
)
_REQUESTS: Final = frozenset(
    {0x02, 0x04, 0x06, 0x08, 0x0A, 0x0C, 0x0E, 0x10, 0x12, 0x16, 0x18, 0x20}
)
"""Units that ask for an answer; commands and confirmations do not (3.3.1)."""
_NAMING_HANDLE: Final = frozenset({Opcode.READ, Opcode.READ_BLOB, Opcode.WRITE})
_BASE_UUID_END: Final = "-0000-1000-8000-00805f9b34fb"
_HIGHEST_HANDLE: Final = 0xFFFF
_SHORT_UUID: Final = 2
_SHORTEST_SERVICE: Final = 6
_SHORTEST_CHARACTERISTIC: Final = 7


@dataclass(frozen=True)
class Exchange:
    """A request and what came of it.

    Attributes:
        answer: None if none came before the next request or the end of the link, or none of which
            it is certain that it answers this request.
        encrypted: the link was encrypted when the request was sent.
    """

    request: Frame
    answer: Frame | None
    encrypted: bool

    @property
    def opcode(self) -> int:
        """Of the request."""
        return self.request.data[0]

    @property
    def handle(self) -> int | None:
        """The attribute that is asked for, of requests that name one."""
        if self.opcode not in _NAMING_HANDLE or len(self.request.data) < 3:  # noqa: PLR2004
            return None
        return int.from_bytes(self.request.data[1:3], "little")

    @property
    def succeeded(self) -> bool:
        """The answer is the one of success for this request."""
        return self.answer is not None and self.answer.data[0] == self.opcode + 1

    @property
    def error(self) -> int | None:
        """The error code of a refusal of this very request."""
        if self.answer is None or len(self.answer.data) != 5:  # noqa: PLR2004
            return None
        code, refused, _, error = struct.unpack("<BBHB", self.answer.data)
        return error if code == Opcode.ERROR and refused == self.opcode else None

    @property
    def value(self) -> bytes:
        """What was read."""
        return self.answer.data[1:] if self.succeeded and self.answer else b""


@dataclass(frozen=True)
class Service:
    """A primary service; ``uuid`` in full and lower case."""

    uuid: str
    first: int
    last: int


@dataclass(frozen=True)
class Characteristic:
    """A characteristic; ``handle`` is that of its value (Vol 3, Part G, 3.3.1)."""

    uuid: str
    handle: int
    properties: int


def exchanges(link: Link) -> Iterator[Exchange]:
    """Requests of the bench on a link, in order; a server answers one at a time (3.3.2).

    No answer but a refusal says what it answers. So once a request met none, every later one of the
    same link may be its own, late; from there on only refusals that name their request count.
    """
    frames = [frame for frame in link.on(ATTRIBUTES) if frame.data]
    starts = [
        index for index, frame in enumerate(frames) if frame.sent and frame.data[0] in _REQUESTS
    ]
    in_step = True
    for start, end in itertools.pairwise([*starts, len(frames)]):
        request, between = frames[start], frames[start + 1 : end]
        answers = [frame for frame in between if not frame.sent and frame.data[0] in _RESPONSES]
        fitting = [frame for frame in answers if _answers(request, frame, in_step=in_step)]
        yield Exchange(
            request,
            fitting[0] if fitting else None,
            link.was_encrypted(request.packet.number),
        )
        in_step = in_step and len(fitting) == 1


def _answers(request: Frame, answer: Frame, *, in_step: bool) -> bool:
    """Whether this answers that; a refusal names the request and its attribute."""
    if answer.data[0] != Opcode.ERROR:
        return in_step and answer.data[0] == request.data[0] + 1
    if answer.data[1:2] != request.data[:1]:
        return False
    return in_step or answer.data[2:4] == request.data[1:3]


def services_in(exchange: Exchange) -> Iterator[Service]:
    """The services in an answer to a search for primary ones (3.4.4.10)."""
    if _searched(exchange, Opcode.READ_BY_GROUP, _PRIMARY_SERVICE) and exchange.answer:
        for entry in _entries(exchange.answer.data, _SHORTEST_SERVICE):
            first, last = struct.unpack_from("<HH", entry)
            yield Service(uuid_of(entry[4:]), first, last)


def characteristics_in(exchange: Exchange) -> Iterator[Characteristic]:
    """The characteristics in an answer to a search for declarations (3.4.4.2)."""
    if _searched(exchange, Opcode.READ_BY_TYPE, _CHARACTERISTIC) and exchange.answer:
        yield from characteristics_of(exchange.answer.data)


def characteristics_of(answer: bytes) -> Iterator[Characteristic]:
    """The characteristics in the answer itself."""
    for entry in _entries(answer, _SHORTEST_CHARACTERISTIC):
        _, properties, handle = struct.unpack_from("<HBH", entry)
        yield Characteristic(uuid_of(entry[5:]), handle, properties)


def ends_list(exchange: Exchange) -> bool:
    """Whether the answer says that there are no more characteristics (3.4.4.1).

    Either in so many words, or because the last one stands at the highest handle that there is.
    """
    asked_for = exchange.request.data[5:] == _CHARACTERISTIC.to_bytes(2, "little")
    if exchange.opcode != Opcode.READ_BY_TYPE or not asked_for:
        return False
    last = max((found.handle for found in characteristics_in(exchange)), default=0)
    return exchange.error == AttError.ATTRIBUTE_NOT_FOUND or last == _HIGHEST_HANDLE


def uuid_of(data: bytes) -> str:
    """A UUID from 2 or 16 bytes, least significant first; ``""`` for anything else."""
    if len(data) == _SHORT_UUID:
        return f"0000{int.from_bytes(data, 'little'):04x}{_BASE_UUID_END}"
    if len(data) != 16:  # noqa: PLR2004
        return ""
    text = data[::-1].hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _searched(exchange: Exchange, opcode: Opcode, kind: int) -> bool:
    asked_for = exchange.request.data[5:] == kind.to_bytes(2, "little")
    return exchange.opcode == opcode and exchange.succeeded and asked_for


def _entries(answer: bytes, shortest: int) -> Iterator[bytes]:
    """The entries of an answer, all of the length that it says; none if that is too short."""
    size = answer[1] if len(answer) > 1 else 0
    if size >= shortest:
        for at in range(2, len(answer) - size + 1, size):
            yield answer[at : at + size]
