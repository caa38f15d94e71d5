"""Probe ``http-input``: unexpected input to web servers, each piece between well-formed requests.

It works as the logged-in user where the bench knows the login: a server that turns everyone away
has not read the input. What a case might have changed is sent again as it was.
"""

import json
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from typing_extensions import override

from harness.bench.network_link import Connected, NetworkLink, Stream, StreamClosed
from harness.facts.http import HttpFacts, HttpServer, LoginPoint
from harness.facts.services import ServicesFacts
from harness.interpret.base import INPUTS
from harness.interpret.html_forms import Form
from harness.interpret.http_exchanges import OK, UNAUTHORIZED, same_server_path
from harness.interpret.http_messages import parse_answer
from harness.interpret.web_configuration import is_settings_form, speaks_of_settings
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact, Lock
from harness.probes.base import CaptureJournal, Probe, ProbeContext, needed, network_of
from harness.probes.http import is_safe_link
from harness.probes.http_recording import describe, origin
from harness.probes.unexpected_inputs import (
    Case,
    Sender,
    api_cases,
    form_cases,
    login_cases,
    page_cases,
    spaced,
)
from harness.probes.web_client import WebClient, basic_token, login_of_state

MAX_LOGIN_CASES: Final = 3
MAX_ANSWER: Final = 64 * 1024
MAX_PAGES: Final = 6
CONTROL_TRIES: Final = 3
CONTROL_PAUSE_S: Final = 1.0
ANSWER_TIMEOUT_S: Final = 5.0
EXCHANGE_S: Final = 10.0
"""Bound on a whole answer: one that comes drop by drop never lets the other bound pass."""
_API_NAMES: Final = ("settings", "config", "parameters", "about", "device", "system", "status")
_REDIRECTED: Final = 400


@dataclass
class _Ground:
    """What there is to test on one endpoint.

    Attributes:
        control: path of the well-formed request.
        api: path of a JSON API and its well-formed answer.
        form: path of a settings page, and its form.
    """

    control: str = ""
    api: tuple[str, dict[str, object]] | None = None
    form: tuple[str, Form] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    notes: list[str] = field(default_factory=list)


