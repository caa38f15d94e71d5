"""The manifest: every file below ``data/`` as a salted leaf, and the roots over them.

A leaf commits separately to a file's name and size and to its content, each with a salt of its own,
so that either can be withheld later without changing the root and without letting anybody guess a
small file from its hash::

    H_m  = SHA256(salt_m || JCS {"class", "path", "size"})
    H_c  = SHA256(salt_c || SHA256(content))
    leaf = SHA256(0x00 || "evb1" || H_m || H_c)

The files form parts: ``survey``, one part per assessment, and ``rest``. Each part is a tree of its
own; the bundle root is the tree over the parts.

A public edition shows of some files the commitments only (`MetadataEntry`, `WithheldEntry`); the
leaves, and so the roots, come out the same.
"""

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from harness.encoding.canonical import MAX_SAFE_INTEGER, canonical, load_strict
from harness.encoding.merkle import leaf_hash, tree_root
from harness.encoding.tree import Tree, read
from harness.errors import CaptureError, EvidenceError
from harness.model.attestation import Digest, PartRoot
from harness.model.base import Frozen
from harness.model.disclosure import DisclosureReason, FileClass, Level
from harness.model.layout import MANIFEST
from harness.model.override import is_override
from harness.model.revision import FOLDER as REVISIONS

MAX_MANIFEST_BYTES: Final = 64 * 1024 * 1024
_CHUNK: Final = 1024 * 1024

Salt = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Size = Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER)]
EntryPath = Annotated[str, Field(pattern=r"^data/.+$")]

_PLAIN: Final = r"[ !#-\[\]-~]+"
"""Text that JSON writes as it is."""
_NEEDS_NO_ESCAPE: Final = re.compile(_PLAIN)
_USUAL_LINE: Final = re.compile(
    rf'{{"class":"([a-z]+)","path":"(data/{_PLAIN})","salt_c":"([0-9a-f]{{32}})",'
    r'"salt_m":"([0-9a-f]{32})","sha256":"([0-9a-f]{64})","size":(0|[1-9][0-9]{0,14})}\n'.encode()
)
"""The canonical line of a file that is there and whose path needs no escape: nothing else matches.

A large bundle has thousands of such lines; read this way they take a fifth of the time. A size of
15 digits is below 2^53; a larger one is read the other way.
"""
_SURVEY_CLASSES: Final[dict[str, FileClass]] = {
    "survey-plan.json": "plan",
    "dossier.json": "dossier",
    "bench.json": "bench",
    "survey.json": "record",
}
_SURVEY_FOLDERS: Final[dict[str, FileClass]] = {
    "answers": "answer",
    "evidence": "evidence",
    REVISIONS: "dossier",
}
_RECORDS: Final = frozenset({"attempt.json", "visit.json"})


class _Line(Frozen):
    """What every line of ``evb/manifest.jsonl`` has."""

    file_class: FileClass = Field(alias="class")

    def line(self) -> bytes:
        """The canonical line, with its line feed."""
        return canonical(self.to_json()) + b"\n"


class _Named(_Line):
    """What a line that names its file has: all that ``H_m`` commits to."""

    path: EntryPath
    size: Size
    salt_m: Salt

    @property
    def part(self) -> str:
        """The part that it belongs to."""
        return part_of(self.path)

    @property
    def meta_commitment(self) -> str:
        """``H_m``, to its name, size and class."""
        return hashlib.sha256(bytes.fromhex(self.salt_m) + self._meta()).hexdigest()

    def _meta(self) -> bytes:
        """JCS of class, path and size; put together by hand where nothing needs an escape."""
        if not _NEEDS_NO_ESCAPE.fullmatch(self.path):
            return canonical({"class": self.file_class, "path": self.path, "size": self.size})
        text = f'{{"class":"{self.file_class}","path":"{self.path}","size":{self.size}}}'
        return text.encode()


class ManifestEntry(_Named):
    """One file that is there, with its salts."""

    sha256: Digest
    salt_c: Salt

    @property
    def level(self) -> Level:
        """How much is shown of it."""
        return Level.FULL

    @property
    def content_commitment(self) -> str:
        """``H_c``, to its content."""
        return content_commitment(self.salt_c, self.sha256)

    @property
    def leaf(self) -> bytes:
        """Hash of its leaf."""
        return _leaf(self.meta_commitment, self.content_commitment)


