"""Merkle proofs of accounts and storage slots (EIP-1186)."""

from collections.abc import Sequence
from dataclasses import dataclass

import rlp  # type: ignore[import-untyped]
from eth.abc import DatabaseAPI
from eth.constants import BLANK_ROOT_HASH, EMPTY_SHA3
from trie.hexary import HexaryTrie

from ashore.crypto.keccak import keccak256


@dataclass(frozen=True, slots=True)
class SlotProof:
    """The value of one storage slot and the trie nodes from the storage root to it."""

    slot: int
    value: int
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AccountProof:
    """An account's four fields, the trie nodes from the state root to it, and its slots."""

    address: bytes
    nonce: int
    balance: int
    storage_hash: bytes
    code_hash: bytes
    nodes: tuple[bytes, ...]
    slots: tuple[SlotProof, ...]


def prove_account(database: DatabaseAPI, state_root: bytes, address: bytes, slots: Sequence[int]) -> AccountProof:
    """Prove an account and some of its slots under `state_root`; absence is proven likewise, with zero values."""
    state = HexaryTrie(database, state_root)
    key = keccak256(address)
    encoded = state.get(key)
    nonce, balance, storage_hash, code_hash = (
        rlp.decode(encoded) if encoded else (b"", b"", BLANK_ROOT_HASH, EMPTY_SHA3)
    )
    storage = HexaryTrie(database, storage_hash)
    return AccountProof(
        address=address,
        nonce=int.from_bytes(nonce, "big"),
        balance=int.from_bytes(balance, "big"),
        storage_hash=bytes(storage_hash),
        code_hash=bytes(code_hash),
        nodes=_nodes(state, key),
        slots=tuple(_prove_slot(storage, slot) for slot in slots),
    )


def _prove_slot(storage: HexaryTrie, slot: int) -> SlotProof:
    key = keccak256(slot.to_bytes(32, "big"))
    encoded = storage.get(key)
    value = int.from_bytes(rlp.decode(encoded), "big") if encoded else 0
    return SlotProof(slot, value, _nodes(storage, key))


def _nodes(trie: HexaryTrie, key: bytes) -> tuple[bytes, ...]:
    return tuple(rlp.encode(node) for node in trie.get_proof(key))  # type: ignore[no-untyped-call]
