"""Updates under attack: from the journal of the experiment to the verdicts of 5.3-2-2."""

from typing import Any

import pytest

from harness.errors import CaptureError
from harness.facts.updates import Attack
from harness.model.ixit import UpdMech
from harness.model.observation import Absent, Present, Unknown
from harness.model.record import AttemptOutcome

OLD, NEW = "2.4.1", "2.4.2"
ROW = UpdMech(id="UpdMech-1", over_network="yes", endpoints=("tcp/443",))
SECOND = ROW.model_copy(update={"id": "UpdMech-2"})
UNIT_A, UNIT_B = "5.3-2-2a", "5.3-2-2b"


def offer(story: Any, attack: str, marker: str, runs: str, **more: Any) -> None:
    """Offer an image to a device that runs the old version, and see what runs afterwards."""
    about = {"mechanism": "UpdMech-1", "way": "tcp/443"} | more
    waits = about.pop("waits", 60)
    story.add("running", text=OLD).add("offer", attack=attack, marker=marker, **about)
    story.wait(5).add("offered").wait(20).add("silent").wait(waits - 20)
    story.add("running", text=runs).wait(60)


def experiment(story: Any, **succeeds: str) -> Any:
    """A good image that is installed, and each attack; ``succeeds`` names images that came to run.

    ``succeeds`` has attacks with underscores as keys and what runs afterwards as values.
    """
    offer(story, "genuine", NEW, NEW)
    for attack in Attack:
        runs = succeeds.get(attack.name.casefold(), OLD)
        offer(story, attack.value, f"{attack.value}-image", runs)
    return story


def test_a_device_that_installs_nothing_but_the_good_image_passes(
    story: Any, interpreted: Any, judged: Any
) -> None:
    facts = interpreted("updates", updates=experiment(story))
    assert facts.complete
    assert facts.under_test == OLD
    assert {type(entry.installed) for entry in facts.attacks} == {Absent}
    for unit in (UNIT_A, UNIT_B):
        assert judged(unit, facts, upd_mech=(ROW,))[0] == "PASS"


@pytest.mark.parametrize("attack", list(Attack))
def test_an_attack_that_succeeds_fails_the_attempt_and_not_the_preparation(
    attack: Attack, story: Any, interpreted: Any, judged: Any
) -> None:
    told = experiment(story, **{attack.name.casefold(): f"{attack.value}-image"})
    facts = interpreted("updates", updates=told)
    assert judged(UNIT_B, facts, upd_mech=(ROW,)) == ("FAIL", "misused-update-installed")
    assert judged(UNIT_A, facts, upd_mech=(ROW,))[0] == "PASS"


def test_one_mechanism_that_withstands_is_enough(story: Any, interpreted: Any, judged: Any) -> None:
    experiment(story)
    offer(story, "genuine", NEW, NEW, mechanism="UpdMech-2")
    offer(story, "altered", "worse", "worse", mechanism="UpdMech-2")
    facts = interpreted("updates", updates=story)
    assert judged(UNIT_B, facts, upd_mech=(ROW, SECOND))[0] == "PASS"
    assert judged(UNIT_B, facts, upd_mech=(SECOND,))[0] == "FAIL"
    # The other attacks were not made on the second one.
    assert judged(UNIT_A, facts, upd_mech=(ROW, SECOND)) == ("INCONCLUSIVE", "not-examined")


def test_without_a_good_image_by_the_same_way_nothing_is_refused(
    story: Any, interpreted: Any, judged: Any
) -> None:
    offer(story, "genuine", NEW, NEW, way="tcp/8443")
    for attack in Attack:
        offer(story, attack.value, "image", OLD)
    facts = interpreted("updates", updates=story)
    assert {type(entry.installed) for entry in facts.attacks} == {Unknown}
    assert judged(UNIT_B, facts, upd_mech=(ROW,)) == ("INCONCLUSIVE", "not-observed")


@pytest.mark.parametrize(("waits", "expected"), [(299, Unknown), (300, Absent)])
def test_an_image_that_may_only_take_longer_is_not_refused(
    waits: int, expected: type, story: Any, interpreted: Any
) -> None:
    offer(story, "genuine", NEW, NEW, waits=300)
    offer(story, "altered", "image", OLD, waits=waits)
    (altered,) = interpreted("updates", updates=story).attacks
    assert isinstance(altered.installed, expected)


def test_an_image_that_runs_only_later_is_seen(story: Any, interpreted: Any) -> None:
    offer(story, "genuine", NEW, NEW)
    offer(story, "altered", "image", OLD)
    story.wait(3600).add("running", text="image")
    (altered,) = interpreted("updates", updates=story).attacks
    assert isinstance(altered.installed, Present)


@pytest.mark.parametrize(
    ("marker", "runs"), [("", OLD), (OLD, OLD), ("image", "third"), ("image", "")]
)
def test_what_ran_before_and_after_must_tell_the_images_apart(
    marker: str, runs: str, story: Any, interpreted: Any
) -> None:
    offer(story, "genuine", NEW, NEW)
    offer(story, "altered", marker, runs)
    (attack,) = interpreted("updates", updates=story).attacks
    assert isinstance(attack.installed, Unknown)


