"""The flaw switches of the reference router.

What each one does is written in ``flaws.toml``, beside the units that it must turn to FAIL; a test
keeps the two lists equal.
"""

from collections.abc import Iterable
from enum import StrEnum

from harness.errors import UsageError


class Flaw(StrEnum):
    """One way in which the router can be weak. Any set of them can be switched on at once."""

    DEFAULT_PASSWORD = "default-password"
    SHARED_PASSWORD = "shared-password-across-samples"
    PASSWORD_FROM_MAC = "password-derived-from-mac"
    NO_CHANGE_FORCED = "no-password-change-forced"
    OLD_PASSWORD_SURVIVES = "old-password-survives"
    NO_BRUTEFORCE_LIMIT = "no-bruteforce-limit"
    PLAINTEXT_HTTP_ADMIN = "plaintext-http-admin"
    TELNET_LOGIN = "telnet-login"
    WEAK_TLS_VERSION = "weak-tls-version"
    WEAK_TLS_CIPHER = "weak-tls-cipher"
    EXPIRED_CERTIFICATE = "expired-certificate"
    SHARED_TLS_KEY = "shared-tls-key"
    SSH_WEAK_ALGORITHMS = "ssh-weak-algorithms"
    OPEN_UNDECLARED_PORT = "open-undeclared-port"
    HIDDEN_HTTP_PORT = "hidden-http-port"
    HTTP_ON_TELNET_PORT = "http-on-telnet-port"
    DISABLED_INTERFACE_ACTIVE = "disabled-interface-active"
    UNAUTHENTICATED_CONFIG = "unauthenticated-config"
    SERIAL_ROOT_SHELL = "serial-root-shell"
    BOOTLOADER_INTERRUPTIBLE = "bootloader-interruptible"
    VERBOSE_BANNER = "verbose-banner"
    SECRETS_IN_BOOT_LOG = "secrets-in-boot-log"
    STACK_TRACE = "stack-trace-on-bad-input"
    ANONYMOUS_MQTT = "anonymous-mqtt"
    TFTP_WRITABLE = "tftp-writable"
    APPEARS_LATE = "service-appears-late"
    SNMP_PUBLIC = "snmp-public"
    SNMP_PRIVATE_WRITE = "snmp-private-write"
    MDNS_LEAKS_SERIAL = "mdns-leaks-serial"
    UPNP_WAN_EXPOSED = "upnp-wan-exposed"
    NO_VDP = "no-vdp"
    VDP_BEHIND_LOGIN = "vdp-behind-login"
    MISSING_SUPPORT_PERIOD = "missing-support-period"
    SUPPORT_BEHIND_LOGIN = "support-period-behind-login"
    NO_PARTS_PAGE = "no-parts-page"
    NO_SENSOR_DOCUMENTATION = "no-sensor-documentation"


Flaws = frozenset[Flaw]


def parse_flaws(names: Iterable[str]) -> Flaws:
    """The switches of these names.

    Raises:
        UsageError: a name is not a flaw; the message lists those that are.
    """
    wanted = set(names)
    unknown = wanted - {flaw.value for flaw in Flaw}
    if unknown:
        known = ", ".join(flaw.value for flaw in Flaw)
        raise UsageError(f"no such flaw: {', '.join(sorted(unknown))}. There are: {known}")
    return frozenset(Flaw(name) for name in wanted)
