"""The criteria about Bluetooth Classic, for `registry`.

References: NIST SP 800-121 Rev. 2 (Guide to Bluetooth Security) and the Bluetooth Core
Specification.
"""

from typing import Final

from harness.assessment.criteria.criterion import Criterion
from harness.model.judgement import Severity

CLASSIC: Final = (
    Criterion(
        id="bluetooth-classic-discoverable",
        title="The device can be discovered at any time over Bluetooth Classic",
        severity=Severity.LOW,
        advice="Answer inquiries only for a while after somebody at the device asked for that.",
        reference="EN 303 645 5.6-1; NIST SP 800-121r2 4.4; CWE-359",
    ),
    Criterion(
        id="bluetooth-classic-open-service",
        title="A Bluetooth Classic service opens without a pairing",
        severity=Severity.CRITICAL,
        advice="Ask for an authenticated, encrypted link before a channel of the service opens.",
        reference="EN 303 645 5.5-4, 5.5-5; NIST SP 800-121r2 3.1.1; CWE-306",
    ),
    Criterion(
        id="bluetooth-classic-pairing-without-user-action",
        title="The device pairs over Bluetooth Classic although nobody at it asked",
        severity=Severity.HIGH,
        advice="Refuse to pair unless somebody at the device asked for it shortly before.",
        reference="EN 303 645 5.5-4, 5.5-5; NIST SP 800-121r2 4.4; CWE-287",
    ),
    Criterion(
        id="bluetooth-classic-unauthenticated-pairing",
        title="The device pairs over Bluetooth Classic without authentication (Just Works)",
        severity=Severity.HIGH,
        advice="Ask for protection against somebody in the middle, and drop link keys that nobody "
        "authenticated.",
        reference="EN 303 645 5.1-3, 5.5-1; NIST SP 800-121r2 3.1.1; CWE-287",
    ),
    Criterion(
        id="bluetooth-classic-legacy-pin",
        title="Pairing by PIN, as before Bluetooth 2.1, is accepted",
        severity=Severity.HIGH,
        advice="Accept Secure Simple Pairing only.",
        reference="EN 303 645 5.1-3, 5.5-1; NIST SP 800-121r2 3.1.1; CWE-326",
    ),
    Criterion(
        id="bluetooth-classic-no-secure-connections",
        title="Secure Connections is not used over Bluetooth Classic",
        severity=Severity.MEDIUM,
        advice="Support Secure Connections in host and controller, and better, nothing else.",
        reference="EN 303 645 5.1-3, 5.5-1; NIST SP 800-121r2 3.1.1; CWE-327",
    ),
    Criterion(
        id="bluetooth-classic-short-key",
        title="The device agreed on an encryption key of less than 16 bytes",
        severity=Severity.HIGH,
        advice="Set the smallest size of encryption keys to 16 bytes.",
        reference="EN 303 645 5.1-3, 5.5-1; NIST SP 800-121r2 3.1.1; CWE-326",
    ),
)
"""Every criterion about Bluetooth Classic."""
