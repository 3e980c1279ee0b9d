"""Vouchers with a balance: what is left is told, where to ask again too, and what a service may do wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from ashore.systems.lnurl.codec import NothingLeft, Reach, WithdrawOffer, parse_offer

STYLES = pytest.mark.parametrize("style", ["npm", "lnbits"])


async def looked(practice: Any, address: str) -> dict[str, Any]:
    answer = (await practice.http.get(address)).json()
    assert isinstance(answer, dict)
    return answer


async def set_faults(practice: Any, voucher: dict[str, Any], **faults: Any) -> None:
    await practice.control("faults", lightning={"vouchers": {voucher["id"]: faults}})


@STYLES
@pytest.mark.parametrize("unique", [False, True])
async def test_what_is_left_falls_with_each_use_until_there_is_nothing(practice: Any, style: str, unique: bool) -> None:
    if unique and style == "npm":
        return  # unique links are LNbits' own
    voucher = await practice.voucher(style=style, uses=2, unique=unique, balance=True)
    offer = await practice.offer(voucher["url"])
    link = offer.balance_check
    assert (offer.balance_msat, link.text) == (40_000, voucher["balance_link"])
    assert (await practice.hand_over(offer, await practice.invoice())).json() == {"status": "OK"}
    again = await practice.offer(link.wire)
    assert again.balance_msat == 20_000
    assert (await practice.hand_over(again, await practice.invoice())).json() == {"status": "OK"}
    body = (await practice.http.get(link.wire)).content
    with pytest.raises(NothingLeft) as nothing:
        parse_offer(body, Reach.PRACTICE)
    assert nothing.value.balance_check == link
    assert (await practice.told(voucher))["looks"] == 3


async def test_others_say_nothing_of_a_balance(practice: Any) -> None:
    voucher = await practice.voucher()
    answer = await looked(practice, voucher["url"])
    assert voucher["balance_link"] == ""
    assert not {"balanceCheck", "currentBalance"} & set(answer)
    guessed = f"/lnurl/left/{voucher['id']}/x"
    assert (await looked(practice, guessed))["status"] == "ERROR"


@STYLES
async def test_a_guessed_link_leads_nowhere(practice: Any, style: str) -> None:
    voucher = await practice.voucher(style=style, balance=True)
    assert (await looked(practice, voucher["balance_link"] + "x"))["status"] == "ERROR"
    assert (await looked(practice, "/lnurl/left/nobody/x"))["status"] == "ERROR"
    assert (await practice.told(voucher))["looks"] == 0


@STYLES
async def test_each_answer_may_name_another_link_and_only_the_newest_is_good(practice: Any, style: str) -> None:
    voucher = await practice.voucher(style=style, uses=3, balance=True, faults={"new_balance_link": True})
    first = (await looked(practice, voucher["url"]))["balanceCheck"]
    second = (await looked(practice, first))["balanceCheck"]
    assert first != second
    assert (await looked(practice, first))["status"] == "ERROR"
    assert isinstance(await practice.offer(second), WithdrawOffer)


async def test_links_and_balances_that_are_wrong(practice: Any) -> None:
    voucher = await practice.voucher(uses=3, balance=True, faults={"balance_host": True})
    link = (await practice.offer(voucher["url"])).balance_check
    assert (link.host, link.port) == ("localhost", practice.port)
    await set_faults(practice, voucher, balance_host="10.0.0.1")
    assert (await practice.offer(voucher["url"])).balance_check is None
    await set_faults(practice, voucher, balance_host=None, omit=["balanceCheck"], fields={"currentBalance": 9_000_000})
    offer = await practice.offer(voucher["url"])
    assert (offer.balance_check, offer.balance_msat, offer.range.max_msat) == (None, 9_000_000, 20_000)
    await set_faults(practice, voucher, omit=None, fields={"balanceCheck": "http://service.example/left"})
    assert (await practice.offer(voucher["url"])).balance_check is None


async def test_the_page_says_which_of_them_keep_a_balance(practice: Any) -> None:
    await practice.voucher(title="Alpha", balance=True)
    await practice.voucher(title="Beta")
    page = (await practice.http.get("/lnurl")).text
    alpha = page[page.index("Alpha") :]
    beta = page[page.index("Beta") : page.index("Alpha")]
    assert "keeps a balance" in alpha
    assert "keeps a balance" not in beta
