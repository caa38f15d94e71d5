"""Ed25519 keys of logs and witnesses (RFC 8032), kept like the laboratories' keys."""

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from harness.errors import ConfigError
from harness.trust.keys import load_private_pem, write_private_pem


def create_ed25519(path: Path) -> ed25519.Ed25519PrivateKey:
    """Make a new key in a new file of mode 0600 (PEM, PKCS #8, no password).

    Raises:
        ConfigError: the file exists or its folder cannot be written.
    """
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_private_pem(path, pem)
    return key


def load_ed25519(reference: str) -> ed25519.Ed25519PrivateKey:
    """Read a private key from a file, or from ``env:NAME``.

    Raises:
        ConfigError: missing, readable by others, not PEM, or not an Ed25519 key.
    """
    key = load_private_pem(reference)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise ConfigError(reference, "", "not an Ed25519 key", "Logs and witnesses use Ed25519")
    return key


def ed25519_at(reference: str) -> ed25519.Ed25519PrivateKey:
    """The key at ``reference``; a file that does not exist yet is made with a new one.

    Raises:
        ConfigError: it cannot be read or made.
    """
    if reference.startswith("env:") or Path(reference).exists():
        return load_ed25519(reference)
    return create_ed25519(Path(reference))
