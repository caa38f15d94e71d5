"""Groups 5.2 and 5.3, conceptual: quantifiers, rows in scope, and what no answer can save."""

import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest

import test_suites.etsi_en_303_645 as suite
from harness.assessment.rollup import unit_verdict
from harness.config.files import load_dossier
from harness.model.declaration import UnitDeclaration
from harness.model.ixit import Ixit, SoftComp, UpdMech, VulnMon
from harness.model.judgement import Judgements, Outcome, Verdict
from harness.model.question import Answer
from harness.testing.declare import discover
from harness.testing.view import AnswerView

IXIT = load_dossier(Path(__file__).parents[3] / "bench_configs" / "reference-router").ixit
GOOD = IXIT.upd_mech[0]
SECOND = GOOD.model_copy(update={"id": "UpdMech-2"})
UNITS = {unit.unit: unit for unit in discover(suite, {})}


def changed(mechanism: UpdMech, **fields: Any) -> UpdMech:
    return mechanism.model_copy(update=fields)


def table(**rows: tuple[Any, ...]) -> Ixit:
    return IXIT.model_copy(update=rows)


def judge(unit: str, ixit: Ixit, said: dict[str, str]) -> tuple[Verdict, Judgements]:
    """The unit's verdict and judgements, after one answer an item."""
    declaration: UnitDeclaration = UNITS[unit]  # type: ignore[index]
    module = importlib.import_module(declaration.module)
    owner, _, name = declaration.function.partition(".")
    run = getattr(getattr(module, owner)(), name)
    answers = tuple(
        Answer(
            number=number,
            question=question.id,
            question_digest=question.digest,
            item="" if item == "DUT" else item,
            value=value,
            person="Test",
            at="2026-11-21T08:00:00.000000Z",
        )
        for question in declaration.questions
        for number, (item, value) in enumerate(said.items(), 1)
    )
    offered = {"ixit": ixit, "answers": AnswerView(answers, declaration)}
    wanted = inspect.signature(run).parameters
    judged: Judgements = run(**{key: offered[key] for key in wanted})
    return unit_verdict(declaration, judged)[0], judged


def items(unit: str, ixit: Ixit) -> list[str]:
    return [str(entry.item) for entry in judge(unit, ixit, {})[1]]


TWO = table(upd_mech=(GOOD, SECOND))
BOTH_USED = table(
    upd_mech=(GOOD, SECOND),
    soft_comp=(
        SoftComp(id="SoftComp-1", description="all", update_mechanisms=("UpdMech-1", "UpdMech-2")),
    ),
)


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ("no", "yes", Verdict.PASS),
        ("yes", "no", Verdict.PASS),
        ("no", "no", Verdict.FAIL),
        ("no", "cannot tell", Verdict.INCONCLUSIVE),
        ("cannot tell", "yes", Verdict.PASS),
    ],
)
def test_one_mechanism_that_resists_misuse_is_enough_for_5_3_2(
    first: str, second: str, verdict: Verdict
) -> None:
    found, _ = judge("5.3-2-1a", TWO, {"UpdMech-1": first, "UpdMech-2": second})
    assert found is verdict


@pytest.mark.parametrize(
    "unit", ["5.3-7-1a", "5.3-7-1b", "5.3-9-1a", "5.3-9-1b", "5.3-10-1a", "5.3-10-1b"]
)
def test_everything_else_is_asked_of_each_mechanism(unit: str) -> None:
    assert judge(unit, TWO, {"UpdMech-1": "yes", "UpdMech-2": "yes"})[0] is Verdict.PASS
    assert judge(unit, TWO, {"UpdMech-1": "yes", "UpdMech-2": "no"})[0] is Verdict.FAIL
    assert judge(unit, TWO, {"UpdMech-1": "yes"})[0] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("unit", ["5.3-1-1b", "5.3-7-1b", "5.3-9-1a", "5.3-9-1b", "5.3-10-1a"])
