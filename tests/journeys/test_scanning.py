"""Codes that are met on the screen, in files and in the clipboard, from the code to the money, in the real window."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, QRectF, QSize, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from ashore.ui.scanner.camera_dialog import CameraDialog
from ashore.ui.scanner.chooser import Chooser
from ashore.ui.scanner.ways import CAMERA, SCREEN
from journeys.flows import CHECKSUMMED, RECIPIENT
from journeys.flows import FORM as ZKLINK_FORM
from journeys.house import WatchedLife
from journeys.person import Person
from journeys.test_product import own_memory, product
from journeys.vouchers import FORM, looks, open_and_withdraw, voucher
from unit.ui.scanner.drawn import code_image

__all__ = ["own_memory"]

ANYTHING, SCAN = "Paste or scan anything", "Scan a code"


async def shown_code(life: WatchedLife, of: dict[str, Any]) -> QImage:
    """The code of a voucher as the practice network's page shows it."""
    assert life._sections is not None
    async with httpx.AsyncClient(trust_env=False) as http:
        page = (await http.get(life._sections.wallet.voucher_page)).text
    card = page[page.index(f'<article id="{of["id"]}"') :]
    drawing = card[card.index("<svg") : card.index("</svg>") + len("</svg>")]
    drawing = drawing.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    image = QImage(420, 420, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(0, 0, 420, 420))
    painter.end()
    return image


@asynccontextmanager
async def on_the_screen(person: Person, image: QImage) -> AsyncIterator[QLabel]:
    """Another program's window, behind the wallet's."""
    other = QLabel()
    other.setAlignment(Qt.AlignmentFlag.AlignCenter)
    other.setPixmap(QPixmap.fromImage(image))
    other.setStyleSheet("background: #335577")
    other.setGeometry(other.screen().geometry())
    other.show()
    person.window.raise_()
    person.window.activateWindow()
    await person.until(person.window.isActiveWindow, "the wallet's window in front")
    yield other
    other.close()
    other.deleteLater()


async def scan(person: Person, way: str) -> None:
    """Open the menu by mouse, and choose in it by keyboard."""
    person.click(SCAN)
    await person.until(lambda: QApplication.activePopupWidget() is not None, "the menu")
    menu = QApplication.activePopupWidget()
    assert menu is not None
    for _ in range(1 + [action.text() for action in menu.actions()].index(way)):
        person.press(Qt.Key.Key_Down)
    person.press(Qt.Key.Key_Return)


async def home(person: Person) -> None:
    person.click_section("Withdraw")
    await person.settle()


async def withdraw_what_was_found(person: Person, life: WatchedLife, of: dict[str, Any]) -> None:
    """The form is filled in and nobody was asked; from here to the money as ever."""
    await person.until(lambda: person.heading == FORM, "the voucher's form")
    await person.settle()
    assert await looks(life, of) == 0, "a code opens nothing by itself"
    await open_and_withdraw(person, life, of)


def drop(person: Person, file: Path) -> None:
    """Drag a file over the window and let it go there."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(person.window, QDragEnterEvent(QPoint(200, 200), copy, data, left, none))
    person.photograph("drop")
    QApplication.sendEvent(person.window, QDropEvent(QPointF(200, 200), copy, data, left, none))


@pytest.mark.usefixtures("own_memory")
async def test_a_code_on_the_screen_to_the_money(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        gift = await voucher(life)
        person.click(SCAN)
        await person.until(lambda: QApplication.activePopupWidget() is not None, "the menu")
        person.photograph("scan-menu")
        person.press(Qt.Key.Key_Escape)
        async with on_the_screen(person, await shown_code(life, gift)):
            await scan(person, SCREEN)
            await person.until(lambda: not person.window.isVisible(), "the wallet out of the way")
            await person.until(person.window.isVisible, "the wallet back")
            await withdraw_what_was_found(person, life, gift)

        await home(person)
        blank = QImage(10, 10, QImage.Format.Format_RGB32)
        blank.fill(Qt.GlobalColor.white)
        async with on_the_screen(person, blank):
            # By way of the camera's dialog, which leads on: here is no camera, or not the code before it.
            await scan(person, CAMERA)
            (dialog,) = (each for each in person.window.findChildren(CameraDialog) if each.isVisible())
            QTest.mouseClick(dialog.others.screen_button, Qt.MouseButton.LeftButton)
            assert not dialog.isVisible()
            await person.until(lambda: not person.window.isVisible(), "the wallet out of the way again")
            await person.until(lambda: "There is no QR code on the screen." in person.reads(), "a sentence")
            person.photograph("no-code-on-the-screen")
            assert person.window.isVisible()


@pytest.mark.usefixtures("own_memory")
async def test_codes_in_files_and_in_the_clipboard_to_the_money(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        dropped, copied, chosen = [await voucher(life, title=title) for title in ("Dropped", "Copied", "Chosen")]

        file = tmp_path / "from a phone.png"
        assert (await shown_code(life, dropped)).save(str(file))
        drop(person, file)
        await withdraw_what_was_found(person, life, dropped)

        await home(person)
        QGuiApplication.clipboard().setImage(await shown_code(life, copied))
        person.tab_to(ANYTHING)
        person.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await withdraw_what_was_found(person, life, copied)

        await home(person)
        QGuiApplication.clipboard().setText(RECIPIENT)
        person.tab_to(SCAN)
        person.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await person.settle()
        person.click("Withdraw to it from zkLink")
        await person.until(lambda: person.heading == ZKLINK_FORM, "the form")
        await person.settle()
        recipient = person.find("Recipient", QLineEdit)
        assert isinstance(recipient, QLineEdit)
        assert recipient.text() == CHECKSUMMED
        person.photograph("recipient")

        await home(person)
        drop(person, several(tmp_path, chosen["lightning"], RECIPIENT))
        dialog = await chooser(person)
        grab(dialog, person, "several-codes")
        place = next(at for at, row in enumerate(dialog.rows) if "A voucher of" in row.accessibleName())
        corners = dialog.picture.outlines()[place].corners
        at = (corners[0] + corners[2]) / 2
        QTest.mouseClick(dialog.picture, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at.toPoint())
        await withdraw_what_was_found(person, life, chosen)


def several(folder: Path, *texts: str) -> Path:
    """A picture of a desk with several codes on it."""
    image = QImage(QSize(1400, 700), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.lightGray)
    painter = QPainter(image)
    for place, text in enumerate(texts):
        painter.save()
        painter.translate(QPointF(380 + 640 * place, 350))
        painter.rotate(12 - 25 * place)
        code = code_image(text, 6)
        painter.drawImage(QPointF(-code.width() / 2, -code.height() / 2), code)
        painter.restore()
    painter.end()
    path = folder / "desk.png"
    assert image.save(str(path))
    return path


async def chooser(person: Person) -> Chooser:
    await person.until(lambda: person.window.findChildren(Chooser), "the choice")
    (dialog,) = person.window.findChildren(Chooser)
    return dialog


def grab(dialog: Chooser, person: Person, name: str) -> None:
    """Photograph a dialog of the window."""
    folder = os.environ.get("ASHORE_SHOTS")
    if folder:
        dialog.grab().save(str(Path(folder) / f"{name}.png"))
    person.photograph(f"behind-{name}")
