"""The flaw table of the units that wait for the bench network, on facts made by hand."""

import importlib
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.facts.traffic import Connecting, SoftwareTransfer
from harness.facts.updates import Attack, UpdatesFacts
from harness.model.declaration import DecidedBy
from harness.model.judgement import Verdict
from harness.model.waiting import PROBES_TO_COME
from harness.testing.suites import suite_in

TABLE = tomllib.loads(Path(__file__).with_name("bench_network_flaws.toml").read_text("utf-8"))
FLAWS = {entry["name"]: entry for entry in TABLE["flaw"]}
SUITE = suite_in(Path(importlib.import_module("test_suites.etsi_en_303_645").__path__[0]))
WAITING = {
    str(declared.unit): {need.probe for need in declared.facts} & set(PROBES_TO_COME)
    for declared in SUITE.units()[0]
    if declared.decided_by is DecidedBy.AUTOMATIC
    and {need.probe for need in declared.facts} & set(PROBES_TO_COME)
}
LABORATORY = {"5.3-2-2a"}
"""It asks whether the laboratory made every attack: nothing that a device does contradicts it."""
Spoil = Callable[[Any, Any], Any]
SPOILERS: dict[str, Spoil] = {}


def flaw(name: str) -> Callable[[Spoil], Spoil]:
    def mark(function: Spoil) -> Spoil:
        SPOILERS[name] = function
        return function

    return mark


def _installed(attack: Attack) -> Spoil:
    def spoil(survey: Any, make: Any) -> Any:
        return survey.put(make.updates(make.update_attack(attack, make.seen())), make.UPDATED)

    return spoil


flaw("unsigned-update")(_installed(Attack.FOREIGN_SIGNATURE))
flaw("altered-update")(_installed(Attack.ALTERED))
flaw("update-downgrade")(_installed(Attack.DOWNGRADE))


@flaw("update-taken-at-undeclared-port")
def _(survey: Any, make: Any) -> Any:
    facts = survey.get(UpdatesFacts, make.UPDATED)
    ways = tuple(
        entry.model_copy(update={"takes": make.seen()}) if entry.way == "tcp/80" else entry
        for entry in facts.ways
    )
    return survey.put(facts.model_copy(update={"ways": ways}), make.UPDATED)


@flaw("software-from-undeclared-host")
def _(survey: Any, make: Any) -> Any:
    host = make.remote("cdn.example")
    fetched = SoftwareTransfer(remote=host, endpoint="", evidence=make.ref())
    return survey.put(make.traffic(make.window("baseline", remotes=(host,), transfers=(fetched,))))


@flaw("installs-though-declared-off")
def _(survey: Any, make: Any) -> Any:
    return survey.put(make.update_defaults(installed=make.seen()))


@flaw("talks-while-isolated")
def _(survey: Any, make: Any) -> Any:
    window = make.window("isolated", "ReplSup-1", remotes=(make.remote("telemetry.example"),))
    return survey.put(make.traffic(window))


@flaw("talks-after-a-change")
def _(survey: Any, make: Any) -> Any:
    window = make.window("change-detected", "SecBoot-1", remotes=(make.remote("cloud.example"),))
    return survey.put(make.traffic(window))


@flaw("reconnects-in-a-burst")
def _(survey: Any, make: Any) -> Any:
    tries = Connecting(remote=make.remote("isp.example"), at_ms=tuple(range(0, 1100, 50)))
    return survey.put(make.traffic(make.window("reconnect", connecting=(tries,))))


def _outage(kind: str, **check: str) -> Spoil:
    def spoil(survey: Any, make: Any) -> Any:
        observed = {when: getattr(make, what)() for when, what in check.items()}
        function = make.function_check(**observed)
        return survey.put(make.outages(make.outage(kind, functions=(function,))))

    return spoil


flaw("function-lost-in-isolation")(_outage("isolation", during="absent"))
flaw("broken-by-replacement")(_outage("replacement", during="absent", after="absent"))
flaw("does-not-come-back")(_outage("network", after="absent"))
flaw("local-function-needs-the-network")(_outage("network", during="absent"))
flaw("dead-after-power-cut")(_outage("power", during="absent", after="absent"))


@flaw("settings-lost-with-power")
def _(survey: Any, make: Any) -> Any:
    (ssid,) = make.outage("power").settings
    off = make.function_check(during=make.absent())
    lost = (ssid.model_copy(update={"outcome": "lost"}),)
    return survey.put(make.outages(make.outage("power", functions=(off,), settings=lost)))


@flaw("reset-leaves-user-data")
def _(survey: Any, make: Any) -> Any:
    left = make.trace(after=make.seen())
    return survey.put(make.leftovers(left, make.trace("DelFunc-2")))


def test_every_flaw_of_the_table_is_made_here() -> None:
    assert set(SPOILERS) == set(FLAWS)
    assert all(entry["summary"] and entry["fails"] for entry in FLAWS.values())


def test_every_unit_that_waits_has_a_flaw_that_fails_it() -> None:
    failed = {entry["unit"] for flaw in FLAWS.values() for entry in flaw["fails"]}
    assert failed == set(WAITING) - LABORATORY


@pytest.mark.parametrize("version", ["2.1.1", "3.1.3"])
def test_every_automatic_unit_of_a_version_that_waits_is_judged_by_one_of_these(
    version: str,
) -> None:
    catalogue = SUITE.catalogue(version)
    judges = {str(unit.id): str(unit.function) for unit in catalogue.units}
    waiting = {
        judges[str(declared.unit)]
        for declared in SUITE.units_of(catalogue)[0]
        if declared.decided_by is DecidedBy.AUTOMATIC
        and {need.probe for need in declared.facts} & set(PROBES_TO_COME)
    }
    assert waiting <= set(WAITING)


def test_on_a_sound_device_they_all_pass(judge: Any, survey: Any) -> None:
    verdicts = judge(survey)
    assert {unit: verdicts[unit] for unit in WAITING} == dict.fromkeys(WAITING, Verdict.PASS)


@pytest.mark.parametrize("name", FLAWS)
def test_a_flaw_fails_exactly_its_units(name: str, judge: Any, survey: Any, made: Any) -> None:
    sound, verdicts = judge(survey), judge(SPOILERS[name](survey, made))
    changed = {unit: said for unit, said in verdicts.items() if said != sound[unit]}
    assert changed == {entry["unit"]: Verdict.FAIL for entry in FLAWS[name]["fails"]}


@pytest.mark.parametrize("unit", WAITING)
def test_without_any_fact_that_it_waits_for_a_unit_is_open(
    unit: str, judge: Any, survey: Any
) -> None:
    for probe in WAITING[unit]:
        assert judge(survey.without(probe))[unit] is Verdict.INCONCLUSIVE, probe
