"""Revocation lists (CRLs, RFC 5280 section 5): was a certificate taken back before it signed?

No service is asked: lists come with the bundle or from the reader. A list counts if the issuer of
the certificate signed it. Being revoked in any of them is being revoked.
"""

import datetime as dt
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509

from harness.trust.certificates import BROKEN, malformed, pem_blocks, told
from harness.trust.distrust import DistrustError

MAX_LIST_BYTES: Final = 4 * 1024 * 1024
MAX_LISTS: Final = 16
_PEM: Final = re.compile(
    rb"-----BEGIN X509 CRL-----[\sA-Za-z0-9+/=]+-----END X509 CRL-----", re.ASCII
)
_COMPROMISED: Final = frozenset(
    {
        x509.ReasonFlags.key_compromise,
        x509.ReasonFlags.ca_compromise,
        x509.ReasonFlags.aa_compromise,
    }
)
RevocationList = x509.CertificateRevocationList


@dataclass(frozen=True)
class RevocationRules:
    """What a reader asks of revocation lists.

    Attributes:
        now: the moment of verification.
        max_age: oldest list that is accepted, by its date of issue; None = of any age.
    """

    now: dt.datetime
    max_age: dt.timedelta | None = None


def parse_revocations(data: bytes, source: str) -> tuple[RevocationList, ...]:
    """All revocation lists of a PEM text.

    Raises:
        DistrustError: ``E-CERT-MALFORMED``: none, too many, too large, or one that cannot be read.
    """
    blocks = pem_blocks(data, _PEM, source, MAX_LIST_BYTES)
    if len(blocks) > MAX_LISTS:
        raise malformed(f"{source}: {len(blocks)} revocation lists", f"at most {MAX_LISTS}")
    return tuple(_parsed(block, source) for block in blocks)


def _parsed(block: bytes, source: str) -> RevocationList:
    try:
        found = x509.load_pem_x509_crl(block)
        _ = found.extensions, found.issuer, found.last_update_utc, found.next_update_utc
    except BROKEN as error:
        shown = f"{source}: a revocation list cannot be read: {error}"
        raise malformed(shown, "a revocation list (RFC 5280)") from error
    return found


def check_revocation(
    chain: Sequence[x509.Certificate],
    lists: Sequence[RevocationList],
    at: dt.datetime,
    rules: RevocationRules,
) -> None:
    """Make sure that no certificate below the root had been revoked at a moment.

    A certificate that is revoked later stays valid for what was signed before; the date from which
    on a stolen key is not to be trusted (invalidity date) counts instead of the day of the notice.

    Args:
        chain: the certificate, then its issuers up to the root.
        lists: all there are, whoever signed them.
        at: when the signature existed, as a time-stamp proves; the present without one.
        rules: what the reader asks.

    Raises:
        DistrustError: ``E-REVOKED``; or ``E-CRL`` if no list of an issuer is there, or none that is
            recent enough.
    """
    for certificate, issuer in itertools.pairwise(chain):
        own = [each for each in lists if _is_of(each, issuer)]
        for each in own:
            _check_entry(certificate, each, at)
        _check_recent(certificate, own, at, rules)


def _is_of(found: RevocationList, issuer: x509.Certificate) -> bool:
    """Whether the issuer signed it, for all of its certificates (no partial or delta list)."""
    if found.issuer != issuer.subject or any(each.critical for each in found.extensions):
        return False
    try:
        return found.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # or TypeError
    except BROKEN:
        return False


def _check_recent(
    certificate: x509.Certificate,
    own: Sequence[RevocationList],
    at: dt.datetime,
    rules: RevocationRules,
) -> None:
    if not own:
        raise DistrustError(
            "E-CRL",
            f"no revocation list that the issuer of {told(certificate)} signed",
            "one in the bundle, or one that the policy names",
        )
    newest = max(own, key=lambda each: each.last_update_utc)
    age = rules.now - newest.last_update_utc
    if rules.max_age is not None and age > rules.max_age:
        raise DistrustError(
            "E-CRL",
            f"the newest revocation list is of {newest.last_update_utc.isoformat()}",
            f"one that is at most {rules.max_age.days} days old: fetch it from the issuer and name "
            "it in the policy",
        )
    due = newest.next_update_utc
    if due is not None and due < at:
        raise DistrustError(
            "E-CRL",
            f"the newest revocation list was to be replaced by {due.isoformat()}",
            f"one that still held at {at.isoformat()}",
        )


def _check_entry(certificate: x509.Certificate, found: RevocationList, at: dt.datetime) -> None:
    entry = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is None:
        return
    try:
        reason, invalid = _details(entry)
    except (ValueError, x509.DuplicateExtension) as error:
        shown = f"an entry of a revocation list cannot be read: {error}"
        raise malformed(shown, "an entry as in RFC 5280, 5.3") from error
    since = entry.revocation_date_utc
    if reason in _COMPROMISED and invalid is not None:
        since = min(since, invalid)
    if since <= at:
        raise DistrustError(
            "E-REVOKED",
            f"{told(certificate)} is revoked since {since.isoformat()} ({reason.value})",
            f"a certificate that was not revoked at {at.isoformat()}",
        )


def _details(entry: x509.RevokedCertificate) -> tuple[x509.ReasonFlags, dt.datetime | None]:
    reason, invalid = x509.ReasonFlags.unspecified, None
    for each in entry.extensions:
        if isinstance(each.value, x509.CRLReason):
            reason = each.value.reason
        if isinstance(each.value, x509.InvalidityDate):
            invalid = each.value.invalidity_date_utc
    return reason, invalid
