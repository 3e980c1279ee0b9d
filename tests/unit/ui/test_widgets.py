"""Small parts that must not mislead: hex texts, QR codes, choices."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QRadioButton, QWidget

from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button, CopyButton, FittedButton
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, column
from ashore.ui.widgets.scroll import ScrollColumn
from ashore.ui.widgets.verbatim import Verbatim

ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
HASH = "0x" + "5d41" * 16


def ink_in_line(image: QImage, line: int, height: int) -> int:
    """How many dark pixels stand in a line of text."""
    rows = range(line * height, min((line + 1) * height, image.height()))
    return sum(image.pixelColor(x, y).lightness() < 140 for y in rows for x in range(image.width()))


@pytest.mark.parametrize(("width", "whole", "lines"), [(600, True, 1), (200, True, 2), (122, False, 1)])
@pytest.mark.usefixtures("theme")
def test_a_button_cuts_an_amount_only_where_two_lines_do_not_hold_it(width: int, whole: bool, lines: int) -> None:
    words = "Withdraw 0.123457 ETH to Harbour"
    button = FittedButton("primary")
    button.show_text(words)
    button.resize(width, 60)
    button.show()
    assert (button.text().replace("\n", " ") == words) is whole
    assert len(button.text().splitlines()) == lines
    assert button.accessibleName() == words


@pytest.mark.parametrize(
    ("text", "width", "lines"), [(ADDRESS, 600, 1), (ADDRESS, 200, 2), (HASH, 320, 2), (HASH, 130, 6)]
)
def test_a_hex_text_takes_the_lines_it_needs(theme: Theme, text: str, width: int, lines: int) -> None:
    widget = HexText(theme, text)
    line = HexText(theme, "0x12").heightForWidth(500)
    assert widget.heightForWidth(width) == lines * line
    widget.resize(width, lines * line)
    picture = QImage(widget.size(), QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    widget.render(picture)
    assert all(ink_in_line(picture, number, line) > 20 for number in range(lines))


def test_a_hex_text_is_said_in_full(theme: Theme) -> None:
    widget = HexText(theme, ADDRESS, what="Recipient")
    assert widget.accessibleName() == f"Recipient {ADDRESS}"
    widget.show_hex("")
    assert widget.accessibleName() == ""


def test_a_choice_of_one_is_a_text(theme: Theme) -> None:
    holder = QWidget()
    choice = Choice(theme, "To chain")
    choice.setParent(holder)
    choice.set_options([("9", "Arbitrum")])
    assert choice.combo.isHidden()
    assert choice.key == "9"
    choice.set_options([("1", "Polygon"), ("9", "Arbitrum")])
    assert not choice.combo.isHidden()
    assert choice.key == "9"
    choice.select("no such key")
    assert choice.key == "1"
    choice.set_options([])
    assert choice.key == ""


def test_enter_presses_a_button_once(theme: Theme) -> None:
    button = Button("Go")
    pressed: list[int] = []
    button.clicked.connect(lambda: pressed.append(1))
    QTest.keyClick(button, Qt.Key.Key_Return)
    QTest.keyClick(button, Qt.Key.Key_Enter)
    assert len(pressed) == 2


@pytest.mark.parametrize("value", ["12 USDC", "0x" + "ab" * 30, "paid to " + ADDRESS])
def test_a_value_is_taken_away_as_it_is(theme: Theme, value: str) -> None:
    facts = Facts(theme)
    facts.add("Paid", value)
    buttons = facts.findChildren(CopyButton)
    for button in buttons:
        button.click()
        assert QGuiApplication.clipboard().text() == value
    selectable = [label.text() for label in facts.findChildren(Label) if is_selectable(label)]
    assert selectable == ([] if buttons else [value])


@pytest.mark.parametrize("width", [240, 900])
def test_copy_stands_right_behind_its_value(theme: Theme, width: int) -> None:
    facts = Facts(theme)
    facts.add("Function", "withdrawPendingBalance(address,uint16,uint128)")
    facts.add_hex("Contract", ADDRESS)
    facts.resize(width, facts.heightForWidth(width))
    facts.show()
    QApplication.sendPostedEvents()
    value = next(label for label in facts.findChildren(Label) if "Function:" in label.accessibleName())
    button = next(each for each in facts.findChildren(CopyButton) if "function" in each.accessibleName().lower())
    assert button.geometry().left() - value.geometry().right() - 1 == 10
    assert button.geometry().right() < button.parentWidget().width()
    facts.hide()


def is_selectable(label: Label) -> bool:
    return bool(label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse)


def test_a_click_draws_no_ring_and_the_keyboard_does(theme: Theme) -> None:
    window = QWidget()
    first, second = Button("First", parent=window), Button("Second", parent=window)
    second.move(0, 60)
    window.resize(200, 120)
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    second.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.mouseMove(window, QPoint(190, 110))
    idle = first.grab().toImage()
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    QTest.mouseMove(window, QPoint(190, 110))
    assert first.hasFocus()
    assert first.grab().toImage() == idle
    QTest.keyClick(first, Qt.Key.Key_Tab)
    QTest.keyClick(second, Qt.Key.Key_Backtab)
    assert first.hasFocus()
    assert first.grab().toImage() != idle
    window.close()


@pytest.mark.parametrize("make", [lambda: Button("Lock"), lambda: QRadioButton("Dark")], ids=["push", "radio"])
def test_the_ring_is_the_only_sign_of_focus(theme: Theme, make: Callable[[], QAbstractButton]) -> None:
    window, before, button = QWidget(), QLineEdit(), make()
    window.setLayout(column(before, button))
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    before.setFocus()
    button.setMinimumWidth(200)
    QTest.keyClick(before, Qt.Key.Key_Tab)
    assert button.hasFocus()
    picture = button.grab().toImage()
    beside = range(picture.width() * 2 // 3, picture.width() - 4)  # right of the text, within the ring
    assert len({picture.pixel(x, y) for x in beside for y in range(4, picture.height() - 4)}) == 1
    window.close()


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_words_in_a_row_stand_on_one_line_whatever_they_are(theme: Theme, percent: int) -> None:
    theme.apply("light", percent)
    address, copy = HexText(theme, ADDRESS, size=12), CopyButton("it", ADDRESS)
    started, large, act = Label("started 13:57", "small"), Label("25.00", "hero"), Button("Go on", "primary")
    badge = Label("SANDBOX", "badge")
    holder = QWidget()
    holder.setLayout(FlowLayout(address, copy, started, large, act, badge))
    holder.resize(2400, 100)
    holder.show()
    QApplication.sendPostedEvents()
    stand = {
        address.y() + address.baseline,
        *(each.y() + each.fontMetrics().ascent() for each in (started, large)),
        badge.y() + badge.contentsRect().top() + badge.fontMetrics().ascent(),
        *(b.y() + (b.height() - b.fontMetrics().height()) // 2 + b.fontMetrics().ascent() for b in (copy, act)),
    }
    assert max(stand) - min(stand) <= 1, stand
    assert all(holder.rect().contains(each.geometry()) for each in (address, copy, started, large, act))
    holder.close()
    theme.apply("light", 100)


def test_an_icon_has_the_accents_colour_while_its_button_is_checked(icons: Icons) -> None:
    button = Button("Activity", "nav")
    button.setCheckable(True)
    icons.dress(button, "activity", "muted")

    def shown() -> str:
        """In which colour the icon is."""
        state = QIcon.State.On if button.isChecked() else QIcon.State.Off
        mode = QIcon.Mode.Normal if button.isEnabled() else QIcon.Mode.Disabled
        picture = button.icon().pixmap(button.iconSize(), mode, state).toImage()
        (found,) = [
            token
            for token in ("muted", "accent")
            if picture == icons.pixmap("activity", token, icons.theme.px(18)).toImage()
        ]
        return found

    seen = []
    for checked, enabled in ((False, True), (True, True), (False, True), (False, False)):
        button.setChecked(checked)
        button.setEnabled(enabled)
        seen.append(shown())
    assert seen == ["muted", "accent", "muted", "muted"]
    button.setEnabled(True)
    button.setChecked(True)
    icons.theme.apply("dark")
    assert shown() == "accent"
    icons.theme.apply("light")
    assert shown() == "accent"


def test_the_whole_row_of_a_disclosure_opens_it(icons: Icons) -> None:
    disclosure = Disclosure(icons, "More")
    disclosure.set_content(Label("Here."))
    disclosure.resize(600, 80)
    disclosure.show()
    beside = QPoint(disclosure.width() - 5, disclosure.button.geometry().center().y())
    QTest.mouseClick(disclosure, Qt.MouseButton.LeftButton, pos=beside)
    assert disclosure.is_open
    QTest.mouseClick(disclosure, Qt.MouseButton.LeftButton, pos=QPoint(5, disclosure.height() - 2))
    assert disclosure.is_open, "what it holds is no button"
    QTest.mouseClick(disclosure.button, Qt.MouseButton.LeftButton)
    assert not disclosure.is_open
    QTest.mouseClick(disclosure, Qt.MouseButton.RightButton, pos=beside)
    assert not disclosure.is_open
    disclosure.close()


def test_a_button_at_the_edge_of_what_scrolls_stays_under_the_pointer_while_it_is_pressed() -> None:
    page, clicked = ScrollColumn(), list[bool]()
    buttons = [Button(f"Button {number}") for number in range(30)]
    for button in buttons:
        page.column.addWidget(button)
    page.column.addWidget(Label("Words that wrap, as every page has them.", wrap=True))
    page.resize(300, 400)
    page.show()
    QApplication.processEvents()
    page.verticalScrollBar().setValue(0)
    shown = page.viewport().rect()
    last = [each for each in buttons if shown.contains(each.mapTo(page.viewport(), each.rect().center()))][-1]
    last.clicked.connect(lambda: clicked.append(True))
    handle = page.windowHandle()
    assert handle is not None
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=last.mapTo(page, last.rect().center()))
    assert clicked == [True]
    assert page.verticalScrollBar().value() == 0
    buttons[20].setFocus()
    assert page.verticalScrollBar().value() > 0, "the keyboard’s focus is followed"
    page.close()


@pytest.mark.parametrize("width", range(340, 380, 4))
def test_a_long_text_wraps_also_beside_its_scroll_bar(theme: Theme, width: int) -> None:
    window = QWidget()
    shown = Verbatim(
        theme, f"ashore:receipt?v=1&d={'41b233fab1d15612' * 4}&w=25.00+USDC&t=0x{'c064' * 50}", what="Text", most=6
    )
    window.setLayout(column(shown))
    window.resize(width, 400)
    window.show()
    for _ in range(3):
        QApplication.processEvents()
    assert shown.verticalScrollBar().maximum() > 0
    assert shown.horizontalScrollBar().maximum() == 0
    window.close()
    window.deleteLater()
