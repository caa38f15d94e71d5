"""The flaw switches of the reference lock; ``flaws.toml`` beside it says what each does."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from harness.errors import UsageError


class LockFlaw(StrEnum):
    """One way in which the lock can be weak. Any set of them can be switched on at once."""

    JUST_WORKS = "just-works-only"
    LEGACY_PAIRING = "legacy-pairing"
    FIXED_PASSKEY = "fixed-passkey"
    SHORT_KEY = "short-encryption-key"
    ALWAYS_PAIRABLE = "always-pairable"
    BOND_OVERWRITE = "bond-overwrite-without-action"
    OPEN_CONTROL = "open-control-write"
    OPEN_UPDATE = "open-dfu"
    CREDENTIAL_READABLE = "credential-readable"
    SERIAL_ADVERTISED = "serial-in-advertising"
    STATIC_ADDRESS = "static-public-address"
    NO_ROTATION = "rpa-never-rotates"
    TRUSTS_BONDED = "no-authentication-after-bonding"
    NO_ATTEMPT_LIMIT = "no-attempt-limit"
    CRASHES = "malformed-pdu-crash"
    NO_REVISION = "no-firmware-revision"
    ALWAYS_DISCOVERABLE = "always-discoverable"
    OPEN_SERIAL_PORT = "rfcomm-without-pairing"
    UNAUTHENTICATED_KEY = "unauthenticated-link-key"
    LEGACY_PIN = "legacy-pin"
    NO_SECURE_CONNECTIONS = "no-secure-connections"


CLASSIC: Final = frozenset(
    {
        LockFlaw.ALWAYS_DISCOVERABLE,
        LockFlaw.OPEN_SERIAL_PORT,
        LockFlaw.UNAUTHENTICATED_KEY,
        LockFlaw.LEGACY_PIN,
        LockFlaw.NO_SECURE_CONNECTIONS,
    }
)
"""Those of a lock that speaks Classic."""


LockFlaws = frozenset[LockFlaw]


def parse_lock_flaws(names: Iterable[str]) -> LockFlaws:
    """The switches of these names.

    Raises:
        UsageError: a name is not a flaw of the lock; the message lists those that are.
    """
    wanted = set(names)
    unknown = wanted - {flaw.value for flaw in LockFlaw}
    if unknown:
        known = ", ".join(flaw.value for flaw in LockFlaw)
        raise UsageError(f"no such flaw: {', '.join(sorted(unknown))}. There are: {known}")
    return frozenset(LockFlaw(name) for name in wanted)
