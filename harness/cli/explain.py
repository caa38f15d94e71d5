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
from harness.report.rule_views import (
    CriterionRule,
    ProvisionRule,
    Rules,
    UnitRule,
    criterion_rule,
)
from harness.report.seen_grounds import SeenAnswer
from harness.report.seen_provisions import SeenProvision
from harness.report.seen_views import Seen, SeenEvidence, SeenFinding, SeenJudgement, SeenUnit
from harness.testing.suites import Suite

_NEAREST: Final = 5
_JUDGED: Final = frozenset({"unit", "provision"})
"""Kinds of subjects that have a verdict."""


@dataclass(frozen=True)
class Explanation:
    """Everything that can be said of one subject.

    Attributes:
        kind: ``provision``, ``unit``, ``criterion`` or ``finding``.
        seen: None without evidence.
    """

    subject: str
    kind: str
    units: tuple[UnitRule, ...]
    criterion: CriterionRule | None
    seen: Seen | None
    provisions: tuple[ProvisionRule, ...] = ()

    @property
    def advice(self) -> tuple[str, ...]:
        """What a manufacturer should change, each thing once.

        With evidence it is what the evidence calls for, which is nothing where nothing fails.
        """
        return tuple(dict.fromkeys(text for text in self._advice() if text))

    def _advice(self) -> Iterator[str]:
        if self.seen is None:
            yield from (unit.advice for unit in self.units)
            yield from (provision.advice for provision in self.provisions)
            yield self.criterion.advice if self.criterion else ""
            return
        yield from (entry.advice for entry in self.seen.findings)
        if self.kind in _JUDGED:
            yield from (text for unit in self.seen.units for text in unit.advice)
            yield from (text for each in self.seen.provisions for text in each.advice)

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
    """Explain a provision, a unit, a criterion or a finding (``criterion@subject``).

    With evidence the rules are those of the frameworks in it, if these know the subject.

    Raises:
        UsageError: there is no such thing; the message names the nearest.
    """
    rules = Rules(frameworks)
    judged = evidence.frameworks if evidence else frozenset[str]()
    here = Rules([each for each in frameworks if str(each[1].framework) in judged])
    units = here.units(subject) or rules.units(subject)
    provisions = here.provisions(subject) or rules.provisions(subject)
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
    elif provisions:
        seen = evidence.of_provision(subject) if evidence else None
        return Explanation(subject, "provision", (), None, seen, provisions)
    raise _unknown(subject, rules.known, evidence.finding_ids if evidence else ())


def _unknown(subject: str, known: Sequence[str], findings: Sequence[str]) -> UsageError:
    everything = [*known, *findings]
    name, bare = subject.partition("@")[0], _bare(subject)
    close = [entry for entry in everything if bare and _bare(entry) == bare]  # 5.1.1-1a
    close += [entry for entry in everything if name and entry.startswith(name)]
    close += difflib.get_close_matches(subject, everything, n=_NEAREST, cutoff=0.5)
    nearest = ", ".join(neutralise(entry, 80) for entry in list(dict.fromkeys(close))[:_NEAREST])
    return UsageError(
        f"{neutralise(subject, 80)}: neither a provision (5.1-1), nor a unit (5.1-1-2a), nor a "
        "criterion (weak-tls-protocol), nor a finding of this evidence (weak-tls-protocol@tcp/443)"
        + (f". Nearest: {nearest}" if nearest else "")
    )


def _bare(name: str) -> str:
    """Letters and digits alone: people mix up full stops and hyphens."""
    return "".join(filter(str.isalnum, name)).casefold()


def show(explanation: Explanation, evidence: Path | None, console: Console) -> None:
    """Print it for a person."""
    for line in _text(explanation, evidence):
        console.print(line, soft_wrap=True)


def _text(explanation: Explanation, evidence: Path | None) -> Iterator[str]:
    for provision in explanation.provisions:
        yield from _provision_rule(provision)
    for unit in explanation.units:
        yield from _unit_rule(unit)
    if explanation.criterion:
        yield from _criterion_rule(explanation.criterion)
    if explanation.seen is not None:
        yield f"\n[bold]What was seen[/] in {escape(str(evidence))}{_verdicts(explanation)}"
        yield from _seen(explanation)
    elif explanation.kind == "finding":
        yield "\nThis is the rule only; --in BUNDLE_OR_RUN shows what was seen."
    if explanation.advice:
        yield "\n[bold]What to change" + (" where it fails[/]" if evidence is None else "[/]")
        yield from (f"  {escape(text)}" for text in explanation.advice)
    if evidence is not None:
        yield "\n[dim]Quoted from the evidence; certbench-verify says whether to believe it.[/]"


