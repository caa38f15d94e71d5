"""Signing keys of laboratories and certifiers: ECDSA on P-256 with SHA-256 (FIPS 186-5).

A private key is a PEM file that only its owner can read (PKCS #8, no password: the file mode or
the secret store protects it), an environment variable that holds such a PEM, or an object in a
token that it never leaves (`harness.trust.token`). A key's id is the SHA-256 of its
SubjectPublicKeyInfo, so that it can be computed from the key and from nothing else.
"""

import hashlib
import os
import re
import stat
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from harness.errors import ConfigError, VerificationError

MAX_PEM_BYTES: Final = 1024 * 1024
_PUBLIC: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----[\sA-Za-z0-9+/=]+-----END PUBLIC KEY-----")
_ALGORITHM: Final = ec.ECDSA(hashes.SHA256())


class PublicKey:
    """A P-256 key that signatures are checked with."""

    def __init__(self, key: ec.EllipticCurvePublicKey) -> None:
        """Wrap a key of the right curve."""
        self._key = key
        spki = key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.key_id = hashlib.sha256(spki).hexdigest()

    @property
    def key(self) -> ec.EllipticCurvePublicKey:
        """The key itself, for certificates."""
        return self._key

    @property
    def pem(self) -> bytes:
        """The key as PEM (SubjectPublicKeyInfo)."""
        return self._key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether ``signature`` (DER) is this key's over ``data``."""
        try:
            self._key.verify(signature, data, _ALGORITHM)
        except InvalidSignature:
            return False
        return True


class SigningKey(Protocol):
    """A P-256 key that signs, wherever it lies."""

    @property
    def public(self) -> PublicKey:
        """What its signatures are checked with."""
        ...

    @property
    def key_id(self) -> str:
        """Id of the key: that of its public half."""
        ...

    def sign(self, data: bytes) -> bytes:
        """DER signature over SHA-256 of ``data``."""
        ...


class PrivateKey:
    """A P-256 key in the memory of this process."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        """Wrap a key of the right curve."""
        self._key = key
        self._public = PublicKey(key.public_key())

    @property
    def public(self) -> PublicKey:
        """What its signatures are checked with."""
        return self._public

    @property
    def key_id(self) -> str:
        """Id of the key: that of its public half."""
        return self._public.key_id

    def sign(self, data: bytes) -> bytes:
        """DER signature over SHA-256 of ``data``."""
        return self._key.sign(data, _ALGORITHM)

    def pem(self) -> bytes:
        """The private key as PEM (PKCS #8), unencrypted: for a file of mode 0600 only."""
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def create_key(path: Path) -> PrivateKey:
    """Make a new key in a new file of mode 0600.

    Raises:
        ConfigError: the file exists or its folder cannot be written.
    """
    key = PrivateKey(ec.generate_private_key(ec.SECP256R1()))
    write_private_pem(path, key.pem())
    return key


def write_private_pem(path: Path, pem: bytes) -> None:
    """Put a private key into a new file of mode 0600.

    Raises:
        ConfigError: the file exists or its folder cannot be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        problem = f"cannot be created: {error.strerror}"
        raise ConfigError(str(path), "", problem, "Name a file that does not exist yet") from error
    with os.fdopen(handle, "wb") as stream:
        stream.write(pem)


def load_key(reference: str) -> PrivateKey:
    """Read a private key from a file, or from ``env:NAME``.

    Raises:
        ConfigError: missing, readable by others, not PEM, or not a P-256 key.
    """
    key = load_private_pem(reference)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not _is_p256(key):
        raise ConfigError(reference, "", "not an ECDSA P-256 key", "Use a P-256 key")
    return PrivateKey(key)


def load_private_pem(reference: str) -> PrivateKeyTypes:
    """The key of any kind in a file that only its owner can read, or in ``env:NAME``.

    Raises:
        ConfigError: missing, readable by others, or not PEM.
    """
    data = _read_private(reference)
    try:
        return serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        problem = "not an unencrypted PEM private key"
        raise ConfigError(reference, "", problem, "Name a file that does not exist") from error


def _read_private(reference: str) -> bytes:
    if reference.startswith("env:"):
        name = reference.removeprefix("env:")
        value = os.environ.get(name)
        if value is None:
            raise ConfigError(reference, "", "the variable is not set", f"Set {name} to a PEM key")
        return value.encode()
    path = Path(reference)
    try:
        mode = path.stat().st_mode
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            reference, "", f"cannot be read: {error.strerror}", "Name a key file"
        ) from error
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigError(reference, "", "others can read this private key", "chmod 600 it")
    return data


def parse_public_keys(data: bytes, source: str) -> tuple[PublicKey, ...]:
    """All public keys of a PEM text, in order.

    Raises:
        VerificationError: none there, or one that is no P-256 key; names ``source``.
    """
    blocks = _PUBLIC.findall(data[:MAX_PEM_BYTES])
    if not blocks:
        message = f"{source}: no PEM public key in it"
        raise VerificationError(message)
    return tuple(_public(block, source) for block in blocks)


def _public(block: bytes, source: str) -> PublicKey:
    try:
        key = serialization.load_pem_public_key(block)
    except (ValueError, UnsupportedAlgorithm) as error:
        message = f"{source}: not a PEM public key"
        raise VerificationError(message) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not _is_p256(key):
        message = f"{source}: not an ECDSA P-256 key"
        raise VerificationError(message)
    return PublicKey(key)


def _is_p256(key: ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey) -> bool:
    return isinstance(key.curve, ec.SECP256R1)
