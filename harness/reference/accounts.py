"""The one account store of the router, shared by every way in, and its lock-out."""

import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from harness.errors import UsageError
from harness.reference.flaws import Flaw, Flaws
from harness.reference.identity import USER
from harness.reference.truth import TruthLog

WRONG_LOGINS: Final = 5
LOCKOUT_S: Final = 1.0
SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = 128


class State(StrEnum):
    """What the router is, as its control socket names it."""

    AS_RECEIVED = "as-received"
    INITIALISED = "initialised"


class Login(StrEnum):
    """How a login ended."""

    ACCEPTED = "accepted"
    MUST_CHANGE = "must-change"
    """Right, by the factory password: only a new password may be set."""
    REJECTED = "rejected"
    LOCKED = "locked"
    """Not looked at: the channel is locked out."""


@dataclass
class _Counter:
    wrong: int = 0
    locked_until: float = 0.0


class Accounts:
    """Passwords of the single user, and one lock-out counter per channel."""

    def __init__(
        self,
        label_password: str,
        flaws: Flaws,
        truth: TruthLog,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start as received. ``clock`` gives seconds that never go back."""
        self._label = label_password
        self._user_password: str | None = None
        self._flaws = flaws
        self._truth = truth
        self._clock = clock
        self._counters: dict[str, _Counter] = {}
        self._lock = threading.Lock()

    @property
    def state(self) -> State:
        """As received until the user's own password is set."""
        return State.AS_RECEIVED if self._user_password is None else State.INITIALISED

    @property
    def current_password(self) -> str:
        """The password that the unit stores now; only the leaking boot log reads it."""
        return self._label if self._user_password is None else self._user_password

    def login(self, channel: str, user: str, password: str) -> Login:
        """Try one login on ``channel``; wrong ones count towards its lock-out."""
        with self._lock:
            outcome = self._judge(channel, user, password)
        self._truth.record("login", channel=channel, user=user, outcome=outcome.value)
        return outcome

    def locked_for(self, channel: str) -> float:
        """Seconds until ``channel`` takes logins again; 0 when it does."""
        counter = self._counters.get(channel)
        return max(0.0, counter.locked_until - self._clock()) if counter else 0.0

    def matches(self, password: str) -> bool:
        """Whether ``password`` is accepted now, without counting as a login."""
        return self._outcome_of(USER, password) is not Login.REJECTED

    def set_password(self, password: str) -> None:
        """Set the user's own password; the factory password dies with it.

        Raises:
            UsageError: too short, too long, unprintable, or the factory password again.
        """
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or not password.isprintable():
            bounds = f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD}"
            raise UsageError(f"A password has {bounds} printable characters.")
        if _equal(password, self._label):
            raise UsageError("Choose another password than the one on the label.")
        with self._lock:
            self._user_password = password
            self._counters.clear()
        self._truth.record("state", state=self.state.value)

    def reset(self) -> None:
        """Back to the factory password."""
        with self._lock:
            self._user_password = None
            self._counters.clear()
        self._truth.record("state", state=self.state.value)

    def forget_attempts(self) -> None:
        """Clear the counters, as a power cut does."""
        with self._lock:
            self._counters.clear()

    def _judge(self, channel: str, user: str, password: str) -> Login:
        counter = self._counters.setdefault(channel, _Counter())
        if counter.locked_until > self._clock():
            return Login.LOCKED
        outcome = self._outcome_of(user, password)
        if outcome is not Login.REJECTED:
            counter.wrong = 0
        elif Flaw.NO_BRUTEFORCE_LIMIT not in self._flaws:
            counter.wrong += 1
            if counter.wrong >= WRONG_LOGINS:
                counter.wrong = 0
                counter.locked_until = self._clock() + LOCKOUT_S
        return outcome

    def _outcome_of(self, user: str, password: str) -> Login:
        if user != USER:
            return Login.REJECTED
        if self._user_password is not None:
            survives = Flaw.OLD_PASSWORD_SURVIVES in self._flaws and _equal(password, self._label)
            good = survives or _equal(password, self._user_password)
            return Login.ACCEPTED if good else Login.REJECTED
        if not _equal(password, self._label):
            return Login.REJECTED
        return Login.ACCEPTED if Flaw.NO_CHANGE_FORCED in self._flaws else Login.MUST_CHANGE


def _equal(first: str, second: str) -> bool:
    return hmac.compare_digest(
        first.encode("utf-8", "surrogatepass"), second.encode("utf-8", "surrogatepass")
    )
