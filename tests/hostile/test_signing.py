"""From a sealed bundle to one that two certified people signed and a clock stamped, by commands."""

import dataclasses
import datetime as dt
import json
import os
import random  # noqa: TID251  (seeded, printed)
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.encoding.tree import DirectoryTree, read
from harness.errors import BenchFault, UsageError, VerificationError
from harness.evidence.amending import amend
from harness.evidence.archive import open_bundle, write_zip
from harness.model.layout import CERTIFICATES, DECISION, REVOCATIONS, STATEMENT, timestamp_name
from harness.model.states import Purpose
from harness.trust.dsse import Envelope, Signature, parse_envelope
from harness.trust.hierarchy import Hierarchy, Holding
from harness.trust.in_toto import PAYLOAD_TYPE
from harness.trust.keys import create_key
from harness.trust.oids import Use
from harness.trust.scope import Scope
from harness.trust.timestamps import make_query, parse_token
from harness.verify.bundle import verify_bundle
from harness.verify.policy import Policy, TrustStore
from harness.verify.policy_file import load_policy
from harness.verify.report import Step, StepOutcome

DAY = dt.timedelta(days=1)
KILLS = 8
SINCE = ("--since", "2026-01-01")


def run(*arguments):
    """Run certbench; what it printed as JSON. Errors are raised."""
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"], catch_exceptions=False)
    if done.exit_code == 1 and done.exception:
        raise done.exception
    return json.loads(done.stdout)


def content(bundle):
    tree = DirectoryTree(bundle)
    return {name: read(tree, name) for name in tree.names()}


class Desk:
    """A sealed bundle, and a toy hierarchy that certified the key it was sealed with."""

    def __init__(self, made, folder):
        self.made, self.bundle = made, made.bundle
        self.lab_key = made.bundle.parent / "lab.pem"
        self.toy = Hierarchy(folder / "toy")
        scope = ["--laboratory", "Example Test Laboratory", "--framework", "small-framework"]
        run("trust", "init", self.toy.folder, *scope, *SINCE)
        run("trust", "issue", self.toy.folder, "lab", "--person", "P1", "--key", self.lab_key)

    def papers(self, who):
        return ["--cert", self.toy.certificate(who), "--crl", self.toy.revoked]

    @property
    def clock(self):
        argv = f"openssl ts -reply -config {self.toy.tsa_config}"
        return ["--tsa-command", argv + " -queryfile {query} -out {reply}"]

    def sign(self):
        """Certificates for the key that sealed, and a second person's signature."""
        run("sign", self.bundle, *self.papers("lab"))
        key = self.toy.key("authoriser")
        return run("sign", self.bundle, "--key", key, *self.papers("authoriser"))

    def stamp(self, *options):
        return run("timestamp", self.bundle, *self.clock, *options)

    def all(self):
        self.sign()
        self.stamp()
        return self

    def verify(self, bundle=None, after=0 * DAY, **policy):
        trust, asked = load_policy(self.toy.folder / "policy.toml")
        asked = dataclasses.replace(asked, now=asked.now + after, **policy)
        return verify_bundle(open_bundle(bundle or self.bundle), trust, asked)

    def codes(self, **options):
        return {step.code for step in self.verify(**options).steps if step.code}


@pytest.fixture
def desk(made, tmp_path):
    return Desk(made, tmp_path)


@pytest.fixture(scope="session")
def whole_desk(maker, tmp_path_factory):
    """Signed, certified and stamped; nobody may touch it."""
    folder = tmp_path_factory.mktemp("desk")
    return Desk(maker.make(folder / "made"), folder).all()


@pytest.fixture
def copied(whole_desk, tmp_path):
    """A copy that may be spoiled, hierarchy and all."""
    desk = object.__new__(Desk)
    shutil.copytree(whole_desk.bundle, tmp_path / "copied" / "bundle")
    shutil.copytree(whole_desk.toy.folder, tmp_path / "copied" / "toy")
    desk.bundle, desk.toy = tmp_path / "copied" / "bundle", Hierarchy(tmp_path / "copied" / "toy")
    return desk


