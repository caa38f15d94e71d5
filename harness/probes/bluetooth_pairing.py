"""Probe ``bluetooth-pairing``: how a sample pairs, and what each level of security opens.

It begins with what needs nobody: what is open without a pairing, and whether the sample pairs with
whoever asks. Then, with a person's or a script's hands at the sample, it pairs in every way that
there is, reads every value on each level, and tries what must not work: another key, another
passkey, another bond. A value is written only as it was read, or as the supplier agreed to.
"""

import contextlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from typing_extensions import override

from harness.bench.bluetooth_link import Bond, Connection, Hands, HandsError, Offer
from harness.interpret.bluetooth import attributes
from harness.interpret.bluetooth.attributes import Opcode
from harness.interpret.bluetooth.moves import LEFT_MODE, NOT_DONE, PRESSED, READ
from harness.interpret.bluetooth.pairing import WITNESS
from harness.interpret.bluetooth.security import Capability as Io
from harness.interpret.bluetooth.security import Code, Failure, Wants
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact, Lock
from harness.probes.base import CaptureJournal, Probe, ProbeContext
from harness.probes.bluetooth_recording import Session, bluetooth_of, recorded

WRONG_PASSKEYS: Final = 6
MAX_CHARACTERISTICS: Final = 200
GOOD_REQUEST: Final = bytes([Opcode.READ, 0x03, 0x00])
"""Reads the value behind the first declaration: the device name, on most devices."""
_SETTLE_S: Final = 0.3
_LONGEST_WAIT_S: Final = 120.0
_SAY_THEMSELVES: Final = frozenset(
    {
        Failure.PASSKEY_ENTRY_FAILED,
        Failure.CONFIRM_VALUE_FAILED,
        Failure.DHKEY_CHECK_FAILED,
        Failure.REPEATED_ATTEMPTS,
    }
)
"""Ends of a pairing with a wrong passkey that are no sign of a pairing mode that is over."""
_MAX_VALUE: Final = 20
"""What fits a Write Request at the smallest unit size (Core, Vol 3, Part F, 3.2.8)."""
_LAST_HANDLE: Final = 0xFFFF
_SECURITY: Final = 0x0006
_KEYS: Final = 0x03
_UNSPECIFIED: Final = 0x08
_PRIMARY: Final = 0x2800
_DECLARATION: Final = 0x2803
_SECURE: Final = Wants.BONDING | Wants.MITM | Wants.SECURE_CONNECTIONS

DRY: Final[dict[str, tuple[int, bool, Wants, int]]] = {
    "just-works-legacy": (Io.NOTHING, False, Wants.BONDING, 16),
    "passkey-legacy": (Io.KEYBOARD_DISPLAY, False, Wants.BONDING | Wants.MITM, 16),
    "just-works": (Io.NOTHING, False, Wants.BONDING | Wants.SECURE_CONNECTIONS, 16),
    "passkey": (Io.KEYBOARD_DISPLAY, False, _SECURE, 16),
    "comparison": (Io.DISPLAY_YES_NO, False, _SECURE, 16),
    "key-7": (Io.KEYBOARD_DISPLAY, False, _SECURE, 7),
    "key-15": (Io.KEYBOARD_DISPLAY, False, _SECURE, 15),
    "tag": (Io.KEYBOARD_DISPLAY, True, _SECURE, 16),
    "key-6": (Io.KEYBOARD_DISPLAY, False, _SECURE, 6),
    "unknown-capability": (9, False, _SECURE, 16),
}
"""Requests that are looked at and then given up; the last two are not allowed (Part H, 3.5.1)."""