def test_no_answer_saves_a_mechanism_that_nobody_checks(unit: str) -> None:
    ixit = BOTH_USED.model_copy(update={"upd_mech": (GOOD, changed(SECOND, verified_by="none"))})
    verdict, judged = judge(unit, ixit, {"UpdMech-1": "yes", "UpdMech-2": "yes"})
    assert {entry.item: entry.outcome for entry in judged} == {
        "UpdMech-1": Outcome.HELD,
        "UpdMech-2": Outcome.CONTRADICTED,
    }
    assert verdict is Verdict.FAIL


def test_an_unchecked_mechanism_beside_a_good_one_leaves_5_3_2_alone() -> None:
    ixit = table(upd_mech=(GOOD, changed(SECOND, verified_by="none")))
    answers = {"UpdMech-1": "yes", "UpdMech-2": "yes"}
    assert judge("5.3-2-1a", ixit, answers)[0] is Verdict.PASS
    alone = table(upd_mech=(changed(GOOD, verified_by="none"),))
    assert judge("5.3-2-1a", alone, {"UpdMech-1": "yes"})[0] is Verdict.FAIL


def test_a_device_declared_without_mechanisms_never_passes_5_3_2() -> None:
    ixit = table(upd_mech=(), none=("7-UpdMech",))
    assert judge("5.3-2-1a", ixit, {"DUT": "yes"})[0] is Verdict.INCONCLUSIVE
    assert judge("5.3-6-1a", ixit, {"DUT": "yes"})[0] is Verdict.PASS


def test_misuse_is_asked_of_the_mechanisms_that_parts_name() -> None:
    assert items("5.3-1-1b", TWO) == ["UpdMech-1"]
    assert items("5.3-1-1b", BOTH_USED) == ["UpdMech-1", "UpdMech-2"]
    nothing = table(soft_comp=())
    assert judge("5.3-1-1b", nothing, {"DUT": "yes"})[0] is Verdict.INCONCLUSIVE


def test_a_mechanism_that_is_not_declared_fails_the_part_that_names_it() -> None:
    part = SoftComp(id="SoftComp-9", description="x", update_mechanisms=("UpdMech-7",))
    ixit = table(soft_comp=(*IXIT.soft_comp, part))
    assert judge("5.3-1-1b", ixit, {"UpdMech-1": "yes"})[0] is Verdict.FAIL
    for unit in ("5.3-3-1a", "5.3-4-1a", "5.3-5-1a"):
        said = dict.fromkeys(items(unit, ixit), "yes")
        assert "SoftComp-9" in said
        assert judge(unit, ixit, said)[0] is Verdict.FAIL


def test_parts_that_can_not_be_updated_are_asked_for_their_reason_alone() -> None:
    assert items("5.3-1-1a", IXIT) == ["SoftComp-1"]
    for unit in ("5.3-3-1a", "5.3-4-1a", "5.3-5-1a"):
        assert items(unit, IXIT) == ["SoftComp-2", "SoftComp-3", "SoftComp-4"]


@pytest.mark.parametrize("said", ["", " ", "none", "N/A"])
def test_a_part_without_update_and_without_reason_never_passes(said: str) -> None:
    silent = SoftComp(id="SoftComp-9", description="x", no_update_reason=said)
    ixit = table(soft_comp=(silent,))
    for unit in ("5.3-1-1a", "5.3-3-1a", "5.3-4-1a", "5.3-5-1a"):
        assert judge(unit, ixit, {"SoftComp-9": "yes"})[0] is not Verdict.PASS
        assert judge(unit, ixit, {"SoftComp-9": "no"})[0] is Verdict.FAIL


def test_only_mechanisms_that_may_use_a_network_need_a_trust_relationship() -> None:
    local, unsaid = changed(GOOD, over_network="no"), changed(SECOND, over_network="")
    for unit in ("5.3-10-1a", "5.3-10-1b"):
        assert items(unit, table(upd_mech=(local, unsaid))) == ["UpdMech-2"]
        assert items(unit, table(upd_mech=(local,))) == ["DUT"]


