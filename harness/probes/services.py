"""Which protocol each open port speaks, asked on the port itself (all ports alike).

A port is asked with as few connections as it takes: listen first, then HTTP on the same connection,
then TLS, MQTT, RTSP and DNS on one of their own each, and HTTP with more patience where something
was heard that nothing explains. What confirmed a protocol is asked once more. Every byte is in
``tcp-<port>.jsonl``.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Final

from harness.bench.network_link import Connected, NetworkLink
from harness.encoding.canonical import sha256_hex
from harness.facts.ports import PortsFacts, PortState
from harness.facts.tls import VERSIONS
from harness.interpret import tftp_packets
from harness.interpret.base import INPUTS
from harness.interpret.services import AGAIN
from harness.interpret.tcp_protocols import (
    DNS_QUERY,
    EHLO,
    FEAT,
    MQTT_CONNECT,
    RTSP_OPTIONS,
    SYST,
    TLS,
    greets_with_number,
    http_request,
    may_hide_tls,
    of_banner,
    of_exchange,
)
from harness.interpret.tls_hello import EphemeralKeys, build
from harness.interpret.tls_suites import offered_at
from harness.interpret.udp_queries import FROM_ANY_PORT, QUERIES, answers, in_order_for
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact
from harness.probes.base import CaptureJournal, Probe, ProbeContext, network_of
from harness.probes.recorded import RecordedConnection, Recorder
from harness.probes.starttls import read_reply

BANNER_S: Final = 0.8
"""How long a service may take to speak first."""
HTTP_S: Final = 2.0
TLS_S: Final = 2.0
ANSWER_S: Final = 1.0
QUIET_S: Final = 0.2
PATIENCE_S: Final = 4.0
PAUSE_S: Final = 1.0
"""How long, and over which pauses, a port is listened to once more that was not understood: it may
be slow, and one that never stops can't be called a stranger to HTTP. One that said nothing at all
has as long to speak first, too."""
UDP_S: Final = 0.5
MOST_REFUSALS: Final = 2
"""A UDP port that refused so often is closed; a filter may have refused a single datagram."""
POOL: Final = 4
"""Ports asked at once: weak devices fall over when many connections come together."""
UDP_POOL: Final = 12
"""UDP ports waited for at once: a datagram every half second a port is no load."""
MAX_PORTS: Final = 256
CONNECTIONS_PER_PORT: Final = 10
TIMES_AGAIN: Final = 3
BUSY_S: Final = 0.3
"""How often, and with which pause, a port is asked again that spoke and is silent now: it may
serve one peer at a time."""
GUESS_S: Final = 4.0
"""Bound on ``nmap -sV``: its guess is a hint, and it waits long for services that stay silent."""


class ServicesProbe:
    """Confirms the protocol of every open port by an exchange."""

    @property
    def declaration(self) -> ProbeDeclaration:
        """Needs to know which ports are open."""
        return ProbeDeclaration(
            name=ProbeName("services"),
            version=1,
            summary="the protocol of each open port, confirmed by an exchange on the port itself",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("ports"),),
            impact=Impact.GENTLE,
            timeout_s=900,
            estimate_s=10,
        )

    def collect(self, context: ProbeContext) -> None:
        """Ask every open port, a few at a time.

        Raises:
            BenchFault: the sample has no network link, or the link failed.
        """
        link = network_of(context)
        tcp, udp = _targets(context.upstream(PortsFacts))
        with context.journal(INPUTS) as inputs:
            inputs.record(
                "inputs",
                address=link.address,
                seed=context.seed,
                tcp=tcp,
                udp=udp,
                connections_per_port=CONNECTIONS_PER_PORT,
                pool=POOL,
            )
            survey = PortSurvey(context, link)
            with (
                ThreadPoolExecutor(POOL, thread_name_prefix="services") as pool,
                ThreadPoolExecutor(UDP_POOL, thread_name_prefix="services-udp") as waiting,
            ):
                pending = [waiting.submit(survey.ask_udp, port) for port in udp]
                pending += [pool.submit(survey.ask_tcp, port) for port in tcp]
                for future in pending:
                    future.result()
            if survey.talkative:
                _guess(context, link, inputs, sorted(survey.talkative))


def _targets(ports: PortsFacts | None) -> tuple[list[int], list[int]]:
    found = ports.ports if ports else ()
    asked = [port for port in found if port.state is not PortState.VANISHED]
    tcp = [port.endpoint.port for port in asked if port.endpoint.transport == "tcp"]
    udp = [port.endpoint.port for port in asked if port.endpoint.transport == "udp"]
    return tcp[:MAX_PORTS], udp[:MAX_PORTS]


class PortSurvey:
    """One attempt: what the ports share. `talkative` ports said something that nothing explains."""

    def __init__(self, context: ProbeContext, link: NetworkLink) -> None:
        """Write to journals of ``context`` what the ports of ``link`` answer."""
        self._context = context
        self._link = link
        self._lock = threading.Lock()
        self._hello = _widest_hello(context.seed)
        self.talkative: list[int] = []

    @contextmanager
    def _journal(self, name: str) -> Iterator[CaptureJournal]:
        """Open and close one at a time; records go to files of their own."""
        with self._lock:
            manager = self._context.journal(name)
            journal = manager.__enter__()
        try:
            yield journal
        except BaseException as error:
            with self._lock:
                manager.__exit__(type(error), error, error.__traceback__)
            raise
        with self._lock:
            manager.__exit__(None, None, None)

    def ask_tcp(self, port: int) -> None:
        """Ask one TCP port until something is confirmed."""
        with self._journal(f"tcp-{port}.jsonl") as journal:
            recorder = Recorder(self._link, journal, port, CONNECTIONS_PER_PORT)
            asker = _Asker(self._context, recorder, self._link.address, self._hello)
            if not asker.run() and asker.heard:
                with self._lock:
                    self.talkative.append(port)

    def ask_udp(self, port: int, most: int = len(QUERIES)) -> None:
        """Send one UDP port the query of each protocol until one is answered in its shape.

        The usual protocol of the port comes first; ``most`` of them are tried, and no more where
        nothing listens.
        """
        refusals = 0
        with self._journal(f"udp-{port}.jsonl") as journal:
            for protocol, query in in_order_for(port, self._link.address)[:most]:
                self._context.check_time()
                outcome, answer, answered_from = self._datagram(port, protocol, query)
                journal.record(
                    "datagram",
                    protocol=protocol,
                    port=port,
                    sent=query,
                    outcome=outcome.value,
                    received=answer,
                    answered_from=answered_from,
                )
                refusals += outcome is Connected.REFUSED
                if answers(protocol, answer) or refusals == MOST_REFUSALS:
                    break

    def _datagram(self, port: int, protocol: str, query: bytes) -> tuple[Connected, bytes, int]:
        """One question, its answer, and the port that answered."""
        if protocol not in FROM_ANY_PORT:
            outcome, answer = self._link.udp(port, query, UDP_S)
            return outcome, answer, port
        with self._link.datagrams() as datagrams:
            datagrams.send(port, query)
            found = datagrams.receive(UDP_S)
            if found.outcome is Connected.OPEN:
                datagrams.send(found.port, tftp_packets.abort())  # a transfer may have begun
        return found.outcome, found.data, found.port


class _Asker:
    """Asks one TCP port."""

    def __init__(
        self, context: ProbeContext, recorder: Recorder, address: str, hello: bytes
    ) -> None:
        self._context = context
        self._recorder = recorder
        self._http = http_request(address)
        self._hello = hello
        self._reachable = True
        self._spoke_http = False
        self._repeat = (b"", QUIET_S)
        self.heard = False

    def run(self) -> bool:
        """Whether a protocol was confirmed."""
        confirmed = self._confirm()
        for _ in range(TIMES_AGAIN if confirmed else 0):
            if not self._reachable:
                break
            with self._connect(AGAIN) as connection:
                if self._ask_again(connection):
                    break
            sleep(BUSY_S)
        return confirmed

    def _ask_again(self, connection: RecordedConnection) -> bytes:
        """What confirmed the protocol; HTTP as well where a greeting does not come again."""
        request, quiet_s = self._repeat
        patient = quiet_s == PAUSE_S
        if request:
            return self._ask(connection, request, PATIENCE_S if patient else HTTP_S, quiet_s)
        return self._read(connection, BANNER_S) or self._ask(connection, self._http, HTTP_S)

    def _confirm(self) -> bool:
        if self._listen_then_http():
            return True
        if self._alone("tls", self._hello, TLS_S) == TLS:
            return self._inside_tls()
        if self._spoke_http:
            self._repeat = (self._http, QUIET_S)
            return True
        others = (("mqtt", MQTT_CONNECT), ("rtsp", RTSP_OPTIONS), ("dns", DNS_QUERY))
        return any(self._alone(*other, ANSWER_S) for other in others) or self._patiently()

    def _patiently(self) -> bool:
        """Once more, for a server that is slow."""
        if self.heard:
            return bool(self._alone("patience", self._http, PATIENCE_S, PAUSE_S))
        return self._reachable and self._listen_then_http("patience", PATIENCE_S, PATIENCE_S)

    def _connect(self, step: str) -> RecordedConnection:
        self._context.check_time()
        connection = self._recorder.connect(step)
        # A port that no longer accepts is not asked further: it may have gone for good.
        self._reachable = connection.outcome is Connected.OPEN
        return connection

    def _read(
        self, connection: RecordedConnection, timeout_s: float, quiet_s: float = QUIET_S
    ) -> bytes:
        """What comes in, until a short quiet."""
        data = connection.receive(timeout_s)
        deadline = monotonic() + timeout_s
        while data and connection.open and monotonic() < deadline:
            more = connection.receive(quiet_s)
            if not more:
                break
            data += more
        self.heard = self.heard or bool(data)
        return data

    def _listen_then_http(
        self, step: str = "listen", banner_s: float = BANNER_S, http_s: float = HTTP_S
    ) -> bool:
        with self._connect(step) as connection:
            banner = self._read(connection, banner_s)
            if greets_with_number(banner):
                return self._numbered(connection)
            if banner and of_banner(banner):
                return True
            self._repeat = (self._http, QUIET_S)
            reply = self._ask(connection, self._http, http_s)
            self._spoke_http = may_hide_tls(self._http, reply)
            return bool(of_exchange(self._http, reply)) and not self._spoke_http

    def _numbered(self, connection: RecordedConnection) -> bool:
        """Tell SMTP from FTP: both greet with 220."""
        for command in (EHLO, FEAT, SYST):
            connection.send(command)
            if of_exchange(command, read_reply(connection, HTTP_S)):
                return True
        return False

    def _ask(
        self,
        connection: RecordedConnection,
        request: bytes,
        timeout_s: float,
        quiet_s: float = QUIET_S,
    ) -> bytes:
        connection.send(request)
        return self._read(connection, timeout_s, quiet_s)

    def _alone(self, step: str, request: bytes, timeout_s: float, quiet_s: float = QUIET_S) -> str:
        """The protocol confirmed by one request on a connection of its own; ``""`` for none."""
        if not self._reachable:
            return ""
        self._repeat = (request, quiet_s)
        with self._connect(step) as connection:
            return of_exchange(request, self._ask(connection, request, timeout_s, quiet_s))

    def _inside_tls(self) -> bool:
        """Ask for a protocol inside TLS, as far as the local library can speak with the server."""
        for step, request in (("tls-http", self._http), ("tls-mqtt", MQTT_CONNECT)):
            if not self._reachable:
                break
            with self._connect(step) as connection:
                if not connection.start_tls():
                    break
                if step == "tls-http" and of_banner(self._read(connection, QUIET_S)):
                    return True
                if of_exchange(request, self._ask(connection, request, HTTP_S)):
                    return True
        return False


def _widest_hello(seed: int) -> bytes:
    """Every version at once, with the usual suites of all of them."""
    suites = (*offered_at("TLSv1.3"), *offered_at("TLSv1.2")[:60])
    nonce = bytes.fromhex(sha256_hex(f"services {seed}".encode()))
    return build(tuple(reversed(VERSIONS)), suites, nonce, EphemeralKeys.from_seed(seed))


def _guess(
    context: ProbeContext, link: NetworkLink, journal: CaptureJournal, ports: list[int]
) -> None:
    """Let nmap name what spoke and was not understood; a hint for people, never a fact."""
    listed = ",".join(str(port) for port in ports)
    result = link.nmap(("-sT", "-sV", "--version-light"), listed, GUESS_S)
    journal.record(
        "tool-run",
        capture="nmap-versions.xml",
        argv=list(result.argv),
        returncode=result.returncode,
        timed_out=result.timed_out,
    )
    if not result.timed_out:
        context.store("nmap-versions.xml", result.stdout, "nmap-xml")


PROBE: Probe = ServicesProbe()
