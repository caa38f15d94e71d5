"""Step "recompute": do the verdicts follow from the captures, judged again here?

Judging needs parsers and suites that a verifier otherwise does without, so this step finds them as
an entry point of the group ``certbench.recompute`` and only when it is asked for. What judges is
this installation; nothing from the bundle is run.
"""

from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Protocol

from harness.encoding.text import counted
from harness.errors import CertbenchError
from harness.verify.context import Context
from harness.verify.report import Section, StepFailed, StepSkipped

GROUP: Final = "certbench.recompute"
_SHOWN: Final = 5


@dataclass(frozen=True)
class Recomputed:
    """One assessment judged again.

    Attributes:
        same_judge: suite, criteria, interpreters and catalogue have the recorded digests.
        units: how many units were recomputed.
        differences: units with another verdict, each as ``unit: recorded, recomputed``.
        not_recomputable: units that rest on what this edition withholds.
    """

    framework: str
    same_judge: bool
    units: int
    differences: tuple[str, ...] = ()
    not_recomputable: tuple[str, ...] = ()


class Recompute(Protocol):
    """What the entry point is: judges the bundle at a place again."""

    def __call__(self, bundle: Path) -> tuple[Recomputed, ...]:
        """Every assessment of the bundle; raises CertbenchError if it can't be judged."""
        ...


def check_recompute(context: Context) -> str:
    """Judge the captures again and compare.

    Raises:
        StepFailed: other verdicts, nothing that could be judged, or replay is not installed though
            it was asked for (``E-RECOMPUTE``); other verdicts by another version of the judge
            (``E-RECOMPUTE-VERSION``).
    """
    if not context.policy.recompute:
        raise StepSkipped("not asked for (accept.recompute, --recompute)")
    if any(step.section is Section.INTEGRITY for step in context.failed):
        raise StepSkipped("a bundle that is not whole is not judged")
    if context.location is None:
        raise _nothing("the bundle has no place on this machine", "a folder or zip")
    results = _judged(context.location)
    for each in results:
        if each.differences:
            raise _differs(each)
        if not each.units:
            shown = (
                f"{each.framework}: 0 units, {len(each.not_recomputable)} rest on what is withheld"
            )
            raise _nothing(shown, "an edition that shows captures, or do without accept.recompute")
    if not results:
        raise _nothing("no assessment was judged", "an assessment")
    return "; ".join(_told(each) for each in results)


def _nothing(shown: str, expected: str) -> StepFailed:
    return StepFailed("E-RECOMPUTE", shown, expected)


def _differs(result: Recomputed) -> StepFailed:
    """Other verdicts; by another version, too, since a laboratory can name any that it likes."""
    listed = "; ".join(result.differences[:_SHOWN])
    shown = f"{result.framework}: {counted(len(result.differences), 'unit')} differ: {listed}"
    if result.same_judge:
        return StepFailed(
            "E-RECOMPUTE", shown, "the recorded verdicts: the same suite judges the same captures"
        )
    return StepFailed(
        "E-RECOMPUTE-VERSION",
        f"{shown}; the laboratory says that it judged by another version",
        "the recorded verdicts: recompute with that version, or do without and look at the "
        "differences with certbench replay",
    )


def _judged(bundle: Path) -> tuple[Recomputed, ...]:
    found = tuple(entry_points(group=GROUP))
    try:
        judge: Recompute = found[0].load()
    except (ImportError, IndexError) as error:
        raise StepFailed(
            "E-RECOMPUTE",
            "replay is not installed",
            "pip install 'certbench[replay]', or do without accept.recompute",
        ) from error
    try:
        return judge(bundle)
    except CertbenchError as error:
        raise StepFailed("E-RECOMPUTE", str(error), "captures that can be judged") from error


def _told(result: Recomputed) -> str:
    text = f"{result.framework}: {result.units} units"
    if result.not_recomputable:
        text += f", {len(result.not_recomputable)} rest on what is withheld"
    version = "" if result.same_judge else ", by another version than the laboratory's"
    return f"{text}, the same verdicts{version}"
