"""The questions of several frameworks are one list that says what each is about."""

import pytest

from harness.answering.queue import JudgedFramework, in_words, make_queue, row_of
from harness.model.assessment import Assessment, JudgeDigests, UnitResult
from harness.model.catalogue import Catalogue
from harness.model.declaration import DecidedBy, UnitDeclaration
from harness.model.dossier import Dossier, DutIdentification
from harness.model.ids import FactKey, FrameworkRef
from harness.model.ixit import AuthMech, Ixit
from harness.model.judgement import Conclusion, Judgement, Outcome, Reason, Verdict
from harness.model.question import (
    Answer,
    AnswerKind,
    AskedQuestion,
    AskedQuestions,
    AskedStatus,
    Question,
)
from harness.model.shown import Shown

WHY = Reason(code="no-rows", params={"table": "1-AuthMech"})
DESK = Question(id="q", prompt="Is it strong?")
VISIT = Question(id="v", prompt="Does it blink?", during="initialised")
FIRST_VISIT = Question(id="w", prompt="Is it sealed?", during="as-received")
KEY = FactKey(probe="ports", sample="A", visit="1-initialised", attempt=1)
AT = "2026-11-22T08:00:00.000000Z"


def dossier(description="A login."):
    row = AuthMech(
        id="AuthMech-1",
        description=description,
        authentication_factor="password",
        generation="user-defined",
    )
    ixit = Ixit.model_validate({"1-AuthMech": [row]})
    return Dossier(dut=DutIdentification(supplier="s", model="m"), ixit=ixit)


@pytest.fixture
def framework():
    """A framework of one unit that asked these things."""

    def make(slug, *asked, unit="u1", related=()):
        ref = FrameworkRef(slug=slug, version="1")
        catalogue = Catalogue.model_validate(
            {
                "framework": ref.to_json(), "title": slug, "publisher": "p", "legal_status": "none",
                "source_note": "n", "decision_rule": {"id": "r", "version": 1},
                "provisions": [{"id": "p1", "section": f"Section of {slug}", "title": "t",
                                "status": "M", "mandatory": True}],
                "cases": [{"id": "c", "provision": "p1", "kind": "functional",
                           "purpose": f"Why {slug} asks."}],
                "units": [{"id": unit, "case": "c", "kind": "functional"}],
            }
        )  # fmt: skip
        result = UnitResult(
            unit=unit, case="c", provision="p1", decided_by=DecidedBy.JUDGEMENT,
            verdict=Verdict.INCONCLUSIVE, reason=WHY, judgements=related,
        )  # fmt: skip
        assessment = Assessment(
            framework=ref, title=slug, dossier_revision=1, dossier_digest="", decision_rule="r/1",
            judge=JudgeDigests(harness="", suite="", criteria="", interpreters="", catalogue=""),
            complete=True, conclusion=Conclusion.INCONCLUSIVE, indicative=False, reason=WHY,
            provisions=(), cases=(), units=(result,),
        )  # fmt: skip
        entries = tuple(
            AskedQuestion(unit=unit, question=question, item=item, table="1-AuthMech",
                          status=status, facts=(KEY,))
            for question, item, status in asked
        )  # fmt: skip
        return JudgedFramework(
            AskedQuestions(framework=ref, asked=entries), assessment, catalogue, {}
        )

    return make


def given(asked=DESK, **more):
    """An answer."""
    return Answer(
        **{
            "number": 1, "question": asked.id, "question_digest": asked.digest,
            "item": "AuthMech-1", "value": "yes", "person": "Anna", "at": AT, **more,
        }
    )  # fmt: skip


def test_one_question_of_two_frameworks_is_asked_once_and_decides_both(framework):
    asked = (DESK, "AuthMech-1", AskedStatus.OPEN)
    queue = make_queue([framework("a", asked), framework("b", asked)], dossier())
    (entry,) = queue.entries
    assert entry.units == ("a@1 u1", "b@1 u1")
    assert "Why a asks." in entry.purposes
    assert "Why b asks." in entry.purposes
    assert entry.facts == (KEY,)


