"""From a voyage to its receipt, saved and opened again: what holds, what was changed, and the code that names it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from ashore.ui.pages.receipt import ReceiptPage
from ashore.ui.pages.receipt_signature import SignDialog
from ashore.ui.widgets.qr_dialog import CodeDialog
from journeys.flows import ARRIVED, ON_THE_WAY, send
from journeys.house import House
from journeys.person import Person
from journeys.reddio_flows import bring_to_ethereum
from journeys.reddio_flows import send as send_reddio
from journeys.test_codes_shown import LOOKS, enlarged
from journeys.test_looks import look
from journeys.test_product import own_memory, product
from journeys.vouchers import open_and_withdraw, voucher

__all__ = ["own_memory"]

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


async def placed(person: Person) -> ReceiptPage:
    """The same, with what the endpoints say of its blocks."""
    shown = await receipt_of_voyage(person)
    await person.until(lambda: shown.answers is not None, "what the endpoints say")
    await person.settle()
    return shown


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
        assert person.sees("What is proven names this very withdrawal.", "and the token’s own log names the recipient.")
        assert made.notice.property("ground") == "ok"
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
        await person.until(lambda: again.notice.property("ground") == "ok", "the payout, bound to its terms")
        person.photograph("opened")

        changed = tmp_path / "changed.json"
        content = json.loads(path.read_text())
        content["terms"]["amount"] += 10**18
        changed.write_text(json.dumps(content))
        person.click_section("Withdraw")
        await person.settle()
        other = await opened(person, changed, "to other terms than the receipt says: amount.")
        assert person.sees("26.00 USDC")
        await person.until(lambda: other.answers is not None, "what the endpoints say")
        await look(person, "other-terms")

        content["stages"][-1]["evidence"][-1]["block_number"] += 1
        changed.write_text(json.dumps(content))
        await opened(person, changed, "Do not rely on this receipt.")
        assert "failed" in {str(row.rail.mark.mark) for row in page(person).rows}
        person.photograph("changed")


async def test_the_code_of_a_receipt_is_read_from_its_pixels(house: House, tmp_path: Path) -> None:
    async with house.window(size=(1024, 760)) as person:
        await send(person)
        for stage in ("execute_l2", "commit"):
            await house.operator(stage)
        await person.until_marks(ON_THE_WAY["commit"])
        made = await placed(person)
        path = tmp_path / "mine.ashore-receipt.json"
        made.pass_on.save_as(path)
        await person.until_sees("Saved as")
        for colours, size in LOOKS:
            kind = f"{colours}-{size}".lower()
            person.click_section("Settings")
            person.click(f"Colours: {colours}")
            person.click(f"Text size: {size} %")
            person.click_section("Activity")
            await look(person, f"receipts-activity-{kind}")
            person.click_row(0)
            await look(person, f"receipts-voyage-{kind}")
            made = await placed(person)
            made.rows[2].more.set_open(True)
            await look(person, f"receipts-made-{kind}")
            person.click("Show as code")
            await person.settle()
            (dialog,) = (each for each in person.window.findChildren(CodeDialog) if each.isVisible())
            picture = tmp_path / f"{kind}.png"
            assert dialog.grab().save(str(picture))
            await enlarged(person, f"receipts-code-{kind}")
            person.click_section("Withdraw")
            await person.settle()
            drop(person, picture)
            await person.until_sees("This code names a receipt, and proves nothing.")
            await look(person, f"receipts-code-read-{kind}")
        await opened(person, path, "It is the receipt whose code you brought before")
        await look(person, "receipts-same")


async def test_a_receipt_of_another_practice_network_is_never_green(
    application: QApplication, house: House, vaults: House, tmp_path: Path
) -> None:
    path = tmp_path / "theirs.ashore-receipt.json"
    theirs = House(application, tmp_path / "theirs", "theirs", vaults.practice)
    async with theirs.window() as person:
        await arrived(person, theirs)
        made = await receipt_of_voyage(person)
        made.pass_on.save_as(path)
        await person.until_sees("Saved as")
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        shown = await opened(person, path, "From another wallet")
        await person.until(lambda: shown.answers is not None, "what the endpoints say")
        await look(person, "of-another-network")
        assert shown.notice.property("ground") != "ok"
        assert not {"proven", "irreversible"} & {str(row.rail.mark.mark) for row in shown.rows}


async def test_what_reddio_says_is_told_apart_from_what_is_proven(vaults: House) -> None:
    async with vaults.window(theme="dark") as person:
        await send_reddio(person, "1.25 ETH", "0.5")
        await bring_to_ethereum(vaults, person)
        await person.settle()
        shown = await placed(person)
        await look(person, "of-reddio")
        assert {str(row.rail.mark.mark) for row in shown.rows} >= {"reported", "irreversible", "awaited"}
        assert shown.notice.property("ground") == "note", "it has not come to its end"
        assert person.sees("steps are only Reddio’s word.", "Nothing: no proof comes with it.")


@pytest.mark.usefixtures("own_memory")
async def test_the_receipt_of_a_voucher_proves_nothing_and_says_so(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        gift = await voucher(life)
        person.tab_to("Paste or scan anything")
        person.paste(gift["lightning"])
        await person.settle()
        person.press(Qt.Key.Key_Return)
        await person.settle()
        await open_and_withdraw(person, life, gift)
        shown = await receipt_of_voyage(person)
        await look(person, "of-a-voucher")
        assert shown.check is not None
        assert shown.check.holding == 0
        assert shown.notice.property("ground") == "note"
        assert not shown.blocks.isVisible()
        path = tmp_path / "voucher.ashore-receipt.json"
        shown.pass_on.save_as(path)
        await person.until_sees("Saved as")
        assert gift["lightning"].removeprefix("lightning:").lower() not in path.read_text().lower()
