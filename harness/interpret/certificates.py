"""Certificates of a device, read with every field bounded and neutralised (RFC 5280)."""

import threading
import warnings
from collections.abc import Callable
from datetime import UTC
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from harness.encoding.canonical import sha256_hex
from harness.encoding.clock import format_utc
from harness.encoding.text import neutralise
from harness.facts.tls import Certificate
from harness.model.observation import EvidenceRef

MAX_NAMES: Final = 50
MAX_TEXT: Final = 300
_UNREADABLE: Final = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
_QUIETLY: Final = threading.Lock()
"""Filters of warnings are the whole process's."""
_EDWARDS: Final = {ed25519.Ed25519PublicKey: ("Ed25519", 256), ed448.Ed448PublicKey: ("Ed448", 456)}


def read_certificate(der: bytes, evidence: EvidenceRef) -> Certificate | None:
    """One certificate; None if it cannot be read as one.

    A field that alone is unreadable is left empty: validity and key are what must be there. What
    the library warns of, such as a negative serial number, is the device's doing and no news for a
    terminal.
    """
    with _QUIETLY, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _read(der, evidence)


def _read(der: bytes, evidence: EvidenceRef) -> Certificate | None:
    try:
        parsed = x509.load_der_x509_certificate(der)
        key_type, key_bits, spki = _key(parsed)
        return Certificate(
            sha256=sha256_hex(der),
            spki_sha256=sha256_hex(spki),
            subject=_or_empty(parsed.subject.rfc4514_string),
            issuer=_or_empty(parsed.issuer.rfc4514_string),
            serial=format(parsed.serial_number, "x")[:64],
            not_before=format_utc(parsed.not_valid_before_utc.astimezone(UTC)),
            not_after=format_utc(parsed.not_valid_after_utc.astimezone(UTC)),
            names=_names(parsed),
            key_type=key_type,
            key_bits=key_bits,
            signature_hash=_signature_hash(parsed),
            self_signed=_self_signed(parsed),
            evidence=evidence,
        )
    except (*_UNREADABLE, OverflowError, x509.DuplicateExtension):
        return None


def _or_empty(read: Callable[[], str]) -> str:
    try:
        return neutralise(read(), MAX_TEXT)
    except _UNREADABLE:
        return ""


def _key(parsed: x509.Certificate) -> tuple[str, int, bytes]:
    key = parsed.public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}", key.key_size, spki
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey):
        return "RSA" if isinstance(key, rsa.RSAPublicKey) else "DSA", key.key_size, spki
    for kind, (name, bits) in _EDWARDS.items():
        if isinstance(key, kind):
            return name, bits, spki
    return type(key).__name__, 0, spki


def _names(parsed: x509.Certificate) -> tuple[str, ...]:
    """Subject alternative names, else the common names (RFC 6125 section 6.4.4)."""
    try:
        extension = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        listed = [_general_name(name) for name in extension.value]
    except (*_UNREADABLE, x509.ExtensionNotFound, x509.DuplicateExtension):
        listed = []
    if not listed:
        listed = _common_names(parsed)
    return tuple(neutralise(name, MAX_TEXT) for name in listed[:MAX_NAMES])


def _general_name(name: x509.GeneralName) -> str:
    if isinstance(name, x509.OtherName | x509.DirectoryName):
        return type(name).__name__
    return str(name.value)


def _common_names(parsed: x509.Certificate) -> list[str]:
    try:
        found = parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except _UNREADABLE:
        return []
    return [name.value if isinstance(name.value, str) else name.value.hex() for name in found]


def _signature_hash(parsed: x509.Certificate) -> str:
    try:
        algorithm = parsed.signature_hash_algorithm
    except _UNREADABLE:
        return "unknown"
    return algorithm.name if algorithm else ""


def _self_signed(parsed: x509.Certificate) -> bool:
    """Issued by itself and, where the library can check it, signed with its own key."""
    try:
        if parsed.issuer != parsed.subject:
            return False
        parsed.verify_directly_issued_by(parsed)
    except UnsupportedAlgorithm:
        return True
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
