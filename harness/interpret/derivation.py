"""Passwords that a maker could compute from what is public about a unit (EN 303 645 5.1-2): pure.

A rule has a stable name, used in trials and findings. Each gives at most one password per unit.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_DIGEST_PREFIX: Final = 8
_MIN_LENGTH: Final = 4
"""Shorter results are no password that anyone ships, and would be found by chance."""


@dataclass(frozen=True)
class PublicIdentity:
    """What anyone on the link or with the box in hand can know about one unit."""

    mac: str = ""
    serial: str = ""
    model: str = ""

    @property
    def mac_digits(self) -> str:
        """The MAC address as 12 lower-case hexadecimal digits; empty if it is not one."""
        digits = re.sub(r"[^0-9a-f]", "", self.mac.lower())
        return digits if len(digits) == 12 else ""  # noqa: PLR2004  (48 bits, EUI-48)


Rule = Callable[[PublicIdentity], str]

RULES: Final[dict[str, Rule]] = {
    "mac-last-8-hex": lambda unit: unit.mac_digits[-8:],
    "mac-last-6-hex": lambda unit: unit.mac_digits[-6:],
    "mac-last-8-hex-upper": lambda unit: unit.mac_digits[-8:].upper(),
    "mac-last-6-hex-upper": lambda unit: unit.mac_digits[-6:].upper(),
    "serial": lambda unit: unit.serial,
    "serial-last-8": lambda unit: unit.serial[-8:],
    "mac-all": lambda unit: unit.mac_digits,
    "mac-all-upper": lambda unit: unit.mac_digits.upper(),
    "mac-md5-prefix": lambda unit: _digest("md5", unit.mac_digits),
    "serial-md5-prefix": lambda unit: _digest("md5", unit.serial),
    "mac-sha1-prefix": lambda unit: _digest("sha1", unit.mac_digits),
    "serial-sha1-prefix": lambda unit: _digest("sha1", unit.serial),
    "mac-all-reversed": lambda unit: unit.mac_digits[::-1],
    "mac-last-8-hex-reversed": lambda unit: unit.mac_digits[-8:][::-1],
    "serial-reversed": lambda unit: unit.serial[::-1],
    "model": lambda unit: unit.model,
}
"""Rules by name, the likeliest first."""


def derive(unit: PublicIdentity) -> tuple[tuple[str, str], ...]:
    """Every rule that applies to ``unit``, with its password; equal passwords only once."""
    results: dict[str, str] = {}
    for name, rule in RULES.items():
        password = rule(unit)
        if len(password) >= _MIN_LENGTH and password not in results.values():
            results[name] = password
    return tuple(results.items())


def _digest(algorithm: str, text: str) -> str:
    if not text:
        return ""
    digest = hashlib.new(algorithm, text.encode(), usedforsecurity=False)
    return digest.hexdigest()[:_DIGEST_PREFIX]
