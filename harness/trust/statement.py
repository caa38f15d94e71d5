"""The signed statement: an in-toto Statement v1 about one bundle, inside a DSSE envelope."""

from typing import Literal

from pydantic import Field, ValidationError

from harness.encoding.canonical import canonical, load_strict
from harness.errors import CaptureError, VerificationError
from harness.model.attestation import PREDICATE_TYPE, EvidencePredicate
from harness.model.base import Frozen
from harness.trust.dsse import Envelope
from harness.trust.in_toto import PAYLOAD_TYPE, Subject, subjects_of
from harness.trust.keys import SigningKey
from harness.trust.result_statement import sign_result


class Statement(Frozen):
    """An in-toto Statement v1 with certbench's predicate."""

    type_: Literal["https://in-toto.io/Statement/v1"] = Field(
        default="https://in-toto.io/Statement/v1", alias="_type"
    )
    subject: tuple[Subject, ...]
    predicate_type: Literal["https://certbench.dev/evidence/v1"] = Field(
        default="https://certbench.dev/evidence/v1", alias="predicateType"
    )
    predicate: EvidencePredicate

    def payload(self) -> bytes:
        """The canonical bytes to be signed."""
        return canonical(self.to_json())


def make_statement(predicate: EvidencePredicate) -> Statement:
    """The statement about a bundle: its subjects are the bundle and each of its parts."""
    return Statement(subject=subjects_of(predicate), predicate=predicate)


def parse_statement(payload: bytes) -> Statement:
    """Read a statement from the bytes of an envelope whose payload type was checked.

    Raises:
        VerificationError: not strict JSON, another statement or predicate type, a field wrong, or
            subjects that are not those of the predicate.
    """
    try:
        document = load_strict(payload)
        statement = Statement.model_validate_json(canonical(document))
    except (CaptureError, ValidationError) as error:
        place = _first_place(error)
        message = f"not a statement of {PREDICATE_TYPE}{place}"
        raise VerificationError(message) from error
    if statement != make_statement(statement.predicate):
        message = "the statement's subjects are not the roots of its predicate"
        raise VerificationError(message)
    return statement


def _first_place(error: CaptureError | ValidationError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f": {'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return f": {error}"


class LabSigner:
    """Signs statements with a laboratory's key; what `harness.evidence.sealing` is given."""

    def __init__(self, key: SigningKey) -> None:
        """Sign with ``key``."""
        self._key = key

    @property
    def key_id(self) -> str:
        """Id of the key."""
        return self._key.public.key_id

    @property
    def public_pem(self) -> bytes:
        """The public key, to be put beside the statement."""
        return self._key.public.pem

    def payload(self, predicate: EvidencePredicate) -> bytes:
        """The exact bytes that `attest` would sign."""
        return make_statement(predicate).payload()

    def attest(self, predicate: EvidencePredicate) -> bytes:
        """The statement about ``predicate``, signed, as the bytes of an envelope."""
        return Envelope(PAYLOAD_TYPE, self.payload(predicate), ()).signed_with(self._key).to_bytes()

    def attest_result(self, predicate: EvidencePredicate) -> bytes:
        """The same results as an in-toto ``test-result``, signed with the same key."""
        return sign_result(predicate, self._key)
