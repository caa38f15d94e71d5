"""People hold another verdict than the bench: recorded, judged beside it, sealed and verified."""

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

from harness.answering.desk import Given
from harness.answering.overrides import OverrideStore
from harness.answering.store import AnswerStore, BusyError
from harness.cli.answer import desk_of, judge
from harness.cli.output import EXIT_OF
from harness.cli.override import override
from harness.config.job import load_job
from harness.encoding.tree import DirectoryTree
from harness.errors import EvidenceError, UsageError
from harness.evidence.archive import open_bundle
from harness.evidence.description import overrides_in
from harness.model.assessment import Assessment
from harness.model.dossier import Dossier, DutIdentification, IcsRow, Support
from harness.model.judgement import Conclusion, Verdict
from harness.model.override import Standing
from harness.model.states import Purpose
from harness.plugin.launch import JudgingOrder
from harness.plugin.launch import judge as judge_once
from harness.survey.run_directory import read_order
from harness.trust.keys import parse_public_keys
from harness.verify.bundle import verify_bundle
from harness.verify.policy import Policy, TrustStore

SUITE = """
from harness.testing import AnswerView, DecidedBy, Judgements, Question, case, unit

LAMP = Question(id="lamp", prompt="Does the lamp blink?")
LABEL = Question(id="label", prompt="Nobody is asked this.")


@case("c1")
class TestLamps:
    @unit("a", decided_by=DecidedBy.OPERATOR, questions=[LAMP])
    def test_lamps(self, answers: AnswerView) -> Judgements:
        return (answers.judge(LAMP),)


@case("c2")
class TestLabels:
    @unit("a", decided_by=DecidedBy.OPERATOR, questions=[LABEL])
    def test_labels(self, answers: AnswerView) -> Judgements:
        return (answers.judge(LABEL),)
"""
JOB = """
[[persons]]
id = "P1"
name = "Ada Example"
frameworks = ["tiny"]
since = 2020-01-01
may_override = true

[[persons]]
id = "P2"
name = "Ben Example"
frameworks = ["tiny"]
since = 2020-01-01
may_override = true

[[persons]]
id = "P3"
name = "Cy Example"
frameworks = ["tiny"]
since = 2020-01-01
"""
SECRET = "tr0ub4dor&3"


