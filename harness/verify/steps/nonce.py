"""Step "nonce": is this the test that the certifier ordered, and the only one of it?"""

from harness.encoding.canonical import sha256_hex
from harness.encoding.text import neutralise
from harness.encoding.tree import read
from harness.model.job import JobRecord
from harness.trust.log.entry import LogEntry
from harness.verify.context import Context
from harness.verify.log_copies import audits
from harness.verify.report import StepFailed, StepSkipped

_JOB = "data/survey/job.json"


def check_nonce(context: Context) -> str:
    """The job number is the one that was given out, and no other bundle was logged under it.

    Raises:
        StepFailed: another job number (``E-NONCE``), or another bundle under it that this one does
            not replace (``E-REPLAY``).
    """
    job = context.predicate.job
    _compare_record(context, job)
    wanted, copies = context.policy.nonce, context.policy.log_copies
    if wanted and job != wanted:
        raise StepFailed("E-NONCE", f"job {_shown(job)}", f"job {_shown(wanted)}")
    if not job:
        raise StepSkipped("the statement has no job number")
    if copies:
        _refuse_replay(context, job)
    if not wanted and not copies:
        raise StepSkipped(f"job {_shown(job)}; the policy names none (job.nonce)")
    looked = "; no other bundle is logged under it" if copies else ""
    return f"job {_shown(job)}{looked}"


def _compare_record(context: Context, job: str) -> None:
    """The job record, where there is one, is that of the job which was signed."""
    recorded = job_record(context)
    if recorded is not None and recorded.nonce != job:
        raise StepFailed("E-NONCE", f"{_JOB}: job {_shown(recorded.nonce)}", f"job {_shown(job)}")


def job_record(context: Context) -> JobRecord | None:
    """The job record, where the bundle has one."""
    if _JOB not in context.tree.names():
        return None
    return JobRecord.from_bytes(read(context.tree, _JOB))


def _refuse_replay(context: Context, job: str) -> None:
    ours = sha256_hex(context.envelope.payload)
    for found in audits(context):
        entries = [entry for _, entry in found.found if entry.job_nonce == job]
        akin = _akin(ours, entries)
        for entry in entries:
            other = entry.root != context.predicate.bundle_root
            if other and entry.statement_sha256 not in akin:
                raise StepFailed(
                    "E-REPLAY",
                    f"bundle {entry.root} is logged under job {_shown(job)}, too",
                    "one bundle a job, or a later one that supersedes the earlier",
                )


def _akin(ours: str, entries: list[LogEntry]) -> set[str]:
    """The statements that ours replaces, or that replace it, step by step."""
    links: dict[str, set[str]] = {}
    for entry in entries:
        if entry.supersedes:
            links.setdefault(entry.statement_sha256, set()).add(entry.supersedes)
            links.setdefault(entry.supersedes, set()).add(entry.statement_sha256)
    akin, waiting = {ours}, [ours]
    while waiting:
        fresh = links.get(waiting.pop(), set()) - akin
        akin |= fresh
        waiting += fresh
    return akin


def _shown(job: str) -> str:
    return repr(neutralise(job, 100)) if job else "none"
