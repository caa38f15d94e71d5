"""The state of the router that all its ways in share."""

import threading
from collections.abc import Callable
from typing import Final

from harness.reference.accounts import Accounts, State
from harness.reference.flaws import Flaw, Flaws
from harness.reference.identity import HARDWARE, MODEL, Identity
from harness.reference.settings import Settings
from harness.reference.shuffle import Look
from harness.reference.truth import TruthLog

OLD_PRODUCT: Final = "lighttpd/1.4.35"
OLD_SSH: Final = "OpenSSH_7.2p2"
_LISTENS_BY_FLAW: Final = {
    Flaw.TELNET_LOGIN: "telnet",
    Flaw.HTTP_ON_TELNET_PORT: "telnet",
    Flaw.DISABLED_INTERFACE_ACTIVE: "maintenance",
    Flaw.OPEN_UNDECLARED_PORT: "undeclared",
    Flaw.HIDDEN_HTTP_PORT: "hidden-http",
    Flaw.TFTP_WRITABLE: "tftp",
    Flaw.SNMP_PUBLIC: "snmp",
    Flaw.SNMP_PRIVATE_WRITE: "snmp",
}
LATE_AFTER: Final = 20
"""Connections served since power-on or set-up, after which the late port opens by a flaw."""


class Device:
    """Who the router is, what it looks like, what is wrong with it, and what it knows now.

    Attributes:
        epoch: grows whenever sessions must end: new password, reset, power cut.
        changed: called after the set of services may have changed.
    """

    def __init__(
        self, identity: Identity, look: Look, flaws: Flaws, truth: TruthLog, firmware: str
    ) -> None:
        """A router as received, with ``firmware`` installed."""
        self.identity = identity
        self.look = look
        self.flaws = flaws
        self.truth = truth
        self.firmware = firmware
        self.accounts = Accounts(identity.label_password, flaws, truth)
        self.settings = Settings(look.hostname)
        self.epoch = 0
        self.changed: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        self._served = 0

    @property
    def server_banner(self) -> str:
        """The ``Server`` header: neutral, or product and version."""
        return OLD_PRODUCT if Flaw.VERBOSE_BANNER in self.flaws else self.look.server

    @property
    def ssh_banner(self) -> str:
        """Software part of the SSH identification."""
        return OLD_SSH if Flaw.VERBOSE_BANNER in self.flaws else self.look.ssh_software

    @property
    def footer(self) -> str:
        """Last line of every web page."""
        return f"Powered by {OLD_PRODUCT}" if Flaw.VERBOSE_BANNER in self.flaws else ""

    def about(self) -> dict[str, str]:
        """What a logged-in user learns of the unit."""
        return {
            "model": MODEL,
            "hardware": HARDWARE,
            "firmware": self.firmware,
            "serial": self.identity.serial,
            "mac": self.identity.mac,
        }

    def services(self) -> frozenset[str]:
        """The services that listen in the present state."""
        names = {"http", "https", "mdns", "mdns-group", "ssdp", "ssdp-group"}
        names |= {name for flaw, name in _LISTENS_BY_FLAW.items() if flaw in self.flaws}
        if Flaw.UPNP_WAN_EXPOSED in self.flaws:
            names |= {"upnp-wan", "ssdp-wan"}
        if self.accounts.state is State.INITIALISED:
            names |= {"ssh", "mqtt"}
        if Flaw.APPEARS_LATE in self.flaws and self._served >= LATE_AFTER:
            names.add("late")
        return frozenset(names)

    def set_password(self, password: str) -> None:
        """Set the user's password, which makes the router initialised.

        Raises:
            UsageError: the password is not acceptable; nothing changed.
        """
        self.accounts.set_password(password)
        self.end_sessions()
        self.changed()

    def reset(self) -> None:
        """Back to the factory: password and settings."""
        self.accounts.reset()
        self.settings.reset()
        self.end_sessions()
        self.changed()

    def end_sessions(self) -> None:
        """Every web session is void from now on."""
        with self._lock:
            self.epoch += 1
            was_late, self._served = self._served >= LATE_AFTER, 0
        if was_late:
            self.changed()

    def count_connection(self) -> None:
        """A connection was served; by a flaw, a port opens after many of them."""
        with self._lock:
            self._served += 1
            due = self._served == LATE_AFTER
        if due and Flaw.APPEARS_LATE in self.flaws:
            self.changed()
