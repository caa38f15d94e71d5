"""Where evidence can be read, as relative links out of the report into the bundle.

The report lies in ``data/report/`` or ``views/``, the captures in ``data/survey/``. A reference
names a file by its path there; nothing else of it ever gets into a link, and a path that names no
file of the survey gets none.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from harness.encoding.text import neutralise
from harness.encoding.tree import Tree
from harness.model.observation import EvidenceRef

_PATH_SHOWN: Final = 1000
_PLACES_SHOWN: Final = 12
_NUMBERED: Final = re.compile(r"(line|packet) ([0-9]{1,9})")


@dataclass(frozen=True)
class EvidencePlace:
    """One capture and the places in it that matter.

    Attributes:
        shown: name or path below ``data/survey/``, harmless to show.
        href: percent-encoded link relative to the report; ``""`` when there is no such file.
        where: the places, in one line: ``lines 3, 17; port 443``.
        withheld: the survey recorded this capture, and this edition of the bundle leaves it out.
    """

    shown: str
    href: str
    where: str = ""
    withheld: bool = False


class EvidenceLinks:
    """Makes links to files of one survey."""

    def __init__(self, survey: Tree, recorded: Iterable[str] = (), data: str = "..") -> None:
        """Know the files of ``survey``, the tree below ``survey/``.

        ``recorded`` are the captures that the survey made: one that is no file here is withheld.
        ``data`` is the way from the report to ``data/``.
        """
        self._start = f"{data}/survey/"
        self._names = frozenset(survey.names())
        self._withheld = frozenset(recorded) - self._names

    def file(self, path: str, where: str = "", shown: str = "") -> EvidencePlace:
        """One file of the survey, called ``shown`` or by its path."""
        href = self._start + quote(path, safe="/") if path in self._names else ""
        withheld = path in self._withheld
        return EvidencePlace(neutralise(shown or path, _PATH_SHOWN), href, where, withheld)

    def places(self, refs: Iterable[EvidenceRef]) -> tuple[EvidencePlace, ...]:
        """The places of ``refs``, each capture once, in the order of their first mention."""
        found: dict[str, list[str]] = {}
        for ref in refs:
            found.setdefault(ref.path, []).append(ref.where)
        return tuple(self.file(path, _in_one_line(wheres)) for path, wheres in found.items())


def _in_one_line(wheres: Iterable[str]) -> str:
    """``line 17``, ``line 3``, ``port 443`` become ``lines 3, 17; port 443``."""
    unique = list(dict.fromkeys(wheres))
    numbers: dict[str, list[int]] = {}
    for match in filter(None, map(_NUMBERED.fullmatch, unique)):
        numbers.setdefault(match[1], []).append(int(match[2]))
    parts = []
    for kind, places in numbers.items():
        listed = _first([str(number) for number in sorted(places)], ", ")
        parts.append(f"{kind if len(places) == 1 else f'{kind}s'} {listed}")
    others = [neutralise(where) for where in unique if not _NUMBERED.fullmatch(where)]
    if others:
        parts.append(_first(others, "; "))
    return "; ".join(parts)


def _first(texts: list[str], separator: str) -> str:
    more = len(texts) - _PLACES_SHOWN
    tail = f" and {more} more" if more > 0 else ""
    return separator.join(texts[:_PLACES_SHOWN]) + tail
