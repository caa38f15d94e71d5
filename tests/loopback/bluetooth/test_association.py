"""Every way to associate, carried through against the reference lock (Core, Vol 3, Part H, 2.3)."""

import re
import time

import pytest

from harness.bench.bluetooth_hands import OperatorHands
from harness.bench.protocols import Operator
from harness.interpret.bluetooth.pairing import INTERPRETER
from harness.model.observation import Absent, Present, Unknown
from harness.probes.bluetooth_pairing import PROBE

pytestmark = [pytest.mark.loopback, pytest.mark.slow]
EACH = {
    "pair:passkey-shown": "passkey",
    "pair:passkey-typed": "passkey",
    "pair:comparison": "numeric-comparison",
    "pair:tag": "out-of-band",
}
JUDGED = (
    "control", "outside_mode", "over_bond", "legacy", "unauthenticated", "short_key",
    "fixed_passkey", "guessable_passkey", "unlimited", "wrong_key_accepted", "open_after_bond",
)  # fmt: skip
LATE_S, LOOK_S, PATIENCE_S = 0.6, 0.02, 20


class AtTheLock(Operator):
    """Somebody who reads each prompt and does what it says, at the lock's buttons."""

    def __init__(self, control):
        self.control = control
        self.prompts = {}
        self.says = {}

    def ask_now(self, question, item, timeout_s, over):
        name = question.id.removeprefix("bench-bluetooth-")
        self.prompts[name] = question.prompt
        if name in self.says:
            return self.says[name]()
        state = self.control.request("state")
        if name == "display":
            while not state["shown"]:
                state = self.control.request("state")
            return state["shown"]
        if name == "tag":
            return f"{state['tag']['c']} {state['tag']['r']}"
        if name == "type":
            digits = next(word for word in question.prompt.split() if word.strip(",").isdecimal())
            self.control.request("enter", number=digits.strip(","))
        elif name == "confirm":
            same = "the same number" in question.prompt
            self.control.request("confirm", yes="true" if same else "false")
        else:
            does = {
                "pairing-mode": "button",
                "pairing-mode-over": "close-window",
                "forget": "forget-bonds",
            }
            self.control.request(does[name])
        return "done"


def undecided(facts):
    return {name for name in JUDGED if isinstance(getattr(facts, name), Unknown)}


def completed(facts):
    return {each.name: each.model for each in facts.tries if each.completed}


def test_a_script_carries_every_way_through(lock, trial, hands):
    _, control = lock()
    trial.hands = hands(control)
    facts = trial.run(PROBE, INTERPRETER).facts
    assert completed(facts).items() >= EACH.items()
    assert isinstance(facts.control, Present)
    for name in ("over_bond", "fixed_passkey", "unlimited", "wrong_key_accepted"):
        assert isinstance(getattr(facts, name), Absent), name


def test_a_person_is_led_through_every_way(lock, trial):
    _, control = lock()
    person = AtTheLock(control)
    trial.hands = OperatorHands(person, "A")
    facts = trial.run(PROBE, INTERPRETER).facts
    assert completed(facts).items() >= EACH.items()
    assert set(person.prompts) == {
        "pairing-mode", "pairing-mode-over", "display", "type", "confirm", "tag", "forget",
    }  # fmt: skip
    assert all(prompt.startswith("Sample A: ") for prompt in person.prompts.values())


def test_numbers_and_time_stand_in_the_prompts(lock, trial):
    _, control = lock()
    person = AtTheLock(control)
    trial.hands = OperatorHands(person, "A")
    trial.run(PROBE, INTERPRETER)
    assert re.search(r"It shows [0-9]{6}, and the bench has the same", person.prompts["confirm"])
    assert re.search(r"Type [0-9]{6} on it", person.prompts["type"])
    for name in ("display", "type", "confirm"):
        assert re.search(r"You have [0-9]+ s\.", person.prompts[name]), name
    assert "You have" not in person.prompts["pairing-mode"]


