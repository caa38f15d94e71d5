"""The results of one framework as the report shows them: conformity, provisions, units."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from harness.assessment.confirmation import unconfirmed
from harness.model.assessment import Assessment, ProvisionResult, UnitResult
from harness.model.catalogue import Catalogue, DecisionRule
from harness.model.dossier import Dossier
from harness.model.judgement import Verdict
from harness.model.prose import render
from harness.report import plain_words
from harness.report.advice import counsel_of
from harness.report.flaws import provision_because
from harness.report.in_law import drawn_by, meaning_in_law
from harness.report.keeping_open import what_keeps_open
from harness.report.pdf.glyphs import printable
from harness.report.reviewing import after_review, overrides_in, people_of, standing_of
from harness.report.survey_view import moment

_SHOWN: Final = 4
"""Most findings and items that one row names; the documents have all of them."""

_MANY: Final = 12
"""Most units that one cause names."""

_CELL: Final = 320
"""Most characters in a cell of a row that is not broken across pages."""
_BARE: Final = "not confirmed against the official text"
_OURS: Final = "provisional: cases or units of our own"
_RULE: Final = (
    "CONFORMANT only if every mandatory provision that applies has PASS. A mandatory provision "
    "with FAIL makes it NOT_CONFORMANT, one that is open makes it INCONCLUSIVE. No result is a "
    "measured quantity, so no measurement uncertainty enters the decision."
)


def framework_result(folder: Path, assessment: Assessment, dossier: Dossier) -> dict[str, Any]:
    """Everything about one assessment.

    Raises:
        OSError: its catalogue is missing.
        CaptureError: the catalogue is not strict JSON.
        ValueError: the catalogue is not valid.
    """
    file = folder / "assessments" / str(assessment.framework) / "catalogue.json"
    catalogue = Catalogue.from_bytes(file.read_bytes())
    verdicts = [result.verdict for result in assessment.provisions]
    ours = _unconfirmed(assessment, catalogue, "unit")
    return {
        "name": str(assessment.framework),
        "title": printable(catalogue.title, _CELL),
        "conclusion": assessment.conclusion.value,
        "plainly": plain_words.CONCLUSIONS[assessment.conclusion],
        "indicative": assessment.indicative,
        "meaning": list(plain_words.meaning(assessment, catalogue)),
        "after_review": (reviewed := after_review(assessment))[:1].upper() + reviewed[1:],
        "overrides": _overrides(assessment),
        "in_law": list(meaning_in_law(assessment, catalogue)),
        "drawn_by": drawn_by(catalogue),
        "keeps_open": _keeps_open(assessment, catalogue),
        "counts": {
            verdict.value: verdicts.count(verdict)
            for verdict in plain_words.VERDICTS
            if verdict in verdicts
        },
        "provisions_by_verdict": _by_verdict(assessment),
        "rule": f"{assessment.framework}: {assessment.decision_rule}",
        "rule_words": _rule(catalogue.decision_rule),
        "method": _method(assessment, catalogue),
        "judge": assessment.judge.to_json(),
        "provisions": _provisions(assessment, catalogue, dossier),
        "units": [_unit(unit, doubtful=unit.unit in ours) for unit in assessment.units],
    }


def _unconfirmed(assessment: Assessment, catalogue: Catalogue, *kinds: str) -> frozenset[str]:
    """Ids of the entries of these kinds that nobody compared with the official text."""
    left = unconfirmed(catalogue, assessment.confirmations or ())
    return frozenset(entry.id for entry in left if entry.kind in kinds)


def _overrides(assessment: Assessment) -> list[dict[str, str]]:
    """What people hold instead of verdicts; none of it is in a verdict or in the conclusion."""
    return [
        {
            "number": str(made.record.number),
            "unit": unit.unit,
            "automatic": made.record.automatic.value,
            "verdict": made.record.verdict.value,
            "people": printable(f"{people_of(made)}, {moment(made.record.at)}", _CELL),
            "reason": made.record.reason,
            "standing": standing_of(made),
        }
        for unit, made in overrides_in(assessment)
    ]


def _by_verdict(assessment: Assessment) -> list[dict[str, str]]:
    """Which provisions are met and which are not (7.8.6), worst first."""
    rows = []
    for verdict in plain_words.VERDICTS:
        found = [each for each in assessment.provisions if each.verdict is verdict]
        if found:
            rows.append(
                {
                    "verdict": verdict.value,
                    "means": plain_words.VERDICTS[verdict],
                    "binding": _named(each for each in found if each.mandatory),
                    "others": _named(each for each in found if not each.mandatory),
                }
            )
    return rows


def _keeps_open(assessment: Assessment, catalogue: Catalogue) -> list[dict[str, str]]:
    """Each cause that keeps the conclusion open; Annex B has every unit with its reason."""
    return [
        {
            "cause": cause.title,
            "how_many": cause.how_many,
            "units": printable(_first(cause.units, _MANY), _CELL),
            "next_step": cause.next_step,
        }
        for cause in what_keeps_open(assessment, catalogue)
    ]


def _named(results: Iterable[ProvisionResult]) -> str:
    return ", ".join(each.provision for each in results) or "none"


def _rule(rule: DecisionRule) -> list[str]:
    """The decision rule in words."""
    claimed = {
        "not-conformant": "A recommendation that the supplier claims counts alike: one with FAIL "
        "makes the conclusion NOT_CONFORMANT, one that is open makes it INCONCLUSIVE.",
        "report-only": "A recommendation that fails or is open is reported and does not decide "
        "the conclusion.",
    }
    said = [
        _RULE,
        claimed[rule.claimed_recommendation_fails],
        "A mandatory provision that the supplier does not support makes it NOT_CONFORMANT.",
        "A recommendation that is not claimed, with its reason, does not count.",
    ]
    said += [f"Of {' and '.join(group)} one PASS is enough." for group in rule.alternatives]
    return [*said, *([rule.note] if rule.note else [])]


def _method(assessment: Assessment, catalogue: Catalogue) -> str:
    specified = (
        f", tests as in {catalogue.test_specification}" if catalogue.test_specification else ""
    )
    return (
        f"{catalogue.title} ({assessment.framework}), {catalogue.publisher}{specified}; "
        f"{len(catalogue.provisions)} provisions, {len(catalogue.units)} test units"
    )


def _provisions(
    assessment: Assessment, catalogue: Catalogue, dossier: Dossier
) -> list[dict[str, Any]]:
    """Every provision under its section, in the catalogue's order."""
    results = {result.provision: result for result in assessment.provisions}
    bare = _unconfirmed(assessment, catalogue, "provision")
    ours = _unconfirmed(assessment, catalogue, "case", "unit")
    sections: dict[str, list[dict[str, str]]] = {}
    for entry in catalogue.provisions:
        result = results.get(entry.id)
        if result is None:
            continue
        ics = dossier.ics_row(str(assessment.framework), entry.id)
        mine = [unit for unit in assessment.units if unit.provision == entry.id]
        sections.setdefault(entry.section, []).append(
            {
                "id": entry.id,
                "title": printable(entry.title, _CELL),
                "status": entry.status,
                "doubts": "; ".join(
                    words
                    for words, applies in (
                        (_BARE, entry.id in bare),
                        (_OURS, any({each.case, each.unit} & ours for each in mine)),
                    )
                    if applies
                ),
                "declared": printable(
                    f"{ics.support.value}: {ics.detail}" if ics else "no answer", _CELL
                ),
                "verdict": result.verdict.value,
                "why": printable(_first(provision_because(result, mine)), _CELL),
                "advice": printable(" ".join(_to_do(result, mine, catalogue)), 2 * _CELL),
            }
        )
    return [{"section": section, "rows": rows} for section, rows in sections.items()]


def _to_do(result: ProvisionResult, units: Iterable[UnitResult], catalogue: Catalogue) -> list[str]:
    return [counsel.text for counsel in counsel_of(result, units, catalogue)][:_SHOWN]


def _unit(unit: UnitResult, *, doubtful: bool) -> dict[str, str]:
    items = [f"{item}: {verdict.value}" for item, verdict in unit.items.items()]
    worst = [text for text in items if not text.endswith(Verdict.PASS.value)]
    return {
        "id": unit.unit,
        "doubts": "provisional" if doubtful else "",
        "verdict": unit.verdict.value,
        "decided_by": plain_words.DECIDED_BY[unit.decided_by],
        "why": printable(render(unit.reason), _CELL),
        "items": printable(_first(worst or items), _CELL) if len(items) > 1 else "",
    }


def _first(texts: Sequence[str], most: int = _SHOWN) -> str:
    more = len(texts) - most
    return "; ".join(texts[:most]) + (f"; and {more} more" if more > 0 else "")
