"""Hands on the voucher's page, and a wallet with a practice service that answers as told, for its tests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from ashore.domain.errors import AshoreError
from ashore.engine.opened_records import OpenedVoucher
from ashore.engine.practice_vouchers import PracticeVoucher
from ashore.engine.unopened_links import UnopenedLinks
from ashore.engine.views import Change, ProfileInfo, Review, Topic
from ashore.keys.errors import KeysError, Locked
from ashore.keys.signer import SEALED_NOTE, SealedRecord, Signer
from ashore.systems.base import Bearer, Draft, Offer, Quote
from ashore.systems.lnurl.codec import encode_lnurl
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.checks import judge
from ashore.systems.lnurl.system.offer import LnurlOffer, LnurlQuote
from ashore.systems.lnurl.system.opened_note import pasted_name
from ashore.systems.lnurl.system.opening import NoWithdrawal
from ashore.systems.lnurl.system.plan import make_invoice, plan_of
from ashore.ui.pages.lnurl_form import LnurlFormPage
from unit.systems.lnurl.system.offers import NOW_S, offer
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.standin import NOW, PASSWORD, StandInWallet

LINK, LINK_8 = (encode_lnurl(f"http://127.0.0.1:8080/u?q={number}").upper() for number in (7, 8))
REAL = encode_lnurl("https://service.example/u?q=7")


class Sealed(Signer):
    """What a vault seals, in memory, and readable while the wallet is not locked."""

    def __init__(self, wallet: StandInWallet) -> None:
        self._wallet = wallet
        self.records: dict[str, tuple[str, SealedRecord]] = {}
        self.refusal: KeysError | None = None
        self.writes = asyncio.Event()
        self.writes.set()

    @property
    def unlocked(self) -> bool:
        return not self._wallet.locked

    def _look(self) -> None:
        if self._wallet.locked:
            raise Locked("The vault is locked.", "Unlock it with its password.")
        if self.refusal is not None:
            raise self.refusal

    async def keep(self, kind: str, secret: str, meta: Mapping[str, str]) -> str:
        await self.writes.wait()
        self._look()
        name = f"record {len(self.records)}"
        self.records[name] = (secret, SealedRecord(name, kind, meta))
        return name

    async def rewrite(self, record_id: str, secret: str, meta: Mapping[str, str]) -> None:
        self._look()
        self.records[record_id] = (secret, SealedRecord(record_id, SEALED_NOTE, meta))

    async def show(self, record_id: str) -> str:
        self._look()
        return self.records[record_id][0]

    async def forget(self, record_id: str) -> None:
        self._look()
        del self.records[record_id]

    @property
    def all(self) -> list[SealedRecord]:
        return [record for _secret, record in self.records.values()]


class Opened:
    """Keeps what was opened as the engine's do, in memory."""

    def __init__(self, wallet: VoucherWallet) -> None:
        self._wallet = wallet
        self.offers: dict[str, LnurlOffer] = {}
        self.taken_up: list[str] = []
        self.trouble = ""
        self.refusal: AshoreError | None = None
        self.answers = asyncio.Event()
        self.answers.set()

    def keep(self, reference: str, opened: LnurlOffer) -> None:
        self.offers[pasted_name(reference, PRACTICE)] = opened
        self._wallet.unopened.became_opened(pasted_name(reference, PRACTICE))
        self._wallet.tell(Change(Topic.OPENED))

    def listed(self) -> tuple[OpenedVoucher, ...]:
        if self._wallet.locked:
            return ()
        return tuple(
            OpenedVoucher(
                name, o.host, o.range.min_msat, o.range.max_msat, o.opened_at, not self.trouble, o.description
            )
            for name, o in self.offers.items()
        )

    def find(self, text: str) -> str:
        name = pasted_name(text, PRACTICE)
        return name if name in self.offers and not self._wallet.locked else ""

    async def go_on(self, opened: str) -> LnurlOffer:
        self.taken_up.append(opened)
        await self.answers.wait()
        if self.refusal is not None:
            raise self.refusal
        return self.offers[opened]

    async def forget(self, opened: str) -> None:
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        del self.offers[opened]
        self._wallet.tell(Change(Topic.OPENED))


