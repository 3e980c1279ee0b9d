"""The wallet's own codec recomputes what two contracts have stored: written apart, the two check each other."""

from __future__ import annotations

from typing import Any

from ashore.systems.zklink.codec.l1.blocks import (
    Deployment,
    SecondaryStoredBlock,
    chain_of_stored_blocks,
    decode_commit_blocks,
    operation_pubdata,
    pending_operations_hash,
)
from ashore.systems.zklink.codec.l1.hashes import EMPTY_HASH
from ashore.systems.zklink.codec.l1.pubdata import PubdataLayout
from unit.sandbox.zklink.seas import HARBOUR, LAGOON, proven_slot

STORED_BLOCK_HASHES = 60


async def calldata(two: Any, chain: int, tx_hash: str) -> bytes:
    tx = await two.l1("eth_getTransactionByHash", tx_hash, chain=chain)
    return bytes.fromhex(tx["input"][2:])


async def test_stored_blocks_and_sync_hashes_agree(two: Any) -> None:
    hashes = []
    for nonce, chain in enumerate((HARBOUR, LAGOON, LAGOON)):
        hashes.append(await two.send(nonce=nonce, to_chain_id=chain, amount=10**18))
        await two.control("step", count=2)
    await two.world.settle()
    deployment = Deployment(HARBOUR, (HARBOUR, LAGOON), PubdataLayout.CALL_HASH_LAST)
    told: dict[int, tuple[tuple[int, bytes], ...]] = {}
    paid_there: dict[int, list[bytes]] = {}
    for tx_hash in hashes:
        truth = (await two.truth(tx_hash))["on_chains"]["1"]
        commit = decode_commit_blocks(await calldata(two, HARBOUR, truth["commit"]))
        for block in commit.new_blocks:
            operations = operation_pubdata(block, deployment.layout)
            paid_there[block.block_number] = [one for one in operations if one[1] == LAGOON]
        for stored in chain_of_stored_blocks(commit, deployment):
            kept = await proven_slot(two, HARBOUR, STORED_BLOCK_HASHES, stored.block_number)
            assert kept == int.from_bytes(stored.hash, "big")
            told[stored.block_number] = stored.sync_hashes
    # The first batch does not touch the second chain; each of the others changes its sync hash once.
    assert told[8802] == ((LAGOON, EMPTY_HASH),)
    assert told[8803] == told[8804] != told[8805] == told[8806]
    branch = two.world.branches[LAGOON]
    for number, sequence in ((8803, 412), (8805, 413)):
        paid = pending_operations_hash(paid_there[number])
        stored_there = SecondaryStoredBlock(number, sequence, 0, paid, told[number][0][1])
        kept = branch.main.read(branch.chain, "storedBlockHashes", sequence)
        assert kept == stored_there.hash
