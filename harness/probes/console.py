"""What a serial console shows and allows without a login (probe ``console``).

With a power switch it watches one boot untouched and a second one with keys pressed during the boot
window. It never types a password, never saves or changes anything, and leaves the device running.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic
from typing import Final

from harness.bench.protocols import ConsoleSession, PowerSwitch
from harness.encoding.text import to_latin
from harness.interpret import login_screen as screen
from harness.interpret.base import INPUTS
from harness.interpret.boot_log import MIN_KNOWN_SECRET, secrets_in
from harness.interpret.console import KERNEL, TRANSCRIPT
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact, Lock
from harness.probes.base import CaptureJournal, Probe, ProbeContext
from harness.probes.login_candidates import is_secret

KEYS: Final = (b" ", b"\r", b"\x1b", b"\x03", b"s")
"""What stops common boot loaders: space, Enter, Escape, Ctrl-C, ``s``."""
LOADER_COMMANDS: Final = (b"version", b"printenv", b"help")
_KEYS_EVERY_S: Final = 0.05
_MOST_KEYS: Final = 4000
_POLL_S: Final = 0.05
_BOOT_POLL_S: Final = 0.02
"""Some boot windows are shorter than a tenth of a second."""
_QUIET_S: Final = 1.0
_LISTEN_S: Final = 1.0
_BOOT_S: Final = 120.0
_ANSWER_S: Final = 4.0
_MOST_BYTES: Final = 4 * 1024 * 1024
"""After this many bytes of one boot a device is flooding, not booting."""


class ConsoleProbe:
    """Watches the console, the boot and what answers without a login."""

    @property
    def declaration(self) -> ProbeDeclaration:
        """What it needs, takes and does."""
        return ProbeDeclaration(
            name=ProbeName("console"),
            version=1,
            summary="watches the serial console, interrupts a boot, looks for a shell",
            capabilities=(Capability.CONSOLE,),
            impact=Impact.INTRUSIVE,
            locks=(Lock.DISTURBANCE,),
            timeout_s=600.0,
            estimate_s=20.0,
        )

    def collect(self, context: ProbeContext) -> None:
        """Record the transcript of every phase.

        Raises:
            BenchFault: the console cannot be opened, went away, or the power switch failed.
        """
        console = context.sample.console
        factor = 100 + context.seed % 800
        with context.journal(INPUTS) as journal:
            _record_inputs(context, journal, factor)
        if console is None:
            return
        with context.journal(TRANSCRIPT) as journal:
            sink = _Sink(journal)
            with console.take(sink) as session:
                sink.record("console", baud=session.baud)
                watch = _Watch(context, session, sink)
                watch.phase("listen")
                watch.read(_LISTEN_S)
                if context.sample.power is not None:
                    _boots(watch, context.sample.power)
                _shell(watch, factor)
                watch.settle()
            for secret in secrets_in(bytes(sink.received)):
                _tell(context, secret.kind, secret.value)


def _tell(context: ProbeContext, kind: str, value: str) -> None:
    """A secret that the device printed is one, whatever the verdict says of it."""
    if kind != "private-key" and is_secret(value):
        context.secret(value, f"console-{kind}")


def _record_inputs(context: ProbeContext, journal: CaptureJournal, factor: int) -> None:
    journal.record(
        "inputs",
        state=context.state.value,
        seed=str(context.seed),
        factor=factor,
        power=context.sample.power is not None,
        keys=[to_latin(key) for key in KEYS],
    )
    known = []
    for login, kind in ((context.sample.label, "label"), (context.sample.user, "user")):
        if login and is_secret(login.password) and len(login.password) >= MIN_KNOWN_SECRET:
            context.secret(login.password, f"{kind}-password")
            known.append(login.password)
    journal.record("known-secrets", values=known)


class _Sink:
    """The transcript, with what the device wrote kept for a look at its secrets."""

    def __init__(self, journal: CaptureJournal) -> None:
        self._journal = journal
        self.received = bytearray()

    def record(self, kind: str, **fields: object) -> None:
        self._journal.record(kind, **fields)
        data = fields.get("data")
        if kind == "received" and isinstance(data, bytes) and len(self.received) < _MOST_BYTES:
            self.received += data


class _Watch:
    """The console with its time limits."""

    def __init__(self, context: ProbeContext, session: ConsoleSession, sink: _Sink) -> None:
        self._context = context
        self._session = session
        self.sink = sink
        self.shown = b""

    def phase(self, name: str) -> None:
        """Begin a phase of the transcript."""
        self.sink.record("phase", name=name)
        self.shown = b""

    def read(self, timeout_s: float) -> bytes:
        """What came in; kept at the end of ``shown``."""
        self._context.check_time()
        data = self._session.read(timeout_s)
        self.shown = (self.shown + data)[-screen.MAX_SCREEN_BYTES :]
        return data

    def key(self, data: bytes) -> None:
        """Press a key."""
        self._session.send(data)

    def ask(self, line: bytes) -> bytes:
        """Type a line and read until a prompt stands quietly or nothing comes for a while."""
        self.shown = b""
        self._session.send(line + b"\r")
        self.until_quiet(_ANSWER_S)
        return self.shown

    def until_quiet(self, timeout_s: float) -> bool:
        """Read until a prompt has stood for a moment; whether one does."""
        deadline = monotonic() + timeout_s
        quiet_since = monotonic()
        total = 0
        while monotonic() < deadline and total < _MOST_BYTES:
            data = self.read(_POLL_S)
            total += len(data)
            if data:
                quiet_since = monotonic()
            elif self.at_any_prompt() and monotonic() - quiet_since >= 3 * _POLL_S:
                return True
        return self.at_any_prompt()

    def at_any_prompt(self) -> bool:
        """The screen ends with a prompt of some kind."""
        return (
            screen.asks_for_user(self.shown)
            or screen.asks_for_password(self.shown)
            or screen.asks_for_new_password(self.shown)
            or screen.at_prompt(self.shown)
        )

    def settle(self) -> None:
        """Wait until the device is up again, so that the next probe finds it as it was."""
        self.phase("settle")
        self._session.send(b"\r")
        if not self.until_quiet(_ANSWER_S):
            self.until_quiet(_BOOT_S / 4)


def _boots(watch: _Watch, power: PowerSwitch) -> None:
    """One boot untouched, one with keys."""
    watch.phase("boot")
    for _ in _while_booting(watch, power):
        continue
    usual = screen.prompt_of(watch.shown)
    watch.phase("interrupt")
    pressed, count = 0.0, 0
    for output in _while_booting(watch, power):
        # Whoever stands at a prompt takes keys for a user name or a command: press none there.
        over = KERNEL.search(watch.shown) is not None
        due = output and not over and monotonic() - pressed >= _KEYS_EVERY_S
        due = due and not watch.at_any_prompt()
        if due and count < _MOST_KEYS:
            for key in KEYS:
                watch.key(key)
            pressed, count = monotonic(), count + len(KEYS)
    stopped_at = screen.prompt_of(watch.shown)
    if stopped_at and stopped_at != usual:
        _loader(watch)


def _while_booting(watch: _Watch, power: PowerSwitch) -> Iterator[bool]:
    """Power-cycle while reading; whether the device has written anything since, at each step.

    The switch works in a thread: a boot window may be over before a slow switch returns. Ends when
    a prompt has stood quietly, or at a bound.

    Raises:
        BenchFault: the switch failed.
    """
    watch.sink.record("power", state="requested")
    with ThreadPoolExecutor(1) as pool:
        switching = pool.submit(power.cycle)
        yield from _until_up(watch, switching)
        switching.result()


def _until_up(watch: _Watch, switching: Future[None]) -> Iterator[bool]:
    deadline = monotonic() + _BOOT_S
    quiet_since, total, told = monotonic(), 0, False
    while monotonic() < deadline and total < _MOST_BYTES:
        data = watch.read(_BOOT_POLL_S)
        total += len(data)
        if data:
            quiet_since = monotonic()
        if not told and switching.done():
            switching.result()
            watch.sink.record("power", state="done")
            told, quiet_since = True, monotonic()
        quiet = monotonic() - quiet_since
        if told and total and quiet >= _QUIET_S and (watch.at_any_prompt() or quiet > _BOOT_S / 6):
            return
        yield total > 0


def _loader(watch: _Watch) -> None:
    """Run harmless commands at whatever stopped the boot, then let it go on."""
    watch.phase("loader")
    watch.ask(b"")  # ends whatever the keys left on the line
    for command in LOADER_COMMANDS:
        watch.ask(command)
    watch.ask(b"boot")
    if not screen.asks_for_user(watch.shown):
        watch.until_quiet(_BOOT_S)


def _shell(watch: _Watch, factor: int) -> None:
    """Look for a shell without login, leaving first any session that somebody left open."""
    watch.phase("shell")
    watch.sink.record("marker", value=str(7 * factor))
    watch.ask(b"")
    if screen.asks_for_password(watch.shown):
        watch.key(b"\x03")
        watch.ask(b"")
    if screen.at_prompt(watch.shown):
        # A session left open by an earlier login is no proof: end it and look what comes then.
        watch.ask(b"exit")
        watch.ask(b"")
    if screen.asks_for_user(watch.shown) or screen.asks_for_new_password(watch.shown):
        return
    watch.ask(b"id")
    if not screen.shows_identity(watch.shown):
        watch.ask(b"echo $((7*%d))" % factor)


PROBE: Probe = ConsoleProbe()
