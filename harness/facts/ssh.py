"""What SSH servers offer before login (probe ``ssh``; RFC 4253, RFC 4252)."""

from typing import ClassVar

from harness.facts.base import OnEndpoint, ServersFacts
from harness.facts.disclosure import Disclosure
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation


class HostKey(Frozen):
    """A host key that the server proved to hold.

    Attributes:
        type: ``ssh-ed25519``, ``ssh-rsa``.
        sha256: base64 fingerprint without padding, as OpenSSH prints it.
    """

    type: str
    bits: int
    sha256: str
    evidence: EvidenceRef


class SshServer(OnEndpoint):
    """One SSH endpoint. Algorithm lists are in the server's order, directions united.

    Attributes:
        answered: Absent never occurs: an incompatible or silent peer is Unknown.
        identification: its identification string, neutralised (RFC 4253 section 4.2).
        auth_methods: what it offers to an unknown user; empty when not observed.
    """

    answered: Observation
    identification: str = ""
    kex: tuple[str, ...] = ()
    host_key_algorithms: tuple[str, ...] = ()
    ciphers: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    compression: tuple[str, ...] = ()
    host_keys: tuple[HostKey, ...] = ()
    auth_methods: tuple[str, ...] = ()
    disclosure: Disclosure | None = None
    evidence: tuple[EvidenceRef, ...]


class SshFacts(ServersFacts[SshServer]):
    """SSH servers of one address; ``examined`` names their endpoints."""

    SCHEMA: ClassVar[str] = "certbench/facts-ssh/1"
    PROBE: ClassVar[str] = "ssh"

    @property
    def disclosed(self) -> tuple[Disclosure, ...]:
        """What all servers tell of products and versions."""
        return tuple(server.disclosure for server in self.servers if server.disclosure)
