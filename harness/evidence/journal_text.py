"""What a journal says when its records are read as one stream.

A device writes ``hunter2`` and the bench reads ``hun`` and ``ter2``: two records, and neither holds
the password. So texts of the same field are joined over records of one kind, and over those of one
connection, before secrets are looked for.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from harness.encoding.canonical import load_strict
from harness.errors import CaptureError

Fields = dict[str, Any]
_STREAMS: Final = ("connection", "layer", "channel", "stream", "session", "target", "port", "login")


def streams(records: Sequence[Fields | None]) -> list[tuple[str, list[Fields]]]:
    """Groups of records whose texts may continue each other, each with the field to join."""
    groups: dict[tuple[object, ...], list[Fields]] = {}
    for fields in records:
        if fields is None:
            continue
        where = tuple(str(fields.get(name, "")) for name in _STREAMS)
        for name, value in fields.items():
            if isinstance(value, str) and name not in {"t", "kind", "schema"}:
                groups.setdefault((name, fields.get("kind")), []).append(fields)
                groups.setdefault((name, fields.get("kind"), where), []).append(fields)
    return [(str(key[0]), group) for key, group in groups.items() if len(group) > 1]


def texts_of(value: Any) -> Iterator[str]:  # noqa: ANN401  (any JSON value)
    """Every text of a JSON value, names of fields and digits of whole numbers included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield name
            yield from texts_of(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from texts_of(entry)
    elif isinstance(value, int):
        yield str(value)


def read_records(data: bytes) -> list[Fields | None]:
    """Every line of a journal; None for a line that is torn or no object."""
    return [_record(line) for line in data.splitlines(keepends=True)]


def _record(line: bytes) -> Fields | None:
    try:
        fields = load_strict(line)
    except CaptureError:
        return None
    return fields if isinstance(fields, dict) and line.endswith(b"\n") else None


def texts_of_journal(records: Sequence[Fields | None]) -> Iterator[str]:
    """Every text of a journal: of all records, and of the streams that they form."""
    yield "\n".join(text for fields in records for text in texts_of(fields))
    for name, group in streams(records):
        yield "".join(fields[name] for fields in group)


def scrub_across(
    records: Sequence[Fields | None], scrub: Callable[[str], str]
) -> list[Fields | None]:
    """Copies of ``records`` in which ``scrub`` was applied to each joined stream.

    ``scrub`` must keep the length of its text.
    """
    copies = [None if fields is None else dict(fields) for fields in records]
    for name, group in streams(copies):
        joined = "".join(fields[name] for fields in group)
        scrubbed = scrub(joined)
        if scrubbed == joined:
            continue
        position = 0
        for fields in group:
            end = position + len(fields[name])
            fields[name] = scrubbed[position:end]
            position = end
    return copies
