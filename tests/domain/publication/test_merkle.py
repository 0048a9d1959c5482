"""Public vectors of Certificate Transparency, and the recursive definitions of RFC 9162 as reference."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.publication import merkle
from registry.refusals.content import ProofRange

INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
LEAVES = [merkle.leaf_hash(bytes.fromhex(text)) for text in INPUTS]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(1, 70)


def many(size):
    return [hashlib.sha256(str(number).encode()).digest() for number in range(size)]


def split(size):
    half = 1
    while half * 2 < size:
        half *= 2
    return half


def naive_root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = split(len(leaves))
    return hashlib.sha256(b"\x01" + naive_root(leaves[:half]) + naive_root(leaves[half:])).digest()


def naive_path(index, leaves):
    if len(leaves) == 1:
        return []
    half = split(len(leaves))
    if index < half:
        return [*naive_path(index, leaves[:half]), naive_root(leaves[half:])]
    return [*naive_path(index - half, leaves[half:]), naive_root(leaves[:half])]


def naive_subproof(first, leaves, is_whole):
    if first == len(leaves):
        return [] if is_whole else [naive_root(leaves)]
    half = split(len(leaves))
    if first <= half:
        return [*naive_subproof(first, leaves[:half], is_whole), naive_root(leaves[half:])]
    return [*naive_subproof(first - half, leaves[half:], False), naive_root(leaves[:half])]


class TestRoot:
    @pytest.mark.parametrize("size", range(9))
    def test_is_the_published_vector(self, size):
        assert merkle.root(LEAVES[:size]).hex() == ROOTS[size]

    @given(st.integers(0, 200))
    def test_is_the_definition_of_rfc_9162(self, size):
        assert merkle.root(many(size)) == naive_root(many(size))

    @given(SIZES, st.data())
    def test_of_any_earlier_size_stays_readable(self, size, data):
        earlier = data.draw(st.integers(0, size))
        assert merkle.root_at(earlier, merkle.nodes_of(many(size))) == naive_root(many(earlier))

    def test_refuses_a_negative_size(self):
        with pytest.raises(ProofRange):
            merkle.root_at(-1, merkle.nodes_of([]))


class TestGrow:
    @given(st.lists(st.integers(0, 9), max_size=12))
    def test_in_any_portions_stores_the_same_nodes_once(self, portions):
        leaves = many(sum(portions))
        stored = {}
        start = 0
        for portion in portions:
            fresh = leaves[start : start + portion]
            made = merkle.grow(lambda level, index: stored[level, index], start, fresh)
            stored.update({(0, start + offset): leaf for offset, leaf in enumerate(fresh)})
            for level, index, value in made:
                assert (level, index) not in stored
                stored[level, index] = value
            start += portion
        assert len(stored) == sum(len(leaves) >> level for level in range(len(leaves).bit_length()))
        for (level, index), value in stored.items():
            assert value == naive_root(leaves[index << level : (index + 1) << level])

    def test_reads_only_a_frontier_of_stored_nodes(self):
        asked = []
        nodes = merkle.nodes_of(many(1023))

        def lookup(level, index):
            asked.append((level, index))
            return nodes(level, index)

        assert len(merkle.grow(lookup, 1023, [merkle.leaf_hash(b"last")])) == 10
        assert len(asked) == 10


class TestInclusion:
    @given(SIZES, st.data())
    def test_proof_is_the_definition_and_verifies(self, size, data):
        leaves = many(size)
        index = data.draw(st.integers(0, size - 1))
        proof = merkle.inclusion_proof(index, size, merkle.nodes_of(leaves))
        assert proof == naive_path(index, leaves)
        assert merkle.verify_inclusion(leaves[index], index, size, proof, naive_root(leaves))

    @given(SIZES, st.data())
    def test_is_refused_for_another_place_leaf_root_or_step(self, size, data):
        leaves = many(size)
        index = data.draw(st.integers(0, size - 1))
        proof = merkle.inclusion_proof(index, size, merkle.nodes_of(leaves))
        root = naive_root(leaves)
        other = hashlib.sha256(b"other").digest()
        assert not merkle.verify_inclusion(other, index, size, proof, root)
        assert not merkle.verify_inclusion(leaves[index], index, size, proof, other)
        assert not merkle.verify_inclusion(leaves[index], index, size, [*proof, other], root)
        assert not merkle.verify_inclusion(leaves[index], size, size, proof, root)
        assert not merkle.verify_inclusion(leaves[index], -1, size, proof, root)
        for place in range(size):
            assert merkle.verify_inclusion(leaves[index], place, size, proof, root) == (place == index)
        for step in range(len(proof)):
            changed = [*proof[:step], other, *proof[step + 1 :]]
            assert not merkle.verify_inclusion(leaves[index], index, size, changed, root)
            assert not merkle.verify_inclusion(leaves[index], index, size, proof[:step], root)

    @pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
    def test_refuses_an_entry_the_tree_does_not_have(self, index, size):
        with pytest.raises(ProofRange):
            merkle.inclusion_proof(index, size, merkle.nodes_of(many(8)))

    def test_costs_no_more_than_the_height_squared(self):
        asked = []
        nodes = merkle.nodes_of(many(4095))

        def lookup(level, index):
            asked.append((level, index))
            return nodes(level, index)

        merkle.inclusion_proof(0, 4095, lookup)
        assert len(asked) <= 12 * 12


class TestConsistency:
    @given(SIZES, st.data())
    def test_proof_is_the_definition_and_verifies(self, size, data):
        leaves = many(size)
        first = data.draw(st.integers(1, size))
        proof = merkle.consistency_proof(first, size, merkle.nodes_of(leaves))
        roots = (naive_root(leaves[:first]), naive_root(leaves))
        assert proof == naive_subproof(first, leaves, True)
        assert merkle.verify_consistency(first, size, roots, proof)

    @given(st.integers(2, 70), st.data())
    def test_is_refused_when_history_was_rewritten(self, size, data):
        leaves = many(size)
        first = data.draw(st.integers(1, size - 1))
        rewritten = data.draw(st.integers(0, first - 1))
        forged = [*leaves]
        forged[rewritten] = merkle.leaf_hash(b"forged")
        roots = (naive_root(leaves[:first]), naive_root(forged))
        proof = merkle.consistency_proof(first, size, merkle.nodes_of(forged))
        assert not merkle.verify_consistency(first, size, roots, proof)

    @given(st.integers(2, 70), st.data())
    def test_is_refused_after_any_step_is_changed(self, size, data):
        leaves = many(size)
        first = data.draw(st.integers(1, size - 1))
        proof = merkle.consistency_proof(first, size, merkle.nodes_of(leaves))
        roots = (naive_root(leaves[:first]), naive_root(leaves))
        for step in range(len(proof)):
            changed = [*proof[:step], hashlib.sha256(b"other").digest(), *proof[step + 1 :]]
            assert not merkle.verify_consistency(first, size, roots, changed)
            assert not merkle.verify_consistency(first, size, roots, proof[:step])
        assert not merkle.verify_consistency(first, size, roots, [*proof, roots[0]])
        assert not merkle.verify_consistency(first, size * 4, roots, proof)

    def test_of_the_empty_tree_needs_nothing_but_its_root(self):
        roots = (merkle.EMPTY, naive_root(LEAVES))
        assert merkle.consistency_proof(0, 8, merkle.nodes_of(LEAVES)) == []
        assert merkle.verify_consistency(0, 8, roots, [])
        assert not merkle.verify_consistency(0, 8, roots[::-1], [])
        assert not merkle.verify_consistency(0, 8, roots, [merkle.EMPTY])

    def test_of_equal_sizes_needs_equal_roots(self):
        root = naive_root(LEAVES)
        assert merkle.verify_consistency(8, 8, (root, root), [])
        assert not merkle.verify_consistency(8, 8, (merkle.EMPTY, root), [])
        assert not merkle.verify_consistency(8, 7, (root, root), [])

    def test_refuses_sizes_in_the_wrong_order(self):
        with pytest.raises(ProofRange):
            merkle.consistency_proof(8, 7, merkle.nodes_of(LEAVES))