class Giving:
    """Lists what the practice service gives away, as told."""

    def __init__(self) -> None:
        self.vouchers: tuple[PracticeVoucher, ...] = (
            PracticeVoucher("Gift", 10_000, 20_000, 1, LINK),
            PracticeVoucher("Pocket money", 5_000, 5_000, 12, LINK_8),
        )
        self.refusal: AshoreError | None = None
        self.asked = 0

    async def listed(self) -> tuple[PracticeVoucher, ...]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        return self.vouchers


class VoucherWallet(StandInWallet):
    """A wallet with a practice service that answers as told."""

    voucher_page = "http://127.0.0.1:8080/lnurl"

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.sealed = Sealed(self)
        self.seconds = 0.0
        tools = lambda: NOW, lambda: self.seconds, lambda: self.tell(Change(Topic.OPENED))
        self.unopened: UnopenedLinks = UnopenedLinks(
            PRACTICE, self.sealed, asyncio.Lock(), lambda name, _since: name in self.opened.offers, int, *tools
        )
        self.giving = Giving()
        self.practice_vouchers = self.giving
        self.opened: Opened = Opened(self)
        self.voucher: LnurlOffer | AshoreError = offer()
        self.reviewing: AshoreError | None = None
        self.answers = asyncio.Event()
        self.answers.set()

    def profiles(self) -> tuple[ProfileInfo, ...]:
        return (*super().profiles(), ProfileInfo(PRACTICE.id, "LNURL", PRACTICE.title, PRACTICE.subtitle))

    async def open_link(self, profile: str, reference: str) -> Offer:
        assert profile == PRACTICE.id
        self.asked.append(reference)
        await self.answers.wait()
        if isinstance(self.voucher, AshoreError):
            await self.unopened.was_asked(reference, refused=isinstance(self.voucher, NoWithdrawal))
            raise self.voucher
        self.opened.keep(reference, self.voucher)
        return self.voucher

    async def unlock(self, password: bytearray) -> None:
        assert bytes(password) == PASSWORD
        self.locked = False
        await self.restored()

    async def restored(self) -> None:
        """What the engine does once the vault is open."""
        self.unopened.found(self.sealed.all, ())
        await self.unopened.seal_waiting()
        self.tell(Change(Topic.LOCK))

    async def lock(self) -> None:
        await self.unopened.before_lock()
        self.locked = True
        self.unopened.lock()
        self.tell(Change(Topic.LOCK))

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        if isinstance(offer, LnurlOffer):
            return judge(PRACTICE, offer, draft, NOW_S, lambda _hash: False)
        return await super().quote(offer, draft)

    async def review(self, quote: Quote) -> Review:
        if self.reviewing is not None:
            raise self.reviewing
        if not isinstance(quote, LnurlQuote):
            return await super().review(quote)
        text, read, warnings = await make_invoice(PRACTICE, quote, None, "", NOW_S, lambda _hash: False)
        plan = plan_of(PRACTICE, quote, text, read, warnings, NOW_S * 1000)
        assert isinstance(plan.request, Bearer)
        return Review(plan, None, plan.request.lines, (), "", plan.request.identifier, plan.warnings, plan.confirm)


async def the_page(shell: Shell) -> LnurlFormPage:
    shell.sections.show_form(PRACTICE.id)
    await shell.settle()
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    return page


async def opened(shell: Shell, link: str = LINK) -> LnurlFormPage:
    page = await the_page(shell)
    page.link.setText(link)
    QTest.mouseClick(page.open_button, Qt.MouseButton.LeftButton)
    await shell.settle()
    return page


async def typed(shell: Shell, page: LnurlFormPage, edit: QLineEdit, text: str) -> None:
    edit.clear()
    edit.setText(text)
    edit.textEdited.emit(text)
    await shell.until(lambda: not page.pending)
    await shell.settle()


def says(page: LnurlFormPage) -> str:
    return texts(page.intake)
