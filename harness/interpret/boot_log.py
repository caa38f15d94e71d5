"""What a console's output gives away: boot loader, versions, secrets in clear; pure and bounded."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from harness.encoding.text import neutralise, to_latin
from harness.interpret.login_screen import plain

MAX_LINES: Final = 20_000
MAX_LINE_BYTES: Final = 1000
MASK: Final = "********"
MIN_KNOWN_SECRET: Final = 6
"""A known secret shorter than this would be found by chance: ``admin`` in every prompt."""

SecretKind = Literal[
    "known-secret", "wifi-passphrase", "password", "private-key", "shadow-hash", "token"
]

_SECRETS: Final[tuple[tuple[SecretKind, re.Pattern[str]], ...]] = (
    (
        "wifi-passphrase",
        re.compile(
            r"(?i)\b(?:wpa_passphrase|wpa_psk|psk|passphrase|(?:wifi|wi-fi|wlan)[ _-]?key)"
            r"\s{0,3}[=:]\s{0,3}[\"']?([^\s\"',;]{8,64})"
        ),
    ),
    (
        "password",
        re.compile(
            r"(?i)(?:pass(?:word|wd|code)|pwd)\w{0,12}\s{0,3}[=:]\s{0,3}[\"']?([^\s\"',;]{4,128})"
        ),
    ),
    ("private-key", re.compile(r"-----BEGIN [A-Z ]{0,24}(PRIVATE KEY)-----")),
    ("shadow-hash", re.compile(r"^[a-z_][\w.-]{0,31}:\$\w{1,8}\$([^:\s]{8,256}):")),
    ("token", re.compile(r"(?i)\bbearer\s{1,3}([^\s\"',;]{16,512})")),
)
_NO_PASSWORD: Final = re.compile(
    r"(?i)^(?:[*x.\-_#]+|<.*|\(.*|\[.*|incorrect.*|invalid.*|required.*|changed.*|expired.*"
    r"|enabled|disabled|none|null|not|unset|set|true|false|yes|empty|protected|login|failed.*)$"
)
_PROMPTS_ALONE: Final = re.compile(r"(?i)^[\W_]*(?:pass(?:word|wd|code|phrase):[\W_]*)+$")
"""A login that asks again before anybody answered: ``.Password:``."""
_DIALOGUE: Final = re.compile(
    r"(?i)^(?:retype|re-enter|repeat|again|confirm|enter|sorry|wrong|denied|access|authentication"
    r"|updated|unchanged|permission|please)$"
)
"""Words with which a login goes on behind its own prompt, in the same line."""
_VERSION: Final = re.compile(
    r"(?i)(?:u-boot|barebox|firmware|linux version|busybox v|openwrt|boot ?loader|\bversion)"
    r"[^\n]{0,40}\d+\.\d+"
)
_MAX_VERSIONS: Final = 20
_LOADER_VERSION: Final = re.compile(
    rb"(?m)^\s{0,4}(?:U-Boot|barebox|RedBoot|CFE|coreboot|GRUB)\b[^\n]{0,80}\d"
)
_LOADER_SETTING: Final = re.compile(
    rb"(?m)^(?:bootcmd|bootargs|bootdelay|baudrate|ethaddr|loadaddr|serverip|stdout)=[^\n]{0,500}$"
)
_LOADER_HELP: Final = re.compile(
    rb"(?m)^\s{0,4}(?:boot[mpdz]?|bootelf|printenv|setenv|saveenv|tftp(?:boot)?|md|mw|help|reset"
    rb"|version|go|nand|sf|loady?)\s{0,16}-\s{1,4}[^\n]{2,}$"
)
_ENOUGH: Final = 2


@dataclass(frozen=True)
class Line:
    """One line of output and where in the stream it begins."""

    offset: int
    text: str


@dataclass(frozen=True)
class Secret:
    """A secret in clear in one line.

    Attributes:
        value: the secret itself: for the bench's list of secrets, never for facts.
        shown: the line, the secret masked.
    """

    kind: SecretKind
    value: str
    shown: str
    offset: int


def lines_of(data: bytes) -> Iterator[Line]:
    """Lines of a stream with the offset of each, cut at a bound."""
    for number, match in enumerate(re.finditer(rb"[^\r\n]+", data)):
        if number >= MAX_LINES:
            return
        yield Line(match.start(), to_latin(plain(match.group()[:MAX_LINE_BYTES])))


def secrets_in(data: bytes, known: Sequence[str] = ()) -> tuple[Secret, ...]:
    """Secrets in clear, each line at most once for each kind; known ones first."""
    wanted = sorted({value for value in known if len(value) >= MIN_KNOWN_SECRET}, key=len)[::-1]
    found: list[Secret] = []
    shown: set[str] = set()
    for line in lines_of(data):
        for secret in _in_line(line, wanted):
            if secret.shown not in shown:
                shown.add(secret.shown)
                found.append(secret)
    return tuple(found)


def _in_line(line: Line, known: Sequence[str]) -> Iterator[Secret]:
    hits: list[tuple[SecretKind, str]] = [
        ("known-secret", value) for value in known if value in line.text
    ]
    for kind, pattern in _SECRETS:
        match = pattern.search(line.text)
        while match is not None and kind == "password" and _is_no_password(match):
            match = pattern.search(line.text, match.start(1))
        if match is None:
            continue
        if not any(match[1] in value or value in match[1] for _, value in hits):
            hits.append((kind, match[1]))
    masked = line.text
    for kind, value in hits:
        masked = masked if kind == "private-key" else masked.replace(value, MASK)
    for kind, value in hits:
        yield Secret(kind, value, neutralise(masked, 200), line.offset)


def _is_no_password(match: re.Match[str]) -> bool:
    """What follows the word is a remark, another prompt, or the rest of a login's dialogue."""
    value = match[1]
    if _NO_PASSWORD.match(value) or _PROMPTS_ALONE.match(value):
        return True
    return "=" not in match[0][: match.start(1) - match.start()] and bool(_DIALOGUE.match(value))


def versions_in(data: bytes) -> tuple[str, ...]:
    """Lines that name a version of firmware, kernel or boot loader, neutralised, each once."""
    found = dict.fromkeys(
        neutralise(line.text.strip(), 200) for line in lines_of(data) if _VERSION.search(line.text)
    )
    return tuple(found)[:_MAX_VERSIONS]


def ran_loader_command(output: bytes) -> bool:
    """The output is that of a boot loader's ``version``, ``printenv`` or ``help``.

    A shell has no ``bootcmd`` among its variables, and an echo of the command is none of these.
    """
    text = plain(output)
    if _LOADER_VERSION.search(text):
        return True
    settings = set(_LOADER_SETTING.findall(text))
    return len(settings) >= _ENOUGH or len(set(_LOADER_HELP.findall(text))) >= _ENOUGH
