"""Reads a dossier as far as it is valid, so that one mistake hides no other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from harness.config.dossier import evidence_form
from harness.config.dossier.problems import FIELDS, Problem, example_of
from harness.config.explain import Problem as Said
from harness.config.explain import explain
from harness.config.reading import read_table
from harness.errors import ConfigError
from harness.model.dossier import Dossier
from harness.model.ixit import ATTRIBUTES

_UNSTATED: Final = {"supplier": "", "model": ""}
_ICS_EXAMPLES: Final = {
    "provision": 'provision = "5.1-1"',
    "support": 'support = "Y"',
    "detail": 'detail = "Each unit has its own random password."',
}


@dataclass(frozen=True)
class Draft:
    """A dossier as somebody wrote it, valid or not.

    Attributes:
        dossier: what of it is valid; None if the file can't be read at all.
        problems: what is not.
        ids: table -> names of all its rows, those that are not valid included.
        answered: framework -> provisions of all its ICS rows, likewise.
    """

    dossier: Dossier | None
    problems: tuple[Problem, ...]
    ids: Mapping[str, tuple[str, ...]]
    answered: Mapping[str, tuple[str, ...]]


def read_draft(file: Path) -> Draft:
    """Read a dossier; every error of its syntax and types becomes a problem."""
    try:
        table = read_table(file)
    except ConfigError as error:
        return Draft(None, (Problem("", "", "", error.problem, error.mend),), {}, {})
    ids = {name: _names(_at(table, ("ixit", name)), "id") for name in ATTRIBUTES}
    ics = table.get("ics")
    answered = {
        str(name): _names(rows, "provision")
        for name, rows in (ics.items() if isinstance(ics, dict) else ())
    }
    problems: list[Problem] = []
    try:
        return Draft(Dossier.model_validate(table), (), ids, answered)
    except ValidationError as error:
        problems.extend(_told(error, table))
        places = [tuple(details["loc"]) for details in error.errors()]
    return Draft(_rest(table, places), tuple(problems), ids, answered)


def _names(rows: object, key: str) -> tuple[str, ...]:
    found = rows if isinstance(rows, list) else []
    return tuple(str(row[key]) for row in found if isinstance(row, dict) and row.get(key))


def _at(table: object, place: Sequence[int | str]) -> Any:  # noqa: ANN401  (TOML data)
    """What stands at a place of TOML data; None if there is nothing."""
    for part in place:
        if isinstance(part, int) and isinstance(table, list) and part < len(table):
            table = table[part]
        elif isinstance(part, str) and isinstance(table, dict):
            table = table.get(part)
        else:
            return None
    return table


def _told(error: ValidationError, table: object) -> Iterator[Problem]:
    for details, said in zip(error.errors(), explain(error, table, Dossier), strict=True):
        place = details["loc"]
        if place[0] == evidence_form.TABLE and len(place) > 1:
            yield _of_evidence(place, said, table)
            continue
        parts = [str(part) for part in place]
        if len(place) > 2 and parts[0] in {"ixit", "ics"} and isinstance(place[2], int):  # noqa: PLR2004  (table, name, row)
            key = "id" if parts[0] == "ixit" else "provision"
            row = _at(table, place[:3])
            name = row.get(key) if isinstance(row, dict) else None
            field = parts[3] if len(parts) > 3 else ""  # noqa: PLR2004  (the key in the row)
            shown = str(name) if name else f"row {place[2] + 1}"
            example = example_of(parts[1], field) or _ICS_EXAMPLES.get(field, "")
            known = (parts[1], field) in FIELDS or field in _ICS_EXAMPLES
            mend = "Write it as in the example." if said.what == "missing" and known else said.mend
            yield Problem(f"{parts[0]}.{parts[1]}", shown, field, said.what, mend, example)
        else:
            yield Problem(".".join(parts[:-1]), "", parts[-1], said.what, said.mend)


def _of_evidence(place: tuple[int | str, ...], said: Said, table: object) -> Problem:
    """A problem in a record of third-party evidence, called by its id or its number."""
    row = _at(table, place[:2])
    name = row.get("id") if isinstance(row, dict) else None
    field = str(place[2]) if len(place) > 2 else ""  # noqa: PLR2004  (name, record, key)
    shown = str(name) if name else f"record {int(place[1]) + 1}"
    example = evidence_form.example_of(field)
    mend = "Write it as in the example." if said.what == "missing" and example else said.mend
    return Problem(evidence_form.TABLE, shown, field, said.what, mend, example)


def _rest(table: Mapping[str, Any], wrong: Sequence[tuple[int | str, ...]]) -> Dossier | None:
    """The dossier without the rows and keys that are wrong; None if nothing sound is left."""
    rows = {place[:3] for place in wrong if len(place) > 2 and isinstance(place[2], int)}  # noqa: PLR2004  (table, name, row)
    records = {place[1] for place in wrong if place[0] == evidence_form.TABLE and len(place) > 1}
    keys = {place[:2] for place in wrong if place[:3] not in rows}
    left: dict[str, Any] = {}
    for name, value in table.items():
        if not isinstance(value, dict):
            if name == evidence_form.TABLE and records and isinstance(value, list):
                left[name] = [row for number, row in enumerate(value) if number not in records]
            elif (name,) not in keys:
                left[name] = value
            continue
        left[name] = {
            key: _kept(inner, rows, (name, key))
            for key, inner in value.items()
            if (name, key) not in keys and (name,) not in keys
        }
    left["dut"] = {**_UNSTATED, **(left.get("dut") or {})}
    try:
        return Dossier.model_validate(left)
    except ValidationError:
        return None


def _kept(value: object, wrong: set[tuple[int | str, ...]], place: tuple[str, str]) -> object:
    if not isinstance(value, list):
        return value
    return [row for number, row in enumerate(value) if (*place, number) not in wrong]
