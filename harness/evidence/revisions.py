"""The dossiers of a survey: the one that it began with, and the numbered ones that replaced it.

::

    survey/dossier.json                 the first; never changed
    survey/dossier-revisions/2.json     what replaced it (`harness.model.revision`)
"""

from pathlib import Path
from typing import Final

from harness.encoding.tree import Tree, read
from harness.errors import EvidenceError
from harness.model.dossier import Dossier
from harness.model.record import SurveyRecord
from harness.model.revision import FOLDER, DossierHistory, DossierRevision, problem_of

_FIRST: Final = "dossier.json"
_SURVEY: Final = "survey.json"


def revision_name(number: int) -> str:
    """Name of a revision below ``survey/``."""
    return f"{FOLDER}/{number}.json"


def history_in(survey: Tree) -> DossierHistory:
    """Every dossier of a survey, by the tree below ``survey/``.

    Raises:
        EvidenceError: one is missing, or they do not follow from one another.
        CaptureError: one is not strict JSON.
        ValueError: one does not fit its schema.
    """
    first = Dossier.from_bytes(read(survey, _FIRST))
    names = [name for name in survey.names() if name.startswith(f"{FOLDER}/")]
    numbers = range(first.revision + 1, first.revision + len(names) + 1)
    expected = [revision_name(number) for number in numbers]
    if sorted(names) != sorted(expected):
        odd = min(set(names).symmetric_difference(expected))
        raise EvidenceError(f"revisions of the dossier are not numbered one by one: {odd}")
    revisions = tuple(DossierRevision.from_bytes(read(survey, name)) for name in expected)
    history = DossierHistory(first, revisions)
    problem = problem_of(history)
    if problem:
        raise EvidenceError(problem)
    return history


def dossier_in(survey: Tree) -> Dossier:
    """The newest dossier of a survey: what it is judged by. Raises as `history_in`."""
    return history_in(survey).newest


def newest_file(newest: Dossier, survey: Tree) -> str:
    """Name below ``survey/`` of the file that holds the newest dossier."""
    name = revision_name(newest.revision)
    return name if name in survey.names() else _FIRST


def name_by_twins(twin: Path) -> None:
    """Let the records of a twin name its dossiers by their digests there.

    Scrubbing may have changed a dossier: a default password in it, or the name of who revised it.
    """
    if not (twin / _FIRST).is_file():
        return
    record = SurveyRecord.from_bytes((twin / _SURVEY).read_bytes())
    before = Dossier.from_bytes((twin / _FIRST).read_bytes())
    if record.dossier_digest:
        named = record.model_copy(update={"dossier_digest": before.digest})
        (twin / _SURVEY).write_bytes(named.to_bytes())
    for number in range(before.revision + 1, before.revision + 1 + _count(twin)):
        file = twin / revision_name(number)
        revision = DossierRevision.from_bytes(file.read_bytes())
        file.write_bytes(revision.model_copy(update={"replaces": before.digest}).to_bytes())
        before = revision.dossier


def _count(survey: Path) -> int:
    return sum(1 for _ in (survey / FOLDER).glob("*.json"))
