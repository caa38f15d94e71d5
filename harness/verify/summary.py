"""Fills `harness.verify.found` after the steps: nothing is said that no step holds for."""

from collections.abc import Iterable
from typing import Final

from harness.encoding.canonical import sha256_hex
from harness.encoding.text import neutralise
from harness.model.attestation import SignedConclusion
from harness.verify.context import Context
from harness.verify.found import Found
from harness.verify.report import Step, StepOutcome, StepResult

_SHOWN: Final = 200


def found_in(context: Context, results: Iterable[StepResult]) -> Found | None:
    """What may be said after these steps; None if the statement could not be read or believed."""
    held = {each.step for each in results if each.outcome is StepOutcome.OK}
    if context.predicate_read is None or not {Step.SIGNATURE, Step.STATEMENT, Step.CLAIMS} <= held:
        return None
    predicate, logged, decision = context.predicate, context.logged, context.decision
    dut = predicate.dut
    firmware = f", firmware {dut.firmware}" if dut.firmware else ""
    trusted = context.trusted if Step.SIGNER in held else ()
    return Found(
        root=predicate.bundle_root,
        statement=sha256_hex(context.envelope.payload),
        device=neutralise(f"{dut.supplier} {dut.model}{firmware}", _SHOWN),
        conclusions=tuple((str(each.framework), _said(each)) for each in predicate.conclusions),
        signed_by=tuple(
            (key.key_id, neutralise(context.names.get(key.key_id, ""), _SHOWN)) for key in trusted
        ),
        stamped=min(context.stamped.values(), default=None),
        log=f"entry {logged.index} of {logged.origin}" if logged and Step.LOG in held else "",
        seen=tuple(sorted(logged.seen.items())) if logged and Step.LOG in held else (),
        certificate=f"{decision.certificate} until {decision.until}"
        if decision and Step.DECISION in held
        else "",
    )


def _said(signed: SignedConclusion) -> str:
    after = signed.conclusion_after_review
    reviewed = f" ({after.value} after review by people)" if after else ""
    return signed.conclusion.value + " (indicative)" * signed.indicative + reviewed
