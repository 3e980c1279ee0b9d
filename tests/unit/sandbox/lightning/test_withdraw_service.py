"""The practice withdraw service as npm lnurl and LNbits are: offers, refusals in their words, payment, counting."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ashore.engine.compose import practice_client
from ashore.engine.practice_vouchers import PracticeVoucher, PracticeVouchers
from ashore.net.guard import LocalService
from ashore.net.strangers import CALLBACK, INFO, StrangerClient
from ashore.systems.lnurl.codec import (
    Accepted,
    Reach,
    ServiceError,
    WithdrawOffer,
    callback_url,
    decode_lnurl,
    offer_from_query,
    parse_callback_answer,
    parse_lud17,
    parse_offer,
    parse_url,
    recognise,
)


@pytest.fixture(params=["npm", "lnbits"])
def style(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_a_voucher_becomes_money(practice: Any, style: str) -> None:
    voucher = await practice.voucher(style=style, title="Gift", min_msat=10_000, max_msat=20_000)
    offer = await practice.offer(voucher["url"])
    assert (offer.range.min_msat, offer.range.max_msat, offer.description) == (10_000, 20_000, "Gift")
    bolt11 = await practice.invoice(12_345)
    answer = await practice.hand_over(offer, bolt11.upper())
    assert (answer.status_code, answer.json()) == (200, {"status": "OK"})
    assert await practice.paid_msat(bolt11) == 12_345
    told = await practice.told(voucher)
    assert (told["looks"], told["calls"], told["used"], told["payments"], told["paid_msat"]) == (1, 1, 1, 1, 12_345)
    claim = (await practice.truth())["claims"][0]
    assert (claim["voucher"], claim["k1"], claim["paid"]) == (voucher["id"], offer.k1, True)
    assert claim["state"] == "paid"


async def test_the_wallets_own_transport_reaches_it(practice: Any) -> None:
    voucher = await practice.voucher(style="lnbits")
    client = StrangerClient(local_services=[LocalService("127.0.0.1", practice.port)])
    offer = parse_offer((await client.fetch(voucher["url"], INFO)).body, Reach.PRACTICE)
    assert isinstance(offer, WithdrawOffer)
    bolt11 = await practice.invoice()
    answer = await client.fetch(callback_url(offer.callback, offer.k1, bolt11), CALLBACK)
    assert parse_callback_answer(answer.body) == Accepted()
    client.close()


@pytest.mark.parametrize("terms", [{}, {"style": "lnbits"}, {"style": "lnbits", "unique": True, "uses": 2}])
async def test_every_form_of_a_link_leads_there(practice: Any, terms: dict[str, Any]) -> None:
    voucher = await practice.voucher(**terms)
    assert voucher["lnurl"].isupper()
    assert decode_lnurl(voucher["lnurl"]) == voucher["url"]
    assert parse_lud17(voucher["lnurlw"].removeprefix("lnurlw:"), Reach.PRACTICE).wire == voucher["url"]
    for form in ("url", "lnurl", "lightning", "lnurlw", "fallback"):
        assert recognise(voucher[form], Reach.PRACTICE).kind is not None
    assert isinstance(await practice.offer(voucher["url"]), WithdrawOffer)


async def test_k1_has_the_services_form(practice: Any) -> None:
    npm = await practice.offer((await practice.voucher())["url"])
    lnbits = await practice.offer((await practice.voucher(style="lnbits"))["url"])
    assert len(bytes.fromhex(npm.k1)) == 32
    assert len(lnbits.k1) == 22
    assert npm.callback.target == "/lnurl/u"


NPM, LNBITS = {"style": "npm"}, {"style": "lnbits"}
LESS = 'Amount in invoice must be greater than or equal to "minWithdrawable"'
MORE = 'Amount in invoice must be less than or equal to "maxWithdrawable"'


@pytest.mark.parametrize(
    ("terms", "msat", "status", "reason"),
    [
        (NPM, 9_999, 400, LESS),
        (NPM, 20_001, 400, MORE),
        (NPM, "any", 400, LESS),
        (LNBITS, 9_999, 200, "Amount not within limits."),
        (LNBITS, 20_001, 200, "Amount not within limits."),
        (LNBITS, "any", 200, "0 amount invoices are not supported."),
    ],
)
async def test_amounts_out_of_range(practice: Any, terms: dict[str, Any], msat: Any, status: int, reason: str) -> None:
    voucher = await practice.voucher(**terms)
    answer, bolt11 = await practice.claim(voucher, msat)
    assert (answer.status_code, answer.json()) == (status, {"status": "ERROR", "reason": reason})
    assert await practice.paid_msat(bolt11) is None
    # The use is given back.
    assert (await practice.told(voucher))["used"] == 0
    for good in (10_000, 20_000)[: voucher["uses"]]:
        answer, bolt11 = await practice.claim(voucher, good)
        assert await practice.paid_msat(bolt11) == good


async def refusal(practice: Any, voucher: dict[str, Any], **query: str) -> tuple[int, Any]:
    """The answer to a callback with these parameters; k1 and callback are the voucher's own."""
    offer = await practice.offer(voucher["url"])
    answer = await practice.http.get(offer.callback.wire, params={"k1": offer.k1, **query})
    return answer.status_code, answer.json().get("reason", answer.json().get("detail"))


