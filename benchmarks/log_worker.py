"""One measured step of the transparency log, in a process of its own; prints figures as JSON.

``build FOLDER COUNT`` makes a log; ``use FOLDER`` appends, proves, witnesses and checks.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from harness.encoding.merkle import leaf_hash, node_hash
from harness.encoding.tree import DirectoryTree
from harness.model.attestation import EvidencePredicate, PartRoot, SignedDut
from harness.model.states import Purpose
from harness.trust.keys import PrivateKey
from harness.trust.log import store
from harness.trust.log.check import LogPolicy, check_proof
from harness.trust.log.entry import LogEntry, entry_of
from harness.trust.log.keys import create_ed25519, load_ed25519
from harness.trust.log.note import KeyKind, NoteSigner, parse_note
from harness.trust.log.tiles import TileReader
from harness.trust.log.witness import Witness
from harness.trust.statement import LabSigner

ORIGIN: Final = "log.example.org/benchmark"
BATCH: Final = 65_536
ROUNDS: Final = 5
CHECKS: Final = 1000
WITNESSES: Final = 2


def main() -> None:
    """Do the step that the command line names."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    figures = build(folder, int(sys.argv[3])) if step == "build" else use(folder)
    sys.stdout.write(json.dumps(figures) + "\n")


def build(folder: Path, count: int) -> dict[str, Any]:
    """A log of ``count`` entries, the real statement in its middle; beside bare hashing."""
    signer = NoteSigner(ORIGIN, KeyKind.LOG, create_ed25519(folder / "log.pem"))
    lab = LabSigner(PrivateKey(ec.generate_private_key(ec.SECP256R1())))
    envelope = lab.attest(_predicate("benchmark"))
    (folder / "statement.dsse.json").write_bytes(envelope)
    entry = entry_of(envelope)
    store.create_log(folder / "log", signer)
    spent = 0.0
    for start in range(0, count, BATCH):
        leaves = list(_leaves(entry, start, min(BATCH, count - start)))
        if start <= count // 2 < start + len(leaves):
            leaves[count // 2 - start] = entry.leaf
        began = time.perf_counter()
        store.append(folder / "log", signer, leaves)
        spent += time.perf_counter() - began
    return {"append_s": spent, "hashing_s": _bare_hashing(entry, count)}


def use(folder: Path) -> dict[str, Any]:
    """Everything that is done with one statement in a log that is there."""
    tree = DirectoryTree(folder / "log")
    signer = NoteSigner(ORIGIN, KeyKind.LOG, load_ed25519(str(folder / "log.pem")))
    envelope = (folder / "statement.dsse.json").read_bytes()
    entry = entry_of(envelope)
    size = store.read_checkpoint(tree)[0].size
    figures: dict[str, Any] = {"size": size}
    by = [
        NoteSigner(f"w{number}.example.org", KeyKind.WITNESS, ed25519.Ed25519PrivateKey.generate())
        for number in range(WITNESSES)
    ]
    memory = Witness(folder / "state", by[0])
    _cosign(memory, signer, tree)
    more = iter(list(_leaves(entry, size, ROUNDS)))
    figures["append_one_s"] = _median(
        lambda: store.append(folder / "log", signer, [next(more)]), ROUNDS
    )
    figures["witness_s"] = _median(lambda: _cosign(memory, signer, tree), 1)
    text = parse_note((folder / "log" / "checkpoint").read_bytes()).text
    lines = [each.line(text, 1_700_000_000).strip() for each in by]
    keys = tuple(each.key for each in by)
    store.add_cosignatures(folder / "log", signer.key, keys, lines)
    figures["find_s"] = _median(lambda: _reader(tree).find({entry.hash}), ROUNDS)
    figures["search_s"] = _median(lambda: _reader(tree).search(b"no such statement"), 1)
    index = _reader(tree).find({entry.hash})[entry.hash]
    figures["prove_s"] = _median(lambda: store.prove(tree, index), ROUNDS)
    proof = store.prove(tree, index)
    policy = LogPolicy((signer.key,), keys, WITNESSES)
    figures["holds"] = check_proof(proof, envelope, policy).ok
    figures["proof_bytes"] = len(proof)
    figures["check_s"] = _repeated(lambda: check_proof(proof, envelope, policy))
    figures["signatures_s"] = _repeated(_bare_signatures(WITNESSES + 1))
    return figures


def _reader(tree: DirectoryTree) -> TileReader:
    return TileReader(tree, store.read_checkpoint(tree)[0].size)


def _cosign(memory: Witness, signer: NoteSigner, tree: DirectoryTree) -> None:
    note = tree.open("checkpoint").read()
    memory.cosign(signer.key, note, tree, 1_700_000_000)


def _median(do: Callable[[], object], rounds: int) -> float:
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        do()
        spent.append(time.perf_counter() - began)
    return median(spent)


def _repeated(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(CHECKS):
        do()
    return (time.perf_counter() - began) / CHECKS


def _leaves(entry: LogEntry, start: int, count: int) -> Iterator[bytes]:
    """Entries that differ in their statement; as long as real ones."""
    head, _, tail = entry.leaf.partition(entry.statement_sha256.encode())
    for number in range(start, start + count):
        yield head + hashlib.sha256(number.to_bytes(8)).hexdigest().encode() + tail


def _bare_hashing(entry: LogEntry, count: int) -> float:
    """Seconds for the hashes of the tree alone: each leaf once, and as many nodes but one."""
    leaf, digest = entry.leaf, bytes(32)
    began = time.perf_counter()
    for _ in range(count):
        leaf_hash(leaf)
        node_hash(digest, digest)
    return time.perf_counter() - began


def _bare_signatures(count: int) -> Callable[[], None]:
    """Verifies as many signatures as a proof has, and nothing else."""
    key = ed25519.Ed25519PrivateKey.generate()
    message = b"x" * 200
    signature, public = key.sign(message), key.public_key()

    def verify() -> None:
        for _ in range(count):
            public.verify(signature, message)

    return verify


def _predicate(name: str) -> EvidencePredicate:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return EvidencePredicate(
        purpose=Purpose.TEST,
        partial=False,
        bundle_root=digest,
        leaves=354,
        parts=tuple(PartRoot(part=part, root=digest, leaves=118) for part in ("rest", "survey")),
        dossier_digest=digest,
        conclusions=(),
        dut=SignedDut(supplier="Supplier", model="R-1", hardware="A", firmware="1.0", samples=()),
        scripted_answers=False,
        run_id=name,
        job="job 1207",
        tools={},
        time="2026-11-21T08:15:30.000000Z",
    )


if __name__ == "__main__":
    main()
