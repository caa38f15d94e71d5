"""What is wrong with the device, each flaw once, however many units and frameworks it bears on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from harness.assessment.criteria.registry import CRITERIA
from harness.encoding.text import neutralise
from harness.model.assessment import Assessment, ProvisionResult, UnitResult
from harness.model.ids import ProvisionId, UnitId
from harness.model.judgement import Finding, Judgement, Reason, Severity, Verdict
from harness.model.observation import EvidenceRef
from harness.model.prose import render

_LONG: Final = 2000
_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Sighting:
    """One thing that was seen, on one subject.

    Attributes:
        id: ``criterion@subject``, for ``certbench explain``; harmless to show.
        text: what was seen, with its subject; harmless to show.
    """

    id: str
    text: str
    evidence: tuple[EvidenceRef, ...]


@dataclass(frozen=True)
class Bearing:
    """Where a flaw counts: a provision of an assessment, and its units.

    Attributes:
        assessment: index among the assessments of the report.
    """

    assessment: int
    provision: ProvisionId
    units: tuple[UnitId, ...]


@dataclass(frozen=True)
class Flaw:
    """Everything that one criterion found.

    Attributes:
        title: the flaw in a few words; the criterion's id where it is not known any more.
        advice: what the manufacturer should change; ``""`` if nothing is known.
        reference: public standards that explain why.
    """

    criterion: str
    title: str
    severity: Severity
    advice: str
    reference: str
    sightings: tuple[Sighting, ...]
    bearings: tuple[Bearing, ...]


@dataclass(frozen=True)
class OtherFailure:
    """A unit that fails without a technical finding: by the declaration, or by a person's word."""

    assessment: int
    unit: UnitResult


@dataclass(frozen=True)
class _Seen:
    assessment: int
    unit: UnitResult
    finding: Finding


def findings_of(assessment: Assessment) -> Iterator[tuple[UnitResult, Finding]]:
    """Every finding with the unit that recorded it, in the order of the units."""
    for unit in assessment.units:
        for judgement in unit.judgements:
            for found in judgement.findings:
                yield unit, found


def flaws_of(assessments: Sequence[Assessment]) -> tuple[Flaw, ...]:
    """The flaws of all assessments together, worst first."""
    by_criterion: dict[str, list[_Seen]] = {}
    for number, assessment in enumerate(assessments):
        for unit, found in findings_of(assessment):
            by_criterion.setdefault(found.criterion, []).append(_Seen(number, unit, found))
    known = list(CRITERIA)
    flaws = [_flaw(criterion, seen) for criterion, seen in by_criterion.items()]
    return tuple(
        sorted(
            flaws,
            key=lambda flaw: (
                _RANK[flaw.severity],
                known.index(flaw.criterion) if flaw.criterion in CRITERIA else len(known),
                flaw.criterion,
            ),
        )
    )


def other_failures(assessments: Sequence[Assessment]) -> tuple[OtherFailure, ...]:
    """The failing units that no flaw explains."""
    return tuple(
        OtherFailure(number, unit)
        for number, assessment in enumerate(assessments)
        for unit in assessment.units
        if unit.verdict is Verdict.FAIL
        and not any(judgement.findings for judgement in unit.judgements)
    )


def in_one_line(finding: Finding) -> str:
    """What was seen, with the subject in front."""
    text = render(finding.reason)
    if finding.reason.params.get("subject") == finding.subject:
        return text
    return f"{neutralise(finding.subject)}: {text}"


def provision_because(result: ProvisionResult, units: Iterable[UnitResult]) -> list[str]:
    """Why a provision has its verdict, from its ``units``, each thing once.

    A FAIL is explained by what was seen and by each failing unit without a flaw, an open one by
    everything that is open.
    """
    mine = [unit for unit in units if unit.verdict is result.verdict]
    if not mine:
        return [render(result.reason)]
    if result.verdict is Verdict.PASS:
        every = "the one unit that applies passes"
        return [every if len(mine) == 1 else f"all {len(mine)} units that apply pass"]
    if result.verdict in {Verdict.NOT_APPLICABLE, Verdict.NOT_CLAIMED}:
        return [render(mine[0].reason)]
    texts: dict[str, list[UnitId]] = {}
    for unit in mine:
        found = [in_one_line(each) for said in unit.judgements for each in said.findings]
        for text in found or [render(_in_common(unit.reason))]:
            texts.setdefault(text, []).extend([] if found else [unit.unit])
    return [_with_units(text, asking) for text, asking in texts.items()]


def _in_common(why: Reason) -> Reason:
    """``why`` without the name of the question that waits: units that wait alike are one line."""
    return Reason(code=why.code) if why.code == "person-not-asked" else why


def _with_units(text: str, units: Sequence[UnitId]) -> str:
    named = ", ".join(dict.fromkeys(units))
    return neutralise(f"{named}: {text}" if named else text, _LONG)


def because(judgement: Judgement) -> list[str]:
    """What was seen, each thing once, without the item's name, which stands in front."""
    found = [in_one_line(finding) for finding in judgement.findings]
    texts = dict.fromkeys(found or [render(judgement.reason)])
    return [text.removeprefix(f"{neutralise(judgement.item)}: ") for text in texts]


def _flaw(criterion: str, seen: Sequence[_Seen]) -> Flaw:
    described = CRITERIA.get(criterion)
    return Flaw(
        criterion=criterion,
        title=described.title if described else neutralise(criterion),
        severity=min((entry.finding.severity for entry in seen), key=_RANK.__getitem__),
        advice=described.advice if described else "",
        reference=described.reference if described else "",
        sightings=_sightings(seen),
        bearings=_bearings(seen),
    )


def _sightings(seen: Iterable[_Seen]) -> tuple[Sighting, ...]:
    evidence: dict[tuple[str, str], list[EvidenceRef]] = {}
    for entry in seen:
        sighting = in_one_line(entry.finding), neutralise(entry.finding.id)
        evidence.setdefault(sighting, []).extend(entry.finding.evidence)
    return tuple(
        Sighting(name, text, tuple(dict.fromkeys(refs)))
        for (text, name), refs in sorted(evidence.items())
    )


def _bearings(seen: Iterable[_Seen]) -> tuple[Bearing, ...]:
    units: dict[tuple[int, ProvisionId], dict[UnitId, None]] = {}
    for entry in seen:
        units.setdefault((entry.assessment, entry.unit.provision), {})[entry.unit.unit] = None
    return tuple(
        Bearing(number, provision, tuple(names)) for (number, provision), names in units.items()
    )
