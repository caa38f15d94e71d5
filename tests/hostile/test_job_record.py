"""A test is sealed with a whole job record or not at all; other purposes may lack it."""

import json
import shutil

import pytest

from harness.encoding.tree import DirectoryTree
from harness.errors import EvidenceError
from harness.evidence.archive import open_bundle
from harness.evidence.description import describe
from harness.model.states import Purpose
from harness.verify.bundle import verify_bundle
from harness.verify.policy import TrustStore
from harness.verify.report import Step


def dropped(data):
    (data / "survey" / "job.json").unlink()


def changed(**fields):
    """Sets fields of the record; None takes one out."""

    def change(data):
        path = data / "survey" / "job.json"
        document = json.loads(path.read_bytes()) | fields
        kept = {key: value for key, value in document.items() if value is not None}
        path.write_text(json.dumps(kept))

    return change


def test_a_test_without_a_record_is_not_sealed_and_everything_is_named(maker, made):
    with pytest.raises(EvidenceError) as caught:
        maker.reseal(made, dropped)
    said = str(caught.value)
    assert "lacks 26 of" in said
    for gap in ("report_id (7.8.2.1 d)", "persons (6.2.6)", "impartiality.statement (4.1.1)"):
        assert gap in said
    assert not (made.bundle.parent / "resealed").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed(issued=None), "issued (7.8.2.1 j)"),
        (changed(deviations=None), "deviations (7.8.2.1 n)"),
        (changed(persons=[]), "persons (6.2.6)"),
        (changed(issued="2026-11-19"), "lies before the end of the test"),
        (changed(items=[{"sample": "B"}]), "nothing is said of sample A"),
        (changed(persons="nobody"), "a document is wrong"),
    ],
)
def test_a_gap_is_named_with_its_clause(maker, made, change, said):
    with pytest.raises(EvidenceError, match="not sealed") as caught:
        maker.reseal(made, change)
    assert said in str(caught.value)


def test_other_purposes_are_sealed_without_a_record(maker, tmp_path):
    pretest = maker.make(tmp_path, purpose=Purpose.PRETEST)
    again = maker.reseal(pretest, dropped)
    assert describe(DirectoryTree(again.bundle / "data")).purpose is Purpose.PRETEST


def test_the_verifier_reads_the_record_under_its_schema(maker, tmp_path):
    pretest = maker.make(tmp_path, purpose=Purpose.PRETEST)
    wrong = maker.reseal(pretest, changed(persons="nobody"))
    report = verify_bundle(open_bundle(wrong.bundle), TrustStore((wrong.key.public,)))
    assert "data/survey/job.json" in str([step for step in report.steps if step.code])


@pytest.mark.parametrize(
    ("received", "refused"), [("2026-11-21", False), ("2026-11-22", False), ("2026-11-23", True)]
)
def test_a_day_of_the_laboratorys_calendar_is_no_gap_for_its_time_zone(
    maker, made, received, refused
):
    def change(data):
        survey = data / "survey" / "survey.json"
        noon = {"started": "2026-11-21T12:00:00.000000Z", "ended": "2026-11-21T12:30:00.000000Z"}
        survey.write_text(json.dumps(json.loads(survey.read_bytes()) | noon))
        changed(items=[{"sample": "A", "received": received, "condition": "good"}])(data)

    if not refused:
        assert maker.reseal(made, change).bundle.is_dir()
        return
    with pytest.raises(EvidenceError, match="lies after the test began"):
        maker.reseal(made, change)


def test_the_verifier_asks_a_test_for_its_record_even_if_sealing_did_not(maker, made, monkeypatch):
    monkeypatch.setattr("harness.evidence.sealing.require_job", lambda data: None)
    trust = TrustStore((made.key.public,))
    assert verify_bundle(open_bundle(made.bundle), trust).ok
    for change in (dropped, changed(deviations=None)):
        path = maker.reseal(made, change).bundle
        report = verify_bundle(open_bundle(path), trust)
        assert {step.code for step in report.steps if step.code} == {"E-JOB"}
        assert "deviations (7.8.2.1 n)" in report.of(Step.PURPOSE).shown or change is dropped
        shutil.rmtree(path)
        shutil.rmtree(path.parent / "work")
