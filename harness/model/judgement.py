"""Judgements, findings and verdicts (TS 103 701 clause 4; verdict names as in ISO/IEC 9646).

Only a `Judgement` makes a verdict, and only `harness.assessment.rollup` turns one into the other.
Reasons and findings are codes with parameters; prose is rendered where it is shown.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from harness.model.base import Frozen
from harness.model.ids import FactKey, ItemId
from harness.model.observation import EvidenceRef


class Outcome(StrEnum):
    """What a criterion says of one item."""

    HELD = "held"
    CONTRADICTED = "contradicted"
    UNDECIDED = "undecided"


class Severity(StrEnum):
    """How bad a finding is for the people who own the device."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Reason(Frozen):
    """Why: a stable code with its particulars.

    Codes are kebab-case and listed in ``docs/reference/reasons.md``; ``harness.model.prose``
    renders them.
    """

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    params: dict[str, str] = {}


class Finding(Frozen):
    """A flaw, in terms of the criterion that saw it.

    Attributes:
        criterion: stable id: ``default-credentials-accepted``.
        subject: what has the flaw: ``tcp/443``, ``console``, ``sample A``.
        reason: what was seen.
        evidence: where it can be read; at least one place.
    """

    criterion: str
    severity: Severity
    subject: str
    reason: Reason
    evidence: Annotated[tuple[EvidenceRef, ...], Field(min_length=1)]

    @property
    def id(self) -> str:
        """What people call it, the same in every run: ``weak-tls-protocol@tcp/443``."""
        return f"{self.criterion}@{self.subject}"


class Judgement(Frozen):
    """What one criterion, or one answer, says of one item.

    Attributes:
        item: the IXIT row, interface or ``DUT``.
        criterion: id of the criterion, or of the question.
        reason: why, for every outcome.
        facts: the facts that were read.
        evidence: captures and controls that it rests on.
        answers: numbers of the answers that it rests on.
        rows: dossier rows that it rests on: ``1-AuthMech/AuthMech-1``.
        findings: what contradicts; empty unless CONTRADICTED.
    """

    item: ItemId
    criterion: str
    outcome: Outcome
    reason: Reason
    facts: tuple[FactKey, ...] = ()
    evidence: tuple[EvidenceRef, ...] = ()
    answers: tuple[int, ...] = ()
    rows: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


Judgements = tuple[Judgement, ...]


class Verdict(StrEnum):
    """Result of a unit, case, provision or item."""

    PASS = "PASS"  # noqa: S105  (a verdict, not a password)
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    NOT_CLAIMED = "NOT_CLAIMED"


class Conclusion(StrEnum):
    """Result of a framework on one survey."""

    CONFORMANT = "CONFORMANT"
    NOT_CONFORMANT = "NOT_CONFORMANT"
    INCONCLUSIVE = "INCONCLUSIVE"
