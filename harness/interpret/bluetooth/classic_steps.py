"""The steps of the probe ``bluetooth-classic``: what a step is for, and what passed in it."""

from dataclasses import dataclass
from enum import StrEnum

from harness.encoding.btsnoop import is_whole, read_packets
from harness.interpret.base import INPUTS, CaptureReader
from harness.interpret.bluetooth.classic_hci import Answered, Capable, KeyMade
from harness.interpret.bluetooth.classic_links import ClassicAir, ClassicLink, read_classic
from harness.interpret.bluetooth.payloads import parts_of
from harness.interpret.bluetooth.steps import CAPTURE, STEPS, AnyStep, Stepped


class Name(StrEnum):
    """Names of steps."""

    INQUIRY = "inquiry"
    """Nobody had asked the sample for anything."""
    IN_MODE = "inquiry-in-mode"
    """Somebody had brought it into pairing mode."""
    OPEN = "open"
    """Connected without a pairing."""
    OUTSIDE = "outside-mode"
    """A pairing for which nobody at the sample asked."""
    JUST_WORKS = "pair:just-works"
    COMPARISON = "pair:comparison"
    PIN = "pair:pin"


@dataclass(frozen=True)
class ClassicStep(AnyStep):
    """A step of the probe, and what it saw of the sample.

    Attributes:
        link: the connection that the step was made on; None if the sample did not answer.
    """

    link: ClassicLink | None
    answers: tuple[Answered, ...]
    keys: tuple[KeyMade, ...]
    capable: tuple[Capable, ...]


@dataclass(frozen=True, kw_only=True)
class ClassicRecording(Stepped[ClassicStep]):
    """A capture of Classic.

    Attributes:
        address: of the sample; ``""`` if it was never found.
        name: by which it was found, as bytes of Latin-1; ``""`` if it did not say.
        window_s: how long a pairing window may stay open.
        fakes: what the radio only pretends.
    """

    address: str
    name: str
    window_s: float
    fakes: tuple[str, ...]
    air: ClassicAir


def read_classic_recording(captures: CaptureReader) -> ClassicRecording:
    """Read what the probe wrote.

    Raises:
        CaptureError: it cannot be read.
    """
    inputs = captures.journal(INPUTS).first("inputs")
    data = captures.data(CAPTURE)
    air = read_classic(read_packets(data))
    journal = captures.journal(STEPS)
    records = list(journal.of("step"))
    match = inputs.fields.get("match")
    wanted = str(match.get("name", "")) if isinstance(match, dict) else ""
    names = _names(air)
    known = inputs.text("classic_address")
    named = sorted({each for each, name in names if wanted and name == wanted})
    # Two who say that they are the sample: nobody knows which one is.
    address = known or (named[0] if len(named) == 1 else "")
    starts = [record.number("packet") for record in records]
    ends: list[int | None] = [*starts[1:], None][: len(starts)]
    steps = tuple(
        _step(air, address, record.text("name"), (start, end))
        for record, start, end in zip(records, starts, ends, strict=True)
    )
    return ClassicRecording(
        captures=captures,
        address=address,
        name=next((name for each, name in names if each == address and name), ""),
        window_s=inputs.number("window_ms") / 1000,
        fakes=tuple(str(each) for each in inputs.listed("fakes")),
        air=air,
        steps=steps,
        whole=journal.whole and captures.complete and not air.truncated and is_whole(data),
    )


def _names(air: ClassicAir) -> list[tuple[str, str]]:
    """Who called himself what, in answers to inquiries and when asked."""
    told = [(each.address, parts_of(each.told).name) for each in air.answers]
    asked = [(each.address, each.name.decode("utf-8", "replace")) for each in air.names]
    return [*told, *asked]


def _step(air: ClassicAir, address: str, name: str, span: tuple[int, int | None]) -> ClassicStep:
    first, end = span

    def belongs(number: int, whose: str) -> bool:
        return number > first and (end is None or number <= end) and whose == address

    links = [link for link in air.links if belongs(link.opened.number, link.address)]
    return ClassicStep(
        name=name,
        first=first,
        link=links[-1] if links else None,
        answers=tuple(each for each in air.answers if belongs(each.packet.number, each.address)),
        keys=tuple(each for each in air.keys if belongs(each.packet.number, each.address)),
        capable=tuple(each for each in air.capable if belongs(each.packet.number, each.address)),
    )
