"""Login attempts over HTTP: forms and basic authentication."""

import base64
import re
from typing import Final
from urllib.parse import quote_plus, urlencode

from harness.bench.network_link import HttpExchange, HttpSession, NetworkLink
from harness.facts.credentials import TrialOutcome
from harness.interpret.html_forms import parse_page
from harness.interpret.http_exchanges import port_of, split_url
from harness.interpret.login_page import local_path
from harness.interpret.login_reading import chain_ends, is_refused
from harness.interpret.login_transcript import BASIC, Point
from harness.probes.base import ProbeContext
from harness.probes.login_candidates import Candidate
from harness.probes.login_log import LoginLog

WELL_KNOWN_PAGES: Final = ("/", "/status", "/settings", "/index.html", "/admin", "/config", "/home")
_MAX_HOPS: Final = 3
_MAX_CHANGE_PAGES: Final = 8
_UNSAFE: Final = re.compile(
    r"(?i)log-?out|sign-?out|logoff|reset|reboot|restart|shut|delete|erase|factory|default|upgrade"
    r"|update|remove|format|wipe|halt|restore|apply|save"
)
"""Links that are not followed: a badly made device acts on GET (RFC 9110, section 9.2.1)."""
_REFUSED: Final = frozenset({401, 403})
_LOCKED: Final = frozenset({423, 429})
_MIN_COOKIE: Final = 8
_FORM_HEADERS: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class HttpLogin:
    """One HTTP login point; every attempt in a session of its own."""

    def __init__(self, context: ProbeContext, link: NetworkLink, point: Point) -> None:
        """Attempt logins at ``point`` over ``link``."""
        self._context = context
        self._link = link
        self._point = point
        scheme = "https" if point.tls else "http"
        host = f"[{link.address}]" if ":" in link.address else link.address
        self._base = f"{scheme}://{host}:{point.port}"
        self._timeout_s = context.settings.credentials.timeout_s
        self.checks: tuple[str, ...] = point.protected[:1]

    def attempt(self, candidate: Candidate, log: LoginLog, *, look_around: bool) -> None:
        """Make one attempt; ``look_around`` asks for more pages once logged in."""
        if self._point.method == BASIC:
            self._basic(candidate, log, look_around=look_around)
        else:
            self._form(candidate, log, look_around=look_around)

    def _basic(self, candidate: Candidate, log: LoginLog, *, look_around: bool) -> None:
        pages = self._start_pages() if look_around else ()
        self._anonymous(dict.fromkeys((self._point.path, *pages)), log)
        session = self._link.http(self._timeout_s)
        try:
            login = (candidate.user, candidate.password)
            self._ask(session, log, "login", self._point.path, self._point.path, basic=login)
            accepted = log.reading(self._point).outcome is TrialOutcome.ACCEPTED
            for path in pages if accepted else ():
                self._chain(session, log, "change", path, basic=login)
        finally:
            session.close()

    def _form(self, candidate: Candidate, log: LoginLog, *, look_around: bool) -> None:
        self._anonymous(self._start_pages() if look_around else self.checks, log)
        session = self._link.http(self._timeout_s)
        try:
            answer = self._submit(session, candidate, log)
            if answer is None or answer.status in _REFUSED | _LOCKED or answer.error:
                return
            landing = self._landing(answer)
            if landing and landing not in self.checks:
                self._anonymous((landing,), log)
            for path in dict.fromkeys((*self.checks, *((landing,) if landing else ()))):
                self._chain(session, log, "after", path)
            accepted = log.reading(self._point).outcome is TrialOutcome.ACCEPTED
            if look_around and accepted:
                self._look_around(session, landing, log)
        finally:
            session.close()

    def _look_around(self, session: HttpSession, landing: str, log: LoginLog) -> None:
        """Ask for protected pages, those that the first page after the login links to included."""
        known = set(self._start_pages()) | set(self.checks)
        ends = chain_ends(log.records, "after")
        end = ends.get(landing) or next(iter(ends.values()), None)
        named = [landing] if landing else []
        if end is not None:
            page = parse_page(end.data("body"))
            here = end.text("path")
            named += [local_path(link, here, self._link.address) for link in page.links]
        more = [path for path in dict.fromkeys(named) if path and not _UNSAFE.search(path)]
        more = [path for path in more if path not in known][:_MAX_CHANGE_PAGES]
        self._anonymous(tuple(path for path in more if path != landing), log)
        for path in (*self._start_pages(), *more):
            self._chain(session, log, "change", path)

    def _start_pages(self) -> tuple[str, ...]:
        return self._point.protected[:_MAX_CHANGE_PAGES]

    def _submit(
        self, session: HttpSession, candidate: Candidate, log: LoginLog
    ) -> HttpExchange | None:
        """Fetch the form for its hidden fields, fill it in, send it."""
        form = self._ask(session, log, "form", self._point.path, self._point.path)
        if form.error:
            return None
        fields = [*self._hidden_fields(form.body)]
        if self._point.user_field:
            fields.append((self._point.user_field, candidate.user))
        fields.append((self._point.password_field, candidate.password))
        return self._ask(
            session, log, "login", self._point.action, self._point.action, body=urlencode(fields)
        )

    def _hidden_fields(self, body: bytes) -> list[tuple[str, str]]:
        for form in parse_page(body).forms:
            if [entry.name for entry in form.passwords] == [self._point.password_field]:
                hidden = [entry for entry in form.fields if entry.kind == "hidden"]
                return [(entry.name, entry.value) for entry in hidden if entry.name]
        return []

    def _landing(self, answer: HttpExchange) -> str:
        location = _header(answer, "location")
        if not location:
            return ""
        path = local_path(location, self._point.action, self._link.address)
        return "" if path.partition("?")[0] == self._point.path.partition("?")[0] else path

    def _anonymous(self, paths: tuple[str, ...] | dict[str, None], log: LoginLog) -> None:
        """Ask for pages without login, each in a session of its own."""
        for path in paths:
            session = self._link.http(self._timeout_s)
            try:
                self._chain(session, log, "before", path)
            finally:
                session.close()

    def _chain(
        self,
        session: HttpSession,
        log: LoginLog,
        step: str,
        path: str,
        basic: tuple[str, str] | None = None,
    ) -> None:
        """Follow redirects on the same host, a few hops."""
        here = path
        for _ in range(_MAX_HOPS + 1):
            answer = self._ask(session, log, step, path, here, basic=basic)
            location = _header(answer, "location")
            if not location or answer.error:
                return
            there = local_path(location, here, self._link.address)
            if not there or there == here or not self._stays(location):
                return
            if step == "before" and there.partition("?")[0] == self._point.path:
                return  # to the login page: refused, whatever that page looks like
            here = there

    def _stays(self, location: str) -> bool:
        """A redirect to another scheme or port leads to another login point."""
        parts = split_url(location)
        if not parts.scheme:
            return not parts.netloc
        same_scheme = parts.scheme == ("https" if self._point.tls else "http")
        return same_scheme and port_of(parts) == self._point.port

    def _ask(  # noqa: PLR0913  (one HTTP request)
        self,
        session: HttpSession,
        log: LoginLog,
        step: str,
        of: str,
        path: str,
        *,
        body: str = "",
        basic: tuple[str, str] | None = None,
    ) -> HttpExchange:
        self._context.check_time()
        method = "POST" if step == "login" and self._point.method != BASIC else "GET"
        headers = _FORM_HEADERS if method == "POST" else None
        answer = session.request(
            method, self._base + path, headers=headers, body=body.encode(), basic=basic
        )
        self._tell_cookies(answer)
        log.record(
            "exchange",
            step=step,
            of=of,
            path=path,
            method=answer.method,
            url=answer.url,
            request_headers=[list(pair) for pair in answer.request_headers],
            request_body=answer.request_body,
            status=answer.status,
            reason=answer.reason,
            headers=[list(pair) for pair in answer.headers],
            body=answer.body,
            error=answer.error,
            truncated=answer.truncated,
            duration_ms=answer.duration_ms,
        )
        return answer

    def _tell_cookies(self, answer: HttpExchange) -> None:
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                content = value.partition(";")[0].partition("=")[2].strip().strip('"')
                if len(content) >= _MIN_COOKIE:
                    self._context.secret(content, "session-cookie")

    def protected(self, paths: tuple[str, ...], log: LoginLog) -> tuple[str, ...]:
        """Those of ``paths`` that are kept from whoever is not logged in."""
        self._anonymous(paths, log)
        ends = chain_ends(log.records, "before")
        return tuple(path for path in paths if path in ends and is_refused(self._point, ends[path]))


def wire_forms(candidate: Candidate, method: str) -> tuple[tuple[str, str], ...]:
    """Other texts that a password becomes on the wire, with their kinds: secrets as well."""
    if method == BASIC:
        pair = f"{candidate.user}:{candidate.password}".encode()
        return ((base64.b64encode(pair).decode(), "basic-authorization"),)
    encoded = quote_plus(candidate.password)
    return ((encoded, "password-urlencoded"),) if encoded != candidate.password else ()


def _header(answer: HttpExchange, name: str) -> str:
    return next((value for key, value in answer.headers if key.lower() == name), "")
