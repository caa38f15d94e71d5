"""The command: exit status and machine output."""

import json

import pytest

from harness.verify.command import main
from harness.verify.report import Step


def test_a_missing_bundle_is_a_usage_error(tmp_path, capsys):
    assert main([str(tmp_path / "none")]) == 2
    assert "no such bundle" in capsys.readouterr().err


def test_a_missing_trust_file_is_a_usage_error(tmp_path, capsys):
    assert main([str(tmp_path), "--trust", str(tmp_path / "none.pem")]) == 2
    assert "none.pem" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--policy", "--trust"])
def test_trust_is_not_asked_for_and_left_out_at_once(tmp_path, capsys, option):
    assert main([str(tmp_path), "--integrity-only", option, str(tmp_path / "x")]) == 2
    assert "give one of them" in capsys.readouterr().err


def test_an_unknown_purpose_is_a_usage_error(tmp_path):
    with pytest.raises(SystemExit) as error:
        main([str(tmp_path), "--purpose", "fun"])
    assert error.value.code == 2


def test_a_file_that_is_no_archive_is_malformed_and_every_step_is_reported(tmp_path, capsys):
    path = tmp_path / "x.zip"
    path.write_bytes(b"\x1b[31mnot a zip")
    assert main([str(path), "--json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "certbench/verify/1"
    assert document["ok"] is False
    assert [step["number"] for step in document["steps"]] == list(range(1, len(Step) + 1))
    assert document["steps"][0]["code"] == "E-CONTAINER"
    assert {step["outcome"] for step in document["steps"][1:]} == {"skipped"}


def test_an_empty_folder_fails_at_the_profile(tmp_path, capsys):
    assert main([str(tmp_path)]) == 4
    assert "E-PROFILE" in capsys.readouterr().out
