"""Which logins a device accepts and how it hinders guessing (probe ``credentials``)."""

from enum import StrEnum
from typing import ClassVar

from harness.facts.base import Facts
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation


class CandidateSource(StrEnum):
    """Where a candidate login comes from."""

    LABEL = "label"
    """Printed on this sample or its papers."""
    USER = "user"
    """Set by the user when the device was initialised: the known-good login of later states."""
    PUBLISHED = "published"
    """In a public list of factory logins (including empty passwords)."""
    DERIVED = "derived"
    """Computed from something public about this sample: MAC address, serial number, model."""
    RANDOM = "random"
    """Made up for this run: must be rejected, else the login accepts anything."""
    FORMER = "former"
    """The label's password after it was changed."""


class TrialOutcome(StrEnum):
    """What a device did with one login attempt."""

    ACCEPTED = "accepted"
    """And confirmed by something that only a logged-in user can see."""
    REJECTED = "rejected"
    UNANSWERED = "unanswered"
    """No clear answer: reset, time-out, incompatible. Never counts as rejected."""
    LOCKED = "locked"
    """The device says that it no longer takes attempts, or made the bench wait for that reason."""


class Trial(Frozen):
    """One login attempt.

    Attributes:
        user: the user name tried.
        secret: stable identity of the password: equal passwords have equal identities throughout
            one survey; says nothing about the password itself.
        rule: the derivation rule of a DERIVED candidate (``mac-last-8-hex``), else ``""``.
        duration_ms: from sending the login to the answer.
    """

    number: int
    source: CandidateSource
    user: str
    secret: str
    rule: str = ""
    outcome: TrialOutcome
    duration_ms: int
    evidence: EvidenceRef


class GuessingLimit(Frozen):
    """How repeated wrong logins are hindered.

    Attributes:
        hindered: Present when the device delayed, locked or limited within ``attempts`` wrong
            logins in a row; Absent rests on a known-good login after them at the same pace.
        kind: ``lockout``, ``delay``, ``rate-limit``, or ``""`` when none was seen.
        attempts: wrong logins in a row that were answered.
        answered_per_s_milli: answered wrong logins in 1000 s at the pace the device allowed.
    """

    hindered: Observation
    kind: str = ""
    attempts: int
    answered_per_s_milli: int


class Login(Frozen):
    """One login point of the device, over one channel.

    Attributes:
        target: ``tcp/443``, ``console``.
        method: ``http-form``, ``http-basic``, ``ssh``, ``telnet``, ``mqtt``, ``serial``.
        control: the known-good login worked in this run, at this pace; Unknown otherwise.
        discriminates: a random wrong password was rejected (Present) or accepted (Absent, its
            control being the known-good login); without it no acceptance means anything.
        change_forced: after the label's login, the device lets the user do nothing but set a new
            password. Only observed in state as-received.
    """

    target: str
    method: str
    evidence: EvidenceRef
    control: Observation
    discriminates: Observation
    trials: tuple[Trial, ...]
    change_forced: Observation
    limit: GuessingLimit


class CredentialsFacts(Facts):
    """Logins of one sample; ``examined`` names the targets (``tcp/22``, ``console``)."""

    SCHEMA: ClassVar[str] = "certbench/facts-credentials/1"
    PROBE: ClassVar[str] = "credentials"

    logins: tuple[Login, ...]

    def on(self, target: str) -> tuple[Login, ...]:
        """Logins at ``tcp/443`` or ``console``; one endpoint may have several methods."""
        return tuple(login for login in self.logins if login.target == target)
