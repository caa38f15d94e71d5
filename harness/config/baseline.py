"""Baselines: read strictly, written with the reasons left open."""

import datetime
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from harness.config.reading import load_model
from harness.errors import ConfigError
from harness.model.baseline import Accepted, Baseline

_HEAD: Final = """\
# Accepted findings, for `certbench pretest --baseline`. Each needs a reason; an entry without one is
# refused. After the day of `expires` the finding counts as new again.
"""


def load_baseline(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        ConfigError: not readable or not valid; all problems are listed.
    """
    return load_model(path, Baseline)


def write_baseline(
    path: Path, findings: Iterable[Mapping[str, Any]], known: Baseline, expires: datetime.date
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
    except FileExistsError as error:
        mend = "Name another file, or remove this one"
        raise ConfigError(str(path), "", "exists already", mend) from error
    except OSError as error:
        raise ConfigError(
            str(path), "", f"cannot be written: {error.strerror}", "Name a file in a folder of yours"
        ) from error
    return missing


def _entry(
    criterion: str, subject: str, summary: str, kept: Accepted | None, expires: datetime.date
) -> str:
    # JSON strings without surrogates are TOML basic strings; the texts are neutralised before.
    values = {
        "criterion": json.dumps(criterion),
        "subject": json.dumps(subject),
        "summary": json.dumps(kept.summary if kept else summary, ensure_ascii=False),
        "reason": json.dumps(kept.reason if kept else "", ensure_ascii=False),
        "expires": (kept.expires if kept else expires).isoformat(),
    }
    return "[[accepted]]\n" + "".join(f"{name} = {text}\n" for name, text in values.items())
