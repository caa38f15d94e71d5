"""The flaw switches of the reference lock; ``flaws.toml`` beside it says what each does."""

from collections.abc import Iterable
from enum import StrEnum

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
