"""The Bluetooth adapters of this machine, as the kernel lists them; nothing is opened."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CLASSES: Final = Path("/sys/class/bluetooth")
_USB: Final = Path("/sys/bus/usb/devices")
_NODES: Final = Path("/dev/bus/usb")
_PROCESSES: Final = Path("/proc")
_BLUETOOTH: Final = ("e0", "01", "01")
"""Class, subclass and protocol of a Bluetooth programming interface (USB class codes)."""
_MOST: Final = 64
_DAEMON: Final = "bluetoothd"


@dataclass(frozen=True)
class Adapter:
    """An adapter.

    Attributes:
        transport: as the bench config names it: ``usb:0A12:0001``, ``hci-socket:0``.
        description: what it says of itself; device text, not yet neutralised.
        node: device file that has to be writable; ``""`` where there is none.
    """

    transport: str
    description: str
    node: str = ""

    @property
    def is_writable(self) -> bool:
        """This user may open it."""
        return not self.node or os.access(self.node, os.R_OK | os.W_OK)


def adapters(
    classes: Path = _CLASSES, usb: Path = _USB, nodes: Path = _NODES
) -> tuple[Adapter, ...]:
    """Those on USB, then those that the kernel drives."""
    found = [*_on_usb(usb, nodes), *_in_kernel(classes)]
    return tuple(found[:_MOST])


def daemon_runs(processes: Path = _PROCESSES) -> bool:
    """Whether the operating system's own Bluetooth service runs: it holds every adapter."""
    return any(_text(entry) == _DAEMON for entry in processes.glob("[0-9]*/comm"))


def _in_kernel(folder: Path) -> Iterator[Adapter]:
    for entry in _entries(folder):
        number = entry.name.removeprefix("hci")
        if number.isdecimal():
            yield Adapter(f"hci-socket:{number}", f"{entry.name}, driven by the kernel")


def _on_usb(folder: Path, nodes: Path) -> Iterator[Adapter]:
    for entry in _entries(folder):
        vendor, product = _text(entry / "idVendor"), _text(entry / "idProduct")
        if not vendor or not product or not _is_bluetooth(entry):
            continue
        name = _text(entry / "product") or "no name"
        serial = _text(entry / "serial")
        identity = f"{vendor}:{product}".upper()
        bus, device = _text(entry / "busnum"), _text(entry / "devnum")
        known = bus.isdecimal() and device.isdecimal()
        node = str(nodes / f"{int(bus):03}" / f"{int(device):03}") if known else ""
        yield Adapter(f"usb:{identity}" + (f"/{serial}" if serial else ""), name, node)


def _is_bluetooth(device: Path) -> bool:
    names = ("Class", "SubClass", "Protocol")
    if tuple(_text(device / f"bDevice{name}") for name in names) == _BLUETOOTH:
        return True
    return any(
        tuple(_text(part / f"bInterface{name}") for name in names) == _BLUETOOTH
        for part in _entries(device)
        if part.name.startswith(device.name)
    )


def _entries(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(sorted(folder.iterdir()))
    except OSError:
        return ()


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
