"""Every required field of a job record, missed by name and clause."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from harness.config.job import load_job
from harness.model.ids import FrameworkRef, SampleId
from harness.model.job import JobRecord, Role
from harness.model.job_gaps import Gap, Performed, gaps_against, gaps_in

COMPLETE = Path(__file__).parents[2] / "complete_job.toml"
FRAMEWORK = FrameworkRef(slug="tiny", version="1")
DAY = dt.date(2026, 11, 21)
PERFORMED = Performed(((FRAMEWORK, "tiny/1"),), (SampleId("A"),), DAY, DAY)


def without(job: JobRecord, path: str) -> JobRecord:
    """The record with one field taken out; ``persons.0.name`` is a field of a row."""
    document = job.to_json()
    *way, last = path.split(".")
    inner = document
    for step in way:
        inner = inner[int(step)] if step.isdigit() else inner[step]
    del inner[last]
    return JobRecord.model_validate_json(JobRecord.model_validate(document).model_dump_json())


@pytest.fixture(scope="module")
def job() -> JobRecord:
    return load_job(COMPLETE)


def test_nothing_is_missing_in_a_complete_record(job):
    assert gaps_in(job) == ()
    assert gaps_against(job, PERFORMED) == ()


def test_it_is_stored_and_read_without_a_change(job):
    assert JobRecord.from_bytes(job.to_bytes()) == job


@pytest.mark.parametrize(
    ("path", "key", "clause"),
    [
        ("report_id", "report_id", "7.8.2.1 d"),
        ("issued", "issued", "7.8.2.1 j"),
        ("authorised_by", "authorised_by", "7.8.2.1 o"),
        ("sampling", "sampling", "7.8.2.1 k"),
        ("external", "external", "7.8.2.1 p"),
        ("deviations", "deviations", "7.8.2.1 n"),
        ("laboratory.name", "laboratory.name", "7.8.2.1 b"),
        ("laboratory.address", "laboratory.address", "7.8.2.1 b"),
        ("laboratory.accreditation", "laboratory.accreditation", "8.1.1"),
        ("sites", "sites", "7.8.2.1 c"),
        ("sites.0.address", "sites[S1].address", "7.8.2.1 c"),
        ("customer.name", "customer.name", "7.8.2.1 e"),
        ("customer.contact", "customer.contact", "7.8.2.1 e"),
        ("contract.reviewed", "contract.reviewed", "7.1.1"),
        ("contract.by", "contract.by", "7.1.8"),
        ("contract.frameworks", "contract.frameworks", "7.1.3"),
        (
            "contract.frameworks.2.decision_rule",
            "contract.frameworks[tiny@1].decision_rule",
            "7.1.3",
        ),
        ("items", "items", "7.4.3"),
        ("items.0.received", "items[A].received", "7.8.2.1 h"),
        ("items.0.condition", "items[A].condition", "7.8.2.1 g"),
        ("equipment", "equipment", "6.4.13"),
        ("equipment.0.name", "equipment[EQ-1].name", "6.4.13"),
        ("equipment.0.checked", "equipment[EQ-1].checked", "6.4.13"),
        ("equipment.0.due", "equipment[EQ-1].due", "6.4.13"),
        ("persons", "persons", "6.2.6"),
        ("persons.0.name", "persons[P1].name", "7.5.1"),
        ("persons.0.frameworks", "persons[P1].frameworks", "6.2.6"),
        ("persons.0.since", "persons[P1].since", "6.2.6"),
        ("impartiality.statement", "impartiality.statement", "4.1.1"),
        ("impartiality.reviewed", "impartiality.reviewed", "4.1.4"),
        ("impartiality.by", "impartiality.by", "4.1.4"),
        ("clock.against", "clock.against", "6.5.1"),
        ("clock.offset_ms", "clock.offset_ms", "6.5.1"),
        ("clock.at", "clock.at", "6.4.13"),
        ("clock.by", "clock.by", "7.5.1"),
        ("environment.conditions", "environment.conditions", "6.3.3"),
    ],
)
def test_a_missing_field_is_named_with_its_clause(job, path, key, clause):
    assert [(gap.key, gap.clause) for gap in gaps_in(without(job, path))] == [(key, clause)]


@pytest.mark.parametrize("role", [Role.EVALUATOR, Role.REVIEWER, Role.AUTHORISER])
def test_each_role_must_be_somebodys(job, role):
    left = tuple(person for person in job.persons if role not in person.roles)
    gaps = gaps_in(job.model_copy(update={"persons": left}))
    assert (
        Gap("persons", "6.2.6" if role is Role.EVALUATOR else "7.8.1.1", f"nobody is {role}")
        in gaps
    )


def test_who_lets_the_report_go_must_be_an_authoriser(job):
    (gap,) = gaps_in(job.model_copy(update={"authorised_by": "P1"}))
    assert str(gap) == "authorised_by (6.2.6): P1 is no authoriser"


def test_an_empty_record_lacks_everything_at_once():
    assert len(gaps_in(JobRecord())) == 26


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"frameworks": ((FRAMEWORK, "tiny/2"),)}, "tiny/1 was agreed, tiny/2 was applied"),
        ({"samples": (SampleId("A"), SampleId("B"))}, "nothing is said of sample B"),
        ({"first": dt.date(2026, 11, 1)}, "lies after the test began"),
        ({"first": dt.date(2026, 10, 1)}, "verification came after the test began"),
        ({"last": dt.date(2027, 6, 1)}, "verification had run out"),
        ({"first": dt.date(2024, 12, 31)}, "no evaluator is authorised for tiny@1 on 2024-12-31"),
        ({"last": dt.date(2026, 12, 1)}, "lies before the end of the test"),
    ],
)
def test_the_record_must_fit_what_was_done(job, changes, expected):
    gaps = gaps_against(job, replace(PERFORMED, **changes))
    assert any(expected in str(gap) for gap in gaps)


def test_what_was_tested_must_have_been_agreed_and_authorised(job):
    other = FrameworkRef(slug="other", version="3")
    said = [str(gap) for gap in gaps_against(job, replace(PERFORMED, frameworks=((other, "o/1"),)))]
    assert "contract.frameworks (7.1.1): other@3 was tested and is not agreed" in said
    assert sum("is authorised for other@3" in text for text in said) == 3


def test_an_authorisation_ends(job):
    ended = job.persons[0].model_copy(update={"until": dt.date(2026, 11, 20)})
    changed = job.model_copy(update={"persons": (ended, *job.persons[1:])})
    (gap,) = gaps_against(changed, PERFORMED)
    assert gap.what == "no evaluator is authorised for tiny@1 on 2026-11-21"


def test_an_authorisation_may_name_one_version(job):
    alan = job.persons[2]
    assert alan.authorised(Role.AUTHORISER, FRAMEWORK, DAY, DAY)
    assert not alan.authorised(Role.AUTHORISER, FrameworkRef(slug="tiny", version="2"), DAY, DAY)


def test_the_verifier_learns_the_evaluators_keys(job):
    assert job.evaluator_keys == {"1" * 64}
