"""A wallet that keeps balance links in memory, and their list on the first page, for tests of the window."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from ashore.domain.errors import AshoreError
from ashore.engine.kept_balances import KeptBalance
from ashore.systems.lnurl.codec import Reach, parse_url
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.ui.pages.home import HomePage
from ashore.ui.pages.kept_balances import KeptBalances
from ashore.ui.shell.sections import Sections
from ashore.ui.widgets.scroll import ScrollColumn
from unit.systems.lnurl.system.offers import offer
from unit.ui.standin import NOW

SECRET = "5ecret5ecret5ecret5ecret"
LINK = f"http://127.0.0.1:8080/left/{SECRET}"
HOST = "127.0.0.1:8080"


def with_balance(balance_msat: int | None = 60_000, *, link: str | None = LINK, kept: bool = False) -> LnurlOffer:
    """What a service offers that knows balances."""
    made = offer()
    check = None if link is None else parse_url(link, Reach.PRACTICE)
    return replace(made, service=replace(made.service, balance_check=check, balance_msat=balance_msat), kept=kept)


class Balances:
    """Keeps entries as the engine's do, and answers as it is told."""

    def __init__(self, *entries: KeptBalance) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self.asked: list[str] = []
        self.listings = 0
        self.answer: LnurlOffer | AshoreError = with_balance(40_000, kept=True)
        self.answers = asyncio.Event()
        self.answers.set()
        self.refusal: AshoreError | None = None

    def listed(self) -> tuple[KeptBalance, ...]:
        self.listings += 1
        return tuple(self.entries.values())

    async def look(self, balance: str) -> LnurlOffer:
        self.asked.append(balance)
        await self.answers.wait()
        if isinstance(self.answer, AshoreError):
            raise self.answer
        left = self.answer.service.balance_msat or 0
        self.entries[balance] = replace(self.entries[balance], balance_msat=left, told_at=NOW, asked_at=0)
        if not self.answer.balance_host:
            del self.entries[balance]
        return self.answer

    async def forget(self, balance: str) -> None:
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        del self.entries[balance]


def the_list(sections: Sections) -> KeptBalances:
    """The list on the first page; put there where the page has none."""
    home = sections.page("withdraw")
    assert isinstance(home, HomePage)
    found = home.findChild(KeptBalances)
    if not isinstance(found, KeptBalances):
        found = KeptBalances(sections.context)
        scroll = home.findChild(ScrollColumn)
        assert isinstance(scroll, ScrollColumn)
        scroll.column.insertWidget(0, found)
        found.refresh()
    return found
