"""Every way to associate, carried through against the reference lock (Core, Vol 3, Part H, 2.3)."""

import pytest

from harness.bench.bluetooth_hands import OperatorHands
from harness.bench.protocols import Operator
from harness.interpret.bluetooth.pairing import INTERPRETER
from harness.model.observation import Absent, Present
from harness.probes.bluetooth_pairing import PROBE

pytestmark = [pytest.mark.loopback, pytest.mark.slow]
EACH = {
    "pair:passkey-shown": "passkey",
    "pair:passkey-typed": "passkey",
    "pair:comparison": "numeric-comparison",
    "pair:tag": "out-of-band",
}


class AtTheLock(Operator):
    """Somebody who reads each prompt and does what it says, at the lock's buttons."""

    def __init__(self, control):
        self.control = control
        self.prompts = {}

    def ask(self, question, item, shown):
        name = question.id.removeprefix("bench-bluetooth-")
        self.prompts[name] = question.prompt
        state = self.control.request("state")
        if name == "display":
            while not state["shown"]:
                state = self.control.request("state")
            return state["shown"], ""
        if name == "tag":
            return f"{state['tag']['c']} {state['tag']['r']}", ""
        if name == "type":
            digits = next(word for word in question.prompt.split() if word.strip(",").isdecimal())
            self.control.request("enter", number=digits.strip(","))
        elif name == "confirm":
            same = "not the same" not in question.prompt
            self.control.request("confirm", yes="true" if same else "false")
        else:
            does = {
                "pairing-mode": "button",
                "pairing-mode-over": "close-window",
                "forget": "forget-bonds",
            }
            self.control.request(does[name])
        return "done", ""


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


def test_just_works_is_carried_through_where_a_lock_knows_no_better(lock, trial, hands):
    _, control = lock("just-works-only")
    trial.hands = hands(control)
    facts = trial.run(PROBE, INTERPRETER).facts
    assert completed(facts)["pair:just-works"] == "just-works"
    assert isinstance(facts.unauthenticated, Present)
