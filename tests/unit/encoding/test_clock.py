"""Times of captures: what somebody does to the machine's clock moves none of them."""

import time

from harness.encoding.clock import steady_us


def test_time_goes_on_evenly_when_somebody_sets_the_clock(monkeypatch) -> None:
    now_us = steady_us()
    before = now_us()
    assert abs(before - time.time_ns() // 1000) < 60_000_000
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert 0 <= now_us() - before < 60_000_000
