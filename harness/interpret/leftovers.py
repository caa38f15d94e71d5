"""Interpreter of the ``leftovers`` probe: user data that a deletion left behind (pure).

``leftovers.jsonl`` (capture ``certbench/capture-leftovers/1``) is a journal:

- ``datum``: ``name`` and ``value`` of a piece of user data that the bench put onto the device;
- ``delete``: the deletion of row ``function`` is carried out; ``expected`` and ``answer`` tell
  whether the device confirmed it;
- ``read``: a ``place`` was read for ``function``: ``data``, ``whole`` if it was read to its end,
  and ``expected``, what the place holds whether or not user data is there: a log-in page that
  comes instead is no empty place. Reads before ``delete`` are the control of those after it.

A piece is looked for as it is, and as base64, hexadecimal, percent-encoding and UTF-16 write it.
"""

import base64
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote_from_bytes

from harness.encoding.journal import JournalRecord
from harness.encoding.text import neutralise
from harness.errors import CaptureError
from harness.facts.leftovers import Deletion, LeftoversFacts, Trace
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.steps import Steps, name_in, worked
from harness.model.ids import ProbeName
from harness.model.observation import Absent, Observation, Unknown

JOURNAL: Final = "leftovers.jsonl"
_SHORTEST: Final = 12
"""Bytes that a piece needs, so that it does not stand somewhere by chance."""
_MAX_PIECES: Final = 50


def interpret(captures: CaptureReader, upstream: Upstream) -> LeftoversFacts:
    """Facts of every deletion; needs no upstream fact.

    Raises:
        CaptureError: the journal cannot be read, or a piece is too short to be told.
    """
    del upstream
    steps = Steps(captures, JOURNAL)
    data = _pieces(steps)
    deletes = {name_in(record, "function"): record for record in steps.journal.of("delete")}
    traces = []
    for function, deleted in deletes.items():
        reads = [r for r in steps.journal.of("read") if r.text("function") == function]
        for place in dict.fromkeys(name_in(entry, "place") for entry in reads):
            here = [entry for entry in reads if entry.text("place") == place]
            before = [entry for entry in here if entry.line < deleted.line]
            after = [entry for entry in here if entry.line > deleted.line]
            traces += [
                _trace(steps, (function, place, name), forms, before, after)
                for name, forms in data.items()
            ]
    return LeftoversFacts(
        deletions=tuple(_deletion(steps, name, record) for name, record in deletes.items()),
        traces=tuple(traces),
        examined=tuple(deletes),
        complete=steps.complete,
    )


def _pieces(steps: Steps) -> dict[str, tuple[bytes, ...]]:
    found: dict[str, tuple[bytes, ...]] = {}
    for record in steps.journal.of("datum"):
        value = record.data("value")
        if len(value) < _SHORTEST or len(found) >= _MAX_PIECES:
            raise CaptureError(f"line {record.line}: the piece is too short, or there are too many")
        found[name_in(record, "name")] = tuple(_forms(value))
    return found


def _forms(value: bytes) -> Iterable[bytes]:
    yield value
    yield value.hex().encode()
    yield value.hex().upper().encode()
    yield quote_from_bytes(value).encode()
    yield value.decode("latin-1").encode("utf-16-le")
    for shift in range(3):
        # What stands in front of it in the encoded text moves it by one of three places; the
        # characters at its edges hold bits of the neighbours and are left out.
        text = base64.b64encode(bytes(shift) + value)
        yield text[(0, 2, 3)[shift] : len(text) - 4]


def _trace(
    steps: Steps,
    about: tuple[str, str, str],
    forms: tuple[bytes, ...],
    before: list[JournalRecord],
    after: list[JournalRecord],
) -> Trace:
    function, place, name = about
    found = next((entry for entry in before if _holds(entry, forms)), None)
    return Trace(
        function=function,
        place=neutralise(place),
        datum=neutralise(name),
        before=steps.seen_or(found, "it did not stand here before the deletion"),
        after=_after(steps, forms, found, after),
    )


def _after(
    steps: Steps,
    forms: tuple[bytes, ...],
    control: JournalRecord | None,
    reads: list[JournalRecord],
) -> Observation:
    left = next((entry for entry in reads if _holds(entry, forms)), None)
    if left is not None:
        return steps.seen(left)
    if control is None:
        return Unknown(reason="it did not stand here before the deletion either")
    if not reads or not all(map(_read_whole, reads)):
        return Unknown(reason="the place was not read to its end after the deletion")
    return Absent(control=steps.ref(control))


def _holds(record: JournalRecord, forms: tuple[bytes, ...]) -> bool:
    data = record.data("data")
    return any(form in data for form in forms)


def _read_whole(record: JournalRecord) -> bool:
    """To its end, and it was the place itself that answered."""
    expected = record.data("expected")
    whole = record.fields.get("whole") is True
    return whole and bool(expected) and expected in record.data("data")


def _deletion(steps: Steps, name: str, record: JournalRecord) -> Deletion:
    confirmed = record if worked(record) else None
    return Deletion(
        function=name, done=steps.seen_or(confirmed, "the device did not confirm the deletion")
    )


INTERPRETER = Interpreter(ProbeName("leftovers"), 1, LeftoversFacts, interpret)
