"""What this machine's kernel knows of its clock (adjtimex(2)); nothing is changed by asking."""

import ctypes
from typing import Final

from harness.encoding.clock import Clock
from harness.model.record import ClockReading

SOURCE: Final = "adjtimex(2)"
_TIME_ERROR: Final = 5
"""Return value: the clock is not synchronised."""
_STA_NANO: Final = 0x2000
"""Status bit: ``offset`` is in nanoseconds."""
_NS_PER_US: Final = 1000


class _Timex(ctypes.Structure):
    """The start of ``struct timex``, and room for the rest on any architecture.

    It is zeroed: no mode is set, so that the call only asks.
    """

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 512),
    )


def read_clock() -> ClockReading | None:
    """The kernel's word on the clock; None where it can't be asked."""
    timex = _Timex()
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return None
    if state < 0:
        return None
    nanoseconds = timex.status & _STA_NANO
    return ClockReading(
        at=Clock().now(),
        source=SOURCE,
        synchronised=state != _TIME_ERROR,
        offset_us=round(timex.offset / _NS_PER_US) if nanoseconds else timex.offset,
        estimated_error_us=timex.esterror,
        maximum_error_us=timex.maxerror,
    )
