"""The scan menu: what was copied, a file, the screen, several codes at once; and what is said where there is none."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QSize, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from ashore.domain.addresses import checksum
from ashore.intake.codes import MOST_CODES, SECONDS, Effort
from ashore.systems.base import Problem
from ashore.systems.lnurl.codec import encode_lnurl
from ashore.ui.arrivals import Source
from ashore.ui.pages.intake_field import IntakeField
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.scanner import screen
from ashore.ui.scanner.chooser import Chooser, CodesPicture
from ashore.ui.scanner.ways import CAMERA, CLIPBOARD, PICTURE, SCREEN
from ashore.ui.widgets.picture import UnreadablePicture
from unit.ui.driving import Shell
from unit.ui.scanner.drawn import scene
from unit.ui.test_voucher_page import LINK, VoucherWallet

ADDRESS = checksum(bytes.fromhex("8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"))
PAIRING = "nostr+walletconnect://" + "ab" * 32 + "?relay=wss%3A%2F%2Frelay.example&secret=" + "cd" * 32
EVIL = "hello\u202e0x8f3a\u2066 world"


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


def intake(shell: Shell) -> IntakeField:
    return shell.sections.home.intake


def copied(**what: object) -> QMimeData:
    data = QMimeData()
    if "text" in what:
        data.setText(str(what["text"]))
    if isinstance(what.get("image"), QImage):
        data.setImageData(what["image"])
    if "file" in what:
        data.setUrls([QUrl.fromLocalFile(str(each)) for each in what["file"]])  # type: ignore[attr-defined]
    return data


async def scan(shell: Shell, data: QMimeData, source: Source = Source.DROP) -> None:
    intake(shell).scanner.scan.take(data, source)
    await shell.settle()


def chooser(shell: Shell) -> Chooser:
    (found,) = [each for each in shell.window.findChildren(Chooser) if each.isVisible()]
    return found


def voucher(shell: Shell) -> str:
    assert shell.sections.place == "voucher"
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    return page.link.text()


async def test_the_menu_opens_by_keyboard_and_names_its_ways(shell: Shell) -> None:
    button = intake(shell).scanner
    assert button.accessibleName() == "Scan a code"
    QTest.keyClick(button, Qt.Key.Key_Return)
    await shell.until(lambda: QApplication.activePopupWidget() is button.ways)
    assert [action.text() for action in button.ways.actions()] == [CAMERA, SCREEN, PICTURE, CLIPBOARD]
    button.ways.close()


@pytest.mark.parametrize("how", ["button", "menu", "keys"])
async def test_a_copied_text_is_named_in_the_field(shell: Shell, how: str, wallet: VoucherWallet) -> None:
    QGuiApplication.clipboard().setText(LINK)
    field = intake(shell)
    if how == "button":
        field.paste.click()
    elif how == "menu":
        field.scanner.ways.actions()[3].trigger()
    else:
        shell.window.side.buttons["withdraw"].setFocus()
        QTest.keyClick(shell.window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await shell.settle()
    assert field.edit.text() == LINK
    assert field.to_voucher.isVisible()
    assert wallet.asked == []


@pytest.mark.parametrize("how", ["field", "page"])
async def test_a_copied_picture_leads_to_the_form_by_control_v(shell: Shell, how: str, wallet: VoucherWallet) -> None:
    QGuiApplication.clipboard().setImage(scene(LINK))
    field = intake(shell)
    (field.edit if how == "field" else shell.window.side.buttons["withdraw"]).setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await shell.until(lambda: shell.sections.place == "voucher")
    assert voucher(shell) == LINK
    assert wallet.asked == []


@pytest.mark.parametrize("how", ["button", "keys"])
@pytest.mark.parametrize("text", ["", " "])
async def test_an_empty_clipboard_is_said(shell: Shell, how: str, text: str) -> None:
    field = intake(shell)
    field.field.show_problem(Problem("There is no QR code in the copied picture."))
    QGuiApplication.clipboard().clear()
    if text:
        QGuiApplication.clipboard().setText(text)
    if how == "button":
        field.paste.click()
    else:
        QTest.keyClick(field.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await shell.settle()
    assert "the clipboard is empty" in field.field.problem.text
    assert "no QR code" not in field.field.problem.text


async def test_of_text_and_picture_what_ashore_knows_is_taken(shell: Shell) -> None:
    await scan(shell, copied(text="https://example.org/page", image=scene(LINK)))
    assert voucher(shell) == LINK
    shell.sections.show_section("withdraw")
    await scan(shell, copied(text=ADDRESS.lower(), image=scene("something else")))
    assert shell.sections.place == "form"


async def test_a_dropped_file_leads_to_its_form(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "a voucher.png"
    assert scene(LINK).save(str(path))
    await scan(shell, copied(file=[path]))
    assert voucher(shell) == LINK


async def test_a_dropped_file_of_text_is_taken_in(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "link.txt"
    path.write_text(LINK)
    await scan(shell, copied(file=[path]))
    assert voucher(shell) == LINK


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("empty.png", b"", "The file is empty."),
        ("broken.png", b"\x89PNG\r\n\x1a\nno", "damaged"),
        ("paper.pdf", b"%PDF-1.4", "PDF"),
    ],
)
async def test_what_cannot_be_read_is_said_beside_the_field(
    shell: Shell, tmp_path: Path, name: str, body: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    intake(shell).edit.setText("0x8f")
    await scan(shell, copied(file=[path]))
    assert said in intake(shell).field.problem.text
    assert intake(shell).edit.text() == "0x8f", "nothing typed is lost"
    assert intake(shell).scanner.isEnabled()


@pytest.mark.parametrize(
    "place",
    ["file://other.example/share/code.png", "file:////other.example/share/code.png", "file:///%5C%5Cother/code"],
)
async def test_a_file_on_another_computer_is_not_opened(shell: Shell, place: str) -> None:
    elsewhere = QMimeData()
    elsewhere.setUrls([QUrl(place)])
    await scan(shell, elsewhere)
    assert "another computer" in intake(shell).field.problem.text


async def test_several_files_and_what_nobody_knows_are_said(shell: Shell, tmp_path: Path) -> None:
    await scan(shell, copied(file=[tmp_path / "a.png", tmp_path / "b.png"]))
    assert "one at a time" in intake(shell).field.problem.text
    data = QMimeData()
    data.setData("application/x-something", QByteArray(b"\x00\x01"))
    await scan(shell, data, Source.CLIPBOARD)
    assert "neither a text nor a picture" in intake(shell).field.problem.text


async def test_a_picture_without_a_code_says_what_helps(shell: Shell) -> None:
    blank = QImage(400, 300, QImage.Format.Format_RGB32)
    blank.fill(Qt.GlobalColor.white)
    await scan(shell, copied(image=blank))
    said = intake(shell).field.problem.text
    assert "There is no QR code in this picture." in said
    assert "sharp" in said


async def test_of_a_picture_that_takes_too_long_nobody_says_that_it_has_no_code(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SECONDS, Effort.STILL, 0.0)
    await scan(shell, copied(image=scene(LINK)))
    said = intake(shell).field.problem.text
    assert "not all could be looked at in time" in said
    assert "Cut out the part" in said


async def test_a_file_is_chosen_in_a_dialog_that_remembers_its_folder(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "code.png"
    assert scene(LINK).save(str(path))
    intake(shell).scanner.ways.actions()[2].trigger()
    (dialog,) = shell.window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.close()
    await shell.until(lambda: shell.sections.place == "voucher")
    shell.sections.show_section("withdraw")
    assert intake(shell).scanner.scan._folder() == str(tmp_path)


async def test_several_codes_are_chosen_from_by_mouse(shell: Shell) -> None:
    await scan(shell, copied(image=scene(ADDRESS, LINK, size=scene_size())))
    dialog = chooser(shell)
    picture = dialog.picture
    assert isinstance(picture, CodesPicture)
    place = next(at for at, row in enumerate(dialog.rows) if "A voucher of" in row.accessibleName())
    corners = picture.outlines()[place].corners
    middle = (corners[0] + corners[2]) / 2
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle.toPoint())
    await shell.settle()
    assert voucher(shell) == LINK


def scene_size() -> QSize:
    return QSize(1000, 500)


async def test_several_codes_are_chosen_from_by_keyboard(shell: Shell) -> None:
    await scan(shell, copied(image=scene(ADDRESS, LINK, size=scene_size())))
    dialog = chooser(shell)
    assert dialog.rows[0].hasFocus()
    place = next(at for at, row in enumerate(dialog.rows) if ADDRESS in row.accessibleName())
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up)
    assert dialog.rows[-1].hasFocus(), "the list goes round"
    for _ in range(place + 1):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    assert dialog.rows[place].hasFocus()
    assert dialog.picture.outlines()[place].stressed
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    await shell.settle()
    assert shell.sections.place == "form"


async def test_several_codes_are_chosen_from_by_number(shell: Shell) -> None:
    await scan(shell, copied(image=scene(ADDRESS, LINK, size=scene_size())))
    dialog = chooser(shell)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_9)
    assert dialog.isVisible(), "there are two"
    place = next(at for at, row in enumerate(dialog.rows) if "A voucher of" in row.accessibleName())
    QTest.keyClick(QApplication.focusWidget(), str(place + 1))
    await shell.settle()
    assert voucher(shell) == LINK


async def test_two_vouchers_of_one_service_are_told_apart(shell: Shell) -> None:
    other = encode_lnurl("http://127.0.0.1:8080/u?q=another").upper()
    mine = encode_lnurl("http://127.0.0.1:8080/u?q=mine").upper()
    await scan(shell, copied(image=scene(mine, other, size=scene_size())))
    names = [row.accessibleName() for row in chooser(shell).rows]
    assert sorted(name.rpartition("“")[2] for name in names) == sorted(f"{each[-6:]}”." for each in (mine, other))


async def test_what_is_chosen_from_is_named_and_never_spelt_out_where_it_is_secret(shell: Shell) -> None:
    await scan(shell, copied(image=scene(PAIRING, EVIL, size=scene_size())))
    dialog = chooser(shell)
    names = " ".join(row.accessibleName() for row in dialog.rows)
    assert "abab" not in names
    assert "cdcd" not in names
    assert "\u202e" not in names
    assert "\u2066" not in names
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    await shell.settle()
    assert shell.sections.place == "withdraw"
    assert intake(shell).edit.text() == ""


async def test_the_same_code_twice_is_one(shell: Shell) -> None:
    await scan(shell, copied(image=scene(LINK, LINK, size=scene_size())))
    assert voucher(shell) == LINK


async def test_more_codes_than_can_be_chosen_from_are_said(shell: Shell) -> None:
    image = QImage(2400, 1800, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    for place in range(MOST_CODES + 8):
        one = scene(f"code number {place}")
        painter.drawImage(place % 8 * 290 + 20, place // 8 * 290 + 20, one.copy(320 - 70, 180 - 70, 140, 140))
    painter.end()
    await scan(shell, copied(image=image))
    dialog = chooser(shell)
    assert len(dialog.rows) == MOST_CODES
    assert "the first of them" in dialog.said.text()
    dialog.reject()


async def test_the_choice_goes_when_the_wallet_is_locked(shell: Shell, wallet: VoucherWallet) -> None:
    await scan(shell, copied(image=scene(ADDRESS, LINK, size=scene_size())))
    dialog = chooser(shell)
    wallet.locked = True
    shell.sections.hub.lock_changed.emit()
    assert not dialog.isVisible()


async def test_the_window_hides_while_the_screen_is_looked_at(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden: list[bool] = []

    def grab() -> list[QImage]:
        hidden.append(not shell.window.isVisible())
        return [scene("nothing known"), scene(LINK)][1:]

    monkeypatch.setattr(screen, "grab", grab)
    monkeypatch.setattr(screen, "SETTLE_S", 0.01)
    place = shell.window.geometry()
    intake(shell).scanner.ways.actions()[1].trigger()
    await shell.until(lambda: shell.sections.place == "voucher")
    assert hidden == [True]
    assert shell.window.isVisible()
    assert shell.window.geometry() == place


async def test_the_window_comes_back_whatever_happens(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> list[QImage]:
        raise UnreadablePicture("The screen could not be looked at.", "Take a screenshot.")

    monkeypatch.setattr(screen, "grab", fails)
    monkeypatch.setattr(screen, "SETTLE_S", 0.01)
    intake(shell).scanner.ways.actions()[1].trigger()
    await shell.until(lambda: "could not be looked at" in intake(shell).field.problem.text)
    assert shell.window.isVisible()
    assert shell.window.focusWidget() is intake(shell).edit


@pytest.mark.parametrize(
    ("environment", "asked"),
    [({"XDG_SESSION_TYPE": "wayland"}, "xcb"), ({"WAYLAND_DISPLAY": "wayland-0"}, "xcb"), ({}, "wayland")],
)
def test_a_wayland_desktop_is_asked(environment: dict[str, str], asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", staticmethod(lambda: asked))
    assert screen.needs_portal(environment)
    monkeypatch.setattr(QGuiApplication, "platformName", staticmethod(lambda: "xcb"))
    assert not screen.needs_portal({"XDG_SESSION_TYPE": "x11"})


def test_a_system_that_hides_the_screen_has_its_sentence() -> None:
    assert "Screen Recording" in screen.permission_words("darwin")
    assert screen.permission_words("linux") == ""


async def test_many_pictures_at_once_are_looked_at_one_by_one_and_the_last_one_counts(
    shell: Shell, tmp_path: Path, wallet: VoucherWallet
) -> None:
    paths = [tmp_path / f"{place}.png" for place in range(30)]
    for place, path in enumerate(paths):
        assert scene(LINK if path is paths[-1] else f"number {place}").save(str(path))
    for path in paths:
        intake(shell).scanner.scan.take(copied(file=[path]), Source.DROP)
    names = [thread.name for thread in threading.enumerate() if thread.name.startswith("ashore-pictures")]
    assert len(names) <= 1
    await shell.until(lambda: shell.sections.place == "voucher")
    assert voucher(shell) == LINK


async def test_codes_on_two_screens_are_shown_each_on_its_own(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "grab", lambda: [scene(ADDRESS), scene(LINK, size=QSize(900, 300))])
    monkeypatch.setattr(screen, "SETTLE_S", 0.01)
    intake(shell).scanner.scan.from_screen()
    await shell.until(lambda: bool(shell.window.findChildren(Chooser)))
    dialog = chooser(shell)
    await shell.until(dialog.rows[0].hasFocus)
    first, second = dialog.picture.outlines()
    assert first.corners
    assert not second.corners
    QTest.keyClick(dialog.rows[0], Qt.Key.Key_Down)
    first, second = dialog.picture.outlines()
    assert not first.corners
    assert second.corners
    dialog.rows[1].click()
    await shell.settle()
    assert voucher(shell) == LINK
