"""What a certifier says of a bundle: the decision, and later perhaps its withdrawal.

Both are predicates of in-toto statements that `harness.trust.decision` signs and reads.
"""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AwareDatetime, Field, model_validator

from harness.model.attestation import Digest
from harness.model.base import Frozen
from harness.model.disclosure import Embargo

DECISION_TYPE: Final = "https://certbench.dev/decision/v1"
WITHDRAWAL_TYPE: Final = "https://certbench.dev/withdrawal/v1"

FrameworkName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*@[^@\s]+$", max_length=200)]
"""``slug@version``."""
CertificateNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$")]
Words = Annotated[str, Field(pattern=r"^\S[^\x00-\x1f\x7f]*$", max_length=1000)]
"""One line of a person's own words."""
_MAX_ROWS: Final = 1000


class Outcome(StrEnum):
    """What the certifier decided."""

    GRANT = "grant"
    REFUSE = "refuse"


class Decision(Frozen):
    """The certifier's decision about one bundle.

    Attributes:
        frameworks: what the decision is about: each was assessed in the bundle.
        decided: when, by the certifier's clock.
        until: last day on which a granted certificate holds, by UTC; None for a refusal.
        conditions: under which it was granted; the reasons of a refusal.
        embargoes: files that the certifier agreed to keep back for a while.
    """

    outcome: Outcome
    certificate: CertificateNumber
    frameworks: Annotated[tuple[FrameworkName, ...], Field(min_length=1, max_length=_MAX_ROWS)]
    decided: AwareDatetime
    until: dt.date | None = None
    conditions: Annotated[tuple[Words, ...], Field(max_length=_MAX_ROWS)] = ()
    embargoes: Annotated[tuple[Embargo, ...], Field(max_length=_MAX_ROWS)] = ()

    @model_validator(mode="after")
    def _granted_until(self) -> Self:
        if (self.until is None) is (self.outcome is Outcome.GRANT):
            raise ValueError("a certificate that is granted has a last day, a refusal has none")
        return self


class Withdrawal(Frozen):
    """That a decision no longer holds.

    Attributes:
        bundle_root: the bundle that it was about.
        certificate: number of the certificate; ``""`` = every decision about this bundle.
        withdrawn: since when, by the certifier's clock.
    """

    bundle_root: Digest
    certificate: CertificateNumber | Annotated[str, Field(pattern=r"^$")] = ""
    withdrawn: AwareDatetime
    reason: Words
