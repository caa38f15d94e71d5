"""What a job record still lacks, each with the clause of ISO/IEC 17025:2017 that asks for it.

The clauses are named from memory and from secondary sources; nobody compared them with the
standard. They say where to look, in the laboratory's own copy.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from harness.model.ids import FrameworkRef, SampleId
from harness.model.job import Equipment, Item, JobRecord, Person, Role

REPORT: Final = "7.8.2.1"
"""The list of what every report contains, by letter."""


@dataclass(frozen=True)
class Gap:
    """One thing that is missing.

    Attributes:
        key: where it belongs in the record: ``contract.reviewed``, ``persons[P1].since``.
        clause: of ISO/IEC 17025:2017.
        what: in a few words.
    """

    key: str
    clause: str
    what: str

    @override
    def __str__(self) -> str:
        """``contract.reviewed (7.1.1): day of the contract review``."""
        return f"{self.key} ({self.clause}): {self.what}"


@dataclass(frozen=True)
class Performed:
    """What was done under the job, as the survey and its assessments say.

    Attributes:
        frameworks: each with the decision rule that was applied.
        first: the latest day that it can have been, anywhere on earth, when the work began.
        last: the earliest day that it can have been when it ended. The record has days of the
            laboratory's calendar, the survey has UTC: nothing is missing that depends on that.
    """

    frameworks: Sequence[tuple[FrameworkRef, str]]
    samples: Sequence[SampleId]
    first: dt.date
    last: dt.date


_Field = tuple[str, str, str, Callable[[JobRecord], object]]
_FIELDS: Final[tuple[_Field, ...]] = (
    ("report_id", f"{REPORT} d", "unique id of the report", lambda job: job.report_id),
    ("issued", f"{REPORT} j", "date of issue", lambda job: job.issued),
    ("authorised_by", f"{REPORT} o", "who lets the report go", lambda job: job.authorised_by),
    ("sampling", f"{REPORT} k", 'sampling plan, or "none"', lambda job: job.sampling),
    ("laboratory.name", f"{REPORT} b", "name", lambda job: job.laboratory.name),
    ("laboratory.address", f"{REPORT} b", "address", lambda job: job.laboratory.address),
    (
        "laboratory.accreditation",
        "8.1.1",
        'body and number, or "none"',
        lambda job: job.laboratory.accreditation,
    ),
    ("sites", f"{REPORT} c", "where the work was done", lambda job: job.sites),
    ("customer.name", f"{REPORT} e", "name", lambda job: job.customer.name),
    ("customer.contact", f"{REPORT} e", "contact", lambda job: job.customer.contact),
    ("contract.reviewed", "7.1.1", "day of the contract review", lambda job: job.contract.reviewed),
    ("contract.by", "7.1.8", "who reviewed it", lambda job: job.contract.by),
    (
        "contract.frameworks",
        "7.1.3",
        "what was agreed to be tested",
        lambda job: job.contract.frameworks,
    ),
    ("items", "7.4.3", "how the samples came in", lambda job: job.items),
    ("equipment", "6.4.13", "what was tested with", lambda job: job.equipment),
    ("persons", "6.2.6", "who worked on it", lambda job: job.persons),
    (
        "impartiality.statement",
        "4.1.1",
        "the laboratory's statement",
        lambda job: job.impartiality.statement,
    ),
    (
        "impartiality.reviewed",
        "4.1.4",
        "when risks were looked at",
        lambda job: job.impartiality.reviewed,
    ),
    ("impartiality.by", "4.1.4", "who looked at them", lambda job: job.impartiality.by),
    ("clock.against", "6.5.1", "what the time was compared with", lambda job: job.clock.against),
    (
        "clock.offset_ms",
        "6.5.1",
        "the difference, in milliseconds",
        lambda job: job.clock.offset_ms is not None,
    ),
    ("clock.at", "6.4.13", "when it was compared", lambda job: job.clock.at),
    ("clock.by", "7.5.1", "who compared it", lambda job: job.clock.by),
    (
        "environment.conditions",
        "6.3.3",
        "the conditions that matter, or why none does",
        lambda job: job.environment.conditions,
    ),
    (
        "external",
        f"{REPORT} p",
        "results from others; [] if there are none",
        lambda job: job.external is not None,
    ),
    (
        "deviations",
        f"{REPORT} n",
        "from the method; [] if there are none",
        lambda job: job.deviations is not None,
    ),
)
_ROLES: Final = (
    (Role.EVALUATOR, "6.2.6", "nobody is evaluator"),
    (Role.REVIEWER, "7.8.1.1", "nobody is reviewer"),
    (Role.AUTHORISER, "7.8.1.1", "nobody is authoriser"),
)


def gaps_in(job: JobRecord) -> tuple[Gap, ...]:
    """What the record lacks, whatever was tested."""
    found = [Gap(key, clause, what) for key, clause, what, value in _FIELDS if not value(job)]
    return (*found, *_of_rows(job), *_of_roles(job))


def gaps_against(job: JobRecord, performed: Performed) -> tuple[Gap, ...]:
    """What the record lacks for what was done; nothing that `gaps_in` lists."""
    return (
        *_of_agreement(job, performed),
        *_of_samples(job, performed),
        *_of_checks(job, performed),
        *_of_authorisation(job, performed),
    )


def _of_rows(job: JobRecord) -> Iterator[Gap]:
    for site in job.sites:
        if not site.address:
            yield Gap(f"sites[{site.id}].address", f"{REPORT} c", "where that is")
    for agreed in job.contract.frameworks:
        if not agreed.decision_rule:
            key = f"contract.frameworks[{agreed.name}].decision_rule"
            yield Gap(key, "7.1.3", "the rule that was agreed")
    for item in job.items:
        yield from _of_item(item)
    for each in job.equipment:
        yield from _of_equipment(each)
    for person in job.persons:
        yield from _of_person(person)


def _of_item(item: Item) -> Iterator[Gap]:
    key = f"items[{item.sample}]"
    if item.received is None:
        yield Gap(f"{key}.received", f"{REPORT} h", "day of receipt")
    if not item.condition:
        yield Gap(f"{key}.condition", f"{REPORT} g", "condition as received")


def _of_equipment(each: Equipment) -> Iterator[Gap]:
    key = f"equipment[{each.id}]"
    if not each.name:
        yield Gap(f"{key}.name", "6.4.13", "what it is")
    if each.checked is None:
        yield Gap(f"{key}.checked", "6.4.13", f"day of its {each.check}")
    if each.due is None:
        yield Gap(f"{key}.due", "6.4.13", f"day on which the next {each.check} is due")


def _of_person(person: Person) -> Iterator[Gap]:
    key = f"persons[{person.id}]"
    if not person.name:
        yield Gap(f"{key}.name", "7.5.1", "name")
    if not person.roles:
        yield Gap(f"{key}.roles", "6.2.6", "what the person does")
    if not person.frameworks:
        yield Gap(f"{key}.frameworks", "6.2.6", "what the authorisation is for")
    if person.since is None:
        yield Gap(f"{key}.since", "6.2.6", "first day of the authorisation")


def _of_roles(job: JobRecord) -> Iterator[Gap]:
    if not job.persons:
        return
    for role, clause, what in _ROLES:
        if not job.with_role(role):
            yield Gap("persons", clause, what)
    named = job.find_person(job.authorised_by)
    if named is not None and Role.AUTHORISER not in named.roles:
        yield Gap("authorised_by", "6.2.6", f"{named.id} is no authoriser")


def _of_agreement(job: JobRecord, performed: Performed) -> Iterator[Gap]:
    if not job.contract.frameworks:
        return
    agreed = {entry.name: entry.decision_rule for entry in job.contract.frameworks}
    for framework, applied in performed.frameworks:
        name = str(framework)
        if name not in agreed:
            yield Gap("contract.frameworks", "7.1.1", f"{name} was tested and is not agreed")
        elif agreed[name] and agreed[name] != applied:
            key = f"contract.frameworks[{name}].decision_rule"
            yield Gap(key, "7.8.6.1", f"{agreed[name]} was agreed, {applied} was applied")


def _of_samples(job: JobRecord, performed: Performed) -> Iterator[Gap]:
    known = {item.sample: item for item in job.items}
    for sample in performed.samples if known else ():
        item = known.get(sample)
        if item is None:
            yield Gap("items", "7.4.2", f"nothing is said of sample {sample}")
        elif item.received is not None and item.received > performed.first:
            yield Gap(f"items[{sample}].received", f"{REPORT} h", "lies after the test began")


def _of_checks(job: JobRecord, performed: Performed) -> Iterator[Gap]:
    if job.contract.reviewed is not None and job.contract.reviewed > performed.first:
        yield Gap("contract.reviewed", "7.1.1", "lies after the test began")
    for each in job.equipment:
        key = f"equipment[{each.id}]"
        if each.checked is not None and each.checked > performed.first:
            yield Gap(f"{key}.checked", "6.4.4", f"the {each.check} came after the test began")
        if each.due is not None and each.due < performed.last:
            yield Gap(f"{key}.due", "6.4.7", f"the {each.check} had run out when the test ended")


def _of_authorisation(job: JobRecord, performed: Performed) -> Iterator[Gap]:
    issued = job.issued or performed.last
    for framework, _ in performed.frameworks:
        for role, clause, _ in _ROLES:
            people = job.with_role(role)
            tested = (performed.first, performed.last)
            days = tested if role is Role.EVALUATOR else (issued, issued)
            if people and not any(each.authorised(role, framework, *days) for each in people):
                when = " to ".join(str(day) for day in dict.fromkeys(sorted(days)))
                yield Gap("persons", clause, f"no {role} is authorised for {framework} on {when}")
    if job.issued is not None and job.issued < performed.last:
        yield Gap("issued", f"{REPORT} j", "lies before the end of the test")
