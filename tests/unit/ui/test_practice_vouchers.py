"""The vouchers of the practice service in the window: shown as codes, used, and nowhere where money is real."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from ashore.domain.errors import AshoreError
from ashore.engine.views import NetworkInfo
from ashore.ui.pages.voucher_tips import ABOUT, WORTHLESS, VoucherTips
from ashore.ui.widgets.qr_dialog import CodeDialog
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, nameless, texts
from unit.ui.test_qr import said_by
from unit.ui.voucher_hands import LINK, LINK_8, VoucherWallet, opened, the_page


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


async def test_each_is_named_as_practice_money_and_shown_as_a_code(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    assert page.tips.isVisible()
    shown = texts(page.tips)
    for said in ("Practice vouchers", "SANDBOX", ABOUT, "“Gift”", "10 sat to 20 sat · one use left", "12 uses left"):
        assert said in shown
    first, second = page.tips.rows
    assert first.use.accessibleName() == "Use practice voucher 1: “Gift”, 10 sat to 20 sat"
    assert second.code.accessibleName() == "Show the code of practice voucher 2: “Pocket money”, 5 sat"
    second.code.setFocus()
    QTest.keyClick(second.code, "\r")
    (dialog,) = (each for each in shell.window.findChildren(CodeDialog) if each.isVisible())
    assert dialog.warning.isVisible()
    assert dialog.warning.text() == WORTHLESS
    dialog.copy_picture.click()
    assert said_by(QGuiApplication.clipboard().image()) == [LINK_8]
    dialog.reject()
    assert wallet.asked == []


async def test_using_one_fills_the_form_and_opens_nothing(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    page.tips.rows[1].use.click()
    await shell.settle()
    assert page.link.text() == LINK_8
    assert wallet.asked == []
    assert shell.window.focusWidget() is page.open_button
    assert page.tips.isHidden(), "the next act is to open it"
    page.link.clear()
    await shell.settle()
    assert page.tips.isVisible()
    page.tips.rows[0].use.click()
    await shell.settle()
    assert page.link.text() == LINK
    assert "127.0.0.1:8080" in texts(page.links), "the one that gave way is kept"
    assert "Came from the practice vouchers at" in texts(page.links)


async def test_while_a_voucher_is_open_none_is_offered_and_then_anew(shell: Shell, wallet: VoucherWallet) -> None:
    page = await opened(shell)
    assert page.tips.isHidden()
    before = wallet.giving.asked
    page.intake.aside.click()
    await shell.settle()
    assert page.tips.isVisible()
    assert wallet.giving.asked == before, "nothing was withdrawn meanwhile"
    gift = page.tips.rows[0]
    wallet.giving.vouchers = wallet.giving.vouchers[1:]
    shell.sections.show_section("activity")
    await the_page(shell)
    assert "“Gift”" not in texts(page.tips)
    assert gift not in page.tips.rows
    wallet.giving.vouchers = ()
    shell.sections.show_section("activity")
    await the_page(shell)
    assert page.tips.rows == []
    assert "All are used up." in texts(page.tips)


async def test_what_is_listed_stays_while_it_is_so_and_is_asked_when_it_is_seen(
    shell: Shell, wallet: VoucherWallet
) -> None:
    page = await the_page(shell)
    page.link.setText(LINK)
    await shell.settle()
    before = wallet.giving.asked
    shell.sections.show_section("activity")
    await the_page(shell)
    assert page.tips.isHidden()
    assert wallet.giving.asked == before
    page.link.clear()
    await shell.settle()
    assert wallet.giving.asked == before + 1
    rows = page.tips.rows
    assert len(rows) == 2
    shell.sections.show_section("activity")
    await the_page(shell)
    assert wallet.giving.asked == before + 2
    assert page.tips.rows is rows, "what somebody is on the way to is not made anew"


async def test_a_service_that_does_not_answer_is_said_where_the_vouchers_were(
    shell: Shell, wallet: VoucherWallet
) -> None:
    wallet.giving.refusal = AshoreError("The practice service did not list its vouchers.", "Start Ashore again.")
    page = await the_page(shell)
    assert "did not list its vouchers. Start Ashore again." in texts(page.tips)
    assert page.tips.open_page.isVisible()


async def test_the_page_is_opened_in_the_browser(
    shell: Shell, wallet: VoucherWallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: told.append(url) or len(told) == 1)
    page = await the_page(shell)
    page.tips.open_page.click()
    assert [url.toString() for url in told] == ["http://127.0.0.1:8080/lnurl"]
    assert not shell.sections.banners.fault.isVisible()
    said = "If no browser shows it, open it yourself: http://127.0.0.1:8080/lnurl"
    assert said in texts(page.tips).replace("\u200b", ""), "no desktop tells whether anything took it"
    page.tips.open_page.click()
    said = "No browser could be opened. Open it yourself: http://127.0.0.1:8080/lnurl"
    assert said in texts(page.tips).replace("\u200b", "")
    assert not shell.sections.banners.fault.isVisible(), "it is said where it was pressed"
    page.tips.copy_page.click()
    assert QGuiApplication.clipboard().text() == "http://127.0.0.1:8080/lnurl"


@pytest.mark.parametrize("what", ["money is real", "there is no service", "the page is elsewhere"])
async def test_there_is_nothing_of_it_elsewhere(shell: Shell, wallet: VoucherWallet, what: str) -> None:
    if what == "money is real":
        wallet.network = NetworkInfo("mainnet", "", "")
    elif what == "there is no service":
        wallet.practice_vouchers = None  # type: ignore[assignment]
    else:
        wallet.voucher_page = "http://vouchers.example:80/lnurl"
    tips = VoucherTips(dataclasses.replace(shell.sections.context))
    tips.setParent(shell.window)
    tips.want(True)
    tips.refresh()
    await shell.settle()
    assert tips.isHidden()
    assert texts(tips) == ""
    assert not tips.wanted


@pytest.mark.parametrize(("colours", "percent"), [("light", 100), ("dark", 200)])
async def test_its_codes_are_whole_and_named(shell: Shell, wallet: VoucherWallet, colours: str, percent: int) -> None:
    shell.theme.apply(colours, percent)
    page = await the_page(shell)
    page.tips.rows[0].code.click()
    await shell.settle()
    (dialog,) = (each for each in shell.window.findChildren(CodeDialog) if each.isVisible())
    assert cut_off(dialog) == []
    assert nameless(dialog) == []
    dialog.reject()


async def test_tab_goes_through_the_page_as_one_reads_it(shell: Shell, wallet: VoucherWallet) -> None:
    page = await opened(shell)
    page.intake.aside.click()  # which lists it above the practice vouchers, that were there before it
    await shell.settle()
    page.tips.rows[1].use.click()
    await shell.settle()
    page.link.clear()
    await shell.settle()
    page.link.setFocus()
    reached: list[QWidget] = [page.link]
    for _ in range(12):
        QTest.keyClick(reached[-1], Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        assert widget is not None
        reached.append(widget)
    (link,), (voucher,), (first, second) = page.links.cards, page.vouchers.cards, page.tips.rows
    wanted: list[QWidget] = [
        page.link, page.scan,
        voucher.forget_button, voucher.take_button, link.forget_button, link.take_button,
        page.tips.open_page, page.tips.copy_page, first.code, first.use, second.code, second.use,
    ]  # fmt: skip
    assert reached[: len(wanted)] == wanted
    QTest.keyClick(reached[-1], Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is second.use