class _HeldBack(_Line):
    """What the two kinds of entries without content have in common.

    Attributes:
        content_commitment: ``H_c``; its salt is not in this edition.
        reason: why the content is not here; ``""``, which no verification accepts, if nobody said.
        embargo: last day until which a certifier agreed to keep it back; None = held back for good.
    """

    content_commitment: Digest = Field(alias="h_c")
    reason: DisclosureReason | Literal[""]
    embargo: dt.date | None = None


class MetadataEntry(_Named, _HeldBack):
    """A file whose name, size and class are shown, and whose content is not."""

    level: Literal[Level.METADATA] = Level.METADATA

    @property
    def leaf(self) -> bytes:
        """Hash of its leaf."""
        return _leaf(self.meta_commitment, self.content_commitment)


class WithheldEntry(_HeldBack):
    """A file of which even the name is not shown.

    Its class is what the edition claims: only who has the file can show that its leaf says so.
    """

    level: Literal[Level.WITHHELD] = Level.WITHHELD
    part: Annotated[str, Field(pattern=r"^(survey|rest|assessments/[^/\x00-\x1f]+)$")]
    meta_commitment: Digest = Field(alias="h_m")

    @property
    def leaf(self) -> bytes:
        """Hash of its leaf."""
        return _leaf(self.meta_commitment, self.content_commitment)


HeldBack = MetadataEntry | WithheldEntry
Entry = ManifestEntry | HeldBack
_LEVELS: Final[Mapping[str, type[MetadataEntry] | type[WithheldEntry]]] = {
    Level.METADATA.value: MetadataEntry,
    Level.WITHHELD.value: WithheldEntry,
}


def content_commitment(salt_c: str, sha256: str) -> str:
    """``H_c``: the commitment to a content, which the digest alone would give away to a guess."""
    return hashlib.sha256(bytes.fromhex(salt_c) + bytes.fromhex(sha256)).hexdigest()


def _leaf(meta: str, content: str) -> bytes:
    return leaf_hash(b"evb1" + bytes.fromhex(meta) + bytes.fromhex(content))


def disclosed(entries: Iterable[Entry]) -> tuple[ManifestEntry, ...]:
    """Those of files that are there."""
    return tuple(entry for entry in entries if isinstance(entry, ManifestEntry))


def held_back(entries: Iterable[Entry]) -> tuple[HeldBack, ...]:
    """Those of files that are not there."""
    return tuple(entry for entry in entries if not isinstance(entry, ManifestEntry))


class SaltSource:
    """Salts of one run: a function of a seed that was drawn once and never leaves the lab.

    Files that stand unchanged in an earlier bundle of the same survey keep the salts of that one,
    so that an assessment added later leaves the survey's root alone.
    """

    def __init__(self, seed: bytes, earlier: Iterable[ManifestEntry] = ()) -> None:
        """Use ``seed``, at least 32 random bytes, for whatever ``earlier`` does not hold."""
        self._seed = seed
        self._earlier = {entry.path: entry for entry in earlier}

    def of(self, path: str, sha256: str) -> tuple[str, str]:
        """The salts over name and content, each 16 bytes as hexadecimal."""
        known = self._earlier.get(path)
        if known is not None and known.sha256 == sha256:
            return known.salt_m, known.salt_c
        return self._draw("meta", path), self._draw("content", path)

    def _draw(self, kind: str, path: str) -> str:
        return hmac.digest(self._seed, f"{kind}:{path}".encode(), "sha256")[:16].hex()


def part_of(path: str) -> str:
    """The part that a file below ``data/`` belongs to."""
    pieces = path.split("/")
    if pieces[1] == "survey" and len(pieces) > 2:  # noqa: PLR2004  (a file below the folder)
        return "survey"
    if pieces[1] == "assessments" and len(pieces) > 3:  # noqa: PLR2004  (a file below one of them)
        return f"assessments/{pieces[2]}"
    return "rest"


def class_of(path: str) -> FileClass:
    """What a file below ``data/`` is, by its place."""
    pieces = path.split("/")
    part, name = part_of(path), pieces[-1]
    if part == "survey":
        return _survey_class(pieces[2:], name)
    if part == "rest":
        return "report"
    if pieces[3] == "allure-results":
        return "allure"
    return "plan" if name in {"plan.json", "catalogue.json"} else "verdict"


def _survey_class(pieces: Sequence[str], name: str) -> FileClass:
    if len(pieces) == 1:
        return _SURVEY_CLASSES.get(name, "record")
    if pieces[0] in _SURVEY_FOLDERS:
        return _SURVEY_FOLDERS[pieces[0]]
    if name in _RECORDS or is_override("/".join(pieces)):
        return "record"
    return "facts" if name == "facts.json" else "capture"


