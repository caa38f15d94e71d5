"""How web probes write exchanges and endpoints down (read back by ``interpret.http_exchanges``)."""

from typing import Any, Final
from urllib.parse import quote, quote_plus

from harness.bench.network_link import HttpExchange
from harness.facts.base import Endpoint
from harness.facts.services import HTTP, ServicesFacts
from harness.interpret.http_exchanges import Exchange, split_url
from harness.model.observation import EvidenceRef
from harness.probes.base import CaptureJournal, ProbeContext

MAX_BODY: Final = 64 * 1024
MAX_HEADERS: Final = 100
MAX_HEADER: Final = 8192
_MIN_COOKIE: Final = 6
_NOWHERE: Final = EvidenceRef(path="", where="")


def origin(address: str, port: int, *, tls: bool) -> str:
    """``https://192.0.2.1:8443``; the default port is left out."""
    host = f"[{address}]" if ":" in address else address
    scheme, default = ("https", 443) if tls else ("http", 80)
    return f"{scheme}://{host}" if port == default else f"{scheme}://{host}:{port}"


def record_exchange(
    context: ProbeContext,
    journal: CaptureJournal,
    exchange: HttpExchange,
    purpose: str,
    *,
    limit: int = MAX_BODY,
    **more: object,
) -> Exchange:
    """Append an exchange, register its session cookies, and read it as the interpreter will.

    The reading is for the choice of the next step only.

    Args:
        context: circumstances of the attempt.
        journal: where it is written down.
        exchange: what the link gave.
        purpose: why the probe asked.
        limit: bytes of the body that are kept.
        more: further fields of the record.
    """
    remember_cookies(context, exchange.headers)
    headers = [
        (name[:MAX_HEADER], value[:MAX_HEADER]) for name, value in exchange.headers[:MAX_HEADERS]
    ]
    body = exchange.body[:limit]
    journal.record(
        "exchange",
        purpose=purpose,
        method=exchange.method,
        url=exchange.url,
        request_headers=[list(pair) for pair in exchange.request_headers],
        request_body=exchange.request_body,
        status=exchange.status,
        reason=exchange.reason,
        headers=[list(pair) for pair in headers],
        body=body,
        truncated=exchange.truncated or len(exchange.body) > limit,
        error=exchange.error,
        duration_ms=exchange.duration_ms,
        **more,
    )
    parts = split_url(exchange.url)
    path = parts.path or "/"
    return Exchange(
        purpose=purpose,
        method=exchange.method,
        url=exchange.url,
        path=f"{path}?{parts.query}" if parts.query else path,
        status=exchange.status,
        headers=tuple(headers),
        body=body,
        error=exchange.error,
        evidence=_NOWHERE,
    )


def remember_cookies(context: ProbeContext, headers: tuple[tuple[str, str], ...]) -> None:
    """Tell the bench the values of cookies that the device sets: they may stand for a session."""
    for name, value in headers:
        if name.lower() == "set-cookie":
            content = value.partition(";")[0].partition("=")[2].strip().strip('"')
            if len(content) >= _MIN_COOKIE:
                context.secret(content, "session-cookie")


def remember_password(context: ProbeContext, password: str) -> None:
    """Tell the bench a password in every form in which a web probe sends it."""
    for form in dict.fromkeys((password, quote_plus(password), quote(password, safe=""))):
        context.secret(form, "password")


def web_endpoints(services: ServicesFacts) -> list[tuple[Endpoint, bool]]:
    """Endpoints that speak HTTP, each with whether inside TLS."""
    return [
        (service.endpoint, service.tls)
        for service in services.services
        if service.protocol == HTTP and service.endpoint.transport == "tcp"
    ]


def describe(endpoint: Endpoint, *, tls: bool) -> dict[str, Any]:
    """An endpoint as the inputs record has it."""
    return {"address": endpoint.address, "port": endpoint.port, "tls": tls}
