"""What the declaration says of telemetry: is it examined, and which persons does it tell of?"""

from typing import Final

from harness.assessment.judging import all_of, contradicted, held, reason, undecided
from harness.assessment.rules.filling import filled
from harness.assessment.rules.rows import PERS_DATA, TEL_DATA, duplicates, each, row_ref
from harness.model.ixit import PersData, TelData
from harness.model.judgement import Judgement, Judgements

EXAMINED: Final = "telemetry-examined"
PERSONAL_DATA: Final = "telemetry-personal-data"


def telemetry_is_examined(rows: tuple[TelData, ...]) -> Judgements:
    """Which telemetry is examined for security anomalies (5.10-1-1a).

    The unit needs one row that is: it combines these judgements with `Quantifier.ONE`.
    """
    return each(
        rows,
        TEL_DATA,
        EXAMINED,
        lambda row: filled(row, TEL_DATA, EXAMINED, "security_examination"),
    )


def telemetry_names_personal_data(
    rows: tuple[TelData, ...], known: tuple[PersData, ...]
) -> Judgements:
    """What telemetry says that it contains of 21-PersData is declared there (6-4)."""
    return each(rows, TEL_DATA, PERSONAL_DATA, lambda row: _resolved(row, known))


def _resolved(row: TelData, known: tuple[PersData, ...]) -> Judgement:
    if not row.personal_data:
        why = reason("telemetry-without-personal-data")
        return held(row.id, PERSONAL_DATA, why, rows=(row_ref(TEL_DATA, row),))
    return all_of(row.id, PERSONAL_DATA, [_one(row, name, known) for name in row.personal_data])


def _one(row: TelData, name: str, known: tuple[PersData, ...]) -> Judgement:
    ids = [entry.id for entry in known]
    named = {"reference": name, "table": PERS_DATA}
    if name in duplicates(ids):
        return undecided(row.id, PERSONAL_DATA, reason("reference-ambiguous", **named))
    ref = row_ref(TEL_DATA, row)
    if name not in ids:
        why = reason("reference-dangling", **named)
        return contradicted(row.id, PERSONAL_DATA, why, rows=(ref,))
    why = reason("reference-resolves", reference=name)
    return held(row.id, PERSONAL_DATA, why, rows=(ref, f"{PERS_DATA}/{name}"))
