"""Probe ``publications``: the maker's public pages as the dossier names them.

It touches no sample. It asks only hosts that the bench config names, follows redirects only among
them, and asks each host for three things more: its front page, an address that was made up, and
``/.well-known/security.txt`` (RFC 9116). They tell a page that is gone from a host that is.
"""

from typing import Final
from urllib.parse import urlsplit

from typing_extensions import override

from harness.bench.protocols import Publications
from harness.encoding.canonical import digest_of
from harness.encoding.text import neutralise
from harness.errors import BenchFault, ScopeError
from harness.interpret.base import INPUTS
from harness.interpret.html_forms import MAX_HTML
from harness.interpret.http_exchanges import Exchange
from harness.interpret.publications import PAGES, SECURITY_TXT
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Impact
from harness.probes.base import CaptureJournal, Probe, ProbeContext
from harness.probes.http_recording import record_exchange

MAX_PAGES: Final = 12
MAX_HOPS: Final = 5
_NO_HOSTS: Final = (
    "the bench config has no bench.publications.hosts, and nothing outside the scope is asked "
    "without it"
)


class PublicationsProbe(Probe):
    """Fetches the pages that the dossier names."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Passive for the sample, which it never touches."""
        return ProbeDeclaration(
            name=ProbeName("publications"),
            version=1,
            summary="public pages of the maker that the dossier names",
            capabilities=(),
            impact=Impact.PASSIVE,
            timeout_s=120,
            estimate_s=1,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Write ``inputs.jsonl`` and ``pages.jsonl``.

        Raises:
            BenchFault: this bench has no way to fetch pages.
        """
        publications = context.sample.publications
        if publications is None:
            raise BenchFault("this bench cannot fetch public pages")
        admitted, refused = _sorted_out(publications)
        with context.journal(INPUTS) as journal:
            journal.record(
                "inputs",
                pages=admitted,
                not_examined=[{"target": url, "reason": why} for url, why in refused],
                hosts=list(publications.hosts),
                seed=context.seed,
                max_hops=MAX_HOPS,
            )
        with context.journal(PAGES) as journal:
            visit = _Visit(context, journal, publications)
            made_up = f"/certbench-{digest_of(context.seed)[:12]}"
            for origin in dict.fromkeys(_origin(url) for url in admitted):
                for path, purpose in (
                    ("/", "home"),
                    (made_up, "missing-page"),
                    (SECURITY_TXT, "security-txt"),
                ):
                    visit.follow(origin + path, purpose)
            for url in admitted:
                visit.follow(url, "page")


def _sorted_out(publications: Publications) -> tuple[list[str], list[tuple[str, str]]]:
    """The pages that may be fetched, and the others with the reason; sends nothing."""
    admitted: list[str] = []
    refused: list[tuple[str, str]] = []
    for url in publications.pages:
        why = _why_not(publications, url)
        if not why and len(admitted) == MAX_PAGES:
            why = f"more than {MAX_PAGES} pages"
        if why:
            refused.append((url, why))
        else:
            admitted.append(url)
    return admitted, refused


def _why_not(publications: Publications, url: str) -> str:
    if not publications.hosts:
        return _NO_HOSTS
    try:
        publications.check(url)
    except ScopeError as error:
        return str(error)
    return ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class _Visit:
    """Asks, follows and writes down; each answer once an address that was started from."""

    def __init__(
        self, context: ProbeContext, journal: CaptureJournal, publications: Publications
    ) -> None:
        self._context = context
        self._journal = journal
        self._publications = publications

    def follow(self, start: str, purpose: str) -> None:
        """Ask for ``start`` and for where it leads, at most `MAX_HOPS` further."""
        url, seen = start, {start}
        for hop in range(MAX_HOPS + 1):
            try:
                exchange = self._ask(start, url, purpose, hop)
            except ScopeError as error:
                self._not_followed(start, purpose, url, str(error))
                return
            if not exchange.redirect:
                return
            url = exchange.redirect.partition("#")[0]
            if url in seen:
                self._not_followed(start, purpose, url, "which was asked already")
                return
            seen.add(url)
        self._not_followed(start, purpose, url, f"more than {MAX_HOPS} redirects")

    def _ask(self, start: str, url: str, purpose: str, hop: int) -> Exchange:
        self._context.check_time()
        fetched = self._publications.fetch(url)
        return record_exchange(
            self._context, self._journal, fetched, purpose, limit=MAX_HTML, start=start, hop=hop
        )

    def _not_followed(self, start: str, purpose: str, location: str, why: str) -> None:
        self._journal.record(
            "redirect",
            start=start,
            purpose=purpose,
            location=location[:8192],
            reason=neutralise(why, 300),
        )


PROBE: Probe = PublicationsProbe()
