"""Probe ``discovery``: what the sample's mDNS and SSDP responders tell anybody on the link.

Both are asked at the same time, each by its group and straight at the sample's port. What mDNS
names is asked further, as far as the bounds go. Announcements that come in meanwhile are kept.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Final

from typing_extensions import override

from harness.bench.network_link import Connected, Datagram, GroupAnswers, NetworkLink
from harness.encoding.canonical import sha256_hex
from harness.facts.discovery import MDNS, SSDP, Way
from harness.interpret import dns_messages, ssdp_messages
from harness.interpret.base import INPUTS
from harness.interpret.discovery import JOURNALS, PORTS, reverse_name
from harness.interpret.dns_messages import AAAA, PTR, SRV, TXT, A, DnsQuestion, DnsRecord, Name
from harness.interpret.identifiers import MIN_SECRET
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact
from harness.probes.base import CaptureJournal, Probe, ProbeContext, network_of
from harness.probes.login_candidates import is_secret

MDNS_GROUPS: Final = {4: "224.0.0.251", 6: "ff02::fb"}
MDNS_S: Final = 0.8
"""Responders wait up to 0.12 s before they answer for shared names (RFC 6762, 6)."""
SSDP_WAIT_S: Final = 1
SSDP_S: Final = SSDP_WAIT_S + 0.5
UNICAST_S: Final = 0.5
MAX_DATAGRAMS: Final = 256
MAX_TYPES: Final = 32
MAX_INSTANCES: Final = 64
QUESTIONS_A_DATAGRAM: Final = 8
SERVICES: Final = dns_messages.name("_services._dns-sd._udp.local")
USUAL_TYPES: Final = tuple(
    dns_messages.name(f"{name}.local")
    for name in (
        "_http._tcp",
        "_https._tcp",
        "_device-info._tcp",
        "_workstation._tcp",
        "_ssh._tcp",
        "_ipp._tcp",
        "_hap._tcp",
        "_googlecast._tcp",
        "_airplay._tcp",
        "_mqtt._tcp",
        "_matter._tcp",
    )
)
"""Asked for by name as well: not every responder lists what it has."""


class DiscoveryProbe(Probe):
    """Asks for services; follows nothing."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Gentle; needs the network only."""
        return ProbeDeclaration(
            name=ProbeName("discovery"),
            version=1,
            summary="mDNS, DNS-SD and SSDP, by multicast and unicast",
            capabilities=(Capability.NETWORK,),
            impact=Impact.GENTLE,
            timeout_s=60,
            estimate_s=4,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Write ``inputs.jsonl``, ``mdns.jsonl`` and ``ssdp.jsonl``.

        Raises:
            BenchFault: no network link, or the link failed.
        """
        link = network_of(context)
        with (
            context.journal(JOURNALS[MDNS]) as mdns,
            context.journal(JOURNALS[SSDP]) as ssdp,
            ThreadPoolExecutor(2, thread_name_prefix="discovery") as pool,
        ):
            asked = (
                pool.submit(_Mdns(context, link, mdns).run),
                pool.submit(_ask_ssdp, link, ssdp, _ways(context)),
            )
            for future in asked:
                future.result()
        record_identity(context, link)


def record_identity(context: ProbeContext, link: NetworkLink, **more: object) -> None:
    """Write ``inputs.jsonl`` with what is known of this unit and must not be told to anybody.

    Last: the kernel knows the link-layer address once the sample has answered something.
    """
    config, label = context.sample.config, context.sample.label
    macs = [config.network.mac if config.network else "", link.link_layer_address()]
    secret = label.password if label else ""
    secrets = [secret] if is_secret(secret) and len(secret) >= MIN_SECRET else []
    for value in secrets:
        context.secret(value, "label-password")
    with context.journal(INPUTS) as journal:
        journal.record(
            "inputs",
            address=link.address,
            seed=context.seed,
            serial=config.serial,
            macs=sorted({mac.lower() for mac in macs if mac}),
            secrets=secrets,
            **more,
        )


class _Mdns:
    """One conversation: types, their instances, and what each instance is."""

    def __init__(self, context: ProbeContext, link: NetworkLink, journal: CaptureJournal) -> None:
        self._context = context
        self._link = link
        self._journal = journal
        self._number = int(sha256_hex(f"mdns {context.seed}".encode())[:4], 16)
        self._records: list[DnsRecord] = []
        self._asked: set[tuple[Name, int]] = set()

    def run(self) -> None:
        first = [(SERVICES, PTR), (reverse_name(self._link.address), PTR)]
        every = _ways(self._context)
        ways = self._ask([*first, *((kind, PTR) for kind in USUAL_TYPES)], every)
        if not ways:
            return
        self._ask(((name, PTR) for name in self._targets_of(SERVICES)[:MAX_TYPES]), ways)
        instances = self._instances()[:MAX_INSTANCES]
        hosts = self._targets(SRV)[:MAX_INSTANCES]
        kinds = [(name, kind) for name in instances for kind in (SRV, TXT)]
        self._ask([*kinds, *((name, kind) for name in hosts for kind in (A, AAAA))], ways)

    def _ask(self, questions: Iterable[tuple[Name, int]], ways: Sequence[Way]) -> tuple[Way, ...]:
        """Ask what is not known yet; the ways by which answers came, one of them if several."""
        self._context.check_time()
        known = {(record.name, record.type) for record in self._records if record.type != PTR}
        new = [entry for entry in questions if entry not in self._asked | known]
        self._asked.update(new)
        payloads = [
            dns_messages.query([DnsQuestion(name, kind) for name, kind in chunk], self._number)
            for chunk in _chunks(new)
        ]
        answered = [way for way in ways if payloads and self._send(way, payloads)]
        return tuple(answered[:1])

    def _send(self, way: Way, payloads: Sequence[bytes]) -> bool:
        found = ask(self._link, self._journal, MDNS, way, payloads)
        for entry in found:
            try:
                message = dns_messages.read(entry.data)
            except ValueError:
                continue
            if message.response:
                room = dns_messages.MAX_RECORDS - len(self._records)
                self._records += message.records[:room]
        return bool(found)

    def _targets_of(self, owner: Name) -> list[Name]:
        found = (entry for entry in self._records if dns_messages.same_name(entry.name, owner))
        return list(dict.fromkeys(entry.target for entry in found if entry.target))

    def _targets(self, kind: int) -> list[Name]:
        found = (entry.target for entry in self._records if entry.type == kind and entry.target)
        return list(dict.fromkeys(found))

    def _instances(self) -> list[Name]:
        types = set(self._targets_of(SERVICES))
        return [
            name for name in self._targets(PTR) if name not in types and name[-1:] == (b"local",)
        ]


def _chunks(questions: Sequence[tuple[Name, int]]) -> list[Sequence[tuple[Name, int]]]:
    step = QUESTIONS_A_DATAGRAM
    return [questions[start : start + step] for start in range(0, len(questions), step)]


def _ways(context: ProbeContext) -> tuple[Way, ...]:
    """How the sample can be asked: a group reaches no further than the link."""
    beyond = context.settings.through_routers
    return tuple(way for way in Way if not (beyond and way is Way.MULTICAST))


def _ask_ssdp(link: NetworkLink, journal: CaptureJournal, ways: Sequence[Way]) -> None:
    for way in ways:
        host = _group(SSDP, link.address) if way is Way.MULTICAST else link.address
        payloads = [
            ssdp_messages.search(host, target, SSDP_WAIT_S) for target in ssdp_messages.TARGETS
        ]
        ask(link, journal, SSDP, way, payloads)


def ask(
    link: NetworkLink,
    journal: CaptureJournal,
    protocol: str,
    way: Way,
    payloads: Sequence[bytes],
) -> tuple[Datagram, ...]:
    """Send ``payloads`` one way, and write down what came back.

    Raises:
        BenchFault: the link failed.
    """
    for payload in payloads:
        journal.record("asked", way=way.value, sent=payload)
    if way is Way.MULTICAST:
        listen_s = SSDP_S if protocol == SSDP else MDNS_S
        group = _group(protocol, link.address)
        heard = link.multicast(group, PORTS[protocol], payloads, listen_s)
        outcome = Connected.OPEN if heard.datagrams else Connected.TIMEOUT
    else:
        listen_s = SSDP_S if protocol == SSDP else UNICAST_S
        heard, outcome = _unicast(link, PORTS[protocol], payloads, listen_s)
    for entry in heard.datagrams:
        journal.record("datagram", way=way.value, port=entry.port, received=entry.data)
    journal.record(
        "heard", way=way.value, outcome=outcome.value, others=heard.others, dropped=heard.dropped
    )
    return heard.datagrams


def _unicast(
    link: NetworkLink, port: int, payloads: Sequence[bytes], listen_s: float
) -> tuple[GroupAnswers, Connected]:
    """What the sample answers from whatever port; a refusal ends the wait."""
    found: list[Datagram] = []
    deadline = monotonic() + listen_s
    with link.datagrams() as datagrams:
        for payload in payloads:
            datagrams.send(port, payload)
        outcome = Connected.TIMEOUT
        while (left := deadline - monotonic()) > 0 and len(found) < MAX_DATAGRAMS:
            entry = datagrams.receive(left)
            if entry.outcome is not Connected.OPEN:
                outcome = entry.outcome
                break
            found.append(entry)
        others = datagrams.strangers
    full = len(found) >= MAX_DATAGRAMS
    answers = GroupAnswers(tuple(found), others, int(full))
    return answers, Connected.OPEN if found else outcome


def _group(protocol: str, address: str) -> str:
    version = 6 if ":" in address else 4
    return (MDNS_GROUPS if protocol == MDNS else ssdp_messages.GROUPS)[version]


PROBE: Probe = DiscoveryProbe()
