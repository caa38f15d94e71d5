"""How the SNMP probes ask: one datagram a question, every one recorded, silence asked again."""

import threading
from dataclasses import dataclass
from itertools import count
from typing import Final

from harness.bench.network_link import Connected, NetworkLink
from harness.encoding.canonical import sha256_hex
from harness.interpret import snmp_messages
from harness.interpret.snmp_messages import V3, Engine, Message
from harness.probes.base import CaptureJournal, ProbeContext

PATIENCE_S: Final = (0.5, 1.5)
"""How long each try waits: a datagram may be lost, and an agent may be slow."""
FIRST_NUMBER: Final = 0x10000000


@dataclass(frozen=True)
class Name:
    """A community, or a user of version 3; ``source`` as in `harness.facts.snmp`."""

    version: str
    text: str
    source: str


class Asker:
    """Asks one endpoint. Safe for several threads.

    Attributes:
        engine: what requests of version 3 name; empty until it was discovered.
        closed: the host said at least once that nothing listens there.
    """

    def __init__(
        self, context: ProbeContext, link: NetworkLink, journal: CaptureJournal, port: int
    ) -> None:
        """Ask ``port`` over ``link`` and record into ``journal``."""
        self._context = context
        self._link = link
        self._journal = journal
        self._port = port
        self._lock = threading.Lock()
        drawn = int(sha256_hex(f"snmp {context.seed} {port}".encode())[:6], 16)
        self._numbers = count(FIRST_NUMBER + drawn)
        self.engine = Engine()
        self.closed = False

    def discover(self, step: str, trial: int) -> Message | None:
        """Ask for the engine (RFC 3414, section 4); any agent of version 3 tells it."""
        return self._ask(step, trial, Name(V3, "", "none"), snmp_messages.GET, (), Engine())

    def get(self, step: str, trial: int, name: Name, *objects: str) -> Message | None:
        """Read objects."""
        return self._ask(
            step, trial, name, snmp_messages.GET, snmp_messages.empty(*objects), self.engine
        )

    def get_next(self, step: str, trial: int, name: Name, after: str) -> Message | None:
        """Read the object behind ``after``."""
        return self._ask(
            step, trial, name, snmp_messages.GET_NEXT, snmp_messages.empty(after), self.engine
        )

    def set(
        self, step: str, trial: int, name: Name, value: snmp_messages.Binding
    ) -> Message | None:
        """Write one object."""
        return self._ask(step, trial, name, snmp_messages.SET, (value,), self.engine)

    def _ask(
        self,
        step: str,
        trial: int,
        name: Name,
        pdu: int,
        bindings: tuple[snmp_messages.Binding, ...],
        engine: Engine,
    ) -> Message | None:
        for patience_s in PATIENCE_S:
            self._context.check_time()
            with self._lock:
                number = next(self._numbers)
            if name.version == V3:
                names = tuple(entry.name for entry in bindings)
                sent = snmp_messages.user_request(name.text, engine, pdu, number, names)
            else:
                sent = snmp_messages.community_request(
                    name.version, name.text, pdu, number, bindings
                )
            outcome, received = self._link.udp(self._port, sent, patience_s)
            self._record(step, trial, name, sent, outcome, received)
            answer = snmp_messages.answers(sent, received)
            if answer is not None:
                return answer
            if outcome is Connected.REFUSED:
                break
        return None

    def _record(
        self,
        step: str,
        trial: int,
        name: Name,
        sent: bytes,
        outcome: Connected,
        received: bytes,
    ) -> None:
        with self._lock:
            self.closed = self.closed or outcome is Connected.REFUSED
            self._journal.record(
                "datagram",
                step=step,
                trial=trial,
                version=name.version,
                name=name.text,
                source=name.source,
                sent=sent,
                outcome=outcome.value,
                received=received,
            )
