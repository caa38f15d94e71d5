"""The Security Manager Protocol (Core, Vol 3, Part H): how a pairing went, from its own units.

The association model and the key size stand in no HCI event; they follow from the request and the
response (2.3.5.1, 2.3.4), and whether it was completed from the encryption that came after.
"""

import itertools
import math
from dataclasses import dataclass
from enum import IntEnum, IntFlag, StrEnum
from typing import Final

from harness.interpret.bluetooth.links import SECURITY, Frame, Link


class Code(IntEnum):
    """Codes of the units (3.3)."""

    REQUEST = 0x01
    RESPONSE = 0x02
    CONFIRM = 0x03
    RANDOM = 0x04
    FAILED = 0x05
    SECURITY_REQUEST = 0x0B
    PUBLIC_KEY = 0x0C
    DHKEY_CHECK = 0x0D


class Capability(IntEnum):
    """What a device can show and take (3.5.1, table 3.4)."""

    DISPLAY_ONLY = 0
    DISPLAY_YES_NO = 1
    KEYBOARD_ONLY = 2
    NOTHING = 3
    KEYBOARD_DISPLAY = 4


class Wants(IntFlag):
    """Authentication requirements (3.5.1, figure 3.3)."""

    BONDING = 0x01
    MITM = 0x04
    SECURE_CONNECTIONS = 0x08


class Failure(IntEnum):
    """Why a pairing failed (3.5.5, table 3.7)."""

    PASSKEY_ENTRY_FAILED = 0x01
    OOB_NOT_AVAILABLE = 0x02
    AUTHENTICATION_REQUIREMENTS = 0x03
    CONFIRM_VALUE_FAILED = 0x04
    PAIRING_NOT_SUPPORTED = 0x05
    ENCRYPTION_KEY_SIZE = 0x06
    COMMAND_NOT_SUPPORTED = 0x07
    UNSPECIFIED_REASON = 0x08
    REPEATED_ATTEMPTS = 0x09
    INVALID_PARAMETERS = 0x0A
    DHKEY_CHECK_FAILED = 0x0B
    NUMERIC_COMPARISON_FAILED = 0x0C


class Model(StrEnum):
    """How the two sides make sure of each other (2.3.5.1)."""

    JUST_WORKS = "just-works"
    PASSKEY = "passkey"
    NUMERIC_COMPARISON = "numeric-comparison"
    OUT_OF_BAND = "out-of-band"


@dataclass(frozen=True)
class Features:
    """A pairing request or response."""

    frame: Frame
    capability: int
    out_of_band: bool
    wants: Wants
    key_size: int


@dataclass(frozen=True)
class Pairing:
    """What passed on the security channel of one link, from a pairing request of the bench on.

    Attributes:
        response: None if there was none.
        failure: why it ended before the link was encrypted, and who said so; None if nobody did.
        encrypted: encryption came on after the DUT's last word on the key, and before another
            pairing was begun: no other key can be meant.
    """

    request: Features
    response: Features | None
    failure: Frame | None
    encrypted: bool
    frames: tuple[Frame, ...]

    @property
    def secure_connections(self) -> bool:
        """Both sides can do LE Secure Connections."""
        both = self.request.wants & self.response.wants if self.response else Wants(0)
        return Wants.SECURE_CONNECTIONS in both

    @property
    def key_size(self) -> int:
        """Bytes of the encryption key that was agreed on; 0 without a response."""
        return min(self.request.key_size, self.response.key_size) if self.response else 0

    @property
    def model(self) -> Model | None:
        """The association model; None without a response, or for a capability that is none."""
        if self.response is None:
            return None
        flags = (self.request.out_of_band, self.response.out_of_band)
        if any(flags) if self.secure_connections else all(flags):
            return Model.OUT_OF_BAND
        if not (self.request.wants | self.response.wants) & Wants.MITM:
            return Model.JUST_WORKS
        return _by_capability(
            self.request.capability, self.response.capability, secure=self.secure_connections
        )

    @property
    def refusal(self) -> str:
        """Why the DUT refused the request itself; ``""`` if it did not, or if the bench gave up."""
        return "" if self.response is not None else refused_by_dut(self.failure)

    @property
    def completed(self) -> bool:
        """The link was encrypted with the key of this pairing."""
        return self.response is not None and self.encrypted and self.failure is None


