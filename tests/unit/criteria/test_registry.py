"""The table of criteria."""

import re
from pathlib import Path

from harness.assessment.criteria import CRITERIA, looking

FOLDER = Path(looking.__file__).parent
STABLE = """
anonymous-file-read anonymous-file-write ntp-control-queries zone-transfer-allowed
identifier-disclosure upnp-on-wan unauthenticated-port-mapping
default-credentials-accepted universal-default-password derived-default-password
password-change-not-forced unlimited-login-attempts plaintext-management weak-tls-protocol
weak-tls-cipher invalid-certificate shared-key-material weak-ssh-algorithms anonymous-access
undeclared-service unnecessary-service information-disclosure debug-interface-open
bootloader-interruptible unauthenticated-shell secret-in-output former-password-accepted
undeclared-login interface-status unexpected-input-processed implementation-version
snmp-default-community snmp-default-community-write weak-snmp-version
declared-cryptography authorised-access wrong-credentials-accepted
update-misuse-accepted undeclared-update-way update-default-differs function-lost-in-outage
not-restored-after-outage undeclared-destination connection-pacing user-data-left
bluetooth-model-differs bluetooth-unauthenticated-write bluetooth-unauthenticated-read-of-secret
bluetooth-unauthenticated-pairing bluetooth-legacy-pairing bluetooth-fixed-passkey
bluetooth-short-key bluetooth-key-not-checked bluetooth-pairing-without-user-action
bluetooth-bond-overwrite bluetooth-open-firmware-update bluetooth-identifier-leak
bluetooth-address-tracking bluetooth-robustness bluetooth-unlimited-passkeys
bluetooth-classic-discoverable bluetooth-classic-open-service bluetooth-classic-legacy-pin
bluetooth-classic-pairing-without-user-action bluetooth-classic-unauthenticated-pairing
bluetooth-classic-no-secure-connections bluetooth-classic-short-key
publication-not-public policy-without-contact support-period-not-published
"""


def test_the_stable_ids_are_all_there_and_no_others() -> None:
    assert set(CRITERIA) == set(STABLE.split())


def test_every_criterion_that_a_look_names_is_in_the_table() -> None:
    source = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.py"))
    named = set(re.findall(r'Look\(\s*"([a-z-]+)"', source))
    assert named
    assert named <= set(CRITERIA)


def test_every_criterion_says_what_to_change_and_why() -> None:
    for criterion in CRITERIA.values():
        assert criterion.title
        assert criterion.advice.endswith(".")
        assert criterion.reference
