"""Probe ``upnp``: descriptions behind LOCATIONs, actions that only read, and the WAN side.

A LOCATION or control URL is followed only to the sample itself, and through the scope guard; any
other is written down and left alone. No login is ever used: the question is what anybody gets.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Final
from urllib.parse import urlsplit

from typing_extensions import override

from harness.bench.network_link import Connected, HttpSession, NetworkLink
from harness.errors import ScopeError
from harness.facts.discovery import SSDP, DiscoveryFacts, Way
from harness.interpret import ssdp_messages, upnp_documents
from harness.interpret.http_exchanges import OK, Exchange, port_of, same_host, split_url
from harness.interpret.upnp import EXCHANGES, WAN_JOURNAL, printable_url
from harness.interpret.upnp_documents import Description, Service
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact
from harness.probes.base import CaptureJournal, Probe, ProbeContext, needed, network_of
from harness.probes.discovery import ask, record_identity
from harness.probes.http_recording import origin, record_exchange

MAX_LOCATIONS: Final = 8
MAX_SCPDS: Final = 8
ANSWER_S: Final = 3.0
CONNECT_S: Final = 1.0
USUAL_PORTS: Final = (1900, 2869, 5000, 5431, 49152, 52869)
"""Where UPnP control was found open to the Internet; asked on the WAN whatever the LAN says."""
USUAL_PATHS: Final = ("/rootDesc.xml", "/description.xml")
MAX_WAN_PORTS: Final = 12
READS: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    ("GetStatusInfo", {}),
    ("GetExternalIPAddress", {}),
    ("GetGenericPortMappingEntry", {"NewPortMappingIndex": "0"}),
)


class UpnpProbe(Probe):
    """Reads what is offered to everybody; changes nothing."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Gentle; needs to know what discovery heard."""
        return ProbeDeclaration(
            name=ProbeName("upnp"),
            version=1,
            summary="UPnP descriptions and actions that only read, on the LAN and on the WAN",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("discovery"),),
            impact=Impact.GENTLE,
            timeout_s=120,
            estimate_s=2,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Write ``inputs.jsonl``, ``exchanges.jsonl`` and, with a WAN address, ``wan.jsonl``.

        Raises:
            BenchFault: no network link, no discovery facts, or the link failed.
        """
        link, heard = network_of(context), needed(context, DiscoveryFacts)
        wan = context.sample.wan
        locations = list(
            dict.fromkeys(entry.location for entry in heard.messages if entry.location)
        )
        with context.journal(EXCHANGES) as journal, closing(link.http(ANSWER_S)) as session:
            asker = Asker(context, journal, session, link.address)
            described = [asker.describe(url) for url in locations[:MAX_LOCATIONS]]
            for url in locations[MAX_LOCATIONS:]:
                asker.leave(url, f"more than {MAX_LOCATIONS} locations")
            services = [entry for found in described if found for entry in found.services]
            asker.read_services(services)
        if wan is not None:
            with context.journal(WAN_JOURNAL) as journal:
                _Wan(context, wan, journal, services, locations).run()
        wan_address = wan.address if wan else ""
        record_identity(context, link, wan_address=wan_address, locations=locations)


class Asker:
    """Exchanges with one host, all written to one journal."""

    def __init__(
        self, context: ProbeContext, journal: CaptureJournal, session: HttpSession, host: str
    ) -> None:
        """Ask ``host`` and nobody else."""
        self._context = context
        self._journal = journal
        self._session = session
        self._host = host

    def leave(self, url: str, reason: str) -> None:
        """Write down a URL that is not followed."""
        self._journal.record("not-followed", url=url[:500], reason=reason)

    def request(
        self,
        method: str,
        url: str,
        purpose: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Exchange | None:
        """One exchange; None if the URL does not lead to the host."""
        self._context.check_time()
        parts = split_url(url)
        if parts.scheme not in {"http", "https"} or not same_host(parts.hostname or "", self._host):
            self.leave(url, "it leads to another host than the one that named it")
            return None
        if not printable_url(url):
            self.leave(url, "not a usable URL")
            return None
        try:
            exchange = self._session.request(method, url, body=body, headers=headers)
        except ScopeError as error:
            self.leave(url, str(error)[:300])
            return None
        return record_exchange(self._context, self._journal, exchange, purpose)

    def describe(self, url: str) -> Description | None:
        """Read a device description."""
        exchange = self.request("GET", url, "description")
        if exchange is None or exchange.status != OK:
            return None
        return upnp_documents.read_description(exchange.body, url)

    def read_services(self, services: Iterable[Service]) -> None:
        """Read service descriptions, and call what only reads on services that map ports."""
        for service in list(services)[:MAX_SCPDS]:
            if service.scpd:
                self.request("GET", service.scpd, "service-description")
            if upnp_documents.is_wan_connection(service.type):
                for action, arguments in READS:
                    self.call(service, action, arguments)

    def call(self, service: Service, action: str, arguments: dict[str, str]) -> Exchange | None:
        """Call an action without any login."""
        body, headers = upnp_documents.call(service.type, action, arguments)
        purpose = f"action {action}"
        return self.request("POST", service.control, purpose, body, headers)


class _Wan:
    """The same questions to the address that plays the WAN."""

    def __init__(
        self,
        context: ProbeContext,
        link: NetworkLink,
        journal: CaptureJournal,
        services: Iterable[Service],
        locations: Iterable[str],
    ) -> None:
        self._context = context
        self._link = link
        self._journal = journal
        self._services = [entry for entry in services if entry.type]
        self._locations = list(locations)

    def run(self) -> None:
        payloads = [
            ssdp_messages.search(self._link.address, target, 1) for target in ssdp_messages.TARGETS
        ]
        answers = ask(self._link, self._journal, SSDP, Way.UNICAST, payloads)
        messages = [ssdp_messages.read(entry.data) for entry in answers]
        named = [message.header("location") for message in messages if message]
        own = [url for url in dict.fromkeys(named) if self._is_own(url)]
        for url in dict.fromkeys(named):
            if not self._is_own(url):
                reason = "it leads to another host than the one that named it"
                self._journal.record("not-followed", url=url[:500], reason=reason)
        ports = self._open([*(port_of(split_url(url)) for url in own), *self._lan_ports()])
        with closing(self._link.http(ANSWER_S)) as session:
            asker = Asker(self._context, self._journal, session, self._link.address)
            for url in own[:MAX_LOCATIONS]:
                found = asker.describe(url)
                asker.read_services(found.services if found else ())
            for port in ports:
                self._ask_as_on_the_lan(asker, port)

    def _is_own(self, url: str) -> bool:
        return printable_url(url) and same_host(split_url(url).hostname or "", self._link.address)

    def _lan_ports(self) -> list[int]:
        urls = [*self._locations, *(service.control for service in self._services)]
        return [port_of(split_url(url)) for url in urls if split_url(url).hostname]

    def _open(self, ports: Iterable[int]) -> list[int]:
        """Which of these and the usual ports accept a connection; how each one ended is kept."""
        wanted = list(dict.fromkeys([*ports, *USUAL_PORTS]))[:MAX_WAN_PORTS]
        with ThreadPoolExecutor(4, thread_name_prefix="upnp-wan") as pool:
            outcomes = list(pool.map(self._connect, wanted))
        for port, outcome in zip(wanted, outcomes, strict=True):
            self._journal.record("connect", port=port, outcome=outcome.value)
        found = zip(wanted, outcomes, strict=True)
        return [port for port, outcome in found if outcome is Connected.OPEN]

    def _connect(self, port: int) -> Connected:
        outcome, stream = self._link.connect(port, CONNECT_S)
        if stream is not None:
            stream.close()
        return outcome

    def _ask_as_on_the_lan(self, asker: Asker, port: int) -> None:
        """Descriptions and control of the LAN side, at this port."""
        inside_tls = any(urlsplit(url).scheme == "https" for url in self._locations)
        for scheme in ("http", "https") if inside_tls else ("http",):
            base = origin(self._link.address, port, tls=scheme == "https")
            paths = [split_url(url).path for url in self._locations]
            for path in dict.fromkeys([*paths, *USUAL_PATHS]):
                found = asker.describe(base + path) if path else None
                asker.read_services(found.services if found else ())
            for service in self._services:
                control = base + split_url(service.control).path
                moved = Service(service.type, control, "")
                asker.call(moved, "GetStatusInfo", {})


PROBE: Probe = UpnpProbe()
