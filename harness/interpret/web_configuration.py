"""Whether a web server lets anyone read or change its configuration (pure).

Three answers, and doubt is one of them: a settings form or a settings API answered without login is
configuration; a refusal of such a page is the control of its absence; a page that may or may not be
one makes the matter unknown. Static pages, searches and language choices are none of these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from harness.encoding.text import neutralise
from harness.interpret.html_forms import Form, words
from harness.interpret.http_exchanges import (
    FORBIDDEN,
    OK,
    UNAUTHORIZED,
    Exchange,
    same_server_path,
)
from harness.model.observation import Absent, Observation, Present, Unknown

_SETTINGS: Final = (
    "settings setting config configuration configure setup admin administration advanced network "
    "preferences wifi wlan wireless wan lan dhcp dns firewall forwarding upnp vpn ntp mqtt users "
    "firmware upgrade backup restore maintenance management"
)
_FIELDS: Final = (
    "ssid psk passphrase channel hostname gateway netmask subnet ip ipaddr address port remote "
    "timezone enable enabled reboot reset restart factory apply save syslog snmp pppoe apn"
)
_HARMLESS: Final = (
    "search query q lang language locale theme logout signout contact message comment newsletter "
    "subscribe consent cookie cookies feedback"
)
SETTINGS_WORDS: Final = frozenset(_SETTINGS.split())
"""Words of paths that only an administrator should reach."""
_FIELD_WORDS: Final = SETTINGS_WORDS | frozenset(_FIELDS.split())
_HARMLESS_WORDS: Final = frozenset(_HARMLESS.split())
_ERROR_KEYS: Final = frozenset(
    {"error", "errors", "detail", "message", "code", "status", "success"}
)
_MAX_PRESENT: Final = 10
_MIN_LINES: Final = 3


class Showing(StrEnum):
    """What an answer without login shows of the configuration."""

    CONFIGURATION = "configuration"
    REFUSED = "refused"
    DOUBTFUL = "doubtful"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Judged:
    """One exchange and what it shows; ``why`` is a sentence for the doubtful."""

    exchange: Exchange
    showing: Showing
    why: str = ""


def open_configuration(exchanges: Sequence[Exchange]) -> Observation:
    """Whether settings can be read or changed without login, over all pages asked for.

    The best control of Absent is the refusal of a page that a logged-in user was shown.
    """
    judged = judge(exchanges)
    shown = [entry for entry in judged if entry.showing is Showing.CONFIGURATION]
    if shown:
        return Present(evidence=tuple(entry.exchange.evidence for entry in shown[:_MAX_PRESENT]))
    for entry in judged:
        if entry.showing is Showing.DOUBTFUL:
            return Unknown(reason=f"{neutralise(entry.exchange.path, 100)}: {entry.why}")
    refused = [entry.exchange for entry in judged if entry.showing is Showing.REFUSED]
    if refused:
        behind = {entry.path for entry in exchanges if entry.purpose == "signed-in"}
        best = next((entry for entry in refused if entry.path in behind), refused[0])
        return Absent(control=best.evidence)
    return Unknown(reason="no page refused access without login, and none showed settings")


def judge(exchanges: Sequence[Exchange]) -> list[Judged]:
    """What each exchange shows; the page that cannot exist tells catch-all answers from pages."""
    login_paths = {
        exchange.path
        for exchange in exchanges
        if exchange.purpose in {"page", "missing-page"}
        and exchange.status == OK
        and exchange.page.login_form(exchange.path)
    }
    missing = [entry.body for entry in exchanges if entry.purpose == "missing-page" and entry.body]
    return [
        _judge(exchange, login_paths, is_catch_all=exchange.body in missing)
        for exchange in exchanges
        if exchange.purpose == "page"
    ]


def _judge(exchange: Exchange, login_paths: set[str], *, is_catch_all: bool) -> Judged:
    settings = speaks_of_settings(exchange.path)
    if not exchange.answered:
        showing = Showing.DOUBTFUL if settings else Showing.NOTHING
        return Judged(exchange, showing, "no answer")
    if refuses(exchange, login_paths):
        return Judged(exchange, Showing.REFUSED)
    if exchange.status != OK or exchange.path in login_paths:
        return Judged(exchange, Showing.NOTHING)
    by_form = _by_forms(exchange)
    if by_form.showing is not Showing.NOTHING or is_catch_all or not settings:
        return by_form
    return _by_content(exchange)


def speaks_of_settings(path: str) -> bool:
    """Whether a path names something that only an administrator should reach."""
    return bool(words(path) & SETTINGS_WORDS)


def refuses(exchange: Exchange, login_paths: set[str]) -> bool:
    """Whether the answer is a refusal for want of a login.

    401, a redirect to a page that was seen to ask for a login, or 403 for a settings page.
    """
    if exchange.status == UNAUTHORIZED:
        return True
    if exchange.status == FORBIDDEN:
        return speaks_of_settings(exchange.path)
    target = same_server_path(exchange.url, exchange.redirect) if exchange.redirect else ""
    return target != "" and target.partition("?")[0] in {
        path.partition("?")[0] for path in login_paths
    }


def _by_forms(exchange: Exchange) -> Judged:
    doubt = ""
    for form in exchange.page.forms:
        if is_settings_form(form, exchange.path):
            return Judged(exchange, Showing.CONFIGURATION)
        if form.sets_password:
            doubt = "a form sets a password without asking for the present one"
        elif form.method == "post" and not _harmless(form):
            doubt = "a form whose purpose is not clear"
    showing = Showing.DOUBTFUL if doubt else Showing.NOTHING
    return Judged(exchange, showing, doubt)


def is_settings_form(form: Form, page: str) -> bool:
    """Whether a form changes the configuration: it is sent by POST and speaks of settings.

    A form with a password field asks for a login or changes one, unless it also has fields of
    settings (a Wi-Fi key hides what is typed, too).
    """
    if form.method != "post" or _harmless(form):
        return False
    visible = [entry for entry in form.typed if entry.kind != "password"]
    named = any(words(entry.name) & _FIELD_WORDS for entry in visible)
    if form.passwords:
        return named and not form.asks_for_login(page) and not form.sets_password
    place = words(page) | words(form.action)
    return named or bool(place & _FIELD_WORDS)


def _harmless(form: Form) -> bool:
    names = frozenset().union(*(words(entry.name) for entry in form.typed))
    return bool((words(form.action) | names) & _HARMLESS_WORDS) and not names & _FIELD_WORDS


def _by_content(exchange: Exchange) -> Judged:
    document = exchange.json
    if document is not None:
        if _holds_settings(document):
            return Judged(exchange, Showing.CONFIGURATION)
        return Judged(exchange, Showing.NOTHING)
    kind = exchange.header("content-type").lower()
    if "html" not in kind and _looks_like_dump(exchange.body):
        return Judged(exchange, Showing.CONFIGURATION)
    if not exchange.body.strip():
        return Judged(exchange, Showing.NOTHING)
    return Judged(exchange, Showing.DOUBTFUL, "a settings page without a form, shown without login")


def _holds_settings(document: Any) -> bool:  # noqa: ANN401  (any JSON value)
    if isinstance(document, list):
        return any(_holds_settings(entry) for entry in document[:20])
    return isinstance(document, dict) and bool(set(document) - _ERROR_KEYS)


def _looks_like_dump(body: bytes) -> bool:
    """Lines of ``name = value`` or an XML document: a configuration file as it is."""
    start = body[:4096]
    if start.lstrip().startswith(b"<?xml"):
        return True
    lines = [line.partition(b"=") for line in start.splitlines()]
    pairs = [name for name, equals, _ in lines if equals and 0 < len(name.strip()) <= 60]  # noqa: PLR2004  (a name, no prose)
    return len(pairs) >= _MIN_LINES
