"""Conceptual units: rules hold on the reference router's dossier, questions wait for people."""

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import test_suites.etsi_en_303_645 as suite
from harness.assessment.rollup import unit_verdict
from harness.config.files import load_catalogue, load_dossier
from harness.facts.store import FactBase
from harness.model.declaration import DecidedBy, UnitDeclaration
from harness.model.dossier import Dossier
from harness.model.ids import SampleId
from harness.model.ixit import Ixit
from harness.model.judgement import Judgements, Outcome, Verdict
from harness.model.question import Answer
from harness.model.record import SampleRecord, SurveyRecord
from harness.model.states import Purpose
from harness.testing.declare import declaration_of, discover
from harness.testing.view import AnswerView, FactView

EXAMPLE = Path(__file__).parents[3] / "bench_configs" / "reference-router"
RULES = {
    "4-1-1a",
    "5.1-2A-1a",
    "5.1-3-1c",
    "5.1-3-1d",
    "5.2-2-1b",
    "5.2-3-1d",
    "5.3-4-1b",
    "5.3-6-1b",
    "5.3-6-1c",
    "5.3-6-1d",
    "5.3-6-1e",
    "5.3-7-1c",
    "5.3-7-1d",
    "5.3-8-1b",
    "5.3-9-1c",
    "5.3-9-1d",
    "5.3-12-1a",
    "5.4-1-1b",
    "5.4-2-1a",
    "5.4-3-1a",
    "5.4-4-1a",
    "5.5-1-1c",
    "5.5-1-1d",
    "5.5-2-1a",
    "5.5-3-1a",
    "5.5-3-1b",
    "5.5-4-1a",
    "5.5-8-1b",
    "5.6-3-1b",
    "5.6-3-1c",
    "5.6-4-1b",
    "5.6-4-1c",
    "5.6-9-1b",
    "5.7-1-1a",
    "5.10-1-1a",
    "5.11-2-1b",
    "5.13-1-1a",
    "5.13-1A-1a",
    "5.13-1B-1a",
}

NOTHING_SEEN = FactBase(
    survey=SurveyRecord(
        run_id="r",
        purpose=Purpose.DEMO,
        bench="b",
        bench_kind="private",
        started="2026-11-21T00:00:00.000000Z",
        samples=(SampleRecord(id=SampleId("A"), origin="x"),),
    ),
    visits=(),
    records=(),
    missing=(),
)
"""Conceptual units read the dossier; what facts object to, the functional ones try."""
NOTHING_TO_JUDGE = {"5.10-1-1a", "5.11-2-1b"}
"""Rules about what the reference router does not have, telemetry and services; its ICS says so."""


def _conceptual() -> Iterator[tuple[UnitDeclaration, Any]]:
    for declaration in discover(suite, {}):
        if not declaration.module.endswith("_conceptual"):
            continue
        module = importlib.import_module(declaration.module)
        owner_name, _, function_name = declaration.function.partition(".")
        owner = getattr(module, owner_name)
        function = getattr(owner, function_name)
        assert declaration_of(owner, function) == declaration
        yield declaration, getattr(owner(), function_name)


CONCEPTUAL = {declaration.unit: (declaration, run) for declaration, run in _conceptual()}
QUESTIONS = [key for key, (declared, _) in CONCEPTUAL.items() if declared.questions]


@pytest.fixture
def dossier() -> Dossier:
    return load_dossier(EXAMPLE)


def around(ixit: Ixit) -> Dossier:
    """The reference router's dossier with other tables; without an ICS if they are all empty."""
    whole = load_dossier(EXAMPLE).model_copy(update={"ixit": ixit})
    return whole.model_copy(update={"ics": {}}) if ixit == Ixit() else whole


def judge(unit: str, ixit: Ixit, *answers: Answer) -> Judgements:
    declaration, run = CONCEPTUAL[unit]
    offered = {
        "ixit": ixit,
        "answers": AnswerView(answers, declaration),
        "catalogue": load_catalogue(Path(suite.__path__[0])),
        "dossier": around(ixit),
        "facts": FactView(NOTHING_SEEN, declaration),
    }
    wanted = inspect.signature(run).parameters
    result: Judgements = run(**{name: offered[name] for name in wanted})
    return result


def answer(unit: str, value: str, item: str = "", number: int = 1) -> Answer:
    (question,) = CONCEPTUAL[unit][0].questions
    return Answer(
        number=number,
        question=question.id,
        question_digest=question.digest,
        item=item,
        value=value,
        person="Test",
        at="2026-11-21T08:00:00.000000Z",
    )


def answers_for(unit: str, judgements: Judgements, value: str) -> list[Answer]:
    return [
        answer(unit, value, "" if entry.item == "DUT" else entry.item, number)
        for number, entry in enumerate(judgements, 1)
    ]


def test_these_units_and_no_other_are_decided_by_rule() -> None:
    by_rule = {key for key, (found, _) in CONCEPTUAL.items() if found.decided_by is DecidedBy.RULE}
    assert by_rule == RULES


def test_every_other_conceptual_unit_is_a_judgement_with_one_question_of_its_name() -> None:
    for key, (declared, _) in CONCEPTUAL.items():
        if key in RULES:
            assert declared.questions == ()
        else:
            assert declared.decided_by is DecidedBy.JUDGEMENT
            assert [question.id for question in declared.questions] == [key]


