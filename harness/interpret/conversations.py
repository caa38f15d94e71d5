"""TCP conversations read back from a journal: who said what, and how each connection ended.

The records that the probes write:

* ``connect``: connection, port, step (why it was opened), outcome (`harness.bench.protocols`);
* ``sent``, ``received``: connection, layer (``tcp``, ``tls`` = inside TLS), data;
* ``upgrade``: connection, outcome (``ok`` or why the TLS handshake of the local library failed);
* ``ended``: connection, how (``closed``, ``reset``: by the peer; ``silent``: it said nothing more
  in time; ``left``: the bench had enough).
"""

from dataclasses import dataclass, field
from typing import Literal

from harness.encoding.journal import Journal, JournalRecord
from harness.errors import CaptureError

Ending = Literal["closed", "reset", "silent", "left", ""]
"""How a connection ended; ``""`` when the capture stops before."""

MAX_CONNECTIONS = 20_000


@dataclass(frozen=True)
class Turn:
    """Bytes that went one way, and the line of the journal that holds them."""

    line: int
    sent: bool
    layer: str
    data: bytes


@dataclass
class Conversation:
    """One connection.

    Attributes:
        line, time: of the connection attempt.
        step: why it was opened, in the prober's words.
        outcome: how the connection attempt ended: ``open``, ``refused``, ``timeout``...
        upgraded: TLS was started in it by the local library.
    """

    number: int
    line: int
    time: str
    step: str
    outcome: str
    turns: list[Turn] = field(default_factory=list)
    upgraded: bool = False
    ended: Ending = ""

    def received(self, layer: str = "") -> bytes:
        """All bytes that came back, of one layer or of all."""
        return b"".join(
            turn.data for turn in self.turns if not turn.sent and layer in {"", turn.layer}
        )

    @property
    def last_line(self) -> int:
        """Line of the last byte that came back, else of the connection attempt."""
        return max((turn.line for turn in self.turns if not turn.sent), default=self.line)


def read_conversations(journal: Journal) -> tuple[Conversation, ...]:
    """Group a journal's records by connection, in the order of the connections.

    Raises:
        CaptureError: a record about a connection that was never opened, or not of this format.
    """
    found: dict[int, Conversation] = {}
    for record in journal.of("connect", "sent", "received", "upgrade", "ended"):
        number = record.number("connection")
        if record.kind == "connect":
            if number in found or len(found) >= MAX_CONNECTIONS:
                raise CaptureError(f"line {record.line}: connection {number} opened twice")
            found[number] = _opened(number, record)
        elif number in found:
            _add(found[number], record)
        else:
            raise CaptureError(f"line {record.line}: connection {number} was never opened")
    return tuple(found.values())


def _opened(number: int, record: JournalRecord) -> Conversation:
    return Conversation(
        number, record.line, record.time, record.text("step"), record.text("outcome")
    )


def _add(conversation: Conversation, record: JournalRecord) -> None:
    if record.kind == "ended":
        conversation.ended = _ending(record)
    elif record.kind == "upgrade":
        conversation.upgraded = record.text("outcome") == "ok"
    else:
        sent = record.kind == "sent"
        turn = Turn(record.line, sent, record.text("layer"), record.data("data"))
        conversation.turns.append(turn)


def _ending(record: JournalRecord) -> Ending:
    how = record.text("how")
    if how in {"closed", "reset", "silent", "left"}:
        return how  # type: ignore[return-value]  # narrowed by the set
    raise CaptureError(f"line {record.line}: no such ending")
