"""What a probe is given and what it is."""

from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from harness.bench.network_link import NetworkLink
from harness.bench.protocols import SampleLinks
from harness.encoding.clock import Clock
from harness.errors import BenchFault
from harness.facts.base import Facts
from harness.model.bench_config import BenchSettings
from harness.model.declaration import ProbeDeclaration
from harness.model.states import DeviceState

F = TypeVar("F", bound=Facts)


class CaptureJournal(Protocol):
    """A journal being written (`harness.encoding.journal`); each record is flushed at once."""

    def record(self, kind: str, **fields: object) -> int:
        """Append a record; the line it stands on. Bytes are stored with ``to_latin``.

        Past the size cap records are counted as dropped and the line is that of the last one kept.
        """
        ...


class CaptureStream(Protocol):
    """A capture in a format of its own that grows by whole pieces, each flushed at once."""

    def write(self, piece: bytes) -> None:
        """Append a piece; past the size cap it is counted as dropped."""
        ...


class ProbeContext(Protocol):
    """The circumstances of one attempt."""

    @property
    def sample(self) -> SampleLinks:
        """The links of the sample under test."""
        ...

    @property
    def settings(self) -> BenchSettings:
        """Scope, limits, consents."""
        ...

    @property
    def state(self) -> DeviceState:
        """The state of this visit."""
        ...

    @property
    def seed(self) -> int:
        """Seed of everything made up in this attempt; recorded."""
        ...

    @property
    def clock(self) -> Clock:
        """The bench's clock, for records that carry their own time."""
        ...

    def upstream(self, facts_type: type[F]) -> F | None:
        """Facts of an upstream or ``after`` probe in this visit; None if there are none."""
        ...

    def journal(self, name: str) -> AbstractContextManager[CaptureJournal]:
        """Open a capture that is a journal; ended properly when the block ends without error."""
        ...

    def stream(
        self, name: str, schema_name: str, head: bytes
    ) -> AbstractContextManager[CaptureStream]:
        """Open a capture that begins with ``head``; complete when the block ends without error."""
        ...

    def store(self, name: str, data: bytes, schema_name: str) -> None:
        """Write a capture whole: a tool's output in its own format (``nmap-xml``)."""
        ...

    def secret(self, value: str, kind: str) -> None:
        """Tell the bench a secret that this attempt learnt or used, to be scrubbed at sealing.

        Published default logins are no secrets (design, Secrets and replay).
        """
        ...

    def tool(self, name: str, version: str) -> None:
        """Record the version of a program or library that took part."""
        ...

    def check_time(self) -> None:
        """Raise BenchFault when the attempt's time is up; call it in every loop."""
        ...


class Probe(Protocol):
    """Collects captures of one kind."""

    @property
    def declaration(self) -> ProbeDeclaration:
        """What it needs, takes and does."""
        ...

    def collect(self, context: ProbeContext) -> None:
        """Write captures; conclude nothing.

        Raises:
            BenchFault: the bench failed; captures written so far stay.
            ScopeError: a target lies outside the scope.
        """
        ...


def network_of(context: ProbeContext) -> NetworkLink:
    """The link to the sample. Raises BenchFault if it has none."""
    link = context.sample.network
    if link is None:
        raise BenchFault("the sample has no network link")
    return link


def needed(context: ProbeContext, facts_type: type[F]) -> F:
    """Facts that a probe cannot do without. Raises BenchFault if this visit has none."""
    facts = context.upstream(facts_type)
    if facts is None:
        raise BenchFault(f"this visit has no {facts_type.PROBE} facts")
    return facts
