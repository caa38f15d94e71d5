"""All facts of one survey, addressed by probe, sample, visit and attempt."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from harness.facts.base import Facts
from harness.model.ids import FactKey, ProbeName, SampleId
from harness.model.record import AttemptOutcome, FirmwareReading, SurveyRecord, VisitRecord
from harness.model.states import DeviceState

F = TypeVar("F", bound=Facts)
F_co = TypeVar("F_co", bound=Facts, covariant=True)


@dataclass(frozen=True)
class FactRecord(Generic[F_co]):
    """A fact with its address and the circumstances under which it was collected.

    An attempt that FAILED still has facts if its captures could be read: they can contradict, never
    hold (``facts.complete`` is false).
    """

    key: FactKey
    state: DeviceState
    outcome: AttemptOutcome
    facts: F_co
    firmware_before: FirmwareReading | None = None
    firmware_after: FirmwareReading | None = None
    started: str = ""
    """When its attempt began."""


@dataclass(frozen=True)
class MissingFact:
    """The reasoned absence of a fact: an attempt that gave none."""

    key: FactKey
    state: DeviceState
    outcome: AttemptOutcome
    reason: str


@dataclass(frozen=True)
class FactBase:
    """Every fact and every reasoned absence of one survey, in the order of their addresses."""

    survey: SurveyRecord
    visits: tuple[VisitRecord, ...]
    records: tuple[FactRecord[Facts], ...]
    missing: tuple[MissingFact, ...]

    @property
    def samples(self) -> tuple[SampleId, ...]:
        """The samples in the order of the bench config."""
        return tuple(sample.id for sample in self.survey.samples)

    def of(
        self, facts_type: type[F], sample: SampleId, state: DeviceState
    ) -> tuple[FactRecord[F], ...]:
        """Every attempt's fact of this kind, on this sample in this state."""
        return tuple(
            FactRecord(
                record.key,
                record.state,
                record.outcome,
                record.facts,
                record.firmware_before,
                record.firmware_after,
                record.started,
            )
            for record in self.records
            if isinstance(record.facts, facts_type)
            and record.key.sample == sample
            and record.state == state
        )

    def attempted(self, probe: ProbeName) -> bool:
        """Whether the survey attempted this probe at all, on any sample in any state."""
        keys = [record.key for record in self.records] + [absent.key for absent in self.missing]
        return any(key.probe == probe for key in keys)

    def tried(self, probe: ProbeName, sample: SampleId, state: DeviceState) -> bool:
        """Whether a probe really went to a sample in a state, whatever came of it.

        It did not where the bench has no such link, or may not use it.
        """
        went = [(record.key, record.state) for record in self.records]
        went += [
            (absent.key, absent.state)
            for absent in self.missing
            if absent.outcome in {AttemptOutcome.COMPLETED, AttemptOutcome.FAILED}
        ]
        return any((key.probe, key.sample, at) == (probe, sample, state) for key, at in went)

    def why_missing(self, probe: ProbeName, sample: SampleId, state: DeviceState) -> str:
        """The recorded reasons why there is no fact, in one line."""
        reasons = [
            f"{absent.key}: {absent.outcome.value}, {absent.reason}"
            for absent in self.missing
            if (absent.key.probe, absent.key.sample, absent.state) == (probe, sample, state)
        ]
        return "; ".join(reasons) or f"no attempt of {probe} on sample {sample} in state {state}"
