"""Keys: files that only their owner reads, ids that follow from the key."""

import hashlib
import stat

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from harness.errors import ConfigError, VerificationError
from harness.trust.keys import create_key, load_key, parse_public_keys


def test_a_key_is_created_for_its_owner_only_and_comes_back(tmp_path):
    path = tmp_path / "lab.pem"
    made = create_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(str(path)).key_id == made.key_id


def test_a_key_is_never_overwritten(tmp_path):
    create_key(tmp_path / "lab.pem")
    with pytest.raises(ConfigError, match=r"lab\.pem"):
        create_key(tmp_path / "lab.pem")


def test_a_key_that_others_can_read_is_refused(tmp_path):
    create_key(tmp_path / "lab.pem")
    (tmp_path / "lab.pem").chmod(0o640)
    with pytest.raises(ConfigError, match="others can read"):
        load_key(str(tmp_path / "lab.pem"))


def test_a_key_can_stand_in_an_environment_variable(tmp_path, monkeypatch):
    made = create_key(tmp_path / "lab.pem")
    monkeypatch.setenv("LAB_KEY", (tmp_path / "lab.pem").read_text())
    assert load_key("env:LAB_KEY").key_id == made.key_id
    monkeypatch.delenv("LAB_KEY")
    with pytest.raises(ConfigError, match="not set"):
        load_key("env:LAB_KEY")


@pytest.mark.parametrize(
    "key", [ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP384R1())]
)
def test_keys_of_another_kind_are_refused(tmp_path, key):
    path = tmp_path / "other.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="P-256"):
        load_key(str(path))
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    with pytest.raises(VerificationError, match="P-256"):
        parse_public_keys(public, "there")


def test_the_id_is_the_digest_of_the_public_key_and_signatures_are_of_one_key(tmp_path):
    one, two = create_key(tmp_path / "1"), create_key(tmp_path / "2")
    spki = serialization.load_pem_public_key(one.public.pem).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert one.key_id == hashlib.sha256(spki).hexdigest()
    signature = one.sign(b"data")
    assert one.public.verifies(signature, b"data")
    assert not one.public.verifies(signature, b"other")
    assert not two.public.verifies(signature, b"data")
    assert not one.public.verifies(b"", b"data")


def test_several_public_keys_may_stand_in_one_file(tmp_path):
    keys = [create_key(tmp_path / name).public for name in "ab"]
    found = parse_public_keys(b"# lab\n" + b"\n".join(key.pem for key in keys), "trust.pem")
    assert [key.key_id for key in found] == [key.key_id for key in keys]


@pytest.mark.parametrize(
    "data", [b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"]
)
def test_what_is_no_key_is_named(data):
    with pytest.raises(VerificationError, match=r"trust\.pem"):
        parse_public_keys(data, "trust.pem")
