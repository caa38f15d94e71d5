"""A report for people: sections, one step a line, and what it all means, in 80 columns."""

import re
import textwrap
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from harness.verify.report import Section, Step, StepOutcome, StepResult, VerificationReport

_WIDTH: Final = 80
_INDENT: Final = " " * 26
_DIGEST: Final = re.compile(r"\b([0-9a-f]{16})[0-9a-f]{48}\b")
_HEADINGS: Final = {
    Section.INTEGRITY: "Is it whole, and does it follow from itself?",
    Section.TRUST: "Who vouches for it, and since when?",
    Section.POLICY: "Is it what you ask for?",
    Section.STATUS: "Does it still hold?",
}
_LEFT_OUT: Final = {
    Step.RECOMPUTE: "whether the verdicts follow from the captures (--recompute)",
    Step.SIGNER: "who signed it",
    Step.CERTIFICATE: "whether an accreditation body lets them test this",
    Step.TIMESTAMP: "since when it exists, by a clock that is not theirs",
    Step.LOG: "since when the public can see it",
    Step.NONCE: "which order it answers",
    Step.DEVICE: "whether it is the device that you mean",
    Step.PLAN: "whether it was tested by the published plan",
    Step.PERSONS: "whether two persons signed",
    Step.DECISION: "whether a certifier agreed",
    Step.DEMANDS: "what came out, and how old it is",
    Step.STATUS: "whether it was withdrawn or replaced since",
}
"""What a reader might take for granted, for each step that a policy must ask for."""


def as_text(report: VerificationReport) -> str:
    """The report as lines of at most 80 columns, but for a long word."""
    lines: list[str] = []
    for section, results in groupby(report.steps, key=lambda result: result.step.section):
        lines += [f"{section.value.upper()}  {_HEADINGS[section]}"]
        lines += [line for result in results for line in _step(result)]
        lines.append("")
    for paragraph in _closing(report):
        lines += textwrap.wrap(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines) + "\n"


def _step(result: StepResult) -> Iterator[str]:
    head = f"{result.step.number:2}  {result.step.label:13} {result.outcome.value:7} "
    if result.outcome is not StepOutcome.FAILED:
        yield from _wrapped(head, _DIGEST.sub(r"\1...", result.shown), _INDENT)
        return
    yield f"{head} {result.code}"
    yield from _wrapped("    shown:    ", result.shown, " " * 14)
    yield from _wrapped("    expected: ", result.expected, " " * 14)


def _wrapped(head: str, text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=head.ljust(len(indent)),
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [head.rstrip()]


def _closing(report: VerificationReport) -> Iterator[str]:
    failed = [each.step.label for each in report.steps if each.outcome is StepOutcome.FAILED]
    if failed:
        steps = "1 step" if len(failed) == 1 else f"{len(failed)} steps"
        yield f"The bundle does NOT hold: {steps} failed ({', '.join(failed)})."
    else:
        yield "The bundle holds."
    if report.found is not None and not failed:
        yield " ".join(report.found.sentences())
    skipped = {each.step for each in report.steps if each.outcome is StepOutcome.SKIPPED}
    left = [_LEFT_OUT[step] for step in Step if step in (skipped | report.not_asked) & {*_LEFT_OUT}]
    if report.malformed:
        return
    if left:
        yield f"NOT checked: {'; '.join(left)}."
    else:
        yield "Nothing that a policy can ask was left out."
