"""Forms, links and visible text of an HTML page, read from hostile bytes (pure, bounded).

The parser never fails: a torn or nonsensical page is a page with less in it.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

from typing_extensions import override

MAX_HTML: Final = 256 * 1024
MAX_FORMS: Final = 50
MAX_FIELDS: Final = 200
MAX_LINKS: Final = 500
MAX_TEXT: Final = 64 * 1024

_SILENT: Final = frozenset({"script", "style", "template"})
_NOT_TYPED: Final = frozenset({"hidden", "submit", "button", "image", "reset"})
_LOGIN_WORDS: Final = frozenset(
    {"login", "logon", "signin", "auth", "authenticate", "session", "sessions", "luci"}
)
_KEY_WORDS: Final = frozenset(
    {"wpa", "psk", "wifi", "wlan", "key", "ppp", "pppoe", "smtp", "mqtt", "vpn", "ddns", "snmp"}
)
_NEW_MARKS: Final = ("new", "confirm", "repeat", "again", "retype", "verify")
_OLD_MARKS: Final = ("old", "cur", "present", "existing")
_MAX_LOGIN_FIELDS: Final = 4


def words(text: str) -> frozenset[str]:
    """The words of an identifier or a path: ``/cgi-bin/wlanSettings`` -> cgi, bin, wlan, settings.

    >>> sorted(words("/wifiSettings.html?tab=LAN_1"))
    ['1', 'html', 'lan', 'settings', 'tab', 'wifi']
    """
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text[:2000])
    return frozenset(re.split(r"[^a-z0-9]+", spaced.lower())) - {""}


@dataclass(frozen=True)
class FormField:
    """One control of a form; ``kind`` is the input type, ``select`` or ``textarea``."""

    name: str
    kind: str
    value: str = ""


@dataclass(frozen=True)
class Form:
    """One form; ``action`` as written, ``method`` in lower case."""

    action: str
    method: str
    fields: tuple[FormField, ...]

    @property
    def passwords(self) -> tuple[FormField, ...]:
        """Fields that hide what is typed."""
        return tuple(entry for entry in self.fields if entry.kind == "password")

    @property
    def typed(self) -> tuple[FormField, ...]:
        """Fields that a person fills in or chooses."""
        return tuple(entry for entry in self.fields if entry.kind not in _NOT_TYPED)

    def asks_for_login(self, page: str) -> bool:
        """Whether this form on ``page`` asks who the user is.

        One password field, and few others: a page of Wi-Fi settings hides its key as well, and a
        change of password has two fields or names the new one.
        """
        if len(self.passwords) != 1 or len(self.typed) > _MAX_LOGIN_FIELDS:
            return False
        name = words(self.passwords[0].name)
        if self.sets_password or any(entry.kind == "textarea" for entry in self.fields):
            return False
        if words(self.action) & _LOGIN_WORDS or words(urlsplit(page).path) & _LOGIN_WORDS:
            return True
        return not name & _KEY_WORDS

    @property
    def sets_password(self) -> bool:
        """Whether the form sets a password without asking for the present one."""
        names = [entry.name.lower() for entry in self.passwords]
        if not names or any(mark in name for name in names for mark in _OLD_MARKS):
            return False
        return len(names) > 1 or any(mark in names[0] for mark in _NEW_MARKS)

    @property
    def user_field(self) -> str:
        """Name of the field for the user's name; ``""`` when there is none."""
        candidates = [entry for entry in self.typed if entry.kind in {"text", "email"}]
        named = [
            entry
            for entry in candidates
            if words(entry.name) & {"user", "username", "name", "login", "email", "account", "id"}
            or "user" in entry.name.lower()
        ]
        chosen = named or candidates
        return chosen[0].name if chosen else ""


@dataclass(frozen=True)
class Page:
    """What is of interest in one HTML page.

    Attributes:
        links: targets of ``a``, ``area``, ``frame``, ``iframe`` and ``meta refresh``, as written.
        generator: content of ``meta name=generator``.
        text: visible text and comments, white space joined.
    """

    title: str = ""
    generator: str = ""
    forms: tuple[Form, ...] = ()
    links: tuple[str, ...] = ()
    text: str = ""

    def login_form(self, page: str) -> Form | None:
        """The form that asks for a login on this page, if there is one."""
        return next((form for form in self.forms if form.asks_for_login(page)), None)


@dataclass
class _OpenForm:
    action: str
    method: str
    fields: list[FormField] = field(default_factory=list)

    def close(self) -> Form:
        return Form(self.action, self.method, tuple(self.fields))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title: list[str] = []
        self.generator = ""
        self.links: list[str] = []
        self.text: list[str] = []
        self.forms: list[_OpenForm] = []
        self.loose = _OpenForm("", "post")
        self._form: _OpenForm | None = None
        self._inside = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in _SILENT or tag == "title":
            self._inside = tag
        elif tag == "form" and len(self.forms) < MAX_FORMS:
            method = values.get("method", "get").strip().lower()
            self._form = _OpenForm(values.get("action", "").strip(), method)
            self.forms.append(self._form)
        elif tag in {"input", "select", "textarea", "button"}:
            self._add_field(tag, values)
        else:
            self._add_link(tag, values)

    def _add_field(self, tag: str, values: dict[str, str]) -> None:
        default = {"input": "text", "button": "submit"}.get(tag, tag)
        kind = values.get("type", "").strip().lower() or default
        target = self._form or self.loose
        if len(target.fields) < MAX_FIELDS:
            entry = FormField(values.get("name", ""), kind if tag != "select" else tag)
            target.fields.append(FormField(entry.name, entry.kind, values.get("value", "")))

    def _add_link(self, tag: str, values: dict[str, str]) -> None:
        link = ""
        if tag in {"a", "area"}:
            link = values.get("href", "")
        elif tag in {"frame", "iframe"}:
            link = values.get("src", "")
        elif tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            link = values.get("content", "").partition("=")[2].strip("'\" ")
        elif tag == "meta" and values.get("name", "").lower() == "generator":
            self.generator = values.get("content", "")[:200]
        if link and len(self.links) < MAX_LINKS:
            self.links.append(link.strip())

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""
        elif tag == "form":
            self._form = None

    @override
    def handle_data(self, data: str) -> None:
        if self._inside == "title":
            self.title.append(data)
        elif not self._inside:
            self.text.append(data)

    @override
    def handle_comment(self, data: str) -> None:
        self.text.append(f" {data} ")

    @override
    def unknown_decl(self, data: str) -> None:
        """Ignore marked sections, which some versions of the base class refuse."""


def _feed(reader: HTMLParser, text: str) -> None:
    """Feed a page to its parser; what never ends, a comment or a tag, is left out.

    The parser's own ``close`` would look for its end again from every place in it: 256 KiB of
    ``<!--`` keep it busy for minutes.
    """
    try:
        reader.feed(text)
    except (AssertionError, ValueError):
        return  # html.parser gives up on some malformed declarations: keep what came before
    if "<" not in reader.rawdata:
        reader.handle_data(unescape(reader.rawdata))


def parse_page(body: bytes) -> Page:
    """Read a page; whatever cannot be read is left out."""
    reader = _Reader()
    _feed(reader, body[:MAX_HTML].decode("utf-8", "replace"))
    forms = [form.close() for form in reader.forms]
    if any(entry.kind == "password" for entry in reader.loose.fields):
        forms.append(reader.loose.close())
    return Page(
        title=" ".join("".join(reader.title).split())[:200],
        generator=reader.generator,
        forms=tuple(forms),
        links=tuple(reader.links),
        text=" ".join("".join(reader.text).split())[:MAX_TEXT],
    )
