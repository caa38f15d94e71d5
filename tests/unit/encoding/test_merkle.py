"""RFC 9162 trees: the published vectors, and every small tree exhaustively."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.encoding.merkle import (
    consistency_proof,
    consistency_ranges,
    consistency_roots,
    inclusion_proof,
    leaf_hash,
    node_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

# Test data of the Certificate Transparency reference logs: leaves and roots of growing trees.
LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_empty_tree_has_the_hash_of_nothing():
    assert tree_root([]) == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("count", range(1, 9))
def test_growing_trees_have_the_published_roots(count):
    leaves = [leaf_hash(data) for data in LEAVES[:count]]
    assert tree_root(leaves).hex() == ROOTS[count - 1]


@pytest.mark.parametrize("count", range(1, 34))
def test_every_leaf_of_a_small_tree_is_proven_and_at_no_other_place(count):
    leaves = [leaf_hash(bytes([index])) for index in range(count)]
    root = tree_root(leaves)
    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(leaves, index)
        assert verify_inclusion(leaf, index, count, proof, root)
        for other in range(count):
            if other != index:
                assert not verify_inclusion(leaf, other, count, proof, root)
        assert not verify_inclusion(leaf, index, count, (*proof, root), root)
        assert not proof or not verify_inclusion(leaf, index, count, proof[:-1], root)


def test_an_inner_node_cannot_pass_for_a_leaf():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_a_leaf_that_is_not_there_has_no_proof():
    with pytest.raises(IndexError):
        inclusion_proof([leaf_hash(b"a")], 1)


@given(
    st.lists(st.binary(max_size=8), min_size=1, max_size=80),
    st.data(),
)
def test_a_proof_holds_for_its_leaf_and_for_no_other_content(contents, data):
    leaves = [leaf_hash(content) for content in contents]
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = inclusion_proof(leaves, index)
    root = tree_root(leaves)
    assert verify_inclusion(leaves[index], index, len(leaves), proof, root)
    assert not verify_inclusion(leaf_hash(b"never drawn"), index, len(leaves), proof, root)


@given(st.binary(min_size=32, max_size=32), st.integers(), st.integers(), st.lists(st.binary()))
def test_nonsense_is_never_a_proof(leaf, index, count, proof):
    assert not verify_inclusion(leaf, index, count, proof, b"\0" * 32)


# Test data of the Certificate Transparency reference logs, too: old size, new size, proof.
CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(old, new, expected):
    leaves = [leaf_hash(data) for data in LEAVES[:new]]
    proof = consistency_proof(leaves, old)
    assert [node.hex() for node in proof] == expected
    roots = [bytes.fromhex(ROOTS[size - 1]) for size in (old, new)]
    assert verify_consistency(old, new, *roots, proof)


@pytest.mark.parametrize("new", range(1, 20))
def test_every_small_tree_extends_its_beginnings_and_no_other_tree(new):
    leaves = [leaf_hash(bytes([index])) for index in range(new)]
    root = tree_root(leaves)
    for old in range(1, new + 1):
        first = tree_root(leaves[:old])
        proof = consistency_proof(leaves, old)
        assert verify_consistency(old, new, first, root, proof)
        assert not verify_consistency(old, new, first, root, (*proof, root))
        assert not proof or not verify_consistency(old, new, first, root, proof[:-1])
        assert not verify_consistency(old, new, leaf_hash(b"other"), root, proof)
        assert not verify_consistency(old, new, first, leaf_hash(b"other"), proof)
        assert old == new or not verify_consistency(new, old, root, first, proof)


@pytest.mark.parametrize("new", range(2, 20))
def test_a_tree_with_a_rewritten_leaf_proves_its_own_fork(new):
    leaves = [leaf_hash(bytes([index])) for index in range(new)]
    for old in range(1, new):
        forked = [leaf_hash(b"rewritten"), *leaves[1:]]
        nodes = [tree_root(forked[start:end]) for start, end in consistency_ranges(old, new)]
        found = consistency_roots(old, new, nodes)
        assert found == (tree_root(forked[:old]), tree_root(forked))
        assert found[0] != tree_root(leaves[:old])


def test_every_tree_extends_the_empty_one_without_a_proof():
    root = leaf_hash(b"a")
    assert verify_consistency(0, 1, tree_root([]), root, ())
    assert not verify_consistency(0, 1, tree_root([]), root, (root,))
    assert not verify_consistency(0, 1, root, root, ())


@pytest.mark.parametrize(("old", "new"), [(0, 1), (2, 1), (-1, 1)])
def test_there_is_no_proof_from_nothing_or_backwards(old, new):
    with pytest.raises(IndexError):
        consistency_ranges(old, new)


@given(st.integers(), st.integers(), st.lists(st.binary(min_size=32, max_size=32) | st.binary()))
def test_nonsense_is_never_a_consistency_proof(old, new, proof):
    assert not verify_consistency(old, new, b"\0" * 32, b"\1" * 32, proof)
