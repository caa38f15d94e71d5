"""Results item by item, and findings one by one, as tables, JUnit and OSCAL list them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from harness.assessment.rollup import item_verdict
from harness.model.assessment import UnitResult
from harness.model.ids import ItemId, ProvisionId, UnitId
from harness.model.judgement import (
    Conclusion,
    Finding,
    Judgement,
    Reason,
    Severity,
    Verdict,
)
from harness.model.observation import EvidenceRef
from harness.model.prose import render

VERDICT_OF: Final[Mapping[Conclusion, Verdict]] = {
    Conclusion.CONFORMANT: Verdict.PASS,
    Conclusion.NOT_CONFORMANT: Verdict.FAIL,
    Conclusion.INCONCLUSIVE: Verdict.INCONCLUSIVE,
}
"""The verdict that says the same, where a conclusion stands beside verdicts."""


@dataclass(frozen=True)
class ItemResult:
    """One item of a unit; a unit that was judged on no item has one, without a name.

    Attributes:
        verdict: of the item. It is not the unit's: a doubt about the whole unit, or the ICS, may
            have decided that.
        judgements: those that speak of this item.
    """

    unit: UnitResult
    item: str
    verdict: Verdict
    reason: Reason
    judgements: tuple[Judgement, ...]

    @property
    def findings(self) -> tuple[str, ...]:
        """Names of what contradicts, each once: ``weak-tls-protocol@tcp/443``."""
        return tuple(dict.fromkeys(found.id for said in self.judgements for found in said.findings))

    @property
    def evidence(self) -> tuple[EvidenceRef, ...]:
        """Every place that it rests on, each once."""
        return places(self.judgements)


@dataclass(frozen=True)
class MergedFinding:
    """One thing that was seen, once, however many units of the framework it bears on."""

    finding: Finding
    severity: Severity
    units: tuple[UnitId, ...]
    provisions: tuple[ProvisionId, ...]
    evidence: tuple[EvidenceRef, ...]


def item_results(unit: UnitResult) -> Iterator[ItemResult]:
    """The items of ``unit``, in the order in which they were judged."""
    if not unit.items:
        yield ItemResult(unit, "", unit.verdict, unit.reason, unit.judgements)
    for item, verdict in unit.items.items():
        said = tuple(judgement for judgement in unit.judgements if judgement.item == item)
        yield ItemResult(unit, item, verdict, _why(unit, item, verdict, said), said)


def merged_findings(found_in: Iterable[tuple[UnitResult, Finding]]) -> tuple[MergedFinding, ...]:
    """Each finding once, worst first, of those that units recorded."""
    groups: dict[tuple[str, str, str], list[tuple[UnitResult, Finding]]] = {}
    for unit, found in found_in:
        what = (found.criterion, found.subject, render(found.reason))
        groups.setdefault(what, []).append((unit, found))
    ranks = list(Severity)
    return tuple(
        sorted((_merged(group) for group in groups.values()), key=lambda e: ranks.index(e.severity))
    )


def places(judgements: Iterable[Judgement]) -> tuple[EvidenceRef, ...]:
    """Every place in captures that ``judgements`` and their findings rest on, each once."""
    found: dict[EvidenceRef, None] = {}
    for said in judgements:
        found.update(dict.fromkeys(said.evidence))
        for finding in said.findings:
            found.update(dict.fromkeys(finding.evidence))
    return tuple(found)


def _why(unit: UnitResult, item: ItemId, verdict: Verdict, said: Iterable[Judgement]) -> Reason:
    """The reason of the judgement that gave the item its verdict."""
    for judgement in said:
        if judgement.item == item:
            its_own, why = item_verdict(unit.decided_by, judgement)
            if its_own is verdict:
                return why
    return unit.reason


def _merged(group: list[tuple[UnitResult, Finding]]) -> MergedFinding:
    severities = {found.severity for _, found in group}
    return MergedFinding(
        finding=group[0][1],
        severity=next(severity for severity in Severity if severity in severities),
        units=tuple(dict.fromkeys(unit.unit for unit, _ in group)),
        provisions=tuple(dict.fromkeys(unit.provision for unit, _ in group)),
        evidence=tuple(dict.fromkeys(ref for _, found in group for ref in found.evidence)),
    )
