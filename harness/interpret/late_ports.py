"""The last look of a visit in, what is open now and was not before out (pure)."""

import re
from collections.abc import Iterator
from typing import Final, Literal

from harness.facts.base import Endpoint, NotExamined
from harness.facts.late_ports import LatePortsFacts
from harness.facts.ports import PortsFacts, PortState
from harness.facts.services import Service, ServicesFacts
from harness.interpret import ports as ports_reader
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.port_ranges import PortSet
from harness.interpret.services import tcp_service, udp_service, understood, unread
from harness.model.ids import ProbeName

_ASKED: Final = re.compile(r"(tcp|udp)-([1-9][0-9]{0,4})\.jsonl")
_LAST_PORT: Final = 65535


def interpret(captures: CaptureReader, upstream: Upstream) -> LatePortsFacts:
    """Read the scan as the ports interpreter does, and the questions as the services one.

    Raises:
        CaptureError: the scan or a journal cannot be read, or there was no earlier look.
    """
    before, known = upstream.get(PortsFacts), upstream.get(ServicesFacts)
    now = ports_reader.interpret(captures, Upstream({}))
    earlier = _open(before) | {service.endpoint.name for service in known.services}
    services, missed, whole = _asked(captures, now.address)
    asked = {service.endpoint.name for service in services}
    unasked = sorted(_open(now, "tcp") - earlier - asked - {gap.target for gap in missed})
    missed += [NotExamined(target=name, reason="it was not asked") for name in unasked]
    return LatePortsFacts(
        address=now.address,
        alive=now.alive,
        ports=now.ports,
        services=tuple(services),
        gone=tuple(sorted(_open(before) & _closed(now))),
        examined=(*now.examined, *sorted(understood(services, missed))),
        not_examined=(*now.not_examined, *missed),
        complete=now.complete and whole,
    )


def _open(facts: PortsFacts, transport: str = "") -> set[str]:
    """Endpoints that were open in a look, and perhaps not in the next."""
    return {
        port.endpoint.name
        for port in facts.ports
        if port.state is not PortState.OPEN_OR_FILTERED and port.endpoint.name.startswith(transport)
    }


def _closed(now: PortsFacts) -> set[str]:
    """Endpoints of the examined ranges that are not among the ports."""
    listed = {port.endpoint.name for port in now.ports}
    found = set()
    for transport in ("tcp", "udp"):
        spans = [name[4:] for name in now.examined if name.startswith(f"{transport}/")]
        found |= {f"{transport}/{port}" for port in PortSet.parse(",".join(spans))}
    return found - listed


def _asked(captures: CaptureReader, address: str) -> tuple[list[Service], list[NotExamined], bool]:
    """Services that answered, TCP ports that did not, and whether every journal ended well."""
    services: list[Service] = []
    missed: list[NotExamined] = []
    whole = True
    for transport, port in _targets(captures):
        name = f"{transport}-{port}.jsonl"
        endpoint = Endpoint(address=address, transport=transport, port=port)
        found = (tcp_service if transport == "tcp" else udp_service)(captures, name, endpoint)
        whole = whole and captures.journal(name).complete
        if isinstance(found, Service):
            services.append(found)
            missed += unread(captures, name, found)
        elif transport == "tcp":  # silence of a UDP port is no sign of a service
            missed.append(found)
    return services, missed, whole


def _targets(captures: CaptureReader) -> Iterator[tuple[Literal["tcp", "udp"], int]]:
    for name in sorted(captures.names):
        match = _ASKED.fullmatch(name)
        if match and int(match[2]) <= _LAST_PORT:
            yield ("tcp" if match[1] == "tcp" else "udp"), int(match[2])


INTERPRETER = Interpreter(ProbeName("late-ports"), 1, LatePortsFacts, interpret)
