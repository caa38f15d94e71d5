"""Logs on disk: growing, entries that are there already, wrong keys, broken files, crashes."""

import os

import pytest

from harness.errors import StorageError, UsageError, VerificationError
from harness.trust.log import store
from harness.trust.log.entry import entry_of
from harness.trust.log.note import KeyKind, NoteSigner, parse_note, verify_note
from harness.trust.log.proof import parse_proof


def leaves(first, last):
    return [b"entry %d" % number for number in range(first, last)]


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_an_empty_log_is_signed(new_log, audit):
    log = new_log()
    note = parse_note(log.note)
    assert verify_note(note, [log.signer.key])
    assert audit(log.folder) == []
    assert set(files(log.folder)) == {"checkpoint"}


def test_a_log_holds_what_was_appended_in_its_order(new_log, audit):
    log = new_log()
    for first, last in [(0, 1), (1, 5), (5, 256), (256, 257), (257, 800)]:
        done = log.grow(*leaves(first, last))
        assert done.places == tuple(range(first, last))
        assert done.new == last - first
        assert audit(log.folder) == leaves(0, last)
        assert verify_note(parse_note(log.note), [log.signer.key])


def test_an_entry_that_is_there_keeps_its_place(new_log, audit):
    log = new_log()
    log.grow(*leaves(0, 300))
    before = log.note
    assert log.grow(b"entry 7").places == (7,)
    assert log.note == before
    done = log.grow(b"new", b"entry 299", b"new")
    assert done.places == (300, 299, 300)
    assert done.new == 1
    assert audit(log.folder) == [*leaves(0, 300), b"new"]


def test_files_that_a_checkpoint_needs_never_change(new_log):
    log, seen = new_log(), {}
    for first, last in [(0, 3), (3, 9), (9, 255), (255, 257), (257, 259)]:
        log.grow(*leaves(first, last))
        now = files(log.folder)
        for name, data in seen.items():
            assert name == "checkpoint" or now.get(name, data) == data
        seen = now


def test_partial_tiles_go_once_the_full_one_is_there(new_log):
    log = new_log()
    for number in range(258):
        log.grow(b"entry %d" % number)
    names = {name for name in files(log.folder) if name.startswith("tile")}
    assert names == {
        "tile/0/000",
        "tile/0/001.p/1",
        "tile/0/001.p/2",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/1",
        "tile/entries/001.p/2",
    }


def test_a_log_is_never_overwritten(new_log, signer):
    log = new_log()
    with pytest.raises(UsageError, match="not empty"):
        store.create_log(log.folder, signer())


def test_an_init_that_was_broken_off_can_be_repeated(tmp_path, signer, monkeypatch):
    by = signer()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(StorageError):
            store.create_log(tmp_path / "log", by)
    assert store.create_log(tmp_path / "log", by).size == 0


def test_only_the_key_of_the_log_may_append(new_log, signer):
    log = new_log()
    with pytest.raises(UsageError, match="not the key"):
        store.append(log.folder, signer(), [b"a"])


def test_only_under_its_own_name(new_log):
    log = new_log()
    other = NoteSigner("other.example", KeyKind.LOG, log.signer._private)
    with pytest.raises(UsageError, match=r"log\.example\.org/test, not other\.example"):
        store.append(log.folder, other, [b"a"])


def test_a_folder_without_a_log_is_named(tmp_path, signer):
    with pytest.raises(UsageError, match="not a log"):
        store.append(tmp_path, signer(), [b"a"])


def test_nothing_is_appended_to_tiles_that_do_not_give_the_root(new_log):
    log = new_log()
    log.grow(*leaves(0, 5))
    tile = log.folder / "tile/0/000.p/5"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    before = log.note
    with pytest.raises(VerificationError, match="root"):
        log.grow(b"new")
    assert log.note == before


def test_an_entry_that_was_tampered_with_is_not_proven(new_log):
    log = new_log()
    log.grow(*leaves(0, 5))
    bundle = log.folder / "tile/entries/000.p/5"
    bundle.write_bytes(bundle.read_bytes().replace(b"entry 3", b"entry X"))
    store.prove(log.tree, 2)
    with pytest.raises(VerificationError, match="entry 3"):
        store.prove(log.tree, 3)


