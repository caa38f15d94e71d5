"""What an interpreter is given and what it is (entry-point group ``certbench.interpreters``)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from harness.encoding.journal import Journal, read_journal
from harness.encoding.tree import MAX_FILE_BYTES, Tree, read
from harness.errors import CaptureError
from harness.facts.base import Facts
from harness.model.ids import ProbeName
from harness.model.observation import EvidenceRef
from harness.model.record import AttemptOutcome, AttemptRecord

INPUTS: Final = "inputs.jsonl"
"""The journal of what an attempt was given; its record ``inputs`` comes first."""
F = TypeVar("F", bound=Facts)


class CaptureReader:
    """The stored captures of one attempt, read from the tree below ``survey/``."""

    def __init__(self, survey: Tree, attempt: AttemptRecord) -> None:
        """Read the captures that ``attempt`` lists, and no other file."""
        self._tree = survey
        self.attempt = attempt
        self._folder = attempt.key.folder

    @property
    def complete(self) -> bool:
        """The attempt COMPLETED and every capture ended properly and dropped nothing."""
        whole = all(entry.complete and not entry.dropped for entry in self.attempt.captures)
        return whole and self.attempt.outcome is AttemptOutcome.COMPLETED

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the captures."""
        return tuple(entry.name for entry in self.attempt.captures)

    def has(self, name: str) -> bool:
        """Whether a capture of this name was taken."""
        return name in self.names

    def data(self, name: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """A capture's bytes. Raises CaptureError if there is none or it is too large."""
        self._require(name)
        return read(self._tree, f"{self._folder}/{name}", limit)

    def journal(self, name: str) -> Journal:
        """A capture that is a journal. Raises CaptureError if it is not one."""
        self._require(name)
        with self._tree.open(f"{self._folder}/{name}") as stream:
            return read_journal(stream)

    def ref(self, name: str, where: str) -> EvidenceRef:
        """A place in one of these captures: ``ref("exchanges.jsonl", "line 12")``."""
        return EvidenceRef(path=f"{self._folder}/{name}", where=where)

    def _require(self, name: str) -> None:
        if not self.has(name):
            message = f"{self._folder}: no capture {name!r}"
            raise CaptureError(message)


class Upstream:
    """Facts of the same visit that the attempt was given when it ran."""

    def __init__(self, facts: Mapping[str, Facts]) -> None:
        """Hold ``facts`` by probe name."""
        self._facts = dict(facts)

    def get(self, facts_type: type[F]) -> F:
        """The upstream fact of this kind. Raises CaptureError if the attempt was given none."""
        found = self._facts.get(facts_type.PROBE)
        if not isinstance(found, facts_type):
            message = f"the attempt was given no {facts_type.PROBE} facts"
            raise CaptureError(message)
        return found

    def find(self, facts_type: type[F]) -> F | None:
        """The upstream fact of this kind, if the attempt was given one."""
        found = self._facts.get(facts_type.PROBE)
        return found if isinstance(found, facts_type) else None


@dataclass(frozen=True)
class Interpreter(Generic[F]):
    """Turns the captures of one probe into its facts.

    Attributes:
        probe: whose captures it reads.
        version: changes whenever the same captures could give other facts.
        interpret: pure function of the captures and the upstream facts. It raises CaptureError
            for captures that cannot be read at all; anything partial is facts that say so.
    """

    probe: ProbeName
    version: int
    facts: type[F]
    interpret: Callable[[CaptureReader, Upstream], F]
