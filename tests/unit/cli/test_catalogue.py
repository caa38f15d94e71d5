"""``certbench catalogue``: confirmations are recorded, shown, and void where they must be."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.catalogue import catalogue_app, show
from harness.config import load_confirmations
from harness.errors import ConfigError, UsageError

FRAMEWORK = "etsi-en-303-645"
COPY = "EN 303 645 V2.1.1 (2020-06), licensed copy 7"


def certbench(*arguments: str) -> str:
    done = CliRunner().invoke(catalogue_app, [*arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def status(bench: Path, framework: str = FRAMEWORK) -> dict[str, object]:
    found = json.loads(certbench("show", framework, "--bench", str(bench), "--json"))
    assert isinstance(found, dict)
    return found


def confirm(bench: Path, *entries: str, person: str = "Ada Example", document: str = COPY) -> str:
    options = ("--bench", str(bench), "--person", person, "--document", document)
    return certbench("confirm", FRAMEWORK, *entries, *options)


def names(found: dict[str, object]) -> list[str]:
    left = found["unconfirmed"]
    assert isinstance(left, list)
    return [entry["id"] for entry in left]


def test_the_mark_goes_when_everything_is_confirmed(tmp_path: Path) -> None:
    before = status(tmp_path)
    assert before["indicative"] is True
    first, *others = names(before)
    confirm(tmp_path, first)
    assert names(status(tmp_path)) == others
    assert status(tmp_path)["indicative"] is True
    confirm(tmp_path, *others, person="Grace Example")
    after = status(tmp_path)
    assert (after["indicative"], after["unconfirmed"]) == (False, [])
    assert [entry.person for entry in load_confirmations(tmp_path)] == [
        "Ada Example",
        "Grace Example",
    ]
    assert {entry.document for entry in load_confirmations(tmp_path)} == {COPY}


def test_a_confirmation_of_one_version_says_nothing_of_the_other(tmp_path: Path) -> None:
    other = f"{FRAMEWORK}@3.1.3"
    before = status(tmp_path, other)
    confirm(tmp_path, *names(status(tmp_path)))
    assert status(tmp_path, other) == before
    assert before["provisions"] == 78


def test_people_read_what_is_left_and_who_vouches_for_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    confirm(tmp_path, "5.3-3", "5.3-4")
    show(FRAMEWORK, bench=tmp_path)
    said = " ".join(capsys.readouterr().err.split())
    assert f"2 entries confirmed by Ada Example against {COPY}" in said
    assert "10 entries unconfirmed: a conclusion is INDICATIVE" in said
    assert "5.4-2 provision M C (10)" in said


def test_an_entry_that_does_not_exist_confirms_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"9\.9-9"):
        confirm(tmp_path, "5.3-3", "9.9-9")
    assert load_confirmations(tmp_path) == ()


@pytest.mark.parametrize("text", ["", "two\nlines", "\x1b[31mred"])
def test_who_and_what_are_one_line_of_plain_text(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="--person"):
        confirm(tmp_path, "5.3-3", person=text)
    with pytest.raises(UsageError, match="--document"):
        confirm(tmp_path, "5.3-3", document=text)


def test_a_damaged_file_is_named_and_never_read_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "confirmations.json").write_text('{"schema": "certbench/confirmations/1"')
    with pytest.raises(ConfigError, match=r"confirmations\.json"):
        status(tmp_path)
