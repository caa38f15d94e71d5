"""The longest path and the sum of a survey, from made records."""

from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.report import complaints
from benchmarks.survey_time import SurveyTimes, times_of
from harness.encoding.clock import format_utc
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import FactKey
from harness.model.record import AttemptOutcome, AttemptRecord, SurveyRecord, VisitRecord
from harness.model.states import DeviceState, Impact, Lock, Purpose

START = datetime(2026, 11, 21, 8, tzinfo=UTC)
VISITS = {"1-as-received": DeviceState.AS_RECEIVED, "2-initialised": DeviceState.INITIALISED}


def at(seconds: float) -> str:
    return format_utc(START + timedelta(seconds=seconds))


def declared(name, upstream=(), impact=Impact.GENTLE, locks=()):
    return ProbeDeclaration(
        name=name,
        version=1,
        summary=name,
        capabilities=(),
        upstream=upstream,
        impact=impact,
        locks=locks,
        timeout_s=60,
        estimate_s=1,
    )


DECLARED = {
    entry.name: entry
    for entry in (
        declared("identity", locks=(Lock.AUTHENTICATION,)),
        declared("ports"),
        declared("tls", upstream=("ports",)),
        declared("ssh", upstream=("ports",)),
        declared("credentials", impact=Impact.INTRUSIVE, locks=(Lock.AUTHENTICATION,)),
        declared("console", impact=Impact.INTRUSIVE, locks=(Lock.DISTURBANCE,)),
    )
}


def visit(sample, name, begin, end):
    return VisitRecord(
        sample=sample,
        visit=name,
        state=VISITS[name],
        entered_by="",
        state_confirmed=True,
        started=at(begin),
        ended=at(end),
    )


def attempts(sample, name, *taken):
    """(probe, number, start, end) each, as records."""
    return [
        AttemptRecord(
            key=FactKey(probe=probe, sample=sample, visit=name, attempt=number),
            probe_version=1,
            outcome=AttemptOutcome.COMPLETED,
            started=at(begin),
            ended=at(end),
        )
        for probe, number, begin, end in taken
    ]


def survey(ended, visits, made) -> SurveyTimes:
    record = SurveyRecord(
        run_id="made",
        purpose=Purpose.DEMO,
        bench="made",
        bench_kind="private",
        started=at(0),
        ended=at(ended),
        samples=(),
    )
    return times_of(record, visits, made, DECLARED)


def test_the_path_of_a_visit_follows_needs_locks_and_impact_between_two_identity_readings():
    times = survey(
        20,
        [visit("A", "1-as-received", 1, 20)],
        attempts(
            "A",
            "1-as-received",
            ("identity", 1, 1, 2),
            ("ports", 1, 2, 4),
            ("tls", 1, 4, 9),
            ("ssh", 1, 4, 5),
            ("credentials", 1, 9, 12),
            ("console", 1, 12, 16),
            ("identity", 2, 16, 17),
        ),
    )
    # Transition 1, identity 1 + 1, ports 2, tls 5 beside ssh, credentials 3, console alone 4.
    assert times.longest_path_s == pytest.approx(17)
    assert times.sum_s == pytest.approx(17)
    assert times.to_path == pytest.approx(20 / 17)


def test_visits_of_a_sample_follow_each_other_and_samples_run_side_by_side():
    times = survey(
        13,
        [
            visit("A", "1-as-received", 0, 5),
            visit("A", "2-initialised", 7, 13),
            visit("B", "1-as-received", 0, 9),
        ],
        [
            *attempts("A", "1-as-received", ("ports", 1, 0, 5)),
            *attempts("A", "2-initialised", ("ports", 1, 7, 13)),
            *attempts("B", "1-as-received", ("ports", 1, 0, 9)),
        ],
    )
    assert [stay.transition_s for stay in times.stays] == pytest.approx([0, 0, 2])
    assert times.longest_path_s == pytest.approx(5 + 2 + 6)
    assert times.sum_s == pytest.approx(5 + 6 + 9)
    assert times.to_sum == pytest.approx(13 / 20)
    assert complaints(times) == []


def test_attempts_of_one_probe_count_together_and_time_without_a_probe_is_named():
    times = survey(
        20,
        [visit("A", "1-as-received", 0, 20)],
        attempts("A", "1-as-received", ("ports", 1, 0, 4), ("ports", 2, 4, 8)),
    )
    assert times.longest_path_s == pytest.approx(8)
    above_path, above_sum = complaints(times)
    assert "2.50, above 1.3" in above_path
    assert "12.0 s, is lost in A/1-as-received" in above_path
    assert "ports (no lock) in A/1-as-received" in above_sum


def test_a_probe_that_could_not_be_imported_takes_no_time_of_the_path():
    times = survey(
        6,
        [visit("A", "1-as-received", 0, 6)],
        attempts("A", "1-as-received", ("ports", 1, 0, 6), ("gone", 1, 0, 0)),
    )
    assert times.longest_path_s == pytest.approx(6)
