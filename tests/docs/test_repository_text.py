"""What is committed names no machine, no registry and no secret."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Hosts are split, so that this file does not hold what it looks for.
WORKPLACE = re.compile(r"(?<![\w.$}])/(?:root|work|tmp)/[\w.]")
REGISTRIES = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "index" + "-url=http")
KEY = re.compile("-----BEGIN [A-Z ]*PRIVATE" + r" KEY-----\s+[A-Za-z0-9+/=\s]{100,}")


@pytest.fixture(scope="module")
def texts():
    """Path and content of every committed file."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return {name: (ROOT / name).read_text(errors="replace") for name in names}


def test_no_file_names_a_path_of_the_machine_it_was_written_on(texts):
    found = {name: hit[0] for name, text in texts.items() if (hit := WORKPLACE.search(text))}
    assert not found


def test_no_file_names_a_package_registry(texts):
    found = {
        name: host for name, text in texts.items() for host in REGISTRIES if host in text.lower()
    }
    assert not found


def test_no_file_contains_a_private_key(texts):
    assert not [name for name, text in texts.items() if KEY.search(text)]
