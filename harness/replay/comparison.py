"""Compares two assessments of one survey: verdicts and finding codes, never prose."""

from dataclasses import dataclass

from harness.model.assessment import Assessment, JudgeDigests, UnitResult


@dataclass(frozen=True)
class Difference:
    """A unit whose verdict, items or finding codes are not the same.

    Attributes:
        cause: ``capture``, ``interpreter``, ``criterion`` or ``catalogue``.
    """

    unit: str
    recorded: str
    recomputed: str
    cause: str


def differences(recorded: Assessment, recomputed: Assessment) -> tuple[Difference, ...]:
    """Units that differ, with the most likely cause from the digests of the two judges."""
    cause = _cause(recorded.judge, recomputed.judge)
    then = {unit.unit: unit for unit in recorded.units}
    now = {unit.unit: unit for unit in recomputed.units}
    return tuple(
        Difference(name, _said(then.get(name)), _said(now.get(name)), cause)
        for name in sorted({*then, *now})
        if _essence(then.get(name)) != _essence(now.get(name))
    )


def _cause(then: JudgeDigests, now: JudgeDigests) -> str:
    if then.catalogue != now.catalogue:
        return "catalogue"
    if then.suite != now.suite or then.criteria != now.criteria:
        return "criterion"
    return "capture" if then.interpreters == now.interpreters else "interpreter"


def _said(result: UnitResult | None) -> str:
    return result.verdict.value if result else "absent"


def _essence(result: UnitResult | None) -> object:
    if result is None:
        return None
    findings = sorted(
        (found.criterion, found.subject, found.reason.code)
        for judgement in result.judgements
        for found in judgement.findings
    )
    return result.verdict, sorted(result.items.items()), findings, result.reason.code
