"""Two surveys side by side: what a new firmware, or something silent, did to a device."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from harness.encoding.text import neutralise
from harness.errors import UsageError
from harness.report.difference.differences import Area, Difference, Weight, in_order
from harness.report.difference.facts import fact_differences, paired_samples
from harness.report.difference.side import Side, read_side
from harness.report.difference.verdicts import verdict_differences

_MASK: Final = "[secret]"
_MIN_SECRET: Final = 4


@dataclass(frozen=True)
class Comparison:
    """Two surveys and everything that differs, most important first."""

    before: Side
    after: Side
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Everything that the earlier survey knows was compared, and is the same."""
        return not any(difference.matters for difference in self.differences)


def compare(before: Path, after: Path) -> Comparison:
    """Compare two bundles (folders or zips) or run directories. Verifies nothing.

    Raises:
        UsageError: one of them is not there, or holds nothing to compare.
        EvidenceError: a record of one of them cannot be read.
    """
    first, second = read_side(before), read_side(after)
    for side in (first, second):
        if not side.facts.records:
            raise UsageError(f"{side.label}: holds no facts to compare")
    found = [
        *fact_differences(first, second),
        *verdict_differences(first, second),
        *_identity(first, second),
        *_context(first, second),
    ]
    secrets = [*first.secrets, *second.secrets]
    return Comparison(first, second, in_order(_masked(one, secrets) for one in found))


def _masked(found: Difference, secrets: Sequence[str]) -> Difference:
    """Without the secrets that run directories know; the shortest would be found everywhere."""
    subject, before, after = found.subject, found.before, found.after
    for secret in secrets:
        if len(secret) >= _MIN_SECRET:
            subject, before, after = (
                text.replace(secret, _MASK) for text in (subject, before, after)
            )
    return replace(found, subject=subject, before=before, after=after)


def _identity(before: Side, after: Side) -> Iterator[Difference]:
    """What the bench and the supplier say of the device, without touching it."""
    samples = {sample.id: sample for sample in before.facts.survey.samples}
    others = {sample.id: sample for sample in after.facts.survey.samples}
    pairs = list(paired_samples(before.facts, after.facts))
    for first, second in pairs:
        for name in ("serial", "mac", "lot", "hardware", "firmware", "origin"):
            earlier = getattr(samples[first], name) or ""
            later = getattr(others[second], name) or ""
            yield from _changed(f"sample {name}", earlier, later, first)
    for sample in samples.keys() - {first for first, _ in pairs}:
        yield _of(Weight.UNKNOWN, Area.COVERAGE, "sample", "surveyed", "not surveyed", sample)
    for sample in others.keys() - {second for _, second in pairs}:
        yield _of(Weight.NOTE, Area.COVERAGE, "sample", "not surveyed", "surveyed", sample)
    if before.dossier is not None and after.dossier is not None:
        for name in ("supplier", "model", "hardware", "firmware"):
            earlier = getattr(before.dossier.dut, name)
            later = getattr(after.dossier.dut, name)
            yield from _changed(f"declared {name}", earlier, later, "dossier")
        digests = before.dossier.digest, after.dossier.digest
        yield from _changed("dossier sha256", *digests, "dossier")


def _context(before: Side, after: Side) -> Iterator[Difference]:
    """Who surveyed, with what: says nothing of the device, and may explain a difference."""
    first, second = before.facts.survey, after.facts.survey
    for name in sorted({*first.tools, *second.tools}):
        earlier, later = first.tools.get(name, ""), second.tools.get(name, "")
        yield from _noted(f"tool {name}", earlier, later)
    yield from _noted("bench", first.bench, second.bench)
    yield from _noted("purpose", first.purpose.value, second.purpose.value)
    for side, name in ((before, "before"), (after, "after")):
        if not side.facts.survey.whole:
            yield _of(Weight.NOTE, Area.CONTEXT, "survey", "", "not whole", name)
        if side.recorded:
            said = f"{side.recorded} attempts, as recorded"
            yield _of(Weight.NOTE, Area.CONTEXT, "facts without captures", "", said, name)


def _changed(subject: str, before: str, after: str, place: str) -> Iterator[Difference]:
    if before != after:
        yield _of(Weight.CHANGED, Area.IDENTITY, subject, before, after, place)


def _noted(subject: str, before: str, after: str) -> Iterator[Difference]:
    if before != after:
        yield _of(Weight.NOTE, Area.CONTEXT, subject, before, after, "survey")


def _of(
    weight: Weight, area: Area, subject: str, before: str, after: str, place: str
) -> Difference:
    shown = neutralise(subject), neutralise(before), neutralise(after)
    return Difference(weight, area, *shown, (neutralise(place),))
