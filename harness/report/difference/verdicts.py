"""Compares what two bundles record of verdicts and findings; nothing is judged anew."""

from collections.abc import Iterator
from typing import Final

from harness.encoding.text import neutralise
from harness.model.assessment import Assessment, UnitResult
from harness.model.ids import ItemId, UnitId
from harness.model.judgement import Verdict
from harness.report.difference.differences import Area, Difference, Weight
from harness.report.difference.side import Side
from harness.report.item_results import VERDICT_OF

_DECIDED: Final = frozenset({Verdict.PASS, Verdict.FAIL})


def verdict_differences(before: Side, after: Side) -> Iterator[Difference]:
    """Every verdict, conclusion and finding that is not the same, framework by framework."""
    earlier = {str(entry.framework): entry for entry in before.assessments}
    later = {str(entry.framework): entry for entry in after.assessments}
    for name in sorted({*earlier, *later}):
        if name not in later:
            yield _one(Weight.UNKNOWN, Area.COVERAGE, "assessment", "judged", "not judged", name)
        elif name not in earlier:
            yield _one(Weight.NOTE, Area.COVERAGE, "assessment", "not judged", "judged", name)
        else:
            yield from _between(earlier[name], later[name], name)


def _between(before: Assessment, after: Assessment, name: str) -> Iterator[Difference]:
    if before.judge != after.judge:
        yield _one(Weight.NOTE, Area.CONTEXT, "judge", "one version", "another version", name)
    weight = _weight(VERDICT_OF[before.conclusion], VERDICT_OF[after.conclusion])
    yield from _if_other(
        weight, "conclusion", before.conclusion.value, after.conclusion.value, name
    )
    yield from _of_reviews(before, after, name)
    earlier = {one.provision: one.verdict for one in before.provisions}
    later = {one.provision: one.verdict for one in after.provisions}
    for provision in dict.fromkeys((*earlier, *later)):
        subject = f"provision {provision}"
        yield from _of(subject, earlier.get(provision), later.get(provision), name)
    units = {unit.unit: unit for unit in before.units}
    others = {unit.unit: unit for unit in after.units}
    for unit in dict.fromkeys((*units, *others)):
        yield from _of_unit(f"unit {unit}", units.get(unit), others.get(unit), name)
    yield from _of_findings(before, after, name)


def _of_reviews(before: Assessment, after: Assessment, name: str) -> Iterator[Difference]:
    """What people hold instead of the conclusion; where nobody does, it is the conclusion."""
    if before.conclusion_after_review is None and after.conclusion_after_review is None:
        return
    was = before.conclusion_after_review or before.conclusion
    now = after.conclusion_after_review or after.conclusion
    weight = _weight(VERDICT_OF[was], VERDICT_OF[now])
    yield from _if_other(weight, "conclusion after review", was.value, now.value, name)


def _of_unit(
    subject: str, before: UnitResult | None, after: UnitResult | None, name: str
) -> Iterator[Difference]:
    earlier, later = before.verdict if before else None, after.verdict if after else None
    yield from _of(subject, earlier, later, name)
    if before is None or after is None:
        return
    if before.overrides or after.overrides:
        held, holds = before.verdict_after_review, after.verdict_after_review
        yield from _of(f"{subject} after review", held, holds, name)
    for item in dict.fromkeys((*before.items, *after.items)):
        was, now = before.items.get(item), after.items.get(item)
        fails_unseen = now is Verdict.FAIL and later is not Verdict.FAIL
        if earlier is later or fails_unseen:  # else the unit's own line says it
            yield from _of(f"{subject} item {item}", was, now, name)


def _of(
    subject: str, before: Verdict | None, after: Verdict | None, name: str
) -> Iterator[Difference]:
    weight = _weight(before, after) if after else Weight.UNKNOWN
    earlier, later = before.value if before else "", after.value if after else ""
    yield from _if_other(weight, subject, earlier, later, name)


def _weight(before: Verdict | None, after: Verdict) -> Weight:
    if after is Verdict.FAIL:
        return Weight.WORSE
    if after is Verdict.INCONCLUSIVE and before is not None:
        return Weight.UNKNOWN
    if after is Verdict.PASS and before in {Verdict.FAIL, Verdict.INCONCLUSIVE}:
        return Weight.BETTER
    return Weight.CHANGED


def _of_findings(before: Assessment, after: Assessment, name: str) -> Iterator[Difference]:
    earlier, later = _findings(before), _findings(after)
    units = {unit.unit: unit for unit in after.units}
    for found in sorted({*earlier, *later}):
        if found not in earlier:
            yield _one(Weight.WORSE, Area.FINDING, found, "", "found", name)
        elif found not in later:
            decided = all(_is_decided(units.get(unit), item) for unit, item in earlier[found])
            weight = Weight.BETTER if decided else Weight.UNKNOWN
            yield _one(weight, Area.FINDING, found, "found", "", name)


def _is_decided(unit: UnitResult | None, item: ItemId) -> bool:
    """The unit was, and its item: another item's FAIL says nothing of this one."""
    if unit is None:
        return False
    return {unit.verdict, unit.items.get(item, unit.verdict)} <= _DECIDED


def _findings(assessment: Assessment) -> dict[str, set[tuple[UnitId, ItemId]]]:
    """Findings by id, with the units that they are in and the items that they speak against."""
    named: dict[str, set[tuple[UnitId, ItemId]]] = {}
    for unit in assessment.units:
        for judgement in unit.judgements:
            for found in judgement.findings:
                named.setdefault(found.id, set()).add((unit.unit, judgement.item))
    return named


def _if_other(
    weight: Weight, subject: str, before: str, after: str, name: str
) -> Iterator[Difference]:
    if before != after:
        yield _one(weight, Area.VERDICT, subject, before, after, name)


def _one(
    weight: Weight, area: Area, subject: str, before: str, after: str, name: str
) -> Difference:
    return Difference(weight, area, neutralise(subject), before, after, (neutralise(name),))
