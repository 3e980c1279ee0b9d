"""The computer's clock is wrong: no invoice that can still be paid is called expired, and none joins it."""

from __future__ import annotations

from typing import Any

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import Status
from ashore.lightning.backends import Receipt, ReceiptState
from faults.lightning_bench import EXPIRY_S, WATCHED_S, Purse

TWO_HOURS_S = 7200.0
A_WEEK_S = 7 * 86_400.0


def never_tells_expiry(purse: Purse) -> None:
    """Let the receiving wallet be one like LNbits, which calls an expired invoice unpaid for ever."""
    honest = purse.node.backend.look_up

    async def look_up(payment_hash: str, reference: str) -> Receipt:
        told = await honest(payment_hash, reference)
        state = ReceiptState.UNPAID if told.state is ReceiptState.EXPIRED else told.state
        return Receipt(state, told.payment_hash, told.received_msat, tells_expiry=False)

    purse.node.backend.look_up = look_up  # type: ignore[method-assign]


async def given_out(purse: Purse, receiver: str) -> tuple[dict[str, Any], str]:
    """A withdrawal whose invoice the service has and does not pay, and its voucher."""
    voucher = await purse.voucher(faults={"never_pays": True})
    if receiver == "pasted":
        return voucher, await purse.pasted(voucher)
    if receiver == "like LNbits":
        never_tells_expiry(purse)
    return voucher, await purse.confirm(voucher)


RECEIVERS = pytest.mark.parametrize("receiver", ["Core Lightning", "like LNbits", "pasted"])


@RECEIVERS
@pytest.mark.parametrize("ahead", [TWO_HOURS_S, A_WEEK_S, 40 * 86_400.0])
async def test_a_clock_put_ahead_frees_no_voucher(purse: Purse, receiver: str, ahead: float) -> None:
    voucher, withdrawal = await given_out(purse, receiver)
    await purse.carry(withdrawal, 60)
    purse.clock_ahead_s = ahead
    assert (await purse.carry(withdrawal, EXPIRY_S - 120)).is_open
    purse.clock_ahead_s = 0
    with pytest.raises(AshoreError, match="already being withdrawn"):
        await purse.confirm(voucher, **({} if receiver != "pasted" else {"receiver": "node"}))
    assert (await purse.carry(withdrawal)).status is (Status.UNSEEN if receiver == "pasted" else Status.FAILED)
    purse.hold_to_the_rules()


@RECEIVERS
async def test_a_clock_that_is_ahead_at_a_start_frees_no_voucher(purse: Purse, receiver: str) -> None:
    _, withdrawal = await given_out(purse, receiver)
    await purse.carry(withdrawal, 60)
    after = await purse.restarted()
    if receiver == "like LNbits":
        never_tells_expiry(after)
    after.clock_ahead_s = TWO_HOURS_S
    assert (await after.carry(withdrawal, EXPIRY_S - 120)).is_open
    assert not (await after.carry(withdrawal)).is_open
    await after.aclose()


@RECEIVERS
async def test_what_expired_while_nobody_watched_ends_too(purse: Purse, receiver: str) -> None:
    """With a wallet that tells at once, else after as long as an invoice is good."""
    _, withdrawal = await given_out(purse, receiver)
    await purse.carry(withdrawal, 60)
    purse.leap.ahead += 86_400
    after = await purse.restarted()
    if receiver == "like LNbits":
        never_tells_expiry(after)
    began = after.leap.ahead
    assert not (await after.carry(withdrawal)).is_open
    took = after.leap.ahead - began
    assert took <= 120 if receiver == "Core Lightning" else took <= EXPIRY_S + WATCHED_S + 120
    await after.aclose()
