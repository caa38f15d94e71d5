"""A whole toy hierarchy on disk: an accreditation body, a laboratory, a certifier, a clock, a log.

Everything in it says that it is a toy. It has the same shape as the real thing, so that a
laboratory can try every command, and a reader every step of verification, before anybody is
accredited::

    README.txt  policy.toml
    ca/     root.pem root-key.pem revoked.pem ledger.json
    people/ NAME.pem NAME-key.pem              evaluator, authoriser, certifier
    tsa/    root.pem root-key.pem tsa.pem tsa-key.pem openssl.cnf serial
    log/    log-key.pem log-key.pem.pub witness-N-key.pem witness-N-key.pem.pub
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import AwareDatetime, Field, ValidationError

from harness.errors import CaptureError, ConfigError, UsageError
from harness.model.base import Document, Frozen
from harness.trust.certificates import parse_certificates, person_uri
from harness.trust.issuing import Authority, Term, name, pem, revoked_entry
from harness.trust.keys import create_key, load_private_pem, write_private_pem
from harness.trust.log.keys import create_ed25519
from harness.trust.log.note import KeyKind, NoteSigner
from harness.trust.oids import TOY_TSA_POLICY, Use
from harness.trust.scope import Scope

TOY: Final = "TOY, not accredited"
"""Stands in every subject of the hierarchy."""
WITNESSES: Final = 2
_ROOT_DAYS: Final = 3650
_LEAF_DAYS: Final = 730
_LIST_DAYS: Final = 30
_EARLIER: Final = dt.timedelta(minutes=5)
"""Certificates start a little before now: clocks differ."""

_OPENSSL: Final = """\
# Configuration of a toy time-stamping authority for: openssl ts -reply
# It is not accredited, and its clock is that of this machine.
[tsa]
default_tsa = toy

[toy]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa-key.pem
signer_digest = sha256
default_policy = {policy}
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
_README: Final = """\
A toy hierarchy made by `certbench trust init`. Nobody in it is accredited, and nothing that it
signs proves anything to anybody else. Private keys lie here without a password.

ca/      the accreditation body: root.pem is what a reader trusts, revoked.pem its revocation list
people/  evaluator and authoriser of the laboratory, and a certifier, each with key and certificate
tsa/     a time-stamping authority for `openssl ts`
log/     keys of a transparency log and of its witnesses
"""


class Revocation(Frozen):
    """That a certificate was taken back."""

    at: AwareDatetime
    reason: str
    invalid_since: AwareDatetime | None = None


class Issued(Frozen):
    """One certificate that the authority made.

    Attributes:
        serial: its number, in hexadecimal.
    """

    name: str
    serial: Annotated[str, Field(pattern=r"^[0-9a-f]{1,40}$")]
    revoked: Revocation | None = None


class Ledger(Document):
    """Everything that the toy authority issued; its revocation lists are made from this."""

    SCHEMA: ClassVar[str] = "certbench/toy-authority/1"

    lists: Annotated[int, Field(ge=0)] = 0
    issued: tuple[Issued, ...] = ()


@dataclass(frozen=True)
class Holding:
    """Who is to get a certificate.

    Attributes:
        name: of the files.
        person: id, as in the job record.
        scope: of the laboratory; None for a certifier.
    """

    name: str
    use: Use
    organisation: str
    person: str
    scope: Scope | None = None


