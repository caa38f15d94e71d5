"""What a verification found out, beside what became of each step: for the closing words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harness.encoding.clock import format_utc


@dataclass(frozen=True)
class Found:
    """Who says what about which device, since when; empty where a step did not hold.

    Attributes:
        root: the bundle's root.
        statement: SHA-256 of what the laboratory signed.
        device: as the statement names it.
        conclusions: framework -> conclusion, with a mark where it is indicative.
        signed_by: trusted keys that signed, each with its person where a certificate names one.
        stamped: earliest trusted time-stamp.
        log: which entry of which log the statement is.
        seen: witness -> when it saw that.
        certificate: number of the certificate that a certifier granted, and its last day.
    """

    root: str = ""
    statement: str = ""
    device: str = ""
    conclusions: tuple[tuple[str, str], ...] = ()
    signed_by: tuple[tuple[str, str], ...] = ()
    stamped: datetime | None = None
    log: str = ""
    seen: tuple[tuple[str, datetime], ...] = ()
    certificate: str = ""

    def to_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "root": self.root,
            "statement": self.statement,
            "device": self.device,
            "conclusions": dict(self.conclusions),
            "signed_by": [{"key": key, "person": person} for key, person in self.signed_by],
            "time_stamped": format_utc(self.stamped) if self.stamped else "",
            "log": self.log,
            "seen": {name: format_utc(when) for name, when in self.seen},
            "certificate": self.certificate,
        }

    def sentences(self) -> tuple[str, ...]:
        """The same in plain words."""
        said = [f"It says of {self.device}: {_listed(self.conclusions) or 'nothing'}."]
        if self.signed_by:
            names = (f"{name} with key {key[:16]}" if name else f"key {key[:16]}"
                     for key, name in self.signed_by)  # fmt: skip
            said.append(f"Signed by {' and '.join(names)}.")
        if self.stamped:
            said.append(f"Time-stamped on {self.stamped:%Y-%m-%d at %H:%M UTC}.")
        if self.log:
            since = min((when for _, when in self.seen), default=None)
            day = f" on {since:%Y-%m-%d}" if since else ""
            said.append(f"Logged{day} as {self.log}, seen by {_witnesses(len(self.seen))}.")
        if self.certificate:
            said.append(f"Certified: {self.certificate}.")
        return tuple(said)


def _listed(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {value}" for name, value in pairs)


def _witnesses(count: int) -> str:
    return {0: "no witness that you trust", 1: "1 witness"}.get(count, f"{count} witnesses")
