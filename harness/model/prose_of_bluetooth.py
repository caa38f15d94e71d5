"""Sentences about Bluetooth LE, for `prose`.

Levels are those of LE security mode 1 (NIST SP 800-121 Rev. 2, section 3.2.2).
"""

from types import MappingProxyType
from typing import Final

BLUETOOTH: Final = MappingProxyType(
    {
        "bluetooth-address-changes": "it changed its private address within the {window_s} s of "
        "listening",
        "bluetooth-address-kept": "it kept its {kind} address for {kept_s} s, and the window that "
        "was asked for is {window_s} s",
        "bluetooth-bond-kept": "a second pairing over a bond was refused while nobody touched it",
        "bluetooth-bond-overwritten": "a second pairing over a bond was accepted while nobody "
        "touched it",
        "bluetooth-closed-after-bond": "what was closed before a bond is closed without encryption "
        "after it",
        "bluetooth-closed-below-level": "{operation} of {characteristic} is refused below LE "
        "security mode {mode} level {needed}",
        "bluetooth-key-checked": "a link under a key that was never agreed on was not encrypted",
        "bluetooth-key-not-checked": "a link was encrypted under a key that was never agreed on",
        "bluetooth-key-short": "an encryption key of less than 16 bytes was accepted ({links})",
        "bluetooth-key-whole": "no encryption key of less than 16 bytes was accepted ({links})",
        "bluetooth-legacy-accepted": "LE Legacy Pairing was accepted ({links})",
        "bluetooth-legacy-refused": "LE Legacy Pairing was refused ({links})",
        "bluetooth-level-not-reached": "{operation} of {characteristic} on a link of LE security "
        "mode {mode} level {level} was not tried: {why}",
        "bluetooth-link-declared-open": "the link is declared without security: whether that will "
        "do is for a person to say",
        "bluetooth-list-cut": "the list of characteristics did not come to its end: {why}",
        "bluetooth-input-undeclared": "it answers requests over Bluetooth LE, and no interface "
        "that takes input is declared there",
        "bluetooth-login-undeclared": "it was paired with by {model}, which is a login that is "
        "not declared",
        "bluetooth-model-as-declared": "it tells the model number {told}, as declared",
        "bluetooth-model-differs": "it tells the model number {told}; declared is {model}",
        "bluetooth-no-login": "no pairing that authenticates anybody was completed",
        "bluetooth-undeclared": "it was heard over Bluetooth LE, which is not declared",
        "bluetooth-no-identifier": "no undeclared identifier of this unit was in what it sends to "
        "everybody",
        "bluetooth-debug-gone": "the services of the debug interface are not there",
        "bluetooth-debug-open": "the service {service} of the debug interface is there, and obeys "
        "strangers",
        "bluetooth-debug-there": "the service {service} of the debug interface is there: whether "
        "it is guarded well enough is for a person to say",
        "bluetooth-identifier-sent": "the {kind} of this unit is in its {where}, which everybody "
        "in range receives",
        "bluetooth-no-such-service": "the sample has no service {service}",
        "bluetooth-no-update-service": "it has no service for firmware updates that the bench "
        "knows",
        "bluetooth-nothing-offered": "none of its values can be {operation} by anybody",
        "bluetooth-open-after-bond": "what was closed before a bond is open without encryption "
        "after it",
        "bluetooth-open-below-level": "{operation} of {characteristic} succeeded on a link of LE "
        "security mode {mode} level {level}; it needs level {needed}",
        "bluetooth-open-value": "anybody can {operation} {characteristic}: whether that matters "
        "is for a person to say",
        "bluetooth-pairing-authenticated": "no pairing without authentication was accepted "
        "({links})",
        "bluetooth-pairing-completed": "a pairing that somebody wanted was completed ({links})",
        "bluetooth-pairing-unasked": "a pairing was accepted that nobody at the sample had asked "
        "for",
        "bluetooth-pairing-unauthenticated": "a pairing was completed that nobody authenticated "
        "({links})",
        "bluetooth-pairing-wanted-only": "a pairing that nobody at the sample had asked for was "
        "refused",
        "bluetooth-passkey-drawn": "the passkey is another one in each pairing",
        "bluetooth-passkey-fixed": "the same passkey in every pairing",
        "bluetooth-passkey-guessable": "the same passkey in every pairing, one that anybody tries "
        "first",
        "bluetooth-seen": "the sample was heard, declared {status}",
        "bluetooth-seen-though-disabled": "the sample was heard, although its radio is declared "
        "disabled",
        "bluetooth-service-declared": "the service {service} is declared",
        "bluetooth-service-undeclared": "the service {service} is not declared",
        "bluetooth-several-senders": "two addresses were heard at the same time: more than one "
        "device may say the same",
        "bluetooth-survived-input": "it answered after each of {sent} malformed units",
        "bluetooth-stopped-by-input": "it stopped answering after the malformed unit {unit}",
        "bluetooth-text-undeclared": "it tells everybody its {kind}, {text}, which is not declared",
        "bluetooth-texts-declared": "nothing is told before a pairing that is not declared",
        "bluetooth-update-undeclared": "it has {service}, and no update over Bluetooth is declared",
        "bluetooth-updates-declared": "it has no service for firmware updates, or they are "
        "declared",
        "bluetooth-window-short": "it kept its {kind} address while it was heard for {kept_s} s; "
        "{window_s} s are needed",
        "bluetooth-wrong-passkeys-limited": "wrong passkeys were no longer looked at in the end",
        "bluetooth-wrong-passkeys-unlimited": "the last wrong passkey was looked at like the first",
        "not-testable-here": "not testable on this bench: its radio only pretends {what}",
    }
)
"""Code -> sentence; see `harness.model.prose`."""