def test_two_people_sign_a_clock_stamps_and_the_ready_policy_holds(whole_desk):
    report = whole_desk.verify()
    assert {step.code for step in report.steps} == {""}
    shown = {step.step: step.shown for step in report.steps}
    assert "certified" in shown[Step.SIGNER]
    assert shown[Step.CERTIFICATE].split(", ") == [
        "P1 of Example Test Laboratory",
        "P3 of Example Test Laboratory",
    ]
    assert shown[Step.TIMESTAMP].count("Toy time-stamping authority") == 2
    assert {report.of(step).outcome for step in (Step.CERTIFICATE, Step.TIMESTAMP)} == {
        StepOutcome.OK
    }


def test_two_persons_are_two_when_the_policy_asks(whole_desk, desk):
    assert whole_desk.codes(two_persons=True) == set()
    run("sign", desk.bundle, *desk.papers("lab"))
    desk.stamp()
    assert desk.codes() == set()
    assert desk.codes(two_persons=True) == {"E-PERSONS"}


def test_what_the_ready_policy_offers_can_be_taken_up(copied):
    policy = copied.toy.folder / "policy.toml"
    lines = policy.read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("# [persons]"))
    offered = [line.removeprefix("# ") for line in lines[start:]]
    policy.write_text("\n".join([*lines[:start], *offered]))
    _, asked = load_policy(policy)
    assert asked.two_persons
    assert len(asked.log.witnesses) == asked.log.quorum == 2
    assert len(asked.certifiers) == 1
    assert copied.codes() == {"E-LOG-MISSING", "E-DECISION-MISSING"}


def test_the_first_signature_stays_first(whole_desk):
    envelope = parse_envelope(read(open_bundle(whole_desk.bundle), STATEMENT))
    assert envelope.signatures[0].key_id == whole_desk.made.key.key_id
    assert len(envelope.signatures) == 2


def test_a_zip_is_signed_and_stamped_likewise(desk, tmp_path):
    archive = tmp_path / "bundle.zip"
    write_zip(DirectoryTree(desk.bundle), archive)
    desk.bundle = archive
    desk.all()
    assert desk.codes() == set()


def test_a_new_bundle_leaves_the_old_one_as_it_was(desk, tmp_path):
    before = {
        name: read(open_bundle(desk.bundle), name) for name in DirectoryTree(desk.bundle).names()
    }
    out = tmp_path / "signed"
    said = run("sign", desk.bundle, *desk.papers("lab"), "-o", out)
    assert said["changed"] == sorted([CERTIFICATES, REVOCATIONS])
    names = DirectoryTree(desk.bundle).names()
    assert {name: read(open_bundle(desk.bundle), name) for name in names} == before
    assert CERTIFICATES in open_bundle(out).names()


def test_a_public_edition_keeps_whom_it_was_vouched_for_by(copied, tmp_path):
    out = tmp_path / "public"
    hold_back = ["--metadata", "report/**", "--reason", "made anew"]
    run("redact", copied.bundle, "-o", out, *hold_back)
    assert copied.codes(bundle=out) == set()
    assert copied.codes(bundle=out.with_suffix(".zip")) == set()


def test_nobody_signs_what_is_not_whole(copied):
    capture = next((copied.bundle / "data").rglob("*.jsonl"))
    capture.write_bytes(b"{}\n")
    run("trust", "issue", copied.toy.folder, "third", "--person", "P4")
    for command in ("sign", "timestamp"):
        more = ["--key", copied.toy.key("third")] if command == "sign" else copied.clock
        with pytest.raises(VerificationError, match="not signed: step files fails"):
            run(command, copied.bundle, *more)


