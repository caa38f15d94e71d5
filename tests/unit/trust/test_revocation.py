"""A revoked certificate is refused from the day that counts on, and not before."""

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from harness.trust.distrust import DistrustError
from harness.trust.issuing import pem, revoked_entry
from harness.trust.revocation import (
    MAX_LISTS,
    RevocationRules,
    check_revocation,
    parse_revocations,
)

NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
RULES = RevocationRules(NOW)
STOLEN = x509.ReasonFlags.key_compromise
LEFT = x509.ReasonFlags.affiliation_changed


def code_of(pki, leaf, lists, at=NOW, rules=RULES):
    with pytest.raises(DistrustError) as caught:
        check_revocation([leaf, pki.root], lists, at, rules)
    return caught.value.code


def revoked(leaf, since, reason=LEFT, invalid=None):
    return revoked_entry(leaf.serial_number, since, reason, invalid)


def test_a_certificate_that_is_on_no_list_holds(pki):
    leaf, other = pki.certify(), pki.certify()
    check_revocation([leaf, pki.root], [pki.crl()], NOW, RULES)
    check_revocation([leaf, pki.root], [pki.crl(revoked(other, NOW - DAY))], NOW, RULES)


@pytest.mark.parametrize("reason", [LEFT, STOLEN, x509.ReasonFlags.certificate_hold])
def test_revoked_before_the_signature(pki, reason):
    leaf = pki.certify()
    lists = [pki.crl(revoked(leaf, NOW - 2 * DAY, reason))]
    assert code_of(pki, leaf, lists, NOW - DAY) == "E-REVOKED"
    assert code_of(pki, leaf, lists, NOW - 2 * DAY) == "E-REVOKED"


@pytest.mark.parametrize("reason", [LEFT, STOLEN])
def test_revoked_after_the_signature_leaves_it_valid(pki, reason):
    leaf = pki.certify()
    crl = pki.crl(revoked(leaf, NOW - DAY, reason))
    check_revocation([leaf, pki.root], [crl], NOW - 2 * DAY, RULES)


def test_a_stolen_key_is_invalid_from_the_day_of_the_theft_on(pki):
    leaf = pki.certify()
    lists = [pki.crl(revoked(leaf, NOW - DAY, STOLEN, NOW - 3 * DAY))]
    assert code_of(pki, leaf, lists, NOW - 2 * DAY) == "E-REVOKED"
    check_revocation([leaf, pki.root], lists, NOW - 4 * DAY, RULES)


def test_an_earlier_day_counts_only_for_stolen_keys(pki):
    leaf = pki.certify()
    crl = pki.crl(revoked(leaf, NOW - DAY, LEFT, NOW - 3 * DAY))
    check_revocation([leaf, pki.root], [crl], NOW - 2 * DAY, RULES)


def test_an_older_list_that_says_so_is_enough(pki):
    leaf = pki.certify()
    old = pki.crl(revoked(leaf, NOW - 5 * DAY), first=-4)
    assert code_of(pki, leaf, [old, pki.crl(number=2)], NOW - DAY) == "E-REVOKED"


def test_a_list_of_somebody_else_does_not_count(pki, other_pki):
    leaf = pki.certify()
    assert code_of(pki, leaf, []) == "E-CRL"
    assert code_of(pki, leaf, [other_pki.crl()]) == "E-CRL"
    forged = other_pki.crl(revoked(leaf, NOW - DAY))
    check_revocation([leaf, pki.root], [forged, pki.crl()], NOW, RULES)


def test_a_list_must_be_as_recent_as_the_reader_asks(pki):
    leaf = pki.certify()
    lists = [pki.crl(first=-20)]
    check_revocation([leaf, pki.root], lists, NOW, RevocationRules(NOW, 21 * DAY))
    assert code_of(pki, leaf, lists, NOW, RevocationRules(NOW, 19 * DAY)) == "E-CRL"
    newer = [*lists, pki.crl(first=-1)]
    check_revocation([leaf, pki.root], newer, NOW, RevocationRules(NOW, 19 * DAY))


def test_a_list_that_had_run_out_when_it_was_signed_is_too_old(pki):
    leaf = pki.certify()
    lists = [pki.crl(first=-20, last=-10)]
    assert code_of(pki, leaf, lists, NOW - 5 * DAY) == "E-CRL"
    check_revocation([leaf, pki.root], lists, NOW - 15 * DAY, RULES)


def test_a_list_for_some_certificates_only_does_not_count(pki):
    leaf = pki.certify()
    partial = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(pki.root.subject)
        .last_update(NOW - DAY)
        .next_update(NOW + DAY)
        .add_extension(x509.DeltaCRLIndicator(1), critical=True)
        .sign(pki.authority.key, hashes.SHA256())
    )
    assert code_of(pki, leaf, [partial]) == "E-CRL"


def test_lists_are_read_from_pem_and_bounded(pki):
    crl = pki.crl()
    assert parse_revocations(pem(crl) * 2, "revoked.pem") == (crl, crl)
    for bad in (b"", pem(pki.root), pem(crl) * (MAX_LISTS + 1), bytes(10**7), pem(crl)[:-60]):
        with pytest.raises(DistrustError, match=r"E-CERT-MALFORMED.*revoked\.pem"):
            parse_revocations(bad, "revoked.pem")
