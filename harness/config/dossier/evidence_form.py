"""The fields of a record of third-party evidence, as templates and spreadsheets show them."""

from dataclasses import dataclass
from typing import Final

TABLE: Final = "evidence"
"""Its key in a dossier: ``[[evidence]]``."""


@dataclass(frozen=True)
class EvidenceField:
    """One field: its name for people, what belongs there, and a good answer as TOML."""

    key: str
    title: str
    meaning: str
    example: str


FIELDS: Final = {
    field.key: field
    for field in (
        EvidenceField("id", "Id", "A name of your own for it.", '"SE-1"'),
        EvidenceField(
            "title",
            "Title",
            "What the document calls itself, with its number.",
            '"Security certificate 0815, secure element X1 revision B"',
        ),
        EvidenceField("issuer", "Issuer", "Who issued it.", '"Example Certification Body"'),
        EvidenceField(
            "accreditation",
            "Accreditation",
            "By whom and for what the issuer is accredited, with the number.",
            '"ISO/IEC 17065, Example Accreditation Body, no. 4711"',
        ),
        EvidenceField(
            "scope",
            "Scope",
            "Which product in which version was examined, against what.",
            '"Secure element X1 revision B: storage of keys, resistance to tampering"',
        ),
        EvidenceField("valid_from", "Valid from", "First day on which it is valid.", "2026-01-01"),
        EvidenceField("valid_until", "Valid until", "Last day on which it is valid.", "2029-12-31"),
        EvidenceField(
            "file",
            "File",
            "Where it lies, from the dossier's folder on: a PDF or a text, at most 16 MiB.",
            '"certificates/secure-element.pdf"',
        ),
        EvidenceField(
            "sha256",
            "SHA-256",
            "Digest of the file, as sha256sum prints it.",
            '"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"',
        ),
        EvidenceField(
            "covers",
            "Covers",
            "Rows of the IXIT that it speaks of.",
            '["10-SecParam/SecParam-1"]',
        ),
    )
}


def example_of(key: str) -> str:
    """``key = value`` with a good answer; ``""`` for another key."""
    field = FIELDS.get(key)
    return f"{key} = {field.example}" if field else ""