def test_a_device_that_does_not_come_back_decides_nothing(story: Any, interpreted: Any) -> None:
    offer(story, "genuine", NEW, NEW)
    story.add("running", text=OLD)
    story.add("offer", mechanism="UpdMech-1", way="tcp/443", attack="altered", marker="image")
    story.add("offered").wait(900).add("silent")
    (attack,) = interpreted("updates", updates=story).attacks
    assert isinstance(attack.installed, Unknown)


def test_interception_is_asked_only_of_what_comes_over_the_network(
    story: Any, interpreted: Any, judged: Any
) -> None:
    offer(story, "genuine", NEW, NEW)
    for attack in set(Attack) - {Attack.INTERCEPTED}:
        offer(story, attack.value, "image", OLD)
    facts = interpreted("updates", updates=story)
    by_cable = ROW.model_copy(update={"over_network": "no"})
    assert judged(UNIT_B, facts, upd_mech=(by_cable,))[0] == "PASS"
    assert judged(UNIT_B, facts, upd_mech=(ROW,)) == ("INCONCLUSIVE", "not-examined")


def test_an_empty_field_passes_nothing_and_hides_nothing(
    story: Any, interpreted: Any, judged: Any
) -> None:
    silent = ROW.model_copy(update={"over_network": ""})
    facts = interpreted("updates", updates=experiment(story))
    for unit in (UNIT_A, UNIT_B):
        assert judged(unit, facts, upd_mech=(silent,)) == ("INCONCLUSIVE", "field-missing")
    offer(story, "altered", "image", "image")
    facts = interpreted("updates", updates=story)
    assert judged(UNIT_B, facts, upd_mech=(silent,))[0] == "FAIL"


def test_a_capture_that_is_not_whole_fails_but_never_passes(
    story: Any, interpreted: Any, judged: Any
) -> None:
    experiment(story).whole = False
    facts = interpreted("updates", updates=story)
    assert judged(UNIT_B, facts, upd_mech=(ROW,)) == ("INCONCLUSIVE", "capture-incomplete")
    story.whole = True
    late = interpreted("updates", updates=story, outcome=AttemptOutcome.FAILED)
    assert judged(UNIT_B, late, upd_mech=(ROW,)) == ("INCONCLUSIVE", "capture-incomplete")
    offer(story, "altered", "image", "image")
    story.whole = False
    worse = interpreted("updates", updates=story)
    assert judged(UNIT_B, worse, upd_mech=(ROW,))[0] == "FAIL"


def test_a_bench_without_the_probe_waits_for_it(judged: Any) -> None:
    for unit in (UNIT_A, UNIT_B):
        assert judged(unit, without="updates") == ("INCONCLUSIVE", "waits-for-bench")


def test_a_good_image_shows_which_ways_take_updates(story: Any, interpreted: Any) -> None:
    offer(story, "genuine", NEW, NEW)
    offer(story, "genuine", NEW, OLD, way="tcp/80")
    offer(story, "genuine", NEW, NEW, way="udp/69")
    story.add("not-tried", way="tcp/9999", why="it hung up \x1b[1m")
    facts = interpreted("updates", updates=story)
    kinds = {entry.way: type(entry.takes) for entry in facts.ways}
    assert kinds == {"tcp/443": Present, "tcp/80": Absent, "udp/69": Present}
    assert facts.gap("tcp/9999") == "it hung up \\x1b[1m"


@pytest.mark.parametrize(
    "fields",
    [
        {"attack": "magic", "mechanism": "UpdMech-1", "way": "tcp/443"},
        {"attack": "altered", "mechanism": "", "way": "tcp/443"},
        {"attack": "altered", "mechanism": "m" * 500, "way": "tcp/443"},
        {"attack": "altered", "mechanism": "UpdMech-1", "way": 443},
    ],
)
def test_a_record_that_is_none_gives_no_facts(fields: Any, story: Any, interpreted: Any) -> None:
    story.add("offer", marker="image", **fields)
    with pytest.raises(CaptureError):
        interpreted("updates", updates=story)


def test_the_number_of_trials_is_bounded(story: Any, interpreted: Any) -> None:
    for _ in range(501):
        story.add("offer", mechanism="m", way="w", attack="genuine", marker="x")
    with pytest.raises(CaptureError, match="more than 500"):
        interpreted("updates", updates=story)


@pytest.mark.parametrize("time", ["2026-11-21T23:00:00.000000Z", "2026-11-22T00:00:00", "soon"])
def test_a_clock_that_was_set_back_or_tells_no_time_gives_no_facts(
    time: str, story: Any, interpreted: Any
) -> None:
    offer(story, "genuine", NEW, NEW)
    offer(story, "altered", "image", OLD)
    story.records[-1]["t"] = time
    with pytest.raises(CaptureError):
        interpreted("updates", updates=story)
