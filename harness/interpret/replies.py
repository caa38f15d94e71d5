"""Numbered replies of SMTP (RFC 5321 section 4.2) and FTP (RFC 959 section 4.2)."""

import re
from typing import Final

_LINE: Final = re.compile(rb"^([1-5]\d\d)([ -]|$)")
_PASSIVE: Final = 227
_EXTENDED_PASSIVE: Final = 229
_LAST_PORT: Final = 65535


def is_final(reply: bytes) -> bool:
    """Whether ``reply`` holds the last line of a reply: three digits and no dash."""
    lines = reply.split(b"\n")[:-1]
    return any((match := _LINE.match(line.rstrip(b"\r"))) and match[2] != b"-" for line in lines)


def reply_code(reply: bytes) -> int:
    """The number at the start of a reply; 0 if it is none."""
    match = _LINE.match(reply.split(b"\n")[0].rstrip(b"\r"))
    return int(match[1]) if match else 0


def final_codes(reply: bytes) -> tuple[int, ...]:
    """The number of each reply that ended within ``reply``: ``150`` and ``226`` of a transfer."""
    matches = (_LINE.match(line.rstrip(b"\r")) for line in reply.split(b"\n")[:-1])
    return tuple(int(match[1]) for match in matches if match and match[2] != b"-")


def passive_place(reply: bytes) -> tuple[str, int]:
    """Host and port for a data connection: 229 (RFC 2428) names no host, 227 (RFC 959) does.

    Returns:
        ``("", 0)`` for any other reply.
    """
    code, text = reply_code(reply), reply[:500]
    extended = re.search(rb"\(\|\|\|([0-9]{1,5})\|\)", text)
    if code == _EXTENDED_PASSIVE and extended and 0 < int(extended[1]) <= _LAST_PORT:
        return "", int(extended[1])
    numbers = re.search(rb"([0-9]{1,3}(?:,[0-9]{1,3}){5})", text)
    if code == _PASSIVE and numbers:
        parts = [int(part) for part in numbers[1].split(b",")]
        port = parts[4] * 256 + parts[5]
        if max(parts) <= 255 and port:  # noqa: PLR2004  (one octet)
            return ".".join(str(part) for part in parts[:4]), port
    return "", 0
