"""What every criterion is called, how bad its finding is and what a manufacturer should change.

The ids are stable: findings, reports and machine output use them, and other tools are built on
them. A criterion is never renamed; a new meaning gets a new id.
"""

from types import MappingProxyType
from typing import Final

from harness.model.base import Frozen
from harness.model.judgement import Severity


class Criterion(Frozen):
    """One technical criterion, as reports present it.

    Attributes:
        id: stable name.
        title: the flaw in a few words.
        severity: of its findings.
        advice: what the manufacturer should change.
        reference: public standard or RFC that explains why.
    """

    id: str
    title: str
    severity: Severity
    advice: str
    reference: str


_ALL: Final = (
    Criterion(
        id="default-credentials-accepted",
        title="A published factory login is accepted",
        severity=Severity.CRITICAL,
        advice="Give every unit a random password of its own, or none until the user sets one.",
        reference="EN 303 645 5.1-1; CWE-1392",
    ),
    Criterion(
        id="universal-default-password",
        title="Several units share one factory password",
        severity=Severity.CRITICAL,
        advice="Generate the factory password per unit from a cryptographic random source.",
        reference="EN 303 645 5.1-1; CWE-1393",
    ),
    Criterion(
        id="derived-default-password",
        title="The factory password can be computed from public data of the unit",
        severity=Severity.HIGH,
        advice="Draw the password at random; never compute it from MAC, serial number or model.",
        reference="EN 303 645 5.1-2; CWE-330",
    ),
    Criterion(
        id="password-change-not-forced",
        title="The factory password goes on working after the first login",
        severity=Severity.HIGH,
        advice="Allow nothing but setting a new password after the first login.",
        reference="EN 303 645 5.1-1; CWE-1392",
    ),
    Criterion(
        id="former-password-accepted",
        title="A replaced password is still accepted",
        severity=Severity.CRITICAL,
        advice="Drop the old credential and its sessions when a new one is set.",
        reference="EN 303 645 5.1-4; CWE-324",
    ),
    Criterion(
        id="unlimited-login-attempts",
        title="Wrong logins are answered without limit",
        severity=Severity.HIGH,
        advice="Delay, limit or lock logins after a few failures in a row, on every channel.",
        reference="EN 303 645 5.1-5; CWE-307",
    ),
    Criterion(
        id="undeclared-login",
        title="A password login that the declaration does not name",
        severity=Severity.HIGH,
        advice="Remove the login, or declare its mechanism and protect it like the others.",
        reference="TS 103 701 5.1-1-2; CWE-912",
    ),
    Criterion(
        id="plaintext-management",
        title="A login crosses the network in clear",
        severity=Severity.CRITICAL,
        advice="Serve logins and administration only over TLS or SSH; redirect or close the rest.",
        reference="EN 303 645 5.1-3, 5.5-7; CWE-319",
    ),
    Criterion(
        id="weak-tls-protocol",
        title="A deprecated TLS or SSL version is negotiated",
        severity=Severity.HIGH,
        advice="Enable TLS 1.2 and 1.3 only.",
        reference="RFC 8996; RFC 7568; RFC 9325 section 3.1",
    ),
    Criterion(
        id="weak-tls-cipher",
        title="A broken TLS cipher suite or key exchange is accepted",
        severity=Severity.HIGH,
        advice="Offer only AEAD suites with ephemeral key exchange of at least 2048 bits.",
        reference="RFC 7465; RFC 9325 section 4",
    ),
    Criterion(
        id="invalid-certificate",
        title="The server certificate is expired, not yet valid or weak",
        severity=Severity.MEDIUM,
        advice="Renew the certificate in time; RSA of 2048 bits or a 256-bit curve, SHA-256.",
        reference="RFC 5280 section 4.1.2.5; RFC 9325 section 4.5",
    ),
    Criterion(
        id="shared-key-material",
        title="Several units hold the same private key",
        severity=Severity.CRITICAL,
        advice="Generate the key on the unit at first start, or inject a unique one in production.",
        reference="EN 303 645 5.4-3; CWE-321",
    ),
    Criterion(
        id="weak-ssh-algorithms",
        title="SSH offers broken algorithms",
        severity=Severity.HIGH,
        advice="Remove SHA-1 key exchange, ssh-rsa, ssh-dss, 3DES, RC4 and MD5 from the offer.",
        reference="RFC 9142; RFC 8332; RFC 8758",
    ),
    Criterion(
        id="snmp-default-community",
        title="SNMP can be read with a published community",
        severity=Severity.HIGH,
        advice="Switch SNMP off, or serve version 3 with authentication and encryption alone.",
        reference="EN 303 645 5.1-1; RFC 3584 section 11; CWE-1392",
    ),
    Criterion(
        id="snmp-default-community-write",
        title="SNMP can be written with a published community",
        severity=Severity.CRITICAL,
        advice="Take write access from every community; configure over authenticated channels.",
        reference="EN 303 645 5.1-1, 5.5-5; CWE-1392",
    ),
    Criterion(
        id="weak-snmp-version",
        title="SNMP serves data in version 1 or 2c, whose community crosses the network in clear",
        severity=Severity.MEDIUM,
        advice="Serve version 3 with authentication and encryption (authPriv) alone.",
        reference="EN 303 645 5.5-1; RFC 3410 section 8; RFC 3584 section 11; CWE-319",
    ),
    Criterion(
        id="declared-cryptography",
        title="The observed cryptography is not the declared one",
        severity=Severity.HIGH,
        advice="Bring the configuration and the declaration into agreement.",
        reference="TS 103 701 5.1-3-2, 5.5-1-2",
    ),
    Criterion(
        id="anonymous-access",
        title="Settings can be reached without login",
        severity=Severity.CRITICAL,
        advice="Require authentication on every page and interface that shows or takes settings.",
        reference="EN 303 645 5.5-4, 5.5-5; CWE-306",
    ),
    Criterion(
        id="wrong-credentials-accepted",
        title="A made-up password is accepted",
        severity=Severity.CRITICAL,
        advice="Compare the password, and refuse access when it does not match.",
        reference="EN 303 645 5.5-4; CWE-287",
    ),
    Criterion(
        id="authorised-access",
        title="The right credentials do not give access",
        severity=Severity.MEDIUM,
        advice="Make the declared login work as the user documentation describes.",
        reference="TS 103 701 5.5-4-2",
    ),
    Criterion(
        id="undeclared-service",
        title="An open port that the declaration does not name",
        severity=Severity.HIGH,
        advice="Close the port, or declare and justify what listens there.",
        reference="TS 103 701 5.5-5-2, 5.6-1-2, 5.13-1-2; CWE-1059",
    ),
    Criterion(
        id="unnecessary-service",
        title="A service that is declared disabled is reachable",
        severity=Severity.HIGH,
        advice="Disable or remove software services that are not needed.",
        reference="EN 303 645 5.6-5",
    ),
    Criterion(
        id="interface-status",
        title="An interface is not in its declared status",
        severity=Severity.HIGH,
        advice="Disable the interface in the shipped firmware, or declare it enabled.",
        reference="EN 303 645 5.6-1",
    ),
    Criterion(
        id="information-disclosure",
        title="Products or versions are told to anyone who connects",
        severity=Severity.LOW,
        advice="Remove product and version from banners and pages shown before login.",
        reference="EN 303 645 5.6-2; CWE-200",
    ),
    Criterion(
        id="implementation-version",
        title="Another product or version than the reviewed one runs on the device",
        severity=Severity.MEDIUM,
        advice="Review the version that ships, or ship the version that was reviewed.",
        reference="EN 303 645 5.5-2",
    ),
    Criterion(
        id="debug-interface-open",
        title="A debug interface can be used",
        severity=Severity.CRITICAL,
        advice="Disable debug access in production firmware; require login on what must stay.",
        reference="EN 303 645 5.6-4; CWE-1191",
    ),
    Criterion(
        id="bootloader-interruptible",
        title="The boot can be stopped at a boot loader prompt",
        severity=Severity.HIGH,
        advice="Set the boot delay to ignore keys and lock the boot loader's console.",
        reference="EN 303 645 5.6-4; CWE-1326",
    ),
    Criterion(
        id="unauthenticated-shell",
        title="The console runs commands without login",
        severity=Severity.CRITICAL,
        advice="Start a login on the console, or no console at all.",
        reference="EN 303 645 5.6-4; CWE-306",
    ),
    Criterion(
        id="secret-in-output",
        title="Secrets appear in clear in the device's own output",
        severity=Severity.HIGH,
        advice="Never log credentials or keys; mask them before they reach any output.",
        reference="EN 303 645 5.4-1; CWE-532",
    ),
    Criterion(
        id="anonymous-file-write",
        title="Anybody can write files over the network",
        severity=Severity.CRITICAL,
        advice="Switch the file service off, or take files only after a login over TLS or SSH.",
        reference="EN 303 645 5.5-5; CWE-306",
    ),
    Criterion(
        id="anonymous-file-read",
        title="Anybody can read files over the network",
        severity=Severity.MEDIUM,
        advice="Switch the file service off, or hand files out only after a login.",
        reference="EN 303 645 5.5-4; CWE-552",
    ),
    Criterion(
        id="identifier-disclosure",
        title="The device tells everybody its serial number, MAC address or factory password",
        severity=Severity.MEDIUM,
        advice="Announce a name without the unit's identifiers; give them out after a login.",
        reference="EN 303 645 5.6-2; CWE-200",
    ),
    Criterion(
        id="upnp-on-wan",
        title="UPnP answers on the WAN side",
        severity=Severity.HIGH,
        advice="Bind SSDP and UPnP control to the LAN; drop them on the WAN in the firewall too.",
        reference="EN 303 645 5.6-1; CWE-284",
    ),
    Criterion(
        id="unauthenticated-port-mapping",
        title="Anybody on the local network can open a port inwards",
        severity=Severity.MEDIUM,
        advice="Switch port mapping off by default, or ask for the administrator's consent.",
        reference="EN 303 645 5.5-5; CWE-306",
    ),
    Criterion(
        id="ntp-control-queries",
        title="The time server answers control queries of strangers",
        severity=Severity.MEDIUM,
        advice="Ignore modes 6 and 7 from everybody but the device itself (restrict noquery).",
        reference="RFC 9327 section 6; CVE-2013-5211; CWE-406",
    ),
    Criterion(
        id="zone-transfer-allowed",
        title="Anybody can copy a whole DNS zone",
        severity=Severity.LOW,
        advice="Refuse zone transfers; nothing in a home needs them.",
        reference="RFC 5936 section 5; CWE-200",
    ),
    Criterion(
        id="publication-not-public",
        title="What is declared to be published cannot be read by everybody",
        severity=Severity.MEDIUM,
        advice="Serve the page at the address that the dossier names, without account or payment.",
        reference="EN 303 645 5.3-13, 5.3-14, 5.8-3",
    ),
    Criterion(
        id="policy-without-contact",
        title="Nobody can look up how to report a vulnerability",
        severity=Severity.MEDIUM,
        advice="Publish a policy for everybody with a way to reach you; name it in security.txt.",
        reference="EN 303 645 5.2-1; ISO/IEC 29147; RFC 9116",
    ),
    Criterion(
        id="support-period-not-published",
        title="The support period is not published as declared",
        severity=Severity.MEDIUM,
        advice="State until when security updates are given, on the page that the dossier names.",
        reference="EN 303 645 5.3-13",
    ),
    Criterion(
        id="update-misuse-accepted",
        title="An update that is not the maker's newest is installed",
        severity=Severity.CRITICAL,
        advice="Check signature, content and version of the whole image on the device, each time.",
        reference="EN 303 645 5.3-2; CWE-494",
    ),
    Criterion(
        id="undeclared-update-way",
        title="Software gets onto the device by a way that the declaration does not name",
        severity=Severity.HIGH,
        advice="Close the way, or declare it and verify what comes by it like any update.",
        reference="EN 303 645 5.3-10; CWE-494",
    ),
    Criterion(
        id="update-default-differs",
        title="Updates or their notices are not switched on or off as declared",
        severity=Severity.MEDIUM,
        advice="Switch automatic updates or notices on in the first set-up, and say so.",
        reference="EN 303 645 5.3-6",
    ),
    Criterion(
        id="function-lost-in-outage",
        title="A local function stops with the network",
        severity=Severity.MEDIUM,
        advice="Keep functions that need nothing from elsewhere independent of the network.",
        reference="EN 303 645 5.9-2",
    ),
    Criterion(
        id="not-restored-after-outage",
        title="A function or setting does not come back after an outage",
        severity=Severity.MEDIUM,
        advice="Store the state so that a cut at any moment leaves it whole, and restore it.",
        reference="EN 303 645 5.9-1, 5.9-2",
    ),
    Criterion(
        id="undeclared-destination",
        title="The device talks to a host that the declaration does not name",
        severity=Severity.MEDIUM,
        advice="Stop the connection in this condition, or declare what needs it.",
        reference="EN 303 645 5.7-2; CWE-923",
    ),
    Criterion(
        id="connection-pacing",
        title="Connections are made again in a rush",
        severity=Severity.LOW,
        advice="Wait longer after each failed attempt, and add a random part to each pause.",
        reference="EN 303 645 5.9-3; CWE-799",
    ),
    Criterion(
        id="user-data-left",
        title="User data can still be read after it was deleted",
        severity=Severity.HIGH,
        advice="Delete every copy of user data, and read the storage back in your own tests.",
        reference="EN 303 645 5.11-1; CWE-459",
    ),
    Criterion(
        id="unexpected-input-processed",
        title="Unexpected input makes the server fail or show its internals",
        severity=Severity.HIGH,
        advice="Validate type, length and format of all input; answer errors without internals.",
        reference="EN 303 645 5.13-1; CWE-20, CWE-209",
    ),
)

CRITERIA: Final = MappingProxyType({criterion.id: criterion for criterion in _ALL})
"""Every criterion by its id."""
