"""Replay: judge a bundle's captures again, with this installation, and compare."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.encoding.tree import Tree, read
from harness.errors import CaptureError, EvidenceError, UsageError
from harness.model.assessment import Assessment
from harness.model.confirmation import Confirmation
from harness.model.declaration import DecidedBy
from harness.model.ids import UnitId
from harness.plugin.evidence_source import open_root
from harness.plugin.launch import JudgingOrder, judge_all
from harness.replay.comparison import Difference, differences
from harness.replay.withheld import HeldEvidence
from harness.testing.suites import find_frameworks


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


def recorded_assessments(evidence: Path) -> tuple[Assessment, ...]:
    """The assessments that a run directory or bundle holds.

    Raises:
        EvidenceError: one of them cannot be read.
    """
    root = open_root(evidence)
    names = [name for name in root.names() if name.endswith("/assessment.json")]
    return tuple(_assessment(root, name) for name in names if name.startswith("assessments/"))


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
    recorded = {str(entry.framework): entry for entry in recorded_assessments(evidence)}
    names = list(frameworks) or list(recorded)
    if not names:
        raise UsageError(f"{evidence}: holds no assessment; name a framework with -f")
    found = find_frameworks(names)
    with tempfile.TemporaryDirectory(prefix="certbench-replay-") as scratch:
        again = judge_all(
            [
                JudgingOrder(
                    suite.folder,
                    catalogue.framework.version,
                    evidence,
                    Path(scratch) / str(catalogue.framework),
                    allure=False,
                    confirmations=_confirmed(recorded.get(str(catalogue.framework))),
                )
                for suite, catalogue in found
            ]
        )
    held = HeldEvidence(evidence)
    return tuple(
        _compared(recorded.get(str(now.framework)), now, held.unable(suite.units_of(catalogue)[0]))
        for now, (suite, catalogue) in zip(again, found, strict=True)
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
