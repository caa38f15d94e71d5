"""Samples that can't serve any more: opened ones, and those that became another device. Pure.

An opened sample serves nothing later that needs it intact: neither facts that are collected from it
afterwards, nor what people observe on it. What was collected before counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.assessment.judging import reason
from harness.facts.base import Facts
from harness.facts.identity import IdentityFacts
from harness.facts.store import FactBase, FactRecord
from harness.model.declaration import Samples, UnitDeclaration
from harness.model.ids import SampleId, VisitId
from harness.model.judgement import Reason
from harness.model.question import Answer, Question
from harness.model.record import SurveyRecord


@dataclass(frozen=True)
class Opening:
    """When a sample was opened, as the answer says for which it was done."""

    sample: SampleId
    at: str
    answer: int

    @property
    def reason(self) -> Reason:
        """Why what came later decides nothing."""
        return reason("sample-opened", sample=self.sample, at=self.at, answer=self.answer)


def openings(answers: Iterable[Answer]) -> Mapping[SampleId, Opening]:
    """The samples that were opened, by the newest answers; each since it was first said."""
    chains: dict[tuple[str, str], list[Answer]] = {}
    for answer in answers:
        chains.setdefault((answer.question, answer.item), []).append(answer)
    found: dict[SampleId, Opening] = {}
    for chain in chains.values():
        sample = chain[-1].opened
        if sample is None:
            continue
        first = next(each for each in chain if each.opened == sample)
        known = found.get(sample)
        if known is None or first.at < known.at:
            found[sample] = Opening(sample, first.at, first.number)
    return found


def read_from_opened(
    read: Iterable[FactRecord[Facts]], opened: Mapping[SampleId, Opening]
) -> Reason | None:
    """Why facts decide nothing that were collected from an opened sample; None if none were."""
    for record in read:
        opening = opened.get(record.key.sample)
        if opening is not None and record.started > opening.at:
            return opening.reason
    return None


def seen_on_opened(
    question: Question,
    given: Sequence[Answer],
    first: SampleId | None,
    opened: Mapping[SampleId, Opening],
) -> Reason | None:
    """Why an observation decides nothing that was made on an opened sample; None if it counts.

    It was made when it was first written down as it stands now: a later correction of the words
    changes nothing, another value or an answer over other rows is another observation. A question
    for which a sample may be opened needs none that is intact.

    Args:
        question: what was asked.
        given: the answers to it about one item, in their order.
        first: the sample that people look at if the answer names no visit.
        opened: the samples that were opened.
    """
    if not question.during or question.opens or not given:
        return None
    made = given[-1]
    for earlier in reversed(given):
        if _observed(earlier) != _observed(made):
            break
        made = earlier
    sample = SampleId(made.visit.partition("/")[0]) if made.visit else first
    opening = opened.get(sample) if sample is not None else None
    return opening.reason if opening is not None and made.at > opening.at else None


def _observed(answer: Answer) -> tuple[object, ...]:
    """What an answer says to have been seen: the same in a correction of its words alone."""
    rows = answer.shown and answer.shown.rows
    return answer.question_digest, answer.value, rows


def unlike_samples(survey: SurveyRecord, declaration: UnitDeclaration) -> Reason | None:
    """Why a unit that compares samples can't pass; None if they are alike, or none are compared.

    What differs between two hardware or firmware revisions says nothing of what every unit of one
    revision has in common. What is equal on both contradicts all the same.
    """
    if all(need.samples is not Samples.EACH for need in declaration.facts):
        return None
    for what in ("hardware", "firmware"):
        stated = {str(found) for sample in survey.samples if (found := getattr(sample, what))}
        if len(stated) > 1:
            return reason("samples-differ", what=what, stated=", ".join(sorted(stated)))
    return None


def changed_identity(base: FactBase, read: Iterable[FactRecord[Facts]]) -> Reason | None:
    """Why facts decide nothing that may come from two devices; None if nothing says so.

    A key that a device proved to hold may change when it is set up, reset or updated, and so
    between states; within one state it stays, over every pause and repetition.
    """
    wanted = {(record.key.sample, record.state) for record in read}
    seen: dict[tuple[object, ...], tuple[str, VisitId]] = {}
    for record in base.records:
        place = (record.key.sample, record.state)
        if place not in wanted or not isinstance(record.facts, IdentityFacts):
            continue
        for channel, fingerprint in record.facts.fingerprints.items():
            known, earlier = seen.setdefault((*place, channel), (fingerprint, record.key.visit))
            if known != fingerprint:
                return reason(
                    "identity-changed",
                    sample=record.key.sample,
                    channel=channel,
                    earlier=earlier,
                    later=record.key.visit,
                )
    return None
