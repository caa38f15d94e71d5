"""What a difference is, and how bad."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Weight(StrEnum):
    """What a difference means for whoever relied on the earlier survey; worst first."""

    WORSE = "worse"
    UNKNOWN = "unknown"
    """Known before, not known any more: nobody can say that it is the same."""
    CHANGED = "changed"
    BETTER = "better"
    NOTE = "note"
    """To be known when reading the rest; no difference of the device."""


class Area(StrEnum):
    """What differs; most important first."""

    ACCESS = "access"
    """Somebody without the owner's login gets in, or a protection is gone."""
    EXPOSURE = "exposure"
    """Services, protocol versions, cipher suites, pages: what can be attacked."""
    VERDICT = "verdict"
    FINDING = "finding"
    IDENTITY = "identity"
    """Firmware version, keys that the device proved to hold, serial numbers, the declaration."""
    FACT = "fact"
    COVERAGE = "coverage"
    """What only one of the surveys looked at."""
    CONTEXT = "context"
    """Who surveyed and judged, with what."""


class Change(StrEnum):
    """How it differs."""

    APPEARED = "appeared"
    VANISHED = "vanished"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """One difference; all texts are harmless to show.

    Attributes:
        subject: what differs: ``tls tcp/443 versions TLSv1.0``, ``5.1-1``.
        before, after: the values; ``""`` where there is none.
        places: where it was seen: samples in states, or a framework.
    """

    weight: Weight
    area: Area
    subject: str
    before: str
    after: str
    places: tuple[str, ...]

    @property
    def change(self) -> Change:
        """How it differs."""
        if not self.before:
            return Change.APPEARED
        return Change.CHANGED if self.after else Change.VANISHED

    @property
    def matters(self) -> bool:
        """It says something of the device, not of the surveys."""
        return self.weight is not Weight.NOTE


def in_order(found: Iterable[Difference]) -> tuple[Difference, ...]:
    """Most important first; the same difference in several places is one."""
    merged: dict[Difference, list[str]] = {}
    for difference in found:
        merged.setdefault(replace(difference, places=()), []).extend(difference.places)
    weights, areas = list(Weight), list(Area)
    return tuple(
        sorted(
            (
                replace(difference, places=tuple(dict.fromkeys(places)))
                for difference, places in merged.items()
            ),
            key=lambda one: (
                weights.index(one.weight),
                areas.index(one.area),
                one.subject,
                one.before,
                one.after,
            ),
        )
    )