def test_what_one_framework_still_needs_is_open_even_if_another_has_decided(framework):
    first = framework("a", (DESK, "AuthMech-1", AskedStatus.SETTLED))
    second = framework("b", (DESK, "AuthMech-1", AskedStatus.OPEN))
    for pair in ([first, second], [second, first]):
        (entry,) = make_queue(pair, dossier()).entries
        assert entry.status is AskedStatus.OPEN
        assert entry.status_by(()) is AskedStatus.OPEN


def test_visits_come_in_the_order_of_a_devices_life_and_the_desk_last(framework):
    asked = [(question, "DUT", AskedStatus.OPEN) for question in (DESK, VISIT, FIRST_VISIT)]
    entries = make_queue([framework("a", *asked)], dossier()).entries
    assert [entry.question.id for entry in entries] == ["w", "v", "q"]
    assert [entry.place for entry in entries] == ["as-received", "initialised", "at a desk"]


def test_sections_come_in_the_order_of_the_catalogue_and_not_of_their_names(framework):
    made = framework("a", (DESK, "DUT", AskedStatus.OPEN))
    names = ("5.1", "5.2", "5.10", "5.11")
    catalogue = made.catalogue.to_json()
    provision, case, unit = (catalogue[each][0] for each in ("provisions", "cases", "units"))
    catalogue["provisions"] = [{**provision, "id": f"{n}-1", "section": f"S {n}"} for n in names]
    catalogue["cases"] = [{**case, "id": f"{n}-1-1", "provision": f"{n}-1"} for n in names]
    catalogue["units"] = [{**unit, "id": f"{n}-1-1a", "case": f"{n}-1-1"} for n in names]
    (result,) = made.assessment.units
    units = tuple(
        result.model_copy(update={"unit": f"{n}-1-1a", "case": f"{n}-1-1", "provision": f"{n}-1"})
        for n in names
    )
    asked = tuple(
        AskedQuestion(
            unit=f"{name}-1-1a",
            question=DESK.model_copy(update={"id": f"q{name}"}),
            item="DUT",
            table="",
            status=AskedStatus.OPEN,
        )
        for name in sorted(names)
    )
    told = JudgedFramework(
        made.asked.model_copy(update={"asked": asked}),
        made.assessment.model_copy(update={"units": units}),
        Catalogue.model_validate(catalogue),
        {},
    )
    queue = make_queue([told], dossier())
    ((_, sections),) = queue.groups(queue.standing(()))
    assert [name for name, _ in sections] == [f"S {name}" for name in names]


def test_another_text_of_the_row_or_the_question_is_another_question(framework):
    asked = framework("a", (DESK, "AuthMech-1", AskedStatus.OPEN))
    reworded = DESK.model_copy(update={"prompt": "Is it strong enough?"})
    other = framework("a", (reworded, "AuthMech-1", AskedStatus.OPEN))
    keys = {
        make_queue([asked], dossier()).entries[0].key,
        make_queue([asked], dossier("Another login.")).entries[0].key,
        make_queue([other], dossier()).entries[0].key,
    }
    assert len(keys) == 3


def test_a_row_is_found_in_its_table_and_elsewhere_and_shown_as_the_supplier_wrote_it():
    ixit = dossier("Web login.").ixit
    table, row = row_of(ixit, "1-AuthMech", "AuthMech-1")
    assert table == "1-AuthMech"
    assert ("Description", "Web login.") in row
    assert row_of(ixit, "15-Intf", "AuthMech-1") == (table, row)
    assert row_of(ixit, "1-AuthMech", "AuthMech-9") == ("", ())
    assert row_of(ixit, "1-AuthMech", "DUT") == ("", ())


