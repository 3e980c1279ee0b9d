"""What comes up by itself moves nothing under the pointer, and a click meant for another button signs nothing."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QToolTip, QWidget

from ashore.engine.views import Review
from ashore.systems.base import Problem, Severity
from ashore.ui.arrivals import LEAVE
from ashore.ui.pages.review import ReviewPage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from ashore.ui.shell.banners import Banners
from ashore.ui.widgets import settled
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label
from ashore.ui.widgets.scroll import ScrollColumn
from ashore.ui.widgets.settled import TOO_SOON, Settled
from unit.ui.driving import Shell
from unit.ui.looking import cut_off
from unit.ui.test_review import review
from unit.ui.voucher_hands import LINK, LINK_8, VoucherWallet, the_page

__all__ = ["review"]

ADDRESS = "0x52908400098527886e0f7030069857d2e4169ee7"
NEVER_IN_A_TEST = 60_000
STILL_MS = settled.STILL_MS
"""What people have. It is read before a fixture spares the hands of other tests the wait."""


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


@pytest.fixture
def patient(application: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on buttons wait to be still, longer than any test takes."""
    monkeypatch.setattr(settled, "STILL_MS", NEVER_IN_A_TEST)


def place(shell: Shell, widget: QWidget) -> QRect:
    """Where it is in the window."""
    return QRect(widget.mapTo(shell.window, QPoint()), widget.size())


def lay_out() -> None:
    for _ in range(3):
        QApplication.sendPostedEvents()


def click(shell: Shell, at: QPoint) -> None:
    """Press and let go at a place of the window, whatever is there."""
    handle = shell.window.windowHandle()
    assert handle is not None
    QTest.mouseMove(handle, at)
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


def warn(banners: Banners) -> None:
    banners.stopped.show_problem(Problem("The practice network has ended.", severity=Severity.WARNS), act=True)
    banners.space()


@pytest.mark.parametrize("size", [(1100, 760), (760, 520)])
@pytest.mark.parametrize("told", ["link", "fault", "trouble"])
async def test_what_comes_up_by_itself_moves_no_control_of_the_page(
    shell: Shell,
    review: ReviewPage,
    told: str,
    size: tuple[int, int],
) -> None:
    shell.window.resize(*size)
    await shell.settle()
    kinds = QAbstractButton | QLineEdit | QLabel
    shown = {each: place(shell, each) for each in review.findChildren(QWidget) if isinstance(each, kinds)}
    if told == "link":
        shell.sections.take_in(LINK)
    elif told == "fault":
        shell.sections.banners.show_fault(Problem("Something went wrong.", "Your money is not affected."))
    else:
        warn(shell.sections.banners)
    await shell.settle()
    assert {each: place(shell, each) for each in shown} == shown


@pytest.mark.usefixtures("patient")
async def test_a_click_at_the_old_place_of_back_never_signs(shell: Shell, review: ReviewPage) -> None:
    """Even if something pushed the page down: Withdraw is then where Back was."""
    assert isinstance(shell.wallet, VoucherWallet)
    review.settled._wait.stop()  # the page has been read
    aimed = place(shell, review.cancel)
    assert not place(shell, review.confirm).contains(aimed.center())
    review.body.insertSpacing(0, aimed.center().y() - place(shell, review.confirm).center().y())
    review.body.activate()
    lay_out()
    assert place(shell, review.confirm).contains(aimed.center()), "Withdraw is where Back was"
    click(shell, aimed.center())
    await shell.settle()
    assert shell.wallet.confirmed == []
    assert not review.busy
    assert review.state.text() == TOO_SOON
    review.settled._wait.stop()
    click(shell, aimed.center())
    await shell.settle()
    assert len(shell.wallet.confirmed) == 1, "who presses again means it"


