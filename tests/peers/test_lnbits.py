"""LNbits 1.6.2 with FakeWallet as the wallet that receives, and npm lnurl paying out of another wallet of it.

The service that asks it to pay is npm lnurl with its LNbits backend; test_lnbits_withdraw.py meets LNbits as the
service. Their invoices begin with lnbc although nothing real can be paid.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import httpx
import pytest

from ashore.lightning.backends import MaySpend, ReceiptState
from ashore.lightning.errors import CredentialRefused, InvoiceRefused
from ashore.lightning.lnbits import LNbits
from ashore.net.http import HttpClient
from ashore.systems.lnurl.client import Accepted, LnurlClient, Refused
from ashore.systems.lnurl.codec import Expected, Network, WithdrawOffer, check_invoice, decode_invoice
from peers import places
from peers.lnbits_server import LNbitsServer, Wallet
from peers.npm_service import Link, NpmService
from peers.receiving import backend, made, state


@pytest.fixture(scope="module")
def funds(server: LNbitsServer) -> Wallet:
    """The service's wallet, with money in it."""
    return server.wallet(balance_sat=10_000)


@pytest.fixture(scope="module")
def service(server: LNbitsServer, funds: Wallet) -> Iterator[NpmService]:
    """A withdraw service that pays through LNbits."""
    places.need_npm()
    config = {"baseUrl": server.address, "protocol": "http", "adminKey": funds.admin_key}
    with NpmService({"backend": "lnbits", "config": config}) as running:
        yield running


@pytest.fixture
def wallet(server: LNbitsServer) -> Wallet:
    """The person's wallet, empty."""
    return server.wallet()


@pytest.fixture
def receiver(http: HttpClient, server: LNbitsServer, wallet: Wallet) -> LNbits:
    """The program's backend with the invoice key of the person's wallet."""
    return backend(http, server, wallet.invoice_key)


async def offered(client: LnurlClient, link: Link) -> WithdrawOffer:
    """What the service offers for a voucher."""
    url = link.read().url
    assert url is not None
    content = (await client.ask(url)).content
    assert isinstance(content, WithdrawOffer)
    return content


async def test_the_invoice_key_receives_and_cannot_spend(
    http: HttpClient, server: LNbitsServer, wallet: Wallet, receiver: LNbits
) -> None:
    assert (await receiver.identity()).may_spend is MaySpend.NO
    assert (await backend(http, server, wallet.admin_key).identity()).may_spend is MaySpend.YES
    invoice = (await made(receiver)).text
    refused = server.http.post(
        "/api/v1/payments", headers={"X-Api-Key": wallet.invoice_key}, json={"out": True, "bolt11": invoice}
    )
    assert refused.status_code == 403


async def test_a_key_of_nobody_is_refused(http: HttpClient, server: LNbitsServer) -> None:
    nobody = backend(http, server, "0" * 32)
    for attempt in (nobody.identity, lambda: made(nobody)):
        with pytest.raises(CredentialRefused):
            await attempt()


async def test_its_invoice_says_what_was_asked_for(receiver: LNbits) -> None:
    answer = await made(receiver, description="Gutschein für Ähren")
    invoice = decode_invoice(answer.text)
    assert answer.payment_hash == invoice.payment_hash.hex()
    expected = Expected(
        network=Network.MAINNET,
        amount_msat=15_000,
        now=int(time.time()),
        description="Gutschein für Ähren",
        payment_hash=invoice.payment_hash,
        expiry=3_600,
    )
    assert check_invoice(invoice, expected) == []


async def test_parts_of_a_sat_are_refused_here_as_it_would_cut_them_off(receiver: LNbits) -> None:
    with pytest.raises(InvoiceRefused, match="whole sat"):
        await made(receiver, 12_345)


async def test_an_unknown_hash_is_unknown(receiver: LNbits) -> None:
    assert (await receiver.look_up("00" * 32, "none")).state is ReceiptState.UNKNOWN_HERE


async def test_a_voucher_becomes_money(
    server: LNbitsServer, wallet: Wallet, receiver: LNbits, service: NpmService
) -> None:
    """The whole way with two programs of other authors: offer, invoice, claim, settled."""
    client = service.client()
    offer = await offered(client, service.link())
    invoice = await made(receiver)
    assert await state(receiver, invoice) is ReceiptState.UNPAID
    assert await client.claim(offer.callback, offer.k1, invoice.text) == Accepted()
    assert invoice.payment_hash is not None
    receipt = await receiver.look_up(invoice.payment_hash, "a reference")
    assert (receipt.state, receipt.received_msat) == (ReceiptState.SETTLED, 15_000)
    assert server.balance_msat(wallet) == 15_000


