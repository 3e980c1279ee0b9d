"""The contents of one block: fetched from one endpoint, proven against a header that is already agreed."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ashore.crypto.mpt import OrderedTrie
from ashore.domain.evidence import Level
from ashore.domain.observations import BlockObserved, LogEntry
from ashore.ethereum import wire
from ashore.ethereum.endpoint import BLOCK_READ, Endpoint
from ashore.ethereum.errors import BadAnswer
from ashore.ethereum.headers import Header
from ashore.ethereum.proofs import content_id, receipt_document
from ashore.ethereum.receipts import (
    KNOWN_TYPES,
    Receipt,
    Transaction,
    decode_receipt,
    decode_transaction,
    encode_receipt,
    encode_transaction,
    in_order,
)
from ashore.net.errors import NetError, RpcError
from ashore.net.jsonrpc import MAX_BATCH, Call


@dataclass(frozen=True, slots=True)
class Contents:
    """What one endpoint says a block contains: receipts in order, transaction objects in order."""

    header: Header
    receipts: list[Any]
    transactions: list[Any]


@dataclass(frozen=True, slots=True)
class ProvenBlock:
    """A block whose receipts rebuild its receiptsRoot, and transactions its transactionsRoot.

    `transactions` is empty, and `transaction_trie` None, where the proven receipts show a type whose
    encoding is not known: then a log's transaction hash is only what the endpoint said.
    """

    header: Header
    receipts: tuple[Receipt, ...]
    receipt_trie: OrderedTrie
    transactions: tuple[Transaction, ...]
    transaction_trie: OrderedTrie | None
    named_hashes: tuple[str, ...]

    def logs_of(self, addresses: Collection[str]) -> tuple[LogEntry, ...]:
        """Return all logs of every transaction that has at least one log of `addresses`."""
        return _select(self.receipts, self.transactions, self.named_hashes, addresses)

    def document(self, index: int) -> tuple[str, str]:
        """Return content id and text of the proof of the receipt (and transaction) at `index`."""
        text = receipt_document(self.header, self.receipt_trie, index, self.transaction_trie)
        return content_id(text), text


async def fetch(endpoint: Endpoint, header: Header) -> Contents:
    """Ask one endpoint for a block by its hash. Raises NetError or ChainError."""
    block, receipts = await endpoint.read(
        [Call("eth_getBlockByHash", (header.hash, True)), Call("eth_getBlockReceipts", (header.hash,))], BLOCK_READ
    )
    if isinstance(block, RpcError):
        raise block
    fields = wire.obj(block, "block")
    transactions = [wire.obj(entry, "transaction") for entry in wire.items(fields.get("transactions"), "transactions")]
    if isinstance(receipts, RpcError) or receipts is None:
        receipts = await _receipts_one_by_one(endpoint, transactions)
    ordered = in_order(wire.items(receipts, "receipts"))
    if len(ordered) != len(transactions):
        raise BadAnswer(f"{endpoint.name} sent another number of receipts than of transactions.")
    return Contents(header, ordered, transactions)


async def fetch_shown(endpoint: Endpoint, number: int) -> Contents:
    """Ask one endpoint for the block that it has at a height, header included."""
    return await fetch(endpoint, await endpoint.header(number))


async def prove(contents: Contents) -> ProvenBlock:
    """Rebuild both tries in a worker thread. Raises BadAnswer where a root differs."""
    return await asyncio.to_thread(_prove, contents)


def shown(contents: Contents, addresses: Collection[str]) -> tuple[LogEntry, ...]:
    """Return the same selection of logs from contents that nobody vouches for. Raises BadAnswer."""
    receipts = [decode_receipt(encode_receipt(entry)) for entry in contents.receipts]
    known = all(receipt.type in KNOWN_TYPES for receipt in receipts)
    transactions = [decode_transaction(encode_transaction(entry)) for entry in contents.transactions] if known else []
    return _select(receipts, transactions, _named_hashes(contents), addresses)


def observed(
    proven: ProvenBlock, chain: str, addresses: Collection[str], level: Level, voices: tuple[int, int]
) -> BlockObserved:
    """Return what a proven block shows of `addresses`, each log's transaction with its proof.

    `voices` are how many endpoints agree on its header, and how many were asked.
    """
    logs = proven.logs_of(addresses)
    documents = {index: proven.document(index) for index in sorted({log.tx_index for log in logs})}
    return BlockObserved(
        block=proven.header.ref(chain),
        level=level,
        logs=logs,
        agreeing=voices[0],
        asked=voices[1],
        proofs={index: name for index, (name, _) in documents.items()},
        proof_bodies=dict(documents.values()),
    )


def _prove(contents: Contents) -> ProvenBlock:
    header = contents.header
    receipt_values = [encode_receipt(entry) for entry in contents.receipts]
    receipt_trie = OrderedTrie(receipt_values)
    if receipt_trie.root != header.receipts_root:
        raise BadAnswer("The receipts are not those of the block.")
    receipts = tuple(decode_receipt(value) for value in receipt_values)
    transaction_trie = None
    transactions: tuple[Transaction, ...] = ()
    if all(receipt.type in KNOWN_TYPES for receipt in receipts):
        transaction_values = [encode_transaction(entry) for entry in contents.transactions]
        transaction_trie = OrderedTrie(transaction_values)
        if transaction_trie.root != header.transactions_root:
            raise BadAnswer("The transactions are not those of the block.")
        transactions = tuple(decode_transaction(value) for value in transaction_values)
    return ProvenBlock(header, receipts, receipt_trie, transactions, transaction_trie, _named_hashes(contents))


def _named_hashes(contents: Contents) -> tuple[str, ...]:
    return tuple(wire.hexed(wire.data(entry.get("hash"), "a hash", 32)) for entry in contents.transactions)


async def _receipts_one_by_one(endpoint: Endpoint, transactions: list[dict[str, Any]]) -> list[Any]:
    hashes = [wire.hexed(wire.data(entry.get("hash"), "a hash", 32)) for entry in transactions]
    receipts: list[Any] = []
    for start in range(0, len(hashes), MAX_BATCH):
        calls = [Call("eth_getTransactionReceipt", (each,)) for each in hashes[start : start + MAX_BATCH]]
        for answer in await endpoint.read(calls, BLOCK_READ):
            if isinstance(answer, NetError):
                raise answer
            receipts.append(answer)
    return receipts


def _select(
    receipts: Collection[Receipt],
    transactions: Collection[Transaction],
    hashes: tuple[str, ...],
    addresses: Collection[str],
) -> tuple[LogEntry, ...]:
    entries: list[LogEntry] = []
    known = list(transactions)
    first_log = 0
    for index, receipt in enumerate(receipts):
        if any(log.address in addresses for log in receipt.logs):
            transaction = known[index] if known else None
            entries += [
                LogEntry(
                    address=log.address,
                    topics=log.topics,
                    data=log.data,
                    log_index=first_log + offset,
                    tx_index=index,
                    tx_hash=transaction.hash if transaction else hashes[index],
                    tx_to=transaction.to if transaction else "",
                    tx_input=transaction.input if transaction else "",
                )
                for offset, log in enumerate(receipt.logs)
            ]
        first_log += len(receipt.logs)
    return tuple(entries)