def test_there_is_no_proof_of_what_is_not_there(new_log):
    log = new_log()
    log.grow(b"a")
    for index in (1, -1):
        with pytest.raises(UsageError, match="the log has 1"):
            store.prove(log.tree, index)


def fail(_handle):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(("before", "after"), [(0, 1), (5, 9), (250, 260), (256, 257), (250, 600)])
def test_an_append_that_ends_at_any_write_leaves_the_old_log_or_the_new_one(
    new_log, audit, monkeypatch, before, after
):
    log = new_log()
    if before:
        log.grow(*leaves(0, before))
    synced, real = 0, os.fsync
    old = log.note
    for last in range(1000):
        synced = 0

        def counted(handle, last=last):
            nonlocal synced
            synced += 1
            if synced > last:
                fail(handle)
            real(handle)

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", counted)
            try:
                log.grow(*[b"lost %d" % number for number in range(before, after + last % 3)])
            except StorageError:
                assert audit(log.folder)[:before] == leaves(0, before)
                if log.note == old:
                    continue
        break
    assert last > 5
    assert len(audit(log.folder)) > before
    log.grow(*leaves(before, after))
    assert audit(log.folder)[-1] == leaves(before, after)[-1]


def test_a_later_append_overwrites_what_a_crash_left(new_log, audit, monkeypatch):
    log = new_log()
    log.grow(*leaves(0, 250))
    with monkeypatch.context() as patched:
        patched.setattr(store, "replace_file", lambda *_: fail(0))
        with pytest.raises(OSError, match="No space"):
            log.grow(*[b"lost %d" % number for number in range(20)])
    assert audit(log.folder) == leaves(0, 250)
    assert (log.folder / "tile/0/000").exists()
    log.grow(*leaves(250, 255))
    assert audit(log.folder) == leaves(0, 255)
    log.grow(*leaves(255, 270))
    assert audit(log.folder) == leaves(0, 270)


def test_cosignatures_stand_in_the_checkpoint_and_in_proofs(new_log, signer):
    log, one, two = (
        new_log(),
        signer("one.example", KeyKind.WITNESS),
        signer("two.example", KeyKind.WITNESS),
    )
    log.grow(b"a")
    text = parse_note(log.note).text
    lines = [by.line(text, 1_700_000_000).strip() for by in (one, two)]
    keys = [one.key, two.key]
    assert store.add_cosignatures(log.folder, log.signer.key, keys, lines) == (
        "one.example",
        "two.example",
    )
    later = one.line(text, 1_700_000_999).strip()
    store.add_cosignatures(log.folder, log.signer.key, keys, [later])
    found = verify_note(parse_note(log.note), [log.signer.key, *keys])
    assert {each.key.name: each.time for each in found} == {
        "log.example.org/test": None,
        "one.example": 1_700_000_999,
        "two.example": 1_700_000_000,
    }
    assert parse_proof(store.prove(log.tree, 0)).note_bytes == log.note


def test_a_cosignature_of_another_checkpoint_or_of_nobody_is_refused(new_log, signer):
    log, by = new_log(), signer("one.example", KeyKind.WITNESS)
    line = by.line(parse_note(log.note).text, 1_700_000_000).strip()
    log.grow(b"a")
    before = log.note
    with pytest.raises(VerificationError, match="not over the present checkpoint"):
        store.add_cosignatures(log.folder, log.signer.key, [by.key], [line])
    present = by.line(parse_note(before).text, 1_700_000_000).strip()
    stranger = signer("two.example", KeyKind.WITNESS).key
    with pytest.raises(VerificationError, match="no witness"):
        store.add_cosignatures(log.folder, log.signer.key, [stranger], [present])
    with pytest.raises(VerificationError, match="not signed by"):
        store.add_cosignatures(log.folder, signer().key, [by.key], [present])
    assert log.note == before


def test_a_superseding_statement_is_an_entry_of_its_own(new_log, statement, audit):
    log = new_log()
    log.log(statement("one"))
    first = entry_of(statement("one"))
    second = entry_of(statement("two"), supersedes=first.statement_sha256)
    assert log.grow(second.leaf).places == (1,)
    assert audit(log.folder) == [first.leaf, second.leaf]
