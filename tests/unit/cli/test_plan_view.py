"""What ``certbench plan`` shows: every unit, what it waits for, the counts and the way."""

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from harness.cli import plan_view
from harness.cli.plan_view import CLASSES, PlanView, Stop, to_json, way_of
from harness.cli.surveying import Framework, plans, visit_s
from harness.config import load_bench, load_dossier
from harness.model.confirmation import Confirmation
from harness.model.states import DeviceState
from harness.testing.suites import find_frameworks

BENCH = Path(__file__).parents[3] / "bench_configs" / "reference-router"
WAITING = {
    *("5.3-2-2a", "5.3-2-2b", "5.3-10-1c", "5.9-1-2a", "5.9-1-2b", "5.9-2-2a", "5.9-2-2b"),
    *("5.9-3-2a", "5.11-1-2c"),
}
"""Units that apply to the reference router and need a network of the bench's own."""

Made = tuple[PlanView, tuple[tuple[Stop, ...], int], Any]


def made(version: str, bench: Path = BENCH, confirmed: tuple[Confirmation, ...] = ()) -> Made:
    """The plan of one version of EN 303 645 on a bench of the repository."""
    config, dossier = load_bench(bench), load_dossier(bench)
    frameworks = [Framework.of(*each) for each in find_frameworks([f"etsi-en-303-645@{version}"])]
    (test,), survey = plans(frameworks, config, dossier)
    _, with_people = plans(frameworks, config, dossier, people=True)
    way = way_of(frameworks, (test,), (survey, with_people), config, dossier)
    return PlanView(test, frameworks[0].catalogue, confirmed), way, survey


@pytest.fixture(scope="module")
def old() -> Made:
    return made("2.1.1")


@pytest.fixture(scope="module")
def new() -> Made:
    return made("3.1.3")


def text_of(found: Made) -> str:
    view, way, survey = found
    screen = io.StringIO()
    plan_view.show(Console(file=screen, width=160), [view], way, survey)
    return screen.getvalue()


def test_v2_has_226_units_and_none_of_them_is_undecided_by_design(old: Made) -> None:
    document = to_json(*old[:2])
    assert len(document["units"]) == 226
    assert not [unit["id"] for unit in document["units"] if unit["decided_by"] == "none"]
    assert {name: row["all"] for name, row in document["counts"].items()} == {
        "automatic": 27,
        "waiting": 15,
        "rule": 36,
        "operator": 60,
        "judgement": 88,
        "none": 0,
    }


def test_v3_covers_its_78_provisions_and_every_unit_has_a_judge(new: Made) -> None:
    document = to_json(*new[:2])
    assert document["provisions"] == 78
    assert len({unit["provision"] for unit in document["units"]}) == 78
    assert document["counts"]["none"]["all"] == 0
    assert sum(row["all"] for row in document["counts"].values()) == len(document["units"])


@pytest.mark.parametrize("version", ["old", "new"])
def test_units_that_wait_for_the_bench_network_are_listed(
    version: str, request: pytest.FixtureRequest
) -> None:
    found = request.getfixturevalue(version)
    units = to_json(*found[:2])["units"]
    waiting = {unit["id"]: unit["waiting_for"] for unit in units if unit["waiting_for"]}
    assert set(waiting) == WAITING
    assert all(said.startswith("the bench network: probe ") for said in waiting.values())
    (line,) = [each for each in text_of(found).splitlines() if "stay INCONCLUSIVE" in each]
    assert line.startswith("9 units will stay")
    assert {name.strip() for name in line.partition(": ")[2].split(",")} == WAITING


def test_what_applies_is_counted_beside_what_does_not(old: Made) -> None:
    rows = old[0].counts.values()
    for row in rows:
        assert row["all"] == sum(count for name, count in row.items() if name != "all")
    assert sum(row["not applicable"] for row in rows) > 0
    assert sum(row["not claimed"] for row in rows) > 0


def test_provisional_and_unconfirmed_units_are_marked(old: Made, new: Made) -> None:
    first, second = to_json(*old[:2])["units"], to_json(*new[:2])["units"]
    assert not any(unit["provisional"] for unit in first)
    assert {unit["provision"] for unit in first if unit["unconfirmed"]} == {
        entry.id for entry in old[0].catalogue.provisions if not entry.confirmed
    }
    ours = sum(unit["provisional"] for unit in second)
    assert ours == sum(bool(unit.provisional) for unit in new[0].catalogue.units)
    assert f"{ours} units provisional" in text_of(new)
    row = next(line for line in text_of(old).splitlines() if " 5.3-3-1a " in line)
    assert "conceptual, unconfirmed" in row


def test_a_confirmation_takes_the_mark_away(old: Made) -> None:
    view = old[0]
    left = plan_view.unconfirmed(view.catalogue, ())
    record = Confirmation(
        framework=str(view.catalogue.framework),
        entries=left,
        person="A. Assessor",
        document="EN 303 645 V2.1.1",
        at="2026-11-22T08:00:00.000000Z",
    )
    confirmed = PlanView(view.plan, view.catalogue, (record,))
    assert not confirmed.indicative
    assert not any(confirmed.doubts(unit) for unit in view.plan.units)


def test_the_way_names_sample_state_and_questions_in_order(old: Made) -> None:
    stops, at_a_desk = old[1]
    order = [(stop.visit.sample, stop.visit.state) for stop in stops]
    assert order[:2] == [("A", DeviceState.AS_RECEIVED), ("A", DeviceState.INITIALISED)]
    assert [stop.questions for stop in stops if stop.visit.sample == "B"] == [0]
    assert all(stop.questions for stop in stops if stop.visit.sample == "A")
    assert at_a_desk > 0
    text = text_of(old)
    assert f"1. sample A, as-received: {len(stops[0].visit.probes)} probes, about" in text
    assert f"{stops[0].questions} questions to answer" in text
    assert f"Then {at_a_desk} questions at a desk" in text


def test_a_person_is_told_what_to_do_where_the_bench_cannot(tmp_path: Path) -> None:
    bench = tmp_path / "bench.toml"
    bench.write_text(
        '[bench]\nname = "b"\nscope = ["192.0.2.0/24"]\n'
        '[[sample]]\nid = "A"\nnetwork.address = "192.0.2.7"\n'
    )
    (tmp_path / "dossier.toml").write_bytes((BENCH / "dossier.toml").read_bytes())
    text = text_of(made("2.1.1", bench))
    assert "out of the box" in text
    assert "Set it up as its user documentation says" in text


def test_visits_that_only_people_need_say_so(old: Made) -> None:
    view, (stops, desk), survey = old
    only = Stop(stops[0].visit, stops[0].enter, 2, only_for_people=True, seconds=1.0)
    assert "only with people at the bench: --operator" in text_of((view, ((only,), desk), survey))
    assert to_json(view, ((only,), desk))["visits"][0]["only_for_people"] is True


def test_the_estimate_is_that_of_what_cannot_run_side_by_side(old: Made) -> None:
    """Probes of a visit overlap, samples run side by side, visits of one sample do not."""
    survey = old[2]
    per_sample = {
        sample: sum(visit_s(each) for each in survey.visits if each.sample == sample)
        for sample in ("A", "B")
    }
    assert survey.estimate_s == max(per_sample.values())
    assert 60 < survey.estimate_s < 600


def test_every_way_to_decide_has_words(old: Made, new: Made) -> None:
    assert set(old[0].counts) == set(new[0].counts) == set(CLASSES)
