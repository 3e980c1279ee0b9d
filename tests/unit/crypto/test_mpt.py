"""Proofs and ordered tries against the `trie` library."""

import pytest
import rlp as oracle_rlp
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from ashore.crypto.keccak import keccak256
from ashore.crypto.mpt import EMPTY_ROOT, OrderedTrie, ProofError, index_key, verify

values = st.lists(st.binary(min_size=1, max_size=60), max_size=300)
keyed = st.dictionaries(st.binary(min_size=2, max_size=4), st.binary(min_size=1, max_size=50), min_size=1, max_size=40)


def ordered_oracle(entries):
    trie = HexaryTrie({})
    for index, value in enumerate(entries):
        trie[oracle_rlp.encode(index)] = value
    return trie


def path(trie, key):
    """The path as nodes give it: `trie` repeats short nodes that their parents already contain."""
    nodes = [oracle_rlp.encode(node) for node in trie.get_proof(key)]
    return [node for place, node in enumerate(nodes) if place == 0 or len(node) >= 32]


@given(values)
@settings(max_examples=40, deadline=None)
def test_root_of_an_ordered_trie_is_the_oracles(entries):
    assert OrderedTrie(entries).root == ordered_oracle(entries).root_hash


@given(values.filter(bool), st.data())
@settings(max_examples=60, deadline=None)
def test_extracted_path_proves_the_value(entries, data):
    index = data.draw(st.integers(0, len(entries) - 1))
    trie = OrderedTrie(entries)
    nodes = trie.proof(index)
    assert verify(trie.root, index_key(index), nodes) == entries[index]
    node_items = [oracle_rlp.decode(node) for node in nodes]
    assert HexaryTrie.get_from_proof(trie.root, index_key(index), node_items) == entries[index]


@given(keyed, st.binary(min_size=2, max_size=4))
@settings(max_examples=80, deadline=None)
def test_inclusion_and_absence_as_the_oracle_says(entries, asked):
    trie = HexaryTrie({}, prune=True)
    for key, value in entries.items():
        trie[key] = value
    for key in [*entries, asked]:
        assert (verify(trie.root_hash, key, path(trie, key)) or b"") == trie[key]


@given(keyed, st.data())
@settings(max_examples=80, deadline=None)
def test_a_mutated_proof_proves_nothing(entries, data):
    trie = HexaryTrie({})
    for key, value in entries.items():
        trie[key] = value
    key = data.draw(st.sampled_from(sorted(entries)))
    nodes = path(trie, key)
    kind = data.draw(st.sampled_from(["flip", "drop", "append", "duplicate"]))
    position = data.draw(st.integers(0, len(nodes) - 1))
    if kind == "flip":
        changed = bytearray(nodes[position])
        changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
        nodes[position] = bytes(changed)
    elif kind == "drop":
        del nodes[position]
    elif kind == "append":
        nodes.append(b"\xc0")
    else:
        nodes.insert(position, nodes[position])
    with pytest.raises(ProofError):
        verify(trie.root_hash, key, nodes)


def test_an_empty_trie_holds_nothing():
    assert OrderedTrie([]).root == EMPTY_ROOT
    assert verify(EMPTY_ROOT, b"any", []) is None
    assert verify(EMPTY_ROOT, b"any", [b"\x80"]) is None
    with pytest.raises(ProofError):
        verify(EMPTY_ROOT, b"any", [b"\xc0"])


def test_nodes_with_the_right_hash_and_a_wrong_shape_are_refused():
    for shape in ([b"a"], [b"\x40", b"v"], [b"\x00", b"\x01" * 32], [b"\x20", b""], [b"\x01", b"x"], [[b""], b"v"]):
        node = oracle_rlp.encode(shape)
        with pytest.raises(ProofError):
            verify(keccak256(node), b"", [node])


def test_out_of_range():
    with pytest.raises(IndexError):
        OrderedTrie([b"a"]).proof(1)
    with pytest.raises(ValueError, match="never empty"):
        OrderedTrie([b""])
    with pytest.raises(ProofError, match="many"):
        verify(b"\x01" * 32, b"", [b"\xc0"] * 66)
