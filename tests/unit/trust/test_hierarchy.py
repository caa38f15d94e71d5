"""A toy hierarchy says everywhere that it is one, and keeps its private keys to its owner."""

import datetime as dt
import stat

import pytest
from cryptography import x509

from harness.errors import ConfigError, UsageError
from harness.trust.certificates import find_holder, key_id_of, parse_certificates
from harness.trust.distrust import DistrustError
from harness.trust.hierarchy import TOY, Hierarchy, Holding
from harness.trust.keys import load_key
from harness.trust.log.keys import load_ed25519
from harness.trust.log.note import NoteKey
from harness.trust.oids import Use
from harness.trust.revocation import RevocationRules, check_revocation, parse_revocations
from harness.trust.scope import Scope

SCOPE = Scope(laboratory="Lab", sites=("S1",), frameworks=("f",), since=dt.date(2026, 1, 1))
STOLEN = x509.ReasonFlags.key_compromise


@pytest.fixture
def made(tmp_path):
    toy = Hierarchy(tmp_path / "toy")
    people = (
        Holding("ada", Use.EVIDENCE, "Lab", "P1", SCOPE),
        Holding("carl", Use.DECISION, "Certifier", "C1"),
    )
    toy.create(people, "toy.example/log")
    return toy


def certificate(toy, who):
    return parse_certificates(toy.certificate(who).read_bytes(), who)[0]


def holder(toy, who, use):
    found = certificate(toy, who)
    roots = parse_certificates(toy.root.read_bytes(), "root")
    return find_holder(key_id_of(found), [found], roots, toy.now, use)


def test_everybody_is_certified_for_their_own_part(made):
    ada = holder(made, "ada", Use.EVIDENCE)
    assert (ada.told, ada.scope) == ("P1 of Lab", SCOPE)
    assert holder(made, "carl", Use.DECISION).told == "C1 of Certifier"
    with pytest.raises(DistrustError, match="E-CERT-EKU"):
        holder(made, "carl", Use.EVIDENCE)
    assert load_key(str(made.key("ada"))).key_id == key_id_of(certificate(made, "ada"))


def test_every_certificate_says_that_it_is_a_toy(made):
    found = sorted(made.folder.rglob("*.pem"))
    certificates = [path for path in found if b"BEGIN CERTIFICATE" in path.read_bytes()]
    assert len(certificates) == 5
    for path in certificates:
        subject = parse_certificates(path.read_bytes(), str(path))[0].subject
        names = subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
        assert TOY in names[0].value
    assert "Nobody in it is accredited" in (made.folder / "README.txt").read_text()
    assert "not accredited" in made.tsa_config.read_text()


def test_private_keys_are_their_owners(made):
    private = [path for path in made.folder.rglob("*") if b"PRIVATE" in _content(path)]
    assert len(private) == 8
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700


def _content(path):
    return path.read_bytes() if path.is_file() else b""


def test_the_log_and_its_witnesses_have_keys(made):
    log, *witnesses = made.log_keys()
    assert NoteKey.parse(log.read_text().strip()).name == "toy.example/log"
    assert len(witnesses) == 2
    for path in (log, *witnesses):
        assert load_ed25519(str(path.with_suffix("")))


def test_a_revoked_certificate_is_on_the_next_list(made):
    ada = certificate(made, "ada")
    chain = [ada, *parse_certificates(made.root.read_bytes(), "root")]
    rules = RevocationRules(made.now)
    lists = parse_revocations(made.revoked.read_bytes(), "list")
    check_revocation(chain, lists, made.now, rules)
    made.revoke(f"{ada.serial_number:X}", STOLEN, made.now - dt.timedelta(days=3))
    newer = parse_revocations(made.revoked.read_bytes(), "list")
    with pytest.raises(DistrustError, match=r"E-REVOKED.*keyCompromise"):
        check_revocation(chain, newer, made.now - dt.timedelta(days=1), rules)
    number = newer[0].extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    assert number > lists[0].extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    with pytest.raises(UsageError, match="in force"):
        made.revoke("ada", STOLEN)
    made.issue(Holding("eve", Use.EVIDENCE, "Lab", "P2", SCOPE))
    kept = parse_revocations(made.revoked.read_bytes(), "list")[0]
    assert kept.get_revoked_certificate_by_serial_number(ada.serial_number) is not None


@pytest.mark.parametrize("name", ["ada", "../ada", "", "a b"])
def test_a_name_is_plain_and_given_once(made, name):
    with pytest.raises(UsageError, match="letters, digits and hyphens"):
        made.issue(Holding(name, Use.EVIDENCE, "Lab", "P2", SCOPE))


def test_nothing_is_overwritten_or_found_where_nothing_is(made, tmp_path):
    with pytest.raises(UsageError, match="exists already"):
        made.create((), "toy.example/log")
    with pytest.raises(ConfigError, match="trust init"):
        Hierarchy(tmp_path / "nowhere").revoke("ada", STOLEN)
    with pytest.raises(ConfigError, match="cannot be written"):
        Hierarchy(tmp_path / "no" / "where").create((), "toy.example/log")
    with pytest.raises(UsageError, match="in force"):
        made.revoke("nobody", STOLEN)
