"""Which step of a probe each connection and report belongs to."""

import bisect
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from harness.encoding.btsnoop import is_whole, read_packets
from harness.encoding.journal import Journal, JournalRecord
from harness.facts.base import Facts, NotExamined
from harness.interpret.base import INPUTS, CaptureReader
from harness.interpret.bluetooth.hci import Address, AddressKind, Report
from harness.interpret.bluetooth.links import Air, Link, read_air
from harness.interpret.bluetooth.payloads import is_match
from harness.model.observation import Absent, EvidenceRef, Present, Unknown

F = TypeVar("F", bound=Facts)
CAPTURE: Final = "hci.btsnoop"
STEPS: Final = "steps.jsonl"
LASTING: Final = frozenset({AddressKind.PUBLIC, AddressKind.STATIC})
"""Kinds of addresses that stay as long as a device has power."""


@dataclass(frozen=True)
class AnyStep:
    """What the probe did from one packet to the next step.

    Attributes:
        first: packets before this number belong to earlier steps.
    """

    name: str
    first: int


S = TypeVar("S", bound=AnyStep)


@dataclass(frozen=True)
class Step(AnyStep):
    """A step of a probe of Bluetooth LE.

    Attributes:
        links: the connections that began in it.
        reports: what was heard in it.
    """

    record: JournalRecord
    links: tuple[Link, ...]
    reports: tuple[Report, ...]

    @property
    def link(self) -> Link | None:
        """The connection that the step was made on; None if the DUT did not answer."""
        return self.links[-1] if self.links else None


@dataclass(frozen=True, kw_only=True)
class Stepped(Generic[S]):
    """A capture, taken apart by steps.

    Attributes:
        whole: nothing is missing, so that what is not there did not happen.
    """

    captures: CaptureReader
    steps: tuple[S, ...]
    whole: bool

    def named(self, name: str) -> tuple[S, ...]:
        """The steps of a name, in order."""
        return tuple(step for step in self.steps if step.name == name)

    def step(self, name: str) -> S | None:
        """The last step of a name."""
        found = self.named(name)
        return found[-1] if found else None

    def ref(self, packet: int) -> EvidenceRef:
        """A packet of the capture."""
        return self.captures.ref(CAPTURE, f"packet {packet}")

    def seen(self, *packets: int) -> Present:
        """An observation that rests on packets."""
        return Present(evidence=tuple(self.ref(number) for number in dict.fromkeys(packets)))


@dataclass(frozen=True, kw_only=True)
class Recording(Stepped[Step]):
    """A capture of Bluetooth LE.

    Attributes:
        air: with connections to the DUT alone.
    """

    inputs: JournalRecord
    journal: Journal
    air: Air

    def of_dut(self) -> tuple[Report, ...]:
        """Every report of an address that once said what the DUT says."""
        mine = _addresses(self.air, self.inputs)
        return tuple(report for report in self.air.reports if report.address in mine)

    @property
    def rivals(self) -> bool:
        """Several addresses say what the DUT says, so that nobody knows which one it is.

        A device that changes a private address never takes an earlier one again, and none that
        lasts is changed while it is powered (Core, Vol 6, Part B, 1.3).
        """
        reports = [report for report in self.of_dut() if report.connectable]
        lasting = {each.address for each in reports if each.address.kind in LASTING}
        return len(lasting) > 1 or overlap(reports)


def read_recording(captures: CaptureReader) -> Recording:
    """Read what `harness.probes.bluetooth_recording.recorded` wrote.

    Raises:
        CaptureError: it cannot be read.
    """
    inputs = captures.journal(INPUTS).first("inputs")
    data = captures.data(CAPTURE)
    everything = read_air(read_packets(data))
    mine = _addresses(everything, inputs)
    air = replace(everything, links=tuple(each for each in everything.links if each.peer in mine))
    journal = captures.journal(STEPS)
    records = list(journal.of("step"))
    ends = [*(record.number("packet") for record in records[1:]), None]
    numbers = [report.packet.number for report in air.reports]
    steps = tuple(
        _step(record, air, numbers, end) for record, end in zip(records, ends, strict=False)
    )
    whole = journal.whole and captures.complete and not air.truncated and is_whole(data)
    return Recording(
        captures=captures, inputs=inputs, journal=journal, air=air, steps=steps, whole=whole
    )


def _addresses(air: Air, inputs: JournalRecord) -> set[Address]:
    """The addresses that once said what the DUT says."""
    match = inputs.fields.get("match")
    wanted = match if isinstance(match, dict) else {}
    return {each.address for each in air.reports if is_match(each.data, wanted)}


def _step(record: JournalRecord, air: Air, numbers: list[int], end: int | None) -> Step:
    first = record.number("packet")

    def belongs(number: int) -> bool:
        return number > first and (end is None or number <= end)

    last = len(numbers) if end is None else bisect.bisect_right(numbers, end)
    return Step(
        name=record.text("name"),
        record=record,
        first=first,
        links=tuple(link for link in air.links if belongs(link.opened.number)),
        reports=air.reports[bisect.bisect_right(numbers, first) : last],
    )


def of_nobody(facts: F, target: str) -> F:
    """Facts that decide nothing, since it is not known which of several devices they speak of."""
    reason = "several devices at once say what the sample says"
    blank = {
        name: Unknown(reason=reason)
        for name in type(facts).model_fields
        if isinstance(getattr(facts, name), Present | Absent | Unknown)
    }
    skipped = (NotExamined(target=target, reason=reason),)
    changed = {**blank, "examined": (), "not_examined": skipped}
    return facts.model_copy(update=changed)


def overlap(reports: Iterable[Report]) -> bool:
    """Whether an address was heard again after another one, so that both were there at once."""
    spans: dict[Address, tuple[int, int]] = {}
    for report in reports:
        number = report.packet.number
        first, _ = spans.get(report.address, (number, number))
        spans[report.address] = (first, number)
    ordered = sorted(spans.values())
    return any(before[1] > after[0] for before, after in itertools.pairwise(ordered))
