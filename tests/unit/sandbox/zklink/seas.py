"""What the tests of two chains look at: events, counters, balances, slots, on either chain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eth_abi.abi import decode

from ashore.sandbox.evm.contracts import ETH_TOKEN, mapping_slot

RECIPIENT = "0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90"
_VECTORS = Path(__file__).parents[3] / "conformance" / "vectors" / "zklink.json"
TOPICS: dict[str, str] = {
    topic: signature for signature, topic in json.loads(_VECTORS.read_text("utf-8"))["l1_topics"].items()
}
"""Published signatures by topic."""
USDC, USDT, DAI, ETH = 17, 18, 19, 33
HARBOUR, LAGOON = 1, 2


async def events(two: Any, chain: int, since: int = 0) -> list[tuple[str, Any]]:
    """What zkLink's contract logged on a chain from a block on: name and block number, or name and the log."""
    address = two.world.network.chains[chain].main_contract
    rule = {"address": address, "fromBlock": hex(since), "toBlock": "latest"}
    found = []
    for log in await two.l1("eth_getLogs", rule, chain=chain):
        name = TOPICS[log["topics"][0]].partition("(")[0]
        about_block = name.startswith("Block") and name != "BlocksRevert"
        found.append((name, int(log["topics"][1], 16) if about_block else log))
    return found


def names(found: list[tuple[str, Any]]) -> list[Any]:
    """Blocks' events with their numbers, the others by name alone."""
    return [(name, value) if isinstance(value, int) else name for name, value in found]


def head(two: Any, chain: int) -> int:
    """The first block that is still to come."""
    return int(two.world.chains[chain].chain.head.number) + 1


async def counters(two: Any, chain: int) -> tuple[int, ...]:
    """Committed, proven, synchronized, executed, by the contract's own getters."""
    address = two.world.network.chains[chain].main_contract
    selectors = ("faf4d8cb", "647b5923", "495ed57a", "f2235487")
    told = [await two.l1("eth_call", {"to": address, "data": "0x" + one}, "latest", chain=chain) for one in selectors]
    return tuple(int(one, 16) for one in told)


async def balance(two: Any, token: int, chain: int, owner: str = RECIPIENT) -> int:
    """What an owner has of a token, in its units on that chain."""
    address = two.world.network.tokens[token].chains[chain].address
    if address == "0x" + ETH_TOKEN.hex():
        return int(await two.l1("eth_getBalance", owner, "latest", chain=chain), 16)
    data = "0x70a08231" + owner[2:].rjust(64, "0")
    return int(await two.l1("eth_call", {"to": address, "data": data}, "latest", chain=chain), 16)


async def proven_slot(two: Any, chain: int, slot: int, *keys: bytes | int) -> int:
    """A storage word of zkLink's contract by eth_getProof."""
    address = two.world.network.chains[chain].main_contract
    place = "0x" + mapping_slot(slot, *keys).to_bytes(32, "big").hex()
    proof = await two.l1("eth_getProof", address, [place], "latest", chain=chain)
    return int(proof["storageProof"][0]["value"], 16)


def accept_values(log: Any) -> tuple[Any, ...]:
    """The fields of an Accept event."""
    kinds = ["address", "address", "address", "uint128", "uint16", "uint32", "uint8", "uint32", "uint128"]
    return tuple(decode(kinds, bytes.fromhex(log["data"][2:])))


async def switch(two: Any, **switches: Any) -> None:
    await two.control("faults", zklink={"switches": switches})


async def sent(two: Any) -> list[tuple[str, int]]:
    """Step stages and blocks until nothing is left to do: what was sent where, in order."""
    found = []
    for _ in range(200):
        answer = await two.world.step("stage")
        if answer["moved"] is not None:
            if "chain" in answer:
                found.append((str(answer["sent"]), answer["chain"]))
        elif answer["waits_for"] == "block":
            await two.world.step("block")
        else:
            return found
    raise AssertionError("the operator does not come to rest")
