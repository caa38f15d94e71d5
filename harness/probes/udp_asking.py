"""Asks UDP servers that ``services`` confirmed, a question at a time (`interpret.udp_servers`)."""

from collections.abc import Iterator
from typing import Final

from harness.bench.network_link import Connected, Datagram, NetworkLink
from harness.facts.services import ServicesFacts
from harness.interpret.base import INPUTS
from harness.probes.base import CaptureJournal, ProbeContext, needed, network_of

MAX_SERVERS: Final = 8
ANSWER_S: Final = 1.0
MORE_S: Final = 0.2
"""How long a further datagram of the same answer may take."""
MAX_ANSWERS: Final = 32
TRIES: Final = 2


class UdpAsker:
    """Questions to one port, every datagram in its journal."""

    def __init__(
        self, context: ProbeContext, link: NetworkLink, journal: CaptureJournal, port: int
    ) -> None:
        """Ask ``port`` of ``link``."""
        self._context = context
        self._link = link
        self._journal = journal
        self.port = port

    def ask(self, step: str, question: bytes) -> list[bytes]:
        """The answers, all datagrams of them; asked twice before silence is believed."""
        for _ in range(TRIES):
            self._context.check_time()
            with self._link.datagrams() as datagrams:
                datagrams.send(self.port, question)
                found = datagrams.receive(ANSWER_S)
                self._record(step, question, found)
                answers: list[bytes] = []
                while found.outcome is Connected.OPEN and len(answers) < MAX_ANSWERS:
                    answers.append(found.data)
                    found = datagrams.receive(MORE_S)
                    if found.outcome is Connected.OPEN:
                        self._record(step, question, found)
            if answers:
                return answers
        return []

    def _record(self, step: str, question: bytes, found: Datagram) -> None:
        self._journal.record(
            "exchange",
            step=step,
            sent=question,
            outcome=found.outcome.value,
            received=found.data,
        )


def askers(context: ProbeContext, protocol: str) -> Iterator[UdpAsker]:
    """An asker for each UDP server of ``protocol``, its journal open meanwhile.

    Writes ``inputs.jsonl`` first, also when there is no server.

    Raises:
        BenchFault: no network link, or no services facts.
    """
    link, services = network_of(context), needed(context, ServicesFacts)
    ports = [
        service.endpoint.port
        for service in services.services
        if service.protocol == protocol and service.endpoint.transport == "udp"
    ][:MAX_SERVERS]
    with context.journal(INPUTS) as journal:
        journal.record("inputs", address=link.address, udp=ports, seed=context.seed)
    for port in ports:
        with context.journal(f"udp-{port}.jsonl") as journal:
            yield UdpAsker(context, link, journal, port)
