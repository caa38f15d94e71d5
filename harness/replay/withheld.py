"""Which units cannot be recomputed from an edition, since it holds back what they rest on.

A unit rests on a capture if it declares a fact that is interpreted from it, directly or by way of
facts that another attempt was given. It may read no other fact, so that every unit that is not
listed is judged on exactly what it was judged on before.
"""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

from harness.encoding.tree import SubTree
from harness.evidence.archive import open_bundle
from harness.evidence.manifest import MetadataEntry, read_manifest
from harness.evidence.revisions import history_in
from harness.interpret.survey import AttemptState, attempts_resting_on
from harness.model.declaration import FactNeed, Samples, UnitDeclaration
from harness.model.ids import SampleId, UnitId
from harness.model.layout import MANIFEST

_SURVEY: Final = "data/survey/"
_SHOWN: Final = 3


class HeldEvidence:
    """What an edition holds back of what judging reads; nothing of a run directory."""

    def __init__(self, evidence: Path) -> None:
        """Look at the manifest of a bundle.

        Raises:
            EvidenceError: the manifest or a record cannot be read.
        """
        self._attempts: Mapping[str, AttemptState] = {}
        self._first: SampleId | None = None
        self._reasons: dict[str, str] = {}
        self._answers = ""
        self._external: dict[str, str] = {}
        tree = open_bundle(evidence)
        if MANIFEST not in tree.names():
            return
        manifest = read_manifest(tree)
        for entry in manifest:
            if isinstance(entry, MetadataEntry) and entry.path.startswith(_SURVEY):
                self._reasons[entry.path.removeprefix(_SURVEY)] = entry.reason
                if entry.file_class == "answer":
                    self._answers = entry.reason
        if self._reasons:
            found = attempts_resting_on(SubTree(tree, "data/survey"), frozenset(self._reasons))
            self._attempts, self._first = found.attempts, found.first
        if self._reasons and any(entry.file_class == "evidence" for entry in manifest):
            self._external = self._held_external(SubTree(tree, "data/survey"))

    def unable(
        self, units: Iterable[UnitDeclaration], external: Collection[UnitId] = ()
    ) -> dict[UnitId, str]:
        """The units that cannot be recomputed, each with the reason.

        ``external`` are those in which third-party evidence may stand for rows.
        """
        why = {unit.unit: self._why(unit, takes=unit.unit in external) for unit in units}
        return {unit: reason for unit, reason in why.items() if reason}

    def _held_external(self, survey: SubTree) -> dict[str, str]:
        """IXIT tables with rows that third-party evidence covers which is held back -> why."""
        history = history_in(survey)
        dossiers = (history.newest, *(dossier for dossier, _ in history.superseded))
        records = [record for dossier in dossiers for record in dossier.evidence or ()]
        return {
            table: why
            for record in records
            for table, _ in record.rows()
            if (why := self._reasons.get(record.stored_name, self._answers))
        }

    def _why(self, unit: UnitDeclaration, *, takes: bool) -> str:
        keys = sorted(
            key
            for key, attempt in self._attempts.items()
            if any(self._meets(need, attempt) for need in unit.facts)
        )
        if keys:
            reasons = dict.fromkeys(self._reasons[self._attempts[key].because] for key in keys)
            said = "; ".join(list(reasons)[:_SHOWN])
            more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
            return f"rests on captures held back of {', '.join(keys[:_SHOWN])}{more}: {said}"
        if unit.questions and self._answers:
            return f"rests on answers, of which some are held back: {self._answers}"
        if takes and unit.per in self._external:
            return f"third-party evidence for its rows is held back: {self._external[unit.per]}"
        return ""

    def _meets(self, need: FactNeed, attempt: AttemptState) -> bool:
        asked = need.samples is Samples.EACH or attempt.key.sample == self._first
        return asked and (need.probe, need.state) == (attempt.key.probe, attempt.state)
