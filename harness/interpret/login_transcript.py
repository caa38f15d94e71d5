"""The journal of one login point taken apart into its trials (probe ``credentials``): pure.

::

    point   target, method, port, tls, host, path, action, user_field, password_field, state
    trial   number, phase, source, control, user, password, rule
      step      name                               where a terminal dialogue stands
      sent, received, closed                       bytes of a terminal or broker
      exchange  step, of, path, status, ...        one HTTP exchange
      ssh       result, detail, output, duration_ms
    trial   ...
    end     reason                                 why no further trial was made
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from harness.encoding.clock import parse_utc
from harness.encoding.journal import JournalRecord
from harness.errors import CaptureError
from harness.facts.credentials import CandidateSource

FORM: Final = "http-form"
BASIC: Final = "http-basic"
SSH: Final = "ssh"
TELNET: Final = "telnet"
MQTT: Final = "mqtt"
SERIAL: Final = "serial"

CONTROL: Final = "control"
TRIALS: Final = "trials"
GUESSING: Final = "guessing"


@dataclass(frozen=True)
class Point:
    """One place to log in.

    Attributes:
        target: ``tcp/443``, ``console``.
        method: ``http-form``, ``http-basic``, ``ssh``, ``telnet``, ``mqtt``, ``serial``.
        path: page with the form, or page behind basic authentication.
        action: path that the form is sent to.
        protected: pages that are asked for to see whether a login worked.
        identity: page on which the device states its version; shows nothing else.
    """

    target: str
    method: str
    port: int = 0
    tls: bool = False
    host: str = ""
    path: str = ""
    action: str = ""
    user_field: str = ""
    password_field: str = ""
    protected: tuple[str, ...] = ()
    identity: str = ""


@dataclass(frozen=True)
class TrialTranscript:
    """One login attempt as it stands in the journal, with everything up to the next one."""

    number: int
    phase: str
    source: CandidateSource
    control: bool
    user: str
    password: str
    rule: str
    line: int
    time: str
    records: tuple[JournalRecord, ...] = field(default=())


def read_point(record: JournalRecord) -> Point:
    """The login point that a journal speaks of. Raises CaptureError for wrong types."""
    protected = record.fields.get("protected", [])
    if not isinstance(protected, list) or not all(isinstance(path, str) for path in protected):
        raise CaptureError(f"line {record.line}: protected is not a list of paths")
    return Point(
        target=record.text("target"),
        method=record.text("method"),
        port=record.number("port"),
        tls=record.fields.get("tls") is True,
        host=record.text("host"),
        path=record.text("path"),
        action=record.text("action"),
        user_field=record.text("user_field"),
        password_field=record.text("password_field"),
        protected=tuple(protected),
        identity=record.text("identity"),
    )


def read_trial(record: JournalRecord, records: Iterable[JournalRecord]) -> TrialTranscript:
    """The trial that a record opens. Raises CaptureError for wrong types or sources."""
    try:
        source = CandidateSource(record.text("source"))
    except ValueError as error:
        raise CaptureError(f"line {record.line}: no such source of candidates") from error
    return TrialTranscript(
        number=record.number("number"),
        phase=record.text("phase"),
        source=source,
        control=record.fields.get("control") is True,
        user=record.text("user"),
        password=record.text("password"),
        rule=record.text("rule"),
        line=record.line,
        time=record.time,
        records=tuple(records),
    )


def trials_in(records: Sequence[JournalRecord]) -> tuple[TrialTranscript, ...]:
    """Every trial of a journal, in order. Raises CaptureError as `read_trial`."""
    starts = [index for index, record in enumerate(records) if record.kind == "trial"]
    ends = [*starts[1:], len(records)]
    return tuple(
        read_trial(records[start], records[start + 1 : end])
        for start, end in zip(starts, ends, strict=False)
    )


def elapsed_ms(start: str, end: str) -> int:
    """Milliseconds between two times of a journal; never negative.

    Raises:
        CaptureError: not times.
    """
    try:
        between = parse_utc(end) - parse_utc(start)
    except (ValueError, OverflowError) as error:
        raise CaptureError(f"not a time: {error}") from error
    return max(0, int(between.total_seconds() * 1000))
