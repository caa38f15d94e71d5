"""The maker's public pages: fetched from the hosts that the bench config names, and from no other.

They lie outside the scope, which is for samples. A host's name is looked up once, and every request
of the survey goes to what was found then, so that nobody can move the name in between.
"""

import ipaddress
import queue
import socket
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import SplitResult, urlsplit

from typing_extensions import override

from harness.bench.http import BoundedHttpSession, ServerName
from harness.bench.network_link import HttpExchange
from harness.bench.protocols import Publications
from harness.bench.taps import Taps
from harness.encoding.text import neutralise
from harness.errors import ScopeError
from harness.model.bench_config import BenchSettings

TIMEOUT_S: Final = 8.0
"""For one exchange, and for one look-up of a name."""
MAX_ADDRESSES: Final = 2
"""Addresses of one host that are tried, so that one family without a route does no harm."""


class WebPublications(Publications):
    """Plain GET requests without cookies or login; servers must prove their names in TLS."""

    def __init__(
        self, settings: BenchSettings, pages: Sequence[str], taps: Taps | None = None
    ) -> None:
        """Allow the hosts of ``settings``. Sends nothing.

        Args:
            settings: the bench; its scope is for samples and never asked here.
            pages: addresses of the pages that the dossier names.
            taps: see what comes in, before anything is decoded.
        """
        self._settings = settings
        self._config = settings.publications
        self._pages = tuple(pages)
        self._taps = taps
        self._found: dict[str, tuple[str, ...]] = {
            host: (address,) for host, address in self._config.addresses.items()
        }

    def tapped(self, taps: Taps) -> "WebPublications":
        """The same hosts and addresses, showing what comes in to ``taps`` as well."""
        again = WebPublications(self._settings, self._pages, taps)
        again._found = self._found  # what was looked up stays as it is
        return again

    @property
    @override
    def hosts(self) -> tuple[str, ...]:
        return self._config.hosts

    @property
    @override
    def pages(self) -> tuple[str, ...]:
        return self._pages

    @override
    def check(self, url: str) -> None:
        self._admitted(url)

    @override
    def fetch(self, url: str) -> HttpExchange:
        parts, host = self._admitted(url)
        exchange = _unreached(url, "the host's name cannot be looked up")
        for address in self._addresses(host)[:MAX_ADDRESSES]:
            exchange = self._ask(url, parts, host, address)
            if exchange.status:
                break
        return exchange

    def _admitted(self, url: str) -> tuple[SplitResult, str]:
        shown = neutralise(url, 200)
        try:
            parts = urlsplit(url)
            host, _ = (parts.hostname or "").rstrip("."), parts.port
        except ValueError as error:
            raise ScopeError(f"not a usable URL: {shown}") from error
        if parts.scheme not in {"http", "https"} or "@" in parts.netloc:
            raise ScopeError(f"not an http or https URL without a login: {shown}")
        if host not in self._config.hosts:
            raise ScopeError(f"{neutralise(host, 120)}: not in bench.publications.hosts")
        return parts, host

    def _addresses(self, host: str) -> tuple[str, ...]:
        """Where ``host`` was when it was first looked up; nothing if it cannot be.

        Raises:
            ScopeError: the name leads to a sample.
        """
        if host not in self._found:
            found = _look_up(host)
            networks = [ipaddress.ip_network(text) for text in self._settings.scope]
            for address in found:
                if any(ipaddress.ip_address(address) in network for network in networks):
                    why = f"{host}: leads to {address}, which is in the scope for samples"
                    raise ScopeError(f"{why}; nothing was sent")
            self._found[host] = found
        return self._found[host]

    def _ask(self, url: str, parts: SplitResult, host: str, address: str) -> HttpExchange:
        literal = f"[{address}]" if ":" in address else address
        place = f"{literal}:{parts.port}" if parts.port else literal
        query = f"?{parts.query}" if parts.query else ""
        session = BoundedHttpSession(
            lambda asked: _only(asked, address),
            lambda: (),
            TIMEOUT_S,
            self._taps,
            ServerName(host, self._config.ca),
        )
        try:
            exchange = session.request(
                "GET",
                f"{parts.scheme}://{place}{parts.path or '/'}{query}",
                headers={"Host": parts.netloc, "Accept": "text/html, text/plain;q=0.9, */*;q=0.5"},
            )
        finally:
            session.close()
        return replace(exchange, url=url)


def _only(url: str, address: str) -> str:
    """The session's guard: it may reach one address and no other."""
    host = urlsplit(url).hostname or ""
    if host != address:
        raise ScopeError(f"{neutralise(host, 80)}: not the address that was looked up")
    return host


def _look_up(host: str) -> tuple[str, ...]:
    """Addresses of a name, in the order of the resolver; bounded in time, empty if there is none.

    The resolver's own waiting cannot be bounded, so it waits in a thread that may be left behind.
    """
    answers: queue.Queue[tuple[str, ...]] = queue.Queue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            answers.put(())
            return
        addresses = (str(entry[4][0]).partition("%")[0] for entry in found)
        answers.put(tuple(dict.fromkeys(addresses)))

    threading.Thread(target=ask, name=f"look up {host}", daemon=True).start()
    try:
        return answers.get(timeout=TIMEOUT_S)
    except queue.Empty:
        return ()


def _unreached(url: str, why: str) -> HttpExchange:
    return HttpExchange(
        method="GET",
        url=url,
        request_headers=(),
        request_body=b"",
        status=0,
        reason="",
        headers=(),
        body=b"",
        error=why,
        truncated=False,
        duration_ms=0,
    )
