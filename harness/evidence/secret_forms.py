r"""The shapes in which a secret can occur in evidence, and the token that replaces each shape.

A token is as long as what it replaces, so that offsets and lines stay; equal secrets have equal
tokens throughout a run; and a token written in base64, hexadecimal or escapes still decodes to the
token. Tokens come from HMAC-SHA256 under the run's key, so that nobody can guess a weak secret from
its token.

Text here is either real text or bytes held one character a byte (`harness.encoding.text.to_latin`).
"""

import hashlib
import hmac
import quopri
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final

from harness.encoding.text import to_latin

MIN_LENGTH: Final = 6
"""Shorter secrets are looked for only in fields where they are known to occur."""
PROTOCOL_WORDS: Final = frozenset(
    {
        "access", "admin", "administrator", "authorization", "config", "console", "cookie",
        "default", "device", "firmware", "location", "manager", "network", "passwd", "password",
        "private", "public", "router", "secret", "server", "service", "session", "settings",
        "status", "submit", "support", "system", "telnet", "username",
    }
)  # fmt: skip
"""Words of protocols and pages: as passwords they, too, are looked for only in such fields."""

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_URLSAFE: Final = str.maketrans("-_", "+/")
_ONE_BASE64: Final = str.maketrans("-_", "+/", "\r\n")
_DIGITS: Final = 16
_NAMED: Final = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
_ESCAPE: Final = re.compile(
    r"%([0-9A-Fa-f]{2})|\\+u([0-9A-Fa-f]{4})|\\+x([0-9A-Fa-f]{2})|&#([0-9]{1,7});"
    r"|&#[xX]([0-9A-Fa-f]{1,6});|&(amp|lt|gt|quot|apos);|\\+(?=[^A-Za-z0-9])"
)
_SEPARATORS: Final = str.maketrans("", "", " :-")


@dataclass(frozen=True)
class Secret:
    """A secret that the bench knows, and what it is (``label-password``)."""

    value: str
    kind: str


class Tokens:
    """Makes tokens under one run's key."""

    def __init__(self, key: bytes) -> None:
        """Use the run's ``key``, at least 16 random bytes."""
        self._key = key

    def of(self, value: str, length: int | None = None, alphabet: str = _ALPHABET) -> str:
        """The token of ``value``: ``length`` characters (its own by default), never the value."""
        wanted = len(value) if length is None else length
        turn = 0
        while (token := self._stream(f"{turn}:{value}", wanted, alphabet)) == value and wanted:
            turn += 1
        return token

    def filler(self, value: str, length: int) -> str:
        """More characters for a place whose escape leaves no room for a decodable token."""
        return self._stream(f"filler:{value}", length, _ALPHABET)

    def _stream(self, label: str, length: int, alphabet: str) -> str:
        raw = b""
        counter = 0
        while len(raw) < length:
            raw += hmac.digest(self._key, f"{counter}:{label}".encode("utf-8", "replace"), "sha256")
            counter += 1
        return "".join(alphabet[byte % len(alphabet)] for byte in raw[:length])


