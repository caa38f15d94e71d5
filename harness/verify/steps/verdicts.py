"""Steps "verdicts" and "completeness": the arithmetic done again, from recorded judgements.

This recomputes everything above the judgements (units, cases, provisions, conclusion) and the
applicability from the dossier. Whether the judgements follow from the captures is `certbench
replay`'s question; whether they rest on captures that are there at all is asked here.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from harness.assessment.applicability import Applicability, applicability, under_ics
from harness.assessment.confirmation import counting, is_indicative
from harness.assessment.rollup import case_results, conclude, provision_results, unit_verdict
from harness.encoding.text import counted, neutralise
from harness.encoding.tree import SubTree, Tree, read
from harness.evidence.description import assessment_folders
from harness.evidence.manifest import MetadataEntry
from harness.model.assessment import Assessment, UnitResult
from harness.model.catalogue import Catalogue, CatalogueProvision
from harness.model.declaration import UnitDeclaration
from harness.model.dossier import Dossier
from harness.model.ids import CaseId, UnitId
from harness.model.judgement import Judgement, Verdict
from harness.model.record import SurveyRecord
from harness.verify.context import Context
from harness.verify.report import StepFailed
from harness.verify.steps.external import check_external, external_in
from harness.verify.steps.overrides import check_overrides, overridden, people_of
from harness.verify.steps.revisions import (
    check_then,
    check_triggers,
    judged_under,
    read_history,
    require_all,
    revised,
)

_Places = Mapping[UnitId, tuple[CaseId, CatalogueProvision]]
_SHOWN: Final = 100
_ANSWER: Final = re.compile(r"answers/0*([1-9][0-9]{0,8})\.json")
_FOLLOWS = "what follows from the recorded judgements"


def check_verdicts(context: Context) -> str:
    """Recompute every verdict and conclusion of every assessment.

    Raises:
        StepFailed: naming assessment and unit, case, provision or conclusion.
    """
    data = SubTree(context.tree, "data")
    history = read_history(data)
    record = SurveyRecord.from_bytes(read(data, "survey/survey.json"))
    whole = record.whole
    names = _survey_names(context)
    _check_numbers(names)
    count, told = 0, list[str]()
    require_all(data, history)
    replaced: dict[int, list[Assessment]] = {}
    for under in judged_under(history):
        people = people_of(SubTree(data, "survey"), under.dossier)
        external = external_in(context, under, record)
        for folder in assessment_folders(data):
            assessment, catalogue = _load(data, folder, under.file)
            _check_one(folder, assessment, catalogue, under.dossier, names, whole=whole)
            check_overrides(folder, assessment, catalogue, people, whole=whole)
            check_external(folder, assessment, catalogue, external)
            check_then(folder, assessment, under)
            count += len(assessment.units)
            if under.replaced_by is not None:
                replaced.setdefault(under.dossier.revision, []).append(assessment)
                continue
            told += _confirmed(assessment, catalogue)
            told += overridden(assessment)
    check_triggers(history, replaced)
    return "; ".join([f"{count} unit verdicts recomputed", *told, *revised(history)])


def _check_one(
    folder: str,
    assessment: Assessment,
    catalogue: Catalogue,
    dossier: Dossier,
    names: frozenset[str],
    *,
    whole: bool,
) -> None:
    _check_frame(folder, assessment, catalogue, dossier)
    places = _places(catalogue)
    for unit in assessment.units:
        provision = _provision_of(folder, unit, places)
        said = applicability(catalogue, provision, dossier)
        _check_unit(folder, unit, provision, said)
        _check_evidence(folder, unit, names)
    _check_rollup(folder, assessment, catalogue, whole=whole)


def _confirmed(assessment: Assessment, catalogue: Catalogue) -> list[str]:
    """Who vouches for entries that the catalogue itself calls unconfirmed, in words."""
    return [
        f"{counted(len(found.entries), 'entry', 'entries')} of {catalogue.framework} confirmed by "
        f"{neutralise(found.person, _SHOWN)} against {neutralise(found.document, _SHOWN)}"
        for found in counting(catalogue, assessment.confirmations or ())
    ]


def check_completeness(context: Context) -> str:
    """Compare the units that have results with those of the catalogue.

    Raises:
        StepFailed: naming assessment and units.
    """
    data = SubTree(context.tree, "data")
    folders = assessment_folders(data)
    if not folders:
        raise StepFailed("E-COVERAGE", "no assessment", "at least one")
    history = read_history(data)
    judged = [(folder, under.file) for folder in folders for under in judged_under(history)]
    for folder, file in judged:
        assessment, catalogue = _load(data, folder, file)
        given = [unit.unit for unit in assessment.units]
        wanted = [unit.id for unit in catalogue.units]
        lacking = [unit for unit in wanted if unit not in set(given)]
        if lacking:
            shown = f"{folder}: no result of {', '.join(lacking[:10])}"
            raise StepFailed("E-COVERAGE", shown, "a result of every unit of the catalogue")
        if sorted(given) != sorted(wanted):
            raise StepFailed(
                "E-COVERAGE", f"{folder}: units twice or unknown", "each unit of the catalogue once"
            )
    return f"{len(folders)} assessments"


def _survey_names(context: Context) -> frozenset[str]:
    """Files of the survey that are there, or of which the manifest shows at least the name."""
    start = "data/survey/"
    held = (entry.path for entry in context.manifest_read or () if isinstance(entry, MetadataEntry))
    names = (name for name in (*context.tree.names(), *held) if name.startswith(start))
    return frozenset(name.removeprefix(start) for name in names)


def _load(data: Tree, folder: str, file: str) -> tuple[Assessment, Catalogue]:
    assessment = Assessment.from_bytes(read(data, f"{folder}/{file}"))
    return assessment, Catalogue.from_bytes(read(data, f"{folder}/catalogue.json"))


def _check_frame(
    folder: str, assessment: Assessment, catalogue: Catalogue, dossier: Dossier
) -> None:
    """The assessment is of this framework, catalogue, rule and dossier."""
    rule = catalogue.decision_rule
    must_indicate = is_indicative(catalogue, assessment.confirmations or ())
    expected: Mapping[str, tuple[object, object]] = {
        "folder": (folder, f"assessments/{catalogue.framework}"),
        "framework": (assessment.framework, catalogue.framework),
        "dossier": (assessment.dossier_digest, dossier.digest),
        "dossier's revision": (assessment.dossier_revision, dossier.revision),
        "catalogue": (assessment.judge.catalogue, catalogue.digest),
        "decision rule": (assessment.decision_rule, f"{rule.id}/{rule.version}"),
        "indicative mark": (assessment.indicative, assessment.indicative or must_indicate),
    }
    for what, (shown, wanted) in expected.items():
        if shown != wanted:
            raise StepFailed("E-VERDICT", f"{folder}: its {what} is {shown}", str(wanted))


def _places(catalogue: Catalogue) -> _Places:
    """Case and provision of each unit, looked up once: hostile catalogues may be long."""
    provisions = {provision.id: provision for provision in catalogue.provisions}
    cases = {case.id: provisions.get(case.provision) for case in catalogue.cases}
    found = ((entry, cases.get(entry.case)) for entry in catalogue.units)
    return {entry.id: (entry.case, provision) for entry, provision in found if provision}


def _check_unit(
    folder: str, unit: UnitResult, provision: CatalogueProvision, said: Applicability
) -> None:
    declaration = UnitDeclaration(
        unit=unit.unit, decided_by=unit.decided_by, quantifier=unit.quantifier
    )
    verdict, why, items = unit_verdict(declaration, unit.judgements)
    wanted, _ = under_ics(verdict, why, said, provision, unit.judgements)
    # What earlier versions recorded of a recommendation that is not claimed, and of an N/A.
    spared = {Verdict.NOT_CLAIMED, Verdict.NOT_APPLICABLE}
    strict = unit.verdict is verdict is Verdict.FAIL and wanted in spared
    cautious = strict or (unit.verdict is Verdict.INCONCLUSIVE and wanted is Verdict.PASS)
    if unit.verdict is not wanted and not cautious:
        raise StepFailed(
            "E-VERDICT",
            f"{folder}: unit {unit.unit} is recorded as {unit.verdict.value}",
            f"{wanted.value}, {_FOLLOWS}",
        )
    if unit.items and unit.items != items:
        raise StepFailed("E-VERDICT", f"{folder}: unit {unit.unit}: items differ", _FOLLOWS)


def _provision_of(folder: str, unit: UnitResult, places: _Places) -> CatalogueProvision:
    if unit.unit not in places:
        shown = f"{folder}: unit {unit.unit} is not in the catalogue"
        raise StepFailed("E-VERDICT", shown, "a unit of the catalogue")
    case, provision = places[unit.unit]
    if (unit.case, unit.provision) != (case, provision.id):
        shown = f"{folder}: unit {unit.unit} is counted for {unit.provision}"
        raise StepFailed("E-VERDICT", shown, f"{provision.id}, as the catalogue says")
    return provision


def _check_evidence(folder: str, unit: UnitResult, names: frozenset[str]) -> None:
    """Every capture, fact and answer that a judgement cites is in the survey."""
    _check_answers(folder, unit, names)
    for path in (path for judgement in unit.judgements for path in _cited(judgement)):
        if path not in names:
            raise StepFailed(
                "E-EVIDENCE",
                f"{folder}: unit {unit.unit} rests on {path}, which is not in the survey",
                "evidence that is there",
            )


def _check_numbers(names: frozenset[str]) -> None:
    """No answer is missing between others: whoever corrects one does not take it away."""
    given = {int(found[1]) for name in names if (found := _ANSWER.fullmatch(name))}
    lacking = set(range(1, len(given) + 1)) - given
    if lacking:
        shown = f"there are {len(given)} answers, and answer {min(lacking)} is not there"
        raise StepFailed("E-EVIDENCE", shown, "answers that are numbered one by one")


def _check_answers(folder: str, unit: UnitResult, names: frozenset[str]) -> None:
    """A verdict that people gave rests on answers that they gave."""
    for number in (number for judgement in unit.judgements for number in judgement.answers):
        # Earlier versions named the files without zeros in front.
        if not {f"answers/{number:05}.json", f"answers/{number}.json"} & names:
            shown = f"{folder}: unit {unit.unit} rests on answer {number}, which is not there"
            raise StepFailed("E-EVIDENCE", shown, "evidence that is there")


def _cited(judgement: Judgement) -> Iterator[str]:
    for place in judgement.evidence:
        yield place.path
    for found in judgement.findings:
        for place in found.evidence:
            yield place.path
    for key in judgement.facts:
        yield f"{key.folder}/attempt.json"


def _check_rollup(
    folder: str, assessment: Assessment, catalogue: Catalogue, *, whole: bool
) -> None:
    cases = case_results(catalogue, assessment.units)
    recorded_cases = {case.case: case for case in assessment.cases}
    for case in cases:
        if recorded_cases.get(case.case) != case:
            shown = f"{folder}: case {case.case} is not recorded as {case.verdict.value}"
            raise StepFailed("E-VERDICT", shown, _FOLLOWS)
    provisions = provision_results(catalogue, assessment.units)
    recorded = {result.provision: result.verdict for result in assessment.provisions}
    for result in provisions:
        if recorded.get(result.provision) is not result.verdict:
            shown = f"{folder}: provision {result.provision} is not {result.verdict.value}"
            raise StepFailed("E-VERDICT", shown, f"{result.verdict.value}, {_FOLLOWS}")
    if len(assessment.cases) != len(cases) or len(assessment.provisions) != len(provisions):
        raise StepFailed("E-VERDICT", f"{folder}: cases or provisions of no catalogue", _FOLLOWS)
    conclusion, _ = conclude(catalogue, provisions, firmware=assessment.firmware, whole=whole)
    if assessment.conclusion is not conclusion:
        raise StepFailed(
            "E-VERDICT",
            f"{folder}: the conclusion is recorded as {assessment.conclusion.value}",
            f"{conclusion.value}, {_FOLLOWS}",
        )
