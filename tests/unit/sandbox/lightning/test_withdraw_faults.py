"""Every misbehaviour of the withdraw service: what the wallet is answered, and what really happened to the money."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Any

import httpx
import pytest

from ashore.net.errors import NetError
from ashore.net.guard import LocalService
from ashore.net.strangers import INFO, StrangerClient
from ashore.sandbox.lightning.faults import Fault
from ashore.systems.lnurl.codec import (
    Reach,
    ServiceError,
    WithdrawOffer,
    parse_offer,
)

OK = {"status": "OK"}


def _knows_localhost() -> bool:
    try:
        return bool(socket.getaddrinfo("localhost", 80))
    except OSError:
        return False


needs_localhost = pytest.mark.skipif(not _knows_localhost(), reason="this machine does not know the name localhost")


def error(reason: str) -> dict[str, str]:
    return {"status": "ERROR", "reason": reason}


async def set_faults(practice: Any, voucher: dict[str, Any], **faults: Any) -> None:
    await practice.control("faults", lightning={"vouchers": {voucher["id"]: faults}})


async def last_claim(practice: Any) -> dict[str, Any]:
    claim = (await practice.truth())["claims"][-1]
    assert isinstance(claim, dict)
    return claim


# What is done with the money


@pytest.mark.parametrize("style", ["npm", "lnbits"])
@pytest.mark.parametrize(
    ("faults", "answer", "paid", "used"),
    [
        ({"never_pays": True}, OK, None, 1),
        ({"error_but_pays": True}, error("Unexpected error"), 15_000, 1),
        ({"error_but_pays": "Try later"}, error("Try later"), 15_000, 1),
        ({"already_paid": True}, error("Payment already paid."), None, 0),
        ({"refuses": "<b>No</b>\u202e\x07"}, error("<b>No</b>\u202e\x07"), None, 0),
        ({"refuses": "half \ud83d"}, error("half \ud83d"), None, 0),
        ({"pays_part": True}, OK, 7_500, 1),
        ({"pays_part": 1}, OK, 1, 1),
        ({"never_pays": True, "error_but_pays": "No"}, error("No"), None, 1),
    ],
)
async def test_words_and_money_differ(
    practice: Any, style: str, faults: dict[str, Any], answer: dict[str, str], paid: int | None, used: int
) -> None:
    voucher = await practice.voucher(style=style, faults=faults)
    said, bolt11 = await practice.claim(voucher)
    assert said.json() == answer
    assert await practice.paid_msat(bolt11) == paid
    assert (await practice.told(voucher))["used"] == used
    claim = await last_claim(practice)
    assert (claim["paid"], claim["paid_msat"]) == (paid is not None, paid)


async def test_it_pays_later(practice: Any) -> None:
    voucher = await practice.voucher(style="lnbits", faults={"pays_after": 120})
    said, bolt11 = await practice.claim(voucher)
    assert said.json() == OK
    assert await practice.paid_msat(bolt11) is None
    assert (await last_claim(practice))["state"] == "owed"
    offer = await practice.offer(voucher["url"]) if voucher["uses"] > 1 else None
    assert offer is None
    waiting = asyncio.create_task(practice.cln("waitanyinvoice", lastpay_index=0, timeout=9))
    await practice.control("lightning", advance=119)
    assert await practice.paid_msat(bolt11) is None
    await practice.control("lightning", advance=1)
    assert (await waiting).json()["bolt11"] == bolt11
    assert (await last_claim(practice))["state"] == "paid"


async def test_it_pays_later_by_itself(practice: Any) -> None:
    voucher = await practice.voucher(faults={"pays_after": 0.05, "error_but_pays": True})
    said, bolt11 = await practice.claim(voucher)
    assert said.json()["status"] == "ERROR"
    paid = await practice.cln("waitanyinvoice", lastpay_index=0, timeout=9)
    assert paid.json()["bolt11"] == bolt11


async def test_what_expires_before_it_is_paid_gives_the_use_back(practice: Any) -> None:
    voucher = await practice.voucher(faults={"pays_after": 100})
    bolt11 = await practice.invoice(expiry=50)
    assert (await practice.hand_over(await practice.offer(voucher["url"]), bolt11)).json() == OK
    await practice.control("lightning", advance=100)
    assert ((await last_claim(practice))["state"], (await practice.told(voucher))["used"]) == ("failed", 0)
    await set_faults(practice, voucher, pays_after=False)
    assert (await practice.claim(voucher))[0].json() == OK


@pytest.mark.parametrize("fault", ["pays_slowly", "answers_after"])
@pytest.mark.parametrize("style", ["npm", "lnbits"])
async def test_who_hangs_up_is_paid_all_the_same(practice: Any, fault: str, style: str) -> None:
    voucher = await practice.voucher(style=style, faults={fault: 0.3})
    offer, bolt11 = await practice.offer(voucher["url"]), await practice.invoice()
    practice.http.timeout = 0.1
    with pytest.raises(httpx.ReadTimeout):
        await practice.hand_over(offer, bolt11)
    practice.http.timeout = 10
    assert (await practice.paid_msat(bolt11) is not None) == (fault == "answers_after")
    retry = (await practice.hand_over(offer, bolt11)).json()
    words = {"npm": "Maximum number of uses already reached", "lnbits": "withdraw is spent."}[style]
    busy = fault == "pays_slowly" and style == "lnbits"
    assert retry == error("LNURL already being processed." if busy else words)
    await practice.cln("waitanyinvoice", lastpay_index=0, timeout=9)
    assert await practice.paid_msat(bolt11) == 15_000
    assert (await practice.truth())["received_msat"] == 15_000


async def test_it_answers_after_it_paid(practice: Any) -> None:
    for fault in ("pays_slowly", "answers_after"):
        voucher = await practice.voucher(faults={fault: 0.2})
        began = time.monotonic()
        said, bolt11 = await practice.claim(voucher)
        assert time.monotonic() - began >= 0.2
        assert said.json() == OK
        assert await practice.paid_msat(bolt11) == 15_000


@pytest.mark.parametrize(("fault", "paid"), [("drops_after_paying", 15_000), ("drops_before_paying", None)])
async def test_the_connection_breaks(practice: Any, fault: str, paid: int | None) -> None:
    voucher = await practice.voucher(faults={fault: True})
    offer, bolt11 = await practice.offer(voucher["url"]), await practice.invoice()
    with pytest.raises(httpx.RemoteProtocolError):
        await practice.hand_over(offer, bolt11)
    assert await practice.paid_msat(bolt11) == paid
    await set_faults(practice, voucher, **{fault: False})
    again = (await practice.hand_over(offer, bolt11)).json()
    assert again == (OK if paid is None else error("Maximum number of uses already reached"))
    assert (await practice.truth())["received_msat"] == 15_000


# Links and addresses


async def test_a_look_burns_the_voucher(practice: Any) -> None:
    for style in ("npm", "lnbits"):
        voucher = await practice.voucher(style=style, faults={"burns_on_look": True})
        offer = await practice.offer(voucher["url"])
        second = parse_offer((await practice.http.get(voucher["url"])).content, Reach.PRACTICE)
        assert second == ServiceError("Withdraw is spent.")
        assert (await practice.hand_over(offer, await practice.invoice())).json() == OK
        assert (await practice.told(voucher))["looks"] == 2


async def test_each_look_has_its_own_k1(practice: Any) -> None:
    voucher = await practice.voucher(style="lnbits", faults={"new_k1": True})
    first, second = await practice.offer(voucher["url"]), await practice.offer(voucher["url"])
    assert first.k1 != second.k1
    bolt11 = await practice.invoice()
    assert (await practice.hand_over(first, bolt11)).json() == error("k1 is wrong.")
    assert (await practice.hand_over(second, bolt11)).json() == OK


@needs_localhost
async def test_the_callback_is_elsewhere(practice: Any) -> None:
    voucher = await practice.voucher(faults={"foreign_callback": True})
    offer = await practice.offer(voucher["url"])
    assert (offer.callback.host, offer.callback.port) == ("localhost", practice.port)
    assert (await practice.hand_over(offer, await practice.invoice())).json() == OK
    await set_faults(practice, voucher, foreign_callback="pay.example.com:8443")
    raw = (await practice.http.get(voucher["url"])).json()
    assert raw["callback"].startswith("http://pay.example.com:8443/lnurl/u")


async def test_the_callback_has_a_query(practice: Any) -> None:
    for style in ("npm", "lnbits"):
        voucher = await practice.voucher(style=style, faults={"callback_query": True})
        offer = await practice.offer(voucher["url"])
        assert offer.callback.wire.endswith("?session=a%2Fb+c&next=")
        assert (await practice.hand_over(offer, await practice.invoice())).json() == OK


@pytest.mark.parametrize("hops", [1, 2, 3, 4])
@pytest.mark.parametrize("elsewhere", [False, pytest.param(True, marks=needs_localhost)])
async def test_a_look_is_redirected(practice: Any, hops: int, elsewhere: bool) -> None:
    faults = {"redirects": hops, **({"redirect_host": True} if elsewhere else {})}
    voucher = await practice.voucher(style="lnbits", unique=True, uses=1, faults=faults)
    url, seen = voucher["url"], []
    while (answer := await practice.http.get(url)).status_code == 302:
        assert (await practice.told(voucher))["looks"] == 0
        url = answer.headers["location"]
        seen.append(httpx.URL(url).host)
    assert len(seen) == hops
    assert seen == ["127.0.0.1"] * (hops - 1) + ["localhost" if elsewhere else "127.0.0.1"]
    assert isinstance(parse_offer(answer.content, Reach.PRACTICE), WithdrawOffer)


async def test_the_wallet_follows_three_redirects(practice: Any) -> None:
    client = StrangerClient(local_services=[LocalService("127.0.0.1", practice.port)])
    for hops in (3, 4):
        voucher = await practice.voucher(faults={"redirects": hops})
        if hops == 3:
            assert isinstance(
                parse_offer((await client.fetch(voucher["url"], INFO)).body, Reach.PRACTICE), WithdrawOffer
            )
        else:
            with pytest.raises(NetError):
                await client.fetch(voucher["url"], INFO)
    voucher = await practice.voucher(faults={"redirect_to": "http://192.168.0.1/admin"})
    with pytest.raises(NetError):
        await client.fetch(voucher["url"], INFO)
    client.close()


async def test_a_redirected_callback_finds_out_who_follows(practice: Any) -> None:
    voucher = await practice.voucher(faults={"callback_redirect": True})
    said, bolt11 = await practice.claim(voucher)
    assert said.status_code == 302
    assert await practice.paid_msat(bolt11) is None
    followed = await practice.http.get(said.headers["location"])
    assert followed.json() == OK
    assert await practice.paid_msat(bolt11) == 15_000
    await set_faults(practice, voucher, callback_redirect="http://evil.example/")
    assert (await practice.claim(voucher))[0].headers["location"] == "http://evil.example/"


async def test_a_pin_is_asked(practice: Any) -> None:
    voucher = await practice.voucher(style="lnbits", uses=2, faults={"pin": "1234"})
    offer = await practice.offer(voucher["url"])
    assert offer.pin_limit_msat == 10_000
    bolt11 = await practice.invoice()
    assert (await practice.hand_over(offer, bolt11)).json() == error("PIN required.")
    assert (await practice.hand_over(offer, bolt11, "1234")).json() == OK
    other = await practice.invoice()
    for _ in range(3):
        assert (await practice.hand_over(offer, other, "1111")).json() == error("Incorrect PIN.")
    locked = (await practice.hand_over(offer, other, "1234")).json()
    assert "locked" in locked["reason"]


# The switches themselves


async def test_a_vouchers_switch_goes_before_the_services(practice: Any) -> None:
    voucher, other = await practice.voucher(), await practice.voucher()
    told = await practice.control("faults", lightning={"service": {"refuses": "Closed"}})
    assert set(told) == {"rules", "switches"}
    await set_faults(practice, voucher, refuses="Open")
    assert (await practice.claim(voucher))[0].json() == error("Open")
    assert (await practice.claim(other))[0].json() == error("Closed")
    await set_faults(practice, voucher, refuses=None)
    assert (await practice.claim(voucher))[0].json() == error("Closed")
    await practice.control("faults", clear=True)
    for one in (voucher, other):
        assert (await practice.claim(one))[0].json() == OK
    assert (await practice.truth())["faults"] == {"service": {}, "node": {}}


@pytest.mark.parametrize(
    "value",
    [
        {"service": {"unknown": True}},
        {"service": []},
        {"node": {"slow": -1}},
        {"node": {"drops": 0}},
        {"vouchers": {"nobody": {"refuses": True}}},
        {"vouchers": []},
        {"else": {}},
        [],
    ],
)
async def test_wrong_switches_change_nothing(practice: Any, value: Any) -> None:
    headers = {"x-ashore-token": "a token that opens the controls"}
    both = {"lightning": value, "zklink": {"switches": {"frozen": True}}}
    answer = await practice.http.post("/ctl/faults", json=both, headers=headers)
    assert answer.status_code == 400
    assert (await practice.truth())["faults"] == {"service": {}, "node": {}}
    assert (await practice.control("status", only=[]))["zklink"]["switches"] == {}


async def test_without_the_token_lightning_is_not_controlled(practice: Any) -> None:
    for operation in ("voucher", "pay", "lightning"):
        assert (await practice.http.post(f"/ctl/{operation}", json={})).status_code == 403


@pytest.mark.parametrize(
    ("operation", "value"),
    [
        ("lightning", {"advance": -1}),
        ("lightning", {"advance": True}),
        ("lightning", {"advance": 10**12}),
        ("lightning", {"receivable_msat": -1}),
        ("lightning", {"colour": 1}),
        ("pay", {}),
        ("pay", {"invoice": "lnbc1"}),
        ("pay", {"invoice": "x", "part_msat": 0}),
    ],
)
async def test_wrong_controls_are_refused(practice: Any, operation: str, value: dict[str, Any]) -> None:
    headers = {"x-ashore-token": "a token that opens the controls"}
    assert (await practice.http.post(f"/ctl/{operation}", json=value, headers=headers)).status_code == 400


def test_every_fault_is_named_here() -> None:
    """A fault that no test sets is one that nobody knows to work."""
    from pathlib import Path

    folder = Path(__file__).parent
    text = "".join(one.read_text("utf-8") for one in folder.glob("test_withdraw_*.py"))
    assert [fault for fault in Fault if fault.value not in text] == []
