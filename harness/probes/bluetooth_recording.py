"""What the Bluetooth probes share: the adapter, its capture and the journal of steps.

The capture holds every HCI packet; the journal says which step of the probe each belongs to, by the
number of packets that had passed when the step began.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from harness.bench.bluetooth_link import BluetoothLink, Connection, Heard, Radio
from harness.encoding import btsnoop
from harness.encoding.clock import steady_us
from harness.errors import BenchFault
from harness.interpret.base import INPUTS
from harness.interpret.bluetooth.payloads import is_match
from harness.interpret.bluetooth.steps import CAPTURE, STEPS
from harness.probes.base import CaptureJournal, ProbeContext

FIND_S: Final = 8.0
CONNECT_S: Final = (0.5, 3.0, 5.0)
"""How long each try to connect lasts. A short one first: an address may change between being heard
and being called, and then nobody answers however long one waits."""


def bluetooth_of(context: ProbeContext) -> BluetoothLink:
    """The sample's way over Bluetooth. Raises BenchFault if it has none."""
    link = context.sample.bluetooth
    if link is None:
        raise BenchFault("the sample has no Bluetooth link")
    return link


@dataclass
class Session:
    """An adapter that a probe owns, with what it records."""

    context: ProbeContext
    link: BluetoothLink
    radio: Radio
    journal: CaptureJournal
    count: Callable[[], int]

    def step(self, name: str, **fields: object) -> None:
        """Say what the packets from here on are for."""
        self.context.check_time()
        self.journal.record("step", name=name, packet=self.count(), **fields)

    def find(self) -> Heard | None:
        """Look for the DUT."""

        def is_dut(heard: Heard) -> bool:
            return any(is_match(payload, self.link.match) for payload in heard.payloads)

        return self.radio.find(is_dut, FIND_S)

    def connect(self) -> Connection | None:
        """Connect to the DUT wherever it is now; None if it does not answer."""
        for timeout_s in CONNECT_S:
            self.context.check_time()
            heard = self.find()
            if heard is None:
                return None
            made = self.radio.connect(heard.address, timeout_s)
            if made is not None:
                return made
        return None

    @contextlib.contextmanager
    def connected(self, name: str, **fields: object) -> Iterator[Connection | None]:
        """A connection for one step, closed behind it."""
        self.step(name, **fields)
        connection = self.connect()
        try:
            yield connection
        finally:
            if connection is not None:
                connection.close()


@contextlib.contextmanager
def recorded(context: ProbeContext, **inputs: object) -> Iterator[Session]:
    """Own the adapter, and record what passes.

    Args:
        context: of the attempt.
        inputs: what the interpreter must know, beside what it always must.

    Raises:
        BenchFault: no Bluetooth on this bench, or its adapter cannot be opened.
    """
    link = bluetooth_of(context)
    with context.journal(INPUTS) as journal:
        journal.record(
            "inputs",
            seed=str(context.seed),
            transport=link.transport,
            match=link.match,
            fakes=list(link.fakes),
            **inputs,
        )
    with (
        context.stream(CAPTURE, btsnoop.SCHEMA_NAME, btsnoop.header()) as capture,
        context.journal(STEPS) as steps,
    ):
        passed, now_us = 0, steady_us()

        def record(data: bytes, sent: bool) -> None:  # noqa: FBT001  (a callback's shape)
            nonlocal passed
            if data:
                capture.write(btsnoop.record(data, sent=sent, at_us=now_us()))
                passed += 1

        with link.take(record) as radio:
            context.tool("bumble", link.library)
            yield Session(context, link, radio, steps, lambda: passed)
