"""What is wrong with the third-party evidence of a dossier: rows, dates, files."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from harness.config.dossier.draft import Draft
from harness.config.dossier.evidence_form import TABLE, example_of
from harness.config.dossier.problems import Level, Problem
from harness.config.dossier.use import Framework
from harness.config.external_files import MAX_RECORDS, file_problems
from harness.model.dossier import Dossier
from harness.model.external import ExternalEvidence
from harness.model.ixit import ATTRIBUTES


def external_evidence(
    draft: Draft, dossier: Dossier, folder: Path, frameworks: tuple[Framework, ...], today: dt.date
) -> Iterator[Problem]:
    """Every problem of the records, one after the other.

    Args:
        draft: the dossier as it was written.
        dossier: what of it is valid.
        folder: where the files are named from.
        frameworks: those that the dossier is checked against.
        today: the day against which validity is compared: a test now would be on it.
    """
    records = dossier.evidence or ()
    for name, count in Counter(record.id for record in records).items():
        if count > 1:
            yield _problem(name, "id", f"{count} records have this id", "Give each its own.")
    if len(records) > MAX_RECORDS:
        yield _problem("", "", f"{len(records)} records", f"Hand in at most {MAX_RECORDS}.")
    taken = _tables_that_take(frameworks)
    for record in records[:MAX_RECORDS]:
        yield from _rows(draft, record)
        yield from _days(record, today)
        for found in file_problems(record, folder):
            yield _problem(record.id, found.key.rpartition(".")[2], found.what, found.mend)
        if frameworks:
            yield from _unread(record, taken)


def _rows(draft: Draft, record: ExternalEvidence) -> Iterator[Problem]:
    for entry, count in Counter(record.covers).items():
        table, slash, row = entry.partition("/")
        if not slash or table not in ATTRIBUTES:
            what = f"{entry!r} names no table of the IXIT"
            yield _problem(record.id, "covers", what, f"Tables: {', '.join(ATTRIBUTES)}.")
        elif row not in draft.ids.get(table, ()):
            known = ", ".join(draft.ids.get(table, ())) or "none"
            what = f"{entry!r} names no row of {table}"
            yield _problem(record.id, "covers", what, f"Rows there: {known}.")
        elif count > 1:
            yield _problem(record.id, "covers", f"{entry!r} stands {count} times", "Name it once.")


def _days(record: ExternalEvidence, today: dt.date) -> Iterator[Problem]:
    if record.valid_until < record.valid_from:
        what = f"{record.valid_until}, which is before valid_from, {record.valid_from}"
        yield _problem(record.id, "valid_until", what, "Write the last day of its validity.")
        return
    day = today.isoformat()
    if day > record.valid_until:
        what = f"{record.valid_until} is over: a test on {day} could not rest on it"
        yield _problem(record.id, "valid_until", what, "Hand in a document that is still valid.")
    elif day < record.valid_from:
        what = f"{record.valid_from} is to come: a test on {day} could not rest on it"
        mend = "Hand in a document that is valid already, or test later."
        yield _problem(record.id, "valid_from", what, mend)


def _tables_that_take(frameworks: tuple[Framework, ...]) -> frozenset[str]:
    """Tables for whose rows evidence may stand in some unit of these frameworks."""
    return frozenset(
        place.partition(".")[0]
        for each in frameworks
        for unit in each.catalogue.units
        if unit.external_evidence
        for place in each.use.reads.get(each.catalogue.provision_of(unit.id), ())
    )


def _unread(record: ExternalEvidence, taken: frozenset[str]) -> Iterator[Problem]:
    for table in dict.fromkeys(table for table, _ in record.rows() if table in ATTRIBUTES):
        if table not in taken:
            what = f"no unit takes evidence for rows of {table}"
            mend = "Nothing is wrong with the file; the evidence changes nothing there."
            yield Problem(TABLE, record.id, "covers", what, mend, level=Level.NOTE)


def _problem(row: str, field: str, what: str, mend: str) -> Problem:
    return Problem(TABLE, row, field, what, mend, example_of(field))
