"""A balance link (LUD-14), in the real window on the real practice service: kept, asked, replaced, deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from journeys.house import WatchedLife
from journeys.person import Person
from journeys.test_lock import unlock
from journeys.test_product import own_memory, product
from journeys.vouchers import FORM, asked, claims, looks, open_voucher, to_review, voucher
from unit.ui.balance_hands import the_list

__all__ = ["asked", "own_memory"]

TICK = "Keep this service’s balance link"
TITLE = "Balances to look at again"


async def misbehave(life: WatchedLife, of: dict[str, Any], **faults: Any) -> None:
    await life.sandbox.faults({"lightning": {"vouchers": {of["id"]: faults}}})


async def hand_over(person: Person, life: WatchedLife, of: dict[str, Any], *, times: int) -> None:
    """From an opened voucher, or its review, to its money; it is paid so many times then."""
    if person.heading == FORM:
        await to_review(person)
    person.click("Withdraw 15 sat")
    await person.until_sees("15 sat settled in the practice node (simulated).")
    await person.settle()
    assert [claim["paid"] for claim in await claims(life, of)] == [True] * times


async def go_home(person: Person) -> None:
    person.click_section("Withdraw")
    await person.settle()


@pytest.mark.usefixtures("own_memory")
async def test_a_balance_is_looked_at_again_until_its_link_is_gone(
    application: QApplication, tmp_path: Path, asked: list[str]
) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC", "Lightning voucher (LNURL)")
        assert life._sections is not None
        the_list(life._sections)
        assert not person.sees(TITLE)
        purse = await voucher(life, title="Purse", uses=4, balance=True, faults={"new_balance_link": True})
        host = purse["url"].split("/")[2]
        again, forget = f"Look again at {host}", f"Forget {host}"

        # Keep it: a tick, shown in the review, and in the list afterwards.
        await open_voucher(person, purse["lnurl"])
        assert person.sees(f"{host} says that 80 sat are left there.", "Whoever has this link can take the balance")
        person.click(TICK)
        person.photograph("balance-tick")
        await to_review(person)
        assert person.sees("the service’s balance link", f"encrypted; it leads to {host}")
        person.photograph("balance-review")
        await hand_over(person, life, purse, times=1)
        await go_home(person)
        await person.until_sees(TITLE, "The service said 80 sat at ", "; you withdrew 15 sat since.")
        person.photograph("balance-kept")

        # Nothing of it is there while locked.
        person.click("Lock the wallet")
        await person.until_sees("Ashore is locked")
        assert not person.sees(TITLE)
        await unlock(person, "practice")
        await person.until_sees(TITLE, "The service said 80 sat at ")
        await person.settle()

        # Each click is one request, of the link that the last answer named.
        before = len(asked)
        person.click(again)
        await person.until(lambda: person.heading == FORM, "the voucher’s page")
        await person.settle()
        assert person.sees(f"{host} says that 60 sat are left there.", "has taken the place of the old one")
        assert TICK not in person.names()
        assert person.sees("You withdrew 15 sat from this voucher at "), "its k1 and its link are new ones"
        person.photograph("balance-looked")
        await hand_over(person, life, purse, times=2)
        await go_home(person)
        assert person.sees("The service said 60 sat at ")
        person.tab_to(again)
        person.press(Qt.Key.Key_Return)
        await person.until_sees(f"{host} says that 40 sat are left there.")
        looked = [address for address in asked[before:] if "/left/" in address]
        assert len(looked) == len(set(looked)) == 2
        assert await looks(life, purse) == 3

        # An answer without a link: none is kept.
        await go_home(person)
        await misbehave(life, purse, omit=["balanceCheck"])
        person.click(again)
        await person.until_sees("has deleted the one it kept")
        await person.settle()
        assert TICK not in person.names()
        await go_home(person)
        assert not person.sees(TITLE)

        # No answer: the link stays, in doubt. Forgotten, it is gone.
        jar = await voucher(life, title="Jar", uses=2, style="lnbits", balance=True)
        await open_voucher(person, jar["lnurl"])
        person.tab_to(TICK)
        person.press(Qt.Key.Key_Space)
        await hand_over(person, life, jar, times=1)
        await go_home(person)
        await misbehave(life, jar, info_body="torn")
        person.click(again)
        await person.until_sees("no answer is known. The link may be out of date.")
        await person.settle()
        assert person.sees("The service said 40 sat at ")
        person.photograph("balance-doubt")
        person.click(forget)
        await person.settle()
        person.photograph("balance-forget")
        person.click(f"Yes, forget {host}")
        await person.until_sees(f"{host} is forgotten.")
        await person.settle()
        assert again not in person.names()
        assert len(asked) == len(set(asked)) == 9, "each request had a link of its own"
