"""Runs the command on the reference router with chosen flaws, plain or with a shuffled look."""

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from harness.reference.shuffle import DEFAULT_SURFACE, shuffled_look

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "bench_configs" / "reference-router"
LOCK = ROOT / "bench_configs" / "reference-lock"
FRAMEWORKS = ("etsi-en-303-645", "california-sb-327", "black-box")
TIMEOUT_S = 240
BENCH = """
[bench]
name = "flaws"
scope = ["127.0.10.0/24"]
interface = "lo"
namespace = "private"
publications.hosts = ["www.networks.example"]
{samples}
"""
SAMPLE = """
[[sample]]
id = "{id}"
hardware = "rev B"
network.address = "127.0.10.{number}"
reference.device = "router"
reference.flaws = {flaws}
{site}
{seed}
"""


def flaw_table():
    """The hand-written table."""
    file = ROOT / "harness" / "reference" / "flaws.toml"
    return {entry["name"]: entry for entry in tomllib.loads(file.read_text())["flaw"]}


RADIOLESS = runpy.run_path(str(ROOT / "tests" / "radioless.py"))
"""The table is of the network and the serial line; the lock has one of its own."""


def dossier_for(seed):
    """The example dossier without Bluetooth, with its ports where the seed puts them."""
    text = RADIOLESS["without_bluetooth"]((EXAMPLE / "dossier.toml").read_text())
    if seed is None:
        return text
    look = shuffled_look(seed)
    moved = {f"tcp/{port}": f"tcp/{look.surface[name]}" for name, port in DEFAULT_SURFACE.items()}
    return re.sub(r"tcp/\d+", lambda found: moved.get(found[0], found[0]), text)


def write_bench(folder, flaws=(), seed=None, samples=("A", "B")):
    """A bench config and dossier in ``folder``."""
    folder.mkdir(parents=True)
    entries = "".join(
        SAMPLE.format(
            id=name,
            number=number,
            flaws=json.dumps(list(flaws)),
            site="" if number > 1 else 'reference.maker_site = "127.0.10.250"',
            seed="" if seed is None else f"reference.seed = {seed}",
        )
        for number, name in enumerate(samples, 1)
    )
    (folder / "bench.toml").write_text(BENCH.format(samples=entries))
    (folder / "dossier.toml").write_text(dossier_for(seed))
    return folder


def certbench(*arguments, environment=None, cwd=None):
    """The command as a user runs it."""
    return subprocess.run(
        [sys.executable, "-m", "harness.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
    )


class Outcome:
    """What one run said: verdicts by framework slug, and where everything lies."""

    def __init__(self, folder, documents):
        self.folder = folder
        self.run = folder / "run"
        self.archive = next(folder.glob("evb-*.zip"))
        self.documents = {entry["framework"]: entry for entry in documents}

    def verdicts(self, framework):
        units = self.documents[framework]["units"]
        return {name: unit["verdict"] for name, unit in units.items()}

    def why(self, framework, unit):
        return self.documents[framework]["units"][unit]["reason"]


@pytest.fixture(scope="session")
def surveyed(private_bench, tmp_path_factory):
    """Run the whole command once for each distinct request of the session."""
    done = {}

    def survey(flaws=(), seed=None, samples=("A", "B"), answers=None):
        key = (tuple(flaws), seed, samples, answers)
        if key not in done:
            folder = tmp_path_factory.mktemp("survey")
            bench = write_bench(folder / "bench", flaws, seed, samples)
            options = ["--answers", answers] if answers else []
            named = [part for name in FRAMEWORKS for part in ("-f", name)]
            run = certbench(
                "run", bench, *named, "--json", "--purpose", "demo", *options,
                "-o", folder / "out", "--key", folder / "key.pem",
            )  # fmt: skip
            assert run.returncode in {0, 1, 3}, run.stderr[-3000:]
            done[key] = Outcome(folder / "out", json.loads(run.stdout)["runs"])
        return done[key]

    return survey


@pytest.fixture(scope="session")
def surveyed_lock(private_bench, tmp_path_factory):
    """Run the whole command on the lock once for each flaw of the session."""
    pytest.importorskip("bumble")
    done = {}

    def survey(flaw=""):
        if flaw not in done:
            folder = tmp_path_factory.mktemp("lock")
            config = Path(shutil.copytree(LOCK, folder / "bench")) / "bench.toml"
            device = 'reference.device = "lock"'
            assert device in config.read_text()
            flaws = f"{device}\nreference.flaws = {json.dumps([flaw] if flaw else [])}"
            config.write_text(config.read_text().replace(device, flaws))
            run = certbench(
                "run", config.parent, "-f", "etsi-en-303-645", "-f", "black-box", "--json",
                "--purpose", "demo", "-o", folder / "out", "--key", folder / "key.pem",
            )  # fmt: skip
            assert run.returncode in {0, 1, 3}, run.stderr[-3000:]
            done[flaw] = Outcome(folder / "out", json.loads(run.stdout)["runs"])
        return done[flaw]

    return survey
