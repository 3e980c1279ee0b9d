"""Every refusal of sendTransaction, each by a really signed request that differs in one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from ashore.sandbox.clock import ClockMode
from ashore.sandbox.jsonrpc import RpcError
from ashore.sandbox.world import World, WorldConfig
from ashore.sandbox.zklink.faults import Switch
from ashore.systems.zklink.codec.profiles import Profile


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Refusals change nothing, so one world serves them all."""
    made = World(WorldConfig(clock=ClockMode.STEP))
    yield made
    made.close()


async def code_of(world: World, params: list[Any]) -> int:
    with pytest.raises(RpcError) as refused:
        await world.node.call("sendTransaction", params)
    assert not world.rollup.records
    return refused.value.code


SIGNED_DIFFERENTLY: list[tuple[dict[str, Any], int]] = [
    ({"to_chain_id": 2}, 100),
    ({"to_chain_id": 32}, 100),
    ({"account_id": 1}, 101),
    ({"account_id": 2**24}, 101),
    ({"sub_account_id": 32}, 102),
    ({"l2_source_token": 2}, 103),
    ({"l1_target_token": 16}, 103),
    ({"l1_target_token": 18}, 103),
    ({"l2_source_token": 99, "l1_target_token": 99}, 103),
    ({"l2_source_token": 1, "l1_target_token": 33}, 103),
    ({"to": bytes(20)}, 106),
    ({"to": b"\xff" * 32}, 106),
    ({"to": b"\x01" + bytes(31)}, 106),
    ({"nonce": 2**32 - 1}, 106),
    ({"flag": 1}, 106),
    ({"withdraw_fee_ratio": 10_001}, 106),
    ({"l2_source_token": 1, "l1_target_token": 1}, 202),
    ({"account_id": 999}, 201),
    ({"account_id": 1043}, 204),
    ({"account_id": 1044}, 110),
    ({"nonce": 1}, 205),
    ({"sub_account_id": 1}, 206),
    ({"amount": 1_240 * 10**18}, 206),
    ({"fee": 1_430_000_000_000_000_000}, 207),
    ({"fee": 0}, 207),
]


@pytest.mark.parametrize(("changes", "code"), SIGNED_DIFFERENTLY)
async def test_a_request_that_was_signed_with_a_wrong_value(
    world: World, hand: Any, changes: dict[str, Any], code: int
) -> None:
    assert await code_of(world, hand.sign(hand.withdraw(**changes))) == code


def _edit(**changes: Any) -> Callable[[list[Any]], None]:
    return lambda params: params[0].update(changes)


def _drop(name: str) -> Callable[[list[Any]], None]:
    def edit(params: list[Any]) -> None:
        del params[0][name]

    return edit


def _l1(value: Any) -> Callable[[list[Any]], None]:
    def edit(params: list[Any]) -> None:
        params[1] = value

    return edit


def _flip(part: str) -> Callable[[list[Any]], None]:
    def edit(params: list[Any]) -> None:
        text = params[0]["signature"][part]
        params[0]["signature"][part] = text[:-1] + ("0" if text[-1] != "0" else "1")

    return edit


ALTERED_AFTERWARDS: list[tuple[str, Callable[[list[Any]], None], int]] = [
    ("amount", _edit(amount=str(101 * 10**18)), 110),
    ("recipient", _edit(to="0x" + "11" * 20), 110),
    ("time", _edit(ts=1), 110),
    ("call data", _edit(callData=[]), 110),
    ("zk signature", _flip("signature"), 110),
    ("zk key", _flip("pubKey"), 110),
    ("no L1 signature", _l1(None), 109),
    ("L1 signature of another kind", _l1({"type": "StarkSignature", "signature": "0x00"}), 109),
    ("L1 signature too short", _l1({"type": "EthereumSignature", "signature": "0x00"}), 109),
    ("L1 signature of zeros", _l1({"type": "EthereumSignature", "signature": "0x" + "00" * 65}), 109),
    ("L1 signature no text", _l1({"type": "EthereumSignature", "signature": 7}), 109),
    ("fee not packable", _edit(fee="1600000000000000001"), 106),
    ("amount a number", _edit(amount=1), 106),
    ("amount signed", _edit(amount="-1"), 106),
    ("amount with exponent", _edit(amount="1e18"), 106),
    ("amount in other digits", _edit(amount="١٠٠"), 106),
    ("amount too large", _edit(amount=str(2**128)), 106),
    ("amount with zeros before", _edit(amount="0100"), 106),
    ("nonce a flag", _edit(nonce=True), 106),
    ("nonce a text", _edit(nonce="0"), 106),
    ("recipient of 19 bytes", _edit(to="0x" + "11" * 19), 106),
    ("unknown field", _edit(fastWithdraw=0), 106),
    ("unknown type", _edit(type="Transfer"), 106),
    ("no time", _drop("ts"), 106),
    ("no signature", _drop("signature"), 106),
    ("signature no object", _edit(signature="0x"), 106),
    ("call data out of range", _edit(callData=[256]), 106),
    ("call data endless", _edit(callData=[0] * 5000), 106),
]