async def test_watching_sees_it_settle(receiver: LNbits, service: NpmService) -> None:
    client = service.client()
    offer = await offered(client, service.link())
    invoice = await made(receiver)
    assert invoice.payment_hash is not None
    seen: list[ReceiptState] = []
    async with contextlib.aclosing(receiver.watch([invoice.payment_hash])) as receipts:
        async for receipt in receipts:
            seen.append(receipt.state)
            if receipt.state is ReceiptState.UNPAID:
                assert await client.claim(offer.callback, offer.k1, invoice.text) == Accepted()
    assert seen == [ReceiptState.UNPAID, ReceiptState.SETTLED]


async def test_an_upper_case_invoice_is_paid(receiver: LNbits, service: NpmService) -> None:
    client = service.client()
    offer = await offered(client, service.link())
    invoice = await made(receiver)
    assert await client.claim(offer.callback, offer.k1, invoice.text.upper()) == Accepted()
    assert await state(receiver, invoice) is ReceiptState.SETTLED


@pytest.mark.parametrize("amount", [9_000, 21_000])
async def test_an_amount_out_of_range_pays_nothing(receiver: LNbits, service: NpmService, amount: int) -> None:
    client = service.client()
    offer = await offered(client, service.link())
    invoice = await made(receiver, amount)
    assert isinstance(await client.claim(offer.callback, offer.k1, invoice.text), Refused)
    assert await state(receiver, invoice) is ReceiptState.UNPAID


async def test_a_wrong_k1_pays_nothing(receiver: LNbits, service: NpmService) -> None:
    client = service.client()
    offer = await offered(client, service.link())
    invoice = await made(receiver)
    assert await client.claim(offer.callback, "11" * 32, invoice.text) == Refused("Invalid secret")
    assert await state(receiver, invoice) is ReceiptState.UNPAID


async def test_a_second_claim_pays_nothing(receiver: LNbits, service: NpmService) -> None:
    client = service.client()
    offer = await offered(client, service.link())
    first, second = await made(receiver), await made(receiver)
    assert await client.claim(offer.callback, offer.k1, first.text) == Accepted()
    assert isinstance(await client.claim(offer.callback, offer.k1, second.text), Refused)
    assert [await state(receiver, one) for one in (first, second)] == [ReceiptState.SETTLED, ReceiptState.UNPAID]


async def test_the_same_invoice_to_another_voucher_is_paid_once(
    server: LNbitsServer, wallet: Wallet, receiver: LNbits, service: NpmService
) -> None:
    client = service.client()
    invoice = await made(receiver)
    for position in range(2):
        offer = await offered(client, service.link())
        answer = await client.claim(offer.callback, offer.k1, invoice.text)
        assert isinstance(answer, Refused if position else Accepted)
    assert server.balance_msat(wallet) == 15_000


async def test_refused_and_yet_paid_is_seen(
    server: LNbitsServer, funds: Wallet, receiver: LNbits, service: NpmService
) -> None:
    """What a service says and what it does are two things: the wallet that receives is asked."""
    client = service.client()
    offer = await offered(client, service.link())
    invoice = await made(receiver)
    server.pay(funds, invoice.text)
    answer = await client.claim(offer.callback, offer.k1, invoice.text)
    assert isinstance(answer, Refused)
    assert await state(receiver, invoice) is ReceiptState.SETTLED


def test_the_version_is_the_one_that_was_pinned(server: LNbitsServer) -> None:
    assert httpx.get(f"{server.address}/openapi.json", trust_env=False).json()["info"]["version"].startswith("1.6")


async def test_what_was_paid_meanwhile_is_listed_at_once(receiver: LNbits, server: LNbitsServer, funds: Wallet) -> None:
    before = (await receiver.catch_up(None)).cursor
    invoice = await made(receiver)
    unpaid = await made(receiver, 16_000)
    server.pay(funds, invoice.text)
    caught_up = await receiver.catch_up(before)
    assert caught_up.complete
    listed = [receipt.payment_hash for receipt in caught_up.receipts]
    assert invoice.payment_hash in listed
    assert unpaid.payment_hash not in listed
    assert caught_up.cursor > before
