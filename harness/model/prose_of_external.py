"""Sentences about third-party evidence that stands for a row, or does not."""

from typing import Final

EXTERNALS: Final = {
    "external-evidence": "external: {issuer}, {title} ({evidence}), valid until {valid_until}; "
    "accepted for {row} by {person}",
    "external-file-changed": "external evidence {evidence}: the kept file is not the one that the "
    "dossier names",
    "external-file-missing": "external evidence {evidence}: its file is not kept with the survey",
    "external-not-accepted": "external evidence {evidence} is not accepted for {row}, and decides "
    "nothing ({because})",
    "external-not-allowed": "external evidence {evidence} may not stand here, or rests on no "
    "acceptance",
    "external-not-valid": "external evidence {evidence}: valid from {valid_from} until "
    "{valid_until}, tested on {tested}",
}
