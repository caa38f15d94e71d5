"""A frozen dossier is replaced on record: judged by a suite of a rule and of a question."""

import json

import pytest
from typer.testing import CliRunner

from harness.answering.desk import Given
from harness.cli import running
from harness.cli.answer import desk_of
from harness.cli.app import app
from harness.cli.revise import Wanted, revise
from harness.cli.unchanged import require_unchanged
from harness.config.dossier.writing import dossier_text
from harness.encoding.tree import DirectoryTree
from harness.errors import ConfigError, UsageError
from harness.evidence.archive import open_bundle
from harness.evidence.revisions import history_in
from harness.model.assessment import Assessment
from harness.model.dossier import Dossier, DutIdentification, IcsRow, Support
from harness.model.ixit import Ixit
from harness.model.judgement import Verdict
from harness.model.question import Answer, AskedStatus
from harness.model.states import Purpose
from harness.replay.rebinding import OTHERWISE
from harness.replay.replaying import replay
from harness.survey.run_directory import read_order, set_finished
from harness.testing.suites import suite_in
from harness.trust.keys import parse_public_keys
from harness.verify.bundle import verify_bundle
from harness.verify.policy import Policy, TrustStore
from harness.verify.report import Step, StepOutcome

CATALOGUE = """
title = "Tiny framework"
publisher = "nobody"
legal_status = "none"
source_note = "made for tests"
framework = { slug = "tiny", version = "1" }
provisions = [
  { id = "p1", section = "one", title = "first", status = "M", mandatory = true, confirmed = true },
]
cases = [{ id = "c1", provision = "p1", kind = "conceptual", purpose = "Logins." }]
units = [
  { id = "c1a", case = "c1", kind = "conceptual" },
  { id = "c1b", case = "c1", kind = "conceptual" },
]
decision_rule = { id = "tiny", version = 1 }
"""
SUITE = """
from harness.testing import (
    AnswerView, DecidedBy, Dossier, Ixit, Judgements, Question, case, contradicted, held, reason,
    unit,
)

STRONG = Question(id="strong", prompt="Is the login strong?")


@case("c1")
class TestLogins:
    @unit("a", decided_by=DecidedBy.RULE)
    def test_text(self, dossier: Dossier) -> Judgements:
        make = held if dossier.dut.description == "good" else contradicted
        return (make("DUT", "text", reason("seen"), rows=("dut",)),)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per="1-AuthMech", questions=[STRONG])
    def test_logins(self, ixit: Ixit, answers: AnswerView) -> Judgements:
        return tuple(answers.judge(STRONG, row.id) for row in ixit.auth_mech)
"""
AUTHOR, REASON = "Ada Lovelace", "The wording was wrong."


def dossier(text="bad", login="Web", model="m"):
    row = {
        "id": "AuthMech-1", "description": login, "authentication_factor": "password",
        "generation": "user-defined",
    }  # fmt: skip
    return Dossier(
        dut=DutIdentification(supplier="s", model=model, description=text),
        ics={"tiny": (IcsRow(provision="p1", support=Support.YES, detail="yes"),)},
        ixit=Ixit.model_validate({"1-AuthMech": [row]}),
    )


@pytest.fixture
def run(tmp_path, finished_run):
    """A surveyed run; the unit c1a fails by its dossier."""
    (tmp_path / "bench.toml").write_text(
        '[bench]\nname = "b"\nscope = ["192.0.2.0/24"]\n[[sample]]\nid = "A"\n'
    )
    return finished_run(
        tmp_path, SUITE, dossier(), run="out/run", catalogue=CATALOGUE,
        command="run", target=str(tmp_path / "out"),
    )  # fmt: skip


@pytest.fixture
def write(tmp_path):
    """Write a dossier as a supplier does; its file."""

    def go(name="dossier.toml", **more):
        file = tmp_path / name
        file.write_text(dossier_text(dossier(**more), "x"))
        return file

    return go


@pytest.fixture
def say(run):
    """Judge the login as a person does."""

    def go(value, reason=""):
        desk = desk_of(run, read_order(run))
        (entry,) = desk.queue.entries
        newest = desk.queue.one(entry, desk.store.read()).newest
        seen = newest.number if newest else None
        return desk.answer(entry, Given(value, reason, seen), "Anna Muster")

    return go


