"""Interpreter of the ``http-input`` probe: what servers do with unexpected input (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harness.encoding.journal import Journal, JournalRecord
from harness.encoding.text import neutralise
from harness.facts.http import HttpInputFacts, HttpInputServer, InputCase, InputOutcome
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.error_pages import signs_in
from harness.interpret.http_exchanges import OK
from harness.interpret.http_messages import Answer, parse_answer
from harness.interpret.web_targets import WebTarget, read_endpoints
from harness.model.ids import ProbeName
from harness.model.observation import EvidenceRef, Observation, Present, Unknown

_CLIENT_ERROR: Final = 400
_SERVER_ERROR: Final = 500
_CLEAN_REFUSALS: Final = frozenset({501, 505})
"""5xx by number, yet the proper answer to an unknown method or version (RFC 9110, 15.6)."""


@dataclass(frozen=True)
class _Step:
    """A control or a case, as sent and as answered."""

    kind: str
    name: str
    received: bytes
    error: str
    evidence: EvidenceRef

    @property
    def answer(self) -> Answer | None:
        return parse_answer(self.received)

    @property
    def alive(self) -> bool:
        """Whether the server answered and did not fail."""
        answer = self.answer
        return answer is not None and answer.status < _SERVER_ERROR

    @property
    def accepted(self) -> bool:
        answer = self.answer
        return answer is not None and answer.status == OK


def interpret(captures: CaptureReader, upstream: Upstream) -> HttpInputFacts:
    """Facts of every endpoint that the probe was given; needs no upstream fact itself.

    Raises:
        CaptureError: the list of inputs cannot be read.
    """
    del upstream  # the endpoints stand in the inputs
    read = read_endpoints(captures, _server)
    return HttpInputFacts(
        examined=tuple(server.endpoint.name for server in read.servers),
        not_examined=read.unread,
        complete=read.complete,
        servers=read.servers,
    )


def _server(captures: CaptureReader, target: WebTarget) -> tuple[HttpInputServer, bool]:
    journal = captures.journal(target.capture)
    steps = [_step(captures, target, record) for record in journal.of("control", "case")]
    return HttpInputServer(
        endpoint=target.endpoint,
        control=_control(steps, journal),
        cases=_cases(steps),
    ), journal.whole


def _step(captures: CaptureReader, target: WebTarget, record: JournalRecord) -> _Step:
    return _Step(
        kind=record.kind,
        name=neutralise(record.text("name"), 100),
        received=record.data("received"),
        error=record.text("error"),
        evidence=captures.ref(target.capture, f"line {record.line}"),
    )


def _control(steps: Sequence[_Step], journal: Journal) -> Observation:
    """Present when the well-formed request was accepted first and last."""
    why = _why_uncontrolled(steps, journal)
    if why:
        return Unknown(reason=why)
    controls = [step for step in steps if step.kind == "control"]
    return Present(evidence=(controls[0].evidence, controls[-1].evidence))


def _why_uncontrolled(steps: Sequence[_Step], journal: Journal) -> str:
    """What the refusals of this endpoint lack to mean anything; ``""`` if nothing."""
    skipped = next(journal.of("skipped"), None)
    if skipped is not None:
        return neutralise(skipped.text("reason")) or "no input to test was found"
    ends = (*steps[:1], *steps[-1:])
    checks = (
        (
            {step.kind for step in ends} != {"control"},
            "no well-formed request stands before and after the cases",
        ),
        (
            not all(step.accepted for step in ends),
            "the well-formed request was not accepted both before and after the cases",
        ),
        (next(journal.of("finished"), None) is None, "the cases were not all sent"),
        (
            _stays_outside(journal),
            "no input behind the login was reached: only pages before it were",
        ),
    )
    return next((why for failed, why in checks if failed), "")


def _stays_outside(journal: Journal) -> bool:
    """Whether there is a login and the well-formed request went to a page before it.

    A server that turns everyone away has not read the input: its refusals prove nothing.
    """
    ground = next(journal.of("ground"), None)
    if ground is None:
        return True
    inputs = ground.fields.get("inputs")
    behind = isinstance(inputs, list) and ground.text("control") in inputs
    return ground.number("logins") > 0 and not behind


def _cases(steps: Sequence[_Step]) -> tuple[InputCase, ...]:
    normal: frozenset[str] = frozenset()
    alive_before = False
    found: list[InputCase] = []
    for index, step in enumerate(steps):
        if step.kind == "control":
            normal |= signs_in(step.received) if step.accepted else frozenset()
            alive_before = step.alive
            continue
        after = _controls_after(steps[index + 1 :])
        died = alive_before and bool(after) and not any(control.alive for control in after)
        outcome = InputOutcome.DIED if died else _outcome(step, after, normal)
        found.append(InputCase(name=step.name, outcome=outcome, evidence=step.evidence))
    return tuple(found)


def _controls_after(steps: Sequence[_Step]) -> list[_Step]:
    """The controls up to the next case."""
    found: list[_Step] = []
    for step in steps:
        if step.kind != "control":
            break
        found.append(step)
    return found


def _outcome(step: _Step, after: Sequence[_Step], normal: frozenset[str]) -> InputOutcome:
    """What an answer means; ``normal`` are signs that also stand in well-formed answers."""
    if signs_in(step.received) - normal:
        return InputOutcome.INTERNALS_SHOWN
    answer = step.answer
    if answer is None:
        closed = step.error == "closed" and any(control.alive for control in after)
        return InputOutcome.REJECTED if closed else InputOutcome.NO_ANSWER
    if answer.status >= _SERVER_ERROR and answer.status not in _CLEAN_REFUSALS:
        return InputOutcome.SERVER_ERROR
    return InputOutcome.REJECTED if answer.status >= _CLIENT_ERROR else InputOutcome.IGNORED


INTERPRETER = Interpreter(ProbeName("http-input"), 1, HttpInputFacts, interpret)
