"""Part of steps "verdicts" and "completeness": the dossiers of a survey, and the verdicts on each.

Whoever replaces a dossier must not lose the verdicts that it got: each stays in the bundle as an
assessment of its own, which is computed again like the newest one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from harness.encoding.text import counted, neutralise
from harness.encoding.tree import SubTree, Tree, read
from harness.errors import EvidenceError
from harness.evidence.description import assessment_folders
from harness.evidence.revisions import history_in
from harness.model.assessment import Assessment
from harness.model.dossier import Dossier
from harness.model.record import SurveyRecord
from harness.model.revision import (
    DossierHistory,
    DossierRevision,
    assessment_name,
    names_trigger,
    replaced_revision,
    verdicts_of,
)
from harness.verify.report import StepFailed

_SHOWN: Final = 100
_APPEND_ONLY: Final = "numbered revisions, each of which replaces the one before"


@dataclass(frozen=True)
class JudgedUnder:
    """A dossier of the survey, and the file in an assessment's folder that was made under it.

    Attributes:
        replaced_by: None for the dossier that counts.
    """

    dossier: Dossier
    file: str
    replaced_by: DossierRevision | None = None


def read_history(data: Tree) -> DossierHistory:
    """The dossiers of a survey, if none is missing, renumbered or changed.

    Raises:
        StepFailed: ``E-REVISION``, naming the revision.
        CaptureError: one is not strict JSON.
        ValueError: one does not fit its schema.
    """
    survey = SurveyRecord.from_bytes(read(data, "survey/survey.json"))
    try:
        history = history_in(SubTree(data, "survey"))
    except EvidenceError as error:
        raise StepFailed("E-REVISION", neutralise(str(error), 300), _APPEND_ONLY) from error
    if survey.dossier_digest not in {"", history.first.digest}:
        shown = f"dossier.json (SHA-256 {history.first.digest}) is not what the survey began with"
        raise StepFailed("E-REVISION", shown, neutralise(survey.dossier_digest, _SHOWN))
    return history


def judged_under(history: DossierHistory) -> Iterator[JudgedUnder]:
    """What each framework must have been judged under: the newest dossier first."""
    yield JudgedUnder(history.newest, "assessment.json")
    for dossier, replaced_by in history.superseded:
        yield JudgedUnder(dossier, assessment_name(dossier.revision), replaced_by)


def require_all(data: Tree, history: DossierHistory) -> None:
    """Each framework has an assessment under each dossier, and under no other.

    Raises:
        StepFailed: ``E-COVERAGE``, naming the file.
    """
    wanted = {dossier.revision for dossier, _ in history.superseded}
    names = data.names()
    for folder in assessment_folders(data):
        inside = (name.removeprefix(f"{folder}/") for name in names if name.startswith(folder))
        given = {number for name in inside if (number := replaced_revision(name)) is not None}
        for number in sorted(wanted ^ given):
            there = "there is" if number in given else "there is no"
            shown = f"{folder}: {there} {assessment_name(number)}"
            raise StepFailed("E-COVERAGE", shown, "an assessment under each replaced dossier")


def check_then(folder: str, assessment: Assessment, under: JudgedUnder) -> None:
    """The same judge says what was on record when the dossier was replaced.

    Raises:
        StepFailed: ``E-REVISION``, naming unit or trigger.
    """
    if under.replaced_by is None:
        return
    name = f"{folder}/{under.file}"
    if not under.replaced_by.verdicts:
        shown = f"revision {under.replaced_by.number} of the dossier keeps no verdicts"
        raise StepFailed("E-REVISION", shown, f"those of {name}")
    then = under.replaced_by.verdicts.get(str(assessment.framework))
    if then is None or then.judge != assessment.judge:  # judged later, or by another judge
        return
    now = verdicts_of(assessment).units
    for unit in sorted({*now, *then.units}):
        if now.get(unit) is not then.units.get(unit):
            said = now[unit].value if unit in now else "absent"
            was = then.units[unit].value if unit in then.units else "absent"
            raise StepFailed("E-REVISION", f"{name}: unit {unit} is {said}", f"{was}, as then")


def check_triggers(history: DossierHistory, replaced: dict[int, list[Assessment]]) -> None:
    """What triggered a revision is a unit or a finding under the dossier that it replaces.

    Raises:
        StepFailed: ``E-REVISION``, naming the trigger.
    """
    for dossier, revision in history.superseded:
        judged = [
            each
            for each in replaced.get(dossier.revision, [])
            if (then := revision.verdicts.get(str(each.framework))) and then.judge == each.judge
        ]
        trigger = revision.dossier.trigger
        # Another judge may not find any more what was found then.
        if judged and not names_trigger(judged, trigger):
            raise StepFailed(
                "E-REVISION",
                f"revision {revision.number} of the dossier was triggered by "
                f"{neutralise(trigger, _SHOWN)}",
                f"a unit or a finding under revision {dossier.revision}",
            )


def revised(history: DossierHistory) -> list[str]:
    """How often the dossier was replaced, in words; nothing if it never was."""
    if not history.revisions:
        return []
    return [f"the dossier was revised {counted(len(history.revisions), 'time')}"]
