"""Whether a sample can be reached over Bluetooth: adapter, its holder, its driver, the sample.

The usual troubles of adapters have the same few messages, so each comes with a way out.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harness.bench.bluetooth_adapters import Adapter, adapters, daemon_runs
from harness.bench.bluetooth_hands import ConfiguredBluetooth, installed
from harness.bench.bluetooth_link import Heard, Radio
from harness.bench.checks import Answer, Check, Step, blocks, in_order, note, ok
from harness.errors import BenchFault
from harness.model.bench_config import BluetoothConfig
from harness.model.radio import Radio as Kind

_FIND_S: Final = 10.0
_NAMES: Final = (0x08, 0x09)
_CLONE: Final = "usb:0A12:0001"
_STOP_DAEMON: Final = "sudo systemctl stop bluetooth"
_INSTALL: Final = "pip install 'certbench[bluetooth]'"
_WAYS_OUT: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (
        ("errno 16", "busy"),
        f"Somebody else holds the adapter, mostly the system's Bluetooth service: {_STOP_DAEMON}",
    ),
    (
        ("errno 13", "errno 1]", "access", "permission"),
        (
            'This user may not open it: a udev rule for it (SUBSYSTEM=="usb", MODE="0666"), '
            "group dialout for a serial one, root for hci-socket"
        ),
    ),
    (
        ("errno 97", "errno 93", "af_bluetooth", "not supported on this platform"),
        "This kernel has no Bluetooth sockets: take the adapter over usb: or serial:",
    ),
    (
        ("connection refused", "errno 111", "connect call failed"),
        "Nothing listens there: start the radio, certbench reference serve radio --port PORT",
    ),
    (
        ("not found", "no such", "errno 2]", "errno 19"),
        "It is not plugged in, or has another name: certbench init lists adapters",
    ),
    (
        ("timeout", "timed out", "stopped answering"),
        (
            "It was opened and answers no reset: unplug it and plug it in again; try another one, "
            "since cheap clones hang; a serial one may need another baud rate, a USB one may be no "
            "Bluetooth adapter at all"
        ),
    ),
)


def bluetooth_checks(subject: str, config: BluetoothConfig, *, own: bool) -> Iterator[Check]:
    """Each step towards the sample, until one blocks.

    Args:
        subject: whom the checks speak of.
        config: of the sample's Bluetooth.
        own: the radio was started by this command: the machine's adapters do not matter.
    """
    if not installed():
        missing = note("bumble is not installed: Bluetooth units are not on this bench", _INSTALL)
        yield from in_order(subject, "bluetooth", [("library", lambda: missing)])
        return
    steps = _Steps(config)
    named: tuple[Step, ...] = (
        ("transport", steps.transport),
        ("adapter", lambda: ok("virtual") if own else steps.adapter()),
        ("sample", steps.sample),
    )
    yield from in_order(subject, "bluetooth", named)


class _Steps:
    def __init__(self, config: BluetoothConfig) -> None:
        self._config = config

    def transport(self) -> Answer:
        """Whether a virtual adapter is called one."""
        shown = self._config.transport
        if shown.startswith("tcp-client:") and self._config.radio is Kind.OTHER:
            return note(
                f"{shown} is taken for a radio that pretends whatever it can",
                'Set bluetooth.radio to what listens there: "bumble-link", "rootcanal" or "real"',
            )
        return ok(shown)

    def adapter(self) -> Answer:
        """What can be told of the adapter without opening it."""
        kind, _, rest = self._config.transport.partition(":")
        if kind == "serial":
            return _serial(rest.partition(",")[0])
        if kind == "hci-socket":
            return _socket(rest)
        if kind in {"usb", "pyusb"}:
            return _usb(self._config.transport)
        return ok("reached over TCP")

    def sample(self) -> Answer:
        """Open the adapter, and listen for the sample."""
        link = ConfiguredBluetooth(self._config, None)
        try:
            with link.take(lambda _data, _sent: None) as radio:
                return self._listen(radio)
        except BenchFault as fault:
            return blocks(str(fault), way_out(str(fault)))

    def _listen(self, radio: Radio) -> Answer:
        signs = _signs(self._config)

        def fits(heard: Heard) -> bool:
            return any(sign in payload for sign in signs for payload in heard.payloads)

        found = radio.find(fits, _FIND_S)
        if found is not None:
            return ok(f"heard as {found.address}")
        return note(
            f"the adapter works, but {self._config.name or self._config.service} was not heard "
            f"within {_FIND_S:g} s",
            "Switch the sample on, bring it into pairing mode if it is silent otherwise, and "
            "compare bluetooth.name with what certbench pretest --scan-only hears",
        )


def _signs(config: BluetoothConfig) -> tuple[bytes, ...]:
    """How name and service look in a payload (Core Specification Supplement, Part A, 1.1, 1.2)."""
    signs = []
    if config.name:
        name = config.name.encode()
        signs += [bytes([len(name) + 1, kind]) + name for kind in _NAMES]
    if config.service:
        signs.append(uuid.UUID(config.service).bytes[::-1])
    return tuple(signs)


def way_out(said: str) -> str:
    """What to do about an adapter that could not be opened, by what bumble said."""
    lowered = said.lower()
    for words, advice in _WAYS_OUT:
        if any(word in lowered for word in words):
            return advice
    return "Unplug the adapter and plug it in again; certbench init lists those that are there"


def _serial(path: str) -> Answer:
    if not Path(path).exists():
        return blocks(f"{path} is not there", "Plug the adapter in; certbench init lists ports")
    if not os.access(path, os.R_OK | os.W_OK):
        return blocks(f"this user may not open {path}", "sudo usermod -aG dialout $USER")
    return ok(f"{path} can be opened")


def _socket(number: str) -> Answer:
    known = {each.transport for each in adapters()}
    if f"hci-socket:{number}" not in known:
        return blocks(
            f"the kernel has no hci{number}", "Take it over usb: instead; certbench init lists"
        )
    if daemon_runs():
        return blocks(f"bluetoothd holds hci{number}", f"{_STOP_DAEMON}; take it down first")
    if os.geteuid() != 0:
        return note("hci-socket needs CAP_NET_ADMIN", "Run as root, or take it over usb:")
    return ok(f"hci{number} is there")


def _usb(transport: str) -> Answer:
    there = [each for each in adapters() if each.transport.startswith("usb:")]
    if not there:
        return blocks(
            "no Bluetooth adapter on USB", "Plug one in; in a container pass /dev/bus/usb"
        )
    fitting = [each for each in there if _names(transport, each)]
    chosen = fitting[0] if fitting else there[0]
    if not chosen.is_writable:
        return blocks(f"this user may not open {chosen.node}", _WAYS_OUT[1][1])
    if chosen.transport.startswith(_CLONE):
        return note(
            f"{chosen.transport} is the identity of many clones, of which some hang",
            "If it stops answering, take another adapter",
        )
    if daemon_runs():
        return note("bluetoothd runs and may take the adapter", _STOP_DAEMON)
    return ok(f"{chosen.description} ({chosen.transport})")


def _names(transport: str, adapter: Adapter) -> bool:
    wanted = transport.partition(":")[2].rstrip("!").upper()
    return adapter.transport.partition(":")[2].upper().startswith(wanted)
