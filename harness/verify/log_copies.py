"""Copies of logs that the reader brings: read once, for every step that asks."""

from harness.encoding.canonical import canonical, sha256_hex
from harness.errors import EvidenceError, VerificationError
from harness.trust.log.audit import LogAudit, audit
from harness.verify.context import Context
from harness.verify.report import StepFailed


def audits(context: Context) -> tuple[LogAudit, ...]:
    """What the copies hold of this job and of this statement.

    Raises:
        StepFailed: a copy is not what the log signed (``E-LOG-COPY``).
    """
    if context.audited is None:
        context.audited = tuple(_audit(context))
    return context.audited


def _audit(context: Context) -> list[LogAudit]:
    ours = sha256_hex(context.envelope.payload)
    texts = [f'"{ours}"'.encode()]
    if context.predicate.job:
        texts.append(b'"job_nonce":' + canonical(context.predicate.job))
    sizes = [proof.size for proof in context.proofs]
    keys = context.policy.log.logs if context.policy.log else ()
    found: list[LogAudit] = []
    for copy in context.policy.log_copies:
        try:
            found.append(audit(copy, keys, sizes, texts))
        except (EvidenceError, VerificationError) as error:
            raise StepFailed(
                "E-LOG-COPY", str(error), "a whole copy of a log that the policy trusts"
            ) from error
    return found
