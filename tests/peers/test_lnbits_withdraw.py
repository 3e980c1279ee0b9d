"""LNbits 1.6.2 with its extension withdraw 1.2.2: the service that most vouchers come from.

It pays out of a wallet with FakeWallet's money, always to another wallet of the same LNbits. A new voucher of it can be
claimed a second or two after it was made, which no answer but the one to a claim tells.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import time
from dataclasses import replace
from typing import Any

import pytest

from ashore.lightning.backends import ReceiptState
from ashore.lightning.lnbits import LNbits
from ashore.net.guard import LocalService
from ashore.net.http import HttpClient
from ashore.net.strangers import StrangerClient
from ashore.systems.lnurl.client import Accepted, ClaimAnswer, LnurlClient, Refused
from ashore.systems.lnurl.codec import (
    InvoiceDraft,
    Kind,
    Network,
    OtherTag,
    Reach,
    ServiceError,
    ServiceUrl,
    WithdrawOffer,
    encode_invoice,
    parse_url,
    recognise,
)
from peers import places
from peers.lnbits_server import LNbitsServer, Wallet
from peers.npm_service import HOST
from peers.receiving import backend, made, state

_PAYEE_KEY = hashlib.sha256(b"a payee elsewhere").digest()
_WAIT_S = 20.0
_AHEAD: list[dict[str, Any]] = [
    *[{}] * 8,
    {"uses": 3},
    {"is_unique": True},
    {"is_unique": True, "uses": 2},
]
_numbers = itertools.count()


class Stock:
    """Vouchers over 10 to 20 sat, most made ahead so that they all open at once."""

    def __init__(self, server: LNbitsServer, funds: Wallet) -> None:
        self._server, self._funds = server, funds
        self._ready = [(terms, self.make(**terms)) for terms in _AHEAD]

    def make(self, **terms: Any) -> dict[str, Any]:
        """Make a voucher."""
        return self._server.voucher(self._funds, **terms)

    def take(self, **terms: Any) -> dict[str, Any]:
        """A voucher that nobody has touched."""
        found = next((one for one in self._ready if one[0] == terms), None)
        if found is None:
            return self.make(**terms)
        self._ready.remove(found)
        return found[1]


@pytest.fixture(scope="module", autouse=True)
def _needed() -> None:
    places.need_withdraw_extension()


@pytest.fixture(scope="module")
def stock(server: LNbitsServer) -> Stock:
    """The service's vouchers."""
    return Stock(server, server.wallet(balance_sat=10_000))


@pytest.fixture
def client(server: LNbitsServer) -> LnurlClient:
    """The program's client, allowed to reach this service and nothing else."""
    return LnurlClient(StrangerClient(local_services=[LocalService(HOST, server.port)]), Reach.PRACTICE)


@pytest.fixture
def wallet(server: LNbitsServer) -> Wallet:
    """The person's wallet, empty."""
    return server.wallet()


@pytest.fixture
def receiver(http: HttpClient, server: LNbitsServer, wallet: Wallet) -> LNbits:
    """The program's backend with the invoice key of the person's wallet."""
    return backend(http, server, wallet.invoice_key)


def invoice_elsewhere(amount_msat: int | None = 15_000) -> str:
    """An invoice of nobody, which FakeWallet cannot pay."""
    number = next(_numbers)
    draft = InvoiceDraft(
        network=Network.MAINNET,
        amount_msat=amount_msat,
        timestamp=int(time.time()),
        payment_hash=hashlib.sha256(b"hash %d" % number).digest(),
        payment_secret=hashlib.sha256(b"secret %d" % number).digest(),
        description="a voucher",
    )
    return encode_invoice(draft, _PAYEE_KEY)


def address(voucher: dict[str, Any]) -> ServiceUrl:
    """Where a voucher is looked at, as the program reads it."""
    read = recognise(voucher["lnurl"], Reach.PRACTICE)
    assert read.kind is Kind.LNURL
    assert read.url is not None
    return read.url


async def looked_at(client: LnurlClient, voucher: dict[str, Any]) -> WithdrawOffer | ServiceError | OtherTag:
    """What the service says about a voucher."""
    return (await client.ask(address(voucher))).content


async def offered(client: LnurlClient, voucher: dict[str, Any]) -> WithdrawOffer:
    """What the service offers for a voucher."""
    content = await looked_at(client, voucher)
    assert isinstance(content, WithdrawOffer)
    return content


async def claimed(client: LnurlClient, offer: WithdrawOffer, invoice: str) -> ClaimAnswer:
    """The answer to a claim once the voucher has opened."""
    async with asyncio.timeout(_WAIT_S):
        while True:
            answer = await client.claim(offer.callback, offer.k1, invoice)
            if not (isinstance(answer, Refused) and answer.reason.startswith("Wait ")):
                return answer
            await asyncio.sleep(0.05)


