"""Rules of V3.1.3: logins of machines, guarded debug interfaces, input by its kind of source."""

from typing import Any

import pytest

from harness.assessment import rules
from harness.model.ixit import AuthMech, ComMech, Generation, InpVal, Intf, Ixit, UserIntf
from harness.model.judgement import Outcome

HELD, AGAINST, OPEN = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED


def login(**fields: Any) -> AuthMech:
    usual = {
        "id": "AuthMech-1",
        "description": "login of the hub",
        "authentication_factor": "certificate",
        "subject": "machine",
        "generation": Generation.NO_PASSWORD,
    }
    return AuthMech.model_validate({**usual, **fields})


def debug(**fields: Any) -> Intf:
    usual = {
        "id": "Intf-1",
        "description": "JTAG",
        "type": "physical",
        "status": "enabled",
        "debug_interface": True,
        "protection": "login",
    }
    return Intf.model_validate({**usual, **fields})


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, HELD),
        ({"generation": Generation.USER_DEFINED}, AGAINST),
        ({"generation": Generation.USER_DEFINED, "subject": "user"}, HELD),
        ({"authentication_factor": " "}, OPEN),
    ],
)
def test_machines_use_no_password(fields: dict[str, Any], outcome: Outcome) -> None:
    (judged,) = rules.machines_use_no_password((login(**fields),))
    assert (judged.outcome, judged.item) == (outcome, "AuthMech-1")


@pytest.mark.parametrize(
    ("fields", "guarded", "covered"),
    [
        ({}, HELD, HELD),
        ({"protection": "none"}, AGAINST, AGAINST),
        ({"protection": ""}, OPEN, OPEN),
        ({"protection": "none", "status": "disabled"}, HELD, AGAINST),
        ({"protection": "none", "debug_interface": False}, HELD, HELD),
    ],
)
def test_debug_interfaces_are_guarded(
    fields: dict[str, Any], guarded: Outcome, covered: Outcome
) -> None:
    rows = (debug(**fields),)
    assert [entry.outcome for entry in rules.debug_interfaces_are_guarded(rows)] == [guarded]
    assert [entry.outcome for entry in rules.debug_ports_are_covered(rows)] == [covered]


def test_only_physical_ports_are_asked_for_a_physical_guard() -> None:
    logical = debug(type="logical", protection="none")
    (judged,) = rules.debug_ports_are_covered((logical,))
    assert (judged.outcome, judged.reason.code) == (OPEN, "no-rows")


def test_without_rows_nothing_is_decided() -> None:
    for rule in (
        rules.machines_use_no_password,
        rules.debug_interfaces_are_guarded,
        rules.debug_ports_are_covered,
    ):
        assert [entry.outcome for entry in rule(())] == [OPEN]


def test_input_is_asked_about_by_its_kind_of_source() -> None:
    ixit = Ixit(
        user_intf=(UserIntf(id="UserIntf-1", description="pages"),),
        com_mech=(ComMech(id="ComMech-1", description="web"),),
        inp_val=(InpVal(id="InpVal-1", description="lists", covers=("UserIntf-1",)),),
    )
    both = {
        tables: [
            (entry.item, entry.outcome) for entry in rules.input_sources_are_validated(ixit, tables)
        ]
        for tables in (("27-UserIntf",), ("28-ExtAPI", "11-ComMech"), ("28-ExtAPI",))
    }
    assert both == {
        ("27-UserIntf",): [("UserIntf-1", HELD)],
        ("28-ExtAPI", "11-ComMech"): [("ComMech-1", AGAINST)],
        ("28-ExtAPI",): [("DUT", OPEN)],
    }
    assert len(rules.input_sources_are_validated(ixit)) == 2
