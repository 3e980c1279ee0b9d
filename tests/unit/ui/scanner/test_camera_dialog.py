"""Scanning as a person sees it: what is found is named and handed on, and the camera is let go whatever happens."""

from __future__ import annotations

import dataclasses
import gc
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtMultimedia import QMediaDevices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from ashore.intake.codes import MOST_CODES
from ashore.ui.scanner.camera import CameraState, Device, Permission
from ashore.ui.scanner.camera_dialog import open_camera
from ashore.ui.scanner.outline import Tone
from unit.ui.driving import Shell
from unit.ui.scanner.drawn import code_image, scene
from unit.ui.scanner.scanning import ADDRESS, HD, VOUCHER, Scanning
from unit.ui.scanner.simulated import DESK, FRONT, SimulatedInputs

_MOST_GROWN_KIB = 12 * 1024
"""Of 190 openings more (measured: 500 to 4,400). The one picture in ten of them that is shown takes 17,000 in all."""


async def test_a_voucher_is_found_named_and_handed_on_with_the_light_out(shell: Shell) -> None:
    scanning = Scanning(shell, confirm_ms=40).begin()
    light: list[bool] = []
    opened = scanning.desk.opened
    scanning.dialog.found.connect(lambda _text: light.append(bool(opened) or scanning.dialog.isVisible()))
    await scanning.live()
    assert scanning.said.startswith("Hold the code in front of the camera.")
    await scanning.show(VOUCHER, until=lambda: scanning.dialog._taken)
    assert not opened, "the light is out while the find is shown"
    assert scanning.said == "A voucher of 127.0.0.1:8080. It is being filled in."
    assert "s3cretk1" not in scanning.said
    assert [outline.tone for outline in scanning.dialog.preview.outlines] == [Tone.TAKEN]
    assert not scanning.found
    await shell.until(lambda: bool(scanning.found))
    assert scanning.found == [VOUCHER]
    assert light == [False]
    await shell.until(lambda: bool(scanning.gone))


async def test_who_wants_little_motion_is_not_kept_waiting(shell: Shell) -> None:
    scanning = Scanning(shell, confirm_ms=60_000).begin()
    scanning.dialog.motion.reduced = True
    await scanning.show(VOUCHER, until=lambda: scanning.found)
    assert scanning.found == [VOUCHER]


async def test_a_found_text_fills_the_form_and_begins_nothing(shell: Shell) -> None:
    scanning = Scanning(shell).begin()
    scanning.dialog.found.connect(shell.sections.take_in)
    await scanning.show(VOUCHER, until=lambda: scanning.found)
    await shell.settle()
    assert not shell.faults


async def test_what_is_not_for_a_withdrawal_is_named_and_scanning_goes_on(shell: Shell) -> None:
    scanning = Scanning(shell).begin()
    await scanning.show("WIFI:S:cafe;T:WPA;P:secret;;", until=lambda: "Scanning goes on" in scanning.said)
    assert "secret" not in scanning.said
    assert [outline.tone for outline in scanning.dialog.preview.outlines] == [Tone.OTHER]
    assert not scanning.found
    await scanning.show(ADDRESS, until=lambda: scanning.found)
    assert scanning.found == [ADDRESS]


async def test_beside_something_else_the_one_that_leads_is_taken(shell: Shell) -> None:
    scanning = Scanning(shell).begin()
    await scanning.show("hello", ADDRESS, until=lambda: scanning.found)
    assert scanning.found == [ADDRESS]


@pytest.mark.parametrize("by", ["outline", "mirrored outline", "button", "keys", "number"])
async def test_of_several_codes_a_person_chooses_one(shell: Shell, by: str) -> None:
    scanning = Scanning(shell).begin()
    dialog = scanning.dialog
    dialog.mirror.setChecked(by == "mirrored outline")
    await scanning.show(VOUCHER, ADDRESS, until=lambda: len(dialog.picks.buttons) == 2)
    await scanning.show(VOUCHER, ADDRESS, until=lambda: dialog.preview.outlines[-1].corners)
    assert "2 codes are in view" in scanning.said
    assert not scanning.found
    names = [button.accessibleName() for button in dialog.picks.buttons]
    place = next(i for i, name in enumerate(names) if "voucher" in name.lower())
    outline = dialog.preview.outlines[place]
    assert str(outline.number) == names[place][0]
    if "outline" in by:
        middle = sum(at.x() for at in outline.corners) / 4, sum(at.y() for at in outline.corners) / 4
        assert (middle[0] > dialog.preview.width() / 2) == ("mirrored" in by)
        corner = outline.corners[0].toPoint()
        QTest.mouseMove(dialog.preview, corner)
        QTest.mouseClick(dialog.preview, Qt.MouseButton.LeftButton, pos=corner)
        QTest.mouseMove(shell.window, QPoint(1, 1))  # the pointer stays for the tests after this one
    elif by == "button":
        QTest.mouseClick(dialog.picks.buttons[place], Qt.MouseButton.LeftButton)
    elif by == "number":
        QTest.keyClick(dialog, Qt.Key.Key_9)
        assert not scanning.found
        QTest.keyClick(dialog, Qt.Key(Qt.Key.Key_0.value + place + 1))
    else:
        dialog.picks.buttons[place].setFocus()
        QTest.keyClick(dialog.picks.buttons[place], Qt.Key.Key_Return)
    assert scanning.found == [VOUCHER]


