"""Vouchers that were not opened, in the window: listed beside the opened ones, opened by a person, and forgotten."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from ashore.keys.errors import VaultStorage
from ashore.systems.lnurl.codec import encode_lnurl
from ashore.systems.lnurl.system.opening import NoWithdrawal
from ashore.ui.arrivals import Source
from ashore.ui.pages.home import VoucherCard
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.pages.unopened_vouchers import TITLE
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, nameless, texts
from unit.ui.voucher_hands import LINK, VoucherWallet, opened, says, the_page

OTHER = encode_lnurl("http://127.0.0.1:8080/u?q=8")
WEB = "http://127.0.0.1:8080/page"
CARD = "lnurlw://127.0.0.1:8080/tap?p=4E2E289D945A66BB13377A728884E867&c=E19CCB1FED8892CE"


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


def press(button: QAbstractButton) -> None:
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def listed(shell: Shell, wallet: VoucherWallet, *links: str) -> LnurlFormPage:
    """The page, with links that came from the camera."""
    for link in links:
        wallet.unopened.keep(link, "camera")
    await wallet.unopened.settled()
    await shell.settle()
    page = await the_page(shell)
    assert len(page.links.cards) == len(links)
    return page


async def test_each_is_listed_apart_from_the_opened_ones(shell: Shell, wallet: VoucherWallet) -> None:
    page = await opened(shell)
    press(page.intake.aside)
    page = await listed(shell, wallet, OTHER)
    shown = texts(page.links).replace("\u200b", "")
    assert TITLE in shown
    assert "127.0.0.1:8080" in shown
    assert "Came from the camera at " in shown
    assert "8080/u" not in shown
    assert page.links.isVisible()
    assert page.vouchers.isVisible()
    assert len(page.vouchers.cards) == 1


async def test_opening_one_asks_its_service_once_and_makes_it_an_opened_one(
    shell: Shell, wallet: VoucherWallet
) -> None:
    page = await listed(shell, wallet, LINK, OTHER)
    assert wallet.asked == [], "a person opens it"
    press(page.links.cards[1].open_button)
    await shell.settle()
    assert len(wallet.asked) == 1
    assert page.fields.isVisible()
    assert page.links.isHidden()
    press(page.intake.aside)
    await shell.settle()
    assert (len(page.links.cards), len(page.vouchers.cards)) == (1, 1)


async def test_what_its_service_refuses_stays_listed(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.voucher = NoWithdrawal("127.0.0.1 says: “used up”")
    page = await listed(shell, wallet, LINK)
    press(page.links.cards[0].open_button)
    await shell.settle()
    assert "used up" in says(page)
    assert page.links.cards == [], "it stands in the field"
    page.link.setText("")
    await shell.settle()
    (card,) = page.links.cards
    assert "Asked at " in texts(card)
    assert "its service said no." in texts(card)
    shell.sections.show_section("withdraw")
    (home,) = (each for each in shell.sections.home.cards if isinstance(each, VoucherCard))
    assert "not opened yet" not in home.detail.text()


async def test_a_web_address_is_asked_by_a_second_act_only(shell: Shell, wallet: VoucherWallet) -> None:
    page = await listed(shell, wallet, WEB)
    (card,) = page.links.cards
    assert "a web address that may be a voucher" in texts(card)
    assert card.open_button.text() == "Look at"
    press(card.open_button)
    await shell.settle()
    assert (page.link.text(), wallet.asked) == (WEB, [])
    assert "Shall Ashore ask 127.0.0.1:8080?" in says(page).replace("\u200b", "")
    press(page.open_button)
    await shell.settle()
    assert wallet.asked == [WEB]


async def test_those_that_came_together_are_told_apart(shell: Shell, wallet: VoucherWallet) -> None:
    page = await listed(shell, wallet, LINK, OTHER)
    names = [card.open_button.accessibleName() for card in page.links.cards]
    assert [name[-8:] for name in names] == [" (1 of 2)"[-8:], " (2 of 2)"[-8:]]
    page.links.cards[0].agreed.emit()
    await shell.settle()
    assert "of 2" not in page.links.cards[0].open_button.accessibleName()


async def test_a_cards_tap_is_told(shell: Shell, wallet: VoucherWallet) -> None:
    page = await listed(shell, wallet, CARD)
    assert "a tap of a Bolt Card" in texts(page.links.cards[0])


async def test_forgetting_asks_once_and_takes_that_one_alone(shell: Shell, wallet: VoucherWallet) -> None:
    page = await listed(shell, wallet, LINK, OTHER)
    card = page.links.cards[0]
    press(card.forget_button)
    assert "you would need the link again" in texts(card.question)
    assert len(wallet.unopened.listed()) == 2
    kept = page.links.cards[1].voucher
    card.agreed.emit()
    await shell.settle()
    assert wallet.unopened.listed() == (kept,)
    assert "is forgotten. Its link is deleted." in page.links.notice.text
    wallet.sealed.refusal = VaultStorage("The vault cannot be written: the disk is full.")
    press(page.links.cards[0].forget_button)
    await shell.settle()
    press(page.links.cards[0].yes)
    await shell.settle()
    assert "the disk is full" in page.links.notice.text
    assert page.links.cards[0].forget_button.isEnabled(), "who has made room tries again"
    assert len(wallet.unopened.listed()) == 1


async def test_all_are_forgotten_after_one_question(shell: Shell, wallet: VoucherWallet) -> None:
    page = await listed(shell, wallet, LINK, OTHER, WEB)
    forgetting, wallet.sealed.refusal = page.links.forgetting, None
    press(forgetting.begin)
    await shell.settle()
    assert shell.window.focusWidget() is forgetting.no, "the keyboard begins at no"
    asked = texts(forgetting.question)
    assert "Forget all 3 vouchers that were not opened?" in asked
    assert "All 3 links are deleted from your vault, for good." in asked
    assert "Links that you keep elsewhere still work." in asked
    assert "stays" not in asked
    QTest.keyClick(forgetting.no, Qt.Key.Key_Escape)
    assert (forgetting.asking, len(wallet.unopened.listed())) == (False, 3)
    assert page.isVisible(), "Escape has answered the question, and led nowhere"
    QTest.keyClick(forgetting.begin, Qt.Key.Key_Return)
    QTest.keyClick(forgetting.no, Qt.Key.Key_Tab)
    assert shell.window.focusWidget() is forgetting.yes
    QTest.keyClick(forgetting.yes, Qt.Key.Key_Return)
    await shell.settle()
    assert wallet.unopened.listed() == ()
    assert wallet.sealed.records == {}
    assert page.links.notice.text == "3 vouchers are forgotten. Their links are deleted."
    assert forgetting.begin.isHidden()
    assert wallet.asked == []


async def test_one_alone_has_no_way_to_forget_all(shell: Shell, wallet: VoucherWallet) -> None:
    page = await listed(shell, wallet, LINK)
    assert page.links.forgetting.begin.isHidden()
    page = await listed(shell, wallet, LINK, OTHER)
    assert page.links.forgetting.begin.isVisible()
    page.link.setText(LINK)
    await shell.settle()
    assert len(page.links.cards) == 1
    assert page.links.forgetting.begin.isHidden()


async def test_forgetting_all_means_those_it_was_asked_of_alone(shell: Shell, wallet: VoucherWallet) -> None:
    await listed(shell, wallet, LINK, OTHER, WEB)
    page = await the_page(shell)
    page.link.setText(LINK)
    await shell.settle()
    press(page.links.forgetting.begin)
    asked = texts(page.links.forgetting.question)
    assert "Forget all 2 vouchers" in asked
    assert "The one in the field above stays." in asked
    wallet.unopened.keep(CARD, "camera")
    await wallet.unopened.settled()
    await shell.settle()
    assert len(page.links.cards) == 3
    assert "Forget all 2 vouchers" in texts(page.links.forgetting.question)
    press(page.links.forgetting.yes)
    await shell.settle()
    assert {entry.id for entry in wallet.unopened.listed()} == {wallet.unopened.name_of(each) for each in (LINK, CARD)}


async def test_the_question_of_all_goes_with_what_it_was_asked_of(shell: Shell, wallet: VoucherWallet) -> None:
    page = await listed(shell, wallet, LINK, OTHER)
    forgetting = page.links.forgetting
    press(forgetting.begin)
    page.links.cards[0].agreed.emit()
    await shell.settle()
    assert not forgetting.asking, "one is left"
    await listed(shell, wallet, LINK, OTHER)
    press(forgetting.begin)
    shell.sections.show_section("activity")
    await the_page(shell)
    assert not forgetting.asking
    press(forgetting.begin)
    await wallet.lock()
    await shell.settle()
    assert not forgetting.asking


@pytest.mark.parametrize(("after", "told"), [(1, "1 of 3 vouchers are forgotten"), (0, "No voucher is forgotten")])
async def test_how_many_are_gone_is_said_where_the_vault_fails(
    shell: Shell, wallet: VoucherWallet, monkeypatch: pytest.MonkeyPatch, after: int, told: str
) -> None:
    page = await listed(shell, wallet, LINK, OTHER, WEB)
    forget, left = wallet.sealed.forget, [None] * after

    async def until_full(record_id: str) -> None:
        if not left:
            raise VaultStorage("The vault cannot be written: the disk is full.")
        left.pop()
        await forget(record_id)

    monkeypatch.setattr(wallet.sealed, "forget", until_full)
    press(page.links.forgetting.begin)
    await shell.settle()
    press(page.links.forgetting.yes)
    await shell.settle()
    assert page.links.notice.text.startswith(f"{told}. The vault cannot be written: the disk is full.")
    assert len(page.links.cards) == 3 - after
    assert page.links.forgetting.begin.isEnabled()


@pytest.mark.parametrize(("colours", "percent"), [("light", 100), ("dark", 200)])
async def test_the_question_of_all_is_whole_and_comes_before_the_list_for_the_keyboard(
    shell: Shell, wallet: VoucherWallet, colours: str, percent: int
) -> None:
    shell.theme.apply(colours, percent)
    page = await listed(shell, wallet, LINK, OTHER)
    forgetting = page.links.forgetting
    press(forgetting.begin)
    await shell.settle()
    assert (cut_off(page.links), nameless(page.links)) == ([], [])
    reached = [forgetting.no]
    for _ in range(2):
        QTest.keyClick(reached[-1], Qt.Key.Key_Tab)
        reached.append(shell.window.focusWidget())  # type: ignore[arg-type]
    assert reached == [forgetting.no, forgetting.yes, page.links.cards[0].forget_button]


async def test_the_question_before_forgetting_comes_into_view(shell: Shell, wallet: VoucherWallet) -> None:
    page = await listed(shell, wallet, *(encode_lnurl(f"http://127.0.0.1:8080/u?q={n}") for n in range(16)))
    viewport = page.columns.main_scroll.viewport()
    card = page.links.cards[-1]
    press(card.forget_button)

    def seen() -> bool:
        place = QRect(card.no.mapTo(viewport, QPoint()), card.no.size())
        return viewport.rect().contains(place)

    await shell.until(seen)


async def test_what_is_not_in_the_vault_is_said(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.sealed.refusal = VaultStorage("The vault cannot be written: the disk is full.")
    page = await listed(shell, wallet, LINK)
    assert "It is not written to your vault yet." in texts(page.links.cards[0])
    assert shell.sections.banners.trouble.text.startswith(
        "A voucher that was not opened could not be written to your vault."
    )


async def test_the_first_page_tells_how_many_wait(shell: Shell, wallet: VoucherWallet) -> None:
    (card,) = (each for each in shell.sections.home.cards if isinstance(each, VoucherCard))

    async def told() -> str:
        await shell.settle()
        assert card.detail.text().replace("\u200b", "") in card.accessibleName()
        return card.detail.text().replace("\u200b", "")

    wallet.unopened.keep(LINK, "camera")
    assert await told() == "1 voucher is not opened yet"
    wallet.unopened.keep(OTHER, "camera")
    assert await told() == "2 vouchers are not opened yet"
    page = await opened(shell)
    press(page.intake.aside)
    await shell.settle()
    shell.sections.show_section("withdraw")
    assert await told() == "1 opened voucher is not withdrawn yet, 1 not opened yet"


@pytest.mark.parametrize("source", [Source.CLIPBOARD, Source.DROP, Source.SCREEN])
async def test_what_comes_to_the_first_pages_field_is_kept_however_it_came(
    shell: Shell, wallet: VoucherWallet, source: Source
) -> None:
    intake = shell.sections.home.intake
    if source is Source.DROP:
        intake.edit.brought.emit(f"Your gift: {LINK} - enjoy")
    else:
        intake.scanner.scan.got.emit(LINK, source)
    await shell.settle()
    (entry,) = wallet.unopened.listed()
    assert (entry.id, entry.source) == (wallet.unopened.name_of(LINK), source.name.lower())
    assert wallet.asked == []


async def test_what_is_typed_is_kept_when_the_page_is_left_and_not_letter_by_letter(
    shell: Shell, wallet: VoucherWallet
) -> None:
    page = await the_page(shell)
    QTest.keyClicks(page.link, "lnurlw://127.0.0.1:8080/abc")
    assert wallet.unopened.listed() == ()
    shell.sections.show_section("activity")
    await shell.settle()
    (entry,) = wallet.unopened.listed()
    assert entry.source == "keyboard"
    page = await the_page(shell)
    assert page.link.text() == "lnurlw://127.0.0.1:8080/abc"
    page.link.setText(LINK)
    QTest.keyClicks(page.link, "")
    await shell.settle()
    assert len(wallet.unopened.listed()) == 2