def test_nobody_signs_twice_or_with_papers_of_somebody_else(copied):
    authoriser = ["--key", copied.toy.key("authoriser")]
    with pytest.raises(UsageError, match="signed this already"):
        run("sign", copied.bundle, *authoriser)
    run("trust", "issue", copied.toy.folder, "third", "--person", "P4")
    with pytest.raises(UsageError, match="is for key"):
        run("sign", copied.bundle, "--key", copied.toy.key("third"), *copied.papers("authoriser"))
    with pytest.raises(UsageError, match="did not sign this"):
        run("sign", copied.bundle, *copied.papers("third"))
    certifier = ["--key", copied.toy.key("certifier"), *copied.papers("certifier")]
    with pytest.raises(UsageError, match="not for signing evidence"):
        run("sign", copied.bundle, *certifier)
    with pytest.raises(UsageError, match="nothing to add"):
        run("sign", copied.bundle)
    assert copied.codes() == set()


def test_a_key_that_is_named_needs_no_certificate(made, desk):
    _, policy = load_policy(desk.toy.folder / "policy.toml")
    policy = dataclasses.replace(policy, tsa_roots=())
    report = verify_bundle(open_bundle(made.bundle), TrustStore((made.key.public,)), policy)
    assert report.ok
    assert report.of(Step.CERTIFICATE).outcome is StepOutcome.SKIPPED
    assert desk.codes(tsa_roots=()) == {"E-UNKNOWN-KEY"}


def test_without_roots_the_steps_say_what_they_would_need(whole_desk):
    report = whole_desk.verify(roots=(), tsa_roots=(), integrity_only=False)
    assert report.of(Step.SIGNER).code == "E-UNKNOWN-KEY"
    assert "trust.roots" in report.of(Step.CERTIFICATE).shown
    assert "brings 2 certificates" in report.of(Step.CERTIFICATE).shown
    assert "trust.tsa_roots" in report.of(Step.TIMESTAMP).shown


def test_a_key_revoked_after_the_time_stamp_still_counts(copied):
    stamped = max(
        parse_token(file.read_bytes(), file.name).time
        for file in copied.bundle.glob("evb/tst/*/*.tsr")
    )
    while dt.datetime.now(dt.UTC) < stamped + dt.timedelta(seconds=1):
        time.sleep(0.02)  # In the very second of the stamp a revocation counts: CRLs have no finer.
    run("trust", "revoke", copied.toy.folder, "lab", "--reason", "keyCompromise")
    assert copied.codes() == set()


def test_a_key_revoked_without_a_time_stamp_does_not(desk):
    desk.sign()
    run("trust", "revoke", desk.toy.folder, "lab", "--reason", "affiliationChanged")
    assert desk.codes(tsa_roots=()) == {"E-REVOKED"}


def test_an_old_time_stamp_of_something_else_does_not_make_a_signature_old(desk, tmp_path):
    """A thief brings an old signature of the stolen key, and the time-stamp that goes with it."""
    key = desk.made.key
    old = key.sign(b"an older statement")
    asked, answer = tmp_path / "q", tmp_path / "r"
    asked.write_bytes(make_query(old).as_bytes())
    argv = ["openssl", "ts", "-reply", "-config", str(desk.toy.tsa_config)]
    argv += ["-queryfile", str(asked), "-out", str(answer)]
    subprocess.run(argv, check=True, capture_output=True, timeout=30)
    run("sign", desk.bundle, *desk.papers("lab"))
    decision = Envelope(PAYLOAD_TYPE, b"{}", (Signature(key.key_id, old),))
    changes = {DECISION: decision.to_bytes(), timestamp_name(key.key_id, 1): answer.read_bytes()}
    amend(desk.bundle, changes)
    assert "E-TST-IMPRINT" in desk.codes()
    run("trust", "revoke", desk.toy.folder, "lab", "--reason", "keyCompromise")
    assert "E-REVOKED" in desk.codes(after=DAY)


def test_a_stolen_key_does_not_count_from_the_theft_on(copied):
    since = (dt.datetime.now(dt.UTC) - 2 * DAY).strftime("%Y-%m-%d")
    arguments = ["lab", "--reason", "keyCompromise", "--since", since]
    run("trust", "revoke", copied.toy.folder, *arguments)
    assert copied.codes() == {"E-REVOKED"}


