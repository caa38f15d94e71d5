"""What the router prints while it starts, and the prompt of its boot loader."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harness.reference.device import Device
from harness.reference.flaws import Flaw
from harness.reference.identity import HARDWARE, MODEL

_LONGEST_LINE: Final = 256


@dataclass(frozen=True)
class BootStep:
    """Some lines of the boot log and the time they take.

    Attributes:
        share: part of the whole boot time that passes before the next step, 0 to 1.
        key_stops: a key pressed until the end of this step stops at the boot loader.
    """

    text: str
    share: float
    key_stops: bool = False


def boot_steps(device: Device) -> Sequence[BootStep]:
    """The boot log of ``device`` as it is now."""
    look = device.look
    stoppable = Flaw.BOOTLOADER_INTERRUPTIBLE in device.flaws
    offer = "Hit any key to stop autoboot" if stoppable else "Verified boot"
    return (
        BootStep(f"\n{look.boot_banner}\nBoard: {MODEL}, {HARDWARE}\nDRAM: 128 MiB\n", 0.15),
        BootStep(f"{offer}\n", 0.3, key_stops=stoppable),
        BootStep("Loading kernel ... OK\nStarting kernel ...\n\n", 0.1),
        BootStep(
            "[    0.000000] Booting Linux on physical CPU 0x0\n"
            "[    0.104511] Memory: 118964K/131072K available\n"
            "[    0.312770] serial: ttyS0 at MMIO 0x10000c00 is a 16550A\n",
            0.15,
        ),
        BootStep(
            "[    0.651208] eth0: link up, 1000 Mbit/s, full duplex\n"
            "[    0.803344] VFS: Mounted root (squashfs filesystem) readonly\n",
            0.15,
        ),
        BootStep(f"init: Firmware {device.firmware}\n{_services(device)}", 0.15),
    )


class BootPrompt:
    """The boot loader's command line, reached by a key during boot: a flaw.

    Attributes:
        leave: ``boot`` was typed.
    """

    def __init__(self, device: Device) -> None:
        """At the prompt."""
        self._device = device
        self._line = bytearray()
        self.leave = False

    def start(self) -> bytes:
        """The first prompt."""
        return f"\r\n{self._device.look.boot_prompt}".encode()

    def feed(self, data: bytes) -> bytes:
        """What the terminal shows for typed ``data``."""
        shown = bytearray()
        for byte in data:
            if self.leave:
                break
            if byte == ord("\r") or (byte == ord("\n") and self._line):
                shown += self._entered()
            elif chr(byte).isprintable() and byte < 0x7F and len(self._line) < _LONGEST_LINE:  # noqa: PLR2004  (end of ASCII)
                self._line.append(byte)
                shown.append(byte)
        return bytes(shown)

    def _entered(self) -> bytes:
        line = self._line.decode("ascii").strip()
        self._line.clear()
        output = self._run(line).replace("\n", "\r\n")
        prompt = "" if self.leave else self._device.look.boot_prompt
        return f"\r\n{output}{prompt}".encode()

    def _run(self, line: str) -> str:
        if line == "boot":
            self.leave = True
            return ""
        if line == "version":
            return f"{self._device.look.boot_banner} ({HARDWARE})\n"
        if line == "printenv":
            mac = self._device.identity.mac
            return f"baudrate=115200\nbootcmd=bootm 0x9f020000\nethaddr={mac}\n"
        return f"Unknown command '{line}' - try 'printenv', 'version' or 'boot'\n" if line else ""


def _services(device: Device) -> str:
    lines = ["init: starting network", "init: starting web server"]
    if Flaw.SECRETS_IN_BOOT_LOG in device.flaws:
        lines.append(f"hostapd: wpa_passphrase={device.identity.wifi_passphrase}")
        lines.append(f"init: admin_password={device.accounts.current_password}")
    return "\n".join([*lines, "init: done"]) + "\n\n"
