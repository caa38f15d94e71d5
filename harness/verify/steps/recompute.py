"""Step "recompute": do the verdicts follow from the captures, judged again here?

Judging needs parsers and suites that a verifier otherwise does without, so this step finds them as
an entry point of the group ``certbench.recompute`` and only when it is asked for. What judges is
this installation; nothing from the bundle is run.
"""

from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Protocol

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
        StepFailed: other verdicts by the same judge, or replay is not installed though it was
            asked for (``E-RECOMPUTE``).
    """
    if not context.policy.recompute:
        raise StepSkipped("not asked for (accept.recompute, --recompute)")
    whole = {step for step in context.failed if step.section is Section.INTEGRITY}
    if context.location is None or whole:
        raise StepSkipped("a bundle that is not whole is not judged")
    results = _judged(context.location)
    told = [_told(each) for each in results]
    differing = [each for each in results if each.differences and each.same_judge]
    if differing:
        first = differing[0]
        shown = "; ".join(first.differences[:_SHOWN])
        raise StepFailed(
            "E-RECOMPUTE",
            f"{first.framework}: {len(first.differences)} units differ: {shown}",
            "the recorded verdicts, as the same suite judges the same captures",
        )
    return "; ".join(told)


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
    if not result.differences:
        return f"{text}, the same verdicts"
    listed = "; ".join(result.differences[:_SHOWN])
    return f"{text}, {len(result.differences)} judged otherwise by this version: {listed}"
