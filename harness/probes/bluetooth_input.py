"""Probe ``bluetooth-input``: malformed units of ATT, SMP and L2CAP, a good request after each.

Silence after a malformed unit proves nothing: many stacks drop what they can't read. So after each
one a request that was answered before is sent again, on the same link or on a new one.
"""

import contextlib
import random  # noqa: TID251  (seeded: the same units must come again)
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from harness.bench.bluetooth_link import Connection, HandsError
from harness.interpret.bluetooth.attributes import Opcode
from harness.interpret.bluetooth.links import ATTRIBUTES, SECURITY, SIGNALLING
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact, Lock
from harness.probes.base import Probe, ProbeContext
from harness.probes.bluetooth_recording import Session, recorded

GOOD_REQUEST: Final = bytes([Opcode.READ, 0x03, 0x00])
"""Reads the value behind the first declaration: the device name, on most devices."""
UNITS: Final = 48
_RECOVERIES: Final = 3
_SETTLE_S: Final = 0.3
_MAX_LONGER: Final = 22

_GROUND: Final[tuple[tuple[int, bytes], ...]] = (
    (ATTRIBUTES, bytes.fromhex("0a0300")),
    (ATTRIBUTES, bytes.fromhex("100100ffff0028")),
    (ATTRIBUTES, bytes.fromhex("080100ffff0328")),
    (ATTRIBUTES, bytes.fromhex("02ffff")),
    (ATTRIBUTES, bytes.fromhex("0c0300ffff")),
    (ATTRIBUTES, bytes.fromhex("200100")),
    (SECURITY, bytes.fromhex("0103000d100707")),
    (SECURITY, bytes.fromhex("03") + bytes(16)),
    (SECURITY, bytes.fromhex("0c") + bytes(64)),
    (SECURITY, bytes.fromhex("0d") + bytes(16)),
    (SIGNALLING, bytes.fromhex("010102000000")),
    (SIGNALLING, bytes.fromhex("1201080006000c000000ffff")),
    (SIGNALLING, bytes.fromhex("14010a0025004000170017000100")),
    (SIGNALLING, bytes.fromhex("0601ffff")),
)
"""Good units, without any that writes, from which the malformed ones are made."""
_FIRST: Final[tuple[tuple[int, bytes], ...]] = (
    (ATTRIBUTES, bytes.fromhex("0a")),
    (ATTRIBUTES, bytes.fromhex("0a03")),
    (SECURITY, bytes.fromhex("0103")),
    (SECURITY, bytes.fromhex("ee")),
    (SIGNALLING, bytes.fromhex("0101ffff")),
)
"""Sent in any case: too short, unknown, and a length that is not there."""
_METHOD: Final = 0x3F
_WRITES: Final = frozenset({0x12, 0x16, 0x18})
"""Methods; whatever the two flags of an opcode say, some take it for that (Part F, 3.3.1)."""


def malformed(seed: int) -> Iterator[tuple[int, bytes]]:
    """Channel and unit, the same for the same seed; none of them writes anything."""
    yield from _FIRST
    # Not for secrets: the same units must come again when somebody repeats the attempt.
    draw = random.Random(seed)  # noqa: S311
    for _ in range(UNITS - len(_FIRST)):
        channel, good = draw.choice(_GROUND)
        unit = bytearray(good)
        match draw.randrange(4):
            case 0:
                unit = unit[: draw.randrange(1, len(unit) + 1)]
            case 1:
                unit += draw.randbytes(draw.randrange(1, _MAX_LONGER))
            case 2:
                unit[draw.randrange(len(unit))] = draw.randrange(256)
            case _:
                unit[0] = draw.randrange(256)
        if channel == ATTRIBUTES and unit[0] & _METHOD in _WRITES:
            unit[0] = Opcode.READ
        yield channel, bytes(unit)


class BluetoothInputProbe(Probe):
    """Sends malformed units and looks whether the sample still answers good ones."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Intrusive: a weak sample may restart; alone with it, after the pairings."""
        return ProbeDeclaration(
            name=ProbeName("bluetooth-input"),
            version=2,
            summary="malformed Bluetooth LE protocol units, each followed by a good request",
            capabilities=(Capability.BLUETOOTH,),
            after=(ProbeName("bluetooth-pairing"),),
            impact=Impact.INTRUSIVE,
            locks=(Lock.AUTHENTICATION, Lock.DISTURBANCE),
            timeout_s=300.0,
            estimate_s=5.0,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Record every unit and what the good request after it met.

        Raises:
            BenchFault: no Bluetooth, or the adapter cannot be opened.
        """
        with recorded(context, units=UNITS) as session:
            _Trial(session).run(context.seed)


@dataclass
class _Trial:
    """One connection after the other, as long as the sample comes back."""

    session: Session
    connection: Connection | None = None

    def run(self, seed: int) -> None:
        """Send all units, or end at the one that the sample did not survive."""
        self.session.step("control")
        if not self._answers():
            return
        for channel, unit in malformed(seed):
            connection = self._connected()
            self.session.step("malformed", channel=channel, unit=unit)
            if connection is not None and not connection.send(channel, unit):
                # It hung up at the unit before, and that showed only now.
                connection = self._connected()
                if connection is not None:
                    connection.send(channel, unit)
            self.session.step("good", channel=channel)
            if not self._recovers():
                self._hang_up()
                self._wake()
                return
        # What met the last good request may have been the answer to the unit before it: once more,
        # when everything has come.
        time.sleep(_SETTLE_S)
        self._answers()
        # What comes on a new link can't be the late answer to anything on the old one.
        self._hang_up()
        self.session.step("last")
        self._recovers()
        self._hang_up()

    def _wake(self) -> None:
        """Let somebody bring the sample back: it may only have gone to sleep."""
        hands = self.session.link.hands
        if hands is None:
            return
        with contextlib.suppress(HandsError):
            hands.press_button()
            self.session.step("woken")
            self._recovers()
            self._hang_up()

    def _recovers(self) -> bool:
        """Whether the sample answers a good request, on this link or on a new one."""
        for _ in range(_RECOVERIES):
            if self._answers():
                return True
            self._hang_up()
        return False

    def _hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _answers(self) -> bool:
        self.session.context.check_time()
        connection = self._connected()
        return connection is not None and connection.request(GOOD_REQUEST) is not None

    def _connected(self) -> Connection | None:
        if self.connection is None or not self.connection.is_open:
            self.connection = self.session.connect()
        return self.connection


PROBE: Probe = BluetoothInputProbe()
