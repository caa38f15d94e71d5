"""An assessment: one framework judged on one survey. Written by the judging child, read by all."""

from typing import ClassVar

from harness.model.base import Document, Frozen
from harness.model.confirmation import Confirmation
from harness.model.declaration import DecidedBy, Quantifier
from harness.model.ids import CaseId, FrameworkRef, ItemId, ProvisionId, UnitId
from harness.model.judgement import Conclusion, Judgement, Reason, Verdict
from harness.model.override import ReviewedOverride, Standing


class UnitResult(Frozen):
    """Verdict of one unit, with every judgement that it was computed from.

    Attributes:
        quantifier: how the items combine, so that a verifier can combine them again.
        overrides: what people held instead, oldest first; it never changes ``verdict``.
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
    overrides: tuple[ReviewedOverride, ...] | None = None

    @property
    def verdict_after_review(self) -> Verdict:
        """The verdict of the override that counts; the automatic one where none does."""
        counts = (each for each in self.overrides or () if each.standing is Standing.COUNTS)
        return next((each.record.verdict for each in counts), self.verdict)


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
        conclusion_after_review: what ``conclusion`` would be if the overrides that count were the
            verdicts of their units; None = there are no overrides. Nothing else is drawn from it.
        provisions_after_review: the verdicts of those provisions that would be others.
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
    conclusion_after_review: Conclusion | None = None
    reason_after_review: Reason | None = None
    provisions_after_review: dict[ProvisionId, Verdict] | None = None
    provisions: tuple[ProvisionResult, ...]
    cases: tuple[CaseResult, ...]
    units: tuple[UnitResult, ...]
