"""Where things stand on the voyage page, and that they stay there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint

from ashore.domain import events as ev
from ashore.domain.evidence import Level
from ashore.engine.views import BY_HAND, CLOCK_KEY
from unit.ui.driving import Shell, open_voyage
from unit.ui.looking import cut_off
from unit.ui.standin import NOW, shown


async def test_nothing_scrolls_that_fits(shell: Shell) -> None:
    page = open_voyage(shell, "committed")
    await shell.settle()
    area = page.columns.main_scroll
    lowest = max(row.mapTo(area.widget(), row.rect().bottomLeft()).y() for row in page.rows)
    assert lowest < area.viewport().height()
    assert area.verticalScrollBar().maximum() == 0


async def test_the_space_below_gives_way_before_anything_scrolls(shell: Shell) -> None:
    page = open_voyage(shell, "committed")
    await shell.settle()
    area = page.columns.main_scroll
    width, height = page.rows[0].width(), shell.window.height()
    spare = area.viewport().height() - area.column.totalHeightForWidth(area.viewport().width())
    assert spare > 0
    shell.window.resize(shell.window.width(), height - spare - 12)
    await shell.settle()
    assert area.verticalScrollBar().maximum() == 0
    shell.window.resize(shell.window.width(), height - spare - 80)
    await shell.settle()
    assert area.verticalScrollBar().maximum() > 0
    assert page.rows[0].width() == width, "nothing moves aside for the scroll bar"
    shell.window.resize(shell.window.width(), height)
    await shell.settle()
    assert area.verticalScrollBar().maximum() == 0
    assert area.column.contentsMargins().bottom() == 24


@pytest.mark.parametrize("ends", [False, True])
async def test_a_scroll_bar_shows_only_where_there_is_need(shell: Shell, ends: bool) -> None:
    page = open_voyage(shell, "committed")
    page.rows[2].more.set_open(not ends)
    shell.window.resize(1100, 900 if ends else 600)
    await shell.settle()
    bar = page.columns.main_scroll.verticalScrollBar()
    picture = bar.grab().toImage()
    colours = {picture.pixelColor(bar.width() // 2, y).name() for y in range(4, bar.height() - 4)}
    assert (len(colours) == 1) is ends


async def test_news_of_the_end_moves_no_stage(shell: Shell) -> None:
    page = open_voyage(shell, "released")
    await shell.settle()

    def places() -> list[int]:
        return [row.mapTo(shell.window, row.rect().topLeft()).y() for row in page.rows]

    before = places()
    shell.wallet.happen(ev.StageReached("v", "paid", shown("Withdrawal", NOW, 5, Level.IRREVERSIBLE)))
    await shell.settle()
    assert "arrived" in page.notice.text
    assert page.fresh.isVisible()
    assert places() == before


@pytest.mark.parametrize("percent", [100, 150, 200])
async def test_what_a_stage_is_called_stays_within_its_card(shell: Shell, percent: int) -> None:
    shell.theme.apply("light", percent)
    shell.window.resize(1024, 700)
    page = open_voyage(shell, "committed")
    await shell.settle()
    row = page.rows[2]
    row.title.setText("Settled in a wallet with a name of many words (simulated)")
    row.said_by.setText("a-wallet-with-a-long-name.example says so")
    await shell.until(lambda: not cut_off(page))
    assert row.title.width() > row.time.width()
    row.title.setText("Settled")
    row.said_by.setText("being found out")
    head = row.said_by.parentWidget()
    await shell.until(lambda: row.said_by.geometry().right() == head.rect().right())
    assert row.said_by.height() < 2 * row.said_by.fontMetrics().lineSpacing(), "on one line where there is room"
    assert cut_off(page) == []


async def test_a_voyage_that_comes_into_view_stands_at_its_top_whatever_had_the_focus(shell: Shell) -> None:
    shell.window.activateWindow()
    shell.theme.apply("light", 200)
    shell.window.resize(1024, 700)
    page = open_voyage(shell, "paid")
    await shell.settle()
    bar = page.columns.main_scroll.verticalScrollBar()
    last = page.rows[-1].more.button
    last.setFocus()
    await shell.settle()
    assert bar.value() > 200
    shell.sections.show_section("activity")
    await shell.settle()
    shell.sections.show_voyage("v")
    await shell.settle()
    assert bar.value() == 0


async def test_the_steps_of_the_practice_chain_stand_still_under_the_finger(shell: Shell) -> None:
    shell.wallet.set_setting(CLOCK_KEY, BY_HAND)
    shell.window.resize(1280, 800)
    page = open_voyage(shell, "requested")
    await shell.settle()
    assert page.columns.beside
    places = set()
    for stage, level in (("executed", Level.REPORTED), ("committed", Level.PROVEN), ("paid", Level.IRREVERSIBLE)):
        places.add(page.steps.next_block.mapTo(page, QPoint()).y())
        shell.wallet.happen(ev.StageReached("v", stage, shown(stage, NOW, 5, level)))
        await shell.settle()
    places.add(page.steps.next_block.mapTo(page, QPoint()).y())
    assert len(places) == 1
    assert places.pop() < page.expected.mapTo(page, QPoint()).y() or page.expected.isHidden()
