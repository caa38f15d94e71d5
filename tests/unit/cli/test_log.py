"""`certbench log`: from an empty folder to a proof that somebody else checks."""

import hashlib
import json
import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.log import log_app
from harness.errors import ConfigError, StorageError, UsageError, VerificationError
from harness.model.attestation import EvidencePredicate, PartRoot, SignedDut
from harness.model.states import Purpose
from harness.trust.keys import create_key
from harness.trust.log.witness import RefusedError
from harness.trust.statement import LabSigner

ORIGIN = "log.example.org/2026"


def run(*arguments):
    """Run a subcommand; what it printed as JSON. Errors are raised."""
    done = CliRunner().invoke(log_app, [*map(str, arguments), "--json"], catch_exceptions=False)
    if done.exit_code == 1 and done.exception:
        raise done.exception
    return done.exit_code, json.loads(done.stdout) if done.stdout else None


def predicate(name):
    digest = hashlib.sha256(name.encode()).hexdigest()
    return EvidencePredicate(
        purpose=Purpose.TEST,
        partial=False,
        bundle_root=digest,
        leaves=1,
        parts=(PartRoot(part="survey", root=digest, leaves=1),),
        dossier_digest=digest,
        conclusions=(),
        dut=SignedDut(supplier="s", model="m", hardware="h", firmware="f", samples=()),
        scripted_answers=False,
        run_id=name,
        job="",
        tools={},
        time="2026-11-21T08:15:30.000000Z",
    )


class Desk:
    """A folder with a laboratory's statements and a log."""

    def __init__(self, folder):
        self.folder = folder
        self.lab = LabSigner(create_key(folder / "lab.pem"))
        (folder / "lab.pub").write_bytes(self.lab.public_pem)
        self.log, self.key = folder / "log", folder / "log.pem"
        _, made = run("init", self.log, "--origin", ORIGIN, "--key", self.key)
        self.log_key = made["log_key"]

    def statement(self, name):
        path = self.folder / f"{name}.dsse.json"
        path.write_bytes(self.lab.attest(predicate(name)))
        return path

    def append(self, *paths, **options):
        more = [part for name, value in options.items() for part in (f"--{name}", value)]
        return run("append", self.log, *paths, "--key", self.key, *more)[1]

    def witness(self, name="w.example.org", log=None):
        out = self.folder / f"{name}.cosignature"
        options = ["--state", self.folder / name, "--key", self.folder / f"{name}.pem"]
        options += ["--name", name, "--log-key", self.log_key, "-o", out]
        return out, run("witness", log or self.log, *options)[1]

    def prove(self, statement):
        proof = self.folder / "x.tlog-proof"
        run("prove", self.log, statement, "-o", proof)
        return proof


@pytest.fixture
def desk(tmp_path):
    """A desk with an empty log."""
    return Desk(tmp_path)


def test_the_whole_way(desk):
    one, two = desk.statement("one"), desk.statement("two")
    done = desk.append(one, two, trust=desk.folder / "lab.pub")
    assert [row["index"] for row in done["entries"]] == [0, 1]
    keys = []
    for name in ("w1.example.org", "w2.example.org"):
        out, said = desk.witness(name)
        assert (said["size"], said["seen_before"], said["refused"]) == (2, None, "")
        keys.append(said["witness_key"])
        run("cosign", desk.log, out, "--log-key", desk.log_key, "--witness-key", keys[-1])
    (desk.folder / "witnesses").write_text("\n".join(keys) + "\n")
    proof = desk.prove(two)
    options = ["--log-key", f"{desk.key}.pub", "--witness-key", desk.folder / "witnesses"]
    code, said = run("check", proof, two, *options)
    assert (code, said["ok"], said["index"], said["size"]) == (0, True, 1, 2)
    code, said = run("check", proof, one, *options)
    assert (code, said["ok"]) == (4, False)


def test_keys_are_made_for_their_owner_only(desk):
    _, said = desk.witness()
    witness = desk.folder / "w.example.org.pem"
    for path in (desk.key, witness):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Path(f"{desk.key}.pub").read_text() == f"{desk.log_key}\n"
    assert Path(f"{witness}.pub").read_text() == f"{said['witness_key']}\n"


def test_a_key_may_stand_in_the_environment(desk, monkeypatch):
    monkeypatch.setenv("LOG_KEY", desk.key.read_text())
    desk.key = "env:LOG_KEY"
    assert desk.append(desk.statement("one"))["new"] == 1
    monkeypatch.delenv("LOG_KEY")
    with pytest.raises(ConfigError, match="not set"):
        desk.append(desk.statement("two"))


def test_a_key_does_not_lie_in_a_folder_that_is_published(tmp_path):
    with pytest.raises(UsageError, match="elsewhere"):
        run("init", tmp_path / "log", "--origin", "x", "--key", tmp_path / "log" / "key.pem")
    assert not (tmp_path / "log").exists()


def test_a_key_of_another_kind_is_refused(desk):
    desk.key = desk.folder / "lab.pem"
    with pytest.raises(ConfigError, match="Ed25519"):
        desk.append(desk.statement("one"))


def test_a_statement_of_a_stranger_is_not_logged(desk, tmp_path):
    stranger = LabSigner(create_key(tmp_path / "stranger.pem"))
    forged = tmp_path / "forged.dsse.json"
    forged.write_bytes(stranger.attest(predicate("one")))
    claimed = tmp_path / "claimed.dsse.json"
    claimed.write_bytes(
        forged.read_bytes().replace(stranger.key_id.encode(), desk.lab.key_id.encode())
    )
    for path in (forged, claimed):
        with pytest.raises(VerificationError, match="not signed by a trusted"):
            desk.append(desk.statement("honest"), path, trust=desk.folder / "lab.pub")
    assert desk.append(desk.statement("one"))["size"] == 1


