"""A request that nobody can tell the outcome of: its voyage lets a person end it, after a question in clear words."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import ENDED_BY_YOU, LAST_STAGE
from ashore.systems.claiming.track import CLAIMED
from ashore.systems.reddio.system.sending import UNFOUND_PLAIN
from ashore.systems.reddio.system.tracks import ENDS_AFTER_MS, PLAIN
from ashore.ui.pages.voyage import VoyagePage
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, texts
from unit.ui.reddio_standin import REDDIO, ReddioStandIn
from unit.ui.standin import NOW
from unit.ui.test_reddio_voyage import terms


class Endings:
    """Ends what it is asked to, or refuses; counts how often it was asked."""

    def __init__(self, wallet: ReddioStandIn) -> None:
        self._wallet = wallet
        self.asked = 0
        self.refused: AshoreError | None = None

    async def end(self, withdrawal: str) -> None:
        self.asked += 1
        await asyncio.sleep(0)
        if self.refused is not None:
            raise self.refused
        self._wallet.happen(ev.FactLearnt(withdrawal, ENDED_BY_YOU, str(NOW), "you"), NOW)


class WaitingWallet(ReddioStandIn):
    """A wallet with a plain request whose answer was lost."""

    def __init__(self) -> None:
        super().__init__()
        self.endings = Endings(self)

    def lose(self, ago_ms: int) -> None:
        about = terms()
        about = replace(about, track=str(PLAIN.ref), details={**about.details, LAST_STAGE: CLAIMED})
        at = NOW - ago_ms
        self.happen(ev.WithdrawalStarted("r", about), at)
        self.happen(ev.MoveIntended("r", "m", MoveKind.REQUEST, REDDIO, "0x" + "77" * 32, "{}"), at)
        self.happen(ev.MoveSending("r", "m"), at)
        self.happen(ev.MoveUnclear("r", "m", UNFOUND_PLAIN), at)


@pytest.fixture
def wallet() -> WaitingWallet:
    return WaitingWallet()


async def voyage(shell: Shell) -> VoyagePage:
    shell.sections.show_voyage("r")
    await shell.settle()
    page = shell.sections.page("voyage")
    assert isinstance(page, VoyagePage)
    return page


async def test_before_its_time_it_only_says_when(shell: Shell, wallet: WaitingWallet) -> None:
    wallet.lose(ENDS_AFTER_MS - 3_600_000)
    page = await voyage(shell)
    assert not page.ending.isVisible()
    assert "you can end it yourself" in texts(page)
    assert not page.rows[0].again.isVisible()


async def test_it_is_ended_after_a_question_that_hides_nothing(shell: Shell, wallet: WaitingWallet) -> None:
    wallet.lose(ENDS_AFTER_MS)
    page = await voyage(shell)
    assert page.ending.isVisible()
    assert page.rows[0].again.text() == page.ending.begin.text() == "End this request"
    heard = {each.accessibleName() or each.text() for each in (page.rows[0].again, page.ending.begin)}
    assert len(heard) == 2, "told apart by who hears them"
    QTest.mouseClick(page.rows[0].again, Qt.MouseButton.LeftButton)
    await shell.settle()
    asked = texts(page.ending)
    for words in ("It may still happen", "both may be carried out", "nothing is lost", "watching Harbour"):
        assert words in asked
    assert wallet.endings.asked == 0, "only asked so far"
    assert cut_off(page) == []
    QTest.keyClick(page.ending.no, Qt.Key.Key_Escape)
    assert not page.ending.question.isVisible()
    assert wallet.endings.asked == 0
    QTest.mouseClick(page.ending.begin, Qt.MouseButton.LeftButton)
    await shell.settle()
    QTest.mouseClick(page.ending.yes, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert wallet.endings.asked == 1
    assert not page.ending.isVisible()
    assert "You ended this request, and it may still happen." in texts(page)
    assert "not known" in texts(page.costs)
    assert cut_off(page) == []


async def test_why_it_was_not_ended_stands_beside_the_question(shell: Shell, wallet: WaitingWallet) -> None:
    wallet.lose(ENDS_AFTER_MS)
    wallet.endings.refused = AshoreError("It was not ended: nobody answers.", "Try again later.")
    page = await voyage(shell)
    QTest.mouseClick(page.ending.begin, Qt.MouseButton.LeftButton)
    await shell.settle()
    QTest.mouseClick(page.ending.yes, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert "It was not ended: nobody answers." in texts(page.ending)
    assert page.ending.begin.isEnabled(), "it can be tried again"
