"""Transcript of a serial console -> `ConsoleFacts` (probe ``console``); pure.

::

    console  baud
    phase    name: listen, boot, interrupt, loader, shell, settle
    power    state: requested, done, failed
    key      a key sent while the device boots (with the ``sent`` record after it)
    marker   value: what the shell must compute
    sent, received
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from harness.encoding.journal import Journal, JournalRecord
from harness.facts.base import NotExamined
from harness.facts.console import ConsoleFacts, SecretSighting
from harness.interpret import login_screen as screen
from harness.interpret.base import INPUTS, CaptureReader, Interpreter, Upstream
from harness.interpret.boot_log import ran_loader_command, secrets_in, versions_in
from harness.model.ids import ProbeName
from harness.model.observation import Absent, EvidenceRef, Observation, Present, Unknown

TRANSCRIPT: Final = "console.jsonl"
TARGET: Final = "console"
_BOOT_LINES: Final = 3
"""A boot says more than a prompt does."""
KERNEL: Final = re.compile(
    rb"(?i)starting kernel|linux version|booting linux|uncompressing linux|\[ {0,6}0\.\d{6}\]"
)
"""What a boot writes once its kernel runs: the boot loader is past."""
_ENOUGH_KEYS: Final = 3
_MAX_PHASE_BYTES: Final = 8 * 1024 * 1024

Ref = Callable[[int], EvidenceRef]


@dataclass(frozen=True)
class Burst:
    """What the device wrote between two inputs.

    Attributes:
        sent: what was typed before it, if anything.
        received: everything up to the next input.
        line: the journal line of its last byte.
    """

    sent: bytes
    received: bytes
    line: int


def interpret(captures: CaptureReader, upstream: Upstream) -> ConsoleFacts:
    """Read the transcript. Raises CaptureError when it is not a journal."""
    del upstream
    if not captures.has(TRANSCRIPT):
        why = "the console was never opened"
        return _nothing(captures, why)
    journal = captures.journal(TRANSCRIPT)
    phases = _phases(journal)

    def ref(line: int) -> EvidenceRef:
        return captures.ref(TRANSCRIPT, f"line {line}")

    received = [record for record in journal.of("received") if record.text("data")]
    if not received:
        return _nothing(captures, "the device wrote nothing to the console")
    stream = b"".join(record.data("data") for record in received)[:_MAX_PHASE_BYTES]
    return ConsoleFacts(
        examined=(TARGET,),
        complete=captures.complete and journal.whole,
        baud=_baud(journal),
        output=Present(evidence=(ref(received[0].line),)),
        booted=_booted(phases, ref),
        boot_loader_prompt=_boot_loader(phases, ref),
        login_prompt=_login_prompt(phases, ref),
        unauthenticated_shell=_shell(phases, ref),
        secrets=_secrets(stream, received, _known(captures), ref),
        versions=versions_in(stream),
    )


def _nothing(captures: CaptureReader, why: str) -> ConsoleFacts:
    unknown = Unknown(reason=why)
    baud = 0
    if captures.has(TRANSCRIPT):
        baud = _baud(captures.journal(TRANSCRIPT))
    return ConsoleFacts(
        not_examined=(NotExamined(target=TARGET, reason=why),),
        complete=captures.complete,
        baud=baud,
        output=unknown,
        booted=unknown,
        boot_loader_prompt=unknown,
        login_prompt=unknown,
        unauthenticated_shell=unknown,
    )


def _baud(journal: Journal) -> int:
    record = next(journal.of("console"), None)
    return record.number("baud") if record else 0


def _phases(journal: Journal) -> dict[str, list[JournalRecord]]:
    """Records by phase; what came before the first phase is ``open``."""
    phases: dict[str, list[JournalRecord]] = {}
    name = "open"
    for record in journal.records:
        if record.kind == "phase":
            name = record.text("name")
            phases.setdefault(name, [])
        else:
            phases.setdefault(name, []).append(record)
    return phases


def _bursts(records: Sequence[JournalRecord]) -> list[Burst]:
    bursts: list[Burst] = []
    sent, received, line = b"", bytearray(), 0
    for record in records:
        if record.kind == "sent":
            if line:
                bursts.append(Burst(sent, bytes(received), line))
            sent, received, line = record.data("data"), bytearray(), 0
        elif record.kind == "received" and len(received) < _MAX_PHASE_BYTES:
            received += record.data("data")
            line = record.line
    if line:
        bursts.append(Burst(sent, bytes(received), line))
    return bursts


def _after_power(records: Sequence[JournalRecord]) -> list[JournalRecord]:
    """Records since the sample was told to restart; none if that did not happen."""
    states = [record.text("state") for record in records if record.kind == "power"]
    if "done" not in states:
        return []
    for index, record in enumerate(records):
        if record.kind == "power":
            return list(records[index + 1 :])
    return []


def _boot_end(records: Sequence[JournalRecord], shell: bytes) -> tuple[int, int] | None:
    """Index and line of the record with which a boot reached a login prompt or ``shell``."""
    shown = b""
    for index, record in enumerate(records):
        if record.kind != "received":
            continue
        shown = (shown + record.data("data"))[-4096:]
        if screen.asks_for_user(shown) or (shell and screen.prompt_of(shown) == shell):
            return index, record.line
    return None


def _shell_prompt(phases: dict[str, list[JournalRecord]], ref: Ref) -> bytes:
    """The prompt at which an untouched boot ends, if a shell stands open there."""
    if not isinstance(_shell(phases, ref), Present):
        return b""
    received = [r for r in phases.get("boot", []) if r.kind == "received"]
    return screen.prompt_of(b"".join(r.data("data") for r in received)[-4096:])


def _keys_in_window(records: Sequence[JournalRecord]) -> bool:
    """Enough different keys were pressed after the boot began and before its kernel did.

    Without a line that a kernel writes the window is taken to be the first half of the boot's text.
    """
    text = b"".join(r.data("data") for r in records if r.kind == "received")
    kernel = KERNEL.search(text)
    window = kernel.start() if kernel else len(text) // 2
    keys: set[str] = set()
    shown = 0
    for record in records:
        if record.kind == "received":
            shown += len(record.text("data"))
        elif record.kind == "sent" and 0 < shown <= window:
            keys.add(record.text("data"))
    return len(keys) >= _ENOUGH_KEYS


def _booted(phases: dict[str, list[JournalRecord]], ref: Ref) -> Observation:
    records = _after_power(phases.get("boot", []))
    if not records:
        return Unknown(reason="the bench did not switch the sample's power")
    received = [record for record in records if record.kind == "received"]
    text = b"".join(record.data("data") for record in received)
    lines = [line for line in screen.plain(text).split(b"\n") if line.strip()]
    if len(lines) < _BOOT_LINES:
        return Unknown(reason="the console showed no boot after the power was switched on")
    return Present(evidence=(ref(received[0].line), ref(received[-1].line)))


def _boot_loader(phases: dict[str, list[JournalRecord]], ref: Ref) -> Observation:
    for burst in _bursts(phases.get("loader", [])):
        output = screen.without_echo(burst.received, burst.sent)
        if burst.sent.strip() and ran_loader_command(output):
            return Present(evidence=(ref(burst.line),))
    return _uninterrupted(phases, ref)


def _uninterrupted(phases: dict[str, list[JournalRecord]], ref: Ref) -> Absent | Unknown:
    """Whether a boot with keys pressed in its window went on to its end."""
    records = _after_power(phases.get("interrupt", []))
    if not records:
        return Unknown(reason="the boot was not interrupted: the bench does not switch the power")
    if phases.get("loader"):
        return Unknown(reason="the boot stopped at something that ran no boot loader command")
    end = _boot_end(records, _shell_prompt(phases, ref))
    if end is None:
        return Unknown(reason="the boot did not reach its end after keys were pressed")
    if not _keys_in_window(records[: end[0]]):
        return Unknown(reason="no keys reached the device before its kernel started")
    return Absent(control=ref(end[1]))


def _login_prompt(phases: dict[str, list[JournalRecord]], ref: Ref) -> Observation:
    for records in phases.values():
        for burst in _bursts(records):
            if screen.asks_for_user(burst.received):
                return Present(evidence=(ref(burst.line),))
    shell = _shell(phases, ref)
    if isinstance(shell, Present):
        return Absent(control=shell.evidence[0])
    return Unknown(reason="no login prompt appeared")


def _shell(phases: dict[str, list[JournalRecord]], ref: Ref) -> Observation:
    records = phases.get("shell", [])
    markers = [record.text("value") for record in records if record.kind == "marker"]
    prompted: int | None = None
    for burst in _bursts(records):
        output = screen.without_echo(burst.received, burst.sent)
        if _ran(burst.sent, output, markers):
            return Present(evidence=(ref(burst.line),))
        if burst.sent and screen.asks_for_user(burst.received):
            prompted = burst.line
    if prompted is not None:
        return Absent(control=ref(prompted))
    return Unknown(reason="the console showed neither a shell nor a login prompt when asked")


def _ran(sent: bytes, output: bytes, markers: Sequence[str]) -> bool:
    """A command of ours was carried out: its result stands there, and not in what was typed."""
    if sent.strip() == b"id" and screen.shows_identity(output):
        return True
    words = output.split()
    return sent.startswith(b"echo ") and any(
        marker and marker.encode() in words and marker.encode() not in sent for marker in markers
    )


def _known(captures: CaptureReader) -> list[str]:
    values: list[str] = []
    if captures.has(INPUTS):
        for record in captures.journal(INPUTS).of("known-secrets"):
            stored = record.fields.get("values", [])
            if isinstance(stored, list):
                values += [value for value in stored if isinstance(value, str)]
    return values


def _secrets(
    stream: bytes, received: Sequence[JournalRecord], known: Sequence[str], ref: Ref
) -> tuple[SecretSighting, ...]:
    starts: list[tuple[int, int]] = []
    offset = 0
    for record in received:
        starts.append((offset, record.line))
        offset += len(record.text("data"))
    return tuple(
        SecretSighting(
            kind=secret.kind, shown=secret.shown, evidence=ref(_line_at(starts, secret.offset))
        )
        for secret in secrets_in(stream, known)
    )


def _line_at(starts: Sequence[tuple[int, int]], offset: int) -> int:
    return next(line for start, line in reversed(starts) if start <= offset)


INTERPRETER = Interpreter(ProbeName("console"), 1, ConsoleFacts, interpret)
