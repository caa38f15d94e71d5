"""From judgements to verdicts to a conclusion: pure, closed-world, fail-closed.

The ladder is unit -> case -> provision -> framework. Any FAIL fails; else anything open is
INCONCLUSIVE; else PASS if anything passed; else NOT_APPLICABLE. What was not judged is
INCONCLUSIVE, never absent, and zero applicable units conclude nothing.
"""

from collections.abc import Iterable, Mapping, Sequence

from harness.assessment.external import is_external, lacking
from harness.assessment.judging import reason
from harness.model.assessment import CaseResult, ProvisionResult, UnitResult
from harness.model.catalogue import Catalogue, CatalogueProvision, CatalogueUnit
from harness.model.declaration import DecidedBy, Quantifier, UnitDeclaration
from harness.model.ids import FactKey, ItemId, ProvisionId
from harness.model.judgement import Conclusion, Judgement, Outcome, Reason, Verdict
from harness.model.record import FirmwareReading

_OF_OUTCOME = {
    Outcome.HELD: Verdict.PASS,
    Outcome.CONTRADICTED: Verdict.FAIL,
    Outcome.UNDECIDED: Verdict.INCONCLUSIVE,
}
_NEEDS_A_PERSON = frozenset({DecidedBy.OPERATOR, DecidedBy.JUDGEMENT})


def roll_up(verdicts: Iterable[Verdict]) -> Verdict:
    """Combine verdicts of equals (design, Judging)."""
    seen = set(verdicts)
    for verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS):
        if verdict in seen:
            return verdict
    if seen == {Verdict.NOT_CLAIMED} or Verdict.NOT_CLAIMED in seen:
        return Verdict.NOT_CLAIMED
    return Verdict.NOT_APPLICABLE if seen else Verdict.INCONCLUSIVE


def item_verdict(decided_by: DecidedBy, judgement: Judgement) -> tuple[Verdict, Reason]:
    """Verdict of one item; a HELD that does not rest on what its kind of unit needs is not one.

    An automatic unit holds only on facts with evidence, a rule only on dossier rows, and a unit
    that needs a person only on an answer. Third-party evidence stands for a row only as an assessor
    accepted it, and for none that a rule decides.
    """
    if judgement.outcome is not Outcome.HELD:
        return _OF_OUTCOME[judgement.outcome], judgement.reason
    lacking = _lacking(decided_by, judgement)
    if lacking is not None:
        return Verdict.INCONCLUSIVE, lacking
    return Verdict.PASS, judgement.reason


def _lacking(decided_by: DecidedBy, judgement: Judgement) -> Reason | None:
    """What a HELD judgement would have to rest on in this kind of unit and does not."""
    if is_external(judgement):
        return lacking(decided_by, judgement)
    if decided_by in _NEEDS_A_PERSON:
        return None if judgement.answers else reason("person-not-asked")
    if decided_by is DecidedBy.AUTOMATIC:
        rests = judgement.facts and judgement.evidence
        return None if rests else reason("held-without-evidence", criterion=judgement.criterion)
    if decided_by is DecidedBy.RULE:
        rests_on_rows = reason("held-without-rows", criterion=judgement.criterion)
        return None if judgement.rows else rests_on_rows
    return reason("not-implemented")


def unit_verdict(
    declaration: UnitDeclaration, judgements: Sequence[Judgement]
) -> tuple[Verdict, Reason, dict[ItemId, Verdict]]:
    """Verdict of a unit from the judgements that it recorded, and from nothing else."""
    if not judgements:
        return Verdict.INCONCLUSIVE, reason("no-judgement"), {}
    items: dict[ItemId, Verdict] = {}
    reasons: dict[Verdict, Reason] = {}
    for judgement in judgements:
        verdict, why = item_verdict(declaration.decided_by, judgement)
        items[judgement.item] = roll_up((verdict, items.get(judgement.item, verdict)))
        reasons.setdefault(verdict, why)
    result = _over_items(declaration.quantifier, items.values())
    return result, reasons.get(result, judgements[0].reason), items


def _over_items(quantifier: Quantifier, verdicts: Iterable[Verdict]) -> Verdict:
    seen = tuple(verdicts)
    if quantifier is Quantifier.ONE:
        if Verdict.PASS in seen:
            return Verdict.PASS
        return Verdict.INCONCLUSIVE if Verdict.INCONCLUSIVE in seen else Verdict.FAIL
    return roll_up(seen)


def mixed_firmware(versions: Mapping[FactKey, frozenset[str]]) -> Reason | None:
    """The reason why facts of several firmware versions decide nothing; None if there is one."""
    united = frozenset().union(*versions.values()) if versions else frozenset()
    if len(united) <= 1:
        return None
    return reason("firmware-changed", versions=", ".join(sorted(united)))


def unconfirmed_firmware(
    readings: Mapping[FactKey, tuple[FirmwareReading | None, FirmwareReading | None]],
) -> Reason | None:
    """The reason why nothing can pass: a version was read before a visit and not after it.

    Whether the firmware changed meanwhile is then unknown. A device that never tells its version is
    another matter: that keeps the conclusion open, not the units.
    """
    for key, (before, after) in readings.items():
        if before is not None and before.version and not (after is not None and after.version):
            return reason("firmware-not-confirmed", visit=f"{key.sample}/{key.visit}")
    return None


