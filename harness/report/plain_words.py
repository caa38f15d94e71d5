"""What an assessment means, in sentences for people who don't know the framework.

No sentence claims more than was decided: an inconclusive assessment is never worded as a partial
success.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from harness.assessment.confirmation import counting, unconfirmed
from harness.encoding.text import counted, neutralise
from harness.model.assessment import Assessment, ProvisionResult
from harness.model.catalogue import Catalogue
from harness.model.declaration import DecidedBy
from harness.model.judgement import Conclusion, Outcome, Verdict
from harness.model.prose import render
from harness.model.states import Purpose

CONCLUSIONS: Final[Mapping[Conclusion, str]] = {
    Conclusion.CONFORMANT: "The requirements are met",
    Conclusion.NOT_CONFORMANT: "The requirements are not met",
    Conclusion.INCONCLUSIVE: "No conclusion yet, neither passed nor failed",
}
"""A conclusion in a few plain words."""

VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.FAIL: "The requirement is contradicted, and the evidence shows where.",
    Verdict.INCONCLUSIVE: "Open: something that a verdict needs is missing. Not a pass.",
    Verdict.PASS: "Everything that was asked held, and the evidence is named.",
    Verdict.NOT_APPLICABLE: "The declaration says, with its reason, that it does not concern this "
    "device.",
    Verdict.NOT_CLAIMED: "A recommendation that the supplier does not claim to follow, with the "
    "reason.",
}
"""What each verdict means, worst first."""

OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.HELD: "holds",
    Outcome.CONTRADICTED: "contradicted",
    Outcome.UNDECIDED: "not decided",
}
"""What a judgement says of its item."""

DECIDED_BY: Final[Mapping[DecidedBy, str]] = {
    DecidedBy.AUTOMATIC: "decided by what is seen on the device",
    DecidedBy.RULE: "decided by a rule on the declaration",
    DecidedBy.OPERATOR: "passes only by the word of a person at the bench",
    DecidedBy.JUDGEMENT: "passes only by the word of an assessor",
    DecidedBy.NONE: "no test yet",
}
"""Who or what closes a unit; facts alone can make any of them fail."""

PURPOSES: Final[Mapping[Purpose, str]] = {
    Purpose.DEMO: "A demonstration: it shows how the bench works and certifies nothing.",
    Purpose.PRETEST: "A trial run before the test proper: it certifies nothing.",
    Purpose.QUALIFICATION: "A check of the bench itself on a device whose flaws are known: it "
    "certifies nothing.",
    Purpose.TEST: "A test made for a certification. The certificate itself is the certifier's "
    "decision, not this report's.",
    Purpose.SURVEILLANCE: "A check of a device that is on the market.",
}
"""What a run was made for."""

_SATISFIED: Final = (
    "Every mandatory requirement that applies to this device is satisfied, on the samples and the "
    "firmware version named in this report."
)
_NEITHER: Final = (
    "This report therefore says neither that the device meets these requirements nor that it does "
    "not."
)
INDICATIVE: Final = (
    "Indicative: the requirements were taken from a catalogue of which {some} not yet been "
    "compared with the official text by anybody. A laboratory lifts this mark by comparing them "
    "with its own copy and recording who did so."
)


def meaning(assessment: Assessment, catalogue: Catalogue) -> tuple[str, ...]:
    """The conclusion and what follows from it, a sentence or two each."""
    sentences = [*_conclusion(assessment)]
    sentences.extend(_excused(assessment.provisions, catalogue))
    if not assessment.complete:
        sentences.append("Only a part of the tests of this framework was judged.")
    if assessment.indicative:
        sentences.append(INDICATIVE.format(some=_unconfirmed(assessment, catalogue)))
    sentences.extend(_confirmed(assessment, catalogue))
    return tuple(sentences)


def _conclusion(assessment: Assessment) -> tuple[str, ...]:
    failed = _count(assessment, Verdict.FAIL)
    still_open = _count(assessment, Verdict.INCONCLUSIVE)
    match assessment.conclusion:
        case Conclusion.CONFORMANT:
            return (_SATISFIED,)
        case Conclusion.NOT_CONFORMANT:
            said = f"{counted(failed, 'requirement')} {'fails' if failed == 1 else 'fail'}."
            if still_open:
                more = counted(still_open, "further requirement")
                verb = "is" if still_open == 1 else "are"
                said += f" {more} {verb} open; whatever comes of that can't change the conclusion."
            return (said,)
        case Conclusion.INCONCLUSIVE:
            return _inconclusive(assessment, failed)


def _inconclusive(assessment: Assessment, failed: int) -> tuple[str, ...]:
    why = render(assessment.reason)
    sentences = [f"Why: {why}. {_NEITHER}"]
    if failed:
        verb = "fails" if failed == 1 else "fail"
        sentences.append(
            f"What was decided is not all good: {counted(failed, 'requirement')} {verb}."
        )
    return tuple(sentences)


def _excused(provisions: Sequence[ProvisionResult], catalogue: Catalogue) -> list[str]:
    """Failing provisions that do not count since one of several is enough."""
    verdicts = {result.provision: result.verdict for result in provisions}
    sentences = []
    for group in catalogue.decision_rule.alternatives:
        failed = [name for name in group if verdicts.get(name) is Verdict.FAIL]
        saved = [name for name in group if verdicts.get(name) is Verdict.PASS]
        if failed and saved:
            sentences.append(
                f"Of {' and '.join(group)} one is enough: {', '.join(failed)} fails, but "
                f"{', '.join(saved)} passes, so the failure does not decide the conclusion."
            )
    return sentences


def _count(assessment: Assessment, verdict: Verdict) -> int:
    return sum(result.verdict is verdict for result in assessment.provisions)


def _unconfirmed(assessment: Assessment, catalogue: Catalogue) -> str:
    """How many entries nobody vouches for, and how many of these are ours."""
    left = unconfirmed(catalogue, assessment.confirmations or ())
    if not left:
        return "some entries have"
    ours = sum(entry.kind != "provision" for entry in left)
    verb = "has" if len(left) == 1 else "have"
    if not ours:
        return f"{len(left)} of {len(catalogue.provisions)} entries {verb}"
    entries = counted(len(left), "entry", "entries")
    return (
        f"{entries} ({ours} of them cases and units of our own, for want of official ones) {verb}"
    )


def _confirmed(assessment: Assessment, catalogue: Catalogue) -> list[str]:
    """Who compared what, a sentence each."""
    return [
        f"{counted(len(found.entries), 'entry', 'entries')} of the catalogue "
        f"{'was' if len(found.entries) == 1 else 'were'} compared by {neutralise(found.person)} "
        f"with {neutralise(found.document)} ({neutralise(found.at[:10])})."
        for found in counting(catalogue, assessment.confirmations or ())
    ]
