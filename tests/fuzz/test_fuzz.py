"""The corpus breaks nothing, and a short run of fuzzing finds nothing; `make fuzz` is longer."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).with_name("fuzz.py")
CORPUS = FUZZ.with_name("corpus")
TARGETS = sorted(path.name for path in CORPUS.iterdir())
SECONDS = 4
MOST_BYTES = 1_000_000


def run(*arguments):
    return subprocess.run(
        [sys.executable, str(FUZZ), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_corpus_breaks_nothing():
    done = run("--replay")
    assert done.returncode == 0, done.stderr[-3000:]
    assert {line.partition(":")[0] for line in done.stdout.splitlines()} == set(TARGETS)


def test_the_corpus_is_small_and_no_input_is_kept_twice():
    for target in TARGETS:
        inputs = [path.read_bytes() for path in (CORPUS / target).iterdir()]
        assert len(set(inputs)) == len(inputs), target
    sizes = [path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()]
    assert sum(sizes) < MOST_BYTES


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_a_short_run_finds_nothing(target, tmp_path):
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: it comes with the dev extra where it has a wheel")
    seed = ["--seed", os.environ["CERTBENCH_SEED"]] if "CERTBENCH_SEED" in os.environ else []
    done = run(target, "--seconds", SECONDS, "--finds", tmp_path, *seed)
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-3000:]
    assert f"{target}: " in done.stdout


def test_a_find_is_told_and_kept(tmp_path):
    """The fuzzer itself is held to something: with a reader that breaks, it must say so."""
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: it comes with the dev extra where it has a wheel")
    (tmp_path / "fuzz").mkdir()
    (tmp_path / "fuzz" / "fuzz.py").write_bytes(FUZZ.read_bytes())
    (tmp_path / "fuzz" / "targets.py").write_text(BROKEN)
    done = subprocess.run(
        [sys.executable, tmp_path / "fuzz" / "fuzz.py", "--seconds", "20", "--finds", tmp_path],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stdout
    assert len(list((tmp_path / "broken").glob("crash-*"))) == 1


BROKEN = """\
from dataclasses import dataclass


@dataclass
class Target:
    run: object
    longest: int = 64


def broken(data):
    if data[:1] == b"!":
        1 / 0


TARGETS = {"broken": Target(broken)}
"""