@pytest.mark.parametrize(("what", "edit", "code"), ALTERED_AFTERWARDS, ids=[row[0] for row in ALTERED_AFTERWARDS])
async def test_a_request_that_was_altered_after_signing(
    world: World, hand: Any, what: str, edit: Callable[[list[Any]], None], code: int
) -> None:
    params = hand.sign(hand.withdraw())
    edit(params)
    assert await code_of(world, params) == code


async def test_the_text_of_another_profile_is_not_the_users_signature(world: World, hand: Any) -> None:
    params = hand.sign(hand.withdraw())
    other = replace(hand, profile=Profile.X_ZKEX).sign(hand.withdraw())
    params[1] = other[1]
    assert await code_of(world, params) == 109


async def test_another_users_keys_open_nothing(world: World, hand: Any) -> None:
    other = replace(hand, index=2)
    assert await code_of(world, other.sign(hand.withdraw())) == 110
    params = hand.sign(hand.withdraw())
    params[1] = other.sign(hand.withdraw())[1]
    assert await code_of(world, params) == 109


@pytest.mark.parametrize("params", [[], [1], ["0x"], [None, None], [{}, None, None, None]])
async def test_wrong_parameters(world: World, params: list[Any]) -> None:
    assert await code_of(world, params) in (-32602, 106)


async def test_an_empty_reserve_refuses(harbour: Any) -> None:
    harbour.world.faults.switches[Switch.RESERVE_EMPTY] = True
    assert await harbour.zklink("getTokenReserve", 17, False) == {"1": "0"}
    with pytest.raises(Exception, match="reserve") as refused:
        await harbour.send()
    assert refused.value.code == 208  # type: ignore[attr-defined]
    harbour.world.faults.clear()
    assert await harbour.zklink("getTokenReserve", 17, False) == {"1": str(5_000_000 * 10**18)}
    await harbour.send()
    assert await harbour.zklink("getTokenReserve", 17, False) == {"1": str(4_999_900 * 10**18)}


async def test_a_duplicate_is_counted_and_has_no_second_effect(harbour: Any) -> None:
    tx_hash = await harbour.send()
    for moment in ("while it waits", "after it was paid"):
        with pytest.raises(Exception, match="duplicate") as refused:
            await harbour.send()
        assert refused.value.code == 213, moment  # type: ignore[attr-defined]
        await harbour.world.settle()
    submissions = (await harbour.control("status"))["zklink"]["submissions"]
    assert submissions == {tx_hash: {"accepted": 1, "duplicates": 2}}
    assert (await harbour.truth(tx_hash))["paid_l1"] == "100000000"


async def test_twins_in_one_batch_are_accepted_once(harbour: Any) -> None:
    params = harbour.hand.sign(harbour.hand.withdraw())
    calls = [{"jsonrpc": "2.0", "id": n, "method": "sendTransaction", "params": params} for n in range(3)]
    answers = (await harbour.client.post("/zklink", json=calls)).json()
    assert [one.get("error", {}).get("code") for one in answers] == [None, 213, 213]


async def test_the_next_nonce_counts_what_waits(harbour: Any) -> None:
    await harbour.send()
    with pytest.raises(Exception, match="expected 1"):
        await harbour.send(amount=5 * 10**18)
    await harbour.send(nonce=1, amount=5 * 10**18)
    with pytest.raises(Exception, match="balance"):
        await harbour.send(nonce=2, amount=1_140 * 10**18)


async def test_a_fast_withdrawal_needs_no_fee(harbour: Any) -> None:
    await harbour.control("faults", zklink={"switches": {"broker_away": True}})
    tx_hash = await harbour.send(fee=0, withdraw_fee_ratio=50)
    await harbour.world.settle()
    assert (await harbour.truth(tx_hash))["paid_l1"] == "100000000"


@pytest.mark.parametrize("profile", list(Profile))
async def test_every_profile_takes_its_own_form(open_harbour: Any, profile: Profile) -> None:
    harbour = open_harbour(profile=profile)
    tx_hash = await harbour.send()
    await harbour.world.settle()
    assert (await harbour.truth(tx_hash))["paid_l1"] == "100000000"


async def test_only_v2_estimates_fees(open_harbour: Any) -> None:
    harbour = open_harbour(profile=Profile.V2)
    assert await harbour.zklink("estimateTransactionFee", harbour.hand.sign(harbour.hand.withdraw())[0]) == str(
        16 * 10**17
    )
    with pytest.raises(Exception, match="Method not found"):
        await open_harbour().zklink("estimateTransactionFee", {})
