"""The wallet's own balance links on the practice service: what it does wrong, and what becomes of the link."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ashore.domain.errors import AshoreError
from ashore.engine.kept_balances import KeptBalance, KeptBalances
from ashore.net.errors import NotSent
from ashore.net.guard import LocalService
from ashore.net.strangers import StrangerClient
from ashore.systems.base import Source
from ashore.systems.lnurl.client import LnurlClient
from ashore.systems.lnurl.codec import Reach
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.opening import NoWithdrawal, look_again, open_link
from unit.engine.test_kept_balances import Records, Taken
from unit.systems.lnurl.system.test_lnurl_opening import NoWallets


def now() -> int:
    return time.time_ns() // 1_000_000


class Purse:
    """A voucher with a balance, and the wallet that keeps its link."""

    def __init__(self, practice: Any, client: LnurlClient, records: Records, voucher: dict[str, Any]) -> None:
        self.practice = practice
        self.client = client
        self.records = records
        self.voucher = voucher
        self.balances = KeptBalances(records, self._ask, now, Taken(), profile=PRACTICE.id, practice=True)

    async def _ask(self, link: str) -> Any:
        return await look_again(PRACTICE, self.client, NoWallets(), link, now())

    async def keep(self) -> None:
        source = Source(PRACTICE.id, reference=self.voucher["lnurl"])
        offer = await open_link(PRACTICE, self.client, NoWallets(), source, now())
        async with self.balances.keeping(offer):
            pass

    async def misbehave(self, **faults: Any) -> None:
        await self.practice.control("faults", lightning={"vouchers": {self.voucher["id"]: faults}})

    async def look(self) -> Any:
        return await self.balances.look(self.only.id)

    async def looks(self) -> int:
        return int((await self.practice.told(self.voucher))["looks"])

    @property
    def only(self) -> KeptBalance:
        (kept,) = self.balances.listed()
        return kept


@pytest.fixture
async def purse(practice: Any, tmp_path: Path) -> AsyncIterator[Purse]:
    strangers = StrangerClient(local_services=[LocalService("127.0.0.1", practice.port)])
    client = LnurlClient(strangers, Reach.PRACTICE)
    voucher = await practice.voucher(style="lnbits", uses=3, balance=True)
    made = Purse(practice, client, Records(tmp_path / "own.vault"), voucher)
    await made.keep()
    yield made
    await made.records.lock()
    strangers.close()


async def test_a_link_that_changes_with_each_answer_is_followed(purse: Purse) -> None:
    await purse.misbehave(new_balance_link=True)
    await purse.keep()  # the same voucher again: its earlier link is good no more
    for _ in range(3):
        assert (await purse.look()).balance_host == f"127.0.0.1:{purse.practice.port}"
    assert await purse.looks() == 5
    assert len(await purse.records.sealed()) == 1


async def test_a_balance_is_the_services_word_whatever_it_says(purse: Purse) -> None:
    assert purse.only.balance_msat == 60_000
    for lie in (0, 1, 21_000_000 * 10**11, 7_000):
        await purse.misbehave(fields={"currentBalance": lie})
        assert (await purse.look()).service.balance_msat == lie
        assert purse.only.balance_msat == lie
    for nonsense in (-1, "much", True, 10**30, None, [1]):
        await purse.misbehave(fields={"currentBalance": nonsense})
        await purse.look()
        assert purse.only.balance_msat == 20_000, "the most that can be withdrawn, where no balance is told"


async def test_another_host_of_this_computer_is_kept_and_never_asked(purse: Purse) -> None:
    await purse.misbehave(balance_host=True)
    await purse.look()
    assert purse.only.host == f"localhost:{purse.practice.port}"
    before = await purse.looks()
    with pytest.raises(NotSent):
        await purse.look()
    assert await purse.looks() == before
    assert purse.only.asked_at == 0, "nothing left, so that the link is as good as before"


@pytest.mark.parametrize(
    "link",
    [
        "http://service.example/left",
        "https://service.example/left",
        "http://10.0.0.1/left",
        "http://127.0.0.1@service.example/",
        "file:///etc/passwd",
        "http://127.0.0.1:99999/",
        "keyauth://127.0.0.1/?tag=login",
        "http://127.0.0.1/left?tag=login&k1=00",
        "http://127.0.0.1/" + "x" * 2_100,
        "http://127.0.0.1/\r\nHost: other",
        "",
        7,
        None,
        ["http://127.0.0.1/"],
    ],
)
async def test_a_link_that_may_not_be_asked_is_none(purse: Purse, link: object) -> None:
    await purse.misbehave(fields={"balanceCheck": link})
    offer = await purse.look()
    assert offer.balance_host == ""
    assert purse.balances.listed() == ()
    assert await purse.records.sealed() == ()


async def test_an_empty_purse_says_so_and_may_be_filled_again(purse: Purse) -> None:
    for _ in range(3):
        assert (await purse.practice.claim(purse.voucher))[0].json() == {"status": "OK"}
    with pytest.raises(NoWithdrawal, match="nothing left"):
        await purse.look()
    assert purse.only.balance_msat == 0
    await purse.misbehave(omit=["balanceCheck"])
    with pytest.raises(NoWithdrawal, match="nothing left") as gone:
        await purse.look()
    assert "has deleted" in gone.value.advice
    assert purse.balances.listed() == ()


@pytest.mark.parametrize(
    ("faults", "doubt"),
    [
        ({"info_body": "torn"}, True),
        ({"info_body": "html"}, True),
        ({"info_body": "bomb"}, True),
        ({"preset": "login"}, False),
        ({"preset": "pay_request"}, False),
        ({"preset": "no_k1"}, True),
        ({"redirects": 5}, True),
        ({"redirect_to": "http://10.0.0.1/"}, True),
    ],
)
async def test_what_is_no_offer_leaves_the_link(purse: Purse, faults: dict[str, Any], doubt: bool) -> None:
    await purse.misbehave(**faults)
    with pytest.raises(AshoreError) as caught:
        await purse.look()
    assert purse.voucher["balance_link"].rpartition("/")[2] not in f"{caught.value!r} {caught.value}"
    assert bool(purse.only.asked_at) is doubt
    await purse.misbehave(**dict.fromkeys(faults))
    await purse.look()
    assert (purse.only.balance_msat, purse.only.asked_at) == (60_000, 0)
