r"""Where a secret is known to occur, and text that is a secret by its looks.

Short secrets (fewer than six characters) and words of protocols can't be looked for everywhere: a
PIN `1234` is also a port, a part of a hash and a year. They are replaced only

* as the whole value of a JSON field or form field with a password's name,
* as the password of HTTP Basic credentials,
* right behind a password prompt, in the same text or in the next record.

Text that is a secret by its looks, though the bench never learnt it: Wi-Fi keys, password hashes,
private keys, bearer tokens, JSON web tokens, session cookies, Basic credentials.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final
from urllib.parse import quote, quote_plus

from harness.evidence.layers import MASK, foreign_codings
from harness.evidence.secret_forms import Secret, Tokens

_NAMES: Final = (
    "passwd|passwords?|password[12]|passphrase|passcode|pass|pwd|psk|pin|secret"
    "|(?:new|old|current|confirm)[_-]?(?:password|passwd|pass|pwd)"
)
_FIELD: Final = re.compile(_NAMES, re.IGNORECASE)
_PROMPT: Final = r"(?i:pass(?:word|code|phrase)?|pin)[^\r\n:]{0,24}:[ \t]*"
PROMPT_END: Final = re.compile(_PROMPT + r"\Z")
_BASIC: Final = re.compile(r"\b([Bb]asic\s+)([A-Za-z0-9+/_-]{4,}={0,2})")
_PEM: Final = re.compile(
    r"(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)(?:(.{1,16384}?)"
    r"(-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)|(.{1,16384}))",
    re.DOTALL,
)
"""A key whose end is not there may go on: as much as any key has counts as one."""
_PEM_BODY: Final = re.compile(r"\\+[nr]|[A-Za-z0-9+/]+")
_SHADOW: Final = re.compile(r"(\$(?:1|5|6|7|y|gy|2[abxy]?)\$)([./A-Za-z0-9=,$]{8,})")
_WIFI: Final = (
    r"psk|psk[_-]?key|wpa_passphrase|wpa_psk|wpapsk[0-9]?|wpakey|sae_password|key_?passphrase"
    r"|key_?material|passphrase|pre_?-?shared[_-]?key|wep_?key[0-9]?"
    r"|wi-?fi[ _-]?(?:key|password|pass|psk)|wlan[ _-]?(?:key|password|psk)"
)
_WIFI_FIELD: Final = re.compile(_WIFI, re.IGNORECASE)
_BEGIN: Final = r"(?:\b|(?<=\\[rnt]))"
"""Where a word begins, behind an escaped end of line, too."""
_IS_SET: Final = rf"(?i:{_BEGIN}(?:{_WIFI}))(?:\\?[\"'])?[ \t]*[=:][ \t]*"
_BODIES: Final = (
    re.compile(
        _IS_SET + r"(?:\\?\"([^\"\r\n\\]{6,64})(?=\\?\")|\\?'([^'\r\n\\]{6,64})(?=\\?')"
        r"|(?:\\?[\"'])?([^\s\"'<>&;,\\]{6,64}))"
    ),
    re.compile(rf"(?i:<(?:{_WIFI})>)([^<>\r\n]{{6,64}})(?=</)"),
    re.compile(_BEGIN + r"(?i:bearer)\s+(?=[A-Za-z._~+/=-]*[0-9])([A-Za-z0-9._~+/=-]{8,})"),
    re.compile(_BEGIN + r"eyJ[A-Za-z0-9_-]{5,}\.([A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*)"),
)
_NAMES_OF_KEYS: Final = ("psk", "pass", "key", "material")
_SIGNS: Final = (_NAMES_OF_KEYS, _NAMES_OF_KEYS, ("bearer",), ("eyj",))
"""Per pattern, one of these stands in every text that it finds something in: a quick look."""
_COOKIE_HEADER: Final = re.compile(r"(?im)^((set-)?cookie:[ \t]*)([^\r\n]*)")
_COOKIE: Final = re.compile(r"([^=;\s]+=\"?)([^;\"\s]{8,})")
_MIN_PASSWORD: Final = 6
_MAX_WIFI: Final = 64
_SHORTEST: Final = 9
"""No text that is shorter looks secret: a name, a sign and six characters, with nothing else."""
_MANY: Final = 2000
Header = tuple[str, str]


def is_password_field(name: str) -> bool:
    """Whether a field of this name holds a password."""
    return _FIELD.fullmatch(name) is not None


class ShortSecrets:
    """Replaces short secrets where the rule of this module allows it."""

    def __init__(self, secrets: Iterable[Secret], tokens: Tokens) -> None:
        """Look for ``secrets``, which are too short or too common to be looked for everywhere."""
        self._tokens = {secret.value: tokens.of(secret.value) for secret in secrets}
        self._patterns = [
            (spelling, before, re.compile(source), token)
            for value, token in self._tokens.items()
            for spelling, before, source in _places(value)
        ]

    def value(self, value: str) -> str:
        """The whole value of a password field."""
        return self._tokens.get(value, value)

    def text(self, text: str) -> str:
        """A text with form fields, JSON, Basic credentials or prompts in it."""
        if not self._tokens:
            return text
        for spelling, before, pattern, token in self._patterns:
            # Much quicker than the pattern: a short word stands in many texts, rarely behind these.
            if spelling in text and any(sign + spelling in text for sign in before):
                text = pattern.sub(partial(_refit, token), text)
        return _BASIC.sub(self._basic, text)

    def answer(self, text: str) -> str:
        """What was sent in answer to a password prompt: the secret, perhaps with a line end."""
        bare = text.strip("\r\n")
        return text.replace(bare, self.value(bare)) if bare else text

    def _basic(self, found: re.Match[str]) -> str:
        return _basic_with(found, lambda password: self._tokens.get(password, password))


def _places(value: str) -> Iterable[tuple[str, str, str]]:
    """How ``value`` is spelt in each place, the signs that stand right before it, and the pattern.

    The pattern matches nowhere else than behind one of the signs.
    """
    for spelling in dict.fromkeys((value, quote(value, safe=""), quote_plus(value))):
        yield spelling, "=", rf"(?:^|(?<=[?&\s]))(?i:{_NAMES})=()({re.escape(spelling)})(?=&|\s|$)"
    bare = re.escape(value)
    yield value, "\"'", rf"(?i:[\"'](?:{_NAMES})\\?[\"'])\s*:\s*(\\?[\"'])({bare})(?=\\?[\"'])"
    yield value, ": \t", rf"({_PROMPT})({bare})(?=[\r\n]|$)"


def _refit(token: str, found: re.Match[str]) -> str:
    """The match with its second group replaced by as much of ``token``."""
    start, end = found.start(2) - found.start(), found.end(2) - found.start()
    fitted = (token * (end - start))[: end - start]
    return found[0][:start] + fitted + found[0][end:]


def _basic_with(found: re.Match[str], replace: Callable[[str], str]) -> str:
    standard = found[2].replace("-", "+").replace("_", "/").rstrip("=")
    try:
        decoded = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except binascii.Error:
        return found[0]
    user, colon, password = decoded.decode("latin-1").partition(":")
    changed = replace(password) if colon else password
    if changed == password:
        return found[0]
    packed = base64.b64encode(f"{user}:{changed}".encode("latin-1")).decode()
    return found[1] + packed[: len(found[2])]


class LooksSecret:
    """Replaces text that is a secret by its looks."""

    def __init__(self, tokens: Tokens, keep: Iterable[str]) -> None:
        """Leave values alone that hold one of ``keep``: tokens made before."""
        self._tokens = tokens
        self._keep = tuple(keep)
        self._made: set[str] = set()

    def text(self, text: str) -> str:
        """Replace all of them, each by as many characters."""
        if len(text) < _SHORTEST:
            return text
        lower = text.lower()
        for pattern, signs in zip(_BODIES, _SIGNS, strict=True):
            if any(sign in lower for sign in signs):
                text = pattern.sub(self._body, text)
        text = _SHADOW.sub(lambda found: found[1] + self._pieces(found[2], "$"), text)
        if "PRIVATE KEY-----" in text:
            text = _PEM.sub(self._pem, text)
        if "ookie:" in text:
            text = _COOKIE_HEADER.sub(
                lambda found: found[1] + self._cookies(found[3], only_first=bool(found[2])), text
            )
        return _BASIC.sub(lambda found: _basic_with(found, self._password), text)

    def named(self, name: str, value: str) -> str:
        """The value of an HTTP header or field that is stored apart from its name."""
        kind = name.lower()
        if kind in {"cookie", "set-cookie"}:
            return self._cookies(value, only_first=kind == "set-cookie")
        if _WIFI_FIELD.fullmatch(name) and _MIN_PASSWORD <= len(value) <= _MAX_WIFI:
            return self._value(value)
        return value

    def _value(self, value: str) -> str:
        if self._is_made(value) or any(token in value for token in self._keep):
            return value
        token = self._tokens.of(value)
        self._made.add(token)
        return token

    def _is_made(self, value: str) -> bool:
        """Whether it is a token, or a part of one: a record may hold the end of a line only."""
        if len(self._made) > _MANY:
            return value in self._made
        return any(value in token for token in self._made)

    def _password(self, password: str) -> str:
        return self._value(password) if len(password) >= _MIN_PASSWORD else password

    def _body(self, found: re.Match[str]) -> str:
        which = found.lastindex or 1
        start, end = found.start(which) - found.start(), found.end(which) - found.start()
        return found[0][:start] + self._pieces(found[which], ".") + found[0][end:]

    def _pieces(self, value: str, separator: str) -> str:
        return separator.join(self._value(piece) for piece in value.split(separator))

    def _pem(self, found: re.Match[str]) -> str:
        def line(piece: re.Match[str]) -> str:
            return piece[0] if piece[0].startswith("\\") else self._value(piece[0])

        body, end = (found[2], found[3]) if found[3] else (found[4], "")
        return found[1] + _PEM_BODY.sub(line, body) + end

    def _cookies(self, value: str, *, only_first: bool) -> str:
        return _COOKIE.sub(
            lambda found: found[1] + self._value(found[2]), value, count=1 if only_first else 0
        )


def header_pair(value: Any) -> Header | None:  # noqa: ANN401  (any JSON value)
    """A JSON list of two texts, which is how captures store an HTTP header; else None."""
    if isinstance(value, list) and len(value) == 2:  # noqa: PLR2004  (a pair)
        name, content = value
        if isinstance(name, str) and isinstance(content, str):
            return name, content
    return None


def without_foreign_body(record: dict[str, Any]) -> dict[str, Any]:
    """An HTTP exchange whose body is masked if nobody here can look into its encoding."""
    body, headers = record.get("body"), record.get("headers")
    if not isinstance(body, str) or not isinstance(headers, list):
        return record
    pairs = filter(None, map(header_pair, headers))
    if any(name.lower() == "content-encoding" and foreign_codings(value) for name, value in pairs):
        return {**record, "body": MASK * len(body)}
    return record
