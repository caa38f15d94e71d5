"""Bundles that nobody touched: they verify, and twice the same run gives the same bytes."""

import json
import shutil
import subprocess

import pytest

from harness.encoding.tree import DirectoryTree
from harness.errors import EvidenceError
from harness.evidence.archive import open_bundle, write_zip
from harness.evidence.sealing import seal
from harness.model.states import Purpose
from harness.trust.dsse import parse_envelope
from harness.trust.statement import LabSigner
from harness.verify.bundle import verify_bundle
from harness.verify.command import main
from harness.verify.policy import Policy, TrustStore
from harness.verify.report import Section, Step, StepOutcome


def test_an_untouched_bundle_verifies_as_directory_and_as_zip(made, maker):
    trust = TrustStore((made.key.public,))
    for path in (made.bundle, maker.zipped(made)):
        report = verify_bundle(open_bundle(path), trust)
        assert report.ok, [step for step in report.steps if step.code]
        whole = [step for step in report.steps if step.step.section is Section.INTEGRITY]
        asked = [step for step in whole if step.step is not Step.RECOMPUTE]
        assert all(step.outcome is StepOutcome.OK for step in asked)
        assert [step.step for step in report.steps] == list(Step)


def test_a_bundle_with_a_failed_unit_verifies_too(tmp_path, maker):
    made = maker.make(tmp_path, failing=True)
    report = verify_bundle(open_bundle(made.bundle), TrustStore((made.key.public,)))
    assert report.ok
    assert made.sealed.predicate.conclusions[0].conclusion.value == "NOT_CONFORMANT"


def test_sealing_the_same_run_again_gives_the_same_bytes(made, maker, tmp_path):
    first = maker.zipped(made)
    again = seal(
        made.run,
        tmp_path / "again",
        twin=tmp_path / "twin",
        assessments=made.run / "assessments",
        report=tmp_path / "report",
        signer=LabSigner(made.key),
        purpose=Purpose.TEST,
    )
    second = tmp_path / "again.zip"
    write_zip(DirectoryTree(again.path), second)
    assert first.read_bytes() == second.read_bytes()


def test_the_password_is_nowhere_in_the_bundle(made, maker):
    for path in made.bundle.rglob("*"):
        if path.is_file():
            assert maker.password.encode() not in path.read_bytes()


def test_a_survey_that_is_not_complete_is_sealed_as_partial_only(tmp_path, maker):
    made = maker.make(tmp_path, complete=False)
    assert made.sealed.predicate.partial
    trust = TrustStore((made.key.public,))
    tree = open_bundle(made.bundle)
    assert verify_bundle(tree, trust).of(Step.PURPOSE).code == "E-PARTIAL"
    assert verify_bundle(tree, trust, Policy(accept_partial=True)).ok


def test_a_demo_verifies_only_when_demos_are_accepted(tmp_path, maker):
    made = maker.make(tmp_path, purpose=Purpose.DEMO, scripted=True)
    trust = TrustStore((made.key.public,))
    tree = open_bundle(made.bundle)
    assert verify_bundle(tree, trust).of(Step.PURPOSE).code == "E-PURPOSE"
    assert verify_bundle(tree, trust, Policy(purposes=frozenset({Purpose.DEMO}))).ok


def test_a_test_with_scripted_answers_is_refused(tmp_path, maker):
    made = maker.make(tmp_path, scripted=True)
    report = verify_bundle(open_bundle(made.bundle), TrustStore((made.key.public,)))
    assert report.of(Step.PURPOSE).code == "E-SCRIPTED"


def test_without_a_trusted_key_the_signer_step_fails_and_says_what_to_do(made, capsys):
    assert main([str(made.bundle)]) == 4
    shown = capsys.readouterr().out
    assert "E-UNKNOWN-KEY" in shown
    assert "--trust" in shown


def test_integrity_alone_can_be_asked_for(made, capsys):
    assert main([str(made.bundle), "--integrity-only"]) == 0
    assert "skipped" in capsys.readouterr().out


def test_a_regulator_with_the_key_gets_exit_status_0(made, capsys):
    trusted = made.bundle / "evb" / "signer.pem"
    other = made.bundle.parent / "trusted.pem"
    shutil.copy(trusted, other)
    assert main([str(made.bundle), "--trust", str(other)]) == 0
    assert "The bundle holds." in capsys.readouterr().out


def test_adding_an_assessment_later_leaves_the_root_of_the_survey_alone(made, maker, tmp_path):
    run = tmp_path / "later"
    (run / "private").mkdir(parents=True)
    secrets = {"schema": "certbench/secrets/1", "key": "77" * 32, "secrets": []}
    (run / "private" / "secrets.json").write_text(json.dumps(secrets))
    survey = made.bundle / "data" / "survey"
    again = seal(
        run,
        tmp_path / "again",
        twin=survey,
        assessments=made.bundle / "data" / "assessments",
        signer=LabSigner(made.key),
        purpose=Purpose.TEST,
        earlier=open_bundle(made.bundle),
    )
    roots = {part.part: part.root for part in again.predicate.parts}
    before = {part.part: part.root for part in made.sealed.predicate.parts}
    assert roots["survey"] == before["survey"]
    assert again.predicate.bundle_root != made.sealed.predicate.bundle_root
    assert verify_bundle(open_bundle(again.path), TrustStore((made.key.public,))).ok


def test_sha256sum_agrees_with_both_manifests(made):
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(
            ["sha256sum", "--strict", "--check", "--quiet", manifest],
            cwd=made.bundle,
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_openssl_agrees_with_the_signature(made, tmp_path):
    envelope = parse_envelope((made.bundle / "evb/statement.dsse.json").read_bytes())
    (tmp_path / "signed").write_bytes(envelope.signed_bytes)
    (tmp_path / "signature").write_bytes(envelope.signatures[0].value)
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", str(made.bundle / "evb/signer.pem"),
         "-signature", str(tmp_path / "signature"), str(tmp_path / "signed")],
        capture_output=True,
        timeout=30,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_secret_that_is_left_stops_sealing_and_leaves_nothing_behind(tmp_path, maker):
    made = maker.make(tmp_path)
    with pytest.raises(EvidenceError, match=r"tcp-443\.jsonl: user-password"):
        seal(
            made.run,
            tmp_path / "raw",
            twin=made.run / "survey",
            assessments=made.run / "assessments",
            signer=LabSigner(made.key),
            purpose=Purpose.TEST,
        )
    assert not [path for path in tmp_path.iterdir() if "raw" in path.name]


def test_a_bundle_is_never_overwritten_and_never_given_another_purpose(made):
    arguments = {
        "twin": made.bundle / "data" / "survey",
        "assessments": made.run / "assessments",
        "signer": LabSigner(made.key),
    }
    with pytest.raises(EvidenceError, match="exists already"):
        seal(made.run, made.bundle, purpose=Purpose.TEST, **arguments)
    with pytest.raises(EvidenceError, match="not as surveillance"):
        seal(made.run, made.bundle.parent / "x", purpose=Purpose.SURVEILLANCE, **arguments)
