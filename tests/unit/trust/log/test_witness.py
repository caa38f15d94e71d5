"""Witnesses: growth is cosigned, forks and roll-backs are refused, and the proof is kept."""

import shutil

import pytest

from harness.errors import EvidenceError, StorageError, UsageError, VerificationError
from harness.trust.log import witness
from harness.trust.log.note import KeyKind, NoteKey, NoteSigner, parse_note, verify_note
from harness.trust.log.witness import RefusedError, Witness, parse_refusal

TIME = 1_700_000_000


@pytest.fixture
def by(tmp_path, signer):
    """A witness with an empty memory."""
    return Witness(tmp_path / "state", signer("w.example", KeyKind.WITNESS))


def leaves(first, last):
    return [b"entry %d" % number for number in range(first, last)]


def cosign(by, log, note=None):
    return by.cosign(log.signer.key, note or log.note, log.tree, TIME)


def refused(by, log, note=None):
    with pytest.raises(RefusedError) as caught:
        cosign(by, log, note)
    return caught.value


@pytest.fixture
def forked(new_log):
    """A log with another history under the same key; both grow from nothing."""

    def make(log, *entries, name="fork"):
        other = new_log(name, log.signer)
        other.grow(*entries)
        return other

    return make


def test_a_growing_log_is_cosigned_each_time(new_log, by):
    log, before = new_log(), None
    for first, last in [(0, 0), (0, 1), (1, 5), (5, 256), (256, 257), (257, 800), (800, 800)]:
        if last > first:
            log.grow(*leaves(first, last))
        done = cosign(by, log)
        assert (done.before, done.checkpoint.size) == (before, last)
        note = parse_note(f"{parse_note(log.note).text}\n{done.line}".encode())
        (found,) = verify_note(note, [by._signer.key])
        assert found.time == TIME
        before = last


@pytest.mark.parametrize(("seen", "shown"), [(1, 2), (5, 9), (256, 300), (300, 800), (4, 8)])
def test_a_fork_with_more_entries_is_refused_and_proven(new_log, forked, by, seen, shown):
    log = new_log()
    log.grow(*leaves(0, seen))
    cosign(by, log)
    other = forked(log, b"rewritten", *leaves(1, shown))
    found = refused(by, other)
    assert found.code == "E-FORK"
    proof = parse_refusal(found.kept.read_bytes())
    assert proof.proves_fork(log.signer.key)
    assert (proof.first.encode(), proof.second.encode()) == (log.note, other.note)
    # The honest log is still cosigned afterwards.
    log.grow(b"more")
    assert cosign(by, log).before == seen


def test_a_fork_of_the_same_size_is_refused_and_proven(new_log, forked, by):
    log = new_log()
    log.grow(b"a", b"b")
    cosign(by, log)
    found = refused(by, forked(log, b"a", b"c"))
    assert found.code == "E-FORK"
    assert parse_refusal(found.kept.read_bytes()).proves_fork(log.signer.key)


def test_a_roll_back_is_refused_and_kept(new_log, by):
    log = new_log()
    log.grow(*leaves(0, 3))
    early = log.note
    log.grow(*leaves(3, 5))
    cosign(by, log)
    found = refused(by, log, early)
    assert found.code == "E-ROLLBACK"
    kept = parse_refusal(found.kept.read_bytes())
    assert kept.kind == "rollback"
    assert kept.second.encode() == early
    # An old copy that somebody serves is no proof against the log.
    assert not kept.proves_fork(log.signer.key)


def test_an_honest_log_cannot_be_accused(new_log, forked, by, signer):
    log = new_log()
    log.grow(*leaves(0, 5))
    cosign(by, log)
    kept = parse_refusal(refused(by, forked(log, b"x", *leaves(1, 9))).kept.read_bytes())
    log.grow(*leaves(5, 9))
    honest = log.note.decode()
    assert not kept.model_copy(update={"second": honest}).proves_fork(log.signer.key)
    assert not kept.model_copy(update={"second": kept.first}).proves_fork(log.signer.key)
    assert not kept.model_copy(update={"nodes": ()}).proves_fork(log.signer.key)
    assert not kept.model_copy(update={"nodes": kept.nodes[:-1]}).proves_fork(log.signer.key)
    assert not kept.model_copy(update={"nodes": ("x",)}).proves_fork(log.signer.key)
    assert not kept.proves_fork(signer().key)
    assert not kept.proves_fork(NoteKey("other.example", KeyKind.LOG, log.signer.key.public))


