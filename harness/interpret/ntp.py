"""Interpreter of the ``ntp`` probe: what NTP servers answer beside the time (pure)."""

from collections.abc import Callable
from typing import Final

from harness.facts.ntp import NtpFacts, NtpServer
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.udp_servers import Asked, Exchange, named_versions, read_servers
from harness.model.ids import ProbeName
from harness.model.observation import Absent, Observation, Present, Unknown

CLIENT: Final = bytes([0x23]) + bytes(39) + bytes.fromhex("ceb5ceb500000002")
"""Client request, version 4; its transmit time comes back (RFC 5905 section 7.3)."""
READ_VARIABLES: Final = bytes.fromhex("160200010000000000000000")
"""Control message, opcode 2, of the system variables (RFC 9327 section 2)."""
MONITOR: Final = bytes.fromhex("1700032a00000000")
"""Private mode 7, request code 42: who has asked (CVE-2013-5211)."""
_SENT_AWAY: Final = frozenset({b"DENY", b"RATE", b"RSTR"})
"""Kiss codes (RFC 5905, section 7.4)."""
_HEADER: Final = 12
_TIME_SIZE: Final = 48
_MODE: Final = 7
_SERVER, _CONTROL, _PRIVATE = 4, 6, 7
_RESPONSE: Final = 0x80
_ERROR: Final = 0x40


def interpret(captures: CaptureReader, upstream: Upstream) -> NtpFacts:
    """Facts of every server that the probe was given; needs no upstream fact itself.

    Raises:
        CaptureError: the inputs or a journal cannot be read.
    """
    del upstream  # the servers stand in the inputs
    read = read_servers(captures, _server)
    return NtpFacts(
        servers=read.servers,
        asked=read.asked,
        examined=tuple(server.endpoint.name for server in read.servers),
        not_examined=read.silent,
        complete=read.complete,
    )


def _server(asked: Asked) -> NtpServer | None:
    times = [e for step in ("time", "time-again") for e in asked.answers(step) if _is_time(e)]
    if not times:
        return None
    return NtpServer(
        endpoint=asked.endpoint,
        answered=Present(evidence=(times[0].evidence,)),
        control=_beside(asked, "variables", _is_control),
        monitor=_beside(asked, "monitor", _is_monitor),
        amplification=max(_ratio(asked, step) for step in ("variables", "monitor")),
        disclosures=tuple(
            entry
            for exchange in asked.answers("variables")
            if _is_control(exchange)
            for entry in named_versions("variables", exchange.reply[_HEADER:], exchange.evidence)
        ),
    )


def _beside(asked: Asked, step: str, shape: Callable[[Exchange], bool]) -> Observation:
    """Answered; or silence between two answers with the time, which are the control."""
    found = [exchange for exchange in asked.answers(step) if shape(exchange)]
    if found:
        return Present(evidence=(found[0].evidence,))
    after = [e for e in asked.answers("time-again") if _is_time(e) and not _sends_away(e)]
    tried = any(exchange.step == step for exchange in asked.exchanges)
    if after and tried:
        return Absent(control=after[0].evidence)
    return Unknown(reason="the server gave no time after the question")


def _is_time(exchange: Exchange) -> bool:
    reply = exchange.reply
    return (
        len(reply) >= _TIME_SIZE and reply[0] & _MODE == _SERVER and reply[24:32] == CLIENT[40:48]
    )


def _sends_away(exchange: Exchange) -> bool:
    """A kiss of death: the server says that it answers this client no more, or less."""
    return exchange.reply[1] == 0 and exchange.reply[12:16] in _SENT_AWAY


def _is_control(exchange: Exchange) -> bool:
    """A response to our opcode with data in it; an error response tells nothing."""
    reply = exchange.reply
    return (
        len(reply) > _HEADER
        and reply[0] & _MODE == _CONTROL
        and reply[1] & (_RESPONSE | _ERROR) == _RESPONSE
        and reply[2:4] == READ_VARIABLES[2:4]
    )


def _is_monitor(exchange: Exchange) -> bool:
    """A response of mode 7 without error code."""
    reply = exchange.reply
    answered = len(reply) > len(MONITOR) and reply[0] & (_RESPONSE | _MODE) == _RESPONSE | _PRIVATE
    return answered and reply[3] == MONITOR[3] and reply[4] >> 4 == 0


def _ratio(asked: Asked, step: str) -> int:
    answers = asked.answers(step)
    received = sum(len(exchange.reply) for exchange in answers)
    return 100 * received // len(answers[0].sent) if answers and answers[0].sent else 0


INTERPRETER = Interpreter(ProbeName("ntp"), 1, NtpFacts, interpret)