def _verdicts(explanation: Explanation) -> str:
    """What a unit or provision came to, for the headline."""
    if explanation.seen is None or explanation.kind not in _JUDGED:
        return ""
    found = [unit.verdict for unit in explanation.seen.units]
    found += [provision.verdict for provision in explanation.seen.provisions]
    said = ", ".join(dict.fromkeys(found))
    return f": [bold]{said}[/]" if said else ""


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
        choices = ", ".join(asked.choices)
        yield f"  asked         {escape(asked.id)}: {escape(asked.prompt)} ({choices})"
    for condition in unit.conditions:
        yield f"  applies if    {escape(condition)}"


def _provision_rule(rule: ProvisionRule) -> Iterator[str]:
    yield f"[bold]{rule.provision}[/] of {rule.framework}: {escape(rule.title)}"
    yield f"  section       {escape(rule.section)}"
    yield f"  status        {escape(rule.status)}"
    for condition in rule.conditions:
        yield f"  applies if    {escape(condition)}"
    for unit in rule.units:
        kind = f"{unit.kind}, {unit.decided_by}"
        yield f"  unit          {unit.unit} ({kind}): {escape(unit.purpose)}"


def _criterion_rule(rule: CriterionRule) -> Iterator[str]:
    yield f"[bold]{rule.id}[/] ({rule.severity}): {escape(rule.title)}"
    for look in rule.looks:
        probes = f" [facts: {', '.join(look.probes)}]" if look.probes else ""
        yield f"  holds if      {escape(look.at + probes)}"
    yield f"  reference     {escape(rule.reference)}"


def _seen(explanation: Explanation) -> Iterator[str]:
    seen = explanation.seen
    if seen is None or not (seen.units or seen.findings or seen.provisions):
        yield "  nothing: no judgement in this evidence speaks of it"
        return
    for found in seen.findings:
        yield from _finding(found)
    for unit in seen.units:
        yield from _unit(unit)
    for provision in seen.provisions:
        yield from _provision(provision)


def _provision(seen: SeenProvision) -> Iterator[str]:
    yield f"\n  [bold]{seen.provision}[/] of {seen.framework}: [bold]{seen.verdict}[/]"
    yield from (f"    {escape(sentence)}" for sentence in seen.why)
    for unit in seen.units:
        yield f"    {unit.unit} {unit.verdict} ({unit.decided_by}): {escape(unit.reason)}"
    yield "    why:"
    yield from (f"      {escape(sentence)}" for sentence in seen.follows)


def _finding(found: SeenFinding) -> Iterator[str]:
    yield f"\n  [bold]{found.severity}[/] {escape(found.id)}: {escape(found.summary)}"
    yield f"    counts in {', '.join(found.units)}"
    yield from _evidence(found.evidence, found.more)


def _unit(unit: SeenUnit) -> Iterator[str]:
    by = f" ({unit.decided_by})"
    yield f"\n  [bold]{unit.unit}[/] of {unit.framework}: [bold]{unit.verdict}[/]{by}"
    for judgement in unit.judgements:
        yield from _judgement(judgement)
    for answer in unit.answered:
        yield from _answer(answer)
    for row in unit.declared:
        yield f"    row {escape(row.row)}:"
        yield from (f"      {escape(f'{field.name}: {field.text}')}" for field in row.fields)
    yield "    why:"
    yield from (f"      {escape(sentence)}" for sentence in unit.follows)


def _answer(answer: SeenAnswer) -> Iterator[str]:
    about = f" about {answer.item}" if answer.item else ""
    later = f", corrected by answer {answer.replaced_by}" if answer.replaced_by else ""
    yield (
        f"    answer {answer.number} to {escape(f'{answer.question}{about}')}: "
        f"[bold]{escape(answer.value)}[/] ({escape(answer.person)}, {escape(answer.at)}, "
        f"{answer.how}{later})"
    )
    yield f"      reason: {escape(answer.reason) or 'none given'}"


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
