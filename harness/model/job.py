"""The job record: what a laboratory writes down around a test (ISO/IEC 17025:2017).

Everything that the bench cannot see: who asked for the test, what was agreed, who worked on it,
with which equipment, where, and who lets the report go. Every field may be left open while the work
goes on; `harness.model.job_gaps` says what is still missing, and under which clause.

People are named in ``persons`` only; everything else speaks of their ids.
"""

import datetime as dt
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from harness.model.base import Document, Frozen
from harness.model.ids import FrameworkRef, SampleId

NAME = "job.json"
"""Its file in the folder of a survey."""

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
"""A short name in the laboratory's own numbering: ``P1``, ``EQ-017``."""
ReportId = Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._/-]{0,63})?$")]
"""A laboratory's number of a report, or ``""``."""
KeyId = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
"""SHA-256 of a key's SubjectPublicKeyInfo (`harness.trust.keys`), or ``""``."""


class Role(StrEnum):
    """What a person does in a job."""

    EVALUATOR = "evaluator"
    """Tests and judges; never takes the certifier's decision on the same job."""
    REVIEWER = "reviewer"
    """Checks the results before they leave the laboratory."""
    AUTHORISER = "authoriser"
    """Lets the report go."""
    OPERATOR = "operator"
    """Handles the samples at the bench and answers what is asked there."""


class Laboratory(Frozen):
    """Who tests.

    Attributes:
        accreditation: body and number; ``"none"`` for a laboratory that has none.
    """

    name: str = ""
    address: str = ""
    accreditation: str = ""


class Site(Frozen):
    """A place where the work was done; ``id`` as the scope of the accreditation calls it."""

    id: Id
    address: str = ""
    kind: Literal["permanent", "customer", "temporary", "mobile"] = "permanent"


class Customer(Frozen):
    """Who ordered the test. ``contact`` is an address of the organisation, not of a person."""

    name: str = ""
    address: str = ""
    contact: str = ""


