"""What `dossier check` and a run find wrong with third-party evidence, each with its place."""

import hashlib

import pytest

from harness.config.dossier.checking import check_dossier
from harness.config.dossier.problems import Level
from harness.config.dossier.template import template
from harness.config.dossier.use import Framework, load_use
from harness.config.external_files import folder_of, read_external_files
from harness.config.files import load_dossier
from harness.errors import ConfigError
from harness.model.external import MAX_FILE_BYTES
from harness.survey.external import keep_external
from harness.testing.suites import find_frameworks

CERTIFICATE = b"%PDF-1.4 certificate 0815"
SHA = hashlib.sha256(CERTIFICATE).hexdigest()
FIELDS = {
    "id": '"SE-1"',
    "title": '"Certificate 0815"',
    "issuer": '"Example Body"',
    "accreditation": '"ISO/IEC 17065, no. 4711"',
    "scope": '"Secure element X1"',
    "valid_from": "2020-01-01",
    "valid_until": '"2999-12-31"',
    "file": '"se.pdf"',
    "sha256": f'"{SHA}"',
    "covers": '["10-SecParam/SecParam-1"]',
}
REST = """
[dut]
supplier = "s"
model = "m"
hardware = "h"
firmware = "f"
description = "d"

[[ixit.10-SecParam]]
id = "SecParam-1"
description = "A key."
type = "critical"
"""


@pytest.fixture
def written(tmp_path):
    """Writes a dossier with a record of evidence, and its file beside it."""
    (tmp_path / "se.pdf").write_bytes(CERTIFICATE)

    def write(*records):
        tables = [
            "[[evidence]]\n" + "".join(f"{key} = {value}\n" for key, value in each.items())
            for each in records
        ]
        (tmp_path / "dossier.toml").write_text(REST + "\n".join(tables))
        return tmp_path / "dossier.toml"

    return write


def about_evidence(file, frameworks=()):
    found = check_dossier(file, frameworks).problems
    return [each for each in found if each.table == "evidence"]


def test_a_sound_record_is_no_problem_and_its_file_is_kept_under_its_digest(written, tmp_path):
    file = written(FIELDS)
    assert about_evidence(file) == []
    files = read_external_files(load_dossier(file), folder_of(file))
    assert files == {f"evidence/SE-1-{SHA[:12]}.pdf": CERTIFICATE}
    (tmp_path / "run" / "survey").mkdir(parents=True)
    keep_external(tmp_path / "run", files)
    keep_external(tmp_path / "run", files)
    kept = tmp_path / "run" / "survey" / "evidence" / f"SE-1-{SHA[:12]}.pdf"
    assert kept.read_bytes() == CERTIFICATE


@pytest.mark.parametrize(
    ("changes", "field", "what"),
    [
        ({"covers": '["10-SecParam/SecParam-9"]'}, "covers", "names no row of 10-SecParam"),
        ({"covers": '["10-Sec/SecParam-1"]'}, "covers", "names no table of the IXIT"),
        ({"covers": '["SecParam-1"]'}, "covers", "names no table of the IXIT"),
        ({"covers": '["10-SecParam/SecParam-1", "10-SecParam/SecParam-1"]'}, "covers", "2 times"),
        ({"valid_until": "2019-12-31"}, "valid_until", "before valid_from"),
        ({"valid_until": "2021-12-31"}, "valid_until", "is over"),
        ({"valid_from": "2998-01-01"}, "valid_from", "is to come"),
        ({"valid_from": '"soon"'}, "valid_from", "not usable: 'soon'"),
        ({"valid_from": "2020-01-01T10:00:00"}, "valid_from", "not usable"),
        ({"file": '"other.pdf"'}, "file", "cannot be read: No such file"),
        ({"file": '"../se.pdf"'}, "file", "leads out of the folder"),
        ({"file": '"/etc/hostname.txt"'}, "file", "leads out of the folder"),
        ({"file": '"se.exe"'}, "file", "of no kind that is kept"),
        ({"sha256": f'"{"0" * 64}"'}, "sha256", f"has the SHA-256 digest {SHA}"),
        ({"sha256": '"abc"'}, "sha256", "not usable"),
        ({"issuer": '""'}, "issuer", "not usable"),
        ({"covers": "[]"}, "covers", "there is none"),
        ({"seal": '"x"'}, "seal", "unknown key"),
    ],
)
def test_each_mistake_is_told_with_record_field_and_example(written, changes, field, what):
    file = written({**FIELDS, **changes}, {**FIELDS, "id": '"TWO"'})
    (problem,) = about_evidence(file)
    assert (problem.row, problem.field, problem.level) == ("SE-1", field, Level.ERROR)
    assert what in problem.what
    assert problem.mend
    assert problem.place == f"evidence[SE-1].{field}"
    if field in FIELDS:
        assert problem.example.startswith(f"{field} = ")


