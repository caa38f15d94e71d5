"""What a record of an override may say."""

import pytest
from pydantic import ValidationError

from harness.model.judgement import Verdict
from harness.model.override import (
    Override,
    is_override,
    needs_second,
    overrides_of,
    require_chain,
    same_person,
)

PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def record(number=1, **changes) -> Override:
    fields = {
        "number": number,
        "framework": "small-framework@1.0",
        "unit": "p1-1a",
        "automatic": FAIL,
        "dossier_revision": 1,
        "basis": "0" * 64,
        "verdict": PASS,
        "reason": "the log shows the other device",
        "person": "Ada Example",
        "second": "Ben Example",
        "at": "2026-11-22T09:00:00.000000Z",
    }
    return Override(**{**fields, **changes})


def test_a_record_comes_back_as_it_was_written():
    assert Override.from_bytes(record().to_bytes()) == record()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"second": None}, "PASS in place of FAIL needs a second person"),
        ({"automatic": OPEN, "second": None}, "needs a second person"),
        ({"verdict": OPEN, "second": None}, "INCONCLUSIVE in place of FAIL needs a second"),
        ({"second": "Ada Example"}, "the second person is the first"),
        ({"second": "ADA  example"}, "the second person is the first"),
        ({"second": "Ada\u200b Example"}, "the second person is the first"),
        ({"second": "\uff21\uff44\uff41 Example"}, "the second person is the first"),
        ({"person": "René", "second": "Rene\u0301"}, "the second person is the first"),
        ({"person": "\u200b"}, "a name has no letters"),
        ({"verdict": FAIL}, "the verdict is FAIL already"),
        ({"verdict": Verdict.NOT_APPLICABLE}, "the ICS alone"),
        ({"verdict": Verdict.NOT_CLAIMED}, "the ICS alone"),
        ({"automatic": Verdict.NOT_APPLICABLE}, "the ICS alone"),
        ({"withdraws": 1}, "only an earlier override"),
        ({"reason": ""}, "reason"),
        ({"reason": " "}, "reason"),
        ({"reason": "two\nlines"}, "reason"),
        ({"person": ""}, "person"),
        ({"number": 0}, "number"),
        ({"dossier_revision": 0}, "dossier_revision"),
    ],
)
def test_what_is_no_override_is_refused(changes, says):
    with pytest.raises(ValidationError, match=says):
        record(**changes)


def test_one_person_may_make_a_verdict_worse():
    assert record(automatic=PASS, verdict=FAIL, second=None).people == ("Ada Example",)
    assert record(automatic=PASS, verdict=OPEN, second=None).second is None
    assert record(automatic=OPEN, verdict=FAIL, second=None).second is None


@pytest.mark.parametrize("automatic", [PASS, FAIL, OPEN])
def test_pass_and_whatever_is_better_needs_two(automatic):
    assert needs_second(automatic, PASS)
    assert not needs_second(automatic, FAIL)
    assert needs_second(automatic, OPEN) is (automatic is FAIL)


def test_the_automatic_verdict_takes_back_an_earlier_override():
    taken_back = record(2, verdict=FAIL, second=None, withdraws=1)
    assert require_chain([taken_back, record()]) == (record(), taken_back)


@pytest.mark.parametrize(
    ("records", "says"),
    [
        ([record(2)], "override 1 is missing"),
        ([record(), record()], "override 2 is missing or there twice"),
        ([record(), record(2)], "override 2 does not withdraw"),
        ([record(), record(2, unit="p1-1b"), record(3, withdraws=2)], "override 3 does not"),
    ],
)
def test_a_record_that_is_missing_or_passed_over_is_seen(records, says):
    with pytest.raises(ValueError, match=says):
        require_chain(records)


def test_overrides_of_other_units_and_versions_are_others():
    other = record(2, framework="small-framework@2.0")
    assert require_chain([record(), other]) == (record(), other)
    assert overrides_of([record(), other], "small-framework@1.0", "p1-1a") == (record(),)


def test_names_are_told_apart_by_their_letters_alone():
    assert same_person("ada  EXAMPLE", "Ada Example")
    assert not same_person("Ada Example", "Ida Example")


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("overrides/00001.json", True), ("overrides/1.json", False), ("answers/00001.json", False)],
)
def test_the_place_of_a_record(name, is_one):
    assert is_override(name) is is_one
