"""Journals of login attempts -> `CredentialsFacts` (probe ``credentials``); pure.

Every outcome is derived from the raw exchange of its trial; what the collector thought of it while
it chose its next step stands nowhere.
"""

from collections.abc import Callable, Sequence

from harness.encoding.canonical import sha256_hex
from harness.encoding.journal import Journal
from harness.errors import CaptureError
from harness.facts.base import NotExamined
from harness.facts.credentials import (
    CandidateSource,
    CredentialsFacts,
    Login,
    Trial,
    TrialOutcome,
)
from harness.facts.http import HttpFacts
from harness.facts.services import ServicesFacts
from harness.interpret.base import INPUTS, CaptureReader, Interpreter, Upstream
from harness.interpret.forced_change import observe_forced_change
from harness.interpret.guessing import ReadTrial, observe_limit
from harness.interpret.login_reading import read_outcome
from harness.interpret.login_transcript import GUESSING, Point, read_point, trials_in
from harness.model.ids import ProbeName
from harness.model.observation import Absent, EvidenceRef, Observation, Present, Unknown
from harness.model.states import DeviceState

Ref = Callable[[int], EvidenceRef]


def secret_identity(password: str) -> str:
    """Stable identity of a password, by its text as it stands in the capture."""
    return "pw-" + sha256_hex(password.encode("utf-8", "surrogatepass"))[:16]


def interpret(captures: CaptureReader, upstream: Upstream) -> CredentialsFacts:
    """Read every login point's journal.

    Raises:
        CaptureError: ``inputs.jsonl`` or a journal is not one.
    """
    state, planned, skipped = _inputs(captures)
    logins: list[Login] = []
    whole = captures.complete
    for name in captures.names:
        if name == INPUTS or not name.endswith(".jsonl"):
            continue
        journal = captures.journal(name)
        whole = whole and journal.whole
        login, gaps = _login(captures, name, journal, state, planned)
        skipped.extend(gaps)
        if login is not None:
            logins.append(login)
    examined = tuple(dict.fromkeys(login.target for login in logins))
    skipped.extend(_uncovered(upstream, examined, skipped))
    return CredentialsFacts(
        examined=examined,
        not_examined=tuple(entry for entry in skipped if entry.target not in examined),
        complete=whole,
        logins=tuple(logins),
    )


def _inputs(captures: CaptureReader) -> tuple[DeviceState, int, list[NotExamined]]:
    record = next(captures.journal(INPUTS).of("inputs"), None)
    if record is None:
        return DeviceState.UNKNOWN, 0, []
    try:
        state = DeviceState(record.text("state"))
    except ValueError as error:
        raise CaptureError(f"{INPUTS}: no such device state") from error
    skipped = record.fields.get("not_examined", [])
    gaps = []
    for entry in skipped if isinstance(skipped, list) else []:
        match entry:
            case {"target": str(target), "reason": str(reason)}:
                gaps.append(NotExamined(target=target, reason=reason))
            case _:
                raise CaptureError(f"{INPUTS}: not_examined holds something else than targets")
    return state, record.number("guessing_attempts"), gaps


def _uncovered(
    upstream: Upstream, examined: Sequence[str], skipped: Sequence[NotExamined]
) -> list[NotExamined]:
    """Login points that upstream probes know and no journal covers: nobody may overlook them."""
    known: list[str] = []
    http, services = upstream.find(HttpFacts), upstream.find(ServicesFacts)
    if http is not None:
        known += [server.endpoint.name for server in http.servers if server.logins]
    if services is not None:
        logins = {"ssh", "telnet", "mqtt"}
        known += [each.endpoint.name for each in services.services if each.protocol in logins]
    named = {*examined, *(entry.target for entry in skipped)}
    return [
        NotExamined(target=target, reason="the probe ended before this login point")
        for target in dict.fromkeys(known)
        if target not in named
    ]


def _login(
    captures: CaptureReader, name: str, journal: Journal, state: DeviceState, planned: int
) -> tuple[Login | None, list[NotExamined]]:
    start = next(journal.of("point"), None)
    if start is None:
        return None, []
    point = read_point(start)
    gaps = [
        NotExamined(
            target=f"{point.target} {point.method} {record.text('what')}",
            reason=record.text("reason") or "not tried",
        )
        for record in journal.of("not-tried")
    ]
    trials = trials_in(journal.records)
    if not trials:
        ends = [record.text("reason") for record in journal.of("end")]
        why = ends[-1] if ends and ends[-1] else "no login attempt was made"
        return None, [*gaps, NotExamined(target=point.target, reason=why)]

    def ref(line: int) -> EvidenceRef:
        return captures.ref(name, f"line {line}")

    read = [ReadTrial(trial, read_outcome(point, trial)) for trial in trials]
    control = _control(read, ref)
    login = Login(
        target=point.target,
        method=point.method,
        evidence=ref(start.line),
        control=control,
        discriminates=_discriminates(read, control, ref),
        trials=tuple(_trial(entry, ref) for entry in read),
        change_forced=_change_forced(point, read, state, ref),
        limit=observe_limit(read, planned, ref, controlled=isinstance(control, Present)),
    )
    return login, gaps


def _trial(entry: ReadTrial, ref: Ref) -> Trial:
    trial, reading = entry.trial, entry.reading
    return Trial(
        number=trial.number,
        source=trial.source,
        user=trial.user,
        secret=secret_identity(trial.password),
        rule=trial.rule,
        outcome=reading.outcome,
        duration_ms=reading.duration_ms,
        evidence=ref(reading.line),
    )


def _control(read: Sequence[ReadTrial], ref: Ref) -> Observation:
    """The known-good login worked first and last, so the device was answering in between."""
    good = [entry for entry in read if entry.trial.control and entry.trial.phase != GUESSING]
    if not good:
        return Unknown(reason="no known-good login is known for this login point")
    if not good[0].accepted:
        outcome = good[0].reading.outcome.value
        return Unknown(reason=f"the known-good login was {outcome} at the start")
    if not good[-1].accepted:
        outcome = good[-1].reading.outcome.value
        return Unknown(reason=f"the known-good login was {outcome} at the end of the trials")
    lines = dict.fromkeys((good[0].reading.line, good[-1].reading.line))
    return Present(evidence=tuple(ref(line) for line in lines))


def _discriminates(read: Sequence[ReadTrial], control: Observation, ref: Ref) -> Observation:
    """A password made up for this run is turned down."""
    made_up = [entry for entry in read if entry.trial.source is CandidateSource.RANDOM]
    let_in = [entry for entry in made_up if entry.accepted]
    if let_in and isinstance(control, Present):
        return Absent(control=control.evidence[0])
    if let_in:
        return Unknown(reason="a random password was accepted, and no login is known to be good")
    turned_down = [entry for entry in made_up if entry.reading.outcome is TrialOutcome.REJECTED]
    if turned_down:
        return Present(evidence=(ref(turned_down[0].reading.line),))
    return Unknown(reason="no random password got a clear answer")


def _change_forced(
    point: Point, read: Sequence[ReadTrial], state: DeviceState, ref: Ref
) -> Observation:
    if state is not DeviceState.AS_RECEIVED:
        return Unknown(reason="only observed in state as-received")
    for entry in read:
        if entry.trial.source is CandidateSource.LABEL and entry.accepted:
            return observe_forced_change(point, entry.trial, ref)
    return Unknown(reason="the factory login was not accepted")


INTERPRETER = Interpreter(ProbeName("credentials"), 1, CredentialsFacts, interpret)
