"""Updates that a device installs unasked: from the journal to the verdict of 5.3-6-2a."""

from typing import Any

import pytest

from harness.model.ixit import UpdMech
from harness.model.observation import Absent, Present, Unknown

OLD, NEW, UNIT = "2.4.1", "2.4.2", "5.3-6-2a"
ON = UpdMech(
    id="UpdMech-1",
    automatic="configurable",
    automatic_default="on",
    notices="fixed",
    acts_within_hours=24,
)
OFF = UpdMech(id="UpdMech-1", automatic="none", notices="none")


def watched(
    story: Any, *, installs: bool, tells: bool, hours: float = 25, control: bool = True
) -> Any:
    """Watch a device that an update is offered to, and then tell it to look."""
    story.add("running", text=OLD).add("watch", mechanism="UpdMech-1", marker=NEW)
    story.wait(60).checked("notice", works=tells).wait(3600 * hours - 60)
    story.add("running", text=NEW if installs else OLD).checked("notice", works=tells)
    story.add("told").wait(60).checked("notice", works=control)
    return story.wait(60).add("running", text=NEW if control else OLD).add("ended")


@pytest.mark.parametrize(
    ("row", "installs", "tells", "expected"),
    [
        (ON, True, True, "PASS"),
        (ON, False, True, "FAIL"),
        (ON, True, False, "FAIL"),
        (OFF, False, False, "PASS"),
        (OFF, True, False, "FAIL"),
        (OFF, False, True, "FAIL"),
    ],
)
def test_what_a_device_does_by_itself_must_be_as_declared(
    row: UpdMech,
    installs: bool,  # noqa: FBT001  (what pytest passes)
    tells: bool,  # noqa: FBT001
    expected: str,
    story: Any,
    interpreted: Any,
    judged: Any,
) -> None:
    told = watched(story, installs=installs, tells=tells)
    facts = interpreted("update-defaults", update_defaults=told)
    assert judged(UNIT, facts, upd_mech=(row,))[0] == expected


def test_nothing_is_absent_that_a_command_does_not_bring_either(
    story: Any, interpreted: Any, judged: Any
) -> None:
    told = watched(story, installs=False, tells=False, control=False)
    facts = interpreted("update-defaults", update_defaults=told)
    (seen,) = facts.mechanisms
    assert isinstance(seen.installed, Unknown)
    assert isinstance(seen.noticed, Unknown)
    for row in (ON, OFF):
        assert judged(UNIT, facts, upd_mech=(row,)) == ("INCONCLUSIVE", "not-observed")


def test_a_device_has_the_time_that_it_declares(story: Any, interpreted: Any, judged: Any) -> None:
    told = watched(story, installs=False, tells=True, hours=23)
    facts = interpreted("update-defaults", update_defaults=told)
    assert judged(UNIT, facts, upd_mech=(ON,)) == ("INCONCLUSIVE", "watched-too-short")
    undeclared = ON.model_copy(update={"acts_within_hours": None})
    assert judged(UNIT, facts, upd_mech=(undeclared,)) == ("INCONCLUSIVE", "field-missing")


@pytest.mark.parametrize("field", ["automatic", "automatic_default"])
def test_an_empty_field_decides_nothing(
    field: str, story: Any, interpreted: Any, judged: Any
) -> None:
    told = watched(story, installs=True, tells=True)
    facts = interpreted("update-defaults", update_defaults=told)
    row = ON.model_copy(update={field: ""})
    assert judged(UNIT, facts, upd_mech=(row,)) == ("INCONCLUSIVE", "field-missing")


def test_a_capture_that_is_not_whole_shows_no_absence(
    story: Any, interpreted: Any, judged: Any
) -> None:
    told = watched(story, installs=False, tells=False)
    told.whole = False
    facts = interpreted("update-defaults", update_defaults=told)
    assert not facts.complete
    assert not any(
        isinstance(entry, Absent)
        for seen in facts.mechanisms
        for entry in (seen.installed, seen.noticed)
    )
    assert judged(UNIT, facts, upd_mech=(ON,))[0] == "INCONCLUSIVE"


def test_a_watch_that_breaks_off_is_not_examined(story: Any, interpreted: Any, judged: Any) -> None:
    story.add("running", text=OLD).add("watch", mechanism="UpdMech-1", marker=NEW)
    story.add("running", text=NEW)
    facts = interpreted("update-defaults", update_defaults=story)
    assert facts.gap("UpdMech-1")
    assert judged(UNIT, facts, upd_mech=(ON,)) == ("INCONCLUSIVE", "not-examined")


def test_an_update_that_cannot_be_told_apart_is_no_observation(
    story: Any, interpreted: Any
) -> None:
    story.add("running", text=NEW).add("watch", mechanism="UpdMech-1", marker=NEW)
    story.add("running", text=NEW).add("told").add("running", text=NEW).add("ended")
    (seen,) = interpreted("update-defaults", update_defaults=story).mechanisms
    assert isinstance(seen.installed, Unknown)


def test_each_mechanism_is_watched_on_its_own(story: Any, interpreted: Any) -> None:
    watched(story, installs=True, tells=False)
    story.add("running", text=OLD).add("watch", mechanism="UpdMech-2", marker=NEW)
    story.wait(60).add("running", text=OLD).add("told").add("running", text=NEW).add("ended")
    facts = interpreted("update-defaults", update_defaults=story)
    kinds = {entry.mechanism: type(entry.installed) for entry in facts.mechanisms}
    assert kinds == {"UpdMech-1": Present, "UpdMech-2": Absent}


def test_a_bench_without_the_probe_waits_for_it(judged: Any) -> None:
    assert judged(UNIT, without="update-defaults") == ("INCONCLUSIVE", "waits-for-bench")
