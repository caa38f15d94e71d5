"""The router's mDNS responder: its host name and its web interface (RFC 6762, RFC 6763).

It answers every asker alone, as RFC 6762, 6.7 wants it for askers that are not on port 5353, and
says nothing that only this unit has; a flaw adds the serial number and the MAC address.
"""

import ipaddress
import struct
from typing import Final

from typing_extensions import override

from harness.reference.datagrams import GroupResponder
from harness.reference.device import Device
from harness.reference.flaws import Flaw

GROUP: Final = "224.0.0.251"
_A, _PTR, _TXT, _SRV, _ANY = 1, 12, 16, 33, 255
_IN: Final = 1
_TTL_S: Final = 10
_RESPONSE: Final = 0x8400
_MOST_QUESTIONS: Final = 32
_HEADER: Final = struct.Struct(">6H")
_FIXED: Final = struct.Struct(">HHIH")
_SERVICES: Final = (b"_services", b"_dns-sd", b"_udp", b"local")
_TYPE: Final = (b"_https", b"_tcp", b"local")

Name = tuple[bytes, ...]
Record = tuple[Name, int, bytes]


class MdnsResponder(GroupResponder):
    """Answers for the router's own names."""

    def __init__(self, device: Device, address: str) -> None:
        """Respond for ``device`` at ``address``."""
        super().__init__(address, GROUP)
        host = device.look.hostname.encode()
        self._records = _records(device, address, (host, b"local"), (host, *_TYPE))

    @override
    def replies(self, data: bytes) -> list[bytes]:
        """One message with all answers, for a question that can be read."""
        try:
            identifier, questions, raw = _questions(data)
        except (ValueError, struct.error):
            return []
        found = [
            entry
            for entry in self._records
            if any(_matches(entry, name, kind) for name, kind in questions)
        ]
        if not found:
            return []
        head = _HEADER.pack(identifier, _RESPONSE, len(questions), len(found), 0, 0)
        return [head + raw + b"".join(_encoded(entry) for entry in found)]


def _records(device: Device, address: str, host: Name, instance: Name) -> list[Record]:
    text = ["path=/"]
    if Flaw.MDNS_LEAKS_SERIAL in device.flaws:
        text += [f"serial={device.identity.serial}", f"mac={device.identity.mac}"]
    where = struct.pack(">3H", 0, 0, device.look.surface["https"]) + _name(host)
    packed = ipaddress.IPv4Address(address).packed
    reverse = tuple(part.encode() for part in reversed(address.split(".")))
    return [
        (_SERVICES, _PTR, _name(_TYPE)),
        (_TYPE, _PTR, _name(instance)),
        (instance, _SRV, where),
        (instance, _TXT, b"".join(bytes([len(t)]) + t.encode() for t in text)),
        (host, _A, packed),
        ((*reverse, b"in-addr", b"arpa"), _PTR, _name(host)),
    ]


def _matches(record: Record, name: Name, kind: int) -> bool:
    same = [label.lower() for label in record[0]] == [label.lower() for label in name]
    return same and kind in {record[1], _ANY}


def _encoded(record: Record) -> bytes:
    name, kind, data = record
    return _name(name) + _FIXED.pack(kind, _IN, _TTL_S, len(data)) + data


def _name(labels: Name) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _questions(data: bytes) -> tuple[int, list[tuple[Name, int]], bytes]:
    """Identifier and questions of a query, and the questions as they stand in it.

    Raises:
        ValueError: no query, or one with compressed names, which nobody needs in questions.
    """
    identifier, flags, count, *_ = _HEADER.unpack_from(data)
    if flags & 0x8000 or not 0 < count <= _MOST_QUESTIONS:
        raise ValueError("no query")
    at, found = _HEADER.size, []
    for _ in range(count):
        labels: list[bytes] = []
        while length := data[at]:
            if length >= 0x40 or at + 1 + length >= len(data):  # noqa: PLR2004  (the longest label)
                raise ValueError("a name that cannot be read")
            labels.append(data[at + 1 : at + 1 + length])
            at += 1 + length
        kind, _klass = struct.unpack_from(">2H", data, at + 1)
        found.append((tuple(labels), kind))
        at += 5
    return identifier, found, data[_HEADER.size : at]