@dataclass(frozen=True)
class Hierarchy:
    """The folder of a toy hierarchy."""

    folder: Path
    now: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    @property
    def root(self) -> Path:
        """Certificate of the accreditation body."""
        return self.folder / "ca" / "root.pem"

    @property
    def revoked(self) -> Path:
        """Its revocation list."""
        return self.folder / "ca" / "revoked.pem"

    @property
    def tsa_root(self) -> Path:
        """Certificate above that of the time-stamping authority."""
        return self.folder / "tsa" / "root.pem"

    @property
    def tsa_config(self) -> Path:
        """Configuration for ``openssl ts``."""
        return self.folder / "tsa" / "openssl.cnf"

    def certificate(self, who: str) -> Path:
        """A person's certificate."""
        return self.folder / "people" / f"{who}.pem"

    def key(self, who: str) -> Path:
        """A person's private key."""
        return self.folder / "people" / f"{who}-key.pem"

    def log_keys(self) -> tuple[Path, ...]:
        """Public keys: of the log, then of its witnesses."""
        names = ("log", *(f"witness-{number}" for number in range(1, WITNESSES + 1)))
        return tuple(self.folder / "log" / f"{each}-key.pem.pub" for each in names)

    def create(self, holdings: Sequence[Holding], log_origin: str) -> None:
        """Make everything; the folder must not exist.

        Raises:
            UsageError: it exists.
            ConfigError: it cannot be written.
        """
        try:
            self.folder.mkdir(mode=0o700)
            for part in ("ca", "people", "tsa", "log"):
                (self.folder / part).mkdir(mode=0o700)
        except FileExistsError as error:
            raise UsageError(f"{self.folder}: exists already") from error
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        (self.folder / "README.txt").write_text(_README, encoding="utf-8")
        authority = Authority.create(name(TOY, "Toy accreditation body"), self._term(_ROOT_DAYS))
        self.root.write_bytes(pem(authority.certificate))
        _write_key(self.folder / "ca" / "root-key.pem", authority.key)
        self._save(Ledger())
        for holding in holdings:
            self.issue(holding)
        self._make_clock()
        self._make_log(log_origin)

    def issue(self, holding: Holding, public: ec.EllipticCurvePublicKey | None = None) -> Path:
        """Certify a person, with a new key unless ``public`` is given; the list is made anew.

        Raises:
            UsageError: the name is taken, or not a plain one.
            ConfigError: no hierarchy is here.
        """
        path = self.certificate(holding.name)
        if not holding.name.replace("-", "").isalnum() or path.exists():
            raise UsageError(f"{holding.name!r}: taken already, or not letters, digits and hyphens")
        authority, ledger = self._authority(), self._ledger()
        if public is None:
            public = create_key(self.key(holding.name)).public.key
        made = authority.certify_person(
            public,
            subject=name(f"{holding.organisation} ({TOY})"[:64], f"Toy {holding.name}"[:64]),
            uri=person_uri(holding.use, holding.organisation, holding.person),
            use=holding.use,
            scope=holding.scope,
            term=self._term(_LEAF_DAYS),
        )
        path.write_bytes(pem(made))
        entry = Issued(name=holding.name, serial=f"{made.serial_number:x}")
        self._save(ledger.model_copy(update={"issued": (*ledger.issued, entry)}))
        return path

    def revoke(
        self, wanted: str, reason: x509.ReasonFlags, invalid_since: dt.datetime | None = None
    ) -> Issued:
        """Take a certificate back, by name or number, and make the revocation list anew.

        Raises:
            UsageError: no such certificate, or it is revoked already.
            ConfigError: no hierarchy is here.
        """
        ledger = self._ledger()
        found = [each for each in ledger.issued if wanted.lower() in {each.name, each.serial}]
        if len(found) != 1 or found[0].revoked:
            raise UsageError(f"{wanted}: no certificate of this name or number is in force")
        revocation = Revocation(at=self.now, reason=reason.value, invalid_since=invalid_since)
        changed = found[0].model_copy(update={"revoked": revocation})
        issued = tuple(changed if each is found[0] else each for each in ledger.issued)
        self._save(ledger.model_copy(update={"issued": issued}))
        return changed

    def _term(self, days: int) -> Term:
        return Term(self.now - _EARLIER, self.now + dt.timedelta(days=days))

    def _authority(self) -> Authority:
        key = load_private_pem(str(self.folder / "ca" / "root-key.pem"))
        certificate = parse_certificates(self.root.read_bytes(), str(self.root))[0]
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            problem = "not an elliptic curve key"
            raise ConfigError(str(self.folder), "ca/root-key.pem", problem, "certbench trust init")
        return Authority(certificate, key)

    def _ledger(self) -> Ledger:
        path = self.folder / "ca" / "ledger.json"
        try:
            return Ledger.from_bytes(path.read_bytes())
        except (OSError, CaptureError, ValidationError, ValueError) as error:
            problem = "no toy hierarchy is here"
            raise ConfigError(str(path), "", problem, "certbench trust init makes one") from error

    def _save(self, ledger: Ledger) -> None:
        """Keep what was issued, and publish the list of what was revoked."""
        number = ledger.lists + 1
        kept = ledger.model_copy(update={"lists": number})
        entries = [
            revoked_entry(
                int(each.serial, 16),
                each.revoked.at,
                x509.ReasonFlags(each.revoked.reason),
                each.revoked.invalid_since,
            )
            for each in kept.issued
            if each.revoked
        ]
        term = Term(self.now, self.now + dt.timedelta(days=_LIST_DAYS))
        found = self._authority().revocation_list(entries, number, term)
        self.revoked.write_bytes(pem(found))
        (self.folder / "ca" / "ledger.json").write_bytes(kept.to_bytes())

    def _make_clock(self) -> None:
        folder = self.folder / "tsa"
        root = Authority.create(name(TOY, "Toy time-stamping root"), self._term(_ROOT_DAYS))
        self.tsa_root.write_bytes(pem(root.certificate))
        _write_key(folder / "root-key.pem", root.key)
        key = create_key(folder / "tsa-key.pem").public.key
        made = root.certify_clock(key, name(TOY, "Toy time-stamping authority"), root_term(root))
        (folder / "tsa.pem").write_bytes(pem(made))
        (folder / "serial").write_text("01\n", encoding="ascii")
        config = _OPENSSL.format(folder=folder.absolute(), policy=TOY_TSA_POLICY)
        self.tsa_config.write_text(config, encoding="utf-8")

    def _make_log(self, origin: str) -> None:
        for path in self.log_keys():
            key = create_ed25519(path.with_suffix(""))
            who = path.name.removesuffix("-key.pem.pub")
            kind = KeyKind.LOG if who == "log" else KeyKind.WITNESS
            signer = NoteSigner(origin if who == "log" else f"toy.example/{who}", kind, key)
            path.write_text(f"{signer.key}\n", encoding="ascii")


def root_term(authority: Authority) -> Term:
    """When an authority's own certificate holds."""
    found = authority.certificate
    return Term(found.not_valid_before_utc, found.not_valid_after_utc)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    data = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_private_pem(path, data)


def _unwritable(path: Path, error: OSError) -> ConfigError:
    problem = f"cannot be written: {error.strerror}"
    return ConfigError(str(path), "", problem, "Name a folder that does not exist yet")
