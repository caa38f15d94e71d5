"""``make setup`` ends with what to type next."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_setup_names_the_next_commands():
    line = ["make", "--dry-run", "setup"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    said = done.stdout.splitlines()[-1]
    assert "make demo" in said
    assert "bin/activate" in said
