"""SSH before encryption: identification strings and KEXINIT (RFC 4253, sections 4.2, 6 and 7.1)."""

import struct
from dataclasses import dataclass
from typing import Final

IDENTIFICATION: Final = b"SSH-2.0-certbench"
"""Our own identification string, without the line end."""
KEXINIT: Final = 20
MAX_LINES: Final = 20
MAX_LINE: Final = 512
MAX_PACKET: Final = 35000
"""Largest packet that RFC 4253, section 6.1 makes everyone accept."""
_LISTS: Final = 10
_MIN_PADDING: Final = 4

_KEX: Final = (
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
    "ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,"
    "diffie-hellman-group14-sha256,diffie-hellman-group14-sha1,diffie-hellman-group1-sha1"
)
_KEYS: Final = (
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,"
    "rsa-sha2-256,ssh-rsa,ssh-dss"
)
_CIPHERS: Final = (
    "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes256-ctr,aes128-cbc,3des-cbc"
)
_MACS: Final = "hmac-sha2-256,hmac-sha2-512,hmac-sha1,hmac-md5"
_COMPRESSION: Final = "none,zlib@openssh.com,zlib"
_OFFERED: Final = (
    *(_KEX, _KEYS, _CIPHERS, _CIPHERS, _MACS, _MACS),
    *(_COMPRESSION, _COMPRESSION, "", ""),
)


@dataclass(frozen=True)
class KexInit:
    """The algorithm lists of a KEXINIT, in the sender's order, both directions united."""

    kex: tuple[str, ...]
    host_key_algorithms: tuple[str, ...]
    ciphers: tuple[str, ...]
    macs: tuple[str, ...]
    compression: tuple[str, ...]


def identification(received: bytes) -> tuple[str, bytes] | None:
    """The identification string and the bytes after it; None while it is not whole.

    A server may send other lines before it (RFC 4253, section 4.2).
    """
    rest = received
    for _ in range(MAX_LINES):
        line, end, rest = rest.partition(b"\n")
        if not end or len(line) > MAX_LINE:
            return None
        if line.startswith(b"SSH-"):
            return line.rstrip(b"\r").decode("latin-1"), rest
    return None


def packet(payload: bytes) -> bytes:
    """An unencrypted binary packet around ``payload`` (section 6), padded with zeros."""
    padding = 8 - (len(payload) + 5) % 8
    padding += 8 if padding < _MIN_PADDING else 0
    return struct.pack(">IB", len(payload) + padding + 1, padding) + payload + bytes(padding)


def first_payload(data: bytes) -> bytes | None:
    """Payload of the first whole packet; None if there is none or it is malformed."""
    if len(data) < 5:  # noqa: PLR2004  (length and padding length)
        return None
    length, padding = struct.unpack_from(">IB", data)
    if not padding + 1 < length <= MAX_PACKET or len(data) < 4 + length:
        return None
    return data[5 : 4 + length - padding]


def kexinit(data: bytes) -> KexInit | None:
    """The KEXINIT that stands first in ``data``; None if it is not there, not whole, not valid."""
    payload = first_payload(data)
    if payload is None or payload[:1] != bytes([KEXINIT]):
        return None
    lists = _name_lists(payload[17:])
    if lists is None:
        return None
    kex, keys, cipher_in, cipher_out, mac_in, mac_out, packed_in, packed_out, _, _ = lists
    return KexInit(
        kex=kex,
        host_key_algorithms=keys,
        ciphers=_united(cipher_in, cipher_out),
        macs=_united(mac_in, mac_out),
        compression=_united(packed_in, packed_out),
    )


def _name_lists(data: bytes) -> list[tuple[str, ...]] | None:
    lists: list[tuple[str, ...]] = []
    offset = 0
    for _ in range(_LISTS):
        if len(data) < offset + 4:
            return None
        (length,) = struct.unpack_from(">I", data, offset)
        text = data[offset + 4 : offset + 4 + length]
        if len(text) != length:
            return None
        lists.append(tuple(name for name in text.decode("latin-1").split(",") if name))
        offset += 4 + length
    return lists


def _united(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return first + tuple(name for name in second if name not in first)


def own_kexinit(cookie: bytes) -> bytes:
    """Our KEXINIT packet with a wide offer; ``cookie`` is 16 bytes."""
    payload = bytes([KEXINIT]) + cookie
    for names in _OFFERED:
        payload += struct.pack(">I", len(names)) + names.encode("ascii")
    return packet(payload + bytes(5))


@dataclass(frozen=True)
class KeyBlob:
    """A public key in SSH form: its type and size in bits (0: unknown type)."""

    type: str
    bits: int


def key_blob(blob: bytes) -> KeyBlob | None:
    """Read a host key (RFC 4253, section 6.6; RFC 5656; RFC 8709); None if malformed."""
    parts = _strings(blob)
    if not parts:
        return None
    kind = parts[0].decode("latin-1")
    bits = 0
    if kind == "ssh-ed25519":
        bits = 256
    elif kind == "ssh-rsa" and len(parts) >= 3:  # noqa: PLR2004  (type, e, n)
        bits = int.from_bytes(parts[2]).bit_length()
    elif kind == "ssh-dss" and len(parts) >= 2:  # noqa: PLR2004  (type, p)
        bits = int.from_bytes(parts[1]).bit_length()
    elif kind.startswith("ecdsa-sha2-nistp") and kind[16:].isdecimal():
        bits = int(kind[16:][:4])
    return KeyBlob(kind, bits)


def _strings(data: bytes) -> list[bytes]:
    result: list[bytes] = []
    offset = 0
    while len(data) >= offset + 4 and len(result) < _LISTS:
        (length,) = struct.unpack_from(">I", data, offset)
        text = data[offset + 4 : offset + 4 + length]
        if len(text) != length:
            break
        result.append(text)
        offset += 4 + length
    return result
