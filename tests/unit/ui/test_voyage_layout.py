"""Where things stand on the voyage page, and that they stay there."""

from __future__ import annotations

import pytest

from ashore.domain import events as ev
from ashore.domain.evidence import Level
from unit.ui.driving import Shell, open_voyage
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
