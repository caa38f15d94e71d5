"""Is every way in covered by declared validation? (5.13-1)."""

from collections.abc import Collection
from typing import Final

from harness.assessment.judging import contradicted, held, reason, undecided
from harness.assessment.rules.rows import (
    COM_MECH,
    EXT_API,
    INP_VAL,
    USER_INTF,
    Row,
    duplicates,
    no_rows,
    row_ref,
)
from harness.model.ixit import InpVal, Ixit
from harness.model.judgement import Judgement, Judgements

VALIDATED: Final = "input-validated"


def input_sources_are_validated(
    ixit: Ixit, tables: Collection[str] = (USER_INTF, EXT_API, COM_MECH)
) -> Judgements:
    """Every user interface, API and communication mechanism has its validation (5.13-1-1a).

    One judgement a source, and one for each name under ``covers`` that is no source.

    Args:
        ixit: all tables.
        tables: which kinds of sources are asked about (5.13-1A, 5.13-1B of V3.1.3).
    """
    known = _sources(ixit)
    sources = tuple((table, row) for table, row in known if table in tables)
    if not sources or not ixit.inp_val:
        return (no_rows(VALIDATED, INP_VAL if sources else next(iter(tables))),)
    twice = duplicates(row.id for _, row in known)
    judged = tuple(_covered(table, row, ixit.inp_val, twice) for table, row in sources)
    return judged + _dangling(ixit.inp_val, {row.id for _, row in known})


def _sources(ixit: Ixit) -> tuple[tuple[str, Row], ...]:
    return (
        *((USER_INTF, row) for row in ixit.user_intf),
        *((EXT_API, row) for row in ixit.ext_api),
        *((COM_MECH, row) for row in ixit.com_mech),
    )


def _covered(
    table: str, source: Row, methods: tuple[InpVal, ...], twice: tuple[str, ...]
) -> Judgement:
    ref = row_ref(table, source)
    if source.id in twice:
        why = reason("reference-ambiguous", reference=source.id, table=table)
        return undecided(source.id, VALIDATED, why)
    covering = [method for method in methods if source.id in method.covers]
    if not covering:
        return contradicted(source.id, VALIDATED, reason("input-not-covered"), rows=(ref,))
    described = [method for method in covering if method.description.strip()]
    if not described:
        why = reason("field-missing", row=covering[0].id, field="description")
        return undecided(source.id, VALIDATED, why)
    rows = (ref, *(row_ref(INP_VAL, method) for method in described))
    return held(source.id, VALIDATED, reason("input-covered", by=described[0].id), rows=rows)


def _dangling(methods: tuple[InpVal, ...], known: set[str]) -> Judgements:
    return tuple(
        contradicted(
            method.id,
            VALIDATED,
            reason(
                "reference-dangling", reference=name, table="11-ComMech, 27-UserIntf, 28-ExtAPI"
            ),
            rows=(row_ref(INP_VAL, method),),
        )
        for method in methods
        for name in method.covers
        if name not in known
    )
