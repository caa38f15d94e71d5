"""``job.toml``: incomplete ones are read, wrong ones are refused by name."""

from pathlib import Path

import pytest

from harness.config.job import JOB_FILE, load_job, write_template
from harness.errors import ConfigError
from harness.model.ids import FrameworkRef
from harness.model.job import JobRecord

FRAMEWORK = FrameworkRef(slug="etsi-en-303-645", version="2.1.1")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / JOB_FILE
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_record_can_be_read(tmp_path):
    assert load_job(written(tmp_path, "")) == JobRecord()


def test_a_folder_stands_for_the_file_in_it(tmp_path):
    written(tmp_path, 'report_id = "TR/2026.1-a"')
    assert load_job(tmp_path).report_id == "TR/2026.1-a"


def test_the_template_can_be_read_and_knows_what_was_given(tmp_path):
    path = tmp_path / "new.toml"
    write_template(path, [(FRAMEWORK, "etsi/1")], ["A", "B"], 'certbench "0.1"')
    job = load_job(path)
    assert [(row.name, row.decision_rule) for row in job.contract.frameworks] == [
        ("etsi-en-303-645@2.1.1", "etsi/1")
    ]
    assert [item.sample for item in job.items] == ["A", "B"]
    assert job.equipment[0].name == 'certbench "0.1"'
    assert job.external is None
    assert job.deviations is None


def test_a_template_overwrites_nothing(tmp_path):
    path = written(tmp_path, "# mine")
    with pytest.raises(ConfigError, match="exists already"):
        write_template(path, [], [], "x")
    assert path.read_text() == "# mine"


@pytest.mark.parametrize(
    ("text", "key", "what"),
    [
        ('reprot_id = "1"', "reprot_id", "report_id"),
        ('[[persons]]\nid = "P1"\nnmae = "x"', "persons[P1].nmae", "name"),
        ('[[persons]]\nid = "P 1"', "persons[P 1].id", "letters"),
        ('[[persons]]\nid = "P1"\nroles = ["boss"]', "persons[P1].roles", "evaluator"),
        ('[[persons]]\nid = "P1"\nkey_id = "12"', "persons[P1].key_id", "[0-9a-f]"),
        ('[[persons]]\nid = "P1"\n[[persons]]\nid = "P1"', "persons[P1]", "2 times"),
        ('authorised_by = "Ada"', "authorised_by", "id of nobody"),
        ('[contract]\nby = "P9"', "contract.by", "id of nobody"),
        ("[clock]\nat = 2026-11-22T08:00:00", "clock.at", "timezone"),
        ('[environment]\nrecorded_with = "T1"', "environment.recorded_with", "equipment"),
        (
            '[[persons]]\nid = "P1"\nsince = 2026-02-01\nuntil = 2026-01-01',
            "persons[P1].until",
            "before",
        ),
        (
            '[[equipment]]\nid = "E1"\nchecked = 2026-02-01\ndue = 2026-01-01',
            "equipment[E1].due",
            "before",
        ),
    ],
)
def test_a_wrong_record_names_file_key_and_way_out(tmp_path, text, key, what):
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_job(path)
    assert str(path) in str(caught.value)
    assert key in str(caught.value)
    assert what in str(caught.value)
