"""A stand-in wallet that has Reddio, and hands on its form. Drafts are judged by the real checks."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from PySide6.QtTest import QTest

from ashore.domain.errors import AshoreError
from ashore.engine.views import ProfileInfo, Review
from ashore.systems.base import Draft, Offer, Quote
from ashore.systems.reddio.system.checks import judge
from ashore.systems.reddio.system.offer import ReddioOffer, ReddioQuote
from ashore.ui.pages.reddio_form import ReddioFormPage
from unit.systems.reddio.reddio_bench import DEPLOYMENT, offer
from unit.ui.driving import Shell
from unit.ui.standin import NOW, StandInWallet

REDDIO = DEPLOYMENT.id


class ReddioStandIn(StandInWallet):
    """Has zkLink and Reddio. `reviewed` are the quotes that a review was asked of; none is given."""

    def __init__(self) -> None:
        super().__init__()
        self.holds: ReddioOffer = offer()
        self.reviewed: list[ReddioQuote] = []
        self.asked = 0

    def profiles(self) -> tuple[ProfileInfo, ...]:
        return (*super().profiles(), ProfileInfo(REDDIO, "Reddio", "Reddio", "from layer 2 to Ethereum"))

    async def open(self, profile: str, account_index: int) -> Offer:
        if profile != REDDIO:
            return await super().open(profile, account_index)
        await asyncio.sleep(0)
        self.asked += 1
        if self.opening is not None:
            raise self.opening
        return replace(self.holds, source=replace(self.holds.source, account_index=account_index), opened_at=NOW)

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        if isinstance(offer, ReddioOffer):
            return judge(DEPLOYMENT, offer, draft, {}, NOW)
        return await super().quote(offer, draft)

    async def review(self, quote: Quote) -> Review:
        if isinstance(quote, ReddioQuote):
            self.reviewed.append(quote)
            raise AshoreError("The signer is away.", "Unlock Ashore.")
        return await super().review(quote)


async def open_reddio(shell: Shell) -> ReddioFormPage:
    """The form, with what the account holds."""
    shell.sections.show_form(REDDIO)
    await shell.settle()
    page = shell.sections.page("vaults")
    assert isinstance(page, ReddioFormPage)
    return page


async def fill(shell: Shell, page: ReddioFormPage, **typed: str) -> None:
    """Type into fields as a person does, and wait for the answer."""
    for name, text in typed.items():
        edit = getattr(page.fields, name)
        edit.clear()
        QTest.keyClicks(edit, text)
        if not text:
            edit.textEdited.emit("")
    await settled(shell, page)


async def settled(shell: Shell, page: ReddioFormPage) -> None:
    """Wait until what stands there was judged."""
    await shell.until(lambda: not page.pending)
    await shell.settle()
