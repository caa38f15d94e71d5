"""``job.toml``: read strictly, and written with everything left open."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

from harness.config.explain import Problem
from harness.config.reading import config_error, load_model
from harness.encoding.toml import basic_string
from harness.errors import ConfigError
from harness.model.ids import FrameworkRef
from harness.model.job import JobRecord

JOB_FILE: Final = "job.toml"
_SAMPLE: Final = """
[[items]]
sample = {sample}
# received =                    # a date: 2026-11-02
condition = ""
"""
_FRAMEWORK: Final = """
[[contract.frameworks]]
name = {name}
decision_rule = {rule}
"""


def load_job(path: Path) -> JobRecord:
    """Read a job record, which may still have gaps: the file, or its folder.

    Raises:
        ConfigError: not readable or not valid, an id is given twice, somebody is named who is not
            in ``persons``, or a period ends before it begins; all problems are listed.
    """
    file = path / JOB_FILE if path.is_dir() else path
    job = load_model(file, JobRecord)
    problems = [*_duplicates(job), *_strangers(job), *_backwards(job)]
    if problems:
        raise config_error(str(file), problems)
    return job


def write_template(
    path: Path,
    frameworks: Iterable[tuple[FrameworkRef, str]],
    samples: Iterable[str],
    equipment: str,
) -> None:
    """Write a commented job record to be filled in.

    Args:
        path: the file; must not exist.
        frameworks: each with its decision rule.
        samples: ids as the bench config has them.
        equipment: version of the program, the first piece of equipment.

    Raises:
        ConfigError: the file exists or cannot be written.
    """
    text = Template(files("harness.config").joinpath("job_template.toml").read_text("utf-8"))
    rows = [
        _FRAMEWORK.format(name=basic_string(str(name)), rule=basic_string(rule))
        for name, rule in frameworks
    ]
    items = [_SAMPLE.format(sample=basic_string(sample)) for sample in samples]
    filled = text.substitute(
        frameworks="".join(rows).strip(),
        items="".join(items).strip(),
        program=basic_string(equipment),
    )
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(filled)
    except FileExistsError as error:
        mend = "Name another file, or remove this one"
        raise ConfigError(str(path), "", "exists already", mend) from error
    except OSError as error:
        problem = f"cannot be written: {error.strerror}"
        raise ConfigError(str(path), "", problem, "Name a file in a folder of yours") from error


def _duplicates(job: JobRecord) -> Iterator[Problem]:
    tables: dict[str, Sequence[str]] = {
        "sites": [entry.id for entry in job.sites],
        "items": [entry.sample for entry in job.items],
        "equipment": [entry.id for entry in job.equipment],
        "persons": [entry.id for entry in job.persons],
        "contract.frameworks": [entry.name for entry in job.contract.frameworks],
    }
    for table, ids in tables.items():
        for name, number in Counter(ids).items():
            if number > 1:
                yield Problem(f"{table}[{name}]", f"given {number} times", "Keep one of them.")


def _strangers(job: JobRecord) -> Iterator[Problem]:
    named = {
        "authorised_by": job.authorised_by,
        "contract.by": job.contract.by,
        "impartiality.by": job.impartiality.by,
        "clock.by": job.clock.by,
        **{f"opinions[{number}].by": each.by for number, each in enumerate(job.opinions, 1)},
    }
    for key, person in named.items():
        if person and job.find_person(person) is None:
            mend = "Write the id of somebody in persons, not a name."
            yield Problem(key, f"{person!r} is the id of nobody", mend)
    tool = job.environment.recorded_with
    if tool and tool not in {each.id for each in job.equipment}:
        key = "environment.recorded_with"
        yield Problem(key, f"{tool!r} is no id in equipment", "Add it there, or leave it empty.")


def _backwards(job: JobRecord) -> Iterator[Problem]:
    periods: list[tuple[str, dt.date | None, dt.date | None]] = [
        *((f"persons[{each.id}].until", each.since, each.until) for each in job.persons),
        *((f"equipment[{each.id}].due", each.checked, each.due) for each in job.equipment),
    ]
    for key, begin, end in periods:
        if begin is not None and end is not None and end < begin:
            yield Problem(key, f"{end} lies before {begin}", "Correct one of the two dates.")
