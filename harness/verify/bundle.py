"""Verification of one bundle: the numbered steps, each reported whatever became of the others."""

from pathlib import Path
from typing import Final

from harness.encoding.text import neutralise
from harness.encoding.tree import Tree
from harness.errors import CertbenchError
from harness.verify.context import Check, Context, Snapshot
from harness.verify.policy import Policy, TrustStore
from harness.verify.report import (
    Section,
    Step,
    StepFailed,
    StepOutcome,
    StepResult,
    StepSkipped,
    VerificationReport,
)
from harness.verify.steps.certificate import check_certificate
from harness.verify.steps.container import check_container, check_profile
from harness.verify.steps.decision import check_decision
from harness.verify.steps.demands import check_demands
from harness.verify.steps.device import check_device
from harness.verify.steps.documents import check_claims, check_documents
from harness.verify.steps.files import check_files
from harness.verify.steps.log import check_log
from harness.verify.steps.nonce import check_nonce
from harness.verify.steps.persons import check_persons
from harness.verify.steps.plan import check_plan
from harness.verify.steps.purpose import check_purpose
from harness.verify.steps.recompute import check_recompute
from harness.verify.steps.redaction import check_redaction
from harness.verify.steps.roots import check_bag, check_statement
from harness.verify.steps.signature import check_signature, check_signer
from harness.verify.steps.status import check_status
from harness.verify.steps.timestamp import check_timestamp
from harness.verify.steps.verdicts import check_completeness, check_verdicts
from harness.verify.summary import found_in

_SHOWN = 2000

_CHECKS: Final[dict[Step, tuple[Check, str]]] = {
    Step.CONTAINER: (check_container, "E-CONTAINER"),
    Step.PROFILE: (check_profile, "E-PROFILE"),
    Step.SIGNATURE: (check_signature, "E-ENVELOPE"),
    Step.STATEMENT: (check_statement, "E-STATEMENT"),
    Step.FILES: (check_files, "E-FILE-CHANGED"),
    Step.BAG: (check_bag, "E-BAG"),
    Step.DOCUMENTS: (check_documents, "E-DOCUMENT"),
    Step.CLAIMS: (check_claims, "E-CLAIM"),
    Step.VERDICTS: (check_verdicts, "E-VERDICT"),
    Step.COMPLETENESS: (check_completeness, "E-COVERAGE"),
    Step.RECOMPUTE: (check_recompute, "E-RECOMPUTE"),
    Step.SIGNER: (check_signer, "E-UNKNOWN-KEY"),
    Step.CERTIFICATE: (check_certificate, "E-SCOPE"),
    Step.TIMESTAMP: (check_timestamp, "E-TST-MALFORMED"),
    Step.LOG: (check_log, "E-LOG-PROOF"),
    Step.NONCE: (check_nonce, "E-NONCE"),
    Step.DEVICE: (check_device, "E-DUT"),
    Step.PLAN: (check_plan, "E-PLAN"),
    Step.REDACTION: (check_redaction, "E-REDACTION"),
    Step.PURPOSE: (check_purpose, "E-PURPOSE"),
    Step.PERSONS: (check_persons, "E-PERSONS"),
    Step.DECISION: (check_decision, "E-DECISION"),
    Step.DEMANDS: (check_demands, "E-DEMAND"),
    Step.STATUS: (check_status, "E-STATUS"),
}
"""Each step with its check, and the code if hostile content breaks a reader in the middle of it."""
_AFTER_FILES: Final = frozenset(
    step for step in Step if step.section is not Section.INTEGRITY or step is Step.RECOMPUTE
)
_ORDER: Final = sorted(Step, key=lambda step: (step in _AFTER_FILES, step is Step.FILES))
"""In which order steps are looked at: files are hashed while the documents are read."""


def verify_bundle(
    tree: Tree,
    trust: TrustStore | None = None,
    policy: Policy | None = None,
    location: Path | None = None,
) -> VerificationReport:
    """Verify a bundle in place; nothing is extracted, executed or fetched.

    Args:
        tree: the bundle (`harness.evidence.archive.open_bundle`).
        trust: the keys that are trusted; without one the signer step fails.
        policy: what is accepted; the strict default when absent.
        location: where the bundle lies on this machine; the recompute step needs it.
    """
    context = Context(Snapshot(tree), trust or TrustStore(), policy or Policy(), location=location)
    results: dict[Step, StepResult] = {}
    try:
        for step in _ORDER:
            results[step] = _run(step, context)
            if results[step].outcome is StepOutcome.FAILED:
                context.failed.add(step)
    finally:
        if context.comparison is not None:
            context.comparison.close()
    ordered = [results[step] for step in Step]
    open_ended = {Step.DEVICE} if context.policy.dut is None else set()
    return VerificationReport(tuple(ordered), found_in(context, ordered), frozenset(open_ended))


def unreadable(problem: str) -> VerificationReport:
    """The report about something that cannot be opened as a bundle at all."""
    first = StepResult(
        Step.CONTAINER,
        StepOutcome.FAILED,
        "E-CONTAINER",
        neutralise(problem, _SHOWN),
        "a bundle directory or a zip of the accepted form",
    )
    rest = (
        StepResult(step, StepOutcome.SKIPPED, "", "the bundle could not be opened", "")
        for step in list(Step)[1:]
    )
    return VerificationReport((first, *rest))


def _run(step: Step, context: Context) -> StepResult:
    if Step.CONTAINER in context.failed:
        return _result(step, StepOutcome.SKIPPED, "the bundle could not be opened")
    check, broken = _CHECKS[step]
    try:
        return _result(step, StepOutcome.OK, check(context))
    except StepFailed as failed:
        return _result(step, StepOutcome.FAILED, failed.shown, failed.code, failed.expected)
    except StepSkipped as skipped:
        return _result(step, StepOutcome.SKIPPED, str(skipped))
    except (CertbenchError, ValueError) as error:
        # Hostile content may break a reader anywhere; that is this step's failure.
        return _result(step, StepOutcome.FAILED, str(error), broken, "readable")


def _result(
    step: Step, outcome: StepOutcome, shown: str, code: str = "", expected: str = ""
) -> StepResult:
    return StepResult(step, outcome, code, neutralise(shown, _SHOWN), neutralise(expected, _SHOWN))
