"""The reference router's whole dossier: network, serial line and Bluetooth in one survey."""

import tomllib
from typing import Any

import pytest

from harness.assessment.rollup import unit_verdict
from harness.config.reading import build_model
from harness.facts.bluetooth import Level
from harness.model.dossier import Dossier
from harness.model.ixit import Intf
from harness.model.judgement import Verdict
from harness.model.question import Answer
from harness.testing.declare import declaration_of
from harness.testing.view import AnswerView, FactView
from test_suites.etsi_en_303_645 import test_5_6_design_conceptual as design

WIFI_SERVICE = "a1b30000-5c1e-4d3f-9a7b-6f0d2c8e1b44"
NETWORK_NAME = "a1b30001-5c1e-4d3f-9a7b-6f0d2c8e1b44"
MAINTENANCE = "a1b3ff00-5c1e-4d3f-9a7b-6f0d2c8e1b44"
BY_BLUETOOTH = frozenset(
    {
        "5.1-3-2a", "5.1-4-2b", "5.1-5-2b", "5.5-1-2a", "5.5-4-2a", "5.5-4-2b", "5.5-4-2c",
        "5.5-5-2a", "5.5-5-2b", "5.5-6-2a", "5.6-1-2a", "5.6-1-2b", "5.6-2-2a", "5.13-1-2a",
        "5.3-10-1c",
    }
)  # fmt: skip
"""Automatic units that look at Bluetooth where it is declared; those that find it, and what it
tells, look for it anyway."""


@pytest.fixture(scope="session")
def dossier(router: str) -> Any:
    """All of it: `judge` looks at it."""
    return build_model("dossier.toml", tomllib.loads(router), Dossier)


@pytest.fixture
def setting(air: Any) -> Any:
    """The name of the Wi-Fi: read and written by its owner."""
    shut = air.row(Level.OPEN, "refused", "refused")
    mine = air.row(Level.SECURE_CONNECTIONS, "granted", "granted")
    return air.value(WIFI_SERVICE, NETWORK_NAME, shut, mine, readable=True, writable=True)


@pytest.fixture
def paired(air: Any, setting: Any) -> Any:
    """How the router pairs, with changes."""

    def make(**changes: Any) -> Any:
        values = (air.model_number(), setting)
        plain = {"characteristics": values, "information": {air.MODEL_NUMBER: "RR-1"}}
        return air.pairing(**{**plain, **changes})

    return make


@pytest.fixture
def whole(survey: Any, air: Any, paired: Any) -> Any:
    """Everything that the bench sees of the hardened router."""
    return survey.put(paired()).put(air.advertising()).put(air.input())


def failed(verdicts: dict[str, Verdict]) -> set[str]:
    return {unit for unit, said in verdicts.items() if said is Verdict.FAIL}


@pytest.mark.parametrize("suite", ["etsi", "california"])
def test_the_hardened_router_passes_every_automatic_unit(
    suite: str, whole: Any, judge: Any
) -> None:
    reasons: dict[str, Any] = {}
    verdicts = judge(whole, suite, automatic=True, reasons=reasons)
    assert {unit: reasons[unit][0] for unit in verdicts if verdicts[unit] != Verdict.PASS} == {}
    assert not failed(judge(whole, suite))


def test_without_bluetooth_nothing_that_needs_it_passes(survey: Any, judge: Any) -> None:
    verdicts = judge(survey, automatic=True)
    opened = {unit for unit, said in verdicts.items() if said is not Verdict.PASS}
    assert opened >= BY_BLUETOOTH
    assert {verdicts[unit] for unit in opened} == {Verdict.INCONCLUSIVE}


class TestTheValueOfALogin:
    """5.1-4: over Bluetooth it is replaced by pairing anew."""

    def test_holds_where_each_pairing_draws_one(self, whole: Any, judge: Any) -> None:
        assert judge(whole)["5.1-4-2b"] is Verdict.PASS

    @pytest.mark.parametrize("seen", ["seen", "unknown"])
    def test_is_open_where_it_comes_again_or_nobody_knows(
        self, seen: str, whole: Any, paired: Any, made: Any, judge: Any
    ) -> None:
        again = whole.put(paired(fixed_passkey=getattr(made, seen)()))
        assert judge(again)["5.1-4-2b"] is Verdict.INCONCLUSIVE


class TestTheModelsDesignation:
    """5.3-16: a person compares; Device Information can only object, where a row names it."""

    @pytest.mark.parametrize(
        ("told", "verdict"),
        [
            ("RR-1", Verdict.INCONCLUSIVE),
            ("reference router rr1", Verdict.INCONCLUSIVE),
            ("", Verdict.INCONCLUSIVE),
            ("RR-2", Verdict.FAIL),
        ],
    )
    def test_objects_to_another_name_alone(
        self, told: str, verdict: Verdict, whole: Any, paired: Any, air: Any, judge: Any
    ) -> None:
        said = whole.put(paired(information={air.MODEL_NUMBER: told}))
        assert judge(said)["5.3-16-2b"] is verdict


