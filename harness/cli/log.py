"""``certbench log``: keep a transparency log, witness one, prove and check its entries."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.markup import escape

from harness.cli import output
from harness.cli.output import JsonOption
from harness.cli.terminal import Terminal
from harness.encoding.clock import Clock, parse_utc
from harness.encoding.text import neutralise
from harness.encoding.tree import DirectoryTree, Tree, read
from harness.errors import EvidenceError, UsageError, VerificationError
from harness.evidence.amending import amend
from harness.evidence.archive import open_bundle
from harness.model.layout import STATEMENT
from harness.trust.dsse import MAX_ENVELOPE_BYTES, parse_envelope
from harness.trust.keys import MAX_PEM_BYTES, PublicKey, parse_public_keys
from harness.trust.log import store
from harness.trust.log.attached import origin_and_statement, proof_place
from harness.trust.log.check import LogCheck, LogPolicy, check_proof
from harness.trust.log.checkpoint import CHECKPOINT
from harness.trust.log.entry import digest_in, entry_of
from harness.trust.log.keys import ed25519_at, load_ed25519
from harness.trust.log.note import MAX_NOTE_BYTES, KeyKind, NoteKey, NoteSigner
from harness.trust.log.proof import MAX_PROOF_BYTES
from harness.trust.log.tiles import TileReader
from harness.trust.log.witness import RefusedError, Witness, parse_refusal

log_app = typer.Typer(
    help="A transparency log of statements: keep it, witness it, prove and check an entry.",
    no_args_is_help=True,
)
console = Terminal()
_ZIP: Final = b"PK"
_MAX_REFUSAL_BYTES: Final = 4 * MAX_NOTE_BYTES
_MAX_KEYS: Final = 64

LogArgument = Annotated[Path, typer.Argument(metavar="DIR", help="folder of the log")]
StatementArgument = Annotated[
    Path, typer.Argument(metavar="STATEMENT", help="a bundle, or its evb/statement.dsse.json")
]
KeyOption = Annotated[str, typer.Option(help="Ed25519 key: a PEM file, or env:NAME")]
LogKeyOption = Annotated[
    list[str], typer.Option(help="public key of the log, or a file with keys; may be repeated")
]
WitnessKeyOption = Annotated[
    list[str], typer.Option(help="public key of a witness, or a file with keys; may be repeated")
]


@log_app.command()
def init(
    folder: LogArgument,
    origin: Annotated[str, typer.Option(help="unique name, such as log.example.org/2026")],
    key: KeyOption,
    *,
    as_json: JsonOption = False,
) -> None:
    """Make an empty log; a key file that does not exist yet is made, too.

    The public key is written beside the key, as KEY.pub.
    """
    if Path(key).absolute().is_relative_to(folder.absolute()):
        raise UsageError(f"{key}: the folder of a log is published; keep its key elsewhere")
    signer = NoteSigner(origin, KeyKind.LOG, ed25519_at(key))
    store.create_log(folder, signer)
    _publish(key, signer)
    document = {"schema": "certbench/log-init/1", "origin": origin, "log_key": str(signer.key)}
    _tell(document, f"{folder}: an empty log\nits public key: {signer.key}", as_json=as_json)


@log_app.command()
def append(
    folder: LogArgument,
    statements: Annotated[
        list[Path], typer.Argument(metavar="STATEMENT...", help="bundles, or their statements")
    ],
    key: KeyOption,
    *,
    trust: Annotated[
        list[Path], typer.Option(help="log only what these laboratories' PEM keys signed")
    ] = [],  # noqa: B006  (typer copies it)
    supersedes: Annotated[
        str, typer.Option(help="digest of the logged statement that this one replaces")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Log statements, all of them or none; what is logged already keeps its place."""
    if supersedes and len(statements) != 1:
        raise UsageError("--supersedes is about one statement")
    envelopes = [_envelope(path) for path in statements]
    trusted = [found for path in trust for found in _public_keys(path)]
    for path, envelope in zip(statements, envelopes, strict=True):
        if trust and not _signed_by(envelope, trusted):
            raise VerificationError(f"{path}: not signed by a trusted laboratory")
    if supersedes and _find(DirectoryTree(folder), digest_in(supersedes)) is None:
        raise UsageError(f"{folder}: statement {supersedes} is not in this log")
    signer = NoteSigner(_origin(folder), KeyKind.LOG, load_ed25519(key))
    entries = [entry_of(envelope, supersedes) for envelope in envelopes]
    if supersedes and supersedes == entries[0].statement_sha256:
        raise UsageError("a statement cannot supersede itself")
    done = store.append(folder, signer, [entry.leaf for entry in entries])
    rows = [
        {"statement": str(path), "sha256": entry.statement_sha256, "index": place}
        for path, entry, place in zip(statements, entries, done.places, strict=True)
    ]
    document = {"schema": "certbench/log-append/1", "origin": signer.key.name, "new": done.new}
    document |= {"size": done.checkpoint.size, "root": done.checkpoint.root.hex(), "entries": rows}
    told = [f"{row['statement']}: entry {row['index']}" for row in rows]
    told.append(f"{folder}: {done.checkpoint.size} entries, {done.new} new")
    _tell(document, "\n".join(told), as_json=as_json)


