"""What a service said carries the time at which it said it, which may be long before the withdrawal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import SAID_BY
from ashore.engine.earlier_claims import EarlierClaim
from ashore.engine.kept_balances import KeptBalance
from ashore.engine.views import Change, Topic
from ashore.engine.voucher_rests import VoucherRest
from ashore.store.names import VOUCHER_LINK
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.opened_note import pasted_name
from ashore.systems.lnurl.system.plan import SAID_BALANCE
from ashore.systems.lnurl.system.tracks import FINAL, REQUESTED
from ashore.ui.pages.voyage import VoyagePage
from ashore.ui.wording import clock_time
from unit.systems.lnurl.system.offers import offer
from unit.ui.balance_hands import Balances, the_list
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, texts
from unit.ui.standin import NOW
from unit.ui.test_known_looks import CLAIM, Known, Rests, withdrawn
from unit.ui.test_voucher_names import HOST, told_by
from unit.ui.voucher_hands import LINK, LINK_8, VoucherWallet, the_page

SAID_AT = NOW - 7_200_000


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


async def test_the_voyage_tells_when_the_service_said_it(shell: Shell, wallet: VoucherWallet) -> None:
    told = told_by("Pocket money")
    details = {**told.details, SAID_BY: HOST, SAID_BALANCE: "60000000"}
    wallet.happen(ev.WithdrawalStarted("w", replace(told, details=details)))
    wallet.happen(ev.MoveIntended("w", "m", MoveKind.REQUEST, PRACTICE.id, "ab" * 32, "record", "w", 0))
    wallet.happen(ev.StageReached("w", REQUESTED, Evidence("lnurl.offer", Level.REPORTED, HOST, SAID_AT, {})))
    wallet.happen(ev.StageReached("w", FINAL, Evidence("lnurl.settled", Level.SEEN, "Practice node", NOW, {})))
    shell.sections.show_voyage("w")
    await shell.settle()
    page = shell.sections.page("voyage")
    assert isinstance(page, VoyagePage)
    assert page.rows[0].time.text() == clock_time(SAID_AT, NOW)
    assert f"at {clock_time(SAID_AT, NOW)}, {HOST} said that it held 60,000 sat" in texts(page)


async def test_what_was_opened_stands_before_what_was_not(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.rests = Rests(VoucherRest("a", HOST, "", 60_000, 5_000, 5_000, SAID_AT))
    for query in range(5):
        wallet.unopened.keep(f"http://127.0.0.1:9/u?q={query}", "")
    wallet.unopened.keep(LINK_8, "")
    wallet.opened.keep(LINK, offer())
    wallet.tell(Change(Topic.OPENED))
    page = await the_page(shell)
    lists = (page.vouchers, page.known.rests, page.links)
    assert all(each.isVisible() for each in lists)
    tops = [each.mapTo(page, QPoint()).y() for each in lists]
    assert tops == sorted(tops)


async def test_a_rest_whose_service_said_no_is_told_so_and_counted_no_more(shell: Shell, wallet: VoucherWallet) -> None:
    rest = VoucherRest("a", HOST, "", 60_000, 5_000, 5_000, SAID_AT)
    wallet.rests = rests = Rests(rest)
    told = told_by("Pocket money")
    details = {**told.details, SAID_BY: HOST, SAID_BALANCE: "60000000", VOUCHER_LINK: "a"}
    wallet.happen(ev.WithdrawalStarted("w", replace(told, details=details)))
    wallet.happen(ev.MoveIntended("w", "m", MoveKind.REQUEST, PRACTICE.id, "ab" * 32, "record", "w", 0))
    wallet.happen(ev.StageReached("w", REQUESTED, Evidence("lnurl.offer", Level.REPORTED, HOST, SAID_AT, {})))
    wallet.happen(ev.StageReached("w", FINAL, Evidence("lnurl.settled", Level.SEEN, "Practice node", NOW, {})))
    page = await the_page(shell)
    shell.sections.show_voyage("w")
    await shell.settle()
    voyage = shell.sections.page("voyage")
    assert isinstance(voyage, VoyagePage)

    async def shown() -> tuple[str, str, bool]:
        wallet.tell(Change(Topic.OPENED))
        await shell.settle()
        left = voyage.rest.left.text()
        await the_page(shell)
        (card,) = page.known.rests.cards
        told = texts(card), left
        shell.sections.show_section("withdraw")
        counted = "1 voucher may hold more" in texts(shell.sections.home)
        shell.sections.show_voyage("w")
        await shell.settle()
        return *told, counted

    card, left, counted = await shown()
    assert ("55 sat may be left" in card, "Asked again" in card, counted) == (True, False, True)
    assert "may be left" in left
    rests.rests = [replace(rest, asked_at=NOW)]
    card, left, counted = await shown()
    assert ("55 sat may be left" in card, "no voucher came in answer" in card, counted) == (True, True, True)
    rests.rests = [replace(rest, asked_at=NOW, refused=True)]
    card, left, counted = await shown()
    said = f"Asked again at {clock_time(NOW, NOW, seconds=False)}: its service said no, so it may be empty."
    assert (said in card, "may be left" in card, counted) == (True, False, False)
    assert left.replace("\u200b", "") == said
    assert voyage.rest.button.isVisibleTo(voyage), "a person may ask once more"


async def test_what_may_hold_more_is_looked_up_only_where_it_is_seen(shell: Shell, wallet: VoucherWallet) -> None:
    rest = VoucherRest("a", HOST, "", 60_000, 5_000, 5_000, SAID_AT)
    wallet.rests = rests = Rests()
    page = await the_page(shell)
    listed = page.known.rests
    assert listed.isHidden()
    rests.rests = [rest]
    wallet.tell(Change(Topic.OPENED))
    await shell.settle()
    assert len(listed.cards) == 1, "one that comes is seen at once"

    async def asked_for(topic: Topic) -> int:
        before = rests.asked
        wallet.tell(Change(topic, "w"))
        await shell.settle()
        return rests.asked - before

    assert (await asked_for(Topic.OPENED), await asked_for(Topic.WITHDRAWAL)) == (1, 1)
    shell.sections.show_section("activity")
    await shell.settle()
    assert (await asked_for(Topic.OPENED), await asked_for(Topic.WITHDRAWAL)) == (0, 0)
    shell.sections.show_section("withdraw")
    await shell.settle()
    assert await asked_for(Topic.OPENED) == 1, "the first page counts them"
    rests.rests = []
    await asked_for(Topic.OPENED)
    await the_page(shell)
    assert listed.cards == []
    assert listed.isHidden()
    shell.sections.show_section("activity")
    rests.rests = [rest]
    await asked_for(Topic.OPENED)
    shell.window.hide()
    await the_page(shell)
    shell.window.show()
    await shell.settle()
    assert len(listed.cards) == 1
    assert listed.isVisible()
    page.link.setText(LINK)
    await shell.settle()
    assert listed.isHidden()
    assert await asked_for(Topic.OPENED) == 0, "another voucher is in hand"
    page.link.clear()
    await shell.settle()
    assert listed.isVisible()


async def test_over_a_lock_nothing_of_what_may_hold_more_is_left(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.rests = rests = Rests(VoucherRest("a", HOST, "", 60_000, 5_000, 5_000, SAID_AT))
    page = await the_page(shell)
    assert len(page.known.rests.cards) == 1
    shell.sections.show_section("activity")
    await shell.settle()
    rests.rests = []  # as the engine tells it over a lock
    await wallet.lock()
    await shell.settle()
    assert page.known.rests.cards == []


async def test_a_voyages_way_to_more_is_looked_up_only_where_it_is_seen(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.rests = rests = Rests(VoucherRest("a", HOST, "", 60_000, 5_000, 5_000, SAID_AT))
    final = Evidence("lnurl.settled", Level.SEEN, "Practice node", NOW, {})
    withdrawn(wallet, "w", ev.StageReached("w", FINAL, final))
    shell.sections.show_voyage("w")
    await shell.settle()
    voyage = shell.sections.page("voyage")
    assert isinstance(voyage, VoyagePage)
    assert voyage.rest.button.isVisible()
    shell.sections.show_section("activity")
    await shell.settle()
    rests.rests = []
    before = rests.asked
    wallet.tell(Change(Topic.OPENED))
    await shell.settle()
    assert rests.asked == before
    shell.sections.show_voyage("w")
    await shell.settle()
    assert not voyage.rest.button.isVisible()


async def test_a_link_that_was_withdrawn_before_says_so_where_it_is_listed(shell: Shell, wallet: VoucherWallet) -> None:
    class KnowsOne(Known):
        def of_name(self, link: str) -> EarlierClaim | None:
            return self.claim if link == pasted_name(LINK, PRACTICE) else None

    wallet.earlier = KnowsOne(CLAIM)
    wallet.unopened.keep(LINK, "")
    wallet.unopened.keep(LINK_8, "")
    page = await the_page(shell)
    known, other = sorted(page.links.cards, key=lambda card: card.voucher.id != pasted_name(LINK, PRACTICE))
    assert "You withdrew 2,100 sat from this voucher at" in texts(known)
    assert "You withdrew" not in texts(other)
    assert cut_off(page) == []


async def test_a_kept_balance_was_said_then_and_what_was_withdrawn_since_stands_beside_it(
    shell: Shell, wallet: VoucherWallet
) -> None:
    at = clock_time(NOW - 60_000, NOW, seconds=False)
    kept = KeptBalance("1", HOST, 55_000_000, NOW - 60_000)
    wallet.balances = balances = Balances(kept)
    found = the_list(shell.sections)
    found.refresh()
    assert f"The service said 55,000 sat at {at}." in texts(found.cards[0])
    balances.entries["1"] = replace(kept, taken_msat=5_000_000)
    shell.sections.context.hub.withdrawals_changed.emit(frozenset())
    assert f"The service said 55,000 sat at {at}; you withdrew 5,000 sat since." in texts(found.cards[0])
