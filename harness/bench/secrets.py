"""Fetches the secrets that a bench config names: ``env:NAME`` or ``file:PATH``."""

import os
from pathlib import Path
from typing import Final

from harness.bench.protocols import Login
from harness.errors import ConfigError
from harness.model.bench_config import LoginConfig

_MAX_SECRET_BYTES: Final = 4096


def resolve_login(config: LoginConfig, key: str) -> Login:
    """The login in clear; ``key`` is where the config has it: ``sample[A].label``.

    Raises:
        ConfigError: the variable or the file is not there, or holds nothing.
    """
    return Login(config.user, resolve_secret(config.password, f"{key}.password"))


def resolve_secret(reference: str, key: str) -> str:
    """The secret behind ``reference``. An empty variable is an empty password, and allowed.

    Raises:
        ConfigError: the variable or the file is not there.
    """
    kind, _, name = reference.partition(":")
    return _from_environment(name, key) if kind == "env" else _from_file(Path(name), key)


def _from_environment(name: str, key: str) -> str:
    value = os.environ.get(name)
    if value is None:
        mend = f"Set it before the run: export {name}=..."
        raise ConfigError("bench config", key, f"environment variable {name} is not set", mend)
    return value


def _from_file(path: Path, key: str) -> str:
    """The first line of a file."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_SECRET_BYTES + 1)
    except OSError as error:
        problem = f"{path} cannot be read: {error.strerror}"
        mend = "Put the password on its first line, readable by you alone."
        raise ConfigError("bench config", key, problem, mend) from error
    if len(data) > _MAX_SECRET_BYTES:
        problem = f"{path} is larger than {_MAX_SECRET_BYTES} bytes"
        raise ConfigError("bench config", key, problem, "Put nothing but the password in it.")
    lines = data.decode(errors="surrogateescape").splitlines()
    return lines[0] if lines else ""
