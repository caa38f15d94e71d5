"""Commented bench.toml and dossier.toml of a new bench, loaded once before they are written."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.bench.bluetooth_adapters import Adapter
from harness.bench.discovery import SerialPort
from harness.config import load_bench, load_dossier
from harness.config.dossier.template import TO_BE_STATED, render, template
from harness.config.dossier.use import Framework
from harness.config.files import BENCH_FILE, DOSSIER_FILE
from harness.errors import ConfigError, UsageError


@dataclass(frozen=True)
class Draft:
    """What is known of the new bench; an empty text or 0 leaves a commented example.

    Attributes:
        scope: the network in CIDR notation.
        ports, bluetooth: what was seen and not chosen, listed in a comment.
    """

    name: str
    scope: str = ""
    interface: str = ""
    address: str = ""
    mac: str = ""
    console: str = ""
    baud: int = 0
    supplier: str = TO_BE_STATED
    model: str = TO_BE_STATED
    ports: tuple[SerialPort, ...] = ()
    bluetooth: tuple[Adapter, ...] = ()


def refuse_to_overwrite(folder: Path) -> None:
    """Nothing that somebody wrote is ever written over.

    Raises:
        UsageError: one of the files is there.
    """
    for name in (BENCH_FILE, DOSSIER_FILE):
        if (folder / name).exists() or (folder / name).is_symlink():
            raise UsageError(f"{folder / name} exists already, and init overwrites nothing")


def write_skeleton(folder: Path, draft: Draft, frameworks: Sequence[Framework]) -> None:
    """Write both files into ``folder``, which is made if it is not there.

    Raises:
        UsageError: a file is there, cannot be written, or an answer gives no valid config.
    """
    refuse_to_overwrite(folder)
    pages = {
        BENCH_FILE: render("harness.cli", BENCH_FILE, folder=str(folder), **vars(draft)),
        DOSSIER_FILE: template(
            frameworks, command="init", supplier=draft.supplier, model=draft.model
        ),
    }
    _check(pages)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            with (folder / name).open("x", encoding="utf-8") as stream:
                stream.write(text)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror}") from error


def _check(pages: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix="certbench-init-") as scratch:
        for name, text in pages.items():
            (Path(scratch) / name).write_text(text, encoding="utf-8")
        try:
            load_bench(Path(scratch))
            load_dossier(Path(scratch))
        except ConfigError as error:
            raise UsageError(f"{error.key}: {error.problem}. {error.mend}") from error
