"""certbench doctor as its users meet it: exit status, one object, nothing secret, nothing live."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.bench.checks import Health
from harness.cli.doctor import examine
from harness.config import load_bench

LOCK = Path(__file__).parents[3] / "bench_configs" / "reference-lock"
BENCH = """
[bench]
name = "b"
scope = ["192.0.2.0/24"]
interface = "nosuch0"

[[sample]]
id = "A"
network.address = "192.0.2.77"
label = {{ user = "admin", password = "{password}" }}
"""


@pytest.fixture
def doctor(tmp_path):
    def run(bench, *options):
        command = [Path(sys.executable).with_name("certbench"), "doctor", bench, *options]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path
        )

    return run


def test_a_lock_without_the_optional_part_is_told_which_one_it_is(monkeypatch, tmp_path):
    monkeypatch.setattr("harness.cli.devices.installed", lambda: False)
    monkeypatch.setattr("harness.cli.doctor.machine_checks", lambda *_: iter(()))
    (check,) = examine(load_bench(LOCK), tmp_path)
    assert check.health is Health.BLOCKS
    assert "certbench[bluetooth]" in check.shown
    assert "pip" not in check.mend


def test_a_bench_with_a_missing_interface_blocks(doctor, tmp_path):
    (tmp_path / "secret").write_text("hunter2-very\n")
    (tmp_path / "bench.toml").write_text(BENCH.format(password="file:secret"))
    done = doctor(tmp_path)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "there is no interface nosuch0" in done.stderr
    assert "not tried" not in done.stderr
    assert "hunter2" not in done.stderr


def test_the_object_names_every_step(doctor, tmp_path):
    (tmp_path / "bench.toml").write_text(BENCH.format(password="env:CERTBENCH_NO_SUCH"))
    done = doctor(tmp_path / "bench.toml", "--json")
    assert done.returncode == 3
    said = json.loads(done.stdout)
    assert said["schema"] == "certbench/doctor/1"
    assert said["ready"] is False
    found = {
        (entry["subject"], entry["link"], entry["name"]): entry["health"]
        for entry in said["checks"]
    }
    assert found["config", "", "dossier.toml"] == "note"
    assert found["sample A", "network", "scope"] == "ok"
    assert found["sample A", "network", "interface"] == "blocks"
    assert found["sample A", "network", "answer"] == "skipped"
    assert found["sample A", "label", "secret"] == "blocks"


def test_a_wrong_config_ends_with_2_and_still_one_object(doctor, tmp_path):
    (tmp_path / "bench.toml").write_text('[bench]\nname = "b"\nscopes = []\n')
    done = doctor(tmp_path, "--json")
    assert done.returncode == 2
    (check,) = json.loads(done.stdout)["checks"]
    assert (check["subject"], check["health"]) == ("config", "blocks")


def test_an_address_outside_the_scope_is_refused_before_anything_is_tried(doctor, tmp_path):
    (tmp_path / "bench.toml").write_text(
        BENCH.format(password="env:X").replace("192.0.2.0/24", "198.51.100.0/24")
    )
    done = doctor(tmp_path)
    assert done.returncode == 2
    assert "outside bench.scope" in done.stderr
    assert "sample A" not in done.stderr


def test_a_wrong_dossier_ends_with_2(doctor, tmp_path):
    (tmp_path / "bench.toml").write_text(BENCH.format(password="env:X"))
    (tmp_path / "dossier.toml").write_text('[dut]\nsupplier = "s"\n')
    done = doctor(tmp_path)
    assert done.returncode == 2
    assert "dut.model: missing" in done.stderr
