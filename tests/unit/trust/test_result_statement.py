"""The in-toto test result never says more than the statement that it is made from."""

import json

import pytest

from harness.errors import VerificationError
from harness.model.attestation import EvidencePredicate
from harness.model.judgement import Conclusion
from harness.trust.dsse import Envelope, parse_envelope
from harness.trust.keys import create_key
from harness.trust.result_statement import PREDICATE_TYPE, make_result, parse_result, sign_result
from harness.trust.statement import make_statement

DIGEST = "ab" * 32


def predicate(units, conclusion="CONFORMANT", **change):
    conclusion = {
        "framework": {"slug": "small", "version": "1.0"},
        "conclusion": conclusion,
        "indicative": False,
        "complete": True,
        "catalogue_digest": DIGEST,
        "plan_digest": "",
        "suite_digest": DIGEST,
        "provisions": {},
        "units": units,
    }
    document = {
        "purpose": "test",
        "partial": False,
        "bundle_root": DIGEST,
        "leaves": 1,
        "parts": [{"part": "survey", "root": DIGEST, "leaves": 1}],
        "dossier_digest": DIGEST,
        "conclusions": [conclusion],
        "dut": {"supplier": "", "model": "", "hardware": "", "firmware": "", "samples": []},
        "scripted_answers": False,
        "run_id": "run",
        "job": "",
        "tools": {},
        "time": "2026-11-22T08:00:00Z",
    }
    return EvidencePredicate.model_validate_json(json.dumps(document | change))


@pytest.mark.parametrize(
    ("units", "change", "result"),
    [
        ({"a": "PASS", "b": "NOT_APPLICABLE", "c": "NOT_CLAIMED"}, {}, "PASSED"),
        ({"a": "PASS", "b": "INCONCLUSIVE"}, {}, "WARNED"),
        ({"a": "PASS", "b": "INCONCLUSIVE", "c": "FAIL"}, {}, "FAILED"),
        ({"a": "PASS"}, {"partial": True}, "WARNED"),
        ({"a": "PASS"}, {"conclusions": []}, "WARNED"),
        ({}, {}, "WARNED"),
        ({"a": "NOT_APPLICABLE"}, {}, "WARNED"),
    ],
)
def test_the_worst_unit_is_the_result(units, change, result):
    assert make_result(predicate(units, **change)).predicate.result == result


@pytest.mark.parametrize("conclusion", ["INCONCLUSIVE", "NOT_CONFORMANT"])
def test_a_conclusion_that_is_not_conformant_never_passes(conclusion):
    assert make_result(predicate({"a": "PASS"}, conclusion)).predicate.result == "WARNED"


@pytest.mark.parametrize(
    ("after", "result"),
    [("CONFORMANT", "PASSED"), ("INCONCLUSIVE", "WARNED"), ("NOT_CONFORMANT", "WARNED")],
)
def test_what_people_hold_to_be_worse_never_passes(after, result):
    said = predicate({"a": "PASS"})
    (was,) = said.conclusions
    reviewed = was.model_copy(update={"conclusion_after_review": Conclusion(after)})
    said = said.model_copy(update={"conclusions": (reviewed,)})
    assert make_result(said).predicate.result == result


def test_units_are_listed_by_result_and_others_nowhere():
    units = {"b": "FAIL", "a": "FAIL", "c": "PASS", "d": "INCONCLUSIVE", "e": "NOT_APPLICABLE"}
    said = json.loads(make_result(predicate(units)).payload())
    assert said["predicateType"] == PREDICATE_TYPE
    assert said["predicate"]["failedTests"] == ["small@1.0/a", "small@1.0/b"]
    assert said["predicate"]["passedTests"] == ["small@1.0/c"]
    assert said["predicate"]["warnedTests"] == ["small@1.0/d"]
    assert b"small@1.0/e" not in make_result(predicate(units)).payload()
    names = [each["name"] for each in said["predicate"]["configuration"]]
    assert names == ["small@1.0/catalogue", "small@1.0/suite"]
    ours = make_statement(predicate(units)).to_json()["subject"]
    assert said["subject"] == ours


def test_it_comes_back_from_its_envelope(tmp_path):
    key = create_key(tmp_path / "lab.pem")
    made = sign_result(predicate({"a": "PASS"}), key)
    envelope, said = parse_result(made)
    assert said == make_result(predicate({"a": "PASS"}))
    assert key.public.verifies(envelope.signatures[0].value, envelope.signed_bytes)


@pytest.mark.parametrize("payload", [b"{}", b"[]", b"no", b'{"_type":"x"}'])
def test_another_statement_is_refused(tmp_path, payload):
    made = parse_envelope(sign_result(predicate({"a": "PASS"}), create_key(tmp_path / "k.pem")))
    other = Envelope(made.payload_type, payload, made.signatures).to_bytes()
    with pytest.raises(VerificationError, match="not a statement"):
        parse_result(other)
    typed = Envelope("text/plain", made.payload, made.signatures).to_bytes()
    with pytest.raises(VerificationError, match="payload type"):
        parse_result(typed)
