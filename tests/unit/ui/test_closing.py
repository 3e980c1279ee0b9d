"""A link is sealed before the window closes, and one that cannot be is not lost without a word."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest

from ashore.engine.unopened_links import MOST
from ashore.keys.errors import VaultStorage
from ashore.systems.lnurl.codec import encode_lnurl
from ashore.ui.arrivals import Source
from unit.ui.driving import Shell
from unit.ui.looking import cut_off
from unit.ui.test_arrivals import ADDRESS, link, lock
from unit.ui.voucher_hands import LINK, VoucherWallet, opened, the_page


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


async def closed(shell: Shell) -> None:
    await shell.until(lambda: not shell.window.isVisible())


async def test_a_pasted_link_is_sealed_already_and_holds_nothing_back(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    page.link.setText(LINK)
    await shell.until(lambda: not wallet.unopened.waiting)
    assert shell.window.close()
    assert len(wallet.sealed.records) == 1


async def test_a_typed_link_is_sealed_before_the_window_closes_by_itself(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    QTest.keyClicks(page.link, LINK)
    wallet.sealed.writes.clear()
    assert not shell.window.close(), "not before it is written"
    assert not shell.window.close()
    assert shell.sections.banners.leaving.text == "", "and nothing is asked"
    wallet.sealed.writes.set()
    await closed(shell)
    assert len(wallet.sealed.records) == 1


async def test_what_cannot_be_sealed_is_asked_about(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.sealed.refusal = VaultStorage("The disk is full.")
    page = await the_page(shell)
    page.link.setText(LINK)
    await shell.settle()
    assert not shell.window.close()
    await shell.settle()
    leaving = shell.sections.banners.leaving
    assert leaving.text.startswith("A voucher could not be written to your vault. The disk is full.")
    assert "If you close Ashore now, it is lost." in leaving.text
    assert LINK not in leaving.text
    QTest.mouseClick(leaving.close_button, Qt.MouseButton.LeftButton)
    assert not leaving.isVisible()
    assert page.link.text() == LINK, "nothing is lost by staying"
    wallet.sealed.refusal = None
    assert not shell.window.close()
    await closed(shell)
    assert len(wallet.sealed.records) == 1, "it was tried once more"


async def test_what_waits_while_locked_is_asked_about(shell: Shell, wallet: VoucherWallet) -> None:
    await wallet.lock()
    await shell.settle()
    shell.sections.take_in(LINK, Source.LINK)
    assert not shell.window.close()
    leaving = shell.sections.banners.leaving
    assert leaving.text.startswith("A voucher waits for you to unlock Ashore.")
    shell.sections.arrivals.leave()
    assert not shell.window.close(), "it waits all the same"
    QTest.mouseClick(leaving.action, Qt.MouseButton.LeftButton)
    assert not shell.window.isVisible()


async def test_what_stood_in_the_form_at_a_lock_is_sealed_by_then(shell: Shell, wallet: VoucherWallet) -> None:
    QTest.keyClicks((await the_page(shell)).link, LINK)
    await wallet.lock()
    await shell.settle()
    assert shell.window.close()
    assert len(wallet.sealed.records) == 1


async def test_one_for_which_there_is_no_room_is_asked_about(shell: Shell, wallet: VoucherWallet) -> None:
    for number in range(MOST):
        wallet.unopened.keep(encode_lnurl(f"http://127.0.0.1:8080/v/{number}"), "link")
        await wallet.unopened.settled()
    page = await the_page(shell)
    page.link.setText(LINK)
    await shell.settle()
    assert "so this one is not" in page.notice.text
    assert not shell.window.close()
    assert shell.sections.banners.leaving.text.startswith("A voucher is here for which there is no room")
    shell.sections.banners.leaving.action.click()
    assert not shell.window.isVisible()


async def test_an_end_that_asks_nobody_seals_as_well(shell: Shell, wallet: VoucherWallet) -> None:
    QTest.keyClicks((await the_page(shell)).link, LINK)
    shell.sections.close()
    await wallet.unopened.aclose()
    assert len(wallet.sealed.records) == 1


async def test_an_opened_voucher_is_kept_and_holds_nothing_back(shell: Shell) -> None:
    await opened(shell)
    assert shell.window.close()


@pytest.mark.parametrize(("locked", "advice"), [(False, "Withdraw it first."), (True, "Unlock Ashore first")])
async def test_an_opened_voucher_that_is_in_no_vault_is_asked_about(
    shell: Shell, wallet: VoucherWallet, locked: bool, advice: str
) -> None:
    """Its link may be used up by being opened."""
    await opened(shell)
    wallet.opened.trouble = "The disk is full."
    if locked:
        await lock(shell, locked=True)
    assert not shell.window.close()
    leaving = shell.sections.banners.leaving
    assert leaving.text.startswith("A voucher that you opened")
    assert f"If you close Ashore now, it is lost. {advice}" in leaving.text
    leaving.action.click()
    assert not shell.window.isVisible()


async def test_other_work_is_kept_as_a_draft_and_holds_nothing_back(shell: Shell) -> None:
    (await the_page(shell)).link.setText("lnbc1notavoucher")
    assert shell.window.close()


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize(("size", "scale"), [((1024, 700), 200), ((1120, 760), 100), ((760, 520), 100)])
async def test_nothing_of_the_question_is_cut_above_another_notice(
    shell: Shell, look: str, size: tuple[int, int], scale: int
) -> None:
    shell.theme.apply(look, scale)
    shell.window.resize(*size)
    await lock(shell, locked=True)
    for number in range(2):
        shell.sections.take_in(link(number))
    shell.sections.take_in(f"ethereum:{ADDRESS}")
    shell.window.close()
    await shell.settle()
    banners = shell.sections.banners
    assert not banners.leaving.isHidden()
    assert not banners.arrived.isHidden()
    assert cut_off(banners.leaving) == cut_off(banners.arrived) == []
    question, room = banners.leaving, shell.window.below.viewport().rect()
    assert room.contains(QRect(question.mapTo(shell.window.below.viewport(), QPoint()), question.size()))
    assert banners.leaving.close_button.hasFocus()
    assert shell.window.size().toTuple() == size
    banners.leaving.action.click()
