"""Time-stamps (RFC 3161): proof that a signature existed at a moment, by somebody else's clock.

The first token covers SHA-256 of the signature's bytes; each further one covers the bytes of the
token before it, so that a time-stamp can be renewed before its authority or its algorithm ages: a
token must hold at the time of the next one, and the last one must hold now.
"""

import datetime as dt
import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from rfc3161_client import (
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client.base import HashAlgorithm
from rfc3161_client.tsp import PKIStatus, TimeStampRequest, TimeStampResponse

from harness.trust.certificates import BROKEN
from harness.trust.distrust import DistrustError

MAX_TOKEN_BYTES: Final = 64 * 1024
MAX_TOKENS: Final = 9
SKEW: Final = dt.timedelta(minutes=5)
"""By how much two clocks may disagree before one of them must be wrong."""
_MAX_REASON: Final = 200
_HASHES: Final = {
    "2.16.840.1.101.3.4.2.1": hashlib.sha256,
    "2.16.840.1.101.3.4.2.2": hashlib.sha384,
    "2.16.840.1.101.3.4.2.3": hashlib.sha512,
}


@dataclass(frozen=True)
class Token:
    """One token, read but not verified.

    Attributes:
        data: the response as the authority sent it, and as it is stored.
        time: what it says, in UTC.
        policy: the authority's policy, as a dotted object identifier.
        signer: the authority's certificate.
    """

    data: bytes
    response: TimeStampResponse
    time: dt.datetime
    policy: str
    signer: x509.Certificate

    def covers(self, message: bytes) -> bool:
        """Whether its imprint is that of ``message``."""
        imprint = self.response.tst_info.message_imprint
        digest = _HASHES.get(imprint.hash_algorithm.dotted_string)
        return digest is not None and digest(message).digest() == bytes(imprint.message)


@dataclass(frozen=True)
class Stamp:
    """Since when a signature is proved to exist.

    Attributes:
        time: by the first token, in UTC.
        authority: subject of the certificate of the first token's authority.
        renewals: number of tokens after the first.
    """

    time: dt.datetime
    authority: str
    renewals: int


@dataclass(frozen=True)
class StampRules:
    """What a reader asks of time-stamps.

    Attributes:
        roots: certificates that an authority's own must lead to.
        policies: accepted policies of authorities, dotted; empty = any.
        now: the moment of verification.
    """

    roots: tuple[x509.Certificate, ...]
    policies: frozenset[str]
    now: dt.datetime


def make_query(message: bytes) -> TimeStampRequest:
    """A query over ``message``, with a nonce, that asks for the authority's certificate."""
    builder = TimestampRequestBuilder(data=message, hash_algorithm=HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build()


def parse_token(data: bytes, source: str) -> Token:
    """Read a response with its token; nothing is verified yet.

    Raises:
        DistrustError: ``E-TST-MALFORMED``.
    """
    expected = "a granted response with one signer and its certificate (RFC 3161)"
    if len(data) > MAX_TOKEN_BYTES:
        shown = f"{source}: {len(data)} bytes"
        raise DistrustError("E-TST-MALFORMED", shown, f"at most {MAX_TOKEN_BYTES}")
    try:
        response = decode_timestamp_response(data)
        return _token(data, response)
    except (*BROKEN, VerificationError) as error:
        shown = f"{source}: {error}"
        raise DistrustError("E-TST-MALFORMED", shown, expected) from error


def _token(data: bytes, response: TimeStampResponse) -> Token:
    if PKIStatus(response.status) is not PKIStatus.GRANTED:
        raise ValueError(f"status {response.status}, not granted")
    info = response.tst_info
    time = info.gen_time if info.gen_time.tzinfo else info.gen_time.replace(tzinfo=dt.UTC)
    return Token(data, response, time, info.policy.dotted_string, _signer(response))


def _signer(response: TimeStampResponse) -> x509.Certificate:
    infos = list(response.signed_data.signer_infos)
    if len(infos) != 1:
        raise ValueError(f"{len(infos)} signers")
    certificates = response.signed_data.certificates
    for each in (x509.load_der_x509_certificate(der) for der in certificates):
        if (each.issuer, each.serial_number) == (infos[0].issuer, infos[0].serial_number):
            _ = each.subject, each.not_valid_after_utc, each.extensions  # can all be read
            return each
    raise ValueError("the signer's certificate is not in it")


def check_imprints(tokens: Sequence[Token], messages: Sequence[bytes]) -> None:
    """Make sure that the first token covers one of ``messages``, and each other the one before it.

    Raises:
        DistrustError: ``E-TST-IMPRINT``.
    """
    covered = any(tokens[0].covers(message) for message in messages)
    if not covered:
        raise _imprint(1, "the signature that it lies beside")
    for number, (before, after) in enumerate(itertools.pairwise(tokens), 2):
        if not after.covers(before.data):
            raise _imprint(number, f"token {number - 1}, which it renews")


def _imprint(number: int, expected: str) -> DistrustError:
    shown = f"time-stamp {number} is over something else"
    return DistrustError("E-TST-IMPRINT", shown, f"one over {expected}")


def check_stamp(tokens: Sequence[Token], messages: Sequence[bytes], rules: StampRules) -> Stamp:
    """Since when one of ``messages`` exists, by a row of tokens.

    Raises:
        DistrustError: ``E-TST-IMPRINT``, ``-POLICY``, ``-ROOT``, ``-TIME`` or ``-EXPIRED``.
    """
    check_imprints(tokens, messages)
    ends = [*(each.time for each in tokens[1:]), rules.now]
    for number, (token, end) in enumerate(zip(tokens, ends, strict=True), 1):
        _check_policy(token, number, rules)
        _check_authority(token, number, rules)
        _check_until(token, number, end)
    first = tokens[0]
    return Stamp(first.time, first.signer.subject.rfc4514_string(), len(tokens) - 1)


def _check_policy(token: Token, number: int, rules: StampRules) -> None:
    if rules.policies and token.policy not in rules.policies:
        raise DistrustError(
            "E-TST-POLICY",
            f"time-stamp {number} was made under policy {token.policy}",
            f"one of {', '.join(sorted(rules.policies))}",
        )


def _check_authority(token: Token, number: int, rules: StampRules) -> None:
    verifier = VerifierBuilder(roots=list(rules.roots)).build()
    imprint = bytes(token.response.tst_info.message_imprint.message)
    try:
        verifier.verify(token.response, imprint)
    except (VerificationError, ValueError) as error:
        who, why = token.signer.subject.rfc4514_string(), str(error)[:_MAX_REASON]
        shown = f"time-stamp {number} of {who} at {token.time.isoformat()}: {why}"
        expected = "a signature of an authority that leads to a trusted root"
        raise DistrustError("E-TST-ROOT", shown, expected) from error


def _check_until(token: Token, number: int, end: dt.datetime) -> None:
    """A token proves nothing once its authority's certificate ran out, unless another covers it."""
    if end + SKEW < token.time:
        raise DistrustError(
            "E-TST-TIME",
            f"time-stamp {number} is of {token.time.isoformat()}",
            f"one from before {end.isoformat()}, when it was renewed or is looked at",
        )
    last = token.signer.not_valid_after_utc
    if end > last:
        raise DistrustError(
            "E-TST-EXPIRED",
            f"the authority of time-stamp {number} was certified until {last.isoformat()}",
            "a time-stamp that was renewed before then (certbench timestamp --renew)",
        )
