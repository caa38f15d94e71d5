"""What the IXIT of a dossier lacks, and where its tables do not fit together."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count as numbers
from typing import Final

from harness.config.dossier.draft import Draft
from harness.config.dossier.problems import Problem, example_of, in_row
from harness.config.dossier.use import Framework
from harness.model.dossier import Dossier, Support
from harness.model.ixit import ATTRIBUTES, IxitRow

REFERENCES: Final = {
    ("6-SoftComp", "update_mechanisms"): ("7-UpdMech",),
    ("10-SecParam", "communication_mechanisms"): ("11-ComMech",),
    ("11-ComMech", "interface"): ("15-Intf",),
    ("13-SoftServ", "authentication_mechanism"): ("1-AuthMech",),
    ("21-PersData", "communication_mechanisms"): ("11-ComMech",),
    ("24-TelData", "personal_data"): ("21-PersData",),
    ("29-InpVal", "covers"): ("11-ComMech", "27-UserIntf", "28-ExtAPI"),
}
"""Fields that name rows, and the tables that the rows stand in."""

SERVICES: Final = (("21-PersData", "services"), ("25-DelFunc", "services"))
"""Fields that name associated services of ``dut.associated_services``."""

_NO_REFERENCE: Final = {"", "none"}
_PLACEHOLDERS: Final = {"", "to be stated"}
_IDENTIFICATION: Final = {
    "supplier": "Example Networks",
    "model": "Router RR-1",
    "hardware": "rev B",
    "firmware": "2.4.1",
    "description": "Home router with one WAN and four LAN ports.",
}


def identification(dossier: Dossier) -> Iterator[Problem]:
    """What the identification of the DUT, or of a later revision, leaves open."""
    for field, example in _IDENTIFICATION.items():
        if getattr(dossier.dut, field).strip().lower() in _PLACEHOLDERS:
            mend = "Say which device this dossier is about."
            yield Problem("dut", "", field, "not stated", mend, f'{field} = "{example}"')
    if dossier.revision > 1:
        for field in ("author", "reason", "trigger"):
            if not getattr(dossier, field).strip():
                what = f"empty, though this is revision {dossier.revision}"
                mend = "Say who changed the dossier, why, and what led to it."
                yield Problem("", "", field, what, mend, f'{field} = "..."')


def duplicates(draft: Draft) -> Iterator[Problem]:
    """Names that several rows of a table have."""
    for table, names in draft.ids.items():
        for name, count in Counter(names).items():
            if count > 1:
                mend = "Give each row a name of its own: others refer to it."
                what = f"{count} rows of the table have this id"
                example = f'id = "{_unused(table, names)}"'
                yield Problem(f"ixit.{table}", name, "id", what, mend, example)


def _unused(table: str, names: Sequence[str]) -> str:
    stem = table.partition("-")[2]
    return next(free for number in numbers(1) if (free := f"{stem}-{number}") not in names)


def references(draft: Draft, dossier: Dossier) -> Iterator[Problem]:
    """Names of rows and services that are not there."""
    for (table, field), targets in REFERENCES.items():
        known = {name for target in targets for name in draft.ids.get(target, ())}
        for row, name in _named(dossier, table, field):
            if name not in known:
                what = f"{name!r} names no row of {' or '.join(targets)}"
                yield in_row(table, row.id, field, what, _those(sorted(known), "Rows there"))
    services = dossier.dut.associated_services
    for table, field in SERVICES:
        for row, name in _named(dossier, table, field):
            if name not in services:
                what = f"{name!r} is not in dut.associated_services"
                yield in_row(table, row.id, field, what, _those(services, "Services there"))


def _named(dossier: Dossier, table: str, field: str) -> Iterator[tuple[IxitRow, str]]:
    for row in dossier.ixit.rows(table):
        value = getattr(row, field)
        for name in (value,) if isinstance(value, str) else value:
            if name.strip().lower() not in _NO_REFERENCE:
                yield row, name


def _those(known: tuple[str, ...] | list[str], label: str) -> str:
    return f"{label}: {', '.join(known) or 'none'}."


def emptiness(draft: Draft, dossier: Dossier) -> Iterator[Problem]:
    """Tables said to be empty that are not, or that do not exist."""
    for name, count in Counter(dossier.ixit.none).items():
        if name not in ATTRIBUTES:
            mend = _those(list(ATTRIBUTES), "Tables")
            yield Problem(
                "ixit", "", "none", f"{name!r} is no table", mend, 'none = ["22-ExtSens"]'
            )
        elif draft.ids.get(name) or dossier.ixit.rows(name):
            what = "said to be empty in ixit.none, and has rows"
            mend = "Take its name out of ixit.none, or take the rows out."
            yield Problem(f"ixit.{name}", "", "", what, mend)
        elif count > 1:
            yield Problem("ixit", "", "none", f"{name!r} is named {count} times", "Name it once.")


def unanswered(draft: Draft, dossier: Dossier, framework: Framework) -> Iterator[Problem]:
    """Tables and fields that claimed provisions of a framework rest on, and that are empty.

    A table counts unless every provision that reads it is answered N; a field counts once a
    provision that reads it is answered Y.
    """
    reads = framework.reads
    tables: dict[str, list[str]] = {}
    for place, provisions in reads.items():
        tables.setdefault(place.partition(".")[0], []).extend(provisions)
    for table, users in tables.items():
        if draft.ids.get(table) or dossier.ixit.rows(table) or table in dossier.ixit.none:
            continue
        if wanted := [each for each in users if not _denied(dossier, framework, each)]:
            what = f"no rows, and not named in ixit.none; read by {_some(wanted)}"
            mend = f'Declare the rows, or write none = ["{table}"] if there is nothing to declare.'
            yield Problem(f"ixit.{table}", "", "", what, mend, f"[[ixit.{table}]]")
    for place, readers in reads.items():
        if claimed := [each for each in readers if _claimed(dossier, framework, each)]:
            yield from _empty_fields(dossier, framework, place, claimed)


def _empty_fields(
    dossier: Dossier, framework: Framework, place: str, claimed: list[str]
) -> Iterator[Problem]:
    table, _, field = place.partition(".")
    for row in dossier.ixit.rows(table):
        value = getattr(row, field)
        blank = value in ("", (), None) or (isinstance(value, str) and not value.strip())
        if blank and framework.use.wanted(place, row):
            what = f"empty; read by {_some(claimed)}"
            mend = "Answer it; an empty field decides nothing."
            yield Problem(f"ixit.{table}", row.id, field, what, mend, example_of(table, field))


def _claimed(dossier: Dossier, framework: Framework, provision: str) -> bool:
    row = dossier.ics_row(framework.name, provision)
    return row is not None and row.support is Support.YES


def _denied(dossier: Dossier, framework: Framework, provision: str) -> bool:
    row = dossier.ics_row(framework.name, provision)
    return row is not None and row.support is Support.NO


def _some(provisions: list[str]) -> str:
    return ", ".join(dict.fromkeys(provisions))
