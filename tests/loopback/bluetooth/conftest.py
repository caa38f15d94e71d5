"""A virtual radio, reference devices and bad peripherals on it, and probes that are run on them."""

import contextlib
import json
import subprocess
import sys
import time
import types
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.bench.bluetooth_hands import ConfiguredBluetooth, ReferenceHands, installed
from harness.bench.reference_control import ReferenceControl
from harness.encoding.clock import Clock
from harness.encoding.tree import DirectoryTree
from harness.errors import BenchFault
from harness.interpret.base import CaptureReader, Upstream
from harness.model.bench_config import BluetoothConfig, SampleConfig
from harness.model.ids import FactKey, SampleId, VisitId
from harness.model.record import AttemptOutcome, AttemptRecord
from harness.model.states import DeviceState
from harness.survey.context import AttemptContext
from harness.survey.store import AttemptFolder, SecretStore

PERIPHERALS = Path(__file__).with_name("peripherals.py")
END_S = 5


@pytest.fixture(autouse=True)
def _needs_the_extra():
    if not installed():
        pytest.skip("needs the extra: certbench[bluetooth]")


@contextlib.contextmanager
def process(*argv):
    """A process whose first line says that it is ready, and that ends with its input."""
    run = subprocess.Popen(
        [sys.executable, *argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a pipe that nobody reads would stop it once it is full
    )
    with run:
        try:
            yield run.stdout.readline()
        finally:
            run.stdin.close()
            try:
                run.wait(END_S)
            except subprocess.TimeoutExpired:
                run.kill()


def reference(*argv):
    return process("-m", "harness.reference", *argv)


@pytest.fixture(scope="session")
def start():
    """Starts a reference device by its arguments: a context with its ready line."""
    return reference


@pytest.fixture
def air():
    """The transport of a virtual radio of its own."""
    with reference("radio") as said:
        yield f"tcp-client:127.0.0.1:{json.loads(said)['port']}"


@pytest.fixture
def lock(air, tmp_path):
    """A reference lock's ready line and control, with flaws."""
    with contextlib.ExitStack() as stack:

        def begin(*flaws, rotation="60"):
            named = [part for flaw in flaws for part in ("--flaw", flaw)]
            said = stack.enter_context(
                reference(
                    "lock", "--sample", "A", "--transport", air, "--work", str(tmp_path / "lock"),
                    "--rotation", rotation, *named,
                )
            )  # fmt: skip
            ready = json.loads(said)
            return ready, ReferenceControl(ready["control"])

        yield begin


@pytest.fixture
def peripheral(air):
    """Starts one that behaves badly."""
    with contextlib.ExitStack() as stack:

        def begin(kind, name="Lock"):
            said = stack.enter_context(process(str(PERIPHERALS), kind, air, name))
            assert said == b"ready\n"

        yield begin


@dataclass
class Trial:
    """Runs one probe for real and reads its captures back."""

    transport: str
    folder: Path
    hands: object = None
    window_s: float = 2.0

    def run(self, probe, interpreter, timeout_s=60.0, name="Lock"):
        """Its facts, the reason if it failed, and how long it took."""
        config = BluetoothConfig(
            transport=self.transport, radio="bumble-link", name=name, window_s=self.window_s
        )
        sample = SampleConfig(id="A", serial="SN-1", bluetooth=config)
        links = types.SimpleNamespace(
            bluetooth=ConfiguredBluetooth(config, self.hands), config=sample, network=None
        )
        survey = self.folder / "survey"
        key = FactKey(
            probe=probe.declaration.name,
            sample=SampleId("A"),
            visit=VisitId("1-initialised"),
            attempt=1,
        )
        folder = AttemptFolder(survey / key.folder, Clock())
        began, outcome, reason = time.monotonic(), AttemptOutcome.COMPLETED, ""
        context = AttemptContext(
            sample=links,
            settings=None,
            state=DeviceState.INITIALISED,
            seed=1,
            clock=Clock(),
            deadline=began + timeout_s,
            folder=folder,
            secrets=SecretStore(self.folder / "secrets.json"),
            facts={},
        )
        try:
            probe.collect(context)
        except BenchFault as fault:
            outcome, reason = AttemptOutcome.FAILED, str(fault)
        took = time.monotonic() - began
        record = AttemptRecord(
            key=key,
            probe_version=probe.declaration.version,
            outcome=outcome,
            reason=reason,
            started=Clock().now(),
            ended=Clock().now(),
            captures=folder.entries(),
        )
        facts = interpreter.interpret(CaptureReader(DirectoryTree(survey), record), Upstream({}))
        return types.SimpleNamespace(facts=facts, reason=reason, took=took)


@pytest.fixture
def trial(air, tmp_path):
    return Trial(air, tmp_path / "trial")


@pytest.fixture
def hands():
    """The hands of a reference device, by its control."""
    return ReferenceHands


class NobodysHands:
    """Somebody stands there, and nothing that is done has any effect."""

    def press_button(self):
        pass

    def leave_pairing_mode(self):
        pass

    def read_display(self, timeout_s):
        return ""

    def type_digits(self, digits):
        pass

    def confirm(self, *, same):
        pass

    def read_tag(self):
        return None

    def forget_bonds(self):
        pass

    def stop(self):
        pass


@pytest.fixture
def useless_hands():
    return NobodysHands()
