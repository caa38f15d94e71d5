"""Why a provision and a framework came to what they did, as explanations say it."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.assessment.applicability import applicability
from harness.encoding.text import neutralise
from harness.model.assessment import Assessment, ProvisionResult
from harness.model.catalogue import Catalogue
from harness.model.dossier import Dossier
from harness.model.ids import ProvisionId
from harness.model.prose import render
from harness.report.advice import counsel_of
from harness.report.flaws import provision_because
from harness.report.in_law import drawn_by, meaning_in_law
from harness.report.reviewing import after_review


@dataclass(frozen=True)
class SeenVerdict:
    """A unit of a provision in short."""

    unit: str
    verdict: str
    decided_by: str
    reason: str


@dataclass(frozen=True)
class SeenProvision:
    """One provision's result in one assessment.

    Attributes:
        why: what decided it, each thing once.
        units: all of its units.
        follows: the supplier's answer, and what the verdict does to the conclusion.
        advice: what the manufacturer should change.
    """

    framework: str
    provision: str
    verdict: str
    why: tuple[str, ...]
    units: tuple[SeenVerdict, ...]
    follows: tuple[str, ...]
    advice: tuple[str, ...]


def seen_provision(
    assessment: Assessment, catalogue: Catalogue, dossier: Dossier, result: ProvisionResult
) -> SeenProvision:
    """What came of one provision, and from which of its units."""
    units = [unit for unit in assessment.units if unit.provision == result.provision]
    return SeenProvision(
        framework=str(assessment.framework),
        provision=result.provision,
        verdict=result.verdict.value,
        why=tuple(provision_because(result, units)),
        units=tuple(
            SeenVerdict(unit.unit, unit.verdict.value, unit.decided_by.value, render(unit.reason))
            for unit in units
        ),
        follows=(
            *in_the_ics(catalogue, dossier, result.provision),
            in_short(result),
            *in_the_end(assessment, catalogue),
        ),
        advice=tuple(counsel.text for counsel in counsel_of(result, units, catalogue)),
    )


def in_the_ics(catalogue: Catalogue, dossier: Dossier, name: ProvisionId) -> Iterator[str]:
    """What the supplier's ICS says of a provision."""
    provision = next((each for each in catalogue.provisions if each.id == name), None)
    if provision is None:
        return
    row = dossier.ics_row(str(catalogue.framework), provision.id)
    if row is not None:
        yield f"ICS {provision.id}: {row.support.value}, {neutralise(row.detail)}"
    said = applicability(catalogue, provision, dossier)
    if said.why is not None:
        yield f"by the ICS: {render(said.why)}"


def in_short(result: ProvisionResult) -> str:
    """The verdict of a provision, and whether it binds."""
    binds = "mandatory" if result.mandatory else "recommended"
    unit = neutralise(result.reason.params.get("unit", ""))
    why = f"as unit {unit}" if unit else f"since {render(result.reason)}"
    return f"provision {result.provision} ({binds}): {result.verdict.value}, {why}"


def in_the_end(assessment: Assessment, catalogue: Catalogue) -> Iterator[str]:
    """The conclusion, and what it means."""
    marked = " (indicative)" if assessment.indicative else ""
    yield (
        f"{assessment.framework}: {assessment.conclusion.value}{marked}, since "
        f"{render(assessment.reason)}"
    )
    reviewed = after_review(assessment)
    if reviewed:
        yield reviewed
    yield f"in law: {' '.join(meaning_in_law(assessment, catalogue))}"
    yield f"who draws it: {drawn_by(catalogue)}"
