"""Names of the files beside ``data/`` in a bundle (``docs/reference/bundle.md``)."""

import re
from typing import Final

MANIFEST: Final = "evb/manifest.jsonl"
"""Every file below ``data/`` with its salts."""
STATEMENT: Final = "evb/statement.dsse.json"
"""The signed statement."""
SIGNER: Final = "evb/signer.pem"
"""The public key that signed first: a convenience, never a reason to trust."""
TEST_RESULT: Final = "evb/test-result.dsse.json"
"""The same results as an in-toto ``test-result/v0.1`` statement, for other tools."""
CERTIFICATES: Final = "evb/certs/chain.pem"
"""Certificates of those who signed, and of those who certified them, in any order."""
REVOCATIONS: Final = "evb/certs/revoked.pem"
"""Revocation lists (CRLs) of the certificates' issuers."""
LOG_PROOFS: Final = "evb/log/"
"""Folder of proofs that the statement is in a transparency log: ``<n>.tlog-proof``."""
TIMESTAMPS: Final = "evb/tst/"
"""Folder of RFC 3161 tokens: ``<first 16 digits of a key id>/<n>.tsr``."""
DECISION: Final = "evb/decision.dsse.json"
"""The certifier's decision about the bundle."""
VIEWS: Final = "views/"
"""Folder of views made anew for a public edition; nobody signed them."""

REQUIRED: Final = (MANIFEST, SIGNER, STATEMENT)
_OPTIONAL: Final = frozenset({TEST_RESULT, CERTIFICATES, REVOCATIONS, DECISION})
_NUMBERED: Final = re.compile(r"evb/log/[1-8]\.tlog-proof|evb/tst/[0-9a-f]{16}/[1-9]\.tsr")


def timestamp_name(key_id: str, number: int) -> str:
    """Name of a token: number 1 is over the signature of that key, each further over the last."""
    return f"{TIMESTAMPS}{key_id[:16]}/{number}.tsr"


def log_proof_name(number: int) -> str:
    """Name of a log proof, numbered from 1."""
    return f"{LOG_PROOFS}{number}.tlog-proof"


def may_stand_in(name: str) -> bool:
    """Whether the profile knows a file of this name beside ``data/`` and the tag files."""
    known = name in REQUIRED or name in _OPTIONAL or bool(_NUMBERED.fullmatch(name))
    return known or name.startswith(VIEWS)
