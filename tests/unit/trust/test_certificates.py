"""A certificate vouches for a key only below a trusted root, in its time and for its use."""

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from harness.trust.certificates import (
    MAX_CERTIFICATES,
    find_holder,
    key_id_of,
    parse_certificates,
    person_uri,
)
from harness.trust.distrust import DistrustError
from harness.trust.issuing import Authority, Term, name, pem
from harness.trust.oids import SCOPE as SCOPE_OID
from harness.trust.oids import Use
from harness.trust.scope import MAX_BYTES, Scope, scope_in

NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def find(leaf, shelf, roots, at=NOW, use=Use.EVIDENCE):
    return find_holder(key_id_of(leaf), shelf, roots, at, use)


def code_of(leaf, shelf, roots, at=NOW, use=Use.EVIDENCE):
    with pytest.raises(DistrustError) as caught:
        find(leaf, shelf, roots, at, use)
    assert caught.value.shown
    assert caught.value.expected
    return caught.value.code


def test_a_chain_to_a_trusted_root_names_person_and_scope(pki):
    leaf = pki.certify()
    holder = find(leaf, [leaf], [pki.root])
    assert (holder.organisation, holder.person) == ("Example Test Laboratory", "P1")
    assert holder.chain == (leaf, pki.root)
    assert holder.certificate == leaf
    assert holder.scope is not None
    assert holder.scope.covers_framework("small-framework@1.0")
    assert not holder.scope.covers_framework("large-framework@1.0")


def test_names_are_quoted_in_the_uri(pki):
    odd = "Lab/Ä? #1"
    uri = person_uri(Use.EVIDENCE, odd, "P/1")
    leaf = pki.certify(uri=uri)
    assert uri.isascii()
    assert find(leaf, [leaf], [pki.root]).organisation == odd


def test_the_shelf_may_hold_root_and_others_in_any_order(pki):
    leaf, other = pki.certify(), pki.certify()
    assert find(leaf, [other, pki.root, leaf], [pki.root]).certificate == leaf


@pytest.mark.parametrize(
    ("at", "code"), [(NOW - 20 * DAY, "E-CERT-NOT-YET"), (NOW + 366 * DAY, "E-CERT-EXPIRED")]
)
def test_the_moment_of_the_signature_counts(pki, at, code):
    leaf = pki.certify()
    assert code_of(leaf, [leaf], [pki.root], at) == code


def test_a_certificate_for_something_else_is_refused(pki):
    certifier = pki.certify(use=Use.DECISION, scope=None)
    assert code_of(certifier, [certifier], [pki.root]) == "E-CERT-EKU"
    holder = find(certifier, [certifier], [pki.root], use=Use.DECISION)
    assert holder.scope is None


