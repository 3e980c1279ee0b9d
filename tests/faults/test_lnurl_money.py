"""What LNURL services may do with the money: nothing is lost, doubled, or called settled without the wallet's word."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.moves import MoveState
from ashore.domain.withdrawal import Status
from ashore.engine.boundaries import Boundary
from ashore.systems.lnurl.system.opening import NoWithdrawal
from ashore.systems.lnurl.system.plan import NotReady
from faults.lightning_bench import EXPIRY_S, NODE_NAME, WATCHED_S, Death, Purse


def handed_over(purse: Purse, withdrawal: str) -> Any:
    return purse.state(withdrawal).stage("handed-over").best


# ---- what a service may do with the money


async def test_ok_and_paid(purse: Purse) -> None:
    voucher = await purse.voucher()
    state = await purse.withdraw(voucher)
    assert state.status is Status.FINAL
    best = state.stage("final").best
    assert best is not None
    assert (best.level, best.source, best.facts["received"]) == (Level.SEEN, NODE_NAME, "15 sat")
    assert (len(purse.calls()), len(purse.invoices())) == (1, 1)
    told = handed_over(purse, state.id)
    assert (told.level, told.source) == (Level.REPORTED, f"127.0.0.1:{purse.served.port}")
    purse.hold_to_the_rules()


async def test_ok_is_not_money(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"never_pays": True})
    withdrawal = await purse.confirm(voucher)
    state = await purse.carry(withdrawal, EXPIRY_S)
    assert state.status is Status.UNDER_WAY
    assert "Waiting for the payment" in purse.told(withdrawal)
    began = purse.leap.ahead
    state = await purse.carry(withdrawal)
    assert state.status is Status.FAILED
    assert purse.voyage(withdrawal).headline == "The service said OK, but never paid."
    assert purse.leap.ahead - began <= WATCHED_S + 120
    assert len(purse.calls()) == 1
    purse.hold_to_the_rules()


@pytest.mark.parametrize("style", ["npm", "lnbits"])
async def test_a_no_that_pays_is_settled(purse: Purse, style: str) -> None:
    voucher = await purse.voucher(style=style, faults={"error_but_pays": "Out of order."})
    state = await purse.withdraw(voucher)
    assert state.status is Status.FINAL
    assert len(purse.calls()) == 1
    await purse.carry(state.id)
    told = handed_over(purse, state.id)
    assert told.source != f"127.0.0.1:{purse.served.port}", "the service never said OK"
    assert "Out of order." in purse.told(state.id)
    assert "The invoice was paid." in purse.told(state.id)
    purse.hold_to_the_rules()


@pytest.mark.parametrize("fault", ["refuses", "already_paid"])
async def test_a_no_that_does_not_pay_ends_refused_after_the_expiry(purse: Purse, fault: str) -> None:
    voucher = await purse.voucher(faults={fault: "Not on Sundays."})
    withdrawal = await purse.confirm(voucher)
    state = await purse.carry(withdrawal, EXPIRY_S)
    assert state.status is Status.UNKNOWN, "a no proves nothing"
    assert "The service said no: “Not on Sundays.”" in purse.told(withdrawal)
    state = await purse.carry(withdrawal)
    move = purse.move(withdrawal)
    assert (state.status, move.code) == (Status.REFUSED, "expired")
    assert move.said == ("The service said no: “Not on Sundays.” The invoice expired unpaid, so nothing was withdrawn.")
    assert purse.leap.ahead > EXPIRY_S + WATCHED_S
    assert len(purse.calls()) == 1, "nothing is sent after a no"
    purse.hold_to_the_rules()


async def test_nothing_is_sent_after_a_no_by_the_next_process_either(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"refuses": "Not on Sundays."})
    withdrawal = await purse.confirm(voucher)
    await purse.carry(withdrawal, 5)
    after = await purse.restarted()
    state = await after.carry(withdrawal, EXPIRY_S / 2)
    assert len(after.calls()) == 1
    assert "Not on Sundays." in after.told(withdrawal)
    after.lightning.node.pay(after.newest_invoice())
    state = await after.carry(withdrawal)
    assert state.status is Status.FINAL
    after.hold_to_the_rules()
    await after.aclose()


async def test_no_answer_in_time_and_then_paid(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"pays_slowly": 20})
    state = await purse.withdraw(voucher)
    assert state.status is Status.FINAL
    assert {call["payment_hash"] for call in purse.calls()} == {purse.move(state.id).locator}
    purse.hold_to_the_rules()


async def test_no_answer_for_two_minutes_though_it_paid_at_once(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"answers_after": 120})
    state = await purse.withdraw(voucher)
    assert state.status is Status.FINAL
    assert len(purse.calls()) == 1
    assert "did not answer in time" in purse.told(state.id)
    purse.hold_to_the_rules()


async def test_an_ok_that_comes_after_two_minutes_is_heard(purse: Purse) -> None:
    purse.patient_service()
    voucher = await purse.voucher(faults={"answers_after": 120})
    state = await purse.withdraw(voucher)
    assert state.status is Status.FINAL
    assert purse.move(state.id).said == "OK"
    assert purse.leap.ahead >= 120
    purse.hold_to_the_rules()


async def test_the_payment_may_be_seen_before_the_answer(purse: Purse) -> None:
    """The wallet's word is journaled while the invoice is still being handed over; the OK that follows is kept too."""
    purse.patient_service()
    voucher = await purse.voucher(faults={"answers_after": 30})
    withdrawal = await purse.confirm(voucher)
    purse.dies_at = Boundary.SENDING_ANSWERED
    with pytest.raises(Death):
        await purse.carry(withdrawal)
    await purse.watch.ask()
    state = purse.state(withdrawal)
    assert (state.status, purse.move(withdrawal).state) == (Status.FINAL, MoveState.SENDING)
    purse.dies_at = None
    await purse.carry(withdrawal)
    assert len(purse.calls()) == 1, "what is settled is not handed over again"
    purse.hold_to_the_rules()


