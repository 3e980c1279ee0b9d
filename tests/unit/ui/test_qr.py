"""Codes as they are painted: read back from the pixels, sharp at every scale, copied, saved, and never of a secret."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QPoint, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QDesktopServices, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget

from ashore.intake import codes
from ashore.systems.lnurl.codec import encode_lnurl
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label
from ashore.ui.widgets.opening import open_explorer_page, open_folder, open_page_here
from ashore.ui.widgets.qr import QrCode, show_large, small_code
from ashore.ui.widgets.qr_dialog import CodeDialog, LargeCode
from ashore.ui.widgets.qr_picture import (
    LEAST_MODULE,
    QUIET,
    SAVED_PIXELS,
    Modules,
    NoCode,
    encode,
    least_side,
    picture,
    png,
    svg,
)
from ashore.ui.widgets.saving import Folder, name_for
from ashore.ui.widgets.text_to_sign import TextToSign
from unit.intake.test_kinds import SECRET

ADDRESS = "0x5a5Ae1d9f1b2c3d4E5f60718293a4b5c6D7e8f90"
CALL = f"ethereum:{ADDRESS}@42161/withdrawPendingBalance?address={ADDRESS}&uint16=17&uint128=25000000"
PAGE = "https://etherscan.io/tx/0x" + "5d" * 32
VOUCHER = f"LIGHTNING:{encode_lnurl('http://127.0.0.1:8321/lightning/w?q=0123456789abcdef').upper()}"
LONG = "Withdraw 25 USDC to: Arbitrum, and so on\n" * 24
BLOB = f"ethereum:{ADDRESS}@1/withdrawAndMint?uint256=7&uint256=9&bytes=0x{'5d' * 32}"
PUBLIC = [ADDRESS, CALL, BLOB, PAGE, VOUCHER, LONG, "Zeile mit Umlauten: äöü ₿"]


@pytest.fixture
def holder() -> Iterator[QWidget]:
    made = QWidget()
    yield made
    made.close()
    made.deleteLater()


def painted(widget: QWidget, ratio: float) -> QImage:
    """The widget as a screen of that scale shows it, at a place that no whole pixel divides."""
    size = widget.size()
    shown = QImage((QSize(size.width() + 40, size.height() + 40) * ratio), QImage.Format.Format_RGB32)
    shown.setDevicePixelRatio(ratio)
    shown.fill(QColor("#0E151C"))
    painter = QPainter(shown)
    widget.render(painter, QPoint(13, 17))
    painter.end()
    return shown


def said_by(shown: QImage) -> list[str]:
    grey = shown.convertToFormat(QImage.Format.Format_Grayscale8)
    luma = codes.Luma(bytes(grey.constBits()), grey.width(), grey.height(), grey.bytesPerLine())
    return [code.text for code in codes.read(luma).codes]


@pytest.mark.parametrize("choice", ["light", "dark"])
@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("text", PUBLIC, ids=lambda text: text[:12])
def test_what_is_painted_is_read_back(theme: Theme, text: str, ratio: float, choice: str) -> None:
    theme.apply(choice)
    widget = QrCode(theme, text, "a text")
    side = least_side(encode(text), ratio, 120)
    widget.resize(side, side)
    assert said_by(painted(widget, ratio)) == [text]
    widget.deleteLater()


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 1.75, 2.0])
def test_every_module_is_the_same_whole_number_of_pixels(theme: Theme, ratio: float) -> None:
    modules = encode(ADDRESS)
    widget = QrCode(theme, ADDRESS, "an address")
    side = least_side(modules, ratio, 120)
    widget.resize(side, side)
    shown = painted(widget, ratio)
    dark = [[shown.pixelColor(x, y) == QColor("black") for x in range(shown.width())] for y in range(shown.height())]
    rows = [y for y, line in enumerate(dark) if any(line)]
    columns = [x for x in range(shown.width()) if any(line[x] for line in dark)]
    across = len(modules.rows)
    module, rest = divmod(rows[-1] - rows[0] + 1, across)
    assert rest == 0
    assert (columns[-1] - columns[0] + 1) == module * across
    assert module / ratio >= LEAST_MODULE
    for y in range(across):
        for x in range(across):
            for at in (0, module - 1):
                assert dark[rows[0] + y * module + at][columns[0] + x * module + at] == bool(modules.rows[y][x])
    # The quiet zone is light on all sides, and nothing between is grey.
    quiet = QUIET * module
    for place in ((columns[0] - quiet, rows[0]), (columns[-1] + quiet, rows[0]), (columns[0], rows[-1] + quiet)):
        assert shown.pixelColor(*place) == QColor("white")
    widget.deleteLater()


@pytest.mark.parametrize("size", [100, 200])
@pytest.mark.parametrize("text", PUBLIC, ids=lambda text: text[:12])
def test_a_small_code_is_large_enough_for_a_telephone(theme: Theme, text: str, size: int) -> None:
    theme.apply("light", size)
    widget = QrCode(theme, text, "a text")
    side = widget.sizeHint().width()
    assert side >= 120
    assert side / encode(text).across >= LEAST_MODULE
    widget.deleteLater()


def test_a_short_text_is_corrected_more_and_a_long_one_is_kept_coarse() -> None:
    assert encode(ADDRESS).level in "MQH"
    assert encode(LONG).level == "L"
    assert encode(LONG).across <= 117 + 2 * QUIET


@pytest.mark.parametrize("text", ["x" * 1300, "ß" * 700])
def test_what_no_camera_reads_is_said_in_a_sentence(theme: Theme, text: str) -> None:
    with pytest.raises(NoCode, match="too long"):
        encode(text)
    shown = small_code(theme, text, "a text")
    assert isinstance(shown, Label)
    assert "too long" in shown.text()


def test_of_nothing_there_is_no_code() -> None:
    with pytest.raises(NoCode, match="nothing"):
        encode("")


@pytest.mark.parametrize("text", [text for text, _kind in SECRET], ids=lambda text: text[:12])
def test_of_nothing_that_is_known_as_a_secret_a_code_is_made(text: str) -> None:
    with pytest.raises(NoCode, match="secret"):
        encode(text)


@pytest.mark.parametrize(
    "text",
    [
        encode_lnurl("https://service.example/u?q=s3cret"),
        "lnurlw://service.example/u?q=s3cret",
        "nostr+walletconnect://ab?relay=wss://r.example&secret=cd",
        "legal winner thank year wave sausage worth useful legal winner thank yellow",
        "lndconnect://node.example:10009?macaroon=AgEDbG5k",
        "cashuAeyJ0b2tlbiI6W119",
    ],
)
def test_of_a_secret_no_code_is_made(theme: Theme, holder: QWidget, text: str) -> None:
    with pytest.raises(NoCode, match="secret"):
        encode(text)
    dialog = show_large(theme, holder, text, "a text")
    assert dialog.code is None
    assert dialog.save.isHidden()
    assert dialog.copy_picture.isHidden()


def test_a_code_is_enlarged_by_keyboard_and_mouse_with_its_text_below(theme: Theme, holder: QWidget) -> None:
    widget = QrCode(theme, ADDRESS, "the address of Account 1")
    widget.setParent(holder)
    assert widget.accessibleName() == "QR code of the address of Account 1. Press Enter to enlarge."
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_A):
        QTest.keyClick(widget, key)
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    QTest.mousePress(widget, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=QPoint(-9, -9))  # one who thought better of it
    dialogs = holder.findChildren(CodeDialog)
    assert len(dialogs) == 3
    assert [each.text for each in dialogs[0].findChildren(HexText)] == [ADDRESS]
    for dialog in dialogs:
        dialog.accept()


def test_the_large_code_grows_with_its_window(theme: Theme, holder: QWidget) -> None:
    dialog = show_large(theme, holder, ADDRESS, "the address of Account 1")
    code = dialog.findChild(LargeCode)
    assert isinstance(code, LargeCode)
    assert code.accessibleName() == "QR code of the address of Account 1"
    before = code.width()
    dialog.resize(dialog.width() + 200, dialog.height() + 200)
    layout = dialog.layout()
    assert layout is not None
    layout.activate()
    assert code.width() >= before + 150
    assert said_by(painted(code, 1.0)) == [ADDRESS]
    assert dialog.close_button.isVisible()


def test_text_and_picture_are_copied(theme: Theme, holder: QWidget) -> None:
    dialog = show_large(theme, holder, CALL, "the call that pays it out")
    dialog.copy_text.click()
    assert QGuiApplication.clipboard().text() == CALL
    dialog.copy_picture.click()
    assert said_by(QGuiApplication.clipboard().image()) == [CALL]
    assert dialog.said.text() == "The picture was copied."


@pytest.mark.parametrize("text", PUBLIC, ids=lambda text: text[:12])
def test_saved_pictures_are_large_and_read_back(text: str) -> None:
    modules = encode(text)
    for shown in (QImage.fromData(QByteArray(png(modules))), picture(modules), drawn(svg(modules), modules)):
        assert shown.width() == shown.height() >= SAVED_PIXELS
        assert said_by(shown) == [text]


def drawn(source: bytes, modules: Modules) -> QImage:
    side = -(-SAVED_PIXELS // modules.across) * modules.across
    shown = QImage(side, side, QImage.Format.Format_RGB32)
    painter = QPainter(shown)
    renderer = QSvgRenderer(QByteArray(source))
    assert renderer.isValid()
    renderer.render(painter)
    painter.end()
    return shown


def test_a_code_is_saved_where_one_says_and_the_folder_is_remembered(
    theme: Theme, holder: QWidget, tmp_path: Path
) -> None:
    kept: list[str] = []
    dialog = show_large(theme, holder, ADDRESS, "the address of Account 1", Folder(lambda: str(tmp_path), kept.append))
    for name, start in (("code.png", b"\x89PNG"), ("code.svg", b"<?xml")):
        dialog.save.click()
        (asked,) = [each for each in dialog.findChildren(QFileDialog) if each.isVisible()]
        assert Path(asked.directory().absolutePath()) == tmp_path
        assert [Path(each).name for each in asked.selectedFiles()] == ["address-of-account-1-8f90.png"]
        asked.fileSelected.emit(str(tmp_path / name))
        asked.reject()
        assert (tmp_path / name).read_bytes().startswith(start)
        assert dialog.said.accessibleName() == dialog.said.toolTip() == f"Saved as {tmp_path / name}."
        assert dialog.said.text().replace("\u200b", "").startswith(f"Saved as {name} in /")
        assert dialog.open_folder.isVisible()
    assert kept == [str(tmp_path)] * 2
    assert sorted(each.name for each in tmp_path.iterdir()) == ["code.png", "code.svg"]


def test_the_folder_of_what_was_saved_is_opened_and_nothing_else(
    theme: Theme, holder: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or len(opened) == 1)
    folder = tmp_path / "a folder of mine with <b>a</b> long name % that is cut" / ("x" * 60)
    folder.mkdir(parents=True)
    dialog = show_large(theme, holder, ADDRESS, "the address")
    QApplication.processEvents()
    assert dialog.open_folder.isHidden()
    place = dialog.save.mapTo(dialog, dialog.save.rect().topLeft())
    dialog.save_as(folder / "code.png")
    QApplication.processEvents()
    assert dialog.save.mapTo(dialog, dialog.save.rect().topLeft()) == place, "nothing moves when it is said"
    assert str(folder) not in dialog.said.text()
    assert "…" in dialog.said.text()
    assert str(folder) in dialog.said.accessibleName()
    dialog.open_folder.click()
    assert opened == [QUrl.fromLocalFile(str(folder))]
    dialog.open_folder.click()
    assert dialog.said.text().startswith("The folder could not be opened.")
    dialog.save_as(folder / "code.png")
    dialog.copy_picture.click()
    assert dialog.open_folder.isHidden(), "it belongs to what was saved"
    shares, others = (f"/{tmp_path}", "//host/share", "\\\\host\\share"), (folder / "code.png", folder / "gone")
    for elsewhere in (*shares, *others, "relative", ""):
        assert not open_folder(Path(elsewhere))
    assert len(opened) == 2


@pytest.mark.parametrize(
    ("what", "text", "name"),
    [
        ("the address of Account 1", ADDRESS, "address-of-account-1-8f90"),
        ("the transaction’s page", "https://sepolia.etherscan.io/tx/0x5dE1", "transactions-page-5de1"),
        ("the address of Café Ümlaut/../:*?", ADDRESS, "address-of-café-ümlaut-8f90"),
        ("the address of " + "\u202e" + "x" * 99, ADDRESS, "address-of-" + "x" * 49 + "-8f90"),
        ("…", "!", "code"),
    ],
)
def test_a_file_is_named_after_what_its_code_is_of(what: str, text: str, name: str) -> None:
    assert name_for(what, text) == name


def test_a_folder_that_is_not_there_gives_no_file_its_name(
    theme: Theme, holder: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert Folder().start() == str(tmp_path), "there are no Pictures in this home"
    assert Folder(lambda: str(tmp_path / "gone")).start() == str(tmp_path)
    dialog = show_large(theme, holder, ADDRESS, "the address")
    dialog.save.click()
    (asked,) = [each for each in dialog.findChildren(QFileDialog) if each.isVisible()]
    assert [Path(each).name for each in asked.selectedFiles()] == ["address-8f90.png"]
    asked.reject()


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://127.0.0.1:8080/lnurl/", True),
        ("http://[::1]:8080/", True),
        ("http://127.0.0.1/", False),
        ("https://127.0.0.1:8080/", False),
        ("http://localhost:8080/", False),
        ("http://127.0.0.1.evil.example:80/", False),
        ("http://127.0.0.1:80@evil.example:80/", False),
        ("http://127.0.0.1:99999999/", False),
        ("http://evil.example:80/http://127.0.0.1:80/", False),
        ("file:///etc/passwd", False),
        ("javascript://127.0.0.1:80/%0aalert(1)", False),
        ("http://127.0.0.1:80\\@evil.example/", False),
        ("", False),
    ],
)
def test_only_a_page_of_this_computer_is_opened(address: str, here: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(opened.append(url.toString()) or True))
    assert open_page_here(address) is here
    assert bool(opened) is here


@pytest.mark.parametrize(
    ("address", "known"),
    [
        (f"https://etherscan.io/tx/0x{'5d' * 32}", True),
        (f"http://etherscan.io/tx/0x{'5d' * 32}", False),
        (f"https://etherscan.io.evil.example/tx/0x{'5d' * 32}", False),
        (f"https://etherscan.io@evil.example/tx/0x{'5d' * 32}", False),
        ("https://etherscan.io/verifiedSignatures", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_a_page_of_a_known_explorer_is_opened(address: str, known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(opened.append(url.toString()) or True))
    assert open_explorer_page(address) is known
    assert bool(opened) is known


def test_what_cannot_be_saved_is_said_and_leaves_what_was_there(theme: Theme, holder: QWidget, tmp_path: Path) -> None:
    dialog = show_large(theme, holder, ADDRESS, "the address")
    dialog.save_as(tmp_path / "gone" / "code.png")
    assert dialog.said.text().startswith("The file was not saved. The folder is not there any more.")
    shut = tmp_path / "shut"
    shut.mkdir()
    (shut / "code.png").write_text("before")
    shut.chmod(stat.S_IRUSR | stat.S_IXUSR)
    dialog.save_as(shut / "code.png")
    shut.chmod(stat.S_IRWXU)
    if os.geteuid() != 0:  # nothing is shut to root
        assert "Nobody may write there" in dialog.said.text()
        assert (shut / "code.png").read_text() == "before"
    (tmp_path / "folder.png").mkdir()
    dialog.save_as(tmp_path / "folder.png")
    assert "The file was not saved." in dialog.said.text()
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_a_text_to_sign_is_shown_as_its_code(theme: Theme, holder: QWidget) -> None:
    widget = TextToSign(theme, LONG, what="Text to sign")
    widget.setParent(holder)
    widget.code.click()
    (dialog,) = holder.findChildren(QDialog)
    code = dialog.findChild(LargeCode)
    assert isinstance(code, LargeCode)
    assert said_by(painted(code, 1.0)) == [LONG]


def test_a_warning_stands_above_the_code_and_nothing_moves_when_it_is_copied(theme: Theme, holder: QWidget) -> None:
    dialog = show_large(theme, holder, ADDRESS, "the address of Account 1", warning="Everybody knows its key.")
    QApplication.processEvents()
    code = dialog.code
    assert code is not None
    assert "Everybody knows its key." in [label.text() for label in dialog.findChildren(Label) if label.isVisible()]
    before = dialog.save.mapTo(dialog, dialog.save.rect().topLeft()), code.size()
    dialog.copy_picture.click()
    QApplication.processEvents()
    assert (dialog.save.mapTo(dialog, dialog.save.rect().topLeft()), code.size()) == before
