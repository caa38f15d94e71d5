"""``certbench explain``: what is looked for, what was seen, why, and what to change."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from harness.encoding.text import neutralise
from harness.errors import UsageError
from harness.model.catalogue import Catalogue
from harness.report.excerpts import Excerpt
from harness.report.rule_views import CriterionRule, Rules, UnitRule, criterion_rule
from harness.report.seen_views import Seen, SeenEvidence, SeenFinding, SeenJudgement, SeenUnit
from harness.testing.suites import Suite

_NEAREST: Final = 5


@dataclass(frozen=True)
class Explanation:
    """Everything that can be said of one subject.

    Attributes:
        kind: ``unit``, ``criterion`` or ``finding``.
        seen: None without evidence.
    """

    subject: str
    kind: str
    units: tuple[UnitRule, ...]
    criterion: CriterionRule | None
    seen: Seen | None

    @property
    def advice(self) -> tuple[str, ...]:
        """What a manufacturer should change, each thing once."""
        own = [self.criterion.advice] if self.criterion else []
        found = [entry.advice for entry in self.seen.findings] if self.seen else []
        return tuple(dict.fromkeys(text for text in [*own, *found] if text))

    def to_json(self) -> dict[str, Any]:
        """``certbench/explain/1``."""
        return {
            "schema": "certbench/explain/1",
            **asdict(self),
            "subject": neutralise(self.subject),
            "advice": list(self.advice),
        }


def explain(
    subject: str, frameworks: Sequence[tuple[Suite, Catalogue]], evidence: SeenEvidence | None
) -> Explanation:
    """Explain a unit, a criterion or a finding (``criterion@subject``).

    Raises:
        UsageError: there is no such thing; the message names the nearest.
    """
    rules = Rules(frameworks)
    units = rules.units(subject)
    name, at, _ = subject.partition("@")
    criterion = criterion_rule(name)
    if at and (criterion or evidence):
        seen = evidence.of_finding(subject) if evidence else None
        if seen is None or seen.findings:
            return Explanation(subject, "finding", (), criterion, seen)
    elif criterion:  # a suite may have a unit of the same name
        seen = evidence.of_criterion(subject) if evidence else None
        return Explanation(subject, "criterion", units, criterion, seen)
    elif units:
        seen = evidence.of_unit(subject) if evidence else None
        return Explanation(subject, "unit", units, None, seen)
    raise _unknown(subject, rules.known, evidence.finding_ids if evidence else ())


def _unknown(subject: str, known: Sequence[str], findings: Sequence[str]) -> UsageError:
    everything = [*known, *findings]
    name = subject.partition("@")[0]
    close = [entry for entry in everything if name and entry.startswith(name)]
    close += difflib.get_close_matches(subject, everything, n=_NEAREST, cutoff=0.5)
    nearest = ", ".join(neutralise(entry, 80) for entry in list(dict.fromkeys(close))[:_NEAREST])
    return UsageError(
        f"{neutralise(subject, 80)}: neither a unit (5.1-1-2a), nor a criterion "
        "(weak-tls-protocol), nor a finding of this evidence (weak-tls-protocol@tcp/443)"
        + (f". Nearest: {nearest}" if nearest else "")
    )


def show(explanation: Explanation, evidence: Path | None, console: Console) -> None:
    """Print it for a person."""
    for line in _text(explanation, evidence):
        console.print(line, soft_wrap=True)


def _text(explanation: Explanation, evidence: Path | None) -> Iterator[str]:
    for unit in explanation.units:
        yield from _unit_rule(unit)
    if explanation.criterion:
        yield from _criterion_rule(explanation.criterion)
    if explanation.seen is not None:
        yield f"\n[bold]What was seen[/] in {escape(str(evidence))}"
        yield from _seen(explanation)
    elif explanation.kind == "finding":
        yield "\nThis is the rule only; --in BUNDLE_OR_RUN shows what was seen."
    if explanation.advice:
        yield "\n[bold]What to change[/]"
        yield from (f"  {escape(text)}" for text in explanation.advice)
    if evidence is not None:
        yield "\n[dim]Quoted from the evidence; certbench-verify says whether to believe it.[/]"


def _unit_rule(unit: UnitRule) -> Iterator[str]:
    yield f"[bold]{unit.unit}[/] of {unit.framework}: {escape(unit.title)}"
    yield f"  provision     {unit.provision} ({escape(unit.status)})"
    yield f"  case          {unit.case}: {escape(unit.purpose)}"
    yield f"  looked for    {escape(unit.summary) or 'no test is implemented yet'}"
    yield f"  how           {unit.decided_by}: {unit.closes}"
    for need in unit.needs:
        which = "every sample" if need.samples == "each" else "the first sample"
        yield f"  fact          {need.probe}, {need.state}, {which}: {escape(need.looks_at)}"
    if unit.items:
        every = "each must hold" if unit.quantifier == "each" else "one that holds is enough"
        yield f"  items         rows of {unit.items}; {every}"
    for asked in unit.questions:
        yield f"  asked         {escape(asked.prompt)} ({', '.join(asked.choices)})"
    for condition in unit.conditions:
        yield f"  applies if    {escape(condition)}"


def _criterion_rule(rule: CriterionRule) -> Iterator[str]:
    yield f"[bold]{rule.id}[/] ({rule.severity}): {escape(rule.title)}"
    for look in rule.looks:
        probes = f" [facts: {', '.join(look.probes)}]" if look.probes else ""
        yield f"  holds if      {escape(look.at + probes)}"
    yield f"  reference     {escape(rule.reference)}"


def _seen(explanation: Explanation) -> Iterator[str]:
    seen = explanation.seen
    if seen is None or not (seen.units or seen.findings):
        yield "  nothing: no judgement in this evidence speaks of it"
        return
    for found in seen.findings:
        yield from _finding(found)
    for unit in seen.units:
        yield from _unit(unit)


def _finding(found: SeenFinding) -> Iterator[str]:
    yield f"\n  [bold]{found.severity}[/] {escape(found.id)}: {escape(found.summary)}"
    yield f"    counts in {', '.join(found.units)}"
    yield from _evidence(found.evidence, found.more)


def _unit(unit: SeenUnit) -> Iterator[str]:
    yield f"\n  [bold]{unit.unit}[/] of {unit.framework}: [bold]{unit.verdict}[/]"
    for judgement in unit.judgements:
        yield from _judgement(judgement)
    yield "    why:"
    yield from (f"      {escape(sentence)}" for sentence in unit.follows)


def _judgement(judgement: SeenJudgement) -> Iterator[str]:
    yield (
        f"    {escape(judgement.item)}, {escape(judgement.criterion)}: {judgement.outcome}: "
        f"{escape(judgement.reason)}"
    )
    rests = [
        *(f"fact {fact}" for fact in judgement.facts),
        *(f"row {row}" for row in judgement.rows),
        *(f"answer {number}" for number in judgement.answers),
        *(f"finding {name}" for name in judgement.findings),
    ]
    if rests:
        yield f"      rests on {escape(', '.join(rests))}"
    yield from _evidence(judgement.evidence, judgement.more)


def _evidence(places: Iterable[Excerpt], more: int) -> Iterator[str]:
    for place in places:
        yield f"      [dim]{escape(place.path)}, {escape(place.where)}[/]"
        for line in place.lines or (f"({place.note})",):
            yield f"        | {escape(line)}"
    if more:
        yield f"      and {more} more places"
