"""What a verifier trusts and accepts; the default is the strict one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509

from harness.encoding.tree import Tree
from harness.model.disclosure import FileClass
from harness.model.ids import ProvisionId
from harness.model.judgement import Conclusion, Verdict
from harness.model.states import Purpose
from harness.trust.keys import PublicKey
from harness.trust.log.check import LogPolicy
from harness.trust.log.witness import Refusal

DEFAULT_LIST_DAYS: Final = 40
"""Older revocation lists are refused: a bundle may bring one from before the revocation."""


@dataclass(frozen=True)
class TrustStore:
    """The keys that a verifier trusts, by their ids."""

    keys: tuple[PublicKey, ...] = ()

    def find(self, key_id: str) -> PublicKey | None:
        """The trusted key of this id."""
        return next((key for key in self.keys if key.key_id == key_id), None)


@dataclass(frozen=True)
class DutDemand:
    """Which device the bundle must be about; what is empty is not asked.

    Attributes:
        serials: serial numbers; each sample of the bundle must have one of these.
        macs: hardware addresses, lower-case with colons; likewise.
    """

    supplier: str = ""
    model: str = ""
    hardware: str = ""
    firmware: str = ""
    serials: frozenset[str] = frozenset()
    macs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FrameworkDemand:
    """A framework that the bundle must have been judged under, and what must have come out.

    Attributes:
        framework: ``slug@version``.
        accept_indicative: a conclusion on a catalogue that nobody confirmed will do.
        conclusions: accepted ones; empty = any.
        provisions: accepted verdicts of provisions that must be there.
        catalogues, suites, plans: published SHA-256 digests of which one must be the bundle's;
            empty = not asked.
        accept_reviewed: what people hold to be better than the bench does will do.
    """

    framework: str
    accept_indicative: bool = False
    conclusions: frozenset[Conclusion] = frozenset()
    provisions: Mapping[ProvisionId, frozenset[Verdict]] = field(default_factory=dict)
    catalogues: frozenset[str] = frozenset()
    suites: frozenset[str] = frozenset()
    plans: frozenset[str] = frozenset()
    accept_reviewed: bool = False


@dataclass(frozen=True)
class DisclosureDemand:
    """How much of a bundle must be shown, beyond what every edition must show.

    Attributes:
        full: classes of which nothing may be held back, for whatever reason.
        most: number of files that may be held back at most; None = any.
        accept_unproven: a unit may be FAIL or INCONCLUSIVE with none of its captures shown.
    """

    full: frozenset[FileClass] = frozenset()
    most: int | None = None
    accept_unproven: bool = False


@dataclass(frozen=True)
class Policy:
    """What a verifier accepts.

    Naming somebody whom one trusts also demands that they have spoken: a policy with keys of a log
    fails a bundle that is in no log, one with certifiers fails a bundle without a decision.

    Attributes:
        purposes: accepted purposes; a bundle made for another one fails.
        integrity_only: whether it is whole is all that is asked: the signer need not be trusted.
        accept_partial: a survey or suite that is not complete is accepted.
        now: the moment of verification; tests set it.
        roots: certificates of accreditation bodies; who holds one of theirs, within its scope, is
            trusted like a key that is named.
        revocations: lists beside those of the bundle, such as newer ones.
        crl_max_age: oldest revocation list that is accepted; None = of any age, but one must be.
        tsa_roots: certificates of time-stamping authorities; a time-stamp is demanded.
        tsa_policies: accepted policies of such authorities (dotted OIDs); empty = any.
        log: logs and witnesses whose proof is demanded.
        log_copies: copies of logs, to look for other statements of the same job and for newer ones.
        refusals: what witnesses kept of histories that do not go together.
        nonce: the certifier's job number that the statement must carry.
        dut: the device that the bundle must be about.
        frameworks: what it must have been judged under.
        two_persons: two persons must have signed.
        certifiers: keys of those whose decision is demanded.
        maximum_age: by a time-stamp or a witness, never by the laboratory's clock alone.
        withdrawals: envelopes in which a certifier took a decision back.
        asks_for_withdrawals: somebody collects them, though there may be none yet.
        recompute: the verdicts must be recomputed from the captures.
        disclosure: how much of the bundle must be shown.
    """

    purposes: frozenset[Purpose] = frozenset({Purpose.TEST})
    integrity_only: bool = False
    accept_partial: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    roots: tuple[x509.Certificate, ...] = ()
    revocations: tuple[x509.CertificateRevocationList, ...] = ()
    crl_max_age: timedelta | None = timedelta(days=DEFAULT_LIST_DAYS)
    tsa_roots: tuple[x509.Certificate, ...] = ()
    tsa_policies: frozenset[str] = frozenset()
    log: LogPolicy | None = None
    log_copies: tuple[Tree, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    nonce: str = ""
    dut: DutDemand | None = None
    frameworks: tuple[FrameworkDemand, ...] = ()
    two_persons: bool = False
    certifiers: tuple[PublicKey, ...] = ()
    maximum_age: timedelta | None = None
    withdrawals: tuple[bytes, ...] = ()
    asks_for_withdrawals: bool = False
    recompute: bool = False
    disclosure: DisclosureDemand = field(default_factory=DisclosureDemand)
