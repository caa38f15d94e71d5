"""The commands of a certifier and of a regulator, on a bundle that everybody vouched for."""

import json

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.encoding.tree import read
from harness.errors import UsageError, VerificationError
from harness.evidence.archive import open_bundle
from harness.model.layout import CERTIFICATES, DECISION
from harness.trust.certificates import parse_certificates
from harness.trust.decision import parse_decision, parse_withdrawal, verified_signers
from harness.trust.issuing import pem
from harness.trust.oids import Use
from harness.verify.command import main as verify

CAPTURE = "data/survey/A/1-initialised/credentials/1/tcp-443.jsonl"
POLICY = """
[trust]
roots = ["root.pem"]
crl_max_age_days = 40
tsa_roots = ["tsa.pem"]

[log]
keys = ["{log}"]
witnesses = ["witnesses.pub"]
copies = ["{copy}"]

[accept]
maximum_age_days = 400

[job]
nonce = "job-7f3a"

[device]
supplier = "Acme"
serials = ["S1"]

[[framework]]
name = "small-framework@1.0"
conclusions = ["CONFORMANT"]
accept_indicative = true
provisions.p1 = ["PASS"]
catalogues = ["{catalogue}"]

[persons]
two = true
"""


@pytest.fixture
def desk(scene, tmp_path):
    """A folder with keys and a policy as files, for the policy of the scene."""
    cast = scene.cast
    for name, key in (("certifier", cast.certifier), ("evaluator", cast.evaluator)):
        (tmp_path / f"{name}.key").touch(mode=0o600)
        (tmp_path / f"{name}.key").write_bytes(key.pem())
    (tmp_path / "root.pem").write_bytes(pem(cast.body.root))
    (tmp_path / "tsa.pem").write_bytes(pem(cast.clock.root))
    (tmp_path / "certifier.pem").write_bytes(cast.certifier.public.pem)
    shelf = cast.body.certify(cast.certifier, "C1", use=Use.DECISION)
    (tmp_path / "certifier.crt").write_bytes(pem(shelf))
    (tmp_path / "witnesses.pub").write_text("".join(f"{each.key}\n" for each in cast.witnesses))
    text = POLICY.format(log=cast.log.key, copy=scene.log, catalogue=cast.maker.catalogue().digest)
    (tmp_path / "lab.toml").write_text(text)
    (tmp_path / "full.toml").write_text(
        text + '\n[decision]\ncertifiers = ["certifier.pem"]\n[status]\nwithdrawals = ["gone"]\n'
    )
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "other.json").write_bytes(cast.withdrawal("ab" * 32))
    (scene.path / DECISION).unlink()
    scene.rebag()
    return tmp_path


def run(*arguments):
    """Run a command; what it printed as JSON. Errors are raised."""
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"], catch_exceptions=False)
    if done.exception:
        raise done.exception
    return json.loads(done.stdout)


def decide(desk, scene, *more, key="certifier.key", policy="lab.toml"):
    fixed = ["--key", desk / key, "--policy", desk / policy, "--certificate-number", "C-1"]
    return run("countersign", scene.path, *fixed, *more)


def granted(desk, scene, *more, **named):
    return decide(desk, scene, "--grant", "--until", "2099-12-31", *more, **named)


def test_a_certificate_is_granted_and_a_regulator_accepts_it(desk, scene, capsys):
    said = granted(desk, scene, "--condition", "only at home", "--cert", desk / "certifier.crt")
    assert said["schema"] == "certbench/countersign/1"
    assert said["decision"]["outcome"] == "grant"
    envelope, made = parse_decision((scene.path / DECISION).read_bytes())
    assert verified_signers(envelope, (scene.cast.certifier.public,))
    assert made.predicate.frameworks == ("small-framework@1.0",)
    shelf = parse_certificates((scene.path / CERTIFICATES).read_bytes(), "x")
    assert len(shelf) == 4
    capsys.readouterr()
    assert verify([str(scene.path), "--policy", str(desk / "full.toml")]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "certificate C-1 for small-framework@1.0 until 2099-12-31, 1 condition" in out
    assert "Certified: C-1 until 2099-12-31." in out


def test_a_certificate_beside_a_zip_leaves_the_zip_alone(desk, scene):
    scene.zip()
    before = scene.path.read_bytes()
    granted(desk, scene, "--out", desk / "certified.zip")
    assert scene.path.read_bytes() == before
    assert DECISION in open_bundle(desk / "certified.zip").names()


def test_nothing_is_granted_that_does_not_hold(desk, scene):
    scene.edit(CAPTURE, b"welcome", b"denied!")
    with pytest.raises(VerificationError, match="E-FILE-CHANGED"):
        granted(desk, scene)
    assert DECISION not in open_bundle(scene.path).names()


def test_nothing_is_granted_that_the_policy_does_not_accept(desk, scene):
    text = (desk / "lab.toml").read_text().replace("job-7f3a", "job-0815")
    (desk / "other.toml").write_text(text)
    with pytest.raises(VerificationError, match="E-NONCE"):
        granted(desk, scene, policy="other.toml")


def test_nothing_is_granted_on_a_catalogue_that_nobody_compared_with_the_standard(desk, scene):
    text = (desk / "lab.toml").read_text().replace("accept_indicative = true\n", "")
    (desk / "other.toml").write_text(text)
    with pytest.raises(VerificationError, match=r"E-DECISION-UNFOUNDED .*\(indicative\)"):
        granted(desk, scene, policy="other.toml")


def test_whoever_evaluated_does_not_decide(desk, scene):
    with pytest.raises(VerificationError, match="E-IMPARTIALITY"):
        granted(desk, scene, key="evaluator.key")


def test_a_refusal_needs_no_bundle_that_holds_but_is_no_certificate(desk, scene, capsys):
    scene.edit(CAPTURE, b"welcome", b"denied!")
    said = decide(desk, scene, "--refuse", "--condition", "a capture was changed")
    assert said["decision"] == {
        **said["decision"],
        "outcome": "refuse",
        "conditions": ["a capture was changed"],
    }
    assert verify([str(scene.path), "--policy", str(desk / "full.toml"), "--json"]) == 4
    steps = {each["name"]: each for each in json.loads(capsys.readouterr().out)["steps"]}
    assert steps["decision"]["code"] == "E-DECISION-REFUSED"


def test_a_decision_is_replaced_only_when_that_is_said(desk, scene):
    granted(desk, scene)
    with pytest.raises(UsageError, match="--replace"):
        granted(desk, scene)
    granted(desk, scene, "--replace")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--grant"], "last day"),
        (["--grant", "--until", "2099-12-31", "-f", "more"], "frameworks"),
        (["--refuse", "--until", "2099-12-31"], "a refusal has none"),
        (["--grant", "--until", "2099-12-31", "--embargo", CAPTURE], "--embargo-until"),
        (
            ["--grant", "--until", "2099-12-31", "--embargo", "nothing", "--embargo-until",
             "2099-01-01", "--embargo-reason", "x"],
            "neither the path nor the leaf",
        ),
    ],
)  # fmt: skip
def test_a_decision_without_sense_is_refused(desk, scene, options, problem):
    with pytest.raises(UsageError, match=problem):
        decide(desk, scene, *options)


