"""Reading the encrypted part of a TLS 1.3 handshake with the bench's own ephemeral key (RFC 8446).

The certificate of a server that speaks only TLS 1.3 is encrypted under the handshake keys. The
bench's share of them comes from the attempt's seed, so that the certificate can be read again from
the stored bytes, long after the connection.
"""

import struct
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, Hash
from cryptography.hazmat.primitives.hmac import HMAC

from harness.interpret.tls_hello import P256, X25519, EphemeralKeys, handshake_message
from harness.interpret.tls_records import (
    CERTIFICATE,
    HANDSHAKE,
    ServerAnswer,
    ServerHello,
    certificates_of_13,
)
from harness.interpret.wire import vector

_TAGS: Final = 16


@dataclass(frozen=True)
class _Suite:
    hash: SHA256 | SHA384
    key_bytes: int
    kind: str


_SUITES: Final[dict[int, _Suite]] = {
    0x1301: _Suite(SHA256(), 16, "gcm"),
    0x1302: _Suite(SHA384(), 32, "gcm"),
    0x1303: _Suite(SHA256(), 32, "chacha"),
    0x1304: _Suite(SHA256(), 16, "ccm"),
    0x1305: _Suite(SHA256(), 16, "ccm8"),
}


def certificates(
    client_hello: bytes, answer: ServerAnswer, keys: EphemeralKeys
) -> tuple[bytes, ...]:
    """The chain in the encrypted part of a server's flight; empty if it cannot be read.

    Args:
        client_hello: the record that was sent.
        answer: what came back, read by `tls_records.read_answer`.
        keys: the attempt's ephemeral keys.
    """
    hello = answer.hello
    suite = _SUITES.get(hello.suite) if hello else None
    if hello is None or suite is None or hello.retry or not answer.messages:
        return ()
    try:
        shared = _shared(hello, keys)
        transcript = handshake_message(client_hello) + answer.messages[0]
        plain = _decrypt(suite, _server_secret(suite, shared, transcript), answer.encrypted)
        return _certificates(plain)
    except (ValueError, InvalidTag, UnsupportedAlgorithm, OverflowError):
        return ()


def _shared(hello: ServerHello, keys: EphemeralKeys) -> bytes:
    if hello.group == X25519:
        return keys.x25519.exchange(X25519PublicKey.from_public_bytes(hello.share))
    if hello.group == P256:
        public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), hello.share)
        return keys.p256.exchange(ECDH(), public)
    raise ValueError("a group without a share of ours")


def _hmac(suite: _Suite, key: bytes, data: bytes) -> bytes:
    mac = HMAC(key, suite.hash)
    mac.update(data)
    return mac.finalize()


def _digest(suite: _Suite, data: bytes) -> bytes:
    digest = Hash(suite.hash)
    digest.update(data)
    return digest.finalize()


def _expand(suite: _Suite, secret: bytes, label: str, context: bytes, length: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446 section 7.1); every length here fits one or two blocks."""
    info = struct.pack(">H", length) + vector(f"tls13 {label}".encode(), 1) + vector(context, 1)
    block, output, counter = b"", b"", 1
    while len(output) < length:
        block = _hmac(suite, secret, block + info + bytes([counter]))
        output += block
        counter += 1
    return output[:length]


def _server_secret(suite: _Suite, shared: bytes, transcript: bytes) -> bytes:
    size = suite.hash.digest_size
    early = _hmac(suite, bytes(size), bytes(size))
    derived = _expand(suite, early, "derived", _digest(suite, b""), size)
    handshake = _hmac(suite, derived, shared)
    return _expand(suite, handshake, "s hs traffic", _digest(suite, transcript), size)


def _cipher(suite: _Suite, key: bytes) -> AESGCM | AESCCM | ChaCha20Poly1305:
    if suite.kind == "gcm":
        return AESGCM(key)
    if suite.kind == "chacha":
        return ChaCha20Poly1305(key)
    return AESCCM(key, tag_length=8 if suite.kind == "ccm8" else _TAGS)


def _decrypt(suite: _Suite, secret: bytes, records: list[bytes]) -> bytes:
    """Handshake bytes of the records, as far as they are encrypted under ``secret``."""
    cipher = _cipher(suite, _expand(suite, secret, "key", b"", suite.key_bytes))
    iv = int.from_bytes(_expand(suite, secret, "iv", b"", 12), "big")
    plain = b""
    for sequence, record in enumerate(records):
        nonce = (iv ^ sequence).to_bytes(12, "big")
        try:
            inner = cipher.decrypt(nonce, record[5:], record[:5]).rstrip(b"\x00")
        except InvalidTag:
            # After Finished the keys change; before it, nothing that follows can be read either.
            break
        if inner[-1:] == bytes([HANDSHAKE]):
            plain += inner[:-1]
    return plain


def _certificates(plain: bytes) -> tuple[bytes, ...]:
    at = 0
    while at + 4 <= len(plain):
        length = int.from_bytes(plain[at + 1 : at + 4], "big")
        body = plain[at + 4 : at + 4 + length]
        if plain[at] == CERTIFICATE and len(body) == length:
            return certificates_of_13(body)
        at += 4 + length
    return ()