class HttpInputProbe(Probe):
    """Sends a bounded, seeded set of unexpected inputs to every web server with a login or API."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Intrusive, alone on the sample; needs services and http."""
        return ProbeDeclaration(
            name=ProbeName("http-input"),
            version=1,
            summary="unexpected input to web logins, forms and APIs",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("services"), ProbeName("http")),
            impact=Impact.INTRUSIVE,
            locks=(Lock.DISTURBANCE,),
            timeout_s=400,
            estimate_s=15,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Write ``inputs.jsonl`` and one ``tcp-<port>.jsonl`` an endpoint.

        Raises:
            BenchFault: no network link, or upstream facts are missing.
        """
        link, facts = network_of(context), needed(context, HttpFacts)
        needed(context, ServicesFacts)
        limit = min(MAX_LOGIN_CASES, context.settings.credentials.max_attempts)
        with context.journal(INPUTS) as journal:
            journal.record(
                "inputs",
                targets=[describe(server.endpoint, tls=server.tls) for server in facts.servers],
                not_examined=[
                    {"target": entry.target, "reason": entry.reason}
                    for entry in facts.not_examined
                    if facts.on(entry.target) is None
                ],
                seed=context.seed,
                max_login_cases=limit,
            )
        for server in facts.servers:
            with context.journal(f"tcp-{server.endpoint.port}.jsonl") as journal:
                _Session(context, link, journal, server).run(limit)


class _Session:
    """All cases of one endpoint."""

    def __init__(
        self, context: ProbeContext, link: NetworkLink, journal: CaptureJournal, server: HttpServer
    ) -> None:
        self._context = context
        self._link = link
        self._journal = journal
        self._server = server
        self._base = origin(server.endpoint.address, server.endpoint.port, tls=server.tls)

    def run(self, login_limit: int) -> None:
        with closing(self._link.http()) as session:
            client = WebClient(self._context, session, self._journal, self._base)
            ground = self._explore(client)
            self._journal.record(
                "ground",
                control=ground.control,
                inputs=[found[0] for found in (ground.api, ground.form) if found],
                logins=len(self._server.logins),
            )
            if not ground.control:
                reason = "no page, form or API that takes a well-formed request was found"
                self._journal.record("skipped", reason=reason)
                return
            sender = Sender(self._base.partition("://")[2], ground.headers)
            if self._all_cases(sender, ground, login_limit):
                self._journal.record("finished")
            self._put_back(sender, ground)
        self._clear_failed_logins()

    def _explore(self, client: WebClient) -> _Ground:
        """Log in where that is possible, then look for an API, a form and a control."""
        ground = _Ground()
        login = login_of_state(self._context)
        points = self._server.logins
        if (login and points and client.sign_in(login, points[0].path)) or client.cookies:
            ground.headers = _session_headers(client)
        ground.api = self._find_api(client)
        ground.form = self._find_form(client)
        candidates = [
            *((ground.api[0],) if ground.api and ground.api[1] else ()),
            *((ground.form[0],) if ground.form else ()),
            *(point.path for point in points),
            *self._server.open_pages,
        ]
        for path in candidates:
            if client.ask(path, "control-candidate").status == OK:
                ground.control = path
                break
        return ground

    def _find_api(self, client: WebClient) -> tuple[str, dict[str, object]] | None:
        """A JSON API, rather one of settings; one that only refuses is better than none."""
        stated = self._context.sample.config.identity.path
        folders = dict.fromkeys((stated.rpartition("/")[0], "/api"))
        paths = [path for path in self._server.open_pages if "api" in path]
        paths += [f"{folder}/{name}" for folder in folders if folder for name in _API_NAMES]
        paths += [stated] if stated else []
        found: list[tuple[str, dict[str, object]]] = []
        for path in dict.fromkeys(paths):
            exchange = client.ask(path, "api-candidate")
            document = exchange.json if exchange.status in {OK, UNAUTHORIZED} else None
            if isinstance(document, dict):
                found.append((path, document if exchange.status == OK else {}))
        found.sort(key=lambda entry: (not entry[1], not speaks_of_settings(entry[0])))
        return found[0] if found else None

    def _find_form(self, client: WebClient) -> tuple[str, Form] | None:
        """A settings form made of plain text fields only, so that it can be put back as it was."""
        start = client.follow("/", "form-candidate")
        links = [same_server_path(start.url, reference) for reference in start.page.links]
        paths = sorted(
            dict.fromkeys(path for path in links if is_safe_link(path)),
            key=lambda path: not speaks_of_settings(path),
        )
        for path in paths[:MAX_PAGES]:
            exchange = client.ask(path, "form-candidate")
            for form in exchange.page.forms if exchange.status == OK else ():
                if is_settings_form(form, path) and _is_plain(form):
                    return path, form
        return None

    def _all_cases(self, sender: Sender, ground: _Ground, login_limit: int) -> bool:
        """Send everything; False if the server was gone before the end."""
        if not self._control(sender, ground.control):
            return True
        for case in self._cases(sender, ground, login_limit):
            self._context.check_time()
            received, error = self._exchange(case.data)
            self._journal.record(
                "case", name=case.name, sent=case.data, received=received, error=error
            )
            answer = parse_answer(received)
            if case.writes and answer is not None and answer.status < _REDIRECTED:
                ground.notes.append(case.name)
            if not self._control(sender, ground.control):
                self._journal.record("stopped", reason="the well-formed request found no answer")
                return False
        return True

    def _cases(self, sender: Sender, ground: _Ground, login_limit: int) -> list[Case]:
        seed = self._context.seed
        cases = list(page_cases(sender, ground.control, seed))
        if ground.api:
            cases += api_cases(sender, *ground.api, seed)
        if ground.form:
            cases += form_cases(sender, self._action(ground.form), ground.form[1], seed)
        logins: list[Case] = []
        point = self._form_login()
        if point:
            fields = {"user": point.user_field, "password": point.password_field}
            logins = list(login_cases(Sender(sender.host), point.action, fields, seed))
        return spaced(cases, logins, login_limit)

    def _form_login(self) -> LoginPoint | None:
        forms = [point for point in self._server.logins if point.method == "form"]
        usable = [point for point in forms if point.password_field and point.action[:1] == "/"]
        return usable[0] if usable else None

    def _action(self, form: tuple[str, Form]) -> str:
        return same_server_path(self._base + form[0], form[1].action) or form[0]

    def _control(self, sender: Sender, path: str) -> bool:
        """The well-formed request, with patience; whether the server is alive."""
        request = sender.request("GET", path)
        for _ in range(CONTROL_TRIES):
            self._context.check_time()
            received, error = self._exchange(request)
            self._journal.record(
                "control", name=f"GET {path}", sent=request, received=received, error=error
            )
            if parse_answer(received) is not None:
                return True
            time.sleep(CONTROL_PAUSE_S)
        return False

    def _exchange(self, data: bytes) -> tuple[bytes, str]:
        """Send raw bytes on a connection of their own; the answer, and how it ended."""
        outcome, stream = self._link.connect(self._server.endpoint.port)
        if outcome is not Connected.OPEN or stream is None:
            return b"", f"connection {outcome.value}"
        try:
            if self._server.tls:
                stream.start_tls()
        except StreamClosed:
            stream.close()
            return b"", "connection tls"
        try:
            return self._talk(stream, data)
        finally:
            stream.close()

    def _talk(self, stream: Stream, data: bytes) -> tuple[bytes, str]:
        received, ending = b"", ""
        try:
            stream.send(data)
        except StreamClosed:
            ending = "closed"  # what it said before closing may still be there
        deadline = time.monotonic() + EXCHANGE_S
        while len(received) < MAX_ANSWER:
            self._context.check_time()
            if time.monotonic() > deadline:
                return received, "timeout"
            try:
                chunk = stream.receive(timeout_s=ANSWER_TIMEOUT_S)
            except TimeoutError:
                return received, "timeout"
            except StreamClosed:
                return received, "closed"
            if not chunk:
                return received, "closed"
            received += chunk
            answer = parse_answer(received)
            if answer is not None and answer.whole:
                break
        return received[:MAX_ANSWER], ending

    def _put_back(self, sender: Sender, ground: _Ground) -> None:
        """Send the settings as they were, if a case may have changed one."""
        if any(name.startswith("api:") for name in ground.notes) and ground.api:
            body = json.dumps(ground.api[1]).encode()
            self._restore(sender.request("POST", ground.api[0], body), ground)
        if any(name.startswith("form:") for name in ground.notes) and ground.form:
            values = {entry.name: entry.value for entry in ground.form[1].fields if entry.name}
            kind = "application/x-www-form-urlencoded"
            action = self._action(ground.form)
            body = urlencode(values).encode()
            self._restore(sender.request("POST", action, body, kind=kind), ground)

    def _restore(self, request: bytes, ground: _Ground) -> None:
        received, error = self._exchange(request)
        self._journal.record(
            "restore", after=list(ground.notes), sent=request, received=received, error=error
        )

    def _clear_failed_logins(self) -> None:
        """A good login, so that no count of wrong ones is left for the probes that follow."""
        login, points = login_of_state(self._context), self._server.logins
        if login and points:
            with closing(self._link.http()) as session:
                client = WebClient(self._context, session, self._journal, self._base)
                client.sign_in(login, points[0].path)


def _session_headers(client: WebClient) -> tuple[tuple[str, str], ...]:
    headers: list[tuple[str, str]] = []
    if client.cookies:
        pairs = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        headers.append(("Cookie", pairs))
    if client.basic:
        headers.append(("Authorization", f"Basic {basic_token(*client.basic)}"))
    return tuple(headers)


def _is_plain(form: Form) -> bool:
    return all(
        entry.kind in {"text", "number", "hidden", "submit", "button"} for entry in form.fields
    )


PROBE: Probe = HttpInputProbe()
