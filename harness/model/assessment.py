"""An assessment: one framework judged on one survey. Written by the judging child, read by all."""

from typing import ClassVar

from harness.model.base import Document, Frozen
from harness.model.confirmation import Confirmation
from harness.model.declaration import DecidedBy, Quantifier
from harness.model.ids import CaseId, FrameworkRef, ItemId, ProvisionId, UnitId
from harness.model.judgement import Conclusion, Judgement, Reason, Verdict


class UnitResult(Frozen):
    """Verdict of one unit, with every judgement that it was computed from.

    Attributes:
        quantifier: how the items combine, so that a verifier can combine them again.
    """

    unit: UnitId
    case: CaseId
    provision: ProvisionId
    decided_by: DecidedBy
    quantifier: Quantifier = Quantifier.EACH
    verdict: Verdict
    reason: Reason
    items: dict[ItemId, Verdict] = {}
    judgements: tuple[Judgement, ...] = ()


class CaseResult(Frozen):
    """Verdict of one case."""

    case: CaseId
    provision: ProvisionId
    verdict: Verdict


class ProvisionResult(Frozen):
    """Verdict of one provision."""

    provision: ProvisionId
    mandatory: bool
    verdict: Verdict
    reason: Reason


class JudgeDigests(Frozen):
    """Who judged: versions and digests of everything that a verdict depends on but the evidence."""

    harness: str
    suite: str
    criteria: str
    interpreters: str
    catalogue: str


class Assessment(Document):
    """Everything one framework says about one survey.

    Attributes:
        complete: the whole suite was judged; a subset can never be sealed as full.
        firmware: the one version under test; ``""`` when it could not be read or was mixed.
        indicative: rests on catalogue entries that nobody confirmed against the official text.
        confirmations: who compared which other entries with it; None = nobody.
    """

    SCHEMA: ClassVar[str] = "certbench/assessment/1"

    framework: FrameworkRef
    title: str
    judge: JudgeDigests
    dossier_revision: int
    dossier_digest: str
    decision_rule: str
    complete: bool
    firmware: str = ""
    conclusion: Conclusion
    indicative: bool
    confirmations: tuple[Confirmation, ...] | None = None
    reason: Reason
    provisions: tuple[ProvisionResult, ...]
    cases: tuple[CaseResult, ...]
    units: tuple[UnitResult, ...]
