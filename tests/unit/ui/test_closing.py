"""A voucher whose link is kept nowhere else is not lost with the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ashore.engine.views import Change, Topic
from ashore.ui.arrivals import Source
from unit.ui.driving import Shell
from unit.ui.voucher_hands import LINK, VoucherWallet, opened, the_page


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


async def test_a_link_that_was_not_opened_holds_the_window_back(shell: Shell) -> None:
    page = await the_page(shell)
    page.link.setText(LINK)
    assert not shell.window.close()
    leaving = shell.sections.banners.leaving
    assert "was not opened yet" in leaving.text
    assert LINK not in leaving.text
    QTest.mouseClick(leaving.close_button, Qt.MouseButton.LeftButton)
    assert not leaving.isVisible()
    assert page.link.text() == LINK, "nothing is lost by staying"
    assert not shell.window.close(), "it is asked again"
    QTest.mouseClick(leaving.action, Qt.MouseButton.LeftButton)
    assert not shell.window.isVisible()


async def test_it_does_so_over_a_lock_and_for_one_that_waits(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.locked = True
    wallet.tell(Change(Topic.LOCK))
    shell.sections.take_in(LINK, Source.LINK)
    await shell.settle()
    assert not shell.window.close()
    shell.sections.arrivals.leave()
    assert shell.window.close()


async def test_what_stood_in_the_form_at_a_lock_counts_too(shell: Shell, wallet: VoucherWallet) -> None:
    (await the_page(shell)).link.setText(LINK)
    wallet.locked = True
    wallet.tell(Change(Topic.LOCK))
    await shell.settle()
    assert not shell.window.close()
    shell.sections.banners.leaving.action.click()
    assert not shell.window.isVisible()


async def test_an_opened_voucher_is_kept_and_holds_nothing_back(shell: Shell) -> None:
    await opened(shell)
    assert shell.window.close()


async def test_other_work_is_kept_as_a_draft_and_holds_nothing_back(shell: Shell) -> None:
    (await the_page(shell)).link.setText("lnbc1notavoucher")
    assert shell.window.close()
