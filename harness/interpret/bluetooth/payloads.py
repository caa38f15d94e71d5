"""What advertisements say (Core Specification Supplement, Part A)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from harness.interpret.bluetooth.attributes import uuid_of

_NAMES: Final = frozenset({0x08, 0x09})
_SERVICES: Final = {0x02: 2, 0x03: 2, 0x06: 16, 0x07: 16}
_MANUFACTURER: Final = 0xFF


@dataclass(frozen=True)
class Parts:
    """One payload, taken apart; what is cut short is left out."""

    name: str = ""
    services: tuple[str, ...] = ()
    manufacturer: tuple[bytes, ...] = ()


def parts_of(data: bytes) -> Parts:
    """Read the parts of a payload (Part A, 1; Core, Vol 3, Part C, 11)."""
    name, services, manufacturer = "", [], []
    for kind, value in _structures(data):
        if kind in _NAMES:
            name = value.decode("utf-8", "replace")
        elif kind in _SERVICES:
            size = _SERVICES[kind]
            services += [uuid_of(value[at : at + size]) for at in range(0, len(value), size)]
        elif kind == _MANUFACTURER:
            manufacturer.append(value)
    return Parts(name, tuple(uuid for uuid in services if uuid), tuple(manufacturer))


def _structures(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data) and data[at]:
        length = data[at]
        piece = data[at + 1 : at + 1 + length]
        if len(piece) < length:
            return
        yield piece[0], piece[1:]
        at += 1 + length


def is_match(payload: bytes, match: Mapping[str, object]) -> bool:
    """Whether a payload is the DUT's, by its name or by a service that it offers."""
    parts = parts_of(payload)
    name, service = match.get("name"), match.get("service")
    return bool(name and parts.name == name) or bool(service and service in parts.services)