async def test_a_voucher_becomes_money(
    server: LNbitsServer, wallet: Wallet, receiver: LNbits, stock: Stock, client: LnurlClient
) -> None:
    """LNbits on both sides: offer, invoice, claim, settled; then it is spent, and says so to a look and to a claim."""
    voucher = stock.take()
    offer = await offered(client, voucher)
    invoice, second = await made(receiver), await made(receiver)
    assert await state(receiver, invoice) is ReceiptState.UNPAID
    assert await claimed(client, offer, invoice.text) == Accepted()
    assert await state(receiver, invoice) is ReceiptState.SETTLED
    assert await claimed(client, offer, second.text) == Refused("withdraw is spent.")
    assert await looked_at(client, voucher) == ServiceError("Withdraw is spent.")
    assert await state(receiver, second) is ReceiptState.UNPAID
    assert server.balance_msat(wallet) == 15_000


async def test_the_offer_is_read(server: LNbitsServer, stock: Stock, client: LnurlClient) -> None:
    title = "for <b>you</b> \u202eand me"
    voucher = stock.make(title=title, min_withdrawable=1, max_withdrawable=2_000)
    offer = await offered(client, voucher)
    assert (offer.range.min_msat, offer.range.max_msat) == (1_000, 2_000_000)
    assert offer.k1 == voucher["k1"]
    assert offer.callback.text == f"{server.address}/withdraw/api/v1/lnurl/cb/{voucher['unique_hash']}"
    assert offer.description == title, "the peer passes it on as it is"
    assert offer.invoice_description == "for <b>you</b> \ufffdand me"
    assert offer.balance_check is None
    assert (await offered(client, voucher)).k1 == offer.k1, "looking costs nothing"


@pytest.mark.parametrize("amount", [9_000, 21_000, 9_999, 20_001])
async def test_an_amount_out_of_range_is_refused(
    receiver: LNbits, stock: Stock, client: LnurlClient, amount: int
) -> None:
    offer = await offered(client, stock.make())
    whole = amount % 1_000 == 0  # LNbits makes none over parts of a sat
    invoice = (await made(receiver, amount)).text if whole else invoice_elsewhere(amount)
    answer = await client.claim(offer.callback, offer.k1, invoice)
    assert answer == Refused("Amount not within limits."), "said before anything else"


@pytest.mark.parametrize("amount", [10_000, 20_000])
async def test_both_ends_of_the_range_are_paid(
    receiver: LNbits, stock: Stock, client: LnurlClient, amount: int
) -> None:
    offer = await offered(client, stock.take())
    invoice = await made(receiver, amount)
    assert await claimed(client, offer, invoice.text) == Accepted()
    assert await state(receiver, invoice) is ReceiptState.SETTLED


async def test_an_invoice_without_an_amount_is_refused(stock: Stock, client: LnurlClient) -> None:
    offer = await offered(client, stock.make())
    answer = await client.claim(offer.callback, offer.k1, invoice_elsewhere(None))
    assert answer == Refused("0 amount invoices are not supported.")


async def test_a_wrong_k1_pays_nothing(receiver: LNbits, stock: Stock, client: LnurlClient) -> None:
    offer, other = await offered(client, stock.make()), await offered(client, stock.make())
    invoice = await made(receiver)
    for secret in (other.k1, offer.k1.swapcase(), "11" * 32):
        assert await client.claim(offer.callback, secret, invoice.text) == Refused("k1 is wrong.")
    assert await state(receiver, invoice) is ReceiptState.UNPAID


async def test_an_upper_case_invoice_is_paid(receiver: LNbits, stock: Stock, client: LnurlClient) -> None:
    offer = await offered(client, stock.take())
    invoice = await made(receiver)
    assert await claimed(client, offer, invoice.text.upper()) == Accepted()
    assert await state(receiver, invoice) is ReceiptState.SETTLED


async def test_an_upper_case_voucher_without_its_scheme_is_read(stock: Stock, client: LnurlClient) -> None:
    voucher = stock.make()
    assert voucher["lnurl"].isupper()
    plain_link = {**voucher, "lnurl": voucher["lnurl"].lower()}
    assert address(plain_link) == address(voucher)
    assert (await offered(client, plain_link)).k1 == voucher["k1"]


