"""What provably never left ends as not sent; what may have left does not. And the same voucher under another name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.moves import NOT_SENT
from ashore.domain.withdrawal import Mark, Status
from ashore.engine.boundaries import Boundary
from ashore.engine.receiving import RECEIVES, SPENDS, WalletSetup
from ashore.engine.voyages import activity_row
from ashore.systems.base import Draft
from ashore.systems.lnurl.system.withdrawals import TRIES
from faults.lightning_bench import EXPIRY_S, Death, Purse


async def test_a_foreign_callback_gets_nothing_in_practice(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"foreign_callback": True})
    review = await purse.review(voucher)
    assert any("another host: localhost" in warning for warning in review.warnings)
    withdrawal, _ = await purse.requests.confirm(review)
    state = await purse.carry(withdrawal)
    assert (state.status, purse.move(withdrawal).code) == (Status.REFUSED, NOT_SENT)
    assert purse.leap.ahead < 1, "what is refused before a byte left ends at once"
    told = purse.voyage(withdrawal)
    assert told.headline.startswith("Nothing was sent. ")
    assert "localhost" in told.headline, "and why"
    assert "Open the link again" in told.advice
    assert "not sent" in {row.said_by for row in told.rows}
    (row,) = purse.journal.page("", "stopped", None, 9)
    line = activity_row(row, state.terms)
    assert (line.stage_title, line.mark) == ("Nothing was sent", Mark.FAILED)
    assert purse.calls() == []
    purse.spoil(voucher, foreign_callback=None)
    assert (await purse.withdraw(voucher)).status is Status.FINAL, "with a new invoice, at once"
    assert len(purse.invoices()) == 2
    purse.hold_to_the_rules()


async def test_a_service_that_cannot_be_reached_is_tried_a_few_times(purse: Purse) -> None:
    voucher = await purse.voucher()
    withdrawal = await purse.confirm(voucher)
    purse.road.closed, purse.road.tried = True, 0
    await purse.carry(withdrawal, 20)
    assert purse.state(withdrawal).is_open
    assert "Nothing has left yet" in purse.told(withdrawal)
    state = await purse.carry(withdrawal)
    assert (state.status, purse.move(withdrawal).code) == (Status.REFUSED, NOT_SENT)
    assert purse.road.tried == TRIES
    assert purse.leap.ahead < EXPIRY_S / 4, "long before the invoice expires"
    assert "could not be reached" in purse.voyage(withdrawal).headline
    purse.road.closed = False
    assert (await purse.withdraw(voucher)).status is Status.FINAL
    purse.hold_to_the_rules()


async def test_a_service_that_can_be_reached_again_gets_the_same_invoice(purse: Purse) -> None:
    withdrawal = await purse.confirm(await purse.voucher())
    purse.road.closed = True
    await purse.carry(withdrawal, 20)
    after = await purse.restarted()
    assert (await after.carry(withdrawal)).status is Status.FINAL
    assert (len(after.invoices()), len(after.calls())) == (1, 1)
    after.hold_to_the_rules()
    await after.aclose()


@pytest.mark.parametrize(
    "boundary", [Boundary.SENDING_JOURNALED, Boundary.SENDING_ANSWERED, Boundary.OUTCOME_JOURNALED]
)
async def test_death_around_what_never_left(purse: Purse, boundary: Boundary) -> None:
    """What the dead process could still write down is proof; what it could not is watched to the end, as unknown."""
    withdrawal = await purse.confirm(await purse.voucher(faults={"foreign_callback": True}))
    purse.dies_at = boundary
    with pytest.raises(Death):
        await purse.carry(withdrawal)
    after = await purse.restarted()
    state = await after.carry(withdrawal, EXPIRY_S)
    proven = boundary is Boundary.OUTCOME_JOURNALED
    assert state.status is (Status.REFUSED if proven else Status.UNKNOWN)
    state = await after.carry(withdrawal)
    assert (state.status, after.move(withdrawal).code) == (Status.REFUSED, NOT_SENT if proven else "expired")
    assert after.move(withdrawal).sends <= 2, "not again and again"
    assert after.calls() == []
    after.hold_to_the_rules()
    await after.aclose()


@pytest.mark.parametrize("faults", [{"drops_after_paying": True}, {"drops_before_paying": True}])
async def test_what_may_have_left_stays_unknown_although_nothing_leaves_later(
    purse: Purse, faults: dict[str, Any]
) -> None:
    withdrawal = await purse.confirm(await purse.voucher(faults=faults))
    purse.spoil(blind=True)
    await purse.carry(withdrawal, 5)
    purse.road.closed = True
    state = await purse.carry(withdrawal, EXPIRY_S)
    assert state.status is Status.UNKNOWN
    purse.spoil(blind=None)
    state = await purse.carry(withdrawal)
    assert (state.status is Status.FINAL) == ("drops_after_paying" in faults)
    assert purse.move(withdrawal).code != NOT_SENT
    purse.hold_to_the_rules()


# ---- the same voucher under another name


async def test_a_service_that_gives_a_new_k1_each_time_is_known_by_its_link(purse: Purse) -> None:
    """It is warned of, not forbidden: one link may be good for several withdrawals."""
    voucher = await purse.voucher(uses=2, faults={"new_k1": True, "pays_after": 600})
    first = await purse.review(voucher)
    assert not first.warnings
    withdrawal, _ = await purse.requests.confirm(first)
    await purse.carry(withdrawal, 5)  # the next look would spoil its k1
    for link in (voucher["lnurl"], voucher["lnurl"].upper(), voucher["url"]):
        second = await purse.review(voucher, link=link)
        assert second.plan.request.scope != first.plan.request.scope, "by its k1 it is another one"
        (warning,) = second.warnings
        assert "15 sat are already being withdrawn" in warning
        assert "see under Activity" in warning, "and what to do"
    other = await purse.voucher(faults={"new_k1": True})
    assert not (await purse.review(other)).warnings, "another link of the same service"
    journaled = " ".join(str(row) for row in purse.database.read("SELECT body FROM events"))
    assert voucher["url"] not in journaled
    assert voucher["url"].rpartition("/")[2] not in journaled
    assert (await purse.carry(withdrawal)).status is Status.FINAL
    assert not (await purse.review(voucher)).warnings, "what has ended stands in nobody's way"
    purse.hold_to_the_rules()


async def test_a_note_of_before_or_a_locked_vault_warns_of_nothing(purse: Purse) -> None:
    voucher = await purse.voucher(uses=2, faults={"new_k1": True, "never_pays": True})
    await purse.confirm(voucher)
    ((record, (kind, note, meta)),) = purse.vault.records.items()
    purse.vault.records[record] = (kind, note.replace('"from"', '"former"'), meta)
    assert not (await purse.review(voucher)).warnings
    purse.vault.records[record] = (kind, note, meta)
    assert (await purse.review(voucher)).warnings
    offer = await purse.offer(voucher)
    purse.vault.unlocked = False
    quote = await purse.system.quote(offer, Draft({"amount": "15"}))
    assert not (await purse.requests.review(quote)).warnings


@pytest.mark.parametrize("meanwhile", [False, True])
async def test_a_wallet_removed_after_the_review_gets_no_withdrawal(purse: Purse, meanwhile: bool) -> None:
    """Also where it goes while the secret is being sealed."""
    setup = WalletSetup("core-lightning", "Mine", "https://node.example", "rune")
    mine = await purse.wallets._keep(setup, {"use": RECEIVES, "name": "Mine", SPENDS: "no"})
    voucher = await purse.voucher()
    review = await purse.review(voucher, receiver=mine)
    keep = purse.vault.keep

    async def removed_first(kind: str, secret: str, meta: Mapping[str, str]) -> str:
        await purse.wallets.disconnect(mine)
        return await keep(kind, secret, meta)

    if meanwhile:
        purse.vault.keep = removed_first  # type: ignore[method-assign]
    else:
        await purse.wallets.disconnect(mine)
    with pytest.raises(AshoreError, match="Nothing was withdrawn"):
        await purse.requests.confirm(review)
    assert (purse.all(), purse.calls()) == ([], [])
    purse.vault.keep = keep  # type: ignore[method-assign]
    assert (await purse.withdraw(voucher)).status is Status.FINAL, "with another wallet, the same voucher"
