"""Probe ``http``: what HTTP servers show without login; at most `MAX_REQUESTS` each, no redirects.

A Location is a suggestion of the device: it is asked for only on the very same endpoint. Another
host is put to the scope guard for the record and never visited.

Where the bench knows the login of this state, a second session logs in to learn which pages there
are, and the first asks for them without login: a device that merely hides its settings is seen.
"""

import re
from collections import deque
from contextlib import closing
from typing import Final

from typing_extensions import override

from harness.bench.network_link import NetworkLink
from harness.encoding.canonical import digest_of
from harness.encoding.text import neutralise
from harness.errors import BenchFault, ScopeError
from harness.facts.services import ServicesFacts
from harness.interpret.base import INPUTS
from harness.interpret.html_forms import words
from harness.interpret.http_exchanges import (
    UNAUTHORIZED,
    Exchange,
    same_host,
    same_server_path,
    split_url,
)
from harness.interpret.web_configuration import SETTINGS_WORDS
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact
from harness.probes.base import CaptureJournal, Probe, ProbeContext, needed, network_of
from harness.probes.http_recording import describe, origin, web_endpoints
from harness.probes.web_client import WebClient, login_of_state

MAX_REQUESTS: Final = 25
MAX_LINKS: Final = 9
MAX_SIGNED_IN: Final = 10
"""Pages looked at behind the login, and again without it, at most."""
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
_PLAIN_PATH: Final = re.compile(r"/[!-~]{0,200}")


class HttpProbe(Probe):
    """Asks every HTTP endpoint what it shows without login."""

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
        link, services = network_of(context), needed(context, ServicesFacts)
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
                base = origin(endpoint.address, endpoint.port, tls=tls)
                with closing(link.http()) as session:
                    client = WebClient(context, session, journal, base)
                    crawl = _Crawl(context, link, journal, client)
                    crawl.run(endpoint.address)
                    if crawl.login_path:
                        crawl.run_again(_pages_behind(context, journal, base, crawl.login_path))


def _pages_behind(
    context: ProbeContext, journal: CaptureJournal, base: str, start: str
) -> tuple[str, ...]:
    """Paths that a logged-in user is shown; none without a login that works."""
    link, login = context.sample.network, login_of_state(context)
    if link is None or login is None:
        return ()
    with closing(link.http()) as session:
        client = WebClient(context, session, journal, base)
        if not client.sign_in(login, start):
            return ()
        found: dict[str, None] = {}
        pages = deque(["/"])
        for _ in range(MAX_SIGNED_IN):
            if not pages:
                break
            page = client.follow(pages.popleft(), "signed-in")
            for reference in page.page.links:
                path = same_server_path(page.url, reference)
                if path not in found and is_safe_link(path):
                    found[path] = None
                    pages.append(path)
        return tuple(found)


def is_safe_link(path: str) -> bool:
    """Whether a link is a page that may be asked for: no asset, and nothing that might act."""
    bare = path.partition("?")[0].lower()
    fit = _PLAIN_PATH.fullmatch(path) is not None and not bare.endswith(_ASSETS)
    return fit and not words(path) & _ACTING_WORDS


class _Crawl:
    """One bounded, breadth-first visit of one endpoint, without login.

    Attributes:
        login_path: where a login was asked for; ``""`` if nowhere.
    """

    def __init__(
        self, context: ProbeContext, link: NetworkLink, journal: CaptureJournal, client: WebClient
    ) -> None:
        self.login_path = ""
        self._context = context
        self._link = link
        self._journal = journal
        self._client = client
        self._address = ""
        self._asked: set[str] = set()
        self._urgent: deque[str] = deque()
        self._links: deque[str] = deque()
        self._linked = 0
        self._silent = 0

    def run(self, address: str) -> None:
        self._address = address
        self._ask("/")
        self._ask(f"/certbench-{digest_of(self._context.seed)[:12]}", purpose="missing-page")
        common = deque(COMMON_PATHS)
        while len(self._asked) < MAX_REQUESTS and self._silent < MAX_SILENCE:
            path = self._next(common)
            if not path:
                break
            self._ask(path)
        left = len({*self._urgent, *self._links, *common} - self._asked)
        self._journal.record("finished", asked=len(self._asked), left=left)

    def run_again(self, paths: tuple[str, ...]) -> None:
        """Ask for pages that were learnt behind the login."""
        for path in [path for path in paths if path not in self._asked][:MAX_SIGNED_IN]:
            if self._silent < MAX_SILENCE:
                self._ask(path)

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

    def _ask(self, path: str, purpose: str = "page") -> None:
        self._asked.add(path)
        exchange = self._client.ask(path, purpose)
        self._silent = 0 if exchange.answered else self._silent + 1
        page = exchange.page
        asks = page.login_form(exchange.path) or exchange.status == UNAUTHORIZED
        if asks and not self.login_path:
            self.login_path = path
        if exchange.redirect:
            self._redirect(exchange)
        for reference in page.links:
            self._link_to(same_server_path(exchange.url, reference))

    def _link_to(self, path: str) -> None:
        if path in self._asked or path in self._links or not is_safe_link(path):
            return
        if words(path) & SETTINGS_WORDS:
            self._links.appendleft(path)
        else:
            self._links.append(path)

    def _redirect(self, exchange: Exchange) -> None:
        path = same_server_path(exchange.url, exchange.redirect)
        if _PLAIN_PATH.fullmatch(path):
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
        if same_host(host, self._address):
            return "another endpoint of the same host: examined on its own if it is open"
        try:
            self._link.guard(host)
        except ScopeError as error:
            if isinstance(error, BenchFault):
                raise  # the bench's own link is gone
            return f"refused by the scope guard: {neutralise(str(error), 300)}"
        return "another host than the sample"


PROBE: Probe = HttpProbe()
