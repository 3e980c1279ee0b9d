"""The camera's dialog leads on to the ways that need no camera, and is out of them before they begin."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from ashore.ui.scanner import screen
from ashore.ui.scanner.camera import CameraState
from ashore.ui.scanner.camera_dialog import CameraDialog
from ashore.ui.scanner.scan import Scan
from unit.ui.driving import Shell
from unit.ui.scanner.drawn import scene
from unit.ui.scanner.simulated import FRONT, SimulatedInputs
from unit.ui.test_voucher_page import LINK

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Pointing:
    """A scan of the window whose cameras are these, with the camera's dialog open."""

    def __init__(self, shell: Shell, *cameras: object) -> None:
        self.shell = shell
        self.desk = SimulatedInputs(*cameras)  # type: ignore[arg-type]
        context = dataclasses.replace(shell.sections.context, cameras=lambda _parent: self.desk)
        self.scan = Scan(context, shell.window)
        self.got: list[str] = []
        self.told: list[str] = []
        self.scan.got.connect(lambda text, _source: self.got.append(text))
        self.scan.told.connect(lambda problem: self.told.append(str(problem)))
        self.scan.with_camera()
        (self.dialog,) = (each for each in shell.window.findChildren(CameraDialog) if each.isVisible())

    async def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        """Press keys in the dialog, once it has the keyboard."""
        await self.shell.until(lambda: QApplication.activeWindow() is self.dialog)
        QTest.keyClick(self.dialog, key, modifiers)

    def shows(self) -> bool:
        """Whether the dialog or a camera's light is still there."""
        there = [each for each in self.shell.window.findChildren(CameraDialog) if each.isVisible()]
        return bool(there or self.desk.opened)


@pytest.mark.parametrize("how", ["mouse", "keys"])
@pytest.mark.parametrize("cameras", [(), (FRONT,)])
async def test_the_screen_is_taken_without_the_dialog_and_with_the_light_out(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, how: str, cameras: tuple[object, ...]
) -> None:
    there: list[bool] = []
    pointing = Pointing(shell, *cameras)
    assert pointing.dialog.camera.state is (CameraState.STARTING if cameras else CameraState.NONE)

    def grab() -> list[QImage]:
        there.append(pointing.shows() or shell.window.isVisible())
        return [scene(LINK)]

    monkeypatch.setattr(screen, "grab", grab)
    monkeypatch.setattr(screen, "SETTLE_S", 0.01)
    if how == "mouse":
        QTest.mouseClick(pointing.dialog.others.screen_button, Qt.MouseButton.LeftButton)
    else:
        await pointing.press(Qt.Key.Key_S, CONTROL | SHIFT)
    await shell.until(lambda: bool(pointing.got))
    assert pointing.got == [LINK]
    assert there == [False]
    assert shell.window.isVisible()


@pytest.mark.parametrize("how", ["button", "keys"])
@pytest.mark.parametrize("picture", [True, False])
async def test_what_was_copied_is_pasted_in_the_dialog(shell: Shell, how: str, picture: bool) -> None:
    pointing = Pointing(shell, FRONT)
    if picture:
        QGuiApplication.clipboard().setImage(scene(LINK))
    else:
        QGuiApplication.clipboard().setText(LINK)
    if how == "button":
        pointing.dialog.others.paste.setFocus()
        QTest.keyClick(pointing.dialog.others.paste, Qt.Key.Key_Return)
    else:
        await pointing.press(Qt.Key.Key_V, CONTROL)
    assert not pointing.shows()
    await shell.until(lambda: bool(pointing.got))
    assert pointing.got == [LINK]


async def test_a_picture_is_asked_for_in_place_of_the_camera(shell: Shell) -> None:
    pointing = Pointing(shell)
    assert pointing.dialog.mirror.isHidden()
    assert "below" in pointing.dialog.says.text
    assert pointing.dialog.focusWidget() is pointing.dialog.others.screen_button, "it is at hand where no camera is"
    await pointing.press(Qt.Key.Key_O, CONTROL)
    assert not pointing.shows()
    (asked,) = (each for each in shell.window.findChildren(QFileDialog) if each.isVisible())
    asked.reject()
    assert pointing.got == pointing.told == []


async def test_one_that_is_closed_by_a_lock_leads_nowhere(shell: Shell) -> None:
    pointing = Pointing(shell, FRONT)
    shell.wallet.locked = True
    pointing.dialog.others.paste.click()
    assert not pointing.shows()
    await shell.settle()
    assert pointing.got == pointing.told == []


@pytest.mark.parametrize(("colours", "percent"), [("light", 100), ("dark", 200)])
async def test_without_a_camera_the_buttons_fit(shell: Shell, colours: str, percent: int) -> None:
    shell.theme.apply(colours, percent)
    pointing = Pointing(shell)
    pointing.dialog.resize(min(pointing.dialog.width(), 942), min(pointing.dialog.height(), 644))
    QApplication.sendPostedEvents()
    for button in pointing.dialog.others.findChildren(type(pointing.dialog.others.paste)):
        assert button.width() >= button.sizeHint().width()
        assert button.accessibleName() or button.text()
    pointing.dialog.reject()
