"""How long a survey takes, beside the least that its own rules allow and beside doing it in a row.

The longest path of a sample is what a survey of it cannot be shorter than with these probes: each
transition, the identity readings before and after each visit, and in between the time that the
probes of the visit need when each starts at the first moment its needs and locks allow
(`harness.survey.schedule.longest_path_s` over measured durations). Samples are independent, so the
survey's longest path is that of its slowest sample.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measure import Measured, measure
from harness.encoding.clock import parse_utc
from harness.errors import BenchFault
from harness.model.ids import ProbeName, SampleId, VisitId
from harness.model.record import AttemptRecord, SurveyRecord, VisitRecord
from harness.survey.campaign import IDENTITY
from harness.survey.registry import load_probes
from harness.survey.schedule import Declarations, longest_path_s

MAX_TO_PATH: Final = 1.3
MAX_TO_SUM: Final = 0.7
FRAMEWORK: Final = "etsi-en-303-645"
SEED: Final = "303645"
_TIMEOUT_S: Final = 300.0


@dataclass(frozen=True)
class Stay:
    """One visit as it was measured; seconds.

    Attributes:
        transition_s: from the end of the sample's previous visit (or the start of the survey) to
            the start of this one: the sample was brought into its state.
        visit_s: from its start to its end.
        identity_s: both identity readings together.
        durations: each other probe's attempts together.
    """

    sample: SampleId
    visit: VisitId
    transition_s: float
    visit_s: float
    identity_s: float
    durations: Mapping[ProbeName, float]

    def path_s(self, declarations: Declarations) -> float:
        """The least that this visit could have taken, without its transition."""
        return self.identity_s + longest_path_s(self.durations, declarations)

    @property
    def slowest(self) -> ProbeName:
        """The probe that took longest beside identity; ``""`` if there was none."""
        return max(self.durations, key=lambda name: self.durations[name], default=ProbeName(""))


@dataclass(frozen=True)
class SurveyTimes:
    """A survey as it was measured."""

    survey_s: float
    stays: tuple[Stay, ...]
    declarations: Declarations

    @property
    def longest_path_s(self) -> float:
        """The longest path of declared needs and locks: that of the slowest sample."""
        paths: dict[SampleId, float] = defaultdict(float)
        for stay in self.stays:
            paths[stay.sample] += stay.transition_s + stay.path_s(self.declarations)
        return max(paths.values(), default=0.0)

    @property
    def sum_s(self) -> float:
        """All attempts of all probes, as if one came after another."""
        return sum(stay.identity_s + sum(stay.durations.values()) for stay in self.stays)

    @property
    def to_path(self) -> float:
        """Survey time / longest path."""
        return self.survey_s / self.longest_path_s

    @property
    def to_sum(self) -> float:
        """Survey time / sum of its probes."""
        return self.survey_s / self.sum_s


def run_survey(bench: Path, run: Path) -> tuple[Measured, SurveyTimes]:
    """Survey ``bench`` into ``run`` with the command, and read how long everything took.

    Raises:
        BenchFault: the survey did not come to its end.
    """
    command = [sys.executable, "-m", "harness.cli", "survey", str(bench), "-f", FRAMEWORK]
    command += ["--purpose", "demo", "--seed", SEED, "-o", str(run)]
    measured = measure(command, timeout_s=_TIMEOUT_S)
    if measured.code:
        raise BenchFault(f"certbench survey ended with {measured.code}: {measured.said}")
    return measured, read_times(run / "survey")


def read_times(survey: Path) -> SurveyTimes:
    """The times in the records of a finished survey."""
    record = SurveyRecord.from_bytes((survey / "survey.json").read_bytes())
    visits = [
        VisitRecord.from_bytes((survey / sample / visit / "visit.json").read_bytes())
        for sample, visit in record.visits
    ]
    attempts = [
        AttemptRecord.from_bytes(path.read_bytes())
        for path in sorted(survey.glob("*/*/*/*/attempt.json"))
    ]
    declarations = {name: probe.declaration for name, probe in load_probes()[0].items()}
    return times_of(record, visits, attempts, declarations)


def times_of(
    record: SurveyRecord,
    visits: Iterable[VisitRecord],
    attempts: Iterable[AttemptRecord],
    declarations: Declarations,
) -> SurveyTimes:
    """The same from records; pure."""
    spent: dict[tuple[SampleId, VisitId], dict[ProbeName, float]] = defaultdict(
        lambda: defaultdict(float)
    )
    for attempt in attempts:
        key = attempt.key
        spent[key.sample, key.visit][key.probe] += _between(attempt.started, attempt.ended)
    left: dict[SampleId, str] = {}
    stays = []
    for visit in sorted(visits, key=lambda entry: entry.started):
        probes = dict(spent[visit.sample, visit.visit])
        stays.append(
            Stay(
                sample=visit.sample,
                visit=visit.visit,
                transition_s=_between(left.get(visit.sample, record.started), visit.started),
                visit_s=_between(visit.started, visit.ended),
                identity_s=probes.pop(IDENTITY, 0.0),
                durations={name: taken for name, taken in probes.items() if name in declarations},
            )
        )
        left[visit.sample] = visit.ended
    return SurveyTimes(_between(record.started, record.ended), tuple(stays), declarations)


def _between(begin: str, end: str) -> float:
    return (parse_utc(end) - parse_utc(begin)).total_seconds()
