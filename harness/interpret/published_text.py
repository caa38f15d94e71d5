"""What a reader sees of a public page: text, dates and ways to reach somebody (pure, bounded)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from typing import Final

from typing_extensions import override

from harness.encoding.text import neutralise
from harness.interpret.html_forms import MAX_HTML, feed_whole, parse_page
from harness.interpret.http_exchanges import Exchange

MAX_TEXT: Final = 32 * 1024
MAX_DATES: Final = 100
MAX_CONTACTS: Final = 20
PDF: Final = b"%PDF-"
_UNSEEN: Final = frozenset({"script", "style", "template", "title", "noscript"})
_DRAWN: Final = frozenset(
    ("script", "img", "picture", "svg", "canvas", "iframe", "frame", "object", "embed", "video")
)
"""Elements that may show a reader something that no text of the page says."""
_INLINE: Final = frozenset(
    ("a", "b", "i", "u", "em", "strong", "span", "small", "sup", "sub", "font", "mark", "code")
)
_VOID: Final = frozenset(("br", "hr", "img", "input", "link", "meta", "wbr", "col", "area", "base"))
_HIDING: Final = re.compile(r"display:none|visibility:hidden")
_CODECS: Final = frozenset({"iso-8859-1", "iso-8859-2", "iso-8859-15", "windows-1252", "utf-16"})
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_MONTH: Final = r"([A-Za-z]{3,9})\.?"
_DAY: Final = r"([0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR: Final = r"([0-9]{4})(?![0-9])"
_YEAR_FIRST: Final = re.compile(r"(?<![0-9])([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])")
_YEAR_LAST: Final = re.compile(
    rf"(?<![0-9])([0-9]{{1,2}})\s?([-/.])\s?([0-9]{{1,2}})\s?\2\s?{_YEAR}"
)
_DAY_MONTH: Final = re.compile(rf"(?<![0-9]){_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}")
_MONTH_DAY: Final = re.compile(rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}")
_MAIL: Final = re.compile(r"[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_WRITABLE: Final = frozenset({"textarea", "email"})


@dataclass(frozen=True)
class PublishedText:
    """What a reader sees.

    Attributes:
        text: on one line, neutralised.
        whole: nothing that a reader sees is missing in it.
    """

    text: str = ""
    whole: bool = False
    dates: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


def published_text(exchange: Exchange) -> PublishedText:
    """Read an answer that is HTML or plain text; nothing for any other kind."""
    if exchange.is_html:
        return _of_html(exchange)
    if not exchange.header("content-type").lower().startswith(("text/plain", "text/markdown")):
        return PublishedText()
    text = _joined(decoded(exchange))
    whole = not exchange.truncated and len(text) <= MAX_TEXT
    text = text[:MAX_TEXT]
    return PublishedText(neutralise(text, MAX_TEXT), whole, dates_in(text), _contacts(_mails(text)))


def decoded(exchange: Exchange) -> str:
    """The body as text, in the charset that its header names if that is one of the common ones."""
    kind = exchange.header("content-type").lower()
    named = re.search(r"charset=[\"']?([a-z0-9_-]{1,30})", kind)
    codec = named.group(1) if named and named.group(1) in _CODECS else "utf-8"
    return exchange.body[:MAX_HTML].decode(codec, "replace")


def _of_html(exchange: Exchange) -> PublishedText:
    reader = _Visible()
    ended = feed_whole(reader, decoded(exchange))
    text = _joined("".join(reader.text))
    whole = ended and not (reader.drawn or exchange.unread_page or len(text) > MAX_TEXT)
    text = text[:MAX_TEXT]
    forms = parse_page(exchange.body).forms
    writes = any({entry.kind for entry in form.fields} & _WRITABLE for form in forms)
    contacts = (*reader.links, *_mails(text), *(("form",) if writes else ()))
    dates = dates_in(" ".join((*reader.marked, text)))
    return PublishedText(neutralise(text, MAX_TEXT), whole, dates, _contacts(contacts))


class _Visible(HTMLParser):
    """Collects what is shown; comments and hidden elements are not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.links: list[str] = []
        self.marked: list[str] = []
        self.drawn = False
        self._hidden = ""
        self._depth = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.drawn = self.drawn or tag in _DRAWN
        if self._hidden:
            self._depth += tag == self._hidden
            return
        style = re.sub(r"\s", "", values.get("style", "").lower()[:1000])
        hides = tag in _UNSEEN or "hidden" in values or _HIDING.search(style)
        if hides and tag not in _VOID:
            self._hidden, self._depth = tag, 1
            return
        if tag not in _INLINE:
            self.text.append(" ")
        link = values.get("href", "").strip()
        if tag == "a" and link.lower().startswith(("mailto:", "tel:")):
            self.links.append(link.partition("?")[0])
        if tag == "time":
            self.marked.append(values.get("datetime", "")[:40])

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.drawn = self.drawn or tag in _DRAWN
        self.text.append(" ")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._depth -= 1
            self._hidden = self._hidden if self._depth else ""
        elif not self._hidden and tag not in _INLINE:
            self.text.append(" ")

    @override
    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text.append(data)

    @override
    def unknown_decl(self, data: str) -> None:
        """Ignore marked sections, which some versions of the base class refuse."""


def dates_in(text: str) -> tuple[str, ...]:
    """Calendar dates as ``2031-12-31``, each once.

    ``04/05/2031`` is none: half of the world reads it as April, the other half as May.

    >>> dates_in("from 1 May 2026 until 31.12.2031 or 2032/1/2; not 04/05/2031")
    ('2032-01-02', '2031-12-31', '2026-05-01')
    """
    found = dict.fromkeys(_iso(*entry) for entry in _parts(text[:MAX_TEXT]))
    return tuple(entry for entry in found if entry)[:MAX_DATES]


def _parts(text: str) -> Iterator[tuple[str, int, str]]:
    """Year, month and day as written; a month of 0 is none."""
    for match in _YEAR_FIRST.finditer(text):
        yield match.group(1), int(match.group(3)), match.group(4)
    for match in _YEAR_LAST.finditer(text):
        first, mark, second, year = match.groups()
        day_first, month_first = int(second) <= len(_MONTHS), int(first) <= len(_MONTHS)
        if mark == "/" and day_first and month_first and int(first) != int(second):
            continue
        if mark == "/" and not day_first:
            first, second = second, first
        yield year, int(second), first
    for match in _DAY_MONTH.finditer(text):
        yield match.group(3), _month(match.group(2)), match.group(1)
    for match in _MONTH_DAY.finditer(text):
        yield match.group(3), _month(match.group(1)), match.group(2)


def _month(name: str) -> int:
    """1 to 12 for an English month or its first three letters; 0 for another word."""
    lower = name.lower()
    for number, month in enumerate(_MONTHS, 1):
        if lower in {month, month[:3]} or (lower, month) == ("sept", "september"):
            return number
    return 0


def _iso(year: str, month: int, day: str) -> str:
    try:
        return date(int(year), month, int(day)).isoformat()
    except ValueError:
        return ""


def _mails(text: str) -> list[str]:
    return [f"mailto:{match.group(0)}" for match in _MAIL.finditer(text)]


def _contacts(found: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(neutralise(entry, 200) for entry in found))[:MAX_CONTACTS]


def _joined(text: str) -> str:
    return " ".join(text.split())