def test_a_certificate_without_a_use_is_for_nothing(pki):
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    uri = x509.UniformResourceIdentifier(person_uri(Use.EVIDENCE, "Lab", "P1"))
    leaf = (
        x509.CertificateBuilder()
        .subject_name(name("Lab", "Ada"))
        .issuer_name(pki.root.subject)
        .public_key(key)
        .serial_number(7)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .add_extension(x509.SubjectAlternativeName([uri]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(pki.root.public_key()),
            critical=False,
        )
        .sign(pki.authority.key, hashes.SHA256())
    )
    assert code_of(leaf, [leaf], [pki.root]) == "E-CERT-EKU"


def test_an_unknown_root_is_refused_though_it_has_the_name(pki, other_pki):
    leaf = other_pki.certify()
    assert code_of(leaf, [leaf], [pki.root]) == "E-CERT-ROOT"
    assert code_of(leaf, [leaf, other_pki.root], [pki.root]) == "E-CERT-ROOT"
    assert code_of(leaf, [leaf, pki.root], []) == "E-CERT-ROOT"


def test_a_root_or_a_person_certifies_nobody_as_a_person(pki):
    signer = ec.generate_private_key(ec.SECP256R1())
    person = pki.certify(signer.public_key())
    rogue = Authority(person, signer)
    leaf = rogue.certify_person(
        ec.generate_private_key(ec.SECP256R1()).public_key(),
        subject=name("Lab", "Mallory"),
        uri=person_uri(Use.EVIDENCE, "Lab", "P9"),
        use=Use.EVIDENCE,
        scope=None,
        term=Term(NOW - DAY, NOW + DAY),
    )
    assert code_of(leaf, [leaf, person], [pki.root]) == "E-CERT-ROOT"
    assert code_of(pki.root, [pki.root], [pki.root]) == "E-CERT-ROOT"


def below(authority, common_name, path_length):
    """An authority that another one certified."""
    key = ec.generate_private_key(ec.SECP256R1())
    usage = authority.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    made = (
        x509.CertificateBuilder()
        .subject_name(name("Body", common_name))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - 50 * DAY)
        .not_valid_after(NOW + 50 * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
        .sign(authority.key, hashes.SHA256())
    )
    return Authority(made, key)


@pytest.mark.parametrize(("between", "holds"), [(1, True), (2, True), (3, False)])
def test_authorities_may_stand_between_a_person_and_the_root(pki, between, holds):
    top = below(pki.authority, "Top", 9)  # the root of the other tests certifies no authority
    authority, shelf = top, []
    for number in range(between):
        authority = below(authority, f"Level {number}", 8 - number)
        shelf.append(authority.certificate)
    leaf = type(pki)(authority).certify()
    if holds:
        chain = find(leaf, [leaf, *shelf], [top.certificate]).chain
        assert chain == (leaf, *reversed(shelf), top.certificate)
        assert code_of(leaf, [leaf], [top.certificate]) == "E-CERT-ROOT"
        late = NOW + 60 * DAY
        assert code_of(leaf, [leaf, *shelf], [top.certificate], late) == "E-CERT-EXPIRED"
    else:
        assert code_of(leaf, [leaf, *shelf], [top.certificate]) == "E-CERT-ROOT"


def test_a_renewed_certificate_of_the_same_key_is_enough(pki):
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    old, new = pki.certify(key, first=-20, last=-5), pki.certify(key)
    for shelf in ([old, new], [new, old]):
        assert find(new, shelf, [pki.root]).certificate == new


def test_no_certificate_of_the_key(pki):
    assert code_of(pki.certify(), [pki.certify()], [pki.root]) == "E-CERT-MISSING"


@pytest.mark.parametrize(
    "uri",
    [
        "https://lab.example/",
        person_uri(Use.DECISION, "Certifier", "C1"),
        "certbench://laboratory//person/P1",
    ],
)
def test_a_certificate_must_name_its_person_in_the_one_way(pki, uri):
    leaf = pki.certify(uri=uri)
    assert code_of(leaf, [leaf], [pki.root]) == "E-CERT-MALFORMED"


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 3000])
def test_a_scope_comes_back_from_its_extension(pki, size):
    frameworks = (*("f" * 100 for _ in range(size // 103)), "x" * (size % 103 or 1))
    scope = Scope(laboratory="L", sites=(), frameworks=frameworks, since=dt.date(2026, 1, 1))
    leaf = pki.certify(scope=scope)
    assert scope_in(leaf, SCOPE_OID) == scope
    assert find(leaf, [leaf], [pki.root]).scope == scope


def test_a_scope_has_a_largest_size():
    many = tuple(f"{n}" * 100 for n in range(10, 70))
    scope = Scope(laboratory="L", sites=(), frameworks=many, since=dt.date(2026, 1, 1))
    assert sum(map(len, many)) > MAX_BYTES
    with pytest.raises(ValueError, match="more than"):
        scope.to_der()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x0c",
        b"\x0c\x02{}",
        b"\x04\x02{}",
        b"\x0c\x84\xff\xff\xff\xff{}",
        b"\x0c\x7f" + b'{"frameworks":[],"laboratory":"L","since":"2026-01-01","sites":[]}',
        b"\x0c\x82\xff\xff" + bytes(70_000),
    ],
)
def test_a_scope_that_makes_no_sense_is_malformed(pki, content):
    class Odd(Scope):
        def to_der(self):
            return content

    odd = Odd(laboratory="L", sites=(), frameworks=(), since=dt.date(2026, 1, 1))
    leaf = pki.certify(scope=odd)
    assert code_of(leaf, [leaf], [pki.root]) == "E-CERT-MALFORMED"


def test_pem_files_are_read_in_order_and_bounded(pki):
    leaf = pki.certify()
    data = pem(leaf) + pem(pki.root)
    assert parse_certificates(data, "chain.pem") == (leaf, pki.root)
    for bad in (b"", b"hello", pem(leaf) * (MAX_CERTIFICATES + 1), bytes(10**6), data[:-40]):
        with pytest.raises(DistrustError, match=r"E-CERT-MALFORMED.*chain\.pem"):
            parse_certificates(bad, "chain.pem")


@given(st.binary(max_size=300), st.integers(0, 10**6))
def test_a_damaged_certificate_is_malformed_or_another_one(noise, place):
    authority = Authority.create(name("Body", "Root"), Term(NOW, NOW + DAY))
    data = bytearray(pem(authority.certificate))
    place %= len(data)
    data[place : place + len(noise)] = noise
    try:
        found = parse_certificates(bytes(data), "x")
    except DistrustError:
        return
    assert found[0].issuer is not None
