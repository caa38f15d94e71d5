"""Interpreter of the ``identity`` probe: which firmware the device says it runs (pure)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from harness.encoding.journal import Journal, JournalRecord
from harness.encoding.text import neutralise
from harness.facts.base import NotExamined
from harness.facts.identity import IdentityFacts
from harness.interpret.base import INPUTS, CaptureReader, Interpreter, Upstream
from harness.interpret.bluetooth import attributes
from harness.interpret.bluetooth.links import Link
from harness.interpret.bluetooth.steps import CAPTURE, Recording, read_recording
from harness.interpret.http_exchanges import (
    OK,
    Exchange,
    parse_json,
    read_exchanges,
)
from harness.interpret.ssh import fingerprint
from harness.model.ids import ProbeName
from harness.model.observation import Observation, Present, Unknown

EXCHANGES: Final = "exchanges.jsonl"
OPEN: Final = "open"
"""The step of a Bluetooth recording on which the version is read."""
FIRMWARE_REVISION: Final = "00002a26-0000-1000-8000-00805f9b34fb"
"""Firmware Revision String (Device Information Service 1.2, 3.5)."""
MAX_TEXT: Final = 64 * 1024
MAX_PATTERN: Final = 500
MAX_VERSION: Final = 64
_SHAPE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+:-]*(?: [0-9A-Za-z(][0-9A-Za-z._+:()-]*){0,4}")


@dataclass(frozen=True)
class _Given:
    """What the probe was given; ``reason`` says why it asked for nothing."""

    target: str
    path: str
    pattern: str
    reason: str


def interpret(captures: CaptureReader, upstream: Upstream) -> IdentityFacts:
    """The firmware version of one visit's beginning or end; needs no upstream fact.

    Raises:
        CaptureError: the list of inputs cannot be read.
    """
    del upstream
    if captures.has(CAPTURE):
        return _over_bluetooth(read_recording(captures))
    inputs = captures.journal(INPUTS)
    record = inputs.first("inputs")
    given = _Given(
        neutralise(record.text("target"), 60),
        record.text("path"),
        record.text("pattern"),
        neutralise(record.text("reason")),
    )
    if not captures.has(EXCHANGES):
        return _unread(given, given.reason or "nothing was asked", complete=False)
    journal = captures.journal(EXCHANGES)
    whole = captures.complete and inputs.complete and journal.whole
    version, seen, source = _version(captures, journal, given)
    return IdentityFacts(
        examined=(given.target,) if version else (),
        not_examined=() if version else _gap(given, seen),
        complete=whole,
        firmware=version,
        seen=seen,
        source=source,
        fingerprints=_fingerprints(journal),
    )


def _over_bluetooth(recording: Recording) -> IdentityFacts:
    """What the Device Information service says; all readings must agree."""
    step = recording.step(OPEN)
    link = step.link if step and not recording.rivals else None
    readings = [each for each in _revisions(link) if each.succeeded] if link else []
    versions = {_shaped(each.value.decode("utf-8", "replace")) for each in readings}
    version = versions.pop() if len(versions) == 1 else ""
    seen: Observation
    if version:
        seen = recording.seen(readings[0].request.packet.number)
    else:
        why = "states no firmware revision over Bluetooth" if link else "was not reached"
        seen = Unknown(reason=f"the sample {why}")
    given = _Given("bluetooth", "", "", "")
    return IdentityFacts(
        examined=("bluetooth",) if version else (),
        not_examined=() if version else _gap(given, seen),
        complete=recording.whole,
        firmware=version,
        seen=seen,
        source="bluetooth device information" if version else "",
    )


def _revisions(link: Link) -> Iterator[attributes.Exchange]:
    """The requests for the firmware revision."""
    exchanges = tuple(attributes.exchanges(link))
    handles = {
        found.handle
        for each in exchanges
        for found in attributes.characteristics_in(each)
        if found.uuid == FIRMWARE_REVISION
    }
    read = attributes.Opcode.READ
    return (each for each in exchanges if each.opcode == read and each.handle in handles)


def _unread(given: _Given, reason: str, *, complete: bool) -> IdentityFacts:
    seen = Unknown(reason=reason)
    return IdentityFacts(
        not_examined=_gap(given, seen), complete=complete, firmware="", seen=seen, source=""
    )


def _gap(given: _Given, seen: Observation) -> tuple[NotExamined, ...]:
    reason = seen.reason if isinstance(seen, Unknown) else "no version"
    return (NotExamined(target=given.target or "web", reason=reason),)


def _version(
    captures: CaptureReader, journal: Journal, given: _Given
) -> tuple[str, Observation, str]:
    """Version, where it was seen, and its source; all answers that state one must agree."""
    if given.reason:
        return "", Unknown(reason=given.reason), ""
    exchanges = read_exchanges(captures, EXCHANGES, journal)
    stated = [
        (found, exchange)
        for exchange in exchanges
        if states_version(exchange, given.path)
        and (found := version_in(exchange.body, given.pattern))
    ]
    versions = {found for found, _ in stated}
    if len(versions) > 1:
        shown = ", ".join(sorted(versions))
        return "", Unknown(reason=f"several versions were stated: {shown}"), ""
    if not stated:
        return "", Unknown(reason=_why(exchanges, given.path)), ""
    version, exchange = stated[0]
    source = f"http {neutralise(given.path, 200)}"
    return version, Present(evidence=(exchange.evidence,)), source


def states_version(exchange: Exchange, path: str) -> bool:
    """Whether this is an answer of the page that states the version."""
    login = exchange.page.login_form(exchange.path) is not None
    return exchange.status == OK and exchange.purpose == "version" and not login and path != ""


def _why(exchanges: tuple[Exchange, ...], path: str) -> str:
    shown = neutralise(path, 200)
    asked = [entry for entry in exchanges if entry.purpose == "version"]
    if not asked:
        return f"{shown} was not asked for: no web server answered"
    last = asked[-1]
    if last.error:
        return f"{shown}: no answer ({neutralise(last.error, 200)})"
    if last.status != OK:
        return f"{shown} answered {last.status}: it needs a login that the bench has not"
    return f"{shown} states no version where the bench config says"


def version_in(body: bytes, pattern: str) -> str:
    """The version that a page states: JSON key ``firmware``, else the pattern's one group.

    ``""`` if there is none, if the pattern is not usable, or if what it found is no version.
    """
    document = parse_json(body)
    if isinstance(document, dict) and isinstance(document.get("firmware"), str):
        return _shaped(document["firmware"])
    try:
        compiled = re.compile(pattern[:MAX_PATTERN])
    except (re.error, OverflowError, RecursionError):
        return ""
    text = _text(document) if document is not None else body[:MAX_TEXT].decode("utf-8", "replace")
    match = compiled.search(text)
    return _shaped(match.group(1) or "") if match and compiled.groups else ""


def _text(document: Any) -> str:  # noqa: ANN401  (any JSON value)
    if not isinstance(document, dict):
        return ""
    pairs = (f"{name}: {value}" for name, value in document.items() if isinstance(value, str))
    return "\n".join(pairs)[:MAX_TEXT]


def _shaped(text: str) -> str:
    version = text.strip()[:MAX_VERSION]
    return version if _SHAPE.fullmatch(version) else ""


def _fingerprints(journal: Journal) -> dict[str, str]:
    """Keys that the device proved to hold, by channel."""
    found: dict[str, str] = {}
    for record in journal.of("host-key"):
        blob = record.data("host_key")
        if blob:
            found[f"ssh tcp/{_port(record)}"] = fingerprint(blob)
    return found


def _port(record: JournalRecord) -> int:
    return record.number("port")


INTERPRETER = Interpreter(ProbeName("identity"), 1, IdentityFacts, interpret)