@pytest.fixture
def verdicts(tmp_path):
    """Verdicts of a bundle, by the file of the assessment."""

    def go(bundle, file="assessment.json"):
        path = tmp_path / "out" / bundle / "data" / "assessments" / "tiny@1" / file
        found = Assessment.from_bytes(path.read_bytes())
        return found.dossier_revision, {unit.unit: unit.verdict for unit in found.units}

    return go


def wanted(file, **more):
    return Wanted(**{"file": file, "author": AUTHOR, "reason": REASON, "trigger": "c1a", **more})


def verified(bundle, out):
    keys = parse_public_keys((out / "signing-key.pub.pem").read_bytes(), "key")
    return verify_bundle(
        open_bundle(bundle), TrustStore(keys=keys), Policy(purposes=frozenset(Purpose)), bundle
    )


@pytest.mark.parametrize("option", ["author", "reason", "trigger"])
def test_a_revision_without_an_author_a_reason_or_a_trigger_is_refused(run, write, option):
    with pytest.raises(UsageError, match=f"--{option}"):
        revise(run, wanted(write(text="good"), **{option: "  "}))
    assert history_in(DirectoryTree(run / "survey")).revisions == ()


@pytest.mark.parametrize(
    ("more", "trigger", "names"),
    [
        ({"text": "good", "model": "other"}, "c1a", "needs a run of its own"),
        ({}, "c1a", "declares already"),
        ({"text": "good"}, "c9z", "no unit"),
        ({"text": "good"}, "weak-tls-protocol@tcp/443", "no unit"),
    ],
)
def test_what_is_no_change_of_this_run_is_refused(run, write, more, trigger, names):
    with pytest.raises(UsageError, match=names):
        revise(run, wanted(write(**more), trigger=trigger))


def test_an_unfinished_run_is_finished_first(run, write):
    set_finished(run, finished=False)
    with pytest.raises(UsageError, match="--resume"):
        revise(run, wanted(write(text="good")))


def test_the_first_verdict_stays_beside_the_one_on_the_revised_dossier(
    run, write, say, verdicts, tmp_path
):
    say("yes")
    running.judge_again(run)
    assert verdicts("bundle") == (1, {"c1a": Verdict.FAIL, "c1b": Verdict.PASS})
    done = revise(run, wanted(write(text="good")))
    assert [(each.row, each.field, each.old, each.new) for each in done.changes] == [
        ("dut", "description", "bad", "good")
    ]
    running.judge_again(run)
    assert verdicts("bundle-2") == (2, {"c1a": Verdict.PASS, "c1b": Verdict.PASS})
    assert verdicts("bundle-2", "revision-1.json") == verdicts("bundle")
    bundle = tmp_path / "out" / "bundle-2"
    failed = [
        each.step
        for each in verified(bundle, tmp_path / "out").steps
        if each.outcome is StepOutcome.FAILED
    ]
    assert failed == []
    page = (bundle / "data" / "report" / "index.html").read_text()
    assert "revision 1: FAIL; revision 2: PASS; changed by" in page
    for file in (run / "survey" / "dossier.json", bundle / "data" / "survey" / "dossier.json"):
        assert Dossier.from_bytes(file.read_bytes()).dut.description == "bad"
    assert AUTHOR not in "".join(
        path.read_text("latin-1") for path in bundle.rglob("*") if path.is_file()
    )


def test_replay_finds_the_verdicts_under_every_revision_again(
    run, write, say, tmp_path, monkeypatch
):
    say("yes")
    revise(run, wanted(write(text="good")))
    running.judge_again(run)
    suite = suite_in(tmp_path / "tinysuites" / "tiny")
    pairs = [(suite, suite.catalogue())]
    monkeypatch.setattr("harness.replay.replaying.find_frameworks", lambda _: pairs)
    bundle = tmp_path / "out" / "bundle"
    (again,) = replay(bundle)
    assert again.differences == ()
    assert again.same_judge
    path = bundle / "data" / "assessments" / "tiny@1" / "revision-1.json"
    first = Assessment.from_bytes(path.read_bytes())
    units = tuple(each.model_copy(update={"verdict": Verdict.PASS}) for each in first.units)
    path.write_bytes(first.model_copy(update={"units": units}).to_bytes())
    (again,) = replay(bundle)
    assert [each.unit for each in again.differences] == ["c1a under revision 1 of the dossier"]


