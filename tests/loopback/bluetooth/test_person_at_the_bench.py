"""``certbench run`` at a lock that somebody holds in their hands, with all of its prompts.

The lock is a process of its own that the bench config knows nothing of. Whoever sits at the
terminal reads each prompt off the screen, moves the lock's buttons, and types.
"""

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

ROOT = Path(__file__).parents[3]
LOCK = ROOT / "bench_configs" / "reference-lock"
ENDS_WITHIN_S = 240
INCONCLUSIVE = 3
LOOKS_S = 4
"""A terminal looks once a second whether what it asks is over."""
PROMPT = re.compile(r"bench-([a-z-]+)(?: \[A\])?: ([^\n]*)\n(?s:.*?)\n> ")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
REMARK = "Reason or remark (may be empty): "
BENCH = """
[bench]
name = "hand-held"
scope = ["127.0.11.0/24"]
interface = "lo"

[[sample]]
id = "A"
hardware = "rev A"

[sample.bluetooth]
transport = "{air}"
radio = "bumble-link"
name = "Lock"
window_s = 2
"""
EACH_WAY = {
    "pair:passkey-shown": "passkey",
    "pair:passkey-typed": "passkey",
    "pair:comparison": "numeric-comparison",
    "pair:tag": "out-of-band",
}
BY_HAND = {
    "bluetooth-fixed-passkey", "bluetooth-unlimited-passkeys", "bluetooth-legacy-pairing",
    "bluetooth-short-key", "bluetooth-pairing-without-user-action", "bluetooth-bond-overwrite",
    "bluetooth-unauthenticated-pairing", "bluetooth-key-not-checked",
}  # fmt: skip


class AtTheLock:
    """What somebody answers to a prompt, with the lock before them."""

    def __init__(self, control):
        self.control = control
        self.prompts = []

    def answer(self, name, prompt):
        self.prompts.append((name, prompt))
        do = getattr(self, name.removeprefix("bluetooth-").replace("-", "_"))
        return do(prompt)

    def enter_initialised(self, _prompt):
        self.control.request("initialise")
        return "done"

    def display(self, _prompt):
        shown = ""
        while not shown:
            shown = self.control.request("state")["shown"]
        return f"{shown[:3]} {shown[3:]}"

    def tag(self, _prompt):
        tag = self.control.request("state")["tag"]
        return f"{tag['c']} {tag['r']}"

    def type(self, prompt):
        (digits,) = re.findall(r"Type ([0-9]{6}) on it", prompt)
        return self._moved("enter", number=digits)

    def confirm(self, prompt):
        assert re.search("It shows [0-9]{6}, and the bench has the same number", prompt)
        return self._moved("confirm", yes="true")

    def pairing_mode(self, _prompt):
        return self._moved("button")

    def pairing_mode_over(self, _prompt):
        return self._moved("close-window")

    def forget(self, _prompt):
        return self._moved("forget-bonds")

    def _moved(self, what, **how):
        self.control.request(what, **how)
        return "1"


class Run:
    """What became of a run."""

    def __init__(self, code, screen, document, folder):
        self.code = code
        self.screen = screen
        self.units = document["units"]
        self.folder = folder

    def verdicts(self):
        return {name: unit["verdict"] for name, unit in self.units.items()}

    def pairing(self):
        (facts,) = self.folder.glob("run/survey/A/*/bluetooth-pairing/1/facts.json")
        return json.loads(facts.read_text())


@pytest.fixture
def at_a_terminal(air, tmp_path):
    """Runs the command with somebody at its terminal."""

    def run(person, patience_s=ENDS_WITHIN_S):
        bench = tmp_path / "bench"
        bench.mkdir()
        (bench / "bench.toml").write_text(BENCH.format(air=air))
        shutil.copy(LOCK / "dossier.toml", bench)
        out = tmp_path / "out"
        argv = [
            sys.executable, "-m", "harness.cli", "run", bench, "-f", "black-box", "--only",
            "bluetooth", "--operator", "Ada", "--json", "-o", out, "--key", tmp_path / "key.pem",
        ]  # fmt: skip
        ours, theirs = pty.openpty()
        with (tmp_path / "stdout").open("wb") as stdout:
            command = subprocess.Popen(
                list(map(str, argv)), stdin=theirs, stdout=stdout, stderr=theirs,
                env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
            )  # fmt: skip
        os.close(theirs)
        try:
            screen = converse(ours, person, time.monotonic() + patience_s)
            (tmp_path / "screen").write_text(screen)  # for whoever wants to see what they saw
            code = command.wait(patience_s)
        finally:
            command.kill()
            command.wait()
            os.close(ours)
        said = (tmp_path / "stdout").read_text()
        assert said, screen[-3000:]
        return Run(code, screen, json.loads(said), out)

    return run


