"""Interpreter of the ``publications`` probe: the maker's public pages (pure).

Whatever the network of the bench may have done to a request, a name that is not found, a server
that answers 403 or 500, leaves the page Unknown: only its owner's plain "not here" (404, 410) on a
host that served another page in the same run is an absence (RFC 9110, sections 15.5.5, 15.5.11).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from harness.encoding.journal import Journal, JournalRecord
from harness.encoding.text import neutralise
from harness.facts.base import NotExamined
from harness.facts.publications import PublicationsFacts, PublishedPage, SecurityTxt
from harness.interpret.base import INPUTS, CaptureReader, Interpreter, Upstream
from harness.interpret.html_forms import words
from harness.interpret.http_exchanges import (
    NOT_FOUND,
    OK,
    UNAUTHORIZED,
    Exchange,
    read_exchange,
    split_url,
)
from harness.interpret.published_text import PDF, PublishedText, decoded, published_text
from harness.interpret.web_targets import skipped
from harness.model.ids import ProbeName
from harness.model.observation import Absent, EvidenceRef, Observation, Present, Unknown

PAGES: Final = "pages.jsonl"
SECURITY_TXT: Final = "/.well-known/security.txt"
MIN_TEXT: Final = 40
"""Characters below which a page is a shell that a script fills, or nothing."""
_GONE: Final = 410
_PAYMENT_REQUIRED: Final = 402
_ALIKE: Final = 0.9
_LOGIN: Final = frozenset({"login", "logon", "signin", "auth", "account", "sso", "register"})
_FIELD: Final = re.compile(r"([A-Za-z-]{1,40}):[ \t]*(\S.{0,500})")
_CONTROLS: Final = frozenset({"home", "missing-page"})
_MAX_LINES: Final = 200
_MAX_FIELDS: Final = 10


@dataclass(frozen=True)
class _Chain:
    """The answers from one address on, redirects included.

    Attributes:
        stopped: why the last redirect was not followed; ``""`` if there was none.
    """

    start: str
    purpose: str
    exchanges: tuple[Exchange, ...]
    times: tuple[str, ...]
    stopped: str

    @property
    def last(self) -> Exchange:
        return self.exchanges[-1]

    @property
    def served(self) -> bool:
        return self.last.answered and self.last.status == OK and not self.stopped

    @property
    def host(self) -> str:
        return split_url(self.last.url).netloc.lower()

    @cached_property
    def read(self) -> PublishedText:
        """What a reader sees of the last answer; long pages are read once."""
        return published_text(self.last) if self.served else PublishedText()


def interpret(captures: CaptureReader, upstream: Upstream) -> PublicationsFacts:
    """Facts of every page that the dossier named; needs no upstream fact.

    Raises:
        CaptureError: the list of inputs cannot be read.
    """
    del upstream
    inputs = captures.journal(INPUTS)
    given = inputs.first("inputs")
    journal = (
        captures.journal(PAGES) if captures.has(PAGES) else Journal((), complete=False, dropped=0)
    )
    stopped = _stopped(journal)
    chains = _chains(captures, journal, stopped)
    pages = [chain for chain in chains if chain.purpose == "page"]
    answered = [chain for chain in pages if chain.last.answered]
    unread = [skipped(entry) for entry in given.listed("not_examined")]
    unread += [
        NotExamined(target=neutralise(chain.start), reason=_no_answer(chain))
        for chain in pages
        if chain not in answered
    ]
    asked = {chain.start for chain in pages}
    unread += [
        NotExamined(target=neutralise(url), reason=stopped.get((url, "page"), "was not asked"))
        for url in map(str, given.listed("pages"))
        if url not in asked
    ]
    return PublicationsFacts(
        examined=tuple(neutralise(chain.start) for chain in answered),
        not_examined=tuple(unread),
        complete=captures.complete and inputs.whole and journal.whole,
        pages=tuple(_page(chain, chains) for chain in pages),
        security=tuple(
            _security_txt(chain, chains) for chain in chains if chain.purpose == "security-txt"
        ),
    )


def _stopped(journal: Journal) -> dict[tuple[str, str], str]:
    """Start and purpose -> why the way from there was not followed to its end."""
    found = {}
    for record in journal.of("redirect"):
        where = neutralise(record.text("location"), 200)
        why = f"leads to {where}: {neutralise(record.text('reason'))}"
        found[record.text("start"), record.text("purpose")] = why
    return found


def _chains(
    captures: CaptureReader, journal: Journal, stopped: Mapping[tuple[str, str], str]
) -> tuple[_Chain, ...]:
    """Answers by the address that was started from, in the order in which they were asked."""
    found: dict[tuple[str, str], list[JournalRecord]] = {}
    for record in journal.of("exchange"):
        place = (record.text("start"), record.text("purpose"))
        found.setdefault(place, []).append(record)
    return tuple(
        _Chain(
            start,
            purpose,
            tuple(read_exchange(captures, PAGES, record) for record in records),
            tuple(record.time for record in records),
            stopped.get((start, purpose), ""),
        )
        for (start, purpose), records in found.items()
    )


def _page(chain: _Chain, chains: Sequence[_Chain]) -> PublishedPage:
    last = chain.last
    read, served = chain.read, _served(chain, chains)
    return PublishedPage(
        url=neutralise(chain.start),
        final_url=neutralise(last.url),
        status=last.status,
        kind=neutralise(last.header("content-type"), 100),
        served=served,
        restricted=_restricted(chain, served),
        verified=all(split_url(entry.url).scheme == "https" for entry in chain.exchanges),
        title=neutralise(last.page.title, 200),
        text=read.text,
        text_whole=read.whole,
        dates=read.dates,
        contacts=read.contacts,
    )


def _served(chain: _Chain, chains: Sequence[_Chain]) -> Observation:
    last = chain.last
    if not last.answered:
        return Unknown(reason=_no_answer(chain))
    if chain.stopped:
        return Unknown(reason=chain.stopped)
    if last.status in {NOT_FOUND, _GONE}:
        return _missing(chain, chains)
    if last.status != OK:
        return Unknown(reason=f"the server answered {last.status} to the bench")
    why = _no_content(last, chain.read) or _like_another(chain, chains)
    return Unknown(reason=why) if why else Present(evidence=_evidence(chain))


def _missing(chain: _Chain, chains: Sequence[_Chain]) -> Observation:
    control = _other_page(chain, chains)
    if control is None:
        return Unknown(reason="not found, and no other page of the host was served either")
    return Absent(control=control)


def _other_page(chain: _Chain, chains: Sequence[_Chain]) -> EvidenceRef | None:
    """Something that the same host served in this run."""
    for other in chains:
        fit = other.purpose != "missing-page" and other.host == chain.host
        if fit and other.served:
            return other.last.evidence
    return None


def _no_content(last: Exchange, read: PublishedText) -> str:
    if last.body.startswith(PDF):
        return ""
    if not last.is_html and not read.text:
        return "a kind of document that the bench does not read"
    if len(read.text) < MIN_TEXT:
        return "hardly any text came; a script may fill the page"
    return ""


def _like_another(chain: _Chain, chains: Sequence[_Chain]) -> str:
    """Whether the host gives the same for an address that nobody made, or leads to its front."""
    for other in chains:
        if other.purpose not in _CONTROLS or other.host != chain.host:
            continue
        if not _alike(chain.read.text, other.read.text):
            continue
        if other.purpose == "missing-page":
            return "the host gives the same page for an address that was made up"
        led = len(chain.exchanges) > 1 and urlsplit(chain.start).path not in {"", "/"}
        if other.purpose == "home" and led:
            return "it leads to the front page of the host"
    return ""


def _alike(one: str, other: str) -> bool:
    first, second = set(one.split()), set(other.split())
    return bool(first) and len(first & second) >= _ALIKE * len(first | second)


def _restricted(chain: _Chain, served: Observation) -> Observation:
    last = chain.last
    if last.answered and last.status in {UNAUTHORIZED, _PAYMENT_REQUIRED}:
        return Present(evidence=_evidence(chain))
    form = last.page.login_form(last.path) if chain.served else None
    led = (
        words(split_url(last.url).path) & _LOGIN and not words(split_url(chain.start).path) & _LOGIN
    )
    if form and len(chain.exchanges) > 1 and led:
        return Present(evidence=_evidence(chain))
    if form:
        return Unknown(reason="a form that asks for a login stands on the page")
    if isinstance(served, Present):
        return Absent(control=last.evidence)
    return Unknown(reason="nothing was served that could be free or not")


def _security_txt(chain: _Chain, chains: Sequence[_Chain]) -> SecurityTxt:
    parts = split_url(chain.start)
    fields: list[tuple[str, str]] = []
    present: Observation = Unknown(reason=chain.stopped or _no_answer(chain))
    if chain.served and not chain.last.is_html:
        fields = _fields(decoded(chain.last))
        if any(name == "contact" for name, _ in fields):
            present = Present(evidence=_evidence(chain))
    elif chain.last.answered and chain.last.status in {NOT_FOUND, _GONE}:
        present = _missing(chain, chains)
    expires = [value for name, value in fields if name == "expires"]
    once = expires[0] if len(expires) == 1 else ""
    return SecurityTxt(
        origin=neutralise(f"{parts.scheme}://{parts.netloc}"),
        present=present,
        contacts=_values(fields, "contact"),
        policies=_values(fields, "policy"),
        expires=neutralise(once, 60),
        expired=_expired(once, chain),
    )


def _fields(text: str) -> list[tuple[str, str]]:
    """Names in lower case, with values (RFC 9116, section 2.3)."""
    matches = (_FIELD.match(line.strip()) for line in text.splitlines()[:_MAX_LINES])
    return [(match.group(1).lower(), match.group(2)) for match in matches if match]


def _values(fields: Sequence[tuple[str, str]], wanted: str) -> tuple[str, ...]:
    return tuple(neutralise(value, 200) for name, value in fields if name == wanted)[:_MAX_FIELDS]


def _expired(expires: str, chain: _Chain) -> Observation:
    """Whether the date lay in the past when the file was fetched (RFC 9116, section 2.5.5)."""
    try:
        until = datetime.fromisoformat(expires.upper())  # RFC 3339 allows lower-case t and z
        over = until < datetime.fromisoformat(chain.times[-1])
    except (ValueError, TypeError):
        return Unknown(reason="no date of expiry that can be read")
    evidence = chain.last.evidence
    return Present(evidence=(evidence,)) if over else Absent(control=evidence)


def _no_answer(chain: _Chain) -> str:
    why = neutralise(chain.last.error, 200)
    return f"no answer: {why}" if why else f"the server answered {chain.last.status}"


def _evidence(chain: _Chain) -> tuple[EvidenceRef, ...]:
    return tuple(entry.evidence for entry in chain.exchanges)


INTERPRETER = Interpreter(ProbeName("publications"), 1, PublicationsFacts, interpret)
