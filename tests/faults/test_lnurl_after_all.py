"""What ended as unpaid and was paid after all: noticed later, by one listing a wallet, and told as it was."""

from __future__ import annotations

from typing import Any

import pytest

from ashore.domain.moves import NOT_SENT, MoveState
from ashore.domain.withdrawal import Mark, Status
from ashore.engine.boundaries import Boundary
from ashore.engine.voyages import activity_row
from ashore.lightning.backends import CaughtUp, Receipt, ReceiptState
from ashore.systems.lnurl.system.afterwards import EVERY_MS
from faults.lightning_bench import EXPIRY_S, NODE, NODE_NAME, WATCHED_S, Death, Purse

NO, SILENT, PROMISED = {"error_but_pays": "Out of order."}, {"drops_after_paying": True}, {}
WAYS: dict[str, tuple[dict[str, Any], Status]] = {
    "a no": (NO, Status.REFUSED),
    "no answer": (SILENT, Status.REFUSED),
    "a promise": (PROMISED, Status.FAILED),
}


async def taken_for_unpaid(purse: Purse, faults: dict[str, Any]) -> str:
    """A voucher that was paid, which the wallet that receives does not show until it had ended."""
    withdrawal = await purse.confirm(await purse.voucher(faults=faults))
    purse.spoil(blind=True)
    await purse.carry(withdrawal)
    purse.spoil(blind=None)
    return withdrawal


async def later(purse: Purse) -> None:
    """The next look at what had ended, and the one that writes down that it was taken."""
    purse.leap.ahead += EVERY_MS / 1000
    await purse.watch.ask()
    await purse.watch.ask()


def listings(purse: Purse) -> list[str | None]:
    """Note every listing from now on, by its cursor."""
    asked: list[str | None] = []
    honest = purse.node.backend.catch_up

    async def catch_up(cursor: str | None) -> Any:
        asked.append(cursor)
        return await honest(cursor)

    purse.node.backend.catch_up = catch_up  # type: ignore[method-assign]
    return asked


@pytest.mark.parametrize("way", WAYS)
async def test_it_is_noticed_and_told(purse: Purse, way: str) -> None:
    faults, ended = WAYS[way]
    withdrawal = await taken_for_unpaid(purse, faults)
    assert purse.state(withdrawal).status is ended
    await later(purse)
    state = purse.state(withdrawal)
    assert state.status is Status.FINAL
    assert purse.move(withdrawal).state is MoveState.ACCEPTED
    told = purse.voyage(withdrawal)
    assert told.headline == "15 sat settled in your node Alice."
    assert told.advice.startswith("It was paid after all")
    settled = told.rows[4]
    assert (settled.mark, settled.said_by) == (Mark.SEEN, f"{NODE_NAME} shows it")
    assert "paid after all" in settled.sentence
    assert not any(row.view.failed for row in told.rows)
    if way == "a no":
        assert told.rows[2].sentence == "The service said no: “Out of order.” It was paid after all."
    (row,) = purse.journal.page("", "final", None, 9)
    assert activity_row(row, state.terms).mark is Mark.SEEN
    purse.hold_to_the_rules()


async def test_one_listing_a_wallet_however_many_ended(purse: Purse) -> None:
    """Only what is listed is looked up; and the next listing begins where this one ended."""
    names = [await taken_for_unpaid(purse, {"never_pays": True}) for _ in range(3)]
    await later(purse)
    paid = await taken_for_unpaid(purse, SILENT)
    asked = listings(purse)
    looked, honest = [], purse.node.backend.look_up

    async def look_up(payment_hash: str, reference: str) -> Any:
        looked.append(payment_hash)
        return await honest(payment_hash, reference)

    purse.node.backend.look_up = look_up  # type: ignore[method-assign]
    await later(purse)
    await later(purse)
    assert looked == [purse.move(paid).locator]
    assert asked == ["0", "1"], "never again from the beginning"
    assert [purse.state(name).status for name in names] == [Status.FAILED] * 3
    purse.hold_to_the_rules()


async def test_not_more_often_than_now_and_then(purse: Purse) -> None:
    await taken_for_unpaid(purse, {"never_pays": True})
    asked = listings(purse)
    for _ in range(20):
        await purse.watch.ask()
    assert len(asked) <= 1
    await later(purse)
    assert len(asked) <= 2


async def test_nothing_is_asked_where_nothing_ended_unpaid(purse: Purse) -> None:
    asked = listings(purse)
    await purse.withdraw(await purse.voucher())
    await later(purse)
    assert asked == []


