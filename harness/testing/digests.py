"""Digests of everything that a verdict depends on but the evidence: who judged."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import harness
from harness import __version__
from harness.model.assessment import JudgeDigests
from harness.model.catalogue import Catalogue

_SOURCES = (".py", ".toml")


def digest_of_files(root: Path, folders: Iterable[Path]) -> str:
    """SHA-256 over names and contents of the source files below ``folders``, by name."""
    total = hashlib.sha256()
    files = sorted(
        file for folder in folders for file in folder.rglob("*") if file.suffix in _SOURCES
    )
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{file.relative_to(root).as_posix()}\0{content}\n".encode())
    return total.hexdigest()


def judge_digests(suite: Path, catalogue: Catalogue) -> JudgeDigests:
    """The judge as it stands in this installation."""
    root = Path(harness.__file__).parent
    shared = [root / name for name in ("encoding", "model", "facts")]
    return JudgeDigests(
        harness=__version__,
        suite=digest_of_files(suite, [suite]),
        criteria=digest_of_files(root, [root / "assessment", root / "testing", *shared]),
        interpreters=digest_of_files(root, [root / "interpret", *shared]),
        catalogue=catalogue.digest,
    )
