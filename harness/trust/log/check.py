"""Is this statement in a log that we trust, seen by witnesses that we trust? Step by step.

Every step is reported, whatever became of the others, each with its own code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

from harness.encoding.clock import format_utc
from harness.encoding.merkle import leaf_hash, verify_inclusion
from harness.encoding.text import neutralise
from harness.errors import UsageError, VerificationError
from harness.trust.log.checkpoint import Checkpoint, parse_checkpoint
from harness.trust.log.entry import LogEntry, entry_of, parse_entry
from harness.trust.log.note import KeyKind, NoteKey, Verified, verify_note
from harness.trust.log.proof import LogProof, parse_proof

Outcome = Literal["ok", "failed", "skipped"]
_STEPS: Final = ("proof", "log", "inclusion", "statement", "witnesses")
_LAST_YEAR_S: Final = 253402300800


@dataclass(frozen=True)
class LogPolicy:
    """Whom the reader of a proof trusts.

    Attributes:
        logs: keys of logs; a log's name is its origin.
        witnesses: keys of witnesses.
        quorum: how many of them must have seen the checkpoint.

    Raises:
        UsageError: keys of the wrong kind, one key twice, or more witnesses asked for than known.
    """

    logs: tuple[NoteKey, ...]
    witnesses: tuple[NoteKey, ...] = ()
    quorum: int = 0

    def __post_init__(self) -> None:
        """Refuse what would count one party twice."""
        if not self.logs or any(key.kind is not KeyKind.LOG for key in self.logs):
            raise UsageError("name the key of a log, as `certbench log init` prints it")
        if any(key.kind is not KeyKind.WITNESS for key in self.witnesses):
            raise UsageError("a witness key must be that of a witness, not that of a log")
        publics = [key.public for key in (*set(self.logs), *self.witnesses)]
        if len(set(publics)) != len(publics):
            raise UsageError("one key stands for two parties: a witness counts once and is no log")
        if not 0 <= self.quorum <= len(self.witnesses):
            raise UsageError(
                f"a quorum of {self.quorum} cannot be met by {len(self.witnesses)} witness keys"
            )


@dataclass(frozen=True)
class LogStep:
    """What became of one question; ``code`` is empty unless it failed."""

    number: int
    name: str
    outcome: Outcome
    code: str
    shown: str
    expected: str


@dataclass(frozen=True)
class LogCheck:
    """All steps, and what was read where it could be read.

    Attributes:
        seen: each trusted witness that cosigned, and when it first did, in seconds since 1970.
    """

    steps: tuple[LogStep, ...]
    entry: LogEntry | None = None
    checkpoint: Checkpoint | None = None
    index: int | None = None
    seen: Mapping[NoteKey, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether every step holds."""
        return all(step.outcome == "ok" for step in self.steps)


class _Failed(Exception):  # noqa: N818  (carries the outcome of a step)
    def __init__(self, code: str, shown: str, expected: str) -> None:
        super().__init__(code)
        self.code, self.shown, self.expected = code, shown, expected


def check_proof(data: bytes, statement: bytes, policy: LogPolicy) -> LogCheck:
    """Check the proof file ``data`` for the envelope ``statement``."""
    try:
        proof = parse_proof(data)
        checkpoint = parse_checkpoint(proof.note)
        entry = parse_entry(proof.extra)
    except VerificationError as error:
        first = LogStep(1, _STEPS[0], "failed", "E-LOG-PROOF", str(error), "a proof of an entry")
        rest = (LogStep(n, name, "skipped", "", "", "") for n, name in enumerate(_STEPS[1:], 2))
        return LogCheck((first, *rest))
    seen: dict[NoteKey, int] = {}
    questions: tuple[Callable[[], str], ...] = (
        lambda: f"entry {proof.index} of {checkpoint.size}",
        lambda: _log(proof, checkpoint, policy),
        lambda: _inclusion(proof, checkpoint),
        lambda: _statement(entry, statement),
        lambda: _witnesses(proof, policy, seen),
    )
    steps = tuple(
        _step(number, name, question)
        for number, (name, question) in enumerate(zip(_STEPS, questions, strict=True), 1)
    )
    return LogCheck(steps, entry, checkpoint, proof.index, seen)


def _step(number: int, name: str, question: Callable[[], str]) -> LogStep:
    try:
        return LogStep(number, name, "ok", "", question(), "")
    except _Failed as failed:
        return LogStep(number, name, "failed", failed.code, failed.shown, failed.expected)


def _log(proof: LogProof, checkpoint: Checkpoint, policy: LogPolicy) -> str:
    known = [key for key in policy.logs if key.name == checkpoint.origin]
    if not known:
        names = ", ".join(sorted({key.name for key in policy.logs}))
        raise _Failed("E-LOG-ORIGIN", neutralise(checkpoint.origin, 200), names)
    if not _verified(proof, tuple(known), "E-LOG-SIGNATURE"):
        raise _Failed("E-LOG-SIGNATURE", "no signature of a trusted log", str(known[0]))
    return f"signed by {checkpoint.origin}"


def _inclusion(proof: LogProof, checkpoint: Checkpoint) -> str:
    leaf, root = leaf_hash(proof.extra), checkpoint.root
    if not verify_inclusion(leaf, proof.index, checkpoint.size, proof.path, root):
        raise _Failed(
            "E-LOG-INCLUSION",
            f"a path that does not lead from entry {proof.index} to the root",
            f"root {root.hex()} over {checkpoint.size} entries",
        )
    return f"root {root.hex()}"


def _statement(entry: LogEntry, statement: bytes) -> str:
    try:
        expected = entry_of(statement, entry.supersedes)
    except VerificationError as error:
        raise _Failed("E-LOG-STATEMENT", str(error), "a signed statement") from error
    ours, logged = expected.to_json(), entry.to_json()
    for name, value in ours.items():
        if logged[name] != value:
            raise _Failed(
                "E-LOG-STATEMENT",
                f"logged {name}: {neutralise(logged[name], 100) or 'none'}",
                f"this statement's: {neutralise(value, 100) or 'none'}",
            )
    return f"statement {entry.statement_sha256}"


def _witnesses(proof: LogProof, policy: LogPolicy, seen: dict[NoteKey, int]) -> str:
    found = _verified(proof, policy.witnesses, "E-LOG-WITNESS")
    # A witness may have cosigned twice; its first sight is the one that dates the entry.
    for each in found:
        time = each.time or 0
        seen[each.key] = min(seen.get(each.key, time), time)
    shown = ", ".join(f"{key.name} at {_utc(time)}" for key, time in seen.items())
    if len(seen) < policy.quorum:
        missing = [key.name for key in policy.witnesses if key not in seen]
        expected = f"{policy.quorum} of the trusted witnesses; without: {', '.join(missing)}"
        raise _Failed("E-LOG-WITNESS", shown or "no trusted witness", expected)
    return shown or "none asked for"


def _verified(proof: LogProof, keys: tuple[NoteKey, ...], code: str) -> tuple[Verified, ...]:
    try:
        return verify_note(proof.note, keys)
    except VerificationError as error:
        raise _Failed(code, str(error), "a signature of the key that it names") from error


def _utc(time: int) -> str:
    if time >= _LAST_YEAR_S:
        return f"second {time}"
    return format_utc(datetime.fromtimestamp(time, UTC))
