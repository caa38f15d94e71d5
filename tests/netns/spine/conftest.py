"""Finished runs of the command on the reference router, and what to do with them.

A session makes three surveys: hardened, weak, and one whose factory password follows from the MAC
address, with scripted answers. Everything else works on copies of their runs and bundles.
"""

import base64
import importlib.util
import json
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.encoding.tree import DirectoryTree, SubTree
from harness.evidence.archive import write_zip
from harness.plugin.launch import JudgingOrder, judge
from harness.testing.suites import find_frameworks

ROOT = Path(__file__).parents[3]
BENCHES = ROOT / "bench_configs"
HARDENED = BENCHES / "reference-router"
RADIOLESS = runpy.run_path(str(ROOT / "tests" / "radioless.py"))
ETSI, CALIFORNIA = "etsi-en-303-645", "california-sb-327"
TIMEOUT_S = 300


def command(program, *arguments, environment=None, cwd=None):
    """One of the two commands, as a user runs it."""
    return subprocess.run(
        [sys.executable, "-m", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
    )


def bench_of(folder, bench, flaws=()):
    """An example bench, with more flaws switched on; without Bluetooth where bumble is missing."""
    folder.mkdir()
    as_it_is = importlib.util.find_spec("bumble")
    for name in ("bench.toml", "dossier.toml"):
        text = (bench / name).read_text()
        (folder / name).write_text(text if as_it_is else RADIOLESS["without_bluetooth"](text))
    if flaws:
        config, line = folder / "bench.toml", 'reference.device = "router"'
        flawed = f"{line}\nreference.flaws = {json.dumps(flaws)}"
        config.write_text(config.read_text().replace(line, flawed))
    return folder


class Spine:
    """What the tests of this folder do with runs and bundles; they cannot import it."""

    etsi, california, router = ETSI, CALIFORNIA, HARDENED
    bench_of = staticmethod(bench_of)

    @staticmethod
    def certbench(*arguments, environment=None, cwd=None):
        return command("harness.cli", *arguments, environment=environment, cwd=cwd)

    @staticmethod
    def verify(*arguments, environment=None):
        return command("harness.verify.command", *arguments, environment=environment)

    @staticmethod
    def zipped(bundle, target):
        write_zip(DirectoryTree(bundle), target)
        return target

    @staticmethod
    def survey_of(run):
        return SubTree(DirectoryTree(run), "survey")

    @staticmethod
    def judged(evidence, framework, out):
        """Results by unit of one framework, judged anew by the one child process."""
        suite, catalogue = find_frameworks([framework])[0]
        version = catalogue.framework.version
        assessment = judge(JudgingOrder(suite.folder, version, evidence, out))
        return {result.unit: result for result in assessment.units}

    @staticmethod
    def predicate(bundle):
        """What the signed statement of a bundle directory says."""
        envelope = json.loads((bundle / "evb" / "statement.dsse.json").read_bytes())
        return json.loads(base64.b64decode(envelope["payload"]))["predicate"]

    @classmethod
    def survey_root(cls, bundle):
        parts = {part["part"]: part["root"] for part in cls.predicate(bundle)["parts"]}
        return parts["survey"]


class Product:
    """What one run of the command left behind."""

    def __init__(self, out, key, documents):
        self.out, self.key = out, key
        self.run, self.bundle = out / "run", out / "bundle"
        self.archive = next(out.glob("evb-*.zip"))
        self.public_key = out / "signing-key.pub.pem"
        self.documents = {entry["framework"]: entry for entry in documents}

    def verdicts(self, framework):
        units = self.documents[framework]["units"]
        return {unit: entry["verdict"] for unit, entry in units.items()}


def run_bench(folder, bench, *options):
    key = folder / "key.pem"
    done = command(
        "harness.cli", "run", bench, "-f", ETSI, "-f", CALIFORNIA, "--json", "--purpose", "demo",
        "-o", folder / "out", "--key", key, *options,
    )  # fmt: skip
    assert done.returncode in {0, 1, 3}, done.stderr[-3000:]
    return Product(folder / "out", key, json.loads(done.stdout)["runs"])


@pytest.fixture(scope="session")
def spine():
    return Spine()


@pytest.fixture(scope="session")
def hardened(private_bench, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hardened")
    return run_bench(folder, bench_of(folder / "bench", HARDENED))


@pytest.fixture(scope="session")
def weak(private_bench, tmp_path_factory):
    folder = tmp_path_factory.mktemp("weak")
    return run_bench(folder, bench_of(folder / "bench", BENCHES / "reference-router-weak"))


@pytest.fixture(scope="session")
def derived(private_bench, tmp_path_factory):
    """Factory passwords unique to each unit, and computed from its MAC address; people answer."""
    folder = tmp_path_factory.mktemp("derived")
    bench = bench_of(folder / "bench", HARDENED, ["password-derived-from-mac"])
    return run_bench(folder, bench, "--answers", HARDENED / "answers.toml")


@pytest.fixture
def run_copy(hardened, tmp_path):
    """The hardened router's run directory, to be damaged."""
    target = tmp_path / "run"
    shutil.copytree(hardened.run, target)
    return target
