"""A surveyed run is asked about, answered and judged again, in the real judging child."""

import time

import pytest
import typer
from typer.testing import CliRunner

from harness.answering.desk import Given
from harness.answering.page import Pages
from harness.answering.server import AnswerServer
from harness.answering.store import Upload
from harness.answering.visits import hold_open, let_go
from harness.cli.answer import answer, answers_app, desk_of, following, judge
from harness.cli.output import EXIT_OF
from harness.errors import UsageError
from harness.evidence.archive import open_bundle
from harness.model.assessment import Assessment
from harness.model.dossier import Dossier, DutIdentification, IcsRow, Support
from harness.model.judgement import Conclusion, Verdict
from harness.model.question import AskedStatus
from harness.model.record import VisitRecord
from harness.model.states import DeviceState
from harness.survey.run_directory import read_order, set_finished

SUITE = """
from harness.testing import AnswerView, DecidedBy, Judgements, Question, case, unit

FIRST = Question(id="first", prompt="Does the lamp blink?")
SECOND = Question(id="second", prompt="And the other one?")
NEVER = Question(id="never", prompt="Nobody is asked this.")


@case("c1")
class TestLamps:
    @unit("a", decided_by=DecidedBy.OPERATOR, questions=[FIRST, SECOND])
    def test_lamps(self, answers: AnswerView) -> Judgements:
        return (answers.judge(FIRST), answers.judge(SECOND))


@case("c2")
class TestLabels:
    @unit("a", decided_by=DecidedBy.OPERATOR, questions=[NEVER])
    def test_labels(self, answers: AnswerView) -> Judgements:
        return (answers.judge(NEVER),)
"""
INITIALISED = VisitRecord(
    sample="A",
    visit="1-initialised",
    state=DeviceState.INITIALISED,
    entered_by="unboxed",
    state_confirmed=True,
    started="2026-11-21T00:00:00.000000Z",
)