async def test_of_more_codes_than_can_be_told_apart_none_is_taken(shell: Shell) -> None:
    sheet = QImage(HD, QImage.Format.Format_RGB32)
    sheet.fill(QColor("white"))
    painter, codes = QPainter(sheet), [code_image(f"hello {number}", 3) for number in range(MOST_CODES + 1)]
    codes[2] = code_image(ADDRESS, 3)
    for place, code in enumerate(codes):
        painter.drawImage(place % 9 * 130, place // 9 * 130, code)
    painter.end()
    scanning = Scanning(shell).begin()
    await scanning.show(image=sheet, until=lambda: "too many codes" in scanning.said)
    for _ in range(9):
        await scanning.show(image=sheet, until=lambda: len(scanning.dialog.sightings.in_view) == MOST_CODES)
    assert not scanning.found
    await _escape(scanning)


async def test_what_left_the_picture_is_outlined_no_more_unless_it_can_be_chosen(shell: Shell) -> None:
    scanning = Scanning(shell).begin()
    dialog = scanning.dialog
    await scanning.show("hello", until=lambda: "Scanning goes on" in scanning.said)
    await scanning.show(VOUCHER, ADDRESS, until=lambda: len(dialog.picks.buttons) == 2)
    assert [bool(outline.corners) for outline in dialog.preview.outlines] == [False, True, True]
    await scanning.show(until=lambda: not any(one.current for one in dialog.sightings.in_view))
    shown = {outline.tone for outline in dialog.preview.outlines if outline.corners}
    assert shown == {Tone.LEADS}, "a hand may be on its way to them"
    await _escape(scanning)


async def test_a_click_beside_every_code_chooses_none(shell: Shell) -> None:
    scanning = Scanning(shell).begin()
    await scanning.show(VOUCHER, ADDRESS, until=lambda: len(scanning.dialog.picks.buttons) == 2)
    QTest.mouseClick(scanning.dialog.preview, Qt.MouseButton.LeftButton, pos=scanning.dialog.preview.rect().topLeft())
    assert not scanning.found
    await _escape(scanning)


async def _escape(scanning: Scanning) -> None:
    QTest.keyClick(scanning.dialog, Qt.Key.Key_Escape)
    assert not scanning.desk.opened
    await scanning.shell.until(lambda: bool(scanning.gone))
    assert not scanning.found


async def test_escape_closes_and_puts_the_light_out(shell: Shell) -> None:
    scanning = Scanning(shell).begin()
    await scanning.live()
    await _escape(scanning)


async def test_enter_presses_nothing_by_itself(shell: Shell) -> None:
    scanning = Scanning(shell).begin()
    await scanning.live()
    scanning.dialog.preview.setFocus()
    QTest.keyClick(scanning.dialog, Qt.Key.Key_Return)
    assert scanning.dialog.isVisible()
    await _escape(scanning)


async def test_a_lock_closes_it(shell: Shell) -> None:
    scanning = Scanning(shell).begin()
    await scanning.live()
    await shell.wallet.lock()
    await shell.until(lambda: bool(scanning.gone))
    assert not scanning.desk.opened


async def test_the_window_takes_it_along_when_it_closes(shell: Shell) -> None:
    scanning = Scanning(shell).begin()
    await scanning.live()
    shell.window.close()
    assert not scanning.desk.opened
    await shell.until(lambda: bool(scanning.gone))


async def test_sleep_closes_it(shell: Shell) -> None:
    clock = [1_000_000]
    scanning = Scanning(shell, now=lambda: clock[0]).begin()
    await scanning.live()
    clock[0] += 1_100
    shell.sections.hub.tick.emit()
    assert scanning.desk.opened
    clock[0] += 3_600_000
    shell.sections.hub.tick.emit()
    assert not scanning.desk.opened
    await shell.until(lambda: bool(scanning.gone))


async def test_troubles_are_said_and_end_by_themselves_or_by_trying_again(shell: Shell) -> None:
    scanning = Scanning(shell)
    desk, dialog = scanning.desk, scanning.dialog
    desk.there = ()
    scanning.begin()
    assert scanning.said.startswith("No camera is connected.")
    assert dialog.chooser.isHidden()
    desk.busy.add(FRONT.id)
    desk.plug(FRONT)
    await shell.until(lambda: "does not start" in scanning.said)
    assert "Another program" in scanning.said
    desk.busy.clear()
    QTest.mouseClick(dialog.says.action, Qt.MouseButton.LeftButton)
    await scanning.live()
    assert dialog.says.action.isHidden()
    desk.plug()
    assert "“Integrated Camera” is gone." in scanning.said
    assert dialog.preview._picture.isNull()
    desk.plug(FRONT)
    await scanning.show(ADDRESS, until=lambda: scanning.found)


async def test_a_refusal_says_how_to_allow_it(shell: Shell) -> None:
    scanning = Scanning(shell)
    scanning.desk.allowed = Permission.UNDECIDED
    scanning.begin()
    assert "Your system asks" in scanning.said
    scanning.desk.answer(Permission.DENIED)
    assert "may not use the camera" in scanning.said
    assert "privacy settings" in scanning.said
    scanning.desk.allowed = Permission.GRANTED
    QTest.mouseClick(scanning.dialog.says.action, Qt.MouseButton.LeftButton)
    await scanning.live()
    await _escape(scanning)


async def test_nothing_for_a_while_is_said(shell: Shell) -> None:
    scanning = Scanning(shell, patience_ms=1).begin()
    await shell.until(lambda: "delivers no picture" in scanning.said)
    await _escape(scanning)


async def test_who_finds_nothing_for_long_is_told_what_helps(shell: Shell) -> None:
    scanning = Scanning(shell).begin()
    await scanning.live()
    assert "nearer" not in scanning.said
    scanning.seconds = 11
    await scanning.show(until=lambda: "Bring it nearer" in scanning.said)
    await scanning.show("hello", until=lambda: "Scanning goes on" in scanning.said)
    await _escape(scanning)


async def test_camera_and_mirror_are_remembered(shell: Shell) -> None:
    scanning = Scanning(shell).begin()
    await scanning.live()
    dialog = scanning.dialog
    dialog.chooser.combo.setCurrentIndex(1)
    assert [lens.device for lens in scanning.desk.opened] == [DESK]
    QTest.mouseClick(dialog.mirror, Qt.MouseButton.LeftButton)
    assert not dialog.preview.mirrored
    await _escape(scanning)
    again = Scanning(shell)
    again.desk.there = (FRONT, Device("/dev/video5", DESK.name))  # a number that the system gave anew
    again.begin()
    assert [lens.device.name for lens in again.desk.opened] == [DESK.name]
    assert again.dialog.chooser.text == DESK.name
    assert not again.dialog.preview.mirrored
    assert not again.dialog.mirror.isChecked()
    await _escape(again)


async def test_a_camera_that_is_gone_stays_chosen_until_a_person_takes_another(shell: Shell) -> None:
    scanning = Scanning(shell).begin()
    await scanning.live()
    scanning.desk.plug(DESK)
    chooser = scanning.dialog.chooser
    assert chooser.text == "Integrated Camera (not connected)"
    assert not scanning.desk.opened
    chooser.combo.setCurrentIndex(1)
    assert [lens.device for lens in scanning.desk.opened] == [DESK]
    await scanning.live()
    assert chooser.text == DESK.name
    await _escape(scanning)


async def test_the_light_of_the_camera_is_offered_where_it_has_one(shell: Shell) -> None:
    scanning = Scanning(shell)
    scanning.desk.with_torch.add(FRONT.id)
    scanning.begin()
    await scanning.live()
    assert scanning.dialog.torch.isVisible()
    scanning.dialog.torch.click()
    assert scanning.desk.opened[0].torch
    scanning.dialog.chooser.combo.setCurrentIndex(1)
    await scanning.live()
    assert scanning.dialog.torch.isHidden()
    await _escape(scanning)


async def test_every_control_is_reached_by_tab_and_has_a_name(shell: Shell) -> None:
    scanning = Scanning(shell)
    scanning.desk.with_torch.add(FRONT.id)
    scanning.begin()
    dialog = scanning.dialog
    await scanning.show(VOUCHER, ADDRESS, until=lambda: len(dialog.picks.buttons) == 2)
    reached = set()
    for _ in range(15):
        QTest.keyClick(dialog, Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        assert isinstance(widget, QWidget)
        reached.add(widget)
    others = (dialog.others.screen_button, dialog.others.picture, dialog.others.paste)
    wanted = {*dialog.picks.buttons, dialog.chooser.combo, dialog.mirror, dialog.torch, *others, dialog.close_button}
    assert wanted <= reached
    for widget in (*wanted, dialog.preview):
        assert widget.accessibleName() or getattr(widget, "text", str)()
    await _escape(scanning)


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("percent", [100, 200])
async def test_all_fits_a_small_screen_at_every_size_of_text(shell: Shell, colours: str, percent: int) -> None:
    shell.theme.apply(colours, percent)
    shell.window.resize(1024, 700)
    scanning = Scanning(shell)
    scanning.desk.with_torch.add(FRONT.id)
    dialog = scanning.begin().dialog
    dialog.resize(min(dialog.width(), 942), min(dialog.height(), 644))
    await scanning.show(VOUCHER, ADDRESS, until=lambda: len(dialog.picks.buttons) == 2)
    QApplication.sendPostedEvents()
    assert dialog.height() <= 644
    assert dialog.preview.height() >= 120
    others = (dialog.others.screen_button, dialog.others.picture, dialog.others.paste)
    boxes = (dialog.mirror, dialog.torch)
    for widget in (*dialog.picks.buttons, *boxes, *others, dialog.close_button, dialog.chooser):
        assert dialog.rect().contains(widget.geometry().translated(widget.parentWidget().mapTo(dialog, QPoint())))
        assert widget.width() >= min(widget.minimumSizeHint().width(), widget.sizeHint().width())
    await _escape(scanning)


async def test_the_picture_is_painted_and_mirrored(shell: Shell) -> None:
    image = scene(size=HD)
    painter = QPainter(image)
    painter.fillRect(0, 0, 640, 720, QColor("black"))
    painter.end()
    scanning = Scanning(shell).begin()
    preview = scanning.dialog.preview
    await scanning.show(image=image, until=lambda: not preview._picture.isNull())
    left, right = (_grey(preview, share) for share in (0.25, 0.75))
    assert abs(left - 136) < 12, "as in a mirror to begin with"
    assert right < 20
    scanning.dialog.mirror.click()
    assert (_grey(preview, 0.25), _grey(preview, 0.75)) == (right, left)
    await _escape(scanning)


def _grey(preview: QWidget, share: float) -> int:
    grabbed = preview.grab().toImage()
    return QColor(grabbed.pixel(round(grabbed.width() * share), grabbed.height() // 2)).lightness()


async def test_open_camera_uses_the_cameras_of_the_window(shell: Shell) -> None:
    desk = SimulatedInputs(DESK)
    context = dataclasses.replace(shell.sections.context, cameras=lambda _parent: desk)
    dialog = open_camera(context, shell.window)
    assert [lens.device for lens in desk.opened] == [DESK]
    assert dialog.isVisible()
    assert dialog.isModal()
    dialog.reject()
    assert not desk.opened


async def test_on_this_computer_it_opens_and_says_how_it_is_with_the_camera(shell: Shell) -> None:
    dialog = open_camera(shell.sections.context, shell.window)
    assert dialog.says.text
    if not QMediaDevices.videoInputs():
        assert dialog.says.text.startswith("No camera is connected.")
    dialog.reject()
    assert dialog.camera.state is CameraState.OFF


async def test_two_hundred_times_open_and_closed_leave_nothing(shell: Shell) -> None:
    scanning = Scanning(shell).begin()
    await scanning.live()
    await _escape(scanning)
    assert scanning.dialog.reader.ended(5)
    threads = threading.active_count()
    before: tuple[int, int, int] | None = None
    for number in range(200):
        scanning = Scanning(shell).begin()
        if number % 10 == 0:
            await scanning.live()
        reader = scanning.dialog.reader
        scanning.dialog.reject()
        assert not scanning.desk.opened
        await shell.until(lambda scanning=scanning: bool(scanning.gone))  # type: ignore[misc]
        assert reader.ended(5)
        del scanning, reader
        if number in (9, 199):
            gc.collect()
            objects = len(shell.window.findChildren(QObject))
            alive = sum(1 for one in gc.get_objects() if isinstance(one, QObject))
            memory = _resident_kib()
            if before is None:
                before = objects, alive, memory
            assert objects == before[0]
            assert alive <= before[1] + 2
            assert memory - before[2] < _MOST_GROWN_KIB
    assert threading.active_count() == threads
    assert QApplication.activeModalWidget() is None


def _resident_kib() -> int:
    """What this process has in memory; 0 where the system does not tell so."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * 4 if statm.exists() else 0
