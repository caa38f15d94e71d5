"""What overrides do: which of them stand, and the conclusion that counts those; pure.

The automatic verdicts and the conclusion that follows from them are never touched: what is counted
here is a second reading beside them.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harness.assessment.judging import reason
from harness.assessment.rollup import conclude, provision_results
from harness.encoding.canonical import digest_of
from harness.encoding.clock import parse_utc
from harness.model.assessment import Assessment, UnitResult
from harness.model.catalogue import Catalogue
from harness.model.ids import FrameworkRef, ProvisionId
from harness.model.job import JobRecord
from harness.model.judgement import Conclusion, Reason, Verdict
from harness.model.override import Override, ReviewedOverride, Standing, overrides_of

_EASTERNMOST: Final = dt.timedelta(hours=14)
_WESTERNMOST: Final = dt.timedelta(hours=-12)


@dataclass(frozen=True)
class Review:
    """What comes out when the overrides that stand are counted.

    Attributes:
        provisions: the verdicts of those provisions that come out otherwise.
    """

    conclusion: Conclusion
    reason: Reason
    provisions: dict[ProvisionId, Verdict]


def basis_of(unit: UnitResult) -> str:
    """A digest over what the verdict of a unit rests on: a new attempt or answer changes it.

    Only codes and addresses are in it, no text of the device: a scrubbed survey gives the same.
    """
    rests = sorted(
        [
            said.item,
            said.criterion,
            said.outcome.value,
            said.reason.code,
            " ".join(sorted(map(str, said.facts))),
            " ".join(map(str, sorted(said.answers))),
            " ".join(sorted(said.rows)),
        ]
        for said in unit.judgements
    )
    return digest_of({"reason": unit.reason.code, "unit": unit.unit, "judgements": rests})


def authorised(framework: FrameworkRef, record: Override, job: JobRecord) -> bool:
    """Whether the job record lets everybody who vouches for an override do so on that day."""
    at = parse_utc(record.at)
    first, last = (at + _EASTERNMOST).date(), (at + _WESTERNMOST).date()
    return all(
        any(
            person.name == name and person.may_override_in(framework, first, last)
            for person in job.persons
        )
        for name in record.people
    )


def with_overrides(
    framework: FrameworkRef,
    units: Sequence[UnitResult],
    records: Sequence[Override],
    *,
    revision: int,
    job: JobRecord | None,
) -> tuple[UnitResult, ...]:
    """The results, each with every override about it and what became of that.

    Args:
        framework: what was judged.
        units: results whose verdicts are the automatic ones.
        records: every override of the survey.
        revision: of the dossier that the units were judged on; what was made later is left out.
        job: None = no job record, and nobody's authorisation is shown.
    """
    then = [each for each in records if each.dossier_revision <= revision]
    return tuple(
        unit.model_copy(update={"overrides": _reviewed(framework, unit, mine, revision, job)})
        if (mine := overrides_of(then, str(framework), unit.unit))
        else unit
        for unit in units
    )


def _reviewed(
    framework: FrameworkRef,
    unit: UnitResult,
    mine: Sequence[Override],
    revision: int,
    job: JobRecord | None,
) -> tuple[ReviewedOverride, ...]:
    *earlier, newest = mine
    shown = job is not None and authorised(framework, newest, job)
    standing, because = Standing.COUNTS, _lapse(unit, newest, revision)
    if because is not None:
        standing = Standing.LAPSED
    elif job is not None and not shown:
        standing, because = Standing.NOT_AUTHORISED, reason("override-not-authorised")
    withdrawn = [
        ReviewedOverride(
            record=record,
            standing=Standing.WITHDRAWN,
            because=reason("override-withdrawn", by=later.number),
            authorised=job is not None and authorised(framework, record, job),
        )
        for record, later in zip(earlier, mine[1:], strict=True)
    ]
    last = ReviewedOverride(record=newest, standing=standing, because=because, authorised=shown)
    return (*withdrawn, last)


def _lapse(unit: UnitResult, record: Override, revision: int) -> Reason | None:
    """Why the newest override no longer speaks of what is there; None if it does."""
    if record.automatic is not unit.verdict:
        return reason(
            "override-lapsed-verdict", then=record.automatic.value, now=unit.verdict.value
        )
    if record.dossier_revision != revision:
        return reason("override-lapsed-dossier", then=record.dossier_revision, now=revision)
    return None if record.basis == basis_of(unit) else reason("override-lapsed-basis")


def review(
    catalogue: Catalogue, units: Sequence[UnitResult], *, firmware: str, whole: bool
) -> Review | None:
    """The conclusion with the overrides that count, by the same roll-up; None if there are none.

    Args:
        catalogue: its decision rule counts here, too.
        units: results with their overrides.
        firmware: the one version under test; ``""`` if unknown.
        whole: the survey was carried out whole.
    """
    if not any(unit.overrides for unit in units):
        return None
    before = {entry.provision: entry.verdict for entry in provision_results(catalogue, units)}
    counted = [unit.model_copy(update={"verdict": unit.verdict_after_review}) for unit in units]
    after = provision_results(catalogue, counted)
    conclusion, why = conclude(catalogue, after, firmware=firmware, whole=whole)
    changed = {
        entry.provision: entry.verdict
        for entry in after
        if entry.verdict is not before[entry.provision]
    }
    return Review(conclusion, why, changed)


def reviewed_assessment(catalogue: Catalogue, assessment: Assessment, *, whole: bool) -> Assessment:
    """The assessment with what `review` says of it beside its conclusion."""
    found = review(catalogue, assessment.units, firmware=assessment.firmware, whole=whole)
    return assessment.model_copy(
        update={
            "conclusion_after_review": found and found.conclusion,
            "reason_after_review": found and found.reason,
            "provisions_after_review": found and found.provisions,
        }
    )
