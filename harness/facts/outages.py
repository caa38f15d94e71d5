"""What goes on in an outage and what comes back after it (probe ``outages``)."""

from typing import ClassVar, Literal

from harness.facts.base import Facts
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation

OutageKind = Literal["network", "power", "isolation", "replacement"]
"""What was taken away: the network, the power, every link as 9-ReplSup says, a part of it."""


class FunctionCheck(Frozen):
    """One function of the device, asked before, during and after an outage.

    Attributes:
        local: it needs neither the internet nor a service elsewhere.
        before: it worked. Never Absent: what did not work before is no sign of anything.
        during: it worked all along. Absent: it worked before, and never during the outage.
        after: it worked in the end. Absent: it worked before, and never after the outage.
    """

    name: str
    local: bool
    before: Observation
    during: Observation
    after: Observation


class SettingCheck(Frozen):
    """One setting, read before and after an outage.

    Attributes:
        outcome: ``same``; ``lost``: gone, or back to its factory value; ``changed``: something
            else; ``unread``: not read on both sides. Settings that change by themselves are left
            out, and so are those that were empty or at their factory values before and after.
    """

    name: str
    outcome: Literal["same", "lost", "changed", "unread"]
    evidence: EvidenceRef


class Outage(Frozen):
    """One outage.

    Attributes:
        number: 1 for the first of its kind.
        real: a witness answered before and after, and never in between. Never Absent.
    """

    kind: OutageKind
    number: int
    real: Observation
    functions: tuple[FunctionCheck, ...] = ()
    settings: tuple[SettingCheck, ...] = ()


class OutagesFacts(Facts):
    """``examined`` holds the kinds of outages that were made."""

    SCHEMA: ClassVar[str] = "certbench/facts-outages/1"
    PROBE: ClassVar[str] = "outages"

    outages: tuple[Outage, ...] = ()

    def of(self, kind: OutageKind) -> tuple[Outage, ...]:
        """Every outage of one kind."""
        return tuple(entry for entry in self.outages if entry.kind == kind)
