"""The same invoice handed over once more at a person's wish, after a no: allowed only where it can do no harm."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.moves import NOT_SENT
from ashore.domain.withdrawal import Mark, Status
from ashore.engine.boundaries import Boundary
from ashore.engine.carrier import Carrier
from ashore.systems.base import Bearer
from ashore.systems.lnurl.system.plan import LEAST_LEFT_MS
from ashore.systems.lnurl.system.withdrawals import TRIES
from faults.lightning_bench import EXPIRY_S, Death, Purse

BUTTON = "Try again with the same invoice"


def offered(purse: Purse, withdrawal: str) -> list[str]:
    """What may be asked for, stage by stage."""
    return [row.again for row in purse.voyage(withdrawal).rows]


async def refused(purse: Purse, **faults: Any) -> tuple[dict[str, Any], str]:
    """A voucher whose service said no, and its withdrawal."""
    voucher = await purse.voucher(faults=faults or {"refuses": "Not on Sundays."})
    withdrawal = await purse.confirm(voucher)
    await purse.carry(withdrawal, 5)
    assert purse.move(withdrawal).said_no
    return voucher, withdrawal


async def test_a_wait_that_is_over(purse: Purse) -> None:
    """Only when the person says so, with the very invoice that the service had refused."""
    voucher = await purse.voucher(uses=2, style="lnbits", wait_s=900)
    await purse.withdraw(voucher)
    withdrawal = await purse.confirm(voucher)
    await purse.carry(withdrawal, 5)
    assert "“Wait " in purse.told(withdrawal)
    assert offered(purse, withdrawal) == ["", "", BUTTON, "", "", ""]
    await purse.carry(withdrawal, 1000)
    assert len(purse.calls()) == 2, "by itself nothing goes again"
    purse.again(withdrawal)
    assert not any(offered(purse, withdrawal)), "once wished, not twice"
    assert "once more, as you wished" in purse.told(withdrawal)
    state = await purse.carry(withdrawal)
    assert state.status is Status.FINAL
    assert (len(purse.calls()), len(purse.invoices())) == (3, 2)
    move = purse.move(withdrawal)
    assert (move.sends, move.wishes, move.said) == (2, 1, "OK")
    purse.hold_to_the_rules()


async def test_a_second_no_may_be_asked_again(purse: Purse) -> None:
    voucher, withdrawal = await refused(purse)
    purse.again(withdrawal)
    await purse.carry(withdrawal, 60)
    assert (purse.move(withdrawal).said_no, len(purse.calls())) == (True, 2)
    assert BUTTON in offered(purse, withdrawal)
    purse.spoil(voucher, refuses=None)
    purse.again(withdrawal)
    assert (await purse.carry(withdrawal)).status is Status.FINAL
    assert (len(purse.calls()), purse.move(withdrawal).wishes) == (3, 2)
    purse.hold_to_the_rules()


async def test_a_pasted_invoice_may_go_again_too(purse: Purse) -> None:
    voucher = await purse.voucher(faults={"refuses": "Not on Sundays."})
    withdrawal = await purse.pasted(voucher)
    await purse.carry(withdrawal, 5)
    purse.spoil(voucher, refuses=None)
    purse.again(withdrawal)
    assert (await purse.carry(withdrawal, 120)).status is Status.UNDER_WAY
    purse.hold_to_the_rules()


async def test_what_was_paid_meanwhile_is_not_handed_over(purse: Purse) -> None:
    """The wallet is asked first: the no came from a service that paid."""
    voucher = await purse.voucher(faults={"error_but_pays": "Out of order."})
    withdrawal = await purse.confirm(voucher)
    purse.spoil(blind=True)
    await purse.carry(withdrawal, 5)
    purse.again(withdrawal)
    purse.spoil(blind=None)
    assert (await purse.carry(withdrawal)).status is Status.FINAL
    assert len(purse.calls()) == 1
    purse.hold_to_the_rules()


async def test_not_before_a_no(purse: Purse) -> None:
    withdrawal = await purse.confirm(await purse.voucher(faults={"never_pays": True}))
    with pytest.raises(AshoreError, match="Nothing was sent"):
        purse.again(withdrawal)
    await purse.carry(withdrawal, 5)
    assert not any(offered(purse, withdrawal)), "an OK is no no"
    with pytest.raises(AshoreError, match="Nothing was sent"):
        purse.again(withdrawal)
    silent = await purse.confirm(await purse.voucher(faults={"drops_before_paying": True}))
    await purse.carry(silent, 2)
    with pytest.raises(AshoreError, match="Nothing was sent"):
        purse.again(silent)


async def test_not_when_it_has_ended(purse: Purse) -> None:
    with pytest.raises(AshoreError, match="Nothing was sent"):
        purse.again("nothing of that name")
    ended = await purse.withdraw(await purse.voucher())
    with pytest.raises(AshoreError, match="Nothing was sent"):
        purse.again(ended.id)


async def test_not_just_before_the_invoice_expires(purse: Purse) -> None:
    _, withdrawal = await refused(purse)
    left = purse.state(withdrawal).terms.details["expires.at"]
    purse.leap.ahead += (int(left) - LEAST_LEFT_MS - purse.leap.now()) / 1000
    assert not any(offered(purse, withdrawal))
    with pytest.raises(AshoreError, match="not sent again now"):
        purse.again(withdrawal)
    state = await purse.carry(withdrawal)
    assert (state.status, len(purse.calls())) == (Status.REFUSED, 1)
    purse.hold_to_the_rules()


async def test_never_a_pin(purse: Purse) -> None:
    """Three wrong ones lock a card."""
    withdrawal = await purse.confirm(await purse.voucher(faults={"pin": "1234"}), pin="4321")
    await purse.carry(withdrawal, 5)
    assert purse.move(withdrawal).said_no
    assert not any(offered(purse, withdrawal))
    with pytest.raises(AshoreError, match="Nothing was sent"):
        purse.again(withdrawal)


async def test_a_way_that_is_closed_now_changes_nothing_about_the_first_time(purse: Purse) -> None:
    _, withdrawal = await refused(purse)
    purse.road.closed = True
    purse.again(withdrawal)
    state = await purse.carry(withdrawal, EXPIRY_S / 2)
    assert state.status is Status.UNKNOWN
    assert (await purse.carry(withdrawal)).status is Status.REFUSED
    assert purse.move(withdrawal).code != NOT_SENT, "the first time it was sent"
    purse.hold_to_the_rules()


async def test_a_second_withdrawal_is_still_refused_meanwhile(purse: Purse) -> None:
    voucher, withdrawal = await refused(purse)
    purse.again(withdrawal)
    with pytest.raises(AshoreError, match="already being withdrawn"):
        await purse.confirm(voucher)
    assert len(purse.all()) == 1


@pytest.mark.parametrize(
    "boundary",
    [
        None,
        Boundary.LOCATE_BEFORE,
        Boundary.LOCATE_ANSWERED,
        Boundary.SENDING_BEFORE_JOURNAL,
        Boundary.SENDING_JOURNALED,
        Boundary.SENDING_ANSWERED,
        Boundary.OUTCOME_JOURNALED,
    ],
)
async def test_death_after_the_wish(purse: Purse, boundary: Boundary | None) -> None:
    """The wish is journaled, so the next process carries it out: with the same invoice, and once."""
    voucher, withdrawal = await refused(purse)
    purse.spoil(voucher, refuses=None)
    purse.again(withdrawal)
    if boundary is not None:
        purse.dies_at = boundary
        with pytest.raises(Death):
            await purse.carry(withdrawal)
    after = await purse.restarted()
    state = await after.carry(withdrawal)
    assert state.status is Status.FINAL
    assert {row.mark for row in after.voyage(withdrawal).rows} <= {Mark.SEEN, Mark.REPORTED, Mark.NOT_APPLICABLE}
    assert len(after.invoices()) == 1
    assert sum(call["paid"] for call in after.calls()) == 1
    assert sum(isinstance(r.event, ev.MoveAgain) for r in after.journal.of(withdrawal)) == 1
    after.hold_to_the_rules(heard=False)
    await after.aclose()


async def test_a_wish_that_never_left_may_be_wished_again(purse: Purse) -> None:
    """In one process: what failed before the no does not count, and the no stands again after it."""
    voucher = await purse.voucher(faults={"refuses": "Not on Sundays."})
    withdrawal = await purse.confirm(voucher)
    purse.road.closed = True
    carrier = Carrier(purse.ledger, purse.system, purse.now, purse._probe, purse._wait)
    carrying = asyncio.create_task(carrier.carry(withdrawal, purse.move(withdrawal).id))

    async def until(so: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not so():
                await asyncio.sleep(0)

    try:
        await until(lambda: purse.move(withdrawal).misses == TRIES - 1)
        purse.road.closed = False
        await until(lambda: purse.move(withdrawal).said_no)
        refusal = purse.move(withdrawal).said
        for wish in (1, 2):
            purse.road.closed, purse.road.tried = True, 0
            purse.again(withdrawal)
            await until(lambda: purse.move(withdrawal).said_no)
            assert purse.road.tried == TRIES, "every wish has all its tries"
            assert purse.move(withdrawal).said.endswith(refusal)
            assert purse.move(withdrawal).said.count("did not go again") == 1
            assert "could not be reached" in purse.move(withdrawal).said
            assert BUTTON in offered(purse, withdrawal)
            assert (purse.move(withdrawal).wishes, len(purse.calls())) == (wish, 1)
        purse.road.closed = False
        purse.spoil(voucher, refuses=None)
        purse.again(withdrawal)
        async with asyncio.timeout(20):
            await carrying
    finally:
        carrying.cancel()
        await asyncio.gather(carrying, return_exceptions=True)
    assert (await purse.carry(withdrawal)).status is Status.FINAL
    assert len(purse.calls()) == 2
    purse.hold_to_the_rules()


async def test_a_wish_in_vain_ends_as_the_no_did(purse: Purse) -> None:
    _, withdrawal = await refused(purse)
    purse.road.closed = True
    purse.again(withdrawal)
    state = await purse.carry(withdrawal)
    assert state.status is Status.REFUSED
    assert "The service said no: “Not on Sundays.”" in purse.move(withdrawal).said
    assert "you will see it here" not in purse.told(withdrawal)


async def test_a_no_cannot_speak_in_ashores_voice(purse: Purse) -> None:
    _, withdrawal = await refused(purse, refuses="busy.” Nothing was sent. Go to help.example. “Sorry")
    assert "“busy.' Nothing was sent. Go to help.example. 'Sorry”." in purse.move(withdrawal).said


async def test_a_no_that_quotes_the_secret_in_pieces_is_not_shown(purse: Purse) -> None:
    voucher = await purse.voucher()
    review = await purse.review(voucher)
    assert isinstance(review.plan.request, Bearer)
    k1 = json.loads(review.plan.request.secret)["k1"]
    purse.spoil(voucher, refuses=f"Wrong: {'-'.join(k1[at : at + 4] for at in range(0, len(k1), 4))}")
    withdrawal, _ = await purse.requests.confirm(review)
    await purse.carry(withdrawal, 5)
    assert purse.move(withdrawal).said.startswith(
        "The service said no. The service’s words quoted the voucher’s secret"
    )
    assert k1[:4] not in purse.move(withdrawal).said
