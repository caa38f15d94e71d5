"""What all in-toto statements (v1) of certbench have in common."""

from typing import Final

from harness.model.attestation import EvidencePredicate
from harness.model.base import Frozen

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
DIGEST_NAME: Final = "evb1"
"""Name of the digest algorithm in subjects: the root over salted leaves, not a file's SHA-256."""


class Subject(Frozen):
    """What a statement speaks of: the bundle or one part, by its root."""

    name: str
    digest: dict[str, str]


def subjects_of(predicate: EvidencePredicate) -> tuple[Subject, ...]:
    """The subjects of a statement about a bundle: the bundle and each of its parts."""
    parts = (Subject(name=part.part, digest={DIGEST_NAME: part.root}) for part in predicate.parts)
    return (Subject(name="bundle", digest={DIGEST_NAME: predicate.bundle_root}), *parts)
