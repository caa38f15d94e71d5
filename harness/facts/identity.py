"""Which device this is and which firmware it runs (probe ``identity``), before and after."""

from typing import ClassVar

from harness.facts.base import Facts
from harness.model.observation import Observation


class IdentityFacts(Facts):
    """Identity of one sample at one moment.

    Attributes:
        firmware: the version as the device states it, neutralised; ``""`` when it could not be read
            (``seen`` then is Unknown with the reason).
        seen: where the version was read.
        source: ``http /about``, ``console``.
        fingerprints: channel -> digest of a key that the device proved to hold
            (``tls tcp/443`` -> SPKI SHA-256, ``ssh tcp/22`` -> host key SHA-256).
    """

    SCHEMA: ClassVar[str] = "certbench/facts-identity/1"
    PROBE: ClassVar[str] = "identity"

    firmware: str
    seen: Observation
    source: str
    fingerprints: dict[str, str] = {}
