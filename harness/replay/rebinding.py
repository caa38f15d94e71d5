"""Answers of a twin: what was shown beside them, by the digests that it has in the twin.

An answer names rows and facts by digests of what the laboratory saw. In the twin, rows and facts
may lack secrets, and a digest of the raw fact would help to guess them. So each digest is replaced
by that of the twin's row or fact, if it is that of the raw one; an answer over what has changed
since says nothing of it, and stays void in the twin.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from harness.encoding.tree import DirectoryTree
from harness.evidence.revisions import history_in
from harness.facts.store import FactBase
from harness.interpret.survey import read_survey
from harness.model.ixit import Ixit
from harness.model.ixit.form import TABLES
from harness.model.question import Answer
from harness.model.shown import Shown, row_digest
from harness.testing.basis import fact_digest

OTHERWISE: Final = "0" * 64
"""Stands for what was shown and is no more: no digest of anything that is in the bundle."""
_Digests = Mapping[tuple[str, str], str]
"""Name and digest of something raw -> digest of its twin."""


def rebind_answers(run: Path, twin: Path, facts: FactBase) -> None:
    """Replace the digests in the answers of ``twin``, the folder of a survey.

    Args:
        run: the run directory, with the raw survey.
        twin: the survey's twin, which has its own facts.
        facts: those.

    Raises:
        EvidenceError: a record of the run cannot be read.
        CaptureError: a document is not strict JSON.
        ValueError: a document does not fit its schema.
    """
    files = {path: Answer.from_bytes(path.read_bytes()) for path in _answers(twin)}
    shown = [answer.shown for answer in files.values() if answer.shown is not None]
    if not shown:
        return
    raw = DirectoryTree(run / "survey")
    pairs = zip(history_in(raw).dossiers, history_in(DirectoryTree(twin)).dossiers, strict=True)
    rows = {
        key: digest
        for before, after in pairs
        for key, digest in _paired(_rows(before.ixit), dict(_rows(after.ixit)))
    }
    seen: _Digests = {}
    if any(each.facts for each in shown):  # reading the raw survey takes seconds
        seen = dict(_paired(_facts(read_survey(raw)), dict(_facts(facts))))
    for path, answer in files.items():
        if answer.shown is not None:
            named = answer.model_copy(update={"shown": _renamed(answer.shown, rows, seen)})
            path.write_bytes(named.to_bytes())


def _answers(survey: Path) -> Iterable[Path]:
    return sorted((survey / "answers").glob("*.json"))


def _renamed(shown: Shown, rows: _Digests, facts: _Digests) -> Shown:
    return Shown(
        rows={name: rows.get((name, digest), OTHERWISE) for name, digest in shown.rows.items()},
        facts=None
        if shown.facts is None
        else {name: facts.get((name, digest), OTHERWISE) for name, digest in shown.facts.items()},
    )


def _paired(
    raw: Iterable[tuple[str, str]], twins: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str], str]]:
    for name, digest in raw:
        if name in twins:
            yield (name, digest), twins[name]


def _rows(ixit: Ixit) -> Iterator[tuple[str, str]]:
    for form in TABLES:
        for row in ixit.rows(form.name):
            yield f"{form.name}/{row.id}", row_digest(row)


def _facts(base: FactBase) -> Iterator[tuple[str, str]]:
    for record in base.records:
        yield record.key.folder, fact_digest(record)
