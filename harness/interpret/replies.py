"""Numbered replies of SMTP (RFC 5321 section 4.2) and FTP (RFC 959 section 4.2)."""

import re
from typing import Final

_LINE: Final = re.compile(rb"^([1-5]\d\d)([ -]|$)")


def is_final(reply: bytes) -> bool:
    """Whether ``reply`` holds the last line of a reply: three digits and no dash."""
    lines = reply.split(b"\n")[:-1]
    return any((match := _LINE.match(line.rstrip(b"\r"))) and match[2] != b"-" for line in lines)


def reply_code(reply: bytes) -> int:
    """The number at the start of a reply; 0 if it is none."""
    match = _LINE.match(reply.split(b"\n")[0].rstrip(b"\r"))
    return int(match[1]) if match else 0