_YES_NO: Final = frozenset({Capability.DISPLAY_YES_NO, Capability.KEYBOARD_DISPLAY})
_TYPES: Final = frozenset({Capability.KEYBOARD_ONLY, Capability.KEYBOARD_DISPLAY})
_REQUEST_BYTES: Final = 7


def _by_capability(one: int, other: int, *, secure: bool) -> Model | None:
    """Table 2.8."""
    if max(one, other) > Capability.KEYBOARD_DISPLAY:
        return None
    if Capability.NOTHING in {one, other}:
        return Model.JUST_WORKS
    if secure and one in _YES_NO and other in _YES_NO:
        return Model.NUMERIC_COMPARISON
    return Model.PASSKEY if one in _TYPES or other in _TYPES else Model.JUST_WORKS


def pairings(link: Link) -> tuple[Pairing, ...]:
    """The pairings that the bench began on a link."""
    frames = [frame for frame in link.on(SECURITY) if frame.data]
    starts = [
        index for index, frame in enumerate(frames) if frame.sent and frame.data[0] == Code.REQUEST
    ]
    found = []
    for start, end in itertools.pairwise([*starts, len(frames)]):
        until = frames[end].packet.number if end < len(frames) else math.inf
        pairing = _pairing(link, frames[start:end], until)
        if pairing is not None:
            found.append(pairing)
    return tuple(found)


def _pairing(link: Link, frames: list[Frame], until: float) -> Pairing | None:
    request = features_of(frames[0])
    if request is None:
        return None  # malformed on purpose
    theirs = [frame for frame in frames if not frame.sent]
    # A request for security of the DUT may cross ours, and answers nothing.
    answer = next((each for each in theirs if each.data[0] in {Code.RESPONSE, Code.FAILED}), None)
    response = features_of(answer) if answer and answer.data[0] == Code.RESPONSE else None
    both = request.wants & response.wants if response else Wants(0)
    last = Code.DHKEY_CHECK if Wants.SECURE_CONNECTIONS in both else Code.RANDOM
    agreed = next((each.packet.number for each in theirs if each.data[0] == last), math.inf)
    encrypted = next(
        (each.packet.number for each in link.encryptions if agreed < each.packet.number < until),
        math.inf,
    )
    failure = next(
        (
            frame
            for frame in frames
            if frame.data[0] == Code.FAILED and frame.packet.number < encrypted
        ),
        None,
    )
    return Pairing(
        request=request,
        response=response,
        failure=failure,
        encrypted=encrypted < math.inf,
        frames=tuple(frames),
    )


def features_of(frame: Frame) -> Features | None:
    """A pairing request or response; None if it is not whole."""
    data = frame.data
    if len(data) != _REQUEST_BYTES:
        return None
    return Features(
        frame=frame,
        capability=data[1],
        out_of_band=bool(data[2] & 1),
        wants=Wants(data[3] & sum(Wants)),
        key_size=data[4],
    )


def refused_by_dut(frame: Frame | None) -> str:
    """Name of the reason in a ``Pairing Failed`` of the DUT; ``""`` if the bench sent it."""
    return "" if frame is None or frame.sent else failure_of(frame)


def failure_of(frame: Frame | None) -> str:
    """Name of the reason in a unit ``Pairing Failed``; ``""`` without one."""
    if frame is None or len(frame.data) < 2:  # noqa: PLR2004
        return ""
    try:
        return Failure(frame.data[1]).name.lower().replace("_", "-")
    except ValueError:
        return f"code-{frame.data[1]}"
