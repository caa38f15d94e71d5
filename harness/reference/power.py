"""Power of the router: off, booting, stopped at the boot loader, on."""

import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from typing_extensions import override

from harness.errors import BenchFault
from harness.reference.boot import BootPrompt, boot_steps
from harness.reference.console import Console
from harness.reference.device import Device
from harness.reference.flaws import Flaw
from harness.reference.network import Network
from harness.reference.shell import Dialogue, Shell

BOOT_S: Final = 0.6
FAST_BOOT_S: Final = 0.3


class PowerState(StrEnum):
    """How far the router is."""

    OFF = "off"
    BOOTING = "booting"
    BOOT_LOADER = "boot-loader"
    ON = "on"


class LoginTerminal:
    """The console of a running router: when a session ends, the next one begins."""

    def __init__(self, device: Device) -> None:
        """A login prompt, or a root shell by a flaw."""
        self._device = device
        self._dialogue = self._new()

    def start(self) -> bytes:
        """The first prompt."""
        return self._dialogue.start()

    def feed(self, data: bytes) -> bytes:
        """What the terminal shows for typed ``data``."""
        shown = self._dialogue.feed(data)
        if self._dialogue.ended:
            self._dialogue = self._new()
            shown += self._dialogue.start()
        return shown

    def _new(self) -> Dialogue:
        rooted = Flaw.SERIAL_ROOT_SHELL in self._device.flaws
        return Dialogue(self._device, "console", Shell(self._device, "root") if rooted else None)


class _LeavingBootPrompt(BootPrompt):
    """A boot prompt that says when to go on."""

    def __init__(self, device: Device, go_on: threading.Event) -> None:
        super().__init__(device)
        self._go_on = go_on

    @override
    def feed(self, data: bytes) -> bytes:
        shown = super().feed(data)
        if self.leave:
            self._go_on.set()
        return shown


class Power:
    """Boots the router in a thread of its own, so that a person can press keys meanwhile.

    Attributes:
        fault: why the last boot failed; ``""`` if it did not.
    """

    def __init__(
        self,
        device: Device,
        network: Network,
        console: Console,
        boot_s: float,
        radio: Callable[[bool], None] | None = None,
    ) -> None:
        """Off. A boot takes ``boot_s`` seconds; ``radio`` is switched with the network."""
        self._device = device
        self._network = network
        self._console = console
        self._boot_s = boot_s
        self._radio = radio
        self._cut = threading.Event()
        self._go_on = threading.Event()
        self._booted = threading.Event()
        self._thread: threading.Thread | None = None
        self._state = PowerState.OFF
        self._lock = threading.Lock()
        self.fault = ""

    @property
    def state(self) -> PowerState:
        """How far the router is now."""
        return self._state

    def cycle(self) -> None:
        """Cut the power and give it back; returns while the router boots."""
        with self._lock:
            self._off()
            self._cut.clear()
            self._go_on.clear()
            self._booted.clear()
            self._set(PowerState.BOOTING)
            self._thread = threading.Thread(target=self._boot, name="boot")
            self._thread.start()

    def wait_until_on(self, timeout_s: float) -> bool:
        """Whether the router came up within ``timeout_s``; at once when it could not."""
        return self._booted.wait(timeout_s) and not self.fault

    def restart_login(self) -> None:
        """End the console session of a running router."""
        with self._lock:
            if self._state is PowerState.ON:
                self._attach_login()

    def off(self) -> None:
        """Cut the power."""
        with self._lock:
            self._off()

    def _off(self) -> None:
        self._cut.set()
        self._go_on.set()
        if self._thread:
            self._thread.join()
        self._console.attach(None)
        self._network.power(on=False)
        if self._radio:
            self._radio(False)  # noqa: FBT003  (the callback's one argument)
        self._device.end_sessions()
        self._device.accounts.forget_attempts()
        self._set(PowerState.OFF)

    def _boot(self) -> None:
        for step in boot_steps(self._device):
            self._console.write(step.text.replace("\n", "\r\n").encode())
            if self._cut.wait(step.share * self._boot_s):
                return
            if step.key_stops and self._console.key_pressed:
                self._stay_at_boot_loader()
            if self._cut.is_set():
                return
        try:
            self._network.power(on=True)
            if self._radio:
                self._radio(True)  # noqa: FBT003
        except BenchFault as fault:  # a port or an adapter is taken; `wait_until_on` tells
            self.fault = str(fault)
            self._booted.set()
            return
        self._attach_login()
        self._set(PowerState.ON)
        self._booted.set()

    def _stay_at_boot_loader(self) -> None:
        prompt = _LeavingBootPrompt(self._device, self._go_on)
        self._console.attach(prompt, prompt.start())
        self._set(PowerState.BOOT_LOADER)
        self._go_on.wait()
        self._console.attach(None)
        self._set(PowerState.BOOTING)

    def _attach_login(self) -> None:
        terminal = LoginTerminal(self._device)
        self._console.attach(terminal, terminal.start())

    def _set(self, state: PowerState) -> None:
        self._state = state
        self._device.truth.record("power", state=state.value)
