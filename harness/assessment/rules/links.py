"""Do links that carry secrets or personal data promise to keep them confidential? (5.5, 5.8)."""

from collections.abc import Sequence
from typing import Final, Protocol

from harness.assessment.judging import contradicted, held, reason
from harness.assessment.rules.rows import COM_MECH, Row, each, field_missing, row_ref
from harness.model.ixit import ComMech
from harness.model.judgement import Judgement, Judgements

CONFIDENTIAL: Final = "link-confidential"
DECLARED: Final = "link-declared"
CONFIDENTIALITY: Final = "confidentiality"


class Traveller(Row, Protocol):
    """A row of something that crosses links: a security parameter, a kind of personal data."""

    @property
    def communication_mechanisms(self) -> tuple[str, ...]:
        """Ids of rows of 11-ComMech."""
        ...


def links_promise_confidentiality(rows: tuple[ComMech, ...]) -> Judgements:
    """Every link promises confidentiality; one that promises nothing is left to a person.

    A wire that only the owner reaches may promise nothing and still do.
    """
    return each(rows, COM_MECH, CONFIDENTIAL, _confidential)


def _confidential(row: ComMech) -> Judgement:
    promised = {guarantee.strip().casefold() for guarantee in row.security_guarantees} - {""}
    if not promised:
        return field_missing(row, CONFIDENTIAL, "security_guarantees")
    ref = row_ref(COM_MECH, row)
    if CONFIDENTIALITY not in promised:
        why = reason("link-not-confidential")
        return contradicted(row.id, CONFIDENTIAL, why, rows=(ref,))
    return held(row.id, CONFIDENTIAL, reason("link-confidential"), rows=(ref,))


def links_are_declared(
    table: str, travellers: Sequence[Traveller], links: tuple[ComMech, ...]
) -> Judgements:
    """Every link that a row names is a row of 11-ComMech: one judgement a row that names any."""
    known = {link.id for link in links}
    return tuple(
        _declared(row_ref(table, row), row, known)
        for row in travellers
        if row.communication_mechanisms
    )


def _declared(ref: str, row: Traveller, known: set[str]) -> Judgement:
    for name in row.communication_mechanisms:
        if name not in known:
            why = reason("reference-dangling", reference=name, table=COM_MECH)
            return contradicted(row.id, DECLARED, why, rows=(ref,))
    named = ", ".join(row.communication_mechanisms)
    return held(row.id, DECLARED, reason("reference-resolves", reference=named), rows=(ref,))
