"""A recorded session with one web endpoint, and how web probes log in over it."""

import base64
from typing import Final
from urllib.parse import urlencode

from harness.bench.network_link import HttpSession
from harness.bench.protocols import Login
from harness.interpret.html_forms import Form
from harness.interpret.http import asks_for_basic
from harness.interpret.http_exchanges import BAD_REQUEST, UNAUTHORIZED, Exchange, same_server_path
from harness.model.states import DeviceState
from harness.probes.base import CaptureJournal, ProbeContext
from harness.probes.http_recording import record_exchange, remember_password

MAX_HOPS: Final = 3
FORM_TYPE: Final = "application/x-www-form-urlencoded"


def login_of_state(context: ProbeContext) -> Login | None:
    """The login that should work in this state: the label's out of the box, later the user's."""
    if context.state is DeviceState.AS_RECEIVED:
        return context.sample.label
    return context.sample.user


class WebClient:
    """Asks one endpoint and records every exchange.

    Attributes:
        cookies: those that the device set in this session, by name.
        basic: the login that is sent with every request (RFC 7617), once `sign_in` chose so.
        login_sent: a login was sent in this session, whatever came of it.
    """

    def __init__(
        self, context: ProbeContext, session: HttpSession, journal: CaptureJournal, base: str
    ) -> None:
        """Talk to ``base`` (scheme, host and port) over ``session``."""
        self._context = context
        self._session = session
        self._journal = journal
        self._base = base
        self.cookies: dict[str, str] = {}
        self.basic: tuple[str, str] | None = None
        self.login_sent = False

    def ask(self, path: str, purpose: str, form: dict[str, str] | None = None) -> Exchange:
        """GET ``path``, or POST ``form`` to it.

        Raises:
            BenchFault: the attempt's time is up.
        """
        self._context.check_time()
        method, headers, body = "GET", {}, b""
        if form is not None:
            method, headers = "POST", {"Content-Type": FORM_TYPE}
            body = urlencode(form).encode()
        answer = self._session.request(
            method, self._base + path, headers=headers, body=body, basic=self.basic
        )
        exchange = record_exchange(self._context, self._journal, answer, purpose)
        for name, value in exchange.headers:
            if name.lower() == "set-cookie":
                key, _, content = value.partition(";")[0].partition("=")
                self.cookies[key.strip()] = content.strip()
        return exchange

    def follow(self, path: str, purpose: str) -> Exchange:
        """GET ``path`` and then where it leads, on this endpoint only and at most three times."""
        exchange = self.ask(path, purpose)
        for _ in range(MAX_HOPS):
            if not exchange.redirect:
                break
            target = same_server_path(exchange.url, exchange.redirect)
            if not target or target == exchange.path:
                break
            exchange = self.ask(target, purpose)
        return exchange

    def sign_in(self, login: Login, start: str = "/") -> bool:
        """Log in where ``start`` leads; whether the answer looks like a success.

        It only chooses the next step; conclusions are the interpreter's.
        """
        page = self.follow(start, "login-page")
        remember_password(self._context, login.password)
        if page.status == UNAUTHORIZED and asks_for_basic(page):
            self.basic = (login.user, login.password)
            self._context.secret(basic_token(login.user, login.password), "password")
            self.login_sent = True
            return self.follow(start, "login").status != UNAUTHORIZED
        form = page.page.login_form(page.path)
        action = same_server_path(page.url, form.action) if form else ""
        if form is None or not action:
            return False
        self.login_sent = True
        answer = self.ask(action, "login", filled_in(form, login))
        back = same_server_path(answer.url, answer.redirect) if answer.redirect else ""
        refused = not answer.answered or answer.status >= BAD_REQUEST
        asked_again = answer.page.login_form(answer.path) is not None
        return not refused and not asked_again and _bare(back) != _bare(page.path)


def basic_token(user: str, password: str) -> str:
    """What follows ``Basic`` in an Authorization header (RFC 7617, section 2)."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def _bare(path: str) -> str:
    return path.partition("?")[0]


def filled_in(form: Form, login: Login) -> dict[str, str]:
    """A login form with everything that the page gave it, and the login."""
    fields = {
        entry.name: entry.value
        for entry in form.fields
        if entry.name and entry.kind not in {"submit", "button", "image", "reset"}
    }
    if form.user_field:
        fields[form.user_field] = login.user
    fields[form.passwords[0].name] = login.password
    return fields
