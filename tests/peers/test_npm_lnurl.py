"""npm lnurl 0.27.0 with its dummy backend, which says OK and pays nothing: a real service of another author."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import time
from collections.abc import Iterator

import pytest

from ashore.systems.lnurl.client import Accepted, LnurlClient, NeverSent, Refused, ServiceAnswer
from ashore.systems.lnurl.codec import (
    InvoiceDraft,
    Kind,
    Network,
    Reach,
    ServiceError,
    WithdrawOffer,
    encode_invoice,
    parse_url,
)
from peers import places
from peers.npm_service import HOST, Link, NpmService

_PAYEE_KEY = hashlib.sha256(b"the payee of the peers' tests").digest()
_numbers = itertools.count()


def invoice(amount_msat: int | None, *, network: Network = Network.REGTEST, age_s: int = 0) -> str:
    """A new, valid invoice over an amount, made `age_s` seconds ago."""
    number = next(_numbers)
    draft = InvoiceDraft(
        network=network,
        amount_msat=amount_msat,
        timestamp=int(time.time()) - age_s,
        payment_hash=hashlib.sha256(b"hash %d" % number).digest(),
        payment_secret=hashlib.sha256(b"secret %d" % number).digest(),
        description="a voucher",
    )
    return encode_invoice(draft, _PAYEE_KEY)


@pytest.fixture(scope="module")
def service() -> Iterator[NpmService]:
    places.need_npm()
    with NpmService() as running:
        yield running


@pytest.fixture
def client(service: NpmService) -> LnurlClient:
    return service.client()


async def offered(client: LnurlClient, link: Link) -> WithdrawOffer:
    """What the service offers for a voucher."""
    read = link.read()
    assert read.kind is Kind.LNURL
    assert read.url is not None
    answer = await client.ask(read.url)
    assert isinstance(answer, ServiceAnswer)
    assert isinstance(answer.content, WithdrawOffer)
    return answer.content


def test_the_version_is_the_one_that_was_pinned() -> None:
    places.need_npm()
    package = places.npm_packages() / "node_modules" / "lnurl" / "package.json"
    assert json.loads(package.read_text(encoding="utf-8"))["version"] == "0.27.0"


async def test_the_offer_is_read(service: NpmService, client: LnurlClient) -> None:
    link = service.link(description="for <b>you</b> \u202eand me")
    offer = await offered(client, link)
    assert (offer.range.min_msat, offer.range.max_msat) == (10_000, 20_000)
    assert offer.k1 == link.secret
    assert offer.callback.text == f"http://{HOST}:{service.port}/lnurl"
    assert offer.description == "for <b>you</b> \u202eand me", "the peer passes it on as it is"
    assert offer.invoice_description == "for <b>you</b> \ufffdand me"


async def test_ok_is_what_the_service_says(service: NpmService, client: LnurlClient) -> None:
    offer = await offered(client, service.link())
    assert await client.claim(offer.callback, offer.k1, invoice(15_000)) == Accepted()


@pytest.mark.parametrize("amount", [10_000, 10_001, 20_000])
async def test_amounts_in_range_to_the_millisatoshi(service: NpmService, client: LnurlClient, amount: int) -> None:
    offer = await offered(client, service.link())
    assert await client.claim(offer.callback, offer.k1, invoice(amount)) == Accepted()


@pytest.mark.parametrize(
    ("amount", "side"), [(9_999, "greater"), (20_001, "less"), (1_000, "greater"), (10**10, "less"), (None, "greater")]
)
async def test_amounts_out_of_range_are_refused_and_cost_no_use(
    service: NpmService, client: LnurlClient, amount: int | None, side: str
) -> None:
    offer = await offered(client, service.link())
    answer = await client.claim(offer.callback, offer.k1, invoice(amount))
    assert isinstance(answer, Refused)
    assert f"Amount in invoice must be {side} than or equal to" in answer.reason
    assert await client.claim(offer.callback, offer.k1, invoice(15_000)) == Accepted()


async def test_a_wrong_k1_is_refused(service: NpmService, client: LnurlClient) -> None:
    offer = await offered(client, service.link())
    assert await client.claim(offer.callback, "00" * 32, invoice(15_000)) == Refused("Invalid secret")
    assert await client.claim(offer.callback, offer.k1, invoice(15_000)) == Accepted()


async def test_an_unknown_voucher_is_refused(service: NpmService, client: LnurlClient) -> None:
    answer = await client.ask(parse_url(f"http://{HOST}:{service.port}/lnurl?q={'00' * 32}", Reach.PRACTICE))
    assert answer.content == ServiceError("Invalid secret")
    assert answer.final_host == HOST


async def test_a_second_claim_is_refused_though_the_voucher_still_offers(
    service: NpmService, client: LnurlClient
) -> None:
    link = service.link()
    offer = await offered(client, link)
    assert await client.claim(offer.callback, offer.k1, invoice(15_000)) == Accepted()
    again = await client.claim(offer.callback, offer.k1, invoice(15_000))
    assert again == Refused("Maximum number of uses already reached")
    assert (await offered(client, link)).k1 == offer.k1, "so an offer proves nothing about what is left"


async def test_the_same_invoice_again_is_refused(service: NpmService, client: LnurlClient) -> None:
    offer = await offered(client, service.link())
    same = invoice(15_000)
    assert await client.claim(offer.callback, offer.k1, same) == Accepted()
    assert isinstance(await client.claim(offer.callback, offer.k1, same), Refused)


async def test_of_two_claims_at_once_one_is_refused(service: NpmService, client: LnurlClient) -> None:
    offer = await offered(client, service.link())
    same = invoice(15_000)
    answers = await asyncio.gather(*(client.claim(offer.callback, offer.k1, same) for _ in range(2)))
    assert sorted(type(answer).__name__ for answer in answers) == ["Accepted", "Refused"]


async def test_every_use_of_a_voucher_counts(service: NpmService, client: LnurlClient) -> None:
    offer = await offered(client, service.link(uses=2))
    for _ in range(2):
        assert await client.claim(offer.callback, offer.k1, invoice(15_000)) == Accepted()
    assert isinstance(await client.claim(offer.callback, offer.k1, invoice(15_000)), Refused)


async def test_an_upper_case_invoice_is_taken(service: NpmService, client: LnurlClient) -> None:
    offer = await offered(client, service.link())
    assert await client.claim(offer.callback, offer.k1, invoice(15_000).upper()) == Accepted()


async def test_an_upper_case_voucher_is_read(service: NpmService, client: LnurlClient) -> None:
    link = service.link()
    upper = Link("lightning:" + link.text.upper(), link.url, link.secret)
    assert (await offered(client, upper)).k1 == link.secret


async def test_a_spoilt_invoice_is_refused(service: NpmService, client: LnurlClient) -> None:
    offer = await offered(client, service.link())
    good = invoice(15_000)
    spoilt = good[:-1] + ("q" if good[-1] != "q" else "p")
    answer = await client.claim(offer.callback, offer.k1, spoilt)
    assert answer == Refused("Unexpected error")


@pytest.mark.parametrize(
    "odd",
    [invoice(15_000, age_s=100_000), invoice(15_000, network=Network.MAINNET)],
    ids=["long expired", "of another network"],
)
async def test_ok_says_nothing_about_the_invoice(service: NpmService, client: LnurlClient, odd: str) -> None:
    offer = await offered(client, service.link())
    assert await client.claim(offer.callback, offer.k1, odd) == Accepted()


async def test_what_is_no_invoice_never_leaves(service: NpmService, client: LnurlClient) -> None:
    offer = await offered(client, service.link())
    answer = await client.claim(offer.callback, offer.k1, "two,invoices")
    assert isinstance(answer, NeverSent)


async def test_a_service_that_is_gone_got_nothing() -> None:
    places.need_npm()
    with NpmService() as running:
        client = running.client()
        offer = await offered(client, running.link())
    answer = await client.claim(offer.callback, offer.k1, invoice(15_000))
    assert isinstance(answer, NeverSent)
    assert "could not be reached" in answer.why
