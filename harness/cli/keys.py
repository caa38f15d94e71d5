"""Where the signing key of this user lives."""

import os
from pathlib import Path

from harness.trust.key_reference import open_key
from harness.trust.keys import create_key
from harness.trust.statement import LabSigner

_ELSEWHERE = ("env:", "pkcs11:")
"""Keys that lie in no file and are never made here."""


def lab_signer(named: Path | None) -> LabSigner:
    """The signer with the key that the user named, or with the user's own, made at first use.

    Raises:
        ConfigError: the key cannot be read or made.
    """
    if named and _lies_elsewhere(named):
        return LabSigner(open_key(str(named)))
    path = named or _default_path()
    if path.exists():
        return LabSigner(open_key(str(path)))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return LabSigner(create_key(path))


def lasting(named: Path | None) -> str:
    """How an order names a key, so that it is found from any working directory; ``""`` = none."""
    if named is None:
        return ""
    return str(named if _lies_elsewhere(named) else named.absolute())


def _lies_elsewhere(named: Path) -> bool:
    return str(named).startswith(_ELSEWHERE)


def _default_path() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "certbench" / "signing-key.pem"
