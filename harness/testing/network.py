"""The network side of a sample in one state, as the units of a suite ask about it.

These are combinations of criteria that several units need: "every open port is declared", "no login
crosses the network in clear", "this endpoint is protected as its row says". Each states in
``*_NEEDS`` which facts a unit must declare to use it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from harness.assessment import criteria
from harness.assessment.judging import all_of
from harness.facts.base import Facts
from harness.facts.credentials import CredentialsFacts
from harness.facts.http import HttpFacts
from harness.facts.late_ports import LatePortsFacts
from harness.facts.ports import PortsFacts
from harness.facts.services import HTTP, SNMP, SSH, ServicesFacts
from harness.facts.snmp import SnmpFacts
from harness.facts.ssh import SshFacts
from harness.facts.store import FactRecord
from harness.facts.tls import VERSIONS, TlsFacts
from harness.model.declaration import FactNeed
from harness.model.judgement import Judgement, Judgements, Outcome
from harness.model.states import DeviceState
from harness.testing.declare import need
from harness.testing.logins import judge_login
from harness.testing.view import FactView
from harness.testing.ways_in import ACCESS, ASKING, Access, Asking

F = TypeVar("F", bound=Facts)

EXPOSURE_NEEDS: Final = (PortsFacts, ServicesFacts, LatePortsFacts)
LOGIN_NEEDS: Final = (*EXPOSURE_NEEDS, HttpFacts)
LIVE_LOGIN_NEEDS: Final[tuple[type[Facts], ...]] = (
    *LOGIN_NEEDS,
    *dict.fromkeys(asking.facts for asking in ASKING),
)
"""`LOGIN_NEEDS`, and the probes of protocols that may ask for a login: only with them it is known.

