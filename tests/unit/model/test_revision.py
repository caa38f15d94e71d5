"""What makes dossiers a history, and what belongs beside a question."""

import pytest

from harness.model.dossier import Dossier, DutIdentification
from harness.model.ixit import Ixit
from harness.model.revision import (
    DossierHistory,
    DossierRevision,
    assessment_name,
    declares_same,
    problem_of,
    replaced_revision,
)
from harness.model.shown import NOTHING, Shown, changed, row_digest, rows_shown

AT = "2026-11-22T08:00:00.000000Z"
ROW = {
    "id": "AuthMech-1", "description": "Web", "authentication_factor": "password",
    "generation": "user-defined",
}  # fmt: skip
SERVICE = {
    "id": "SoftServ-1", "description": "Web", "status": "enabled", "justification": "for users",
    "allows_configuration": True, "authentication_mechanism": "AuthMech-1",
}  # fmt: skip


def dossier(model="m", text="Web", **more):
    rows = {"1-AuthMech": [{**ROW, "description": text}], "13-SoftServ": [SERVICE]}
    dut = DutIdentification(supplier="s", model=model)
    return Dossier(dut=dut, ixit=Ixit.model_validate(rows), **more)


FIRST = dossier()
RECORD = {"revision": 2, "author": "Ada", "reason": "a slip", "trigger": "5.1-1-1a"}


def history(**more):
    new = more.pop("dossier", dossier(text="Web and console", **RECORD))
    fields = {
        "dossier": new, "replaces": FIRST.digest, "at": AT, "last_answer": 0, "verdicts": {}, **more
    }  # fmt: skip
    return DossierHistory(FIRST, (DossierRevision(**fields),))


def test_a_revision_that_says_who_why_and_on_what_follows_the_first_dossier():
    made = history()
    assert problem_of(made) == ""
    assert made.newest.ixit.auth_mech[0].description == "Web and console"
    assert [(each.revision, by.number) for each, by in made.superseded] == [(1, 2)]


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({"dossier": dossier(text="x", **{**RECORD, "revision": 3})}, "follows revision 1"),
        ({"dossier": dossier(text="x", **{**RECORD, "author": " "})}, "no author"),
        ({"dossier": dossier(text="x", **{**RECORD, "reason": ""})}, "no reason"),
        ({"dossier": dossier(text="x", **{**RECORD, "trigger": ""})}, "no trigger"),
        ({"dossier": dossier(**RECORD)}, "changes nothing"),
        ({"dossier": dossier(model="other", text="x", **RECORD)}, "another device"),
        ({"replaces": "0" * 64}, "another dossier"),
        ({"at": "yesterday"}, "no time"),
    ],
)
def test_whatever_is_missing_or_does_not_follow_is_named(more, names):
    assert names in problem_of(history(**more))


def test_a_later_revision_cannot_be_older_than_the_one_before():
    second = history().revisions[0]
    third = DossierRevision(
        dossier=dossier(text="y", **{**RECORD, "revision": 3}), replaces=second.dossier.digest,
        at="2026-11-21T08:00:00.000000Z", last_answer=0, verdicts={},
    )  # fmt: skip
    assert "older" in problem_of(DossierHistory(FIRST, (second, third)))


def test_a_later_revision_cannot_know_fewer_answers_than_the_one_before():
    second = history(last_answer=3).revisions[0]
    third = DossierRevision(
        dossier=dossier(text="y", **{**RECORD, "revision": 3}), replaces=second.dossier.digest,
        at="2027-11-21T08:00:00.000000Z", last_answer=2, verdicts={},
    )  # fmt: skip
    assert "fewer answers" in problem_of(DossierHistory(FIRST, (second, third)))


def test_number_and_author_are_no_part_of_what_a_dossier_declares():
    assert declares_same(FIRST, dossier(**RECORD))
    assert not declares_same(FIRST, dossier(text="x"))


def test_the_assessment_under_a_replaced_dossier_is_known_by_its_name():
    assert replaced_revision(assessment_name(12)) == 12
    assert replaced_revision("assessment.json") is None
    assert replaced_revision("revision-0.json") is None


def test_beside_a_row_stands_what_it_names_and_beside_the_device_its_whole_table():
    ixit = FIRST.ixit
    assert list(rows_shown(ixit, "13-SoftServ", "SoftServ-1")) == [
        "13-SoftServ/SoftServ-1", "1-AuthMech/AuthMech-1",
    ]  # fmt: skip
    assert list(rows_shown(ixit, "1-AuthMech", "DUT")) == ["1-AuthMech/AuthMech-1"]
    assert list(rows_shown(ixit, "", "DUT")) == [
        "1-AuthMech/AuthMech-1", "13-SoftServ/SoftServ-1",
    ]  # fmt: skip
    assert rows_shown(ixit, "1-AuthMech", "AuthMech-9") == {}


def test_a_field_that_says_nothing_is_no_part_of_a_rows_digest():
    (row,) = FIRST.ixit.auth_mech
    assert row_digest(row) == row_digest(row.model_copy(update={"brute_force_prevention": ""}))
    assert row_digest(row) != row_digest(row.model_copy(update={"description": "Console"}))


@pytest.mark.parametrize(
    ("then", "now", "all_facts", "parts"),
    [
        (Shown(rows={"t/a": "1"}), Shown(rows={"t/a": "1"}), True, []),
        (Shown(rows={"t/a": "1"}), Shown(rows={"t/a": "2"}), True, ["row t/a has changed"]),
        (Shown(rows={"t/a": "1"}), NOTHING, True, ["row t/a is gone"]),
        (NOTHING, Shown(rows={"t/b": "1"}), True, ["row t/b is new"]),
        (NOTHING, Shown(facts={"A/1/ports/1": "1"}), True, []),
        (Shown(facts={}), Shown(facts={"A/1/ports/1": "1"}), True, ["fact A/1/ports/1 is new"]),
        (Shown(facts={}), Shown(facts={"A/1/ports/1": "1"}), False, []),
        (
            Shown(facts={"A/1/ports/1": "1"}), Shown(facts={"A/1/ports/1": "2"}), False,
            ["fact A/1/ports/1 has changed"],
        ),
        (Shown(facts={"A/1/tls/1": "1"}), Shown(facts={}), True, []),
    ],
)  # fmt: skip
def test_what_was_not_shown_as_it_is_now_is_named(then, now, all_facts, parts):
    assert list(changed(then, now, all_facts=all_facts)) == parts