def test_a_certificate_that_expired_since_counts_with_a_time_stamp_from_before(copied):
    late = {"after": 800 * DAY, "crl_max_age": None}
    assert copied.codes(**late) == set()
    assert copied.codes(**late, tsa_roots=()) == {"E-CERT-EXPIRED"}


def test_a_revocation_list_must_be_there_and_recent(copied):
    assert copied.codes(after=31 * DAY) == {"E-CRL"}
    assert copied.codes(after=31 * DAY, crl_max_age=None) == set()
    assert copied.codes(revocations=()) == set()  # the bundle brings one
    (copied.bundle / REVOCATIONS).unlink()
    assert "E-CRL" in copied.codes(revocations=())


def test_time_stamps_are_renewed_before_their_authority_expires(copied):
    late = {"after": 3649 * DAY, "crl_max_age": None}
    assert copied.codes(**late) == set()
    after = {"after": 3651 * DAY, "crl_max_age": None}
    assert "E-TST-EXPIRED" in copied.codes(**after)
    said = copied.stamp("--renew")
    assert all(row["file"].endswith("/2.tsr") for row in said["time_stamps"])
    report = copied.verify()
    assert report.ok
    assert "renewed 1 times" in report.of(Step.TIMESTAMP).shown
    with pytest.raises(UsageError, match="--renew renews them"):
        copied.stamp()


def test_a_renewal_without_what_it_renews_is_refused(copied):
    copied.stamp("--renew")
    first = parse_envelope(read(open_bundle(copied.bundle), STATEMENT)).signatures[0]
    (copied.bundle / timestamp_name(first.key_id, 1)).unlink()
    assert "E-TST-IMPRINT" in copied.codes()


def test_a_query_can_be_carried_to_a_clock_and_its_answer_back(desk, tmp_path):
    query, reply = tmp_path / "q.tsq", tmp_path / "r.tsr"
    run("sign", desk.bundle, *desk.papers("lab"))
    said = run("timestamp", desk.bundle, "--query-out", query)
    argv = ["openssl", "ts", "-reply", "-config", str(desk.toy.tsa_config)]
    subprocess.run(
        [*argv, "-queryfile", str(query), "-out", str(reply)],
        check=True,
        capture_output=True,
        timeout=30,
    )
    assert "E-TST-MISSING" in desk.codes()
    done = run("timestamp", desk.bundle, "--reply", reply)
    assert [row["file"] for row in done["time_stamps"]] == [said["for"]]
    assert desk.codes() == set()
    (tmp_path / "signature").write_bytes(
        parse_envelope(read(open_bundle(desk.bundle), STATEMENT)).signatures[0].value
    )
    argv = ["openssl", "ts", "-verify", "-data", str(tmp_path / "signature")]
    argv += ["-in", str(desk.bundle / said["for"]), "-CAfile", str(desk.toy.tsa_root)]
    agreed = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
    assert "Verification: OK" in agreed.stdout


def test_an_answer_to_another_query_is_refused(copied, desk, tmp_path):
    desk.sign()
    foreign = next(copied.bundle.glob("evb/tst/*/1.tsr"))
    with pytest.raises(VerificationError, match="over nothing in this bundle"):
        run("timestamp", desk.bundle, "--reply", foreign)
    played_back = f"cp {foreign} {{reply}} {{query}}"
    with pytest.raises(BenchFault, match="no time-stamp"):
        run("timestamp", desk.bundle, "--tsa-command", played_back)
    script = f"sh -c 'cat {foreign} > {{reply}}; : {{query}}'"
    with pytest.raises(VerificationError, match="to another query"):
        run("timestamp", desk.bundle, "--tsa-command", script)
    with pytest.raises(BenchFault, match="no time-stamp"):
        run("timestamp", desk.bundle, "--tsa-command", "false {query} {reply}")
    with pytest.raises(UsageError, match="must hold"):
        run("timestamp", desk.bundle, "--tsa-command", "false")
    with pytest.raises(UsageError, match="http"):
        run("timestamp", desk.bundle, "--tsa", "file:///etc/passwd")
    with pytest.raises(UsageError, match="give one of"):
        run("timestamp", desk.bundle)


