"""Object identifiers of certbench, below a UUID of its own (ITU-T X.667: 2.25.<UUID as number>).

The UUID is ``f534bba0-59d0-41a6-aced-bf84888b069e``; what stands below it never changes meaning.
"""

from enum import Enum
from typing import Final

from cryptography.x509 import ObjectIdentifier

ARC: Final = "2.25.325934663918846017515800891748346693278"
SCOPE: Final = ObjectIdentifier(f"{ARC}.2")
"""Certificate extension: scope of an accreditation, canonical JSON in a UTF8String."""
TOY_TSA_POLICY: Final = f"{ARC}.3"
"""Time-stamping policy of the authority that ``certbench trust init`` makes: none at all."""


class Use(Enum):
    """What a key may sign; the value is its extended key usage."""

    EVIDENCE = ObjectIdentifier(f"{ARC}.1.1")
    """Statements about bundles."""
    DECISION = ObjectIdentifier(f"{ARC}.1.2")
    """Decisions of a certifier, and their withdrawal."""
