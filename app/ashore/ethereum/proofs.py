"""Proof documents: small canonical JSON texts that show, offline and for ever, what a block contained.

A document holds a block header and the trie paths below it. `check` recomputes everything from the
bytes alone. What it cannot show is that the header belongs to the chain: that is what the endpoints'
agreement (or a light client) is for, and why facts carry the block's hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ashore.crypto import rlp
from ashore.crypto.keccak import keccak256
from ashore.crypto.mpt import EMPTY_ROOT, OrderedTrie, ProofError, index_key, verify
from ashore.crypto.rlp import RlpError
from ashore.domain import strict_json
from ashore.ethereum import wire
from ashore.ethereum.errors import BadAnswer, InvalidProof
from ashore.ethereum.headers import Header
from ashore.ethereum.receipts import Receipt, Transaction, decode_receipt, decode_transaction

MAX_DOCUMENT = 4_000_000
MAX_SLOTS = 64
"""Slots in one proof: on a large contract some half a megabyte of an endpoint's answer."""
_EMPTY_CODE = bytes.fromhex("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """The receipt at `index` of the block, and its transaction where that is proven as well."""

    block: Header
    index: int
    receipt: Receipt
    transaction: Transaction | None


@dataclass(frozen=True, slots=True)
class TransactionFacts:
    """The transaction at `index` of the block."""

    block: Header
    index: int
    transaction: Transaction


@dataclass(frozen=True, slots=True)
class StorageFacts:
    """An account and some of its storage after the block. An account or slot proven absent is zero."""

    block: Header
    address: str
    nonce: int
    balance: int
    code_hash: bytes
    slots: Mapping[int, int]


Facts = ReceiptFacts | TransactionFacts | StorageFacts


def content_id(document: str) -> str:
    """Return the name under which a document is stored: the SHA-256 of its text, in hex."""
    return hashlib.sha256(document.encode()).hexdigest()


def receipt_document(header: Header, receipts: OrderedTrie, index: int, transactions: OrderedTrie | None = None) -> str:
    """Return the document for one receipt, with its transaction where that trie could be rebuilt."""
    parts: dict[str, Any] = {"kind": "receipt", "index": index, "nodes": _hex_all(receipts.proof(index))}
    if transactions is not None:
        parts["transaction"] = _hex_all(transactions.proof(index))
    return _document(header, parts)


def transaction_document(header: Header, transactions: OrderedTrie, index: int) -> str:
    """Return the document for one transaction alone."""
    return _document(header, {"kind": "transaction", "index": index, "nodes": _hex_all(transactions.proof(index))})


def storage_document(header: Header, address: str, answer: Any, slots: Sequence[int]) -> str:
    """Return the document for an eth_getProof answer. Raises BadAnswer on a wrong shape; not yet checked."""
    proof = wire.obj(answer, "storage proof")
    by_slot: dict[int, list[str]] = {}
    for item in wire.items(proof.get("storageProof"), "slot proofs", MAX_SLOTS):
        entry = wire.obj(item, "slot proof")
        key = entry.get("key")
        slot = int.from_bytes(wire.data(_even(key), "a slot", limit=32), "big")
        by_slot[slot] = _nodes_from_rpc(entry.get("proof"))
    if not set(slots) <= set(by_slot):
        raise BadAnswer("A storage proof lacks a slot that was asked for.")
    parts = {
        "kind": "storage",
        "address": address.lower(),
        "account": _nodes_from_rpc(proof.get("accountProof")),
        "slots": [{"slot": hex(slot), "nodes": by_slot[slot]} for slot in sorted(set(slots))],
    }
    return _document(header, parts)


def check(document: str) -> Facts:
    """Verify a document from its bytes alone and return what it proves. Raises InvalidProof."""
    try:
        return _check(document)
    except (BadAnswer, ProofError, RlpError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise InvalidProof("The stored proof does not prove what it says.") from error


def _check(document: str) -> Facts:
    if len(document) > MAX_DOCUMENT:
        raise ProofError("too long")
    parts = wire.obj(strict_json.parse(document.encode()), "proof")
    if _canonical(parts) != document or parts.pop("v") != 1:
        raise ProofError("not a canonical document of this version")
    header = Header.from_rlp(wire.data(parts.pop("header"), "a header"))
    kind = parts.pop("kind")
    facts = _CHECKERS[kind](header, parts)
    if parts:
        raise ProofError("unknown parts")
    return facts


def _check_receipt(header: Header, parts: dict[str, Any]) -> ReceiptFacts:
    index = _index(parts.pop("index"))
    receipt = decode_receipt(_included(header.receipts_root, index, parts.pop("nodes")))
    transaction = None
    if "transaction" in parts:
        transaction = decode_transaction(_included(header.transactions_root, index, parts.pop("transaction")))
        if transaction.type != receipt.type:
            raise ProofError("receipt and transaction differ in type")
    return ReceiptFacts(header, index, receipt, transaction)


def _check_transaction(header: Header, parts: dict[str, Any]) -> TransactionFacts:
    index = _index(parts.pop("index"))
    encoded = _included(header.transactions_root, index, parts.pop("nodes"))
    return TransactionFacts(header, index, decode_transaction(encoded))


def _check_storage(header: Header, parts: dict[str, Any]) -> StorageFacts:
    address = parts.pop("address")
    account = verify(header.state_root, keccak256(wire.data(address, "an address", 20)), _nodes(parts.pop("account")))
    nonce = balance = 0
    storage_root, code_hash = EMPTY_ROOT, _EMPTY_CODE
    if account is not None:
        fields = rlp.expect_list(rlp.decode(account, max_depth=1), 4)
        nonce, balance = rlp.decode_int(fields[0]), rlp.decode_int(fields[1])
        storage_root, code_hash = rlp.expect_bytes(fields[2], 32), rlp.expect_bytes(fields[3], 32)
    slots: dict[int, int] = {}
    for item in wire.items(parts.pop("slots"), "slots", MAX_SLOTS):
        entry = wire.obj(item, "slot")
        slot = wire.quantity(entry["slot"], "a slot")
        value = verify(storage_root, keccak256(slot.to_bytes(32, "big")), _nodes(entry["nodes"]))
        slots[slot] = 0 if value is None else rlp.decode_int(rlp.decode(value, max_depth=0))
    return StorageFacts(header, address, nonce, balance, code_hash, slots)


_CHECKERS: dict[str, Callable[[Header, dict[str, Any]], Facts]] = {
    "receipt": _check_receipt,
    "transaction": _check_transaction,
    "storage": _check_storage,
}


def _included(root: bytes, index: int, nodes: Any) -> bytes:
    value = verify(root, index_key(index), _nodes(nodes))
    if value is None:
        raise ProofError("proven to be absent")
    return value


def _index(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**32:
        raise ProofError("no position")
    return value


def _nodes(value: Any) -> list[bytes]:
    return [wire.data(node, "a node") for node in wire.items(value, "nodes", 65)]


def _nodes_from_rpc(value: Any) -> list[str]:
    return [wire.hexed(node) for node in _nodes(value)]


def _even(key: Any) -> Any:
    """Endpoints differ in whether a slot's key is padded."""
    return "0x0" + key[2:] if isinstance(key, str) and len(key) % 2 else key


def _hex_all(nodes: Sequence[bytes]) -> list[str]:
    return [wire.hexed(node) for node in nodes]


def _document(header: Header, parts: dict[str, Any]) -> str:
    return _canonical({"v": 1, "header": wire.hexed(header.encoded), **parts})


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
