"""Probe ``snmp-write``: whether a published community also writes; what it writes, it puts back.

The first SET writes the value that the object already has, and so changes nothing. Only where the
agent takes it, another value is written, read, and the former one restored and read again.
"""

from typing import Final

from typing_extensions import override

from harness.bench.network_link import NetworkLink
from harness.encoding.canonical import sha256_hex
from harness.errors import BenchFault
from harness.facts.snmp import NameSource, NameTrial, SnmpAgent, SnmpFacts, TrialResult
from harness.interpret.base import INPUTS
from harness.interpret.ber import INTEGER, OCTETS
from harness.interpret.snmp_messages import (
    AUTHENTICATION_TRAPS,
    RESPONSE,
    SYS_CONTACT,
    SYS_LOCATION,
    SYS_NAME,
    V3,
    Binding,
    Message,
)
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact, Lock
from harness.probes.base import Probe, ProbeContext, needed, network_of
from harness.probes.snmp_asking import Asker, Name

OBJECTS: Final = (SYS_CONTACT, SYS_LOCATION, SYS_NAME, AUTHENTICATION_TRAPS)
"""What means least to the device comes first. A configuration may fix any of them for everybody."""
MAX_NAMES: Final = 4
RESTORE_TRIES: Final = 3


class SnmpWriteProbe(Probe):
    """Tries to write under each published community that reads."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Intrusive, alone on the sample; needs snmp."""
        return ProbeDeclaration(
            name=ProbeName("snmp-write"),
            version=1,
            summary="whether published SNMP communities write; every value is put back",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("snmp"),),
            impact=Impact.INTRUSIVE,
            locks=(Lock.DISTURBANCE,),
            timeout_s=120,
            estimate_s=1,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Write ``inputs.jsonl`` and one ``udp-<port>.jsonl`` an agent.

        Raises:
            BenchFault: no network link, no snmp facts, or a value could not be put back.
        """
        link, facts = network_of(context), needed(context, SnmpFacts)
        readers = {agent.endpoint.port: readers_of(agent) for agent in facts.servers}
        ports = sorted(port for port, names in readers.items() if names)
        with context.journal(INPUTS) as journal:
            journal.record(
                "inputs",
                address=link.address,
                ports=ports,
                not_asked=[],
                seed=context.seed,
                objects=list(OBJECTS),
                max_names=MAX_NAMES,
            )
        marker = f"certbench-{sha256_hex(f'write {context.seed}'.encode())[:12]}".encode()
        for port in ports:
            _examine(context, link, port, readers[port][:MAX_NAMES], marker)


def readers_of(agent: SnmpAgent) -> list[Name]:
    """Published communities that read, each in the newest version in which it does."""
    found: dict[str, Name] = {}
    for trial in sorted(agent.trials, key=_newest_first):
        if _reads(trial):
            found.setdefault(trial.name, Name(trial.version, trial.name, trial.source.value))
    return list(found.values())


def _newest_first(trial: NameTrial) -> int:
    return ("v2c", "v1", V3).index(trial.version)


def _reads(trial: NameTrial) -> bool:
    published = trial.source is NameSource.PUBLISHED and trial.version != V3
    return published and trial.result is TrialResult.READS


def _examine(
    context: ProbeContext, link: NetworkLink, port: int, names: list[Name], marker: bytes
) -> None:
    with context.journal(f"udp-{port}.jsonl") as journal:
        asker = Asker(context, link, journal, port)
        for number, name in enumerate(names):
            for place, target in enumerate(OBJECTS):
                if _Writing(asker, number * len(OBJECTS) + place + 1, name, target).run(marker):
                    break


class _Writing:
    """One object under one community."""

    def __init__(self, asker: Asker, trial: int, name: Name, target: str) -> None:
        self._asker = asker
        self._trial = trial
        self._name = name
        self._target = target

    def run(self, marker: bytes) -> bool:
        """Whether the agent took a value, so that the other objects may be left alone.

        Raises:
            BenchFault: the former value could not be seen again.
        """
        before = self._read("before")
        if before is None:
            return False
        accepted = self._write("same", before)
        self._read("still")
        if not accepted:
            return False
        try:
            self._write("marker", _other(before, marker))
            self._read("marked")
        finally:
            self._restore(before)
        return True

    def _restore(self, before: Binding) -> None:
        for _ in range(RESTORE_TRIES):
            self._write("restore", before)
            after = self._read("after")
            if after is not None and after.content == before.content:
                return
        raise BenchFault(
            f"{self._target} may hold another value than before; the capture has the former one"
        )

    def _read(self, step: str) -> Binding | None:
        answer = self._asker.get(step, self._trial, self._name, self._target)
        values = answer.values if answer else ()
        return next((value for value in values if value.name == self._target), None)

    def _write(self, step: str, value: Binding) -> bool:
        return took(self._asker.set(step, self._trial, self._name, value))


def _other(before: Binding, marker: bytes) -> Binding:
    """Another value of the same type: a text, or the other one of enabled(1) and disabled(2)."""
    if before.tag == INTEGER:
        flipped = b"\x01" if before.content == b"\x02" else b"\x02"
        return Binding(before.name, INTEGER, flipped)
    return Binding(before.name, OCTETS, marker)


def took(answer: Message | None) -> bool:
    """Whether the agent says that it took the value."""
    return answer is not None and answer.pdu == RESPONSE and answer.error == 0


PROBE: Probe = SnmpWriteProbe()
