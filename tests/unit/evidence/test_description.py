"""What a statement says of the documents of a bundle."""

import pytest

from harness.encoding.tree import DirectoryTree
from harness.evidence.description import describe
from harness.model.dossier import Dossier, DutIdentification
from harness.model.question import Answer
from harness.model.record import SurveyRecord
from harness.model.states import Purpose

AT = "2026-11-22T08:00:00.000000Z"


@pytest.fixture
def data(tmp_path):
    """The survey of a bundle, with one scripted answer that names a photo."""
    record = SurveyRecord(
        run_id="r", purpose=Purpose.DEMO, bench="b", bench_kind="private", started=AT, samples=()
    )
    dossier = Dossier(dut=DutIdentification(supplier="Nobody", model="Device"))
    answer = Answer(
        number=1, question="q", question_digest="", value="00001.jpg", person="script", at=AT,
        scripted=True,
    )  # fmt: skip
    survey = tmp_path / "survey"
    (survey / "answers").mkdir(parents=True)
    (survey / "survey.json").write_bytes(record.to_bytes())
    (survey / "dossier.json").write_bytes(dossier.to_bytes())
    (survey / "answers" / "00001.json").write_bytes(answer.to_bytes())
    return tmp_path


def test_a_photo_beside_its_answer_is_no_answer(data):
    (data / "survey" / "answers" / "00001.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    assert describe(DirectoryTree(data)).scripted_answers


def test_an_answer_that_cannot_be_read_is_never_passed_over(data):
    (data / "survey" / "answers" / "00002.json").write_bytes(b"\xff\xd8\xff\xd9")
    with pytest.raises(Exception, match="not strict JSON"):
        describe(DirectoryTree(data))
