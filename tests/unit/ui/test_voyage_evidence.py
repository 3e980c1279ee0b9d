"""Evidence, laid open: in plain words, to be copied, and checked once more."""

from __future__ import annotations

import json

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit

from ashore.domain import events as ev
from ashore.domain.addresses import readable
from ashore.domain.evidence import Evidence, Level
from ashore.domain.withdrawal import RECEIPT
from ashore.engine.views import ProofCheck
from ashore.systems.lnurl.system import wording as lightning
from ashore.systems.zklink.settlement.acceptors import ACCEPTS
from ashore.systems.zklink.settlement.emptied import EMPTIED
from ashore.systems.zklink.settlement.kept_calls import KEPT
from ashore.systems.zklink.settlement.own_hash import CALLED, SENT_ON
from ashore.systems.zklink.settlement.reconcile import EVENT_OF_STAGE
from ashore.systems.zklink.settlement.roots import KIND as STORED_ROOT
from ashore.systems.zklink.system.wording import KINDS
from ashore.ui.pages.evidence import EvidencePanel, how_checked, show_proof
from ashore.ui.widgets.buttons import Button, CopyButton
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label
from ashore.ui.wording import clock_time
from unit.ui.driving import Shell, open_voyage
from unit.ui.looking import cut_off, texts, visible
from unit.ui.standin import NOW, OTHER, said, shown


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
    dialog = show_proof(page.context, page, page.context.wallet.proof("p1"))
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


def test_every_kind_of_evidence_has_plain_words() -> None:
    told = {"operator", "submission", "replacement", "cancellation", RECEIPT}
    stored = {STORED_ROOT, ACCEPTS, EMPTIED, KEPT}
    assert {*EVENT_OF_STAGE.values(), *stored, CALLED, SENT_ON, *told} == KINDS.keys()


async def test_what_it_is_comes_first_and_its_technical_name_second(shell: Shell) -> None:
    page = open_voyage(shell, "committed")
    root = shown(STORED_ROOT, NOW, 6, slot="storedBlockHashes[8820]", value="0x" + "ab" * 32)
    credit = {"event": "BlockExecuted(8820)", "credited": "WithdrawalPending, log 4 of block 9"}
    shell.wallet.happen(ev.StageReached("v", "proved", said("operator", NOW, **{"transaction named": "0xfe"})))
    shell.wallet.happen(ev.StageReached("v", "verified", root))
    shell.wallet.happen(ev.StageReached("v", "released", shown("BlockExecuted", NOW, 7, **credit)))
    await shell.settle()
    for row in page.rows:
        row.more.set_open(True)

    def labels(place: int, role: str) -> list[str]:
        found = visible(page.rows[place].panel, Label)
        return [w.text().replace("\u200b", "") for w in found if w.property("role") == role]  # type: ignore[attr-defined]

    for place, plain, exact in (
        (2, "The batch with your withdrawal, on L1", "BlockCommit"),
        (4, "The batch’s root, as the contract stores it", "storedBlockHashes[8820]"),
        (5, "The batch, executed on L1", "BlockExecuted(8820)"),
    ):
        assert plain in labels(place, "value") + labels(place, "")
        assert exact in labels(place, "small")
        assert exact not in labels(place, "value") + labels(place, "")
    assert "What zkLink’s node tells" in labels(3, "value")
    assert {"What", "Transaction it names"} <= set(labels(3, "small"))
    assert "log 4 of block 9" in labels(5, "value")
    assert {"Set aside by", "WithdrawalPending"} <= set(labels(5, "small"))
    everything = texts(page)
    for raw in ("operator\n", "submission", "Slot\n", "Event\n"):
        assert raw not in everything


async def test_a_stored_proof_is_checked_again_on_demand(shell: Shell) -> None:
    page = open_voyage(shell, "committed")
    panel = page.rows[2].panel
    page.rows[2].more.set_open(True)

    async def check(told: ProofCheck) -> str:
        shell.wallet.check = told
        again = next(b for b in visible(panel, Button) if b.text() == "Check again")  # type: ignore[attr-defined]
        again.click()  # type: ignore[attr-defined]
        await shell.settle()
        return texts(panel)

    assert "Checked again" not in texts(panel)
    held = f"Checked again at {clock_time(NOW, NOW)}, on this computer alone: the header is that of block 7."
    assert held in await check(ProofCheck(True, "the header is that of block 7.", NOW))
    assert shell.wallet.checks == [("v", "BlockCommit")]
    assert "and it does not hold: the log differs." in await check(ProofCheck(False, "the log differs.", NOW))
    assert held not in texts(panel)
    assert f"Not checked at {clock_time(NOW, NOW)}: not stored." in await check(ProofCheck(None, "not stored.", NOW))
    shell.wallet.happen(ev.StageSettled("v", "committed", "0x91c7" + "3fb2" * 14 + "aa10", 9, 3, 3))
    await shell.settle()
    assert "not stored." in texts(panel), "what was found out stays while the evidence is told anew"


async def test_evidence_without_a_proof_offers_no_check(shell: Shell) -> None:
    page = open_voyage(shell, "committed")
    page.rows[0].more.set_open(True)
    assert "Check again" not in texts(page.rows[0].panel)


async def test_what_a_check_found_out_is_brought_into_view(shell: Shell) -> None:
    page = open_voyage(shell, "committed")
    shell.window.resize(1100, 560)
    page.rows[2].more.set_open(True)
    await shell.settle()
    area = page.columns.main_scroll
    again = next(b for b in visible(page.rows[2].panel, Button) if b.text() == "Check again")  # type: ignore[attr-defined]
    area.ensureWidgetVisible(again, 0, 0)
    again.click()  # type: ignore[attr-defined]
    await shell.settle()
    (result,) = [w for w in visible(page, Label) if w.text().startswith("Checked again")]  # type: ignore[attr-defined]
    await shell.until(
        lambda: area.viewport().rect().contains(result.mapTo(area.viewport(), result.rect().bottomLeft()))
    )


async def test_what_was_checked_of_an_invoice_is_told_once(shell: Shell) -> None:
    page = open_voyage(shell, "committed")
    checked = {"amount": "15 sat", lightning.CHECKED: "signature, network, amount, description and expiry"}
    settled = {"received": "15 sat", lightning.COMPARED: "payment hash and amount"}
    for kind, level, facts in (
        (lightning.OFFER, Level.REPORTED, {"most": "20 sat"}),
        (lightning.INVOICE, Level.SEEN, checked),
        (lightning.SETTLED, Level.SEEN, settled),
    ):
        piece = Evidence(kind, level, "Practice node", NOW, facts)
        panel = EvidencePanel(page.context, page._check)
        panel.show_evidence((piece,))
        told = texts(panel)
        assert "lnurl." not in told
        assert "no proof checked" not in told
        labels = [each.text() for each in panel.findChildren(Label)]
        assert labels.count("Checked") == 1, labels
        panel.deleteLater()
    assert how_checked(piece) == ("Ashore compared payment hash and amount; that it is settled is the wallet’s word")
