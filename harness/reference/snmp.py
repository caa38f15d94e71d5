"""The router's SNMP agent: off in the delivered product, on by two flaws.

It answers versions 1 and 2c under the communities that the flaws know, and engine discovery of
version 3 as any agent with that version does; it has no user of version 3 (RFC 3414, section 3.2).
"""

import threading
import time
from typing import Final

from harness.reference.datagrams import Asked, DatagramService
from harness.reference.device import Device
from harness.reference.flaws import Flaw
from harness.reference.identity import HARDWARE, MODEL

_INTEGER, _OCTETS, _OID, _SEQUENCE, _TICKS = 0x02, 0x04, 0x06, 0x30, 0x43
_GET, _GET_NEXT, _RESPONSE, _SET, _REPORT = 0xA0, 0xA1, 0xA2, 0xA3, 0xA8
_NO_SUCH_OBJECT, _END_OF_VIEW = (0x80, b""), (0x82, b"")
_NO_SUCH_NAME, _NO_ACCESS, _NOT_WRITABLE, _WRONG_TYPE = 2, 6, 17, 7
_VERSION_1, _VERSION_2C, _VERSION_3 = 0, 1, 3
_UNKNOWN_USER, _UNKNOWN_ENGINE = 3, 4
_USM_STATS: Final = (1, 3, 6, 1, 6, 3, 15, 1, 1)
_SYSTEM: Final = (1, 3, 6, 1, 2, 1, 1)
_LONGEST_TEXT: Final = 255

Name = tuple[int, ...]
Value = tuple[int, bytes]
_DESCR, _OBJECT_ID, _UP_TIME, _CONTACT, _NAME, _PLACE = (
    (*_SYSTEM, number, 0) for number in range(1, 7)
)
_INTERFACES: Final[Name] = (1, 3, 6, 1, 2, 1, 2, 1, 0)
_FORWARDING: Final[Name] = (1, 3, 6, 1, 2, 1, 4, 1, 0)
_WRITABLE: Final = frozenset[Name]({_CONTACT, _NAME, _PLACE})


class MalformedError(ValueError):
    """Not a message that this agent reads; it stays silent, as agents do."""


class SnmpAgent:
    """Objects in memory, lost when the power goes."""

    def __init__(self, device: Device) -> None:
        """An agent of ``device``."""
        self._device = device
        self._engine = b"\x80\x00\xff\xff\x04" + device.look.hostname.encode()[:27]
        self._began = time.monotonic()
        self._texts: dict[Name, bytes] = {
            _CONTACT: b"",
            _NAME: device.look.hostname.encode(),
            _PLACE: b"",
        }
        self._lock = threading.Lock()

    @property
    def service(self) -> DatagramService:
        """What listens on the well-known port."""
        return DatagramService(self._handle)

    def _handle(self, asked: Asked) -> None:
        try:
            answer = self._answer(asked.data)
        except MalformedError:
            return
        if answer:
            asked.answer(answer)

    def _answer(self, data: bytes) -> bytes:
        parts = _elements(_only(data, _SEQUENCE))
        version = _number(parts, 0)
        if version == _VERSION_3:
            return self._report(parts)
        community, (tag, pdu) = _content(parts, 1, _OCTETS), _part(parts, 2)
        level = self._communities().get(community, "")
        if not level or version not in {_VERSION_1, _VERSION_2C}:
            return b""
        fields = _elements(pdu)
        request, wanted = _number(fields, 0), _bindings(_content(fields, 3, _SEQUENCE))
        with self._lock:
            error, place, shown = self._perform(tag, wanted, level)
        if version == _VERSION_1:
            error, place, shown = _as_version_1(error, place, wanted, shown)
        body = _integer(request) + _integer(error) + _integer(place) + _listed(shown)
        return _element(
            _SEQUENCE,
            _integer(version) + _element(_OCTETS, community) + _element(_RESPONSE, body),
        )

    def _communities(self) -> dict[bytes, str]:
        flaws = self._device.flaws
        known = {}
        if Flaw.SNMP_PUBLIC in flaws:
            known[b"public"] = "read"
        if Flaw.SNMP_PRIVATE_WRITE in flaws:
            known[b"private"] = "write"
        return known

    def _objects(self) -> dict[Name, Value]:
        ticks = int((time.monotonic() - self._began) * 100)
        described = f"{MODEL} {HARDWARE}, firmware {self._device.firmware}"
        texts: dict[Name, Value] = {name: (_OCTETS, text) for name, text in self._texts.items()}
        return {
            _DESCR: (_OCTETS, described.encode()),
            _OBJECT_ID: (_OID, _oid_content((1, 3, 6, 1, 4, 1, 65535, 1))),
            _UP_TIME: (_TICKS, ticks.to_bytes(5, "big")),
            **texts,
            _INTERFACES: _integer_value(2),
            _FORWARDING: _integer_value(1),
        }

    def _perform(
        self, tag: int, wanted: list[tuple[Name, Value]], level: str
    ) -> tuple[int, int, list[tuple[Name, Value]]]:
        """Error status and index, and the bindings of the answer (RFC 3416, section 4.2)."""
        objects = self._objects()
        if tag == _GET:
            return 0, 0, [(name, objects.get(name, _NO_SUCH_OBJECT)) for name, _ in wanted]
        if tag == _GET_NEXT:
            return 0, 0, [_next(objects, name) for name, _ in wanted]
        if tag != _SET:
            raise MalformedError
        for place, (name, (kind, text)) in enumerate(wanted, 1):
            error = _NO_ACCESS if level != "write" else 0
            error = error or (_NOT_WRITABLE if name not in _WRITABLE else 0)
            if error or kind != _OCTETS or len(text) > _LONGEST_TEXT:
                return error or _WRONG_TYPE, place, wanted
        self._texts |= {name: text for name, (_, text) in wanted}
        return 0, 0, wanted

    def _report(self, parts: list[Value]) -> bytes:
        """Tell the engine, or that the user is unknown."""
        header = _elements(_content(parts, 1, _SEQUENCE))
        security = _elements(_only(_content(parts, 2, _OCTETS), _SEQUENCE))
        engine, user = _content(security, 0, _OCTETS), _content(security, 3, _OCTETS)
        counter = _UNKNOWN_USER if engine == self._engine else _UNKNOWN_ENGINE
        said = (*_USM_STATS, counter, 0), (0x41, b"\x01")
        pdu = _integer(0) + _integer(0) + _integer(0) + _listed([said])
        up_s = int(time.monotonic() - self._began)
        parameters = (
            _element(_OCTETS, self._engine) + _integer(1) + _integer(up_s)
            + _element(_OCTETS, user) + 2 * _element(_OCTETS, b"")
        )  # fmt: skip
        scoped = _element(_OCTETS, self._engine) + _element(_OCTETS, b"") + _element(_REPORT, pdu)
        return _element(
            _SEQUENCE,
            _integer(_VERSION_3)
            + _element(
                _SEQUENCE,
                _integer(_number(header, 0))
                + _integer(65507)
                + _element(_OCTETS, b"\0")
                + _integer(3),
            )
            + _element(_OCTETS, _element(_SEQUENCE, parameters))
            + _element(_SEQUENCE, scoped),
        )


