"""Merkle tree hash, inclusion and consistency proofs as in RFC 9162, section 2.1 (SHA-256).

Functions over leaf *hashes* take what `leaf_hash` returned, so that a leaf whose content is
withheld can still take its place in the tree. A proof is made of the roots of subtrees; which ones
is told by functions of their own, so that whoever stores a tree in pieces can fetch them.
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


def inclusion_ranges(index: int, count: int) -> tuple[tuple[int, int], ...]:
    """Subtrees (half-open ranges of leaves) whose roots are an audit path, from the leaf upwards.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < count:
        message = f"no leaf {index} among {count}"
        raise IndexError(message)
    start, end = 0, count
    found: list[tuple[int, int]] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return tuple(reversed(found))


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Audit path of the leaf at ``index``, from the leaf upwards (section 2.1.3.1).

    Raises:
        IndexError: there is no such leaf.
    """
    ranges = inclusion_ranges(index, len(leaves))
    return tuple(tree_root(leaves[start:end]) for start, end in ranges)


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


def consistency_ranges(old: int, new: int) -> tuple[tuple[int, int], ...]:
    """Subtrees from whose roots both the root over ``old`` and that over ``new`` leaves follow.

    The first is the last whole subtree of the old tree. Where it *is* the old tree (it starts at
    0), a proof as in section 2.1.4.1 leaves it out, since its reader knows that root.

    Raises:
        IndexError: not 0 < ``old`` <= ``new``.
    """
    if not 0 < old <= new:
        message = f"no consistency proof from {old} to {new} leaves"
        raise IndexError(message)
    start, end = 0, new
    found: list[tuple[int, int]] = []
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return ((start, end), *reversed(found))


def consistency_roots(old: int, new: int, nodes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The roots over ``old`` and ``new`` leaves that ``nodes`` lead to (section 2.1.4.2).

    ``nodes`` are the roots of all `consistency_ranges`, the first included. None: not as many as
    these two sizes need, or not hashes.
    """
    if not 0 < old <= new or not nodes or any(len(node) != HASH_BYTES for node in nodes):
        return None
    if old == new:
        return (nodes[0], nodes[0]) if len(nodes) == 1 else None
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_root = new_root = nodes[0]
    for sibling in nodes[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            old_root, new_root = node_hash(sibling, old_root), node_hash(sibling, new_root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new_root = node_hash(new_root, sibling)
        node, last = node >> 1, last >> 1
    return (old_root, new_root) if last == 0 else None


def consistency_proof(leaves: Sequence[bytes], old: int) -> tuple[bytes, ...]:
    """Proof that the tree over all ``leaves`` extends that over the first ``old`` of them.

    Raises:
        IndexError: not 0 < ``old`` <= number of leaves.
    """
    ranges = consistency_ranges(old, len(leaves))
    told = ranges[1:] if ranges[0][0] == 0 else ranges
    return tuple(tree_root(leaves[start:end]) for start, end in told)


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether ``proof`` shows that the tree of ``new`` leaves extends that of ``old`` leaves.

    Every tree extends the empty one; that needs no proof and takes none.
    """
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not proof and old_root == tree_root(())
    known = old & (old - 1) == 0 or old == new
    nodes = (old_root, *proof) if known else tuple(proof)
    return consistency_roots(old, new, nodes) == (old_root, new_root)
