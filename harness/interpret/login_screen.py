r"""What a terminal login says, told from its text alone: prompts, refusals, lock-outs, demands.

Works on bytes as a device sent them over Telnet or a serial line. Recognition looks at the last
line for prompts and at everything since the password for answers; echoes of what the bench typed
are taken out by the caller (`without_echo`).
"""

import re
from typing import Final

MAX_SCREEN_BYTES: Final = 256 * 1024
"""More than this of one answer is never looked at: a flood, not a login."""

_ANSI: Final = re.compile(
    rb"\x1b\[[0-?]{0,32}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b]{0,256}(?:\x07|\x1b\\)|\x1b[@-Z\\-_78=>]"
)
_LOGIN_PROMPT: Final = re.compile(
    rb"(?i)(?:^|[\s\w.\-])(?:login|user ?name|user(?: id)?|account)\s{0,4}:\s{0,4}$"
)
_PASSWORD_PROMPT: Final = re.compile(rb"(?i)\bpass(?:word|code|phrase)[^\n:]{0,40}:\s{0,4}$")
_NEW_PASSWORD_PROMPT: Final = re.compile(
    rb"(?i)\b(?:new|choose|current|old|retype|re-enter|repeat|confirm)\b[^\n:]{0,40}"
    rb"pass(?:word|code|phrase)[^\n:]{0,40}:\s{0,4}$"
)
_SHELL_PROMPT: Final = re.compile(rb"^[^\n]{0,80}?[\w\])~/>=]?\s?(?:[#$%>]|=>)\s?$")
_REFUSED: Final = re.compile(
    rb"(?i)login incorrect|incorrect (?:login|password|user)|invalid (?:login|password|user|cred)"
    rb"|(?:login|authentication) (?:failed|failure|invalid|error)|access denied|permission denied"
    rb"|(?:wrong|bad) (?:user ?name|password|login)|not authori[sz]ed"
)
_LOCKED: Final = re.compile(
    rb"(?i)too many (?:[\w-]+ )?(?:attempts|failures|failed|logins|tries|retries|login)"
    rb"|(?:account|user|login|console|access)\b[^\n]{0,30}\b(?:is |has been |temporarily )*"
    rb"(?:locked|blocked)|locked out|try again (?:in|after|later)|temporarily (?:locked|blocked)"
)
_WAIT: Final = re.compile(
    rb"(?i)(?:wait|again (?:in|after)|for)\s{1,4}(\d{1,5})\s{0,4}(s|sec|seconds?|m|min|minutes?)\b"
)
_CHANGE: Final = re.compile(
    rb"(?i)(?:must|have to|need to|required to|please)\s{1,4}(?:first\s{1,4})?"
    rb"(?:set|change|choose|create|enter)\s[^\n]{0,40}pass(?:word|code|phrase)"
    rb"|pass(?:word|code|phrase)\s[^\n]{0,40}(?:has expired|is expired|must be (?:changed|set))"
    rb"|you are required to change your password"
)
_UID: Final = re.compile(rb"(?m)^[^\n]{0,80}?uid=\d{1,10}(?:\([^)\n]{0,64}\))?")


def plain(data: bytes) -> bytes:
    """Text without terminal escapes and NULs, with every line end as one line feed."""
    bare = _ANSI.sub(b"", data[:MAX_SCREEN_BYTES]).replace(b"\0", b"")
    return bare.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def last_line(data: bytes) -> bytes:
    """What stands where a prompt would stand: the last line, of at most 200 bytes."""
    return plain(data[-4096:]).rpartition(b"\n")[2][-200:]


def asks_for_user(data: bytes) -> bool:
    """The screen ends with a prompt for a user name."""
    return _LOGIN_PROMPT.search(last_line(data)) is not None


def asks_for_password(data: bytes) -> bool:
    """The screen ends with a prompt for the password of a login."""
    line = last_line(data)
    return bool(_PASSWORD_PROMPT.search(line)) and not _NEW_PASSWORD_PROMPT.search(line)


def asks_for_new_password(data: bytes) -> bool:
    """The screen ends with a prompt that would set a password: nothing may be typed there."""
    return _NEW_PASSWORD_PROMPT.search(last_line(data)) is not None


def at_prompt(data: bytes) -> bool:
    """The screen ends like a command prompt: ``$``, ``#``, ``>``, ``%`` or ``=>``."""
    line = last_line(data)
    return bool(line.strip()) and _SHELL_PROMPT.match(line) is not None


def prompt_of(data: bytes) -> bytes:
    """The command prompt at the end of the screen; empty if there is none."""
    return last_line(data).strip() if at_prompt(data) else b""


def is_refusal(data: bytes) -> bool:
    """The device says that the login was wrong."""
    return _REFUSED.search(plain(data)) is not None


def is_lockout(data: bytes) -> bool:
    """The device says that it takes no more attempts for now."""
    return _LOCKED.search(plain(data)) is not None


def wait_s(data: bytes) -> float:
    """Seconds that the device asks to wait; 0 if it names none."""
    found = _WAIT.search(plain(data))
    if found is None:
        return 0.0
    return int(found[1]) * (60.0 if found[2].lower().startswith(b"m") else 1.0)


def demands_change(data: bytes) -> bool:
    """The device says that a new password must be set before anything else."""
    return _CHANGE.search(plain(data)) is not None or asks_for_new_password(data)


def shows_identity(data: bytes) -> bool:
    """The output of ``id`` stands in it: ``uid=0(root)``, which no echo of the command contains."""
    return _UID.search(plain(data)) is not None


def without_echo(received: bytes, sent: bytes) -> bytes:
    """What was received without its leading echo of what was sent, if it is there."""
    typed = sent.strip()
    text = plain(received)
    start = text.lstrip(b"\n ")
    return start[len(typed) :] if typed and start.startswith(typed) else text
