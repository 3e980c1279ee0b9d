"""The voyage: every state in words and marks, changed in place."""

from __future__ import annotations

import json

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPlainTextEdit

from ashore.domain import events as ev
from ashore.domain.addresses import readable
from ashore.domain.eta import Expectation
from ashore.domain.evidence import Level
from ashore.domain.withdrawal import Mark
from ashore.ui.pages.evidence import show_proof
from ashore.ui.pages.practice import CLOCK_KEY, HOW, WAITS
from ashore.ui.pages.voyage import VoyagePage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from ashore.ui.widgets.buttons import Button, CopyButton
from ashore.ui.widgets.hextext import HexText
from ashore.ui.wording import clock_time
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, texts, visible
from unit.ui.standin import NOW, OTHER, PROFILE, StandInWallet, said, sail, shown

A, R, P, F, U, X = Mark.AWAITED, Mark.REPORTED, Mark.PROVEN, Mark.IRREVERSIBLE, Mark.UNKNOWN, Mark.FAILED
N = Mark.NOT_REACHED


def open_voyage(shell: Shell, upto: str) -> VoyagePage:
    sail(shell.wallet, "v", upto)
    shell.sections.show_voyage("v")
    page = shell.sections.page("voyage")
    assert isinstance(page, VoyagePage)
    return page


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
        ("committed", (R, R, P, A, A, A, A), ["proven by us", "Usually 38 min, 9 of 10 within 1 h 10 min (last 50)."]),
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
    for words in ("You send", "zkLink fee", "You receive", "Under way."):
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


async def test_evidence_is_laid_open(shell: Shell) -> None:
    page = open_voyage(shell, "committed")
    row = page.rows[2]
    assert not visible(row.panel)
    assert row.more.button.accessibleName() == "Evidence of Committed"
    row.more.button.click()
    assert row.more.button.accessibleName() == "Evidence of Committed, open"
    shell.wallet.happen(ev.FactLearnt("v", "x", "y", "zkLink"))
    shell.wallet.happen(ev.StageReached("v", "proved", said("answer", NOW)))
    await shell.settle()
    assert row.more.button.accessibleName() == "Evidence of Committed, open"
    everything = texts(row.panel)
    for words in ("BlockCommit", "8,820", "21,004,112 · log 3", "3 of 3 endpoints agree", "included under the block’s"):
        assert words in everything
    copies = [b for b in visible(row.panel, CopyButton) if isinstance(b, CopyButton)]
    assert len(copies) == 2
    copies[0].click()
    assert QGuiApplication.clipboard().text() == "0x5d41" + "90aa" * 14 + "02e1"
    page.rows[0].more.button.click()
    assert "not checked: this is the operator’s word" in texts(page.rows[0].panel)


async def test_a_payee_in_the_evidence_is_an_address_in_full(shell: Shell) -> None:
    page = open_voyage(shell, "released")
    paid = shown("Withdrawal", NOW, 5, paid=f"25.00 USDC to {OTHER}", to=OTHER)
    shell.wallet.happen(ev.StageReached("v", "paid", paid))
    await shell.settle()
    page.rows[6].more.set_open(True)
    addresses = [w.text for w in visible(page.rows[6].panel, HexText) if isinstance(w, HexText)]
    assert addresses.count(readable(OTHER)) == 2
    assert OTHER not in texts(page.rows[6].panel)


async def test_the_stored_proof_can_be_read_and_copied(shell: Shell) -> None:
    page = open_voyage(shell, "committed")
    page.rows[2].more.button.click()
    show = next(b for b in visible(page.rows[2].panel, Button) if b.text() == "Show the proof")  # type: ignore[attr-defined]
    show.click()  # type: ignore[attr-defined]
    dialog = shell.window.findChild(QDialog)
    assert dialog is not None
    assert '"number": "0x1406fd0"' in dialog.findChild(QPlainTextEdit).toPlainText()
    dialog.findChild(CopyButton).click()
    assert QGuiApplication.clipboard().text() == shell.wallet.proofs["p1"]
    dialog.accept()


