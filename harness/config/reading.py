"""Reads a file that a person wrote into a model, or says in plain words what is wrong with it."""

import json
import tomllib
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from harness.config.explain import Problem, explain
from harness.errors import ConfigError

M = TypeVar("M", bound=BaseModel)
MAX_FILE_BYTES: Final = 8 * 1024 * 1024


def load_model(path: Path, model: type[M]) -> M:
    """Read a TOML (or, by its suffix, JSON) file strictly into ``model``.

    Raises:
        ConfigError: unreadable, not TOML, or not valid; every problem is named with its key and a
            way out.
    """
    return build_model(str(path), read_table(path), model)


def read_table(path: Path) -> dict[str, Any]:
    """The file as plain data.

    Raises:
        ConfigError: missing, too large, not UTF-8, or not TOML (JSON).
    """
    name = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        mend = "Give the path of an existing file, or of the folder that holds it."
        raise ConfigError(name, "", f"cannot be read: {error.strerror}", mend) from error
    if len(data) > MAX_FILE_BYTES:
        raise ConfigError(name, "", f"larger than {MAX_FILE_BYTES} bytes", "Give a smaller file.")
    try:
        text = data.decode()
        table = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ConfigError(name, "", f"not UTF-8: {error.reason}", "Save it as UTF-8.") from error
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise ConfigError(name, "", f"not {kind}: {error}", "Mend the syntax there.") from error
    if not isinstance(table, dict):
        raise ConfigError(name, "", "not a table", "Write keys and values.")
    return table


def build_model(name: str, table: dict[str, Any], model: type[M]) -> M:
    """Validate ``table``, read from the file ``name``.

    Raises:
        ConfigError: every problem, in the order of the file.
    """
    try:
        return model.model_validate(table)
    except ValidationError as error:
        raise config_error(name, explain(error, table, model)) from error


def config_error(name: str, problems: list[Problem]) -> ConfigError:
    """One error for all ``problems`` of the file ``name``; there must be at least one."""
    first = problems[0]
    if len(problems) == 1:
        return ConfigError(name, first.key, first.what, first.mend)
    listed = "".join(f"\n  {entry.key}: {entry.what}. {entry.mend}" for entry in problems)
    error = ConfigError(name, "", f"{len(problems)} problems", listed.lstrip(" "))
    error.key = first.key
    return error
