"""The operator refuses, falls silent, lies or stalls: what the voyage says is true, and never ahead of the truth."""

from __future__ import annotations

from typing import Any

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import Mark, Status
from ashore.sandbox.zklink.faults import FaultKind, Phase, RpcFault, Switch
from ashore.systems.zklink.system.tracks import COMMITTED, EXECUTED, PAID, PROVED, RELEASED, REQUESTED, VERIFIED
from faults.bench import Bench

PROVEN = {Mark.PROVEN, Mark.IRREVERSIBLE}
USDC = 17
NOT_TAKEN = "Nothing was taken from your balance."


def balance(bench: Bench) -> int:
    account = bench.world.rollup.ledger.account(1042)
    assert account is not None
    return account.balance(0, USDC)


async def refused(bench: Bench, withdrawal: str) -> str:
    """Wait for the refusal, check what is common to all, and return the headline."""
    await bench.until(lambda: bench.voyage(withdrawal).status is Status.REFUSED)
    voyage = bench.voyage(withdrawal)
    assert voyage.rows[0].mark is Mark.FAILED
    assert voyage.rows[0].sentence == voyage.headline
    assert voyage.headline.endswith(NOT_TAKEN)
    assert voyage.advice
    assert not voyage.withdrawal.is_open
    await bench.look()
    assert bench.wrong(alone=False) == []
    return voyage.headline


# ------------------------------------------------------------------------------------------------------- refusals