@pytest.mark.parametrize("text_size", [100, 200])
async def test_a_proof_is_no_larger_than_the_screen(shell: Shell, text_size: int) -> None:
    shell.theme.apply("light", text_size)
    shell.wallet.proofs["p1"] = json.dumps({"path": ["0x" + "ab" * 500] * 20})
    page = open_voyage(shell, "committed")
    page.rows[2].more.button.click()
    dialog = show_proof(page.context, page, "p1")
    await shell.settle()
    room = shell.window.screen().availableGeometry()
    assert dialog.width() <= 0.9 * room.width()
    assert dialog.height() <= 0.9 * room.height()
    close = dialog.findChildren(Button)[-1]
    assert dialog.rect().contains(close.geometry())
    assert dialog.findChild(QPlainTextEdit).verticalScrollBar().maximum() > 0
    dialog.accept()


@pytest.mark.parametrize("size", [(1024, 700), (1280, 820)])
async def test_evidence_with_long_names_keeps_to_the_card(shell: Shell, size: tuple[int, int]) -> None:
    shell.theme.apply("light", 200)
    shell.window.resize(*size)
    page = open_voyage(shell, "released")
    facts = {"paid": f"25.00 USDC to {OTHER}", "of which yours here": "25.00 USDC", "together with": "log 4 of block 9"}
    shell.wallet.happen(ev.StageReached("v", "paid", shown("Withdrawal", NOW, 5, Level.IRREVERSIBLE, **facts)))
    await shell.settle()
    for row in page.rows:
        row.more.set_open(True)
    await shell.settle()
    assert page.columns.main_scroll.column.parentWidget().width() <= page.columns.main_scroll.viewport().width()
    assert cut_off(shell.window) == []


async def test_a_proof_that_is_not_stored_is_said_so(shell: Shell) -> None:
    shell.wallet.proofs.clear()
    page = open_voyage(shell, "committed")
    page.rows[2].more.button.click()
    next(b for b in visible(page.rows[2].panel, Button) if b.text() == "Show the proof").click()  # type: ignore[attr-defined]
    dialog = shell.window.findChild(QDialog)
    assert dialog is not None
    assert "not stored" in texts(dialog)
    dialog.accept()


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
    assert "Nothing to do" not in texts(page)
    page.steps.next_stage.click()
    await shell.settle()
    assert shell.wallet.sandbox is not None
    assert shell.wallet.sandbox.asked == ["stage", "block"]


async def test_what_was_refused_is_tried_again_with_its_values(shell: Shell) -> None:
    page = open_voyage(shell, "refused")
    assert page.again.isVisible()
    page.again.click()
    await shell.settle()
    assert shell.sections.place == "form"
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    assert form.fields.values() == {
        "sub_account": "3",
        "chain": "4",
        "source_token": "1",
        "target_token": "17",
        "amount": "25",
        "recipient": readable(OTHER),
        "fee": "",
        "nonce": "",
    }
    assert form.fields.account.key == "0"
    shell.sections.show_voyage("v")
    shell.wallet.happen(ev.MoveAccepted("v", "m", "Arbitrum shows it."))
    await shell.settle()
    assert not page.again.isVisible()


async def test_a_form_that_stands_open_takes_the_values_over(shell: Shell) -> None:
    shell.sections.show_form(PROFILE)
    await shell.settle()
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    form.fields.more.set_open(True)
    QTest.keyClicks(form.fields.amount, "3")
    QTest.keyClicks(form.fields.nonce, "7")
    form.fields.account.combo.setCurrentIndex(1)
    await shell.settle()
    page = open_voyage(shell, "refused")
    page.again.click()
    await shell.settle()
    assert form.fields.account.key == "0"
    assert form.fields.values()["amount"] == "25"
    assert form.fields.values()["nonce"] == ""
    shell.sections.go_back()
    assert shell.wallet.load_draft("zklink")["sub_account"] == "3"


async def test_nobody_tries_again_from_an_account_that_is_not_there(shell: Shell) -> None:
    shell.wallet.accounts = lambda: ()  # type: ignore[method-assign]
    page = open_voyage(shell, "refused")
    assert not page.again.isVisible()
