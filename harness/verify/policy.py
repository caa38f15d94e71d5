"""What a verifier trusts and accepts; the default is the strict one."""

from dataclasses import dataclass

from harness.model.states import Purpose
from harness.trust.keys import PublicKey


@dataclass(frozen=True)
class TrustStore:
    """The keys that a verifier trusts, by their ids."""

    keys: tuple[PublicKey, ...] = ()

    def find(self, key_id: str) -> PublicKey | None:
        """The trusted key of this id."""
        return next((key for key in self.keys if key.key_id == key_id), None)


@dataclass(frozen=True)
class Policy:
    """What a verifier accepts.

    Attributes:
        purposes: accepted purposes; a bundle made for another one fails.
        integrity_only: whether it is whole is all that is asked: the signer need not be trusted.
        accept_partial: a survey or suite that is not complete is accepted.
    """

    purposes: frozenset[Purpose] = frozenset({Purpose.TEST})
    integrity_only: bool = False
    accept_partial: bool = False
