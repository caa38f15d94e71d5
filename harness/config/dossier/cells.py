"""A value of a dossier as the content of a spreadsheet's cell, and back, without loss.

Texts stand as they are, lists one entry a line, truths as ``yes`` and ``no``, numbers as numbers; a
cell without content is the field's default. What a cell can't hold as it is (control characters,
blanks at the ends, entries with line breaks) stands as ``json:`` and the value in JSON.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

MAX_TEXT: Final = 32_767
"""Characters that a cell holds."""
JSON: Final = "json:"
_YES: Final = frozenset({"yes", "true"})
_NO: Final = frozenset({"no", "false"})
_NOT_PLAIN: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|_?x[0-9A-Fa-f]{4}_"
)
"""What XML can't hold, or what spreadsheets take for an escape of it."""
_EXACT: Final = 10**15
"""Whole numbers below it are exact in a spreadsheet."""
_ESCAPE: Final = re.compile("x(?=[0-9A-Fa-f]{4}_)")


class CellError(ValueError):
    """A cell can't be read or written; the message says why."""


@dataclass(frozen=True)
class Column:
    """A field as a column.

    Attributes:
        key: of the field; ``limit.kind`` for a field of a table in a field.
        kind: what its values are.
        default: what an empty cell stands for.
        choices: the words that it may hold; empty for any.
    """

    key: str
    kind: Literal["text", "list", "truth", "number"]
    default: object
    choices: tuple[str, ...] = ()

    def written(self, value: object) -> str | int | None:
        """The content of the cell; None leaves it empty.

        Raises:
            CellError: too long for a cell.
        """
        if value is None or (value == self.default and value in ("", ())):
            return None
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int):
            return value if abs(value) < _EXACT else f"{JSON}{value}"
        content = _plain(value.value if isinstance(value, Enum) else value)
        if len(content.encode("utf-16-le")) // 2 > MAX_TEXT:
            raise CellError(f"too long for a cell, which holds {MAX_TEXT} characters")
        return content

    def read(self, content: object) -> object:
        """The value in a cell that is not empty, as TOML would have it.

        Raises:
            CellError: nothing that the field could hold.
        """
        if isinstance(content, str) and content.strip().startswith(JSON):
            try:
                return json.loads(content.strip().removeprefix(JSON))
            except (ValueError, RecursionError) as error:
                raise CellError(f"not JSON behind {JSON}: {error}") from error
        if self.kind == "number":
            return _number(content)
        text = _text(content, truth=self.kind == "truth" or {"yes", "no"} <= set(self.choices))
        if self.kind == "list":
            return [line.strip() for line in text.split("\n") if line.strip()]
        if self.kind == "truth":
            return _truth(text)
        by_word = {choice.casefold(): choice for choice in self.choices}
        return by_word.get(text.strip().casefold(), text.strip())


def columns_of(model: type[BaseModel]) -> Iterator[Column]:
    """The columns for a model's fields, tables in fields taken apart."""
    for name, info in model.model_fields.items():
        key = info.alias or name
        inner = _table(info.annotation)
        if inner is None:
            yield _column(key, info)
        else:
            for column in columns_of(inner):
                yield Column(f"{key}.{column.key}", column.kind, None, column.choices)


def taken_apart(row: BaseModel) -> dict[str, object]:
    """The values of a row by the keys of its columns."""
    found: dict[str, object] = {}
    for name, info in type(row).model_fields.items():
        key, value = info.alias or name, getattr(row, name)
        if isinstance(value, BaseModel):
            found.update({f"{key}.{inner}": each for inner, each in taken_apart(value).items()})
        else:
            found[key] = value
    return found


def put_together(values: Mapping[str, object]) -> dict[str, Any]:
    """The values of a row as TOML has them: ``limit.kind`` becomes a key of a table."""
    row: dict[str, Any] = {}
    for key, value in values.items():
        outer, _, inner = key.partition(".")
        if inner:
            row.setdefault(outer, {})[inner] = value
        else:
            row[key] = value
    return row


def _column(key: str, info: FieldInfo) -> Column:
    # Ellipsis, which no value equals: what must be answered is written even when it is empty.
    default = ... if info.is_required() else info.get_default(call_default_factory=False)
    members = [member for member in _members(info.annotation) if member is not type(None)]
    kinds = {get_origin(member) or member for member in members}
    choices = tuple(word for member in members for word in _words(member))
    if bool in kinds:
        return Column(key, "truth", default, ("yes", "no"))
    if int in kinds:
        return Column(key, "number", default)
    if tuple in kinds:
        return Column(key, "list", default)
    return Column(key, "text", default, choices)


def _members(annotation: object) -> tuple[object, ...]:
    return get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)


def _words(member: object) -> tuple[str, ...]:
    if get_origin(member) is Literal:
        return tuple(word for word in get_args(member) if word)
    if isinstance(member, type) and issubclass(member, Enum):
        return tuple(str(each.value) for each in member)
    return ()


def _table(annotation: object) -> type[BaseModel] | None:
    for member in _members(annotation):
        if isinstance(member, type) and issubclass(member, BaseModel):
            return member
    return None


def _plain(value: object) -> str:
    """A text or list as it stands in a cell."""
    entries = value if isinstance(value, list | tuple) else None
    if entries is None:
        text, plain = str(value), _is_plain(str(value))
    else:
        text = "\n".join(str(entry) for entry in entries)
        plain = bool(entries) and all(
            _is_plain(str(entry)) and "\n" not in str(entry) for entry in entries
        )
    if plain and not text.startswith(JSON):
        return text
    return JSON + _ESCAPE.sub(r"\\u0078", json.dumps(value))


def _is_plain(text: str) -> bool:
    return bool(text) and text == text.strip() and not _NOT_PLAIN.search(text)


def _number(content: object) -> int:
    try:
        number = float(str(content).strip())
        whole = int(number)
    except (ValueError, OverflowError) as error:
        raise CellError(f"{str(content)[:60]!r} is no whole number") from error
    if isinstance(content, bool) or whole != number:
        raise CellError(f"{str(content)[:60]!r} is no whole number")
    return whole


def _text(content: object, *, truth: bool) -> str:
    """Content of a cell as text: spreadsheets turn what people type into truths and numbers."""
    match content:
        case bool():
            word = "yes" if content else "no"
            text = word if truth else str(content).upper()
        case int():
            text = str(content)
        case float() if content.is_integer() and abs(content) < _EXACT:
            text = str(int(content))
        case dt.datetime() if content.time() == dt.time():
            text = content.date().isoformat()
        case str():
            text = content.replace("\r\n", "\n")
        case _:
            shown = str(content)[:60]
            raise CellError(
                f"{shown!r} stands there as no text; format the cell as text, retype it"
            )
    return text


def _truth(text: str) -> bool:
    word = text.strip().casefold()
    if word in _YES | _NO:
        return word in _YES
    raise CellError(f"{text[:60]!r} is neither yes nor no")
