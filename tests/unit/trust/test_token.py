"""A key in a token signs as one in a file does, and never leaves the token (SoftHSM)."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

from harness.errors import ConfigError
from harness.trust.dsse import Envelope as Ours
from harness.trust.dsse import Signature, pae
from harness.trust.key_reference import open_key

pkcs11 = pytest.importorskip("pkcs11")
MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
PIN = "4711"


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """A token with a P-256 pair `evaluator` and an RSA pair `other`; yields the URI's module."""
    module = next((each for each in MODULES if Path(each).exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is missing: apt-get install softhsm2")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(config)  # the library reads it once, when it is loaded
    os.environ["CERTBENCH_TEST_PIN"] = PIN
    argv = ["softhsm2-util", "--init-token", "--free", "--label", "lab", "--pin", PIN]
    subprocess.run([*argv, "--so-pin", "12345678"], check=True, capture_output=True, timeout=60)
    with pkcs11.lib(module).get_token(token_label="lab").open(user_pin=PIN, rw=True) as session:
        curve = pkcs11.util.ec.encode_named_curve_parameters("secp256r1")
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
        )
        parameters.generate_keypair(store=True, label="evaluator", id=b"\x02")
        session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="other")
    return module


@pytest.fixture
def uri(token):
    def named(key="object=evaluator", pin="env:CERTBENCH_TEST_PIN"):
        return f"pkcs11:token=lab;{key}?module-path={token}&pin-source={pin}"

    return named


@pytest.mark.parametrize("key", ["object=evaluator", "id=%02", "object=evaluator;id=%02"])
def test_a_signature_of_a_token_is_one_of_its_public_key(uri, key):
    signer = open_key(uri(key))
    signature = signer.sign(b"data")
    assert signer.public.verifies(signature, b"data")
    assert not signer.public.verifies(signature, b"else")
    assert signer.key_id == open_key(uri()).key_id


def test_securesystemslib_agrees(uri):
    signer = open_key(uri())
    value = signer.sign(pae("text/plain", b"payload"))
    envelope = Ours("text/plain", b"payload", (Signature(signer.key_id, value),))
    theirs = Envelope.from_dict(json.loads(envelope.to_bytes()))
    public = signer.public.pem.decode()
    key = SSlibKey(signer.key_id, "ecdsa", "ecdsa-sha2-nistp256", {"public": public})
    assert theirs.verify([key], 1)


def test_the_pin_may_stand_in_a_file_of_the_owner(uri, tmp_path):
    pin = tmp_path / "pin"
    pin.write_text(f"{PIN}\n")
    with pytest.raises(ConfigError, match="others can read"):
        open_key(uri(pin=f"file:{pin}"))
    pin.chmod(0o600)
    assert open_key(uri(pin=f"file:{pin}")).sign(b"data")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("object=evaluator", "object=nobody"), "NoSuchKey"),
        (("object=evaluator", "object=other"), "refused"),
        (("token=lab", "token=elsewhere"), "NoSuchToken"),
        (("object=evaluator", "type=private"), "unknown or given twice"),
        (("object=evaluator", ""), "names no key"),
        (("CERTBENCH_TEST_PIN", "CERTBENCH_NOT_SET"), "not set"),
        (("pin-source=env:CERTBENCH_TEST_PIN", "pin-source=/nowhere"), "cannot be read"),
    ],
)
def test_what_the_token_does_not_have_is_said(uri, change, problem):
    with pytest.raises(ConfigError, match=problem):
        open_key(uri().replace(*change))


def test_a_pin_in_the_uri_is_refused_and_not_repeated(uri):
    with pytest.raises(ConfigError, match="unknown") as caught:
        open_key(f"{uri()}&pin-value={PIN}")
    assert PIN not in str(caught.value)


def test_no_module(monkeypatch):
    monkeypatch.delenv("PKCS11_MODULE", raising=False)
    with pytest.raises(ConfigError, match="PKCS11_MODULE"):
        open_key("pkcs11:token=lab;object=evaluator")
