"""Imports modules in an interpreter of its own in which other modules are blocked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKER = """
import builtins, importlib, importlib.abc, sys

class Block(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {everywhere!r}:
            raise ModuleNotFoundError("blocked: " + name, name=name)

original = builtins.__import__

def ours_may_not(name, globals=None, locals=None, fromlist=(), level=0):
    importer = (globals or {{}}).get("__name__", "")
    if importer.startswith(("harness", "test_suites")) and name.partition(".")[0] in {in_ours!r}:
        raise ModuleNotFoundError("blocked: " + name + " in " + importer, name=name)
    return original(name, globals, locals, fromlist, level)

def refuse(event, arguments):
    if event in {{"socket.__new__", "subprocess.Popen", "os.fork", "os.posix_spawn", "os.exec"}}:
        raise RuntimeError("importing did this: " + event)

sys.meta_path.insert(0, Block())
builtins.__import__ = ours_may_not
sys.addaudithook(refuse)
for name in {names!r}:
    importlib.import_module(name)
"""


def python(source):
    """Run ``source`` with nothing but the checkout; the process, for its outcome."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PY")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", source],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env=kept,
    )


@pytest.fixture(scope="session")
def imports_without():
    """Import modules where others are blocked; what the interpreter said, ``""`` if all is well.

    ``everywhere`` can't be imported by anybody, ``in_ours`` not by this project's modules: the
    standard library itself loads ``socket`` when a package reads its own version.
    """

    def attempt(names, everywhere=(), in_ours=()):
        blocked = {"everywhere": frozenset(everywhere), "in_ours": frozenset(in_ours)}
        done = python(BLOCKER.format(names=tuple(names), **blocked))
        return "" if done.returncode == 0 else done.stderr[-4000:]

    return attempt


@pytest.fixture(scope="session")
def modules_of():
    """Dotted names of every module below a folder of the checkout."""

    def names(folder):
        files = sorted((ROOT / folder).rglob("*.py"))
        dotted = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
        return [name.removesuffix(".__init__") for name in dotted if "__main__" not in name]

    return names
