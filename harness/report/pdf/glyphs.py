"""Text that the fonts of the report can show; every other character becomes a visible escape.

The report uses only the fonts that come with the typesetter, so that it looks, and is, the same
everywhere. PDF/A forbids a character without a glyph, so a device that calls itself by an emoji
would otherwise prevent its own report.
"""

import unicodedata
from typing import Any, Final

from harness.encoding.text import neutralise

LONG: Final = 4000
"""Most characters of one text in the report; the documents have all of it."""
_LETTERS: Final = ((0x20, 0x7E), (0xA0, 0x24F), (0x386, 0x3CE), (0x400, 0x45F), (0x1E00, 0x1EFF))
"""Latin, Greek and Cyrillic letters with what stands between them."""
_SIGNS: Final = (
    *((0x2010, 0x2015), (0x2018, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026)),  # dashes, quotes
    *((0x2030, 0x2030), (0x2032, 0x2033), (0x2039, 0x203A), (0x20AC, 0x20AC)),  # per mille, euro
    *((0x2122, 0x2122), (0x2190, 0x2193), (0x2212, 0x2212), (0x2248, 0x2248)),  # arrows, minus
    *((0x2260, 0x2260), (0x2264, 0x2265)),  # comparisons
)


def printable(text: str, limit: int = LONG) -> str:
    r"""``text`` made harmless (`neutralise`) and printable with the report's fonts.

    >>> printable("e\u0301 \u4e2d\n") == "\u00e9 \\u4e2d\\x0a"
    True
    """
    composed = unicodedata.normalize("NFC", text[: limit + 1])
    return "".join(map(_glyph, neutralise(composed, limit)))


def printable_tree(value: Any) -> Any:  # noqa: ANN401  (any JSON value)
    """The same for every text in a JSON value, keys excepted."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: printable_tree(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [printable_tree(entry) for entry in value]
    return value


def _glyph(character: str) -> str:
    code = ord(character)
    if any(first <= code <= last for first, last in (*_LETTERS, *_SIGNS)):
        return character
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004
