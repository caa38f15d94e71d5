"""Which logins the credentials probe tries, from which source, and in which order."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from harness.bench.protocols import Login, SampleLinks
from harness.facts.credentials import CandidateSource
from harness.interpret.derivation import PublicIdentity, derive
from harness.model.states import DeviceState
from harness.probes.published_logins import PUBLISHED_LOGINS, PUBLISHED_PASSWORDS

FACTORY_STATES: Final = frozenset({DeviceState.AS_RECEIVED, DeviceState.RESET})
"""States in which the label's login is the one that must work."""
_DEFAULT_USER: Final = "admin"
_MOST_PUBLISHED: Final = 8
_FACTORY_PASSWORDS_FOR_OWN_USER: Final = ("admin", "password", "")


@dataclass(frozen=True)
class Candidate:
    """One login to try. ``rule`` names the derivation of a DERIVED one."""

    source: CandidateSource
    user: str
    password: str
    rule: str = ""

    @property
    def label(self) -> str:
        """How messages call it without its password."""
        return f"{self.source.value} {self.rule or self.user}"


def known_good(sample: SampleLinks, state: DeviceState) -> Candidate | None:
    """The login that must work in this state; None if the bench knows none."""
    if state in FACTORY_STATES:
        return _candidate(CandidateSource.LABEL, sample.label)
    return _candidate(CandidateSource.USER, sample.user)


def _candidate(source: CandidateSource, login: Login | None) -> Candidate | None:
    return Candidate(source, login.user, login.password) if login else None


def made_up_passwords(seed: int) -> Iterator[str]:
    """Passwords made up for this run, without end: recomputable from the seed, guessed by nobody.

    They look alike: twelve hexadecimal digits between two letters, which no policy refuses.
    """
    number = 0
    while True:
        digest = hashlib.sha256(f"certbench made-up password {seed} {number}".encode())
        yield f"Cb{digest.hexdigest()[:12]}z"
        number += 1


def candidates(sample: SampleLinks, state: DeviceState, user: str | None) -> tuple[Candidate, ...]:
    """Every login worth trying beside the known-good one, the most telling first.

    Derived ones that equal a login that the bench knows come before the others, so that a bound on
    attempts never cuts off the trial that decides.

    Args:
        sample: whose label, user and public identity are used.
        state: in later states the label's login is tried as `FORMER`.
        user: the user name of the known-good login, if there is one.
    """
    former = _candidate(CandidateSource.FORMER, sample.label)
    first = [former] if former and state not in FACTORY_STATES else []
    return (*first, *_interleaved(_published(user), _derived(sample, user or _DEFAULT_USER)))


def _interleaved(one: tuple[Candidate, ...], other: tuple[Candidate, ...]) -> Iterator[Candidate]:
    for index in range(max(len(one), len(other))):
        yield from one[index : index + 1]
        yield from other[index : index + 1]


def _published(user: str | None) -> tuple[Candidate, ...]:
    logins = list(PUBLISHED_LOGINS)
    if user and user not in {name for name, _ in logins}:
        logins = [(user, password) for password in _FACTORY_PASSWORDS_FOR_OWN_USER] + logins
    source = CandidateSource.PUBLISHED
    return tuple(Candidate(source, name, password) for name, password in logins[:_MOST_PUBLISHED])


def _derived(sample: SampleLinks, user: str) -> tuple[Candidate, ...]:
    config = sample.config
    mac = config.network.mac if config.network else ""
    identity = PublicIdentity(mac=mac, serial=config.serial, model=config.hardware)
    known = {login.password for login in (sample.label, sample.user) if login}
    rules = sorted(derive(identity), key=lambda entry: entry[1] not in known)
    return tuple(
        Candidate(CandidateSource.DERIVED, user, password, rule) for rule, password in rules
    )


def is_secret(password: str) -> bool:
    """Whether a password must be kept out of what is published."""
    return bool(password) and password not in PUBLISHED_PASSWORDS
