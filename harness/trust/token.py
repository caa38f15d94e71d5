"""Keys in a token or smart card, reached through PKCS #11; the private key never leaves it.

A key is named by a URI as in RFC 7512::

    pkcs11:token=lab;object=evaluator?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=env:PIN

``module-path`` is the token's own library (or the environment variable ``PKCS11_MODULE``);
``pin-source`` is ``env:NAME`` or a file that only its owner can read. A PIN in the URI is refused:
everybody who lists processes would see it.
"""

import hashlib
import os
import stat
from pathlib import Path
from typing import Final
from urllib.parse import unquote, unquote_to_bytes

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from harness.errors import ConfigError, MissingExtraError
from harness.trust.keys import PublicKey

try:
    import pkcs11
    from pkcs11.types import SignMixin
    from pkcs11.util.ec import encode_ec_public_key
except ModuleNotFoundError as error:  # pragma: no cover  (installed wherever tests run)
    raise MissingExtraError("hsm", "a key in a token") from error

_PATH: Final = frozenset({"token", "serial", "object", "id"})
_QUERY: Final = frozenset({"module-path", "pin-source"})
_HALF: Final = 32
_MAX_PIN: Final = 256


class TokenKey:
    """A P-256 key in a token; its session stays open as long as the process runs."""

    def __init__(self, uri: str, key: SignMixin, public: PublicKey) -> None:
        """Sign with ``key``, whose public half is ``public``."""
        self._uri = uri
        self._key = key
        self._public = public

    @property
    def public(self) -> PublicKey:
        """What its signatures are checked with."""
        return self._public

    @property
    def key_id(self) -> str:
        """Id of the key: that of its public half."""
        return self._public.key_id

    def sign(self, data: bytes) -> bytes:
        """DER signature over SHA-256 of ``data``.

        Many tokens sign digests only, and all of them answer with bare numbers: r, then s.

        Raises:
            ConfigError: the token refused, or gave no signature of this key.
        """
        digest = hashlib.sha256(data).digest()
        try:
            raw = bytes(self._key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
        except pkcs11.PKCS11Error as error:
            raise _refused(self._uri, error) from error
        numbers = (int.from_bytes(part, "big") for part in (raw[:_HALF], raw[_HALF:]))
        signature = encode_dss_signature(*numbers)
        if not self._public.verifies(signature, data):
            problem = "the token's signature is not that of its public key"
            raise ConfigError(self._uri, "", problem, "Name one key pair of the token")
        return signature


def open_token_key(uri: str) -> TokenKey:
    """The key that a URI names; asks the token for nothing but signatures.

    Raises:
        ConfigError: not such a URI, no such token or key, or the token refuses.
    """
    path, query = _parts(uri)
    module = query.get("module-path") or os.environ.get("PKCS11_MODULE", "")
    if not module:
        problem = "no module-path, and PKCS11_MODULE is not set"
        raise ConfigError(uri, "module-path", problem, "Name the library of the token's maker")
    if not {"object", "id"} & set(path):
        raise ConfigError(uri, "object", "names no key", "Add object=LABEL or id=%01")
    try:
        serial = path["serial"].encode() if "serial" in path else None
        token = pkcs11.lib(module).get_token(token_label=path.get("token"), token_serial=serial)
        session = _session(token, _pin(uri, query.get("pin-source", "")))
        private, public = (
            session.get_key(object_class=half, label=path.get("object"), id=_identity(uri))
            for half in (pkcs11.ObjectClass.PRIVATE_KEY, pkcs11.ObjectClass.PUBLIC_KEY)
        )
        if not isinstance(private, SignMixin) or not isinstance(public, pkcs11.PublicKey):
            raise _refused(uri, TypeError("not a key pair that signs"))
        spki = encode_ec_public_key(public)
    except (pkcs11.PKCS11Error, RuntimeError, KeyError, ValueError) as error:
        raise _refused(uri, error) from error
    return TokenKey(uri, private, _public(uri, spki))


def _session(token: pkcs11.Token, pin: str | None) -> pkcs11.Session:
    try:
        return token.open(user_pin=pin)
    except pkcs11.UserAlreadyLoggedIn:  # another key of the same token is in use: once is enough
        return token.open()


def _public(uri: str, spki: bytes) -> PublicKey:
    try:
        key = serialization.load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _refused(uri, error) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ConfigError(uri, "", "not an ECDSA P-256 key", "Use a P-256 key")
    return PublicKey(key)


def _refused(uri: str, error: Exception) -> ConfigError:
    problem = f"the token refused: {type(error).__name__} {error}".strip()
    return ConfigError(uri, "", problem, "Check module, token, object and PIN")


def _parts(uri: str) -> tuple[dict[str, str], dict[str, str]]:
    path, _, query = uri.removeprefix("pkcs11:").partition("?")
    return _fields(uri, path, ";", _PATH), _fields(uri, query, "&", _QUERY)


def _fields(uri: str, text: str, between: str, known: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, _, value in (each.partition("=") for each in text.split(between) if each):
        if name not in known or name in found:
            mend = f"Known are: {', '.join(sorted(known))}"
            raise ConfigError(_without_query(uri), name, "unknown or given twice", mend)
        found[name] = unquote(value)
    return found


def _without_query(uri: str) -> str:
    """The URI without what may hold a PIN that was written there by mistake."""
    return uri.partition("?")[0]


def _identity(uri: str) -> bytes | None:
    """The key's id as bytes: it may be any."""
    path = uri.removeprefix("pkcs11:").partition("?")[0]
    for name, _, value in (each.partition("=") for each in path.split(";")):
        if name == "id":
            return unquote_to_bytes(value)
    return None


def _pin(uri: str, source: str) -> str | None:
    if not source:
        return None
    if source.startswith("env:"):
        name = source.removeprefix("env:")
        if name not in os.environ:
            raise ConfigError(uri, "pin-source", "the variable is not set", f"Set {name}")
        return os.environ[name]
    path = Path(source.removeprefix("file:"))
    try:
        mode = path.stat().st_mode
        with path.open(encoding="utf-8") as stream:
            text = stream.read(_MAX_PIN)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(uri, "pin-source", f"cannot be read: {error}", "Name a file") from error
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigError(uri, "pin-source", "others can read this PIN", "chmod 600 it")
    return text.strip()
