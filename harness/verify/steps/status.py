"""Step "status": was it taken back or replaced since?"""

from harness.encoding.canonical import sha256_hex
from harness.encoding.text import counted
from harness.errors import VerificationError
from harness.trust.decision import WithdrawalStatement, parse_withdrawal, verified_signers
from harness.verify.context import Context
from harness.verify.log_copies import audits
from harness.verify.report import StepFailed, StepSkipped


def check_status(context: Context) -> str:
    """No certifier withdrew it, and no later statement in the log replaces it.

    Raises:
        StepFailed: withdrawn (``E-STATUS-WITHDRAWN``), replaced (``E-STATUS-SUPERSEDED``), or a
            withdrawal of this bundle that nobody can judge (``E-STATUS``).
    """
    policy = context.policy
    asked = policy.asks_for_withdrawals or policy.withdrawals or policy.log_copies
    if not asked:
        raise StepSkipped("nobody said where to look (status.withdrawals, log.copies, --log)")
    for data in policy.withdrawals:
        _refuse_withdrawn(context, data)
    ours = sha256_hex(context.envelope.payload)
    for found in audits(context):
        for place, entry in found.found:
            if entry.supersedes == ours and entry.statement_sha256 != ours:
                raise StepFailed(
                    "E-STATUS-SUPERSEDED",
                    f"entry {place} of {found.checkpoint.origin} replaces this statement",
                    f"statement {entry.statement_sha256}, the later one",
                )
    told = counted(len(policy.withdrawals), "withdrawal")
    copies = {0: "no copy", 1: "1 copy"}.get(len(policy.log_copies), "copies")
    return f"neither withdrawn nor replaced, by {told} and {copies} of the log"


def _refuse_withdrawn(context: Context, data: bytes) -> None:
    try:
        envelope, made = parse_withdrawal(data)
        if not _is_meant(context, made):
            return
        signers = verified_signers(envelope, context.policy.certifiers)
    except VerificationError as error:
        raise StepFailed("E-STATUS", f"a withdrawal: {error}", "a signed withdrawal") from error
    said = made.predicate
    if not signers:
        raise StepFailed(
            "E-STATUS",
            "a withdrawal of this bundle by somebody whom the policy does not name",
            "the certifier's key in decision.certifiers, or no such file in status.withdrawals",
        )
    raise StepFailed(
        "E-STATUS-WITHDRAWN",
        f"withdrawn on {said.withdrawn:%Y-%m-%d}: {said.reason}",
        "a certificate that still holds",
    )


def _is_meant(context: Context, made: WithdrawalStatement) -> bool:
    """Whether it is about this bundle, and about this certificate if it names one."""
    said = made.predicate
    if said.bundle_root != context.predicate.bundle_root:
        return False
    ours = context.decision.certificate if context.decision else ""
    return not (said.certificate and ours and said.certificate != ours)
