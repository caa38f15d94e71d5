"""How judgements are made and combined; the only constructors that criteria and suites use."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from harness.facts.base import Facts
from harness.facts.store import FactRecord
from harness.model.ids import FactKey, ItemId
from harness.model.judgement import Finding, Judgement, Outcome, Reason
from harness.model.observation import EvidenceRef

F = TypeVar("F", bound=Facts)


def reason(code: str, **params: object) -> Reason:
    """A reason code with its particulars as text."""
    return Reason(code=code, params={name: str(value) for name, value in params.items()})


def held(  # noqa: PLR0913  (what a judgement can rest on, by keyword)
    item: str,
    criterion: str,
    why: Reason,
    *,
    facts: Sequence[FactKey] = (),
    evidence: Sequence[EvidenceRef] = (),
    answers: Sequence[int] = (),
    rows: Sequence[str] = (),
) -> Judgement:
    """The item has what is required. It must rest on evidence, an answer or dossier rows."""
    return Judgement(
        item=ItemId(item),
        criterion=criterion,
        outcome=Outcome.HELD,
        reason=why,
        facts=tuple(facts),
        evidence=tuple(evidence),
        answers=tuple(answers),
        rows=tuple(rows),
    )


def contradicted(  # noqa: PLR0913  (what a judgement can rest on, by keyword)
    item: str,
    criterion: str,
    why: Reason,
    *,
    findings: Sequence[Finding] = (),
    facts: Sequence[FactKey] = (),
    evidence: Sequence[EvidenceRef] = (),
    answers: Sequence[int] = (),
    rows: Sequence[str] = (),
) -> Judgement:
    """Something contradicts the requirement or the declaration."""
    quoted = tuple(evidence) or tuple(ref for found in findings for ref in found.evidence)
    return Judgement(
        item=ItemId(item),
        criterion=criterion,
        outcome=Outcome.CONTRADICTED,
        reason=why,
        facts=tuple(facts),
        evidence=quoted,
        answers=tuple(answers),
        rows=tuple(rows),
        findings=tuple(findings),
    )


def undecided(
    item: str, criterion: str, why: Reason, *, facts: Sequence[FactKey] = ()
) -> Judgement:
    """Nobody can say; the reason names what is missing."""
    return Judgement(
        item=ItemId(item),
        criterion=criterion,
        outcome=Outcome.UNDECIDED,
        reason=why,
        facts=tuple(facts),
    )


def all_of(item: str, criterion: str, parts: Iterable[Judgement]) -> Judgement:
    """One judgement of an item from several: contradicted by any, else undecided by any, else held.

    No part at all is UNDECIDED: nothing was looked at.
    """
    judgements = tuple(parts)
    if not judgements:
        return undecided(item, criterion, reason("nothing-examined"))
    outcomes = {judgement.outcome for judgement in judgements}
    ladder = (Outcome.CONTRADICTED, Outcome.UNDECIDED, Outcome.HELD)
    worst = next(outcome for outcome in ladder if outcome in outcomes)
    chosen = [judgement for judgement in judgements if judgement.outcome is worst]
    return Judgement(
        item=ItemId(item),
        criterion=criterion if len(chosen) > 1 else chosen[0].criterion,
        outcome=chosen[0].outcome,
        reason=chosen[0].reason,
        facts=_united(judgement.facts for judgement in judgements),
        evidence=_united(judgement.evidence for judgement in chosen),
        answers=_united(judgement.answers for judgement in judgements),
        rows=_united(judgement.rows for judgement in judgements),
        findings=_united(judgement.findings for judgement in chosen),
    )


def over_attempts(
    item: str,
    criterion: str,
    records: Sequence[FactRecord[F]],
    look: Callable[[FactRecord[F]], Judgement],
) -> Judgement:
    """Apply a criterion to every attempt's fact and combine.

    All attempts count. A fact of an incomplete attempt can contradict, never hold. Attempts that
    contradict each other make the fact ambiguous, hence UNDECIDED (design, facts).
    """
    seen = [_capped(record, look(record)) for record in records]
    outcomes = {judgement.outcome for judgement in seen}
    if {Outcome.HELD, Outcome.CONTRADICTED} <= outcomes:
        keys = tuple(record.key for record in records)
        why = reason("attempts-disagree", attempts=", ".join(str(key) for key in keys))
        return undecided(item, criterion, why, facts=keys)
    decided = [judgement for judgement in seen if judgement.outcome is not Outcome.UNDECIDED]
    return all_of(item, criterion, decided or seen)


def _capped(record: FactRecord[F], judgement: Judgement) -> Judgement:
    if judgement.outcome is Outcome.HELD and not record.facts.complete:
        why = reason("capture-incomplete", fact=record.key)
        return undecided(judgement.item, judgement.criterion, why, facts=(record.key,))
    if record.key in judgement.facts:
        return judgement
    return judgement.model_copy(update={"facts": (*judgement.facts, record.key)})


T = TypeVar("T")


def _united(groups: Iterable[Sequence[T]]) -> tuple[T, ...]:
    result: list[T] = []
    for group in groups:
        result.extend(entry for entry in group if entry not in result)
    return tuple(result)