async def test_refused_and_the_same_again_within_the_second(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wallet that is started again knows no more what second it used; its journal does."""
    instant = bench.leap.now()
    monkeypatch.setattr(bench.leap, "now", lambda: instant)
    withdrawals = []
    for _ in range(3):
        await bench.restart()
        bench.world.faults.rules.append(RpcFault("sendTransaction", FaultKind.ERROR, count=1, code=206))
        withdrawals.append(await bench.wallet.confirm(await bench.review("10")))
        await refused(bench, withdrawals[-1])
    await bench.restart()
    taken = await bench.withdraw("10")
    names = {move.locator for each in (*withdrawals, taken) for move in bench.voyage(each).withdrawal.moves.values()}
    assert len(names) == 4
    await bench.look()
    assert bench.wrong(alone=False) == []


@pytest.mark.parametrize("refused_before", [False, True])
async def test_a_request_that_stands_is_never_made_again_under_another_name(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, refused_before: bool
) -> None:
    """The node names a used number again. To step over refused requests has to end at the one that stands."""
    instant = bench.leap.now()
    monkeypatch.setattr(bench.leap, "now", lambda: instant)
    if refused_before:  # a second earlier than the one that is taken
        bench.world.faults.rules.append(RpcFault("sendTransaction", FaultKind.ERROR, count=1, code=206))
        await refused(bench, await bench.wallet.confirm(await bench.review("10")))
    taken = await bench.withdraw("10")
    await bench.arrive()
    await bench.look_until(lambda: not bench.voyage(taken).withdrawal.is_open)
    await bench.restart()
    ledger = bench.world.rollup.ledger.account(1042)
    used, ledger.sub_nonces[0] = ledger.sub_nonces[0], 0
    review = await bench.review("10")
    request = bench.voyage(taken).withdrawal.request
    assert request is not None
    assert review.identifier == request.locator
    with pytest.raises(AshoreError, match="This very request was made before"):
        await bench.wallet.confirm(review)
    ledger.sub_nonces[0] = used


async def test_balance_spent_between_quote_and_submit(bench: Bench) -> None:
    review = await bench.review("1200")
    account = bench.world.rollup.ledger.account(1042)
    assert account is not None
    account.balances[0][USDC] -= 100 * 10**18  # a trade elsewhere
    left = balance(bench)
    headline = await refused(bench, await bench.wallet.confirm(review))
    assert headline == f"The balance does not cover amount and fee. {NOT_TAKEN}"
    assert balance(bench) == left
    assert bench.world.status()["zklink"]["submissions"] == {}
    # Nothing hinders another, smaller one with the same nonce.
    await bench.withdraw("10")


async def test_fee_too_low(bench: Bench) -> None:
    headline = await refused(bench, await bench.wallet.confirm(await bench.review(fee="0.1")))
    assert headline == f"The fee is lower than zkLink asks now: 0.10 USDC instead of 1.60 USDC. {NOT_TAKEN}"
    assert bench.world.status()["zklink"]["submissions"] == {}


async def test_nonce_taken_by_another_device(bench: Bench, other: Bench) -> None:
    review = await bench.review("25")
    await other.withdraw("30")
    await other.operate("execute_l2")
    left = balance(bench)
    headline = await refused(bench, await bench.wallet.confirm(review))
    assert headline == (
        "zkLink expects nonce 1 of sub-account 0 now, and this one has 0: another request was made meanwhile. "
        + NOT_TAKEN
    )
    assert balance(bench) == left
    await other.arrive()
    await bench.look()
    assert bench.wrong(alone=False) == other.wrong(alone=False) == []
    assert [claim.status for claim in (*bench.claims(), *other.claims())] == [Status.REFUSED, Status.FINAL]


async def test_reserve_exhausted(bench: Bench) -> None:
    review = await bench.review("25")
    bench.world.faults.switches[Switch.RESERVE_EMPTY] = True
    headline = await refused(bench, await bench.wallet.confirm(review))
    assert headline == f"Harbour cannot pay this amount out at the moment. {NOT_TAKEN}"
    assert bench.voyage(bench.claims()[0].id).advice == (
        "No other chain is connected here. Enter less, or try again later."
    )


async def test_reserve_exhausted_where_another_chain_can_pay(two: Bench) -> None:
    review = await two.review("25")
    two.world.faults.switches[Switch.RESERVE_EMPTY] = [1]
    withdrawal = await two.wallet.confirm(review)
    headline = await refused(two, withdrawal)
    assert headline == f"Harbour cannot pay this amount out at the moment. {NOT_TAKEN}"
    assert two.voyage(withdrawal).advice == "Lagoon can pay this amount: choose it under “To chain”."
    two.leap.forward(2)
    other = await two.withdraw("25", chain="2")
    assert two.voyage(other).status is Status.UNDER_WAY
    assert two.wrong(alone=False) == []


async def test_a_refusal_does_not_wait_for_its_numbers(bench: Bench) -> None:
    review = await bench.review(fee="0.1")
    bench.world.faults.rules.append(RpcFault("getSupportTokens", FaultKind.GARBAGE, count=None))
    headline = await refused(bench, await bench.wallet.confirm(review))
    assert headline == f"The fee is lower than zkLink asks now. {NOT_TAKEN}"


async def test_the_fee_rises_between_form_and_submission(bench: Bench) -> None:
    review = await bench.review("25")
    bench.world.faults.switches[Switch.GAS_DEARER] = "6400.0"
    headline = await refused(bench, await bench.wallet.confirm(review))
    assert headline == f"The fee is lower than zkLink asks now: 1.60 USDC instead of 3.20 USDC. {NOT_TAKEN}"
    bench.leap.forward(2)
    again = await bench.withdraw("25")
    assert bench.voyage(again).withdrawal.terms.fee == 3_200_000_000_000_000_000
    await bench.arrive()
    assert bench.voyage(again).status is Status.FINAL
    assert bench.wrong(alone=False) == []


@pytest.mark.parametrize("code", [205, 206])
async def test_refusal_of_what_was_taken(bench: Bench, code: int) -> None:
    bench.world.faults.rules.append(RpcFault("sendTransaction", FaultKind.ERROR, Phase.AFTER, code=code))
    withdrawal = await bench.withdraw()
    assert bench.voyage(withdrawal).status is Status.UNDER_WAY
    assert _said(bench, withdrawal) == "zkLink’s node knows the request."
    await bench.arrive()
    assert bench.voyage(withdrawal).status is Status.FINAL
    assert bench.wrong() == []


# --------------------------------------------------------------------------------------------------------- silence


async def test_node_unreachable_at_submit(bench: Bench) -> None:
    review = await bench.review()
    bench.wire.cut.add("/zklink")
    withdrawal = await bench.wallet.confirm(review)
    await bench.until(lambda: bench.mark(withdrawal, REQUESTED) is Mark.UNKNOWN and _said(bench, withdrawal) != "")
    voyage = bench.voyage(withdrawal)
    assert voyage.status is Status.UNKNOWN
    assert voyage.headline == "Nothing has left yet: zkLink’s node cannot be reached."
    assert voyage.rows[0].sentence.startswith("zkLink’s node cannot be reached; the request has not left.")
    with pytest.raises(AshoreError, match="nonce"):
        await bench.wallet.confirm(await _again(bench))
    await bench.restart()
    assert bench.voyage(withdrawal).status is Status.UNKNOWN
    bench.wire.cut.clear()
    await bench.until(lambda: bench.voyage(withdrawal).status is Status.UNDER_WAY)
    await bench.arrive()
    assert bench.voyage(withdrawal).headline == "25.00 USDC arrived on Harbour."
    assert bench.wrong() == []
    assert sum(bench.world.node.payloads.values()) == 1


async def _again(bench: Bench) -> Any:
    """The same form once more, while the node can be reached for a moment."""
    bench.wire.cut.clear()
    review = await bench.review("26")
    bench.wire.cut.add("/zklink")
    return review


@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.HTTP, FaultKind.GARBAGE, FaultKind.ERROR])
async def test_answer_lost_after_acceptance(bench: Bench, kind: FaultKind) -> None:
    bench.world.faults.rules.append(RpcFault("sendTransaction", kind, Phase.AFTER))
    bench.world.faults.rules.append(RpcFault("getTransactionByHash", FaultKind.HTTP, count=1))
    withdrawal = await bench.wallet.confirm(await bench.review())
    await bench.until(lambda: _said(bench, withdrawal) != "")
    voyage = bench.voyage(withdrawal)
    assert (voyage.status, voyage.rows[0].mark) == (Status.UNKNOWN, Mark.UNKNOWN)
    assert voyage.rows[0].sentence.endswith("Ashore asks until it knows, and never sends a second request.")
    await bench.restart()
    await bench.until(lambda: bench.voyage(withdrawal).status is Status.UNDER_WAY)
    assert _said(bench, withdrawal) == "zkLink’s node knows the request."
    await bench.arrive()
    assert bench.voyage(withdrawal).status is Status.FINAL
    (counted,) = bench.world.status()["zklink"]["submissions"].values()
    assert counted == {"accepted": 1, "duplicates": 0}
    assert sum(bench.world.node.payloads.values()) == 1
    assert bench.wrong() == []


async def test_the_node_says_that_it_has_what_it_never_got(bench: Bench) -> None:
    bench.world.faults.rules.append(RpcFault("sendTransaction", FaultKind.ERROR, Phase.BEFORE, code=213))
    withdrawal = await bench.wallet.confirm(await bench.review())
    await bench.until(lambda: _said(bench, withdrawal) != "")
    assert bench.voyage(withdrawal).status is Status.UNKNOWN
    assert (
        bench.voyage(withdrawal)
        .rows[0]
        .sentence.startswith("zkLink’s node says that it has the request already, and does not show it.")
    )
    await bench.until(lambda: bench.voyage(withdrawal).status is Status.UNDER_WAY)
    assert bench.wrong() == []
    await bench.arrive()
    assert bench.voyage(withdrawal).status is Status.FINAL
    (counted,) = bench.world.status()["zklink"]["submissions"].values()
    assert counted == {"accepted": 1, "duplicates": 0}


def _said(bench: Bench, withdrawal: str) -> str:
    request = bench.voyage(withdrawal).withdrawal.request
    return request.said if request else ""


# ------------------------------------------------------------------------------------------------------------ lies


@pytest.mark.parametrize(
    ("lie", "stage", "word"),
    [
        (Switch.LIE_COMMITTED, COMMITTED, "committed"),
        (Switch.LIE_PROVED, PROVED, "proved"),
        (Switch.LIE_VERIFIED, RELEASED, "executed on L1"),
    ],
)
async def test_operator_lies_about_a_stage(bench: Bench, lie: Switch, stage: str, word: str) -> None:
    withdrawal = await bench.withdraw()
    await bench.operate("execute_l2", "seal")
    bench.world.faults.switches.update({lie: True, Switch.COMMIT_STALLED: True})
    await bench.look()  # learns the block
    await bench.look()  # asks about it
    row = next(row for row in bench.voyage(withdrawal).rows if row.stage.id == stage)
    assert (row.mark, row.said_by) == (Mark.REPORTED, "zkLink says so")
    assert row.sentence.endswith("Harbour does not show it yet.")
    bench.leap.forward(600)
    await bench.look()
    row = next(row for row in bench.voyage(withdrawal).rows if row.stage.id == stage)
    assert row.mark is Mark.REPORTED
    assert row.sentence == (
        f"zkLink says that the batch is {word}. Harbour does not show it, though 3 of 3 endpoints agree."
    )
    assert bench.voyage(withdrawal).headline == "zkLink’s word and the chain differ."
    assert bench.voyage(withdrawal).status is Status.UNDER_WAY
    assert not any(PROVEN & set(marks) for marks in bench.marks[withdrawal].values())
    assert bench.wrong() == []
    # The truth comes after all: nothing stays of the quarrel.
    bench.world.faults.clear()
    await bench.arrive()
    voyage = bench.voyage(withdrawal)
    assert voyage.status is Status.FINAL
    assert not any(row.view.contradicted for row in voyage.rows)
    assert bench.wrong() == []


async def test_operator_names_other_transactions(bench: Bench) -> None:
    bench.world.faults.switches[Switch.WRONG_L1_TX] = True
    withdrawal = await bench.withdraw()
    await bench.operate("execute_l2", "seal", "commit")
    await bench.look()
    await bench.operate("prove")
    await bench.look()
    row = next(row for row in bench.voyage(withdrawal).rows if row.stage.id == PROVED)
    assert row.mark is Mark.PROVEN
    named = [e.facts["transaction named"] for e in row.view.evidence if "transaction named" in e.facts]
    assert row.view.best is not None
    assert row.view.best.tx_hash == bench.truth(withdrawal)["stages"]["prove"]
    assert row.view.best.tx_hash not in named
    await bench.arrive()
    assert bench.voyage(withdrawal).status is Status.FINAL
    assert bench.wrong() == []


async def test_operator_says_failed(bench: Bench) -> None:
    withdrawal = await bench.withdraw()
    bench.world.faults.switches[Switch.EXECUTION_FAILURE] = "not enough balance"
    left = balance(bench)
    await bench.operate("execute_l2")
    await bench.look()
    voyage = bench.voyage(withdrawal)
    assert voyage.status is Status.FAILED
    assert voyage.headline == "zkLink says that it did not carry the withdrawal out."
    assert voyage.advice.startswith("By its word the money is still in your layer-2 balance")
    row = next(row for row in voyage.rows if row.stage.id == EXECUTED)
    assert row.mark is Mark.FAILED
    assert row.sentence == "zkLink could not execute the request: not enough balance."
    assert not any(PROVEN & set(marks) for marks in bench.marks[withdrawal].values())
    assert balance(bench) == left
    assert bench.wrong() == []


# ---------------------------------------------------------------------------------------------------------- stalls


async def test_relayer_off(bench: Bench) -> None:
    bench.world.faults.switches[Switch.RELAYER_OFF] = True
    withdrawal = await bench.withdraw()
    await bench.arrive()
    await bench.look()
    voyage = bench.voyage(withdrawal)
    marks = {row.stage.id: row.mark for row in voyage.rows}
    assert marks[RELEASED] is Mark.IRREVERSIBLE
    assert marks[PAID] is Mark.AWAITED
    assert voyage.status is Status.UNDER_WAY
    assert "arrived" not in voyage.headline
    assert bench.truth(withdrawal)["paid_l1"] == "0"
    assert bench.wrong() == []
    bench.world.faults.clear()
    await bench.arrive()
    assert bench.voyage(withdrawal).headline == "25.00 USDC arrived on Harbour."
    assert bench.wrong() == []


async def test_operator_takes_its_blocks_back(bench: Bench) -> None:
    withdrawal = await bench.withdraw()
    await bench.operate("execute_l2", "seal", "commit", "prove")
    await bench.look()
    assert {bench.mark(withdrawal, stage) for stage in (COMMITTED, PROVED)} == {Mark.PROVEN}
    assert bench.world.operator.revert()
    await bench.world.step("block")
    await bench.look()
    for stage in (COMMITTED, PROVED):
        row = next(row for row in bench.voyage(withdrawal).rows if row.stage.id == stage)
        assert (row.mark, row.said_by) == (Mark.TAKEN_BACK, "taken back")
        assert row.sentence == "zkLink took its batch back before it was executed; it will send it again."
    assert bench.wrong() == []
    await bench.arrive()
    voyage = bench.voyage(withdrawal)
    assert voyage.status is Status.FINAL
    assert {row.mark for row in voyage.rows if row.stage.id in (COMMITTED, PROVED, VERIFIED)} == {Mark.IRREVERSIBLE}
    assert bench.wrong() == []
