"""The ether of an address: proven where endpoints agree, named as one endpoint's where they do not, else left out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from ashore.engine.ether import Ether, EtherBalances
from ashore.sandbox.evm.faults import FaultKind
from unit.ethereum.chain_bench import Bench

RICH = bytes.fromhex("f39fd6e51aad88f6f4ce6ab8827279cfffb92266")
ADDRESS = "0x" + RICH.hex()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    await made.http.aclose()
    made.chain.close()


@pytest.fixture
def balances(bench: Bench) -> EtherBalances:
    return EtherBalances({"Harbour": bench.quorum}, {"Harbour": "ETH"})


async def test_it_is_proven_under_a_block_that_is_agreed(bench: Bench, balances: EtherBalances) -> None:
    assert await balances.of(ADDRESS) == [Ether("Harbour", "ETH", bench.chain.balance(RICH), proven=True)]


async def test_a_lie_about_it_is_not_believed(bench: Bench, balances: EtherBalances) -> None:
    true = await balances.of(ADDRESS)
    bench.fault("a", FaultKind.FORGED_PROOF, "eth_getProof")
    assert await balances.of(ADDRESS) == true, "another endpoint proves it"


async def test_what_one_endpoint_says_is_called_that(bench: Bench, balances: EtherBalances) -> None:
    bench.fault("bc", FaultKind.DROP)
    assert await balances.of(ADDRESS) == [Ether("Harbour", "ETH", bench.chain.balance(RICH), proven=False)]


async def test_where_nobody_answers_nothing_is_said(bench: Bench, balances: EtherBalances) -> None:
    bench.fault("abc", FaultKind.DROP)
    assert await balances.of(ADDRESS) == []


@pytest.mark.parametrize("nonsense", [None, "1", "0x", "0x" + "f" * 65, -1, {}, "0xzz"])
async def test_no_answer_is_taken_for_a_balance_that_is_none(
    bench: Bench, balances: EtherBalances, nonsense: object
) -> None:
    def alter(name: str, method: str, result: Any) -> Any:
        if method == "eth_getBalance":
            return nonsense
        return None if name in "bc" and method.startswith("eth_getBlockBy") else result

    bench.transport.alter = alter
    assert await balances.of(ADDRESS) == []
