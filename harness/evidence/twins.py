"""Twins: the copy of a survey that may be published, file by file, and of the results on it.

Names of files are scrubbed like everything else. Each capture that is not what it was says so in
``attempt.json``: ``derived_from`` commits to the raw one under a salt that only the laboratory can
compute, since its bare digest would confirm a guess of a short secret; ``withheld`` says why
nothing is left of it.
"""

import hashlib
import hmac
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from harness.encoding.canonical import canonical, load_strict, sha256_hex
from harness.encoding.journal import INCOMING
from harness.encoding.text import to_latin
from harness.encoding.tree import DirectoryTree, Tree, copy_file, read
from harness.errors import CaptureError, EvidenceError
from harness.evidence.bystanders import Bystanders, learn_from, own_addresses
from harness.evidence.lab_names import LabNames, are_records
from harness.evidence.layers import foreign_file, is_masked
from harness.evidence.packet_twin import unreadable_link
from harness.evidence.packets import is_packets
from harness.evidence.people import openings, use_pseudonyms
from harness.evidence.pictures import is_picture
from harness.evidence.revisions import name_by_twins
from harness.evidence.scrub import Scrubber, load_secrets
from harness.evidence.secret_forms import Secret, Tokens
from harness.model.external import FOLDER as EVIDENCE
from harness.model.record import AttemptRecord, CaptureEntry

_FACTS: Final = frozenset({"facts.json"})


def twin_of_run(run: Path, target: Path) -> Scrubber:
    """Write the twin of a run's survey as ``target``; what scrubbed it scrubs the results, too.

    Raises:
        EvidenceError: ``target`` exists, or a record or the secrets cannot be read.
    """
    survey = run / "survey"
    secrets = run / "private" / "secrets.json"
    tokens = Tokens(load_secrets(secrets).key)
    tree = DirectoryTree(survey)
    bystanders = Bystanders(own_addresses(tree), tokens)
    learn_from(tree, bystanders)
    people = openings(run / "private", survey, tokens, bystanders.learnt)
    known = load_secrets(secrets)
    scrubber = Scrubber(known.secrets, known.key, lab=LabNames.here(), bystanders=bystanders)
    _make(survey, target, scrubber, known.key)
    use_pseudonyms(target, survey, people)
    name_by_twins(target)
    return scrubber


def make_twin(survey: Path, target: Path, secrets: Iterable[Secret], key: bytes) -> None:
    """Write the scrubbed twin of a survey directory as ``target``, which must not exist.

    Files of third-party evidence are kept as they are: the dossier names their digest, and sealing
    refuses one that holds a secret. ``attempt.json`` of the twin gives sizes and digests of the
    twin's captures. ``facts.json`` gets no twin: facts of the raw captures may hold digests from
    which a weak password can be guessed, and the sealed facts are those that the caller interprets
    from the twin.

    Raises:
        EvidenceError: ``target`` exists, or a record cannot be read.
    """
    _make(survey, target, Scrubber(secrets, key), key)


def _make(survey: Path, target: Path, scrubber: Scrubber, key: bytes) -> None:
    tree = DirectoryTree(survey)
    scrub_tree(tree, target, scrubber, _FACTS, verbatim=EVIDENCE)
    for spooled in sorted(target.rglob(INCOMING)):
        spooled.write_bytes(b"".join(_masked(record) for record in _lines(spooled)))
    for record in sorted(survey.rglob("attempt.json")):
        _redigest(record, target / scrubber.name(record.relative_to(survey).as_posix()), key)


