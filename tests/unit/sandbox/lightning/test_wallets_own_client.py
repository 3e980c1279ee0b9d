"""The wallet's own client for Core Lightning, unchanged, on the practice node."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ashore.lightning.backends import InvoiceRequest, MaySpend, ReceiptState
from ashore.lightning.core_lightning import CoreLightning
from ashore.lightning.errors import BackendError
from ashore.net.http import HttpClient
from unit.lightning.serving import FastClock, new_http


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    client = new_http()
    yield client
    await client.aclose()


@pytest.fixture
def wallet(practice: Any, http: HttpClient) -> CoreLightning:
    address = f"http://127.0.0.1:{practice.port}/cln"
    return CoreLightning(http, address, practice.lightning.node.rune, clock=FastClock(), rng=random.Random(3))


REQUEST = InvoiceRequest("8c2b1c9a-7a0f-4a3e-9d43-0f6a2f0b7e11", 15_000, "Gift", 3600)


async def test_it_knows_the_node(practice: Any, wallet: CoreLightning) -> None:
    identity = await wallet.identity()
    assert (identity.node_id, identity.network) == (practice.lightning.node.id, "regtest")
    assert identity.may_spend is MaySpend.NO
    await practice.control("lightning", receivable_msat=123_000)
    assert (await wallet.limits()).max_msat == 123_000


async def test_a_withdrawal_from_voucher_to_settlement(practice: Any, wallet: CoreLightning) -> None:
    cursor = (await wallet.catch_up(None)).cursor
    offer = await practice.offer((await practice.voucher(style="lnbits"))["url"])
    made = await wallet.make(REQUEST)
    assert (await wallet.make(REQUEST)).payment_hash == made.payment_hash
    assert (await wallet.look_up(made.payment_hash, "")).state is ReceiptState.UNPAID
    assert (await practice.hand_over(offer, made.text)).json() == {"status": "OK"}
    receipt = await wallet.look_up(made.payment_hash, "")
    assert (receipt.state, receipt.received_msat) == (ReceiptState.SETTLED, 15_000)
    caught_up = await wallet.catch_up(cursor)
    assert [one.payment_hash for one in caught_up.receipts] == [made.payment_hash]


async def test_an_answer_that_broke_off_is_found_by_its_label(practice: Any, wallet: CoreLightning) -> None:
    await practice.control("faults", lightning={"node": {"drops": 1}})
    try:
        made = await wallet.make(REQUEST)
    except BackendError:
        made = await wallet.make(REQUEST)
    assert len((await practice.truth())["invoices"]) == 1
    assert (await wallet.look_up(made.payment_hash, "")).state is ReceiptState.UNPAID