def sort_key(path: str) -> tuple[str, bytes]:
    """Order of files in manifest and trees: by part, then by the bytes of the path."""
    return part_of(path), path.encode()


def file_digest(tree: Tree, name: str) -> str:
    """SHA-256 of a file, read in bounded pieces.

    Raises:
        EvidenceError: it is missing or damaged.
    """
    digest = hashlib.sha256()
    with tree.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def make_manifest(tree: Tree, salts: SaltSource) -> tuple[ManifestEntry, ...]:
    """Hash every file below ``data/`` of ``tree``, in tree order."""
    names = sorted((name for name in tree.names() if name.startswith("data/")), key=sort_key)
    return tuple(_entry(tree, name, salts) for name in names)


def _entry(tree: Tree, name: str, salts: SaltSource) -> ManifestEntry:
    digest = file_digest(tree, name)
    salt_m, salt_c = salts.of(name, digest)
    return ManifestEntry(
        path=name,
        size=tree.size(name),
        file_class=class_of(name),
        sha256=digest,
        salt_m=salt_m,
        salt_c=salt_c,
    )


def read_manifest(tree: Tree) -> tuple[Entry, ...]:
    """Read and check ``evb/manifest.jsonl``: canonical lines, in order, no path twice.

    An entry without a path keeps its place in its part, since the order of leaves is signed.

    Raises:
        EvidenceError: naming the line that is wrong.
    """
    data = read(tree, MANIFEST, MAX_MANIFEST_BYTES)
    entries = tuple(_entries(data))
    part, path = "", b""
    for number, entry in enumerate(entries, 1):
        here = entry.part
        shown = b"" if isinstance(entry, WithheldEntry) else entry.path.encode()
        if here < part or (here == part and shown and shown <= path):
            what = shown.decode() or f"a withheld file of {here}"
            message = f"{MANIFEST}: line {number} ({what}) is out of order or listed twice"
            raise EvidenceError(message)
        path = shown or (path if here == part else b"")
        part = here
    return entries


def _entries(data: bytes) -> Iterator[Entry]:
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        usual = _usual(line)
        if usual is not None:
            yield usual
            continue
        try:
            entry = _entry_in(load_strict(line))
        except (ValidationError, CaptureError) as error:
            message = f"{MANIFEST}: line {number} is not a manifest entry"
            raise EvidenceError(message) from error
        if entry.line() != line:
            shown = entry.part if isinstance(entry, WithheldEntry) else entry.path
            message = f"{MANIFEST}: line {number} ({shown}) is not canonical JSON"
            raise EvidenceError(message)
        if not isinstance(entry, WithheldEntry) and entry.file_class != class_of(entry.path):
            message = f"{MANIFEST}: line {number} ({entry.path}) has class {entry.file_class}"
            raise EvidenceError(message)
        yield entry


def _usual(line: bytes) -> ManifestEntry | None:
    """The entry of a line of the usual form; None leaves it to the reader of any form."""
    found = _USUAL_LINE.fullmatch(line)
    if found is None:
        return None
    file_class, path, salt_c, salt_m, sha256, size = found.groups()
    name = path.decode()
    known = class_of(name)
    if known.encode() != file_class:
        return None
    return ManifestEntry.model_construct(
        path=name,
        size=int(size),
        file_class=known,
        sha256=sha256.decode(),
        salt_m=salt_m.decode(),
        salt_c=salt_c.decode(),
    )


def _entry_in(document: object) -> Entry:
    level = document.get("level") if isinstance(document, dict) else None
    model = _LEVELS.get(level, ManifestEntry) if isinstance(level, str) else ManifestEntry
    return model.model_validate(document)


def part_roots(entries: Iterable[Entry]) -> tuple[PartRoot, ...]:
    """Root and leaf count of each part, in the order of their names."""
    leaves: dict[str, list[bytes]] = {}
    for entry in entries:
        leaves.setdefault(entry.part, []).append(entry.leaf)
    return tuple(
        PartRoot(part=part, root=tree_root(hashes).hex(), leaves=len(hashes))
        for part, hashes in sorted(leaves.items())
    )


def bundle_root(parts: Sequence[PartRoot]) -> str:
    """Root over the parts: the tree whose leaves are ``"evb1-part" || JCS(part)``."""
    heads = [leaf_hash(b"evb1-part" + canonical(part.to_json())) for part in parts]
    return tree_root(heads).hex()