def test_an_embargo_is_agreed_to_by_the_leaf_of_the_file(desk, scene):
    embargo = ["--embargo-until", "2099-01-01", "--embargo-reason", "no patch yet"]
    said = granted(desk, scene, "--embargo", CAPTURE, *embargo)
    (found,) = said["decision"]["embargoes"]
    assert (found["until"], found["reason"]) == ("2099-01-01", "no patch yet")
    again = granted(desk, scene, "--embargo", found["leaf"], *embargo, "--replace")
    assert again["decision"]["embargoes"] == [found]


def test_a_withdrawal_ends_the_certificate(desk, scene, capsys):
    granted(desk, scene)
    out = desk / "gone" / "this.json"
    wish = ["--key", desk / "certifier.key", "--reason", "a hole was found", "-o", out]
    said = run("withdraw", scene.path, *wish)
    assert said == {
        "schema": "certbench/withdrawal/1",
        "root": scene.root,
        "certificate": "C-1",
        "file": str(out),
    }
    _, made = parse_withdrawal(out.read_bytes())
    assert made.predicate.reason == "a hole was found"
    capsys.readouterr()
    assert verify([str(scene.path), "--policy", str(desk / "full.toml"), "--json"]) == 4
    steps = {each["name"]: each for each in json.loads(capsys.readouterr().out)["steps"]}
    assert steps["status"]["code"] == "E-STATUS-WITHDRAWN"
    with pytest.raises(UsageError, match="cannot be written"):
        run("withdraw", scene.path, *wish)


def test_a_bundle_is_withdrawn_by_its_root_alone(desk, scene, capsys):
    granted(desk, scene)
    out = desk / "gone.json"
    wish = ["--key", desk / "certifier.key", "--reason", "x", "-o", out]
    assert run("withdraw", scene.root, *wish)["certificate"] == ""
    capsys.readouterr()
    policy = ["--policy", str(desk / "full.toml"), "--withdrawal", str(out)]
    assert verify([str(scene.path), *policy]) == 4
    assert "E-STATUS-WITHDRAWN" in capsys.readouterr().out


def test_a_withdrawal_of_another_certificate_on_this_bundle_ends_nothing(desk, scene):
    granted(desk, scene)
    out = desk / "gone" / "old.json"
    wish = ["--key", desk / "certifier.key", "--reason", "x", "-o", out]
    run("withdraw", scene.root, *wish, "--certificate-number", "C-0")
    assert verify([str(scene.path), "--policy", str(desk / "full.toml")]) == 0


def test_an_empty_folder_of_withdrawals_was_looked_into(desk, scene, capsys):
    granted(desk, scene)
    (desk / "gone" / "other.json").unlink()
    text = (desk / "full.toml").read_text().replace(f'copies = ["{scene.log}"]', "")
    (desk / "full.toml").write_text(text)
    capsys.readouterr()
    assert verify([str(scene.path), "--policy", str(desk / "full.toml")]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "neither withdrawn nor replaced, by 0 withdrawals and no copy of the log" in out


def test_a_proof_is_attached_in_the_place_of_the_older_one(desk, scene):
    proof = desk / "new.tlog-proof"
    run("log", "prove", scene.log, scene.path, "-o", proof)
    (scene.path / "evb/log/1.tlog-proof").write_bytes(b"")
    with pytest.raises(VerificationError):
        run("log", "attach", scene.path, proof)
    (scene.path / "evb/log/1.tlog-proof").unlink()
    for _ in range(2):
        said = run("log", "attach", scene.path, proof)
        assert said["file"] == "evb/log/1.tlog-proof"
    assert read(open_bundle(scene.path), said["file"]) == proof.read_bytes()


def test_a_proof_of_another_statement_is_not_attached(desk, scene, whole, tmp_path):
    scene.sign(scene.cast.evaluator, payload=None)
    scene.enter(scene.other_leaf(job_nonce="x"))
    wrong = tmp_path / "wrong.tlog-proof"
    scene.prove_in(scene.log, 0)
    wrong.write_bytes((scene.path / "evb/log/1.tlog-proof").read_bytes())
    with pytest.raises(UsageError, match="another statement"):
        run("log", "attach", whole.path, wrong, "-o", tmp_path / "never")