def scrub_tree(
    source: Tree,
    target: Path,
    scrubber: Scrubber,
    leave_out: frozenset[str] = frozenset(),
    *,
    verbatim: str = "\0",
) -> None:
    """Write the twin of every file of ``source`` below ``target``, which must not exist.

    Args:
        source: what to copy.
        target: where to.
        scrubber: knows the secrets.
        leave_out: last parts of the names of files that get no twin.
        verbatim: a folder whose files are copied as they are; by default none.

    Raises:
        EvidenceError: ``target`` exists, or a file is too large to be scrubbed.
    """
    if target.exists():
        message = f"{target}: exists already"
        raise EvidenceError(message)
    target.mkdir(parents=True, mode=0o700)
    for name in source.names():
        if name.rpartition("/")[2] in leave_out:
            continue
        if name.startswith(verbatim):
            copy_file(source, name, target / name)
            continue
        path = target / scrubber.name(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        scrub = scrubber.result if are_records(name) else scrubber.file
        path.write_bytes(scrub(name, read(source, name)))


def scrub_results(folder: Path, scrubber: Scrubber) -> None:
    """Scrub assessments and Allure results in place: messages, tracebacks, parameters, names.

    A catalogue is published already and has a digest that others compare: it stays.

    Raises:
        EvidenceError: a file cannot be read.
    """
    for path in sorted(entry for entry in folder.rglob("*") if entry.is_file()):
        if path.name == "catalogue.json":
            continue
        data = path.read_bytes()
        try:
            scrubbed = scrubber.result(path.name, data)
        except CaptureError as error:
            raise EvidenceError(f"{path}: cannot be read: {error}") from error
        clean = path.with_name(scrubber.name(path.name))
        if clean != path:
            path.rename(clean)
        if scrubbed != data:
            clean.write_bytes(scrubbed)


def raw_commitment(sha256: str, path: str, key: bytes) -> str:
    """What a twin says of its raw capture: SHA-256 over a salt and the digest's 32 bytes.

    The salt follows from the run's key and the capture's name, so that the laboratory can show both
    to whom it shows the raw capture.
    """
    return hashlib.sha256(raw_salt(path, key) + bytes.fromhex(sha256)).hexdigest()


def raw_salt(path: str, key: bytes) -> bytes:
    """The salt of one raw capture, by its name below ``survey/`` of the run."""
    return hmac.digest(key, f"raw capture {path}".encode(), "sha256")


def _lines(journal: Path) -> list[bytes]:
    return journal.read_bytes().splitlines(keepends=True)


def _masked(line: bytes) -> bytes:
    """A line of a spool with its bytes withheld; how many there were stays.

    They were never read as what they are, so nobody knows which of them are secret.
    """
    try:
        record = load_strict(line)
    except CaptureError:
        return b"x" * (len(line) - 1) + b"\n"  # torn by a power cut
    if isinstance(record, dict) and isinstance(record.get("data"), str):
        record["data"] = "x" * len(record["data"])
    return canonical(record) + b"\n"


def _redigest(raw: Path, record: Path, key: bytes) -> None:
    """Let ``attempt.json`` of a twin list the twin's captures."""
    try:
        before = AttemptRecord.from_bytes(raw.read_bytes())
        attempt = AttemptRecord.from_bytes(record.read_bytes())
    except (OSError, CaptureError, ValidationError, ValueError) as error:
        message = f"{record}: not an attempt record any more"
        raise EvidenceError(message) from error
    captures = tuple(
        _of_twin(raw.parent / was.name, f"{before.key.folder}/{was.name}", record.parent, now, key)
        for was, now in zip(before.captures, attempt.captures, strict=True)
    )
    record.write_bytes(attempt.model_copy(update={"captures": captures}).to_bytes())


def _of_twin(raw: Path, name: str, folder: Path, entry: CaptureEntry, key: bytes) -> CaptureEntry:
    path = folder / entry.name
    if not path.is_file():
        message = f"{path}: listed in attempt.json and not there"
        raise EvidenceError(message)
    data, before = path.read_bytes(), raw.read_bytes()
    digest = sha256_hex(before)
    return entry.model_copy(
        update={
            "size": len(data),
            "sha256": sha256_hex(data),
            "derived_from": "" if data == before else raw_commitment(digest, name, key),
            "withheld": _withheld(before, data),
        }
    )


def _withheld(raw: bytes, twin: bytes) -> str:
    """Why a capture, or a part of it, was masked; ``""`` if it was not."""
    if raw == twin:
        return ""
    if is_packets(raw):
        return unreadable_link(raw)
    if is_picture(raw):
        return "" if twin else "a picture in a format whose metadata cannot be removed"
    kind = foreign_file(to_latin(raw))
    return f"{kind}: a format that is not looked into" if kind and is_masked(to_latin(twin)) else ""
