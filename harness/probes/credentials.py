"""Which logins a device accepts, and how it hinders guessing (probe ``credentials``).

One attempt at a time, one login point after the other: a parallel tester behind a per-address limit
misses the valid password and takes that for a good result.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Final

from harness.bench.network_link import NetworkLink
from harness.facts.credentials import CandidateSource
from harness.interpret.base import INPUTS
from harness.interpret.login_transcript import BASIC, FORM, MQTT, SERIAL, SSH, TELNET, Point
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, DeviceState, Impact, Lock
from harness.probes.base import Probe, ProbeContext
from harness.probes.login_candidates import (
    Candidate,
    candidates,
    is_secret,
    known_good,
    made_up_passwords,
)
from harness.probes.login_http import WELL_KNOWN_PAGES, HttpLogin, wire_forms
from harness.probes.login_log import LoginLog
from harness.probes.login_mqtt import MqttLogin
from harness.probes.login_points import find_points, page_paths
from harness.probes.login_schedule import Attempt, LoginSchedule
from harness.probes.login_terminal import Dialogue, SerialLine, telnet_attempt

_SSH_COMMAND: Final = "id"


class CredentialsProbe:
    """Tries logins at every login point of a sample."""

    @property
    def declaration(self) -> ProbeDeclaration:
        """What it needs, takes and does."""
        return ProbeDeclaration(
            name=ProbeName("credentials"),
            version=1,
            summary="tries default, derived and made-up logins and watches for lock-outs",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("services"), ProbeName("http")),
            after=(ProbeName("ssh"),),
            impact=Impact.INTRUSIVE,
            locks=(Lock.AUTHENTICATION,),
            timeout_s=1800.0,
            estimate_s=60.0,
        )

    def collect(self, context: ProbeContext) -> None:
        """Record every attempt and its raw exchange, login point by login point.

        Raises:
            BenchFault: the bench failed, or the attempt's time is up.
            ScopeError: the sample's address lies outside the scope.
        """
        points, skipped = find_points(context)
        good = known_good(context.sample, context.state)
        tries = candidates(context.sample, context.state, good.user if good else None)
        _tell_known_secrets(context)
        limits = context.settings.credentials
        with context.journal(INPUTS) as journal:
            journal.record(
                "inputs",
                state=context.state.value,
                seed=str(context.seed),
                max_attempts=limits.max_attempts,
                guessing_attempts=limits.guessing_attempts,
                timeout_ms=int(limits.timeout_s * 1000),
                targets=[{"target": point.target, "method": point.method} for point in points],
                not_examined=[{"target": name, "reason": why} for name, why in skipped],
                control=_described(good) if good else {},
                candidates=[_described(candidate) for candidate in tries],
            )
        made_up = made_up_passwords(context.seed)
        names: set[str] = set()
        for point in points:
            with context.journal(_journal_name(point, names)) as journal:
                log = LoginLog(journal, context.clock)
                _AtPoint(context, point, log, made_up).run(good, tries)


def _described(candidate: Candidate) -> dict[str, str]:
    return {
        "source": candidate.source.value,
        "user": candidate.user,
        "password": candidate.password,
        "rule": candidate.rule,
    }


def _tell_known_secrets(context: ProbeContext) -> None:
    """The bench's own logins must not be published, unless everyone knows them anyway."""
    for login, kind in ((context.sample.label, "label"), (context.sample.user, "user")):
        if login is None or not is_secret(login.password):
            continue
        context.secret(login.password, f"{kind}-password")
        candidate = Candidate(CandidateSource.USER, login.user, login.password)
        for method in (FORM, BASIC):
            for text, form in wire_forms(candidate, method):
                context.secret(text, form)


def _journal_name(point: Point, taken: set[str]) -> str:
    stem = point.target.replace("/", "-")
    stem = stem if point.method == SERIAL else f"{stem}-{point.method}"
    name, number = f"{stem}.jsonl", 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}.jsonl"
    taken.add(name)
    return name


