"""Replay: judge a bundle's captures again, with this installation, and compare."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.encoding.tree import SubTree, Tree, read
from harness.errors import CaptureError, EvidenceError, UsageError
from harness.evidence.revisions import history_in
from harness.model.assessment import Assessment
from harness.model.confirmation import Confirmation
from harness.model.declaration import DecidedBy
from harness.model.ids import UnitId
from harness.model.revision import replaced_revision
from harness.plugin.evidence_source import open_root
from harness.plugin.launch import JudgingOrder, judge_all
from harness.replay.comparison import Difference, differences
from harness.replay.withheld import HeldEvidence
from harness.testing.suites import find_frameworks

_Name = tuple[str, int | None]
"""A framework, and the number of the replaced dossier that it was judged under, if any."""


@dataclass(frozen=True)
class Replay:
    """One framework judged again.

    Attributes:
        recorded: None when the bundle holds no assessment of this framework.
        same_judge: then and now have the same digests; a difference then is a failure.
        not_recomputable: units that rest on what this edition of the bundle holds back, with the
            reason; they are never among the differences.
    """

    recomputed: Assessment
    recorded: Assessment | None
    same_judge: bool
    differences: tuple[Difference, ...]
    not_recomputable: Mapping[str, str] = field(default_factory=dict)

    @property
    def recomputable(self) -> int:
        """How many units were recomputed: those that are implemented and rest on what is here."""
        return sum(
            unit.decided_by is not DecidedBy.NONE and unit.unit not in self.not_recomputable
            for unit in self.recomputed.units
        )


def _recorded(root: Tree) -> dict[_Name, Assessment]:
    """What a run directory or bundle holds: newest first, then under dossiers that were replaced.

    Raises:
        EvidenceError: one of them cannot be read.
    """
    found: dict[_Name, Assessment] = {}
    for name in root.names():
        pieces = name.split("/")
        if len(pieces) != 3 or pieces[0] != "assessments":  # noqa: PLR2004  (its place)
            continue
        number = replaced_revision(pieces[2])
        if number is not None or pieces[2] == "assessment.json":
            found[pieces[1], number] = _assessment(root, name)
    return found


def _assessment(root: Tree, name: str) -> Assessment:
    try:
        return Assessment.from_bytes(read(root, name))
    except (ValueError, CaptureError) as error:
        raise EvidenceError(f"{root.label}: {name}: {error}") from error


def replay(evidence: Path, frameworks: Sequence[str] = ()) -> tuple[Replay, ...]:
    """Judge again what the evidence holds, or the frameworks named.

    Raises:
        UsageError: a framework is not installed, or the evidence holds none and none is named.
    """
    root = open_root(evidence)
    recorded = _recorded(root)
    names = list(frameworks) or [name for name, number in recorded if number is None]
    if not names:
        raise UsageError(f"{evidence}: holds no assessment; name a framework with -f")
    found = find_frameworks(names)
    replaced = history_in(SubTree(root, "survey")).superseded
    keys: list[_Name] = [
        (str(catalogue.framework), number)
        for _, catalogue in found
        for number in (None, *(dossier.revision for dossier, _ in replaced))
    ]
    books = {str(catalogue.framework): (suite, catalogue) for suite, catalogue in found}
    with tempfile.TemporaryDirectory(prefix="certbench-replay-") as scratch:
        again = judge_all(
            [
                JudgingOrder(
                    books[name][0].folder,
                    books[name][1].framework.version,
                    evidence,
                    Path(scratch) / name,
                    allure=False,
                    confirmations=_confirmed(recorded.get((name, number))),
                    revision=number,
                )
                for name, number in keys
            ]
        )
    held = HeldEvidence(evidence)
    unable = {
        name: held.unable(
            suite.units_of(catalogue)[0],
            {unit.id for unit in catalogue.units if unit.external_evidence},
        )
        for name, (suite, catalogue) in books.items()
    }
    compared = {
        key: _compared(recorded.get(key), now, unable[key[0]])
        for key, now in zip(keys, again, strict=True)
    }
    return tuple(
        _with_replaced(compared[name, None], _replaced_of(compared, name)) for name in books
    )


def _replaced_of(compared: Mapping[_Name, Replay], framework: str) -> list[tuple[int, Replay]]:
    return [
        (number, each)
        for (name, number), each in compared.items()
        if name == framework and number is not None
    ]


def _with_replaced(newest: Replay, replaced: Sequence[tuple[int, Replay]]) -> Replay:
    """Differences in the verdicts under replaced dossiers are differences, too."""
    if newest.recorded is None:
        return newest
    more = [
        replace(found, unit=f"{found.unit} under revision {number} of the dossier")
        for number, each in replaced
        for found in each.differences
    ]
    same = [each.same_judge for _, each in replaced]
    return replace(
        newest,
        differences=(*newest.differences, *more),
        same_judge=newest.same_judge and all(same),
    )


def _confirmed(then: Assessment | None) -> tuple[Confirmation, ...]:
    """What the recorded assessment was given: a record of people, which nothing recomputes."""
    return (then.confirmations if then else None) or ()


def _compared(then: Assessment | None, now: Assessment, unable: Mapping[UnitId, str]) -> Replay:
    known = {unit.unit for unit in now.units}
    found = differences(then, now) if then else ()
    return Replay(
        recomputed=now,
        recorded=then,
        same_judge=then is not None and then.judge == now.judge,
        differences=tuple(entry for entry in found if entry.unit not in unable),
        not_recomputable={unit: why for unit, why in unable.items() if unit in known},
    )