OFFERS: Final[dict[str, Offer]] = {
    "just-works-legacy": Offer(Io.NOTHING, secure_connections=False, mitm=False),
    "just-works": Offer(Io.NOTHING, mitm=False),
    "passkey-legacy": Offer(Io.KEYBOARD_ONLY, secure_connections=False),
    "key-7": Offer(Io.KEYBOARD_ONLY, key_size=7),
    "key-15": Offer(Io.KEYBOARD_ONLY, key_size=15),
    "passkey-shown": Offer(Io.KEYBOARD_ONLY),
    "passkey-shown-again": Offer(Io.KEYBOARD_ONLY),
    "passkey-typed": Offer(Io.DISPLAY_ONLY),
    "comparison": Offer(Io.DISPLAY_YES_NO),
}
"""Pairings that are carried through. The weak ones come first: what they open must be known."""
_IF_AGREED: Final = frozenset({"key-15"})
"""Carried through only by a sample that agreed to the request: what refuses that takes no less."""


class BluetoothPairingProbe(Probe):
    """Pairs in every way, and tries what each way opens."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Intrusive: it makes and breaks bonds; alone with the sample."""
        return ProbeDeclaration(
            name=ProbeName("bluetooth-pairing"),
            version=1,
            summary="pairs over Bluetooth LE, and reads every value on each level of security",
            capabilities=(Capability.BLUETOOTH,),
            after=(ProbeName("bluetooth-advertising"),),
            impact=Impact.INTRUSIVE,
            locks=(Lock.AUTHENTICATION,),
            timeout_s=3600.0,
            estimate_s=15.0,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Record every step.

        Raises:
            BenchFault: no Bluetooth, or the adapter or the hands at the sample failed.
        """
        link = bluetooth_of(context)
        writes = {uuid: value.hex() for uuid, value in link.safe_writes.items()}
        attended = link.hands is not None
        with recorded(context, safe_writes=writes, attended=attended) as session:
            tour = _Tour(session)
            tour.unasked()
            if link.hands is not None:
                # Without whom a move was not made stands in the journal; the rest decides nothing.
                with contextlib.suppress(HandsError):
                    tour.attended(_RecordingHands(link.hands, session.journal))


class _RecordingHands(Hands):
    """Hands whose every move stands in the journal, those that were not made, too."""

    def __init__(self, hands: Hands, journal: CaptureJournal) -> None:
        self._hands = hands
        self._journal = journal

    @contextlib.contextmanager
    def _noted(self, did: str) -> Iterator[dict[str, object]]:
        """Record the move with what is put into the yielded dict."""
        more: dict[str, object] = {}
        try:
            yield more
        except HandsError as error:
            self._journal.record("hands", did=NOT_DONE, move=did, why=error.why)
            raise
        self._journal.record("hands", did=did, **more)

    @override
    def press_button(self) -> None:
        with self._noted(PRESSED):
            self._hands.press_button()

    @override
    def leave_pairing_mode(self) -> None:
        with self._noted(LEFT_MODE):
            self._hands.leave_pairing_mode()

    @override
    def read_display(self, timeout_s: float) -> str:
        with self._noted(READ) as more:
            more["digits"] = shown = self._hands.read_display(timeout_s)
        return shown

    @override
    def type_digits(self, digits: str) -> None:
        with self._noted("typed") as more:
            more["digits"] = digits
            self._hands.type_digits(digits)

    @override
    def confirm(self, *, same: bool) -> None:
        with self._noted("confirmed") as more:
            more["same"] = same
            self._hands.confirm(same=same)

    @override
    def read_tag(self) -> tuple[bytes, bytes] | None:
        with self._noted("read-tag") as more:
            tag = self._hands.read_tag()
            more["there"] = tag is not None
        return tag

    @override
    def forget_bonds(self) -> None:
        with self._noted("forgot-bonds"):
            self._hands.forget_bonds()

    @override
    def stop(self) -> None:
        self._hands.stop()


@dataclass
class _Tour:
    """The steps, in their order.

    Attributes:
        outside: what a request met before anybody had asked the sample to pair; None for nothing.
    """

    session: Session
    handles: tuple[attributes.Characteristic, ...] = ()
    outside: bytes | None = None

    def unasked(self) -> None:
        """What needs nobody at the sample."""
        with self.session.connected("open") as connection:
            if connection is not None:
                self.handles = discover(connection)
                self._read_all(connection)
        self.outside = self._dry("outside-mode", DRY["passkey"])

    def attended(self, hands: Hands) -> None:
        """What needs somebody at the sample."""
        if self.outside and self.outside[0] == Code.RESPONSE:
            # Somebody may have pressed the button too early, or it was switched on just now.
            hands.leave_pairing_mode()
            self.outside = self._dry("outside-mode", DRY["passkey"])
        answered, agreed = False, set()
        for name, request in DRY.items():
            hands.press_button()
            answer = self._dry(f"dry:{name}", request)
            answered = answered or answer is not None
            if answer and answer[0] == Code.RESPONSE:
                agreed.add(name)
            if answer and answer[0] == Code.FAILED:
                self._witness(f"dry:{name}", answer[1:2])
        if not answered:
            return  # whole pairings would take half a minute each, and come to nothing
        for name, offer in OFFERS.items():
            if name in agreed or name not in _IF_AGREED:
                self._pair(name, offer, hands)
        self._with_tag(hands)
        self._after_bond(hands)
        self._wrong_passkeys(hands)
        hands.forget_bonds()

    def _witness(self, name: str, reason: bytes) -> None:
        """After a refusal that may mean that nobody can pair now: whether anybody could have."""
        outside = self.outside or b""
        if outside[:1] != bytes([Code.FAILED]) or outside[1:2] == reason:
            self._dry(f"{WITNESS}{name}", DRY["passkey"])

    def _dry(self, name: str, request: tuple[int, bool, Wants, int]) -> bytes | None:
        """Ask for a pairing, see what comes, and give it up; the answer."""
        capability, tag, wants, size = request
        pdu = bytes([Code.REQUEST, capability, tag, wants, size, _KEYS, _KEYS])
        with self.session.connected(name) as connection:
            if connection is None:
                return None
            answer = connection.ask_security(pdu)
            if answer and answer[0] == Code.RESPONSE:
                connection.send(_SECURITY, bytes([Code.FAILED, _UNSPECIFIED]))
            return answer or None

    def _pair(self, name: str, offer: Offer, hands: Hands, *, keep: bool = False) -> Bond | None:
        """One pairing from a sample without bonds, and what it opens."""
        hands.forget_bonds()
        hands.press_button()
        with self.session.connected(f"pair:{name}") as connection:
            end = connection.pair(offer, hands) if connection else None
            if connection is not None and end is not None and end.bond is not None:
                if keep:
                    # Many a sample keeps its bond a moment after the last unit of the pairing.
                    connection.request(GOOD_REQUEST)
                    time.sleep(_SETTLE_S)
                else:
                    self._read_all(connection)
                return end.bond
        if end is not None and end.failure is not None:
            self._witness(f"pair:{name}", bytes([end.failure & 0xFF]))
        return None

    def _with_tag(self, hands: Hands) -> None:
        tag = hands.read_tag()
        if tag is not None:
            self._pair("tag", Offer(Io.NOTHING, tag=tag), hands)

    def _after_bond(self, hands: Hands) -> None:
        """With a bond: another pairing, another key, no key at all."""
        for name, offer in (("passkey-shown", OFFERS["passkey-shown"]), *_fallbacks()):
            bond = self._pair(f"bond:{name}", offer, hands, keep=True)
            if bond is not None:
                break
        else:
            return
        with self.session.connected("bonded:encrypted") as connection:
            if connection is not None and connection.encrypt(bond):
                self._read_all(connection)
        with self.session.connected("bonded:wrong-key") as connection:
            if connection is not None:
                connection.encrypt(replace(bond, key=secrets.token_bytes(len(bond.key))))
        with self.session.connected("bonded:open") as connection:
            if connection is not None:
                self._read_all(connection)
        hands.leave_pairing_mode()
        self._dry("bonded:another", DRY["passkey"])

    def _wrong_passkeys(self, hands: Hands) -> None:
        """Wrong passkeys, one after the other, after one press of the button.

        If the last one is refused, that may be since the pairing mode ended by itself. Then the
        button is pressed again, and a request made after as long a time, without wrong passkeys.
        """
        hands.forget_bonds()
        began = time.monotonic()
        hands.press_button()
        failure = None
        for _ in range(WRONG_PASSKEYS):
            with self.session.connected("wrong-passkey") as connection:
                if connection is not None:
                    end = connection.pair(OFFERS["passkey-shown"], hands, wrong=True)
                    failure = end.failure
        took = time.monotonic() - began
        if failure is None or failure in _SAY_THEMSELVES or took > _LONGEST_WAIT_S:
            return
        hands.forget_bonds()
        hands.press_button()
        time.sleep(took)
        self._dry(f"{WITNESS}wrong-passkey", DRY["passkey"])

    def _read_all(self, connection: Connection) -> None:
        """Read each value; write it back where that is offered."""
        refused: list[bytes] = []
        # What offers no reading comes last: some never answer that, and then the link is spent.
        for each in sorted(
            self.handles, key=lambda each: not each.properties & attributes.READABLE
        ):
            self.session.context.check_time()
            handle = each.handle.to_bytes(2, "little")
            answer = connection.request(bytes([Opcode.READ]) + handle)
            if answer is None:
                return  # what comes from here on may be the late answer to this request
            if answer[:1] == bytes([Opcode.ERROR]) and each.properties & attributes.READABLE:
                refused.append(handle)
            if not each.properties & attributes.WRITABLE:
                continue
            value = self.session.link.safe_writes.get(each.uuid)
            if answer and answer[0] == Opcode.READ_RESPONSE and len(answer) <= _MAX_VALUE + 1:
                value = answer[1:]
            if value is not None:
                connection.request(bytes([Opcode.WRITE]) + handle + value)
        self._read_refused(connection, refused)

    def _read_refused(self, connection: Connection, refused: list[bytes]) -> None:
        """Ask again in the way of long values: some check who may read in one of the two alone."""
        for handle in refused:
            self.session.context.check_time()
            if connection.request(bytes([Opcode.READ_BLOB]) + handle + bytes(2)) is None:
                return


def _fallbacks() -> Iterator[tuple[str, Offer]]:
    """Other ways to a bond, for samples that can't show a passkey."""
    yield from ((name, OFFERS[name]) for name in ("passkey-typed", "comparison", "just-works"))


def discover(connection: Connection) -> tuple[attributes.Characteristic, ...]:
    """All characteristics; what they belong to stands in the capture."""
    for _ in _search(connection, Opcode.READ_BY_GROUP, _PRIMARY, step=2):
        continue
    found: list[attributes.Characteristic] = []
    for entry in _search(connection, Opcode.READ_BY_TYPE, _DECLARATION, step=0):
        found.extend(attributes.characteristics_of(entry))
        if len(found) >= MAX_CHARACTERISTICS:
            break
    return tuple(found[:MAX_CHARACTERISTICS])


def _search(connection: Connection, opcode: Opcode, kind: int, *, step: int) -> Iterator[bytes]:
    """Ask for all attributes of a kind, answer by answer.

    Args:
        connection: to the DUT.
        opcode: which search.
        kind: the attribute type.
        step: where in an entry the handle stands after which to go on.
    """
    first = 1
    while first <= _LAST_HANDLE:
        asked = first.to_bytes(2, "little") + _LAST_HANDLE.to_bytes(2, "little")
        answer = connection.request(bytes([opcode]) + asked + kind.to_bytes(2, "little"))
        if answer is None or len(answer) < 4 or answer[0] != opcode + 1:  # noqa: PLR2004
            return
        yield answer
        last = answer[len(answer) - answer[1] :]
        reached = int.from_bytes(last[step : step + 2], "little")
        if reached < first:
            return  # a device that leads in circles
        first = reached + 1


PROBE: Probe = BluetoothPairingProbe()
