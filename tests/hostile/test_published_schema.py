"""The published JSON Schema takes what is signed, and nothing that our own reader refuses."""

import json
from pathlib import Path

import jsonschema
import pytest

from harness.encoding.canonical import canonical
from harness.errors import VerificationError
from harness.model.layout import STATEMENT
from harness.trust.dsse import parse_envelope
from harness.trust.statement import parse_statement

SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "schemas" / "evidence-v1.json"


@pytest.fixture(scope="module")
def validator():
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture(scope="module")
def payload(maker, tmp_path_factory):
    made = maker.make(tmp_path_factory.mktemp("made") / "here")
    return parse_envelope((made.bundle / STATEMENT).read_bytes()).payload


@pytest.fixture
def statement(payload):
    return json.loads(payload)


def test_a_real_statement_fits(validator, statement):
    assert list(validator.iter_errors(statement)) == []
    assert parse_statement(canonical(statement))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("predicateType",), "https://example.org/other"),
        (("_type",), "https://in-toto.io/Statement/v0.1"),
        (("predicate", "bundle_root"), "short"),
        (("predicate", "leaves"), 0),
        (("predicate", "purpose"), "fun"),
        (("predicate", "more"), 1),
        (("predicate", "parts"), []),
        (("predicate", "conclusions"), [{}]),
    ],
)
def test_what_the_reader_refuses_does_not_fit(validator, statement, place, value):
    target = statement
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    assert list(validator.iter_errors(statement))
    with pytest.raises(VerificationError):
        parse_statement(canonical(statement))
