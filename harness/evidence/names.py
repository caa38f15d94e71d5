"""Names that a file of a bundle may have: the same on every file system, and never outside."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

MAX_NAME_BYTES: Final = 400
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FORBIDDEN: Final = frozenset('\\:*?"<>|')
_WORD: Final = r"[A-Za-z0-9_@+=,-]+"
_PART: Final = rf"{_WORD}(?:\.{_WORD})*"
_USUAL: Final = re.compile(rf"{_PART}(?:/{_PART})*")
"""Names that nothing can be wrong with but their length; nearly all are of this form."""


def problem_of(name: str) -> str | None:
    """What is wrong with a name; None if it may stand in a bundle."""
    if len(name) <= MAX_NAME_BYTES and _USUAL.fullmatch(name):
        return None
    return _problem_of_unusual(name)


def _problem_of_unusual(name: str) -> str | None:
    if not name or len(name.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
        return "is empty or too long"
    plain = name.isascii() and name.isprintable()
    if not plain and any(unicodedata.category(each) in _INVISIBLE for each in name):
        return "holds a control character"
    if not _FORBIDDEN.isdisjoint(name):
        return "holds a backslash, a drive or a wildcard"
    if name.startswith("/"):
        return "is absolute"
    return _problem_of_parts(name)


def _problem_of_parts(name: str) -> str | None:
    parts = name.split("/")
    if ".." in parts or "." in parts:
        return "leaves its folder"
    if "" in parts:
        return "has an empty part"
    if any(part.endswith((" ", ".")) for part in parts):
        return "has a part that ends in a blank or dot"
    if unicodedata.normalize("NFC", name) != name:
        return "is not in Unicode form NFC"
    return None


def problems(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every bad name with what is wrong, collisions on case-blind file systems included."""
    seen: dict[str, str] = {}
    for name in names:
        problem = problem_of(name)
        if problem is not None:
            yield name, problem
        folded = unicodedata.normalize("NFC", name.casefold())
        if folded in seen:
            other = seen[folded]
            yield name, "occurs twice" if other == name else f"differs from {other} only in case"
        seen.setdefault(folded, name)