@dataclass(frozen=True)
class Form:
    """One shape of one secret.

    Attributes:
        name: what the shape is: ``plain``, ``base64``, ``hex``, ``utf-16-le``.
        compiled: makes the pattern; most shapes occur nowhere and never need theirs.
        anchor: occurs in the normalised view of every text that holds the shape; ``""`` = look.
        view: which normalised view (`Views`) the anchor is looked for in.
    """

    secret: Secret
    name: str
    compiled: Callable[[], re.Pattern[str]]
    replace: Callable[[re.Match[str]], str]
    anchor: str
    view: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds the shape."""
        return self.compiled()


class Views(dict[str, str]):
    """Normalised views of one text, by name, each made when first asked for.

    The text itself (``text``), unescaped, base64 in one alphabet and line, or hex digits.
    """

    def __init__(self, text: str) -> None:
        """View ``text``."""
        super().__init__(text=text)
        self._text = text

    def __missing__(self, name: str) -> str:
        """Make a view."""
        made = self[name] = self._make(name)
        return made

    def _make(self, name: str) -> str:
        if name == "unescaped":
            escaped = any(sign in self._text for sign in "%\\&")  # much quicker than the pattern
            return _ESCAPE.sub(_unescaped, self._text) if escaped else self._text
        if name == "base64":
            return self._text.translate(_ONE_BASE64)
        return self._text.translate(_SEPARATORS).lower()


def possible(forms: Iterable[Form], views: Views) -> list[Form]:
    """Those of ``forms`` that may occur: a quick and complete check, the others are not there."""
    return [form for form in forms if form.anchor in views[form.view]]


def _unescaped(match: re.Match[str]) -> str:
    percent, unicode, byte, decimal, hexadecimal, named = match.groups()
    if named:
        return next(char for char, name in _NAMED.items() if name == named)
    code = int(decimal) if decimal else int(percent or unicode or byte or hexadecimal or "0", 16)
    if match[0].strip("\\") == "":
        return ""
    return chr(code) if code <= 0x10FFFF else match[0]  # noqa: PLR2004  (last code point)


def everywhere(secret: Secret) -> bool:
    """Whether a secret is long and odd enough to be looked for in every place."""
    return len(secret.value) >= MIN_LENGTH and secret.value.lower() not in PROTOCOL_WORDS


def forms_of(secret: Secret, tokens: Tokens) -> tuple[Form, ...]:
    """Every shape of a secret that is looked for in every place."""
    value = secret.value
    raw = value.encode("utf-8", "surrogatepass")
    # Device bytes that a journal holds as text are encoded once more where it is read as bytes.
    texts = dict.fromkeys((value, to_latin(raw), to_latin(to_latin(raw).encode())))
    forms = [_loose(secret, text, tokens) for text in texts]
    for codec in ("utf-16-le", "utf-16-be"):
        shape = to_latin(value.encode(codec, "surrogatepass"))
        shapes = dict.fromkeys((shape, to_latin(shape.encode())))
        forms += [_wide(secret, codec, each, tokens) for each in shapes]
    forms += [_hexadecimal(secret, raw, tokens), _digest(secret, raw, tokens)]
    forms += [_base64(secret, raw, shift, tokens) for shift in range(3)]
    forms += _quoted_printable(secret, raw, tokens)
    return tuple(forms)


def _loose(secret: Secret, text: str, tokens: Tokens) -> Form:
    token = tokens.of(secret.value, len(text))

    def compiled() -> re.Pattern[str]:
        return re.compile("".join(f"({_spellings(char)})" for char in text), re.DOTALL)

    def replace(match: re.Match[str]) -> str:
        pairs = zip(match.groups(), token, strict=True)
        return "".join(_respelt(spelling, char, tokens) for spelling, char in pairs)

    odd = any(char in "%\\&+ " for char in text)
    return Form(secret, "plain", compiled, replace, "" if odd else text, "unescaped")


def _spellings(char: str) -> str:
    """Every way to write one character: literal, percent, JSON, C and HTML escapes."""
    code = ord(char)
    ways = [rf"\\{{1,7}}u(?i:{code:04x})"] if code <= 0xFFFF else []  # noqa: PLR2004  (BMP)
    if code <= 0xFF:  # noqa: PLR2004  (one byte)
        ways += [f"%(?i:{code:02x})", rf"\\{{1,7}}x(?i:{code:02x})"]
    ways += [f"&\\#0*{code};", f"&\\#[xX]0*(?i:{code:x});"]
    if char in _NAMED:
        ways.append(f"&{_NAMED[char]};")
    if not char.isalnum():
        ways.append(rf"\\{{1,7}}{re.escape(char)}")
    if char == " ":
        ways.append(r"\+")
    return "|".join([re.escape(char), *ways] if char != "\\" else [*ways, re.escape(char)])


def _respelt(spelling: str, char: str, tokens: Tokens) -> str:
    """Write a token's character the way that ``spelling`` wrote the secret's, as long as it."""
    code = ord(char)
    if len(spelling) == 1:
        return char
    if found := re.fullmatch(r"(%|\\+x|\\+u)([0-9A-Fa-f]+)", spelling):
        digits = f"{code:0{len(found[2])}x}"
        return found[1] + (digits.upper() if found[2].upper() == found[2] else digits)
    if found := re.fullmatch(r"(&#[xX]?)([0-9A-Fa-f]+);", spelling):
        digits = f"{code:x}" if found[1][-1] in "xX" else f"{code}"
        if len(digits) <= len(found[2]):
            return f"{found[1]}{digits.zfill(len(found[2]))};"
    return char + tokens.filler(char, len(spelling) - 1)


def _wide(secret: Secret, codec: str, shape: str, tokens: Tokens) -> Form:
    """UTF-16 bytes, held one character a byte."""
    token = to_latin(tokens.of(secret.value, len(shape) // 2).encode(codec))
    fitted = token + tokens.filler(secret.value, len(shape) - len(token))
    return Form(secret, codec, _exactly(shape), lambda _: fitted, shape, "text")


def _exactly(shape: str) -> Callable[[], re.Pattern[str]]:
    return partial(re.compile, re.escape(shape))


def _quoted_printable(secret: Secret, raw: bytes, tokens: Tokens) -> list[Form]:
    """As mail writes it (RFC 2045, 6.7), where that differs from the plain text."""
    shape = quopri.encodestring(raw).decode("ascii")
    if shape == secret.value:
        return []
    token = tokens.of(secret.value, len(shape))
    return [Form(secret, "quoted-printable", _exactly(shape), lambda _: token, shape, "text")]


def _hexadecimal(secret: Secret, raw: bytes, tokens: Tokens) -> Form:
    """Hex digits, in either case, with or without a separator between bytes."""
    token = tokens.of(secret.value, len(raw))
    spelt = "[ :-]?".join(f"({byte:02x})" for byte in raw)

    def replace(match: re.Match[str]) -> str:
        result, position = "", match.start()
        for number, char in enumerate(token, 1):
            start, end = match.span(number)
            digits = f"{ord(char):02x}"
            same_case = digits.upper() if match[0].upper() == match[0] else digits
            result += match.string[position:start] + same_case
            position = end
        return result

    return Form(secret, "hex", partial(re.compile, spelt, re.IGNORECASE), replace, raw.hex(), "hex")


def _digest(secret: Secret, raw: bytes, tokens: Tokens) -> Form:
    """A bare SHA-256, whole or its first 16 digits: a guess can be confirmed by it."""
    digest = hashlib.sha256(raw).hexdigest()
    start = digest[:_DIGITS]
    compiled = partial(re.compile, f"{start}(?:{digest[_DIGITS:]})?")
    token = tokens.of(secret.value, len(digest), "0123456789abcdef")
    return Form(secret, "sha-256", compiled, lambda m: token[: len(m[0])], start, "text")


def _base64(secret: Secret, raw: bytes, shift: int, tokens: Tokens) -> Form:
    """Base64 of a longer text in which the secret starts at a byte with remainder ``shift``.

    The first and last characters may share bits with the neighbours; those bits are kept. So is the
    end of a line in the middle of it (RFC 2045, 6.8).
    """
    masks = _sextets(b"\xff" * len(raw), shift)
    wanted = _sextets(raw, shift)
    given = _sextets(tokens.of(secret.value, len(raw)).encode(), shift)

    def replace(match: re.Match[str]) -> str:
        alphabet = _BASE64[:62] + "-_" if {"-", "_"} & set(match[0]) else _BASE64
        pairs = iter(zip(masks, given, strict=True))
        shown = ""
        for char in match[0]:
            if char in "\r\n":
                shown += char
                continue
            mask, new = next(pairs)
            value = _BASE64.index(char.translate(_URLSAFE))
            shown += alphabet[(value & ~mask & 0x3F) | new]
        return shown

    classes = [_class(value, mask) for value, mask in zip(wanted, masks, strict=True)]
    whole = [
        _BASE64[value]
        for value, mask in zip(wanted, masks, strict=True)
        if mask == 0x3F  # noqa: PLR2004  (six bits)
    ]
    compiled = partial(re.compile, "(?:\r?\n)?".join(classes))
    return Form(secret, "base64", compiled, replace, "".join(whole), "base64")


def _sextets(raw: bytes, shift: int) -> list[int]:
    """The six-bit values that ``raw`` touches when it starts at byte ``shift``, other bits 0."""
    first = 8 * shift // 6
    last = (8 * (shift + len(raw)) - 1) // 6
    padding = -8 * (shift + len(raw)) % 6
    number = int.from_bytes(raw, "big") << padding
    return [number >> 6 * (last - index) & 0x3F for index in range(first, last + 1)]


def _class(value: int, mask: int) -> str:
    chars = [char for index, char in enumerate(_BASE64) if index & mask == value]
    if "+" in chars:
        chars.append("-")
    if "/" in chars:
        chars.append("_")
    return "[" + "".join(re.escape(char) for char in chars) + "]"
