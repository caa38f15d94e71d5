"""One survey serves two frameworks, at once or later, without the device."""

import json
import time

import pytest

from harness.replay.sealing import SealingOrder, judge_and_seal
from harness.testing.suites import find_frameworks
from harness.trust.keys import load_key
from harness.trust.statement import LabSigner

pytestmark = [pytest.mark.netns, pytest.mark.slow]

SANE_S = 90
"""Far more than adding a framework takes; the real time is printed."""


def test_a_password_derived_from_the_mac_passes_5_1_1_and_b1_and_fails_5_1_2(derived, spine):
    etsi, california = derived.documents[spine.etsi], derived.documents[spine.california]
    assert etsi["provisions"]["5.1-1"] == "PASS"
    assert etsi["provisions"]["5.1-2"] == "FAIL"
    assert california["units"]["b1"]["verdict"] == "PASS"
    failed = {unit for unit, verdict in derived.verdicts(spine.etsi).items() if verdict == "FAIL"}
    assert failed == {"5.1-2-2a"}
    assert "mac-last-8-hex" in etsi["units"]["5.1-2-2a"]["reason"]


@pytest.fixture(scope="module")
def one_framework(derived, spine, tmp_path_factory):
    """The same survey, sealed with the assessment of one framework only."""
    target = tmp_path_factory.mktemp("one")
    chosen = find_frameworks([spine.etsi])
    signer = LabSigner(load_key(str(derived.key)))
    return judge_and_seal(SealingOrder(derived.run, target, chosen, signer))[1]


@pytest.fixture(params=["directory", "zip"])
def finished(request, one_framework):
    return one_framework.bundle if request.param == "directory" else one_framework.archive


def test_a_framework_is_added_to_a_finished_bundle_without_device_or_nmap(
    finished, one_framework, derived, spine, tmp_path
):
    empty = tmp_path / "empty"
    empty.mkdir()
    began = time.monotonic()
    done = spine.certbench(
        "assess", finished, "-f", spine.california, "--json", "--key", derived.key,
        "-o", tmp_path / "new", environment={"PATH": str(empty)},
    )  # fmt: skip
    took = time.monotonic() - began
    print(f"adding {spine.california} took {took:.2f} s")  # noqa: T201
    assert done.returncode in {0, 1, 3}, done.stderr
    assert took < SANE_S
    said = json.loads(done.stdout)
    added = {unit: entry["verdict"] for unit, entry in said["units"].items()}
    assert added == derived.verdicts(spine.california)
    assert spine.survey_root(tmp_path / "new" / "bundle") == spine.survey_root(one_framework.bundle)
    parts = {part["part"] for part in spine.predicate(tmp_path / "new" / "bundle")["parts"]}
    assert {"assessments/california-sb-327@2020", "assessments/etsi-en-303-645@2.1.1"} <= parts


def test_the_bundle_with_the_added_framework_verifies_and_replays(
    one_framework, derived, spine, tmp_path
):
    new = tmp_path / "new"
    done = spine.certbench(
        "assess", one_framework.archive, "-f", spine.california, "--key", derived.key, "-o", new
    )
    assert done.returncode in {0, 1, 3}, done.stderr
    archive = next(new.glob("evb-*.zip"))
    trust = ("--trust", new / "signing-key.pub.pem", "--purpose", "demo")
    verified = spine.verify(archive, *trust)
    assert verified.returncode == 0, verified.stdout
    replayed = spine.certbench("replay", archive, "--json")
    assert replayed.returncode == 0, replayed.stderr
    assert [entry["differences"] for entry in json.loads(replayed.stdout)["replays"]] == [[], []]


def test_both_bundles_of_one_survey_have_the_same_survey_root(derived, one_framework, spine):
    assert spine.survey_root(derived.bundle) == spine.survey_root(one_framework.bundle)
