"""Step "time-stamp": since when did the signatures exist, by a clock that is not the signer's?"""

import datetime as dt
from typing import Final

from harness.encoding.clock import format_utc, parse_utc
from harness.model.layout import TIMESTAMPS
from harness.trust.distrust import DistrustError
from harness.trust.timestamps import SKEW, Stamp
from harness.verify.context import Context
from harness.verify.report import StepFailed, StepSkipped
from harness.verify.vouching import check_stamps, tokens

_EXPECTED: Final = "a time-stamp of an authority that the policy trusts"


def check_timestamp(context: Context) -> str:
    """Every time-stamp holds, and a trusted signature has one that fits the bench's clock.

    Raises:
        StepFailed: with a code of ``E-TST-...``.
    """
    if context.policy.integrity_only:
        raise StepSkipped("only integrity was asked for")
    try:
        brought = tokens(context)
        if not context.policy.tsa_roots:
            more = f"; the bundle brings {sum(map(len, brought.values()))}" if brought else ""
            raise StepSkipped(
                f"the policy names no time-stamping authority (trust.tsa_roots){more}"
            )
        stamps = check_stamps(context)
    except DistrustError as error:
        raise StepFailed(error.code, error.shown, error.expected) from error
    ended = parse_utc(context.predicate.time)
    ours = {key.key_id: stamps[key.key_id] for key in context.signers if key.key_id in stamps}
    for stamp in ours.values():
        _check_after(stamp, ended)
    wanted = {key.key_id for key in context.trusted or context.signers}
    if wanted.isdisjoint(ours):
        shown = f"no time-stamp of a signature that counts in {TIMESTAMPS}"
        raise StepFailed("E-TST-MISSING", shown, _EXPECTED)
    context.stamped = {key_id: stamp.time for key_id, stamp in ours.items()}
    return ", ".join(_told(stamp) for stamp in ours.values())


def _check_after(stamp: Stamp, ended: dt.datetime) -> None:
    if stamp.time + SKEW < ended:
        raise StepFailed(
            "E-TST-TIME",
            f"signed by {format_utc(stamp.time)}, but the survey ended {format_utc(ended)}",
            "a time-stamp from after the survey: one of the two clocks is wrong",
        )


def _told(stamp: Stamp) -> str:
    renewed = f", renewed {stamp.renewals} times" if stamp.renewals else ""
    return f"{format_utc(stamp.time)} by {stamp.authority}{renewed}"
