"""Choosing among what an account holds on Reddio: found, read in full, chosen by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QPixmap, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QVBoxLayout, QWidget

from ashore.systems.reddio.codec import Asset, AssetKind
from ashore.systems.reddio.codec.limits import MAX_TOKEN_ID
from ashore.ui.models.asset_model import AssetEntry, AssetModel, entry_of
from ashore.ui.pages.asset_chooser import AssetChooser
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.labels import Label
from ashore.ui.widgets.scroll import ScrollColumn
from ashore.ui.wording import SHOWN_DIGITS, elided

ETH = Asset(AssetKind.ETH, quantum=10**12)
OCTET = Asset(AssetKind.ERC20, b"\x11" * 20, 100)
MONEY = (
    entry_of("eth", ETH, "ETH", "Ether", 18, available=1_250_000, withdraw_frozen=500_000),
    entry_of("oct", OCTET, "OCT", "Octet", 8, available=1_000_000_050, frozen=5),
)


def creature(token_id: int, *, leaving: int = 0, key: str = "") -> AssetEntry:
    asset = Asset(AssetKind.ERC721, b"\x22" * 20, 1, token_id)
    return entry_of(
        key or str(token_id), asset, "SEA", "Sea creatures", 0, available=1 - leaving, withdraw_frozen=leaving
    )


CREATURES = (creature(MAX_TOKEN_ID, key="largest"), *(creature(number) for number in range(20)))
ALL = (*MONEY, *CREATURES)


@pytest.fixture
def chooser(theme: Theme, icons: Icons) -> Iterator[AssetChooser]:
    window = QWidget()
    made = AssetChooser(theme, icons)
    QVBoxLayout(window).addWidget(made)
    window.resize(420, 640)
    window.show()
    yield made
    window.close()
    window.deleteLater()


def listed(model: AssetModel) -> list[str]:
    return [model.entry(row).key for row in range(model.rowCount()) if model.entry(row)]  # type: ignore[union-attr]


def test_amounts_are_in_units_of_the_token_and_what_is_not_free_is_told_apart() -> None:
    eth, octet = MONEY
    assert (eth.title, eth.aside) == ("1.25 ETH", "0.50 ETH on its way to Ethereum")
    assert (octet.title, octet.aside) == ("1,000.00005 OCT", "0.000005 OCT held by orders")


def test_a_token_on_its_way_says_so() -> None:
    assert creature(7, leaving=1).aside == "on its way to Ethereum"


@given(st.integers(0, MAX_TOKEN_ID))
def test_a_token_id_is_cut_in_its_middle_and_read_in_full(token_id: int) -> None:
    entry = creature(token_id)
    digits, shown = str(token_id), elided(token_id)
    assert len(shown) <= SHOWN_DIGITS
    head, cut, tail = shown.partition("…")
    assert digits.startswith(head)
    assert digits.endswith(tail)
    assert cut or head == digits
    assert digits in entry.tip
    assert digits in entry.spoken


def test_what_a_server_calls_a_token_is_one_visible_line() -> None:
    entry = entry_of("x", OCTET, "US\u202eD\nC" * 90, "<b>Best</b>\u2028token", 8, available=1)
    assert all("\u202e" not in text and "\n" not in text for text in (entry.title, entry.name, entry.searched))
    assert len(entry.symbol) <= 16
    model = AssetModel()
    model.show_entries([entry])
    tip = model.data(model.index(0), Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in tip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", len(ALL)),
        ("ether", 1),
        ("sea #7", 1),
        ("SEA creatures", 21),
        (str(MAX_TOKEN_ID), 1),
        ("0x" + "11" * 20, 1),
        ("erc20", 1),
        ("nothing like it", 0),
    ],
)
def test_every_word_of_a_search_is_looked_for(text: str, found: int) -> None:
    model = AssetModel()
    model.show_entries(ALL)
    model.search(text)
    assert model.rowCount() == found


def test_a_search_that_grows_and_shrinks_finds_what_a_new_one_would() -> None:
    model, fresh = AssetModel(), AssetModel()
    model.show_entries(ALL)
    for text in ("s", "se", "sea 1", "sea 1 #", "sea", "e", "et", ""):
        model.search(text)
        fresh = AssetModel()
        fresh.show_entries(ALL)
        fresh.search(text)
        assert listed(model) == listed(fresh)


def test_it_is_chosen_by_keyboard_alone(chooser: AssetChooser) -> None:
    chooser.show_entries(ALL)
    heard: list[str] = []
    chooser.changed.connect(heard.append)
    chooser.search.setFocus()
    QTest.keyClicks(chooser.search, "sea")
    assert chooser.count.text() == f"21 of {len(ALL)} assets"
    QTest.keyClick(chooser.search, Qt.Key.Key_Down)
    QTest.keyClick(chooser.list, Qt.Key.Key_Down)
    QTest.keyClick(chooser.list, Qt.Key.Key_Return)
    assert heard == [chooser.key] == ["0"]
    assert chooser.list.isHidden()
    assert not chooser.chosen.isHidden()


def test_enter_in_the_search_takes_the_only_one_that_is_found(chooser: AssetChooser) -> None:
    chooser.show_entries(ALL)
    QTest.keyClicks(chooser.search, str(MAX_TOKEN_ID))
    QTest.keyClick(chooser.search, Qt.Key.Key_Return)
    assert chooser.key == "largest"
    assert str(MAX_TOKEN_ID) in chooser.chosen.token_id.text().replace("\u200b", "")
    assert str(MAX_TOKEN_ID) in chooser.chosen.accessibleName()


def test_letters_typed_in_the_list_are_searched(chooser: AssetChooser) -> None:
    chooser.show_entries(ALL)
    chooser.list.setFocus()
    QTest.keyClicks(chooser.list, "e")
    assert chooser.search.text() == "e"
    QTest.keyClick(chooser.search, Qt.Key.Key_Escape)
    assert chooser.model.rowCount() == len(ALL)


def test_a_click_chooses_and_change_brings_the_list_back(chooser: AssetChooser) -> None:
    chooser.show_entries(ALL)
    place = chooser.list.visualRect(chooser.model.index(1)).center()
    QTest.mouseClick(chooser.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chooser.key == "oct"
    chooser.chosen.change.click()
    assert not chooser.list.isHidden()
    assert chooser.list.currentIndex().row() == 1
    assert chooser.key == "oct"  # until another one is chosen


def test_what_was_chosen_stays_while_it_is_held_and_not_longer(chooser: AssetChooser) -> None:
    chooser.show_entries(ALL)
    chooser.select("oct")
    less = entry_of("oct", OCTET, "OCT", "Octet", 8, available=1)
    chooser.show_entries([MONEY[0], less, *CREATURES])
    assert chooser.entry == less
    chooser.show_entries([MONEY[0], *CREATURES])
    assert chooser.key == ""
    assert chooser.entry is None
    assert not chooser.list.isHidden()


def test_a_single_asset_needs_no_choice(chooser: AssetChooser) -> None:
    chooser.show_entries(MONEY[:1])
    assert chooser.key == "eth"
    assert chooser.chosen.change.isHidden()
    chooser.clear()
    assert chooser.key == "eth"


def test_few_are_not_searched_and_none_is_said(chooser: AssetChooser) -> None:
    chooser.show_entries(MONEY)
    assert chooser.search.isHidden()
    chooser.show_entries(())
    assert chooser.nothing.text() == "Nothing is held here."
    assert chooser.list.isHidden()


def test_a_picture_is_drawn_in_the_list_and_beside_what_was_chosen(chooser: AssetChooser) -> None:
    chooser.show_entries(ALL)
    picture = QPixmap(36, 36)
    picture.fill(QColor("#ff0000"))
    chooser.select("largest")
    assert not chooser.chosen.emblem.pictured
    chooser.show_picture("largest", picture)
    assert chooser.chosen.emblem.pictured
    assert chooser.chosen.emblem.grab().toImage().pixelColor(10, 10) == QColor("#ff0000")
    chooser.chosen.change.click()
    area = chooser.list.visualRect(chooser.model.index(2))
    shown = chooser.list.viewport().grab(area).toImage()
    reds = [x for x in range(shown.width()) if shown.pixelColor(x, shown.height() // 2) == QColor("#ff0000")]
    assert reds


def turn(area: QAbstractScrollArea, at: int, notches: int = -1) -> bool:
    """Turn the wheel over `area` at a time, in milliseconds. Whether it took that, and did not leave it to the page."""
    spot = QPointF(area.viewport().rect().center())
    event = QWheelEvent(
        spot, area.viewport().mapToGlobal(spot), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    event.setTimestamp(at)
    QApplication.sendEvent(area.viewport(), event)
    return event.isAccepted()


def test_a_list_that_comes_under_the_pointer_does_not_stop_the_page(theme: Theme, icons: Icons) -> None:
    page, chooser = ScrollColumn(), AssetChooser(theme, icons)
    above, below = QWidget(), QWidget()
    for tall in (above, below):
        tall.setFixedHeight(3_000)
    for part in (above, chooser, below, Label("Words that wrap, as every page has them.", wrap=True)):
        page.column.addWidget(part)
    chooser.show_entries(ALL)
    page.resize(420, 500)
    page.show()
    QApplication.processEvents()
    place, inside = page.verticalScrollBar(), chooser.list.verticalScrollBar()
    assert inside.maximum() > 0
    place.setValue(0)
    turn(page, 10_000)
    assert place.value() > 0
    assert not turn(chooser.list, 10_100), "the same movement of the hand"
    assert inside.value() == 0
    assert turn(chooser.list, 12_000), "another one, over the list"
    assert inside.value() > 0
    page.close()
