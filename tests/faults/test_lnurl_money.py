"""The money rules of LNURL: nothing is lost or doubled, and nobody is told "settled" without their wallet's word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.moves import Accepted, MoveState, Unknown
from ashore.domain.withdrawal import Status
from ashore.engine.boundaries import Boundary
from ashore.systems.base import Draft, signed_move
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.opening import NoWithdrawal
from ashore.systems.lnurl.system.plan import NotReady
from ashore.systems.lnurl.system.withdrawals import GIVEN_UP_AFTER_MS
from faults.lightning_bench import EXPIRY_S, NODE_NAME, WATCHED_S, Death, Leap, Purse, Served, serving


@pytest.fixture
async def leap() -> Leap:
    return Leap()


@pytest.fixture
async def served(leap: Leap) -> AsyncIterator[Served]:
    async with serving(leap) as made:
        yield made


@pytest.fixture
async def purse(served: Served, leap: Leap, tmp_path: Path) -> AsyncIterator[Purse]:
    made = Purse(served, leap, tmp_path)
    yield made
    await made.aclose()


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
    assert move.said == (
        "The service said no: “Not on Sundays.”. The invoice expired unpaid, so nothing was withdrawn."
    )
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
    after.lightning.node.pay(_invoice(after))
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


async def test_a_foreign_callback_gets_nothing_in_practice(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"foreign_callback": True})
    review = await purse.review(voucher)
    assert any("another host: localhost" in warning for warning in review.warnings)
    withdrawal, _ = await purse.requests.confirm(review)
    await purse.carry(withdrawal, 60)
    assert "Nothing has left yet" in purse.told(withdrawal)
    assert (await purse.carry(withdrawal)).status is Status.REFUSED
    assert purse.calls() == []


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


# ---- the wallet that receives


async def test_a_node_that_is_away_is_waited_for(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"drops_after_paying": True})
    withdrawal = await purse.confirm(voucher)
    purse.spoil(down=True)
    state = await purse.carry(withdrawal, EXPIRY_S + 2 * WATCHED_S)
    assert state.is_open, "who cannot ask does not know"
    assert len(purse.calls()) == 1, "nor sends again"
    assert purse.watch.notes
    purse.spoil(down=None)
    state = await purse.carry(withdrawal)
    assert state.status is Status.FINAL
    purse.hold_to_the_rules()


async def test_a_node_that_never_comes_back_ends_out_of_sight(purse: Purse) -> None:
    withdrawal = await purse.confirm(await purse.voucher())
    purse.spoil(down=True)
    state = await purse.carry(withdrawal, EXPIRY_S + 2 * WATCHED_S)
    assert state.is_open
    purse.leap.ahead += GIVEN_UP_AFTER_MS / 1000
    state = await purse.carry(withdrawal)
    assert state.status is Status.UNSEEN


async def test_one_wallet_that_hangs_is_asked_once_a_turn(purse: Purse) -> None:
    for _ in range(3):
        await purse.confirm(await purse.voucher())
    asked, honest = 0, purse.node.backend.look_up

    async def look_up(payment_hash: str, reference: str) -> Any:
        nonlocal asked
        asked += 1
        return await honest(payment_hash, reference)

    purse.spoil(down=True)
    purse.node.backend.look_up = look_up  # type: ignore[method-assign]
    await purse.watch.ask()
    assert asked == 1


async def test_an_amount_that_the_node_altered_never_leaves(purse: Purse) -> None:
    voucher = await purse.voucher()
    for fault in ({"wrong_amount": 12_000}, {"wrong_hash": True}, {"wrong_payee": True}, {"short_expiry": 60}):
        purse.spoil(**fault)
        with pytest.raises(NotReady, match=r"[a-z]"):
            await purse.confirm(voucher)
        purse.spoil(**dict.fromkeys(fault))
    assert purse.all() == []
    assert purse.calls() == []


async def test_an_old_invoice_is_not_taken_again(purse: Purse) -> None:
    await purse.withdraw(await purse.voucher())
    purse.spoil(old_invoice=True)
    with pytest.raises(NotReady, match="used before"):
        await purse.confirm(await purse.voucher())
    assert len(purse.all()) == 1
    purse.hold_to_the_rules()


async def test_a_node_that_answers_about_another_invoice_settles_nothing(purse: Purse) -> None:
    paid = await purse.withdraw(await purse.voucher())
    other = purse.move(paid.id).locator
    withdrawal = await purse.confirm(await purse.voucher(faults={"never_pays": True}))
    honest = purse.node.backend.look_up

    async def lying(_payment_hash: str, reference: str) -> Any:
        return await honest(other, reference)

    purse.node.backend.look_up = lying  # type: ignore[method-assign]
    state = await purse.carry(withdrawal, 120)
    assert state.status is Status.UNDER_WAY
    assert "another invoice" in purse.watch.notes[0]


async def test_a_deaf_and_blind_node_is_believed_only_when_it_tells(purse: Purse) -> None:
    withdrawal = await purse.confirm(await purse.voucher())
    purse.spoil(blind=True)
    state = await purse.carry(withdrawal, EXPIRY_S)
    assert state.status is Status.UNDER_WAY
    purse.spoil(blind=None)
    state = await purse.carry(withdrawal)
    assert state.status is Status.FINAL


async def test_the_wallets_own_word_is_heard_at_once(purse: Purse) -> None:
    withdrawal = await purse.confirm(await purse.voucher(faults={"never_pays": True}))
    await purse.carry(withdrawal, 5)
    hint = asyncio.create_task(purse.system.stirred())
    await asyncio.sleep(0)
    purse.lightning.node.pay(_invoice(purse))
    async with asyncio.timeout(10):
        await hint
    await purse.watch.ask()
    assert purse.state(withdrawal).status is Status.FINAL


async def test_a_wallet_that_is_connected_later_is_listened_to(purse: Purse) -> None:
    """After unlocking it is the same invoices that are open, but somebody is there who tells of them."""
    withdrawal = await purse.confirm(await purse.voucher(faults={"never_pays": True}))
    gone = purse.wallets._receivers.pop("node")
    await purse.carry(withdrawal, 5)
    hint = asyncio.create_task(purse.system.stirred())
    await asyncio.sleep(0)
    purse.wallets._receivers["node"] = gone
    await purse.watch.ask()
    purse.lightning.node.pay(_invoice(purse))
    async with asyncio.timeout(10):
        await hint


# ---- an invoice of a wallet that Ashore cannot see


@pytest.mark.parametrize("faults", [{}, {"never_pays": True}, {"refuses": True}, {"drops_before_paying": True}])
async def test_a_pasted_invoice_ends_out_of_sight(purse: Purse, faults: dict[str, Any]) -> None:
    withdrawal = await purse.pasted(await purse.voucher(faults=faults))
    state = await purse.carry(withdrawal, EXPIRY_S)
    assert state.is_open
    assert "check your wallet" in purse.told(withdrawal).lower()
    state = await purse.carry(withdrawal)
    assert state.status is Status.UNSEEN
    assert not state.stage("final").evidence
    assert purse.leap.ahead >= EXPIRY_S + WATCHED_S
    purse.hold_to_the_rules()


async def test_a_pasted_invoice_goes_to_one_voucher_only(purse: Purse) -> None:
    row = purse.lightning.node.invoice("own", 15_000, "mine", expiry=EXPIRY_S)
    fields = {"receiver": "pasted", "invoice": row.bolt11}
    one, two = await purse.voucher(), await purse.voucher()
    before = await purse.review(two, **fields)
    await purse.confirm(one, **fields)
    with pytest.raises(AshoreError, match="already under way"):
        await purse.requests.confirm(before)
    after = await purse.restarted()
    quote = await after.system.quote(await after.offer(two), Draft({"amount": "15", **fields}))
    assert "used before" in str(quote.problems["invoice"])
    await after.aclose()


async def test_a_review_of_before_a_restart_hands_no_invoice_over_twice(purse: Purse) -> None:
    """The review was made on an invoice that is journaled meanwhile, by whatever way."""
    row = purse.lightning.node.invoice("own", 15_000, "mine", expiry=EXPIRY_S)
    fields = {"receiver": "pasted", "invoice": row.bolt11}
    before = await purse.review(await purse.voucher(), **fields)
    await purse.confirm(await purse.voucher(), **fields)
    purse.requests._confirmed.clear()
    with pytest.raises(AshoreError, match="Nothing was handed over now"):
        await purse.requests.confirm(before)
    assert len(purse.all()) == len(purse.vault.records) == 1


# ---- locked, and gone from the vault


async def test_locked_before_sending_nothing_leaves_and_it_goes_on_after_unlocking(purse: Purse) -> None:
    withdrawal = await purse.confirm(await purse.voucher())
    purse.vault.unlocked = False
    state = await purse.carry(withdrawal, EXPIRY_S / 2)
    assert state.status is Status.UNKNOWN
    assert "Nothing has left yet" in purse.told(withdrawal)
    assert "locked" in purse.told(withdrawal)
    assert purse.calls() == []
    assert len(purse.journal.of(withdrawal)) < 10, "the journal does not grow by being locked"
    purse.vault.unlocked = True
    assert (await purse.carry(withdrawal)).status is Status.FINAL
    purse.hold_to_the_rules()


async def test_locked_for_ever_still_ends(purse: Purse) -> None:
    withdrawal = await purse.confirm(await purse.voucher())
    purse.vault.unlocked = False
    state = await purse.carry(withdrawal)
    assert state.status is Status.REFUSED
    assert purse.move(withdrawal).said == "The invoice expired before it was handed over. Nothing was withdrawn."
    assert purse.calls() == []
    purse.hold_to_the_rules()


async def test_locked_after_sending_the_payment_is_still_recognised(purse: Purse) -> None:
    withdrawal = await purse.confirm(await purse.voucher(faults={"pays_after": 300, "callback_body": "html"}))
    await purse.carry(withdrawal, 2)
    purse.vault.unlocked = False
    after = await purse.restarted()
    state = await after.carry(withdrawal)
    assert state.status is Status.FINAL
    after.hold_to_the_rules()
    await after.aclose()


@pytest.mark.parametrize("note", [None, "{}", '{"v": 1}'])
async def test_a_note_that_is_lost_or_unreadable_ends_too(purse: Purse, note: str | None) -> None:
    withdrawal = await purse.confirm(await purse.voucher())
    if note is None:
        purse.vault.records.clear()
    else:
        ((record, (kind, _, meta)),) = purse.vault.records.items()
        purse.vault.records[record] = (kind, note, meta)
    state = await purse.carry(withdrawal)
    assert state.status is Status.REFUSED
    assert purse.calls() == []
    purse.hold_to_the_rules()


async def test_a_confirmation_that_comes_too_late_hands_nothing_over(purse: Purse) -> None:
    review = await purse.review(await purse.voucher())
    purse.leap.ahead += EXPIRY_S
    withdrawal, _ = await purse.requests.confirm(review)
    assert (await purse.carry(withdrawal)).status is Status.REFUSED
    assert purse.calls() == []


# ---- the process dies


@pytest.mark.parametrize(
    "boundary",
    [
        Boundary.CONFIRM_BEFORE_SIGNING,
        Boundary.CONFIRM_SIGNED,
        Boundary.INTENT_JOURNALED,
        Boundary.SENDING_BEFORE_JOURNAL,
        Boundary.SENDING_JOURNALED,
        Boundary.SENDING_ANSWERED,
        Boundary.OUTCOME_JOURNALED,
        Boundary.LOCATE_BEFORE,
        Boundary.LOCATE_ANSWERED,
    ],
)
@pytest.mark.parametrize(
    "faults", [{}, {"drops_after_paying": True}, {"error_but_pays": True}, {"pays_after": 900, "callback_body": "html"}]
)
async def test_death_and_the_next_process(purse: Purse, boundary: Boundary, faults: dict[str, Any]) -> None:
    voucher = await purse.voucher(faults=faults)
    purse.dies_at = boundary
    died = False
    try:
        await purse.withdraw(voucher)
    except Death:
        died = True
    after = await purse.restarted()
    await after.notes.tidy()
    before_the_intent = boundary in (Boundary.CONFIRM_BEFORE_SIGNING, Boundary.CONFIRM_SIGNED)
    assert died or boundary in (Boundary.LOCATE_BEFORE, Boundary.LOCATE_ANSWERED)
    assert len(after.all()) == (0 if before_the_intent else 1)
    assert len(after.vault.records) == len(after.ledger.open), "the notes of open withdrawals, and no others"
    for state in after.ledger.open:
        await after.carry(state.id)
    assert all(state.status is Status.FINAL for state in after.all())
    if before_the_intent:
        assert after.calls() == []
        assert (await after.withdraw(voucher)).status is Status.FINAL, "the voucher is not lost"
    await after.notes.tidy()
    assert after.vault.records == {}
    after.hold_to_the_rules(heard=False)
    await after.aclose()


async def test_notes_stay_while_they_are_needed(purse: Purse) -> None:
    open_ = await purse.confirm(await purse.voucher(faults={"never_pays": True}))
    ended = await purse.withdraw(await purse.voucher())
    await purse.vault.keep("service-credential", "a key", {"use": "receive"})
    orphan = await purse.vault.keep("sealed-note", "{}", {"for": "ab" * 32})
    purse.vault.unlocked = False
    await purse.notes.tidy()
    assert len(purse.vault.records) == 4, "nothing is forgotten while locked"
    purse.vault.unlocked = True
    await purse.notes.tidy()
    assert orphan not in purse.vault.records
    assert purse.move(ended.id).payload not in purse.vault.records
    assert purse.move(open_).payload in purse.vault.records
    assert {kind for kind, _, _ in purse.vault.records.values()} == {"service-credential", "sealed-note"}


async def test_a_note_between_sealing_and_journaling_is_not_forgotten(purse: Purse) -> None:
    review = await purse.review(await purse.voucher())
    kept = purse.vault.keep

    async def keep(kind: str, secret: str, meta: Any) -> str:
        record = await kept(kind, secret, meta)
        await purse.notes.tidy()  # the unlocking's own look comes just now
        return record

    purse.vault.keep = keep  # type: ignore[method-assign]
    withdrawal, _ = await purse.requests.confirm(review)
    assert (await purse.carry(withdrawal)).status is Status.FINAL


# ---- the seam itself


async def test_locate_says_when_the_same_invoice_may_go_again(purse: Purse) -> None:
    withdrawal = await purse.confirm(await purse.voucher(faults={"drops_before_paying": True}))
    move = signed_move(purse.move(withdrawal))
    assert isinstance(await purse.system.submit(move, True), Unknown)
    assert await purse.system.locate(move) == Unknown("")
    purse.leap.ahead += PRACTICE.retry_after_ms / 1000
    assert await purse.system.locate(move) == Unknown("", resend_harmless=True)
    purse.leap.ahead += EXPIRY_S - 35
    assert await purse.system.locate(move) == Unknown(""), "not just before its end"
    purse.lightning.node.pay(_invoice(purse))
    assert await purse.system.locate(move) == Accepted("The invoice was paid.", seen_by=NODE_NAME)


def _invoice(purse: Purse) -> str:
    """The text of the newest invoice."""
    return purse.lightning.node.invoices()[-1].bolt11
