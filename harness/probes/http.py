"""Probe ``http``: what HTTP servers show without login; at most `MAX_REQUESTS` each, no redirects.

A Location is a suggestion of the device: it is asked for only on the very same endpoint. Another
host is put to the scope guard for the record and never visited.
"""

from collections import deque
from ipaddress import ip_address
from typing import Final

from typing_extensions import override

from harness.bench.protocols import HttpSession, NetworkLink
from harness.encoding.canonical import digest_of
from harness.encoding.text import neutralise
from harness.errors import BenchFault, ScopeError
from harness.facts.base import Endpoint
from harness.facts.services import ServicesFacts
from harness.interpret.html_forms import words
from harness.interpret.http_exchanges import Exchange, same_host, same_server_path, split_url
from harness.interpret.web_configuration import SETTINGS_WORDS
from harness.interpret.web_targets import INPUTS
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact
from harness.probes.base import CaptureJournal, Probe, ProbeContext
from harness.probes.http_recording import describe, origin, record_exchange, web_endpoints

MAX_REQUESTS: Final = 25
MAX_LINKS: Final = 9
MAX_SILENCE: Final = 3
"""Requests in a row without answer after which the server is left alone."""
COMMON_PATHS: Final = (
    "/login",
    "/status",
    "/settings",
    "/config",
    "/admin",
    "/setup",
    "/api",
    "/api/settings",
    "/api/config",
    "/api/about",
    "/cgi-bin/",
    "/index.html",
    "/robots.txt",
    "/.well-known/security.txt",
)
_ACTING: Final = (
    "logout logoff signout reset reboot restart delete remove erase format upgrade update shutdown "
    "poweroff halt factory default defaults disable enable apply save set clear"
)
_ACTING_WORDS: Final = frozenset(_ACTING.split())
"""Links that might do something when asked for: badly made devices act on GET."""
_ASSETS: Final = (
    *(".css", ".js", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".woff", ".woff2", ".ttf"),
    *(".pdf", ".zip", ".gz", ".bin", ".img", ".mp4", ".map"),
)
_MAX_PATH: Final = 200


class HttpProbe(Probe):
    """Asks every HTTP endpoint for its pages without logging in."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Gentle; needs the services."""
        return ProbeDeclaration(
            name=ProbeName("http"),
            version=1,
            summary="pages, login points and disclosures of web servers, without login",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("services"),),
            impact=Impact.GENTLE,
            timeout_s=300,
            estimate_s=8,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Write ``inputs.jsonl`` and one ``tcp-<port>.jsonl`` an endpoint.

        Raises:
            BenchFault: no network link, or no services facts.
        """
        link, services = context.sample.network, context.upstream(ServicesFacts)
        if link is None or services is None:
            raise BenchFault("the http probe needs a network link and services facts")
        endpoints = web_endpoints(services)
        with context.journal(INPUTS) as journal:
            journal.record(
                "inputs",
                targets=[describe(endpoint, tls=tls) for endpoint, tls in endpoints],
                not_examined=[],
                seed=context.seed,
                max_requests=MAX_REQUESTS,
                paths=list(COMMON_PATHS),
            )
        for endpoint, tls in endpoints:
            with context.journal(f"tcp-{endpoint.port}.jsonl") as journal:
                session = link.http()
                try:
                    _Crawl(context, link, session, journal, endpoint).run(tls=tls)
                finally:
                    session.close()


class _Crawl:
    """One bounded, breadth-first visit of one endpoint."""

    def __init__(
        self,
        context: ProbeContext,
        link: NetworkLink,
        session: HttpSession,
        journal: CaptureJournal,
        endpoint: Endpoint,
    ) -> None:
        self._context = context
        self._link = link
        self._session = session
        self._journal = journal
        self._endpoint = endpoint
        self._asked: set[str] = set()
        self._urgent: deque[str] = deque()
        self._links: deque[str] = deque()
        self._linked = 0
        self._silent = 0

    def run(self, *, tls: bool) -> None:
        base = origin(self._endpoint.address, self._endpoint.port, tls=tls)
        nowhere = f"/certbench-{digest_of(self._context.seed)[:12]}"
        self._ask(base, "/")
        self._ask(base, nowhere, purpose="missing-page")
        common = deque(COMMON_PATHS)
        while len(self._asked) < MAX_REQUESTS and self._silent < MAX_SILENCE:
            path = self._next(common)
            if not path:
                break
            self._ask(base, path)
        left = len({*self._urgent, *self._links, *common} - self._asked)
        self._journal.record("finished", asked=len(self._asked), left=left)

    def _next(self, common: deque[str]) -> str:
        """Redirect targets first, then links, then common paths; ``""`` when nothing is left."""
        for queue in (self._urgent, self._links, common):
            while queue:
                path = queue.popleft()
                if path in self._asked:
                    continue
                if queue is self._links:
                    if self._linked >= MAX_LINKS:
                        continue
                    self._linked += 1
                return path
        return ""

    def _ask(self, base: str, path: str, purpose: str = "page") -> None:
        self._context.check_time()
        self._asked.add(path)
        answer = self._session.request("GET", base + path)
        exchange = record_exchange(self._context, self._journal, answer, purpose)
        self._silent = 0 if exchange.answered else self._silent + 1
        if exchange.redirect:
            self._redirect(exchange)
        for reference in exchange.page.links:
            self._link_to(same_server_path(exchange.url, reference))

    def _link_to(self, path: str) -> None:
        bare = path.partition("?")[0].lower()
        unfit = not path or len(path) > _MAX_PATH or bare.endswith(_ASSETS)
        if unfit or path in self._asked or path in self._links or words(path) & _ACTING_WORDS:
            return
        if words(path) & SETTINGS_WORDS:
            self._links.appendleft(path)
        else:
            self._links.append(path)

    def _redirect(self, exchange: Exchange) -> None:
        path = same_server_path(exchange.url, exchange.redirect)
        if path and len(path) <= _MAX_PATH:
            if path not in self._asked and path not in self._urgent:
                self._urgent.append(path)
            return
        self._journal.record(
            "redirect",
            path=exchange.path,
            location=exchange.redirect[:8192],
            followed=False,
            reason=self._why_not(exchange.redirect),
        )

    def _why_not(self, location: str) -> str:
        """Why a Location that leads elsewhere is not followed; asks the guard, sends nothing."""
        host = split_url(location).hostname or ""
        if same_host(host, self._endpoint.address):
            return "another endpoint of the same host: examined on its own if it is open"
        try:
            address = str(ip_address(host))
        except ValueError:
            return f"names the host {neutralise(host, 100)!r}, which the bench does not look up"
        try:
            self._link.guard(address)
        except ScopeError as error:
            return f"refused by the scope guard: {neutralise(str(error), 300)}"
        return "another host than the sample"


PROBE: Probe = HttpProbe()
