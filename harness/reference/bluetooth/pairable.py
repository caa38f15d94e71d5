"""What a device that can be paired with knows: window, keypad, display, who paired how."""

import asyncio
import secrets
import time
from enum import IntEnum
from typing import Final

from bumble import smp

from harness.reference.bluetooth.flaws import LockFlaw, LockFlaws
from harness.reference.truth import TruthLog

WINDOW_S: Final = 30.0
"""How long the button opens the pairing window."""
_MOST_FAILURES: Final = 3
_ANSWER_S: Final = 30.0
_SMALLEST_KEY: Final = 7
_LARGEST_KEY: Final = 16
_FIXED_PASSKEY: Final = 123456


class Level(IntEnum):
    """How a connection is secured, in the order of strength (LE security mode 1, levels 1 to 4)."""

    NONE = 1
    ENCRYPTED = 2
    AUTHENTICATED = 3
    SECURE_CONNECTIONS = 4


class Pairable:
    """Decides who may pair, and what a connection may do afterwards.

    Attributes:
        shown: what the display shows; ``""`` for nothing.
        bonded: somebody has paired since the bonds were forgotten.
        levels: connection handle -> how that connection is secured.
    """

    def __init__(self, flaws: LockFlaws, truth: TruthLog) -> None:
        """Nobody paired, window closed."""
        self.flaws = flaws
        self.truth = truth
        self.shown = ""
        self.bonded = False
        self.levels: dict[int, Level] = {}
        self.entered: asyncio.Queue[int] = asyncio.Queue()
        self.confirmed: asyncio.Queue[bool] = asyncio.Queue()
        self._open_until = 0.0
        self._failures = 0

    @property
    def requires(self) -> Level:
        """The level without which it obeys nobody."""
        if LockFlaw.JUST_WORKS in self.flaws:
            return Level.ENCRYPTED
        if LockFlaw.LEGACY_PAIRING in self.flaws:
            return Level.AUTHENTICATED
        return Level.SECURE_CONNECTIONS

    def press_button(self) -> None:
        """Open the pairing window, and forget what went wrong in the last one."""
        self._open_until = time.monotonic() + WINDOW_S
        self._failures = 0
        self.truth.record("button")

    def close_window(self) -> None:
        """End the pairing window before its time."""
        self._open_until = 0.0

    def forget(self) -> None:
        """Nobody has ever paired."""
        self.close_window()
        self.bonded, self.shown = False, ""
        self._failures = 0
        self._drop_keys()
        self.truth.record("forget-bonds")

    def refusal(self, request: smp.SMP_Pairing_Request_Command) -> smp.ErrorCode | None:
        """Why a pairing request is refused before anything else; None if it is not."""
        if not self.may_pair():
            limited = self._failures >= _MOST_FAILURES
            codes = smp.ErrorCode
            return codes.REPEATED_ATTEMPTS if limited else codes.PAIRING_NOT_SUPPORTED
        return self._objection(request)

    def _objection(self, request: smp.SMP_Pairing_Request_Command) -> smp.ErrorCode | None:
        size, secure = request.maximum_encryption_key_size, bool(request.auth_req & smp.AuthReq.SC)
        silent = request.io_capability == smp.IoCapability.NO_INPUT_NO_OUTPUT
        unknown = request.io_capability > smp.IoCapability.KEYBOARD_DISPLAY
        if unknown or not _SMALLEST_KEY <= size <= _LARGEST_KEY:
            return smp.ErrorCode.INVALID_PARAMETERS
        if size < _LARGEST_KEY and LockFlaw.SHORT_KEY not in self.flaws:
            return smp.ErrorCode.ENCRYPTION_KEY_SIZE
        weak = not secure and LockFlaw.LEGACY_PAIRING not in self.flaws
        blind = silent and not request.oob_data_flag and LockFlaw.JUST_WORKS not in self.flaws
        return smp.ErrorCode.AUTHENTICATION_REQUIREMENTS if weak or blind else None

    def pairing_failed(self, reason: smp.ErrorCode) -> None:
        """Count a wrong passkey or number; after some the window closes until the next press."""
        self.shown = ""
        wrong = {
            smp.ErrorCode.CONFIRM_VALUE_FAILED,
            smp.ErrorCode.DHKEY_CHECK_FAILED,
            smp.ErrorCode.NUMERIC_COMPARISON_FAILED,
        }
        if reason not in wrong:
            return
        self._failures += 1
        self.truth.record("pairing-failed", reason=reason.name)
        if self._failures >= _MOST_FAILURES and LockFlaw.NO_ATTEMPT_LIMIT not in self.flaws:
            self.close_window()

    def paired(self, level: Level) -> None:
        """Somebody has paired; the window has done its work."""
        self.bonded = True
        self.shown = ""
        self.close_window()
        self.truth.record("paired", level=level.name)

    def obeys(self, handle: int) -> bool:
        """Whether a connection may see and do what is the owner's."""
        if LockFlaw.TRUSTS_BONDED in self.flaws and self.bonded:
            return True
        return self.levels.get(handle, Level.NONE) >= self.requires

    def draw_passkey(self) -> int:
        """The passkey of one pairing: random, or on the label by a flaw. Never 0."""
        if LockFlaw.FIXED_PASSKEY in self.flaws:
            return _FIXED_PASSKEY
        return secrets.randbelow(999_999) + 1

    async def read_keypad(self) -> int:
        """The number typed on its keypad.

        Raises:
            TimeoutError: nobody typed.
        """
        return await asyncio.wait_for(self.entered.get(), _ANSWER_S)

    async def read_answer(self) -> bool:
        """Whether the person in front of it says that the numbers are equal.

        Raises:
            TimeoutError: nobody answered.
        """
        return await asyncio.wait_for(self.confirmed.get(), _ANSWER_S)

    def is_open(self) -> bool:
        """The pairing window is open."""
        return time.monotonic() < self._open_until

    def may_pair(self) -> bool:
        """Whether somebody who asks now may pair."""
        if self.is_open():
            return True
        if LockFlaw.NO_ATTEMPT_LIMIT not in self.flaws and self._failures >= _MOST_FAILURES:
            return False
        if self.bonded:
            return LockFlaw.BOND_OVERWRITE in self.flaws
        return LockFlaw.ALWAYS_PAIRABLE in self.flaws

    def _drop_keys(self) -> None:
        for queue in (self.entered, self.confirmed):
            while not queue.empty():
                queue.get_nowait()