async def test_ok_at_once_and_paid_later(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"pays_after": 1800})
    state = await purse.withdraw(voucher)
    assert state.status is Status.FINAL
    assert purse.leap.ahead >= 1800
    purse.hold_to_the_rules()


async def test_a_connection_dropped_after_paying(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"drops_after_paying": True})
    state = await purse.withdraw(voucher)
    assert state.status is Status.FINAL
    assert len(purse.calls()) == 1
    assert "It may pay all the same" in purse.told(state.id)
    purse.hold_to_the_rules()


async def test_a_connection_dropped_before_paying_is_tried_again_with_the_same_invoice(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"drops_before_paying": True})
    withdrawal = await purse.confirm(voucher)
    state = await purse.carry(withdrawal, 60)
    assert state.status is Status.UNKNOWN
    assert len(purse.calls()) > 1
    purse.spoil(voucher, drops_before_paying=None)
    state = await purse.carry(withdrawal)
    assert state.status is Status.FINAL
    assert len(purse.invoices()) == 1
    purse.hold_to_the_rules()


@pytest.mark.parametrize("body", ["torn", "html", "empty", "array", "duplicate", "huge"])
async def test_an_answer_that_is_none(purse: Purse, body: str) -> None:
    voucher = await purse.voucher(faults={"callback_body": body})
    state = await purse.withdraw(voucher)
    assert state.status is Status.FINAL
    purse.hold_to_the_rules()


async def test_garbage_and_never_paid_ends_refused(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"never_pays": True, "callback_body": "html"})
    state = await purse.withdraw(voucher)
    assert state.status is Status.REFUSED
    assert "expired unpaid" in purse.move(state.id).said
    purse.hold_to_the_rules(heard=False)


async def test_underpaid_is_said(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"pays_part": 7_000})
    state = await purse.withdraw(voucher)
    assert state.status is Status.FINAL
    assert state.facts["amount.received"] == "7 sat"
    assert purse.voyage(state.id).headline.startswith("7 sat")
    assert "The invoice was over 15 sat, but Alice says that 7 sat arrived." in purse.told(state.id)
    purse.hold_to_the_rules()


# ---- one claim of a voucher at a time


