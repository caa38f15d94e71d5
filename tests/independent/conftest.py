"""A bundle that the command really sealed, for programs of others to look at."""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.bench.bluetooth_hands import ConfiguredBluetooth
from harness.encoding.clock import Clock
from harness.encoding.tree import DirectoryTree
from harness.interpret.base import CaptureReader, Upstream
from harness.interpret.registry import interpreter_of
from harness.model.bench_config import BluetoothConfig, SampleConfig
from harness.model.ids import FactKey, SampleId, VisitId
from harness.model.record import AttemptOutcome, AttemptRecord
from harness.model.states import DeviceState
from harness.survey.context import AttemptContext
from harness.survey.store import AttemptFolder, SecretStore

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "bench_configs" / "reference-router"


@dataclass(frozen=True)
class Sealed:
    """What a run of the command left."""

    bundle: Path
    archive: Path
    public_key: Path

    def envelope(self, name="statement"):
        """A signed statement, as anybody's JSON reader gives it."""
        return json.loads((self.bundle / "evb" / f"{name}.dsse.json").read_bytes())


@pytest.fixture(scope="session")
def sealed(private_bench, tmp_path_factory):
    """A survey of the hardened router, judged and sealed; about a minute."""
    out = tmp_path_factory.mktemp("sealed") / "out"
    argv = [sys.executable, "-m", "harness.cli", "run", BENCH, "-f", "california-sb-327", "--json"]
    argv += ["--purpose", "demo", "-o", out, "--key", out.with_name("key.pem")]
    done = subprocess.run(
        list(map(str, argv)), capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode in {0, 1, 3}, done.stderr[-3000:]
    (archive,) = out.glob("evb-*.zip")
    return Sealed(out / "bundle", archive, out / "signing-key.pub.pem")


@pytest.fixture
def tampered(sealed, tmp_path):
    """A copy in which one byte of a capture differs."""
    bundle = tmp_path / "bundle"
    shutil.copytree(sealed.bundle, bundle)
    victim = min(bundle.glob("data/survey/*/*/*/*/*.jsonl"))
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    return Sealed(bundle, sealed.archive, sealed.public_key)


class Air:
    """A virtual radio of its own, what is in it, and the probes that are pointed at that."""

    def __init__(self, folder):
        self.folder = folder
        self.survey = folder / "survey"
        self._started = []
        self.radio = self.start("-m", "harness.reference", "radio")
        port = json.loads(self.radio.stdout.readline())["port"]
        self.transport = f"tcp-client:127.0.0.1:{port}"

    def start(self, *argv):
        """A process of Python that lasts as long as this air."""
        process = subprocess.Popen(
            [sys.executable, *map(str, argv)],
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if "-m" in argv else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._started.append(process)
        return process

    def facts(self, probe, name, hands=None):
        """What a probe finds of the device of that name, within its own time-out."""
        config = BluetoothConfig(
            transport=self.transport, radio="bumble-link", name=name, window_s=1.0
        )
        link = ConfiguredBluetooth(config, hands)
        with link.take(lambda *_: None) as radio:  # it may still be starting
            assert radio.find(lambda heard: name.encode() in b"".join(heard.payloads), 20.0)
        sample = SampleConfig(id="A", serial="7654321", bluetooth=config)
        about = probe.declaration
        key = FactKey(probe=about.name, sample=SampleId("A"), visit=VisitId("1-test"), attempt=1)
        folder = AttemptFolder(self.survey / key.folder, Clock())
        context = AttemptContext(
            sample=SimpleNamespace(bluetooth=link, config=sample),
            settings=None,
            state=DeviceState.INITIALISED,
            seed=1,
            clock=Clock(),
            deadline=time.monotonic() + about.timeout_s,
            folder=folder,
            secrets=SecretStore(self.folder / "secrets.json"),
            facts={},
        )
        probe.collect(context)
        now = Clock().now()
        self.attempt = AttemptRecord(
            key=key,
            probe_version=about.version,
            outcome=AttemptOutcome.COMPLETED,
            started=now,
            ended=now,
            captures=folder.entries(),
        )
        return self.read(self.survey)

    def read(self, survey):
        """The facts of the last attempt, from its captures below ``survey``."""
        reader = CaptureReader(DirectoryTree(survey), self.attempt)
        return interpreter_of(self.attempt.key.probe).interpret(reader, Upstream({}))

    def close(self):
        """End everything that was started."""
        for process in reversed(self._started):
            with process:  # closes its streams and waits for it
                process.terminate()


@pytest.fixture
def air(tmp_path):
    """An air without anybody."""
    pytest.importorskip("bumble", reason="needs certbench[bluetooth]")
    made = Air(tmp_path)
    yield made
    made.close()
