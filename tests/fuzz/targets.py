"""What is fuzzed: every reader that meets bytes of a stranger, each with what must hold.

A target gets bytes and returns. It swallows the errors that its reader declares and nothing else,
so that any other exception is a find; and of what a reader accepts, it asks that it means one
thing: written again it is the same, and a reader of somebody else reads the same.

This file imports what it fuzzes; `fuzz.py` instruments those imports.
"""

import atexit
import base64
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fixed import BUNDLE, CHAIN, CLOCK_ROOTS, LAB, LOG_POLICY, NOW, STATEMENT
from pydantic import ValidationError

from harness.encoding.btsnoop import is_whole, placed, read_packets
from harness.encoding.tree import read
from harness.errors import CaptureError, ConfigError, EvidenceError, VerificationError
from harness.evidence.hci_twin import snoop_twin, unmasked
from harness.evidence.manifest import bundle_root, part_roots, read_manifest
from harness.evidence.zip_tree import ZipTree
from harness.interpret.bluetooth.attributes import characteristics_in, exchanges, services_in
from harness.interpret.bluetooth.classic_links import read_classic
from harness.interpret.bluetooth.classic_services import records_of, refusal_of_rfcomm, tried_on
from harness.interpret.bluetooth.links import read_air
from harness.interpret.bluetooth.payloads import parts_of
from harness.interpret.bluetooth.security import pairings
from harness.model.assessment import Assessment
from harness.model.base import Document
from harness.model.catalogue import Catalogue
from harness.model.dossier import Dossier
from harness.model.layout import MANIFEST
from harness.model.override import Override
from harness.model.plan import SurveyPlan, TestPlan
from harness.model.question import Answer
from harness.model.record import AttemptRecord, SurveyRecord, VisitRecord
from harness.trust.certificates import find_holder, key_id_of, parse_certificates
from harness.trust.decision import parse_decision, parse_withdrawal
from harness.trust.distrust import DistrustError
from harness.trust.dsse import parse_envelope
from harness.trust.keys import parse_public_keys
from harness.trust.log.check import check_proof
from harness.trust.log.checkpoint import parse_checkpoint
from harness.trust.log.entry import entry_of, parse_entry
from harness.trust.log.note import parse_note, verify_note
from harness.trust.log.proof import parse_proof, proof_bytes
from harness.trust.oids import Use
from harness.trust.result_statement import parse_result
from harness.trust.revocation import RevocationRules, check_revocation, parse_revocations
from harness.trust.statement import parse_statement
from harness.trust.timestamps import StampRules, check_imprints, check_stamp, parse_token
from harness.verify.bundle import verify_bundle
from harness.verify.policy import Policy, TrustStore
from harness.verify.policy_file import load_policy


class Files(dict):
    """A tree in memory."""

    label = "a bundle in memory"

    def names(self):
        return tuple(sorted(self))

    def size(self, name):
        return len(self._content(name))

    def open(self, name):
        return io.BytesIO(self._content(name))

    def _content(self, name):
        if name not in self:
            raise EvidenceError(f"no file {name!r}")
        return self[name]


def _scratch():
    """A file in memory if there is such a place: it is written some thousand times a second."""
    shared = Path("/dev/shm")
    folder = tempfile.mkdtemp(prefix="certbench-fuzz-", dir=shared if shared.is_dir() else None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder) / "input.zip"


SCRATCH = _scratch()


def archive(data):
    """The zip reader; what it accepts, the standard library reads alike."""
    SCRATCH.write_bytes(data)
    try:
        tree = ZipTree(SCRATCH)
        content = {name: read(tree, name) for name in tree.names()}
    except EvidenceError:
        return
    with zipfile.ZipFile(SCRATCH) as other:
        assert sorted(other.namelist()) == sorted(content), "another reader sees other names"
        for name, found in content.items():
            assert other.read(name) == found, "another reader sees other content"