def command(function, *arguments):
    """Run a command of certbench; its exit status and what it printed for programs."""
    app = typer.Typer()
    app.command()(function)
    done = CliRunner().invoke(app, [*map(str, arguments)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout


@pytest.fixture
def surveyed(tmp_path, finished_run):
    """The run directory of a mere survey, to be judged by a suite of two units."""
    dossier = Dossier(
        dut=DutIdentification(supplier="s", model="m"),
        ics={
            "tiny": (
                IcsRow(provision="p1", support=Support.YES, detail="yes"),
                IcsRow(provision="p2", support=Support.NO, detail="no label"),
            )
        },
    )
    return finished_run(tmp_path, SUITE, dossier)


@pytest.fixture
def say(surveyed):
    """Answer a question of the run."""

    def give(question, value, person="Anna Muster", reason="", seen=None, files=()):
        desk = desk_of(surveyed, read_order(surveyed))
        entry = next(each for each in desk.queue.entries if each.question.id == question)
        return desk.answer(entry, Given(value, reason, seen, files), person)

    return give


@pytest.fixture
def verdict(tmp_path):
    """The verdict of the unit in a bundle."""

    def read_verdict(bundle):
        path = tmp_path / "out" / bundle / "data" / "assessments" / "tiny@1" / "assessment.json"
        assessment = Assessment.from_bytes(path.read_bytes())
        return assessment.units[0].verdict

    return read_verdict


def test_only_what_a_verdict_still_depends_on_is_asked(surveyed):
    queue = desk_of(surveyed, read_order(surveyed)).queue
    assert [entry.question.id for entry in queue.entries] == ["first", "second"]
    assert {entry.status for entry in queue.entries} == {AskedStatus.OPEN}
    assert {entry.units for entry in queue.entries} == {("tiny@1 c1a",)}
    assert queue.entries[0].purposes[:2] == ("p1 (M): first", "Lamps.")
    assert not list((surveyed / "private").glob("asking-*"))


@pytest.mark.slow
def test_answers_after_the_survey_reach_the_verdict_and_the_bundle(
    surveyed, say, verdict, tmp_path
):
    out = tmp_path / "out"
    say("first", "yes")
    code, _ = command(judge, surveyed, "--out", out)
    assert code == EXIT_OF[Conclusion.INCONCLUSIVE]
    assert verdict("bundle") is Verdict.INCONCLUSIVE
    say("second", "yes", reason="It does.", files=(Upload("seen.TXT", b"on off on"),))
    command(judge, surveyed)
    assert verdict("bundle-2") is Verdict.PASS
    assert verdict("bundle") is Verdict.INCONCLUSIVE
    say("second", "no", "Ben Beispiel", "Not after a while.", seen=2)
    command(judge, surveyed)
    assert verdict("bundle-3") is Verdict.FAIL
    sealed = b"".join(
        (out / "bundle-3" / name).read_bytes()
        for name in open_bundle(out / "bundle-3").names()
        if name.startswith("data/survey/answers/")
    )
    assert sealed.count(b'"schema":"certbench/answer/1"') == 3
    assert b"Anna Muster" not in sealed
    assert b"on off on" in sealed
    report = (out / "bundle-3" / "data" / "report" / "index.html").read_text()
    assert "(with 00002-1.txt)" in report
    assert "(replaces 2)" in report


def test_what_a_killed_writer_left_is_not_sealed(surveyed, say, tmp_path):
    say("first", "yes")
    (surveyed / "survey" / "answers" / "00002-1.jpg").write_bytes(b"half")
    command(judge, surveyed, "--out", tmp_path / "out")
    names = open_bundle(tmp_path / "out" / "bundle").names()
    answers = [name for name in names if name.startswith("data/survey/answers/")]
    assert answers == ["data/survey/answers/00001.json"]


def test_a_run_is_not_judged_into_nowhere_or_before_it_is_finished(surveyed, tmp_path):
    with pytest.raises(UsageError, match="--out"):
        command(judge, surveyed)
    set_finished(surveyed, finished=False)
    with pytest.raises(UsageError, match="not a finished run"):
        command(judge, surveyed, "--out", tmp_path / "out")
    with pytest.raises(UsageError, match="not a finished run"):
        command(answer, surveyed)


@pytest.mark.slow
def test_answers_go_through_a_spread_sheet_and_back(surveyed, say, tmp_path, verdict):
    openpyxl = pytest.importorskip("openpyxl")
    file = tmp_path / "questions.xlsx"
    say("first", "no", reason="Too dark.")
    assert command(answers_app.registered_commands[0].callback, surveyed, file)[0] == 0
    book = openpyxl.load_workbook(file)
    rows = list(book["Answers"].iter_rows(min_row=2))
    names = [cell.value for cell in book["Answers"][1]]
    for row, reason in zip(rows, ("Lighter now.", "=1+1"), strict=True):
        row[names.index("Answer")].value = "YES"
        row[names.index("Reason")].value = reason
        row[names.index("Reason")].data_type = "s"
    book.save(file)
    take = answers_app.registered_commands[1].callback
    assert command(take, file, surveyed, "--person", "Ben")[0] == 0
    assert command(take, file, surveyed, "--person", "Ben")[0] == 0  # the same once more
    answers = desk_of(surveyed, read_order(surveyed)).store.read()
    assert [(each.question, each.value, each.reason, each.replaces) for each in answers] == [
        ("first", "no", "Too dark.", None),
        ("first", "yes", "Lighter now.", 1),
        ("second", "yes", "=1+1", None),
    ]
    command(judge, surveyed, "--out", tmp_path / "out")
    assert verdict("bundle") is Verdict.PASS


@pytest.mark.parametrize("person", ["script", "", "a" * 81, "line\nbreak"])
def test_a_name_must_name_somebody(surveyed, person):
    with pytest.raises(UsageError, match="--person"):
        command(answer, surveyed, "--person", person)


@pytest.mark.parametrize("listen", ["127.0.0.1", "0.0.0.0:0", "127.0.0.1:99999", "host:1"])
def test_an_address_must_be_one_of_this_machine(surveyed, listen):
    with pytest.raises(UsageError, match="--listen"):
        command(answer, surveyed, "--listen", listen)


def test_while_a_visit_is_held_open_the_questions_of_its_state_are_asked(surveyed):
    set_finished(surveyed, finished=False)
    order = read_order(surveyed)
    hold_open(surveyed, INITIALISED)
    assert desk_of(surveyed, order).queue.entries == ()  # both are judged at a desk
    let_go(surveyed)
    with pytest.raises(UsageError, match="not a finished run"):
        desk_of(surveyed, order)


def test_the_page_follows_a_campaign_from_its_visit_to_what_is_left(surveyed):
    set_finished(surveyed, finished=False)
    order = read_order(surveyed)
    hold_open(surveyed, INITIALISED)
    desk = desk_of(surveyed, order)

    def pages_of(desk):
        return Pages(desk, "Router", "certbench judge")

    server = AnswerServer(("127.0.0.1", 0), desk, pages_of(desk), ["Anna"])
    links = dict(server.links)
    try:
        with following(surveyed, order, server, pages_of):
            assert server.desk.queue.entries == ()
            set_finished(surveyed, finished=True)
            let_go(surveyed)
            deadline = time.monotonic() + 60
            while not server.desk.queue.entries:
                assert time.monotonic() < deadline
                time.sleep(0.1)
    finally:
        server.server_close()
    assert [entry.question.id for entry in server.desk.queue.entries] == ["first", "second"]
    assert server.links == links
