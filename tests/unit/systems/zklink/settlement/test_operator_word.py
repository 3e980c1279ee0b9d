"""The operator's word: the same few requests for one and for a thousand, and never more than a report."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveState
from ashore.domain.observations import ChainHealth, OperatorReport
from ashore.domain.withdrawal import WAY, Status, Withdrawal
from ashore.systems.zklink.settlement.operator_word import (
    BLOCKS_A_CYCLE,
    OPERATOR_BLOCK,
    TRANSACTIONS_A_CYCLE,
    OperatorWord,
    contradictions,
    words,
)
from ashore.systems.zklink.system.tracks import BY_BROKER, COMMITTED, EXECUTED, PROVED, RELEASED
from unit.systems.zklink.node_stub import Node, Refusal
from unit.systems.zklink.settlement.rollup_model import withdrawal
from unit.systems.zklink.zklink_bench import DEPLOYMENT

TX = "0x" + "7e" * 32


def in_block(number: int, block: int) -> Withdrawal:
    return withdrawal(number, "10", ev.FactLearnt(f"w{number}", OPERATOR_BLOCK, str(block), "zkLink"))


@pytest.fixture
async def node() -> AsyncIterator[Node]:
    made = Node(
        {
            "getTransactionByHash": lambda h, _u: {"txHash": h, "receipt": {"executed": True, "success": True}},
            "getLatestBlockNumber": lambda: {"lastBlockNumber": 9000, "committed": 8900, "verified": 8800},
            "getBlockOnChainByNumber": lambda _n: {"committed": [], "proved": [{"chainId": 1, "txHash": TX}]},
        }
    )
    yield made
    await made.http.aclose()


def word(node: Node) -> OperatorWord:
    return OperatorWord(DEPLOYMENT, node.client, lambda: 5)


async def test_requests_stay_flat(node: Node) -> None:
    assert (await word(node).ask([])).observations == ()
    assert node.requests == 0
    spent = {}
    for many in (1, 10, 100, 1_000):
        open_ = [withdrawal(n) if n % 2 else in_block(n, 8801 + n) for n in range(1, many + 1)]
        before, calls = node.requests, Counter(node.calls)
        await word(node).ask(open_)
        spent[many] = node.requests - before
        calls = node.calls - calls
        assert calls["getTransactionByHash"] <= TRANSACTIONS_A_CYCLE
        assert calls["getBlockOnChainByNumber"] <= BLOCKS_A_CYCLE
    assert max(spent.values()) <= 3, spent


async def test_each_comes_round(node: Node) -> None:
    asker, open_ = word(node), [withdrawal(n) for n in range(53)]
    asked = Counter[str]()
    for _ in range(8):
        (report,) = (await asker.ask(open_)).observations
        assert isinstance(report, OperatorReport)
        asked.update([*report.facts])
    assert len(asked) == 53
    assert max(asked.values()) - min(asked.values()) <= 1


async def test_only_requests_that_were_taken_are_asked_about(node: Node) -> None:
    await word(node).ask([withdrawal(0, accepted=False)])
    assert node.requests == 0


async def test_one_bad_answer_spoils_no_other(node: Node) -> None:
    bad, foreign = withdrawal(1), withdrawal(2)
    assert bad.request is not None
    assert foreign.request is not None

    def told(tx_hash: str, _updates: bool) -> Any:
        if tx_hash == bad.request.locator:  # type: ignore[union-attr]
            raise Refusal(500, "internal\u202e")
        if tx_hash == foreign.request.locator:  # type: ignore[union-attr]
            return {"txHash": TX}
        return {"txHash": tx_hash, "receipt": {"executed": True, "success": True, "block": 8801}}

    node.answers["getTransactionByHash"] = told
    report = await word(node).ask([withdrawal(0), bad, foreign, withdrawal(3), in_block(4, 8850)])
    told_of = {o.subject: o.facts for o in report.observations if isinstance(o, OperatorReport)}
    assert [*told_of] == ["transactions", "blocks"]
    assert [*told_of["transactions"]] == [f"0x{0:064x}", f"0x{3:064x}"]
    assert len(report.notes) == 2
    assert not any("\u202e" in note for note in report.notes)

    def broken() -> None:
        raise Refusal(500)

    node.answers["getLatestBlockNumber"] = broken
    report = await word(node).ask([withdrawal(0), in_block(4, 8850)])
    assert len(report.observations) == 1, "what was told counts though the rest failed"
    assert report.notes


async def reported(node: Node, *open_: Withdrawal) -> list[ev.Event]:
    report = await word(node).ask(open_)
    return [e for o in report.observations if isinstance(o, OperatorReport) for e in words(o, open_, 5)]


async def test_words_become_reports_once(node: Node) -> None:
    (event,) = await reported(node, withdrawal(0))
    assert isinstance(event, ev.StageReached)
    assert (event.stage, event.evidence.level, event.evidence.source) == (EXECUTED, Level.REPORTED, "zkLink")
    assert await reported(node, withdrawal(0, "10", event)) == []
    node.answers["getTransactionByHash"] = lambda h, _u: {
        "txHash": h,
        "receipt": {"executed": True, "success": True, "block": 8801},
    }
    found = await reported(node, withdrawal(0, "10", event))
    assert [type(e) for e in found] == [ev.StageReached, ev.FactLearnt]
    blocks = await reported(node, in_block(0, 8801))
    assert [e.stage for e in blocks if isinstance(e, ev.StageReached)] == [COMMITTED, PROVED]
    assert all(isinstance(e, ev.StageReached) and e.evidence.level is Level.REPORTED for e in blocks)
    assert blocks[1].evidence.facts == {"transaction named": TX}  # type: ignore[union-attr]
    assert [e.stage for e in await reported(node, in_block(0, 8700)) if isinstance(e, ev.StageReached)][-1] == RELEASED
    assert await reported(node, in_block(0, 8950)) == [blocks[1]], "8,950 is not committed, says the same answer"


async def test_a_failure_is_the_operators_word_until_the_chain_says_otherwise(node: Node) -> None:
    node.answers["getTransactionByHash"] = lambda h, _u: {
        "txHash": h,
        "receipt": {"executed": True, "success": False, "failReason": "not\nenough\u202e"},
    }
    (failed,) = await reported(node, withdrawal(0))
    assert isinstance(failed, ev.StageFailed)
    assert failed.reason == "zkLink could not execute the request: not enough\ufffd."
    assert withdrawal(0, "10", failed).status is Status.FAILED
    proof = Evidence("BlockCommit", Level.PROVEN, "Harbour", 1, block_hash="0x01")
    on_chain = withdrawal(0, "10", ev.StageReached("w0", COMMITTED, proof))
    assert await reported(node, on_chain) == []


async def test_silence_and_nonsense_are_notes(node: Node) -> None:
    node.answers["getTransactionByHash"] = lambda *_: "what?"
    node.answers["getLatestBlockNumber"] = lambda: {"committed": -1}
    report = await word(node).ask([withdrawal(0), in_block(1, 8801)])
    assert report.observations == ()
    assert report.notes
    assert all(note.endswith(".") for note in report.notes)
    state = withdrawal(0)
    assert state.request is not None
    assert state.request.state is MoveState.ACCEPTED


def test_what_the_batch_releases_to_a_broker_is_neither_told_nor_disputed() -> None:
    """L1 never shows a release to the recipient then: that is no lie of the operator."""
    blocks = OperatorReport(DEPLOYMENT.id, "blocks", {"committed": 8810, "verified": 8810, "proved": {}})
    learnt = ev.FactLearnt("w1", OPERATOR_BLOCK, "8805", "zkLink")
    way = ev.FactLearnt("w1", WAY, BY_BROKER, "Harbour")
    told = Evidence("operator", Level.REPORTED, "zkLink", 1, {"layer-2 blocks executed on L1": "8810"})
    released = ev.StageReached("w1", RELEASED, told)
    usual, paid = withdrawal(1, "10", learnt), withdrawal(1, "10", learnt, way)
    assert [e.stage for e in words(blocks, [usual], 5) if isinstance(e, ev.StageReached)] == [COMMITTED, RELEASED]
    assert [e.stage for e in words(blocks, [paid], 5) if isinstance(e, ev.StageReached)] == [COMMITTED]
    later, health = 10**9, ChainHealth("Harbour", 3, 3, 100, 90)
    disputed = [withdrawal(1, "10", learnt, released), withdrawal(1, "10", learnt, released, way)]
    assert [len(list(contradictions(DEPLOYMENT, health, [state], later))) for state in disputed] == [1, 0]