async def test_a_second_claim_waits_for_the_end_of_the_first(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"pays_after": 600})
    first = await purse.confirm(voucher)
    await purse.carry(first, 5)
    with pytest.raises(AshoreError, match="already being withdrawn") as caught:
        await purse.confirm(voucher)
    assert "Nothing was handed over" in caught.value.sentence
    assert len(purse.vault.records) == 1, "not even sealed"
    assert len(purse.calls()) == 1
    assert (await purse.carry(first)).status is Status.FINAL
    second = await purse.confirm(voucher)
    await purse.carry(second, 60)
    assert "The service said no: “Maximum number of uses already reached”" in purse.told(second)
    assert (await purse.carry(second)).status is Status.REFUSED
    purse.hold_to_the_rules()


async def test_a_spent_voucher_is_told_in_the_services_own_words(purse: Purse) -> None:
    voucher = await purse.voucher(style="lnbits")
    await purse.withdraw(voucher)
    with pytest.raises(NoWithdrawal, match=r"says: “Withdraw is spent\.”"):
        await purse.offer(voucher)


async def test_two_confirmations_at_once_become_one(purse: Purse) -> None:
    voucher = await purse.voucher(uses=2)
    one, two = await purse.review(voucher), await purse.review(voucher)
    ended = await asyncio.gather(
        *(purse.requests.confirm(review) for review in (one, two, one)), return_exceptions=True
    )
    assert sum(isinstance(end, tuple) for end in ended) == 1
    assert len(purse.all()) == 1
    await purse.notes.tidy()
    assert len(purse.vault.records) == 1
    await purse.carry(purse.all()[0].id)
    purse.hold_to_the_rules()


async def test_a_multi_use_voucher(purse: Purse) -> None:
    voucher = await purse.voucher(uses=3, style="lnbits")
    for _ in range(3):
        assert (await purse.withdraw(voucher)).status is Status.FINAL
    assert len({call["payment_hash"] for call in purse.calls()}) == 3
    purse.hold_to_the_rules()


async def test_unique_links(purse: Purse) -> None:
    voucher = await purse.voucher(uses=2, style="lnbits", unique=True)
    for link in voucher["links"]:
        assert (await purse.withdraw(voucher, link=link["lnurl"])).status is Status.FINAL
    with pytest.raises(NoWithdrawal):
        await purse.offer(voucher, voucher["links"][0]["lnurl"])
    purse.hold_to_the_rules()


async def test_a_callback_with_a_query_of_its_own(purse: Purse) -> None:
    voucher = await purse.voucher(style="lnbits", faults={"callback_query": True})
    assert (await purse.withdraw(voucher)).status is Status.FINAL


async def test_a_redirected_callback_is_not_followed(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"callback_redirect": True})
    withdrawal = await purse.confirm(voucher)
    state = await purse.carry(withdrawal)
    assert state.status is Status.REFUSED
    assert purse.calls() == []
    purse.hold_to_the_rules()


async def test_a_range_of_one_msat(purse: Purse) -> None:
    voucher = await purse.voucher(min_msat=10_001, max_msat=10_001)
    state = await purse.withdraw(voucher, "10.001")
    assert state.status is Status.FINAL
    assert purse.calls()[0]["amount_msat"] == 10_001
    purse.hold_to_the_rules()


async def test_an_address_that_grows_too_long_is_found_before_anything_is_journaled(purse: Purse) -> None:
    voucher = await purse.voucher(style="lnbits", faults={"callback_query": "x=" + "y" * 1_700})
    with pytest.raises(NotReady):
        await purse.confirm(voucher)
    assert purse.all() == []
    assert purse.calls() == []


async def test_a_pin_that_may_have_arrived_is_not_repeated(purse: Purse) -> None:
    """Three wrong ones would lock the voucher."""
    voucher = await purse.voucher(faults={"pin": "1234", "drops_before_paying": True})
    withdrawal = await purse.confirm(voucher, pin="1234")
    purse.vault.unlocked = False
    await purse.carry(withdrawal, 30)
    assert purse.calls() == []
    purse.vault.unlocked = True
    state = await purse.carry(withdrawal)
    assert len(purse.calls()) == 1
    assert state.status is Status.REFUSED
    purse.hold_to_the_rules()


async def test_a_wrong_pin_is_told_and_tried_once(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"pin": "1234"})
    withdrawal = await purse.confirm(voucher, pin="4321")
    await purse.carry(withdrawal, 600)
    assert "The service said no: “Incorrect PIN.”" in purse.told(withdrawal)
    assert len(purse.calls()) == 1
    purse.hold_to_the_rules()
