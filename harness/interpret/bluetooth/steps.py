"""Which step of a probe each connection and report belongs to."""

from dataclasses import dataclass
from typing import Final

from harness.encoding.btsnoop import read_packets
from harness.encoding.journal import Journal, JournalRecord
from harness.interpret.base import INPUTS, CaptureReader
from harness.interpret.bluetooth.hci import Report
from harness.interpret.bluetooth.links import Air, Link, read_air
from harness.model.observation import EvidenceRef, Present

CAPTURE: Final = "hci.btsnoop"
STEPS: Final = "steps.jsonl"


@dataclass(frozen=True)
class Step:
    """What the probe did from one packet to the next step.

    Attributes:
        first: packets before this number belong to earlier steps.
        links: the connections that began in it.
        reports: what was heard in it.
    """

    name: str
    record: JournalRecord
    first: int
    links: tuple[Link, ...]
    reports: tuple[Report, ...]

    @property
    def link(self) -> Link | None:
        """The connection that the step was made on; None if the DUT did not answer."""
        return self.links[-1] if self.links else None


@dataclass(frozen=True)
class Recording:
    """A capture, taken apart by steps.

    Attributes:
        whole: nothing is missing, so that what is not there did not happen.
    """

    captures: CaptureReader
    inputs: JournalRecord
    journal: Journal
    air: Air
    steps: tuple[Step, ...]
    whole: bool

    def named(self, name: str) -> tuple[Step, ...]:
        """The steps of a name, in order."""
        return tuple(step for step in self.steps if step.name == name)

    def step(self, name: str) -> Step | None:
        """The last step of a name."""
        found = self.named(name)
        return found[-1] if found else None

    def ref(self, packet: int) -> EvidenceRef:
        """A packet of the capture."""
        return self.captures.ref(CAPTURE, f"packet {packet}")

    def seen(self, *packets: int) -> Present:
        """An observation that rests on packets."""
        return Present(evidence=tuple(self.ref(number) for number in dict.fromkeys(packets)))


def read_recording(captures: CaptureReader) -> Recording:
    """Read what `harness.probes.bluetooth_recording.recorded` wrote.

    Raises:
        CaptureError: it cannot be read.
    """
    inputs = captures.journal(INPUTS).first("inputs")
    air = read_air(read_packets(captures.data(CAPTURE)))
    journal = captures.journal(STEPS)
    records = list(journal.of("step"))
    ends = [*(record.number("packet") for record in records[1:]), None]
    steps = tuple(_step(record, air, end) for record, end in zip(records, ends, strict=False))
    whole = journal.whole and captures.complete and not air.truncated
    return Recording(captures, inputs, journal, air, steps, whole)


def _step(record: JournalRecord, air: Air, end: int | None) -> Step:
    first = record.number("packet")

    def belongs(number: int) -> bool:
        return number > first and (end is None or number <= end)

    return Step(
        name=record.text("name"),
        record=record,
        first=first,
        links=tuple(link for link in air.links if belongs(link.opened.number)),
        reports=tuple(report for report in air.reports if belongs(report.packet.number)),
    )
