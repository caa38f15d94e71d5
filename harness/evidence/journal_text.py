"""What a journal says when its records are read as one stream.

A device writes ``hunter2`` and the bench reads ``hun`` and ``ter2``: two records, and neither holds
the password. So texts of the same field are joined over records of one kind, and over those of one
connection, before secrets are looked for.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.encoding.canonical import load_strict
from harness.errors import CaptureError

Fields = dict[str, Any]
_STREAMS: Final = ("connection", "layer", "channel", "stream", "session", "target", "port", "login")
_WITH_PLACE: Final = 3
"""Parts of a group's key where it names the connection, too."""


@dataclass(frozen=True)
class Stream:
    """Records whose texts may continue each other.

    Attributes:
        field: the one to join.
        connected: they are of one connection, so that their texts do continue each other.
    """

    field: str
    records: list[Fields]
    connected: bool

    @property
    def text(self) -> str:
        """The texts, joined."""
        return "".join(fields[self.field] for fields in self.records)


def streams(records: Sequence[Fields | None]) -> list[Stream]:
    """Groups of at least two records whose texts may continue each other."""
    groups: dict[tuple[object, ...], list[Fields]] = {}
    for fields in records:
        if fields is None:
            continue
        where = tuple(str(fields.get(name, "")) for name in _STREAMS)
        for name, value in fields.items():
            if isinstance(value, str) and name not in {"t", "kind", "schema"}:
                groups.setdefault((name, fields.get("kind")), []).append(fields)
                groups.setdefault((name, fields.get("kind"), where), []).append(fields)
    return [
        Stream(str(key[0]), group, connected=_is_connected(key))
        for key, group in groups.items()
        if len(group) > 1
    ]


def _is_connected(key: tuple[object, ...]) -> bool:
    """Whether a group is of one connection, or is what one line such as a console said."""
    return len(key) == _WITH_PLACE and (key[0] == "data" or any(_places(key)))


def _places(key: tuple[object, ...]) -> tuple[str, ...]:
    place = key[_WITH_PLACE - 1]
    return place if isinstance(place, tuple) else ()


def texts_of(value: Any) -> list[str]:  # noqa: ANN401  (any JSON value)
    """Every text of a JSON value, names of fields and digits of whole numbers included."""
    found: list[str] = []
    _gather(value, found)
    return found


def _gather(value: Any, found: list[str]) -> None:  # noqa: ANN401  (any JSON value)
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, dict):
        for name, entry in value.items():
            found.append(name)
            _gather(entry, found)
    elif isinstance(value, list):
        for entry in value:
            _gather(entry, found)
    elif isinstance(value, int):
        found.append(str(value))


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
    for stream in streams(records):
        yield stream.text


def scrub_across(
    records: Sequence[Fields | None], exact: Callable[[str], str], looks: Callable[[str], str]
) -> list[Fields | None]:
    """Copies of ``records`` that were scrubbed as joined streams; lengths stay.

    Args:
        records: of one journal.
        exact: replaces known secrets, in every stream.
        looks: replaces these and what looks secret, where texts really continue each other.
    """
    copies = [None if fields is None else dict(fields) for fields in records]
    for stream in streams(copies):
        joined = stream.text
        scrubbed = looks(joined) if stream.connected else exact(joined)
        if scrubbed == joined:
            continue
        position = 0
        for fields in stream.records:
            end = position + len(fields[stream.field])
            fields[stream.field] = scrubbed[position:end]
            position = end
    return copies