@pytest.mark.parametrize(
    ("scope", "shown"),
    [
        (["--laboratory", "Another Laboratory"], "tested by"),
        (["--site", "S9"], "worked at site S1"),
        (["--framework", "large-framework"], "assessed under small-framework@1.0"),
    ],
)
def test_outside_the_scope_of_the_accreditation(made, tmp_path, scope, shown):
    desk = object.__new__(Desk)
    desk.made, desk.bundle, desk.toy = made, made.bundle, Hierarchy(tmp_path / "toy")
    usual = ["--laboratory", "Example Test Laboratory", "--site", "S1"]
    usual += ["--framework", "small-framework"]
    place = usual.index(scope[0])
    usual[place : place + 2] = scope
    run("trust", "init", desk.toy.folder, *usual, *SINCE)
    lab_key = made.bundle.parent / "lab.pem"
    run("trust", "issue", desk.toy.folder, "lab", "--person", "P1", "--key", lab_key)
    run("sign", desk.bundle, *desk.papers("lab"))
    desk.stamp()
    report = desk.verify()
    assert {step.code for step in report.steps if step.code} == {"E-SCOPE"}
    assert shown in report.of(Step.CERTIFICATE).shown


def test_tested_before_the_accreditation_began(desk, made):
    scope = Scope(
        laboratory="Example Test Laboratory",
        sites=("S1",),
        frameworks=("small-framework",),
        since=dt.date(2026, 11, 22),
    )
    holding = Holding("late", Use.EVIDENCE, scope.laboratory, "P1", scope)
    desk.toy.issue(holding, made.key.public.key)
    run("sign", desk.bundle, *desk.papers("late"))
    desk.stamp()
    report = desk.verify()
    assert {step.code for step in report.steps if step.code} == {"E-SCOPE"}
    assert "tested from 2026-11-21" in report.of(Step.CERTIFICATE).shown


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (CERTIFICATES, "E-CERT-MALFORMED"),
        (REVOCATIONS, "E-CERT-MALFORMED"),
        ("evb/tst/{}/1.tsr", "E-TST-MALFORMED"),
    ],
)
def test_rubbish_beside_the_signature_is_named(copied, name, code):
    first = parse_envelope(read(open_bundle(copied.bundle), STATEMENT)).signatures[0].key_id
    (copied.bundle / name.format(first[:16])).write_bytes(b"-----BEGIN RUBBISH-----\n")
    report = copied.verify(revocations=())
    found = {step.code for step in report.steps if step.code} - {"E-BAG"}
    assert code in found
    assert not report.ok


SIGNER = """
import sys
from typer.testing import CliRunner
from harness.cli.app import app
for key in sys.argv[2:]:
    print("begin", flush=True)
    CliRunner().invoke(app, ["sign", sys.argv[1], "--key", key], catch_exceptions=False)
    print("done", flush=True)
"""


@pytest.mark.slow
def test_a_kill_at_any_moment_of_signing_leaves_a_bundle_that_holds(made, tmp_path):
    seed = int(os.environ.get("CERTBENCH_SEED") or secrets.randbelow(2**31))
    sys.stdout.write(f"\nCERTBENCH_SEED={seed}\n")
    drawn = random.Random(seed)
    policy = Policy(frozenset(Purpose), integrity_only=True)
    keys = [str(tmp_path / f"{number}.pem") for number in range(6)]
    last = str(tmp_path / "last.pem")
    for key in (*keys, last):
        create_key(Path(key))
    for kill in range(KILLS):
        bundle = tmp_path / f"bundle-{kill}"
        shutil.copytree(made.bundle, bundle)
        argv = [sys.executable, "-c", SIGNER, str(bundle), *keys]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            time.sleep(drawn.uniform(0, 0.6))
            process.send_signal(signal.SIGKILL)
            done = process.stdout.read().count("done")
        envelope = parse_envelope(read(open_bundle(bundle), STATEMENT))
        assert len(envelope.signatures) in {done + 1, done + 2}
        assert verify_bundle(open_bundle(bundle), policy=policy).ok
        run("sign", bundle, "--key", last)
