"""A copy of a log is read whole and believed only as far as its checkpoint goes."""

import base64
import shutil

import pytest

from harness.encoding.tree import DirectoryTree
from harness.errors import EvidenceError, VerificationError
from harness.trust.log.audit import audit
from harness.trust.log.entry import entry_of


def test_roots_of_earlier_sizes_are_those_that_the_log_had(new_log):
    log, roots = new_log(), {}
    for count in (1, 2, 255, 3, 300):
        done = log.grow(*(f"{len(log.leaves) + n}".encode() for n in range(count)))
        roots[done.checkpoint.size] = done.checkpoint.root
    found = audit(log.tree, [log.signer.key], [*roots, 0, 10_000], [])
    assert dict(found.roots) == roots
    assert found.checkpoint.size == 561


def test_entries_are_found_by_their_job(new_log, statement):
    log = new_log()
    log.log(statement("one"), statement("two"))
    found = audit(log.tree, [log.signer.key], [], [b'"job_nonce":"job two"'])
    assert found.found == ((1, entry_of(statement("two"))),)


def test_what_is_no_entry_is_no_match(new_log):
    log = new_log()
    log.grow(b'{"job_nonce":"x"}')
    assert audit(log.tree, [log.signer.key], [], [b"job_nonce"]).found == ()


def test_a_copy_with_another_entry_is_found_out(new_log, statement):
    log = new_log()
    log.log(statement("one"))
    bundle = log.folder / "tile/entries/000.p/1"
    bundle.write_bytes(bundle.read_bytes().replace(b"job one", b"job two"))
    with pytest.raises(VerificationError, match="do not give the root"):
        audit(log.tree, [log.signer.key], [], [])


def test_a_copy_that_lacks_a_file_is_no_log(new_log, statement):
    log = new_log()
    log.log(statement("one"))
    shutil.rmtree(log.folder / "tile/entries")
    with pytest.raises(EvidenceError, match="no file"):
        audit(log.tree, [log.signer.key], [], [])


def test_only_a_trusted_log_counts(new_log, signer):
    log, other = new_log(), new_log("other", by=signer("other.example.org"))
    for keys in ([other.signer.key], []):
        with pytest.raises(VerificationError, match="not signed by a log that is trusted"):
            audit(log.tree, keys, [], [])


def test_a_changed_checkpoint_is_refused(new_log):
    log = new_log()
    log.grow(b"entry")
    note = log.note.replace(log.note.splitlines()[2], base64.b64encode(bytes(32)))
    (log.folder / "checkpoint").write_bytes(note)
    with pytest.raises(VerificationError, match="not that key's"):
        audit(DirectoryTree(log.folder), [log.signer.key], [], [])
