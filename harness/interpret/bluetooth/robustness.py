"""Interpreter of ``bluetooth-input``: which malformed unit the sample did not survive (pure)."""

import bisect
from collections import deque
from collections.abc import Iterator
from typing import Final

from harness.facts.bluetooth import BluetoothInputFacts
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.bluetooth.links import ATTRIBUTES, Frame
from harness.interpret.bluetooth.steps import Recording, Step, of_nobody, read_recording
from harness.model.ids import ProbeName
from harness.model.observation import Absent, Observation, Unknown

TARGET: Final = "bluetooth"
_GOOD: Final = bytes.fromhex("0a0300")
_READ_RESPONSE: Final = 0x0B
_ERROR: Final = 0x01
_BENCH_HUNG_UP: Final = 0x16


def interpret(captures: CaptureReader, upstream: Upstream) -> BluetoothInputFacts:
    """Facts of every malformed unit.

    Raises:
        CaptureError: the recording cannot be read.
    """
    del upstream
    reading = _Reading(read_recording(captures))
    facts = BluetoothInputFacts(
        examined=(TARGET,) if reading.control else (),
        complete=reading.recording.whole,
        sent=reading.sent,
        survived=reading.survived,
        crash=reading.crash(),
        culprit=reading.culprit,
    )
    return of_nobody(facts, TARGET) if reading.recording.rivals else facts


class _Reading:
    """What was sent, and which good requests were answered."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._good = recording.named("good")
        self._answers = dict(_good_answers(recording))
        self.control = self._answer_in(recording.step("control"))
        self._last = self._answer_in(recording.step("last"))
        self._woken = recording.step("woken")
        self._malformed = _sent(recording)
        self.sent = len(self._malformed)

    def _answer_in(self, step: Step | None) -> Frame | None:
        return None if step is None else self._answers.get(step.first)

    @property
    def survived(self) -> int:
        """Good requests up to the last one that was answered.

        One that met nothing while a later one was answered is no sign of a crash: the sample may
        have answered the malformed unit in its place.
        """
        answered = [self._answer_in(step) is not None for step in self._good]
        return max((index + 1 for index, good in enumerate(answered) if good), default=0)

    @property
    def _fell_silent(self) -> bool:
        """No good request was answered any more, not even one on a link of its own in the end."""
        return self._last is None and self.survived < len(self._good)

    @property
    def _fatal(self) -> tuple[bytes, Frame] | None:
        """The unit that the sample did not survive.

        One that it answered a good request after is none, though the sample went away later: then
        it went before the next unit was sent, and nothing malformed was the reason.
        """
        if self.control is None or not self._fell_silent or not self._malformed:
            return None
        answered = self._good[self.survived - 1].first if self.survived else 0
        unit, frame = self._malformed[-1]
        return (unit, frame) if frame.packet.number > answered else None

    @property
    def _asleep(self) -> str:
        """Why silence may be sleep; ``""`` if it is not.

        Many a sample on a battery ends a link that it dislikes, and advertises no more until
        somebody touches it. One that keeps the link, or is heard, and answers nothing is awake.
        """
        if self._woken is not None:
            answered = self._answer_in(self._woken) is not None
            return "it answered when somebody woke it" if answered else ""
        links, reports = self.recording.air.links, self.recording.of_dut()
        ended = links[-1].ended if links else None
        if ended is None or ended.reason == _BENCH_HUNG_UP:
            return ""
        heard = any(each.packet.number > ended.packet.number for each in reports)
        return "" if heard else "it was not heard any more, and nobody tried to wake it"

    @property
    def culprit(self) -> str:
        """The last malformed unit before the sample fell silent for good, in hex."""
        return self._fatal[0].hex() if self._fatal and not self._asleep else ""

    def crash(self) -> Observation:
        """Whether the sample fell silent after a unit, and for good."""
        if self.control is None:
            return Unknown(reason="the sample answered no good request to begin with")
        if self._fatal is not None:
            return self._after(self._fatal[1])
        if self.sent < self.recording.inputs.number("units"):
            return Unknown(reason="not every unit was sent")
        if self._last is None:
            return Unknown(reason="no good request was answered on a link of its own in the end")
        return Absent(control=self.recording.ref(self._last.packet.number))

    def _after(self, fatal: Frame) -> Observation:
        asleep = self._asleep
        if asleep:
            return Unknown(reason=f"it fell silent after a malformed unit; {asleep}")
        return self.recording.seen(fatal.packet.number)


def _sent(recording: Recording) -> list[tuple[bytes, Frame]]:
    """The malformed units that really left, in order, of those that the probe made."""
    meant = [
        (step.record.number("channel"), step.record.data("unit"), step.first)
        for step in recording.named("malformed")
    ]
    frames = [frame for link in recording.air.links for frame in link.frames if frame.sent]
    frames.sort(key=lambda frame: frame.packet.number)
    found: list[tuple[bytes, Frame]] = []
    at = 0
    for channel, unit, first in meant:
        for place in range(at, len(frames)):
            frame = frames[place]
            # Of its content the published twin keeps channel, code and length.
            same = frame.data[:1] == unit[:1] and len(frame.data) == len(unit)
            if frame.packet.number > first and frame.channel == channel and same:
                found.append((unit, frame))
                at = place + 1
                break
    return found


def _good_answers(recording: Recording) -> Iterator[tuple[int, Frame]]:
    """First packet of a step -> the answer that a good request met in it.

    An answer stands for one request only: a late one must not count for the next as well.
    """
    steps = [step for step in recording.steps if step.name in {"control", "good", "last", "woken"}]
    begins = [step.first for step in steps]
    for link in recording.air.links:
        waiting: deque[int] = deque()
        for frame in link.on(ATTRIBUTES):
            if frame.sent and frame.data == _GOOD:
                place = bisect.bisect_left(begins, frame.packet.number) - 1
                waiting.append(begins[place] if place >= 0 else -1)
            elif waiting and _answers(frame):
                yield waiting.popleft(), frame


def _answers(frame: Frame) -> bool:
    if frame.sent or not frame.data:
        return False
    refusal = frame.data[0] == _ERROR and frame.data[1:4] == _GOOD
    return frame.data[0] == _READ_RESPONSE or refusal


INTERPRETER = Interpreter(ProbeName("bluetooth-input"), 1, BluetoothInputFacts, interpret)
