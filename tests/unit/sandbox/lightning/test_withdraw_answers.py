"""Odd and broken answers of the withdraw service, read by the wallet's own transport and parsers."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from ashore.net.errors import NetError, NotSent
from ashore.net.guard import LocalService
from ashore.net.strangers import INFO, StrangerClient
from ashore.sandbox.lightning import bodies
from ashore.sandbox.lightning.faults import BODIES, OMISSIONS, PRESETS
from ashore.systems.lnurl.codec import (
    Accepted,
    AnswerError,
    OtherTag,
    Reach,
    Refused,
    WithdrawOffer,
    parse_callback_answer,
    parse_offer,
)

OK = {"status": "OK"}


def error(reason: str) -> dict[str, str]:
    return {"status": "ERROR", "reason": reason}


async def set_faults(practice: Any, voucher: dict[str, Any], **faults: Any) -> None:
    await practice.control("faults", lightning={"vouchers": {voucher["id"]: faults}})


@pytest.mark.parametrize("case", ["lower", "mixed"])
async def test_the_status_has_another_case(practice: Any, case: str) -> None:
    voucher = await practice.voucher(faults={"status_case": case})
    said, _ = await practice.claim(voucher)
    again, _ = await practice.claim(voucher)
    words = {"lower": ("ok", "error"), "mixed": ("Ok", "Error")}[case]
    assert (said.json()["status"], again.json()["status"]) == words
    assert parse_callback_answer(said.content) == Accepted()
    assert isinstance(parse_callback_answer(again.content), Refused)


@pytest.mark.parametrize("status", [200, 400, 418, 500])
async def test_the_http_status_says_nothing(practice: Any, status: int) -> None:
    voucher = await practice.voucher(faults={"http_status": status})
    look = await practice.http.get(voucher["url"])
    said, bolt11 = await practice.claim(voucher)
    again, _ = await practice.claim(voucher)
    assert {look.status_code, said.status_code, again.status_code} == {status}
    assert said.json() == OK
    assert again.json()["status"] == "ERROR"
    assert await practice.paid_msat(bolt11) == 15_000


GOOD = {
    "text_amounts", "null_minimum", "zero_minimum", "fixed", "msat_only", "html_description", "bidi_description",
    "control_description", "long_description", "surrogate_description", "false_instruction", "odd_k1", "extras",
    "no_minimum", "no_description",
}  # fmt: skip
OTHER = {"pay_request", "channel_request", "login", "unknown_tag"}


@pytest.mark.parametrize("preset", [*PRESETS, *OMISSIONS])
async def test_odd_offers(practice: Any, preset: str) -> None:
    voucher = await practice.voucher(style="lnbits", faults={"preset": preset})
    body = (await practice.http.get(voucher["url"])).content
    if preset in GOOD:
        offer = parse_offer(body, Reach.PRACTICE)
        assert isinstance(offer, WithdrawOffer)
        bolt11 = await practice.invoice(offer.range.max_msat)
        said = (await practice.hand_over(offer, bolt11)).json()
        assert said == (error("k1 is wrong.") if preset == "odd_k1" else OK)
        assert preset != "extras" or (offer.balance_check and offer.pay_link and offer.pin_limit_msat)
    elif preset in OTHER:
        assert isinstance(parse_offer(body, Reach.PRACTICE), OtherTag)
    else:
        with pytest.raises(AnswerError):
            parse_offer(body, Reach.PRACTICE)


async def test_members_are_set_and_left_out(practice: Any) -> None:
    voucher = await practice.voucher(faults={"fields": {"maxWithdrawable": 30_000, "new": [1]}, "omit": ["tag"]})
    offer = (await practice.http.get(voucher["url"])).json()
    assert (offer["maxWithdrawable"], offer["new"], "tag" in offer) == (30_000, [1], False)
    await set_faults(practice, voucher, omit=None)
    assert (await practice.claim(voucher, 30_000))[0].json() == OK


READABLE = {"bom", "digits"}


@pytest.mark.parametrize("name", sorted(set(BODIES) - {"huge", "drip", "bomb"}))
async def test_broken_bodies(practice: Any, name: str) -> None:
    client = StrangerClient(local_services=[LocalService("127.0.0.1", practice.port)])
    voucher = await practice.voucher(style="lnbits", faults={"info_body": name})
    try:
        offer = parse_offer((await client.fetch(voucher["url"], INFO)).body, Reach.PRACTICE)
    except (NetError, AnswerError):
        assert name not in READABLE
    else:
        assert isinstance(offer, WithdrawOffer)
        assert name in READABLE
    client.close()


@pytest.mark.parametrize("name", ["torn", "html", "nan", "array", "empty"])
async def test_a_broken_answer_to_a_callback_that_paid(practice: Any, name: str) -> None:
    voucher = await practice.voucher(faults={"callback_body": name})
    offer, bolt11 = await practice.offer(voucher["url"]), await practice.invoice()
    try:
        said = await practice.hand_over(offer, bolt11)
    except httpx.RemoteProtocolError:
        assert name == "torn"
    else:
        assert not isinstance(parse_callback_answer(said.content), Accepted | Refused)
    assert await practice.paid_msat(bolt11) == 15_000


@pytest.mark.parametrize("name", ["huge", "drip", "bomb"])
async def test_bodies_without_an_end(practice: Any, name: str) -> None:
    client = StrangerClient(local_services=[LocalService("127.0.0.1", practice.port)])
    voucher = await practice.voucher(faults={"info_body": name})
    before = len(asyncio.all_tasks())
    with pytest.raises((NetError, TimeoutError)) as stopped:
        async with asyncio.timeout(0.8 if name == "drip" else 20):
            await client.fetch(voucher["url"], INFO)
    assert not isinstance(stopped.value, NotSent)
    assert isinstance(stopped.value, TimeoutError) == (name == "drip")
    # The service stops when nobody listens any more.
    async with asyncio.timeout(5):
        while len(asyncio.all_tasks()) > before:
            await asyncio.sleep(0.01)
    client.close()


async def test_the_huge_body_is_as_long_as_it_says(practice: Any) -> None:
    voucher = await practice.voucher(faults={"info_body": "huge"})
    async with practice.http.stream("GET", voucher["url"]) as answer:
        assert int(answer.headers["content-length"]) == bodies.HUGE == 1 << 30
        read = 0
        async for piece in answer.aiter_raw():
            read += len(piece)
            if read > 4 << 20:
                break
    assert read > 4 << 20


async def test_the_bomb_unpacks_to_much(practice: Any) -> None:
    voucher = await practice.voucher(faults={"info_body": "bomb"})
    async with practice.http.stream("GET", voucher["url"]) as answer:
        packed = b"".join([piece async for piece in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert len(packed) < 1 << 20
