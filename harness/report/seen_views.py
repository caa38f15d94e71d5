"""What one bundle or run directory shows of a unit, a criterion or a finding, and why it follows.

Nothing is judged here and no signature is checked: this quotes the recorded judgements and the
captures that they name.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.assessment.criteria.registry import CRITERIA
from harness.encoding.text import neutralise
from harness.encoding.tree import SubTree, Tree, read
from harness.errors import CaptureError, EvidenceError, UsageError
from harness.evidence.revisions import dossier_in
from harness.model.assessment import Assessment, UnitResult
from harness.model.catalogue import Catalogue
from harness.model.declaration import DecidedBy, Quantifier
from harness.model.dossier import Dossier
from harness.model.judgement import Finding, Judgement, Outcome, Verdict
from harness.model.observation import EvidenceRef
from harness.model.prose import render
from harness.plugin.evidence_source import known_secrets, open_root
from harness.report.advice import advice_of
from harness.report.excerpts import Excerpt, Excerpts
from harness.report.flaws import findings_of, in_one_line
from harness.report.item_results import merged_findings
from harness.report.keeping_open import NEXT_STEPS
from harness.report.open_units import EXPLANATIONS, waits_for
from harness.report.plain_words import OUTCOMES
from harness.report.reviewing import sentence
from harness.report.revisions import Revisions, revisions_in
from harness.report.seen_grounds import Grounds, SeenAnswer, SeenRow
from harness.report.seen_provisions import (
    SeenProvision,
    in_short,
    in_the_end,
    in_the_ics,
    seen_provision,
)

_QUOTED: Final = 3
"""Most places of one finding or judgement that are quoted; the others are counted."""
_NAMED: Final = 6
"""Most items of one verdict that are named."""


@dataclass(frozen=True)
class SeenFinding:
    """A finding with its bytes.

    Attributes:
        id: ``criterion@subject``.
        more: places of evidence beside those quoted.
    """

    id: str
    severity: str
    summary: str
    advice: str
    units: tuple[str, ...]
    evidence: tuple[Excerpt, ...]
    more: int


@dataclass(frozen=True)
class SeenJudgement:
    """What was said of one item, and what it rests on."""

    item: str
    criterion: str
    outcome: str
    reason: str
    facts: tuple[str, ...]
    rows: tuple[str, ...]
    answers: tuple[int, ...]
    findings: tuple[str, ...]
    evidence: tuple[Excerpt, ...]
    more: int


@dataclass(frozen=True)
class SeenUnit:
    """One unit's result in one assessment.

    Attributes:
        declared: the dossier rows that the judgements rest on; where facts alone decide, those that
            they contradict.
        answered: the answers that they rest on.
        follows: why the verdict follows, sentence by sentence, up to the conclusion.
        advice: what the manufacturer should change so that it can pass.
    """

    framework: str
    unit: str
    verdict: str
    decided_by: str
    reason: str
    judgements: tuple[SeenJudgement, ...]
    declared: tuple[SeenRow, ...]
    answered: tuple[SeenAnswer, ...]
    follows: tuple[str, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """Everything that the evidence shows of the subject."""

    findings: tuple[SeenFinding, ...]
    units: tuple[SeenUnit, ...]
    provisions: tuple[SeenProvision, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """One assessment with the catalogue and the dossier that it was made under, and its past."""

    assessment: Assessment
    catalogue: Catalogue
    dossier: Dossier
    revisions: Revisions


_Chosen = tuple[Recorded, UnitResult, tuple[Judgement, ...]]


class SeenEvidence:
    """The assessments and captures of one bundle or run directory."""

    def __init__(self, path: Path, framework: str = "") -> None:
        """Open ``path``; of one framework (``slug`` or ``slug@version``) if it is named.

        Raises:
            UsageError: no evidence, or no assessment of the framework in it.
            EvidenceError: a document cannot be read.
        """
        root = open_root(path)
        self.recorded = tuple(
            entry for entry in _recorded(root) if _is_named(entry.assessment, framework)
        )
        if not self.recorded:
            of = f" of {framework}" if framework else ""
            raise UsageError(f"{path}: holds no assessment{of}; certbench assess makes one")
        survey = SubTree(root, "survey")
        self._excerpts = Excerpts(survey, known_secrets(path))
        try:
            self._grounds = Grounds(survey, self._excerpts.masked)
        except (ValueError, CaptureError) as error:
            raise EvidenceError(f"{root.label}: {neutralise(str(error), 300)}") from error

    @property
    def frameworks(self) -> frozenset[str]:
        """Every framework that was judged: ``slug@version``."""
        return frozenset(str(entry.assessment.framework) for entry in self.recorded)

    @property
    def finding_ids(self) -> tuple[str, ...]:
        """The id of every finding, once."""
        found = (
            finding.id for entry in self.recorded for _, finding in findings_of(entry.assessment)
        )
        return tuple(dict.fromkeys(found))

    def of_unit(self, name: str) -> Seen:
        """A unit in every assessment that has it, with or without judgements."""
        chosen = [
            (entry, unit, unit.judgements) for entry, unit in self._units() if unit.unit == name
        ]
        return self._seen(chosen, lambda _: True)

    def of_provision(self, name: str) -> Seen:
        """A provision in every assessment that has it, with its units in short."""
        return Seen(
            (),
            (),
            tuple(
                seen_provision(entry.assessment, entry.catalogue, entry.dossier, result)
                for entry in self.recorded
                for result in entry.assessment.provisions
                if result.provision == name
            ),
        )

    def of_criterion(self, name: str) -> Seen:
        """Every judgement and finding of a criterion."""

        def rests_on_it(judgement: Judgement) -> bool:
            return judgement.criterion == name or any(
                found.criterion == name for found in judgement.findings
            )

        return self._seen(self._with(rests_on_it), lambda finding: finding.criterion == name)

    def of_finding(self, name: str) -> Seen:
        """Every sighting of a finding, and the judgements that it made."""

        def is_it(finding: Finding) -> bool:
            return name in {finding.id, neutralise(finding.id)}

        return self._seen(self._with(lambda each: any(map(is_it, each.findings))), is_it)

    def _units(self) -> Iterator[tuple[Recorded, UnitResult]]:
        for entry in self.recorded:
            for unit in entry.assessment.units:
                yield entry, unit

    def _with(self, wanted: Callable[[Judgement], bool]) -> list[_Chosen]:
        """The units that have judgements of a kind, with those alone."""
        return [
            (entry, unit, judgements)
            for entry, unit in self._units()
            if (judgements := tuple(filter(wanted, unit.judgements)))
        ]

    def _seen(self, chosen: Sequence[_Chosen], wanted: Callable[[Finding], bool]) -> Seen:
        findings = [
            (unit, finding)
            for _, unit, judgements in chosen
            for judgement in judgements
            for finding in judgement.findings
            if wanted(finding)
        ]
        merged, quoted = self._merged(findings)
        return Seen(merged, tuple(self._unit(*entry, quoted) for entry in chosen))

    def _merged(
        self, wanted: Sequence[tuple[UnitResult, Finding]]
    ) -> tuple[tuple[SeenFinding, ...], set[EvidenceRef]]:
        """Each finding once, worst first, and the places that are quoted with them."""
        shown, quoted = [], set[EvidenceRef]()
        for entry in merged_findings(wanted):
            found = entry.finding
            quoted.update(entry.evidence)
            known = CRITERIA.get(found.criterion)
            shown.append(
                SeenFinding(
                    id=neutralise(found.id),
                    severity=entry.severity.value,
                    summary=in_one_line(found),
                    advice=known.advice if known else "",
                    units=tuple(map(str, entry.units)),
                    evidence=self._quote(entry.evidence),
                    more=max(0, len(entry.evidence) - _QUOTED),
                )
            )
        return tuple(shown), quoted

    def _unit(
        self,
        entry: Recorded,
        unit: UnitResult,
        judgements: Iterable[Judgement],
        quoted: set[EvidenceRef],
    ) -> SeenUnit:
        said, framework = tuple(judgements), str(entry.assessment.framework)
        return SeenUnit(
            framework=framework,
            unit=unit.unit,
            verdict=unit.verdict.value,
            decided_by=unit.decided_by.value,
            reason=render(unit.reason),
            judgements=tuple(self._judgement(judgement, quoted) for judgement in said),
            declared=self._grounds.rows(entry.dossier, framework, _reading_rows(unit, said)),
            answered=self._grounds.answers(said),
            follows=tuple(_follows(entry, unit)),
            advice=advice_of(unit, entry.catalogue),
        )

    def _judgement(self, judgement: Judgement, quoted: set[EvidenceRef]) -> SeenJudgement:
        refs = [ref for ref in dict.fromkeys(judgement.evidence) if ref not in quoted]
        return SeenJudgement(
            item=neutralise(judgement.item),
            criterion=neutralise(judgement.criterion),
            outcome=OUTCOMES[judgement.outcome],
            reason=render(judgement.reason),
            facts=tuple(neutralise(str(fact)) for fact in judgement.facts),
            rows=tuple(neutralise(row) for row in judgement.rows),
            answers=judgement.answers,
            findings=tuple(dict.fromkeys(neutralise(found.id) for found in judgement.findings)),
            evidence=self._quote(refs),
            more=max(0, len(refs) - _QUOTED),
        )

    def _quote(self, refs: Sequence[EvidenceRef]) -> tuple[Excerpt, ...]:
        return tuple(self._excerpts.at(ref) for ref in refs[:_QUOTED])


def _reading_rows(unit: UnitResult, judgements: Iterable[Judgement]) -> list[Judgement]:
    """Where facts alone decide, what a row says matters as far as they are at odds with it."""
    by_facts = unit.decided_by is DecidedBy.AUTOMATIC
    return [said for said in judgements if not by_facts or said.outcome is Outcome.CONTRADICTED]


def _is_named(assessment: Assessment, framework: str) -> bool:
    return framework in {"", assessment.framework.slug, str(assessment.framework)}


def _recorded(root: Tree) -> Iterator[Recorded]:
    folders = [
        name.removesuffix("/assessment.json")
        for name in root.names()
        if name.startswith("assessments/") and name.endswith("/assessment.json")
    ]
    try:
        dossier = dossier_in(SubTree(root, "survey"))
        for folder in folders:
            said = Assessment.from_bytes(read(root, f"{folder}/assessment.json"))
            catalogue = Catalogue.from_bytes(read(root, f"{folder}/catalogue.json"))
            yield Recorded(said, catalogue, dossier, revisions_in(root, [said]))
    except (ValueError, CaptureError) as error:
        raise EvidenceError(f"{root.label}: {neutralise(str(error), 300)}") from error


def _follows(entry: Recorded, unit: UnitResult) -> Iterator[str]:
    """From the items up to the conclusion."""
    if unit.items:
        every = unit.quantifier is Quantifier.EACH
        rule = "every item must hold" if every else "one item that holds is enough"
        counted = ", ".join(_counted(verdict, unit) for verdict in Verdict if _has(verdict, unit))
        yield f"items: {counted}; {rule}"
    yield from in_the_ics(entry.catalogue, entry.dossier, unit.provision)
    yield f"unit {unit.unit}: {unit.verdict.value}, since {render(unit.reason)}"
    before = entry.revisions.of(str(entry.assessment.framework), unit.unit)
    if before:
        yield before
    yield from (sentence(made) for made in unit.overrides or ())
    if unit.verdict is Verdict.INCONCLUSIVE:
        yield EXPLANATIONS[waits_for(unit)]
        yield f"next: {NEXT_STEPS[waits_for(unit)]}"
    for result in entry.assessment.provisions:
        if result.provision == unit.provision:
            yield in_short(result)
    yield from in_the_end(entry.assessment, entry.catalogue)


def _has(verdict: Verdict, unit: UnitResult) -> bool:
    return verdict in unit.items.values()


def _counted(verdict: Verdict, unit: UnitResult) -> str:
    named = [neutralise(item, 60) for item, said in unit.items.items() if said is verdict]
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return f"{verdict.value} {', '.join(named[:_NAMED])}{more}"
