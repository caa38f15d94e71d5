"""Taps: where drivers show what comes in while they still hold it themselves.

A driver that hands over whole exchanges keeps pieces of them in memory; a tap sees each piece as it
arrives, so that the survey can put it on disk (`harness.survey.spool`).
"""

from typing import Protocol

from typing_extensions import override


class Tap(Protocol):
    """Where a driver shows what comes in, while it still holds it itself."""

    def took(self, data: bytes) -> None:
        """These bytes came in. Raises StorageError if they can't be kept."""
        ...

    def done(self) -> None:
        """The driver hands over what it took, or has given up."""
        ...


class Taps(Protocol):
    """Makes taps: one for each exchange, connection or tool run."""

    def tap(self, source: str) -> Tap:
        """A tap for what ``source`` names: ``GET https://192.0.2.1/``."""
        ...


class NoTap(Tap):
    """Lets everything pass: for links that nobody spools."""

    @override
    def took(self, data: bytes) -> None:
        """Nothing."""

    @override
    def done(self) -> None:
        """Nothing."""


class NoTaps(Taps):
    """Makes taps that let everything pass."""

    @override
    def tap(self, source: str) -> Tap:
        """One that lets everything pass."""
        return NoTap()
