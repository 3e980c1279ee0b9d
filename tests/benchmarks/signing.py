"""How long keys, signatures and proofs take: in the signer process as the window uses it, and as plain calls."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import rlp as oracle_rlp
from tests.benchmarks.table import Figure
from trie import HexaryTrie

from ashore import entry
from ashore.crypto import musig
from ashore.crypto.mpt import index_key
from ashore.ethereum.headers import Header
from ashore.ethereum.proofs import ReceiptFacts, check
from ashore.keys import derivation
from ashore.keys.signer import Signer
from ashore.sandbox import genesis
from ashore.store.database import Database
from ashore.store.keep import Keep
from ashore.systems.zklink.codec import Withdraw, encode_core
from ashore.systems.zklink.codec.reading import WITHDRAW_KIND

ROUNDS = 15
REVIEW_MS = 1000.0
"""What a person may wait for between pressing a button and seeing that it was done."""


def figures(folder: Path) -> list[Figure]:
    """Measure the signer process, then the functions themselves."""
    return [*asyncio.run(_signer(folder)), *_functions()]


async def _signer(folder: Path) -> list[Figure]:
    began = time.perf_counter()
    async with Signer(entry.command("signer"), os.environ) as signer:
        await signer.create(folder / "vault.ashore", bytearray(b"benchmark"), None, network="sandbox", fast_kdf=True)
        opened = time.perf_counter() - began
        (account,) = await signer.accounts(0, 1)
        with_accounts = time.perf_counter() - began
        request = _request()
        read = await signer.read(WITHDRAW_KIND, request)
        expect = dict(read.reading.fields)
        reading = await _median(lambda: signer.read(WITHDRAW_KIND, request))
        signing = await _median(lambda: signer.sign(WITHDRAW_KIND, request, account.index, expect))
    return [
        Figure("signer: start of its process and a new practice vault", 1000 * opened, "ms"),
        Figure("signer: first account as well", 1000 * with_accounts, "ms"),
        Figure("signer: read a withdrawal", 1000 * reading, "ms", REVIEW_MS),
        Figure("signer: sign a withdrawal (layer 2 and Ethereum)", 1000 * signing, "ms", REVIEW_MS),
    ]


def _request() -> dict[str, object]:
    core = encode_core(
        Withdraw(
            to_chain_id=1,
            account_id=1042,
            sub_account_id=0,
            to=bytes(range(20)),
            l2_source_token=17,
            l1_target_token=17,
            amount=10**18,
            fee=10**16,
            nonce=0,
            flag=0,
            withdraw_fee_ratio=0,
            ts=genesis.GENESIS_TIME,
        )
    )
    return {"profile": "x-apex", "core": core.hex(), "symbol": "USDC", "call_data": None}


def _functions() -> list[Figure]:
    key = genesis.layer2_key(0)
    public, message = musig.public_key(key), bytes(72)
    signature = musig.sign(key, message)
    phrase = bytearray(genesis.MNEMONIC.encode())
    ethereum = bytes(range(64)) + b"\x1b"
    timed: dict[str, Callable[[], object]] = {
        "musig: sign": lambda: musig.sign(key, message),
        "musig: verify": lambda: musig.verify(public, signature, message),
        "keys: seed of a phrase, first account": lambda: derivation.account_key(
            derivation.seed_from_mnemonic(phrase), 0
        ),
        "keys: layer-2 key of a signature": lambda: derivation.layer2_key(ethereum),
    }
    return [Figure(name, 1000 * _median_of(work), "ms") for name, work in timed.items()]


def proof_figures(journal: Path) -> list[Figure]:
    """How long one stored proof of a stage takes to check, beside what the `trie` library takes for its paths alone."""
    database = Database(journal)
    try:
        names = [str(name) for (name,) in database.read("SELECT id FROM proofs")]
        documents = [Keep(database).proof(name) or "" for name in names]
    finally:
        database.close()
    receipts = [text for text in documents if isinstance(check(text), ReceiptFacts)]
    storage = [text for text in documents if text not in receipts]
    longest = max(receipts, key=len)
    found = [
        Figure(
            "proof of a stage: check a receipt with its transaction", 1000 * _median_of(lambda: check(longest)), "ms"
        ),
        Figure(
            "proof of a stage: the same paths by the trie library",
            1000 * _median_of(lambda: _by_trie(longest)),
            "ms",
            note=f"{len(longest) / 1000:,.0f} kB",
        ),
    ]
    if storage:
        found.append(
            Figure("proof of a stage: check two storage slots", 1000 * _median_of(lambda: check(storage[0])), "ms")
        )
    return found


def _by_trie(document: str) -> None:
    parts = json.loads(document)
    header = Header.from_rlp(bytes.fromhex(parts["header"][2:]))
    key = index_key(parts["index"])
    for root, nodes in ((header.receipts_root, parts["nodes"]), (header.transactions_root, parts["transaction"])):
        decoded = [oracle_rlp.decode(bytes.fromhex(node[2:])) for node in nodes]
        assert HexaryTrie.get_from_proof(root, key, decoded)


def _median_of(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


async def _median(work: Callable[[], Awaitable[object]]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)
