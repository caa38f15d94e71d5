"""Outages: from the journal to the verdicts of 5.3-15-2, 5.9-1-2 and 5.9-2-2."""

from typing import Any

import pytest

from harness.errors import CaptureError
from harness.model.ixit import ReplSup, ResMech
from harness.model.observation import Absent, Present, Unknown

NETWORK = ResMech(id="ResMech-1", type="network", keeps_local_function="yes")
POWER = ResMech(id="ResMech-2", type="power")
SUPPORT = ReplSup(isolation="Unplug it.", hardware_replacement="Swap it.")
ROWS: Any = {"res_mech": (NETWORK, POWER), "repl_sup": (SUPPORT,)}
UNITS = {
    "network": ("5.9-1-2a", "5.9-2-2a"),
    "power": ("5.9-1-2b", "5.9-2-2b"),
    "isolation": ("5.3-15-2c",),
    "replacement": ("5.3-15-2e",),
}


def looked(story: Any, *, works: bool, local: bool = True, ssid: bytes = b"home") -> None:
    """Ask a function and read a setting, twice."""
    for _ in range(2):
        story.wait(10).checked("check", works=works, function="switching", local=local)
        story.add("setting", name="ssid", value=ssid, factory=b"RR-1")


def witnessed(story: Any, *, works: bool) -> None:
    """Ask over what is cut, twice."""
    for _ in range(2):
        story.wait(1).checked("witness", works=works)


def outage(
    story: Any,
    kind: str,
    *,
    during: bool,
    after: bool = True,
    ssid: bytes = b"home",
    local: bool = True,
    cut: bool = True,
) -> Any:
    """One outage; nothing is asked of a device without power."""
    story.add("prepare", outage=kind)
    witnessed(story, works=True)
    looked(story, works=True, local=local)
    story.add("cut")
    witnessed(story, works=not cut)
    if kind in {"network", "isolation"}:
        looked(story, works=during, local=local)
    story.add("restored")
    witnessed(story, works=True)
    looked(story, works=after, local=local, ssid=ssid)
    return story.add("closed")


@pytest.mark.parametrize("kind", UNITS)
def test_a_device_that_withstands_the_outage_passes(
    kind: str, story: Any, interpreted: Any, judged: Any
) -> None:
    facts = interpreted("outages", outages=outage(story, kind, during=True))
    assert facts.examined == (kind,)
    for unit in UNITS[kind]:
        assert judged(unit, facts, **ROWS)[0] == "PASS"


@pytest.mark.parametrize("kind", ["network", "power", "replacement"])
def test_a_function_that_does_not_come_back_fails(
    kind: str, story: Any, interpreted: Any, judged: Any
) -> None:
    facts = interpreted("outages", outages=outage(story, kind, during=True, after=False))
    failing = {"5.9-1-2a", "5.9-1-2b", "5.9-2-2b", "5.3-15-2e"}
    for unit in failing & {*UNITS[kind]}:
        assert judged(unit, facts, **ROWS) == ("FAIL", "function-did-not-come-back")


@pytest.mark.parametrize("kind", ["network", "isolation"])
def test_a_local_function_that_stops_fails(
    kind: str, story: Any, interpreted: Any, judged: Any
) -> None:
    facts = interpreted("outages", outages=outage(story, kind, during=False))
    for unit in UNITS[kind]:
        assert judged(unit, facts, **ROWS) == ("FAIL", "function-lost")


def test_a_row_that_promises_no_local_function_is_held_to_what_it_promises(
    story: Any, interpreted: Any, judged: Any
) -> None:
    row = NETWORK.model_copy(update={"keeps_local_function": "no"})
    facts = interpreted("outages", outages=outage(story, "network", during=False))
    assert judged("5.9-1-2a", facts, res_mech=(row,))[0] == "PASS"
    assert judged("5.9-2-2a", facts, res_mech=(row,))[0] == "FAIL"


@pytest.mark.parametrize(
    ("ssid", "expected"),
    [
        (b"RR-1", ("FAIL", "setting-lost")),
        (b"", ("FAIL", "setting-lost")),
        (b"another", ("INCONCLUSIVE", "setting-changed")),
    ],
)
def test_the_state_after_a_loss_of_power_is_compared(
    ssid: bytes, expected: Any, story: Any, interpreted: Any, judged: Any
) -> None:
    facts = interpreted("outages", outages=outage(story, "power", during=False, ssid=ssid))
    assert judged("5.9-2-2b", facts, **ROWS) == expected
    assert judged("5.9-1-2b", facts, **ROWS)[0] == "PASS"


def test_settings_that_change_by_themselves_are_left_out(story: Any, interpreted: Any) -> None:
    story.add("prepare", outage="power")
    for moment in (b"1", b"2"):
        story.add("setting", name="uptime", value=moment, factory=b"0")
    story.add("cut").add("restored").add("setting", name="uptime", value=b"0", factory=b"0")
    story.add("closed")
    (found,) = interpreted("outages", outages=story).outages
    assert found.settings == ()


@pytest.mark.parametrize("value", [b"RR-1", b""])
def test_a_setting_that_nobody_had_set_shows_no_recovery(
    value: bytes, story: Any, interpreted: Any, judged: Any
) -> None:
    story.add("prepare", outage="power")
    witnessed(story, works=True)
    story.checked("check", function="switching", local=True)
    story.add("setting", name="ssid", value=value, factory=b"RR-1").add("cut")
    witnessed(story, works=False)
    story.add("restored")
    witnessed(story, works=True)
    story.checked("check", function="switching", local=True)
    story.add("setting", name="ssid", value=value, factory=b"RR-1").add("closed")
    facts = interpreted("outages", outages=story)
    assert judged("5.9-2-2b", facts, **ROWS) == ("INCONCLUSIVE", "no-setting-read")


