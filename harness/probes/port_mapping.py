"""Probe ``port-mapping``: may anybody on the link open a port inwards?

One throw-away mapping of a high port to the bench's own address, asked for without a login, with a
lease of a minute, deleted at once; afterwards it is looked for. A gateway that knows permanent
leases only (error 725) is asked for one of those, and deleting it is tried several times.
"""

from contextlib import closing
from typing import Final

from typing_extensions import override

from harness.facts.upnp import UpnpFacts
from harness.interpret import upnp_documents
from harness.interpret.base import INPUTS
from harness.interpret.http_exchanges import OK, Exchange
from harness.interpret.port_mapping import (
    ADD,
    ADDED,
    AFTER,
    BEFORE,
    CONFIRM,
    DELETE,
    DELETED,
    GET,
)
from harness.interpret.upnp import EXCHANGES
from harness.interpret.upnp_documents import Service
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact
from harness.probes.base import CaptureJournal, Probe, ProbeContext, needed, network_of
from harness.probes.upnp import ANSWER_S, Asker

MAX_GATEWAYS: Final = 2
LEASE_S: Final = 60
DELETE_TRIES: Final = 3
_ONLY_PERMANENT: Final = "725"
_FIRST_PORT: Final = 40_000
_PORTS: Final = 9_000


class PortMappingProbe(Probe):
    """Asks each gateway service for one mapping, and takes it back."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Intrusive and reversible; needs the control URLs."""
        return ProbeDeclaration(
            name=ProbeName("port-mapping"),
            version=1,
            summary="one port mapping without login, deleted at once",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("upnp"),),
            impact=Impact.INTRUSIVE,
            timeout_s=60,
            estimate_s=1,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Write ``inputs.jsonl`` and ``exchanges.jsonl``.

        Raises:
            BenchFault: no network link, no upnp facts, or the link failed.
        """
        link, described = network_of(context), needed(context, UpnpFacts)
        services = {
            service.control: Service(service.type, service.control, "")
            for description in described.descriptions
            for service in description.services
            if upnp_documents.is_wan_connection(service.type)
        }
        client, port = link.own_address(), _FIRST_PORT + context.seed % _PORTS
        with context.journal(INPUTS) as journal:
            journal.record(
                "inputs",
                address=link.address,
                seed=context.seed,
                gateways=list(services)[:MAX_GATEWAYS],
                client=client,
                port=port,
            )
        with context.journal(EXCHANGES) as journal, closing(link.http(ANSWER_S)) as session:
            for service in list(services.values())[:MAX_GATEWAYS]:
                asker = Asker(context, journal, session, link.address)
                _Mapping(journal, asker, service, client, port).run()


class _Mapping:
    """One mapping at one service."""

    def __init__(
        self, journal: CaptureJournal, asker: Asker, service: Service, client: str, port: int
    ) -> None:
        self._journal = journal
        self._asker = asker
        self._service = service
        self._client = client
        self._key = {
            "NewRemoteHost": "",
            "NewExternalPort": str(port),
            "NewProtocol": "TCP",
        }

    def run(self) -> None:
        self._journal.record("try", control=self._service.control)
        before = self._call(BEFORE, GET, self._key)
        if before is None or _done(before, GET):
            return  # somebody else's mapping has the port: it is not touched
        added = self._add(LEASE_S)
        if added is not None and _fault(added) == _ONLY_PERMANENT:
            added = self._add(0)
        if added is None or not _done(added, ADD):
            # An answer that was lost may still have made the mapping.
            if added is None or not added.answered:
                self._remove()
            return
        self._call(CONFIRM, GET, self._key)
        self._remove()

    def _add(self, lease_s: int) -> Exchange | None:
        target = {
            "NewInternalPort": self._key["NewExternalPort"],
            "NewInternalClient": self._client,
            "NewEnabled": "1",
            "NewPortMappingDescription": "certbench",
            "NewLeaseDuration": str(lease_s),
        }
        return self._call(ADDED, ADD, self._key | target)

    def _remove(self) -> None:
        for _ in range(DELETE_TRIES):
            self._call(DELETED, DELETE, self._key)
            after = self._call(AFTER, GET, self._key)
            if after is not None and after.answered and not _done(after, GET):
                return

    def _call(self, step: str, action: str, arguments: dict[str, str]) -> Exchange | None:
        body, headers = upnp_documents.call(self._service.type, action, arguments)
        return self._asker.request("POST", self._service.control, step, body, headers)


def _done(exchange: Exchange, action: str) -> bool:
    reply = upnp_documents.read_reply(exchange.body)
    return exchange.status == OK and reply is not None and reply.action == action


def _fault(exchange: Exchange) -> str:
    reply = upnp_documents.read_reply(exchange.body)
    return reply.fault if reply is not None else ""


PROBE: Probe = PortMappingProbe()
