"""What stands beside a voyage: what it costs and has cost, and which claim paid which withdrawal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from ashore.domain import events as ev
from ashore.domain.addresses import readable
from ashore.domain.evidence import Level
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import WAY, Mark
from ashore.engine.views import BY_HAND, CLOCK_KEY
from ashore.systems.zklink.system.tracks import BY_BROKER, FAST
from ashore.ui.pages.voyage import VoyagePage
from unit.ui.claim_hands import CLAIM_HASH, claim_sent, paid_by, receipt
from unit.ui.driving import Shell, open_voyage
from unit.ui.looking import cut_off, texts
from unit.ui.standin import NOW, OTHER, PROFILE, said, sail, shown, terms

CANCEL_HASH = "0x" + "ca" * 32


def voyage(shell: Shell, name: str) -> VoyagePage:
    shell.sections.show_voyage(name)
    page = shell.sections.page("voyage")
    assert isinstance(page, VoyagePage)
    return page


async def test_after_the_arrival_the_costs_are_told_in_the_past(shell: Shell) -> None:
    own = shell.wallet.accounts()[0].address
    sail(shell.wallet, "v", "released", recipient=own)
    page = voyage(shell, "v")
    await shell.settle()
    assert {"You send", "You receive"} <= set(texts(page.costs).split("\n"))
    shell.wallet.happen(ev.StageReached("v", "paid", paid_by("0xaa", Level.IRREVERSIBLE)))
    await shell.settle()
    told = texts(page.costs).split("\n")
    assert {"You sent", "You received"} <= set(told)
    assert not {"You send", "You receive"} & set(told)


async def test_who_receives_is_named_where_it_is_somebody_else(shell: Shell) -> None:
    page = open_voyage(shell, "released")
    address = readable(OTHER)
    somebody = f"{address[:6]} … {address[-4:]}"
    assert f"{somebody} receives" in texts(page.costs).split("\n")
    shell.wallet.happen(ev.StageReached("v", "paid", paid_by("0xaa", Level.IRREVERSIBLE)))
    await shell.settle()
    assert f"{somebody} received" in texts(page.costs).split("\n")


async def test_a_claim_and_what_it_paid_lead_to_each_other(shell: Shell) -> None:
    claim_sent(shell.wallet)
    for name in ("w", "v"):
        sail(shell.wallet, name, "released")
    page = voyage(shell, "c")
    assert not page.related.isVisible(), "nothing was paid yet"
    shell.wallet.happen(ev.StageReached("c", "claimed", paid_by(CLAIM_HASH)))
    for name in ("w", "v"):
        shell.wallet.happen(ev.StageReached(name, "paid", paid_by(CLAIM_HASH)))
    sail(shell.wallet, "other", "paid")
    await shell.settle()
    shell.wallet.happen(ev.StageReached("c", "claimed", paid_by(CLAIM_HASH, Level.IRREVERSIBLE)))
    page = voyage(shell, "c")
    await shell.settle()
    assert page.related.isVisible()
    assert [b.accessibleName().split(",")[0] for b in page.related.buttons] == [
        "Withdrawal of 25.00 USDC to Arbitrum"
    ] * 2
    assert cut_off(page) == []
    page.related.buttons[0].click()
    await shell.settle()
    assert [b.accessibleName().split(",")[0] for b in page.related.buttons] == ["Claim of 25.00 USDC on Arbitrum"]
    page.related.buttons[0].click()
    await shell.settle()
    assert page.amount.text() == "Claim of 25.00 USDC"


@pytest.mark.parametrize("percent", [100, 200])
async def test_in_a_narrow_window_what_is_awaited_now_stands_above_the_stages(shell: Shell, percent: int) -> None:
    shell.theme.apply("light", percent)
    shell.window.resize(1024 if percent == 200 else 720, 700)
    page = open_voyage(shell, "committed")
    await shell.settle()
    assert not page.columns.beside
    area = page.columns.main_scroll.widget()
    top = page.expected.mapTo(area, page.expected.rect().bottomLeft()).y()
    assert top < page.rows[0].mapTo(area, page.rows[0].rect().topLeft()).y()
    assert page.costs.mapTo(area, page.costs.rect().topLeft()).y() > page.rows[-1].y()
    shell.window.resize(1600, 900)
    shell.theme.apply("light", 100)
    await shell.settle()
    assert page.columns.beside
    assert (
        page.expected.mapTo(page, page.expected.rect().topLeft()).x()
        > page.rows[0].mapTo(page, page.rows[0].rect().topRight()).x()
    )


async def test_another_voyage_opens_at_its_top(shell: Shell) -> None:
    shell.theme.apply("light", 200)
    shell.window.resize(1024, 700)
    page = open_voyage(shell, "paid")
    await shell.settle()
    bar = page.columns.main_scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > 200
    sail(shell.wallet, "next", "committed")
    voyage(shell, "next")
    await shell.settle()
    assert bar.value() == 0


async def test_what_is_awaited_now_has_the_room_that_its_words_need(shell: Shell) -> None:
    shell.wallet.set_setting(CLOCK_KEY, BY_HAND)
    claim_sent(shell.wallet)
    page = voyage(shell, "c")
    for width in (1100, 720, 1100):
        shell.window.resize(width, 760)
        for news in (
            ev.StageReached("c", "claimed", paid_by("0x" + "cc" * 32, Level.SEEN)),
            ev.StageReached("c", "claimed", paid_by(CLAIM_HASH)),
            ev.StageTakenBack("c", "claimed", "Arbitrum replaced the block that this rested on.", ""),
        ):
            shell.wallet.happen(news)
            await shell.settle()
            assert cut_off(page) == []
            assert page.expected.height() == page.expected.heightForWidth(page.expected.width())


async def test_a_cancelled_claim_ends_calmly_and_leads_to_the_money(shell: Shell) -> None:
    claim_sent(shell.wallet)
    shell.wallet.happen(ev.MoveIntended("c", "x", MoveKind.CANCEL, PROFILE, CANCEL_HASH, "0x02", "s", 4))
    shell.wallet.happen(ev.MoveSending("c", "x"))
    shell.wallet.happen(ev.MoveAccepted("c", "x"))
    page = voyage(shell, "c")
    shell.wallet.happen(ev.StageReached("c", "sent", receipt(CANCEL_HASH)))
    await shell.settle()
    assert page.headline.text() == "A block took the cancellation; waiting until it is irreversible."
    assert not page.notice.text
    assert not page.fresh.isVisible()
    assert page.rows[-1].again.isHidden() or not page.rows[-1].again.text(), "there is nothing to speed up"
    shell.wallet.happen(ev.StageSettled("c", "sent", receipt(CANCEL_HASH).block_hash, 21_004_180, 3, 3))
    await shell.settle()
    assert page.notice.text.startswith("Cancelled, as you wished.")
    assert page.notice.property("ground") == "note", "no alarm"
    assert page.marks() == (Mark.REPORTED, Mark.IRREVERSIBLE, Mark.NOT_REACHED)
    assert page.rows[1].title.text() == "Cancelled"
    assert [row.transaction.text for row in page.rows if row.transaction.isVisible()] == [CLAIM_HASH, CANCEL_HASH]
    told = texts(page)
    for words in ("Gas of the cancellation", "0.0000277 ETH", "21,000 units at 1.32 gwei; checked, irreversible"):
        assert words in told
    for words in ("no effect", "still waits", "failed"):
        assert words not in told
    page.fresh.click()
    await shell.settle()
    assert shell.sections.place == "unclaimed"


async def test_what_the_gas_of_a_claim_has_cost_is_told_once_it_is_known(shell: Shell) -> None:
    claim_sent(shell.wallet)
    page = voyage(shell, "c")
    assert "Gas, at most" in texts(page.costs)
    shell.wallet.happen(ev.StageReached("c", "claimed", paid_by(CLAIM_HASH)))
    shell.wallet.happen(ev.StageReached("c", "sent", receipt(CLAIM_HASH)))
    await shell.settle()
    assert "Gas, at most" not in texts(page.costs)
    for words in ("Gas paid", "0.0000277 ETH", "we checked the receipt"):
        assert words in texts(page.costs)
    assert cut_off(page) == []


async def test_what_was_taken_back_is_said_above_everything(shell: Shell) -> None:
    shell.wallet.set_setting(CLOCK_KEY, BY_HAND)
    page = open_voyage(shell, "verified")
    why = "zkLink took its batch back before it was executed; it will send it again."
    for stage in ("committed", "verified"):
        shell.wallet.happen(ev.StageTakenBack("v", stage, why))
    await shell.settle()
    assert page.headline.text() == "Taken back: Committed, Verified."
    assert page.advice.text() == f"{why} Ashore goes on watching. Nothing to do."
    shell.wallet.happen(ev.StageReached("v", "committed", shown("BlockCommit", NOW, 21_004_190)))
    await shell.settle()
    assert page.headline.text() == "Taken back: Verified."
    shell.wallet.happen(ev.StageReached("v", "verified", shown("BlockSynced", NOW, 21_004_191)))
    await shell.settle()
    assert page.headline.text() == "Under way."


async def test_after_a_broker_paid_nothing_is_awaited_that_nobody_will_tell(shell: Shell) -> None:
    about = replace(terms(), track=str(FAST.ref))
    shell.wallet.happen(ev.WithdrawalStarted("f", about))
    shell.wallet.happen(ev.MoveIntended("f", "m", MoveKind.REQUEST, PROFILE, "0x00", "{}"))
    shell.wallet.happen(ev.MoveSending("f", "m"))
    shell.wallet.happen(ev.MoveAccepted("f", "m"))
    page = voyage(shell, "f")
    executed = page.rows[1]
    assert executed.rail.mark.mark is Mark.AWAITED
    shell.wallet.happen(ev.StageReached("f", "advanced", shown("Accept", NOW, 21_004_190)))
    shell.wallet.happen(ev.FactLearnt("f", WAY, BY_BROKER, "Arbitrum"))
    await shell.settle()
    assert executed.rail.mark.mark is Mark.NOT_APPLICABLE
    assert "a broker has paid this very request" in executed.sentence.text()
    shell.wallet.happen(ev.StageReached("f", "executed", said("operator", NOW)))
    await shell.settle()
    assert executed.rail.mark.mark is Mark.REPORTED, "what somebody says stands all the same"


@pytest.mark.parametrize("percent", [100, 200])
async def test_the_words_at_the_head_of_a_voyage_stand_on_one_line(shell: Shell, percent: int) -> None:
    shell.window.resize(1600, 900)
    page = open_voyage(shell, "committed")
    shell.theme.apply("light", percent)
    await shell.settle()

    def base(widget: QWidget, height: int) -> int:
        metrics = widget.fontMetrics()
        return widget.mapTo(page, QPoint(0, 0)).y() + (height - metrics.height()) // 2 + metrics.ascent()

    told = page.started.height() - page.started.contentsMargins().bottom()
    assert abs(base(page.copy, page.copy.height()) - base(page.started, told)) <= 1
