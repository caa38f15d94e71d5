"""What a device did with one login attempt, read from the raw exchange of the trial: pure.

ACCEPTED needs a confirmation that only a logged-in user could have seen. Anything that is neither a
clear refusal nor a confirmed success is UNANSWERED, which never counts as rejected.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from harness.encoding.journal import JournalRecord
from harness.facts.credentials import TrialOutcome
from harness.interpret import login_screen as screen
from harness.interpret.html_forms import parse_page
from harness.interpret.login_mqtt import read_mqtt
from harness.interpret.login_page import has_login_form, local_path
from harness.interpret.login_transcript import (
    BASIC,
    FORM,
    MQTT,
    SSH,
    TELNET,
    Point,
    TrialTranscript,
    elapsed_ms,
)
from harness.interpret.telnet_options import text_of

ACCEPTED, REJECTED = TrialOutcome.ACCEPTED, TrialOutcome.REJECTED
UNANSWERED, LOCKED = TrialOutcome.UNANSWERED, TrialOutcome.LOCKED

_OK: Final = 200
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_REFUSED: Final = frozenset({401, 403})
_LOCKED_STATUS: Final = frozenset({423, 429})
_UNAVAILABLE: Final = 503


@dataclass(frozen=True)
class Reading:
    """Outcome of one trial.

    Attributes:
        line: the journal line that decides it.
        wait_s: how long the device asks to wait; 0 if it does not say.
    """

    outcome: TrialOutcome
    duration_ms: int
    line: int
    wait_s: float = 0.0


def read_outcome(point: Point, trial: TrialTranscript) -> Reading:
    """What became of ``trial``. Raises CaptureError for records that are not what they say."""
    readers: dict[str, Callable[[Point, TrialTranscript], Reading]] = {
        FORM: _form,
        BASIC: _basic,
        SSH: _ssh,
        MQTT: lambda _, trial: Reading(*read_mqtt(trial)),
    }
    return readers.get(point.method, _terminal)(point, trial)


# HTTP


def header(record: JournalRecord, name: str) -> str:
    """First header ``name`` of a stored answer; empty if there is none."""
    headers = record.fields.get("headers", [])
    for pair in headers if isinstance(headers, list) else []:
        match pair:
            case [str(key), str(value)] if key.lower() == name:
                return value
            case _:
                continue
    return ""


def redirect_of(point: Point, record: JournalRecord) -> str:
    """Local path that a stored answer redirects to; empty if it does not or leads elsewhere."""
    location = header(record, "location")
    if record.number("status") not in _REDIRECTS or not location:
        return ""
    return local_path(location, record.text("path") or "/", point.host)


def is_login_page(point: Point, record: JournalRecord) -> bool:
    """A stored answer is the login page of ``point``."""
    if point.method != FORM:
        return False
    return has_login_form(record.data("body"), point.user_field, point.password_field)


def is_refused(point: Point, record: JournalRecord) -> bool:
    """A stored answer keeps the page from whoever asked: 401, 403, or the login page instead."""
    status = record.number("status")
    if status in _REFUSED or (status == _OK and is_login_page(point, record)):
        return True
    leads_to = redirect_of(point, record)
    return point.method == FORM and bool(leads_to) and _same_page(leads_to, point.path)


def is_open(point: Point, record: JournalRecord) -> bool:
    """A stored answer shows the page itself: 200, and not the login page."""
    shown = record.number("status") == _OK and not record.text("error")
    if point.method == FORM and _same_page(record.text("path"), point.path):
        return shown and point.path in point.protected and not is_login_page(point, record)
    return shown and not is_login_page(point, record)


def chain_ends(records: Iterable[JournalRecord], step: str) -> dict[str, JournalRecord]:
    """Last answer of each chain of redirects of one step, by the path that it began with."""
    ends: dict[str, JournalRecord] = {}
    for record in records:
        if record.kind == "exchange" and record.text("step") == step:
            ends[record.text("of")] = record
    return ends


def _same_page(one: str, other: str) -> bool:
    return one.partition("?")[0].rstrip("/") == other.partition("?")[0].rstrip("/")


def _confirmed(point: Point, trial: TrialTranscript) -> JournalRecord | None:
    """The answer that shows a page which was refused without the login, in the same trial."""
    before, after = chain_ends(trial.records, "before"), chain_ends(trial.records, "after")
    for path, end in after.items():
        refused = path in before and is_refused(point, before[path])
        if refused and is_open(point, end):
            return end
    return None


def _step(trial: TrialTranscript, step: str) -> JournalRecord | None:
    found = [
        record
        for record in trial.records
        if record.kind == "exchange" and record.text("step") == step
    ]
    return found[-1] if found else None


def _retry_after(record: JournalRecord) -> float:
    value = header(record, "retry-after").strip()
    return float(value) if value.isascii() and value.isdigit() and len(value) <= 6 else 0.0  # noqa: PLR2004  (11 days)


def _says_locked(record: JournalRecord) -> bool:
    status = record.number("status")
    if status in _LOCKED_STATUS or (status == _UNAVAILABLE and header(record, "retry-after")):
        return True
    text = parse_page(record.data("body")).text
    return screen.is_lockout(text.encode())


def _form(point: Point, trial: TrialTranscript) -> Reading:
    return _http(point, trial, _confirmed(point, trial))


def _basic(point: Point, trial: TrialTranscript) -> Reading:
    before, answer = _step(trial, "before"), _step(trial, "login")
    asked = before is not None and before.number("status") in _REFUSED
    let_in = asked and answer is not None and is_open(point, answer)
    return _http(point, trial, answer if let_in else None)


def _http(point: Point, trial: TrialTranscript, confirmation: JournalRecord | None) -> Reading:
    answer = _step(trial, "login")
    if answer is None:
        return Reading(UNANSWERED, 0, trial.line)
    spent = answer.number("duration_ms")
    if confirmation is not None:
        return Reading(ACCEPTED, spent, confirmation.line)
    if answer.text("error"):
        return Reading(UNANSWERED, spent, answer.line)
    if _says_locked(answer):
        return Reading(LOCKED, spent, answer.line, _retry_after(answer))
    return Reading(REJECTED if is_refused(point, answer) else UNANSWERED, spent, answer.line)


# SSH


def _ssh(_: Point, trial: TrialTranscript) -> Reading:
    found = [record for record in trial.records if record.kind == "ssh"]
    if not found:
        return Reading(UNANSWERED, 0, trial.line)
    record, result = found[-1], found[-1].text("result")
    spent = record.number("duration_ms")
    if result == "accepted" and record.data("output").strip():
        return Reading(ACCEPTED, spent, record.line)
    if result == "rejected":
        return Reading(REJECTED, spent, record.line)
    return Reading(UNANSWERED, spent, record.line)


# Terminals


@dataclass(frozen=True)
class Screen:
    """What passed in one step of a terminal dialogue."""

    sent: bytes
    received: bytes
    first_sent: str
    last_received: str
    line: int


def screens(point: Point, trial: TrialTranscript) -> dict[str, Screen]:
    """The dialogue by step: ``open``, ``user``, ``password``, ``command``, ``leave``."""
    parts: dict[str, list[JournalRecord]] = {}
    name = "open"
    for record in trial.records:
        if record.kind == "step":
            name = record.text("name")
        elif record.kind in {"sent", "received"}:
            parts.setdefault(name, []).append(record)
    return {step: _screen(point, records) for step, records in parts.items()}


def _screen(point: Point, records: Sequence[JournalRecord]) -> Screen:
    sent = [record for record in records if record.kind == "sent"]
    received = [record for record in records if record.kind == "received"]
    data = b"".join(record.data("data") for record in received)
    return Screen(
        sent=b"".join(record.data("data") for record in sent),
        received=text_of(data) if point.method == TELNET else data,
        first_sent=sent[0].time if sent else "",
        last_received=received[-1].time if received else "",
        line=(received or records)[-1].line,
    )


def _terminal(point: Point, trial: TrialTranscript) -> Reading:
    steps = screens(point, trial)
    answer = steps.get("password") or steps.get("user") or steps.get("open")
    if answer is None:
        return Reading(UNANSWERED, 0, trial.line)
    spent = 0
    if answer.first_sent and answer.last_received:
        spent = elapsed_ms(answer.first_sent, answer.last_received)
    said = screen.without_echo(answer.received, answer.sent)
    outcome = _said(steps, said)
    deciding = steps.get("command", answer) if outcome is ACCEPTED else answer
    wait_s = screen.wait_s(said) if outcome is LOCKED else 0.0
    return Reading(outcome, spent, deciding.line, wait_s)


def _said(steps: dict[str, Screen], said: bytes) -> TrialOutcome:
    """What the answer to a login means; only a login that was made can be rejected or accepted."""
    if screen.is_lockout(said):
        return LOCKED
    refused = screen.is_refusal(said)
    if "password" in steps and (refused or screen.asks_for_user(said)):
        return REJECTED
    made = "password" in steps or "user" in steps
    return ACCEPTED if made and not refused and _let_in(said, steps.get("command")) else UNANSWERED


def _let_in(said: bytes, command: Screen | None) -> bool:
    """A command's result, a prompt that came back after it, or a demand for a new password."""
    if screen.demands_change(said):
        return True
    if command is None:
        return False
    output = screen.without_echo(command.received, command.sent)
    if screen.is_refusal(output) and not screen.at_prompt(output):
        return False
    if screen.shows_identity(output) or screen.demands_change(output):
        return True
    prompt = screen.prompt_of(said)
    return bool(prompt) and screen.prompt_of(output) == prompt and b"\n" in output
