"""What the radios that a bench can have only pretend to do.

A criterion whose ground truth a radio fakes is not testable on that bench, and never PASS.
"""

import itertools
import re
from enum import StrEnum
from typing import Final

PASSKEY_FIELD: Final = "digits"
"""Field of a journal that holds a passkey as a display showed it or somebody typed it."""


class Radio(StrEnum):
    """What the bench's adapter is."""

    REAL = "real"
    BUMBLE = "bumble-link"
    """The LE bus of the reference devices, on bumble's `LocalLink`."""
    ROOTCANAL = "rootcanal"
    OTHER = "other"
    """Behind a socket, and nobody said what: it may pretend everything."""


class Faked(StrEnum):
    """Something that a radio may only pretend."""

    LINK_KEY = "long-term-key"
    """Whether both sides encrypt under the same LE key."""
    CLASSIC_KEY_SIZE = "classic-key-size"
    LEGACY_PIN = "legacy-pin"
    CLASSIC_NUMBER = "classic-comparison-number"
    CLASSIC = "classic"
    """BR/EDR as a whole."""
    AIR = "air"
    """Interference, distance and signal strength."""


FAKED: Final[dict[Radio, frozenset[Faked]]] = {
    Radio.REAL: frozenset(),
    Radio.BUMBLE: frozenset({Faked.AIR, Faked.CLASSIC}),
    Radio.ROOTCANAL: frozenset(
        {
            Faked.AIR,
            Faked.LINK_KEY,
            Faked.CLASSIC_KEY_SIZE,
            Faked.LEGACY_PIN,
            Faked.CLASSIC_NUMBER,
        }
    ),
    Radio.OTHER: frozenset(Faked),
}
"""Measured with bumble 0.0.236 and rootcanal 1.10.0."""


_SOCKET: Final = "tcp-client:"
_ADAPTER: Final = re.compile(
    r"(usb|pyusb|hci-socket|serial):.+|tcp-client:(\[[0-9a-fA-F:]+\]|[^:\[\]]+):[0-9]{1,5}"
)


def adapter_problem(transport: str) -> str:
    """What is wrong with the name of an adapter, with the way out; ``""`` if nothing is."""
    if _ADAPTER.fullmatch(transport):
        return ""
    return (
        f"{transport!r} names no Bluetooth adapter: write usb:0, serial:/dev/ttyACM0, hci-socket:0 "
        "or tcp-client:HOST:PORT; certbench init lists those that are there"
    )


def radio_at(transport: str) -> Radio:
    """What the adapter is if nobody says: behind a socket, anything."""
    return Radio.OTHER if transport.startswith(_SOCKET) else Radio.REAL


def is_guessable(digits: str) -> bool:
    """Whether a passkey is one that anybody tries first: one digit over and over, or a count.

    The published capture keeps such a passkey as it is; it is nobody's secret.
    """
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(digits)}
    return digits.isdecimal() and len(steps) == 1 and steps <= {-1, 0, 1}
