"""What was begun on a page that is not in view gives way to nothing from outside, unless a person says so."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from ashore.domain import events as ev
from ashore.domain.addresses import checksum
from ashore.domain.evidence import Evidence, Level
from ashore.engine.kept_balances import KeptBalance
from ashore.engine.voucher_rests import VoucherRest
from ashore.systems.lnurl.codec import encode_lnurl
from ashore.systems.lnurl.system.tracks import FINAL
from ashore.ui.arrivals import Source
from ashore.ui.pages.intake_field import IntakeField
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.pages.lnurl_words import IS_HERE
from ashore.ui.pages.voyage import VoyagePage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.systems.lnurl.system.offers import invoice, offer
from unit.ui.balance_hands import HOST, Balances, the_list
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.standin import NOW
from unit.ui.test_known_looks import Rests, withdrawn
from unit.ui.voucher_hands import LINK, VoucherWallet, opened, the_page, typed

MINE = checksum(bytes.fromhex("8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"))
OTHER = checksum(bytes.fromhex("52908400098527886e0f7030069857d2e4169ee7"))
SECOND = encode_lnurl("http://127.0.0.1:8080/u?q=8").upper()


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


def asked(shell: Shell) -> IntakeField:
    """The first page's field, which asks before it leads on."""
    intake = shell.sections.home.intake
    assert shell.sections.place == "withdraw"
    assert intake.replacing.isVisible()
    return intake


async def half_filled(shell: Shell) -> ZkLinkFormPage:
    shell.sections.show_form(shell.wallet.profiles()[0].id)
    await shell.settle()
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    QTest.keyClicks(page.fields.amount, "2.5")
    QTest.keyClicks(page.fields.recipient, MINE)
    shell.sections.show_section("activity")
    await shell.settle()
    return page


async def withdraw_there(shell: Shell, profile: str) -> None:
    """Press the button that leads to the form of that deployment."""
    intake = shell.sections.home.intake
    next(button for each, button in (*intake.to_address, *intake.to_vault) if each == profile).click()
    await shell.settle()


async def test_a_link_replaces_no_recipient_that_is_not_in_view(shell: Shell) -> None:
    page = await half_filled(shell)
    shell.sections.take_in(f"ethereum:{OTHER}@1", Source.LINK)
    await shell.settle()
    await withdraw_there(shell, shell.wallet.profiles()[0].id)
    intake = asked(shell)
    assert "A withdrawal from zkLink is begun and not finished: amount 2.5, to 0x8f3A … 91C2." in texts(
        intake.replacing
    ).replace("\u200b", "")
    assert intake.replacing.keep.hasFocus() or not shell.window.isActiveWindow()
    assert (page.fields.amount.text(), page.fields.recipient.text()) == ("2.5", MINE)
    QTest.keyClick(intake.replacing.keep, Qt.Key.Key_Escape)
    assert (intake.replacing.asking, intake.edit.text()) == (False, f"ethereum:{OTHER}@1")
    assert shell.sections.place == "withdraw"
    shell.sections.show_form(shell.wallet.profiles()[0].id)
    await shell.settle()
    assert (page.fields.amount.text(), page.fields.recipient.text()) == ("2.5", MINE)
    await shell.until(lambda: not page.pending)


async def test_a_yes_begins_anew_with_nothing_of_what_was_typed(shell: Shell) -> None:
    page = await half_filled(shell)
    shell.sections.take_in(f"ethereum:{OTHER}", Source.LINK)
    await withdraw_there(shell, shell.wallet.profiles()[0].id)
    asked(shell).replacing.anew.click()
    await shell.settle()
    assert shell.sections.place == "form"
    assert (page.fields.amount.text(), page.fields.recipient.text()) == ("", OTHER)
    shell.sections.show_section("activity")
    assert shell.wallet.load_draft("zklink")["amount"] == ""


async def test_what_was_kept_from_another_day_is_asked_about_too(shell: Shell) -> None:
    shell.wallet.save_draft("zklink", {"amount": "2.5", "recipient": MINE, "account": ""})
    shell.sections.take_in(OTHER)
    await withdraw_there(shell, shell.wallet.profiles()[0].id)
    assert "amount 2.5" in texts(asked(shell).replacing)


