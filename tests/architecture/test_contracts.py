"""The import contracts of pyproject.toml hold, and every room of the product is under them."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_import_contract_is_kept():
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " 0 broken" in done.stdout


def test_every_package_stands_in_a_layer_or_outside_the_stack():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(entry for entry in settings["contracts"] if entry["id"] == "layers")
    named = {name.strip(" ()") for row in layers["layers"] for name in row.split("|")} | set(
        layers["exhaustive_ignores"]
    )
    rooms = {
        entry.stem
        for entry in (ROOT / "harness").iterdir()
        if entry.suffix == ".py" or (entry / "__init__.py").is_file()
    }
    assert rooms - {"__init__"} <= named
