"""A dossier that was revised: the first verdict stays in the bundle, whatever somebody does."""

import json
import shutil

import pytest

from harness.encoding.canonical import canonical
from harness.errors import EvidenceError
from harness.evidence import description
from harness.model.assessment import Assessment
from harness.model.dossier import Dossier
from harness.model.judgement import Verdict
from harness.model.record import SurveyRecord
from harness.model.revision import DossierRevision, verdicts_of
from harness.verify.report import Step, StepOutcome

FOLDER = "survey/dossier-revisions"
RECORD = f"{FOLDER}/2.json"
ASSESSMENT = "assessments/small-framework@1.0"
FIRST = f"{ASSESSMENT}/revision-1.json"


def revise(scene, data) -> None:
    """Unit p1-1a failed under the first dossier; it passes under the second."""
    maker = scene.cast.maker
    first = maker.assessment(failing=True)
    before = Dossier.from_bytes((data / "survey/dossier.json").read_bytes())
    rows = tuple(
        row.model_copy(update={"detail": "passwords of the user"}) if row.provision == "p1" else row
        for row in before.ics["small-framework"]
    )
    record = {"revision": 2, "author": "Ada Example", "reason": "a slip", "trigger": "p1-1a"}
    after = before.model_copy(update={"ics": {"small-framework": rows}, **record})
    revision = DossierRevision(
        dossier=after,
        replaces=before.digest,
        at="2026-11-22T09:00:00.000000Z",
        last_answer=1,
        verdicts={str(first.framework): verdicts_of(first)},
    )
    second = Assessment.from_bytes((data / ASSESSMENT / "assessment.json").read_bytes())
    second = second.model_copy(update={"dossier_revision": 2, "dossier_digest": after.digest})
    (data / FOLDER).mkdir()
    (data / RECORD).write_bytes(revision.to_bytes())
    (data / FIRST).write_bytes(first.to_bytes())
    (data / ASSESSMENT / "assessment.json").write_bytes(second.to_bytes())


def lenient(survey):
    """The newest dossier there is, with no question asked: how a dishonest tool would seal."""
    names = [name for name in survey.names() if name.startswith("dossier-revisions/")]
    with survey.open(max(names, default="dossier.json")) as stream:
        document = json.loads(stream.read())
    inner = document.get("dossier", document)
    inner.pop("schema", None)
    return Dossier.model_validate(inner)


