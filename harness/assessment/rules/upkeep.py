"""What the supplier confirms to do, and what it denies (tables 3, 4, 5, 8 and others)."""

from collections.abc import Sequence
from typing import Final, Literal

from harness.assessment.judging import contradicted, held, reason
from harness.assessment.rules.rows import CONF, Row, each, field_missing, row_ref, says_none
from harness.model.ixit import Conf
from harness.model.judgement import Judgement, Judgements

CONFIRMED: Final = "supplier-confirmation"

Confirmation = Literal[
    "vulnerability_actions",
    "vulnerability_monitoring",
    "update_procedures",
    "secure_management",
    "secure_development",
]
"""The fields of 4-Conf."""


def practice_is_confirmed(rows: tuple[Conf, ...], practice: Confirmation) -> Judgements:
    """The supplier confirms that what its tables describe is really done.

    Units 5.2-2-1b, 5.2-3-1d, 5.3-8-1b, 5.5-8-1b and 5.6-9-1b.
    """
    return each(rows, CONF, CONFIRMED, lambda row: _confirmed(row, practice))


def _confirmed(row: Conf, practice: Confirmation) -> Judgement:
    said: str = getattr(row, practice)
    if not said:
        return field_missing(row, CONFIRMED, practice)
    make = held if said == "yes" else contradicted
    code = "practice-confirmed" if said == "yes" else "practice-not-confirmed"
    return make(row.id, CONFIRMED, reason(code, practice=practice), rows=(row_ref(CONF, row),))


def denials(rows: Sequence[Row], table: str, criterion: str, *fields: str) -> Judgements:
    """Objections: rows that state in one of ``fields`` that there is nothing where all are needed.

    Args:
        rows: of any table.
        table: its name.
        criterion: the question that a person answers otherwise.
        fields: free texts of the row. An empty one says nothing, and prose is for the person.
    """
    return tuple(
        contradicted(
            row.id, criterion, reason("nothing-there", field=field), rows=(row_ref(table, row),)
        )
        for row in rows
        for field in fields
        if says_none(getattr(row, field))
    )
