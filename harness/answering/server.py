"""The web server of the answer page: local, bounded, and closed to whoever lacks a link.

Every person has a link with a random token of its own, so that no name need be typed and no cookie
set. Beside that token a request must name the right host, which keeps out pages of the web that
point a name of theirs at this address, and a form must bring back a second token.
"""

import contextlib
import hmac
import ipaddress
import logging
import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from typing_extensions import override

from harness.answering.desk import Desk, Given
from harness.answering.forms import MAX_BODY_BYTES, Form, read_form
from harness.answering.page import Pages, Visitor, policy
from harness.answering.queue import Asked
from harness.answering.store import BusyError, OvertakenError
from harness.errors import CertbenchError, UsageError

logger = logging.getLogger(__name__)
_AT_ONCE: Final = 32
_TIMEOUT_S: Final = 30.0
_ENDS_WITHIN_S: Final = 300.0
"""Of a whole request: a photo over a slow link."""
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    # With no-referrer browsers send forms from the origin "null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class AnswerServer(ThreadingHTTPServer):
    """Serves the questions of one desk to the people that it knows.

    Attributes:
        links: person -> address of their page.
    """

    daemon_threads = True
    request_queue_size = _AT_ONCE

    def __init__(
        self, address: tuple[str, int], desk: Desk, pages: Pages, people: Sequence[str]
    ) -> None:
        """Listen on ``address``; port 0 takes a free one.

        Raises:
            UsageError: the address is no address of one interface, or it cannot be listened on.
        """
        host = one_address(address[0])
        if host.version == 6:  # noqa: PLR2004
            self.address_family = socket.AF_INET6
        try:
            super().__init__((str(host), address[1]), _Handler)
        except OSError as error:
            raise UsageError(f"{host}:{address[1]}: cannot listen: {error.strerror}") from error
        self.desk = desk
        self.pages = pages
        shown = f"[{host}]" if host.version == 6 else str(host)  # noqa: PLR2004
        self.authority = f"{shown}:{self.server_address[1]}"
        form_token = secrets.token_urlsafe(24)
        tokens = {person: secrets.token_urlsafe(24) for person in people}
        self._visitors = [
            Visitor(person, f"/{token}/", form_token) for person, token in tokens.items()
        ]
        self.links = {each.person: f"http://{self.authority}{each.base}" for each in self._visitors}
        self._places = threading.BoundedSemaphore(_AT_ONCE)

    def show(self, desk: Desk, pages: Pages) -> None:
        """Serve other questions under the same links from now on."""
        self.pages = pages
        self.desk = desk

    def visitor(self, path: str) -> Visitor | None:
        """Whose page a path is; every link is compared, each in constant time."""
        found = None
        given = path.encode("utf-8", "replace")
        for each in self._visitors:
            base = each.base.encode()
            if hmac.compare_digest(given[: len(base)], base):
                found = each
        return found

    @override
    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    @override
    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        logger.debug("a connection of %s broke", client_address)


