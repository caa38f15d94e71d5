"""Interpreter of the ``http`` probe: what HTTP servers show to anyone (pure)."""

from collections.abc import Sequence
from typing import Final

from harness.encoding.journal import Journal
from harness.encoding.text import neutralise
from harness.facts.disclosure import Disclosure
from harness.facts.http import HttpFacts, HttpServer, LoginPoint, Redirect
from harness.interpret import disclosure
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.http_exchanges import (
    OK,
    UNAUTHORIZED,
    Exchange,
    port_of,
    read_exchanges,
    same_host,
    same_server_path,
    split_url,
)
from harness.interpret.web_configuration import open_configuration
from harness.interpret.web_targets import (
    WebTarget,
    answering,
    read_endpoints,
    silent,
)
from harness.model.ids import ProbeName
from harness.model.observation import Absent, Observation, Present, Unknown

MAX_ENTRIES: Final = 50
_MAX_EVIDENCE: Final = 10
_WITHOUT_LOGIN: Final = frozenset({"page", "missing-page"})


def interpret(captures: CaptureReader, upstream: Upstream) -> HttpFacts:
    """Facts of every endpoint that the probe was given; needs no upstream fact itself.

    Raises:
        CaptureError: the list of inputs cannot be read.
    """
    del upstream  # the endpoints stand in the inputs
    read = read_endpoints(captures, _server)
    return HttpFacts(
        examined=answering(read.servers),
        not_examined=(*read.unread, *silent(read.servers)),
        complete=read.complete,
        servers=read.servers,
    )


def _server(captures: CaptureReader, target: WebTarget) -> tuple[HttpServer, bool]:
    journal = captures.journal(target.capture)
    everything = read_exchanges(captures, target.capture, journal)
    exchanges = [entry for entry in everything if entry.purpose in _WITHOUT_LOGIN]
    answered = [exchange for exchange in exchanges if exchange.answered]
    root = next((entry for entry in answered if entry.path == "/"), None)
    return HttpServer(
        endpoint=target.endpoint,
        tls=target.tls,
        answered=_answered(exchanges),
        status=root.status if root else 0,
        title=_title(answered),
        headers=_headers(root or (answered[0] if answered else None)),
        logins=login_points(answered),
        redirects=_redirects(exchanges, _refusals(journal), target),
        redirects_to_tls=redirects_to_tls(exchanges, target),
        open_pages=_open_pages(answered),
        open_configuration=open_configuration(everything),
        disclosures=disclosures(answered),
        unread=next((why for entry in answered if (why := entry.unread_page)), ""),
    ), journal.whole


def _answered(exchanges: Sequence[Exchange]) -> Observation:
    first = next((exchange for exchange in exchanges if exchange.answered), None)
    if first:
        return Present(evidence=(first.evidence,))
    errors = [exchange.error for exchange in exchanges if exchange.error]
    why = neutralise(errors[0], 200) if errors else "nothing was asked"
    return Unknown(reason=f"no HTTP answer: {why}")


def _title(answered: Sequence[Exchange]) -> str:
    titles = (entry.page.title for entry in answered if entry.purpose == "page")
    return neutralise(next((title for title in titles if title), ""), 200)


def _headers(exchange: Exchange | None) -> tuple[tuple[str, str], ...]:
    if exchange is None:
        return ()
    pairs = exchange.headers[:MAX_ENTRIES]
    return tuple((neutralise(name, 100), neutralise(value)) for name, value in pairs)


def login_points(answered: Sequence[Exchange]) -> tuple[LoginPoint, ...]:
    """Forms that ask for a login, and pages behind Basic authentication (RFC 7617), each once."""
    found: dict[tuple[str, str], LoginPoint] = {}
    for exchange in answered:
        form = exchange.page.login_form(exchange.path)
        if form:
            action = same_server_path(exchange.url, form.action) or form.action
            point = LoginPoint(
                method="form",
                path=neutralise(exchange.path),
                action=neutralise(action),
                user_field=neutralise(form.user_field, 100),
                password_field=neutralise(form.passwords[0].name, 100),
                evidence=exchange.evidence,
            )
            found.setdefault(("form", action), point)
        elif exchange.status == UNAUTHORIZED and asks_for_basic(exchange):
            path = neutralise(exchange.path)
            realm = exchange.header("www-authenticate")
            point = LoginPoint(method="basic", path=path, evidence=exchange.evidence)
            found.setdefault(("basic", realm), point)
    return tuple(found.values())[:MAX_ENTRIES]


