"""Says what pydantic found, in the words of the person who wrote the file.

pydantic names a place by position (``sample, 1, network, address``) and a problem by its own type
names. Here the place becomes ``sample[B].network.address``, an unknown key gets the nearest known
one, and a missing key an example.
"""

import difflib
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

_ROW_NAMES: Final = ("id", "provision", "question", "unit", "name")
"""Keys by which people call a row, best first."""
_EXAMPLES: Final = {
    "address": '"192.168.7.20"',
    "expires": "2027-06-30",
    "id": '"A"',
    "name": '"bench-1"',
    "password": '"env:ROUTER_PASSWORD"',
    "reason": '"the vendor fixes it in 2.5"',
    "sample": '[[sample]] with id = "A"',
    "bench": '[bench] with name = "bench-1" and scope = ["192.168.7.0/24"]',
    "accepted": "[[accepted]] with criterion, subject, reason and expires",
    "criterion": '"weak-tls-protocol"',
    "dut": '[dut] with supplier = "..." and model = "..."',
    "scope": '["192.168.7.0/24"]',
    "support": '"Y", "N" or "N/A"',
    "url": '"/dev/ttyUSB0"',
    "user": '"admin"',
}
_PATTERNS: Final = {
    "password": 'Write "env:NAME" or "file:PATH"; a secret has no place in a config file',
    "endpoints": 'Write "tcp/443", "udp/53" or "console"',
    "id": "Use letters, digits, - and _, at most 32, starting with a letter or digit",
    "sha256": "Write the 64 digits from 0 to 9 and a to f that sha256sum prints",
}
_SHOWN: Final = 60


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where, what, and what to write instead."""

    key: str
    what: str
    mend: str


def explain(error: ValidationError, table: object, model: type[BaseModel]) -> list[Problem]:
    """Every problem in ``error``, which validating ``table`` as ``model`` raised."""
    return [_explain(details, table, model) for details in error.errors()]


def _explain(details: ErrorDetails, table: object, model: type[BaseModel]) -> Problem:
    place = details["loc"]
    name = str(place[-1]) if place else ""
    context = details.get("ctx", {})
    what = _shown(details["input"], name)
    match details["type"]:
        case "extra_forbidden":
            what, mend = "unknown key", _nearest(name, known_keys(model, place[:-1]))
        case "missing":
            what, mend = "missing", f"Add, for example, {_example(name)}."
        case "string_pattern_mismatch":
            field = next((str(part) for part in reversed(place) if isinstance(part, str)), "")
            mend = _PATTERNS.get(field, f"Write something like {context.get('pattern', '')}") + "."
        case "enum" | "literal_error":
            mend = f"Write one of {context.get('expected', '')}."
        case "value_error":
            mend = f"{_sentence(str(context.get('error', '')))}."
        case "too_short":
            what, mend = "there is none", f"Add at least one {name}."
        case _:
            mend = f"{details['msg'].rstrip('.')}."
    return Problem(dotted(place, table), what, mend)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".")


def dotted(place: Sequence[int | str], table: object) -> str:
    """A place as people write it: ``sample[B].network.address``.

    A row is called by its own name where it has one, else by its number, from 1.
    """
    text = ""
    here = table
    for part in place:
        if isinstance(part, int):
            rows = here if isinstance(here, list | tuple) else []
            here = rows[part] if part < len(rows) else None
            text += f"[{_row_name(here, part)}]"
        else:
            here = here.get(part) if isinstance(here, Mapping) else None
            text += f".{part}" if text else part
    return text


def _row_name(row: object, position: int) -> str:
    if isinstance(row, Mapping):
        for name in _ROW_NAMES:
            if isinstance(value := row.get(name), str) and value:
                return value[:_SHOWN]
    return str(position + 1)


def known_keys(model: type[BaseModel], place: Sequence[int | str]) -> tuple[str, ...]:
    """The keys that may stand in the table at ``place``."""
    here: list[object] = [model]
    for part in place:
        here = [inner for kind in here for inner in _step(kind, part)]
    return tuple(
        field.alias or name
        for kind in here
        if isinstance(kind, type) and issubclass(kind, BaseModel)
        for name, field in kind.model_fields.items()
    )


def _step(kind: object, part: int | str) -> Iterator[object]:
    """The types that a value of type ``kind`` can hold under ``part``."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        found = _field(kind, str(part))
        if found is not None:
            yield from _members(found.annotation)
        return
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {tuple, list} and arguments:
        yield from _members(arguments[0])
    elif origin is dict and arguments:
        yield from _members(arguments[1])


def _field(model: type[BaseModel], key: str) -> FieldInfo | None:
    for name, field in model.model_fields.items():
        if key in {name, field.alias}:
            return field
    return None


def _members(annotation: Any) -> Iterator[object]:  # noqa: ANN401  (any annotation)
    """An annotation without its wrappings; each member of a union."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in {Union, types.UnionType}:
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def _nearest(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Known here: {', '.join(sorted(known))}." if known else "Take it out."


def _example(name: str) -> str:
    example = _EXAMPLES.get(name, '"..."')
    return example if example.startswith("[") and " with " in example else f"{name} = {example}"


def _shown(value: object, name: str = "") -> str:
    """The offending value, cut; a password is never shown."""
    if "password" in name:
        return "not usable"
    if isinstance(value, Enum):
        value = value.value
    text = repr(value)
    return f"not usable: {text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}"