def command(function, *arguments):
    """Run a command of certbench; its exit status and what it printed for programs."""
    app = typer.Typer()
    app.command()(function)
    done = CliRunner().invoke(app, [*map(str, arguments)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout


@pytest.fixture(scope="module")
def judged(tmp_path_factory, finished_run):
    """A run that was surveyed and judged: p1 is open, since nobody was asked."""
    folder = tmp_path_factory.mktemp("judged")
    rows = (
        IcsRow(provision="p1", support=Support.YES, detail="yes"),
        IcsRow(provision="p2", support=Support.NO, detail="no label"),
    )
    dossier = Dossier(dut=DutIdentification(supplier="s", model="m"), ics={"tiny": rows})
    secrets = [{"value": SECRET, "kind": "user-password"}]
    run = finished_run(folder, SUITE, dossier, secrets=secrets)
    code, _ = command(judge, run, "--out", folder / "out")
    assert code == EXIT_OF[Conclusion.INCONCLUSIVE]
    return SimpleNamespace(run=run, out=folder / "out")


@pytest.fixture
def fresh(judged, tmp_path):
    """A copy of the run to work on; its bundles lie with those of the others."""
    shutil.copytree(judged.run, tmp_path / "run")
    return SimpleNamespace(run=tmp_path / "run", out=judged.out)


def hold(run, unit="c1a", verdict="PASS", people=("Ada Example", "Ben Example"), **more):
    """Override a unit."""
    options = {
        "--verdict": verdict,
        "--reason": "the lamp was seen to blink",
        "--framework": "tiny",
        "--person": people[0],
        **({"--second": people[1]} if len(people) > 1 else {}),
        **{f"--{name}": value for name, value in more.items()},
    }
    return command(override, run, unit, *(part for pair in options.items() for part in pair))


def newest_bundle(judged):
    return max(judged.out.glob("bundle*"), key=lambda path: path.stat().st_mtime_ns)


def judge_anew(judged):
    command(judge, judged.run)
    bundle = newest_bundle(judged)
    file = bundle / "data" / "assessments" / "tiny@1" / "assessment.json"
    return bundle, Assessment.from_bytes(file.read_bytes())


def verified(judged, bundle):
    pem = judged.out / "signing-key.pub.pem"
    keys = parse_public_keys(pem.read_bytes(), pem.name)
    policy = Policy(purposes=frozenset({Purpose.DEMO}))
    return verify_bundle(open_bundle(bundle), TrustStore(keys), policy)


def test_an_override_stands_beside_verdict_and_conclusion_through_the_whole_bundle(fresh):
    code, _ = hold(fresh.run, reason=f"blinks, says Ada Example, who typed {SECRET}")
    assert code == 0
    bundle, said = judge_anew(fresh)
    unit = said.units[0]
    assert (unit.verdict, unit.verdict_after_review) == (Verdict.INCONCLUSIVE, Verdict.PASS)
    assert said.provisions[0].verdict is Verdict.INCONCLUSIVE
    assert said.provisions_after_review == {"p1": Verdict.PASS}
    assert said.conclusion is Conclusion.INCONCLUSIVE
    assert said.reason_after_review.code == "firmware-unknown"
    (made,) = unit.overrides
    assert (made.standing, made.authorised) == (Standing.COUNTS, False)
    report = verified(fresh, bundle)
    assert report.ok, report
    everything = b"".join(
        file.read_bytes() for file in bundle.rglob("*") if file.is_file() and file.suffix != ".pdf"
    )
    for secret in (b"Ada Example", b"Ben Example", SECRET.encode()):
        assert secret not in everything
    sealed = overrides_in(DirectoryTree(bundle / "data" / "survey"))
    assert sealed == (made.record,)
    (suite,) = read_order(fresh.run).suites
    out = fresh.run.parent / "again"
    again = judge_once(JudgingOrder(Path(suite), "1", bundle, out, allure=False))
    assert again == said


def test_an_answer_lets_the_override_lapse_and_it_stays_on_record(fresh):
    hold(fresh.run)
    desk = desk_of(fresh.run, read_order(fresh.run))
    (entry,) = desk.queue.entries
    desk.answer(entry, Given("no"), "Dee Example")
    _, said = judge_anew(fresh)
    unit = said.units[0]
    assert (unit.verdict, unit.verdict_after_review) == (Verdict.FAIL, Verdict.FAIL)
    assert unit.overrides[0].because.code == "override-lapsed-verdict"
    assert said.conclusion_after_review is said.conclusion is Conclusion.NOT_CONFORMANT


def test_a_later_override_withdraws_the_earlier_one(fresh):
    hold(fresh.run, verdict="FAIL", people=("Ada Example",))
    with pytest.raises(UsageError, match="c1a is FAIL already"):
        hold(fresh.run, verdict="FAIL", people=("Ben Example",))
    hold(fresh.run, verdict="INCONCLUSIVE", people=("Ben Example",))
    made = OverrideStore(fresh.run).read()
    assert [(each.number, each.verdict, each.withdraws) for each in made] == [
        (1, Verdict.FAIL, None),
        (2, Verdict.INCONCLUSIVE, 1),
    ]
    _, said = judge_anew(fresh)
    first, second = said.units[0].overrides
    assert (first.standing, second.standing) == (Standing.WITHDRAWN, Standing.COUNTS)
    assert said.units[0].verdict_after_review is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"unit": "c9z"}, "tiny@1 has no unit 'c9z'"),
        ({"unit": "c1z"}, "nearest: c1a"),
        ({"verdict": "INCONCLUSIVE"}, "c1a is INCONCLUSIVE already"),
        ({"people": ("Ada Example",)}, "needs a second person"),
        ({"people": ("Ada Example", "ada  EXAMPLE")}, "the second person is the first"),
        ({"people": ("script", "Ben Example")}, "'script' is nobody's name"),
        ({"people": ("Ada Example", " ")}, "nobody's name"),
        ({"people": ("Ada\nExample", "Ben Example")}, "--person: one line of plain text"),
        ({"reason": "  "}, "--reason: one line of plain text"),
        ({"reason": "two\nlines"}, "--reason: one line of plain text"),
        ({"unit": "c2a"}, "c2a is NOT_CLAIMED: what applies and what is claimed"),
        ({"framework": "other"}, "other: name one of what the run was judged under: tiny@1"),
    ],
)
def test_what_cannot_be_overridden_leaves_no_record(fresh, given, says):
    with pytest.raises(UsageError, match=says):
        hold(fresh.run, **given)
    assert OverrideStore(fresh.run).read() == ()


