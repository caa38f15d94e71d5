"""Tools that share no code with certbench agree about a bundle, and reject one that was touched."""

import base64
import copy
import shutil
import subprocess
import sys
import zipfile

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from harness.trust.hierarchy import Hierarchy

pytestmark = [pytest.mark.netns, pytest.mark.slow]


def run(*argv, cwd=None):
    return subprocess.run(
        list(map(str, argv)), capture_output=True, text=True, cwd=cwd, timeout=120, check=False
    )


def bagit(bundle):
    return run(sys.executable, "-m", "bagit", "--validate", bundle)


def test_bagit_accepts_the_bag_and_rejects_a_touched_one(sealed, tampered):
    accepted, rejected = bagit(sealed.bundle), bagit(tampered.bundle)
    assert (accepted.returncode, rejected.returncode) == (0, 1), accepted.stderr
    assert "is valid" in accepted.stderr
    assert "checksum" in rejected.stderr.lower()


@pytest.mark.parametrize("manifest", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_sha256sum_accepts_every_file(sealed, manifest):
    done = run("sha256sum", "-c", "--strict", manifest, cwd=sealed.bundle)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len((sealed.bundle / manifest).read_text().splitlines())


def test_sha256sum_names_a_touched_file(tampered):
    done = run("sha256sum", "-c", "--strict", "--quiet", "manifest-sha256.txt", cwd=tampered.bundle)
    assert done.returncode == 1
    assert done.stdout.count("FAILED") == 1


def test_the_standard_librarys_zip_reader_sees_the_same_files(sealed):
    with zipfile.ZipFile(sealed.archive) as archive:
        assert archive.testzip() is None
        inside = {name: archive.read(name) for name in archive.namelist()}
    files = (path for path in sealed.bundle.rglob("*") if path.is_file())
    assert inside == {
        path.relative_to(sealed.bundle).as_posix(): path.read_bytes() for path in files
    }


@pytest.fixture
def key(sealed):
    """The laboratory's key as securesystemslib knows it, under the id that we give it."""
    document = sealed.envelope()
    public = load_pem_public_key(sealed.public_key.read_bytes())
    return SSlibKey.from_crypto(public, keyid=document["signatures"][0]["keyid"])


def test_securesystemslib_accepts_the_signature(sealed, key):
    envelope = Envelope.from_dict(copy.deepcopy(sealed.envelope()))
    assert list(envelope.verify([key], 1)) == [key.keyid]
    assert envelope.payload_type == "application/vnd.in-toto+json"


def test_securesystemslib_rejects_a_touched_payload(sealed, key):
    document = copy.deepcopy(sealed.envelope())
    payload = base64.b64decode(document["payload"]).replace(b'"partial":false', b'"partial":true ')
    assert payload != base64.b64decode(document["payload"])
    document["payload"] = base64.b64encode(payload).decode()
    with pytest.raises(VerificationError):
        Envelope.from_dict(document).verify([key], 1)


def test_openssl_accepts_the_signature_and_rejects_another_payload(sealed, tmp_path):
    """The encoding that is signed, written down as the DSSE protocol says."""
    document = sealed.envelope()
    kind, payload = document["payloadType"].encode(), base64.b64decode(document["payload"])
    (tmp_path / "signature").write_bytes(base64.b64decode(document["signatures"][0]["sig"]))
    codes = []
    for body in (payload, payload.replace(b"demo", b"test")):
        message = tmp_path / "message"
        message.write_bytes(b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body))
        argv = ["openssl", "dgst", "-sha256", "-verify", sealed.public_key]
        codes.append(run(*argv, "-signature", tmp_path / "signature", message).returncode)
    assert codes == [0, 1]


@pytest.fixture
def stamped(sealed, tmp_path):
    """A copy whose signature a toy authority time-stamped; with the authority's root."""
    bundle, toy = tmp_path / "bundle", tmp_path / "toy"
    shutil.copytree(sealed.bundle, bundle)
    command = [sys.executable, "-m", "harness.cli"]
    framework = ["--laboratory", "Example", "--framework", "california-sb-327"]
    made = run(*command, "trust", "init", toy, *framework)
    assert made.returncode == 0, made.stderr
    ask = f"openssl ts -reply -config {toy}/tsa/openssl.cnf -queryfile {{query}} -out {{reply}}"
    done = run(*command, "timestamp", bundle, "--tsa-command", ask)
    assert done.returncode == 0, done.stderr
    return bundle, toy


def test_openssl_accepts_the_time_stamp_of_a_bundle_and_rejects_it_for_another(
    stamped, sealed, tmp_path
):
    bundle, toy = stamped
    (token,) = bundle.glob("evb/tst/*/1.tsr")
    signature = base64.b64decode(sealed.envelope()["signatures"][0]["sig"])
    codes = []
    for number, data in enumerate((signature, signature[:-1] + b"\0")):
        (tmp_path / f"{number}.sig").write_bytes(data)
        argv = ["openssl", "ts", "-verify", "-in", token, "-data", tmp_path / f"{number}.sig"]
        codes.append(run(*argv, "-CAfile", Hierarchy(toy).tsa_root).returncode)
    assert codes == [0, 1]