def test_what_is_logged_already_keeps_its_place(desk):
    first = desk.append(desk.statement("one"), desk.statement("two"))
    again = desk.append(desk.statement("one"))
    assert (again["new"], again["size"], again["entries"][0]["index"]) == (0, 2, 0)
    assert first["root"] == again["root"]


def test_a_statement_supersedes_one_that_is_there(desk):
    old = desk.append(desk.statement("one"))["entries"][0]["sha256"]
    new = desk.statement("two")
    with pytest.raises(UsageError, match="not in this log"):
        desk.append(new, supersedes="ab" * 32)
    with pytest.raises(UsageError, match="one statement"):
        desk.append(new, desk.statement("three"), supersedes=old)
    with pytest.raises(UsageError, match="itself"):
        desk.append(desk.statement("one"), supersedes=old)
    assert desk.append(new, supersedes=old)["entries"][0]["index"] == 1
    _, said = run("check", desk.prove(new), new, "--log-key", desk.log_key)
    assert said["entry"]["supersedes"] == old


def test_what_is_not_logged_cannot_be_proven(desk):
    with pytest.raises(UsageError, match="not in this log"):
        desk.prove(desk.statement("one"))


def test_a_fork_is_refused_and_can_be_shown(desk):
    desk.append(desk.statement("one"))
    desk.witness()
    honest, desk.log = desk.log, desk.folder / "fork"
    run("init", desk.log, "--origin", ORIGIN, "--key", desk.key)
    desk.append(desk.statement("other"), desk.statement("two"))
    with pytest.raises(RefusedError, match="E-FORK") as caught:
        desk.witness()
    kept = caught.value.kept
    assert run("fork", kept, "--log-key", desk.log_key) == (
        0,
        {"schema": "certbench/log-fork/1", "kind": "fork", "forked": [ORIGIN]},
    )
    earlier = (honest / "checkpoint").read_bytes()
    desk.log = honest
    desk.append(desk.statement("two"))
    desk.witness()
    (honest / "old").write_bytes(earlier)
    with pytest.raises(RefusedError, match="E-ROLLBACK") as caught:
        desk.witness(log=honest / "old")
    assert run("fork", caught.value.kept, "--log-key", desk.log_key)[0] == 4


def test_a_place_that_cannot_be_written_is_named(desk):
    one = desk.statement("one")
    desk.append(one)
    with pytest.raises(UsageError, match="cannot be written"):
        run("prove", desk.log, one, "-o", desk.folder / "no" / "proof")
    with pytest.raises(StorageError, match="cannot be made"):
        run("init", one / "log", "--origin", "x", "--key", desk.key)


def test_a_quorum_that_nobody_can_meet_is_wrong_usage(desk):
    one = desk.statement("one")
    desk.append(one)
    with pytest.raises(UsageError, match="quorum"):
        run("check", desk.prove(one), one, "--log-key", desk.log_key, "--quorum", "1")


@pytest.mark.parametrize("command", ["append", "prove", "check"])
def test_what_is_not_there_is_named(desk, command):
    missing = desk.folder / "missing"
    arguments = {
        "append": ["append", desk.log, missing, "--key", desk.key],
        "prove": ["prove", desk.log, missing, "-o", desk.folder / "p"],
        "check": ["check", missing, missing, "--log-key", desk.log_key],
    }
    with pytest.raises(UsageError, match="missing"):
        run(*arguments[command])


@pytest.mark.parametrize("key", ["nowhere", "log.example+00000000+AAAA"])
def test_what_is_no_key_is_named(desk, key):
    with pytest.raises(UsageError, match=key.partition("+")[0]):
        run("check", desk.folder, desk.folder, "--log-key", key)


PAGE = Path(__file__).parents[3] / "docs" / "reference" / "machine-output.md"


def keys(value):
    if isinstance(value, list):
        return keys(value[0]) if value else None
    return {key: keys(entry) for key, entry in value.items()} if isinstance(value, dict) else None


def test_every_command_prints_the_keys_that_are_documented(desk):
    blocks = re.findall(r"^```json\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    shown = {entry["schema"]: keys(entry) for entry in map(json.loads, blocks)}
    one = desk.statement("one")
    printed = [run("init", desk.folder / "new", "--origin", ORIGIN, "--key", desk.key)[1]]
    printed.append(desk.append(one))
    out, said = desk.witness()
    options = ["--log-key", desk.log_key, "--witness-key", said["witness_key"]]
    printed += [said, run("cosign", desk.log, out, *options)[1]]
    printed.append(run("prove", desk.log, one, "-o", desk.folder / "proof")[1])
    printed.append(run("check", desk.folder / "proof", one, *options)[1])
    desk.log = desk.folder / "new"
    desk.append(desk.statement("two"))
    state = desk.folder / "w.example.org"
    options = ["--state", state, "--key", f"{state}.pem", "--name", "w.example.org"]
    arguments = ["witness", desk.log, *options, "--log-key", desk.log_key, "-o", out, "--json"]
    refused = json.loads(CliRunner().invoke(log_app, [*map(str, arguments)]).stdout)
    assert (refused["refused"], refused["cosignature"]) == ("E-FORK", "")
    printed += [refused, run("fork", refused["kept"], "--log-key", desk.log_key)[1]]
    for document in printed:
        assert keys(document) == shown[document["schema"]], document["schema"]
    names = {name for name in shown if name.startswith("certbench/log-")}
    names.discard("certbench/log-attach/1")  # needs a whole bundle: tests/hostile/matrix
    assert names == {document["schema"] for document in printed}