async def test_what_npm_lnurl_refuses(practice: Any) -> None:
    voucher = await practice.voucher()
    expired, foreign = await practice.invoice(expiry=1), "lnbc" + (await practice.invoice())[6:]
    await practice.control("lightning", advance=2)
    assert await refusal(practice, voucher) == (400, 'Missing required parameter: "pr"')
    assert await refusal(practice, voucher, k1="00", pr=expired) == (400, "Invalid secret")
    comma = 'Invalid parameter ("pr"): Comma-separated payment requests no longer supported'
    assert await refusal(practice, voucher, pr=f"{expired},{expired}") == (400, comma)
    assert await refusal(practice, voucher, pr="hello") == (
        400,
        'Invalid parameter ("pr"): Lightning Network invoice expected',
    )
    for bad in (expired, foreign, expired[:-1] + "1"):
        assert await refusal(practice, voucher, pr=bad) == (500, "Unexpected error")
    assert (await practice.http.get("/lnurl/u")).json()["reason"] == "Missing secret"
    assert (await practice.http.get("/lnurl/u?q=00")).json()["reason"] == "Invalid secret"
    assert (await practice.told(voucher))["used"] == 0
    _answer, bolt11 = await practice.claim(voucher)
    again = await refusal(practice, voucher, pr=bolt11)
    assert again == (400, "Maximum number of uses already reached")
    assert (await practice.truth())["received_msat"] == 15_000


async def test_what_lnbits_refuses(practice: Any) -> None:
    voucher = await practice.voucher(style="lnbits", uses=2)
    expired, foreign = await practice.invoice(expiry=1), "lnbc" + (await practice.invoice())[6:]
    await practice.control("lightning", advance=4)
    status, detail = await refusal(practice, voucher)
    assert (status, detail[0]["loc"]) == (400, ["query", "pr"])
    assert await refusal(practice, voucher, k1="x", pr=expired) == (200, "k1 is wrong.")
    status, reason = await refusal(practice, voucher, pr=expired)
    assert reason.startswith("withdraw not working. Payment failed: Invoice expired ")
    status, reason = await refusal(practice, voucher, pr=foreign)
    assert (status, reason[:19]) == (500, "Unexpected error! I")
    answer, bolt11 = await practice.claim(voucher)
    assert await refusal(practice, voucher, pr=bolt11) == (200, "Payment already paid.")
    answer, bolt11 = await practice.claim(voucher)
    assert answer.json() == {"status": "OK"}
    unknown = await practice.http.get("/lnurl/w/nothing")
    assert unknown.json() == {"status": "ERROR", "reason": "Withdraw link does not exist."}
    cb = await practice.http.get("/lnurl/cb/nothing?k1=a&pr=b")
    assert cb.json()["reason"] == "withdraw link not found."
    spent = parse_offer((await practice.http.get(voucher["url"])).content, Reach.PRACTICE)
    assert spent == ServiceError("Withdraw is spent.")
    assert (await practice.truth())["received_msat"] == 30_000


async def test_an_invoice_of_another_network_or_node_is_not_paid(practice: Any) -> None:
    from ashore.systems.lnurl.codec import InvoiceDraft, Network, encode_invoice

    voucher = await practice.voucher(style="lnbits")
    words = {Network.MAINNET: "Prefix bc is not for regtest", Network.REGTEST: "Unknown destination node_id"}
    for network, word in words.items():
        draft = InvoiceDraft(
            network=network,
            amount_msat=15_000,
            timestamp=int((await practice.truth())["now"]),
            payment_hash=b"\x01" * 32,
            payment_secret=b"\x02" * 32,
            description="",
        )
        _status, reason = await refusal(practice, voucher, pr=encode_invoice(draft, b"\x03" * 32))
        assert word in reason
    assert (await practice.truth())["received_msat"] == 0


