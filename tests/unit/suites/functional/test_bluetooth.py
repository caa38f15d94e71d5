"""The lock's flaw table on facts made by hand, and what the suites make of Bluetooth at all."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.config import load_dossier
from harness.facts.bluetooth import Level
from harness.facts.discovery import IdentifierKind, IdentifierSighting
from harness.model.judgement import Verdict

ROOT = Path(__file__).parents[4]
TABLE = {
    flaw["name"]: flaw
    for flaw in tomllib.loads((ROOT / "harness/reference/bluetooth/flaws.toml").read_text())["flaw"]
    if not flaw.get("classic")
}
SUITES = {"etsi": "fails", "black box": "box"}
Spoil = Callable[[Any, Any], dict[str, Any]]


def opened(air: Any, level: Level) -> tuple[Any, ...]:
    """The lock's values, open from a level on."""
    below = [air.row(each, "refused", "refused") for each in Level if each < level]
    code = (*below, air.row(level, "granted"))
    taken = (*below, air.row(level, write="granted"))
    return (
        air.bolt(*below, air.row(level, "granted", "granted")),
        air.value(air.LOCK_SERVICE, air.ACCESS_CODE, *code, readable=True, writable=False),
        air.value(air.UPDATE_SERVICE, air.UPDATE, *taken, readable=False, writable=True),
    )


def stays(made: Any, air: Any, kind: str) -> dict[str, Any]:
    """One address for the whole window."""
    one = air.advertiser(0.0, 910.0, kind=kind)
    return {"advertising": {"advertisers": (one,), "trackable": made.seen()}}


def told(made: Any, _air: Any) -> dict[str, Any]:
    """The serial number in an advertisement."""
    sighting = IdentifierSighting(
        target="bluetooth",
        kind=IdentifierKind.SERIAL,
        where="advertisement",
        text="RL1-004711",
        evidence=made.ref(),
    )
    return {"advertising": {"identifiers": (sighting,), "identifying": made.seen()}}


def just_works(made: Any, air: Any) -> dict[str, Any]:
    values = opened(air, Level.UNAUTHENTICATED)
    return {"pairing": {"unauthenticated": made.seen(), "characteristics": values}}


def downgraded(field: str) -> Spoil:
    """A weaker way to pair, which the lock obeys."""

    def spoil(made: Any, air: Any) -> dict[str, Any]:
        values = opened(air, Level.AUTHENTICATED)
        return {"pairing": {field: made.seen(), "characteristics": values}}

    return spoil


def seen(*fields: str) -> Spoil:
    """Weaknesses of pairing that were seen."""
    return lambda made, _air: {"pairing": dict.fromkeys(fields, made.seen())}


def values(make: Callable[[Any], tuple[Any, ...]]) -> Spoil:
    """Other values."""
    return lambda _made, air: {"pairing": {"characteristics": make(air)}}


SPOILERS: dict[str, Spoil] = {
    "just-works-only": just_works,
    "legacy-pairing": downgraded("legacy"),
    "fixed-passkey": seen("fixed_passkey", "guessable_passkey"),
    "short-encryption-key": downgraded("short_key"),
    "always-pairable": seen("outside_mode"),
    "bond-overwrite-without-action": seen("over_bond"),
    "open-control-write": values(
        lambda air: (
            air.bolt(air.row(Level.OPEN, "refused", "granted")),
            air.access_code(),
            air.update(),
        )
    ),
    "open-dfu": values(lambda air: (air.bolt(), air.access_code(), air.update("granted"))),
    "credential-readable": values(
        lambda air: (air.bolt(), air.access_code("granted"), air.update())
    ),
    "serial-in-advertising": told,
    "static-public-address": lambda made, air: stays(made, air, "public"),
    "rpa-never-rotates": lambda made, air: stays(made, air, "resolvable-private"),
    "no-authentication-after-bonding": seen("open_after_bond"),
    "no-attempt-limit": seen("unlimited"),
    "malformed-pdu-crash": lambda made, _air: {"input": {"crash": made.seen(), "culprit": "0a"}},
    "no-firmware-revision": lambda _made, _air: {},
}


@pytest.fixture
def dossier() -> Any:
    """The lock's own: `judge` looks at it."""
    found = load_dossier(ROOT / "bench_configs" / "reference-lock" / "dossier.toml")
    services = ("a1b20000-5c1e-4d3f-9a7b-6f0d2c8e1b44", "8d53dc1d-1db7-4cd3-868b-8a527460aa84")
    rows = tuple(
        row.model_copy(
            update={
                "bluetooth_services": tuple(
                    name for name in row.bluetooth_services if name in services
                )
            }
        )
        for row in found.ixit.soft_serv
    )
    return found.model_copy(update={"ixit": found.ixit.model_copy(update={"soft_serv": rows})})


@pytest.fixture
def lock(survey: Any, air: Any, made: Any) -> Callable[..., Any]:
    """A survey of the lock alone, with a flaw or without."""

    def make(flaw: str = "") -> Any:
        changes = SPOILERS[flaw](made, air) if flaw else {}
        found = replace(survey, facts={})
        for name in ("pairing", "advertising", "input"):
            found = found.put(getattr(air, name)(**changes.get(name, {})))
        return found

    return make


def _failed(verdicts: dict[str, Verdict]) -> set[str]:
    return {unit for unit, said in verdicts.items() if said is Verdict.FAIL}


def test_every_flaw_is_tried() -> None:
    assert set(SPOILERS) == set(TABLE)


@pytest.mark.parametrize("suite", SUITES)
def test_the_hardened_lock_fails_nothing(suite: str, lock: Any, judge: Any) -> None:
    verdicts = judge(lock(), suite)
    assert not _failed(verdicts)
    box = {unit for unit in verdicts if unit.startswith("bluetooth-") and "classic" not in unit}
    passed = {unit for unit, said in verdicts.items() if said is Verdict.PASS}
    by_facts = {"5.1-4-2b", "5.1-5-2b", "5.5-4-2b", "5.6-1-2a", "5.13-1-2a"}
    expected = by_facts if suite == "etsi" else box
    assert passed == expected


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("flaw", SPOILERS)
def test_a_flaw_fails_its_units_and_no_others(flaw: str, suite: str, lock: Any, judge: Any) -> None:
    expected = {entry["unit"] for entry in TABLE[flaw][SUITES[suite]]}
    assert _failed(judge(lock(flaw), suite)) == expected


@pytest.mark.parametrize("probe", ["bluetooth-pairing", "bluetooth-advertising", "bluetooth-input"])
def test_without_a_fact_nothing_that_needs_it_passes(
    probe: str, lock: Any, judge: Any, declared: Any
) -> None:
    for suite in SUITES:
        verdicts = judge(lock().without(probe), suite)
        needing = declared(suite, probe, next(iter(lock().facts))[2])
        assert needing
        assert {verdicts[unit] for unit in needing} == {Verdict.INCONCLUSIVE}
