"""Twins of captures of Bluetooth packets: the same packets, without keys and without bystanders.

Every key and every value but those that any device tells are masked, whether or not the bench knows
them for secrets: the keys of a run are thrown away, but what a sample hands out may be its
owner's. Advertisements of other devices are emptied, their addresses become pseudonyms of the same
kind.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from harness.encoding.text import from_latin, to_latin
from harness.errors import CaptureError
from harness.evidence.hci_places import advertised, find_places, identities, structures
from harness.evidence.hci_units import Unit, units_in
from harness.evidence.layers import MASK

_MASK: Final = MASK.encode()
_NAMES: Final = frozenset({0x08, 0x09})
_SERVICES: Final = {0x02: 2, 0x03: 2, 0x06: 16, 0x07: 16}
_BASE_END: Final = "-0000-1000-8000-00805f9b34fb"
Address = Callable[[bytes, bool], bytes | None]
"""The pseudonym of an address, most significant byte first; None for the samples' own."""


def snoop_twin(data: bytes, scrub: Callable[[str], str], address: Address | None) -> bytes:
    """The twin of a capture file; masked whole if it cannot be read.

    Args:
        data: the file.
        scrub: replaces secrets in a text and keeps its length.
        address: pseudonyms; None leaves addresses and advertisements alone.
    """
    twin = bytearray(data)
    try:
        _scrub(twin, list(units_in(data)), scrub)
        for found in find_places(data):
            new: Iterable[int] = _MASK * len(found.at)
            if found.kind in {"address", "said"}:
                other = address(found.address[::-1], found.random) if address else None
                if other is None:
                    continue
                new = bytes(len(found.at)) if found.kind == "said" else other[::-1]
            for place, byte in zip(found.at, new, strict=False):
                twin[place] = byte
    except CaptureError:
        return _MASK * len(data)
    return bytes(twin)


def unmasked(data: bytes) -> bool:
    """Whether a key or a value is left in a capture file; also where it cannot be read."""
    try:
        return any(
            data[place] != _MASK[0]
            for found in find_places(data)
            if found.kind in {"key", "value"}
            for place in found.at
        )
    except CaptureError:
        return bool(data.strip(_MASK))


def texts_of_snoop(data: bytes) -> Iterator[str]:
    """Everything that crossed, frames joined, as one text; nothing of what cannot be read."""
    try:
        yield "\n".join(to_latin(unit.data) for unit in units_in(data))
    except CaptureError:
        return


def sample_addresses(data: bytes, match: Mapping[str, object]) -> Iterator[str]:
    """Addresses under which the sample was heard, by its name or service, and its identity.

    Raises:
        CaptureError: not a file of this format.
    """
    for whose, payload in advertised(data):
        if _is_match(payload, match):
            yield whose[::-1].hex(":")
    yield from (found[::-1].hex(":") for found in identities(data))


def _scrub(twin: bytearray, units: list[Unit], scrub: Callable[[str], str]) -> None:
    """Replace secrets, unit by unit; a quick look over all of them first."""
    together = "\n".join(to_latin(unit.data) for unit in units)
    if scrub(together) == together:
        return
    for unit in units:
        text = to_latin(unit.data)
        clean = from_latin(scrub(text))
        for place, byte in zip(unit.at, clean, strict=True):
            twin[place] = byte


def _is_match(payload: bytes, match: Mapping[str, object]) -> bool:
    name, service = match.get("name"), match.get("service")
    if name and payload.partition(b"\0")[0].decode("utf-8", "replace") == name:
        return True  # the answer to a request for its name
    for kind, content in structures(payload):
        if kind in _NAMES and name and content.decode("utf-8", "replace") == name:
            return True
        size = _SERVICES.get(kind)
        if size and service:
            pieces = (content[at : at + size] for at in range(0, len(content), size))
            if service in {_uuid(piece) for piece in pieces if len(piece) == size}:
                return True
    return False


def _uuid(piece: bytes) -> str:
    if len(piece) == 2:  # noqa: PLR2004  (short for 16 bytes)
        return f"0000{piece[::-1].hex()}{_BASE_END}"
    text = piece[::-1].hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
