"""A run aimed outside, or led outside by the device, refuses before a packet leaves."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.netns,
    pytest.mark.slow,
    pytest.mark.usefixtures("wires"),
    pytest.mark.skipif(shutil.which("nmap") is None, reason="needs nmap: apt-get install nmap"),
]

SCENE = Path(__file__).with_name("outside_scene.py")
OUTSIDE = "203.0.113.9"
AIMED = {
    "aimed_outside_the_scope": (2, "add its network to bench.scope if it is yours"),
    "aimed_over_another_interface": (3, "not over the bench interface lo; nothing was sent"),
    "aimed_through_the_default_route": (3, "behind a router"),
}
"""Scene -> exit code (2: the bench config itself is refused) and what the command says."""


def played(scene, folder):
    done = subprocess.run(
        ["unshare", "-n", sys.executable, "-W", "error", str(SCENE), scene, str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout)
    assert seen["control"] is True, "the far end counts nothing"
    return seen


@pytest.mark.parametrize("scene", AIMED)
def test_a_run_that_is_aimed_outside_is_refused_before_a_packet_leaves(scene, tmp_path):
    seen = played(scene, tmp_path)
    assert seen["left"] == 0
    code, said = AIMED[scene]
    assert seen["code"] == code, seen["said"]
    assert said in seen["said"]


@pytest.fixture(scope="module")
def led_outside(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    return played("a_device_names_an_outside_address", folder), folder / "run" / "survey"


def test_no_packet_goes_where_the_device_points(led_outside):
    seen, _ = led_outside
    assert seen["left"] == 0


def test_the_probes_did_meet_the_traps(led_outside):
    """The control: redirects were recorded as refused, and the login form was looked at."""
    _, survey = led_outside
    visit = survey / "A" / "1-as-received"
    attempts = {
        path.parent.parent.name: json.loads(path.read_bytes())["outcome"]
        for path in visit.glob("*/1/attempt.json")
    }
    assert {"http", "credentials", "http-input", "identity"} <= set(attempts)
    assert attempts["http"] == "completed"
    lines = (visit / "http/1/tcp-80.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    refused = [record for record in records if record.get("kind") == "redirect"]
    assert {record["path"] for record in refused} >= {"/", "/settings", "/api/about"}
    assert all(record["followed"] is False for record in refused)
    assert all("scope guard" in record["reason"] for record in refused)


def test_no_request_of_any_capture_is_addressed_to_the_outside(led_outside):
    _, survey = led_outside
    asked = set()
    for path in survey.rglob("*.jsonl"):
        for line in path.read_text().splitlines():
            record = json.loads(line)
            asked.add(record.get("url", ""))
    assert len(asked) > 5
    assert not [url for url in asked if OUTSIDE in url]


def test_a_login_form_that_posts_outside_is_recorded_as_not_tried(led_outside):
    _, survey = led_outside
    facts = json.loads((survey / "A/1-as-received/credentials/1/facts.json").read_bytes())
    sent = [
        json.loads(line)
        for path in (survey / "A/1-as-received/credentials/1").glob("tcp-*.jsonl")
        for line in path.read_text().splitlines()
    ]
    posts = {record["path"] for record in sent if record.get("method") == "POST"}
    assert "/collect" not in posts
    assert facts["not_examined"] or facts["logins"]
