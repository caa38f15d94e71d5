"""``certbench lock`` and ``unlock``: raw captures of a finished run, encrypted at rest."""

from pathlib import Path
from typing import Annotated, Final

import typer

from harness.cli.terminal import Terminal
from harness.errors import ConfigError, UsageError
from harness.evidence.vault import FOLDERS, MIN_SECRET, is_locked
from harness.evidence.vault import lock as lock_run
from harness.evidence.vault import unlock as unlock_run
from harness.model.bench_config import BenchSettings
from harness.survey.run_directory import is_finished, locate, working_on

console = Terminal()
_KEY: Final = "bench.encrypt"
RunArgument = Annotated[
    Path, typer.Argument(metavar="RUN", help="run directory, or the folder that holds it")
]
SecretOption = Annotated[
    str, typer.Option("--key", help="where the secret is: env:NAME or file:PATH")
]


def secret_at_rest(settings: BenchSettings) -> str:
    """The secret that a bench config names; ``""`` if it names none.

    Raises:
        ConfigError: it is not there, or too short.
    """
    return _secret(settings.encrypt) if settings.encrypt else ""


def encrypt_at_rest(run: Path, settings: BenchSettings) -> None:
    """Encrypt a finished run if its bench config says so.

    Raises:
        ConfigError: the secret is not there, or too short.
        StorageError: the disk is full; the plain files are untouched.
    """
    secret = secret_at_rest(settings)
    if secret:
        lock_run(run, secret)


def lock(run: RunArgument, key: SecretOption) -> None:
    """Encrypt the raw captures of a finished run; the sealed bundle beside it stays readable."""
    folder = _locked(run)
    if folder is None:
        folder = locate(run)
        with working_on(folder):
            if not is_finished(folder):
                raise UsageError(f"{folder}: not finished; certbench run --resume {run} first")
            lock_run(folder, _secret(key))
    else:
        lock_run(folder, _secret(key))
    console.print(f"{folder}: encrypted; open it with: certbench unlock {run} --key {key}")


def unlock(run: RunArgument, key: SecretOption) -> None:
    """Open a run whose raw captures are encrypted, for replay or another part of the test."""
    folder = _locked(run)
    if folder is None:
        raise UsageError(f"{run}: nothing is encrypted there")
    unlock_run(folder, _secret(key))
    console.print(f"{folder}: {', '.join(FOLDERS)} can be read again; encrypt them with lock")


def _locked(named: Path) -> Path | None:
    return next((run for run in (named, named / "run") if is_locked(run)), None)


def _secret(reference: str) -> str:
    if not reference.startswith(("env:", "file:")):
        raise UsageError("--key: write env:NAME or file:PATH, never the secret itself")
    from harness.bench.secrets import resolve_secret

    secret = resolve_secret(reference, _KEY)
    if len(secret) < MIN_SECRET:
        problem = f"the secret behind {reference} has fewer than {MIN_SECRET} characters"
        raise ConfigError("bench config", _KEY, problem, "Take a long random one.")
    return secret
