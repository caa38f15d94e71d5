"""The client of a reference device's control socket."""

import json
import socket
import threading

import pytest

from harness.bench.protocols import Login
from harness.bench.reference_control import ReferenceControl, ReferencePower, ReferenceStates
from harness.errors import BenchFault
from harness.model.states import DeviceState

pytestmark = pytest.mark.loopback


class FakeDevice:
    """Answers the control protocol of a reference device."""

    def __init__(self, path):
        self.state = "as-received"
        self.plugged = True
        self.asked = []
        self.raw = None
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(path)
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        while True:
            connection, _ = self._listener.accept()
            with connection, connection.makefile("rwb") as stream:
                line = stream.readline()
                if not line:
                    return
                stream.write(self._answer(json.loads(line)))
                stream.flush()

    def _answer(self, request):
        self.asked.append(request)
        if self.raw is not None:
            return self.raw
        if request["do"] == "initialise":
            self.state = "initialised"
        if request["do"] == "reset":
            self.state = "as-received"
        self.plugged = {"plug": True, "unplug": False}.get(request["do"], self.plugged)
        said = {"ok": True, "state": self.state, "plugged": self.plugged}
        return json.dumps(said).encode() + b"\n"

    def stop(self, path):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as last:
            last.connect(path)
        self._thread.join(5)
        self._listener.close()


@pytest.fixture
def device(tmp_path):
    path = str(tmp_path / "control")
    fake = FakeDevice(path)
    fake.path = path
    yield fake
    fake.stop(path)


def test_states_are_entered_and_confirmed(device):
    states = ReferenceStates(ReferenceControl(device.path), Login("admin", "new one"))
    assert states.enter(DeviceState.AS_RECEIVED)
    assert states.enter(DeviceState.INITIALISED)
    assert {"do": "initialise", "password": "new one"} in device.asked
    with pytest.raises(BenchFault, match="as-received happens once"):
        states.enter(DeviceState.AS_RECEIVED)
    assert states.enter(DeviceState.POWER_CYCLED)
    assert states.enter(DeviceState.RESET)


def test_going_offline_is_undone_by_the_next_state(device):
    states = ReferenceStates(ReferenceControl(device.path), Login("admin", "new one"))
    states.enter(DeviceState.OFFLINE)
    states.enter(DeviceState.INITIALISED)
    done = [request["do"] for request in device.asked if request["do"] != "state"]
    assert done == ["initialise", "unplug", "plug"]


def test_a_device_that_another_process_unplugged_is_plugged_in(device):
    control = ReferenceControl(device.path)
    login = Login("admin", "new one")
    ReferenceStates(control, login).enter(DeviceState.OFFLINE)
    ReferenceStates(control, login).enter(DeviceState.INITIALISED)
    assert {"do": "plug"} in device.asked


def test_power_is_cycled_through_the_socket(device):
    ReferencePower(ReferenceControl(device.path)).cycle()
    assert device.asked == [{"do": "power-cycle"}]


@pytest.mark.parametrize("raw", [b'{"ok":false,"error":"busy"}\n', b"[]\n", b"junk\n", b""])
def test_a_refusal_or_garbage_is_a_fault(device, raw):
    device.raw = raw
    with pytest.raises(BenchFault):
        ReferenceControl(device.path).request("state")


def test_a_device_that_is_gone_is_a_fault(tmp_path):
    with pytest.raises(BenchFault, match="still running"):
        ReferenceControl(str(tmp_path / "nothing")).state()


def test_initialising_without_a_user_login_is_a_fault(device):
    with pytest.raises(BenchFault, match=r"sample\.user"):
        ReferenceStates(ReferenceControl(device.path), None).enter(DeviceState.INITIALISED)


def test_a_state_that_the_device_does_not_have_is_a_fault(device):
    with pytest.raises(BenchFault, match="unknown"):
        ReferenceStates(ReferenceControl(device.path), None).enter(DeviceState.UNKNOWN)