def test_of_a_framework_judged_in_two_versions_both_are_offered(fresh):
    assessments = fresh.run / "assessments"
    shutil.copytree(assessments / "tiny@1", assessments / "tiny@2")
    says = "tiny: judged in 2 versions; say which: -f tiny@1 or -f tiny@2"
    with pytest.raises(UsageError, match=says):
        hold(fresh.run)
    code, _ = hold(fresh.run, framework="tiny@1")
    assert code == 0


@pytest.mark.parametrize("verdict", ["NOT_APPLICABLE", "NOT_CLAIMED"])
def test_what_applies_is_no_matter_of_an_override(fresh, verdict):
    code, _ = hold(fresh.run, verdict=verdict)
    assert code == 2
    assert OverrideStore(fresh.run).read() == ()


@pytest.fixture
def with_job(fresh, tmp_path):
    path = tmp_path / "job.toml"
    path.write_text(JOB)
    (fresh.run / "survey" / "job.json").write_bytes(load_job(path).to_bytes())
    return fresh


def test_people_whom_the_job_record_authorises_are_shown_to_be(with_job):
    hold(with_job.run, people=("P1", "ben example"))
    bundle, said = judge_anew(with_job)
    (made,) = said.units[0].overrides
    assert (made.standing, made.authorised) == (Standing.COUNTS, True)
    assert verified(with_job, bundle).ok
    kept = OverrideStore(with_job.run).read()[0].people
    assert kept == ("Ada Example", "Ben Example")


@pytest.mark.parametrize(
    ("people", "says"),
    [
        (("Ada Example", "Cy Example"), "does not let Ada Example and Cy Example override"),
        (("Ada Example", "Dee Example"), "the job record does not name this person"),
        (("P1", "Ada Example"), "the second person is the first"),
    ],
)
def test_a_job_record_that_does_not_authorise_refuses(with_job, people, says):
    with pytest.raises(UsageError, match=says):
        hold(with_job.run, people=people)
    assert OverrideStore(with_job.run).read() == ()


def test_the_record_of_an_amended_report_says_who_may(fresh, tmp_path):
    path = tmp_path / "amended.toml"
    path.write_text(JOB)
    with pytest.raises(UsageError, match="does not let"):
        hold(fresh.run, people=("Ada Example", "Cy Example"), job=path)
    hold(fresh.run, people=("P1", "P2"), job=path)
    assert OverrideStore(fresh.run).read()[0].people == ("Ada Example", "Ben Example")


def test_a_job_record_that_came_later_decides_what_counts(fresh, tmp_path):
    hold(fresh.run, people=("Ada Example", "Cy Example"))
    path = tmp_path / "job.toml"
    path.write_text(JOB)
    (fresh.run / "survey" / "job.json").write_bytes(load_job(path).to_bytes())
    _, said = judge_anew(fresh)
    (made,) = said.units[0].overrides
    assert made.standing is Standing.NOT_AUTHORISED
    assert said.units[0].verdict_after_review is Verdict.INCONCLUSIVE


def test_nothing_is_overridden_that_nobody_has_seen_yet(fresh):
    answers = fresh.run / "survey" / "answers"
    answers.mkdir(exist_ok=True)
    newer = answers / "00001.json"
    newer.write_text("{}")
    later = (fresh.run / "assessments/tiny@1/assessment.json").stat().st_mtime_ns + 10**9
    os.utime(newer, ns=(later, later))
    with pytest.raises(UsageError, match="something was said since it was judged"):
        hold(fresh.run)


def test_nothing_is_overridden_while_the_run_is_sealed(fresh, monkeypatch):
    monkeypatch.setattr(AnswerStore.held.__wrapped__, "__defaults__", (0.05,))
    with AnswerStore(fresh.run).held(), pytest.raises(BusyError):
        hold(fresh.run)


def test_a_record_that_somebody_removed_is_missed(fresh):
    hold(fresh.run, verdict="FAIL", people=("Ada Example",))
    hold(fresh.run, verdict="INCONCLUSIVE", people=("Ada Example",))
    (fresh.run / "survey/overrides/00001.json").unlink()
    with pytest.raises(EvidenceError, match="override 1 is missing"):
        OverrideStore(fresh.run).read()
