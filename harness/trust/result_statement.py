"""The results once more as an in-toto ``test-result/v0.1`` statement, for other people's tools.

That predicate knows three results. A unit that is FAIL makes it FAILED, one that is INCONCLUSIVE
makes it WARNED, and so does an assessment that is not complete or concludes neither way, or another
way after review; else it is PASSED. Units that do not apply or are not claimed stand nowhere in it.
It is made from the statement about the bundle alone, so that the two cannot disagree unnoticed.
"""

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import Field, ValidationError

from harness.encoding.canonical import canonical, load_strict
from harness.errors import CaptureError, VerificationError
from harness.model.attestation import EvidencePredicate, SignedConclusion
from harness.model.base import Frozen
from harness.model.judgement import Conclusion, Verdict
from harness.trust.dsse import Envelope, parse_envelope
from harness.trust.in_toto import PAYLOAD_TYPE, Subject, subjects_of
from harness.trust.keys import SigningKey

PREDICATE_TYPE: Final = "https://in-toto.io/attestation/test-result/v0.1"


Result = Literal["PASSED", "WARNED", "FAILED"]


class ResourceDescriptor(Frozen):
    """What was used, by name and digest."""

    name: str
    digest: dict[str, str]


class ResultPredicate(Frozen):
    """The predicate; tests are called ``slug@version/unit``."""

    result: Result
    configuration: tuple[ResourceDescriptor, ...]
    passed: tuple[str, ...] = Field(alias="passedTests")
    warned: tuple[str, ...] = Field(alias="warnedTests")
    failed: tuple[str, ...] = Field(alias="failedTests")


class ResultStatement(Frozen):
    """An in-toto Statement v1 with that predicate."""

    type_: Literal["https://in-toto.io/Statement/v1"] = Field(
        default="https://in-toto.io/Statement/v1", alias="_type"
    )
    subject: tuple[Subject, ...]
    predicate_type: Literal["https://in-toto.io/attestation/test-result/v0.1"] = Field(
        default=PREDICATE_TYPE, alias="predicateType"
    )
    predicate: ResultPredicate

    def payload(self) -> bytes:
        """The canonical bytes to be signed."""
        return canonical(self.to_json())


def make_result(predicate: EvidencePredicate) -> ResultStatement:
    """The same results as the statement with ``predicate``, about the same subjects."""
    passed = tuple(_units(predicate, Verdict.PASS))
    warned = tuple(_units(predicate, Verdict.INCONCLUSIVE))
    failed = tuple(_units(predicate, Verdict.FAIL))
    sure = not predicate.partial and all(map(_is_sure, predicate.conclusions))
    settled: Result = "PASSED" if sure and passed and not warned else "WARNED"
    return ResultStatement(
        subject=subjects_of(predicate),
        predicate=ResultPredicate(
            result="FAILED" if failed else settled,
            configuration=tuple(_configuration(predicate)),
            passed=passed,
            warned=warned,
            failed=failed,
        ),
    )


def _is_sure(signed: SignedConclusion) -> bool:
    """Conformant, by the bench and by the people who reviewed it."""
    said = {signed.conclusion, signed.conclusion_after_review or signed.conclusion}
    return signed.complete and said == {Conclusion.CONFORMANT}


def _units(predicate: EvidencePredicate, wanted: Verdict) -> Iterator[str]:
    for each in predicate.conclusions:
        for unit, verdict in sorted(each.units.items()):
            if verdict is wanted:
                yield f"{each.framework}/{unit}"


def _configuration(predicate: EvidencePredicate) -> Iterator[ResourceDescriptor]:
    for each in predicate.conclusions:
        digests = {
            "catalogue": each.catalogue_digest,
            "plan": each.plan_digest,
            "suite": each.suite_digest,
        }
        for name, digest in digests.items():
            if digest:
                yield ResourceDescriptor(name=f"{each.framework}/{name}", digest={"sha256": digest})


def sign_result(predicate: EvidencePredicate, key: SigningKey) -> bytes:
    """The statement about the results, signed, as the bytes of an envelope."""
    payload = make_result(predicate).payload()
    return Envelope(PAYLOAD_TYPE, payload, ()).signed_with(key).to_bytes()


def parse_result(data: bytes) -> tuple[Envelope, ResultStatement]:
    """Read an envelope with such a statement strictly; no signature is verified.

    Raises:
        VerificationError: not an envelope, or another statement in it.
    """
    envelope = parse_envelope(data)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise VerificationError(f"payload type {envelope.payload_type}, not {PAYLOAD_TYPE}")
    try:
        document = canonical(load_strict(envelope.payload))
        return envelope, ResultStatement.model_validate_json(document)
    except (CaptureError, ValidationError) as error:
        raise VerificationError(f"not a statement of {PREDICATE_TYPE}") from error
