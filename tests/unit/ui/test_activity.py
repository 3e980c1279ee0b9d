"""The activity list: paged by key, changed in place, opened by click and by Enter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStyleOptionViewItem

from ashore.domain import events as ev
from ashore.domain.addresses import readable
from ashore.domain.evidence import Level
from ashore.domain.hex_groups import grouped
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import GAS_MOST, LAST_STAGE
from ashore.engine.views import ActivityQuery
from ashore.systems.claiming.gas import GAS_SYMBOL
from ashore.systems.zklink.system.tracks import CLAIM, FAST
from ashore.ui.models.activity_model import AMOUNT, PAGE, RECIPIENT, STAGE, STARTED, TO, ActivityModel
from ashore.ui.pages.activity import ActivityPage
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.standin import NOW, OTHER, PROFILE, StandInWallet, sail, shown, terms


def many(wallet: StandInWallet, count: int) -> None:
    for number in range(count):
        name = f"n{number}"
        wallet.happen(ev.WithdrawalStarted(name, terms((number + 1) * 10**18)), NOW - 10**9 + number)
        wallet.happen(ev.MoveIntended(name, "m", MoveKind.REQUEST, PROFILE, "0x00", "{}"), NOW - 10**9 + number)


def open_list(shell: Shell) -> ActivityPage:
    shell.sections.show_section("activity")
    page = shell.sections.page("activity")
    assert isinstance(page, ActivityPage)
    return page


async def news(shell: Shell, page: ActivityPage) -> None:
    """Wait until the list shows what happened."""
    await shell.settle()
    await shell.until(lambda: not page.pending)


def cell(model: ActivityModel, row: int, column: int, role: int = Qt.ItemDataRole.DisplayRole) -> object:
    return model.data(model.index(row, column), role)


async def test_pages_come_by_key_as_one_goes_on(shell: Shell) -> None:
    many(shell.wallet, 2 * PAGE + 30)
    page = open_list(shell)
    shell.wallet.fetches.clear()
    page.reload()
    model = page.model
    assert shell.wallet.fetches[0] == (None, PAGE)
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert model.rowCount() == 2 * PAGE + 30
    keys = [key for key, _ in shell.wallet.fetches]
    assert keys[0] is None
    assert len(set(keys)) == len(keys)
    shown = [cell(model, row, AMOUNT) for row in range(model.rowCount())]
    assert shown == [f"{number:,}.00 USDC" for number in range(2 * PAGE + 30, 0, -1)]


async def test_a_new_one_comes_in_at_the_top_without_a_jump(shell: Shell) -> None:
    many(shell.wallet, PAGE + 20)
    page = open_list(shell)
    page.model.fetchMore(QModelIndex())
    page.table.setCurrentIndex(page.model.index(3, 0))
    before = page.model.row_at(3)
    resets: list[int] = []
    page.model.modelReset.connect(lambda: resets.append(1))
    sail(shell.wallet, "new", "executed", NOW)
    await news(shell, page)
    assert page.model.rowCount() == PAGE + 21
    first = page.model.row_at(0)
    assert first is not None
    assert first.id == "new"
    assert not resets
    assert page.model.row_at(page.table.currentIndex().row()) == before
    ids = [row.id for row in (page.model.row_at(place) for place in range(page.model.rowCount())) if row]
    assert len(set(ids)) == len(ids) == PAGE + 21


async def test_a_change_far_down_is_read_again(shell: Shell) -> None:
    many(shell.wallet, PAGE + 20)
    page = open_list(shell)
    page.model.fetchMore(QModelIndex())
    changed: list[tuple[int, int]] = []
    page.model.dataChanged.connect(lambda top, bottom: changed.append((top.row(), bottom.row())))
    shell.wallet.happen(ev.MoveRefused("n5", "m", "207", "The fee is too low.", ""))
    await news(shell, page)
    place = PAGE + 20 - 6
    assert changed == [(place, place)]
    assert cell(page.model, place, STAGE) == "Requested · failed"
    assert "failed" in str(cell(page.model, place, STAGE, Qt.ItemDataRole.AccessibleTextRole))


async def test_what_no_longer_answers_the_filter_leaves(shell: Shell) -> None:
    sail(shell.wallet, "a", "executed")
    sail(shell.wallet, "b", "committed", NOW)
    page = open_list(shell)
    page.filter.combo.setCurrentIndex(1)
    assert page.model.rowCount() == 2
    shell.wallet.happen(ev.StageFailed("a", "committed", "zkLink gave up.", "zkLink"))
    await news(shell, page)
    assert page.model.rowCount() == 1
    page.filter.combo.setCurrentIndex(3)
    assert page.model.rowCount() == 1


@pytest.mark.parametrize(("choice", "count"), [("all", 3), ("open", 1), ("final", 1), ("stopped", 1)])
async def test_filters(shell: Shell, choice: str, count: int) -> None:
    for name, upto in (("a", "executed"), ("b", "paid"), ("c", "refused")):
        sail(shell.wallet, name, upto)
    page = open_list(shell)
    page.filter.select(choice)
    page.reload()
    assert page.model.rowCount() == count


async def test_search_and_its_emptiness(shell: Shell) -> None:
    page = open_list(shell)
    assert "No withdrawals yet" in texts(page)
    sail(shell.wallet, "a", "executed")
    await news(shell, page)
    assert "No withdrawals yet" not in texts(page)
    QTest.keyClicks(page.search, "8f3a12")
    await shell.until(lambda: page.model.rowCount() == 1)
    QTest.keyClicks(page.search, "zzz")
    await shell.until(lambda: page.model.rowCount() == 0)
    assert "Nothing matches" in texts(page)
    QTest.keyClick(page.search, Qt.Key.Key_Return)


async def test_search_by_payout_by_groups_and_by_status(shell: Shell) -> None:
    for name, upto in (("a", "executed"), ("b", "paid"), ("c", "refused")):
        sail(shell.wallet, name, upto)
    page = open_list(shell)
    for text, found in (("0x5d41" + "90aa" * 14 + "02e1", ["b"]), ("refused", ["c"]), ("waiting", ["a"])):
        page.search.setText(text)
        page.reload()
        assert [page.model.row_at(n).id for n in range(page.model.rowCount())] == found, text  # type: ignore[union-attr]
    page.search.setText(grouped(readable(OTHER)))
    page.reload()
    assert page.model.rowCount() == 3


async def test_click_and_enter_open_the_voyage(shell: Shell) -> None:
    sail(shell.wallet, "a", "executed")
    page = open_list(shell)
    port = page.table.viewport()
    QTest.mouseClick(port, Qt.MouseButton.LeftButton, pos=page.table.visualRect(page.model.index(0, 1)).center())
    assert shell.sections.place == "voyage"
    shell.sections.go_back()
    assert shell.sections.place == "activity"
    page.table.setCurrentIndex(page.model.index(0, 0))
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert shell.sections.place == "voyage"


async def test_a_narrow_list_keeps_what_matters(shell: Shell) -> None:
    sail(shell.wallet, "a", "executed")
    page = open_list(shell)
    shell.theme.apply("light", 200)
    shell.window.resize(1024, 700)
    await shell.settle()
    assert not page.table.isColumnHidden(AMOUNT)
    assert not page.table.isColumnHidden(STAGE)
    assert page.table.horizontalScrollBar().maximum() == 0
    assert page.table.isColumnHidden(TO)
    assert page.table.isColumnHidden(STARTED)
    assert cell(page.model, 0, AMOUNT) == "25.00 USDC\u2028to Arbitrum"
    assert str(cell(page.model, 0, STAGE)).startswith("Executed on layer 2\u2028started ")
    assert "to Arbitrum" in str(cell(page.model, 0, AMOUNT, Qt.ItemDataRole.AccessibleTextRole))
    two_lines = 2 * page.table.fontMetrics().height()
    assert page.table.rowHeight(0) >= two_lines
    shell.theme.apply("light", 100)
    shell.window.resize(1280, 760)
    await shell.settle()
    assert cell(page.model, 0, AMOUNT) == "25.00 USDC"


@pytest.mark.parametrize("width", [640, 760, 900, 1024])
async def test_amount_and_stage_are_never_left_out(shell: Shell, width: int) -> None:
    sail(shell.wallet, "a", "executed")
    page = open_list(shell)
    shell.theme.apply("light", 200)
    shell.window.resize(width, 640)
    await shell.settle()
    for column in (AMOUNT, STAGE):
        assert not page.table.isColumnHidden(column)
        assert page.table.columnWidth(column) >= shell.theme.px(135)


@pytest.mark.parametrize("percent", [100, 200])
async def test_no_stage_is_cut_off_and_both_ends_of_an_address_are_seen(shell: Shell, percent: int) -> None:
    broker = replace(terms(), track=str(FAST.ref), details={**terms().details, LAST_STAGE: "advanced"})
    shell.wallet.happen(ev.WithdrawalStarted("a", broker))
    shell.wallet.happen(ev.MoveIntended("a", "m", MoveKind.REQUEST, PROFILE, "0x00", "{}"))
    shell.wallet.happen(ev.StageReached("a", "advanced", shown("Accept", NOW, 5, Level.IRREVERSIBLE)))
    for name, upto in (("b", "executed"), ("c", "refused"), ("d", "unknown")):
        sail(shell.wallet, name, upto)
    page = open_list(shell)
    shell.theme.apply("light", percent)
    shell.window.resize(1024, 700)
    await shell.settle()
    table = page.table
    assert any("Paid in advance by a broker" in str(cell(page.model, n, STAGE)) for n in range(4))
    for number in range(4):
        wanted = table.fontMetrics().boundingRect(
            QRect(0, 0, table.columnWidth(STAGE) - 16 - page.table.iconSize().width(), 10_000),
            Qt.TextFlag.TextWordWrap,
            str(cell(page.model, number, STAGE)).replace("\u2028", "\n"),
        )
        assert table.rowHeight(number) >= wanted.height()
        assert table.rowHeight(number) >= table.sizeHintForIndex(page.model.index(number, STAGE)).height() - 1
    for width in (400, 130, 96):
        option: Any = QStyleOptionViewItem()
        option.rect = QRect(0, 0, shell.theme.px(width), 44)
        option.font = page.model.data(page.model.index(0, RECIPIENT), Qt.ItemDataRole.FontRole)
        option.fontMetrics = QFontMetrics(option.font)
        table.itemDelegate().initStyleOption(option, page.model.index(0, RECIPIENT))
        assert option.text.startswith(readable(OTHER)[:6]), option.text
        assert option.text.endswith(readable(OTHER)[-4:]), option.text
        assert option.textElideMode is Qt.TextElideMode.ElideMiddle


async def test_a_claim_is_called_one(shell: Shell) -> None:
    details = {**terms().details, GAS_MOST: "1", GAS_SYMBOL: "ETH"}
    shell.wallet.happen(ev.WithdrawalStarted("c", replace(terms(), track=str(CLAIM.ref), details=details)))
    sail(shell.wallet, "w", "executed")
    page = open_list(shell)
    assert {cell(page.model, n, AMOUNT) for n in range(2)} == {"Claim of 25.00 USDC", "25.00 USDC"}
    shell.theme.apply("light", 200)
    shell.window.resize(1024, 700)
    await shell.settle()
    assert "Claim of 25.00 USDC\u2028on Arbitrum" in {cell(page.model, n, AMOUNT) for n in range(2)}
    shell.sections.show_voyage("c")
    assert {"Claim of 25.00 USDC", "on Arbitrum"} <= set(texts(shell.sections.page("voyage")).split("\n"))
    shell.sections.show_section("withdraw")
    await shell.settle()
    assert "Claim of 25.00 USDC" in texts(shell.sections.page("withdraw"))


def test_a_model_without_rows(wallet: StandInWallet) -> None:
    model = ActivityModel(wallet.activity, lambda: NOW, lambda _row: None, lambda: None)  # type: ignore[arg-type, return-value]
    assert model.rowCount() == 0
    assert not model.canFetchMore(QModelIndex())
    model.search(ActivityQuery())
    assert model.row_at(0) is None
    assert model.row_at(-1) is None


async def test_a_list_that_scrolls_down_needs_no_bar_to_scroll_aside(shell: Shell) -> None:
    for number in range(12):
        sail(shell.wallet, f"w{number}", "executed")
    page = open_list(shell)
    shell.theme.apply("light", 200)
    shell.window.resize(1024, 700)
    await shell.settle()
    assert page.table.verticalScrollBar().maximum() > 0
    assert page.table.horizontalScrollBar().maximum() == 0
