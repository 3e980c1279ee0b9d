"""The voyage of a voucher after a no: the same invoice may go again, by a button in its stage while it is allowed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind
from ashore.domain.stages import Track
from ashore.domain.withdrawal import AGAIN_UNTIL, ANEW_FROM
from ashore.engine.views import Voyage
from ashore.engine.voyages import voyage_of
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.tracks import HANDED_OVER, SEEN, TRACKS, UNSEEN
from ashore.ui.models.activity_model import STAGE
from ashore.ui.pages.activity import ActivityPage
from ashore.ui.pages.unlock import watching_words
from ashore.ui.pages.voyage import VoyagePage
from ashore.ui.wording import clock_time
from unit.systems.lnurl.voucher_terms import terms as voucher
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.standin import NOW, StandInWallet

TEXT = "Try again with the same invoice"
PLACE = SEEN.position(HANDED_OVER)


class LightningWallet(StandInWallet):
    """Withdraws a voucher."""

    def __init__(self) -> None:
        super().__init__()
        self.wished: list[str] = []
        self.refusing: AshoreError | None = None

    def voyage(self, withdrawal_id: str) -> Voyage | None:
        found = next((state for state in self.withdrawals() if state.id == withdrawal_id), None)
        track = next((each for each in TRACKS if found is not None and str(each.ref) == found.terms.track), SEEN)
        return None if found is None else voyage_of(found, track, {}, NOW)

    async def send_again(self, withdrawal: str) -> None:
        if self.refusing is not None:
            raise self.refusing
        self.wished.append(withdrawal)
        self.happen(ev.MoveAgain(withdrawal, "m", SEEN.words.wished))


@pytest.fixture
def wallet() -> LightningWallet:
    return LightningWallet()


def refused(wallet: LightningWallet, until: int = NOW + 60_000, track: Track = SEEN) -> None:
    """A voucher whose service said no."""
    terms = voucher(track, **{AGAIN_UNTIL: str(until), ANEW_FROM: str(until)})
    wallet.happen(ev.WithdrawalStarted("v", terms))
    wallet.happen(ev.MoveIntended("v", "m", MoveKind.REQUEST, PRACTICE.id, "ab" * 32, "record", "scope", 0))
    wallet.happen(ev.MoveSending("v", "m"))
    wallet.happen(ev.MoveUnclear("v", "m", "The service said no: “Wait 60 seconds.”", said_no=True))


async def voyage(shell: Shell) -> VoyagePage:
    shell.sections.show_voyage("v")
    page = shell.sections.page("voyage")
    assert isinstance(page, VoyagePage)
    await shell.settle()
    return page


async def test_the_button_stands_in_the_stage_and_works_once(shell: Shell, wallet: LightningWallet) -> None:
    refused(wallet)
    page = await voyage(shell)
    assert [row.again.isVisible() for row in page.rows] == [place == PLACE for place in range(len(page.rows))]
    button = page.rows[PLACE].again
    assert button.text() == TEXT
    QTest.keyClick(button, Qt.Key.Key_Return)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert wallet.wished == ["v"]
    assert not button.isVisible()
    assert "once more, as you wished" in str(texts(page))
    wallet.happen(ev.MoveSending("v", "m"))
    wallet.happen(ev.MoveUnclear("v", "m", "The service said no: “Wait 9 seconds.”", said_no=True))
    await shell.settle()
    assert button.isVisible(), "a second no may be asked again"


async def test_a_wish_that_came_too_late_is_told(shell: Shell, wallet: LightningWallet) -> None:
    refused(wallet)
    wallet.refusing = AshoreError("This is not sent again now. Nothing was sent.", "Look again.")
    page = await voyage(shell)
    QTest.mouseClick(page.rows[PLACE].again, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert "Nothing was sent." in str(texts(page.notice))
    assert not shell.faults


async def test_there_is_no_button_where_it_is_not_allowed(shell: Shell, wallet: LightningWallet) -> None:
    refused(wallet, until=NOW)
    page = await voyage(shell)
    assert not any(row.again.isVisible() for row in page.rows)
    assert "open the link again after" in str(texts(page.notice))


async def test_the_advice_points_to_the_button_while_it_is_there(shell: Shell, wallet: LightningWallet) -> None:
    refused(wallet)
    page = await voyage(shell)
    assert f"“{TEXT}”" in str(texts(page.notice))
    assert "open the link again" not in str(texts(page.notice))


@pytest.mark.parametrize(("track", "said"), [(SEEN, "nothing yet"), (UNSEEN, "look in your wallet")])
async def test_after_a_no_the_card_says_what_ashore_can_know(
    shell: Shell, wallet: LightningWallet, track: Track, said: str
) -> None:
    refused(wallet, track=track)
    page = await voyage(shell)
    assert f"You receive\n{said}" in texts(page)


async def test_a_no_is_told_apart_from_what_is_under_way(shell: Shell, wallet: LightningWallet) -> None:
    refused(wallet)
    at = clock_time(NOW + 60_000, NOW, seconds=False)
    page = await voyage(shell)
    assert f"The service said no. Being watched until {at}." in texts(page.notice)
    assert "refused, may still pay" in texts(page.rows[PLACE])
    button = shell.window.side.buttons["activity"]
    assert button.count.text() == ""
    assert button.accessibleName() == "Activity, 1 refused by a service and watched"
    assert button.toolTip() == "Ctrl+2\n1 refused by a service and watched"
    told = f"Refused by the service · may still pay, watched until {at}"
    shell.sections.show_section("withdraw")
    await shell.settle()
    assert told in texts(shell.sections.page("withdraw"))
    shell.sections.show_section("activity")
    listed = shell.sections.page("activity")
    assert isinstance(listed, ActivityPage)
    await shell.settle()
    stage = listed.model.index(0, STAGE)
    assert listed.model.data(stage) == told
    assert listed.model.data(stage, Qt.ItemDataRole.AccessibleTextRole) == f"Stage: {told}".replace(" ·", ",")
    wallet.happen(ev.MoveAgain("v", "m", SEEN.words.wished))
    await shell.settle()
    assert button.count.text() == "1", "it is on its way again"


async def test_what_is_watched_past_its_time_names_no_time(shell: Shell, wallet: LightningWallet) -> None:
    refused(wallet, until=NOW - 1)
    page = await voyage(shell)
    assert "Being watched until" not in texts(page.notice)
    shell.sections.show_section("withdraw")
    await shell.settle()
    assert "Refused by the service · may still pay, watched" in texts(shell.sections.page("withdraw"))


async def test_what_cannot_be_watched_is_not_called_watched(shell: Shell, wallet: LightningWallet) -> None:
    refused(wallet, track=UNSEEN)
    page = await voyage(shell)
    assert "The service said no. Check your wallet all the same." in texts(page.notice)
    shell.sections.show_section("withdraw")
    await shell.settle()
    at = clock_time(NOW + 60_000, NOW, seconds=False)
    assert f"Refused by the service · may still pay until {at}" in texts(shell.sections.page("withdraw"))


def test_behind_the_lock_a_no_is_not_under_way() -> None:
    assert watching_words(0) == "Nothing is under way. Watching goes on."
    assert watching_words(2, 1) == (
        "1 withdrawal is under way, and 1 that was refused may still be paid. Watching goes on."
    )
    assert watching_words(2, 2) == (
        "Nothing is under way, and 2 that were refused may still be paid. Watching goes on."
    )
