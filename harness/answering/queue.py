"""The questions of all frameworks as one list: what is asked, what it is about, how it stands."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Final

from harness.answering.store import newest_of
from harness.encoding.text import neutralise
from harness.model.assessment import Assessment, UnitResult
from harness.model.catalogue import Catalogue
from harness.model.declaration import UnitDeclaration
from harness.model.dossier import Dossier
from harness.model.ids import FactKey, UnitId
from harness.model.ixit import Ixit, IxitRow
from harness.model.ixit.form import TABLES, TableForm
from harness.model.judgement import Judgement
from harness.model.life import LIFE
from harness.model.prose import render
from harness.model.question import (
    Answer,
    AnswerKind,
    AskedQuestion,
    AskedQuestions,
    AskedStatus,
    Question,
)
from harness.model.shown import DUT, NOTHING, Shown, changed, rows_shown

AT_A_DESK: Final = "at a desk"
_WORST_FIRST: Final = (
    AskedStatus.OPEN,
    AskedStatus.VOID,
    AskedStatus.UNSURE,
    AskedStatus.ANSWERED,
    AskedStatus.SETTLED,
)
Fields = tuple[tuple[str, str], ...]
"""Names of a row's fields, each with what the supplier wrote."""
_FROM_PEOPLE: Final = frozenset({"person-not-asked", "answer-void", "answer-unsure", "answered"})


@dataclass(frozen=True)
class JudgedFramework:
    """What one framework asks, and everything that a person should know beside it."""

    asked: AskedQuestions
    assessment: Assessment
    catalogue: Catalogue
    units: Mapping[UnitId, UnitDeclaration]


@dataclass(frozen=True)
class Asked:
    """One question about one item.

    Attributes:
        key: names it in addresses and tables; another wording, or another text of a row that an
            answer is bound to, gives another one.
        item: the IXIT row, or ``DUT``.
        table: the IXIT table that the row stands in; ``""`` for the DUT.
        row: the row's fields with what the supplier wrote, in the order of the form.
        named: table, id and fields of the rows of other tables that this row names.
        status: how it stood when the survey was judged.
        units: what its answer decides: the units of every framework.
        section: heading under which the catalogue has them.
        title: what the first of the units is about, in a few words.
        purposes: what the cases and units are about, in words.
        related: what rules and criteria say of the same item.
        facts: what is shown of the survey.
        shown: digests of the rows and facts beside it, which an answer is bound to.
    """

    key: str
    question: Question
    item: str
    table: str
    row: Fields
    named: tuple[tuple[str, str, Fields], ...]
    status: AskedStatus
    units: tuple[str, ...]
    section: str
    title: str
    purposes: tuple[str, ...]
    related: tuple[str, ...]
    facts: tuple[FactKey, ...]
    shown: Shown = NOTHING

    @property
    def stored_item(self) -> str:
        """The item as answers name it."""
        return "" if self.item == DUT else self.item

    @property
    def rows_text(self) -> str:
        """The rows that belong to it as lines, for where there is no page."""
        own = [f"{title}: {text}" for title, text in self.row]
        named = [
            f"{table}/{name}, {title}: {text}"
            for table, name, fields in self.named
            for title, text in fields
        ]
        return "\n".join((*own, *named))

    @property
    def place(self) -> str:
        """Where it is answered: the device state, or at a desk."""
        return self.question.during or AT_A_DESK

    def changed_since(self, answer: Answer) -> str:
        """What is not as it was when somebody answered, in words; ``""`` if everything is."""
        if answer.question_digest != self.question.digest:
            return "the wording of the question"
        if answer.shown is None:  # of an earlier version: judging knows whether it still counts
            return "the dossier" if self.status is AskedStatus.VOID else ""
        return "; ".join(changed(answer.shown, self.shown, all_facts=not self.question.during))

    def status_by(self, answers: Sequence[Answer]) -> AskedStatus:
        """How it stands with these answers: as `AnswerView` will read them."""
        if self.status is AskedStatus.SETTLED:
            return self.status
        newest = newest_of(answers, self.question.id, self.stored_item)
        if newest is None:
            return AskedStatus.OPEN
        if self.changed_since(newest):
            return AskedStatus.VOID
        is_choice = self.question.kind is AnswerKind.CHOICE
        if is_choice and newest.value in self.question.unsure:
            return AskedStatus.UNSURE
        known = not is_choice or newest.value in self.question.choices
        return AskedStatus.ANSWERED if known else AskedStatus.VOID


@dataclass(frozen=True)
class Standing:
    """A question with how it stands now."""

    entry: Asked
    status: AskedStatus
    answers: tuple[Answer, ...]

    @property
    def newest(self) -> Answer | None:
        """The answer that counts, if any does."""
        return self.answers[-1] if self.answers else None

    @property
    def is_open(self) -> bool:
        """Whether somebody should answer it."""
        return self.status in {AskedStatus.OPEN, AskedStatus.VOID}


@dataclass(frozen=True)
class Queue:
    """Every question in the order in which people work: state by state, then at the desk."""

    entries: tuple[Asked, ...]

    @cached_property
    def by_key(self) -> Mapping[str, Asked]:
        """The questions by their keys."""
        return {entry.key: entry for entry in self.entries}

    def standing(self, answers: Sequence[Answer]) -> tuple[Standing, ...]:
        """How every question stands."""
        return tuple(self.one(entry, answers) for entry in self.entries)

    def one(self, entry: Asked, answers: Sequence[Answer]) -> Standing:
        """How one question stands."""
        mine = tuple(
            answer
            for answer in answers
            if answer.question == entry.question.id
            and (answer.item or DUT) == (entry.stored_item or DUT)
        )
        return Standing(entry, entry.status_by(answers), mine)

    def groups(
        self, standing: Iterable[Standing]
    ) -> Iterator[tuple[str, tuple[tuple[str, tuple[Standing, ...]], ...]]]:
        """Place -> section -> questions."""
        for place, inside in groupby(standing, key=lambda each: each.entry.place):
            sections = groupby(inside, key=lambda each: each.entry.section)
            yield place, tuple((name, tuple(entries)) for name, entries in sections)