async def test_the_same_recipient_leads_on_and_keeps_what_was_typed(shell: Shell) -> None:
    page = await half_filled(shell)
    shell.sections.take_in(MINE)
    await withdraw_there(shell, shell.wallet.profiles()[0].id)
    assert shell.sections.place == "form"
    assert (page.fields.amount.text(), page.fields.recipient.text()) == ("2.5", MINE)


async def test_a_key_typed_by_mistake_is_not_said(shell: Shell) -> None:
    shell.wallet.save_draft("zklink", {"amount": "ab" * 32, "recipient": "0x" + "cd" * 32, "account": ""})
    shell.sections.take_in(OTHER)
    await withdraw_there(shell, shell.wallet.profiles()[0].id)
    said = texts(asked(shell).replacing)
    assert "abab" not in said
    assert "cdcd" not in said


async def test_an_unopened_voucher_that_gives_way_is_kept_and_listed(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    page.link.setText(LINK)
    shell.sections.show_section("activity")
    shell.sections.take_in(SECOND, Source.PICTURE)
    await shell.settle()
    assert (shell.sections.place, page.link.text()) == ("voucher", SECOND)
    assert [card.voucher.id for card in page.links.cards] == [wallet.unopened.name_of(LINK)]
    assert len(wallet.unopened.listed()) == 2
    page.link.setText("")
    assert len(page.links.cards) == 2, "what stands in the field is not listed twice"
    assert wallet.asked == []


async def test_nothing_takes_the_place_of_what_is_in_view_without_show_it(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    page.link.setText(LINK)
    shell.sections.take_in(SECOND)
    await shell.settle()
    assert page.link.text() == LINK
    assert len(wallet.unopened.listed()) == 2
    shell.sections.banners.arrived.action.click()
    await shell.settle()
    assert (shell.sections.place, page.link.text()) == ("voucher", SECOND)
    assert len(wallet.unopened.listed()) == 2


async def test_a_scanned_voucher_takes_the_place_of_an_unopened_one_and_both_are_kept(
    shell: Shell, wallet: VoucherWallet
) -> None:
    page = await the_page(shell)
    page.link.setText(LINK)
    page.scan.scan.got.emit(SECOND, Source.CAMERA)
    await shell.settle()
    assert page.link.text() == SECOND
    assert {each.id for each in wallet.unopened.listed()} == {wallet.unopened.name_of(each) for each in (LINK, SECOND)}


async def test_a_scan_into_an_open_voucher_asks(shell: Shell, wallet: VoucherWallet) -> None:
    page = await opened(shell)
    page.scan.scan.got.emit(SECOND, Source.CAMERA)
    await shell.settle()
    assert page.link.text() == LINK
    assert shell.sections.arrivals.waiting
    assert "from the camera" in shell.sections.banners.arrived.text
    assert [each.id for each in wallet.unopened.listed()] == [wallet.unopened.name_of(SECOND)]


async def test_an_open_voucher_is_asked_about_and_stays_in_the_list(shell: Shell, wallet: VoucherWallet) -> None:
    page = await opened(shell)
    shell.sections.show_section("activity")
    shell.sections.take_in(SECOND)
    await shell.settle()
    intake = asked(shell)
    assert "Another voucher is open in its form, and not withdrawn." in texts(intake.replacing)
    intake.replacing.anew.click()
    await shell.settle()
    assert page.link.text() == SECOND
    assert len(wallet.opened.listed()) == 1
    assert not shell.sections.arrivals.waiting


async def test_what_was_finished_meanwhile_is_asked_about_no_more(shell: Shell) -> None:
    page = await half_filled(shell)
    shell.sections.take_in(OTHER)
    assert asked(shell).replacing.asking
    shell.sections.show_form(shell.wallet.profiles()[0].id)
    await shell.settle()
    page.fields.amount.setText("7")
    shell.sections.show_section("withdraw")
    assert "amount 7," in texts(asked(shell).replacing)
    page.clear_draft()
    shell.sections.show_section("activity")
    shell.sections.show_section("withdraw")
    intake = shell.sections.home.intake
    assert (intake.replacing.asking, intake.edit.text()) == (False, OTHER)


async def test_a_voucher_of_the_list_takes_no_unopened_one_away(shell: Shell, wallet: VoucherWallet) -> None:
    page = await opened(shell)
    page.intake.aside.click()
    page.link.setText(SECOND)
    await shell.settle()
    page.vouchers.go_on.emit(wallet.opened.listed()[0].id)
    await shell.settle()
    assert page.fields.isVisible()
    assert page.link.text() == ""
    page.intake.aside.click()
    assert [card.voucher.id for card in page.links.cards] == [wallet.unopened.name_of(SECOND)]


async def test_while_a_question_is_open_nothing_changes_what_it_is_about(shell: Shell, wallet: VoucherWallet) -> None:
    await opened(shell)
    shell.sections.show_section("activity")
    shell.sections.take_in(SECOND)
    await shell.settle()
    intake = asked(shell)
    shell.sections.take_in(OTHER)
    assert (intake.edit.text(), intake.replacing.asking) == (SECOND, True)
    shell.sections.banners.arrived.action.click()
    await shell.settle()
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    assert form.fields.recipient.text() == OTHER
    assert [each.id for each in wallet.unopened.listed()] == [wallet.unopened.name_of(SECOND)], "it is not lost by that"


class SlowRests(Rests):
    """Gives the link of another voucher than the one that is open, when it may."""

    def __init__(self) -> None:
        super().__init__(VoucherRest("a", "h", "", 60_000_000, 5_000_000, 5_000_000, NOW - 86_400_000))
        self.gives = asyncio.Event()
        self.gives.set()

    async def link(self, rest: str) -> str:
        await self.gives.wait()
        return SECOND


async def with_an_invoice(shell: Shell, wallet: VoucherWallet) -> LnurlFormPage:
    """A voucher is open in its form, and another wallet's invoice was pasted."""
    wallet.voucher = replace(offer(), receivers=())
    page = await opened(shell)
    await typed(shell, page, page.fields.invoice, invoice(20_000))
    return page


async def voyage_with_a_rest(shell: Shell, wallet: VoucherWallet) -> VoyagePage:
    settled = Evidence("lnurl.settled", Level.SEEN, "Practice node", NOW, {})
    withdrawn(wallet, "done", ev.MoveAccepted("done", "m", "OK"), ev.StageReached("done", FINAL, settled))
    shell.sections.show_voyage("done")
    await shell.settle()
    voyage = shell.sections.page("voyage")
    assert isinstance(voyage, VoyagePage)
    assert voyage.rest.button.isVisible()
    return voyage


async def test_withdrawing_again_from_a_voyage_asks_before_an_open_voucher_gives_way(
    shell: Shell, wallet: VoucherWallet
) -> None:
    wallet.rests = SlowRests()
    page = await with_an_invoice(shell, wallet)
    (await voyage_with_a_rest(shell, wallet)).rest.button.click()
    await shell.settle()
    intake = asked(shell)
    assert "Another voucher is open in its form, and not withdrawn." in texts(intake.replacing)
    assert (page.link.text(), page.fields.invoice.text()) == (LINK, invoice(20_000))
    intake.replacing.anew.click()
    await shell.settle()
    assert (shell.sections.place, page.link.text(), page.fields.invoice.text()) == ("voucher", SECOND, "")


async def test_withdrawing_again_from_a_voyage_takes_no_place_of_a_service_that_is_asked(
    shell: Shell, wallet: VoucherWallet
) -> None:
    wallet.rests = SlowRests()
    page = await the_page(shell)
    wallet.answers.clear()
    page.link.setText(LINK)
    page.open_button.click()
    await asyncio.sleep(0)
    shell.sections.show_section("activity")
    settled = Evidence("lnurl.settled", Level.SEEN, "Practice node", NOW, {})
    withdrawn(wallet, "done", ev.MoveAccepted("done", "m", "OK"), ev.StageReached("done", FINAL, settled))
    shell.sections.show_voyage("done")
    voyage = shell.sections.page("voyage")
    assert isinstance(voyage, VoyagePage)
    voyage.rest.button.click()
    await shell.until(lambda: shell.sections.home.intake.replacing.asking)
    assert "The service of another voucher is being asked." in texts(asked(shell).replacing)
    assert (page.intake.asking, page.link.text()) == (True, LINK)
    wallet.answers.set()
    await shell.settle()


@pytest.mark.parametrize("way", ["list", "voyage"])
async def test_who_has_begun_something_else_while_a_rest_is_read_keeps_it(
    shell: Shell, wallet: VoucherWallet, way: str
) -> None:
    wallet.rests = rests = SlowRests()
    wallet.voucher = replace(offer(), receivers=())
    page = await the_page(shell)
    button = page.known.rests.cards[0].take_button
    if way == "voyage":
        button = (await voyage_with_a_rest(shell, wallet)).rest.button
    rests.gives.clear()
    button.click()
    shell.sections.show_vouchers()
    await asyncio.sleep(0)
    page.link.setText(LINK)
    page.open_button.click()
    await shell.until(page.fields.isVisible)
    page.fields.invoice.setText(invoice(20_000))
    rests.gives.set()
    await shell.settle()
    assert (shell.sections.place, page.link.text(), page.fields.invoice.text()) == ("voucher", LINK, invoice(20_000))


@pytest.mark.parametrize("agrees", [False, True])
async def test_a_balance_that_was_looked_at_asks_before_an_open_voucher_gives_way(
    shell: Shell, wallet: VoucherWallet, agrees: bool
) -> None:
    wallet.balances = Balances(KeptBalance("1", HOST, 20_000, NOW - 60_000))
    page = await with_an_invoice(shell, wallet)
    shell.sections.show_section("withdraw")
    shown = the_list(shell.sections)
    shown.refresh()
    shown.cards[0].look_button.click()
    await shell.settle()
    assert (shell.sections.place, shown.replacing.isVisible()) == ("withdraw", True)
    assert "Another voucher is open in its form, and not withdrawn." in texts(shown.replacing)
    assert shell.sections.begun, "what comes from outside waits"
    assert (page.link.text(), page.fields.invoice.text()) == (LINK, invoice(20_000))
    (shown.replacing.anew if agrees else shown.replacing.keep).click()
    await shell.settle()
    assert not shown.replacing.asking
    assert shell.sections.place == ("voucher" if agrees else "withdraw")
    assert page.fields.invoice.text() == ("" if agrees else invoice(20_000))


async def test_a_balance_that_is_looked_at_again_asks_only_where_something_was_typed(
    shell: Shell, wallet: VoucherWallet
) -> None:
    wallet.balances = balances = Balances(KeptBalance("1", HOST, 20_000, NOW - 60_000))
    shown = the_list(shell.sections)

    async def look() -> str:
        shell.sections.show_section("withdraw")
        shown.refresh()
        shown.cards[0].look_button.click()
        await shell.settle()
        return shell.sections.place

    assert (await look(), await look(), len(balances.asked)) == ("voucher", "voucher", 2)
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    await typed(shell, page, page.fields.amount, "15")
    assert await look() == "withdraw"
    assert "look again at the balance on the first page to have it back" in texts(shown.replacing)
    shown.replacing.keep.click()
    assert page.fields.amount.text() == "15"


async def test_the_question_about_a_balance_does_not_outlast_the_page(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.balances = Balances(KeptBalance("1", HOST, 20_000, NOW - 60_000))
    await with_an_invoice(shell, wallet)
    shell.sections.show_section("withdraw")
    shown = the_list(shell.sections)
    shown.refresh()
    shown.cards[0].look_button.click()
    await shell.settle()
    assert shown.replacing.isVisible()
    shell.sections.show_section("activity")
    shell.sections.show_section("withdraw")
    assert not shown.replacing.asking


async def test_the_open_voucher_in_another_form_is_said_to_be_here(shell: Shell, wallet: VoucherWallet) -> None:
    page = await opened(shell)
    page.setFocus()
    QGuiApplication.clipboard().setText("lnurlw://127.0.0.1:8080/u?q=7")
    page.scan.scan.from_clipboard()
    await shell.settle()
    said = shell.sections.banners.arrived
    assert said.text == f"This came from the clipboard. {IS_HERE}"
    assert not said.action.isVisible()
    assert (page.link.text(), wallet.asked) == (LINK, [LINK])
