"""Probe ``identity``: the firmware version that the device states, before and after each visit.

It runs first in a visit and knows no upstream facts, so it finds the web server by itself: the port
of the bench config, else the usual ones. A sample that has Bluetooth alone is asked there.
"""

from contextlib import closing
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from harness.bench.network_link import Connected, NetworkLink, SshResult
from harness.encoding.canonical import digest_of
from harness.interpret.base import INPUTS
from harness.interpret.http_exchanges import Exchange
from harness.interpret.identity import EXCHANGES, states_version, version_in
from harness.model.bench_config import IdentityConfig
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact, Lock
from harness.probes.base import CaptureJournal, Probe, ProbeContext, network_of
from harness.probes.bluetooth_identity import read_information
from harness.probes.http_recording import origin
from harness.probes.web_client import WebClient, login_of_state

USUAL_PORTS: Final = ((443, True), (80, False), (8443, True), (8080, False))
SSH_PORT: Final = 22
_PAGE_TIMEOUT_S: Final = 5.0  # without a version nothing vouches that the visits saw one firmware
_KEY_TIMEOUT_S: Final = 2.0


@dataclass(frozen=True)
class _Reading:
    """How a page is turned into a version."""

    path: str
    pattern: str

    def states(self, exchange: Exchange) -> bool:
        shown = states_version(exchange, self.path)
        return shown and version_in(exchange.body, self.pattern) != ""


class IdentityProbe(Probe):
    """Reads the version page, logged in if need be."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Gentle: one login that works."""
        return ProbeDeclaration(
            name=ProbeName("identity"),
            version=2,
            summary="firmware version as the device states it, and its host key",
            capabilities=(),
            one_of=(Capability.NETWORK, Capability.BLUETOOTH),
            impact=Impact.GENTLE,
            locks=(Lock.AUTHENTICATION,),
            timeout_s=120,
            estimate_s=3,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Write ``inputs.jsonl`` and ``exchanges.jsonl``, or what a Bluetooth adapter records.

        Raises:
            BenchFault: neither a network link nor Bluetooth.
        """
        if context.sample.network is None and context.sample.bluetooth is not None:
            read_information(context)
            return
        link, config = network_of(context), context.sample.config.identity
        ports = ((config.port, config.tls),) if config.port else USUAL_PORTS
        reason = "" if config.path else "the bench config names no identity.path for this sample"
        with context.journal(INPUTS) as journal:
            journal.record(
                "inputs",
                target=link.address,
                path=config.path,
                pattern=config.pattern,
                ports=[list(entry) for entry in ports],
                reason=reason,
                login="" if login_of_state(context) is None else context.state.value,
                config=digest_of(config.to_json()),
            )
        with context.journal(EXCHANGES) as journal:
            if not reason:
                _read(context, link, journal, ports, config)
            _read_host_key(context, link, journal)


def _read(
    context: ProbeContext,
    link: NetworkLink,
    journal: CaptureJournal,
    ports: tuple[tuple[int, bool], ...],
    config: IdentityConfig,
) -> None:
    """Ask each open port in turn until one states the version."""
    reading = _Reading(config.path, config.pattern)
    for port, tls in ports:
        context.check_time()
        outcome, stream = link.connect(port, timeout_s=_PAGE_TIMEOUT_S)
        journal.record("connect", port=port, outcome=outcome.value)
        if outcome is not Connected.OPEN or stream is None:
            continue
        stream.close()
        with closing(link.http()) as session:
            base = origin(link.address, port, tls=tls)
            client = WebClient(context, session, journal, base)
            if _ask(context, client, reading):
                return


def _ask(context: ProbeContext, client: WebClient, reading: _Reading) -> bool:
    """Ask without login, then with it; whether a version was stated."""
    first = client.ask(reading.path, "version")
    if reading.states(first):
        return True
    login = login_of_state(context)
    if not first.answered or login is None:
        return False
    for start in (reading.path, "/"):
        if client.sign_in(login, start):
            return reading.states(client.ask(reading.path, "version"))
        if client.login_sent:
            return False  # never spend a second wrong login on one reading
    return False


def _read_host_key(context: ProbeContext, link: NetworkLink, journal: CaptureJournal) -> None:
    """One key exchange with the usual SSH port, if it is open."""
    context.check_time()
    outcome, stream = link.connect(SSH_PORT, timeout_s=_KEY_TIMEOUT_S)
    if stream is not None:
        stream.close()
    if outcome is not Connected.OPEN:
        return
    found = link.ssh_survey(SSH_PORT)
    if found.result is SshResult.ACCEPTED:
        journal.record("host-key", port=SSH_PORT, host_key=found.host_key)


PROBE: Probe = IdentityProbe()
