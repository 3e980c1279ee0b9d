"""A voucher of the practice page held before the camera, in the real window: found, filled in, opened, withdrawn."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from PySide6.QtCore import QByteArray, QObject, Qt, QTimer
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QMenu

from ashore.ui.scanner.camera import Device
from ashore.ui.scanner.camera_dialog import CameraDialog
from journeys.house import House, WatchedLife
from journeys.person import Person
from journeys.test_lock import unlock
from journeys.test_product import own_memory, product
from journeys.vouchers import FORM, OPEN, REVIEW, SETTLED, claims, looks, voucher
from unit.ui.scanner.drawn import Pixel, frame_of
from unit.ui.scanner.film import RATE, Film
from unit.ui.scanner.simulated import DESK, FRONT, SimulatedInputs

__all__ = ["own_memory"]

_SIDE = 600
ADDRESS = "0x8f3A12C4B7d09E21f3Aa5c6D7E8f901277b091C2"


async def code_on_the_page(life: WatchedLife, voucher_id: str) -> QImage:
    """The code of a voucher as the practice page draws it."""
    async with httpx.AsyncClient(trust_env=False) as http:
        html = (await http.get(f"{life.sandbox.url}/lnurl/")).text
    card = html.partition(f'<article id="{voucher_id}"')[2]
    drawn = re.search(r"<svg.*?</svg>", card, re.DOTALL)
    assert drawn is not None, "the page shows no code of it"
    image = QImage(_SIDE, _SIDE, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(drawn[0].replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1).encode())).render(
        painter
    )
    painter.end()
    return image


class Projector:
    """Cameras, and a film that is held in front of the one that is looked through, at a camera's pace."""

    def __init__(self, *there: Device) -> None:
        self._there = there
        self._film = Film()
        self._number = 0
        self.desk = SimulatedInputs()
        self._timer = QTimer()
        self._timer.setInterval(1000 // RATE)
        self._timer.timeout.connect(self._show)
        self._timer.start()

    def cameras(self, parent: QObject) -> SimulatedInputs:
        """What a window finds each time it looks for cameras."""
        self.desk = SimulatedInputs(*self._there, parent=parent)
        return self.desk

    @property
    def light(self) -> bool:
        """Whether a camera's light is on."""
        return bool(self.desk.opened)

    def change(self, film: Film) -> None:
        """Hold something else there."""
        self._film = film

    def stop(self) -> None:
        """Take it away."""
        self._timer.stop()

    def _show(self) -> None:
        if self.light:
            self.desk.feed(frame_of(self._film.picture(self._number), Pixel.Format_NV12))
            self._number += 1


async def open_scanner(person: Person) -> CameraDialog:
    """Open the menu beside the one field, and choose its first way."""
    person.click("Scan a code")
    await person.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "the menu")
    person.press(Qt.Key.Key_Down)
    person.press(Qt.Key.Key_Return)
    return scanner(person)


def scanner(person: Person) -> CameraDialog:
    """The one that is open."""
    (dialog,) = (one for one in person.window.findChildren(CameraDialog) if one.isVisible())
    return dialog


@pytest.mark.usefixtures("own_memory")
async def test_a_voucher_before_the_camera_becomes_money(application: QApplication, tmp_path: Path) -> None:
    projector = Projector(FRONT, DESK)
    async with product(application, tmp_path, projector.cameras) as (person, life):
        await person.until_sees("Bring funds out", "Lightning voucher (LNURL)")
        gift = await voucher(life)
        shown = await code_on_the_page(life, gift["id"])
        dialog = await open_scanner(person)
        await person.until(lambda: dialog.camera.state == "live", "the picture")
        assert "Hold the code in front of the camera." in person.reads(dialog)
        projector.change(Film("https://example.org/menu-of-the-day?table=4 please", seed=2))
        await person.until(lambda: "Hold the code" not in person.reads(dialog), "a name for what it is")
        photograph(person, dialog, "other")
        projector.change(Film(shown, seed=3))
        await person.until(lambda: person.heading == FORM, "the form")
        await person.settle()
        assert not projector.light, "the camera's light is out"
        assert await looks(life, gift) == 0, "nobody was asked: a person only held up a code"
        person.photograph("scanned")

        person.click(OPEN)
        await person.until_sees("Who pays", "“Gift”")
        await person.settle()
        person.write("Amount", "15")
        await person.settle()
        person.click("Review withdrawal")
        await person.until(lambda: person.heading == REVIEW, "the review")
        person.click("Withdraw 15 sat")
        await person.until_sees(SETTLED)
        (claim,) = await claims(life, gift)
        assert (claim["paid"], claim["amount_msat"]) == (True, 15_000)
    projector.stop()


async def test_unplugged_locked_and_scanned_again(house: House) -> None:
    projector = Projector(FRONT)
    async with house.window(theme="dark", cameras=projector.cameras) as person:
        await person.until_sees("1,265.50 USDC")
        person.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        dialog = scanner(person)
        await person.until(lambda: dialog.camera.state == "live", "the picture")
        projector.desk.plug()
        assert "“Integrated Camera” is gone." in person.reads(dialog)
        photograph(person, dialog, "gone")
        projector.desk.plug(FRONT)
        await person.until(lambda: dialog.camera.state == "live", "the picture")

        await house.take_keys_away()
        await person.until_sees("Ashore is locked")
        assert not projector.light
        await unlock(person, "practice")
        await person.until_sees("1,265.50 USDC")
        assert not [one for one in person.window.findChildren(CameraDialog) if one.isVisible()]

        projector.change(Film(f"ethereum:{ADDRESS}", seed=7))
        await open_scanner(person)
        await person.until(lambda: ADDRESS[2:].lower() in person.reads().lower(), "the address")
        await person.settle()
        assert not projector.light
        person.photograph("address")
        assert house.practice.status()["zklink"]["submissions"] == {}
    projector.stop()


def photograph(person: Person, dialog: CameraDialog, name: str) -> None:
    """Keep a picture of the dialog, where pictures are asked for."""
    window, person.window = person.window, dialog  # type: ignore[assignment]
    person.photograph(name)
    person.window = window
