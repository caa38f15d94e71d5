"""Look at a lock over Classic, on rootcanal, with some flaws; print the facts as JSON."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from harness.bench.bluetooth_hands import ConfiguredBluetooth, ReferenceHands
from harness.bench.reference_control import ReferenceControl
from harness.encoding.clock import Clock
from harness.encoding.tree import DirectoryTree
from harness.interpret.base import CaptureReader, Upstream
from harness.interpret.bluetooth.classic import INTERPRETER
from harness.model.bench_config import BluetoothConfig, SampleConfig
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.record import AttemptOutcome, AttemptRecord
from harness.model.states import DeviceState
from harness.probes.bluetooth_classic import PROBE
from harness.survey.context import AttemptContext
from harness.survey.store import AttemptFolder, SecretStore

PORT = 6402
TRANSPORT = f"tcp-client:127.0.0.1:{PORT}"
WINDOW_S = 3.0
START_S = 20.0
ATTEMPT_S = 110.0


@contextlib.contextmanager
def running(command, log, stdout=subprocess.PIPE):
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=errors,
            start_new_session=True,  # rootcanal's command starts a program of its own
        )
    try:
        yield process
    finally:
        process.stdin.close()
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


def wait_for_radio():
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", PORT), 1):
            return
        time.sleep(0.1)
    raise SystemExit("rootcanal did not start")


def survey(work, ready, radio):
    """One attempt of the probe, and its facts as read back from what it stored."""
    control = ReferenceControl(ready["control"])
    air = ready["bluetooth"]
    config = BluetoothConfig(
        transport=TRANSPORT,
        radio=radio,
        name=air["name"],
        window_s=WINDOW_S,
        classic=True,
        classic_address=air["classic_address"],
    )
    link = ConfiguredBluetooth(config, ReferenceHands(control))
    key = FactKey(
        probe=ProbeName("bluetooth-classic"),
        sample=SampleId("A"),
        visit=VisitId("initialised"),
        attempt=1,
    )
    root = work / "survey"
    folder = AttemptFolder(root / key.folder, Clock())
    context = AttemptContext(
        sample=SimpleNamespace(config=SampleConfig(id="A", bluetooth=config), classic=link),
        settings=None,
        state=DeviceState.INITIALISED,
        seed=1,
        clock=Clock(),
        deadline=time.monotonic() + ATTEMPT_S,
        folder=folder,
        secrets=SecretStore(work / "secrets.json"),
        facts={},
    )
    PROBE.collect(context)
    now = Clock().now()
    record = AttemptRecord(
        key=key,
        probe_version=1,
        outcome=AttemptOutcome.COMPLETED,
        reason="",
        started=now,
        ended=now,
        captures=folder.entries(),
    )
    return INTERPRETER.interpret(CaptureReader(DirectoryTree(root), record), Upstream({}))


def main(work, radio, flaws):
    begun = time.monotonic()
    air = [sys.executable, "-m", "rootcanal"]
    with running(air, work / "rootcanal.log", subprocess.DEVNULL):
        wait_for_radio()
        lock = [sys.executable, "-m", "harness.reference", "lock", "--classic", "--sample", "A"]
        lock += ["--transport", TRANSPORT, "--work", str(work / "lock")]
        lock += [f"--flaw={flaw}" for flaw in flaws]
        with running(lock, work / "lock.log") as process:
            ready = json.loads(process.stdout.readline())
            facts = survey(work, ready, radio)
    sys.stdout.write(json.dumps({"facts": facts.to_json(), "seconds": time.monotonic() - begun}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
