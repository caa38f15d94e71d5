"""Merkle tree hash and inclusion proofs as in RFC 9162, section 2.1 (SHA-256).

Functions over leaf *hashes* take what `leaf_hash` returned, so that a leaf whose content is
withheld can still take its place in the tree.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

HASH_BYTES: Final = 32
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """Hash of one leaf (RFC 9162, section 2.1.1)."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(_NODE + left + right).digest()


def _split(count: int) -> int:
    """The largest power of two smaller than ``count`` (at least 2)."""
    return 1 << (count - 1).bit_length() - 1


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Root over leaf hashes; the empty tree has the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = _split(len(leaves))
    return node_hash(tree_root(leaves[:middle]), tree_root(leaves[middle:]))


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Audit path of the leaf at ``index``, from the leaf upwards (section 2.1.3.1).

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        message = f"no leaf {index} among {len(leaves)}"
        raise IndexError(message)
    if len(leaves) == 1:
        return ()
    middle = _split(len(leaves))
    if index < middle:
        return (*inclusion_proof(leaves[:middle], index), tree_root(leaves[middle:]))
    return (*inclusion_proof(leaves[middle:], index - middle), tree_root(leaves[:middle]))


def verify_inclusion(
    leaf: bytes, index: int, count: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether ``proof`` leads from the leaf hash to ``root`` (section 2.1.3.2)."""
    if not 0 <= index < count or any(len(entry) != HASH_BYTES for entry in proof):
        return False
    node, last, current = index, count - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            current = node_hash(sibling, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and current == root
