"""What a person at the sample is asked, and what becomes of a move that is late or impossible."""

import time

import pytest

from harness.bench.bluetooth_hands import OperatorHands
from harness.bench.bluetooth_link import HandsError
from harness.bench.protocols import Operator

LATE_S = 0.1


class Person(Operator):
    """Answers as it was told, and keeps what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.prompts = []

    def ask_now(self, question, item, timeout_s, over):
        self.prompts.append(question.prompt)
        answer = self.answers.pop(0)
        return answer(over) if callable(answer) else answer


def hands(*answers, hurry_s=25.0):
    person = Person(*answers)
    return person, OperatorHands(person, "A", hurry_s)


def test_blanks_between_digits_are_none_of_them():
    _, each = hands("480 912")
    assert each.read_display(8) == "480912"


def test_a_display_that_shows_nothing_and_a_missing_tag_can_be_told():
    _, each = hands("none", "none")
    assert each.read_display(8) == ""
    assert each.read_tag() is None


def test_the_number_to_compare_and_the_time_that_is_left_are_shown():
    person, each = hands("480912", "done", "480912", "done")
    each.read_display(8)
    each.confirm(same=True)
    each.read_display(8)
    each.confirm(same=False)
    read, same, _, other = person.prompts
    assert "You have 8 s." in read
    assert "It shows 480912, and the bench has the same number" in same
    assert "You have 8 s." in same
    assert "It shows 480912, and the bench has another number" in other


def test_the_digits_to_type_are_shown():
    person, each = hands("done")
    each.type_digits("000042")
    assert "Type 000042 on it" in person.prompts[0]


@pytest.mark.parametrize(
    ("answer", "why"), [("not possible", "not possible"), (None, "nobody answered")]
)
def test_a_move_that_was_not_made_is_told(answer, why):
    _, each = hands(answer)
    with pytest.raises(HandsError) as told:
        each.press_button()
    assert told.value.why == why
    assert "sample A: pairing-mode" in str(told.value)


def test_an_answer_after_its_time_counts_for_nothing():
    def late(_over):
        time.sleep(LATE_S)
        return "480912"

    _, each = hands(late, hurry_s=LATE_S / 2)
    with pytest.raises(HandsError, match="too late"):
        each.read_display(8)


def test_an_answer_after_the_pairing_counts_for_nothing():
    def ended(over):
        each.stop()
        assert over()
        return "480912"

    _, each = hands(ended, "480913")
    with pytest.raises(HandsError, match="the pairing had ended"):
        each.read_display(8)
    assert each.read_display(8) == "480913"
