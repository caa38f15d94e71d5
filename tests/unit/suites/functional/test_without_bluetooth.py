"""A dossier that does not speak of Bluetooth is judged as if the bench had none."""

from pathlib import Path
from typing import Any

import pytest

from harness.config import load_dossier
from harness.model.ixit import ATTRIBUTES

ROOT = Path(__file__).parents[4]


@pytest.fixture
def dossier() -> Any:
    """The router's, without any row about Bluetooth: `judge` looks at it."""
    found = load_dossier(ROOT / "bench_configs" / "reference-router" / "dossier.toml")
    tables = {
        attribute: tuple(
            row for row in found.ixit.rows(table) if "ble" not in getattr(row, "endpoints", ())
        )
        for table, attribute in ATTRIBUTES.items()
    }
    return found.model_copy(update={"ixit": found.ixit.model_copy(update=tables)})


def test_what_bluetooth_shows_changes_no_verdict(
    survey: Any, air: Any, made: Any, judge: Any
) -> None:
    weaknesses = ("unauthenticated", "legacy", "short_key", "outside_mode", "over_bond")
    weak = air.pairing(**dict.fromkeys(weaknesses, made.seen()))
    stays = air.advertising(advertisers=(air.advertiser(0.0, 910.0),), trackable=made.seen())
    spoiled = survey.put(weak).put(stays).put(air.input(crash=made.seen()))
    assert judge(spoiled) == judge(survey)
