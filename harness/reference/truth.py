"""The router's own log of what really happened: the truth that tests compare captures with.

One JSON object a line (``certbench/reference-truth/1``), flushed as written. Kinds:

- ``opened``, ``closed``: a connection; ``closed`` has totals ``sent`` and ``acknowledged`` (bytes);
- ``sent``, ``received``: ``data`` as Latin-1 text; ``layer`` is ``wire`` for bytes on the link and
  ``plain`` for what went into or came out of TLS or SSH;
- ``acknowledged``: the peer has confirmed ``total`` wire bytes of the connection so far;
- ``login``: ``outcome`` accepted, must-change, rejected or locked; ``power``, ``state``, ``link``.
"""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

SCHEMA: Final = "certbench/reference-truth/1"


class TruthLog:
    """Append-only JSONL file, safe to write from any thread. Close it, or use it as a context."""

    def __init__(self, path: Path) -> None:
        """Start a new log at ``path``; an older one there is replaced."""
        self._lock = threading.Lock()
        self._file = path.open("w", encoding="ascii")
        self.record("log", schema=SCHEMA)

    def record(self, kind: str, **fields: str | int) -> None:
        """Append one record with the current UTC time; nothing after `close`."""
        entry = {"time": datetime.now(UTC).isoformat(), "kind": kind, **fields}
        with self._lock:
            if not self._file.closed:
                self._file.write(json.dumps(entry) + "\n")
                self._file.flush()

    def data(self, kind: str, channel: str, connection: int, layer: str, data: bytes) -> None:
        """Append bytes that were ``sent`` or ``received`` on a connection."""
        text = data.decode("latin-1")
        self.record(kind, channel=channel, connection=connection, layer=layer, data=text)

    def close(self) -> None:
        """Close the file; later records are dropped."""
        with self._lock:
            self._file.close()

    def __enter__(self) -> Self:
        """The log itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()
