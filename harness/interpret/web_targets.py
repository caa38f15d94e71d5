"""The inputs record of probes that visit a list of endpoints (pure).

``inputs.jsonl`` holds one record ``kind="inputs"``: ``targets`` (each ``address``, ``port``,
``tls``), ``not_examined`` (each ``target``, ``reason``) and what else the probe was given.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from harness.encoding.journal import JournalRecord
from harness.encoding.text import neutralise
from harness.errors import CaptureError
from harness.facts.base import Endpoint, NotExamined
from harness.interpret.base import INPUTS, CaptureReader
from harness.model.observation import Observation, Unknown

_MAX_PORT: Final = 65535
Server = TypeVar("Server")


@dataclass(frozen=True)
class WebTarget:
    """An endpoint that the probe set out to visit."""

    endpoint: Endpoint
    tls: bool

    @property
    def name(self) -> str:
        """``tcp/443``."""
        return self.endpoint.name

    @property
    def capture(self) -> str:
        """The journal of its exchanges."""
        return f"tcp-{self.endpoint.port}.jsonl"


@dataclass(frozen=True)
class Inputs:
    """What the probe was given; ``record`` has the rest of it."""

    targets: tuple[WebTarget, ...]
    not_examined: tuple[NotExamined, ...]
    record: JournalRecord
    complete: bool


def read_inputs(captures: CaptureReader) -> Inputs:
    """The inputs of the attempt.

    Raises:
        CaptureError: there are none, or they do not say what they should.
    """
    journal = captures.journal(INPUTS)
    record = journal.first("inputs")
    return Inputs(
        targets=tuple(_target(entry) for entry in record.listed("targets")),
        not_examined=tuple(skipped(entry) for entry in record.listed("not_examined")),
        record=record,
        complete=journal.whole,
    )


@dataclass(frozen=True)
class EndpointsRead(Generic[Server]):
    """What the journals of all endpoints say.

    Attributes:
        servers: one for each journal that could be read.
        unread: endpoints whose journal could not, each with the reason, and those that the probe
            itself did not visit.
        complete: the attempt is whole and every journal ended properly.
    """

    servers: tuple[Server, ...]
    unread: tuple[NotExamined, ...]
    complete: bool


def read_endpoints(
    captures: CaptureReader, read_one: Callable[[CaptureReader, WebTarget], tuple[Server, bool]]
) -> EndpointsRead[Server]:
    """Read the journal of every endpoint of the inputs; a broken one spoils only its own endpoint.

    Raises:
        CaptureError: the inputs cannot be read.
    """
    inputs = read_inputs(captures)
    servers: list[Server] = []
    unread = list(inputs.not_examined)
    whole = captures.complete and inputs.complete
    for target in inputs.targets:
        try:
            server, ended = read_one(captures, target)
        except CaptureError as error:
            whole = False
            unread.append(NotExamined(target=target.name, reason=neutralise(str(error))))
            continue
        whole = whole and ended
        servers.append(server)
    return EndpointsRead(tuple(servers), tuple(unread), whole)


class Answering(Protocol):
    """A server's facts that say whether it answered at all."""

    @property
    def endpoint(self) -> Endpoint:
        """Where it is."""
        ...

    @property
    def answered(self) -> Observation:
        """Unknown while nothing came back."""
        ...


def answering(servers: Iterable[Answering]) -> tuple[str, ...]:
    """The endpoints that answered: only those were examined."""
    return tuple(
        server.endpoint.name for server in servers if not isinstance(server.answered, Unknown)
    )


def silent(servers: Iterable[Answering]) -> tuple[NotExamined, ...]:
    """The endpoints that never answered, each with the reason."""
    return tuple(
        NotExamined(target=server.endpoint.name, reason=server.answered.reason)
        for server in servers
        if isinstance(server.answered, Unknown)
    )


def _target(entry: Any) -> WebTarget:  # noqa: ANN401  (any JSON value)
    match entry:
        case {"address": str(address), "port": int(port), "tls": bool(tls)} if (
            0 < port <= _MAX_PORT
        ):
            endpoint = Endpoint(address=neutralise(address), transport="tcp", port=port)
            return WebTarget(endpoint, tls)
        case _:
            raise CaptureError("a target of the inputs is not an endpoint")


def skipped(entry: Any) -> NotExamined:  # noqa: ANN401  (any JSON value)
    """An entry of ``not_examined`` in the inputs. Raises CaptureError if it is none."""
    match entry:
        case {"target": str(target), "reason": str(reason)}:
            return NotExamined(target=neutralise(target), reason=neutralise(reason))
        case _:
            raise CaptureError("an entry of not_examined is not one")
