"""``certbench pretest`` on devices that want it to hang, crash, lie or write to the terminal.

Bounds are generous, since all six run at the same time: a quiet machine of two cores takes half.
"""

import json
import subprocess
import sys
import unicodedata

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow]

ENDS_WITHIN_S = {
    "endless": 300,
    "bombs": 200,
    "papers": 250,
    "speaking": 200,
    "logins": 360,
    "shifting": 300,
}
MOST_MEBIBYTES = 600
MOST_ON_DISK = 400 * 1024 * 1024
NO_AGENT = {"snmp-default-community", "snmp-default-community-write", "weak-snmp-version"}
"""The agent's port refuses datagrams, which is an answer."""
NO_RESPONDER = {"identifier-disclosure", "unauthenticated-port-mapping"}
"""Nobody answers the discovery groups, which are asked beside the ports."""
ELSEWHERE = NO_AGENT | NO_RESPONDER
"""All that does not rest on TCP ports of which one or more could not be read."""
HELD = {
    "endless": ELSEWHERE,
    # Its three TCP ports answered whole enough to see that none of them speaks TLS or SSH.
    "bombs": {
        "weak-tls-protocol",
        "weak-tls-cipher",
        "invalid-certificate",
        "weak-ssh-algorithms",
        "unexpected-input-processed",
    },
    "papers": ELSEWHERE,
    # Its console asks for a login; its one description is that of no gateway.
    "speaking": {"unauthenticated-shell", "unauthenticated-port-mapping"},
    "logins": ELSEWHERE,
    "shifting": ELSEWHERE,
}
"""Units that may PASS; everything else rests on what could not be read."""
LOGINS = {
    "default-credentials-accepted",
    "derived-default-password",
    "unlimited-login-attempts",
}
OPEN = {
    "endless": LOGINS
    | {"wrong-credentials-accepted", "plaintext-management", "anonymous-access"}
    | {"weak-tls-protocol", "weak-ssh-algorithms", "anonymous-file-read"},
    "bombs": LOGINS | {"unauthenticated-shell", "secret-in-output", "unauthenticated-port-mapping"},
    "papers": LOGINS | {"invalid-certificate", "plaintext-management", "unauthenticated-shell"},
    "speaking": LOGINS | {"weak-ssh-algorithms", "identifier-disclosure"},
    "logins": LOGINS | {"wrong-credentials-accepted", "unexpected-input-processed"},
    "shifting": LOGINS
    | {"weak-tls-protocol", "invalid-certificate", "weak-ssh-algorithms", "anonymous-access"}
    | {"plaintext-management", "anonymous-file-write", "unexpected-input-processed"},
}
"""Units that must be INCONCLUSIVE, by hand: they rest on what the device is hostile in."""
FAILED = {
    "bombs": {"anonymous-file-read", "weak-snmp-version"},
    "speaking": {"information-disclosure", "plaintext-management", "weak-snmp-version"},
    "logins": {"plaintext-management"},
}
"""Units that must FAIL all the same: hostility hides no flaw that was seen."""
DEVICES = sorted(ENDS_WITHIN_S)


def program(module, *arguments):
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def steering(text):
    """Characters that move a cursor, colour, reorder or hide text."""
    kinds = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return {sign for sign in text if unicodedata.category(sign) in kinds} - {"\n"}


def verdicts(device):
    (folder,) = (device.folder / "run" / "assessments").iterdir()
    assessment = json.loads((folder / "assessment.json").read_bytes())
    return {unit["unit"]: unit["verdict"] for unit in assessment["units"]}


@pytest.mark.parametrize("name", DEVICES)
def test_it_ends_within_its_bounds(played, name):
    device = played[name]
    assert device.code in {0, 1}, device.said
    assert device.seconds < ENDS_WITHIN_S[name]
    assert device.mebibytes < MOST_MEBIBYTES
    size = sum(file.stat().st_size for file in device.folder.rglob("*") if file.is_file())
    assert size < MOST_ON_DISK


@pytest.mark.parametrize("name", DEVICES)
def test_no_probe_breaks(played, name):
    said = played[name].said
    for word in ("Traceback", "Warning", "defect", "failed", "gave no facts"):
        assert word not in said
    outcomes = {
        json.loads(file.read_bytes())["outcome"]
        for file in (played[name].folder / "run").rglob("attempt.json")
    }
    assert outcomes <= {"completed", "not-possible"}


@pytest.mark.parametrize("name", DEVICES)
def test_what_could_not_be_read_is_open_and_never_held(played, name):
    found = verdicts(played[name])
    assert "NOT_APPLICABLE" not in found.values()
    passed = {unit for unit, verdict in found.items() if verdict == "PASS"}
    assert passed <= HELD[name]
    still = {unit: found[unit] for unit in OPEN[name]}
    assert still == dict.fromkeys(OPEN[name], "INCONCLUSIVE")
    assert {unit for unit in FAILED.get(name, ()) if found[unit] != "FAIL"} == set()


@pytest.mark.parametrize("name", DEVICES)
def test_nothing_that_steers_a_terminal_gets_out(played, name):
    device = played[name]
    assert not steering(device.said)
    shown = [*device.folder.rglob("assessment.json"), *device.folder.rglob("*-result.json")]
    shown += device.folder.rglob("index.html")
    assert len(shown) > 30
    for file in shown:
        assert not steering(file.read_text(encoding="utf-8")), file


@pytest.mark.parametrize("name", sorted({*DEVICES} - {"speaking"}))
def test_programs_get_one_object(played, name):
    document = played[name].document
    assert document["schema"] == "certbench/run/1"
    assert document["bundle"].endswith(".zip")
    assert document["conclusion"] == "INCONCLUSIVE"


@pytest.mark.parametrize("name", DEVICES)
def test_no_text_of_the_device_names_a_file(played, name):
    ours = set("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-_@")
    for file in played[name].folder.rglob("*"):
        assert set(file.name) <= ours


@pytest.mark.parametrize("name", DEVICES)
def test_nobody_but_the_device_was_asked(played, name):
    assert played[name].strangers == []


@pytest.mark.parametrize("name", DEVICES)
def test_the_evidence_is_sealed_and_holds(played, name):
    folder = played[name].folder
    verified = program(
        "harness.verify.command", folder / "bundle", "--purpose", "pretest",
        "--trust", folder / "signing-key.pub.pem",
    )  # fmt: skip
    assert verified.returncode == 0, verified.stdout
    assert not steering(verified.stdout + verified.stderr)


FINDINGS = {
    "bombs": ("anonymous-file-read@udp/69", "information-disclosure@udp/1900"),
    "speaking": ("anonymous-access@tcp/1883", "information-disclosure@tcp/80"),
}


@pytest.mark.parametrize("name", FINDINGS)
def test_it_replays_and_is_explained_without_harm(played, name):
    bundle = played[name].folder / "bundle"
    replayed = program("harness.cli", "replay", bundle, "--json")
    assert json.loads(replayed.stdout)["differences"] == []
    for finding in FINDINGS[name]:
        told = program("harness.cli", "explain", finding, "--in", bundle)
        assert told.returncode == 0, told.stderr
        assert not steering(told.stdout + told.stderr)


def test_hostile_text_is_shown_as_it_is(played):
    said = " ".join(played["speaking"].said.split())
    assert r"topics are delivered without login, \x1b[31mred\x1b]8;;" in said
    assert "[link=http://203.0.113.66]l[/link]:skull:" in said