def _as_version_1(
    error: int, place: int, wanted: list[tuple[Name, Value]], shown: list[tuple[Name, Value]]
) -> tuple[int, int, list[tuple[Name, Value]]]:
    """Version 1 knows neither the newer errors nor the exceptions (RFC 3584, section 4.3)."""
    lacking = [at for at, (_, value) in enumerate(shown, 1) if value[0] >= _NO_SUCH_OBJECT[0]]
    if error or lacking:
        return _NO_SUCH_NAME, place or lacking[0], wanted
    return 0, 0, shown


def _next(objects: dict[Name, Value], after: Name) -> tuple[Name, Value]:
    behind = min((name for name in objects if name > after), default=None)
    return (after, _END_OF_VIEW) if behind is None else (behind, objects[behind])


def _elements(data: bytes) -> list[Value]:
    """Tags and contents of one level."""
    found: list[Value] = []
    at = 0
    while at < len(data):
        length, start = data[at + 1] if at + 1 < len(data) else 0x80, at + 2
        if length & 0x80:
            width = length & 0x7F
            length, start = int.from_bytes(data[start : start + width], "big"), start + width
            if not width:
                raise MalformedError
        if start + length > len(data):
            raise MalformedError
        found.append((data[at], data[start : start + length]))
        at = start + length
    return found


def _part(parts: list[Value], place: int) -> Value:
    if place >= len(parts):
        raise MalformedError
    return parts[place]


def _content(parts: list[Value], place: int, tag: int) -> bytes:
    found, content = _part(parts, place)
    if found != tag:
        raise MalformedError
    return content


def _only(data: bytes, tag: int) -> bytes:
    return _content(_elements(data), 0, tag)


def _number(parts: list[Value], place: int) -> int:
    return int.from_bytes(_content(parts, place, _INTEGER)[:8], "big", signed=True)


def _bindings(data: bytes) -> list[tuple[Name, Value]]:
    pairs = [_elements(content) for _, content in _elements(data)]
    return [(_name(_content(pair, 0, _OID)), _part(pair, 1)) for pair in pairs]


def _name(content: bytes) -> Name:
    arcs, value = [], 0
    for byte in content[:256]:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    if not arcs:
        raise MalformedError
    return (arcs[0] // 40, arcs[0] % 40, *arcs[1:])


def _oid_content(name: Name) -> bytes:
    content = bytearray([name[0] * 40 + name[1]])
    for arc in name[2:]:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        content += bytes(reversed(groups))
    return bytes(content)


def _integer_value(value: int) -> Value:
    return _INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)


def _integer(value: int) -> bytes:
    return _element(*_integer_value(value))


def _listed(bindings: list[tuple[Name, Value]]) -> bytes:
    shown = [_element(_OID, _oid_content(name)) + _element(*value) for name, value in bindings]
    return _element(_SEQUENCE, b"".join(_element(_SEQUENCE, entry) for entry in shown))


def _element(tag: int, content: bytes) -> bytes:
    if len(content) < 0x80:  # noqa: PLR2004  (short form, X.690 section 8.1.3.4)
        return bytes([tag, len(content)]) + content
    return bytes([tag, 0x82]) + len(content).to_bytes(2, "big") + content
