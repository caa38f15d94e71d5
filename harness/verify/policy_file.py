"""``policy.toml``: what a verifier trusts and asks for, as a person writes it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, TypeVar

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import Field

from harness.config.reading import build_model, read_table
from harness.encoding.tree import DirectoryTree, Tree
from harness.errors import CertbenchError, ConfigError, UsageError
from harness.model.attestation import Digest
from harness.model.base import Frozen
from harness.model.decision import FrameworkName
from harness.model.disclosure import FileClass
from harness.model.ids import ProvisionId
from harness.model.judgement import Conclusion, Verdict
from harness.model.states import Purpose
from harness.trust.certificates import parse_certificates
from harness.trust.decision import MAX_DECISION_BYTES
from harness.trust.keys import MAX_PEM_BYTES, PublicKey, parse_public_keys
from harness.trust.log.check import LogPolicy
from harness.trust.log.entry import MAX_JOB
from harness.trust.log.note import MAX_NOTE_BYTES, NoteKey
from harness.trust.log.witness import Refusal, parse_refusal
from harness.trust.revocation import parse_revocations
from harness.verify.policy import (
    DEFAULT_LIST_DAYS,
    DisclosureDemand,
    DutDemand,
    FrameworkDemand,
    Policy,
    TrustStore,
)

MAX_REFUSAL_BYTES: Final = 4 * MAX_NOTE_BYTES
_MAX_FILES: Final = 10_000
T = TypeVar("T")
Given = TypeVar("Given")
Days = Annotated[int, Field(ge=1, le=36_500)]


class TrustTable(Frozen):
    """Who may vouch for a bundle."""

    keys: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    revocations: tuple[str, ...] = ()
    crl_max_age_days: Days = DEFAULT_LIST_DAYS
    tsa_roots: tuple[str, ...] = ()
    tsa_policies: tuple[str, ...] = ()


class LogTable(Frozen):
    """In which transparency log the statement must be, and who must have seen it there."""

    keys: Annotated[tuple[str, ...], Field(min_length=1)]
    witnesses: tuple[str, ...] = ()
    quorum: Annotated[int, Field(ge=0)] | None = None
    copies: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()


class AcceptTable(Frozen):
    """What kind of bundle is accepted."""

    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)] = (Purpose.TEST,)
    partial: bool = False
    maximum_age_days: Days | None = None
    recompute: bool = False


class JobTable(Frozen):
    """Which order the bundle must answer."""

    nonce: Annotated[str, Field(min_length=1, max_length=MAX_JOB)]


class DeviceTable(Frozen):
    """Which device the bundle must be about."""

    supplier: str = ""
    model: str = ""
    hardware: str = ""
    firmware: str = ""
    serials: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()


class FrameworkTable(Frozen):
    """What the bundle must have been judged under, and what must have come out."""

    name: FrameworkName
    conclusions: tuple[Conclusion, ...] = ()
    accept_indicative: bool = False
    accept_reviewed: bool = False
    provisions: dict[ProvisionId, tuple[Verdict, ...]] = {}
    catalogues: tuple[Digest, ...] = ()
    suites: tuple[Digest, ...] = ()
    plans: tuple[Digest, ...] = ()


class PersonsTable(Frozen):
    """How many persons must have signed."""

    two: bool = False


class DecisionTable(Frozen):
    """Whose decision on a certificate is demanded."""

    certifiers: Annotated[tuple[str, ...], Field(min_length=1)]


class DisclosureTable(Frozen):
    """How much of the bundle must be shown."""

    full: tuple[FileClass, ...] = ()
    most: Annotated[int, Field(ge=0)] | None = None
    accept_unproven: bool = False


class StatusTable(Frozen):
    """Where to look whether a certificate was withdrawn."""

    withdrawals: tuple[str, ...] = ()


class PolicyFile(Frozen):
    """A policy.toml."""

    trust: TrustTable = TrustTable()
    log: LogTable | None = None
    accept: AcceptTable = AcceptTable()
    job: JobTable | None = None
    device: DeviceTable | None = None
    framework: tuple[FrameworkTable, ...] = ()
    persons: PersonsTable = PersonsTable()
    decision: DecisionTable | None = None
    disclosure: DisclosureTable = DisclosureTable()
    status: StatusTable = StatusTable()


@dataclass(frozen=True)
class _Place:
    """The policy file; names in it are relative to its folder."""

    file: Path

    def each(self, key: str, names: tuple[str, ...], parse: Callable[[Path], T]) -> tuple[T, ...]:
        """What ``parse`` makes of every file that is named under ``key``, or in a folder there."""
        return tuple(
            self._one(f"{key}[{number}]", path, parse)
            for number, name in enumerate(names, 1)
            for path in self._files(f"{key}[{number}]", name)
        )

    def flat(
        self, key: str, names: tuple[str, ...], parse: Callable[[bytes, str], tuple[T, ...]]
    ) -> tuple[T, ...]:
        """As `each`, for files that may hold several.

        Whoever is named here must also speak, so a folder without a file would drop a demand.
        """
        for number, name in enumerate(names, 1):
            place = f"{key}[{number}]"
            if not any(self._files(place, name)):
                raise self._error(place, f"{self.file.parent / name}: no file in this folder")
        found = self.each(key, names, lambda path: parse(read_file(path, MAX_PEM_BYTES), str(path)))
        return tuple(entry for entries in found for entry in entries)

    def tree(self, key: str, names: tuple[str, ...]) -> tuple[Tree, ...]:
        """Folders that are read in place."""
        return tuple(
            self._one(f"{key}[{number}]", self.file.parent / name, DirectoryTree)
            for number, name in enumerate(names, 1)
        )

    def note_keys(self, key: str, names: tuple[str, ...]) -> tuple[NoteKey, ...]:
        """Keys in one-line form, given as such or as files with one a line."""
        return tuple(
            found
            for number, name in enumerate(names, 1)
            for found in self._one(f"{key}[{number}]", name, self._note_keys)
        )

    def _note_keys(self, name: str) -> tuple[NoteKey, ...]:
        text = name  # never by way of a path: the base64 of a key may hold "//"
        if "+" not in text or (self.file.parent / name).is_file():
            text = read_file(self.file.parent / name, MAX_PEM_BYTES).decode(errors="replace")
        found = tuple(NoteKey.parse(line.strip()) for line in text.splitlines() if line.strip())
        if not found:  # without one, fewer witnesses would be asked for than the reader thinks
            raise UsageError(f"{name}: holds no key")
        return found

    def _files(self, key: str, name: str) -> Iterator[Path]:
        path = self.file.parent / name
        if not path.is_dir():
            yield path
            return
        try:
            files = sorted(each for each in path.iterdir() if each.is_file())
        except OSError as error:
            raise self._error(key, f"{path}: cannot be read: {error.strerror}") from error
        if len(files) > _MAX_FILES:
            raise self._error(key, f"{path}: more than {_MAX_FILES} files")
        yield from files

    def _one(self, key: str, given: Given, parse: Callable[[Given], T]) -> T:
        try:
            return parse(given)
        except (CertbenchError, ValueError) as error:
            raise self._error(key, str(error)) from error

    def _error(self, key: str, problem: str) -> ConfigError:
        mend = "Name a file that can be read, relative to the policy"
        return ConfigError(str(self.file), key, problem.rstrip("."), mend)


def load_policy(path: Path) -> tuple[TrustStore, Policy]:
    """Read a policy and every file that it names.

    Raises:
        ConfigError: not readable or not valid; names file, key and way out.
    """
    written = build_model(str(path), read_table(path), PolicyFile)
    place = _Place(path)
    trust = written.trust
    accept = written.accept
    keys = place.flat("trust.keys", trust.keys, parse_public_keys)
    policy = Policy(
        purposes=frozenset(accept.purposes),
        accept_partial=accept.partial,
        roots=place.flat("trust.roots", trust.roots, parse_certificates),
        revocations=place.flat("trust.revocations", trust.revocations, parse_revocations),
        crl_max_age=_days(trust.crl_max_age_days),
        tsa_roots=place.flat("trust.tsa_roots", trust.tsa_roots, parse_certificates),
        tsa_policies=frozenset(trust.tsa_policies),
        log=_log(place, written.log),
        log_copies=place.tree("log.copies", written.log.copies) if written.log else (),
        refusals=place.each("log.refusals", written.log.refusals, load_refusal)
        if written.log
        else (),
        nonce=written.job.nonce if written.job else "",
        dut=_device(place, written.device),
        frameworks=tuple(_framework(each) for each in written.framework),
        two_persons=written.persons.two,
        certifiers=_certifiers(place, written.decision),
        maximum_age=_days(accept.maximum_age_days),
        withdrawals=place.each("status.withdrawals", written.status.withdrawals, load_withdrawal),
        asks_for_withdrawals=bool(written.status.withdrawals),
        recompute=accept.recompute,
        disclosure=DisclosureDemand(
            frozenset(written.disclosure.full),
            written.disclosure.most,
            written.disclosure.accept_unproven,
        ),
    )
    return TrustStore(keys), policy


def _log(place: _Place, table: LogTable | None) -> LogPolicy | None:
    if table is None:
        return None
    logs = place.note_keys("log.keys", table.keys)
    witnesses = place.note_keys("log.witnesses", table.witnesses)
    quorum = len(witnesses) if table.quorum is None else table.quorum
    try:
        return LogPolicy(logs, witnesses, quorum)
    except UsageError as error:
        mend = "Name logs under log.keys and witnesses under log.witnesses, each once"
        raise ConfigError(str(place.file), "log", str(error).rstrip("."), mend) from error


def _device(place: _Place, table: DeviceTable | None) -> DutDemand | None:
    if table is None:
        return None
    written = {f"device.{key}": getattr(table, key) for key in table.model_fields_set}
    for key, value in sorted(written.items()) or [("device", ())]:
        if not value:
            mend = "Say which device, or leave it out"
            raise ConfigError(str(place.file), key, "asks for nothing", mend)
    plain = {"supplier", "model", "hardware", "firmware"}
    return DutDemand(
        **table.model_dump(include=plain),
        serials=frozenset(table.serials),
        macs=frozenset(each.lower() for each in table.macs),
    )


def _framework(table: FrameworkTable) -> FrameworkDemand:
    return FrameworkDemand(
        table.name,
        table.accept_indicative,
        frozenset(table.conclusions),
        {provision: frozenset(verdicts) for provision, verdicts in table.provisions.items()},
        frozenset(table.catalogues),
        frozenset(table.suites),
        frozenset(table.plans),
        table.accept_reviewed,
    )


def _certifiers(place: _Place, table: DecisionTable | None) -> tuple[PublicKey, ...]:
    return place.flat("decision.certifiers", table.certifiers, keys_in) if table else ()


def keys_in(data: bytes, source: str) -> tuple[PublicKey, ...]:
    """Public keys of a PEM text that holds either keys or certificates.

    Raises:
        VerificationError: none there, or one that is no P-256 key.
    """
    if b"-----BEGIN CERTIFICATE-----" not in data:
        return parse_public_keys(data, source)
    pems = (
        each.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        for each in parse_certificates(data, source)
    )
    return parse_public_keys(b"".join(pems), source)


def load_refusal(path: Path) -> Refusal:
    """What a witness kept; raises CertbenchError."""
    return parse_refusal(read_file(path, MAX_REFUSAL_BYTES))


def load_withdrawal(path: Path) -> bytes:
    """An envelope with a withdrawal, not looked into; raises CertbenchError."""
    return read_file(path, MAX_DECISION_BYTES)


def read_file(path: Path, limit: int) -> bytes:
    """A file of at most ``limit`` bytes.

    Raises:
        UsageError: missing, unreadable or larger.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > limit:
        raise UsageError(f"{path}: larger than {limit} bytes")
    return data


def _days(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(days=number)