def test_an_answer_over_another_row_counts_no_more_and_is_asked_again(
    run, write, say, verdicts, tmp_path
):
    say("yes")
    revise(run, wanted(write(text="good", login="Web and console")))
    running.judge_again(run)
    assert verdicts("bundle") == (2, {"c1a": Verdict.PASS, "c1b": Verdict.INCONCLUSIVE})
    assert verdicts("bundle", "revision-1.json")[1]["c1b"] is Verdict.PASS
    desk = desk_of(run, read_order(run))
    (standing,) = desk.standing()
    assert standing.status is AskedStatus.VOID
    assert standing.newest.value == "yes"
    changed = standing.entry.changed_since(standing.newest)
    assert changed == "row 1-AuthMech/AuthMech-1 has changed"
    said = say("yes")  # no correction: it is about another row
    assert said.replaces == standing.newest.number
    running.judge_again(run)
    assert verdicts("bundle-2")[1]["c1b"] is Verdict.PASS
    # An answer given later is none for the dossier that was replaced before.
    assert verdicts("bundle-2", "revision-1.json") == verdicts("bundle", "revision-1.json")


def test_a_first_fail_by_a_person_is_not_hidden_by_a_later_answer(run, write, say, verdicts):
    say("no")
    revise(run, wanted(write(text="good"), trigger="c1b"))
    say("yes", "looked again")
    running.judge_again(run)
    assert verdicts("bundle")[1]["c1b"] is Verdict.PASS
    assert verdicts("bundle", "revision-1.json")[1]["c1b"] is Verdict.FAIL


def test_what_was_shown_and_is_no_more_has_no_digest_in_the_bundle(run, say, write, tmp_path):
    answer = say("yes")
    path = run / "survey" / "answers" / "00001.json"
    shown = answer.shown.model_copy(update={"facts": {"A/1-initialised/ports/1": "5" * 64}})
    path.write_bytes(answer.model_copy(update={"shown": shown}).to_bytes())
    running.judge_again(run)
    sealed = tmp_path / "out" / "bundle" / "data" / "survey" / "answers" / "00001.json"
    kept = Answer.from_bytes(sealed.read_bytes()).shown
    assert kept.facts == {"A/1-initialised/ports/1": OTHERWISE}
    assert kept.rows == answer.shown.rows


def test_a_run_goes_on_with_its_newest_dossier_whichever_frozen_one_lies_beside(run, write):
    file = write(text="bad")
    revise(run, wanted(write("new.toml", text="good")))
    order = read_order(run)
    assert order.dossier.dut.description == "good"
    for text in ("bad", "good"):
        file.write_text(dossier_text(dossier(text=text), "x"))
        require_unchanged(order, run)
    file.write_text(dossier_text(dossier(text="ugly"), "x"))
    with pytest.raises(ConfigError, match="certbench dossier revise"):
        require_unchanged(order, run)


def test_the_command_shows_row_by_row_what_a_revision_changed(run, write, tmp_path):
    file = write("new.toml", text="good", login="Web and console")
    options = ["--author", AUTHOR, "--reason", REASON, "--trigger", "c1a", "--json"]
    done = CliRunner().invoke(app, ["dossier", "revise", str(run), str(file), *options])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["revision"] == 2
    assert {"row": "1-AuthMech/AuthMech-1", "field": "description", "old": "Web",
            "new": "Web and console"} in said["changes"]  # fmt: skip
    page = tmp_path / "page.html"
    shown = CliRunner().invoke(app, ["dossier", "show", str(run.parent), "-o", str(page)])
    assert shown.exit_code == 0, shown.output
    assert f"changed by {AUTHOR} because The wording was wrong (trigger c1a)" in " ".join(
        shown.output.split()
    )
    assert "Changes of revision 2" in page.read_text()


def test_the_command_says_what_a_revision_does_to_overrides_and_answers(run, write):
    options = ["--author", AUTHOR, "--reason", REASON, "--trigger", "c1a"]
    file = write("new.toml", text="good")
    done = CliRunner().invoke(app, ["dossier", "revise", str(run), str(file), *options])
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert "Overrides made before it lapse, and answers about rows that changed" in said


def test_the_verifier_counts_the_revisions(run, write, tmp_path):
    revise(run, wanted(write(text="good")))
    revise(run, wanted(write(text="better")))
    running.judge_again(run)
    out = tmp_path / "out"
    report = verified(out / "bundle", out)
    step = next(each for each in report.steps if each.step is Step.VERDICTS)
    assert "the dossier was revised 2 times" in step.shown