EMPTY_FIELDS = [
    ("5.2-1-1a", "user_info", "publication_of_vulnerability_disclosure_policy"),
    ("5.2-2-1a", "vuln_types", "action"),
    ("5.2-2-1a", "vuln_types", "time_frame"),
    ("5.3-2-1a", "upd_mech", "cryptographic_details"),
    ("5.3-6-1a", "upd_mech", "automatic"),
    ("5.3-7-1a", "upd_mech", "security_guarantees"),
    ("5.3-8-1a", "upd_proc", "time_frame"),
    ("5.3-9-1a", "upd_mech", "cryptographic_details"),
    ("5.3-10-1b", "upd_mech", "trust_relationship"),
    ("5.3-11-1a", "upd_mech", "user_notification"),
    ("5.3-13-1a", "user_info", "publication_of_support_period"),
    ("5.3-14-1a", "user_info", "documentation_of_replacement"),
    ("5.3-15-1a", "repl_sup", "isolation"),
    ("5.3-15-1b", "repl_sup", "hardware_replacement"),
    ("5.3-16-1a", "user_info", "model_designation"),
]
NEEDED = [
    row
    for row in EMPTY_FIELDS
    if row[0][:6] in {"5.2-1-", "5.2-2-", "5.3-8-", "5.3-13", "5.3-14", "5.3-15", "5.3-16"}
    or row[0] == "5.3-10-1b"
]


def first_row_with(attribute: str, field: str, value: object) -> Ixit:
    first, *others = getattr(IXIT, attribute)
    return table(**{attribute: (first.model_copy(update={field: value}), *others)})


@pytest.mark.parametrize(("unit", "attribute", "field"), EMPTY_FIELDS)
def test_no_yes_passes_a_field_that_was_left_empty(unit: str, attribute: str, field: str) -> None:
    empty: object = () if field == "security_guarantees" else " "
    ixit = first_row_with(attribute, field, "" if field == "automatic" else empty)
    said = dict.fromkeys(items(unit, IXIT), "yes")
    assert judge(unit, IXIT, said)[0] is Verdict.PASS
    assert judge(unit, ixit, said)[0] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("unit", "attribute", "field"), NEEDED)
def test_no_yes_passes_a_plain_none_where_something_is_needed(
    unit: str, attribute: str, field: str
) -> None:
    ixit = first_row_with(attribute, field, "None")
    said = dict.fromkeys(items(unit, IXIT), "yes")
    assert judge(unit, ixit, said)[0] is Verdict.FAIL


def test_guarantees_without_authenticity_fail_whatever_a_person_says() -> None:
    ixit = table(upd_mech=(changed(GOOD, security_guarantees=("integrity",)),))
    assert judge("5.3-7-1a", ixit, {"UpdMech-1": "yes"})[0] is Verdict.FAIL


@pytest.mark.parametrize("unit", ["5.2-3-1a", "5.2-3-1b", "5.2-3-1c"])
def test_monitoring_is_weighed_as_a_whole(unit: str) -> None:
    verdict, (judged,) = judge(unit, IXIT, {"DUT": "yes"})
    assert verdict is Verdict.PASS
    assert judged.rows == tuple(f"5-VulnMon/VulnMon-{number}" for number in (1, 2, 3))
    assert judge(unit, IXIT, {"DUT": "no"})[0] is Verdict.FAIL
    silent = table(vuln_mon=(VulnMon(id="VulnMon-1", description=" "),))
    assert judge(unit, silent, {"DUT": "yes"})[0] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("unit", ["5.3-6-1b", "5.3-6-1c", "5.3-6-1d", "5.3-6-1e"])
def test_a_device_without_the_feature_passes_5_3_6(unit: str) -> None:
    assert judge(unit, IXIT, {})[0] is Verdict.PASS
    field = "automatic" if unit[-1] in "bc" else "notices"
    flaw = {field: "fixed"} if unit[-1] in "bd" else {field: "fixed", f"{field}_default": "off"}
    assert judge(unit, table(upd_mech=(GOOD, changed(SECOND, **flaw))), {})[0] is Verdict.FAIL
