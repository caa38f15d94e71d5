"""HTTP exchanges as the web probes store them, read back from a journal (pure).

One record ``kind="exchange"`` a request: ``purpose``, ``method``, ``url``, ``request_headers``,
``request_body``, ``status``, ``reason``, ``headers``, ``body``, ``truncated``, ``error``.
"""

import json
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

from harness.encoding.journal import Journal, JournalRecord
from harness.errors import CaptureError
from harness.interpret.base import CaptureReader
from harness.interpret.html_forms import Page, parse_page
from harness.model.observation import EvidenceRef

MAX_JSON: Final = 64 * 1024
OK: Final = 200
BAD_REQUEST: Final = 400
UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Exchange:
    """One request and its answer as stored.

    Attributes:
        purpose: why the probe asked: ``page``, ``missing-page``, ``login``, ``version``.
        path: path and query of the request.
        status: 0 when there was no answer; ``error`` then says why.
        truncated: the body went on when the bench had enough.
    """

    purpose: str
    method: str
    url: str
    path: str
    status: int
    headers: Headers
    body: bytes
    error: str
    evidence: EvidenceRef
    truncated: bool = False

    @property
    def answered(self) -> bool:
        """Whether the server gave an HTTP answer."""
        return not self.error and self.status > 0

    def header(self, name: str) -> str:
        """The first header of this name, ``""`` if there is none."""
        return header_of(self.headers, name)

    @property
    def page(self) -> Page:
        """The body as a page; empty unless it is HTML."""
        return parse_page(self.body) if self.is_html else Page()

    @property
    def is_html(self) -> bool:
        """Whether the body is HTML, by its type or, without one, by its looks."""
        kind = self.header("content-type").lower()
        start = self.body[:2000].lower()
        looks_html = b"<html" in start or b"<!doctype html" in start or b"<form" in start
        return "html" in kind or (not kind and looks_html)

    @property
    def unread_page(self) -> str:
        """Why a page may hold more than was read; ``""`` if it was read whole."""
        if not self.answered or not self.is_html:
            return ""
        if self.truncated:
            return "the page is longer than the bench reads"
        coding = self.header("content-encoding").strip().lower()
        coded = coding not in {"", "identity"} and b"<" not in self.body
        return "the page is in a coding that the bench cannot undo" if coded else ""

    @property
    def json(self) -> Any:  # noqa: ANN401  (any JSON value)
        """The body as JSON; None if it is not."""
        if "json" not in self.header("content-type").lower() and self.body[:1] not in b"{[":
            return None
        return parse_json(self.body)

    @property
    def redirect(self) -> str:
        """The Location of a redirect, absolute; ``""`` if this is none."""
        location = self.header("location").strip()
        if self.status not in _REDIRECTS or not location:
            return ""
        try:
            return urljoin(self.url, location)
        except ValueError:
            return location


def header_of(headers: Headers, name: str) -> str:
    """The first header called ``name``, in any case; ``""`` if there is none."""
    return next((value for key, value in headers if key.lower() == name), "")


def parse_json(body: bytes) -> Any:  # noqa: ANN401  (any JSON value)
    """A bounded body as JSON, None if it is not; what devices send is rarely strict."""
    try:
        return json.loads(body[:MAX_JSON])
    except (ValueError, RecursionError):
        return None


def read_exchange(captures: CaptureReader, name: str, record: JournalRecord) -> Exchange:
    """One stored exchange.

    Raises:
        CaptureError: a field is not what it should be.
    """
    url = record.text("url")
    parts = split_url(url)
    path = parts.path or "/"
    return Exchange(
        purpose=record.text("purpose"),
        method=record.text("method"),
        url=url,
        path=f"{path}?{parts.query}" if parts.query else path,
        status=record.number("status"),
        headers=_headers(record),
        body=record.data("body"),
        error=record.text("error"),
        evidence=captures.ref(name, f"line {record.line}"),
        truncated=record.fields.get("truncated") is True,
    )


def read_exchanges(captures: CaptureReader, name: str, journal: Journal) -> tuple[Exchange, ...]:
    """Every exchange of a journal, in order. Raises CaptureError as `read_exchange`."""
    return tuple(read_exchange(captures, name, record) for record in journal.of("exchange"))


def _headers(record: JournalRecord) -> Headers:
    pairs = []
    for entry in record.listed("headers"):
        match entry:
            case [str(name), str(content)]:
                pairs.append((name, content))
            case _:
                raise CaptureError(f"line {record.line}: a header is not a pair of texts")
    return tuple(pairs)


def split_url(url: str) -> SplitResult:
    """Split ``url``; the empty URL for what cannot be split (a device made it up)."""
    try:
        parts = urlsplit(url)
        _ = (parts.port, parts.hostname)
    except ValueError:
        return urlsplit("")
    return parts


def port_of(parts: SplitResult) -> int:
    """The port of a URL, with the default of its scheme."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def same_host(host: str, address: str) -> bool:
    """Whether ``host`` is literally ``address``; names are never looked up."""
    try:
        return ip_address(host) == ip_address(address)
    except ValueError:
        return host != "" and host == address


def same_server_path(url: str, reference: str) -> str:
    """Path and query that ``reference`` on the page at ``url`` leads to on the same server.

    ``""`` if it leads to another scheme, host or port, to a script or nowhere.
    """
    here = split_url(url)
    try:
        there = split_url(urljoin(url, reference.strip()))
    except ValueError:
        return ""
    if there.scheme not in {"http", "https"} or there.scheme != here.scheme:
        return ""
    if there.hostname != here.hostname or port_of(there) != port_of(here):
        return ""
    path = there.path or "/"
    return f"{path}?{there.query}" if there.query else path
