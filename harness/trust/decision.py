"""A certifier's decision about a bundle and its withdrawal: in-toto Statements v1 inside DSSE.

A decision has two subjects: the bundle's root and the SHA-256 of the payload that the laboratory
signed, so that it vouches for one statement and not merely for the same files. Further signatures
of the laboratory leave both alone.
"""

from typing import Annotated, Final, Generic, Literal, TypeVar

from pydantic import Field, ValidationError

from harness.encoding.canonical import canonical, load_strict, sha256_hex
from harness.errors import CaptureError, VerificationError
from harness.model.base import Frozen
from harness.model.decision import DECISION_TYPE, WITHDRAWAL_TYPE, Decision, Withdrawal
from harness.trust.dsse import Envelope, parse_envelope
from harness.trust.in_toto import DIGEST_NAME, PAYLOAD_TYPE, Subject
from harness.trust.keys import PublicKey, SigningKey

MAX_DECISION_BYTES: Final = 1024 * 1024
P = TypeVar("P", Decision, Withdrawal)


class _Saying(Frozen, Generic[P]):
    type_: Literal["https://in-toto.io/Statement/v1"] = Field(
        default="https://in-toto.io/Statement/v1", alias="_type"
    )
    subject: Annotated[tuple[Subject, ...], Field(min_length=1, max_length=2)]
    predicate: P

    def payload(self) -> bytes:
        """The canonical bytes to be signed."""
        return canonical(self.to_json())


class DecisionStatement(_Saying[Decision]):
    """A decision with the two things that it is about."""

    predicate_type: Literal["https://certbench.dev/decision/v1"] = Field(
        default=DECISION_TYPE, alias="predicateType"
    )

    @property
    def bundle_root(self) -> str:
        """Root of the bundle."""
        return self.subject[0].digest[DIGEST_NAME]

    @property
    def statement_sha256(self) -> str:
        """Digest of the laboratory's statement."""
        return self.subject[1].digest["sha256"]


class WithdrawalStatement(_Saying[Withdrawal]):
    """A withdrawal; its subject is the bundle's root."""

    predicate_type: Literal["https://certbench.dev/withdrawal/v1"] = Field(
        default=WITHDRAWAL_TYPE, alias="predicateType"
    )


S = TypeVar("S", DecisionStatement, WithdrawalStatement)


def make_decision(decision: Decision, bundle_root: str, payload: bytes) -> DecisionStatement:
    """The statement of a decision about the bundle whose laboratory signed ``payload``."""
    return DecisionStatement(subject=_about(bundle_root, payload), predicate=decision)


def make_withdrawal(withdrawal: Withdrawal) -> WithdrawalStatement:
    """The statement of a withdrawal."""
    subject = (Subject(name="bundle", digest={DIGEST_NAME: withdrawal.bundle_root}),)
    return WithdrawalStatement(subject=subject, predicate=withdrawal)


def sign_saying(saying: DecisionStatement | WithdrawalStatement, key: SigningKey) -> bytes:
    """The statement, signed, as the bytes of an envelope."""
    return Envelope(PAYLOAD_TYPE, saying.payload(), ()).signed_with(key).to_bytes()


def parse_decision(data: bytes) -> tuple[Envelope, DecisionStatement]:
    """Read a decision strictly; its signature is not looked at.

    Raises:
        VerificationError: not an envelope around a statement of a decision.
    """
    envelope, found = _opened(data, DecisionStatement, DECISION_TYPE)
    names = [(each.name, tuple(each.digest)) for each in found.subject]
    if names != [("bundle", (DIGEST_NAME,)), ("statement", ("sha256",))]:
        raise VerificationError("the subjects are not a bundle and a laboratory's statement")
    return envelope, found


def parse_withdrawal(data: bytes) -> tuple[Envelope, WithdrawalStatement]:
    """Read a withdrawal strictly; its signature is not looked at.

    Raises:
        VerificationError: not an envelope around a statement of a withdrawal.
    """
    envelope, found = _opened(data, WithdrawalStatement, WITHDRAWAL_TYPE)
    if found != make_withdrawal(found.predicate):
        raise VerificationError("the subject is not the bundle that the withdrawal names")
    return envelope, found


def verified_signers(envelope: Envelope, keys: tuple[PublicKey, ...]) -> tuple[PublicKey, ...]:
    """Those of ``keys`` that signed; signatures of other keys are left aside.

    Raises:
        VerificationError: a signature that names one of ``keys`` is not that key's.
    """
    known = {key.key_id: key for key in keys}
    named = [(known.get(each.key_id), each.value) for each in envelope.signatures]
    for key, value in named:
        if key is not None and not key.verifies(value, envelope.signed_bytes):
            raise VerificationError(f"the signature that claims key {key.key_id} is not that key's")
    return tuple(dict.fromkeys(key for key, _ in named if key is not None))


def _about(bundle_root: str, payload: bytes) -> tuple[Subject, ...]:
    return (
        Subject(name="bundle", digest={DIGEST_NAME: bundle_root}),
        Subject(name="statement", digest={"sha256": sha256_hex(payload)}),
    )


def _opened(data: bytes, model: type[S], kind: str) -> tuple[Envelope, S]:
    if len(data) > MAX_DECISION_BYTES:
        raise VerificationError(f"larger than {MAX_DECISION_BYTES} bytes")
    envelope = parse_envelope(data)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise VerificationError(f"payload type {envelope.payload_type}, not {PAYLOAD_TYPE}")
    try:
        return envelope, model.model_validate_json(canonical(load_strict(envelope.payload)))
    except CaptureError as error:
        raise VerificationError(f"not a statement of {kind}: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        message = f"not a statement of {kind}: {place}: {first['msg']}"
        raise VerificationError(message) from error
