"""The captures' own words on a page: what stands at a place of evidence, beside its link.

A page holds a bounded number of quotations, and each place is read once. Where a capture is not in
this edition of the bundle, the page says so in its place.
"""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest
from typing import Final

from harness.encoding.tree import Tree
from harness.model.observation import EvidenceRef
from harness.report.evidence_links import EvidenceLinks, EvidencePlace
from harness.report.excerpts import Excerpt, Excerpts

_QUOTED: Final = 4
"""Most places of one finding or judgement that are quoted."""
_PAGE_CHARACTERS: Final = 2_000_000
"""For all quotations of a page, as they stand in it: it has to open on a phone."""
_LINE_CHARACTERS: Final = len("<bdi></bdi>\n")
_FULL: Final = "not quoted, this page is long enough: see the file"


@dataclass(frozen=True)
class Quoted:
    """One capture with what stands at the first of its places.

    Attributes:
        place: the link, with every place that matters.
        excerpts: of the places that are quoted.
    """

    place: EvidencePlace
    excerpts: tuple[Excerpt, ...]


@dataclass(frozen=True)
class Quotation:
    """The evidence of one finding or judgement.

    Attributes:
        total: how many places there are.
        more: how many of them can be read and are not quoted.
    """

    captures: tuple[Quoted, ...]
    total: int
    more: int


class Quotes:
    """Quotes the captures of one survey on one page."""

    def __init__(self, survey: Tree, links: EvidenceLinks) -> None:
        """Quote from ``survey``, the tree below ``survey/``."""
        self._excerpts = Excerpts(survey)
        self._links = links
        self._read: dict[EvidenceRef, Excerpt] = {}
        self._left = _PAGE_CHARACTERS

    def of(self, refs: Iterable[EvidenceRef]) -> Quotation:
        """Every capture of ``refs`` once, the first few places quoted; never raises."""
        by_path: dict[str, list[EvidenceRef]] = {}
        for ref in dict.fromkeys(refs):
            by_path.setdefault(ref.path, []).append(ref)
        here = [group for path, group in by_path.items() if self._links.file(path).href]
        # One place of each capture first: captures differ more than the lines of one of them.
        turns = chain.from_iterable(zip_longest(*here))
        chosen = frozenset(islice(filter(None, turns), _QUOTED))
        captures = tuple(self._capture(group, chosen) for group in by_path.values())
        more = sum(map(len, here)) - len(chosen)
        return Quotation(captures, sum(map(len, by_path.values())), more)

    def _capture(self, refs: Sequence[EvidenceRef], chosen: frozenset[EvidenceRef]) -> Quoted:
        (place,) = self._links.places(refs)
        said: dict[tuple[tuple[str, ...], str], Excerpt] = {}
        for found in (self._at(ref) for ref in refs if ref in chosen):
            earlier = said.get((found.lines, found.note))
            where = f"{earlier.where}, {found.where}" if earlier else found.where
            said[found.lines, found.note] = replace(found, where=where)
        return Quoted(place, tuple(map(self._within_the_page, said.values())))

    def _at(self, ref: EvidenceRef) -> Excerpt:
        if ref not in self._read:
            self._read[ref] = self._excerpts.at(ref)
        return self._read[ref]

    def _within_the_page(self, found: Excerpt) -> Excerpt:
        length = sum(len(html.escape(line)) + _LINE_CHARACTERS for line in found.lines)
        if length > self._left:
            return replace(found, lines=(), note=_FULL)
        self._left -= length
        return found
