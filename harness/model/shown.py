"""What is shown beside a question, and what of it is no longer as it was.

A person answers over the rows of the IXIT, and at a desk over the facts of the survey as well. The
answer names both by their digests, each on its own, so that it can be told which of them changed.
"""

from collections.abc import Iterator
from typing import Final

from harness.encoding.canonical import digest_of
from harness.model.base import Frozen
from harness.model.ixit import Ixit, IxitRow
from harness.model.ixit.form import TABLES

DUT: Final = "DUT"
"""The item of a question about the device as a whole."""


class Shown(Frozen):
    """What a person had before them.

    Attributes:
        rows: ``1-AuthMech/AuthMech-1`` -> SHA-256 of what the row said.
        facts: ``A/1-initialised/ports/1`` -> SHA-256 of the fact; None = facts were not shown, as
            in a spread-sheet, at a terminal and to a script.
    """

    rows: dict[str, str] = {}
    facts: dict[str, str] | None = None


NOTHING: Final = Shown()
"""No row belongs to the question, and facts were not shown."""


def rows_shown(ixit: Ixit, table: str, item: str) -> dict[str, IxitRow]:
    """The rows that belong to a question, by table and id.

    Of a row: itself and the rows of other tables that it names. Of the device as a whole: every row
    of the table that the question goes through, since all of them are weighed; where it goes
    through none, every row of every table, since nothing says which were left out of account.

    Args:
        ixit: the tables.
        table: the one that the unit goes through; ``""`` for none.
        item: id of the row, which may stand in another table, or ``DUT``.
    """
    if item == DUT:
        weighed = [table] if table else [form.name for form in TABLES]
        return {f"{name}/{row.id}": row for name in weighed for row in ixit.rows(name)}
    for form in sorted(TABLES, key=lambda each: each.name != table):
        for row in ixit.rows(form.name):
            if row.id == item:
                return {f"{form.name}/{row.id}": row, **_named_by(ixit, form.name, row)}
    return {}


def _named_by(ixit: Ixit, table: str, mine: IxitRow) -> dict[str, IxitRow]:
    texts = set(texts_in(mine.to_json()))
    return {
        f"{form.name}/{row.id}": row
        for form in TABLES
        if form.name != table
        for row in ixit.rows(form.name)
        if row.id in texts
    }


def texts_in(value: object) -> Iterator[str]:
    """Every text in plain JSON data, names of keys excepted."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from texts_in(entry)
    elif isinstance(value, str):
        yield value


def row_digest(row: IxitRow) -> str:
    """SHA-256 of what a row says; a field that was left empty says nothing."""
    fields = row.to_json()
    return digest_of({name: value for name, value in fields.items() if value not in ("", [])})


def changed(then: Shown, now: Shown, *, all_facts: bool) -> Iterator[str]:
    """What was not shown as it is now, each part in words.

    Args:
        then: what was shown beside an answer.
        now: what would be shown now. Whatever else was shown then belongs to other units.
        all_facts: a fact that came later counts as a change, too: the answer is over all of them.
    """
    for name in dict.fromkeys((*then.rows, *now.rows)):
        if then.rows.get(name) != now.rows.get(name):
            how = "is new" if name not in then.rows else "is gone"
            yield f"row {name} {'has changed' if name in then.rows and name in now.rows else how}"
    if then.facts is None:
        return
    for name, digest in (now.facts or {}).items():
        if name not in then.facts:
            if all_facts:
                yield f"fact {name} is new"
        elif then.facts[name] != digest:
            yield f"fact {name} has changed"