class TestAServiceThatNobodyNeeds:
    """5.6-5: a person weighs what is declared; what is not declared has no reason to be there."""

    @staticmethod
    def verdict(survey: Any, dossier: Any) -> Verdict:
        run = design.TestServicesAreNeeded.test_enabled_services_are_needed
        unit = declaration_of(design.TestServicesAreNeeded, run)
        assert unit is not None
        rows = [row.id for row in dossier.ixit.soft_serv if row.status == "enabled"]
        answers = AnswerView(
            [
                Answer(
                    number=number,
                    question=unit.questions[0].id,
                    question_digest=unit.questions[0].digest,
                    item=row,
                    value="yes",
                    person="Test",
                    at="2026-11-22T08:00:00.000000Z",
                )
                for number, row in enumerate(rows, 1)
            ],
            unit,
        )
        facts = FactView(survey.base(), unit)
        return unit_verdict(
            unit, run(design.TestServicesAreNeeded(), facts, answers, dossier.ixit)
        )[0]

    @pytest.fixture
    def found(self, whole: Any, paired: Any, air: Any, setting: Any) -> Any:
        """The router with a service that is in no row."""
        row = air.row(Level.OPEN, "refused")
        more = air.value(MAINTENANCE, MAINTENANCE, row, readable=True, writable=False)
        return whole.put(paired(characteristics=(air.model_number(), setting, more)))

    def test_objects_to_what_is_served_and_in_no_row(self, found: Any, dossier: Any) -> None:
        assert self.verdict(found, dossier) is Verdict.FAIL

    def test_objects_to_what_is_declared_as_disabled(self, whole: Any, dossier: Any) -> None:
        rows = tuple(
            row.model_copy(update={"status": "disabled"}) if "ble" in row.endpoints else row
            for row in dossier.ixit.soft_serv
        )
        ixit = dossier.ixit.model_copy(update={"soft_serv": rows})
        assert self.verdict(whole, dossier.model_copy(update={"ixit": ixit})) is Verdict.FAIL

    def test_leaves_the_rest_to_the_person(self, whole: Any, survey: Any, dossier: Any) -> None:
        assert self.verdict(whole, dossier) is Verdict.PASS
        assert self.verdict(survey, dossier) is Verdict.PASS

    def test_the_interfaces_lack_it_as_well(self, found: Any, judge: Any) -> None:
        assert failed(judge(found)) == {"5.5-5-2b", "5.6-1-2b"}


class TestADebugInterfaceInTheAir:
    """5.6-4: a row of 15-Intf that says so, over Bluetooth."""

    @pytest.fixture
    def dossier(self, router: str) -> Any:
        found = build_model("dossier.toml", tomllib.loads(router), Dossier)
        row = Intf(
            id="Intf-99",
            description="Maintenance.",
            type="logical",
            status="enabled",
            debug_interface=True,
            endpoints=("ble",),
            bluetooth_services=(MAINTENANCE,),
            private_address="yes",
        )
        ixit = found.ixit.model_copy(update={"intf": (*found.ixit.intf, row)})
        return found.model_copy(update={"ixit": ixit})

    def test_holds_if_its_services_are_not_there(self, whole: Any, judge: Any) -> None:
        assert judge(whole)["5.6-4-2a"] is Verdict.PASS

    @pytest.mark.parametrize(
        ("access", "verdict"), [("granted", Verdict.FAIL), ("refused", Verdict.INCONCLUSIVE)]
    )
    def test_fails_if_strangers_use_it_and_is_open_if_it_is_guarded(
        self, access: str, verdict: Verdict, whole: Any, paired: Any, air: Any, judge: Any
    ) -> None:
        row = air.row(Level.OPEN, access)
        value = air.value(MAINTENANCE, MAINTENANCE, row, readable=True, writable=False)
        found = whole.put(paired(characteristics=(air.model_number(), value)))
        assert judge(found)["5.6-4-2a"] is verdict

    def test_is_open_without_the_look(self, whole: Any, judge: Any) -> None:
        assert judge(whole.without("bluetooth-pairing"))["5.6-4-2a"] is Verdict.INCONCLUSIVE


class TestAnEmptyField:
    """A row over Bluetooth that leaves out its services decides nothing about others."""

    @pytest.fixture
    def dossier(self, router: str) -> Any:
        found = build_model("dossier.toml", tomllib.loads(router), Dossier)
        rows = {
            table: tuple(
                row.model_copy(update={"bluetooth_services": ()})
                for row in getattr(found.ixit, table)
            )
            for table in ("com_mech", "intf", "soft_serv")
        }
        return found.model_copy(update={"ixit": found.ixit.model_copy(update=rows)})

    def test_decides_nothing(self, whole: Any, judge: Any) -> None:
        verdicts = judge(whole)
        assert not failed(verdicts)
        units = ("5.5-4-2a", "5.5-5-2a", "5.5-5-2b", "5.6-1-2b")
        assert {verdicts[unit] for unit in units} == {Verdict.INCONCLUSIVE}
