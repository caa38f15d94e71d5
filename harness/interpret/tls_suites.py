"""Cipher suites by version and by weak family, and in which order they are offered."""

import re
from functools import cache
from typing import Final, Literal, get_args

from harness.facts.tls import VERSIONS, TlsVersion
from harness.interpret.tls_suite_names import NAMES

Family = Literal["NULL", "EXPORT", "ANON", "RC4", "DES", "3DES", "MD5"]
FAMILIES: Final[tuple[Family, ...]] = get_args(Family)

CODES: Final[dict[TlsVersion, int]] = {
    "SSLv3": 0x0300,
    "TLSv1.0": 0x0301,
    "TLSv1.1": 0x0302,
    "TLSv1.2": 0x0303,
    "TLSv1.3": 0x0304,
}
"""Protocol versions as they stand on the wire."""

SIGNALLING: Final = frozenset({0x00FF, 0x5600})
"""Values among the suites that only signal something (RFC 5746, RFC 7507)."""

_IN_FAMILY: Final[dict[Family, re.Pattern[str]]] = {
    "NULL": re.compile(r"WITH_NULL|TLS_SHA(256|384)_"),
    "EXPORT": re.compile(r"EXPORT"),
    "ANON": re.compile(r"_anon_|TLS_NULL_WITH"),
    "RC4": re.compile(r"RC4"),
    "DES": re.compile(r"(?<!3)DES(40)?_CBC"),
    "3DES": re.compile(r"3DES"),
    "MD5": re.compile(r"_MD5$"),
}
_NEW_IN_12: Final = re.compile(r"GCM|CCM|POLY1305|SHA256$|SHA384$")
_ONLY_13: Final = re.compile(r"^TLS_(AES|CHACHA20|SHA)")
_USUAL: Final = re.compile(r"^TLS_(RSA|DHE_RSA|ECDHE_RSA|ECDHE_ECDSA)_WITH_(AES|CHACHA20|3DES|RC4)")


def version_of(code: int) -> TlsVersion | None:
    """The version of a code on the wire; None for any other."""
    return next((version for version, value in CODES.items() if value == code), None)


def name_of(code: int) -> str:
    """IANA name of a suite; ``0xNNNN`` when it is not in the table."""
    return NAMES.get(code, f"0x{code:04X}")


@cache
def families_of(code: int) -> tuple[Family, ...]:
    """The weak families that a suite belongs to."""
    name = NAMES.get(code, "")
    return tuple(family for family, pattern in _IN_FAMILY.items() if pattern.search(name))


@cache
def offered_at(version: TlsVersion) -> tuple[int, ...]:
    """Every suite that can be negotiated at ``version``, the usual ones first.

    RFC 8446 (appendix B.4) keeps the suites of TLS 1.3 apart; those with AEAD or SHA-2 exist from
    TLS 1.2 on (RFC 5246, RFC 5288).
    """
    usable = [code for code, name in NAMES.items() if _exists_at(name, version)]
    return tuple(sorted(usable, key=lambda code: not _USUAL.match(NAMES[code])))


@cache
def family_at(family: Family, version: TlsVersion) -> tuple[int, ...]:
    """The suites of one weak family that can be negotiated at ``version``."""
    return tuple(code for code in offered_at(version) if family in families_of(code))


def _exists_at(name: str, version: TlsVersion) -> bool:
    if version == "TLSv1.3":
        return bool(_ONLY_13.match(name))
    if _ONLY_13.match(name):
        return False
    return VERSIONS.index(version) >= VERSIONS.index("TLSv1.2") or not _NEW_IN_12.search(name)
