"""A laboratory lifts the mark INDICATIVE: with confirmations that count, and not otherwise."""

import json

import pytest

from harness.assessment.confirmation import entries_of
from harness.encoding.canonical import canonical
from harness.model.catalogue import Catalogue
from harness.verify.report import Step, StepOutcome


def _confirm(scene, choose) -> None:
    """Drop the mark, with a confirmation of the entries that ``choose`` picks."""

    def edit(data) -> None:
        (path,) = data.glob("assessments/*/assessment.json")
        catalogue = Catalogue.from_bytes((path.parent / "catalogue.json").read_bytes())
        entries = [entry.to_json() for entry in choose(entries_of(catalogue))]
        made = {
            "framework": str(catalogue.framework),
            "entries": entries,
            "person": "Ada Example",
            "document": "the small framework, our copy",
            "at": "2026-11-22T09:00:00.000000Z",
            "note": "",
        }
        document = json.loads(path.read_bytes())
        document.update(indicative=False, confirmations=[made])
        path.write_bytes(canonical(document) + b"\n")

    scene.relab(edit)


def _verdicts(scene):
    report = scene.verify()
    return report.ok, next(each for each in report.steps if each.step is Step.VERDICTS)


def test_who_confirmed_every_entry_is_told_and_the_mark_is_rightly_gone(scene):
    _confirm(scene, lambda entries: entries)
    ok, step = _verdicts(scene)
    assert ok, step
    assert step.outcome is StepOutcome.OK
    assert "confirmed by Ada Example against the small framework, our copy" in step.shown


@pytest.mark.parametrize(
    "choose",
    [
        pytest.param(lambda entries: entries[1:], id="all but one"),
        pytest.param(
            lambda entries: [entry.model_copy(update={"digest": "0" * 64}) for entry in entries],
            id="entries as they were before",
        ),
        pytest.param(
            lambda entries: [entry.model_copy(update={"kind": "case"}) for entry in entries],
            id="entries of another kind",
        ),
    ],
)
def test_a_mark_that_was_lifted_on_less_is_missed(scene, choose):
    _confirm(scene, choose)
    ok, step = _verdicts(scene)
    assert not ok
    assert (step.outcome, step.code) == (StepOutcome.FAILED, "E-VERDICT")
    assert "indicative" in step.shown
