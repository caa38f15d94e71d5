"""Step "log": since when is this statement public, and did the log show everybody the same?"""

from datetime import UTC, datetime
from typing import Final

from harness.encoding.tree import read
from harness.model.layout import LOG_PROOFS, STATEMENT
from harness.trust.dsse import MAX_ENVELOPE_BYTES
from harness.trust.log.audit import LogAudit
from harness.trust.log.check import LogCheck, LogPolicy, check_proof
from harness.trust.log.proof import MAX_PROOF_BYTES
from harness.verify.context import Context, Logged
from harness.verify.log_copies import audits
from harness.verify.report import StepFailed, StepSkipped

_LATEST_S: Final = 253402300799


def check_log(context: Context) -> str:
    """A proof in the bundle holds for a trusted log and enough witnesses, and nothing speaks
    against that log.

    Raises:
        StepFailed: no proof, none that holds (the code of the first one that does not), a history
            that a witness refused, copies of other logs only, or a copy that does not go on from
            the proof.
    """  # noqa: D205  (one sentence)
    policy = context.policy.log
    proofs = [name for name in context.tree.names() if name.startswith(LOG_PROOFS)]
    if policy is None:
        brought = f"; {len(proofs)} in the bundle" if proofs else ""
        raise StepSkipped(f"the policy names no log (log.keys){brought}")
    if not proofs:
        names = ", ".join(sorted({key.name for key in policy.logs}))
        raise StepFailed("E-LOG-MISSING", f"no proof below {LOG_PROOFS}", f"in the log {names}")
    envelope = read(context.tree, STATEMENT, MAX_ENVELOPE_BYTES)
    checks = [
        check_proof(read(context.tree, name, MAX_PROOF_BYTES), envelope, policy) for name in proofs
    ]
    held = tuple(found for check in checks if (found := _logged(check)))
    if not held:
        bad = next(step for step in checks[0].steps if step.outcome == "failed")
        raise StepFailed(bad.code, f"{proofs[0]}: {bad.shown}", bad.expected)
    _refuse_fork(context, policy, {proof.origin for proof in held})
    context.proofs = held
    _compare_copies(context, held)
    logged = held[0]
    seen = ", ".join(f"{name} at {_day(when)}" for name, when in sorted(logged.seen.items()))
    place = f"entry {logged.index} of {logged.size} in {logged.origin}"
    return f"{place}, seen by {seen}" if seen else f"{place}, no witness asked for"


def _logged(check: LogCheck) -> Logged | None:
    if not check.ok or check.entry is None or check.checkpoint is None or check.index is None:
        return None
    seen = {
        key.name: datetime.fromtimestamp(min(time, _LATEST_S), UTC)
        for key, time in check.seen.items()
    }
    head = check.checkpoint
    return Logged(head.origin, check.index, head.size, head.root, check.entry, seen)


def _refuse_fork(context: Context, policy: LogPolicy, origins: set[str]) -> None:
    """What a witness kept proves two histories to anybody who knows the log's key."""
    for key in (key for key in policy.logs if key.name in origins):
        if any(refusal.proves_fork(key) for refusal in context.policy.refusals):
            raise StepFailed(
                "E-FORK",
                f"{key.name} signed two histories that contradict each other",
                "a log that shows everybody the same",
            )


def _compare_copies(context: Context, held: tuple[Logged, ...]) -> None:
    """Copies of a log, got by another way than this bundle, must go on from the proof.

    A copy of another log says nothing of this statement, so one of a log that has it must be there:
    else later steps would find no replay and no successor where they did not look.
    """
    copies = audits(context)
    pairs = [(copy, proof) for copy in copies for proof in held if _is_same_log(copy, proof)]
    if copies and not pairs:
        shown = ", ".join(sorted({copy.checkpoint.origin for copy in copies}))
        wanted = " or ".join(sorted({proof.origin for proof in held}))
        raise StepFailed("E-LOG-COPY", f"copies of {shown} only", f"a copy of {wanted}")
    for found, logged in pairs:
        if found.checkpoint.size < logged.size:
            raise StepFailed(
                "E-ROLLBACK",
                f"the copy of {logged.origin} has {found.checkpoint.size} entries",
                f"at least {logged.size}, which the log had signed for the proof",
            )
        if found.roots.get(logged.size) != logged.root:
            raise StepFailed(
                "E-FORK",
                f"the first {logged.size} entries of the copy of {logged.origin} are others",
                f"root {logged.root.hex()}, which the log had signed for the proof",
            )


def _is_same_log(copy: LogAudit, proof: Logged) -> bool:
    return copy.checkpoint.origin == proof.origin


def _day(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M UTC")