@pytest.mark.parametrize("unit", sorted(RULES - NOTHING_TO_JUDGE))
def test_a_rule_passes_the_reference_routers_dossier(unit: str, dossier: Dossier) -> None:
    judgements = judge(unit, dossier.ixit)
    assert {entry.outcome for entry in judgements} == {Outcome.HELD}
    assert unit_verdict(CONCEPTUAL[unit][0], judgements)[0] is Verdict.PASS


@pytest.mark.parametrize("unit", sorted(NOTHING_TO_JUDGE))
def test_a_rule_with_nothing_to_judge_decides_nothing(unit: str, dossier: Dossier) -> None:
    judgements = judge(unit, dossier.ixit)
    assert unit_verdict(CONCEPTUAL[unit][0], judgements)[0] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("unit", sorted(CONCEPTUAL))
def test_no_unit_concludes_anything_from_an_empty_dossier(unit: str) -> None:
    judgements = judge(unit, Ixit())
    assert {entry.outcome for entry in judgements} == {Outcome.UNDECIDED}


@pytest.mark.parametrize("unit", QUESTIONS)
def test_a_question_is_undecided_until_a_person_answers(unit: str, dossier: Dossier) -> None:
    judgements = judge(unit, dossier.ixit)
    assert {entry.outcome for entry in judgements} == {Outcome.UNDECIDED}
    assert unit_verdict(CONCEPTUAL[unit][0], judgements)[0] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("unit", QUESTIONS)
def test_a_question_passes_when_every_row_is_answered_yes(unit: str, dossier: Dossier) -> None:
    given = answers_for(unit, judge(unit, dossier.ixit), "yes")
    judgements = judge(unit, dossier.ixit, *given)
    assert unit_verdict(CONCEPTUAL[unit][0], judgements)[0] is Verdict.PASS


@pytest.mark.parametrize("unit", QUESTIONS)
def test_one_row_answered_no_fails_the_unit(unit: str, dossier: Dossier) -> None:
    given = answers_for(unit, judge(unit, dossier.ixit), "yes")
    given[-1] = given[-1].model_copy(update={"value": "no"})
    judgements = judge(unit, dossier.ixit, *given)
    assert unit_verdict(CONCEPTUAL[unit][0], judgements)[0] is Verdict.FAIL


@pytest.mark.parametrize("unit", QUESTIONS)
def test_one_row_left_out_keeps_the_unit_inconclusive(unit: str, dossier: Dossier) -> None:
    given = answers_for(unit, judge(unit, dossier.ixit), "yes")[1:]
    judgements = judge(unit, dossier.ixit, *given)
    assert unit_verdict(CONCEPTUAL[unit][0], judgements)[0] is Verdict.INCONCLUSIVE


def test_rows_of_a_judgement_are_cited(dossier: Dossier) -> None:
    judged = judge("5.1-3-1a", dossier.ixit)
    assert [entry.rows for entry in judged] == [
        ("1-AuthMech/AuthMech-1",),
        ("1-AuthMech/AuthMech-2",),
        ("1-AuthMech/AuthMech-3",),
        ("1-AuthMech/AuthMech-4",),
    ]


def test_factory_password_questions_ask_about_factory_passwords_only(dossier: Dossier) -> None:
    asked = [entry.item for entry in judge("5.1-2-1a", dossier.ixit)]
    assert asked == ["AuthMech-1", "AuthMech-4"]


def test_where_no_row_is_in_scope_a_person_confirms_it_for_the_whole(dossier: Dossier) -> None:
    chosen = [row for row in dossier.ixit.auth_mech if row.generation == "user-defined"]
    only_users = dossier.ixit.model_copy(update={"auth_mech": tuple(chosen)})
    (open_one,) = judge("5.1-2-1a", only_users)
    assert (open_one.item, open_one.outcome) == ("DUT", Outcome.UNDECIDED)
    (confirmed,) = judge("5.1-2-1a", only_users, answer("5.1-2-1a", "yes"))
    assert confirmed.outcome is Outcome.HELD


def test_no_answer_of_a_person_saves_a_configuring_service_without_login(dossier: Dossier) -> None:
    services = tuple(
        row.model_copy(update={"authentication_mechanism": "none"})
        for row in dossier.ixit.soft_serv
    )
    ixit = dossier.ixit.model_copy(update={"soft_serv": services})
    given = [answer("5.5-5-1a", "yes", row.id, n) for n, row in enumerate(services, 1)]
    judgements = judge("5.5-5-1a", ixit, *given)
    assert {entry.outcome for entry in judgements} == {Outcome.CONTRADICTED}


def test_no_answer_of_a_person_saves_a_remote_link_with_broken_cryptography(
    dossier: Dossier,
) -> None:
    links = tuple(
        row.model_copy(update={"crypto": ("TLSv1.0",)}) if row.id == "ComMech-1" else row
        for row in dossier.ixit.com_mech
    )
    ixit = dossier.ixit.model_copy(update={"com_mech": links})
    given = [answer("5.5-7-1a", "yes", row.id, n) for n, row in enumerate(links, 1)]
    outcomes = {entry.item: entry.outcome for entry in judge("5.5-7-1a", ixit, *given)}
    assert outcomes == {"ComMech-1": Outcome.CONTRADICTED, "ComMech-2": Outcome.HELD}
