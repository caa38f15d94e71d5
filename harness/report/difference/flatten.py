"""Facts as a table of what was seen: one entry for each thing, the same whatever its order.

The models are fixed, so the depth is; nothing here recurses on what a device says.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from harness.encoding.canonical import sha256_hex
from harness.encoding.text import neutralise
from harness.facts.base import Endpoint, Facts
from harness.model.base import Frozen
from harness.model.observation import Absent, EvidenceRef, Present, Unknown
from harness.report.difference.shapes import COVERAGE, DEFAULT, ITSELF, SHAPES, Meaning, Shape

THERE: Final = "there"
"""Value of an element that is compared by its presence alone."""
_MARK: Final = re.compile(r"certbench-[0-9a-f]{4,}")
"""What the bench makes up for one run, as a device repeats it."""
_UPTIME: Final = re.compile(r"\[ *[0-9]+\.[0-9]+\]")
"""Seconds since boot in front of a kernel's line."""
_SHOWN: Final = 300


@dataclass(frozen=True)
class Entry:
    """One thing that a fact says.

    Attributes:
        path: what is spoken of: ``("tcp/443", "versions", "TLSv1.0")``.
        parents: paths of the elements that it is a part of, outermost first.
        element: it stands for an element of a list, not for a field.
    """

    path: tuple[str, ...]
    value: str
    meaning: Meaning
    parents: tuple[tuple[str, ...], ...] = ()
    element: bool = False


class Flattener:
    """Flattens facts of one sample, whose address is taken for no difference."""

    def __init__(self, address: str) -> None:
        """Show ``address`` as ``<address>``; ``""`` if it has none."""
        self._address = (
            re.compile(rf"(?<![0-9.]){re.escape(address)}(?![0-9])") if address else None
        )

    def flatten(self, facts: Facts) -> Iterator[Entry]:
        """Every entry of one facts model."""
        yield from self._fields(facts, (), (), skip=COVERAGE)

    def text(self, value: Any) -> str:  # noqa: ANN401  (any scalar of a model)
        """A scalar as harmless text without what belongs to one run alone."""
        if isinstance(value, Enum):
            value = value.value
        if isinstance(value, Present | Absent | Unknown):
            return value.kind
        if isinstance(value, Endpoint):
            return value.name
        text = _UPTIME.sub("[time]", _MARK.sub("certbench-*", str(value)))
        if self._address is not None:
            text = self._address.sub("<address>", text)
        if len(text) <= _SHOWN:
            return neutralise(text, _SHOWN)
        digest = sha256_hex(text.encode("utf-8", "surrogatepass"))[:16]
        return f"{neutralise(text, _SHOWN)} (sha256 {digest})"  # long texts may differ at their end

    def _fields(
        self,
        model: Frozen,
        path: tuple[str, ...],
        parents: tuple[tuple[str, ...], ...],
        skip: frozenset[str],
    ) -> Iterator[Entry]:
        shape = SHAPES.get(type(model), DEFAULT)
        skip |= shape.drop.union(shape.key, shape.told)
        for name in type(model).model_fields:
            value = getattr(model, name)
            if name in skip or _is_place(value):
                continue
            meaning = shape.means.get(name, Meaning.FACT)
            yield from self._value(value, (*path, name), parents, meaning)

    def _value(
        self,
        value: Any,  # noqa: ANN401  (a field of a model)
        path: tuple[str, ...],
        parents: tuple[tuple[str, ...], ...],
        meaning: Meaning,
    ) -> Iterator[Entry]:
        if isinstance(value, tuple):
            for number, each in enumerate(value, 1):
                yield from self._element(each, number, path, parents, meaning)
        elif isinstance(value, dict):
            for key, each in value.items():
                yield Entry((*path, self.text(key)), self.text(each), meaning, parents)
        elif isinstance(value, Frozen) and not isinstance(
            value, Present | Absent | Unknown | Endpoint
        ):
            yield from self._fields(value, path, parents, frozenset())
        elif value not in ("", None):
            yield Entry(path, self.text(value), meaning, parents)

    def _element(
        self,
        value: Any,  # noqa: ANN401  (an element of a field)
        number: int,
        path: tuple[str, ...],
        parents: tuple[tuple[str, ...], ...],
        meaning: Meaning,
    ) -> Iterator[Entry]:
        if not isinstance(value, Frozen):
            yield Entry((*path, self._joined(value)), THERE, meaning, parents, element=True)
            return
        shape = SHAPES.get(type(value), DEFAULT)
        name = " ".join(self._joined(getattr(value, key)) for key in shape.key) or str(number)
        here = (*path, name.strip())
        told = " ".join(filter(None, (self._told(value, each) for each in shape.told)))
        itself = self._meaning(value, shape)
        if told in shape.void:
            return
        yield Entry(here, told or THERE, itself, parents, element=True)
        yield from self._fields(value, here, (*parents, here), frozenset())

    def _told(self, value: Frozen, name: str) -> str:
        said = getattr(value, name)
        if isinstance(said, bool):
            return name if said else ""
        return self.text(said)

    def _meaning(self, value: Frozen, shape: Shape) -> Meaning:
        for name, values in shape.expected.items():
            if self.text(getattr(value, name)) in values:
                return Meaning.FACT
        return shape.means.get(ITSELF, Meaning.FACT)

    def _joined(self, value: Any) -> str:  # noqa: ANN401  (a scalar, or a pair of them)
        if isinstance(value, tuple):
            return " ".join(map(self.text, value))
        return self.text(value)


def _is_place(value: object) -> bool:
    """Places in captures differ between any two runs."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return bool(value) and isinstance(value[0], EvidenceRef)
    return isinstance(value, EvidenceRef)
