"""What the radio of a bench only pretends stands in the plan, before anything is looked at."""

from pathlib import Path
from typing import Any

import pytest

from harness.cli.surveying import Framework, plans
from harness.config import load_bench, load_dossier
from harness.model.radio import Radio
from harness.testing.suites import find_frameworks

LOCK = Path(__file__).parents[3] / "bench_configs" / "reference-lock"
PRETENDED = {
    Radio.REAL: set(),
    Radio.ROOTCANAL: {
        "bluetooth-classic-legacy-pin",
        "bluetooth-classic-short-key",
        "bluetooth-key-not-checked",
    },
}


@pytest.fixture(scope="module")
def black_box() -> Framework:
    return Framework.of(*find_frameworks(["black-box"])[0])


@pytest.mark.parametrize("radio", PRETENDED)
def test_the_plan_names_what_cannot_be_tested(
    radio: Radio, black_box: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("harness.cli.surveying.installed", lambda: True)
    config = load_bench(LOCK)
    (sample, *_) = config.sample
    air = sample.bluetooth.model_copy(update={"radio": radio, "classic": True})
    samples = (sample.model_copy(update={"bluetooth": air}),)
    changed = config.model_copy(update={"sample": samples})
    ((plan,), _) = plans([black_box], changed, load_dossier(LOCK))
    said = {str(unit.id) for unit in plan.units if "not testable on this bench" in unit.reason}
    assert said == PRETENDED[radio]


def test_a_bench_without_classic_says_that_first(black_box: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("harness.cli.surveying.installed", lambda: True)
    ((plan,), _) = plans([black_box], load_bench(LOCK), load_dossier(LOCK))
    reasons = {str(unit.id): unit.reason for unit in plan.units}
    assert reasons["bluetooth-classic-legacy-pin"].startswith(
        "not on this bench: bluetooth-classic"
    )
