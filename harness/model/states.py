"""States that a device can be in, and the purposes that a run can have."""

from enum import StrEnum


class DeviceState(StrEnum):
    """State of one sample during a visit."""

    AS_RECEIVED = "as-received"
    """Out of the box. Happens once per sample; a sample that was reset is `RESET` instead."""
    INITIALISED = "initialised"
    """Set up as the user documentation says; the user's own password is set."""
    OFFLINE = "offline"
    MAKER_GONE = "maker-gone"
    POWER_CYCLED = "power-cycled"
    UPDATED = "updated"
    RESET = "reset"
    UNKNOWN = "unknown"
    """After a crash of the bench, until a check confirms the state."""


class Means(StrEnum):
    """Who or what brings a sample from one state into the next."""

    SCRIPT = "script"
    """A reference device, which does what it is told."""
    POWER = "power"
    """A switch in the power supply."""
    NETWORK = "network"
    """A switch in the network link."""
    OPERATOR = "operator"
    """A person at the bench."""
    DECLARED = "declared"
    """Nobody: the bench config says in which state the sample was left."""


class Purpose(StrEnum):
    """What a run was made for. The default verification policy accepts only `TEST`."""

    DEMO = "demo"
    PRETEST = "pretest"
    QUALIFICATION = "qualification"
    TEST = "test"
    SURVEILLANCE = "surveillance"


class Impact(StrEnum):
    """How much a probe can disturb a device."""

    PASSIVE = "passive"
    GENTLE = "gentle"
    INTRUSIVE = "intrusive"
    DESTRUCTIVE = "destructive"

    @property
    def rank(self) -> int:
        """0 for passive up to 3 for destructive."""
        return list(Impact).index(self)


class Capability(StrEnum):
    """What a bench can do for one sample; a probe names the ones that it needs."""

    NETWORK = "network"
    CONSOLE = "console"
    POWER = "power"
    OPERATOR = "operator"
    LABEL = "label"
    """The bench knows the login printed on the sample or its papers."""
    BLUETOOTH = "bluetooth"
    BLUETOOTH_CLASSIC = "bluetooth-classic"


class Lock(StrEnum):
    """What a probe needs for itself on a sample while it runs."""

    NETWORK = "network"
    """The network link, exclusively: for probes whose result depends on a quiet link."""
    CONSOLE = "console"
    AUTHENTICATION = "authentication"
    """Login attempts: two probes that both fail logins would see each other's lock-out."""
    DISTURBANCE = "disturbance"
    """Something that other probes would notice: power, malformed input, many connections."""
