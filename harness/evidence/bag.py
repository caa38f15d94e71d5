"""The BagIt 1.0 shape around a bundle (RFC 8493): an outer convention that archives know.

Every tag file is a function of the manifest, the statement and the files in ``evb/``, so that a
verifier can make it anew and compare. The bag protects nothing by itself: the signed root does.
"""

from collections.abc import Iterable
from typing import Final

from harness.encoding.canonical import sha256_hex
from harness.encoding.tree import Tree
from harness.evidence.manifest import Entry, ManifestEntry, disclosed, file_digest
from harness.model.attestation import EvidencePredicate
from harness.model.layout import VIEWS

BAGIT: Final = "bagit.txt"
BAG_INFO: Final = "bag-info.txt"
PAYLOAD: Final = "manifest-sha256.txt"
TAGS: Final = "tagmanifest-sha256.txt"
TAG_FILES: Final = (BAG_INFO, BAGIT, PAYLOAD, TAGS)
_DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def tag_files(
    tree: Tree, manifest: Iterable[Entry], predicate: EvidencePredicate
) -> dict[str, bytes]:
    """Name and content of every tag file; ``tree`` already holds all that is no tag file.

    The payload is what is there: files that an edition holds back are not in the bag.
    """
    entries = disclosed(manifest)
    made = {
        BAGIT: _DECLARATION,
        BAG_INFO: _bag_info(entries, predicate),
        PAYLOAD: _listing({entry.path: entry.sha256 for entry in entries}),
    }
    digests = {name: sha256_hex(data) for name, data in made.items()}
    beside = [name for name in tree.names() if name.startswith(("evb/", VIEWS))]
    digests |= {name: file_digest(tree, name) for name in beside}
    return {**made, TAGS: _listing(digests)}


def tag_manifest(tree: Tree) -> bytes:
    """The tag manifest over all that lies beside ``data/``, the other tag files included."""
    beside = (name for name in tree.names() if name != TAGS and not name.startswith("data/"))
    return _listing({name: file_digest(tree, name) for name in beside})


def _bag_info(entries: tuple[ManifestEntry, ...], predicate: EvidencePredicate) -> bytes:
    octets = sum(entry.size for entry in entries)
    fields = {
        "Bag-Software-Agent": "certbench",
        "Bagging-Date": predicate.time[:10],
        "BagIt-Profile-Identifier": "https://certbench.dev/profiles/evb-1.json",
        "External-Identifier": f"evb-{predicate.bundle_root[:16]}",
        "Payload-Oxum": f"{octets}.{len(entries)}",
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items()).encode()


def _listing(digests: dict[str, str]) -> bytes:
    lines = sorted((name, digest) for name, digest in digests.items())
    return "".join(f"{digest}  {_escaped(name)}\n" for name, digest in lines).encode()


def _escaped(name: str) -> str:
    """Percent signs are the only characters of our names that RFC 8493, 2.1.3 escapes."""
    return name.replace("%", "%25")
