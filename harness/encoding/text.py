r"""What a device sends, as text that is exact in storage and harmless in front of a person.

Two different jobs, never mixed:

* `to_latin` / `from_latin`: lossless storage. One byte becomes one character (U+0000..U+00FF), so
  captures stay readable, greppable and exactly reversible.
* `neutralise`: display. Control characters, terminal escapes and bidirectional marks become visible
  escapes; the result is one line and still needs HTML escaping by the template engine.
  `neutralise_lines` does the same for a text of several lines, which stay lines, and
  `spreadsheet_cell` for a table that a spreadsheet opens, which would calculate what looks like a
  formula.
"""

import re
import unicodedata
from typing import Final

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FORMULA: Final = re.compile(r"(^|;)(?=[\s\"']*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where a spreadsheet may begin to calculate; ``;`` separates cells in half of the world."""


def to_latin(data: bytes) -> str:
    """Store device bytes as text, one character a byte."""
    return data.decode("latin-1")


def from_latin(text: str) -> bytes:
    """The bytes that `to_latin` stored.

    Raises:
        UnicodeEncodeError: the text was not made by `to_latin`.
    """
    return text.encode("latin-1")


def neutralise(text: str, limit: int = 500) -> str:
    r"""Make device text safe to show: one line, no controls, no escapes, at most ``limit`` long.

    >>> neutralise("ok\x1b[31mred\u202e")
    'ok\\x1b[31mred\\u202e'
    """
    shown = _all_visible(text[: limit + 1])
    return shown if len(text) <= limit else shown[:limit] + "…"


def neutralise_lines(text: str) -> str:
    r"""Make text safe to show that a program put together: lines stay, nothing is cut.

    >>> neutralise_lines("one\ntwo\x1b[31m\r")
    'one\ntwo\\x1b[31m\\x0d'
    """
    return "\n".join(map(_all_visible, text.split("\n")))


def spreadsheet_cell(text: str, limit: int = 500) -> str:
    r"""Make text harmless in a cell of a table: as `neutralise`, and never a formula.

    An apostrophe goes in front of whatever begins like a formula (``=``, ``+``, ``-``, ``@``, their
    full-width forms, with or without spaces and quotation marks before them), also behind a
    semicolon. A tab or carriage return at the start is a visible escape by then.

    >>> spreadsheet_cell('=HYPERLINK("http://x")')
    '\'=HYPERLINK("http://x")'
    >>> spreadsheet_cell("\t=1; -2")
    "\\x09=1;' -2"
    """
    return _FORMULA.sub(r"\1'", neutralise(text, limit))


def counted(number: int, singular: str, plural: str = "") -> str:
    """``1 requirement``, ``2 requirements``."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def _all_visible(text: str) -> str:
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004  (one byte)
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004