def test_rows_of_other_tables_that_a_row_names_are_shown_beside_it(framework):
    login = dossier("Web login.").ixit.auth_mech[0]
    service = {
        "id": "SoftServ-1", "description": "Web", "status": "enabled", "justification": "for users",
        "allows_configuration": True, "authentication_mechanism": login.id,
    }  # fmt: skip
    rows = {"1-AuthMech": [login.to_json()], "13-SoftServ": [service]}
    ixit = Ixit.model_validate(rows)
    asked = framework("a", (DESK, "SoftServ-1", AskedStatus.OPEN))
    (entry,) = make_queue([asked], dossier().model_copy(update={"ixit": ixit})).entries
    ((table, name, fields),) = entry.named
    assert (table, name) == ("1-AuthMech", "AuthMech-1")
    assert ("Description", "Web login.") in fields
    assert "1-AuthMech/AuthMech-1, Description: Web login." in entry.rows_text.splitlines()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (None, ""),
        (["a", "", "b"], "a, b"),
        ({"kind": "lockout", "attempts": 5, "note": ""}, "kind: lockout; attempts: 5"),
        (0, "0"),
    ],
)
def test_values_are_put_in_words(value, text):
    assert in_words(value) == text


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, AskedStatus.ANSWERED),
        ({"value": "no"}, AskedStatus.ANSWERED),
        ({"value": "cannot tell"}, AskedStatus.UNSURE),
        ({"value": "perhaps"}, AskedStatus.VOID),
        ({"question_digest": "0"}, AskedStatus.VOID),
        ({"shown": Shown(rows={"1-AuthMech/AuthMech-1": "0"})}, AskedStatus.VOID),
        ({"shown": Shown(facts={"A/1-initialised/ports/1": "0"})}, AskedStatus.ANSWERED),
        ({"item": "AuthMech-2"}, AskedStatus.OPEN),
        ({"question": "other"}, AskedStatus.OPEN),
    ],
)
def test_a_question_stands_as_judging_will_read_its_answer(framework, more, expected):
    asked = framework("a", (DESK, "AuthMech-1", AskedStatus.OPEN))
    queue = make_queue([asked], dossier())
    (standing,) = queue.standing([given(**more)])
    assert standing.status is expected
    assert standing.is_open is (expected in {AskedStatus.OPEN, AskedStatus.VOID})


def test_an_answer_about_the_device_counts_whatever_its_item_is_called(framework):
    queue = make_queue([framework("a", (DESK, "DUT", AskedStatus.OPEN))], dossier())
    for item in ("", "DUT"):
        (standing,) = queue.standing([given(item=item)])
        assert standing.status is AskedStatus.ANSWERED
        assert standing.newest is not None


def test_a_photo_that_was_given_is_an_answer(framework):
    photo = Question(id="p", prompt="Show it.", kind=AnswerKind.PHOTO)
    queue = make_queue([framework("a", (photo, "DUT", AskedStatus.OPEN))], dossier())
    (standing,) = queue.standing([given(photo, item="", value="00001.jpg")])
    assert standing.status is AskedStatus.ANSWERED


def test_rules_speak_of_the_same_item_and_answers_are_not_repeated(framework):
    def said(item, code):
        return Judgement(
            item=item, criterion="c", outcome=Outcome.UNDECIDED,
            reason=Reason(code=code, params={"table": "1-AuthMech", "question": "q"}),
        )  # fmt: skip

    related = (
        said("AuthMech-1", "no-rows"), said("AuthMech-2", "no-rows"),
        said("AuthMech-1", "person-not-asked"),
    )  # fmt: skip
    asked = framework("a", (DESK, "AuthMech-1", AskedStatus.OPEN), related=related)
    (entry,) = make_queue([asked], dossier()).entries
    assert len(entry.related) == 1
    assert entry.related[0].startswith("u1, AuthMech-1: undecided")


def test_a_rule_that_speaks_of_the_whole_device_names_it_once(framework):
    said = Reason(code="port-declared", params={"subject": "DUT"})
    held = Judgement(item="DUT", criterion="r", outcome=Outcome.HELD, reason=said)
    asked = framework("a", (DESK, "DUT", AskedStatus.OPEN), related=(held,))
    ((text,),) = (entry.related for entry in make_queue([asked], dossier()).entries)
    assert text.startswith("u1, DUT: held: ")
    assert text.count("DUT") == 1


def test_a_question_bears_the_title_of_its_unit_or_else_of_its_provision(framework):
    made = framework("a", (DESK, "DUT", AskedStatus.OPEN))
    (entry,) = make_queue([made], dossier()).entries
    assert entry.title == "t"
    about = UnitDeclaration(unit="u1", decided_by=DecidedBy.JUDGEMENT, summary="Logins are strong.")
    told = JudgedFramework(made.asked, made.assessment, made.catalogue, {"u1": about})
    (entry,) = make_queue([told], dossier()).entries
    assert entry.title == "Logins are strong."
