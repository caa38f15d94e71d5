"""The criteria about Bluetooth, for `registry`.

References: NIST SP 800-121 Rev. 2 (Guide to Bluetooth Security) and the Bluetooth Core
Specification.
"""

from typing import Final

from harness.assessment.criteria.criterion import Criterion
from harness.model.judgement import Severity

BLUETOOTH: Final = (
    Criterion(
        id="bluetooth-model-differs",
        title="The device tells another model's name over Bluetooth than the one declared",
        severity=Severity.LOW,
        advice="Write the model's designation into Device Information as it stands on the label.",
        reference="EN 303 645 5.3-16; Core, Assigned Numbers, 3.8",
    ),
    Criterion(
        id="bluetooth-unauthenticated-write",
        title="Strangers in radio range can change values of the device",
        severity=Severity.CRITICAL,
        advice="Let only authenticated, encrypted links write what controls the device, and check "
        "that on each request.",
        reference="EN 303 645 5.5-4, 5.5-5; NIST SP 800-121r2 3.2.2; CWE-306",
    ),
    Criterion(
        id="bluetooth-unauthenticated-read-of-secret",
        title="Strangers in radio range can read what must stay secret",
        severity=Severity.CRITICAL,
        advice="Let only authenticated, encrypted links read secrets; better, let none read them.",
        reference="EN 303 645 5.4-1, 5.5-6; NIST SP 800-121r2 3.2.2; CWE-306",
    ),
    Criterion(
        id="bluetooth-unauthenticated-pairing",
        title="The device pairs without authentication (Just Works)",
        severity=Severity.HIGH,
        advice="Ask for authenticated pairing by passkey, comparison or out of band, and refuse "
        "Just Works for whatever matters.",
        reference="EN 303 645 5.1-3, 5.5-1; NIST SP 800-121r2 3.2.2; CWE-287",
    ),
    Criterion(
        id="bluetooth-legacy-pairing",
        title="LE Legacy Pairing is accepted",
        severity=Severity.HIGH,
        advice="Accept LE Secure Connections only.",
        reference="EN 303 645 5.1-3, 5.5-1; NIST SP 800-121r2 3.2.2; CWE-326",
    ),
    Criterion(
        id="bluetooth-fixed-passkey",
        title="The same passkey serves every pairing",
        severity=Severity.HIGH,
        advice="Draw a new passkey for each pairing: each failed one tells a part of it.",
        reference="EN 303 645 5.1-3; NIST SP 800-121r2 4.4; CWE-798",
    ),
    Criterion(
        id="bluetooth-unlimited-passkeys",
        title="Wrong passkeys are looked at without limit",
        severity=Severity.HIGH,
        advice="Refuse to pair after a few wrong passkeys until somebody at the device asks anew.",
        reference="EN 303 645 5.1-5; NIST SP 800-121r2 4.4; CWE-307",
    ),
    Criterion(
        id="bluetooth-short-key",
        title="Encryption keys of less than 16 bytes are accepted",
        severity=Severity.HIGH,
        advice="Refuse to pair with encryption keys of less than 16 bytes.",
        reference="EN 303 645 5.1-3, 5.5-1; NIST SP 800-121r2 3.2.2; CWE-326",
    ),
    Criterion(
        id="bluetooth-key-not-checked",
        title="A link is encrypted under a key that was never agreed on",
        severity=Severity.CRITICAL,
        advice="Encrypt only under keys of a bond that the device made.",
        reference="EN 303 645 5.5-1; Bluetooth Core, Vol 3, Part H, 2.4.4; CWE-287",
    ),
    Criterion(
        id="bluetooth-pairing-without-user-action",
        title="The device pairs although nobody asked it to",
        severity=Severity.HIGH,
        advice="Pair only for a short time after somebody at the device asked for it.",
        reference="EN 303 645 5.5-5; NIST SP 800-121r2 4.4; CWE-306",
    ),
    Criterion(
        id="bluetooth-bond-overwrite",
        title="A bonded device pairs with somebody else although nobody asked it to",
        severity=Severity.HIGH,
        advice="Keep a bond until somebody at the device, or its owner, ends it.",
        reference="EN 303 645 5.5-5; NIST SP 800-121r2 4.4; CWE-306",
    ),
    Criterion(
        id="bluetooth-open-firmware-update",
        title="Strangers in radio range can start a firmware update",
        severity=Severity.CRITICAL,
        advice="Let only authenticated, encrypted links reach the update service, and verify the "
        "image all the same.",
        reference="EN 303 645 5.5-5, 5.3-10; CWE-306",
    ),
    Criterion(
        id="bluetooth-identifier-leak",
        title="Everybody in radio range receives what identifies this unit",
        severity=Severity.LOW,
        advice="Keep serial numbers and hardware addresses out of advertisements and names.",
        reference="EN 303 645 5.6-2; NIST SP 800-121r2 4.4; CWE-359",
    ),
    Criterion(
        id="bluetooth-address-tracking",
        title="The device can be followed by its Bluetooth address",
        severity=Severity.LOW,
        advice="Advertise under resolvable private addresses, and change them every 15 minutes.",
        reference="EN 303 645 5.6-2; Bluetooth Core, Vol 3, Part C, 10.7; CWE-359",
    ),
    Criterion(
        id="bluetooth-robustness",
        title="A malformed Bluetooth protocol unit stops the device",
        severity=Severity.HIGH,
        advice="Check length and type of every protocol unit before it is used.",
        reference="EN 303 645 5.13-1; CWE-20",
    ),
)
"""Every criterion about Bluetooth."""
