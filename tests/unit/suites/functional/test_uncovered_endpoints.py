"""Rows whose endpoints no probe looks at: each unit over their table stays open and names them."""

import importlib
import inspect
from typing import Any

import pytest

import test_suites.etsi_en_303_645 as suite
from harness.assessment.rollup import unit_verdict
from harness.model.ixit import AuthMech, ExtApi, Intf, Ixit, SoftServ
from harness.model.judgement import Verdict
from harness.testing.declare import discover
from harness.testing.rows import network_endpoints, on_the_network
from harness.testing.view import AnswerView, FactView

UNITS = {str(declared.unit): declared for declared in discover(suite, {})}
OVER = {
    "auth_mech": ("5.1-3-2a", "5.1-4-2b", "5.1-5-2b"),
    "soft_serv": ("5.5-4-2a", "5.5-4-2b", "5.5-4-2c", "5.5-5-2a"),
    "intf": ("5.6-1-2a",),
}
"""Attribute of the IXIT -> automatic units over its rows, of which the first is copied."""
ELSEWHERE: tuple[tuple[str, ...], ...] = (
    ("ble",),
    ("tcp/443", "ble"),
    ("bt-classic",),
    ("tcp/443", "bt-classic"),
    ("radio",),
    ("tcp/443", "radio"),
    ("udp/50999",),
    (),
)


def judged(name: str, ixit: Ixit, survey: Any) -> tuple[Verdict, dict[Any, Verdict]]:
    declared = UNITS[name]
    owner_name, _, function = declared.function.partition(".")
    owner = getattr(importlib.import_module(declared.module), owner_name)
    offered = {
        "facts": FactView(survey.base(), declared),
        "ixit": ixit,
        "answers": AnswerView((), declared),
    }
    wanted = list(inspect.signature(getattr(owner, function)).parameters)[1:]
    verdict, _, items = unit_verdict(
        declared, getattr(owner(), function)(**{key: offered[key] for key in wanted})
    )
    return verdict, items


@pytest.mark.parametrize("endpoints", ELSEWHERE, ids=str)
@pytest.mark.parametrize(
    ("table", "name"), [(table, name) for table, names in OVER.items() for name in names]
)
def test_a_row_that_nothing_covers_keeps_its_unit_open(
    table: str, name: str, endpoints: tuple[str, ...], survey: Any, dossier: Any
) -> None:
    before = judged(name, dossier.ixit, survey)
    assert before[0] is Verdict.PASS
    rows: tuple[AuthMech | SoftServ | Intf, ...] = getattr(dossier.ixit, table)
    row = rows[0].model_copy(update={"id": "New-1", "endpoints": endpoints})
    verdict, items = judged(name, dossier.ixit.model_copy(update={table: (*rows, row)}), survey)
    assert (verdict, items["New-1"]) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)


@pytest.mark.parametrize("status", ["enabled", "disabled"])
def test_the_status_of_a_radio_that_names_an_endpoint_is_not_passed_by_silence(
    status: str, survey: Any, dossier: Any
) -> None:
    radio = Intf.model_validate(
        {
            "id": "New-1",
            "description": "x",
            "type": "radio",
            "status": status,
            "endpoints": ("ble",),
        }
    )
    ixit = dossier.ixit.model_copy(update={"intf": (*dossier.ixit.intf, radio)})
    assert judged("5.6-1-2a", ixit, survey)[0] is Verdict.INCONCLUSIVE
    unnamed = radio.model_copy(update={"endpoints": ()})
    ixit = dossier.ixit.model_copy(update={"intf": (*dossier.ixit.intf, unnamed)})
    assert judged("5.6-1-2a", ixit, survey)[0] is Verdict.PASS, "a person's, see 5.6-3-2c"


@pytest.mark.parametrize("endpoint", ["ble", "bt-classic", "radio", "udp/50999"])
def test_an_api_at_an_unknown_place_keeps_the_input_unit_open(
    endpoint: str, survey: Any, dossier: Any
) -> None:
    row = ExtApi(id="New-1", description="x", endpoints=(endpoint,))
    ixit = dossier.ixit.model_copy(update={"ext_api": (*dossier.ixit.ext_api, row)})
    assert judged("5.13-1-2a", dossier.ixit, survey)[0] is Verdict.PASS
    assert judged("5.13-1-2a", ixit, survey)[0] is Verdict.INCONCLUSIVE


def test_only_a_wire_in_somebodys_hand_is_off_the_network() -> None:
    rows = [
        ExtApi(id=name or "none", description="x", endpoints=(name,) if name else ())
        for name in ("tcp/443", "udp/53", "ble", "console", "")
    ]
    assert [row.id for row in on_the_network(rows)] == ["tcp/443", "udp/53", "ble", "none"]
    mixed = rows[0].model_copy(update={"endpoints": ("console", "ble", "tcp/443")})
    assert network_endpoints(mixed) == ("ble", "tcp/443")