class AgreedFramework(Frozen):
    """What is to be tested, and how the verdicts are to be made a statement of conformity.

    Attributes:
        name: ``slug@version``.
        decision_rule: the rule as ``certbench plan`` and the catalogue call it: ``id/version``.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*@[^@\s]+$")]
    decision_rule: str = ""


class Contract(Frozen):
    """The review of the customer's request, before the work began.

    Attributes:
        reviewed: day on which it was found that the laboratory can do the work, and agreed.
        by: id of the person who reviewed it.
        frameworks: everything that was agreed to be tested.
        changes: what was changed in the agreement since; ``""`` = nothing.
    """

    reviewed: dt.date | None = None
    by: str = ""
    frameworks: tuple[AgreedFramework, ...] = ()
    changes: str = ""


class Item(Frozen):
    """How one sample came in.

    Attributes:
        condition: as it was found, with everything that is out of the ordinary.
        sampled: day on which the sample was drawn, where that matters.
    """

    sample: SampleId
    received: dt.date | None = None
    condition: str = ""
    sampled: dt.date | None = None


class Equipment(Frozen):
    """One piece of equipment that has an influence on the results.

    Attributes:
        checked: day of the last calibration or verification.
        due: last day on which that check counts.
        reference: certificate or record of the check.
    """

    id: Id
    name: str = ""
    check: Literal["calibration", "verification"] = "verification"
    checked: dt.date | None = None
    due: dt.date | None = None
    reference: str = ""


class Person(Frozen):
    """Somebody who has a part in the job, and what the laboratory lets them do.

    Attributes:
        name: stands here and nowhere else, so that it can be replaced by a pseudonym.
        frameworks: slugs, or ``slug@version``, that the authorisation is for.
        since, until: first and last day of the authorisation; no ``until`` = it still holds.
        key_id: the person's signing key, if they sign.
        may_override: the authorisation covers overrides of automatic verdicts.
    """

    id: Id
    name: str = ""
    roles: tuple[Role, ...] = ()
    frameworks: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    key_id: KeyId = ""
    may_override: bool = False

    def authorised(
        self, role: Role, framework: FrameworkRef, first: dt.date, last: dt.date
    ) -> bool:
        """Whether the person may act so, for this framework, from ``first`` to ``last``."""
        return role in self.roles and self._covers(framework, first, last)

    def may_override_in(self, framework: FrameworkRef, first: dt.date, last: dt.date) -> bool:
        """Whether the person may override a verdict of this framework between these days."""
        return self.may_override and self._covers(framework, first, last)

    def _covers(self, framework: FrameworkRef, first: dt.date, last: dt.date) -> bool:
        """Whether there is an authorisation for the framework, and it runs."""
        named = framework.slug in self.frameworks or str(framework) in self.frameworks
        begun = self.since is not None and self.since <= first
        return named and begun and (self.until is None or last <= self.until)


class Impartiality(Frozen):
    """That nobody with an interest in the result had a hand in it.

    Attributes:
        statement: the laboratory's own words.
        reviewed: day on which the risks were last looked at for this job.
        by: id of the person who did so.
    """

    statement: str = ""
    reviewed: dt.date | None = None
    by: str = ""


class ClockCheck(Frozen):
    """A comparison of the bench's clock, made by a person.

    What the bench itself knows of its clock stands in the survey record; this says what the time
    was compared with.

    Attributes:
        against: the source of time: a server, a receiver, a laboratory clock.
        offset_ms: bench minus source, in milliseconds.
        at: moment of the comparison, with its offset from UTC.
        by: id of the person.
    """

    against: str = ""
    offset_ms: int | None = None
    at: AwareDatetime | None = None
    by: str = ""


class AmbientConditions(Frozen):
    """The conditions of the room: those that matter, with units, or why none does.

    Attributes:
        recorded_with: id of the equipment that they were read from; ``""`` = none was needed.
    """

    conditions: str = ""
    recorded_with: str = ""


class ExternalResult(Frozen):
    """A result that somebody else produced, and that the report must mark as such."""

    provider: str
    what: str
    accreditation: str = ""
    reference: str = ""


class Deviation(Frozen):
    """An addition to, a deviation from, or an exclusion of the method.

    Attributes:
        agreed: by whom it was accepted, and when.
    """

    what: str
    reason: str
    agreed: str = ""


class Opinion(Frozen):
    """An opinion or interpretation; never part of a verdict.

    Attributes:
        by: id of a person who is authorised to give one.
        basis: what it rests on.
    """

    text: str
    by: str
    basis: str


class Amendment(Frozen):
    """That this report replaces an earlier one.

    Attributes:
        report: id of the report that it replaces.
        changes: what is different.
    """

    report: ReportId
    reason: str
    changes: str


class JobRecord(Document):
    """``job.toml`` as the laboratory writes it; ``survey/job.json`` in a bundle.

    Attributes:
        report_id: unique in the laboratory; stands on every page of the report.
        nonce: the certifier's job number; ``""`` outside a certification.
        issued: date of issue of the report.
        authorised_by: id of the person who lets the report go.
        sampling: plan and method of sampling; ``"none"`` where the laboratory drew no sample.
        external: results from others; None = not stated, empty = there are none.
        deviations: None = not stated, empty = there are none.
        reproduction: on what terms the report may be copied; ``""`` = in full only.
        uncertainty: where a result is a measured quantity; ``""`` = none is reported.
    """

    SCHEMA: ClassVar[str] = "certbench/job/1"

    report_id: ReportId = ""
    nonce: Annotated[str, Field(max_length=500)] = ""
    issued: dt.date | None = None
    authorised_by: str = ""
    sampling: str = ""
    reproduction: str = ""
    uncertainty: str = ""
    external: tuple[ExternalResult, ...] | None = None
    deviations: tuple[Deviation, ...] | None = None
    laboratory: Laboratory = Laboratory()
    sites: tuple[Site, ...] = ()
    customer: Customer = Customer()
    contract: Contract = Contract()
    items: tuple[Item, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    persons: tuple[Person, ...] = ()
    impartiality: Impartiality = Impartiality()
    clock: ClockCheck = ClockCheck()
    environment: AmbientConditions = AmbientConditions()
    opinions: tuple[Opinion, ...] = ()
    amends: Amendment | None = None

    def find_person(self, named: str) -> Person | None:
        """The person of this id."""
        return next((entry for entry in self.persons if entry.id == named), None)

    def with_role(self, role: Role) -> tuple[Person, ...]:
        """Everybody who has this role in the job."""
        return tuple(entry for entry in self.persons if role in entry.roles)

    @property
    def evaluator_keys(self) -> frozenset[str]:
        """Key ids of the evaluators: whoever decides on the certificate must not be among them."""
        return frozenset(each.key_id for each in self.with_role(Role.EVALUATOR) if each.key_id)