def converse(terminal, person, deadline):
    """Read the screen to its end, and answer what is asked on it."""
    screen, at = "", 0
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1.0)[0]:
            continue
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # the command has ended
            return screen
        screen += ESCAPES.sub("", chunk.decode(errors="replace").replace("\r", ""))
        asked = PROMPT.search(screen, at)
        if asked is not None:
            at = asked.end()
            os.write(terminal, person.answer(asked[1], asked[2]).encode() + b"\n")
        elif REMARK in screen[at:]:
            at = screen.index(REMARK, at) + len(REMARK)
            os.write(terminal, b"\n")
    raise AssertionError(screen[-3000:])


def test_somebody_at_a_terminal_is_led_through_every_way_to_pair(lock, at_a_terminal):
    _, control = lock(rotation="1")
    person = AtTheLock(control)
    run = at_a_terminal(person)
    assert run.code == INCONCLUSIVE  # no consent to write, no serial number: that needs no hands
    ways = {each["name"]: each["model"] for each in run.pairing()["tries"] if each["completed"]}
    assert ways.items() >= EACH_WAY.items()
    verdicts = run.verdicts()
    assert {name: verdicts[name] for name in BY_HAND} == dict.fromkeys(BY_HAND, "PASS")
    assert "━" not in run.screen  # no bar is drawn over what is typed
    asked = {name for name, _ in person.prompts}
    assert asked == {
        "enter-initialised",
        *(f"bluetooth-{name}" for name in (
            "pairing-mode", "pairing-mode-over", "display", "type", "confirm", "tag", "forget",
        )),
    }  # fmt: skip


def test_somebody_at_a_terminal_pairs_a_lock_that_knows_nothing_but_just_works(lock, at_a_terminal):
    _, control = lock("just-works-only", rotation="1")
    person = AtTheLock(control)
    run = at_a_terminal(person)
    ways = {each["name"]: each["model"] for each in run.pairing()["tries"] if each["completed"]}
    assert ways["pair:just-works"] == "just-works"
    assert run.verdicts()["bluetooth-unauthenticated-pairing"] == "FAIL"
    assert "bluetooth-pairing-mode" in {name for name, _ in person.prompts}


def test_somebody_who_cannot_press_the_button_leaves_everything_open(lock, at_a_terminal):
    _, control = lock(rotation="1")
    person = AtTheLock(control)
    person.pairing_mode = lambda _prompt: "not possible"
    run = at_a_terminal(person)
    assert run.code == INCONCLUSIVE
    verdicts = run.verdicts()
    assert {name: verdicts[name] for name in BY_HAND} == dict.fromkeys(BY_HAND, "INCONCLUSIVE")
    assert "not possible" in run.units["bluetooth-pairing-without-user-action"]["reason"]
    assert verdicts["bluetooth-robustness"] == "PASS"
    assert "FAIL" not in verdicts.values()


def test_what_is_typed_too_late_answers_no_other_prompt(lock, at_a_terminal):
    """The lock leaves while its digits are being read; they are typed once that prompt is over."""
    _, control = lock(rotation="1")
    person = AtTheLock(control)
    usual, words = person.display, []

    def too_late(prompt):
        person.display = usual
        digits = usual(prompt)
        control.request("power-cycle")
        time.sleep(LOOKS_S)
        words.append(digits)
        return f"{digits}\n1\ngo"  # and on with the next prompt, unread

    person.display = too_late
    run = at_a_terminal(person)
    assert words
    assert "That question is over." in run.screen
    tries = [each for each in run.pairing()["tries"] if each["name"].startswith("pair:")]
    shown = [each for each in tries if each["name"].startswith("pair:passkey-shown")]
    assert [each["completed"] for each in shown] == [False, True]
    assert run.verdicts()["bluetooth-fixed-passkey"] == "PASS"
    assert "FAIL" not in run.verdicts().values()
