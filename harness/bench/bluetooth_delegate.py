"""The bench's side of a pairing, as bumble asks for it, and the hands at the DUT's side."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from bumble import pairing
from typing_extensions import override

from harness.bench.bluetooth_link import HANDS_S, Hands, HandsError, Offer
from harness.errors import BenchFault

T = TypeVar("T")
_PASSKEYS: Final = 1_000_000
_STOPPING_S: Final = 3.0
_LOOK_S: Final = 0.1


class OfferDelegate(pairing.PairingDelegate):
    """Answers for one pairing.

    Attributes:
        fault: why a move at the DUT was not made; ``""`` if all were.
    """

    def __init__(
        self, offer: Offer, hands: Hands, give_up: Callable[[], Awaitable[None]], *, wrong: bool
    ) -> None:
        """Pair as ``offer`` says.

        Args:
            offer: what the bench says of itself.
            hands: who is at the DUT.
            give_up: ends the link; a DUT that waits for digits which nobody types can't be told
                otherwise.
            wrong: enter another number on purpose.
        """
        super().__init__(
            io_capability=pairing.PairingDelegate.IoCapability(offer.capability),
            maximum_encryption_key_size=offer.key_size,
        )
        self._hands = hands
        self._give_up = give_up
        self._wrong = wrong
        self._over = False
        self._moves: set[asyncio.Task[Any]] = set()
        self.fault = ""

    async def finish(self) -> None:
        """Call off what is still being done at the DUT: it must not pass for the next pairing's."""
        self._over = True
        deadline = time.monotonic() + _STOPPING_S
        while self._moves and time.monotonic() < deadline:
            self._hands.stop()
            done, self._moves = await asyncio.wait(self._moves, timeout=_LOOK_S)
            for each in done:
                each.exception()

    @override
    async def get_number(self) -> int | None:
        try:
            shown = await self._by_hand(lambda: self._hands.read_display(HANDS_S))
        except BenchFault:
            return None
        return self._entered(int(shown)) if shown.isdecimal() else None

    @override
    async def display_number(self, number: int, digits: int = 6) -> None:
        typed = f"{self._entered(number):0{digits}}"
        try:
            await self._by_hand(lambda: self._hands.type_digits(typed))
        except BenchFault:
            await self._give_up()

    @override
    async def compare_numbers(self, number: int, digits: int) -> bool:
        try:
            shown = await self._by_hand(lambda: self._hands.read_display(HANDS_S))
            same = shown == f"{number:0{digits}}" and not self._wrong
            await self._by_hand(lambda: self._hands.confirm(same=same))
        except BenchFault:
            return False
        return same

    @override
    async def generate_passkey(self) -> int:
        return secrets.randbelow(_PASSKEYS - 1) + 1  # bumble takes 0 for none

    def _entered(self, number: int) -> int:
        return (number + 1) % _PASSKEYS if self._wrong else number

    async def _by_hand(self, move: Callable[[], T]) -> T:
        """Make a move in a thread. Raises BenchFault if it was not made."""
        if self._over:
            raise HandsError("pairing", "it is over")
        task = asyncio.ensure_future(asyncio.to_thread(move))
        self._moves.add(task)
        try:
            made = await asyncio.shield(task)
        except BenchFault as fault:
            self.fault = self.fault or str(fault)
            raise
        finally:
            if task.done():
                self._moves.discard(task)
        return made
