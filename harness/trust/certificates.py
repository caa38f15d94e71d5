"""X.509 certificates of those who sign (RFC 5280): from an accreditation body's root to a person.

Everything is decided offline, from certificates that lie beside the signature and roots that the
reader brings, for one moment: that of the time-stamp over the signature. Certificates come from
strangers, so their number and size are bounded, and whatever a library trips over is a finding.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from harness.trust.distrust import DistrustError
from harness.trust.oids import SCOPE, Use
from harness.trust.scope import Scope, scope_in

MAX_PEM_BYTES: Final = 256 * 1024
MAX_CERTIFICATES: Final = 32
MAX_CERTIFICATE_BYTES: Final = 16 * 1024
_MAX_BETWEEN: Final = 2
"""Most authorities between a person and a root."""
_PEM: Final = re.compile(
    rb"-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----", re.ASCII
)
_PERSON: Final = re.compile(r"certbench://(laboratory|certifier)/([^/?#]+)/person/([^/?#]+)")
BROKEN: Final = (
    ValueError,
    TypeError,
    KeyError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises for a certificate, list or token that it cannot make sense of."""


@dataclass(frozen=True)
class Holder:
    """Whom a certificate names, and how far it reaches.

    Attributes:
        organisation: the laboratory, or the certifier.
        person: id of the person within it.
        chain: the certificate, then those of its issuers up to the root.
        scope: of the laboratory's accreditation; None for who has none, such as a certifier.
    """

    organisation: str
    person: str
    chain: tuple[x509.Certificate, ...]
    scope: Scope | None

    @property
    def certificate(self) -> x509.Certificate:
        """The person's own certificate."""
        return self.chain[0]

    @property
    def told(self) -> str:
        """How to speak of the person."""
        return f"{self.person} of {self.organisation}"


def person_uri(use: Use, organisation: str, person: str) -> str:
    """How the subject alternative name of a certificate names a person of an organisation."""
    kind = "laboratory" if use is Use.EVIDENCE else "certifier"
    return f"certbench://{kind}/{quote(organisation, safe='')}/person/{quote(person, safe='')}"


def parse_certificates(data: bytes, source: str) -> tuple[x509.Certificate, ...]:
    """All certificates of a PEM text, in order.

    Raises:
        DistrustError: ``E-CERT-MALFORMED``: none, too many, too large, or one that cannot be read.
    """
    blocks = pem_blocks(data, _PEM, source, MAX_PEM_BYTES)
    if len(blocks) > MAX_CERTIFICATES:
        raise malformed(f"{source}: {len(blocks)} certificates", f"at most {MAX_CERTIFICATES}")
    return tuple(_parsed(block, source, number) for number, block in enumerate(blocks, 1))


def pem_blocks(data: bytes, wanted: re.Pattern[bytes], source: str, limit: int) -> list[bytes]:
    """The blocks of a PEM text that is no longer than ``limit`` bytes, at least one.

    Raises:
        DistrustError: ``E-CERT-MALFORMED``.
    """
    if len(data) > limit:
        raise malformed(f"{source}: {len(data)} bytes", f"at most {limit}")
    blocks = wanted.findall(data)
    if not blocks or len(blocks) != data.count(b"-----BEGIN "):
        raise malformed(f"{source}: not a list of PEM blocks of one kind", "PEM as in RFC 7468")
    return blocks


def malformed(shown: str, expected: str) -> DistrustError:
    """That a file beside the signature is not what its name says."""
    return DistrustError("E-CERT-MALFORMED", shown, expected)


def _parsed(block: bytes, source: str, number: int) -> x509.Certificate:
    expected = "an X.509 certificate (RFC 5280)"
    if len(block) > MAX_CERTIFICATE_BYTES:
        raise malformed(f"{source}: certificate {number} is very large", expected)
    try:
        found = x509.load_pem_x509_certificate(block)
        _ = found.extensions, found.subject, found.issuer, key_id_of(found)
    except BROKEN as error:
        problem = f"{source}: certificate {number} cannot be read: {error}"
        raise malformed(problem, expected) from error
    return found


def key_id_of(certificate: x509.Certificate) -> str:
    """Id of the certified key: SHA-256 of its SubjectPublicKeyInfo."""
    spki = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(spki).hexdigest()


def find_holder(
    key_id: str,
    shelf: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: dt.datetime,
    use: Use,
) -> Holder:
    """Who held the key at a moment, as somebody below one of ``roots`` certified.

    A key may have several certificates, such as a renewed one; one that holds is enough.

    Args:
        key_id: of the key that signed.
        shelf: certificates that came with the signature, in any order.
        roots: those that the reader trusts.
        at: the moment that counts, with its offset from UTC.
        use: what was signed.

    Raises:
        DistrustError: ``E-CERT-ROOT``, ``-EKU``, ``-NOT-YET``, ``-EXPIRED`` or ``-MALFORMED``; or
            ``E-CERT-MISSING`` if no certificate is for this key.
    """
    problem = DistrustError(
        "E-CERT-MISSING", f"no certificate of key {key_id}", "a certificate of the key that signed"
    )
    for certificate in shelf:
        if key_id_of(certificate) != key_id:
            continue
        try:
            return _holder(certificate, shelf, roots, at, use)
        except DistrustError as error:
            problem = error
    raise problem