async def test_between_two_uses_one_waits(practice: Any, style: str) -> None:
    voucher = await practice.voucher(style=style, uses=3, wait_s=60)
    answer, _ = await practice.claim(voucher)
    assert answer.json() == {"status": "OK"}
    early, bolt11 = await practice.claim(voucher)
    assert early.json()["reason"].startswith("Wait ")
    assert await practice.paid_msat(bolt11) is None
    await practice.control("lightning", advance=60)
    late, bolt11 = await practice.claim(voucher)
    assert late.json() == {"status": "OK"}
    assert (await practice.told(voucher))["used"] == 2


async def test_unique_links(practice: Any) -> None:
    voucher = await practice.voucher(style="lnbits", unique=True, uses=2)
    first, second = voucher["links"]
    assert first["url"] != second["url"]
    bare = await practice.http.get(first["url"].rpartition("/")[0])
    assert bare.json()["reason"] == "This link requires an id_unique_hash."
    offer = await practice.offer(first["url"])
    assert list(parse_qs(urlsplit(offer.callback.wire).query)) == ["id_unique_hash"]
    bolt11 = await practice.invoice()
    bare_callback = offer.callback.wire.partition("?")[0]
    dropped = await practice.http.get(bare_callback, params={"k1": offer.k1, "pr": bolt11})
    assert dropped.json()["reason"] == "id_unique_hash is required for this link."
    assert (await practice.hand_over(offer, bolt11)).json() == {"status": "OK"}
    again = await practice.http.get(first["url"])
    assert again.json()["reason"] == "id_unique_hash not found for this link."
    assert (await practice.hand_over(offer, await practice.invoice())).json()["reason"] == "id_unique_hash not found."
    other = await practice.offer(second["url"])
    assert (await practice.hand_over(other, await practice.invoice())).json() == {"status": "OK"}
    assert (await practice.told(voucher))["paid_msat"] == 30_000


async def test_a_link_that_carries_its_offer(practice: Any, style: str) -> None:
    voucher = await practice.voucher(style=style, fast=True, title="Fast & loose")
    offer = offer_from_query(parse_url(voucher["url"], Reach.PRACTICE), Reach.PRACTICE)
    assert offer is not None
    assert offer == await practice.offer(voucher["url"])
    assert (await practice.hand_over(offer, await practice.invoice())).json() == {"status": "OK"}


async def test_a_card_has_a_link_per_tap(practice: Any) -> None:
    card = await practice.voucher(style="card", uses=5)
    offer = await practice.offer(card["url"])
    assert offer.range.max_msat == 10 * card["max_msat"]
    used = await practice.http.get(card["url"])
    assert used.json()["status"] == "ERROR"
    over = await practice.hand_over(offer, await practice.invoice(card["max_msat"] + 1))
    assert over.json()["reason"] == "Amount not within limits."
    next_tap = await practice.told(card)
    assert next_tap["url"] != card["url"]
    newer = await practice.offer(next_tap["url"])
    assert (await practice.hand_over(offer, await practice.invoice())).json()["reason"] == "k1 is wrong."
    assert (await practice.hand_over(newer, await practice.invoice())).json() == {"status": "OK"}


async def test_together_they_are_paid_once(practice: Any, style: str) -> None:
    voucher = await practice.voucher(style=style)
    offer = await practice.offer(voucher["url"])
    invoices = [await practice.invoice() for _ in range(5)]
    answers = await asyncio.gather(*(practice.hand_over(offer, bolt11) for bolt11 in invoices))
    assert sorted(answer.json()["status"] for answer in answers) == ["ERROR"] * 4 + ["OK"]
    assert (await practice.truth())["received_msat"] == 15_000


async def test_the_same_invoice_twice_is_paid_once(practice: Any, style: str) -> None:
    voucher = await practice.voucher(style=style, uses=5)
    offer, bolt11 = await practice.offer(voucher["url"]), await practice.invoice()
    answers = await asyncio.gather(*(practice.hand_over(offer, bolt11) for _ in range(3)))
    assert [answer.json()["status"] for answer in answers].count("OK") == 1
    assert (await practice.told(voucher))["used"] == 1