async def test_a_start_looks_at_once(purse: Purse) -> None:
    withdrawal = await taken_for_unpaid(purse, SILENT)
    after = await purse.restarted()
    await after.watch.ask()
    assert after.state(withdrawal).status is Status.FINAL
    await after.aclose()


async def test_what_is_older_than_a_month_is_let_be(purse: Purse) -> None:
    withdrawal = await taken_for_unpaid(purse, SILENT)
    purse.leap.ahead += 31 * 86_400
    after = await purse.restarted()
    asked = listings(after)
    await after.watch.ask()
    assert (asked, after.state(withdrawal).status) == ([], Status.REFUSED)
    await after.aclose()


async def test_a_wallet_that_is_away_has_its_turn_again(purse: Purse) -> None:
    withdrawal = await taken_for_unpaid(purse, SILENT)
    purse.spoil(down=True)
    await later(purse)
    assert purse.state(withdrawal).status is Status.REFUSED
    purse.spoil(down=None)
    await later(purse)
    assert purse.state(withdrawal).status is Status.FINAL


async def test_what_never_left_is_settled_if_its_invoice_is(purse: Purse) -> None:
    """Who else was given it, the wallet cannot know; that the money came, it can."""
    withdrawal = await purse.confirm(await purse.voucher())
    purse.road.closed = True
    await purse.carry(withdrawal)
    assert purse.move(withdrawal).code == NOT_SENT
    purse.lightning.node.pay(purse.newest_invoice())
    await later(purse)
    assert purse.state(withdrawal).status is Status.FINAL
    assert purse.move(withdrawal).code == ""


@pytest.mark.parametrize("boundary", [Boundary.OPERATOR_ANSWERED, Boundary.OPERATOR_JOURNALED])
async def test_death_before_and_after_it_is_journaled(purse: Purse, boundary: Boundary) -> None:
    """The place in the listing is written only after what was found there."""
    withdrawal = await taken_for_unpaid(purse, SILENT)
    purse.watch._probe = purse._probe
    purse.dies_at = boundary
    purse.leap.ahead += EVERY_MS / 1000
    with pytest.raises(Death):
        await purse.watch.ask()
    assert purse.keep.setting(f"lightning.place.{NODE}", "") == ""
    after = await purse.restarted()
    await later(after)
    state = after.state(withdrawal)
    assert state.status is Status.FINAL
    assert len(state.stage("settled").evidence) == 1
    after.hold_to_the_rules()
    await after.aclose()


async def test_what_cannot_be_journaled_is_found_again(purse: Purse) -> None:
    withdrawal = await taken_for_unpaid(purse, SILENT)
    record = purse.ledger.record_many

    async def full(_events: Any) -> None:
        raise OSError("no space left")

    purse.ledger.record_many = full  # type: ignore[method-assign]
    for _ in range(2):
        purse.leap.ahead += EVERY_MS / 1000
        with pytest.raises(OSError, match="space"):
            await purse.watch.ask()
    purse.ledger.record_many = record  # type: ignore[method-assign]
    await later(purse)
    assert purse.state(withdrawal).status is Status.FINAL


async def test_a_payment_in_the_very_cycle_that_ends_its_withdrawal_is_found(purse: Purse) -> None:
    """The listing is taken before the look-ups: what comes after a look-up is in the next one."""
    await taken_for_unpaid(purse, {"never_pays": True})
    await later(purse)
    withdrawal = await purse.confirm(await purse.voucher(faults={"never_pays": True}))
    await purse.carry(withdrawal, EXPIRY_S + WATCHED_S - 120)
    mine, backend, paid = purse.move(withdrawal).locator, purse.node.backend, False
    look_up, catch_up = backend.look_up, backend.catch_up

    async def paid_after_the_look(payment_hash: str, reference: str) -> Receipt:
        nonlocal paid
        if payment_hash != mine:
            return await look_up(payment_hash, reference)
        was, paid = paid, True  # a held payment is let go once the wallet has answered
        return Receipt(ReceiptState.SETTLED if was else ReceiptState.EXPIRED, mine, 15_000 if was else None)

    async def listing(cursor: str | None) -> CaughtUp:
        new = paid and cursor == "0"
        return CaughtUp((Receipt(ReceiptState.SETTLED, mine),), "1", True) if new else await catch_up(cursor)

    backend.look_up, backend.catch_up = paid_after_the_look, listing  # type: ignore[method-assign]
    purse.leap.ahead += EVERY_MS / 1000
    await purse.watch.ask()
    assert purse.state(withdrawal).status is Status.FAILED
    await later(purse)
    assert purse.state(withdrawal).status is Status.FINAL
