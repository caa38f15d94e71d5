"""Probe ``bluetooth-classic``: who answers inquiries, what is served, and how a sample pairs.

It begins with what needs nobody: whether the sample can be discovered, what its service records
tell, what opens without a pairing, and whether it pairs with whoever asks. Then, with a person's or
a script's hands at the sample, it pairs: so that nobody makes sure of the other, by comparison,
and, as a device of before Bluetooth 2.1 would, by PIN.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from harness.bench.bluetooth_link import Hands, Recorder
from harness.bench.classic_link import (
    ClassicConnection,
    ClassicLink,
    ClassicOffer,
    ClassicRadio,
    Services,
)
from harness.encoding import btsnoop
from harness.encoding.clock import steady_us
from harness.errors import BenchFault
from harness.interpret.base import INPUTS
from harness.interpret.bluetooth.classic_steps import Name
from harness.interpret.bluetooth.steps import CAPTURE, STEPS
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.radio import Faked
from harness.model.states import Capability, Impact, Lock
from harness.probes.base import CaptureJournal, Probe, ProbeContext

INQUIRY_S: Final = 5.12
"""Two of them are as long as an inquiry should be (Core, Vol 3, Part C, appendix A)."""
_CONNECT_S: Final = 6.0
_SETTLE_S: Final = 0.2
"""For the DUT to notice that a link ended, before somebody touches it."""
_MISSED: Final = 2
_MARGIN_S: Final = 0.5
"""An answer was on its way before it was known here."""
_MOST_PAUSE_S: Final = 30.0
_PARTS: Final = 4
_CHANNELS: Final = tuple(range(1, 31))
_YES_NO: Final = 1
_KEYBOARD: Final = 2
_NOTHING: Final = 3
_COMPARISON: Final = ClassicOffer(_YES_NO)
_PINS: Final = ("0000", "1234")
"""Those that everybody tries first."""


class BluetoothClassicProbe(Probe):
    """Asks, connects and pairs over Classic."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Intrusive: it makes and breaks bonds; alone with the sample."""
        return ProbeDeclaration(
            name=ProbeName("bluetooth-classic"),
            version=1,
            summary="pairs over Bluetooth Classic, and opens what it serves",
            capabilities=(Capability.BLUETOOTH_CLASSIC,),
            after=(ProbeName("bluetooth-advertising"), ProbeName("bluetooth-pairing")),
            impact=Impact.INTRUSIVE,
            locks=(Lock.AUTHENTICATION,),
            timeout_s=1800.0,
            estimate_s=30.0,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Record every step.

        Raises:
            BenchFault: no Classic, or the adapter or the hands at the sample failed.
        """
        link = context.sample.classic
        if link is None:
            raise BenchFault("the sample has no Bluetooth Classic link")
        with _recorded(context, link) as session:
            with session.radio() as radio:
                tour = _Tour(session, radio)
                tour.unasked()
                if link.hands is not None and session.address:
                    _attend(tour, link.hands)
            if link.hands is not None and session.address and not session.fakes_pins:
                session.legacy(link.hands)


@dataclass
class _Session:
    """What is recorded, and where the sample is.

    Attributes:
        address: of the sample; ``""`` until it is known.
    """

    context: ProbeContext
    link: ClassicLink
    journal: CaptureJournal
    recorder: Recorder
    passed: int = 0
    address: str = ""

    @property
    def fakes_pins(self) -> bool:
        """The radio only pretends to pair by PIN."""
        return Faked.LEGACY_PIN.value in self.link.fakes

    def step(self, name: str) -> None:
        """Say what the packets from here on are for."""
        self.context.check_time()
        self.journal.record("step", name=name, packet=self.passed, address=self.address)

    @contextlib.contextmanager
    def radio(self, *, simple_pairing: bool = True) -> Iterator[ClassicRadio]:
        """Own the adapter."""
        with self.link.take_classic(self._record, simple_pairing=simple_pairing) as radio:
            yield radio

    def legacy(self, hands: Hands) -> None:
        """Pair as a device of before Bluetooth 2.1, with the PINs that everybody tries."""
        with self.radio(simple_pairing=False) as radio:
            for pin in _PINS:
                hands.forget_bonds()
                hands.press_button()
                offer = ClassicOffer(_KEYBOARD, mitm=False, pin=pin)
                with self.connected(radio, Name.PIN) as connection:
                    if connection is not None and connection.pair(offer, hands):
                        break
        hands.forget_bonds()

    @contextlib.contextmanager
    def connected(self, radio: ClassicRadio, name: str) -> Iterator[ClassicConnection | None]:
        """A connection for one step, closed behind it."""
        self.step(name)
        connection = radio.connect(self.address, _CONNECT_S)
        try:
            yield connection
        finally:
            if connection is not None:
                connection.close()
                time.sleep(_SETTLE_S)

    def _record(self, data: bytes, sent: bool) -> None:  # noqa: FBT001  (a callback's shape)
        if data:
            self.recorder(data, sent)
            self.passed += 1


@dataclass
class _Tour:
    """The steps, in their order."""

    session: _Session
    radio: ClassicRadio
    services: Services = Services()  # noqa: RUF009  (it is frozen)

    def unasked(self) -> None:
        """What needs nobody at the sample."""
        self._discover()
        if not self.session.address:
            return
        with self.session.connected(self.radio, Name.OPEN) as connection:
            if connection is not None:
                self.services = connection.services()
                others = [each for each in _CHANNELS if each not in self.services.channels]
                connection.open_channels((*self.services.channels, *others))
                for psm in self.services.psms:
                    connection.open_psm(psm)
        with self.session.connected(self.radio, Name.OUTSIDE) as connection:
            if connection is not None:
                connection.pair(_COMPARISON, None)

    def attended(self, hands: Hands) -> None:
        """What needs somebody at the sample."""
        hands.forget_bonds()
        hands.press_button()
        self._inquire(Name.IN_MODE)
        with self.session.connected(self.radio, Name.JUST_WORKS) as connection:
            if connection is not None:
                connection.pair(ClassicOffer(_NOTHING, mitm=False), hands)
        hands.forget_bonds()
        hands.press_button()
        with self.session.connected(self.radio, Name.COMPARISON) as connection:
            if connection is not None and connection.pair(_COMPARISON, hands):
                connection.open_channels(self.services.channels)
                for psm in self.services.psms:
                    connection.open_psm(psm)
        hands.forget_bonds()

    def _discover(self) -> None:
        """Ask for as long as somebody's pairing window may stay open, or until nobody answers."""
        session, missed, ends = self.session, 0, 0.0
        window_s = session.link.window_s
        while missed < _MISSED:
            found = self._inquire(Name.INQUIRY)
            missed = 0 if found else missed + 1
            if not found:
                continue
            now = time.monotonic()
            ends = ends or now + window_s + _MARGIN_S
            if now >= ends:
                break
            time.sleep(min(_MOST_PAUSE_S, window_s / _PARTS))
        session.address = session.address or session.link.classic_address

    def _inquire(self, name: str) -> bool:
        """Ask who is there; whether the sample answered."""
        session = self.session
        session.step(name)
        wanted = session.link.match["name"]
        known = session.address or session.link.classic_address

        def is_dut(address: str, name: str) -> bool:
            return address == known if known else bool(wanted) and name == wanted

        found = self.radio.inquire(is_dut, INQUIRY_S)
        session.address = session.address or found or ""
        return found is not None


def _attend(tour: _Tour, hands: Hands) -> None:
    """What needs somebody; a radio that only pretends PINs may hang after the first one."""
    try:
        tour.attended(hands)
    except BenchFault as fault:
        if not tour.session.fakes_pins:
            raise
        tour.session.journal.record("fault", why=str(fault))


@contextlib.contextmanager
def _recorded(context: ProbeContext, link: ClassicLink) -> Iterator[_Session]:
    with context.journal(INPUTS) as journal:
        journal.record(
            "inputs",
            seed=str(context.seed),
            transport=link.transport,
            match=link.match,
            fakes=list(link.fakes),
            classic_address=link.classic_address,
            window_ms=round(link.window_s * 1000),
            attended=link.hands is not None,
        )
    with (
        context.stream(CAPTURE, btsnoop.SCHEMA_NAME, btsnoop.header()) as capture,
        context.journal(STEPS) as steps,
    ):
        now_us = steady_us()

        def record(data: bytes, sent: bool) -> None:  # noqa: FBT001  (a callback's shape)
            capture.write(btsnoop.record(data, sent=sent, at_us=now_us()))

        context.tool("bumble", link.library)
        yield _Session(context, link, steps, record)


PROBE: Probe = BluetoothClassicProbe()
