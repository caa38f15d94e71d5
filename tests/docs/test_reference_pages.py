"""The pages of docs/reference say what the code says."""

import inspect
import tomllib
from pathlib import Path

import harness.errors
from harness.assessment.criteria.registry import CRITERIA
from harness.bench.operator import AnswerScript
from harness.model.bench_config import BenchConfig
from harness.model.dossier import Dossier
from harness.model.ixit import IxitRow
from harness.model.job import JobRecord
from harness.verify.policy_file import PolicyFile

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


def test_generated_pages_are_current(generated):
    for name, expected in generated["pages"]().items():
        written = (REFERENCE / name).read_text()
        assert written == expected, f"{name} is stale: run python tests/docs/generate.py"


def test_every_field_that_people_write_has_a_meaning_and_no_meaning_is_stale(generated):
    told = tomllib.loads(generated["MEANINGS"].read_text())
    del told["introductions"]
    fields = {
        part.__name__: silent
        for model in (BenchConfig, AnswerScript, Dossier, JobRecord, PolicyFile)
        for part in [model, *generated["models_below"](model)]
        if (silent := {field.alias or name for name, field in fields_without_meaning(part)})
    }
    assert {name: set(entries) for name, entries in told.items()} == fields


def fields_without_meaning(model):
    """Those of which the model itself does not say what they mean."""
    said_in_rows = issubclass(model, IxitRow)
    return [
        (name, field)
        for name, field in model.model_fields.items()
        if not field.description and not (said_in_rows and name == "id")
    ]


def test_every_kind_of_error_stands_with_its_exit_code():
    page = (REFERENCE / "exit-codes.md").read_text()
    for name, kind in inspect.getmembers(harness.errors, inspect.isclass):
        if issubclass(kind, harness.errors.CertbenchError):
            rows = [line for line in page.splitlines() if f"`{name}`" in line]
            assert rows, f"{name} is not in exit-codes.md"
            assert rows[0].startswith(f"| {kind.exit_code} |"), rows[0]


def test_advice_of_every_criterion_says_what_to_do():
    for criterion in CRITERIA.values():
        assert criterion.advice.endswith("."), criterion.id
