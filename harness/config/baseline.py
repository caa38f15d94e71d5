"""Baselines: read strictly, written with the reasons left open."""

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from harness.config.reading import load_model
from harness.encoding.toml import basic_string
from harness.errors import ConfigError
from harness.model.baseline import Accepted, Baseline

_HEAD: Final = """\
# Accepted findings, for `certbench pretest --baseline`. Each needs a reason: an entry without one
# is refused. After the day of `expires` the finding counts as new again.
"""
_MEASURED: Final = frozenset({"unlimited-login-attempts"})
"""Criteria whose summaries name measured values, which differ from run to run."""


def load_baseline(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        ConfigError: not readable or not valid; all problems are listed.
    """
    return load_model(path, Baseline)


def require_new(path: Path) -> None:
    """A baseline is never overwritten: its reasons are a person's work.

    Raises:
        ConfigError: the file exists.
    """
    if path.exists():
        raise ConfigError(str(path), "", "exists already", "Name another file, or remove this one.")


def write_baseline(
    path: Path, findings: Iterable[Mapping[str, Any]], known: Baseline, expires: dt.date
) -> int:
    """Write the findings to a new file, for a person to fill in the reasons; how many lack one.

    Args:
        path: the file; must not exist.
        findings: criterion, subject and summary of each, as machine output has them.
        known: a baseline whose reasons and dates are kept.
        expires: the date for entries that ``known`` has not.

    Raises:
        ConfigError: the file exists or cannot be written.
    """
    entries, missing = [], 0
    for found in findings:
        names = (found["criterion"], found["subject"], found["summary"])
        kept = next((entry for entry in known.accepted if entry.covers(*names)), None)
        missing += kept is None
        entries.append(_entry(*names, kept, expires))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write("\n".join([_HEAD, *entries]))
    except OSError as error:
        mend = "Name a file in a folder of yours"
        problem = f"cannot be written: {error.strerror}"
        raise ConfigError(str(path), "", problem, mend) from error
    return missing


def _entry(
    criterion: str, subject: str, summary: str, kept: Accepted | None, expires: dt.date
) -> str:
    lasting = "" if criterion in _MEASURED else summary
    values = {
        "criterion": basic_string(criterion),
        "subject": basic_string(subject),
        "summary": basic_string(kept.summary if kept else lasting),
        "reason": basic_string(kept.reason if kept else ""),
        "expires": (kept.expires if kept else expires).isoformat(),
    }
    return "[[accepted]]\n" + "".join(f"{name} = {text}\n" for name, text in values.items())
