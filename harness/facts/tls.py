"""What TLS servers offer (probe ``tls``), by ClientHellos of our own (RFC 5246, RFC 8446)."""

from typing import ClassVar, Literal

from harness.facts.base import OnEndpoint, ServersFacts
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation

TlsVersion = Literal["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
VERSIONS: tuple[TlsVersion, ...] = ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")


class VersionOffer(Frozen):
    """Whether the server negotiates a protocol version. Control: it negotiates another one."""

    version: TlsVersion
    observation: Observation


class CipherOffer(Frozen):
    """A cipher suite that the server chose when offered.

    Attributes:
        code: IANA code, ``0x0005``.
        name: IANA name, ``TLS_RSA_WITH_RC4_128_SHA``.
    """

    version: TlsVersion
    code: str
    name: str
    evidence: EvidenceRef


class FamilyOffer(Frozen):
    """Whether the server accepts any suite of a weak family, offered alone.

    Attributes:
        family: ``NULL``, ``EXPORT``, ``ANON``, ``RC4``, ``DES``, ``3DES``, ``MD5``.
    """

    family: Literal["NULL", "EXPORT", "ANON", "RC4", "DES", "3DES", "MD5"]
    observation: Observation


class Certificate(Frozen):
    """One certificate of the chain that the server sent; all text is neutralised.

    Attributes:
        sha256, spki_sha256: of the certificate and of its public key (SubjectPublicKeyInfo).
        not_before, not_after: RFC 3339 UTC.
        names: subject alternative names, else the common name.
        key_bits: modulus or curve size.
        signature_hash: ``sha256``, ``sha1``, ``md5``; ``""`` for Ed25519.
    """

    sha256: str
    spki_sha256: str
    subject: str
    issuer: str
    serial: str
    not_before: str
    not_after: str
    names: tuple[str, ...]
    key_type: str
    key_bits: int
    signature_hash: str
    self_signed: bool
    evidence: EvidenceRef


class TlsServer(OnEndpoint):
    """One endpoint that talks TLS.

    Attributes:
        observed_at: bench time of the handshake that gave the chain; validity is judged at it.
        key_exchange: groups or methods seen: ``x25519``, ``RSA``, ``DHE-1024``.
        chain: leaf first.
    """

    observed_at: str
    versions: tuple[VersionOffer, ...]
    ciphers: tuple[CipherOffer, ...]
    families: tuple[FamilyOffer, ...]
    key_exchange: tuple[str, ...] = ()
    chain: tuple[Certificate, ...] = ()
    evidence: tuple[EvidenceRef, ...]


class TlsFacts(ServersFacts[TlsServer]):
    """TLS servers of one address; ``examined`` names the endpoints that talk TLS."""

    SCHEMA: ClassVar[str] = "certbench/facts-tls/1"
    PROBE: ClassVar[str] = "tls"
