"""A disk that becomes full in the middle of a survey ends it cleanly, and it can go on later."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow]

SCENE = Path(__file__).with_name("full_disk_scene.py")


@pytest.fixture(scope="module")
def story(private_bench, tmp_path_factory):
    folder = tmp_path_factory.mktemp("disk")
    done = subprocess.run(
        [sys.executable, str(SCENE), str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if "mount" in done.stderr and "permission denied" in done.stderr:
        pytest.skip("no small disk can be mounted here")
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_the_run_ends_with_what_is_wrong_and_no_more(story):
    code, stdout, stderr = story["full"]
    assert code == 3
    assert stdout == ""
    assert "No space left on device" in " ".join(stderr.split())
    assert "Traceback" not in stderr


def test_nothing_on_the_disk_is_half_written(story):
    assert story["torn"] == []
    assert story["broken"] == []


def test_a_disk_that_is_still_full_is_said_again(story):
    code, _, stderr = story["still full"]
    assert code == 3
    assert "No space left on device" in " ".join(stderr.split())
    assert "Traceback" not in stderr


def test_with_room_the_run_goes_on_to_its_end(story):
    code, stdout, stderr = story["room"]
    assert code == 3, stderr
    verdicts = {unit["verdict"] for unit in json.loads(stdout)["units"].values()}
    assert "PASS" in verdicts
    assert "FAIL" not in verdicts
    assert story["verified"][0] == 0, story["verified"][1]