def _holder(
    certificate: x509.Certificate,
    shelf: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: dt.datetime,
    use: Use,
) -> Holder:
    chain = _chain(certificate, shelf, roots, at)
    try:
        _check_use(certificate, use)
        for each in chain:
            _check_dates(each, at)
        organisation, person = _named(certificate, use)
        return Holder(organisation, person, chain, scope_in(certificate, SCOPE))
    except BROKEN as error:
        shown = f"{told(certificate)}: {error}"
        raise malformed(shown, "a certificate of the profile") from error


def _chain(
    certificate: x509.Certificate,
    shelf: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: dt.datetime,
) -> tuple[x509.Certificate, ...]:
    """From the certificate to a root, as of a moment at which it was in force itself.

    Whether that was so when it signed is a question of its own, with an answer of its own. If there
    is no chain as of the signature, but was one when the certificate began, an issuer has expired.
    """
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    try:
        return _chain_at(certificate, shelf, roots, min(max(at, first), last))
    except DistrustError:
        for each in _chain_at(certificate, shelf, roots, first):
            _check_dates(each, at)
        raise


def _chain_at(
    certificate: x509.Certificate,
    shelf: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    moment: dt.datetime,
) -> tuple[x509.Certificate, ...]:
    others = [each for each in shelf if each != certificate]
    try:
        verifier = (
            PolicyBuilder()
            .store(Store(list(roots)))  # an empty one is an error
            .time(moment.astimezone(dt.UTC).replace(tzinfo=None))
            .max_chain_depth(_MAX_BETWEEN)
            .extension_policies(
                ee_policy=_leaf_policy(), ca_policy=ExtensionPolicy.webpki_defaults_ca()
            )
            .build_client_verifier()
        )
        return tuple(verifier.verify(certificate, others).chain)
    except (VerificationError, *BROKEN) as error:
        shown = f"{told(certificate)} does not lead to a trusted root: {error}"
        expected = "a chain to one of the roots that the policy names"
        raise DistrustError("E-CERT-ROOT", shown, expected) from error


def _leaf_policy() -> ExtensionPolicy:
    def no_issuer(_: Policy, __: x509.Certificate, found: x509.BasicConstraints | None) -> None:
        if found is not None and found.ca:
            raise ValueError("it is an issuer's certificate, not a person's")

    def signs(_: Policy, __: x509.Certificate, found: x509.KeyUsage | None) -> None:
        if found is not None and not found.digital_signature:
            raise ValueError("its key is not for signatures")

    return (
        ExtensionPolicy.permit_all()
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, no_issuer)
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, signs)
    )


def _check_use(certificate: x509.Certificate, use: Use) -> None:
    expected = f"extended key usage {use.value.dotted_string}, {use.name.lower()}"
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        found = x509.ExtendedKeyUsage([x509.ObjectIdentifier("2.5.29.37.0")])
    if use.value not in found:
        usages = ", ".join(usage.dotted_string for usage in found)
        shown = f"{told(certificate)} is for {usages}"
        raise DistrustError("E-CERT-EKU", shown, expected)


def _check_dates(certificate: x509.Certificate, at: dt.datetime) -> None:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    expected = f"a certificate in force at {at.isoformat()}"
    if at < first:
        shown = f"{told(certificate)} holds from {first.isoformat()} on"
        raise DistrustError("E-CERT-NOT-YET", shown, expected)
    if at > last:
        shown = f"{told(certificate)} expired at {last.isoformat()}"
        raise DistrustError("E-CERT-EXPIRED", shown, f"{expected}; a time-stamp from before helps")


def _named(certificate: x509.Certificate, use: Use) -> tuple[str, str]:
    """Organisation and person, from the one name of the profile."""
    kind = "laboratory" if use is Use.EVIDENCE else "certifier"
    names = [found for found in _person_names(certificate) if found[1] == kind]
    if len(names) != 1:
        raise ValueError(f"it does not name one person of a {kind}")
    return unquote(names[0][2]), unquote(names[0][3])


def _person_names(certificate: x509.Certificate) -> Iterator[re.Match[str]]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    for uri in names.get_values_for_type(x509.UniformResourceIdentifier):
        if found := _PERSON.fullmatch(uri):
            yield found


def told(certificate: x509.Certificate) -> str:
    """How to speak of a certificate: its number and subject."""
    return f"certificate {certificate.serial_number:x} ({certificate.subject.rfc4514_string()})"