def one_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address of one interface. Raises UsageError for a name, or for all of them."""
    try:
        host = ipaddress.ip_address("127.0.0.1" if text == "localhost" else text.strip("[]"))
    except ValueError as error:
        raise UsageError(f"--listen {text}: name an IP address of this machine") from error
    if host.is_unspecified:
        raise UsageError(f"--listen {text}: name one address, not all of them")
    return host


class _Refused(Exception):  # noqa: N818  (an answer to a request, no fault of ours)
    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    """One connection. It says nothing of certbench to those who are refused."""

    server: AnswerServer
    timeout = _TIMEOUT_S
    server_version = "certbench"
    sys_version = ""

    @override
    def setup(self) -> None:
        super().setup()
        # The time-out of the socket is one for each read; this one ends a drip of single bytes.
        self._guard = threading.Timer(_ENDS_WITHIN_S, self._hang_up)
        self._guard.daemon = True
        self._guard.start()

    @override
    def finish(self) -> None:
        self._guard.cancel()
        super().finish()

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def do_GET(self) -> None:
        """A page."""
        self._guarded(self._get)

    def do_POST(self) -> None:
        """An answer, or a question that is skipped."""
        self._guarded(self._post)

    def _guarded(self, act: Callable[[Visitor], None]) -> None:
        self.close_connection = True
        try:
            act(self._known_visitor())
        except _Refused as refused:
            self._send(refused.status, refused.status.phrase.encode(), "text/plain")
        except TimeoutError:
            logger.debug("a request did not end in time")
        except CertbenchError as error:
            logger.warning("%s", error)
            text = f"{error}\n".encode("utf-8", "replace")
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, text, "text/plain")

    def _known_visitor(self) -> Visitor:
        hosts = self.headers.get_all("Host") or []
        if hosts != [self.server.authority]:
            raise _Refused(HTTPStatus.MISDIRECTED_REQUEST)
        visitor = self.server.visitor(self.path)
        if visitor is None:
            raise _Refused(HTTPStatus.NOT_FOUND)
        return visitor

    def _get(self, visitor: Visitor) -> None:
        entry = self._entry(visitor)
        pages = self.server.pages
        page = pages.question(visitor, entry) if entry else pages.overview(visitor)
        self._send(HTTPStatus.OK, page)

    def _entry(self, visitor: Visitor) -> Asked | None:
        """The question that the path names; None for the list."""
        rest = self.path[len(visitor.base) :]
        if not rest:
            return None
        key = rest.removeprefix("q/")
        entry = self.server.desk.queue.by_key.get(key)
        if entry is None or rest == key:
            raise _Refused(HTTPStatus.NOT_FOUND)
        return entry

    def _post(self, visitor: Visitor) -> None:
        origin = self.headers.get("Origin")
        if origin is not None and origin != f"http://{self.server.authority}":
            raise _Refused(HTTPStatus.FORBIDDEN)
        entry = self._entry(visitor)
        if entry is None:
            raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED)
        try:
            form = read_form(self.headers.get("Content-Type", ""), self._body())
        except UsageError as error:
            self._again(visitor, entry, HTTPStatus.BAD_REQUEST, str(error), Form())
            return
        if not hmac.compare_digest(form.text("token").encode(), visitor.form_token.encode()):
            raise _Refused(HTTPStatus.FORBIDDEN)
        desk = self.server.desk
        if form.text("action") == "skip":
            desk.leases.give_back(entry.key, visitor.person)
        else:
            try:
                desk.answer(entry, _given(form), visitor.person)
            except (OvertakenError, BusyError) as error:
                self._again(visitor, entry, HTTPStatus.CONFLICT, str(error), form)
                return
            except UsageError as error:
                self._again(visitor, entry, HTTPStatus.BAD_REQUEST, str(error), form)
                return
        following = desk.next_after(entry.key, visitor.person)
        self._go_to(visitor.base + (f"q/{following.key}" if following else ""))

    def _body(self) -> bytes:
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError as error:
            raise _Refused(HTTPStatus.LENGTH_REQUIRED) from error
        if not 0 <= length <= MAX_BODY_BYTES:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = self.rfile.read(length)
        if len(body) != length:
            raise _Refused(HTTPStatus.BAD_REQUEST)
        return body

    def _again(
        self, visitor: Visitor, entry: Asked, status: HTTPStatus, problem: str, form: Form
    ) -> None:
        """The question with what was typed, and why it was not kept."""
        self._send(status, self.server.pages.question(visitor, entry, problem, form.fields))

    def _go_to(self, path: str) -> None:
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", path)
        self.send_header("Content-Length", "0")
        self._end_headers()

    def _send(self, status: HTTPStatus, body: bytes, kind: str = "text/html") -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self._end_headers()
        self.wfile.write(body)

    def _end_headers(self) -> None:
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Security-Policy", policy())
        self.end_headers()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        logger.debug("request of %s", self.client_address[0])  # never the path: it holds the token


def _given(form: Form) -> Given:
    seen = form.text("seen")
    return Given(
        value=form.text("value"),
        reason=form.text("reason"),
        opened=form.text("opened"),
        seen=int(seen) if seen.isdecimal() and len(seen) < 7 else None,  # noqa: PLR2004
        files=tuple(form.files),
    )
