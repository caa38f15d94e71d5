"""What is put beside a statement after it was made: further signatures, certificates, lists."""

from collections.abc import Iterable, Sequence

from cryptography import x509

from harness.errors import UsageError
from harness.trust.certificates import key_id_of
from harness.trust.dsse import MAX_SIGNATURES, Envelope
from harness.trust.issuing import pem
from harness.trust.keys import SigningKey
from harness.trust.oids import Use


def add_signature(envelope: Envelope, key: SigningKey) -> Envelope:
    """The same payload with one signature more; those before it keep their places.

    Raises:
        UsageError: the key signed already, or no more signatures are allowed.
    """
    if any(each.key_id == key.key_id for each in envelope.signatures):
        raise UsageError(f"key {key.key_id} signed this already")
    if len(envelope.signatures) >= MAX_SIGNATURES:
        raise UsageError(f"{MAX_SIGNATURES} signatures are the most that a statement may have")
    return envelope.signed_with(key)


def check_fits(certificate: x509.Certificate, envelope: Envelope, use: Use) -> None:
    """Make sure that a certificate is for a key that signed, and for what it signed.

    Raises:
        UsageError: it is not.
    """
    key_id = key_id_of(certificate)
    if all(each.key_id != key_id for each in envelope.signatures):
        raise UsageError(f"the certificate is for key {key_id}, which did not sign this")
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        usages = x509.ExtendedKeyUsage([])
    if use.value not in usages:
        raise UsageError(
            f"the certificate is not for signing {use.name.lower()} "
            f"(extended key usage {use.value.dotted_string})"
        )


def merge_certificates(there: Iterable[x509.Certificate], new: Iterable[x509.Certificate]) -> bytes:
    """Certificates as one PEM text, each once, those that were there first."""
    return b"".join(pem(each) for each in dict.fromkeys([*there, *new]))


def merge_lists(
    there: Sequence[x509.CertificateRevocationList], new: Sequence[x509.CertificateRevocationList]
) -> bytes:
    """Revocation lists as one PEM text: of each issuer the newest."""
    newest: dict[x509.Name, x509.CertificateRevocationList] = {}
    for each in (*there, *new):
        known = newest.get(each.issuer)
        if known is None or known.last_update_utc <= each.last_update_utc:
            newest[each.issuer] = each
    return b"".join(map(pem, newest.values()))
