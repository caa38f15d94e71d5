"""``certbench job``, and what a test needs before its first packet."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.cli.job import amended_job, job_app
from harness.config import load_bench, load_dossier
from harness.config.job import load_job
from harness.errors import ConfigError, UsageError
from harness.model.job import Amendment, JobRecord
from harness.model.order import RunOrder
from harness.model.states import Purpose
from harness.survey.run_directory import read_order, set_finished, write_order
from harness.survey.store import create_run_directory

COMPLETE = Path(__file__).parents[2] / "complete_job.toml"
BENCH = Path(__file__).parents[3] / "bench_configs" / "reference-router"


def command(*arguments, application=job_app):
    """Run a command; its exit code and what it printed for programs. Errors are raised."""
    done = CliRunner().invoke(application, [*map(str, arguments)], catch_exceptions=True)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout


@pytest.fixture
def job() -> JobRecord:
    return load_job(COMPLETE)


@pytest.fixture
def began(tmp_path, job):
    """A run directory of a test that was ordered, and not begun."""
    run = tmp_path / "out" / "run"
    create_run_directory(run)
    order = RunOrder(
        command="run",
        certbench="0",
        bench_file=str(BENCH),
        bench=load_bench(BENCH),
        dossier=load_dossier(BENCH),
        purpose=Purpose.TEST,
        seed=1,
        target=str(run.parent),
        job=job.model_copy(update={"issued": None}),
    )
    write_order(run, order)
    return run


def test_a_new_record_knows_frameworks_and_samples_and_has_gaps(tmp_path):
    file = tmp_path / "job.toml"
    command("new", file, "-f", "etsi-en-303-645", "--bench", BENCH)
    job = load_job(file)
    assert [(row.name, row.decision_rule) for row in job.contract.frameworks] == [
        ("etsi-en-303-645@2.1.1", "etsi-en-303-645/1")
    ]
    assert [item.sample for item in job.items] == ["A", "B"]
    code, said = command("check", file, "--json")
    document = json.loads(said)
    assert code == 3
    assert document["schema"] == "certbench/job-check/1"
    assert document["complete"] is False
    assert {
        "key": "report_id",
        "clause": "7.8.2.1 d",
        "what": "unique id of the report",
    } in document["missing"]


def test_a_new_record_overwrites_nothing(tmp_path):
    file = tmp_path / "job.toml"
    file.write_text("# mine")
    with pytest.raises(ConfigError, match="exists already"):
        command("new", file)


def test_a_complete_record_is_said_to_be(tmp_path):
    code, said = command("check", COMPLETE, "--json")
    assert code == 0
    assert json.loads(said)["missing"] == []


def test_a_test_needs_a_record_before_its_first_packet(tmp_path):
    out = tmp_path / "out"
    arguments = ["run", BENCH, "-f", "california-sb-327", "--purpose", "test", "-o", out]
    config = (tmp_path / "bench.toml", tmp_path / "dossier.toml")
    for file in config:
        text = (BENCH / file.name).read_text().replace('namespace = "private"', "")
        file.write_text(text)
    arguments[1] = tmp_path
    with pytest.raises(UsageError, match="a test needs --job FILE"):
        command(*arguments, application=app)
    assert not out.exists()


def test_a_wrong_record_ends_a_run_before_its_first_packet(tmp_path):
    wrong = tmp_path / "job.toml"
    wrong.write_text('reprot_id = "1"')
    for name in ("bench.toml", "dossier.toml"):
        text = (BENCH / name).read_text().replace('namespace = "private"', "")
        (tmp_path / name).write_text(text)
    arguments = ["run", tmp_path, "-f", "california-sb-327", "--job", wrong]
    with pytest.raises(ConfigError, match="reprot_id"):
        command(*arguments, "-o", tmp_path / "out", application=app)
    assert not (tmp_path / "out").exists()


def test_a_record_is_attached_until_the_run_is_sealed(began, job):
    command("attach", COMPLETE, began.parent)
    assert read_order(began).job == job
    assert not (began / "survey" / "job.json").exists(), "the survey writes it when it begins"
    (began / "survey" / "survey.json").write_bytes(b"{}")
    command("attach", COMPLETE, began)
    stored = JobRecord.from_bytes((began / "survey" / "job.json").read_bytes())
    assert stored == job


@pytest.mark.parametrize("sealed", ["finished", "bundle"])
def test_a_sealed_run_keeps_its_record(began, sealed):
    before = read_order(began).job
    if sealed == "finished":
        set_finished(began, finished=True)
    else:
        (began.parent / "bundle").mkdir()
    with pytest.raises(UsageError, match="sealed already"):
        command("attach", COMPLETE, began)
    assert read_order(began).job == before


def test_the_certifiers_number_of_a_run_never_changes(began, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(COMPLETE.read_text().replace("job-7f3a", "job-0000"))
    with pytest.raises(UsageError, match="number of a run never changes"):
        command("attach", other, began)


def test_a_repeated_test_is_an_amended_report(began, tmp_path, job):
    order = read_order(began)
    with pytest.raises(UsageError, match="amended report: name its --job"):
        amended_job(None, order)
    with pytest.raises(UsageError, match="id of its own"):
        amended_job(COMPLETE, order)
    amended = tmp_path / "amended.toml"
    changes = '\n[amends]\nreport = "TR-2026-0042"\nreason = "r"\nchanges = "c"\n'
    text = COMPLETE.read_text().replace('report_id = "TR-2026-0042"', 'report_id = "TR-2026-0043"')
    amended.write_text(text + changes)
    found = amended_job(amended, order)
    assert found is not None
    assert found.report_id == "TR-2026-0043"
    assert found.amends == Amendment(report="TR-2026-0042", reason="r", changes="c")


def test_what_is_no_test_is_repeated_under_its_record(began):
    order = read_order(began).model_copy(update={"purpose": Purpose.PRETEST})
    assert amended_job(None, order) == order.job
