"""Names of people become pseudonyms that only the laboratory can open."""

import json
import shutil

import pytest

from harness.encoding.canonical import canonical
from harness.errors import EvidenceError
from harness.evidence.people import (
    SEALED,
    commitment,
    known_pseudonyms,
    names_in,
    openings,
    use_pseudonyms,
)
from harness.evidence.secret_forms import Tokens

TOKENS = Tokens(b"\x5a" * 32)
ALICE, BOB = "Alice Example", "Bob"


@pytest.fixture
def run(tmp_path):
    """A run in which Alice answers, and Alice and Bob stand in the job record."""
    survey = tmp_path / "survey"
    (survey / "answers").mkdir(parents=True)
    (tmp_path / "private").mkdir()
    for number, person in enumerate((ALICE, ALICE, BOB), 1):
        answer = {"number": number, "person": person, "value": "yes"}
        (survey / "answers" / f"{number:05}.json").write_bytes(canonical(answer))
    persons = [{"id": "E1", "name": ALICE}, {"id": "R1", "name": BOB}, {"id": "X", "name": ""}]
    (survey / "job.json").write_bytes(canonical({"persons": persons}))
    return tmp_path


def twin_of(run):
    known = openings(run / "private", run / "survey", TOKENS)
    twin = run / "twin"
    shutil.copytree(run / "survey", twin)
    use_pseudonyms(twin, run / "survey", known)
    return twin, {entry.name: entry for entry in known}


def test_the_same_name_is_the_same_pseudonym_everywhere(run):
    twin, known = twin_of(run)
    said = [json.loads(file.read_bytes())["person"] for file in sorted(twin.glob("answers/*"))]
    listed = [entry["name"] for entry in json.loads((twin / "job.json").read_bytes())["persons"]]
    assert said == [known[ALICE].pseudonym] * 2 + [known[BOB].pseudonym]
    assert listed == [known[ALICE].pseudonym, known[BOB].pseudonym, ""]
    every = b"".join(file.read_bytes() for file in twin.rglob("*.json"))
    assert ALICE.encode() not in every
    assert b'"Bob"' not in every


def test_who_overrode_is_a_pseudonym_too(run):
    folder = run / "survey" / "overrides"
    folder.mkdir()
    (folder / "00001.json").write_bytes(canonical({"person": BOB, "second": ALICE, "unit": "u"}))
    (folder / "00002.json").write_bytes(canonical({"person": "Carol", "unit": "u"}))
    twin, known = twin_of(run)
    first, second = (json.loads(file.read_bytes()) for file in sorted(twin.glob("overrides/*")))
    assert first == {
        "person": known[BOB].pseudonym,
        "second": known[ALICE].pseudonym,
        "unit": "u",
    }
    assert second == {"person": known["Carol"].pseudonym, "unit": "u"}


def test_the_laboratory_can_prove_a_name_and_nobody_else_can_guess_it(run):
    twin, known = twin_of(run)
    sealed = json.loads((twin / SEALED).read_bytes())["people"]
    by_pseudonym = {entry["pseudonym"]: entry["commitment"] for entry in sealed}
    alice = known[ALICE]
    assert by_pseudonym[alice.pseudonym] == commitment(ALICE, alice.salt)
    assert by_pseudonym[alice.pseudonym] != commitment(BOB, alice.salt)
    assert all(entry.salt not in (twin / SEALED).read_text() for entry in known.values())


def test_salts_are_drawn_once_and_the_file_is_the_owners(run):
    first = openings(run / "private", run / "survey", TOKENS)
    assert openings(run / "private", run / "survey", TOKENS) == first
    assert (run / "private" / "pseudonyms.json").stat().st_mode & 0o777 == 0o600


def test_whole_names_are_looked_for_by_the_gate(run):
    openings(run / "private", run / "survey", TOKENS, ["9c:b6:d0:12:34:56"])
    people, bystanders = known_pseudonyms(run / "private" / "pseudonyms.json")
    assert [entry.value for entry in people] == [ALICE]
    assert bystanders == ("9c:b6:d0:12:34:56",)


def test_a_survey_without_people_gets_no_file(tmp_path):
    (tmp_path / "survey").mkdir()
    assert names_in(tmp_path / "survey") == ()
    assert openings(tmp_path, tmp_path / "survey", TOKENS) == ()
    assert list(tmp_path.glob("*.json")) == []


def test_a_damaged_list_is_an_error(run):
    (run / "private" / "pseudonyms.json").write_text('{"people": [{"name": "x"}]}')
    with pytest.raises(EvidenceError, match="not a list of pseudonyms"):
        openings(run / "private", run / "survey", TOKENS)
