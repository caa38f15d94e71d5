"""Client of a reference device's control socket: one JSON object a line, answered by one.

Stands for what a person does with a real sample: presses its buttons, pulls its plugs. Nothing
that a probe concludes ever comes from here.
"""

import socket
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from typing_extensions import override

from harness.bench.protocols import Login, PowerSwitch, StateControl
from harness.encoding.canonical import canonical, load_strict
from harness.errors import BenchFault, CaptureError
from harness.model.states import DeviceState, Means

_TIMEOUT_S: Final = 30.0
_MAX_ANSWER: Final = 1024 * 1024
_CHUNK: Final = 65536


class ReferenceControl:
    """One reference device, by the path of its control socket."""

    def __init__(self, path: str, timeout_s: float = _TIMEOUT_S) -> None:
        """Talk to ``path``; nothing is opened yet."""
        self._path = path
        self._timeout_s = timeout_s

    def request(self, do: str, **fields: str) -> dict[str, Any]:
        """Ask for one thing and wait for the answer.

        Raises:
            BenchFault: the device is not there, does not answer in time, or says no.
        """
        line = canonical({"do": do, **fields}) + b"\n"
        try:
            answer = load_strict(self._exchange(line))
        except (OSError, CaptureError) as error:
            message = f"reference device at {self._path}: {do}: {error}; is it still running?"
            raise BenchFault(message) from error
        if not isinstance(answer, dict) or answer.get("ok") is not True:
            said = answer.get("error", "") if isinstance(answer, dict) else answer
            raise BenchFault(f"reference device at {self._path}: {do}: refused: {said}")
        return answer

    def state(self) -> str:
        """``as-received`` or ``initialised``."""
        return str(self.request("state").get("state", ""))

    def _exchange(self, line: bytes) -> bytes:
        deadline = time.monotonic() + self._timeout_s
        collected = bytearray()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(self._timeout_s)
            connection.connect(self._path)
            connection.sendall(line)
            while b"\n" not in collected and len(collected) < _MAX_ANSWER:
                connection.settimeout(max(0.01, deadline - time.monotonic()))
                chunk = connection.recv(_CHUNK)
                if not chunk:
                    break
                collected += chunk
        return bytes(collected)


class ReferencePower(PowerSwitch):
    """The plug of a reference device."""

    def __init__(self, control: ReferenceControl) -> None:
        """Switch the device behind ``control``."""
        self._control = control

    @override
    def cycle(self) -> None:
        self._control.request("power-cycle")


class ReferenceStates(StateControl):
    """Brings a reference device into the states that it has."""

    def __init__(self, control: ReferenceControl, user: Login | None) -> None:
        """Initialise with the password of ``user``."""
        self._control = control
        self._user = user

    @override
    def means(self, state: DeviceState) -> Means:
        return Means.SCRIPT

    @override
    def enter(self, state: DeviceState) -> bool:
        self._restore()
        ways: Mapping[DeviceState, Callable[[], bool]] = {
            DeviceState.AS_RECEIVED: self._as_received,
            DeviceState.INITIALISED: self._initialise,
            DeviceState.OFFLINE: self._unplug,
            DeviceState.MAKER_GONE: self._leave_alone,
            DeviceState.POWER_CYCLED: self._power_cycle,
            DeviceState.RESET: self._reset,
            DeviceState.UPDATED: self._update,
        }
        if state not in ways:
            raise BenchFault(f"a reference device cannot be brought into state {state.value}")
        return ways[state]()

    def _restore(self) -> None:
        """Plug it in again, and let its maker come back.

        Asked, not remembered: an earlier process of the bench may have left it otherwise.
        """
        found = self._control.request("state")
        if found.get("plugged") is False:
            self._control.request("plug")
        if found.get("maker") is False:
            self._control.request("maker", there="yes")

    def _as_received(self) -> bool:
        found = self._control.state()
        if found != "as-received":
            raise BenchFault(f"the reference device is {found}, and as-received happens once")
        return True

    def _unplug(self) -> bool:
        self._initialise()
        return self._control.request("unplug").get("plugged") is False

    def _leave_alone(self) -> bool:
        """Its maker is gone."""
        self._control.request("maker", there="no")
        return self._initialise()

    def _power_cycle(self) -> bool:
        before = self._control.state()
        self._control.request("power-cycle")
        return self._control.state() == before

    def _reset(self) -> bool:
        self._control.request("reset")
        return self._control.state() == "as-received"

    def _update(self) -> bool:
        """Install the version after the one that it has, once."""
        self._initialise()
        found = self._control.request("state")
        if found.get("firmware") == found.get("delivered"):
            self._control.request("firmware", version=str(found.get("next", "")))
            found = self._control.request("power-cycle")
        return found.get("firmware") == found.get("next")

    def _initialise(self) -> bool:
        if self._control.state() == "as-received":
            if self._user is None:
                message = "initialising needs the login that the user sets: give sample.user"
                raise BenchFault(message)
            self._control.request("initialise", password=self._user.password)
        return self._control.state() == "initialised"
