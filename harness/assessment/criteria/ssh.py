"""Cryptography of SSH servers: algorithms offered, host keys."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from harness.assessment.criteria.keys import KeySighting, unshared
from harness.assessment.criteria.looking import Look, proof
from harness.facts.ssh import SshFacts, SshServer
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement
from harness.model.observation import Present

Record = FactRecord[SshFacts]
# diffie-hellman-group14-sha1 stays a MAY in RFC 9142: weak by taste, not by the standard.
WEAK_KEX: Final = frozenset(
    {"diffie-hellman-group1-sha1", "diffie-hellman-group-exchange-sha1", "rsa1024-sha1"}
)
"""RFC 9142, section 3."""
WEAK_HOST_KEYS: Final = frozenset(
    {"ssh-rsa", "ssh-dss", "ssh-rsa-cert-v01@openssh.com", "ssh-dss-cert-v01@openssh.com"}
)
"""Signatures over SHA-1 (RFC 8332, section 1; RFC 9142)."""
WEAK_CIPHERS: Final = frozenset(
    {
        "none",
        "3des-cbc",
        "des-cbc",
        "des-cbc@ssh.com",
        "blowfish-cbc",
        "cast128-cbc",
        "idea-cbc",
        "arcfour",
        "arcfour128",
        "arcfour256",
    }
)
"""RFC 8758 for arcfour; 64-bit blocks for the others."""
WEAK_MACS: Final = frozenset(
    {
        "none",
        "hmac-md5",
        "hmac-md5-96",
        "hmac-md5-etm@openssh.com",
        "hmac-md5-96-etm@openssh.com",
    }
)
_MIN_RSA_BITS: Final = 2048


def weak_ssh_algorithms(record: Record, item: str, target: str) -> Judgement:
    """No broken algorithm is offered and no RSA host key is short (RFC 9142, RFC 8332)."""
    look = Look("weak-ssh-algorithms", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    weak = tuple(_weak(server))
    places = (*proof(server.answered), *server.evidence)
    if weak:
        return look.contradicted("weak-algorithms-offered", places, algorithms=", ".join(weak))
    offered = (server.kex, server.host_key_algorithms, server.ciphers, server.macs)
    if not isinstance(server.answered, Present) or not all(offered):
        return look.undecided("key-exchange-not-seen")
    return look.held("no-weak-algorithm", places)


def _weak(server: SshServer) -> Iterator[str]:
    yield from (name for name in server.kex if name in WEAK_KEX)
    yield from (name for name in server.host_key_algorithms if name in WEAK_HOST_KEYS)
    yield from (name for name in server.ciphers if name in WEAK_CIPHERS)
    yield from (name for name in server.macs if name in WEAK_MACS)
    for key in server.host_keys:
        if key.type == "ssh-rsa" and 0 < key.bits < _MIN_RSA_BITS:
            yield f"ssh-rsa host key of {key.bits} bits"


def declared_ssh(record: Record, item: str, target: str) -> Judgement:
    """The server speaks SSH protocol version 2, as declared (RFC 4253, section 4.2)."""
    look = Look("declared-cryptography", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    places = (*proof(server.answered), *server.evidence)
    if server.identification.startswith("SSH-2.0-"):
        return look.held("declared-version-negotiated", places)
    if server.identification.startswith("SSH-1."):
        return look.contradicted("ssh-1-offered", places)
    return look.undecided("no-identification-seen")


def shared_ssh_key(records: Sequence[Record], item: str) -> Judgement:
    """No two samples prove to hold the same SSH host key (EN 303 645 5.4-3)."""
    return unshared(records, item, _keys)


def _keys(record: Record) -> Iterable[KeySighting]:
    for server in record.facts.servers:
        if not server.host_keys:
            yield KeySighting(server.endpoint.name, "", ())
        for key in server.host_keys:
            yield KeySighting(server.endpoint.name, f"{key.type} {key.sha256}", (key.evidence,))


def _server(look: Look) -> SshServer | Judgement:
    facts = look.record.facts
    server = facts.on(look.subject) if isinstance(facts, SshFacts) else None
    if server is None or facts.gap(look.subject) is not None:
        return look.unexamined()
    if not isinstance(server.answered, Present):
        return look.undecided("no-answer")
    return server
