"""Which key seals: one that the user named, wherever it lies, or the user's own."""

import stat
from pathlib import Path

import pytest

from harness.cli.keys import lab_signer, lasting
from harness.errors import ConfigError
from harness.trust.keys import create_key


def test_a_named_file_is_made_once_and_used_again(tmp_path):
    path = tmp_path / "new" / "lab.pem"
    made = lab_signer(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert lab_signer(path).key_id == made.key_id


def test_without_a_name_it_is_the_users_own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    made = lab_signer(None)
    assert lab_signer(tmp_path / "certbench" / "signing-key.pem").key_id == made.key_id


def test_a_key_in_a_variable_is_used_and_never_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    key = create_key(tmp_path / "lab.pem")
    monkeypatch.setenv("LAB_KEY", (tmp_path / "lab.pem").read_text())
    assert lab_signer(Path("env:LAB_KEY")).key_id == key.key_id
    monkeypatch.delenv("LAB_KEY")
    with pytest.raises(ConfigError, match="not set"):
        lab_signer(Path("env:LAB_KEY"))
    assert [path.name for path in tmp_path.iterdir()] == ["lab.pem"]


def test_an_order_finds_its_key_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    uri = "pkcs11:token=lab;object=ada?module-path=/usr/lib/x.so&pin-source=env:PIN"
    assert lasting(None) == ""
    assert lasting(Path("lab.pem")) == str(tmp_path / "lab.pem")
    assert lasting(Path("env:LAB_KEY")) == "env:LAB_KEY"
    assert lasting(Path(uri)) == uri
