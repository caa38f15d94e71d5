"""Probe ``snmp``: which published communities and users an SNMP agent lets read, and what.

Silence is how SNMP refuses a community (RFC 3584, section 5.2.1), and how it says that nothing is
there. So every trial is followed by a question that the agent is known to answer: engine discovery,
which version 3 gives to anyone, or else a community that reads.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from typing_extensions import override

from harness.bench.network_link import NetworkLink
from harness.encoding.canonical import sha256_hex
from harness.facts.services import SNMP, ServicesFacts
from harness.facts.snmp import NameSource
from harness.interpret.base import INPUTS
from harness.interpret.snmp_messages import (
    SYS_CONTACT,
    SYS_DESCR,
    SYS_LOCATION,
    SYS_NAME,
    SYS_OBJECT_ID,
    SYS_UP_TIME,
    SYSTEM,
    V1,
    V2C,
    V3,
    Engine,
    Message,
)
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact
from harness.probes.base import Probe, ProbeContext, needed, network_of
from harness.probes.snmp_asking import Asker, Name

USUAL_PORT: Final = 161
COMMUNITIES: Final = ("public", "private", "admin", "community", "manager", "snmp")
"""Factory communities that every public list has; no secrets (design)."""
USERS: Final = ("initial", "admin", "public", "snmp")
"""Factory users of version 3; ``initial`` comes from RFC 3414, appendix A."""
POOL: Final = 5
"""Names tried at once; a device that is flooded drops datagrams, which its controls then show."""
WALK_LIMIT: Final = 48
WALK_FROM: Final = "1.3.6.1.2.1"
MAX_ENDPOINTS: Final = 8


class SnmpProbe(Probe):
    """Reads with published names; writes nothing."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Gentle; needs the services."""
        return ProbeDeclaration(
            name=ProbeName("snmp"),
            version=1,
            summary="what SNMP agents let read under published communities and users",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("services"),),
            impact=Impact.GENTLE,
            timeout_s=180,
            estimate_s=3,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Write ``inputs.jsonl`` and one ``udp-<port>.jsonl`` an endpoint.

        Raises:
            BenchFault: no network link, or no services facts.
        """
        link, services = network_of(context), needed(context, ServicesFacts)
        ports = _endpoints(services)
        with context.journal(INPUTS) as journal:
            journal.record(
                "inputs",
                address=link.address,
                ports=ports[:MAX_ENDPOINTS],
                not_asked=ports[MAX_ENDPOINTS:],
                seed=context.seed,
                communities=list(COMMUNITIES),
                users=list(USERS),
                walk_limit=WALK_LIMIT,
            )
        for port in ports[:MAX_ENDPOINTS]:
            _examine(context, link, port)


def _endpoints(services: ServicesFacts) -> list[int]:
    """The usual port, which is silent to strangers, and wherever SNMP was confirmed."""
    confirmed = {
        service.endpoint.port
        for service in services.services
        if service.protocol == SNMP and service.endpoint.transport == "udp"
    }
    return [USUAL_PORT, *sorted(confirmed - {USUAL_PORT})]


def _examine(context: ProbeContext, link: NetworkLink, port: int) -> None:
    with context.journal(f"udp-{port}.jsonl") as journal:
        asker = Asker(context, link, journal, port)
        engine = asker.discover("discovery", 0)
        if engine is None and asker.closed:
            return
        _Examination(context, asker, engine).run()


class _Examination:
    """All questions to one endpoint that is not closed."""

    def __init__(self, context: ProbeContext, asker: Asker, discovered: Message | None) -> None:
        self._asker = asker
        self._random = "cb" + sha256_hex(f"snmp {context.seed}".encode())[:14]
        self._has_engine = discovered is not None and bool(discovered.engine_id)
        self._readers: list[Name] = []
        if discovered is not None and self._has_engine:
            asker.engine = Engine(discovered.engine_id, discovered.boots, discovered.time_s)

    def run(self) -> None:
        """Communities, users, then what the first name that reads can see."""
        names = [
            Name(version, text, source)
            for text, source in self._names(COMMUNITIES)
            for version in (V2C, V1)
        ]
        silent = self._try_all(names, first=1)
        if silent and self._readers and not self._has_engine:
            # Only now is there a question that the agent is known to answer.
            self._try_all(silent, first=1 + len(names), control=self._readers[0])
        if self._has_engine:
            users = [Name(V3, text, source) for text, source in self._names(USERS)]
            self._try_all(users, first=1000)
        if self._readers:
            self._look_around(self._readers[0])

    def _names(self, published: tuple[str, ...]) -> list[tuple[str, str]]:
        # The made-up name comes last: should it annoy the agent, the others were tried before.
        listed = [(name, NameSource.PUBLISHED.value) for name in published]
        return [*listed, (self._random, NameSource.RANDOM.value)]

    def _try_all(self, names: list[Name], first: int, control: Name | None = None) -> list[Name]:
        """Try every name, a few at once; those that got no answer."""
        with ThreadPoolExecutor(POOL, thread_name_prefix="snmp") as pool:
            pending = [
                pool.submit(self._try, first + place, name, control)
                for place, name in enumerate(names)
            ]
            answers = [future.result() for future in pending]
        paired = list(zip(names, answers, strict=True))
        self._readers += [name for name, answer in paired if answer is not None and answer.values]
        return [name for name, answer in paired if answer is None]

    def _try(self, trial: int, name: Name, control: Name | None) -> Message | None:
        objects = [SYS_DESCR] if name.version == V1 else _IDENTITY
        answer = self._asker.get("name", trial, name, *objects)
        if answer is not None:
            # Another question must agree: a single datagram proves little.
            self._asker.get_next("confirm", trial, name, SYSTEM)
        if self._has_engine:
            self._asker.discover("control", trial)
        elif control is not None:
            self._asker.get("control", trial, control, SYS_DESCR)
        return answer

    def _look_around(self, name: Name) -> None:
        """Read the system group, and count what else is there."""
        self._asker.get("system", 0, name, *_GROUP[: 1 if name.version == V1 else None])
        at = WALK_FROM
        for _ in range(WALK_LIMIT):
            answer = self._asker.get_next("walk", 0, name, at)
            if answer is None or not answer.values or not _behind(at, answer.values[0].name):
                break
            at = answer.values[0].name


_IDENTITY: Final = (SYS_DESCR, SYS_OBJECT_ID, SYS_NAME, SYS_UP_TIME)
_GROUP: Final = (*_IDENTITY, SYS_CONTACT, SYS_LOCATION)


def _behind(before: str, after: str) -> bool:
    """Whether the walk went on: an agent that goes round in circles would never end."""
    return [int(arc) for arc in after.split(".")] > [int(arc) for arc in before.split(".")]


PROBE: Probe = SnmpProbe()
