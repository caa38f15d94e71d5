"""``certbench pretest --scan-only``: who is in the air, and what each tells strangers.

Nobody is connected to and nothing is kept: most of what is heard belongs to other people.
"""

import re
import string
from dataclasses import asdict, dataclass
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from harness.bench.bluetooth_checks import way_out
from harness.bench.bluetooth_hands import installed
from harness.bench.bluetooth_link import Heard
from harness.cli import output
from harness.encoding.text import neutralise, to_latin
from harness.errors import BenchFault, MissingExtraError, UsageError
from harness.interpret.bluetooth.payloads import parts_of
from harness.model.radio import Radio, adapter_problem

_MOST_S: Final = 3600.0
_PIECE_S: Final = 5.0
_MOST_TEXT: Final = 60
_PUBLIC: Final = "/P"
_KINDS: Final = {
    0b11: "static-random",
    0b01: "resolvable-private",
    0b00: "non-resolvable-private",
}
"""By the two highest bits of a random address (Core, Vol 6, Part B, 1.3.2)."""
_LASTING: Final = frozenset({"public", "static-random"})
_SPEAKING: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z .:_/-]{5,}")
_COMPANY_BYTES: Final = 2
_TAIL: Final = 4
"""Hexadecimal digits at the end of an address that makers like to put into names."""


@dataclass(frozen=True)
class Scan:
    """What the user asked for."""

    transport: str
    seconds: float
    radio: Radio
    as_json: bool


@dataclass(frozen=True)
class Somebody:
    """One address in the air; texts are neutralised.

    Attributes:
        kind: of the address.
        leaks: what strangers can use, in words.
    """

    address: str
    kind: str
    connectable: bool
    name: str
    services: tuple[str, ...]
    manufacturer: tuple[str, ...]
    leaks: tuple[str, ...]


def scan(wanted: Scan, console: Console) -> int:
    """Listen, and list who was heard; the exit status.

    Raises:
        UsageError: no adapter is named, or none that can be, or the time is out of range.
        BenchFault: the optional part is missing, or the adapter cannot be opened.
    """
    if not wanted.transport:
        raise UsageError("--scan-only listens with an adapter: --bluetooth usb:0")
    if problem := adapter_problem(wanted.transport):
        raise UsageError(f"--bluetooth: {problem}")
    if not 0 < wanted.seconds <= _MOST_S:
        raise UsageError(f"--listen takes more than 0 and at most {_MOST_S:g} seconds")
    try:
        heard = [somebody(each) for each in _listen(wanted)]
    except BenchFault as fault:
        raise BenchFault(f"{fault}. {way_out(str(fault))}") from fault
    if wanted.as_json:
        output.print_json(_document(wanted, heard))
    else:
        _show(wanted, heard, console)
    return 0


def _listen(wanted: Scan) -> tuple[Heard, ...]:
    if not installed():
        raise MissingExtraError("bluetooth", "Bluetooth")
    from harness.bench.bluetooth import open_radio

    found: dict[str, Heard] = {}
    with open_radio(wanted.transport, lambda _data, _sent: None) as radio:
        left = wanted.seconds
        while left > 0:
            for each in radio.listen(min(left, _PIECE_S)):
                known = found.get(each.address)
                said = dict.fromkeys([*(known.payloads if known else ()), *each.payloads])
                connectable = each.connectable or bool(known and known.connectable)
                found[each.address] = Heard(each.address, connectable, tuple(said))
            left -= _PIECE_S
    return tuple(found.values())


def somebody(heard: Heard) -> Somebody:
    """What one address told."""
    parts = [parts_of(payload) for payload in heard.payloads]
    names = dict.fromkeys(part.name for part in parts if part.name)
    own = dict.fromkeys(value for part in parts for value in part.manufacturer)
    name = neutralise(next(iter(names), ""), _MOST_TEXT)
    address = heard.address.removesuffix(_PUBLIC)
    kind = kind_of(heard.address)
    return Somebody(
        address=address,
        kind=kind,
        connectable=heard.connectable,
        name=name,
        services=tuple(dict.fromkeys(uuid for part in parts for uuid in part.services)),
        manufacturer=tuple(value.hex() for value in own),
        leaks=_leaks(address, kind, name, tuple(own)),
    )


def kind_of(address: str) -> str:
    """``public``, or the kind of a random address, as bumble writes addresses."""
    if address.endswith(_PUBLIC):
        return "public"
    first = address.partition(":")[0]
    whole = len(first) == 2 and set(first) <= set(string.hexdigits)  # noqa: PLR2004  (one byte)
    return _KINDS.get(int(first, 16) >> 6, "reserved") if whole else "unknown"


def _leaks(address: str, kind: str, name: str, own: tuple[bytes, ...]) -> tuple[str, ...]:
    leaks = []
    if kind in _LASTING:
        leaks.append("its address lasts, so that it can be followed")
    if address.replace(":", "")[-_TAIL:].lower() in name.lower().replace(":", ""):
        leaks.append("its name ends like its address")
    for value in own:
        spoken = _SPEAKING.search(to_latin(value[_COMPANY_BYTES:]))
        if spoken:
            leaks.append(f"text in the maker's data: {neutralise(spoken[0], _MOST_TEXT)}")
    return tuple(leaks)


def _document(wanted: Scan, heard: list[Somebody]) -> dict[str, Any]:
    """``certbench/air/1``."""
    return {
        "schema": "certbench/air/1",
        "adapter": wanted.transport,
        "radio": wanted.radio.value,
        "seconds": wanted.seconds,
        "heard": [asdict(each) for each in heard],
    }


def _show(wanted: Scan, heard: list[Somebody], console: Console) -> None:
    if not heard:
        console.print(f"nobody was heard within {wanted.seconds:g} s on {escape(wanted.transport)}")
    for each in heard:
        name = f" [bold]{escape(each.name)}[/]" if each.name else ""
        link = "" if each.connectable else ", takes no connection"
        console.print(f"{escape(each.address)} {each.kind}{link}{name}", soft_wrap=True)
        for uuid in each.services:
            console.print(f"    service {uuid}", style="dim")
        for leak in each.leaks:
            console.print(f"    leaks   {escape(leak)}", soft_wrap=True)
    console.print("Names and addresses here are mostly other people's: nothing was kept.")
