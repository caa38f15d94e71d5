"""certbench diff on real surveys: the same device twice, hardened and weak, withheld captures."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.model.record import AttemptRecord

pytestmark = [pytest.mark.netns, pytest.mark.slow]


@pytest.fixture(scope="module")
def again(private_bench, spine, tmp_path_factory):
    """A second survey of the hardened router, with other random values, in a run directory."""
    folder = tmp_path_factory.mktemp("again")
    out, bench = folder / "out", spine.bench_of(folder / "bench", spine.router)
    done = spine.certbench("survey", bench, "-f", spine.etsi, "-f", spine.california, "-o", out,
                           "--purpose", "demo", "--seed", "20261122")  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return out / "run" if (out / "run").is_dir() else out


@pytest.fixture
def diff(spine):
    """Runs the command; what it printed as JSON, with its exit status."""

    def run(before, after):
        done = spine.certbench("diff", before, after, "--json")
        assert done.returncode in {0, 1}, done.stderr[-3000:]
        found = json.loads(done.stdout)
        assert found["same"] == (done.returncode == 0)
        return found

    return run


def subjects(found, weight, area):
    return {
        one["subject"]
        for one in found["differences"]
        if (one["weight"], one["area"]) == (weight, area)
    }


def test_two_surveys_of_one_device_do_not_differ(diff, again, hardened):
    found = diff_of_device(diff(again, hardened.bundle))
    assert found == []


def diff_of_device(found):
    """What matters, without the lock-out: it lasts a second, which a busy machine can miss."""
    assert found["before"]["run_id"] != found["after"]["run_id"]
    matters = [one for one in found["differences"] if one["weight"] != "note"]
    return [one for one in matters if " limit " not in one["subject"]]


def test_a_folder_its_zip_and_its_run_are_one_survey(diff, hardened):
    assert diff(hardened.bundle, hardened.archive)["differences"] == []
    assert diff(hardened.run, hardened.archive)["differences"] == []


def test_what_the_weak_firmware_did_to_the_router(diff, hardened, weak):
    found = diff(hardened.archive, weak.bundle)
    assert subjects(found, "worse", "access") >= {
        "console unauthenticated_shell",
        "credentials tcp/443 http-form limit hindered",
        "credentials tcp/443 http-form trials published admin",
    }
    assert subjects(found, "worse", "exposure") >= {
        "services tcp/23", "services tcp/48080", "tls tcp/443 versions TLSv1.0",
    }  # fmt: skip
    assert "unit 5.1-1-2a" in subjects(found, "worse", "verdict")
    assert "default-credentials-accepted@tcp/23" in subjects(found, "worse", "finding")
    assert subjects(found, "worse", "identity") == set()
    weights = [one["weight"] for one in found["differences"]]
    assert weights == sorted(weights, key=["worse", "unknown", "changed", "better", "note"].index)


def test_mending_it_again_is_not_called_worse(diff, hardened, weak):
    found = diff(weak.bundle, hardened.bundle)
    assert found["counts"]["worse"] == 0
    assert subjects(found, "better", "exposure") >= {"services tcp/23", "services tcp/48080"}


@pytest.fixture
def edition(hardened, tmp_path):
    """A copy of the bundle without the files whose names match."""

    def make(name, *patterns):
        copy = tmp_path / name
        shutil.copytree(hardened.bundle, copy)
        for pattern in patterns:
            for file in list(copy.glob(pattern)):
                file.unlink()
        return copy

    return make


def test_where_captures_are_withheld_the_recorded_facts_count(diff, edition, hardened):
    bare = edition("bare", "data/survey/*/*/tls/*/*.jsonl", "data/survey/*/*/tls/*/*.xml")
    found = diff(bare, hardened.bundle)
    (note,) = found["differences"]
    assert (note["weight"], note["subject"]) == ("note", "facts without captures")


def test_where_facts_are_withheld_too_nothing_is_called_the_same(diff, edition, hardened):
    bare = edition("bare", "data/survey/*/*/tls/*/*.jsonl", "data/survey/*/*/tls/*/facts.json")
    found = diff(hardened.bundle, bare)
    assert subjects(found, "unknown", "coverage") == {"tls"}
    assert not found["same"]


def test_facts_that_a_hostile_bundle_made_up_are_no_reason_to_fall_over(spine, edition, hardened):
    bad = edition("bad", "data/survey/*/*/tls/*/*.jsonl")
    for file in bad.glob("data/survey/*/*/tls/*/facts.json"):
        file.write_bytes(b'{"schema":"certbench/facts-tls/1","servers":' + b"[" * 100_000)
    done = spine.certbench("diff", hardened.bundle, bad, "--json")
    assert done.returncode == 1, done.stderr[-3000:]
    assert subjects(json.loads(done.stdout), "unknown", "coverage") == {"tls"}


def test_a_record_that_cannot_be_read_ends_it(spine, edition, hardened):
    bad = edition("bad")
    next(bad.glob("data/survey/*/*/tls/*/attempt.json")).write_bytes(b"{}")
    done = spine.certbench("diff", hardened.bundle, bad, "--json")
    assert (done.returncode, done.stdout) == (3, "")
    assert AttemptRecord.SCHEMA in done.stderr


def test_something_that_is_no_evidence_is_wrong_usage(spine, hardened, tmp_path):
    done = spine.certbench("diff", hardened.bundle, tmp_path)
    assert done.returncode == 2
    assert "neither a run directory nor a bundle" in done.stderr


def test_a_person_is_told_that_nothing_was_verified(spine, hardened, weak):
    done = spine.certbench("diff", hardened.bundle, weak.bundle)
    assert done.returncode == 1
    assert "Worse" in done.stderr.splitlines()[3]
    assert "Nothing was verified" in done.stderr
    assert done.stdout == ""


def surveyed(run, *, flaws, version):
    """A short survey of a router that runs ``version``."""
    order = {
        "run": str(run),
        "flaws": flaws,
        "states": ["as-received"],
        "probes": ["ports", "services", "ssh", "tls"],
        "when": ["visit", "as-received", ""],
        "do": {"do": "firmware", "version": version},
    }
    scene = Path(__file__).with_name("campaign_scene.py")
    done = subprocess.run([sys.executable, str(scene), json.dumps(order)],
                          capture_output=True, text=True, timeout=300, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return run


@pytest.mark.usefixtures("private_bench")
def test_another_firmware_that_opens_telnet(diff, tmp_path):
    before = surveyed(tmp_path / "before", flaws=[], version="2.4.1")
    after = surveyed(tmp_path / "after", flaws=["telnet-login"], version="2.5.0")
    found = diff(before, after)
    told = {(o["weight"], o["subject"]): (o["before"], o["after"]) for o in found["differences"]}
    assert told["worse", "services tcp/23"] == ("", "telnet")
    assert told["changed", "identity firmware"] == ("2.4.1", "2.5.0")
    assert {subject.split()[-1] for _, subject in told} <= {"tcp/23", "firmware"}
