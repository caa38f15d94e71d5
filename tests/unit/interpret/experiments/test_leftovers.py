"""User data after its deletion: from the journal to the verdict of 5.11-1-2c."""

import base64
from typing import Any

import pytest

from harness.errors import CaptureError
from harness.model.ixit import DelFunc

DATUM = b"anna-Ozj4kQ7x!"
UNIT = "5.11-1-2c"
ROW = DelFunc(id="DelFunc-1", target_type="device")


def deleted(story: Any, *, left: bytes = b"", before: bytes = DATUM, **read: Any) -> Any:
    """Read a place, delete, and read it again; ``read`` changes the second look."""
    look = {"function": "DelFunc-1", "place": "export", "expected": b"[settings]"}
    story.add("datum", name="user name", value=DATUM)
    story.add("read", data=b"[settings]\nuser=" + before, whole=True, **look)
    story.checked("delete", function="DelFunc-1").wait(60)
    second = {"data": b"[settings]\nuser=" + left, "whole": True, **look}
    return story.add("read", **(second | read))


def judge(story: Any, interpreted: Any, judged: Any) -> Any:
    """The verdict on one journal."""
    return judged(UNIT, interpreted("leftovers", leftovers=story), del_func=(ROW,))


def test_data_that_was_there_and_is_gone_passes(story: Any, interpreted: Any, judged: Any) -> None:
    assert judge(deleted(story), interpreted, judged) == ("PASS", "user-data-gone")


@pytest.mark.parametrize(
    "left",
    [
        DATUM,
        b"\0" + base64.b64encode(b"a" + DATUM),
        base64.b64encode(b"ab" + DATUM),
        base64.b64encode(DATUM + b"xyz"),
        DATUM.hex().encode(),
        DATUM.hex().upper().encode(),
        b"anna-Ozj4kQ7x%21",
        DATUM.decode().encode("utf-16-le"),
    ],
)
def test_data_that_is_left_in_any_writing_fails(
    left: bytes, story: Any, interpreted: Any, judged: Any
) -> None:
    told = deleted(story, left=left)
    assert judge(told, interpreted, judged) == ("FAIL", "user-data-left")


def test_data_that_turns_up_somewhere_new_fails(story: Any, interpreted: Any, judged: Any) -> None:
    told = deleted(story)
    told.add("read", function="DelFunc-1", place="console", data=b"user " + DATUM, whole=False)
    assert judge(told, interpreted, judged) == ("FAIL", "user-data-left")


def test_a_place_that_never_held_it_shows_nothing(
    story: Any, interpreted: Any, judged: Any
) -> None:
    told = deleted(story, before=b"nobody")
    assert judge(told, interpreted, judged) == ("INCONCLUSIVE", "no-user-data-found-before")


@pytest.mark.parametrize(
    "second",
    [
        {"whole": False},
        {"data": b"<form>Log in</form>"},
        {"expected": b""},
        {"place": "another"},
    ],
)
def test_a_place_that_was_not_read_again_in_whole_shows_nothing(
    second: Any, story: Any, interpreted: Any, judged: Any
) -> None:
    assert judge(deleted(story, **second), interpreted, judged) == ("INCONCLUSIVE", "not-observed")


def test_a_deletion_that_was_not_confirmed_decides_nothing(
    story: Any, interpreted: Any, judged: Any
) -> None:
    told = deleted(story, left=DATUM)
    for record in told.records:
        if record["kind"] == "delete":
            record["answer"] = "busy"
    assert judge(told, interpreted, judged) == ("INCONCLUSIVE", "not-observed")


def test_a_capture_that_is_not_whole_never_passes(
    story: Any, interpreted: Any, judged: Any
) -> None:
    told = deleted(story)
    told.whole = False
    assert judge(told, interpreted, judged) == ("INCONCLUSIVE", "capture-incomplete")


def test_each_function_for_the_device_is_carried_out(
    story: Any, interpreted: Any, judged: Any
) -> None:
    facts = interpreted("leftovers", leftovers=deleted(story))
    other = ROW.model_copy(update={"id": "DelFunc-2"})
    elsewhere = other.model_copy(update={"target_type": "services"})
    nowhere = other.model_copy(update={"target_type": ""})
    assert judged(UNIT, facts, del_func=(ROW, other)) == ("INCONCLUSIVE", "not-examined")
    assert judged(UNIT, facts, del_func=(ROW, elsewhere))[0] == "PASS"
    assert judged(UNIT, facts, del_func=(ROW, nowhere)) == ("INCONCLUSIVE", "field-missing")
    assert judged(UNIT, facts, del_func=(elsewhere,)) == ("INCONCLUSIVE", "no-rows")


def test_a_bench_without_the_probe_waits_for_it(judged: Any) -> None:
    assert judged(UNIT, without="leftovers") == ("INCONCLUSIVE", "waits-for-bench")


def test_a_piece_that_may_stand_there_by_chance_is_none(story: Any, interpreted: Any) -> None:
    with pytest.raises(CaptureError, match="too short"):
        interpreted("leftovers", leftovers=story.add("datum", name="pin", value=b"12345678901"))


def test_a_name_is_told_but_never_the_piece_itself(story: Any, interpreted: Any) -> None:
    facts = interpreted("leftovers", leftovers=deleted(story))
    assert DATUM not in facts.to_bytes()
    assert b"user name" in facts.to_bytes()
