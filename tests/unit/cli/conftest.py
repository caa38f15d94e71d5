"""A tiny framework, and finished runs to try commands on."""

import json

import pytest

from harness.model.bench_config import BenchConfig
from harness.model.order import RunOrder
from harness.model.record import SampleRecord, SurveyRecord
from harness.model.states import Purpose
from harness.survey.run_directory import set_finished, write_order
from harness.survey.store import create_run_directory

CATALOGUE = """
title = "Tiny framework"
publisher = "nobody"
legal_status = "none"
source_note = "made for tests"
framework = { slug = "tiny", version = "1" }
provisions = [
  { id = "p1", section = "one", title = "first", status = "M", mandatory = true, confirmed = true },
  { id = "p2", section = "one", title = "two", status = "R", mandatory = false, confirmed = true },
]
cases = [
  { id = "c1", provision = "p1", kind = "functional", purpose = "Lamps." },
  { id = "c2", provision = "p2", kind = "functional", purpose = "Labels." },
]
units = [
  { id = "c1a", case = "c1", kind = "functional" },
  { id = "c2a", case = "c2", kind = "functional" },
]
decision_rule = { id = "tiny", version = 1 }
"""
BENCH = {"bench": {"name": "b", "scope": ["192.0.2.0/24"]}, "sample": [{"id": "A"}]}


def _suite(folder, catalogue, units):
    suite = folder / "tinysuites" / "tiny"
    suite.mkdir(parents=True)
    for package in (suite.parent, suite):
        (package / "__init__.py").touch()
    (suite / "catalogue.toml").write_text(catalogue)
    (suite / "test_units.py").write_text(units)
    return suite


@pytest.fixture(scope="session")
def finished_run():
    """Make the directory of a run of one sample that was surveyed and ended."""

    def make(folder, units, dossier, *, run="run", catalogue=CATALOGUE, secrets=(), **ordered):
        place = folder / run
        create_run_directory(place)
        config = BenchConfig.model_validate(BENCH)
        record = SurveyRecord(
            run_id="r",
            purpose=Purpose.DEMO,
            bench="b",
            bench_kind="private",
            started="2026-11-21T00:00:00.000000Z",
            ended="2026-11-21T00:01:00.000000Z",
            complete=True,
            samples=(SampleRecord(id="A", origin="supplier"),),
            dossier_digest=dossier.digest,
        )
        (place / "survey" / "survey.json").write_bytes(record.to_bytes())
        (place / "survey" / "dossier.json").write_bytes(dossier.to_bytes())
        (place / "survey" / "bench.json").write_bytes(config.to_bytes())
        known = {"schema": "certbench/secrets/1", "key": "0" * 64, "secrets": list(secrets)}
        (place / "private" / "secrets.json").write_text(json.dumps(known))
        order = RunOrder(
            certbench="0",
            bench_file=str(folder / "bench.toml"),
            bench=config,
            dossier=dossier,
            suites=(str(_suite(folder, catalogue, units)),),
            purpose=Purpose.DEMO,
            seed=1,
            key=str(folder / "key.pem"),
            **{"command": "survey", **ordered},
        )
        write_order(place, order)
        set_finished(place, finished=True)
        return place

    return make