def test_a_tag_and_a_keypad_that_are_not_there_leave_the_rest(lock, trial):
    _, control = lock()
    person = AtTheLock(control)
    person.says = {"tag": lambda: "none", "type": lambda: "not possible"}
    trial.hands = OperatorHands(person, "A")
    ended = trial.run(PROBE, INTERPRETER)
    assert ended.reason == ""
    assert "passkey-typed" not in str(completed(ended.facts))
    assert "pair:tag" not in completed(ended.facts)
    assert completed(ended.facts)["pair:comparison"] == "numeric-comparison"
    assert isinstance(ended.facts.fixed_passkey, Absent)


def test_a_button_that_cannot_be_pressed_decides_nothing(lock, trial):
    _, control = lock()
    person = AtTheLock(control)
    person.says = {"pairing-mode": lambda: "not possible"}
    trial.hands = OperatorHands(person, "A")
    ended = trial.run(PROBE, INTERPRETER)
    assert ended.reason == ""
    assert "not possible" in ended.facts.control.reason
    assert undecided(ended.facts) == set(JUDGED)
    assert ended.facts.characteristics


def test_a_button_that_was_pressed_too_early_makes_no_flaw(lock, trial):
    _, control = lock()
    control.request("button")
    trial.hands = OperatorHands(AtTheLock(control), "A")
    facts = trial.run(PROBE, INTERPRETER).facts
    assert isinstance(facts.outside_mode, Absent)


def test_who_says_done_and_presses_nothing_passes_nothing(lock, trial):
    _, control = lock("legacy-pairing", "short-encryption-key", "no-attempt-limit")
    person = AtTheLock(control)
    person.says = {"pairing-mode": lambda: "done"}
    trial.hands = OperatorHands(person, "A")
    facts = trial.run(PROBE, INTERPRETER).facts
    assert undecided(facts) == set(JUDGED)


def test_who_is_always_too_late_passes_and_fails_nothing(lock, trial):
    _, control = lock("fixed-passkey", "no-attempt-limit")
    person = AtTheLock(control)

    def late():
        time.sleep(LATE_S)
        return "480912"

    person.says = dict.fromkeys(("display", "type", "confirm"), late)
    trial.hands = OperatorHands(person, "A", hurry_s=LATE_S / 2)
    ended = trial.run(PROBE, INTERPRETER)
    assert ended.reason == ""
    assert completed(ended.facts) == {"pair:tag": "out-of-band"}
    for name in ("fixed_passkey", "guessable_passkey", "unlimited", "over_bond"):
        assert isinstance(getattr(ended.facts, name), Unknown), name


def test_a_prompt_ends_with_the_pairing_that_it_was_for(lock, trial):
    """What is typed for one pairing must not be taken for the display of the next."""
    _, control = lock("fixed-passkey")
    person = AtTheLock(control)
    ends = []

    def until_over(question, item, timeout_s, over):
        if question.id.endswith("-display"):
            control.request("power-cycle")
            began = time.monotonic()
            while not over() and time.monotonic() - began < PATIENCE_S:
                time.sleep(LOOK_S)
            ends.append(over())
            return None
        return AtTheLock.ask_now(person, question, item, timeout_s, over)

    person.ask_now = until_over
    trial.hands = OperatorHands(person, "A")
    ended = trial.run(PROBE, INTERPRETER, timeout_s=200.0)
    assert ended.reason == ""
    assert ends
    assert all(ends)
    for name in ("fixed_passkey", "guessable_passkey", "unlimited"):
        assert isinstance(getattr(ended.facts, name), Unknown), name


def test_just_works_is_carried_through_where_a_lock_knows_no_better(lock, trial, hands):
    _, control = lock("just-works-only")
    trial.hands = hands(control)
    facts = trial.run(PROBE, INTERPRETER).facts
    assert completed(facts)["pair:just-works"] == "just-works"
    assert isinstance(facts.unauthenticated, Present)
