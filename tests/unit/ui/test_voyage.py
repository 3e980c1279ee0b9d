"""The voyage: every state in words and marks, changed in place."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication

from ashore.domain import events as ev
from ashore.domain.eta import Expectation
from ashore.domain.evidence import Level
from ashore.domain.withdrawal import Mark
from ashore.ui.pages.practice import CLOCK_KEY, HOW, WAITS
from ashore.ui.pages.voyage import VoyagePage
from ashore.ui.wording import clock_time
from unit.ui.driving import Shell, open_voyage
from unit.ui.looking import texts
from unit.ui.standin import NOW, StandInWallet, said, shown

A, R, P, F, U, X = Mark.AWAITED, Mark.REPORTED, Mark.PROVEN, Mark.IRREVERSIBLE, Mark.UNKNOWN, Mark.FAILED
N = Mark.NOT_REACHED


@pytest.mark.parametrize(
    ("upto", "marks", "words"),
    [
        ("intended", (A, A, A, A, A, A, A), ["Signed, not sent yet."]),
        ("sending", (U, A, A, A, A, A, A), ["On its way: no answer yet.", "You need not do anything"]),
        (
            "unknown",
            (U, A, A, A, A, A, A),
            ["not known yet whether zkLink has", "Nothing can be paid twice"],
        ),
        (
            "refused",
            (X, N, N, N, N, N, N),
            ["the fee is too low", "with the usual fee", "zkLink says\nnothing was taken"],
        ),
        ("executed", (R, R, A, A, A, A, A), ["Under way", "zkLink says so", "Usually 29 min"]),
        ("committed", (R, R, P, A, A, A, A), ["we checked it", "Usually 38 min, 9 of 10 within 1 h 10 min (last 50)."]),
        ("proved", (R, R, P, R, A, A, A), ["Arbitrum does not show it yet"]),
        ("paid", (R, R, P, R, P, P, F), ["25.00 USDC arrived on Arbitrum.", "irreversible"]),
    ],
)
async def test_every_state_has_its_marks_and_words(
    shell: Shell, upto: str, marks: tuple[Mark, ...], words: list[str]
) -> None:
    page = open_voyage(shell, upto)
    assert page.marks() == marks
    everything = texts(page)
    for word in [*words, "25.00 USDC", "to Arbitrum", "25.10 USDC"]:
        assert word in everything


async def test_a_usual_send_alarms_nobody_and_an_unknown_outcome_is_said(shell: Shell) -> None:
    page = open_voyage(shell, "sending")
    assert not page.notice.text
    assert "not known" not in texts(page)
    shell.wallet.happen(ev.MoveUnclear("v", "m", "zkLink’s node did not answer in time."))
    await shell.settle()
    assert "not known yet whether zkLink has" in page.notice.text
    shell.wallet.happen(ev.MoveSending("v", "m"))  # the same bytes again: what is unknown stays unknown
    await shell.settle()
    assert "not known yet whether zkLink has" in page.notice.text
    assert "On its way" not in texts(page)


async def test_it_changes_in_place(shell: Shell) -> None:
    page = open_voyage(shell, "executed")
    rows = list(page.rows)
    page.columns.main_scroll.verticalScrollBar().setValue(7)
    rows[1].more.set_open(True)
    shell.wallet.happen(ev.StageReached("v", "committed", shown("BlockCommit", NOW, 5)))
    await shell.until(lambda: page.marks()[2] is P)
    assert page.rows == rows
    assert rows[1].more.is_open
    shell.wallet.happen(ev.StageSettled("v", "committed", "0x91c7" + "3fb2" * 14 + "aa10", 9, 3, 3))
    await shell.until(lambda: page.marks()[2] is F)


async def test_many_changes_are_few_repaints(shell: Shell) -> None:
    page = open_voyage(shell, "executed")
    asked = 0
    voyage = shell.wallet.voyage

    def counting(name: str) -> object:
        nonlocal asked
        asked += 1
        return voyage(name)

    shell.wallet.voyage = counting  # type: ignore[method-assign, assignment]
    for number in range(500):
        shell.wallet.happen(ev.FactLearnt("v", f"fact{number}", "x", "zkLink"))
    await shell.settle()
    assert asked == 1
    assert page.isVisible()


async def test_what_was_taken_back_says_why(shell: Shell) -> None:
    page = open_voyage(shell, "committed")
    reason = "Its block is no longer part of Arbitrum’s chain."
    shell.wallet.happen(ev.StageTakenBack("v", "committed", reason))
    await shell.until(lambda: page.marks()[2] is Mark.TAKEN_BACK)
    assert reason in texts(page.rows[2])
    assert "taken back" in page.rows[2].accessibleName()


async def test_a_contradiction_is_said_loudly(shell: Shell) -> None:
    page = open_voyage(shell, "committed")
    shell.wallet.happen(ev.StageReached("v", "proved", said("answer", NOW)))
    shell.wallet.happen(ev.StageContradicted("v", "proved", "zkLink says proved.", "Arbitrum shows no proof."))
    await shell.settle()
    assert "zkLink says proved. Arbitrum shows no proof." in texts(page.rows[3])
    assert "zkLink’s word and the chain differ." in texts(page)


async def test_a_failed_withdrawal_keeps_the_money(shell: Shell) -> None:
    page = open_voyage(shell, "requested")
    shell.wallet.happen(ev.StageFailed("v", "executed", "zkLink says: insufficient balance.", "zkLink"))
    await shell.settle()
    assert page.marks() == (R, X, N, N, N, N, N)
    assert "not reached" in texts(page.rows[2])
    assert "still in your layer-2 balance" in page.notice.text
    assert "zkLink says\nnothing was taken" in texts(page)
    assert "will not" not in texts(page)
    assert not page.rows[2].sentence.isVisible()


async def test_what_stopped_by_the_operators_word_goes_on_when_the_chain_shows_it(shell: Shell) -> None:
    page = open_voyage(shell, "requested")
    shell.wallet.happen(ev.StageFailed("v", "executed", "zkLink says: insufficient balance.", "zkLink"))
    await shell.settle()
    shell.wallet.happen(ev.StageReached("v", "committed", shown("BlockCommit", NOW, 5)))
    await shell.settle()
    assert page.marks()[2] is P
    assert "nothing was taken" not in texts(page)
    assert "still in your layer-2 balance" not in texts(page)
    assert page.rows[3].sentence.isVisible()
    for words in ("You send", "zkLink fee", "0x8f3A … 91C2 receives", "Under way."):
        assert words in texts(page)


async def test_what_was_refused_goes_on_when_it_was_taken_after_all(shell: Shell) -> None:
    page = open_voyage(shell, "refused")
    assert "nothing was taken" in texts(page)
    shell.wallet.happen(ev.MoveAccepted("v", "m", "Arbitrum shows it."))
    shell.wallet.happen(ev.StageReached("v", "committed", shown("BlockCommit", NOW, 5)))
    await shell.settle()
    assert page.marks()[2] is P
    assert "nothing was taken" not in texts(page)
    assert "the fee is too low" not in texts(page)


async def test_the_recipient_stands_there_in_full(shell: Shell) -> None:
    page = open_voyage(shell, "executed")
    assert page.recipient.text.lower() == "0x8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"
    page.copy.click()
    assert QGuiApplication.clipboard().text() == page.recipient.text


async def test_one_that_is_not_in_the_journal(shell: Shell) -> None:
    shell.sections.show_voyage("nobody")
    page = shell.sections.page("voyage")
    assert isinstance(page, VoyagePage)
    assert "not in the journal" in page.notice.text


@pytest.mark.parametrize("level", [Level.SEEN, Level.PROVEN])
async def test_seen_is_not_proven(shell: Shell, wallet: StandInWallet, level: Level) -> None:
    page = open_voyage(shell, "executed")
    wallet.happen(ev.StageReached("v", "committed", shown("BlockCommit", NOW, 5, level)))
    await shell.settle()
    assert page.marks()[2] is (Mark.SEEN if level is Level.SEEN else P)


async def test_when_it_is_expected_is_told_where_it_can_be(shell: Shell) -> None:
    page = open_voyage(shell, "committed")
    started = NOW - 4_000_000
    at = started + (29 + 38 + 40) * 60_000
    assert page.forecast.text() == f"Verified: about {clock_time(at, NOW, seconds=False)}"
    shell.wallet.expectations.clear()
    shell.wallet.happen(ev.FactLearnt("v", "x", "y", "zkLink"))
    await shell.settle()
    assert not page.forecast.isVisible()


async def test_what_is_late_is_said_and_not_promised_again(shell: Shell) -> None:
    shell.wallet.expectations = {"proved": Expectation(1000, 2000, 3000, 50)}
    page = open_voyage(shell, "committed")
    assert "Later than usual." in texts(page.rows[3])
    assert not page.forecast.isVisible()


async def test_the_practice_chain_is_moved_from_the_voyage(shell: Shell) -> None:
    page = open_voyage(shell, "executed")
    assert not page.practice.isVisible()
    shell.wallet.set_setting(CLOCK_KEY, "step")
    shell.sections.show_voyage("v")
    assert page.practice.isVisible()
    assert HOW in texts(page)
    assert page.advice.text() == WAITS
    assert "stands still" in page.usually.text()
    assert not page.forecast.isVisible()
    assert "sually" not in texts(page), "what was moved by hand took no time of its own"
    assert "Nothing to do" not in texts(page)
    await shell.settle()
    place = page.steps.next_stage.mapTo(page, page.steps.next_stage.rect().center())
    height = page.practice.height()
    page.steps.next_stage.click()
    await shell.settle()
    assert page.steps.done.text() == "Batch 3 was committed on Harbour. Block 12 on Harbour made."
    assert page.practice.height() == height, "no button moves away from under a finger"
    assert page.steps.next_stage.mapTo(page, page.steps.next_stage.rect().center()) == place
    assert shell.wallet.sandbox is not None
    assert shell.wallet.sandbox.asked == ["stage", "block"]