@pytest.mark.parametrize(
    "value",
    [
        {"min_msat": 0},
        {"min_msat": 5, "max_msat": 4},
        {"min_msat": 1.5},
        {"max_msat": True},
        {"uses": 0},
        {"uses": 10_000},
        {"wait_s": -1},
        {"style": "fossa"},
        {"unique": True},
        {"balance": 1},
        {"balance": True, "style": "card"},
        {"faults": {"balance_host": 1}},
        {"title": 7},
        {"title": "x" * 501},
        {"title": "half \ud83d"},
        {"colour": "red"},
        {"faults": {"unknown": True}},
        {"faults": []},
        {"faults": {"pays_after": "soon"}},
        {"faults": {"redirects": 10}},
        {"faults": {"pin": "12a"}},
        {"faults": {"info_body": "nothing"}},
        {"faults": {"preset": []}},
        {"faults": {"never_pays": 1}},
    ],
)
async def test_wrong_vouchers_are_not_made(practice: Any, value: dict[str, Any]) -> None:
    before = len((await practice.truth())["vouchers"])
    answer = await practice.http.post(
        "/ctl/voucher", content=json.dumps(value), headers={"x-ashore-token": "a token that opens the controls"}
    )
    assert answer.status_code == 400, answer.text
    assert len((await practice.truth())["vouchers"]) == before


@pytest.mark.parametrize(
    "path",
    ["/lnurl/x", "/lnurl/cb", "/lnurl/hop/9/u?q=1", "/lnurl/hop/0", "/lnurl/hop/0/x", "/lnurl/w/a/b/c", "/lnurl/new"],
)
async def test_there_is_nothing_else(practice: Any, path: str) -> None:
    assert (await practice.http.get(path)).status_code == 404
    assert (await practice.http.put("/lnurl/u")).status_code == 405


# The page


async def test_the_page_shows_what_a_wallet_needs(practice: Any) -> None:
    voucher = await practice.voucher(title="<b>Gift</b>", min_msat=1_111, max_msat=2_000_000)
    page = await practice.http.get("/lnurl")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for text in (voucher["lnurl"], voucher["lightning"], voucher["lnurlw"], "&lt;b&gt;Gift", "1.111 sat to 2,000 sat"):
        assert text in page.text
    assert "<b>Gift" not in page.text
    assert "simulation" in page.text
    # Nothing comes from elsewhere: no source, no script, no style sheet.
    for tag in ("src=", "<script", "<link", "@import", "url("):
        assert tag not in page.text
    assert page.text.count("<svg") >= 5


async def test_the_code_on_the_page_reads_as_the_lnurl(practice: Any) -> None:
    import segno

    from ashore.sandbox.lightning import pages

    voucher = await practice.voucher()
    drawn = segno.make(voucher["lnurl"], error="m", micro=False)
    assert drawn.mode == "alphanumeric"
    assert pages._qr(voucher["lnurl"]) in (await practice.http.get("/lnurl")).text


async def test_one_more_like_it(practice: Any) -> None:
    voucher = await practice.voucher(style="lnbits", title="Again")
    answer = await practice.http.post("/lnurl/new", data={"like": voucher["id"]})
    assert answer.status_code == 303
    newest = (await practice.truth())["vouchers"][-1]
    assert (newest["title"], newest["style"]) == ("Again", "lnbits")
    assert newest["k1"] != voucher["k1"]
    assert answer.headers["location"] == f"/lnurl#{newest['id']}"
    assert (await practice.http.post("/lnurl/new", data={"like": "nothing"})).status_code == 404


async def test_there_are_vouchers_from_the_beginning(practice: Any) -> None:
    seeds = (await practice.truth())["vouchers"]
    assert len(seeds) == 5
    for seed in seeds:
        answer, bolt11 = await practice.claim(seed, seed["max_msat"])
        assert answer.json() == {"status": "OK"}
        assert await practice.paid_msat(bolt11) == seed["max_msat"]
    practice.lightning.reset()
    assert len((await practice.truth())["vouchers"]) == 5
    assert (await practice.truth())["claims"] == []


async def test_what_is_not_used_up_is_listed_for_the_wallet_the_newest_first(practice: Any) -> None:
    http = practice_client()
    vouchers = PracticeVouchers(http, f"http://127.0.0.1:{practice.port}/lnurl")
    usual = len(await vouchers.listed())
    gift = await practice.voucher(title="Gift", style="npm")
    several = await practice.voucher(title="Several", style="lnbits", uses=3, unique=True)
    first, second = (await vouchers.listed())[:2]
    assert (first.title, first.left, first.link) == ("Several", 3, several["links"][0]["lnurl"])
    assert second == PracticeVoucher("Gift", 10_000, 20_000, 1, gift["lnurl"])
    offer = await practice.offer(decode_lnurl(first.link))
    await practice.hand_over(offer, await practice.invoice())
    await practice.claim(gift)
    again = await vouchers.listed()
    assert len(again) == usual + 1
    assert (again[0].title, again[0].left, again[0].link) == ("Several", 2, several["links"][1]["lnurl"])
    await http.aclose()