def make_queue(frameworks: Iterable[JudgedFramework], dossier: Dossier) -> Queue:
    """One list of what all frameworks ask; the same question about the same item is one."""
    merged: dict[str, Asked] = {}
    sections: dict[str, int] = {}
    for framework in frameworks:
        for found in _in_catalogue_order(framework):
            entry = _entry(framework, found, dossier.ixit)
            sections.setdefault(entry.section, len(sections))
            known = merged.get(entry.key)
            merged[entry.key] = _united(known, entry) if known else entry
    places = [*(state.value for state in LIFE), AT_A_DESK]

    def rank(entry: Asked) -> tuple[int, bool, int]:
        """What may need an opened sample comes last in its place."""
        place = places.index(entry.place) if entry.place in places else -1
        return place, bool(entry.question.opens), sections[entry.section]

    return Queue(tuple(sorted(merged.values(), key=rank)))


def _in_catalogue_order(framework: JudgedFramework) -> list[AskedQuestion]:
    """Units are judged in the order of their names as text: 5.10 before 5.2."""
    places = {unit.id: place for place, unit in enumerate(framework.catalogue.units)}
    return sorted(framework.asked.asked, key=lambda found: places.get(found.unit, len(places)))


def _entry(framework: JudgedFramework, found: AskedQuestion, ixit: Ixit) -> Asked:
    catalogue, assessment = framework.catalogue, framework.assessment
    result = next(unit for unit in assessment.units if unit.unit == found.unit)
    provision = next(each for each in catalogue.provisions if each.id == result.provision)
    purpose = next(each.purpose for each in catalogue.cases if each.id == result.case)
    declared = framework.units.get(found.unit)
    table, row = row_of(ixit, found.table, found.item)
    named = tuple(_beside(ixit, found.table, found.item))
    bound = repr(sorted(found.shown.rows.items()))
    parts = (found.question.digest, found.item, repr(row), repr(named), bound)
    return Asked(
        key=hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24],
        question=found.question,
        item=found.item,
        table=table,
        row=row,
        named=named,
        status=found.status,
        units=(f"{assessment.framework} {found.unit}",),
        section=provision.section,
        title=(declared.summary if declared else "") or provision.title,
        purposes=tuple(
            text
            for text in (
                f"{provision.id} ({provision.status}): {provision.title}",
                purpose,
                declared.summary if declared else "",
            )
            if text
        ),
        related=tuple(_related(assessment, result, found)),
        facts=found.facts,
        shown=found.shown,
    )


def _united(one: Asked, other: Asked) -> Asked:
    worst = min(one.status, other.status, key=_WORST_FIRST.index)

    def both(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*getattr(one, name), *getattr(other, name))))

    return replace(
        one,
        status=worst,
        units=both("units"),
        purposes=both("purposes"),
        related=both("related"),
        facts=tuple(dict.fromkeys((*one.facts, *other.facts))),
        shown=Shown(
            rows=one.shown.rows | other.shown.rows,
            facts=(one.shown.facts or {}) | (other.shown.facts or {}),
        ),
    )


def _related(assessment: Assessment, result: UnitResult, found: AskedQuestion) -> Iterator[str]:
    """What the rules and criteria of the same case say of the same item."""
    for unit in assessment.units:
        if unit.case != result.case:
            continue
        for judgement in unit.judgements:
            if _is_about(judgement, found.item):
                said = render(judgement.reason).removeprefix(f"{neutralise(judgement.item)}: ")
                yield f"{unit.unit}, {judgement.item}: {judgement.outcome.value}: {said}"


def _is_about(judgement: Judgement, item: str) -> bool:
    same = item in {judgement.item, DUT} or judgement.item == DUT
    return same and judgement.reason.code not in _FROM_PEOPLE


def row_of(ixit: Ixit, table: str, item: str) -> tuple[str, Fields]:
    """Table and fields of the row called ``item``; ``("", ())`` if there is none.

    The unit's own table is looked at first; some units judge rows of others.
    """
    if item == DUT:
        return "", ()
    for form in sorted(TABLES, key=lambda each: each.name != table):
        for row in ixit.rows(form.name):
            if row.id == item:
                return form.name, _fields(form, row)
    return "", ()


def _beside(ixit: Ixit, table: str, item: str) -> Iterator[tuple[str, str, Fields]]:
    """The other rows that belong to a question: table, id and fields of each.

    Of a question about the whole dossier none is printed beside it: that would be all of them.
    """
    if item == DUT and not table:
        return
    forms = {form.name: form for form in TABLES}
    for name, row in rows_shown(ixit, table, item).items():
        if row.id != item:
            where = name.partition("/")[0]
            yield where, row.id, _fields(forms[where], row)


def _fields(form: TableForm, row: IxitRow) -> Fields:
    values = row.to_json()
    fields = (
        (field.title or field.key.replace("_", " ").capitalize(), in_words(values.get(field.key)))
        for field in form.fields
        if field.key != "id"
    )
    return tuple((title, text) for title, text in fields if text)


def in_words(value: object) -> str:
    """A field's value as text; ``""`` for an unanswered one."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        inner = ((str(name), in_words(entry)) for name, entry in value.items())
        return "; ".join(f"{name.replace('_', ' ')}: {text}" for name, text in inner if text)
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, map(in_words, value)))
    return "" if value is None else str(value)
