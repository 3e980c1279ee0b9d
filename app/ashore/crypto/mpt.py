"""Merkle-Patricia tries: check proofs, and build the ordered tries of a block (Yellow Paper, appendix D).

`verify` checks a proof of inclusion or absence under a root that is already trusted. `OrderedTrie`
builds the trie whose keys are RLP-encoded positions (transactions, receipts) and gives the path of
one position, so that a compact proof can be kept after the node has forgotten the block.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from ashore.crypto import rlp
from ashore.crypto.keccak import keccak256
from ashore.crypto.rlp import RlpError, RlpItem

EMPTY_ROOT = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
MAX_PROOF_NODES = 65
"""A path has at most 64 nibbles (32-byte keys), hence at most 65 nodes."""

_HASH_LENGTH = 32
_BRANCH_ITEMS = 17
_EMPTY_NODE = b"\x80"

_Nibbles: TypeAlias = bytes
_Fetch: TypeAlias = Callable[[bytes], bytes]


class ProofError(ValueError):
    """The nodes do not prove anything about this key under this root."""


def verify(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes | None:
    """Return the value of `key` under `root`, or None where the nodes prove its absence.

    `nodes` is the path from the root downwards, nothing missing and nothing added. For state and
    storage tries `key` is already hashed. Raises ProofError on anything else.
    """
    if len(nodes) > MAX_PROOF_NODES:
        raise ProofError("too many nodes")
    if root == EMPTY_ROOT:
        if list(nodes) not in ([], [_EMPTY_NODE]):
            raise ProofError("nodes under an empty root")
        return None
    remaining = iter(nodes)

    def fetch(wanted: bytes) -> bytes:
        node = next(remaining, None)
        if node is None:
            raise ProofError("the path is too short")
        if keccak256(node) != wanted:
            raise ProofError("a node does not have the hash that its parent names")
        return node

    try:
        value = _walk(root, key, fetch)
    except RlpError as error:
        raise ProofError(f"a node is not canonical: {error}") from error
    if next(remaining, None) is not None:
        raise ProofError("nodes beyond the end of the path")
    return value


def index_key(index: int) -> bytes:
    """Return the key of position `index` in an ordered trie."""
    return rlp.encode(rlp.encode_int(index))


class OrderedTrie:
    """The trie of a list of values (each non-empty), keyed by their positions from zero."""

    def __init__(self, values: Sequence[bytes]) -> None:
        if not all(values):
            raise ValueError("a value in a trie is never empty")
        self._size = len(values)
        self._encoded: dict[bytes, bytes] = {}
        self.root = EMPTY_ROOT
        if values:
            entries = sorted((_nibbles(index_key(index)), value) for index, value in enumerate(values))
            top = rlp.encode(self._build(entries, 0))
            self.root = keccak256(top)
            self._encoded[self.root] = top

    def proof(self, index: int) -> tuple[bytes, ...]:
        """Return the path of position `index`, as `verify` wants it. Raises IndexError out of range."""
        if not 0 <= index < self._size:
            raise IndexError(index)
        path: list[bytes] = []

        def fetch(wanted: bytes) -> bytes:
            node = self._encoded[wanted]
            path.append(node)
            return node

        _walk(self.root, index_key(index), fetch)
        return tuple(path)

    def _build(self, entries: list[tuple[_Nibbles, bytes]], depth: int) -> list[RlpItem]:
        """Return the node for sorted entries that share their first `depth` nibbles."""
        first, value = entries[0]
        if len(entries) == 1:
            return [_compact(first[depth:], leaf=True), value]
        split = _shared(first, entries[-1][0], depth)
        if split > depth:
            return [_compact(first[depth:split], leaf=False), self._reference(self._build(entries, split))]
        branch: list[RlpItem] = [b""] * _BRANCH_ITEMS
        position = 0
        if len(first) == depth:
            branch[16] = value
            position = 1
        while position < len(entries):
            nibble = entries[position][0][depth]
            end = position
            while end < len(entries) and entries[end][0][depth] == nibble:
                end += 1
            branch[nibble] = self._reference(self._build(entries[position:end], depth + 1))
            position = end
        return branch

    def _reference(self, node: list[RlpItem]) -> RlpItem:
        encoded = rlp.encode(node)
        if len(encoded) < _HASH_LENGTH:
            return node
        digest = keccak256(encoded)
        self._encoded[digest] = encoded
        return digest


def _walk(root: bytes, key: bytes, fetch: _Fetch) -> bytes | None:
    """Follow `key` from `root`; `fetch` gives the encoding of the node with a hash."""
    path = _nibbles(key)
    position = 0
    reference: RlpItem = root
    while True:
        if reference == b"":
            return None
        items = _node(reference, fetch)
        if len(items) == _BRANCH_ITEMS:
            if position == len(path):
                return rlp.expect_bytes(items[16]) or None
            reference = items[path[position]]
            position += 1
            continue
        part, leaf = _expand(items[0])
        end = position + len(part)
        matches = path[position:end] == part
        if leaf:
            value = rlp.expect_bytes(items[1])
            if not value:
                raise ProofError("a leaf without a value")
            return value if matches and end == len(path) else None
        if not part or items[1] == b"":
            raise ProofError("an extension that extends nothing")
        if not matches:
            return None
        position = end
        reference = items[1]


def _node(reference: RlpItem, fetch: _Fetch) -> list[RlpItem]:
    """Return the items of the node behind a reference: a hash, or the node itself if it is short."""
    if isinstance(reference, bytes):
        if len(reference) != _HASH_LENGTH:
            raise ProofError("a reference that is no hash")
        items = rlp.expect_list(rlp.decode(fetch(reference)))
    else:
        if len(rlp.encode(reference)) >= _HASH_LENGTH:
            raise ProofError("a long node must be referred to by its hash")
        items = reference
    if len(items) not in (2, _BRANCH_ITEMS):
        raise ProofError("neither leaf, extension nor branch")
    return items


def _nibbles(key: bytes) -> _Nibbles:
    return bytes(nibble for byte in key for nibble in (byte >> 4, byte & 15))


def _shared(left: _Nibbles, right: _Nibbles, start: int) -> int:
    end = start
    while end < min(len(left), len(right)) and left[end] == right[end]:
        end += 1
    return end


def _compact(path: _Nibbles, *, leaf: bool) -> bytes:
    """Return the hex-prefix encoding of a path (Yellow Paper, appendix C)."""
    flag = 2 if leaf else 0
    padded = bytes([flag + 1]) + path if len(path) % 2 else bytes([flag, 0]) + path
    return bytes(padded[i] << 4 | padded[i + 1] for i in range(0, len(padded), 2))


def _expand(item: RlpItem) -> tuple[_Nibbles, bool]:
    compact = rlp.expect_bytes(item)
    if not compact or compact[0] >> 4 > 3:
        raise ProofError("a bad path prefix")
    nibbles = _nibbles(compact)
    if nibbles[0] & 1:
        return nibbles[1:], bool(nibbles[0] & 2)
    if nibbles[1]:
        raise ProofError("a bad path prefix")
    return nibbles[2:], bool(nibbles[0] & 2)
