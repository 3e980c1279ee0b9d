"""From a voyage to its receipt, saved and opened again: what holds, what was changed, and the code that names it."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from ashore.ui.pages.receipt import ReceiptPage
from ashore.ui.pages.receipt_signature import SignDialog
from journeys.flows import ARRIVED, send
from journeys.house import House
from journeys.person import Person

_COPY, _LEFT, _NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def page(person: Person) -> ReceiptPage:
    """The page of the receipt in view."""
    shown = person.window.stack.currentWidget()
    assert isinstance(shown, ReceiptPage)
    return shown


async def arrived(person: Person, house: House) -> None:
    """A withdrawal that has come to its end."""
    await send(person)
    for stage in ("execute_l2", "commit", "prove", "sync", "execute", "payout"):
        await house.operator(stage)
    await house.finalize()
    await person.until_marks(ARRIVED)
    await person.settle()


async def receipt_of_voyage(person: Person) -> ReceiptPage:
    """From a voyage to its receipt."""
    person.click("Receipt of this withdrawal")
    await person.until(lambda: isinstance(person.window.stack.currentWidget(), ReceiptPage), "the receipt")
    await person.until(lambda: page(person).check is not None, "what holds")
    await person.settle()
    return page(person)


def drop(person: Person, path: Path) -> None:
    """Let a file fall onto the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    place = QPointF(300, 300)
    enter = QDragEnterEvent(place.toPoint(), _COPY, data, _LEFT, _NONE)
    QApplication.sendEvent(person.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(person.window, QDropEvent(place, _COPY, data, _LEFT, _NONE))


async def opened(person: Person, path: Path, headline: str) -> ReceiptPage:
    """A dropped receipt, with what came of it."""
    drop(person, path)
    await person.until_sees(headline)
    await person.settle()
    return page(person)


async def test_a_receipt_is_made_saved_and_opened_again(house: House, tmp_path: Path) -> None:
    async with house.window() as person:
        await arrived(person, house)
        person.photograph("voyage")
        made = await receipt_of_voyage(person)
        await person.until_sees("blocks are in the chain")
        person.photograph("made")
        assert {str(row.rail.mark.mark) for row in made.rows} == {"irreversible"}
        made.rows[0].more.set_open(True)
        await person.settle()
        person.photograph("evidence")
        made.rows[0].more.set_open(False)
        person.click("Sign with my account…")
        await person.settle()
        dialog = person.window.findChild(SignDialog)
        assert dialog is not None
        person.photograph_of(dialog, "text-to-sign")
        person.click("Sign this text")
        await person.until_sees("Signed by the account below")
        await person.settle()
        person.photograph("signed")
        path = tmp_path / "mine.ashore-receipt.json"
        made.pass_on.save_as(path)
        await person.until_sees("Saved as")
        person.photograph("saved")

        person.click_section("Activity")
        await person.settle()
        person.photograph("activity")
        again = await opened(person, path, "blocks are in the chain")
        assert person.sees("About your own withdrawal", "Show its voyage", "Signed by the account below")
        assert again.check is not None
        person.photograph("opened")

        changed = tmp_path / "changed.json"
        content = json.loads(path.read_text())
        content["terms"]["amount"] += 10**18
        changed.write_text(json.dumps(content))
        person.click_section("Withdraw")
        await person.settle()
        await opened(person, changed, "to other terms than the receipt says")
        assert person.sees("26.00 USDC")
        person.photograph("other-terms")

        content["stages"][-1]["evidence"][-1]["block_number"] += 1
        changed.write_text(json.dumps(content))
        await opened(person, changed, "Do not rely on this receipt.")
        assert "failed" in {str(row.rail.mark.mark) for row in page(person).rows}
        person.photograph("changed")
