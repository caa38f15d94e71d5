"""kill -9 at any moment: what the device said is kept, and the run goes on to its end.

One moment in each phase and more over the whole duration, drawn by a seed that is printed; set
CERTBENCH_SEED to repeat one.
"""

import json
import os
import random  # noqa: TID251  (seeded, printed)
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow]

SCENE = Path(__file__).with_name("crash_scene.py")
PHASES = {"start-up", "as-received", "transition", "initialised", "judging", "sealing", "after"}
DRAWN = (
    ("spawned", 1.2),
    ("first visit", 2.5),
    ("left first visit", 0.0),
    ("second visit", 5.0),
    ("surveyed", 1.0),
    ("sealing", 0.0),
    ("finished", 0.0),
    ("first visit", 12.0),
    ("first visit", 12.0),
    ("spawned", 16.0),
)
"""From which moment on, and over how many seconds, a kill is drawn."""
TIMEOUT_S = 300


def scene(folder, moment, delay_s):
    folder.mkdir()
    order = {"folder": str(folder), "moment": moment, "delay_s": delay_s}
    done = subprocess.run(
        [sys.executable, str(SCENE), json.dumps(order)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return {**json.loads(done.stdout), "folder": folder, "moment": [moment, delay_s]}


@pytest.fixture(scope="module")
def kills(private_bench, tmp_path_factory):
    """Every kill with what became of it, two at a time."""
    seed = int(os.environ.get("CERTBENCH_SEED") or secrets.randbelow(2**31))
    sys.stdout.write(f"\nCERTBENCH_SEED={seed}\n")
    drawn = random.Random(seed)
    moments = [(moment, round(drawn.uniform(0, span), 3)) for moment, span in DRAWN]
    base = tmp_path_factory.mktemp("kills")
    folders = [base / f"{number:02}" for number in range(len(moments))]
    with ThreadPoolExecutor(max_workers=2) as pool:
        found = list(pool.map(lambda folder, drew: scene(folder, *drew), folders, moments))
    for kill in found:
        figures = [kill[name] for name in ("moment", "phase", "compared", "bytes")]
        sys.stdout.write(f"{figures}, lost: {len(kill['lost'])}\n")
    return found


def test_every_phase_was_hit(kills):
    assert {kill["phase"] for kill in kills} == PHASES
    assert len(kills) >= 10


def test_what_the_device_said_until_100_ms_before_is_in_the_captures(kills):
    assert [(kill["moment"], kill["lost"]) for kill in kills if kill["lost"]] == []
    for kill in kills:
        assert kill["control"] == kill["compared"]
        if kill["phase"] in {"transition", "initialised", "judging", "sealing", "after"}:
            assert kill["compared"] > 10
            assert kill["bytes"] > 1000


def test_every_run_goes_on_to_its_end(kills):
    for kill in kills:
        code, stdout, stderr = kill["resumed"]
        if kill["phase"] == "after":
            assert code == 2, stderr
            assert "this run is finished" in " ".join(stderr.split())
            continue
        assert code == 3, (kill["moment"], stderr)
        verdicts = {unit["verdict"] for unit in json.loads(stdout)["units"].values()}
        assert "FAIL" not in verdicts
        assert "PASS" in verdicts


def test_nothing_was_sent_before_the_order_was_on_disk(kills):
    for kill in kills:
        if not kill["order"]:
            assert kill["compared"] == 0
            assert kill["refused"][0] == 2
            assert "has sent nothing" in " ".join(kill["refused"][1].split())


def test_every_bundle_holds_and_says_where_the_bench_stopped(kills):
    for kill in kills:
        out = kill["folder"] / "out"
        argv = [sys.executable, "-m", "harness.verify.command", str(out / "bundle")]
        argv += ["--trust", str(out / "signing-key.pub.pem"), "--purpose", "demo"]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (kill["moment"], done.stdout)
        assert len(list(out.glob("evb-*.zip"))) == 1
        assert not list(out.glob(".*"))
        survey = json.loads((out / "bundle/data/survey/survey.json").read_bytes())
        assert survey["complete"] is True
        surveying = kill["phase"] in {"as-received", "transition", "initialised"}
        assert len(survey["pauses"]) in ({1} if surveying else {0, 1})
        page = (out / "bundle/data/report/index.html").read_text()
        assert ("The bench stopped in the middle" in page) is bool(survey["pauses"])


def test_no_attempt_that_was_broken_off_is_left_alone(kills):
    """Where a kill hit an attempt, that one stays FAILED and a further one was made."""
    broken = 0
    for kill in kills:
        survey = kill["folder"] / "out/bundle/data/survey"
        attempts = [json.loads(path.read_bytes()) for path in survey.glob("*/*/*/*/attempt.json")]
        last = {}
        for attempt in sorted(attempts, key=lambda entry: entry["key"]["attempt"]):
            broken += attempt["outcome"] == "failed"
            last[attempt["key"]["visit"], attempt["key"]["probe"]] = attempt["outcome"]
        assert "failed" not in last.values(), kill["moment"]
    assert broken