async def test_an_unknown_voucher_is_refused(server: LNbitsServer, stock: Stock, client: LnurlClient) -> None:
    offer = await offered(client, stock.make())
    place = f"{server.address}/withdraw/api/v1/lnurl"
    answer = await client.ask(parse_url(f"{place}/2222222222222222222222", Reach.PRACTICE))
    assert answer.content == ServiceError("Withdraw link does not exist.")
    nowhere = parse_url(f"{place}/cb/2222222222222222222222", Reach.PRACTICE)
    assert await client.claim(nowhere, offer.k1, invoice_elsewhere()) == Refused("withdraw link not found.")


async def test_a_voucher_that_is_not_open_yet_says_how_long(
    receiver: LNbits, stock: Stock, client: LnurlClient
) -> None:
    """It waits twice: from when it was made until it opens, and the time between two uses on top of it."""
    offer = await offered(client, stock.make(wait_time=3_600))
    invoice = await made(receiver)
    answer = await client.claim(offer.callback, offer.k1, invoice.text)
    assert isinstance(answer, Refused)
    told = answer.reason.removeprefix("Wait ").removesuffix(" seconds.")
    assert 7_100 < int(told) <= 7_200
    assert await state(receiver, invoice) is ReceiptState.UNPAID


async def test_a_failed_payment_gives_the_voucher_back(receiver: LNbits, stock: Stock, client: LnurlClient) -> None:
    offer = await offered(client, stock.take())
    answer = await claimed(client, offer, invoice_elsewhere())
    assert isinstance(answer, Refused)
    assert answer.reason.startswith("withdraw not working.")
    assert await claimed(client, offer, (await made(receiver)).text) == Accepted()


async def test_a_spoilt_invoice_is_refused_though_not_in_the_words_of_lnurl(stock: Stock, client: LnurlClient) -> None:
    """It answers with a status 500 and a member "detail" alone."""
    offer = await offered(client, stock.make())
    good = invoice_elsewhere()
    spoilt = good[:-1] + ("q" if good[-1] != "q" else "p")
    answer = await client.claim(offer.callback, offer.k1, spoilt)
    assert isinstance(answer, Refused)
    assert answer.reason.startswith("Unexpected error!")


async def test_a_paid_invoice_is_not_paid_again(
    server: LNbitsServer, wallet: Wallet, receiver: LNbits, stock: Stock, client: LnurlClient
) -> None:
    """Handed over twice at once, and again to a voucher with uses left: one payment, and noes although it came."""
    offer = await offered(client, stock.take(uses=3))
    other = await offered(client, stock.take())
    invoice = await made(receiver)
    answers = await asyncio.gather(*(claimed(client, offer, invoice.text) for _ in range(2)))
    assert [type(answer) for answer in answers].count(Accepted) == 1
    assert isinstance(await claimed(client, other, invoice.text), Refused)
    assert await state(receiver, invoice) is ReceiptState.SETTLED
    assert server.balance_msat(wallet) == 15_000


async def test_each_link_of_a_voucher_with_unique_links_pays_once(
    server: LNbitsServer, wallet: Wallet, receiver: LNbits, stock: Stock, client: LnurlClient
) -> None:
    """Its callback has a query string, which has to come back as it is."""
    voucher = stock.take(uses=2, is_unique=True)
    link = address(voucher)
    unique = link.text.rpartition("/")[2]
    offer = await offered(client, voucher)
    assert offer.callback.text == (
        f"{server.address}/withdraw/api/v1/lnurl/cb/{voucher['unique_hash']}?id_unique_hash={unique}"
    )
    invoice = await made(receiver)
    bare = parse_url(offer.callback.text.partition("?")[0], Reach.PRACTICE)
    assert await claimed(client, replace(offer, callback=bare), invoice.text) == Refused(
        "id_unique_hash is required for this link."
    )
    assert await claimed(client, offer, invoice.text) == Accepted()
    assert await state(receiver, invoice) is ReceiptState.SETTLED
    assert await claimed(client, offer, (await made(receiver)).text) == Refused("id_unique_hash not found.")
    assert await looked_at(client, voucher) == ServiceError("id_unique_hash not found for this link.")
    shared = parse_url(link.text.rpartition("/")[0], Reach.PRACTICE)
    assert (await client.ask(shared)).content == ServiceError("This link requires an id_unique_hash.")
    assert server.balance_msat(wallet) == 15_000


async def test_a_unique_link_is_gone_after_a_payment_that_failed(
    receiver: LNbits, stock: Stock, client: LnurlClient
) -> None:
    """Unlike a common voucher: the service forgets the link before it pays."""
    offer = await offered(client, stock.take(is_unique=True))
    answer = await claimed(client, offer, invoice_elsewhere())
    assert isinstance(answer, Refused)
    assert answer.reason.startswith("withdraw not working.")
    assert await claimed(client, offer, (await made(receiver)).text) == Refused("id_unique_hash not found.")
