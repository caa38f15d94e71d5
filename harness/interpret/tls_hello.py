"""ClientHellos written by hand, and read back from a capture (RFC 6101, RFC 5246, RFC 8446).

The local TLS library no longer knows SSLv3, RC4, export or anonymous suites, so that a bench that
asked through it would see none of them. Nothing here depends on that library.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from harness.encoding.canonical import sha256_hex
from harness.facts.tls import TlsVersion
from harness.interpret.tls_suites import CODES, SIGNALLING, version_of
from harness.interpret.wire import Cursor, vector

HANDSHAKE: Final = 22
CLIENT_HELLO: Final = 1
RENEGOTIATION_SCSV: Final = 0x00FF

SUPPORTED_GROUPS, POINT_FORMATS, SIGNATURE_ALGORITHMS = 10, 11, 13
SUPPORTED_VERSIONS, KEY_SHARE = 43, 51

X25519, P256 = 0x001D, 0x0017
GROUPS: Final[dict[int, str]] = {
    X25519: "x25519",
    P256: "secp256r1",
    0x001E: "x448",
    0x0018: "secp384r1",
    0x0019: "secp521r1",
    0x0016: "secp256k1",
    0x0015: "secp224r1",
    0x0013: "secp192r1",
    0x001A: "brainpoolP256r1",
    0x001B: "brainpoolP384r1",
    0x001C: "brainpoolP512r1",
    0x0009: "sect283k1",
    0x000D: "sect571k1",
    0x0100: "ffdhe2048",
    0x0101: "ffdhe3072",
    0x0102: "ffdhe4096",
    0x0103: "ffdhe6144",
    0x0104: "ffdhe8192",
}
"""Groups that are offered, by code (RFC 8422, RFC 7919); the first two come with a key share."""
_GROUPS_OF_13: Final = frozenset({X25519, P256, 0x001E, 0x0018, 0x0019, *range(0x0100, 0x0105)})

_SIGNATURES: Final = (
    *(0x0403, 0x0503, 0x0603, 0x0807, 0x0808),
    *(0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B),
    *(0x0401, 0x0501, 0x0601, 0x0301, 0x0303),
    *(0x0402, 0x0502, 0x0602, 0x0201, 0x0203, 0x0202, 0x0101),
)


@dataclass(frozen=True)
class ClientHello:
    """What a ClientHello offered.

    Attributes:
        version: the highest version offered.
        versions: all of them when the hello lists them (RFC 8446 section 4.2.1), else the highest:
            older versions are then offered by implication.
        suites: codes in the order offered, without signalling values.
    """

    version: TlsVersion
    versions: tuple[TlsVersion, ...]
    suites: tuple[int, ...]


@dataclass(frozen=True)
class EphemeralKeys:
    """The bench's ephemeral keys of one attempt, made from its seed.

    They are no secret: with them a stored TLS 1.3 handshake can be read again by anyone.
    """

    x25519: X25519PrivateKey
    p256: EllipticCurvePrivateKey

    @classmethod
    def from_seed(cls, seed: int) -> "EphemeralKeys":
        """The keys that belong to an attempt's seed."""
        material = bytes.fromhex(sha256_hex(f"certbench tls {seed}".encode()))
        scalar = int.from_bytes(material, "big") % (2**255) + 1
        return cls(
            X25519PrivateKey.from_private_bytes(material), derive_private_key(scalar, SECP256R1())
        )

    def shares(self) -> bytes:
        """The key_share extension's list (RFC 8446 section 4.2.8)."""
        x25519 = self.x25519.public_key().public_bytes_raw()
        point = self.p256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return _pair(X25519) + vector(x25519, 2) + _pair(P256) + vector(point, 2)