def test_an_outage_that_nothing_shows_decides_nothing(
    story: Any, interpreted: Any, judged: Any
) -> None:
    facts = interpreted("outages", outages=outage(story, "network", during=True, cut=False))
    for unit in UNITS["network"]:
        assert judged(unit, facts, **ROWS) == ("INCONCLUSIVE", "outage-not-shown")


def test_a_witness_that_never_answers_shows_no_outage(story: Any, interpreted: Any) -> None:
    story.add("prepare", outage="network")
    looked(story, works=True)
    story.add("cut")
    witnessed(story, works=False)
    looked(story, works=True)
    story.add("restored").add("closed")
    (found,) = interpreted("outages", outages=story).outages
    assert isinstance(found.real, Unknown)


def test_functions_that_need_the_network_may_stop_with_it(
    story: Any, interpreted: Any, judged: Any
) -> None:
    told = outage(story, "network", during=False, local=False)
    facts = interpreted("outages", outages=told)
    assert judged("5.9-2-2a", facts, **ROWS) == ("INCONCLUSIVE", "no-local-function")


def _one(story: Any, interpreted: Any, before: tuple[bool, ...], after: tuple[bool, ...]) -> Any:
    story.add("prepare", outage="power")
    for works in before:
        story.checked("check", works=works, function="web", local=True)
    story.add("cut").add("restored")
    for works in after:
        story.checked("check", works=works, function="web", local=True)
    story.add("closed")
    (found,) = interpreted("outages", outages=story).outages
    return found.functions[0]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((True,), (False, True), Present),
        ((True,), (False, False), Absent),
        ((True,), (False,), Unknown),
        ((True,), (True, False), Unknown),
        ((True,), (), Unknown),
        ((False,), (False, False), Unknown),
        ((), (False, False), Unknown),
    ],
)
def test_a_function_is_gone_only_if_it_worked_and_failed_twice(
    before: Any, after: Any, expected: type, story: Any, interpreted: Any
) -> None:
    assert isinstance(_one(story, interpreted, before, after).after, expected)


def test_a_function_that_did_not_work_before_does_not_come_back(
    story: Any, interpreted: Any, judged: Any
) -> None:
    check = _one(story, interpreted, (False,), (True,))
    assert isinstance(check.before, Unknown)
    facts = interpreted("outages", outages=story)
    assert judged("5.9-1-2b", facts, **ROWS)[0] == "INCONCLUSIVE"


def test_a_capture_that_is_not_whole_says_nothing_of_what_failed(
    story: Any, interpreted: Any, judged: Any
) -> None:
    told = outage(story, "power", during=False, after=False, ssid=b"RR-1")
    told.dropped = 3
    facts = interpreted("outages", outages=told)
    for unit in UNITS["power"]:
        assert judged(unit, facts, **ROWS)[0] == "INCONCLUSIVE"


def test_an_outage_in_which_the_capture_breaks_off_is_not_examined(
    story: Any, interpreted: Any, judged: Any
) -> None:
    told = outage(story, "network", during=True)
    told.add("prepare", outage="network").add("cut")
    facts = interpreted("outages", outages=told)
    assert facts.gap("network")
    assert judged("5.9-2-2a", facts, **ROWS) == ("INCONCLUSIVE", "not-examined")


def test_what_was_lost_in_a_whole_outage_stays_lost_when_the_next_one_breaks_off(
    story: Any, interpreted: Any, judged: Any
) -> None:
    told = outage(story, "network", during=False)
    told.add("prepare", outage="network").add("cut")
    facts = interpreted("outages", outages=told)
    assert judged("5.9-2-2a", facts, **ROWS) == ("FAIL", "function-lost")


@pytest.mark.parametrize(
    ("unit", "rows"),
    [
        ("5.9-1-2a", {"res_mech": (NETWORK.model_copy(update={"keeps_local_function": ""}),)}),
        ("5.9-1-2a", {"res_mech": (NETWORK.model_copy(update={"type": ""}),)}),
        ("5.9-1-2b", {"res_mech": (POWER.model_copy(update={"type": ""}),)}),
        ("5.9-2-2a", {"res_mech": (NETWORK.model_copy(update={"type": ""}),)}),
        ("5.9-2-2b", {"res_mech": (POWER.model_copy(update={"type": ""}),)}),
        ("5.3-15-2c", {"repl_sup": (SUPPORT.model_copy(update={"isolation": ""}),)}),
        ("5.3-15-2e", {"repl_sup": (SUPPORT.model_copy(update={"hardware_replacement": ""}),)}),
    ],
)
def test_an_empty_field_decides_nothing(unit: str, rows: Any, judged: Any) -> None:
    assert judged(unit, **rows) == ("INCONCLUSIVE", "field-missing")


def test_without_rows_or_probe_nothing_is_decided(judged: Any) -> None:
    for unit in ("5.9-1-2a", "5.9-1-2b", "5.9-2-2a", "5.9-2-2b"):
        assert judged(unit, res_mech=()) == ("INCONCLUSIVE", "no-rows")
    for unit in sum(UNITS.values(), ()):
        assert judged(unit, without="outages") == ("INCONCLUSIVE", "waits-for-bench")


def test_an_unknown_outage_gives_no_facts(story: Any, interpreted: Any) -> None:
    with pytest.raises(CaptureError, match="no such outage"):
        interpreted("outages", outages=story.add("prepare", outage="flood"))
