"""UTC time as RFC 3339 text; the one place that asks the machine what time it is."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """The bench's clock. Collectors stamp captures with it; nothing pure may hold one."""

    def now(self) -> str:
        """The present moment, RFC 3339, UTC, microseconds: ``2026-11-21T08:15:30.000000Z``."""
        return format_utc(datetime.now(UTC))


def steady_us() -> Callable[[], int]:
    """Microseconds since 1970 that go on evenly from now on, even if somebody sets the clock."""
    began_us = time.time_ns() // 1000 - time.monotonic_ns() // 1000
    return lambda: began_us + time.monotonic_ns() // 1000


def format_utc(moment: datetime) -> str:
    """Write an aware ``moment`` as RFC 3339 UTC with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_utc(text: str) -> datetime:
    """Read what `format_utc` wrote (or any RFC 3339 time with an offset)."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"time without an offset: {text!r}"
        raise ValueError(message)
    return moment.astimezone(UTC)
