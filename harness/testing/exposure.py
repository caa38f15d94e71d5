"""What is open on a sample's network side in one state, and what is known of it.

The base of `harness.testing.network.NetworkView`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from harness.assessment import criteria
from harness.assessment.judging import all_of
from harness.facts.base import Facts
from harness.facts.late_ports import LatePortsFacts
from harness.facts.ports import PortsFacts
from harness.facts.services import SNMP, ServicesFacts
from harness.facts.snmp import SnmpFacts
from harness.facts.store import FactRecord
from harness.model.declaration import FactNeed
from harness.model.judgement import Judgement, Judgements
from harness.model.states import DeviceState
from harness.testing.declare import need
from harness.testing.view import FactView

F = TypeVar("F", bound=Facts)

EXPOSURE_NEEDS: Final = (PortsFacts, ServicesFacts, LatePortsFacts)


def needs(facts: Collection[type[Facts]], *states: DeviceState) -> tuple[FactNeed, ...]:
    """These facts of the first sample, in each of these states."""
    return tuple(need(kind, state) for state in states for kind in facts)


@dataclass(frozen=True)
class Exposure:
    """One sample's open endpoints in one state, through the facts that the unit declared."""

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
        """All ports and services of the DUT were looked at, by every probe that they call for.

        A service that opened when its probe had run was not. Needs `EXPOSURE_NEEDS`.
        """
        criterion = "undeclared-service"
        late = [
            self.judge(
                LatePortsFacts,
                criterion,
                "DUT",
                partial(criteria.late_service_seen, criterion=criterion, item="DUT", target=target),
            )
            for target in self.open_targets()
            if self.opened_late(target)
        ]
        return all_of("DUT", criterion, [self._every_port_examined(), *late])

    def _every_port_examined(self) -> Judgement:
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
        return (*judged, self._every_port_examined())

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

    def seen(self, criterion: str, item: str, target: str) -> Judgement:
        """It is known what an endpoint speaks, without which "no HTTP there" means nothing."""
        return self.judge(
            ServicesFacts,
            criterion,
            item,
            lambda record: criteria.service_seen(record, criterion, item, target),
        )


def _number(target: str) -> tuple[str, int]:
    transport, _, number = target.partition("/")
    return transport, int(number) if number.isdecimal() else 0
