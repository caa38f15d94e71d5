"""``certbench pretest`` as a manufacturer types it: hardened, weak, silent and missing devices."""

import datetime as dt
import json
import re
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow]

BEYOND = "203.0.113.9"


def program(module, *arguments):
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_hardened_device_has_no_finding(hardened):
    assert hardened.code == 0, hardened.said
    assert "Findings: none" in hardened.said
    assert "tcp/443 http inside TLS" in hardened.said
    assert "undeclared-service, interface-status: needs what a black box does not have" in (
        hardened.said
    )
    assert "What a laboratory would still ask" in hardened.said
    assert "nothing about conformity" in hardened.said


def test_nothing_is_concluded_and_nothing_failed(hardened):
    (folder,) = (hardened.out / "run" / "assessments").iterdir()
    assessment = json.loads((folder / "assessment.json").read_bytes())
    assert assessment["conclusion"] == "INCONCLUSIVE"
    assert {unit["verdict"] for unit in assessment["units"]} == {"PASS", "INCONCLUSIVE"}


def test_a_weak_device_has_the_findings_of_its_flaws_and_no_other(weak):
    assert weak.code == 1, weak.said
    found = {entry for entry in weak.findings if entry[0] != "information-disclosure"}
    assert found == {
        ("default-credentials-accepted", "tcp/23"),
        ("default-credentials-accepted", "tcp/443"),
        ("plaintext-management", "tcp/23"),
        ("anonymous-access", "tcp/443"),
        ("weak-tls-protocol", "tcp/443"),
        ("invalid-certificate", "tcp/443"),
    }
    assert ("information-disclosure", "tcp/443") in weak.findings


def test_every_finding_says_where_it_was_seen_and_what_it_means_at_a_laboratory(weak):
    survey = weak.out / "bundle" / "data" / "survey"
    for finding in weak.document["findings"]:
        assert finding["at_a_lab"]["etsi-en-303-645"]
        assert finding["advice"]
        assert "baseline" not in finding
        for place in finding["evidence"]:
            assert (survey / place["path"]).is_file()


def test_the_bundle_holds_and_replays(weak):
    verified = program(
        "harness.verify.command", weak.out / "bundle", "--purpose", "pretest",
        "--trust", weak.out / "signing-key.pub.pem",
    )  # fmt: skip
    assert verified.returncode == 0, verified.stdout
    replayed = program("harness.cli", "replay", weak.out / "bundle", "--json")
    assert replayed.returncode == 0, replayed.stderr
    assert json.loads(replayed.stdout)["differences"] == []


def test_a_pretest_is_no_test(weak):
    refused = program(
        "harness.verify.command", weak.out / "bundle", "--trust", weak.out / "signing-key.pub.pem"
    )
    assert refused.returncode == 4


def test_the_baseline_flow(desk, weak):
    """Written, refused while a reason lacks, then nothing is new; an entry that ended is."""
    written = (desk.folder / "new.toml").read_text()
    file = desk.folder / "ours.toml"
    file.write_text(written)
    flaws = ["--flaw", "telnet-login", "--flaw", "weak-tls-version"]
    refused = desk.pretest("--baseline", file, scene=flaws)
    assert refused.code == 2
    assert f"{file}" in refused.said
    assert "say why the finding is accepted" in refused.said.lower()
    assert not refused.out.exists()

    filled = written.replace('reason = ""', 'reason = "known"')
    ended = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    parts = filled.split("[[accepted]]")
    last = [
        part if '"weak-tls-protocol"' not in part or "TLSv1.1" not in part
        else part.replace(part.split("expires = ")[1].split()[0], ended.isoformat())
        for part in parts
    ]  # fmt: skip
    file.write_text("[[accepted]]".join(last))
    again = desk.pretest("--baseline", file, "--json", scene=flaws)
    assert again.code == 1, again.said
    standing = {
        (entry["criterion"], entry["summary"]): entry["baseline"]
        for entry in again.document["findings"]
    }
    assert [name for name, said in standing.items() if said != "accepted"] == [
        ("weak-tls-protocol", "tcp/443: the deprecated version TLSv1.1 is negotiated")
    ]
    assert set(standing.values()) == {"accepted", "expired"}


def test_a_device_on_which_nothing_listens_is_no_finding(silent):
    assert silent.code == 0, silent.said
    assert "nothing listens on 65535 TCP ports and" in silent.said
    assert "Findings: none" in silent.said


def test_an_address_that_nobody_has_ends_with_what_to_check(desk):
    dead = desk.pretest(scene=("--dead",))
    assert (dead.code, dead.out.exists()) == (3, False), dead.said
    assert "nobody answers for 192.168.7.20 on desk0" in dead.said
    assert "Is the sample on, plugged in and at this address?" in dead.said


@pytest.mark.parametrize("name", ["router.local", "192.168.7.0/24"])
def test_names_and_networks_are_refused(desk, name):
    refused = desk.pretest(address=name, scene=("--dead",))
    assert (refused.code, refused.out.exists()) == (2, False)
    assert "not an IP address" in refused.said


def test_an_address_behind_a_router_is_refused(desk):
    refused = desk.pretest(address=BEYOND, scene=("--silent",))
    assert (refused.code, refused.out.exists()) == (2, False)
    assert "say with --mine that the address is yours" in refused.said


def test_an_own_address_behind_a_router_is_asked(desk):
    asked = desk.pretest("--mine", "--udp", "53", address=BEYOND, scene=("--silent",))
    assert "nothing listens on 65535 TCP ports and 1 asked UDP ports" in asked.said
    assert asked.code == 0, asked.said
    bench = json.loads((asked.out / "run" / "survey" / "bench.json").read_bytes())
    assert bench["bench"]["scope"] == [f"{BEYOND}/32"]
    assert bench["bench"]["through_routers"] is True


def test_gentle_leaves_the_login_alone(desk):
    gentle = desk.pretest("--impact", "gentle", scene=("--flaw", "default-password"))
    assert gentle.code == 0, gentle.said
    kept_back = re.search(
        r"(\S+(, \S+)*) were not run: impact intrusive, the bench config allows gentle", gentle.said
    )
    assert kept_back is not None
    assert "credentials" in kept_back[1].split(", ")
    assert "bluetooth" not in kept_back[1]  # this bench has none, whatever it allows
    assert not list((gentle.out / "run").rglob("credentials/1/*.jsonl"))
