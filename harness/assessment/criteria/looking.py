"""How a criterion looks at one fact for one item: every judgement that it makes cites that fact."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from harness.assessment.criteria.registry import CRITERIA
from harness.assessment.judging import contradicted, held, reason, undecided
from harness.facts.base import Facts
from harness.facts.store import FactRecord
from harness.model.judgement import Finding, Judgement
from harness.model.observation import Absent, EvidenceRef, Observation, Present, Unknown
from harness.model.radio import Faked


@dataclass(frozen=True)
class Look:
    """One criterion, one item, one fact.

    Attributes:
        criterion: id of the criterion.
        item: what the judgement speaks of.
        subject: what a finding speaks of: ``tcp/443``, ``console``.
        record: the fact that is read.
    """

    criterion: str
    item: str
    subject: str
    record: FactRecord[Facts]

    def held(self, code: str, evidence: Sequence[EvidenceRef], **params: object) -> Judgement:
        """The criterion holds; without evidence nothing does."""
        if not evidence:
            return self.undecided("no-evidence")
        return held(
            self.item,
            self.criterion,
            reason(code, subject=self.subject, **params),
            facts=(self.record.key,),
            evidence=evidence,
        )

    def contradicted(
        self, code: str, evidence: Sequence[EvidenceRef], **params: object
    ) -> Judgement:
        """The flaw was seen: a judgement with its finding."""
        if not evidence:
            return self.undecided("no-evidence")
        why = reason(code, subject=self.subject, **params)
        finding = Finding(
            criterion=self.criterion,
            severity=CRITERIA[self.criterion].severity,
            subject=self.subject,
            reason=why,
            evidence=tuple(evidence),
        )
        return contradicted(
            self.item, self.criterion, why, findings=(finding,), facts=(self.record.key,)
        )

    def undecided(self, code: str, **params: object) -> Judgement:
        """Nobody can say, for this reason."""
        why = reason(code, subject=self.subject, **params)
        return undecided(self.item, self.criterion, why, facts=(self.record.key,))

    def unexamined(self) -> Judgement:
        """The probe did not look at the subject, or says nothing about it."""
        gap = self.record.facts.gap(self.subject)
        return self.undecided("not-examined", why=gap or "the fact says nothing about it")

    def if_unexamined(self) -> Judgement | None:
        """As `unexamined`; None if the probe looked at the subject."""
        return None if self.record.facts.gap(self.subject) is None else self.unexamined()

    def if_pretended(self, fakes: Collection[str], faked: Faked, what: str) -> Judgement | None:
        """UNDECIDED where the bench's radio only pretends what this rests on; None where not.

        Args:
            fakes: what the radio pretends.
            faked: what the criterion rests on.
            what: what cannot be done on this bench: ``to compare keys``.
        """
        if faked.value not in fakes:
            return None
        return self.undecided("not-testable-here", what=what)

    def must_be_absent(
        self, seen: Observation, *, absent: str, present: str, **params: object
    ) -> Judgement:
        """Holds when the thing was looked for in vain, under a control; contradicted when seen."""
        match seen:
            case Present(evidence=evidence):
                return self.contradicted(present, evidence, **params)
            case Absent(control=control):
                return self.held(absent, (control,), **params)
            case Unknown(reason=why):
                return self.undecided("not-observed", why=why)

    def must_be_present(self, seen: Observation, *, present: str, absent: str) -> Judgement:
        """Holds when the thing was seen; contradicted when its absence was shown."""
        match seen:
            case Present(evidence=evidence):
                return self.held(present, evidence)
            case Absent(control=control):
                return self.contradicted(absent, (control,))
            case Unknown(reason=why):
                return self.undecided("not-observed", why=why)


def proof(*seen: Observation) -> tuple[EvidenceRef, ...]:
    """The captures and controls that observations rest on."""
    places: list[EvidenceRef] = []
    for observation in seen:
        if isinstance(observation, Present):
            places.extend(observation.evidence)
        elif isinstance(observation, Absent):
            places.append(observation.control)
    return tuple(places)
