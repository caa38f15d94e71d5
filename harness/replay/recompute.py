"""What ``certbench-verify --recompute`` finds: replay, told in the verifier's words."""

from pathlib import Path

from harness.replay.replaying import replay
from harness.verify.steps.recompute import Recomputed


def recompute(bundle: Path) -> tuple[Recomputed, ...]:
    """Judge every assessment of a bundle again with this installation.

    Raises:
        CertbenchError: a framework is not installed, or the evidence cannot be judged.
    """
    return tuple(
        Recomputed(
            framework=str(each.recomputed.framework),
            same_judge=each.same_judge,
            units=each.recomputable,
            differences=tuple(
                f"{found.unit}: recorded {found.recorded}, recomputed {found.recomputed}"
                for found in each.differences
            ),
            not_recomputable=tuple(each.not_recomputable),
        )
        for each in replay(bundle)
    )
