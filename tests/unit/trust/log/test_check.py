"""Checking a proof: the honest one holds, each attack fails with a code of its own."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.encoding.tree import DirectoryTree
from harness.errors import UsageError, VerificationError
from harness.trust.log import store
from harness.trust.log.check import LogPolicy, check_proof
from harness.trust.log.entry import entry_of
from harness.trust.log.note import KeyKind, NoteKey, NoteSigner, parse_note
from harness.trust.log.proof import LogProof, parse_proof, proof_bytes

TIME = 1_700_000_000


@pytest.fixture
def scene(new_log, signer, statement):
    """A log of five statements, cosigned by two witnesses, and the proof of the third."""

    class Scene:
        log = new_log()
        witnesses = tuple(signer(f"w{n}.example", KeyKind.WITNESS) for n in (1, 2))
        policy = LogPolicy((log.signer.key,), tuple(each.key for each in witnesses), 2)
        envelope = statement("2")

        def cosign(self, *by):
            lines = [each.line(parse_note(self.log.note).text, TIME).strip() for each in by]
            keys = [each.key for each in by]
            store.add_cosignatures(self.log.folder, self.log.signer.key, keys, lines)

        def proof(self, index=2):
            return store.prove(self.log.tree, index)

    made = Scene()
    made.log.log(*(statement(str(number)) for number in range(5)))
    made.cosign(*made.witnesses)
    return made


def codes(done):
    return [step.code for step in done.steps if step.outcome == "failed"]


def test_an_honest_proof_holds(scene, lab):
    done = check_proof(scene.proof(), scene.envelope, scene.policy)
    assert done.ok
    assert codes(done) == []
    assert (done.index, done.checkpoint.size) == (2, 5)
    assert done.entry.lab_key_id == lab.key_id
    assert "w1.example at 2023-11-14T22:13:20.000000Z" in done.steps[4].shown


def test_it_holds_when_the_statement_got_another_signature_since(scene, statement):
    assert check_proof(scene.proof(), statement("2"), scene.policy).ok


def test_it_holds_for_a_statement_that_supersedes_another(scene, statement):
    first = entry_of(statement("2")).statement_sha256
    scene.log.grow(entry_of(statement("new"), supersedes=first).leaf)
    done = check_proof(scene.proof(5), statement("new"), LogPolicy((scene.log.signer.key,)))
    assert done.ok
    assert done.entry.supersedes == first


def test_the_proof_of_another_statement(scene, statement):
    done = check_proof(scene.proof(), statement("3"), scene.policy)
    assert codes(done) == ["E-LOG-STATEMENT"]


def test_an_entry_that_lies_about_the_statement(scene, statement, signer):
    honest = entry_of(statement("x"))
    for name in ("root", "dut_commitment", "lab_key_id"):
        scene.log.grow(honest.model_copy(update={name: "ab" * 32}).leaf)
        proof = scene.proof(len(scene.log.leaves) - 1)
        done = check_proof(proof, statement("x"), LogPolicy((scene.log.signer.key,)))
        assert codes(done) == ["E-LOG-STATEMENT"]
        assert name in done.steps[3].shown


def test_no_statement_at_all(scene):
    assert codes(check_proof(scene.proof(), b"{}", scene.policy)) == ["E-LOG-STATEMENT"]


def test_an_entry_with_another_job_number(scene):
    proof = parse_proof(scene.proof())
    leaf = proof.extra.replace(b'"job 2"', b'"job 9"')
    forged = proof_bytes(leaf, proof.index, proof.path, proof.note_bytes)
    done = check_proof(forged, scene.envelope, scene.policy)
    assert codes(done) == ["E-LOG-INCLUSION", "E-LOG-STATEMENT"]


@pytest.mark.parametrize(
    "change",
    [
        lambda proof: (proof.index + 1, proof.path),
        lambda proof: (99, proof.path),
        lambda proof: (proof.index, proof.path[:-1]),
        lambda proof: (proof.index, (*proof.path, bytes(32))),
        lambda proof: (proof.index, tuple(reversed(proof.path))),
        lambda proof: (proof.index, (bytes(32), *proof.path[1:])),
        lambda proof: (proof.index, ()),
    ],
    ids=["next", "far", "short", "long", "reversed", "zeroed", "empty"],
)
def test_a_path_that_does_not_lead_to_the_root(scene, change):
    proof = parse_proof(scene.proof())
    forged = proof_bytes(proof.extra, *change(proof), proof.note_bytes)
    assert codes(check_proof(forged, scene.envelope, scene.policy)) == ["E-LOG-INCLUSION"]


def test_a_checkpoint_with_another_root_and_the_old_signatures(scene):
    proof = scene.proof().decode()
    root = base64.b64encode(parse_note(scene.log.note).text.encode()[:32]).decode()
    lines = proof.partition("\n\n")[2].split("\n")
    forged = proof.replace(lines[2], root)
    done = check_proof(forged.encode(), scene.envelope, scene.policy)
    assert codes(done) == ["E-LOG-SIGNATURE", "E-LOG-INCLUSION", "E-LOG-WITNESS"]


def test_a_log_that_is_not_trusted(scene, signer):
    policy = LogPolicy((signer().key,), scene.policy.witnesses, 2)
    done = check_proof(scene.proof(), scene.envelope, policy)
    assert codes(done) == ["E-LOG-SIGNATURE"]


def test_a_log_with_another_origin(scene, signer):
    policy = LogPolicy((signer("other.example").key,), scene.policy.witnesses, 2)
    done = check_proof(scene.proof(), scene.envelope, policy)
    assert codes(done) == ["E-LOG-ORIGIN"]
    assert done.steps[1].shown == "log.example.org/test"
    assert done.steps[1].expected == "other.example"


def test_the_key_of_a_trusted_log_that_signs_for_another_origin(scene, new_log, statement):
    key = scene.log.signer._private
    other = new_log("other", NoteSigner("other.example", KeyKind.LOG, key))
    other.log(statement("2"))
    proof = store.prove(other.tree, 0)
    done = check_proof(proof, scene.envelope, LogPolicy((scene.log.signer.key,)))
    assert codes(done) == ["E-LOG-ORIGIN"]


def test_a_missing_witness(scene):
    proof = scene.proof().decode().splitlines(keepends=True)
    for missing in (proof[:-1], proof[:-2]):
        done = check_proof("".join(missing).encode(), scene.envelope, scene.policy)
        assert codes(done) == ["E-LOG-WITNESS"]
        assert "w2.example" in done.steps[4].expected
    one = LogPolicy(scene.policy.logs, scene.policy.witnesses, 1)
    assert check_proof("".join(proof[:-1]).encode(), scene.envelope, one).ok


def test_a_witness_that_signed_another_checkpoint(scene):
    line = scene.witnesses[1].line("something else\n", TIME)
    proof = "".join([*scene.proof().decode().splitlines(keepends=True)[:-1], line])
    done = check_proof(proof.encode(), scene.envelope, scene.policy)
    assert codes(done) == ["E-LOG-WITNESS"]


def test_one_witness_twice_is_one_witness(scene):
    lines = scene.proof().decode().splitlines(keepends=True)
    again = scene.witnesses[0].line(parse_note(scene.log.note).text, TIME + 5)
    proof = "".join([*lines[:-1], again]).encode()
    assert codes(check_proof(proof, scene.envelope, scene.policy)) == ["E-LOG-WITNESS"]


def test_a_stranger_is_no_witness(scene, signer):
    stranger = signer("w2.example", KeyKind.WITNESS)
    lines = scene.proof().decode().splitlines(keepends=True)
    line = stranger.line(parse_note(scene.log.note).text, TIME)
    proof = "".join([*lines[:-1], line]).encode()
    assert codes(check_proof(proof, scene.envelope, scene.policy)) == ["E-LOG-WITNESS"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"c2sp.org/tlog-proof@v1", b"c2sp.org/tlog-proof@v2"),
        (b"\nextra ", b"\nextra  "),
        (b"\nextra ", b"\nmore "),
        (b"\nindex 2\n", b"\nindex 02\n"),
        (b"\nindex 2\n", b"\nindex -2\n"),
        (b"\nindex 2\n", b"\n"),
        (b"\nindex 2\n", b"\nindex 2\r\n"),
        (b"\n5\n", b"\n05\n"),
        (b"\xe2\x80\x94", b"-"),
        (b"\n\n", b"\n"),
    ],
)
def test_a_malformed_proof(scene, old, new):
    proof = scene.proof()
    assert old in proof
    done = check_proof(proof.replace(old, new, 1), scene.envelope, scene.policy)
    assert codes(done) == ["E-LOG-PROOF"]
    assert [step.outcome for step in done.steps[1:]] == ["skipped"] * 4
    assert not done.ok


def test_a_proof_without_its_entry(scene):
    proof = parse_proof(scene.proof())
    lines = scene.proof().split(b"\n")
    assert lines[1].startswith(b"extra ")
    without = b"\n".join([lines[0], *lines[2:]])
    assert parse_proof(without) == LogProof(
        b"", proof.index, proof.path, proof.note, proof.note_bytes
    )
    assert codes(check_proof(without, scene.envelope, scene.policy)) == ["E-LOG-PROOF"]


def test_a_proof_of_64_hashes_or_of_a_megabyte(scene):
    proof = parse_proof(scene.proof())
    for data in (
        proof_bytes(proof.extra, 2, (bytes(32),) * 64, proof.note_bytes),
        scene.proof() + b"x" * 1024 * 1024,
    ):
        with pytest.raises(VerificationError):
            parse_proof(data)


def test_a_policy_counts_no_party_twice(scene, signer):
    log, witness = scene.log.signer.key, scene.witnesses[0].key
    alias = NoteKey("alias.example", KeyKind.WITNESS, witness.public)
    itself = NoteKey("w3.example", KeyKind.WITNESS, log.public)
    for logs, witnesses, quorum in (
        ((), (), 0),
        ((witness,), (), 0),
        ((log,), (log,), 0),
        ((log,), (witness, alias), 2),
        ((log,), (witness, witness), 2),
        ((log,), (itself,), 1),
        ((log,), (witness,), 2),
        ((log,), (witness,), -1),
    ):
        with pytest.raises(UsageError):
            LogPolicy(logs, witnesses, quorum)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_proof_or_refused(data):
    with pytest.raises(VerificationError):
        parse_proof(b"c2sp.org/tlog-proof@v1\n" + data)


@pytest.fixture(scope="module")
def honest(tmp_path_factory, signer, statement):
    """A proof, its statement and whom to trust, made once."""
    folder, by = tmp_path_factory.mktemp("honest") / "log", signer()
    store.create_log(folder, by)
    store.append(folder, by, [entry_of(statement(str(number))).leaf for number in range(9)])
    return store.prove(DirectoryTree(folder), 4), statement("4"), LogPolicy((by.key,))


@settings(max_examples=300)
@given(st.data())
def test_a_mutated_proof_never_holds(honest, data):
    proof, envelope, policy = honest
    place = data.draw(st.integers(0, len(proof) - 1))
    drop = data.draw(st.integers(0, 4))
    put = data.draw(st.binary(max_size=4))
    mutated = proof[:place] + put + proof[place + drop :]
    done = check_proof(mutated, envelope, policy)
    if done.ok:  # a further signature line is the one thing that may be added
        assert parse_proof(mutated).note.text == parse_proof(proof).note.text
        assert parse_proof(mutated).path == parse_proof(proof).path
    if mutated == proof:
        assert done.ok
