"""``make setup`` ends with what to type next."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_setup_names_the_next_commands():
    # Below `make test` the inner make would speak of folders, too.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "--dry-run", "setup"],
        cwd=ROOT, env=outside, capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = done.stdout.splitlines()[-1]
    assert "make demo" in said
    assert "bin/activate" in said
