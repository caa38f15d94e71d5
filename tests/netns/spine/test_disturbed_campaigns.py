"""What happens to verdicts when something happens to the device in the middle of a survey."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.model.record import AttemptRecord
from harness.testing.suites import find_frameworks

pytestmark = [pytest.mark.netns, pytest.mark.slow]

SCENE = Path(__file__).with_name("campaign_scene.py")
GENTLE = ("ports", "services", "tls", "http", "ssh")


def played(run, *, flaws=(), states, probes, when, do):
    order = {
        "run": str(run),
        "flaws": list(flaws),
        "states": list(states),
        "probes": list(probes),
        "when": list(when),
        "do": do,
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCENE), json.dumps(order)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout) == {"struck": 1}, "the moment never came"
    return run


def needs_of(framework):
    """Unit -> the (probe, state) pairs that it declares."""
    declared, broken = find_frameworks([framework])[0][0].units()
    assert not broken
    return {
        entry.unit: {(need.probe, need.state.value) for need in entry.facts} for entry in declared
    }


@pytest.fixture(scope="module")
def unplugged(private_bench, tmp_path_factory, spine):
    """A router with weak TLS and Telnet whose cable is pulled once the tls probe has ended."""
    folder = tmp_path_factory.mktemp("unplugged")
    run = played(
        folder / "run",
        flaws=["weak-tls-version", "telnet-login"],
        states=["initialised"],
        probes=[*GENTLE, "credentials", "http-input"],
        when=("after", "initialised", "tls"),
        do={"do": "unplug"},
    )
    return run, spine.judged(run, spine.etsi, folder / "judged")


def test_a_contradiction_seen_before_a_pulled_cable_stays_fail(unplugged):
    _, results = unplugged
    assert results["5.6-1-2b"].verdict == "FAIL", results["5.6-1-2b"].reason
    found = {
        entry.criterion
        for unit in results.values()
        for j in unit.judgements
        for entry in j.findings
    }
    assert "undeclared-service" in found
    for unit in ("5.5-1-2a", "5.5-7-2a"):  # TLS 1.0 was seen before the cable was pulled
        assert results[unit].verdict == "FAIL", (unit, results[unit].reason)


def test_nothing_passes_on_what_a_pulled_cable_kept_from_being_seen(unplugged, spine):
    run, results = unplugged
    cut = {
        record.key.probe
        for record in map(
            AttemptRecord.from_bytes, (p.read_bytes() for p in run.rglob("attempt.json"))
        )
        if record.key.probe in {"credentials", "http-input"}
    }
    assert cut == {"credentials", "http-input"}
    needs = needs_of(spine.etsi)
    for unit, wanted in needs.items():
        if any(probe in cut for probe, _ in wanted):
            assert results[unit].verdict != "PASS", (unit, results[unit].reason)


@pytest.fixture(scope="module")
def updated(private_bench, tmp_path_factory, spine):
    """A hardened router that changes its firmware in the middle of its second visit."""
    folder = tmp_path_factory.mktemp("updated")
    run = played(
        folder / "run",
        states=["as-received", "initialised"],
        probes=[*GENTLE, "console"],
        when=("after", "initialised", "tls"),
        do={"do": "firmware", "version": "9.9.9"},
    )
    return run, spine.judged(run, spine.etsi, folder / "judged")


def test_a_firmware_change_in_a_visit_leaves_its_units_open(updated, hardened, spine):
    _, results = updated
    needs = needs_of(spine.etsi)
    passed = {unit for unit, said in hardened.verdicts(spine.etsi).items() if said == "PASS"}
    resting = {
        unit
        for unit in passed
        if any(
            state == "initialised" and probe in {*GENTLE, "console"} for probe, state in needs[unit]
        )
    }
    assert {"5.6-1-2b", "5.5-1-2a", "5.6-4-2a"} <= resting
    for unit in resting:
        assert results[unit].verdict == "INCONCLUSIVE", (unit, results[unit].reason)
        assert results[unit].reason.code == "firmware-changed"
        assert results[unit].reason.params["versions"] == "2.4.1, 9.9.9"


def test_a_conclusion_after_a_firmware_change_names_no_version(updated):
    run, _ = updated
    document = json.loads((run.parent / "judged" / "assessment.json").read_bytes())
    assert document["firmware"] == ""
    assert document["conclusion"] == "INCONCLUSIVE"


@pytest.fixture(scope="module")
def updated_between(private_bench, tmp_path_factory, spine):
    """A hardened router that changes its firmware between its two visits."""
    folder = tmp_path_factory.mktemp("between")
    run = played(
        folder / "run",
        states=["as-received", "initialised"],
        probes=GENTLE,
        when=("visit", "initialised", ""),
        do={"do": "firmware", "version": "9.9.9"},
    )
    return spine.judged(run, spine.etsi, folder / "judged")


def test_a_firmware_change_between_visits_opens_only_units_that_rest_on_both(
    updated_between, hardened, spine
):
    needs = needs_of(spine.etsi)
    before = hardened.verdicts(spine.etsi)
    for unit, wanted in needs.items():
        probes, states = {probe for probe, _ in wanted}, {state for _, state in wanted}
        if before.get(unit) != "PASS" or not wanted or not probes <= set(GENTLE):
            continue
        expected = "INCONCLUSIVE" if len(states) > 1 else "PASS"
        result = updated_between[unit]
        assert result.verdict == expected, (unit, result.reason)
        if expected == "INCONCLUSIVE":
            assert result.reason.code == "firmware-changed"


DISAGREEING = {
    "tls": ("5.5-1-2a", "5.5-7-2a", "5.1-3-2a"),
    "console": ("5.6-4-2a",),
}
"""Probe -> units that hold on the hardened router's attempt and fail on the weak one's."""


@pytest.mark.parametrize("probe", DISAGREEING)
def test_two_contradicting_attempts_are_inconclusive(
    probe, weak, hardened, run_copy, spine, tmp_path
):
    visit = Path("survey/A/2-initialised") / probe
    source, target = weak.run / visit / "1", run_copy / visit / "2"
    shutil.copytree(source, target)
    record = AttemptRecord.from_bytes((source / "attempt.json").read_bytes())
    key = record.key.model_copy(update={"attempt": 2})
    (target / "attempt.json").write_bytes(record.model_copy(update={"key": key}).to_bytes())
    results = spine.judged(run_copy, spine.etsi, tmp_path / "judged")
    for unit in DISAGREEING[probe]:
        assert hardened.verdicts(spine.etsi)[unit] == "PASS"
        assert results[unit].verdict == "INCONCLUSIVE", (unit, results[unit].reason)
        codes = {entry.reason.code for entry in results[unit].judgements}
        assert "attempts-disagree" in codes, codes


@pytest.mark.parametrize("probe", DISAGREEING)
def test_the_weak_attempt_alone_fails_the_same_units(probe, weak, run_copy, spine, tmp_path):
    """The control of the test above."""
    visit = Path("survey/A/2-initialised") / probe
    shutil.rmtree(run_copy / visit / "1")
    shutil.copytree(weak.run / visit / "1", run_copy / visit / "1")
    results = spine.judged(run_copy, spine.etsi, tmp_path / "judged")
    for unit in DISAGREEING[probe]:
        assert results[unit].verdict == "FAIL", (unit, results[unit].reason)