def test_tiles_of_another_tree_prove_nothing(new_log, forked, by):
    log = new_log()
    log.grow(*leaves(0, 5))
    cosign(by, log)
    log.grow(*leaves(5, 9))
    other = forked(log, b"x", *leaves(1, 9))
    with pytest.raises(RefusedError) as caught:
        by.cosign(log.signer.key, log.note, other.tree, TIME)
    assert caught.value.code == "E-LOG-TILES"
    assert caught.value.kept is None


def test_a_truncated_tile_is_no_growth(new_log, by):
    log = new_log()
    log.grow(*leaves(0, 5))
    cosign(by, log)
    log.grow(*leaves(5, 9))
    tile = log.folder / "tile/0/000.p/9"
    tile.write_bytes(tile.read_bytes()[:-1])
    with pytest.raises(VerificationError, match=r"000\.p/9"):
        cosign(by, log)


def test_a_checkpoint_without_tiles_can_only_be_repeated(new_log, by, tmp_path):
    log = new_log()
    log.grow(*leaves(0, 5))
    alone = tmp_path / "alone"
    alone.mkdir()
    cosign(by, log)
    tree = type(log.tree)(alone)
    assert by.cosign(log.signer.key, log.note, tree, TIME).before == 5
    log.grow(*leaves(5, 9))
    with pytest.raises(EvidenceError):
        by.cosign(log.signer.key, log.note, tree, TIME)


def test_another_log_and_another_key_are_not_witnessed(new_log, signer, by):
    log = new_log()
    other = new_log("other", signer("other.example"))
    with pytest.raises(VerificationError, match=r"other\.example"):
        by.cosign(log.signer.key, other.note, other.tree, TIME)
    with pytest.raises(VerificationError, match="not signed by"):
        by.cosign(signer().key, log.note, log.tree, TIME)
    assert not list(by._state.glob("*.json"))


def test_two_logs_are_remembered_apart(new_log, signer, by):
    log, other = new_log(), new_log("other", signer("other.example"))
    log.grow(b"a")
    cosign(by, log)
    assert cosign(by, other).before is None
    assert cosign(by, log).before == 1


def test_a_log_that_changed_its_key_is_not_taken_for_the_same(new_log, signer, by):
    log = new_log()
    cosign(by, log)
    with pytest.raises(UsageError, match="another key"):
        cosign(by, new_log("other", signer()))


def test_an_empty_log_has_one_root(new_log, by):
    log = new_log()
    text = parse_note(log.note).text.replace("47DEQpj8HBSa", "47DEQpj8HBSb")
    with pytest.raises(VerificationError, match="empty log"):
        cosign(by, log, f"{text}\n{log.signer.line(text)}".encode())


def test_nothing_is_answered_before_it_is_remembered(new_log, by, monkeypatch):
    log = new_log()
    log.grow(b"a")

    def full(*_):
        raise StorageError("full")

    with monkeypatch.context() as patched:
        patched.setattr(witness, "replace_file", full)
        with pytest.raises(StorageError):
            cosign(by, log)
    assert cosign(by, log).before is None


def test_a_memory_that_cannot_be_read_is_no_empty_memory(new_log, by):
    log = new_log()
    cosign(by, log)
    (file,) = by._state.glob("*.json")
    for broken in (b"", b"{}", file.read_bytes()[:-20]):
        file.write_bytes(broken)
        with pytest.raises(EvidenceError, match="cannot be read"):
            cosign(by, log)


def test_refusals_are_kept_once_and_not_without_end(new_log, forked, by, monkeypatch):
    monkeypatch.setattr(witness, "MAX_REFUSALS", 2)
    log = new_log()
    log.grow(b"a")
    cosign(by, log)
    kept = []
    for number in range(3):
        other = forked(log, b"x%d" % number, name=f"fork{number}")
        kept.append(refused(by, other).kept)
        assert refused(by, other).kept == kept[-1]
        shutil.rmtree(other.folder)
    assert kept[2] is None
    assert len(list((by._state / "refused").iterdir())) == 2


def test_only_the_key_of_a_witness_cosigns(tmp_path, signer):
    with pytest.raises(UsageError):
        Witness(tmp_path, signer())


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 5000, b'{"schema":"certbench/log-refusal/1"}'])
def test_what_is_no_refusal_is_refused(data):
    with pytest.raises(VerificationError):
        parse_refusal(data)


def test_a_key_of_both_kinds_is_two_keys(signer):
    log = signer("a.example")
    both = NoteSigner("a.example", KeyKind.WITNESS, log._private)
    assert log.key.key_id != both.key.key_id
