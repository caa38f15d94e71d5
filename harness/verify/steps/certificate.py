"""Step "certificate": did an accreditation body let these people sign this?"""

from harness.encoding.clock import parse_utc
from harness.encoding.tree import read
from harness.model.record import SurveyRecord
from harness.trust.certificates import Holder, told
from harness.trust.distrust import DistrustError
from harness.trust.oids import Use
from harness.verify.context import Context
from harness.verify.report import Step, StepFailed, StepSkipped
from harness.verify.steps.nonce import job_record
from harness.verify.vouching import decision_envelope, has_certificate, shelf, vouch

_SURVEY = "data/survey/survey.json"


def check_certificate(context: Context) -> str:
    """Certificates of those who signed lead to a trusted root, and allow what was tested.

    Raises:
        StepFailed: one does not hold (``E-CERT-...``, ``E-CRL``, ``E-REVOKED``), or the test lies
            outside the scope of the accreditation (``E-SCOPE``).
    """
    if context.policy.integrity_only:
        raise StepSkipped("only integrity was asked for")
    if not context.signers:
        raise StepSkipped("there is no valid signature")
    try:
        brought = len(shelf(context))
        if not context.policy.roots:
            told_of = f"; the bundle brings {brought} certificates" if brought else ""
            raise StepSkipped(f"the policy names no accreditation body (trust.roots){told_of}")
        _check_distrusted(context)
        _check_decider(context)
    except DistrustError as error:
        raise StepFailed(error.code, error.shown, error.expected) from error
    if not context.held:
        raise StepSkipped("the bundle brings no certificate of a key that signed")
    for holder in context.held.values():
        _check_scope(context, holder)
    return ", ".join(holder.told for holder in context.held.values())


def _check_distrusted(context: Context) -> None:
    """A further signer from elsewhere does no harm; one whose certificate lapsed does."""
    trusted = Step.SIGNER not in context.failed
    for problem in context.distrusted.values():
        if problem.code != "E-CERT-ROOT" or not trusted:
            raise problem


def _check_decider(context: Context) -> None:
    """Whoever decided had a certificate for that, if the bundle brings one of theirs."""
    decision = decision_envelope(context)
    for key_id in (each.key_id for each in decision.signatures) if decision else ():
        if not has_certificate(context, key_id):
            continue
        try:
            context.names[key_id] = vouch(context, key_id, Use.DECISION).told
        except DistrustError as error:
            if error.code != "E-CERT-ROOT":
                raise


def _check_scope(context: Context, holder: Holder) -> None:
    scope = holder.scope
    if scope is None:
        raise _outside(f"{told(holder.certificate)} names no scope", "an accredited laboratory")
    survey = SurveyRecord.from_bytes(read(context.tree, _SURVEY))
    first = parse_utc(survey.started).date()
    last = parse_utc(survey.ended or survey.started).date()
    until = holder.certificate.not_valid_after_utc.date()
    if first < scope.since or last > until:
        raise _outside(f"tested from {first} to {last}", f"between {scope.since} and {until}")
    for named in (str(each.framework) for each in context.predicate.conclusions):
        if not scope.covers_framework(named):
            raise _outside(f"assessed under {named}", f"one of {', '.join(scope.frameworks)}")
    job = job_record(context)
    if job is None:
        return
    for site in (each.id for each in job.sites if each.id not in scope.sites):
        raise _outside(f"worked at site {site}", f"one of {', '.join(scope.sites)}")
    if job.laboratory.name != scope.laboratory:
        raise _outside(f"tested by {job.laboratory.name!r}", f"{scope.laboratory!r}")


def _outside(shown: str, expected: str) -> StepFailed:
    return StepFailed("E-SCOPE", shown, f"{expected}: the scope of the accreditation")