def build(
    versions: Sequence[TlsVersion], suites: Sequence[int], random: bytes, keys: EphemeralKeys
) -> bytes:
    """One record with a ClientHello.

    Args:
        versions: highest first. One of TLS 1.2 or older offers older ones by implication.
        suites: codes in order of preference.
        random: 32 bytes.
        keys: ephemeral keys, used when TLS 1.3 is among ``versions``.
    """
    newest = versions[0]
    legacy = min(CODES[newest], CODES["TLSv1.2"])
    signalled = suites if newest == "TLSv1.3" else (*suites, RENEGOTIATION_SCSV)
    body = (
        _pair(legacy)
        + random
        + vector(random if newest == "TLSv1.3" else b"", 1)
        + vector(b"".join(_pair(suite) for suite in signalled), 2)
        + vector(b"\x00", 1)
        + _extensions(versions, keys)
    )
    message = bytes([CLIENT_HELLO]) + vector(body, 3)
    return bytes([HANDSHAKE]) + _pair(min(legacy, CODES["TLSv1.0"])) + vector(message, 2)


def _pair(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _groups(versions: Sequence[TlsVersion]) -> list[int]:
    """The groups to offer: where only TLS 1.3 is, those that it allows (RFC 8446, 4.2.7).

    Strict servers take any other as illegal_parameter, which looks like a refused version.
    """
    if tuple(versions) == ("TLSv1.3",):
        return [group for group in GROUPS if group in _GROUPS_OF_13]
    return list(GROUPS)


def _extensions(versions: Sequence[TlsVersion], keys: EphemeralKeys) -> bytes:
    # SSLv3 has no extensions, and old servers of it refuse a hello with trailing bytes.
    if versions[0] == "SSLv3":
        return b""
    wanted = {
        SUPPORTED_GROUPS: vector(b"".join(_pair(group) for group in _groups(versions)), 2),
        POINT_FORMATS: vector(b"\x00", 1),
    }
    if CODES[versions[0]] >= CODES["TLSv1.2"]:
        wanted[SIGNATURE_ALGORITHMS] = vector(b"".join(_pair(code) for code in _SIGNATURES), 2)
    if versions[0] == "TLSv1.3":
        listed = b"".join(_pair(CODES[version]) for version in versions)
        wanted[SUPPORTED_VERSIONS] = vector(listed, 1)
        wanted[KEY_SHARE] = vector(keys.shares(), 2)
    return vector(b"".join(_pair(kind) + vector(data, 2) for kind, data in wanted.items()), 2)


def handshake_message(record: bytes) -> bytes:
    """The handshake message in the first record. Raises ValueError if it is not one."""
    cursor = Cursor(record)
    if cursor.number(1) != HANDSHAKE:
        raise ValueError("not a handshake record")
    cursor.number(2)
    return cursor.vector(2)


def parse(record: bytes) -> ClientHello:
    """Read back what a hello offered.

    Raises:
        ValueError: not a ClientHello.
    """
    message = Cursor(handshake_message(record))
    if message.number(1) != CLIENT_HELLO:
        raise ValueError("not a ClientHello")
    body = Cursor(message.vector(3))
    legacy = version_of(body.number(2))
    body.take(32)
    body.vector(1)
    suites = _pairs(body.vector(2))
    body.vector(1)
    listed = _listed_versions(body.vector(2) if body.left else b"")
    versions = listed or ((legacy,) if legacy else ())
    if not versions:
        raise ValueError("no known version offered")
    return ClientHello(
        versions[0], versions, tuple(code for code in suites if code not in SIGNALLING)
    )


def is_hello(data: bytes) -> bool:
    """Whether these bytes are a ClientHello that can be read."""
    try:
        parse(data)
    except ValueError:
        return False
    return True


def _pairs(data: bytes) -> tuple[int, ...]:
    if len(data) % 2:
        raise ValueError("an odd list of pairs")
    return tuple(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))


def _listed_versions(extensions: bytes) -> tuple[TlsVersion, ...]:
    cursor = Cursor(extensions)
    while cursor.left:
        kind, data = cursor.number(2), cursor.vector(2)
        if kind == SUPPORTED_VERSIONS:
            known = (version_of(code) for code in _pairs(Cursor(data).vector(1)))
            return tuple(version for version in known if version)
    return ()
