"""What an authority signs: its own certificate, those of others, and revocation lists (RFC 5280).

A laboratory only ever needs this for a hierarchy of its own to try things out with; a real
accreditation body keeps its root key offline and may use any software that keeps to the profile.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from harness.trust.oids import SCOPE, Use
from harness.trust.scope import Scope

_HASH: Final = hashes.SHA256()


@dataclass(frozen=True)
class Term:
    """From when until when a certificate holds."""

    first: dt.datetime
    last: dt.datetime


@dataclass(frozen=True)
class Authority:
    """A root: its certificate and the private key to it (ECDSA, P-256)."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def create(cls, subject: x509.Name, term: Term) -> "Authority":
        """A new root that certifies itself, and nobody who certifies others in turn."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            _builder(subject, subject, key.public_key(), term)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(issuer=True), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
        )
        return cls(builder.sign(key, _HASH), key)

    def certify_person(
        self,
        key: ec.EllipticCurvePublicKey,
        *,
        subject: x509.Name,
        uri: str,
        use: Use,
        scope: Scope | None,
        term: Term,
    ) -> x509.Certificate:
        """A certificate for a person's signing key.

        Args:
            key: the person's public key.
            subject: who it is, for people to read.
            uri: who it is, for programs (`harness.trust.certificates.person_uri`).
            use: what the key may sign.
            scope: of the laboratory's accreditation, if the person signs evidence.
            term: when the certificate holds.
        """
        builder = self._leaf(key, subject, term, [use.value]).add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)]), critical=False
        )
        if scope is not None:
            extension = x509.UnrecognizedExtension(SCOPE, scope.to_der())
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self.key, _HASH)

    def certify_clock(
        self, key: ec.EllipticCurvePublicKey, subject: x509.Name, term: Term
    ) -> x509.Certificate:
        """A certificate for a time-stamping authority: for that alone (RFC 3161, 2.3)."""
        usages = [ExtendedKeyUsageOID.TIME_STAMPING]
        return self._leaf(key, subject, term, usages).sign(self.key, _HASH)

    def _leaf(
        self,
        key: ec.EllipticCurvePublicKey,
        subject: x509.Name,
        term: Term,
        usages: list[x509.ObjectIdentifier],
    ) -> x509.CertificateBuilder:
        own = self.key.public_key()
        return (
            _builder(subject, self.certificate.subject, key, term)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(issuer=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own), critical=False)
        )

    def revocation_list(
        self, revoked: Iterable[x509.RevokedCertificate], number: int, term: Term
    ) -> x509.CertificateRevocationList:
        """A complete list of what was revoked; the next one is due at the end of ``term``."""
        own = self.key.public_key()
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(term.first)
            .next_update(term.last)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own), critical=False)
        )
        for each in revoked:
            builder = builder.add_revoked_certificate(each)
        return builder.sign(self.key, _HASH)


def revoked_entry(
    serial: int, since: dt.datetime, reason: x509.ReasonFlags, invalid: dt.datetime | None = None
) -> x509.RevokedCertificate:
    """An entry of a revocation list.

    Args:
        serial: number of the certificate.
        since: when it was revoked.
        reason: why.
        invalid: since when the key is not to be trusted, if that is earlier.
    """
    builder = (
        x509.RevokedCertificateBuilder()
        .serial_number(serial)
        .revocation_date(since)
        .add_extension(x509.CRLReason(reason), critical=False)
    )
    if invalid is not None:
        builder = builder.add_extension(x509.InvalidityDate(invalid), critical=False)
    return builder.build()


def name(organisation: str, common_name: str) -> x509.Name:
    """A subject of an organisation and a common name."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def pem(found: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    """A certificate or list as PEM."""
    return found.public_bytes(serialization.Encoding.PEM)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, term: Term
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(term.first)
        .not_valid_after(term.last)
    )


def _usage(*, issuer: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not issuer,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issuer,
        crl_sign=issuer,
        encipher_only=False,
        decipher_only=False,
    )
