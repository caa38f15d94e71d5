"""What a survey writes down about itself: samples, visits, attempts, equipment."""

from enum import StrEnum
from typing import ClassVar, Final

from harness.model.base import Document, Frozen
from harness.model.ids import FactKey, SampleId, VisitId
from harness.model.states import DeviceState, Means, Purpose

STOPPED: Final = "the bench stopped in the middle of this attempt"
"""Reason of an attempt that nobody ended: a record has it from the start until the attempt ends."""


class AttemptOutcome(StrEnum):
    """How an attempt of a probe ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    """A bench fault, a time-out or an error of the probe; what was captured before it stays."""
    NOT_POSSIBLE = "not-possible"
    """The bench has no such link, or a fact that the probe builds on is missing."""
    NOT_ALLOWED = "not-allowed"
    """More impact than the bench config allows."""
    NOT_SCHEDULED = "not-scheduled"
    """The run ended before its turn."""


class CaptureEntry(Frozen):
    """One capture of an attempt. ``complete`` is false when it ends in the middle or dropped.

    Attributes:
        sha256: of the content; ``""`` in a bundle, whose records are public.
        commitment: in a bundle, ``H_c`` of the manifest: the digest behind a salt.
        derived_from: of a twin that is not what was captured: a salted commitment to the raw
            capture's digest, which only the laboratory can open.
        withheld: why the capture or a part of it was masked; ``""`` if nothing was.
    """

    name: str
    schema_name: str
    size: int
    sha256: str = ""
    complete: bool
    dropped: int = 0
    commitment: str = ""
    derived_from: str = ""
    withheld: str = ""


class AttemptRecord(Document):
    """One attempt of one probe: ``attempt.json`` beside its captures.

    Attributes:
        reason: why it did not complete; ``""`` if it did.
        tools: name -> version of the programs and libraries that took part.
        upstream: the attempts of upstream probes in the same visit whose facts it was given.
    """

    SCHEMA: ClassVar[str] = "certbench/attempt/1"

    key: FactKey
    probe_version: int
    outcome: AttemptOutcome
    reason: str = ""
    started: str
    ended: str
    tools: dict[str, str] = {}
    upstream: dict[str, int] = {}
    captures: tuple[CaptureEntry, ...] = ()


class FirmwareReading(Frozen):
    """The firmware version as read at the start or end of a visit; empty when nobody could.

    Never stored: it follows from the first and last identity fact of the visit.

    Attributes:
        version: what the device says, neutralised.
        source: where it was read: ``http /about``, ``console``, ``operator``.
        fact: the identity fact it came from, as a folder.
    """

    version: str
    source: str
    fact: str


class Pause(Frozen):
    """The bench stopped in the middle (a crash, a power cut, a full disk) and went on later.

    Attributes:
        last_seen: the last moment of which the run directory has a record.
        resumed: when the bench took the survey up again.
    """

    last_seen: str
    resumed: str


class Interruption(Pause):
    """A pause in the middle of a visit, during which anything may have happened to the sample.

    Attributes:
        state_confirmed: whether something showed that the sample was still, or again, in its state.
        reason: why the visit could not go on; ``""`` if it did.
    """

    state_confirmed: bool
    reason: str = ""


class Transition(Frozen):
    """One attempt to bring a sample into the state of a visit.

    Attributes:
        from_visit: the visit that it left; ``""`` = it came out of the box. A visit that was
            broken off is entered from itself.
        to_visit: the visit that it was to begin.
        means: who or what did it.
        outcome: completed, failed, or not possible: no way leads there (`harness.model.life`).
        reason: why it did not complete; ``""`` if it did.
    """

    from_visit: VisitId
    to_visit: VisitId
    means: Means
    outcome: AttemptOutcome
    reason: str = ""
    started: str
    ended: str


class VisitRecord(Document):
    """One stay of one sample in one state: ``visit.json``.

    Attributes:
        entered_by: the transition that led here: ``unboxed``, ``initialise``, ``reset``, ...
        state_confirmed: false when nothing showed that the device really is in ``state``.
        transitions: every attempt to enter the state, in its order.
    """

    SCHEMA: ClassVar[str] = "certbench/visit/1"

    sample: SampleId
    visit: VisitId
    state: DeviceState
    entered_by: str
    state_confirmed: bool
    started: str
    ended: str = ""
    transitions: tuple[Transition, ...] = ()
    interruptions: tuple[Interruption, ...] = ()


class SampleRecord(Frozen):
    """One physical unit as it was handed in and as it is wired to the bench.

    Attributes:
        lot, firmware: as the bench config has them; None = not stated.
    """

    id: SampleId
    origin: str
    lot: str | None = None
    serial: str = ""
    hardware: str = ""
    firmware: str | None = None
    address: str = ""
    mac: str = ""
    console: str = ""


class Repeat(Frozen):
    """A part of the plan that was carried out again later, beside the earlier attempts.

    Attributes:
        only: the groups, cases and units that it was for.
    """

    only: tuple[str, ...]
    started: str


class ClockReading(Frozen):
    """What the bench's machine knew of its own clock when the survey began.

    Attributes:
        at: when it was asked, by that clock.
        source: what was asked: ``adjtimex(2)``.
        offset_us: what was still to be corrected then, in microseconds.
        estimated_error_us, maximum_error_us: as the time service keeps them.
    """

    at: str
    source: str
    synchronised: bool
    offset_us: int
    estimated_error_us: int
    maximum_error_us: int


class SurveyRecord(Document):
    """The survey as a whole: ``survey.json``.

    Attributes:
        complete: every planned attempt has an outcome and the run ended by itself.
        ended_early: why a survey that died was closed before its end; ``""`` if it was not.
        subset: the groups, cases and units that were selected; empty = everything.
        tools: name -> version of the bench's software and programs.
        equipment: what the bench config says of adapters, in the order given.
        job: the certifier's job number (nonce), ``""`` outside a certification.
        clock: None = not checked: the machine could not be asked.
    """

    SCHEMA: ClassVar[str] = "certbench/survey/1"

    run_id: str
    purpose: Purpose
    bench: str
    bench_kind: str
    started: str
    ended: str = ""
    complete: bool = False
    ended_early: str = ""
    subset: tuple[str, ...] = ()
    pauses: tuple[Pause, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    samples: tuple[SampleRecord, ...]
    visits: tuple[tuple[SampleId, VisitId], ...] = ()
    tools: dict[str, str] = {}
    equipment: tuple[str, ...] = ()
    dossier_digest: str = ""
    job: str = ""
    clock: ClockReading | None = None

    @property
    def whole(self) -> bool:
        """Everything was selected and carried out: only then can it be sealed as full."""
        return self.complete and not self.subset