def revised(scene, spoil=lambda _: None) -> None:
    """Revise, spoil, and let everybody vouch for it."""

    def edit(data) -> None:
        revise(scene, data)
        spoil(data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(description, "dossier_in", lenient)
        scene.relab(edit)


def change(file, **fields):
    """An edit of one document."""

    def spoil(data) -> None:
        document = json.loads((data / file).read_bytes())
        inner = document["dossier"] if fields.keys() & {"author", "reason", "trigger"} else document
        inner.update(fields)
        (data / file).write_bytes(canonical(document) + b"\n")

    return spoil


def _drop(*files):
    return lambda data: [(data / file).unlink() for file in files]


def _renumber(data) -> None:
    revision = DossierRevision.from_bytes((data / RECORD).read_bytes())
    dossier = revision.dossier.model_copy(update={"revision": 3})
    (data / RECORD).unlink()
    (data / FOLDER / "3.json").write_bytes(
        revision.model_copy(update={"dossier": dossier}).to_bytes()
    )


def _begin_with_the_second(data) -> None:
    revision = DossierRevision.from_bytes((data / RECORD).read_bytes())
    (data / "survey/dossier.json").write_bytes(revision.dossier.to_bytes())
    shutil.rmtree(data / FOLDER)
    (data / FIRST).unlink()


def _other_first(data) -> None:
    first = Dossier.from_bytes((data / "survey/dossier.json").read_bytes())
    other = first.model_copy(update={"ics": {}})
    (data / "survey/dossier.json").write_bytes(other.to_bytes())
    survey = SurveyRecord.from_bytes((data / "survey/survey.json").read_bytes())
    survey = survey.model_copy(update={"dossier_digest": other.digest})
    (data / "survey/survey.json").write_bytes(survey.to_bytes())


def _other_device(data) -> None:
    revision = DossierRevision.from_bytes((data / RECORD).read_bytes())
    dut = revision.dossier.dut.model_copy(update={"model": "RR-2"})
    dossier = revision.dossier.model_copy(update={"dut": dut})
    (data / RECORD).write_bytes(revision.model_copy(update={"dossier": dossier}).to_bytes())


def _first_verdict_edited(data) -> None:
    first = Assessment.from_bytes((data / FIRST).read_bytes())
    units = tuple(
        unit.model_copy(update={"verdict": Verdict.PASS}) if unit.unit == "p1-1a" else unit
        for unit in first.units
    )
    (data / FIRST).write_bytes(first.model_copy(update={"units": units}).to_bytes())


def _first_judged_anew(data) -> None:
    """Another judging under the first dossier, whole in itself, in which nothing fails."""
    first = Assessment.from_bytes((data / FIRST).read_bytes())
    second = Assessment.from_bytes((data / ASSESSMENT / "assessment.json").read_bytes())
    kept = {"dossier_revision": 1, "dossier_digest": first.dossier_digest}
    (data / FIRST).write_bytes(second.model_copy(update=kept).to_bytes())


ATTACKS = {
    "the revision dropped": (_drop(RECORD, FIRST), Step.VERDICTS, "E-VERDICT", "dossier"),
    "the first dossier dropped": (_begin_with_the_second, Step.DOCUMENTS, "E-REVISION", "began"),
    "the first dossier exchanged": (_other_first, Step.DOCUMENTS, "E-REVISION", "another dossier"),
    "renumbered": (_renumber, Step.DOCUMENTS, "E-REVISION", "one by one"),
    "of another device": (_other_device, Step.DOCUMENTS, "E-REVISION", "another device"),
    "the reason taken away": (change(RECORD, reason=" "), Step.DOCUMENTS, "E-REVISION", "reason"),
    "the author exchanged": (change(RECORD, author="Eve"), Step.VERDICTS, "E-VERDICT", "dossier"),
    "the reason reworded": (change(RECORD, reason="ok"), Step.VERDICTS, "E-VERDICT", "dossier"),
    "the verdicts on record taken away": (
        change(RECORD, verdicts={}), Step.VERDICTS, "E-REVISION", "no verdicts",
    ),
    "the first verdict edited": (_first_verdict_edited, Step.VERDICTS, "E-VERDICT", "p1-1a"),
    "the first verdict judged anew": (_first_judged_anew, Step.VERDICTS, "E-REVISION", "p1-1a"),
    "the first verdicts dropped": (_drop(FIRST), Step.VERDICTS, "E-COVERAGE", "revision-1.json"),
}  # fmt: skip


def test_a_revised_dossier_is_told_and_the_first_verdict_is_there(scene):
    revised(scene)
    report = scene.verify()
    step = next(each for each in report.steps if each.step is Step.VERDICTS)
    assert report.ok, report
    assert step.shown.startswith("6 unit verdicts recomputed")
    assert "the dossier was revised 1 time" in step.shown


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_the_revisions_is_seen(scene, name):
    spoil, wanted, code, names = ATTACKS[name]
    revised(scene, spoil)
    failed = [each for each in scene.verify().steps if each.outcome is StepOutcome.FAILED]
    assert (failed[0].step, failed[0].code) == (wanted, code), failed
    assert names in f"{failed[0].shown} {failed[0].expected}"


def test_a_trigger_that_was_no_result_is_seen(scene):
    def spoil(data) -> None:
        change(RECORD, trigger="p9")(data)
        revision = DossierRevision.from_bytes((data / RECORD).read_bytes())
        path = data / ASSESSMENT / "assessment.json"
        second = Assessment.from_bytes(path.read_bytes())
        named = second.model_copy(update={"dossier_digest": revision.dossier.digest})
        path.write_bytes(named.to_bytes())

    revised(scene, spoil)
    failed = [each for each in scene.verify().steps if each.outcome is StepOutcome.FAILED]
    assert (failed[0].code, "p9" in failed[0].shown) == ("E-REVISION", True)


def test_an_honest_tool_does_not_seal_a_broken_history(scene):
    def edit(data) -> None:
        revise(scene, data)
        _renumber(data)

    with pytest.raises(EvidenceError, match="one by one"):
        scene.relab(edit)