@log_app.command()
def prove(
    folder: LogArgument,
    statement: StatementArgument,
    out: Annotated[Path, typer.Option("-o", "--out", help="proof to write: NAME.tlog-proof")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Write the proof that a statement is in the log, with all signatures of its checkpoint."""
    tree = DirectoryTree(folder)
    checkpoint, _ = store.read_checkpoint(tree)
    entry = entry_of(_envelope(statement))
    # The plain entry is found by its hash; one that supersedes another must be searched for.
    index = TileReader(tree, checkpoint.size).find({entry.hash}).get(entry.hash)
    if index is None:
        index = _find(tree, entry.statement_sha256)
    if index is None:
        raise UsageError(f"{folder}: {statement} is not in this log")
    _write(out, store.prove(tree, index))
    document = {"schema": "certbench/log-prove/1", "origin": checkpoint.origin, "index": index}
    document |= {"size": checkpoint.size, "proof": str(out)}
    _tell(document, f"{out}: entry {index} of {checkpoint.size}", as_json=as_json)


@log_app.command()
def attach(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="bundle (folder or zip)")],
    proof: Annotated[Path, typer.Argument(metavar="PROOF", help="NAME.tlog-proof")],
    *,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="new bundle; otherwise BUNDLE is changed")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Put a proof into a bundle, where certbench-verify looks for it.

    It takes the place of an older proof of the same log. No signature is checked.
    """
    tree = open_bundle(bundle)
    data = _read(proof, MAX_PROOF_BYTES)
    origin, statement = origin_and_statement(data)
    if statement != entry_of(_envelope(bundle)).statement_sha256:
        raise UsageError(f"{proof}: a proof of another statement than that of {bundle}")
    name = proof_place(tree, origin)
    target = amend(bundle, {name: data}, out)
    document = {"schema": "certbench/log-attach/1", "bundle": str(target), "file": name}
    _tell({**document, "origin": origin}, f"{target}: {name} of {origin}", as_json=as_json)


@log_app.command()
def witness(  # noqa: PLR0913  (a party with a name, a key and a memory, and a log with a key)
    log: Annotated[
        Path, typer.Argument(metavar="DIR_OR_CHECKPOINT", help="the log, or a checkpoint beside it")
    ],
    state: Annotated[Path, typer.Option(help="folder that remembers what was witnessed")],
    key: KeyOption,
    name: Annotated[str, typer.Option(help="the witness's unique name: witness.example.org")],
    log_key: LogKeyOption,
    out: Annotated[Path, typer.Option("-o", "--out", help="file for the cosignature")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Cosign a log's checkpoint if the log only grew since last time; refuse it otherwise.

    A key file that does not exist yet is made. The public key is written beside it, as KEY.pub.
    """
    keys = _note_keys(log_key)
    if len(keys) != 1:
        raise UsageError("witness one log at a time: name one --log-key")
    folder, file = (log, log / CHECKPOINT) if log.is_dir() else (log.parent, log)
    note = _read(file, MAX_NOTE_BYTES)
    signer = NoteSigner(name, KeyKind.WITNESS, ed25519_at(key))
    _publish(key, signer)
    document: dict[str, Any] = {"schema": "certbench/log-cosignature/1", "origin": keys[0].name}
    document |= {"witness_key": str(signer.key)}
    now = int(parse_utc(Clock().now()).timestamp())
    try:
        done = Witness(state, signer).cosign(keys[0], note, DirectoryTree(folder), now)
    except RefusedError as refused:
        if as_json:
            kept = str(refused.kept or "")
            nothing = {"size": None, "seen_before": None, "cosignature": ""}
            output.print_json({**document, **nothing, "refused": refused.code, "kept": kept})
        raise
    _write(out, done.line.encode())
    document |= {"size": done.checkpoint.size, "seen_before": done.before}
    document |= {"cosignature": done.line, "refused": "", "kept": ""}
    before = "never seen before" if done.before is None else f"{done.before} entries last time"
    told = f"{keys[0].name}: {done.checkpoint.size} entries, {before}\nwitness key: {signer.key}"
    _tell(document, told, as_json=as_json)


@log_app.command()
def cosign(
    folder: LogArgument,
    cosignatures: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="cosignatures, as witnesses gave them")
    ],
    log_key: LogKeyOption,
    witness_key: WitnessKeyOption,
    *,
    as_json: JsonOption = False,
) -> None:
    """Put witnesses' cosignatures into the checkpoint, and so into the proofs made from it."""
    keys = [key for key in _note_keys(log_key) if key.name == _origin(folder)]
    if not keys:
        raise UsageError(f"{folder}: none of the keys is that of {_origin(folder)}")
    lines = [
        line
        for path in cosignatures
        for line in _read(path, MAX_NOTE_BYTES).decode(errors="replace").splitlines()
    ]
    names = store.add_cosignatures(folder, keys[0], _note_keys(witness_key), lines)
    document = {"schema": "certbench/log-cosign/1", "origin": keys[0].name, "witnesses": [*names]}
    _tell(document, f"{folder}: cosigned by {', '.join(names)}", as_json=as_json)


@log_app.command()
def check(
    proof: Annotated[Path, typer.Argument(metavar="PROOF", help="NAME.tlog-proof")],
    statement: StatementArgument,
    log_key: LogKeyOption,
    *,
    witness_key: WitnessKeyOption = [],  # noqa: B006  (typer copies it)
    quorum: Annotated[
        int | None, typer.Option(help="witnesses that must have cosigned; all that are named")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check offline that a statement is in a log that you trust; ends with 4 if it is not."""
    witnesses = tuple(_note_keys(witness_key))
    needed = len(witnesses) if quorum is None else quorum
    policy = LogPolicy(tuple(_note_keys(log_key)), witnesses, needed)
    done = check_proof(_read(proof, MAX_PROOF_BYTES), _envelope(statement), policy)
    if as_json:
        output.print_json(_check_json(done))
    for step in done.steps if not as_json else ():
        told = f"{step.code} {step.shown}, expected: {step.expected}" if step.code else step.shown
        console.print(f"{step.number:2} {step.name:<10} {step.outcome:<7} {escape(told)}")
    if not done.ok:
        raise typer.Exit(VerificationError.exit_code)


@log_app.command()
def fork(
    refusal: Annotated[Path, typer.Argument(metavar="FILE", help="what a witness kept")],
    log_key: LogKeyOption,
    *,
    as_json: JsonOption = False,
) -> None:
    """Check offline what a witness kept: does it prove that the log forked? Ends with 4 if not."""
    found = parse_refusal(_read(refusal, _MAX_REFUSAL_BYTES))
    forked = [key.name for key in _note_keys(log_key) if found.proves_fork(key)]
    document = {"schema": "certbench/log-fork/1", "kind": found.kind, "forked": forked}
    told = f"{forked[0]} signed two histories" if forked else "no proof of a fork by these logs"
    _tell(document, told, as_json=as_json)
    if not forked:
        raise typer.Exit(VerificationError.exit_code)


def _publish(key: str, signer: NoteSigner) -> None:
    """Write the public key beside the private one: whoever serves the log must not vouch for it."""
    if not key.startswith("env:"):
        _write(Path(f"{key}.pub"), f"{signer.key}\n".encode())


def _tell(document: dict[str, Any], told: str, *, as_json: bool) -> None:
    if as_json:
        output.print_json(document)
    else:
        console.print(escape(told), soft_wrap=True)


def _check_json(done: LogCheck) -> dict[str, Any]:
    checkpoint = done.checkpoint
    return {
        "schema": "certbench/log-check/1",
        "ok": done.ok,
        "origin": neutralise(checkpoint.origin) if checkpoint else None,
        "index": done.index,
        "size": checkpoint.size if checkpoint else None,
        "entry": done.entry.to_json() if done.entry else None,
        "steps": [asdict(step) for step in done.steps],
    }


def _origin(folder: Path) -> str:
    if not (folder / CHECKPOINT).is_file():
        raise UsageError(f"{folder}: not a log; make one with `certbench log init`")
    return store.read_checkpoint(DirectoryTree(folder))[0].origin


def _find(tree: Tree, statement_sha256: str) -> int | None:
    checkpoint, _ = store.read_checkpoint(tree)
    wanted = f'"statement_sha256":"{statement_sha256}"'.encode()
    return TileReader(tree, checkpoint.size).search(wanted)


def _envelope(path: Path) -> bytes:
    """The envelope of a bundle (folder or zip), or the file itself."""
    if path.is_dir() or _read(path, len(_ZIP), cut=True) == _ZIP:
        return read(open_bundle(path), STATEMENT, MAX_ENVELOPE_BYTES)
    return _read(path, MAX_ENVELOPE_BYTES)


def _signed_by(envelope: bytes, trusted: list[PublicKey]) -> bool:
    """Whether the first signature, whose key the entry will name, is one of a trusted key."""
    parsed = parse_envelope(envelope)
    first = parsed.signatures[0]
    return any(
        key.key_id == first.key_id and key.verifies(first.value, parsed.signed_bytes)
        for key in trusted
    )


def _public_keys(path: Path) -> tuple[PublicKey, ...]:
    return parse_public_keys(_read(path, MAX_PEM_BYTES), str(path))


def _note_keys(given: list[str]) -> list[NoteKey]:
    """Keys in one-line form, given as such or as files with one a line."""
    lines: list[str] = []
    for each in given:
        if "+" in each and not Path(each).is_file():
            lines.append(each)
        else:
            lines += _read(Path(each), MAX_PEM_BYTES).decode(errors="replace").splitlines()
    keys = [NoteKey.parse(line.strip()) for line in lines if line.strip()]
    if len(keys) > _MAX_KEYS or (given and not keys):
        raise UsageError(f"expected 1 to {_MAX_KEYS} keys in {', '.join(given)}")
    return keys


def _read(path: Path, limit: int, *, cut: bool = False) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(limit if cut else limit + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > limit:
        raise EvidenceError(f"{path}: larger than {limit} bytes")
    return data


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
