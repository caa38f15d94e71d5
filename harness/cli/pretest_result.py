"""What a pretest found: findings against a baseline, what is open, and the exit status. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from harness.config.at_a_lab import AtALab
from harness.encoding.clock import parse_utc
from harness.facts.bluetooth import Advertiser, BluetoothAdvertisingFacts, BluetoothPairingFacts
from harness.facts.late_ports import LatePortsFacts
from harness.facts.ports import PortsFacts, PortState
from harness.facts.services import Service, ServicesFacts
from harness.facts.store import FactBase
from harness.model.assessment import Assessment, UnitResult
from harness.model.baseline import Accepted, Baseline
from harness.model.declaration import DecidedBy
from harness.model.ids import ProbeName
from harness.model.judgement import Severity, Verdict
from harness.model.observation import Present
from harness.model.record import AttemptOutcome
from harness.report.html import merged_findings

_BROKE_OFF: Final = frozenset(
    {AttemptOutcome.FAILED, AttemptOutcome.NOT_SCHEDULED, AttemptOutcome.COMPLETED}
)
"""Outcomes without a fact after which a finding may be missing; COMPLETED: its captures could not
be read."""
_SEVERITIES: Final = tuple(Severity)


class Standing(StrEnum):
    """What the baseline makes of a finding."""

    NEW = "new"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    """It was accepted until a day that has passed: counts as new."""


@dataclass(frozen=True)
class Found:
    """A finding as machine output has it, with what the baseline and a laboratory make of it."""

    document: Mapping[str, Any]
    at_a_lab: Mapping[str, tuple[str, ...]]
    standing: Standing = Standing.NEW
    accepted: Accepted | None = None

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return Severity(self.document["severity"])


@dataclass(frozen=True)
class Network:
    """What was found on the network.

    Attributes:
        answered: the host answered at least one packet.
        tcp_ports, udp_ports: how many ports were examined.
        open_targets: endpoints that are or were open, by transport and number.
        silent_udp: UDP ports that neither answered nor refused.
        unread: why it is not known what an open port speaks, by endpoint.
    """

    answered: bool
    tcp_ports: int
    udp_ports: int
    open_targets: tuple[str, ...]
    services: Mapping[str, Service]
    silent_udp: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)

    @property
    def nothing_listens(self) -> bool:
        """The host answers, and no port is open."""
        return self.answered and not self.open_targets


@dataclass(frozen=True)
class Air:
    """What was heard and tried over Bluetooth.

    Attributes:
        heard: the device advertised, or took a connection.
        advertisers: addresses that it used, with what it said under each.
        services: UUIDs of its GATT services.
    """

    heard: bool
    advertisers: tuple[Advertiser, ...]
    services: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """Everything that a pretest tells.

    Attributes:
        broke_off: probes that failed, so that findings may be missing: name and reason.
        air: None unless the device was looked for over Bluetooth.
        left_out: probes that this pretest could not or should not run: name and reason.
        stale: accepted findings that are not there any more.
    """

    network: Network
    findings: tuple[Found, ...]
    open_units: tuple[UnitResult, ...]
    beyond: tuple[UnitResult, ...]
    broke_off: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    stale: tuple[Accepted, ...] = ()
    with_baseline: bool = False
    passed: int = field(default=0)
    air: Air | None = None

    @property
    def answered(self) -> bool:
        """The device was there, in whatever way."""
        return self.network.answered or (self.air is not None and self.air.heard)

    def counting(self, fail_on: Severity) -> tuple[Found, ...]:
        """The findings that are not accepted, at ``fail_on`` or worse."""
        worst = _SEVERITIES[: _SEVERITIES.index(fail_on) + 1]
        return tuple(
            found
            for found in self.findings
            if found.standing is not Standing.ACCEPTED and found.severity in worst
        )

    def exit_code(self, fail_on: Severity) -> int:
        """1: findings that count; 3: findings may be missing; else 0."""
        if self.counting(fail_on):
            return 1
        return 3 if self.broke_off or not self.answered else 0

    def findings_json(self) -> list[dict[str, Any]]:
        """The findings of ``certbench/run/1``, each with what is particular to a pretest."""
        return [
            {
                **found.document,
                "at_a_lab": {name: list(units) for name, units in found.at_a_lab.items()},
                **({"baseline": found.standing.value} if self.with_baseline else {}),
            }
            for found in self.findings
        ]


def result_of(
    assessment: Assessment,
    survey: FactBase,
    planned: Iterable[ProbeName],
    lab: AtALab,
    baseline: Baseline | None,
) -> Result:
    """Put a pretest's result together.

    Args:
        assessment: the black-box suite on the survey.
        survey: its facts.
        planned: the probes whose facts the suite wants.
        lab: what a laboratory makes of each criterion.
        baseline: accepted findings; None without a baseline.
    """
    accepted = baseline.accepted if baseline else ()
    today = parse_utc(survey.survey.started).date()
    findings = tuple(_found(entry, lab, accepted, today) for entry in merged_findings(assessment))
    open_units = [unit for unit in assessment.units if unit.verdict is Verdict.INCONCLUSIVE]
    broke_off, left_out = _missing(survey, frozenset(planned))
    return Result(
        network=network_of(survey),
        findings=findings,
        open_units=tuple(unit for unit in open_units if unit.decided_by is not DecidedBy.NONE),
        beyond=tuple(unit for unit in open_units if unit.decided_by is DecidedBy.NONE),
        broke_off=broke_off,
        left_out=left_out,
        stale=tuple(entry for entry in accepted if not _still_there(entry, findings)),
        with_baseline=baseline is not None,
        passed=sum(unit.verdict is Verdict.PASS for unit in assessment.units),
        air=air_of(survey),
    )


def _found(
    document: Mapping[str, Any], lab: AtALab, accepted: Sequence[Accepted], today: dt.date
) -> Found:
    names = (document["criterion"], document["subject"], document["summary"])
    covering = [entry for entry in accepted if entry.covers(*names)]
    # The entry that lasts longest counts.
    best = max(covering, key=lambda entry: entry.expires, default=None)
    standing = Standing.NEW
    if best is not None:
        standing = Standing.ACCEPTED if today <= best.expires else Standing.EXPIRED
    return Found(document, lab.of(document["criterion"]), standing, best)


def _still_there(entry: Accepted, findings: Iterable[Found]) -> bool:
    return any(
        entry.covers(
            found.document["criterion"], found.document["subject"], found.document["summary"]
        )
        for found in findings
    )


Gaps = tuple[tuple[str, str], ...]


def _missing(survey: FactBase, planned: frozenset[ProbeName]) -> tuple[Gaps, Gaps]:
    """Probes that broke off, and probes that were left out."""
    broke_off: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for absent in survey.missing:
        if absent.key.probe in planned:
            kind = broke_off if absent.outcome in _BROKE_OFF else left_out
            kind[str(absent.key.probe)] = absent.reason
    for record in survey.records:
        if record.key.probe in planned and not record.facts.complete:
            broke_off[str(record.key.probe)] = "its captures are not complete"
    return tuple(sorted(broke_off.items())), tuple(sorted(left_out.items()))


def network_of(survey: FactBase) -> Network:
    """What the looks at the ports, the first and the last one, and the services probe saw."""
    looks = [record.facts for record in survey.records]
    ports = [facts for facts in looks if isinstance(facts, PortsFacts)]
    services = {
        service.endpoint.name: service
        for facts in looks
        if isinstance(facts, ServicesFacts | LatePortsFacts)
        for service in facts.services
    }
    seen = {
        (port.endpoint.name, port.state is PortState.OPEN_OR_FILTERED)
        for facts in looks
        if isinstance(facts, PortsFacts | LatePortsFacts)
        for port in facts.ports
    }
    listening = {name for name, quiet in seen if not quiet} | {*services}
    silent = {name for name, _ in seen} - listening
    return Network(
        answered=any(isinstance(facts.alive, Present) for facts in ports),
        tcp_ports=max((_examined(facts, "tcp") for facts in ports), default=0),
        udp_ports=max((_examined(facts, "udp") for facts in ports), default=0),
        open_targets=tuple(sorted(listening, key=_place)),
        services=services,
        silent_udp=tuple(sorted(silent, key=_place)),
        unread={
            gap.target: gap.reason
            for facts in looks
            if isinstance(facts, ServicesFacts | LatePortsFacts)
            for gap in facts.not_examined
        },
    )


def air_of(survey: FactBase) -> Air | None:
    """What the Bluetooth probes met; None if none of them ran."""
    looks = [record.facts for record in survey.records]
    said = [facts for facts in looks if isinstance(facts, BluetoothAdvertisingFacts)]
    tried = [facts for facts in looks if isinstance(facts, BluetoothPairingFacts)]
    if not said and not tried:
        return None
    reached = any(facts.examined for facts in tried)
    return Air(
        heard=reached or any(isinstance(facts.heard, Present) for facts in said),
        advertisers=tuple(each for facts in said for each in facts.advertisers),
        services=tuple(
            dict.fromkeys(each.service for facts in tried for each in facts.characteristics)
        ),
    )


def _examined(facts: PortsFacts, transport: str) -> int:
    count = 0
    for target in facts.examined:
        kind, _, numbers = target.partition("/")
        if kind == transport:
            first, _, last = numbers.partition("-")
            count += int(last or first) - int(first) + 1
    return count


def _place(target: str) -> tuple[str, int]:
    transport, _, number = target.partition("/")
    return transport, int(number)
