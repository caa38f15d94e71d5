"""Step "decision": what did the certifier decide, and was the certifier free to?"""

from harness.encoding.canonical import sha256_hex
from harness.encoding.text import counted, neutralise
from harness.encoding.tree import read
from harness.errors import VerificationError
from harness.model.decision import Decision, Outcome
from harness.model.judgement import Conclusion
from harness.model.layout import DECISION
from harness.trust.decision import (
    MAX_DECISION_BYTES,
    DecisionStatement,
    parse_decision,
    verified_signers,
)
from harness.trust.keys import PublicKey
from harness.verify.context import Context
from harness.verify.report import StepFailed, StepSkipped
from harness.verify.reviewed import counting_conclusion
from harness.verify.steps.nonce import job_record


def check_decision(context: Context) -> str:
    """A trusted certifier granted a certificate on exactly this statement, and it still runs.

    Raises:
        StepFailed: with a code of its own for each way in which that is not so.
    """
    there = DECISION in context.tree.names()
    if not context.policy.certifiers:
        brought = "; the bundle brings a decision" if there else ""
        raise StepSkipped(f"the policy names no certifier (decision.certifiers){brought}")
    if not there:
        raise StepFailed("E-DECISION-MISSING", f"no {DECISION}", "a certifier's decision")
    made, signer = signed_decision(context)
    _is_about(context, made)
    _is_impartial(context, signer)
    decision = made.predicate
    context.decision = decision
    _holds_now(context, decision)
    _is_founded(context, decision)
    conditions = (
        f", {counted(len(decision.conditions), 'condition')}" if decision.conditions else ""
    )
    names = ", ".join(decision.frameworks)
    return f"certificate {decision.certificate} for {names} until {decision.until}{conditions}"


def signed_decision(context: Context) -> tuple[DecisionStatement, PublicKey]:
    """The decision in the bundle, and which certifier of the policy signed it.

    Raises:
        StepFailed: it cannot be read, or no certifier of the policy signed it.
    """
    try:
        envelope, made = parse_decision(read(context.tree, DECISION, MAX_DECISION_BYTES))
        signers = verified_signers(envelope, context.policy.certifiers)
    except VerificationError as error:
        raise StepFailed("E-DECISION", f"{DECISION}: {error}", "a signed decision") from error
    if not signers:
        key_id = neutralise(envelope.signatures[0].key_id, 100)
        raise StepFailed(
            "E-DECISION-SIGNER", f"decided with key {key_id}", "a certifier of the policy"
        )
    return made, signers[0]


def _is_about(context: Context, made: DecisionStatement) -> None:
    ours = (context.predicate.bundle_root, sha256_hex(context.envelope.payload))
    if (made.bundle_root, made.statement_sha256) != ours:
        raise StepFailed(
            "E-DECISION-BUNDLE",
            f"a decision about bundle {neutralise(made.bundle_root, 100)}",
            f"one about bundle {ours[0]} as the laboratory signed it",
        )
    judged = {str(each.framework) for each in context.predicate.conclusions}
    beyond = sorted(set(made.predicate.frameworks) - judged)
    if beyond:
        raise StepFailed(
            "E-DECISION-SCOPE", f"decides on {', '.join(beyond)[:300]}", "what was assessed"
        )
    wanted = {each.framework for each in context.policy.frameworks}
    lacking = sorted(wanted - set(made.predicate.frameworks))
    if lacking:
        raise StepFailed(
            "E-DECISION-SCOPE", f"does not decide on {', '.join(lacking)[:300]}", "all asked for"
        )


def _is_founded(context: Context, decision: Decision) -> None:
    """What was granted was found: conformity, or a conclusion that the policy says will do."""
    demands = {each.framework: each for each in context.policy.frameworks}
    for signed in context.predicate.conclusions:
        name = str(signed.framework)
        if name not in decision.frameworks:
            continue
        demand = demands.get(name)
        enough = (demand and demand.conclusions) or frozenset({Conclusion.CONFORMANT})
        certain = not signed.indicative or (demand is not None and demand.accept_indicative)
        accepted = demand is not None and demand.accept_reviewed
        conclusion, named = counting_conclusion(signed, accepted=accepted)
        if conclusion not in enough or not certain:
            shown = named + (" (indicative)" if signed.indicative else "")
            raise StepFailed(
                "E-DECISION-UNFOUNDED",
                f"granted for {name}, which is {shown}",
                f"{' or '.join(sorted(each.value for each in enough))} on a confirmed catalogue (a "
                "policy can accept others: framework.conclusions, framework.accept_indicative, "
                "framework.accept_reviewed)",
            )


def _is_impartial(context: Context, signer: PublicKey) -> None:
    """Whoever evaluated does not decide: by key, and by person where certificates name them."""
    job = job_record(context)
    evaluators = {key.key_id for key in context.signers} | (job.evaluator_keys if job else set())
    person = context.names.get(signer.key_id, "")
    others = {context.names.get(key_id, "") for key_id in evaluators}
    if signer.key_id in evaluators or (person and person in others):
        raise StepFailed(
            "E-IMPARTIALITY",
            f"key {signer.key_id} decided, and is that of one who evaluated",
            "somebody who had no part in the test",
        )


def _holds_now(context: Context, decision: Decision) -> None:
    today = context.policy.now.date()
    if decision.outcome is Outcome.REFUSE:
        shown = f"refused as {decision.certificate}: {'; '.join(decision.conditions)}"
        raise StepFailed("E-DECISION-REFUSED", shown[:500], "a certificate that was granted")
    if decision.decided.date() > today:
        raise StepFailed("E-DECISION-TIME", f"decided on {decision.decided.date()}", f"by {today}")
    if decision.until is None or decision.until < today:
        raise StepFailed(
            "E-DECISION-EXPIRED", f"certificate until {decision.until}", f"{today} or later"
        )
