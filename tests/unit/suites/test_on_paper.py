"""The reference router's dossier and answers under both versions, without a look at the device."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.config import load_dossier
from harness.model.assessment import Assessment
from harness.model.declaration import DecidedBy
from harness.model.judgement import Conclusion, Verdict
from harness.model.question import Answer
from harness.model.record import SampleRecord, SurveyRecord
from harness.model.states import Purpose
from harness.plugin.launch import JudgingOrder, judge_all
from harness.testing.suites import find_frameworks

ROUTER = Path(__file__).parents[3] / "bench_configs" / "reference-router"
VERSIONS = ("etsi-en-303-645@2.1.1", "etsi-en-303-645@3.1.3")
PEOPLE = {DecidedBy.OPERATOR, DecidedBy.JUDGEMENT}
WITHOUT_FACTS = {"fact-missing", "waits-for-bench"}
AT = "2026-11-21T00:00:00.000000Z"


def _answers() -> Iterator[Answer]:
    """Every answer of the script, for every item of its question."""
    suite, _ = find_frameworks(VERSIONS)[0]
    asked = {
        question.id: (question, (entry.per, *entry.also))
        for entry in suite.units()[0]
        for question in entry.questions
    }
    tables = load_dossier(ROUTER).ixit.to_json()
    script = tomllib.loads((ROUTER / "answers.toml").read_text(encoding="utf-8"))
    for given in script["answer"]:
        question, places = asked.get(given["question"], (None, ()))
        rows = [str(row["id"]) for table in places for row in tables.get(table, [])]
        for item in [*rows, ""]:
            if question is not None and given.get("item", item) == item:
                yield Answer(
                    number=0,
                    question=question.id,
                    question_digest=question.digest,
                    item=item,
                    value=given["value"],
                    reason=given["reason"],
                    person="Script",
                    at=AT,
                    scripted=True,
                )


def _judged(run: Path, *, answered: bool) -> dict[str, Assessment]:
    survey = run / "survey"
    (survey / "answers").mkdir(parents=True)
    record = SurveyRecord(
        run_id="r",
        purpose=Purpose.DEMO,
        bench="b",
        bench_kind="private",
        started=AT,
        complete=True,
        samples=(SampleRecord(id="A", origin="supplier"),),
    )
    (survey / "survey.json").write_bytes(record.to_bytes())
    (survey / "dossier.json").write_bytes(load_dossier(ROUTER).to_bytes())
    for number, each in enumerate(_answers() if answered else (), 1):
        data = each.model_copy(update={"number": number}).to_bytes()
        (survey / "answers" / f"{number:05}.json").write_bytes(data)
    orders = [
        JudgingOrder(
            suite.folder,
            catalogue.framework.version,
            run,
            run / "out" / catalogue.framework.version,
            allure=False,
        )
        for suite, catalogue in find_frameworks(VERSIONS)
    ]
    return {str(found.framework): found for found in judge_all(orders)}


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Assessment]:
    return _judged(tmp_path_factory.mktemp("answered"), answered=True)


@pytest.fixture(scope="module")
def unanswered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Assessment]:
    return _judged(tmp_path_factory.mktemp("unanswered"), answered=False)


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_fails_and_only_facts_are_open(
    version: str, answered: dict[str, Assessment]
) -> None:
    found = answered[version]
    assert [unit.unit for unit in found.units if unit.verdict is Verdict.FAIL] == []
    still_open = [unit for unit in found.units if unit.verdict is Verdict.INCONCLUSIVE]
    assert {unit.decided_by for unit in still_open} == {DecidedBy.AUTOMATIC}
    assert {unit.reason.code for unit in still_open} <= WITHOUT_FACTS
    assert found.indicative
    assert found.conclusion is Conclusion.INCONCLUSIVE


@pytest.mark.parametrize("version", VERSIONS)
def test_without_an_answer_no_unit_of_a_person_passes(
    version: str, unanswered: dict[str, Assessment]
) -> None:
    found = unanswered[version]
    verdicts = {unit.verdict for unit in found.units if unit.decided_by in PEOPLE}
    assert Verdict.INCONCLUSIVE in verdicts
    assert not verdicts & {Verdict.PASS, Verdict.FAIL}


def test_what_both_versions_ask_gets_the_same_verdict(answered: dict[str, Assessment]) -> None:
    """Where the supplier's answer is the same row, too; V3.1.3 has features of its own."""
    first, third = (
        {unit.unit: unit.verdict for unit in answered[version].units} for version in VERSIONS
    )
    said = load_dossier(ROUTER)
    rows = [{row.provision: row.support for row in said.ics_rows(version)} for version in VERSIONS]
    compared = 0
    for unit in answered[VERSIONS[0]].units:
        name, provision = unit.unit, unit.provision
        if name in third and rows[0][provision] is rows[1].get(provision):
            assert first[name] is third[name], name
            compared += 1
    assert compared > len(first) // 2