@pytest.mark.usefixtures("patient")
async def test_what_has_just_appeared_takes_no_click_but_every_key(
    shell: Shell,
    review: ReviewPage,
) -> None:
    assert isinstance(shell.wallet, VoucherWallet)
    shell.sections.go_back()
    assert review._review is not None
    shell.sections.show_review(review._review)
    lay_out()
    assert review.settled.waits
    click(shell, place(shell, review.confirm).center())
    QTest.mouseDClick(review.confirm, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert shell.wallet.confirmed == []
    review.confirm.setFocus()
    QTest.keyClick(review.confirm, Qt.Key.Key_Return)
    await shell.settle()
    assert len(shell.wallet.confirmed) == 1


async def test_it_waits_for_half_a_second(
    shell: Shell,
    review: ReviewPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not review.settled.waits, "hands of other tests are quick"
    monkeypatch.setattr(settled, "STILL_MS", STILL_MS)
    review.confirm.setEnabled(False)
    assert not review.settled.waits, "who can no longer be clicked waits for nothing"
    review.confirm.setEnabled(True)
    assert 400 < review.settled._wait.remainingTime() <= 550, "a coarse timer"
    await shell.until(lambda: not review.settled.waits)


async def test_a_double_click_confirms_once_and_the_window_goes_on_to_say_that_it_signs(
    shell: Shell, review: ReviewPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(shell.wallet, VoucherWallet)
    signs, confirm = asyncio.Event(), shell.wallet.confirm

    async def confirm_slowly(reviewed: Review) -> str:
        await signs.wait()
        return await confirm(reviewed)

    monkeypatch.setattr(shell.wallet, "confirm", confirm_slowly)
    monkeypatch.setattr(settled, "STILL_MS", STILL_MS)
    assert review._review is not None
    shell.sections.go_back()
    shell.sections.show_review(review._review)
    await shell.settle()
    await shell.until(lambda: not review.settled.waits)
    at, handle = place(shell, review.confirm).center(), shell.window.windowHandle()
    assert handle is not None
    click(shell, at)
    QTest.mouseDClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert review.busy
    assert review.state.text() == "Signing, and writing it down before it is sent."
    signs.set()
    await shell.settle()
    assert len(shell.wallet.confirmed) == 1


@pytest.mark.usefixtures("patient")
async def test_a_notice_that_comes_up_under_the_pointer_is_not_dismissed_by_it(
    shell: Shell,
    review: ReviewPage,
) -> None:
    shell.sections.take_in(LINK)
    notice = shell.sections.banners.arrived
    await shell.settle()
    assert notice.close_button.text() == LEAVE
    click(shell, place(shell, notice.close_button).center())
    assert shell.sections.arrivals.waiting, "nobody has let go of it"
    click(shell, place(shell, notice.action).center())
    assert shell.sections.place == "review"
    notice.close_button.setFocus()
    QTest.keyClick(notice.close_button, Qt.Key.Key_Space)
    assert not shell.sections.arrivals.waiting


@pytest.mark.usefixtures("patient")
async def test_a_click_on_a_notice_that_is_not_taken_is_said_at_its_button(shell: Shell, review: ReviewPage) -> None:
    shell.sections.take_in(LINK)
    notice = shell.sections.banners.arrived
    await shell.settle()
    click(shell, place(shell, notice.close_button).center())
    assert QToolTip.text() == TOO_SOON
    QToolTip.hideText()


@pytest.mark.usefixtures("patient")
async def test_a_yes_that_has_just_come_up_forgets_nothing(shell: Shell, wallet: VoucherWallet) -> None:
    for link in (LINK, LINK_8):
        wallet.unopened.keep(link, "camera")
    await wallet.unopened.settled()
    page = await the_page(shell)
    forgetting = page.links.forgetting
    for begin, yes in (
        (forgetting.begin, forgetting.yes),
        (page.links.cards[0].forget_button, page.links.cards[0].yes),
    ):
        begin.click()
        await shell.settle()
        click(shell, place(shell, yes).center())
        await shell.settle()
        assert len(wallet.unopened.listed()) == 2
        assert QToolTip.text() == TOO_SOON
        QToolTip.hideText()
    forgetting.yes.setFocus()
    QTest.keyClick(forgetting.yes, Qt.Key.Key_Return)
    await shell.settle()
    assert wallet.unopened.listed() == (), "keys count at once"


@pytest.mark.usefixtures("patient")
async def test_a_question_that_has_just_come_up_replaces_nothing(shell: Shell) -> None:
    shell.wallet.save_draft("zklink", {"amount": "2.5", "recipient": "", "account": ""})
    shell.sections.take_in(ADDRESS)
    intake = shell.sections.home.intake
    next(button for profile, button in intake.to_address if profile == shell.wallet.profiles()[0].id).click()
    await shell.settle()
    question = intake.replacing
    assert question.asking
    at = place(shell, question.anew).center()
    click(shell, at)
    await shell.settle()
    assert (shell.sections.place, question.asking) == ("withdraw", True), "nothing gave way"
    assert QToolTip.text() == TOO_SOON
    QToolTip.hideText()
    question._settled._wait.stop()
    question.ask(Problem("Something else is begun.", "It would be let go."))
    click(shell, at)
    assert question.asking, "it is about something else now"
    QToolTip.hideText()
    question._settled._wait.stop()
    click(shell, place(shell, question.anew).center())
    await shell.settle()
    assert shell.sections.place == "form"


@pytest.mark.usefixtures("patient")
async def test_a_question_says_no_at_once(shell: Shell) -> None:
    shell.wallet.save_draft("zklink", {"amount": "2.5", "recipient": "", "account": ""})
    shell.sections.take_in(ADDRESS)
    intake = shell.sections.home.intake
    next(button for profile, button in intake.to_address if profile == shell.wallet.profiles()[0].id).click()
    await shell.settle()
    click(shell, place(shell, intake.replacing.keep).center())
    assert not intake.replacing.asking


def turn_wheel(over: QWidget, degrees: int) -> None:
    at = QPointF(over.rect().center())
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False
    turn = QPoint(0, degrees * 8)
    QApplication.sendEvent(over, QWheelEvent(at, over.mapToGlobal(at), QPoint(), turn, *none))


async def test_who_scrolls_can_press_at_once_and_nobody_else(application: QApplication) -> None:
    column = ScrollColumn()
    button = Button("Press")
    guard = Settled(button)
    column.column.addWidget(button)
    column.column.addWidget(Label("far below " * 800, wrap=True))
    column.resize(200, 200)
    column.show()
    lay_out()
    guard._wait.stop()
    settled_ms, settled.STILL_MS = settled.STILL_MS, NEVER_IN_A_TEST
    try:
        turn_wheel(column.viewport(), -15)
        moved = button.mapTo(column, QPoint()).y()
        assert moved < 0, "it has moved"
        assert not guard.waits, "by a hand that knows"
        column.verticalScrollBar().triggerAction(column.verticalScrollBar().SliderAction.SliderPageStepAdd)
        assert button.mapTo(column, QPoint()).y() < moved
        assert not guard.waits
        column.verticalScrollBar().setValue(0)
        assert guard.waits, "what scrolled by itself was not meant"
    finally:
        settled.STILL_MS = settled_ms
        column.close()


@pytest.mark.parametrize("look", ["light", "dark"])
async def test_the_buttons_of_a_notice_leave_its_text_room_to_be_read(shell: Shell, look: str) -> None:
    notice = shell.sections.banners.arrived
    for size, scale, beside in (((1120, 760), 100, True), ((1024, 700), 200, False), ((1120, 760), 100, True)):
        shell.theme.apply(look, scale)
        shell.window.resize(*size)
        shell.sections.show_form(shell.wallet.profiles()[0].id)
        await shell.settle()
        page = shell.sections.page("form")
        assert isinstance(page, ZkLinkFormPage)
        page.fields.amount.setText("2.5")
        shell.sections.take_in(LINK)
        await shell.settle()
        assert (place(shell, notice.action).top() < place(shell, notice.advice).bottom()) is beside
        assert notice.sentence.width() > 30 * notice.sentence.fontMetrics().averageCharWidth()
        assert not cut_off(notice)