class _AtPoint:
    """One login point with its channel."""

    def __init__(
        self, context: ProbeContext, point: Point, log: LoginLog, made_up: Iterator[str]
    ) -> None:
        self._context = context
        self._point = point
        self._log = log
        self._made_up = made_up

    def run(self, good: Candidate | None, tries: tuple[Candidate, ...]) -> None:
        """Open the channel and make every attempt."""
        with ExitStack() as stack:
            attempt = self._channel(stack)
            if attempt is None:
                return
            schedule = LoginSchedule(
                self._context, self._point, self._log, attempt, good, self._made_up
            )
            schedule.run(tries, self._accepted)

    def _accepted(self, candidate: Candidate) -> None:
        """An accepted login is a secret of this unit, unless it is published."""
        published = candidate.source is CandidateSource.PUBLISHED
        if published or not is_secret(candidate.password):
            return
        self._context.secret(candidate.password, f"{candidate.source.value}-password")
        for text, kind in wire_forms(candidate, self._point.method):
            self._context.secret(text, kind)

    def _channel(self, stack: ExitStack) -> Attempt | None:
        if self._point.method == SERIAL:
            return self._serial(stack)
        link = self._context.sample.network
        if link is None:
            return None
        makers: dict[str, Callable[[NetworkLink], Attempt]] = {
            SSH: self._ssh,
            TELNET: self._telnet,
            MQTT: self._mqtt,
        }
        return makers.get(self._point.method, self._http)(link)

    def _http(self, link: NetworkLink) -> Attempt:
        paths = page_paths(self._context, self._point, WELL_KNOWN_PAGES)
        protected = HttpLogin(self._context, link, self._point).protected(paths, self._log)
        self._point = _with_protected(self._point, protected)
        self._record_point()
        channel = HttpLogin(self._context, link, self._point)
        as_received = self._context.state is DeviceState.AS_RECEIVED

        def attempt(candidate: Candidate, look_around: bool) -> None:  # noqa: FBT001  (Attempt)
            channel.attempt(candidate, self._log, look_around=look_around and as_received)

        return attempt

    def _ssh(self, link: NetworkLink) -> Attempt:
        self._record_point()
        timeout_s = self._context.settings.credentials.timeout_s

        def attempt(candidate: Candidate, _: bool) -> None:  # noqa: FBT001  (Attempt)
            made = link.ssh_login(
                self._point.port, candidate.user, candidate.password, _SSH_COMMAND, timeout_s
            )
            self._log.record(
                "ssh",
                command=_SSH_COMMAND,
                result=made.result.value,
                detail=made.detail,
                output=made.output,
                duration_ms=made.duration_ms,
            )

        return attempt

    def _mqtt(self, link: NetworkLink) -> Attempt:
        self._record_point()
        broker = MqttLogin(self._context, link, self._point)

        def attempt(candidate: Candidate, _: bool) -> None:  # noqa: FBT001  (Attempt)
            broker.attempt(candidate, self._log)

        return attempt

    def _telnet(self, link: NetworkLink) -> Attempt:
        self._record_point()

        def attempt(candidate: Candidate, _: bool) -> None:  # noqa: FBT001  (Attempt)
            telnet_attempt(self._context, link, self._point.port, candidate, self._log)

        return attempt

    def _serial(self, stack: ExitStack) -> Attempt | None:
        console = self._context.sample.console
        if console is None:
            return None
        self._record_point()
        session = stack.enter_context(console.take(self._log))
        dialogue = Dialogue(self._context, SerialLine(session), self._log)
        if not dialogue.reach_login_prompt(wake=True):
            self._log.record("end", reason="no login prompt appeared on the console")
            return None

        def attempt(candidate: Candidate, _: bool) -> None:  # noqa: FBT001  (Attempt)
            if dialogue.reach_login_prompt(wake=True):
                dialogue.attempt(candidate)
                dialogue.leave()

        return attempt

    def _record_point(self) -> None:
        point = self._point
        self._log.record(
            "point",
            target=point.target,
            method=point.method,
            port=point.port,
            tls=point.tls,
            host=point.host,
            path=point.path,
            action=point.action,
            user_field=point.user_field,
            password_field=point.password_field,
            protected=list(point.protected),
            identity=self._context.sample.config.identity.path,
        )


def _with_protected(point: Point, protected: tuple[str, ...]) -> Point:
    return Point(**{**vars(point), "protected": protected})


PROBE: Probe = CredentialsProbe()
