"""Looking back: hints from endpoints, window by window, and blocks that are proven wherever a hint leads."""

from collections.abc import Sequence
from typing import Any

import pytest

from ashore.domain.evidence import Level
from ashore.ethereum import history
from ashore.ethereum.errors import BadAnswer, NoAgreement
from ashore.ethereum.history import Filter, Hint, block_at, hints_back_to
from ashore.sandbox.evm.faults import FaultKind
from unit.ethereum.chain_bench import Bench

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"


def never(_hints: Sequence[Hint]) -> bool:
    return False


def transfers(bench: Bench) -> list[Filter]:
    return [Filter(bench.address, ((TRANSFER,),))]


async def test_hints_come_in_the_order_of_the_chain_and_blocks_are_proven(bench: Bench) -> None:
    minted = ["0x" + bench.mint(value).hex() for value in (1, 2, 3)]
    bench.chain.mine(3)
    top = bench.chain.head.number
    hints, whole = await hints_back_to(bench.quorum.endpoints[0], transfers(bench), top, never)
    assert whole
    assert [int(hint.data, 16) for hint in hints] == [1, 2, 3]
    found = await block_at(bench.quorum, hints[1].block_number, {bench.address})
    assert (found.level, found.agreeing, found.asked) == (Level.PROVEN, 3, 3)
    assert [log.tx_hash for log in found.logs] == [minted[1]]
    assert found.proofs.keys() == {log.tx_index for log in found.logs}


async def test_windows_halve_where_they_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(max_log_range=3)
    try:
        monkeypatch.setattr(history, "LEAST_WINDOW", 2)
        for value in (1, 2, 3):
            bench.mint(value)
            bench.chain.mine(4)
        hints, whole = await hints_back_to(bench.quorum.endpoints[0], transfers(bench), bench.chain.head.number, never)
        assert whole
        assert [int(hint.data, 16) for hint in hints] == [1, 2, 3]
    finally:
        await bench.http.aclose()
        bench.chain.close()


async def test_it_ends_one_window_after_what_is_far_enough(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "FIRST_WINDOW", 2)
    monkeypatch.setattr(history, "MAX_WINDOW", 2)
    for value in range(1, 9):
        bench.mint(value)
    top = bench.chain.head.number
    hints, whole = await hints_back_to(bench.quorum.endpoints[0], transfers(bench), top, bool)
    assert whole
    assert [int(hint.data, 16) for hint in hints] == [5, 6, 7, 8]


async def test_it_gives_up_after_so_many_windows(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "FIRST_WINDOW", 1)
    monkeypatch.setattr(history, "MAX_WINDOW", 1)
    monkeypatch.setattr(history, "MOST_WINDOWS", 3)
    for value in range(1, 9):
        bench.mint(value)
    hints, whole = await hints_back_to(bench.quorum.endpoints[0], transfers(bench), bench.chain.head.number, never)
    assert not whole
    assert [int(hint.data, 16) for hint in hints] == [6, 7, 8]


@pytest.mark.parametrize(
    "change",
    [
        {"address": "0x" + "66" * 20},
        {"topics": ["0x" + "66" * 32]},
        {"topics": []},
        {"blockNumber": "0xffff"},
        {"data": "0xz"},
        {"logIndex": None},
    ],
)
async def test_logs_that_were_not_asked_for_are_refused(bench: Bench, change: dict[str, Any]) -> None:
    bench.mint()

    def alter(_name: str, method: str, result: Any) -> Any:
        return [{**log, **change} for log in result] if method == "eth_getLogs" else result

    bench.transport.alter = alter
    with pytest.raises(BadAnswer):
        await hints_back_to(bench.quorum.endpoints[0], transfers(bench), bench.chain.head.number, never)


async def test_a_block_on_which_too_few_agree_is_not_taken(bench: Bench) -> None:
    bench.mint()
    height = bench.chain.head.number
    bench.fault("ab", FaultKind.DROP)
    with pytest.raises(NoAgreement):
        await block_at(bench.quorum, height, {bench.address})


async def test_contents_that_are_not_the_blocks_are_taken_from_another_endpoint(bench: Bench) -> None:
    bench.mint()
    height = bench.chain.head.number
    bench.fault("a", FaultKind.FORGED_LOG)
    found = await block_at(bench.quorum, height, {bench.address})
    assert (found.level, len(found.logs)) == (Level.PROVEN, 1)
