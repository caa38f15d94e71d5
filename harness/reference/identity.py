"""Who a sample is: MAC address, serial number, factory password and keys, all derived.

Two processes started with the same sample name and seed are the same unit. Nothing secret is stored
in the repository: keys come out of a digest each time.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from harness.reference.flaws import Flaw, Flaws

MODEL: Final = "Reference Router RR-1"
HARDWARE: Final = "rev B"
FIRMWARE: Final = "2.4.1"
USER: Final = "admin"
_PASSWORD_LENGTH: Final = 14
_ALPHABETS: Final = (
    "abcdefghijkmnpqrstuvwxyz",
    "ABCDEFGHJKLMNPQRSTUVWXYZ",
    "23456789",
    "+-=_!",
)
_EVERY_UNIT: Final = "every unit"
"""Stands for the sample in secrets that the maker copied into each unit."""


@dataclass(frozen=True)
class Identity:
    """What is unique to one sample.

    Attributes:
        sample: its name on the bench.
        mac: locally administered MAC address, colon-separated, lower case.
        serial: serial number as printed on the label.
        label_password: factory password as printed on the label.
        wifi_passphrase: WPA passphrase that the unit stores.
        tls_key: private key of the web server (P-256).
        ssh_key: host key of the SSH server.
    """

    sample: str
    mac: str
    serial: str
    label_password: str
    wifi_passphrase: str
    tls_key: ec.EllipticCurvePrivateKey
    ssh_key: ed25519.Ed25519PrivateKey


def derive_identity(sample: str, seed: int | None, flaws: Flaws) -> Identity:
    """Make the identity of ``sample``; another ``seed`` makes another unit of the same name."""
    unit = f"{sample}/{seed}"
    mac = ":".join(["02", *(f"{byte:02x}" for byte in _digest("mac", unit)[:5])])
    serial = "RR1" + "".join(str(byte % 10) for byte in _digest("serial", unit)[:9])
    # Only the TLS key is shared by its flaw: the host key of SSH is made at the first start.
    tls_owner = _EVERY_UNIT if Flaw.SHARED_TLS_KEY in flaws else unit
    return Identity(
        sample=sample,
        mac=mac,
        serial=serial,
        label_password=_label_password(unit, mac, flaws),
        wifi_passphrase=_password(_digest("wifi", unit)),
        tls_key=_p256_key(_digest("tls", tls_owner)),
        ssh_key=ed25519.Ed25519PrivateKey.from_private_bytes(_digest("ssh", unit)),
    )


def _label_password(unit: str, mac: str, flaws: Flaws) -> str:
    if Flaw.DEFAULT_PASSWORD in flaws:
        return "admin"
    if Flaw.SHARED_PASSWORD in flaws:
        return _password(_digest("label", _EVERY_UNIT))
    if Flaw.PASSWORD_FROM_MAC in flaws:
        return mac.replace(":", "")[-8:]
    return _password(_digest("label", unit))


def _digest(purpose: str, owner: str) -> bytes:
    return hashlib.sha256(f"certbench reference router\0{purpose}\0{owner}".encode()).digest()


def _password(digest: bytes) -> str:
    """A password of all four kinds of character, each place drawn by its own digest byte."""
    kinds = "".join(_ALPHABETS)
    drawn = [kinds[byte % len(kinds)] for byte in digest[:_PASSWORD_LENGTH]]
    for place, alphabet in zip((1, 4, 8, 11), _ALPHABETS, strict=True):
        drawn[place] = alphabet[digest[16 + place] % len(alphabet)]
    return "".join(drawn)


def _p256_key(digest: bytes) -> ec.EllipticCurvePrivateKey:
    # The top bit is cleared, so that the number is below the order of the curve; never zero.
    number = int.from_bytes(digest, "big") >> 1
    return ec.derive_private_key(number or 1, ec.SECP256R1())


def following(version: str) -> str:
    """The version that the maker releases after ``version``: its last number, and one more."""
    head, dot, last = version.rpartition(".")
    return f"{head}{dot}{int(last) + 1}" if last.isdecimal() else f"{version}.1"
