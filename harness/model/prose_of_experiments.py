"""Sentences about experiments with updates, outages, traffic and deletions, for `prose`."""

from types import MappingProxyType
from typing import Final

EXPERIMENTS: Final = MappingProxyType(
    {
        "acts-though-declared-off": "{what}: it acts by itself, though that is declared off",
        "connection-burst": "{count} connections begun within one second",
        "connects-as-declared": "at most {most} connections begun in a minute, as declared",
        "connects-faster-than-declared": "{most} connections begun in a minute; declared: {rate}",
        "declared-ways-only": "a good update was installed by a declared way; none other is open",
        "default-as-declared": "{what}: as declared",
        "destination-undeclared": "packets were sent to it ({when}), and nothing declares it",
        "does-nothing-though-declared-on": "{what}: declared on, and it did nothing by itself",
        "function-came-back": "works again after the outage",
        "function-did-not-come-back": "worked before the outage, and never after it",
        "function-lost": "worked before the outage, and never during it",
        "function-went-on": "worked all through the outage",
        "misused-update-installed": "the image came to run",
        "misused-update-refused": "not installed in the time that a good image takes by this way",
        "no-connection-burst": "connections are begun one after the other",
        "no-function-checked": "no function was checked",
        "no-known-update-seen": "a declared update was not recognised either",
        "no-local-function": "no function that needs nothing from elsewhere was checked",
        "no-reconnect-seen": "no connection to the declared hosts was begun",
        "no-setting-read": "no setting was read",
        "no-undeclared-software": "no software came from elsewhere than declared",
        "no-update-taken": "a good image was not installed here",
        "no-user-data-found-before": "no user data was found before the deletion either",
        "no-usual-traffic": "the device was not seen to send anything in ordinary operation",
        "only-declared-destinations": "packets were sent to declared hosts only",
        "opaque-transfer": "{remote} sent enough under encryption to hide an update",
        "outage-not-shown": "nothing shows that the outage was made: {why}",
        "pauses-differ": "pauses after several outages differ by {spread} ms",
        "pauses-do-not-grow": "pauses between attempts stay at {pause} ms",
        "pauses-equal": "pauses after several outages are equal: {pause} ms",
        "pauses-grow": "pauses between attempts grow from {first} ms to {last} ms",
        "pauses-unclear": "pauses between attempts show no clear rule",
        "setting-changed": "the setting is another than before; nobody can say if better",
        "setting-kept": "the setting is as before",
        "setting-lost": "the setting is lost, or back at its factory value",
        "setting-unread": "the setting was not read on both sides of the outage",
        "software-from-undeclared": "software came by this way, and no mechanism declares it",
        "too-few-attempts": "too few attempts to connect were seen",
        "update-attack-made": "the attack was made: {attack}",
        "update-taken-undeclared": "a good image was installed here, and no mechanism declares it",
        "user-data-gone": "found before the deletion, and not after it",
        "user-data-left": "still there after the deletion",
        "waits-for-bench": "waits for {what}",
        "watched-too-short": "watched for {seconds} s, and it may take {hours} hours",
    }
)
"""Reason code -> sentence, as in `harness.model.prose.TEMPLATES`."""
