"""Where the signing key of this user lives."""

import os
from pathlib import Path

from harness.trust.keys import create_key, load_key
from harness.trust.statement import LabSigner


def lab_signer(named: Path | None) -> LabSigner:
    """The signer with the key that the user named, or with the user's own, made at first use.

    Raises:
        ConfigError: the key cannot be read or made.
    """
    path = named or _default_path()
    if path.exists():
        return LabSigner(load_key(str(path)))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return LabSigner(create_key(path))


def _default_path() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "certbench" / "signing-key.pem"
