"""Without the optional part a bench has no Bluetooth, whatever its config says."""

import importlib.util
import subprocess
import sys

import pytest

from harness.bench import bluetooth_hands
from harness.bench.assembly import assemble
from harness.cli import devices
from harness.cli.devices import reference_devices
from harness.cli.surveying import expected_capabilities
from harness.errors import BenchFault
from harness.model.bench_config import BenchConfig
from harness.model.ids import SampleId
from harness.model.states import Capability

WITHOUT = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "bumble":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocked())
from harness.survey.registry import load_probes
from harness.interpret.registry import load_interpreters
from harness.bench.assembly import assemble
import harness.cli.app, harness.cli.air, harness.bench.bluetooth_checks
probes, broken = load_probes()
names = {name for name in probes if name.startswith("bluetooth")}
print(sorted(names), sorted(broken))
"""


def config(device=None):
    sample = {
        "id": "A",
        "bluetooth": {
            "transport": "tcp-client:127.0.0.1:0",
            "radio": "bumble-link",
            "name": "Lock",
        },
    }
    if device:
        sample["reference"] = {"device": device}
    return BenchConfig.model_validate(
        {"bench": {"name": "b", "scope": ["127.0.0.0/8"]}, "sample": [sample]}
    )


@pytest.fixture
def without(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "bumble" else found(name)
    )


def test_the_bench_has_the_capability_only_with_the_extra(monkeypatch):
    for there in (True, False):
        monkeypatch.setattr("harness.bench.assembly.installed", lambda there=there: there)
        monkeypatch.setattr("harness.cli.surveying.installed", lambda there=there: there)
        (links,) = assemble(config()).samples()
        assert (Capability.BLUETOOTH in links.capabilities) is there
        expected = expected_capabilities(config())[SampleId("A")]
        assert (Capability.BLUETOOTH in expected) is there


@pytest.mark.usefixtures("without")
def test_it_is_told_without_importing():
    assert not bluetooth_hands.installed()


def test_a_lock_needs_the_extra(monkeypatch):
    monkeypatch.setattr(devices, "installed", lambda: False)
    with (
        pytest.raises(BenchFault, match=r"certbench\[bluetooth\]"),
        reference_devices(config("lock")),
    ):
        pass


def test_the_radio_of_a_reference_device_is_a_virtual_one(monkeypatch):
    monkeypatch.setattr(devices, "installed", lambda: True)
    real = config("lock").model_dump()
    real["sample"][0]["bluetooth"] |= {"transport": "usb:0"}
    with (
        pytest.raises(BenchFault, match="0 for a free port"),
        reference_devices(BenchConfig.model_validate(real)),
    ):
        pass


def test_probes_readers_and_commands_import_where_bumble_cannot_be():
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert "bluetooth-advertising" in run.stdout
    assert "bluetooth-pairing" in run.stdout
    assert run.stdout.rstrip().endswith("[]"), run.stdout
