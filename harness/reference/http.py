"""The small part of HTTP/1.1 (RFC 9112) that the router speaks, with bounds on everything."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote_to_bytes

from harness.reference.stream import ByteStream

_LONGEST_HEAD: Final = 16384
LONGEST_BODY: Final = 8192
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_BAD_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class MalformedError(Exception):
    """The peer sent something that cannot be processed; ``status`` is the clean answer."""

    def __init__(self, status: HTTPStatus, problem: str) -> None:
        """Name the answer and the problem, the latter in the router's own words."""
        super().__init__(problem)
        self.status = status


@dataclass(frozen=True)
class Request:
    """One request. Header names are in lower case; the target is split at the question mark."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    oversize: bool = False

    def cookie(self, name: str) -> str:
        """The value of a cookie; ``""`` if there is none."""
        for pair in self.headers.get("cookie", "").split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name:
                return value
        return ""

    @property
    def is_json(self) -> bool:
        """Whether the body claims to be JSON."""
        kind = self.headers.get("content-type", "").partition(";")[0]
        return kind.strip().lower() == "application/json"

    def form(self) -> dict[str, str]:
        """The fields of an URL-encoded form.

        Raises:
            MalformedError: broken escapes, text that is not UTF-8, control characters, repeats.
        """
        if self.oversize:
            raise MalformedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too large.")
        fields: dict[str, str] = {}
        for pair in self.body.split(b"&") if self.body else []:
            name, equals, value = pair.partition(b"=")
            key = _decode(name)
            if not equals or key in fields:
                raise MalformedError(HTTPStatus.BAD_REQUEST, "The form cannot be read.")
            fields[key] = _decode(value)
        return fields


@dataclass(frozen=True)
class Response:
    """One answer."""

    status: HTTPStatus
    body: str = ""
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = field(default=())

    def encode(self, common: tuple[tuple[str, str], ...], *, head_only: bool, close: bool) -> bytes:
        """The bytes on the wire."""
        body = self.body.encode("utf-8", "backslashreplace")
        lines = [f"HTTP/1.1 {self.status.value} {self.status.phrase}"]
        lines += [f"{name}: {value}" for name, value in (*common, *self.headers)]
        lines += [f"Content-Type: {self.kind}", f"Content-Length: {len(body)}"]
        lines += ["Connection: close"] if close else []
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        return head if head_only else head + body


class RequestReader:
    """Reads requests one after the other from a connection."""

    def __init__(self, stream: ByteStream) -> None:
        """Read from ``stream``."""
        self._stream = stream
        self._buffer = b""

    def next(self) -> Request | None:
        """The next request; None when the peer is done.

        Raises:
            MalformedError: this is no request; the connection is of no further use.
            OSError: the connection broke.
        """
        head = self._head()
        if head is None:
            return None
        lines = head.decode("latin-1").split("\r\n")
        method, target = _request_line(lines[0])
        headers = _header_fields(lines[1:])
        body, oversize = self._body(headers)
        path, _, query = target.partition("?")
        return Request(method, path, query, headers, body, oversize)

    def _head(self) -> bytes | None:
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > _LONGEST_HEAD:
                raise MalformedError(
                    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The request is too large."
                )
            received = self._stream.recv(_LONGEST_HEAD)
            if not received:
                if self._buffer.strip():
                    raise MalformedError(HTTPStatus.BAD_REQUEST, "The request is incomplete.")
                return None
            self._buffer += received
            if self._is_hopeless():
                raise MalformedError(HTTPStatus.BAD_REQUEST, "This is not a request.")
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        return head.lstrip(b"\r\n")

    def _is_hopeless(self) -> bool:
        """Whether this can no longer become a request, so that waiting is useless."""
        line, newline, _ = self._buffer.lstrip(b"\r\n").partition(b"\n")
        starts_well = not line or line[:1].isalpha()
        return not starts_well or (bool(newline) and b" HTTP/1." not in line)

    def _body(self, headers: Mapping[str, str]) -> tuple[bytes, bool]:
        if "transfer-encoding" in headers:
            raise MalformedError(HTTPStatus.LENGTH_REQUIRED, "Send the length of the request.")
        text = headers.get("content-length", "0")
        if not (text.isascii() and text.isdigit()) or len(text) > len("1000000000"):
            raise MalformedError(HTTPStatus.BAD_REQUEST, "The length cannot be read.")
        length = int(text)
        if length > LONGEST_BODY:
            return b"", True
        while len(self._buffer) < length:
            received = self._stream.recv(length - len(self._buffer))
            if not received:
                raise MalformedError(HTTPStatus.BAD_REQUEST, "The request is incomplete.")
            self._buffer += received
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return body, False


def _request_line(line: str) -> tuple[str, str]:
    parts = line.split(" ")
    well_formed = len(parts) == len(("method", "target", "version"))
    if not well_formed or not parts[2].startswith("HTTP/1.") or not parts[1].startswith("/"):
        raise MalformedError(HTTPStatus.BAD_REQUEST, "This is not a request.")
    if parts[0] not in _METHODS:
        raise MalformedError(HTTPStatus.NOT_IMPLEMENTED, "No such method.")
    return parts[0], parts[1]


def _header_fields(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not _TOKEN.fullmatch(name):
            raise MalformedError(HTTPStatus.BAD_REQUEST, "A header cannot be read.")
        headers[name.lower()] = value.strip()
    return headers


def _decode(text: bytes) -> str:
    if _BAD_ESCAPE.search(text):
        raise MalformedError(HTTPStatus.BAD_REQUEST, "The form cannot be read.")
    try:
        decoded = unquote_to_bytes(text.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise MalformedError(HTTPStatus.BAD_REQUEST, "The form is not UTF-8.") from error
    if _CONTROL.search(decoded):
        raise MalformedError(HTTPStatus.UNPROCESSABLE_ENTITY, "A value cannot be accepted.")
    return decoded
