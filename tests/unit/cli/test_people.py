"""What people answer is kept with the survey; photos and files beside the answers."""

import json

import pytest

from harness.answering.store import AnswerStore
from harness.answering.visits import open_visit
from harness.bench.operator import AnswerScript, ScriptedOperator
from harness.cli.people import ScriptedRounds, ask
from harness.encoding.tree import DirectoryTree
from harness.errors import UsageError
from harness.evidence.pictures import without_metadata
from harness.evidence.scrub import Scrubber
from harness.evidence.twins import scrub_tree
from harness.model.declaration import DecidedBy, UnitDeclaration
from harness.model.dossier import Dossier, DutIdentification
from harness.model.external import ExternalEvidence
from harness.model.ids import UnitId
from harness.model.question import AnswerKind, Question
from harness.model.record import SampleRecord, SurveyRecord, VisitRecord
from harness.model.states import DeviceState, Purpose

PHOTO = b"\xff\xd8\xff\xe1\0\x0cExif\0\0GPS!\xff\xdb\0\x04ab\xff\xd9"


@pytest.fixture
def answered(tmp_path):
    """Ask for a photo that lies at the given path; the folder of the answers."""

    def answer(path):
        question = Question(id="q", prompt="Show it.", kind=AnswerKind.PHOTO, holds=())
        unit = UnitDeclaration(
            unit=UnitId("u"), decided_by=DecidedBy.OPERATOR, questions=(question,), summary="",
            module="m", function="f",
        )  # fmt: skip
        row = {"question": "q", "value": str(path)}
        operator = ScriptedOperator(AnswerScript.model_validate({"answer": [row]}))
        run = tmp_path / "run"
        (run / "survey").mkdir(parents=True)
        dossier = Dossier(dut=DutIdentification(supplier="s", model="m"))
        assert ask(run, [unit], dossier, operator) == 1
        return run / "survey" / "answers"

    return answer


def test_a_photo_is_kept_without_its_metadata_and_its_place_on_this_machine(answered, tmp_path):
    photo = tmp_path / "IMG 0001.JPG"
    photo.write_bytes(PHOTO)
    folder = answered(photo)
    said = json.loads((folder / "00001.json").read_bytes())
    assert said["value"] == "00001.jpg"
    assert (folder / "00001.jpg").read_bytes() == without_metadata(PHOTO) != PHOTO


def test_the_twin_of_a_photo_has_no_metadata(answered, tmp_path):
    photo = tmp_path / "a.jpg"
    photo.write_bytes(PHOTO)
    folder = answered(photo)
    scrub_tree(DirectoryTree(folder), tmp_path / "twin", Scrubber([], b"k" * 32))
    twin = (tmp_path / "twin" / "00001.jpg").read_bytes()
    assert twin == without_metadata(PHOTO)
    assert b"GPS" not in twin


def test_a_file_of_an_odd_kind_gets_a_plain_name(answered, tmp_path):
    file = tmp_path / "answer.json"
    file.write_text("{}")
    folder = answered(file)
    assert (folder / "00001.bin").is_file()


def test_a_file_that_is_too_large_is_no_evidence(answered, tmp_path):
    file = tmp_path / "large.png"
    with file.open("wb") as stream:
        stream.truncate(33 * 2**20)
    with pytest.raises(UsageError, match="larger than"):
        answered(file)


def test_a_script_answers_in_the_visit_what_is_to_be_seen_in_its_state(tmp_path):
    lamp = Question(id="lamp", prompt="Does it blink?", during="initialised")
    paper = Question(id="paper", prompt="Is it clear?")
    unit = UnitDeclaration(
        unit=UnitId("u"), decided_by=DecidedBy.OPERATOR, questions=(lamp, paper), summary="",
        module="m", function="f",
    )  # fmt: skip
    rows = [{"question": name, "value": "yes"} for name in ("lamp", "paper")]
    script = ScriptedOperator(AnswerScript.model_validate({"answer": rows}))
    dossier = Dossier(dut=DutIdentification(supplier="s", model="m"))
    run = tmp_path / "run"
    (run / "survey").mkdir(parents=True)
    (run / "private").mkdir()
    record = SurveyRecord(
        run_id="r", purpose=Purpose.DEMO, bench="b", bench_kind="private", started="x",
        samples=tuple(SampleRecord(id=name, origin="supplier") for name in "AB"),
    )  # fmt: skip
    (run / "survey" / "survey.json").write_bytes(record.to_bytes())
    rounds = ScriptedRounds(run, [unit], dossier, script)
    for sample in "BA":
        rounds.observe(
            VisitRecord(
                sample=sample, visit="1-initialised", state=DeviceState.INITIALISED,
                entered_by="unboxed", state_confirmed=True, started="x",
            )
        )  # fmt: skip
    assert open_visit(run) is None
    assert ask(run, [unit], dossier, script) == 2
    assert [(each.question, each.visit) for each in AnswerStore(run).read()] == [
        ("lamp", "A/1-initialised"),
        ("paper", None),
    ]


def test_each_row_that_third_party_evidence_covers_is_put_to_the_assessor_once(tmp_path):
    record = ExternalEvidence(
        id="SE-1",
        title="t",
        issuer="i",
        accreditation="a",
        scope="s",
        valid_from="2026-01-01",
        valid_until="2026-12-31",
        file="se.pdf",
        sha256="0" * 64,
        covers=("10-SecParam/SecParam-1", "10-SecParam/SecParam-2", "11-ComMech/ComMech-1"),
    )
    dossier = Dossier(dut=DutIdentification(supplier="s", model="m"), evidence=(record,))
    rows = [
        {"question": "external-SE-1-10-SecParam", "item": "SecParam-1", "value": "accepted"},
        {"question": "external-SE-1-10-SecParam", "item": "SecParam-2", "value": "refused"},
    ]
    operator = ScriptedOperator(AnswerScript.model_validate({"answer": rows}))
    (tmp_path / "survey").mkdir()
    assert ask(tmp_path, [], dossier, operator) == 2
    assert ask(tmp_path, [], dossier, operator) == 2
    given = {answer.item: answer for answer in AnswerStore(tmp_path).read()}
    assert {item: answer.value for item, answer in given.items()} == {
        "SecParam-1": "accepted",
        "SecParam-2": "refused",
    }
    assert given["SecParam-1"].question_digest == record.question("10-SecParam").digest
    assert given["SecParam-1"].scripted