def test_a_digest_of_another_length_is_explained_without_a_pattern(written):
    (problem,) = about_evidence(written({**FIELDS, "sha256": '"abc"'}))
    assert "^" not in problem.mend
    assert "64 digits" in problem.mend


def test_a_missing_field_is_told_and_hides_nothing_else(written):
    bare = {key: value for key, value in FIELDS.items() if key not in {"issuer", "id"}}
    file = written(bare, {**FIELDS, "file": '"gone.pdf"'})
    places = {(each.row, each.field) for each in about_evidence(file)}
    assert places == {("record 1", "id"), ("record 1", "issuer"), ("SE-1", "file")}


def test_two_records_of_one_name_are_told(written):
    (problem,) = about_evidence(written(FIELDS, FIELDS))
    assert (problem.row, problem.field, problem.what) == ("SE-1", "id", "2 records have this id")


def test_a_file_that_is_too_large_is_read_no_further(written, tmp_path):
    with (tmp_path / "se.pdf").open("r+b") as stream:
        stream.truncate(MAX_FILE_BYTES + 1)
    (problem,) = about_evidence(written(FIELDS))
    assert "too large" in problem.what


def test_a_folder_in_place_of_a_file_is_told(written, tmp_path):
    (tmp_path / "x.pdf").mkdir()
    (problem,) = about_evidence(written({**FIELDS, "file": '"x.pdf"'}))
    assert (problem.field, "cannot be read" in problem.what) == ("file", True)


def test_a_run_refuses_to_begin_with_what_is_wrong_and_names_all_of_it(written):
    file = written(
        {**FIELDS, "file": '"gone.pdf"'}, {**FIELDS, "id": '"B"', "sha256": f'"{"1" * 64}"'}
    )
    with pytest.raises(ConfigError) as caught:
        read_external_files(load_dossier(file), folder_of(file))
    assert "evidence[SE-1].file" in str(caught.value)
    assert "evidence[B].sha256" in str(caught.value)


def test_evidence_for_a_table_that_no_unit_takes_it_for_is_noted(written):
    frameworks = [
        Framework(catalogue, load_use(suite.folder))
        for suite, catalogue in find_frameworks(["etsi-en-303-645"])
    ]
    assert about_evidence(written(FIELDS), frameworks) == []
    text = REST + '\n[[ixit.8-UpdProc]]\nid = "UpdProc-1"\n'
    file = written({**FIELDS, "covers": '["8-UpdProc/UpdProc-1"]'})
    file.write_text(text + file.read_text().removeprefix(REST))
    (problem,) = about_evidence(file, frameworks)
    assert (problem.level, problem.field) == (Level.NOTE, "covers")


def test_the_template_shows_how_evidence_is_written(tmp_path, written):
    text = template((), command="dossier new")
    start = text.index("#[[evidence]]")
    record = "\n".join(line.removeprefix("#") for line in text[start:].splitlines() if line)
    written()
    (tmp_path / "dossier.toml").write_text(REST + record)
    assert {each.field for each in about_evidence(tmp_path / "dossier.toml")} == {"file"}