def case_results(catalogue: Catalogue, units: Sequence[UnitResult]) -> tuple[CaseResult, ...]:
    """Roll units up to their cases; a unit without a result keeps its case open."""
    lacking = {unit.case for unit in _without_result(catalogue, units)}
    return tuple(
        CaseResult(
            case=case.id,
            provision=case.provision,
            verdict=roll_up(
                [
                    *(unit.verdict for unit in units if unit.case == case.id),
                    *_open_if(case.id in lacking),
                ]
            ),
        )
        for case in catalogue.cases
    )


def _without_result(catalogue: Catalogue, units: Sequence[UnitResult]) -> tuple[CatalogueUnit, ...]:
    """The units of a catalogue that nobody judged; hostile catalogues may be long."""
    given = {unit.unit for unit in units}
    return tuple(unit for unit in catalogue.units if unit.id not in given)


def _open_if(lacking: bool) -> tuple[Verdict, ...]:  # noqa: FBT001  (one question, one answer)
    return (Verdict.INCONCLUSIVE,) if lacking else ()


def provision_results(
    catalogue: Catalogue, units: Sequence[UnitResult]
) -> tuple[ProvisionResult, ...]:
    """Roll units up to provisions.

    A provision without a unit is INCONCLUSIVE; a unit without a result keeps its provision open.
    """
    cases = {case.id: case.provision for case in catalogue.cases}
    lacking = {cases.get(unit.case) for unit in _without_result(catalogue, units)}
    return tuple(
        _provision(provision, units, _open_if(provision.id in lacking))
        for provision in catalogue.provisions
    )


def _provision(
    provision: CatalogueProvision, units: Sequence[UnitResult], more: tuple[Verdict, ...]
) -> ProvisionResult:
    mine = [unit for unit in units if unit.provision == provision.id]
    verdict = roll_up([*(unit.verdict for unit in mine), *more])
    first = next((unit for unit in mine if unit.verdict is verdict), None)
    why = (
        reason("follows-from-unit", unit=first.unit, because=first.reason.code)
        if first
        else reason("no-unit")
    )
    return ProvisionResult(
        provision=provision.id, mandatory=provision.mandatory, verdict=verdict, reason=why
    )


def conclude(
    catalogue: Catalogue,
    provisions: Sequence[ProvisionResult],
    *,
    firmware: str,
    whole: bool = True,
) -> tuple[Conclusion, Reason]:
    """The conclusion by the catalogue's decision rule.

    CONFORMANT needs every mandatory, applicable provision at PASS, at least one of them, and one
    known firmware version that the conclusion speaks of. Where a claimed recommendation that fails
    counts, one that is open does, too: else leaving out its result would buy the conclusion.
    Without a declaration nothing conforms, whatever passes: the flag that spares a catalogue the
    ICS can't buy a better conclusion.
    """
    counting = _counting(catalogue)
    verdicts = _under_alternatives(catalogue, provisions)
    failed = [entry.id for entry in counting if verdicts[entry.id] is Verdict.FAIL]
    if failed:
        return Conclusion.NOT_CONFORMANT, reason("provisions-fail", provisions=", ".join(failed))
    if not whole:
        return Conclusion.INCONCLUSIVE, reason("survey-not-whole")
    if catalogue.declaration == "none":
        return Conclusion.INCONCLUSIVE, reason("no-declaration")
    doubt = _why_open(counting, verdicts, firmware)
    if doubt is not None:
        return Conclusion.INCONCLUSIVE, doubt
    return Conclusion.CONFORMANT, reason("all-mandatory-pass")


def keeping_open(
    catalogue: Catalogue, provisions: Sequence[ProvisionResult]
) -> frozenset[ProvisionId]:
    """The provisions that count for the conclusion and are open, alternatives considered."""
    verdicts = _under_alternatives(catalogue, provisions)
    return frozenset(
        entry.id for entry in _counting(catalogue) if verdicts[entry.id] is Verdict.INCONCLUSIVE
    )


def _counting(catalogue: Catalogue) -> list[CatalogueProvision]:
    """The provisions whose verdicts make the conclusion."""
    every = catalogue.decision_rule.claimed_recommendation_fails == "not-conformant"
    return [entry for entry in catalogue.provisions if entry.mandatory or every]


def _why_open(
    counting: Sequence[CatalogueProvision],
    verdicts: Mapping[ProvisionId, Verdict],
    firmware: str,
) -> Reason | None:
    """Why nothing can be called conformant although no provision fails; None if nothing is open."""
    undecided = [entry for entry in counting if verdicts[entry.id] is Verdict.INCONCLUSIVE]
    if undecided:
        return reason("provisions-open", count=len(undecided))
    if Verdict.PASS not in {verdicts[entry.id] for entry in counting if entry.mandatory}:
        return reason("nothing-applicable")
    return None if firmware else reason("firmware-unknown")


def _under_alternatives(
    catalogue: Catalogue, provisions: Sequence[ProvisionResult]
) -> dict[ProvisionId, Verdict]:
    """The verdict that counts for each provision: in a set of alternatives, that of the set.

    One PASS satisfies the set; while one is open, the others' FAIL decides nothing. A provision
    without a result is open.
    """
    given = {result.provision: result.verdict for result in provisions}
    verdicts = {
        entry.id: given.get(entry.id, Verdict.INCONCLUSIVE) for entry in catalogue.provisions
    }
    for group in catalogue.decision_rule.alternatives:
        members = {verdicts[name] for name in group if name in verdicts}
        ladder = (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL)
        together = next((verdict for verdict in ladder if verdict in members), None)
        if together is not None:
            verdicts.update({name: together for name in group if name in verdicts})
    return verdicts