def envelope(data):
    """DSSE; what is read survives being written, and securesystemslib reads the same."""
    from securesystemslib.dsse import Envelope as Other
    from securesystemslib.exceptions import Error

    try:
        found = parse_envelope(data)
    except VerificationError:
        return
    assert parse_envelope(found.to_bytes()) == found
    try:
        other = Other.from_dict(json.loads(data))
    except (Error, ValueError):
        return
    assert other.payload == found.payload, "another reader sees another payload"
    assert other.payload_type == found.payload_type


def statement(data):
    """The in-toto statement inside an envelope."""
    try:
        found = parse_statement(data)
    except VerificationError:
        return
    assert parse_statement(found.payload()) == found


def checkpoint(data):
    """Signed notes and the checkpoints in them."""
    try:
        note = parse_note(data)
        assert data.decode().startswith(note.text)
        head = parse_checkpoint(note)
        assert head.text == note.text
        verify_note(note, (*LOG_POLICY.logs, *LOG_POLICY.witnesses))
    except VerificationError:
        return


def proof(data):
    """Proofs of inclusion: read, and checked as a regulator does."""
    checked = check_proof(data, STATEMENT, LOG_POLICY)
    try:
        found = parse_proof(data)
    except VerificationError:
        assert not checked.ok
        return
    if found.extra:
        assert proof_bytes(found.extra, found.index, found.path, found.note_bytes) == data
    if checked.ok:
        assert found.extra == entry_of(STATEMENT).leaf, "a proof of something else holds"


def entry(data):
    """Entries of the transparency log."""
    try:
        found = parse_entry(data)
    except VerificationError:
        return
    assert found.leaf == data


def manifest(data):
    """The manifest; a line that is accepted has one way to be written."""
    try:
        found = read_manifest(Files({MANIFEST: data}))
    except EvidenceError:
        return
    assert b"".join(each.line() for each in found) == data
    assert len(bundle_root(part_roots(found))) == 64


def keys(data):
    """Public keys in PEM."""
    try:
        found = parse_public_keys(data, "fuzz")
    except VerificationError:
        return
    for key in found:
        assert [each.key_id for each in parse_public_keys(key.pem, "fuzz")] == [key.key_id]


_MODELS: tuple[type[Document], ...] = (
    SurveyRecord, AttemptRecord, VisitRecord, SurveyPlan, TestPlan, Dossier, Assessment, Catalogue,
    Answer, Override,
)  # fmt: skip


def document(data):
    """Every document of a bundle that has a schema; the schema's name tells which."""
    for model in _MODELS:
        try:
            found = model.from_bytes(data)
        except (CaptureError, ValidationError, ValueError):
            continue
        assert model.from_bytes(found.to_bytes()) == found


_TRUST = TrustStore(parse_public_keys(LAB.public.pem, "fuzz"))
_BEHIND_PURPOSE = Policy()


def bundle(data):
    """The whole verification: one file of a good bundle is changed, which is always noticed.

    The first byte names the file, the second what is done to it: replaced, overwritten, inserted
    into or cut at a place that the next three bytes name.
    """
    if len(data) < 5:
        return
    names = sorted(BUNDLE)
    name, place, rest = names[data[0] % len(names)], int.from_bytes(data[2:5]), data[5:]
    old = BUNDLE[name]
    place %= len(old) + 1
    behind = {0: len(old), 1: place + len(rest), 2: place, 3: place + 1 + len(rest)}[data[1] % 4]
    new = (b"" if data[1] % 4 == 0 else old[:place]) + (rest if data[1] % 4 < 3 else b"")
    new += old[behind:]
    report = verify_bundle(Files(BUNDLE | {name: new}), _TRUST, _BEHIND_PURPOSE)
    assert report.ok == (new == old), f"{name} was changed and nobody noticed"
    json.dumps(report.to_json())


def _pem(kind, data):
    """DER as PEM, so that its bytes and not their base64 are changed; PEM as it is."""
    if data.startswith(b"-----"):
        return data
    head, tail = f"-----BEGIN {kind}-----\n".encode(), f"\n-----END {kind}-----\n".encode()
    return head + base64.encodebytes(data).strip() + tail