Without them such a protocol is UNDECIDED."""
TRANSPORT_NEEDS: Final[tuple[type[Facts], ...]] = (*LIVE_LOGIN_NEEDS, TlsFacts, SshFacts)
LINK_NEEDS: Final = (ServicesFacts, HttpFacts, TlsFacts, SshFacts, SnmpFacts)
ACCESS_NEEDS: Final[tuple[type[Facts], ...]] = (
    ServicesFacts,
    CredentialsFacts,
    *dict.fromkeys(way.facts for way in ACCESS),
)
GRANTED_NEEDS: Final[tuple[type[Facts], ...]] = (
    ServicesFacts,
    CredentialsFacts,
    *dict.fromkeys(way.facts for way in ACCESS if way.granted is not None),
)


def needs(facts: Collection[type[Facts]], *states: DeviceState) -> tuple[FactNeed, ...]:
    """These facts of the first sample, in each of these states."""
    return tuple(need(kind, state) for state in states for kind in facts)


@dataclass(frozen=True)
class NetworkView:
    """One sample's network side in one state, through the facts that the unit declared."""

    facts: FactView
    state: DeviceState

    def judge(
        self,
        kind: type[F],
        criterion: str,
        item: str,
        look: Callable[[FactRecord[F]], Judgement],
    ) -> Judgement:
        """Apply a criterion to every attempt's fact of this kind in this state."""
        return self.facts.judge(kind, self.state, item, criterion, look)

    def open_targets(self, transport: str = "") -> tuple[str, ...]:
        """Endpoints that any attempt found open; needs `EXPOSURE_NEEDS`."""
        found = {
            name
            for record in self.facts.records(PortsFacts, self.state)
            for name in criteria.open_targets(record.facts)
        }
        found |= {
            service.endpoint.name
            for record in self.facts.records(ServicesFacts, self.state)
            for service in record.facts.services
        }
        found |= {
            name
            for record in self.facts.records(LatePortsFacts, self.state)
            for name in (
                *criteria.open_targets(record.facts),
                *(service.endpoint.name for service in record.facts.services),
            )
        }
        found |= self._agents()
        return tuple(sorted((name for name in found if name.startswith(transport)), key=_number))

    def _agents(self) -> frozenset[str]:
        """SNMP agents, also those that are silent to whoever does not know the community.

        None where the unit does not declare those facts.
        """
        if not self.facts.declares(SnmpFacts, self.state):
            return frozenset()
        records = self.facts.records(SnmpFacts, self.state)
        return frozenset(name for record in records for name in criteria.agents(record.facts))

    def agents_asked(self, criterion: str) -> Judgements:
        """Agents were looked for, if the unit declares those facts: else silence means nothing."""
        if not self.facts.declares(SnmpFacts, self.state):
            return ()
        look = partial(criteria.every_agent_asked, criterion=criterion, item="DUT")
        return (self.judge(SnmpFacts, criterion, "DUT", look),)

    def opened_late(self, target: str) -> bool:
        """Whether only the last look knows what an endpoint speaks; needs `EXPOSURE_NEEDS`."""
        records = self.facts.records(LatePortsFacts, self.state)
        return not self.is_known(target) and any(
            record.facts.on(target) is not None for record in records
        )

    def judge_service(
        self,
        criterion: str,
        item: str,
        target: str,
        look: Callable[[FactRecord[ServicesFacts | LatePortsFacts]], Judgement],
    ) -> Judgement:
        """Judge what an endpoint speaks, by the look that saw it; needs `EXPOSURE_NEEDS`."""
        if not self.opened_late(target):
            return self.judge(ServicesFacts, criterion, item, look)
        seen = self.judge(
            LatePortsFacts,
            criterion,
            item,
            lambda record: criteria.late_service_seen(record, criterion, item, target),
        )
        return all_of(item, criterion, [self.judge(LatePortsFacts, criterion, item, look), seen])

    def everything_examined(self) -> Judgement:
        """All ports of the DUT and all services on them were looked at; needs `EXPOSURE_NEEDS`."""
        targets = {
            name
            for record in self.facts.records(PortsFacts, self.state)
            for name in criteria.open_targets(record.facts)
            if name.startswith("tcp/")
        }
        ports = self.judge(
            PortsFacts,
            "undeclared-service",
            "DUT",
            lambda record: criteria.every_port_examined(record, "DUT"),
        )
        services = self.judge(
            ServicesFacts,
            "undeclared-service",
            "DUT",
            lambda record: criteria.every_service_examined(record, "DUT", targets),
        )
        late = self.judge(
            LatePortsFacts,
            "undeclared-service",
            "DUT",
            lambda record: criteria.every_port_examined(record, "DUT"),
        )
        agents = self.agents_asked("undeclared-service")
        return all_of("DUT", "undeclared-service", [ports, services, late, *agents])

    def undeclared_services(self, declared: Collection[str], transport: str = "") -> Judgements:
        """One judgement an open endpoint, and one on the DUT: was all of it looked at?

        Needs `EXPOSURE_NEEDS`.
        """
        judged = [self._service_declared(name, declared) for name in self.open_targets(transport)]
        return (*judged, self.everything_examined())

    def _service_declared(self, target: str, declared: Collection[str]) -> Judgement:
        criterion = "undeclared-service"
        by_scan = self.judge(
            PortsFacts,
            criterion,
            target,
            lambda record: criteria.undeclared_service(record, target, target, declared),
        )
        by_late = self.judge(
            LatePortsFacts,
            criterion,
            target,
            lambda record: criteria.late_service(record, target, target, declared),
        )
        if not self.is_known(target):
            return all_of(target, criterion, [by_scan, by_late])
        by_answer = self.judge(
            ServicesFacts,
            criterion,
            target,
            lambda record: criteria.undeclared_answer(record, target, target, declared),
        )
        return all_of(target, criterion, [by_scan, by_answer, by_late])

    def undeclared_logins(self, declared: Collection[str]) -> Judgements:
        """One judgement an endpoint that may ask for a login, and the DUT; needs `LOGIN_NEEDS`."""
        judged = [self._login_declared(target, declared) for target in self._may_ask()]
        return (*judged, *self._probes_asked("undeclared-login"), self.everything_examined())

    def _probes_asked(self, criterion: str) -> Judgements:
        """Whether the probes that tell of logins asked every server, where no endpoint shows it."""
        return tuple(
            self.judge(
                asking.facts,
                criterion,
                "DUT",
                partial(asking.asked, criterion=criterion, item="DUT", targets=()),
            )
            for asking in ASKING
            if asking.asked is not None and self.facts.declares(asking.facts, self.state)
        )

    def _may_ask(self) -> tuple[str, ...]:
        """Open TCP endpoints, and UDP ones whose probe tells of logins."""
        datagrams = (name for name in self.open_targets("udp/") if self._asking(name))
        return (*self.open_targets("tcp/"), *datagrams)

    def _login_declared(self, target: str, declared: Collection[str]) -> Judgement:
        criterion = "undeclared-login"
        asking = self._asking(target)
        if asking is not None:
            look = partial(asking.undeclared, item=target, target=target, declared=declared)
            return self.judge(asking.facts, criterion, target, look)
        by_service = self.judge_service(
            criterion,
            target,
            target,
            lambda record: criteria.undeclared_login(record, target, target, declared),
        )
        if not self.speaks(target, HTTP):
            return by_service
        by_page = self.judge(
            HttpFacts,
            criterion,
            target,
            lambda record: criteria.undeclared_http_login(record, target, target, declared),
        )
        return all_of(target, criterion, [by_service, by_page])

    def logins_in_clear(self) -> Judgements:
        """Endpoints where a login crosses the network in clear or may do so, and one on the DUT.

        The judgement on the DUT is what makes "no such login" more than silence. Needs
        `LOGIN_NEEDS`.
        """
        judged = [self._login_in_clear(target) for target in self._may_ask()]
        doubtful = [entry for entry in judged if entry.outcome is not Outcome.HELD]
        asked = self._probes_asked("plaintext-management")
        return (*doubtful, *asked, self.everything_examined())

    def _login_in_clear(self, target: str) -> Judgement:
        criterion = "plaintext-management"
        asking = self._asking(target)
        if asking is not None:
            look = partial(asking.in_clear, item=target, target=target)
            return self.judge(asking.facts, criterion, target, look)
        by_service = self.judge_service(
            criterion,
            target,
            target,
            lambda record: criteria.plaintext_management(record, target, target),
        )
        if not self.speaks(target, HTTP):
            return by_service
        by_page = self.judge(
            HttpFacts,
            criterion,
            target,
            lambda record: criteria.plaintext_http_management(record, target, target),
        )
        return all_of(target, criterion, [by_service, by_page])

    def _asking(self, target: str) -> Asking | None:
        """Who knows whether an endpoint asks for a login, if the unit declared those facts."""
        return next(
            (
                asking
                for asking in ASKING
                if self.speaks(target, asking.protocol)
                and self.facts.declares(asking.facts, self.state)
            ),
            None,
        )

    def speaks(self, target: str, protocol: str) -> bool:
        """Whether any attempt confirmed this protocol on an endpoint; needs services."""
        return (protocol == SNMP and target in self._agents()) or any(
            service.protocol == protocol
            for record in self.facts.records(ServicesFacts, self.state)
            for service in record.facts.services
            if service.endpoint.name == target
        )

    def is_known(self, target: str) -> bool:
        """Whether any attempt looked at what an endpoint speaks; needs services."""
        records = self.facts.records(ServicesFacts, self.state)
        return any(record.facts.on(target) is not None for record in records)

    def in_tls(self, target: str) -> bool:
        """Whether any attempt confirmed TLS on an endpoint; needs services."""
        return any(
            service.tls
            for record in self.facts.records(ServicesFacts, self.state)
            for service in record.facts.services
            if service.endpoint.name == target
        )

    def only_redirects(self, target: str) -> bool:
        """Whether every attempt saw a server that only leads to TLS; needs http."""
        servers = [record.facts.on(target) for record in self.facts.records(HttpFacts, self.state)]
        return bool(servers) and all(
            server is not None and criteria.is_redirector(server) for server in servers
        )

    def encrypted(self, item: str, target: str) -> Judgement:
        """An endpoint runs inside TLS or SSH, or only leads there; needs services and http.

        How good the cryptography is does not matter here; see `protected`.
        """
        if self.only_redirects(target):
            return self.leads_to_tls(item, target)
        if self.speaks(target, SNMP) and self.facts.declares(SnmpFacts, self.state):
            look = partial(criteria.weak_snmp_version, item=item, target=target)
            return self.judge(SnmpFacts, "weak-snmp-version", item, look)
        return self.judge(
            ServicesFacts,
            "plaintext-management",
            item,
            lambda record: criteria.service_in_clear(record, item, target),
        )

    def leads_to_tls(self, item: str, target: str) -> Judgement:
        """An HTTP endpoint without cryptography only leads to TLS; needs http."""
        return self.judge(
            HttpFacts,
            "plaintext-management",
            item,
            lambda record: criteria.redirects_to_tls(record, item, target),
        )

    def unprotected(self, item: str, target: str) -> Judgement:
        """An endpoint declared without cryptography takes no login; HTTP only leads to TLS.

        Needs services and http.
        """
        if self.speaks(target, HTTP) and not self.in_tls(target):
            return self.leads_to_tls(item, target)
        asking = self._asking(target)
        if asking is not None:
            look = partial(asking.in_clear, item=item, target=target)
            return self.judge(asking.facts, "plaintext-management", item, look)
        return self.judge(
            ServicesFacts,
            "plaintext-management",
            item,
            lambda record: criteria.plaintext_management(record, item, target),
        )

    def protected(self, item: str, target: str, declared: Sequence[str]) -> Judgement:
        """An endpoint uses sound cryptography, and what its row declares.

        Needs `LINK_NEEDS`.

        Args:
            item: what the judgement speaks of.
            target: ``tcp/443``.
            declared: the row's protocols: ``TLSv1.3``, ``SSHv2``.
        """
        parts = [self.encrypted(item, target)]
        if self.in_tls(target):
            parts += self._sound_tls(item, target, declared)
        elif self.speaks(target, SSH):
            parts += self._sound_ssh(item, target, declared)
        return all_of(item, "declared-cryptography", parts)

    def _sound_tls(self, item: str, target: str, declared: Sequence[str]) -> list[Judgement]:
        looks: dict[str, Callable[[FactRecord[TlsFacts]], Judgement]] = {
            "weak-tls-protocol": lambda r: criteria.weak_tls_protocol(r, item, target),
            "weak-tls-cipher": lambda r: criteria.weak_tls_cipher(r, item, target),
            "invalid-certificate": lambda r: criteria.invalid_certificate(r, item, target),
        }
        versions = [name for name in declared if name in VERSIONS]
        if versions:
            looks["declared-cryptography"] = lambda r: criteria.declared_tls(
                r, item, target, versions
            )
        return [self.judge(TlsFacts, name, item, look) for name, look in looks.items()]

    def _sound_ssh(self, item: str, target: str, declared: Sequence[str]) -> list[Judgement]:
        looks: dict[str, Callable[[FactRecord[SshFacts]], Judgement]] = {
            "weak-ssh-algorithms": lambda r: criteria.weak_ssh_algorithms(r, item, target),
        }
        if any(name.upper().startswith("SSH") for name in declared):
            looks["declared-cryptography"] = lambda r: criteria.declared_ssh(r, item, target)
        return [self.judge(SshFacts, name, item, look) for name, look in looks.items()]

    def seen(self, criterion: str, item: str, target: str) -> Judgement:
        """It is known what an endpoint speaks, without which "no HTTP there" means nothing."""
        return self.judge(
            ServicesFacts,
            criterion,
            item,
            lambda record: criteria.service_seen(record, criterion, item, target),
        )

    def anonymous_access(self, item: str, target: str) -> Judgement:
        """Nobody gets in without credentials; needs `ACCESS_NEEDS`."""
        criterion = "anonymous-access"
        parts = [
            self.judge(way.facts, criterion, item, partial(way.anonymous, item=item, target=target))
            for way in self._ways_in(target)
        ]
        return all_of(item, criterion, [self.seen(criterion, item, target), *parts])

    def access_refused(self, item: str, target: str) -> Judgement:
        """No access without login, and none with a made-up password; needs `ACCESS_NEEDS`."""
        asked = [way for way in self._ways_in(target) if way.made_up is not None]
        made_up = [
            self.judge(
                way.facts,
                "wrong-credentials-accepted",
                item,
                partial(way.made_up, item=item, target=target),
            )
            for way in asked
            if way.made_up is not None
        ] or [
            judge_login(self.facts, self.state, criteria.wrong_credentials_accepted, item, target)
        ]
        return all_of(item, "anonymous-access", [self.anonymous_access(item, target), *made_up])

    def access_granted(self, item: str, target: str) -> Judgement:
        """The right credentials give access; needs `GRANTED_NEEDS`."""
        criterion = "authorised-access"
        parts = [
            self.judge(way.facts, criterion, item, partial(way.granted, item=item, target=target))
            for way in self._ways_in(target)
            if way.granted is not None
        ] or [judge_login(self.facts, self.state, criteria.authorised_access, item, target)]
        return all_of(item, criterion, [self.seen(criterion, item, target), *parts])

    def _ways_in(self, target: str) -> list[Access]:
        return [way for way in ACCESS if self.speaks(target, way.protocol)]


def _number(target: str) -> tuple[str, int]:
    transport, _, number = target.partition("/")
    return transport, int(number) if number.isdecimal() else 0
