"""One of two surveys, as a bundle or run directory holds it. Nothing in it is trusted."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.encoding.text import neutralise
from harness.encoding.tree import SubTree, Tree, read
from harness.errors import CaptureError, EvidenceError
from harness.evidence.revisions import dossier_in
from harness.facts.base import Facts
from harness.facts.store import FactBase, FactRecord, MissingFact
from harness.interpret.registry import interpreter_of
from harness.interpret.survey import read_survey
from harness.model.assessment import Assessment
from harness.model.dossier import Dossier
from harness.plugin.evidence_source import known_secrets, open_root

_DOSSIER: Final = "survey/dossier.json"


@dataclass(frozen=True)
class Side:
    """One survey.

    Attributes:
        facts: interpreted by this installation from the captures, so that two versions of certbench
            make no difference; where captures are withheld, as the bundle records them.
        recorded: how many of the facts are only as recorded.
        secrets: what must not be shown; a run directory holds captures as they were taken.
        dossier: None if this edition has none.
    """

    label: str
    facts: FactBase
    recorded: int
    secrets: tuple[str, ...]
    assessments: tuple[Assessment, ...]
    dossier: Dossier | None


def read_side(path: Path) -> Side:
    """Read a bundle (folder or zip) or a run directory.

    Raises:
        UsageError: nothing of the kind is there.
        EvidenceError: a record cannot be read.
    """
    root = open_root(path)
    survey = read_survey(SubTree(root, "survey"))
    recorded = {record.key: record for record in _recorded(root, survey)}
    records = sorted((*survey.records, *recorded.values()), key=lambda record: str(record.key))
    missing = tuple(entry for entry in survey.missing if entry.key not in recorded)
    names = root.names()
    try:
        return Side(
            label=neutralise(str(path)),
            facts=FactBase(survey.survey, survey.visits, tuple(records), missing),
            recorded=len(recorded),
            secrets=known_secrets(path),
            assessments=tuple(
                Assessment.from_bytes(read(root, name))
                for name in names
                if name.startswith("assessments/") and name.endswith("/assessment.json")
            ),
            dossier=dossier_in(SubTree(root, "survey")) if _DOSSIER in names else None,
        )
    except (ValueError, CaptureError) as error:
        raise EvidenceError(f"{root.label}: {neutralise(str(error), 300)}") from error


def _recorded(root: Tree, survey: FactBase) -> Iterator[FactRecord[Facts]]:
    """Facts of attempts whose captures give none here, from their ``facts.json``."""
    names = frozenset(root.names())
    for absent in survey.missing:
        name = f"survey/{absent.key.folder}/facts.json"
        if name in names:
            found = _stored(root, name, absent)
            if found is not None:
                yield found


def _stored(root: Tree, name: str, absent: MissingFact) -> FactRecord[Facts] | None:
    try:
        model = interpreter_of(absent.key.probe).facts
        facts = model.from_bytes(read(root, name))
    except (ValueError, CaptureError, EvidenceError):
        return None
    return FactRecord(absent.key, absent.state, absent.outcome, facts)
