"""What a regulator installs: the base package alone, and it verifies a bundle.

The environment is built of the locked versions, hashes checked, and of a wheel of this tree.
"""

import json
import re
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

pytestmark = [pytest.mark.netns, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
ABSENT = ("pytest", "serial", "paramiko", "nmap", "allure", "typer", "rich", "jinja2", "requests")


def run(*argv):
    done = subprocess.run(
        list(map(str, argv)), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


def base_names():
    """Every distribution that the base of certbench needs, by the metadata of what is installed."""
    names, left = set(), ["certbench"]
    while left:
        for line in distribution(left.pop()).requires or ():
            needed = Requirement(line)
            name = re.sub(r"[-_.]+", "-", needed.name).lower()
            if name not in names and (not needed.marker or needed.marker.evaluate({"extra": ""})):
                names.add(name)
                left.append(name)
    return names


def locked(names):
    """The lines of the lock that pin these distributions."""
    text = (ROOT / ".ci" / "requirements.lock").read_text()
    blocks = re.findall(r"^[^\s#].*(?:\n[ \t].*)*", text, re.MULTILINE)
    return [block for block in blocks if re.match(r"[\w.-]+", block)[0].lower() in names]


def wheel_of_this_tree(folder):
    source = folder / "source"
    skip = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("harness", "test_suites"):
        shutil.copytree(ROOT / name, source / name, ignore=skip)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    run(*pip, "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source)
    return next(folder.glob("certbench-*.whl"))


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """An environment with the base of certbench and nothing else."""
    folder = tmp_path_factory.mktemp("clean")
    names = base_names()
    blocks = locked(names)
    assert len(blocks) == len(names), names
    (folder / "base.lock").write_text("\n".join(blocks))
    run(sys.executable, "-m", "venv", "--without-pip", folder / "env")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    pip += ["--python", folder / "env" / "bin" / "python", "install", "--quiet", "--no-deps"]
    run(*pip, "--require-hashes", "-r", folder / "base.lock")
    run(*pip, wheel_of_this_tree(folder))
    return folder / "env" / "bin"


def test_nothing_of_the_bench_is_there(clean):
    program = "import importlib.util as u; print([n for n in {!r} if u.find_spec(n)])"
    assert run(clean / "python", "-I", "-c", program.format(ABSENT)).strip() == "[]"


def test_a_sealed_bundle_is_verified_as_folder_and_as_zip(clean, sealed):
    for bundle in (sealed.bundle, sealed.archive):
        argv = [clean / "certbench-verify", bundle, "--trust", sealed.public_key]
        report = json.loads(run(*argv, "--purpose", "demo", "--json"))
        assert report["ok"] is True
        assert {step["name"]: step["outcome"] for step in report["steps"]}["files"] == "ok"


def test_a_touched_bundle_is_refused(clean, tampered):
    argv = [clean / "certbench-verify", tampered.bundle, "--trust", tampered.public_key]
    done = subprocess.run(
        [*map(str, argv), "--purpose", "demo"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert "E-FILE-CHANGED" in done.stdout