def asks_for_basic(exchange: Exchange) -> bool:
    """Whether one of the challenges is Basic."""
    challenges = [value for name, value in exchange.headers if name.lower() == "www-authenticate"]
    return any("basic" in value[:500].lower().replace(",", " ").split() for value in challenges)


def _refusals(journal: Journal) -> dict[str, str]:
    """Location -> why the probe did not follow it."""
    return {
        record.text("location"): record.text("reason")
        for record in journal.of("redirect")
        if record.fields.get("followed") is not True
    }


def _redirects(
    exchanges: Sequence[Exchange], refusals: dict[str, str], target: WebTarget
) -> tuple[Redirect, ...]:
    asked = {exchange.path for exchange in exchanges}
    found: dict[str, Redirect] = {}
    for exchange in exchanges:
        location = exchange.redirect
        if not location or exchange.path in found:
            continue
        path = same_server_path(exchange.url, location)
        followed = path in asked if path else False
        default = "" if followed else _why_not(location, path, target)
        found[exchange.path] = Redirect(
            path=neutralise(exchange.path),
            location=neutralise(location),
            followed=followed,
            reason="" if followed else neutralise(refusals.get(location, default)),
            evidence=exchange.evidence,
        )
    return tuple(found.values())[:MAX_ENTRIES]


def _why_not(location: str, path: str, target: WebTarget) -> str:
    if path:
        return "not asked for"
    same = same_host(split_url(location).hostname or "", target.endpoint.address)
    return "another endpoint of the same host" if same else "another host"


def redirects_to_tls(exchanges: Sequence[Exchange], target: WebTarget) -> Observation:
    """Whether everything that was asked for leads to https on the same host.

    A page served in clear, or a login asked for in clear, is the control of Absent.
    """
    if target.tls:
        return Unknown(reason="the endpoint itself is inside TLS")
    served = [entry for entry in exchanges if entry.answered]
    for exchange in served:
        if exchange.status in {OK, UNAUTHORIZED}:
            return Absent(control=exchange.evidence)
    leading = [entry for entry in served if _leads_to_tls(entry, target)]
    if served and len(leading) == len(exchanges):
        return Present(evidence=tuple(entry.evidence for entry in leading[:_MAX_EVIDENCE]))
    if not served:
        return Unknown(reason="no HTTP answer")
    return Unknown(
        reason=f"{len(leading)} of {len(exchanges)} requests were led to https on the same host"
    )


def _leads_to_tls(exchange: Exchange, target: WebTarget) -> bool:
    parts = split_url(exchange.redirect)
    return (
        parts.scheme == "https"
        and same_host(parts.hostname or "", target.endpoint.address)
        and port_of(parts) != target.endpoint.port
    )


def _open_pages(answered: Sequence[Exchange]) -> tuple[str, ...]:
    pages = [
        neutralise(entry.path)
        for entry in answered
        if entry.status == OK and entry.purpose == "page" and not entry.page.login_form(entry.path)
    ]
    return tuple(dict.fromkeys(pages))[:MAX_ENTRIES]


def disclosures(answered: Sequence[Exchange]) -> tuple[Disclosure, ...]:
    """Products and versions that the server tells anyone, each once."""
    found: dict[tuple[str, str, str], Disclosure] = {}
    for exchange in answered:
        seen = disclosure.in_headers(exchange.headers[:MAX_ENTRIES], exchange.evidence)
        page = exchange.page
        seen += disclosure.in_page(exchange.path, page, exchange.evidence)
        seen += disclosure.in_json(exchange.path, exchange.json, exchange.evidence)
        for entry in seen:
            place = entry.where if entry.where.startswith("header") else "page"
            found.setdefault((place, entry.product, entry.version), entry)
    return tuple(found.values())[:MAX_ENTRIES]


INTERPRETER = Interpreter(ProbeName("http"), 1, HttpFacts, interpret)
