"""Interpreter of ``bluetooth-input``: which malformed unit the sample did not survive (pure)."""

from collections.abc import Iterator
from typing import Final

from harness.facts.bluetooth import BluetoothInputFacts
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.bluetooth.links import ATTRIBUTES, Frame
from harness.interpret.bluetooth.steps import Recording, Step, read_recording
from harness.model.ids import ProbeName
from harness.model.observation import Absent, Observation, Unknown

TARGET: Final = "bluetooth"
_GOOD: Final = bytes.fromhex("0a0300")
_READ_RESPONSE: Final = 0x0B
_ERROR: Final = 0x01


def interpret(captures: CaptureReader, upstream: Upstream) -> BluetoothInputFacts:
    """Facts of every malformed unit.

    Raises:
        CaptureError: the recording cannot be read.
    """
    del upstream
    recording = read_recording(captures)
    answers = dict(_good_answers(recording))
    malformed = recording.named("malformed")
    good = recording.named("good")
    survived = [step for step in good if answers.get(step.first)]
    culprit = ""
    if len(survived) < len(good):
        culprit = malformed[len(good) - 1].record.data("unit").hex()
    return BluetoothInputFacts(
        examined=(TARGET,) if answers.get(_control(recording)) else (),
        complete=recording.whole,
        sent=len(good),
        survived=len(survived),
        crash=_crash(recording, good, survived),
        culprit=culprit,
    )


def _crash(recording: Recording, good: tuple[Step, ...], survived: list[Step]) -> Observation:
    answers = dict(_good_answers(recording))
    if not answers.get(_control(recording)):
        return Unknown(reason="the sample answered no good request to begin with")
    if len(survived) < len(good):
        return recording.seen(max(good[-1].first, 1))
    if len(good) < recording.inputs.number("units"):
        return Unknown(reason="not every unit was sent")
    last = answers[good[-1].first]
    return Absent(control=recording.ref(last.packet.number))


def _control(recording: Recording) -> int:
    step = recording.step("control")
    return step.first if step else -1


def _good_answers(recording: Recording) -> Iterator[tuple[int, Frame]]:
    """First packet of a step -> the answer that a good request met in it."""
    steps = [step for step in recording.steps if step.name in {"control", "good"}]
    for link in recording.air.links:
        frames = link.on(ATTRIBUTES)
        for index, frame in enumerate(frames):
            if not frame.sent or frame.data != _GOOD:
                continue
            step = next(
                (each for each in reversed(steps) if each.first < frame.packet.number), None
            )
            answer = next((each for each in frames[index + 1 :] if _answers(each)), None)
            if step is not None and answer is not None:
                yield step.first, answer


def _answers(frame: Frame) -> bool:
    if frame.sent or not frame.data:
        return False
    refusal = frame.data[0] == _ERROR and frame.data[1:4] == _GOOD
    return frame.data[0] == _READ_RESPONSE or refusal


INTERPRETER = Interpreter(ProbeName("bluetooth-input"), 1, BluetoothInputFacts, interpret)
