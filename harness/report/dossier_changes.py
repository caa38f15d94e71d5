"""What a revision of a dossier changes, row by row: field, what it was, what it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from harness.encoding.canonical import canonical
from harness.model.dossier import Dossier
from harness.model.revision import declared

_NONE: Final = ""
_LONGEST: Final = 2000
_KEYS: Final = ("id", "provision", "name")
"""What names an element of a list in a dossier."""


@dataclass(frozen=True)
class Change:
    """One field that differs.

    Attributes:
        row: where: ``dut``, ``ics etsi-en-303-645 5.3-5``, ``4-Conf/Conf-1``.
        field: of the row; ``""`` where a whole row was added or taken away.
        old, new: in words; ``""`` = nothing was there.
    """

    row: str
    field: str
    old: str
    new: str


def changes_between(before: Dossier, after: Dossier) -> Iterator[Change]:
    """Every difference in what two dossiers declare, in the order of the form."""
    then, now = declared(before).to_json(), declared(after).to_json()
    yield from _fields("dut", then["dut"], now["dut"])
    for name in _both(then["ics"], now["ics"]):
        yield from _rows(f"ics {name} ", then["ics"].get(name, []), now["ics"].get(name, []))
    for table in _both(then["ixit"], now["ixit"]):
        old, new = then["ixit"].get(table), now["ixit"].get(table)
        if _is_table(old) or _is_table(new):
            yield from _rows(f"{table}/", old or [], new or [])
        elif old != new:
            yield Change("ixit", table, _text(old), _text(new))
    rest = [name for name in _both(then, now) if name not in {"dut", "ics", "ixit"}]
    for name in rest:
        old, new = then.get(name), now.get(name)
        if _is_table(old) or _is_table(new):
            yield from _rows(f"{name}/", old or [], new or [])
        elif old != new:
            yield Change(name, "", _text(old), _text(new))


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _rows(start: str, then: list[Any], now: list[Any]) -> Iterator[Change]:
    """Differences of two lists of rows; a row is known by its id, its place in the list is none."""
    old = {_name(row, place): row for place, row in enumerate(then, 1)}
    new = {_name(row, place): row for place, row in enumerate(now, 1)}
    for name in _both(old, new):
        yield from _fields(f"{start}{name}", old.get(name), new.get(name))


def _name(row: Mapping[str, Any], place: int) -> str:
    return next((str(row[key]) for key in _KEYS if row.get(key)), str(place))


def _fields(
    row: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(row, "", _whole(old), _whole(new))
        return
    for field in _both(old, new):
        if old.get(field) != new.get(field):
            yield Change(row, field, _text(old.get(field)), _text(new.get(field)))


def _whole(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return _NONE
    said = (f"{field}: {_text(value)}" for field, value in row.items() if _text(value))
    return "; ".join(said)[:_LONGEST]


def _both(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _text(value: object) -> str:
    """A value as people read it; ``""`` for one that was left open."""
    if value is None:
        return _NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and not _is_table(value):
        return ", ".join(map(_text, value))[:_LONGEST]
    if isinstance(value, dict | list):
        return canonical(value).decode()[:_LONGEST]
    return str(value)[:_LONGEST]