def certificates(data):
    """Certificates beside a signature, looked at under a root that is the first of them."""
    try:
        shelf = parse_certificates(_pem("CERTIFICATE", data), "fuzz")
    except DistrustError:
        return
    for use in Use:
        try:
            find_holder(key_id_of(shelf[-1]), shelf, shelf[:1], NOW, use)
        except DistrustError:
            continue


def revocations(data):
    """Revocation lists, asked about the certificates of the seeds."""
    try:
        lists = parse_revocations(_pem("X509 CRL", data), "fuzz")
        check_revocation(CHAIN, lists, NOW, RevocationRules(NOW))
    except DistrustError:
        return


def timestamp(data):
    """Time-stamp tokens, read and verified; what OpenSSL refuses is not looked into here."""
    try:
        token = parse_token(data, "fuzz")
        check_imprints((token,), (b"message",))
        check_stamp((token,), (b"message",), StampRules(CLOCK_ROOTS, frozenset(), NOW))
    except DistrustError:
        return


def saying(data):
    """Everything else that somebody signs about a bundle: decisions, withdrawals and results."""
    for parse in (parse_decision, parse_withdrawal, parse_result):
        try:
            found, _ = parse(data)
        except VerificationError:
            continue
        assert parse(found.to_bytes())[0] == found


def policy(data):
    """Policy files: a reader's own, but a typing error must be named."""
    path = SCRATCH.with_name("policy.toml")
    path.write_bytes(data)
    try:
        load_policy(path)
    except ConfigError:
        return


def btsnoop(data):
    """Bluetooth captures: read to the last attribute; a twin has the same packets and no key."""
    try:
        air = read_air(read_packets(data))
        is_whole(data)
    except CaptureError:
        return
    for report in air.reports:
        parts_of(report.data)
    for link in air.links:
        for pairing in pairings(link):
            assert not pairing.completed or pairing.response is not None
        for exchange in exchanges(link):
            list(services_in(exchange))
            list(characteristics_in(exchange))
    twin = snoop_twin(data, lambda text: text, None)
    assert not unmasked(twin)
    before, after = placed(data), placed(twin)
    assert [place for place, _ in before] == [place for place, _ in after]


def _in_links(packets):
    """What is known of each link of a capture over Classic."""
    air = read_classic(packets)
    for told in air.answers:
        parts_of(told.told)
    return [(records_of(link), refusal_of_rfcomm(link), tried_on(link)) for link in air.links]


def classic(data):
    """Bluetooth Classic: read to the last service record, and the same from its twin."""
    try:
        packets = list(read_packets(data))
    except CaptureError:
        return
    numbers = {each.number for each in packets}
    found = _in_links(packets)
    for records, refused, tried in found:
        told = {records.packet, refused, *(each.opened for each in tried)}
        assert told - {None} <= numbers, "something rests on a packet that is not there"
    twin = snoop_twin(data, lambda text: text, None)
    assert not unmasked(twin)
    assert _in_links(read_packets(twin)) == found, "a twin tells another story"


@dataclass(frozen=True)
class Target:
    """One thing to fuzz; ``longest`` bounds its inputs in bytes."""

    run: Callable[[bytes], None]
    longest: int = 16 * 1024


TARGETS = {
    "zip": Target(archive, 64 * 1024),
    "dsse": Target(envelope),
    "statement": Target(statement),
    "checkpoint": Target(checkpoint),
    "proof": Target(proof),
    "entry": Target(entry, 4096),
    "manifest": Target(manifest),
    "keys": Target(keys, 4096),
    "document": Target(document),
    "bundle": Target(bundle, 4096),
    "certificates": Target(certificates, 4096),
    "revocations": Target(revocations, 4096),
    "timestamp": Target(timestamp, 8192),
    "saying": Target(saying, 8192),
    "policy": Target(policy, 8192),
    "btsnoop": Target(btsnoop, 8192),
    "classic": Target(classic, 8192),
}
