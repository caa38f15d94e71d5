"""Cryptography of TLS servers: versions, cipher suites, certificates, keys."""

from collections.abc import Iterable, Sequence
from typing import Final

from harness.assessment.criteria.keys import KeySighting, unshared
from harness.assessment.criteria.looking import Look, proof
from harness.assessment.judging import all_of
from harness.encoding.clock import parse_utc
from harness.facts.store import FactRecord
from harness.facts.tls import Certificate, TlsFacts, TlsServer, VersionOffer
from harness.model.judgement import Judgement
from harness.model.observation import Absent, Present, Unknown

Record = FactRecord[TlsFacts]
WEAK_VERSIONS: Final = ("SSLv3", "TLSv1.0", "TLSv1.1")
"""RFC 7568 and RFC 8996."""
WEAK_FAMILIES: Final = ("NULL", "EXPORT", "ANON", "RC4", "DES", "3DES", "MD5")
"""RFC 9325, section 4.1; RFC 7465 for RC4."""
WEAK_HASHES: Final = frozenset({"md2", "md4", "md5", "sha1"})
_MIN_DHE_BITS: Final = 2048
_MIN_KEY_BITS: Final = {"rsa": 2048, "dsa": 2048, "ec": 224, "ecdsa": 224}
"""Below 112 bits of strength (NIST SP 800-57 part 1, table 2)."""


def weak_tls_protocol(record: Record, item: str, target: str) -> Judgement:
    """Neither SSL 3 nor TLS 1.0 nor TLS 1.1 is negotiated (RFC 7568, RFC 8996)."""
    look = Look("weak-tls-protocol", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    offers = {offer.version: offer for offer in server.versions}
    parts = []
    for version in WEAK_VERSIONS:
        offer = offers.get(version)
        if offer is None:
            parts.append(look.undecided("version-not-tried", version=version))
        else:
            parts.append(_refused(look, offer))
    return all_of(item, look.criterion, parts)


def _refused(look: Look, offer: VersionOffer) -> Judgement:
    match offer.observation:
        case Present(evidence=evidence):
            return look.contradicted("weak-version-negotiated", evidence, version=offer.version)
        case Absent(control=control):
            return look.held("weak-versions-refused", (control,))
        case Unknown(reason=why):
            return look.undecided("not-observed", why=why)


def weak_tls_cipher(record: Record, item: str, target: str) -> Judgement:
    """Neither a broken cipher suite nor a small DH group is accepted (RFC 9325, section 4)."""
    look = Look("weak-tls-cipher", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    offers = {offer.family: offer.observation for offer in server.families}
    parts = [
        look.must_be_absent(
            offers.get(family, Unknown(reason=f"{family} suites were not offered")),
            absent="weak-suites-refused",
            present=f"weak-suite-{family.lower()}",
        )
        for family in WEAK_FAMILIES
    ]
    small = [method for method in server.key_exchange if _is_small_group(method)]
    if small:
        parts.append(look.contradicted("weak-key-exchange", server.evidence, method=small[0]))
    return all_of(item, look.criterion, parts)


def _is_small_group(method: str) -> bool:
    name, _, bits = method.upper().partition("-")
    return name in {"DH", "DHE"} and bits.isdecimal() and int(bits) < _MIN_DHE_BITS


def invalid_certificate(record: Record, item: str, target: str) -> Judgement:
    """Every certificate sent was valid at the handshake, with a sound key and hash (RFC 5280).

    A self-signed certificate is no finding: a device on a local network has no name that a public
    authority could certify.
    """
    look = Look("invalid-certificate", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    if not server.chain:
        return look.undecided("no-certificate-seen")
    parts = [_sound(look, server.observed_at, certificate) for certificate in server.chain]
    return all_of(item, look.criterion, parts)


def _sound(look: Look, moment: str, certificate: Certificate) -> Judgement:
    place = (certificate.evidence,)
    try:
        now = parse_utc(moment)
        begins, ends = parse_utc(certificate.not_before), parse_utc(certificate.not_after)
    except ValueError:
        return look.undecided("validity-unreadable")
    if now > ends:
        return look.contradicted("certificate-expired", place, not_after=certificate.not_after)
    if now < begins:
        since = certificate.not_before
        return look.contradicted("certificate-not-yet-valid", place, not_before=since)
    return _strong(look, certificate)


def _strong(look: Look, certificate: Certificate) -> Judgement:
    place = (certificate.evidence,)
    key_type = certificate.key_type.lower()
    if certificate.key_bits < _MIN_KEY_BITS.get(key_type, 0):
        bits = f"{key_type} {certificate.key_bits}"
        return look.contradicted("certificate-key-weak", place, key=bits)
    if certificate.signature_hash.lower().replace("-", "") in WEAK_HASHES:
        return look.contradicted("certificate-hash-weak", place, hash=certificate.signature_hash)
    return look.held("certificate-valid", place, not_after=certificate.not_after)


def declared_tls(record: Record, item: str, target: str, declared: Sequence[str]) -> Judgement:
    """A declared TLS version is negotiated, and no weak version that is not declared.

    A version that is sound but not declared contradicts nothing: the connection is no worse than
    the declaration says.
    """
    look = Look("declared-cryptography", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    wanted = [offer for offer in server.versions if offer.version in declared]
    weak = [
        _refused(look, offer)
        for offer in server.versions
        if offer.version in WEAK_VERSIONS and offer.version not in declared
    ]
    return all_of(item, look.criterion, [*weak, _one_negotiated(look, wanted)])


def _one_negotiated(look: Look, wanted: Sequence[VersionOffer]) -> Judgement:
    seen = [offer for offer in wanted if isinstance(offer.observation, Present)]
    if seen:
        places = proof(*(offer.observation for offer in seen))
        return look.held("declared-version-negotiated", places, version=seen[0].version)
    unknown = any(isinstance(offer.observation, Unknown) for offer in wanted)
    if unknown or not wanted:
        return look.undecided("declared-version-not-tried")
    places = proof(*(offer.observation for offer in wanted))
    return look.contradicted("declared-version-refused", places, version=wanted[0].version)


def shared_tls_key(records: Sequence[Record], item: str) -> Judgement:
    """No two samples prove to hold the same TLS private key (EN 303 645 5.4-3)."""
    return unshared(records, item, _keys)


def _keys(record: Record) -> Iterable[KeySighting]:
    for server in record.facts.servers:
        if not server.chain:
            yield KeySighting(server.endpoint.name, "", ())
        for leaf in server.chain[:1]:
            yield KeySighting(server.endpoint.name, leaf.spki_sha256, (leaf.evidence,))


def _server(look: Look) -> TlsServer | Judgement:
    facts = look.record.facts
    server = facts.on(look.subject) if isinstance(facts, TlsFacts) else None
    if server is None or facts.gap(look.subject) is not None:
        return look.unexamined()
    return server
