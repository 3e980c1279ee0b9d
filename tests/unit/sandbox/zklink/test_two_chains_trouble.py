"""Two chains in trouble: stalls, reverts, reorganisations, an end after every step; and money all the same, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from unit.sandbox.zklink.seas import (
    HARBOUR,
    LAGOON,
    USDC,
    balance,
    counters,
    events,
    head,
    names,
    sent,
    switch,
)

AMOUNT = 100 * 10**18


@pytest.mark.parametrize(
    ("name", "chain", "last"),
    [
        ("commit_stalled", LAGOON, ("prove", HARBOUR)),
        ("commit_stalled", HARBOUR, ("receive_sync", HARBOUR)),
        ("prove_stalled", HARBOUR, ("receive_sync", HARBOUR)),
        ("sync_stalled", LAGOON, ("prove", HARBOUR)),
        ("sync_stalled", HARBOUR, ("receive_sync", HARBOUR)),
        ("execute_stalled", LAGOON, ("execute", HARBOUR)),
        ("relayer_off", LAGOON, ("execute", LAGOON)),
    ],
)
async def test_a_stall_of_one_chain_holds_and_ends(two: Any, name: str, chain: int, last: tuple[str, int]) -> None:
    tx_hash = await two.send(to_chain_id=LAGOON)
    await switch(two, **{name: [chain]})
    assert (await sent(two))[-1] == last
    assert (await two.truth(tx_hash))["paid_l1"] == "0"
    await switch(two, **{name: False})
    assert (await sent(two))[-1] == ("payout", LAGOON)
    assert (await two.truth(tx_hash))["paid_l1"] == str(AMOUNT)


async def test_a_stall_of_the_second_chain_does_not_hold_money_on_the_first(two: Any) -> None:
    await switch(two, relayer_off=[LAGOON])
    for nonce, chain in enumerate((HARBOUR, LAGOON)):
        await two.send(nonce=nonce, to_chain_id=chain)
    await two.world.settle()
    assert await balance(two, USDC, HARBOUR) == 100 * 10**6
    assert await balance(two, USDC, LAGOON) == 0


async def test_it_can_end_after_every_step(open_harbour: Any, two_folder: Path) -> None:
    two = open_harbour(data_dir=two_folder, chains=2)
    tx_hash = await two.send(to_chain_id=LAGOON)
    seen: list[tuple[str, int]] = []
    for _ in range(60):
        two.world.close()
        two = open_harbour(data_dir=two_folder, chains=2)
        answer = await two.world.step("stage")
        if answer["moved"] and "chain" in answer:
            seen.append((answer["sent"], answer["chain"]))
        elif answer["waits_for"] == "block":
            await two.world.step("block")
        elif not answer["moved"]:
            break
    assert len(seen) == len(set(seen)) == 10
    truth = await two.truth(tx_hash)
    assert (truth["paid_l1"], len(truth["paid_by"])) == (str(AMOUNT), 1)
    assert await balance(two, USDC, LAGOON) == AMOUNT


async def up_to(two: Any, what: str, chain: int) -> None:
    """Go on until something was sent to a chain and is mined."""
    for _ in range(60):
        answer = await two.world.step("stage")
        if (answer.get("sent"), answer.get("chain")) == (what, chain):
            await two.world.step("block")
            return
        if answer["waits_for"] == "block":
            await two.world.step("block")
    raise AssertionError(f"{what} was not sent")


@pytest.mark.parametrize(
    ("chain", "moment"),
    [
        (None, ("commit", LAGOON)),
        (None, ("confirm", LAGOON)),
        (HARBOUR, ("receive_sync", HARBOUR)),
        (HARBOUR, ("confirm", LAGOON)),
        (LAGOON, ("commit", LAGOON)),
        (LAGOON, ("confirm", LAGOON)),
    ],
)
async def test_blocks_that_are_taken_back_are_committed_again(
    two: Any, chain: int | None, moment: tuple[str, int]
) -> None:
    tx_hash = await two.send(to_chain_id=LAGOON)
    await two.send(nonce=1)
    await up_to(two, *moment)
    reverted = [one for one in (HARBOUR, LAGOON) if chain in (None, one)]
    since = {one: head(two, one) for one in (HARBOUR, LAGOON)}
    assert await two.control("revert", chain=chain) == {"batches": [1]}
    await two.control("step", what="block")
    for one in (HARBOUR, LAGOON):
        # On the second chain the event carries the sequence, as its counters do.
        expected = ["BlocksRevert"] if one in reverted else []
        assert names(await events(two, one, since[one])) == expected
    if LAGOON in reverted:
        assert (await counters(two, LAGOON))[:3] == (411, 0, 8800)
    if HARBOUR in reverted:
        assert await counters(two, HARBOUR) == (8800, 8800, 8800, 8800)
        assert (await two.zklink("getLatestBlockNumber"))["committed"] == 8800
    on_chain = await two.zklink("getBlockOnChainByNumber", 8801)
    assert [one["chainId"] for one in on_chain["committed"]] == [one for one in (1, 2) if one not in reverted]
    await two.world.settle()
    assert (await two.truth(tx_hash))["paid_l1"] == str(AMOUNT)
    assert await balance(two, USDC, HARBOUR) == 100 * 10**6
    assert await two.control("revert") == {"batches": []}


async def test_several_batches_are_taken_back_after_later_hashes_were_heard(two: Any) -> None:
    await switch(two, execute_stalled=True)
    for nonce in range(3):
        await two.send(nonce=nonce, to_chain_id=LAGOON, amount=10**18)
        await two.world.settle()
    assert await counters(two, LAGOON) == (414, 0, 8806, 411)
    assert await two.control("revert", chain=HARBOUR) == {"batches": [1, 2, 3]}
    await switch(two, execute_stalled=False)
    await two.world.settle()
    assert await balance(two, USDC, LAGOON) == 3 * 10**18


async def test_what_is_executed_on_the_second_chain_is_not_taken_back_on_the_first(two: Any) -> None:
    await switch(two, execute_stalled=[HARBOUR])
    await two.send(to_chain_id=LAGOON)
    await two.world.settle()
    assert await balance(two, USDC, LAGOON) == AMOUNT
    assert await two.control("revert") == {"batches": []}


async def test_a_reorganisation_of_the_second_chain_is_healed(two: Any) -> None:
    await two.control("step", what="block", count=8)
    tx_hash = await two.send(to_chain_id=LAGOON)
    await switch(two, relayer_off=True)
    await two.world.settle()
    dropped = (await two.truth(tx_hash))["stages"]
    await two.control("reorg", depth=3, chain=LAGOON, drop=[dropped["execute"], dropped["sync"]])
    assert (await two.truth(tx_hash))["stages"]["sync"] is None
    await switch(two, relayer_off=False)
    await two.world.settle()
    truth = await two.truth(tx_hash)
    assert (truth["stages"]["sync"], truth["paid_l1"]) == (dropped["sync"], str(AMOUNT))


async def test_what_a_reorganisation_dropped_keeps_its_nonce_in_a_revert(two: Any) -> None:
    await two.control("step", what="block", count=8)
    tx_hash = await two.send(to_chain_id=LAGOON)
    await up_to(two, "prove", HARBOUR)
    told = two.world.outbox.current("prove", 1)
    await two.control("reorg", depth=1, drop=[told.tx_hash])
    assert await two.control("revert") == {"batches": [1]}
    await two.world.settle()
    assert (await two.truth(tx_hash))["paid_l1"] == str(AMOUNT)
