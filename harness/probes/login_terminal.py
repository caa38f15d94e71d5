"""Login attempts where a device asks line by line: Telnet and the serial console."""

import time
from collections.abc import Callable
from typing import Final, Protocol

from harness.bench.network_link import Connected, NetworkLink, Stream, StreamClosed
from harness.bench.protocols import ConsoleSession
from harness.interpret import login_screen as screen
from harness.interpret.telnet_options import take_apart
from harness.probes.base import ProbeContext
from harness.probes.login_candidates import Candidate
from harness.probes.login_log import LoginLog

_POLL_S: Final = 0.01
_QUIET_S: Final = 0.03
"""A prompt for a user name or password counts when nothing follows it for this long."""
_SETTLED_S: Final = 0.1
"""The same for a command prompt, which other text resembles more easily."""
_PROMPT_WAIT_S: Final = 5.0
_COMMAND: Final = b"id"
_CTRL_C: Final = b"\x03"
_CTRL_D: Final = b"\x04"


class Line(Protocol):
    """A terminal line: text both ways, what passes recorded by whoever implements it."""

    end: bytes
    """What ends a line that is typed."""

    def send(self, data: bytes) -> None:
        """Type ``data``; a line that the device closed takes it silently."""
        ...

    def read(self) -> bytes | None:
        """What came in within a short time; None once the device closed the line."""
        ...


class SerialLine:
    """A console session, whose driver keeps the transcript."""

    end = b"\r"

    def __init__(self, session: ConsoleSession) -> None:
        """Talk over ``session``."""
        self._session = session

    def send(self, data: bytes) -> None:
        """Type ``data``."""
        self._session.send(data)

    def read(self) -> bytes | None:
        """What came in; never closed."""
        return self._session.read(_POLL_S)


class TelnetLine:
    """A Telnet connection that refuses every option."""

    end = b"\r\n"

    def __init__(self, stream: Stream, log: LoginLog) -> None:
        """Talk over ``stream`` and record raw bytes in ``log``."""
        self._stream = stream
        self._log = log
        self._pending = b""

    def send(self, data: bytes) -> None:
        """Send ``data``."""
        self._log.record("sent", data=data)
        try:
            self._stream.send(data)
        except StreamClosed as error:
            self._log.record("closed", detail=str(error))

    def read(self) -> bytes | None:
        """Text that came in, without Telnet commands; None once the device closed."""
        try:
            data = self._stream.receive(timeout_s=_POLL_S)
        except TimeoutError:
            return b""
        except StreamClosed as error:
            self._log.record("closed", detail=str(error))
            return None
        if not data:
            self._log.record("closed", detail="end of stream")
            return None
        self._log.record("received", data=data)
        parts = take_apart(self._pending + data)
        self._pending = parts.pending
        if parts.reply:
            # Negotiation is no answer to a prompt: it does not start the clock of a step.
            self._log.record("negotiated", data=parts.reply)
            self._reply(parts.reply)
        return parts.text

    def _reply(self, data: bytes) -> None:
        try:
            self._stream.send(data)
        except StreamClosed as error:
            self._log.record("closed", detail=str(error))


class Dialogue:
    """Logs in on a line by answering its prompts."""

    def __init__(self, context: ProbeContext, line: Line, log: LoginLog) -> None:
        """Answer prompts on ``line``; steps are marked in ``log``."""
        self._context = context
        self._line = line
        self._log = log
        self._timeout_s = context.settings.credentials.timeout_s
        self._shown = b""

    def reach_login_prompt(self, *, wake: bool) -> bool:
        """Wait for the prompt for a user name; ``wake`` presses Enter if none is there.

        A session that stands open is left first. Nothing is ever typed at a prompt that would set
        a password.
        """
        if not screen.asks_for_user(self._shown) and not (wake and self._shown):
            self._await(screen.asks_for_user, _POLL_S if wake else _PROMPT_WAIT_S)
        keys = (b"", self._line.end, _CTRL_C, _CTRL_D) if wake else ()
        for key in keys:
            if screen.asks_for_user(self._shown):
                break
            self._back_out(key)
        return screen.asks_for_user(self._shown)

    def _back_out(self, key: bytes) -> None:
        """Press ``key``, then leave a shell or a half-made login that shows itself."""
        if key:
            self._line.send(key)
            self._await(_any_prompt, _PROMPT_WAIT_S)
        if screen.at_prompt(self._shown):
            # A shell that comes back instead of a login prompt ends the wait as well.
            self._line.send(b"exit" + self._line.end)
            self._await(_any_prompt, _PROMPT_WAIT_S)
        elif screen.asks_for_password(self._shown):
            self._line.send(_CTRL_C)
            self._await(screen.asks_for_user, _PROMPT_WAIT_S)

    def attempt(self, candidate: Candidate) -> None:
        """Answer the prompts with one login, and run a command if that worked."""
        self._log.record("step", name="user")
        self._type(candidate.user)
        self._await(_answered, self._timeout_s)
        if screen.asks_for_password(self._shown):
            self._log.record("step", name="password")
            self._type(candidate.password)
            self._await(_answered, self._timeout_s)
        if screen.is_refusal(self._shown) or not screen.at_prompt(self._shown):
            return
        self._log.record("step", name="command")
        self._line.send(_COMMAND + self._line.end)
        self._await(_any_prompt, _PROMPT_WAIT_S)

    def leave(self) -> None:
        """Log out, or back out of a demand for a new password without setting one."""
        self._log.record("step", name="leave")
        if screen.asks_for_user(self._shown):
            return
        self.reach_login_prompt(wake=True)

    def _type(self, text: str) -> None:
        # A control character in a candidate would be a key press, not part of a password.
        typed = "".join(character for character in text if character.isprintable())
        self._line.send(typed.encode() + self._line.end)

    def _await(self, done: Callable[[bytes], bool], timeout_s: float) -> None:
        """Read until the screen is ``done`` and quiet, the line closes, or the time is up."""
        shown = bytearray()
        deadline = time.monotonic() + timeout_s
        quiet_since = time.monotonic()
        while time.monotonic() < deadline and len(shown) < screen.MAX_SCREEN_BYTES:
            self._context.check_time()
            data = self._line.read()
            if data is None:
                break
            if data:
                shown += data
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since >= _quiet_for(shown) and done(bytes(shown)):
                break
        self._shown = bytes(shown)


def _quiet_for(shown: bytearray) -> float:
    return _SETTLED_S if screen.at_prompt(bytes(shown[-4096:])) else _QUIET_S


def _any_prompt(data: bytes) -> bool:
    return (
        screen.asks_for_user(data)
        or screen.asks_for_password(data)
        or screen.asks_for_new_password(data)
        or screen.at_prompt(data)
    )


def _answered(data: bytes) -> bool:
    return _any_prompt(data) or screen.is_lockout(data)


def telnet_attempt(
    context: ProbeContext, link: NetworkLink, port: int, candidate: Candidate, log: LoginLog
) -> None:
    """One login on a connection of its own."""
    outcome, stream = link.connect(port, context.settings.credentials.timeout_s)
    log.record("connected", outcome=outcome.value)
    if outcome is not Connected.OPEN or stream is None:
        return
    try:
        dialogue = Dialogue(context, TelnetLine(stream, log), log)
        if dialogue.reach_login_prompt(wake=False):
            dialogue.attempt(candidate)
    finally:
        stream.close()
