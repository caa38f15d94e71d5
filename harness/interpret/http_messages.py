"""HTTP/1.1 answers as raw bytes (RFC 9112): when one is whole, and what it says (pure)."""

import re
from dataclasses import dataclass
from typing import Final

MAX_HEAD: Final = 64 * 1024
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: [^\r\n]*)?\r?\n")
_INTERIM: Final = 200
_NO_BODY: Final = frozenset({204, 304})


@dataclass(frozen=True)
class Answer:
    """One answer. ``length`` is the announced body length, -1 if it ends with the connection."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    length: int
    chunked: bool

    @property
    def whole(self) -> bool:
        """Whether nothing more is to come."""
        if self.status in _NO_BODY:
            return True
        if self.chunked:
            return self.body.endswith(b"0\r\n\r\n")
        return 0 <= self.length <= len(self.body)


def parse_answer(data: bytes) -> Answer | None:
    """The final answer in ``data``, interim ones skipped; None if its head is not there."""
    while True:
        line = _STATUS_LINE.match(data)
        if line is None:
            return None
        head, end, body = _split_head(data)
        if not end:
            return None
        status = int(line.group(1))
        if status >= _INTERIM:
            return _answer(status, head, body)
        data = body


def _split_head(data: bytes) -> tuple[bytes, bytes, bytes]:
    for mark in (b"\r\n\r\n", b"\n\n"):
        head, end, body = data.partition(mark)
        if end and len(head) <= MAX_HEAD:
            return head, end, body
    return data, b"", b""


def _answer(status: int, head: bytes, body: bytes) -> Answer:
    headers = []
    for line in head.splitlines()[1:]:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            headers.append((name.strip(), value.strip()))
    by_name = {name.lower(): value for name, value in headers}
    text = by_name.get("content-length", "")
    length = int(text) if re.fullmatch(r"[0-9]{1,12}", text) else -1
    chunked = "chunked" in by_name.get("transfer-encoding", "").lower()
    return Answer(status, tuple(headers), body, length, chunked)
