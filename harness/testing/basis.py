"""What stands beside the questions of units: rows of the dossier, and facts of the survey."""

from collections.abc import Iterator

from harness.encoding.canonical import digest_of
from harness.facts.base import Facts
from harness.facts.store import FactBase, FactRecord
from harness.model.declaration import Samples, UnitDeclaration
from harness.model.ids import FactKey
from harness.model.ixit import Ixit
from harness.model.question import Answer, Question
from harness.model.shown import Shown, changed, row_digest, rows_shown


class Basis:
    """What is shown beside the questions about one survey, under one dossier.

    Facts belong to a question if its unit declares them, whether it comes to read them or not: what
    a person sees must not depend on what somebody answered.
    """

    def __init__(self, ixit: Ixit, facts: FactBase, *, revised: bool) -> None:
        """Show the rows of ``ixit`` and ``facts``; ``revised``: the dossier replaced another."""
        self._ixit = ixit
        self._facts = facts
        self._revised = revised
        self._rows: dict[tuple[str, str], dict[str, str]] = {}
        self._digests: dict[FactKey, str] = {}

    def shown(self, declaration: UnitDeclaration, item: str) -> Shown:
        """What belongs to a question of a unit about ``item``, a row or ``DUT``."""
        place = (declaration.per, item)
        if place not in self._rows:
            found = rows_shown(self._ixit, *place)
            self._rows[place] = {name: row_digest(row) for name, row in found.items()}
        facts = {record.key.folder: self._digest(record) for record in self._declared(declaration)}
        return Shown(rows=self._rows[place], facts=facts)

    def changed(
        self, answer: Answer, question: Question, declaration: UnitDeclaration, item: str
    ) -> str:
        """What is no longer as it was shown beside ``answer``, in words; ``""`` if all of it is.

        An observation is made of the device: facts that came later are no change to it. An answer
        of an earlier version of certbench says nothing of what was shown; it counts as long as the
        dossier was never revised.
        """
        if answer.shown is None:
            return "the dossier, and what was shown is not on record" if self._revised else ""
        now = self.shown(declaration, item)
        parts = changed(answer.shown, now, all_facts=not question.during)
        return "; ".join((*parts, *self._gone(answer.shown, declaration)))

    def _gone(self, then: Shown, declaration: UnitDeclaration) -> Iterator[str]:
        """Facts that were shown and that the survey no longer has."""
        probes = {str(need.probe) for need in declaration.facts}
        there = {record.key.folder for record in self._facts.records}
        for name in then.facts or ():
            if name.split("/")[-2] in probes and name not in there:
                yield f"fact {name} is gone"

    def _declared(self, declaration: UnitDeclaration) -> Iterator[FactRecord[Facts]]:
        first = self._facts.samples[0] if self._facts.samples else None
        for record in self._facts.records:
            if any(
                (need.probe, need.state) == (record.key.probe, record.state)
                and (need.samples is Samples.EACH or record.key.sample == first)
                for need in declaration.facts
            ):
                yield record

    def _digest(self, record: FactRecord[Facts]) -> str:
        if record.key not in self._digests:
            self._digests[record.key] = fact_digest(record)
        return self._digests[record.key]


def fact_digest(record: FactRecord[Facts]) -> str:
    """SHA-256 of what a fact says."""
    return digest_of(record.facts.to_json())
