"""What a field in words says to a rule: something, nothing, or that there is none."""

from harness.assessment.judging import contradicted, held, reason
from harness.assessment.rules.rows import Row, field_missing, row_ref, says_none
from harness.model.judgement import Judgement


def filled(row: Row, table: str, criterion: str, field: str) -> Judgement:
    """HELD where the field says something, CONTRADICTED by a plain ``none``, else UNDECIDED.

    Args:
        row: of ``table``.
        table: ``25-DelFunc``.
        criterion: that the judgement is of.
        field: name of an attribute of the row that holds a text.
    """
    text = str(getattr(row, field))
    ref = row_ref(table, row)
    if not text.strip():
        return field_missing(row, criterion, field)
    if says_none(text.strip(" .\n\t")):
        why = reason("nothing-there", field=field)
        return contradicted(row.id, criterion, why, rows=(ref,))
    return held(row.id, criterion, reason("field-filled", row=row.id, field=field), rows=(ref,))
