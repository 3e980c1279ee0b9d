"""LNURL between lock, death and the wallet that receives: every withdrawal ends, and ends as it really did."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.moves import NOT_SENT, Accepted, Unknown
from ashore.domain.withdrawal import Status
from ashore.engine.boundaries import Boundary
from ashore.engine.views import Change, Topic
from ashore.systems.base import Draft, signed_move
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.settlement.lifetimes import ASKED_FOR_MS, GIVEN_UP_AFTER_MS
from ashore.systems.lnurl.system.plan import NotReady
from faults.lightning_bench import EXPIRY_S, NODE_NAME, WATCHED_S, Death, Purse

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
    after = await purse.restarted()
    state = await after.carry(withdrawal)
    assert state.is_open, "at a start the network may not be there yet"
    after.leap.ahead += ASKED_FOR_MS / 1000
    state = await after.carry(withdrawal)
    assert state.status is Status.UNSEEN
    await after.aclose()


async def test_a_wallet_that_is_locked_away_is_waited_for_a_month(purse: Purse) -> None:
    """And what it was paid is found when it is connected again, however late."""
    withdrawal = await purse.confirm(await purse.voucher(faults={"never_pays": True}))
    await purse.carry(withdrawal, 5)
    node = purse.wallets._receivers.pop("node")
    purse.lightning.node.pay(purse.newest_invoice())
    purse.leap.ahead += GIVEN_UP_AFTER_MS / 1000
    assert (await purse.carry(withdrawal, 600)).is_open
    purse.leap.ahead += EXPIRY_S
    assert (await purse.carry(withdrawal)).status is Status.UNSEEN
    assert "you will see it here" not in purse.told(withdrawal)
    purse.wallets._receivers["node"] = node
    await purse.watch.ask()
    assert purse.state(withdrawal).status is Status.FINAL
    purse.hold_to_the_rules()


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

    purse.node.backend.look_up = lying  # type: ignore[method-assign, assignment]
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
    purse.lightning.node.pay(purse.newest_invoice())
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
    purse.lightning.node.pay(purse.newest_invoice())
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
    assert purse.move(withdrawal).said == "Nothing was sent. The invoice expired before it was handed over."
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
    assert (state.status, purse.move(withdrawal).code) == (Status.REFUSED, NOT_SENT)
    assert purse.leap.ahead < 1, "it never can be, so that ends at once"
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
    purse.lightning.node.pay(purse.newest_invoice())
    assert await purse.system.locate(move) == Accepted("The invoice was paid.", seen_by=NODE_NAME)


async def test_notes_are_forgotten_by_themselves(purse: Purse) -> None:
    """At the end of a withdrawal, and after unlocking."""
    forgotten: asyncio.Queue[str] = asyncio.Queue()
    forget = purse.vault.forget

    async def told(record: str) -> None:
        await forget(record)
        forgotten.put_nowait(record)

    purse.vault.forget = told  # type: ignore[method-assign]
    tidying = asyncio.create_task(purse.notes.run())
    await asyncio.sleep(0)
    state = await purse.withdraw(await purse.voucher())
    async with asyncio.timeout(10):
        assert await forgotten.get() == purse.move(state.id).payload
    orphan = await purse.vault.keep("sealed-note", "{}", {"for": "ab" * 32})
    purse.vault.unlocked = False
    purse.ledger.tell(Change(Topic.LOCK))
    await asyncio.sleep(0)
    assert orphan in purse.vault.records
    purse.vault.unlocked = True
    purse.ledger.tell(Change(Topic.LOCK))
    async with asyncio.timeout(10):
        assert await forgotten.get() == orphan
    tidying.cancel()
    await asyncio.gather(tidying, return_exceptions=True)
