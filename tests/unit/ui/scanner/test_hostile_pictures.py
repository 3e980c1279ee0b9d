"""The worst that can be dropped on the window: a sentence or a choice, little memory, and a window that goes on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage, QPainter

from ashore.ui.arrivals import Source
from ashore.ui.scanner.chooser import Chooser
from benchmarks.probe import Probe, resident_mib
from unit.ui.driving import Shell
from unit.ui.scanner.drawn import code_image
from unit.ui.scanner.test_picture_file import claims_to_be
from unit.ui.test_voucher_page import VoucherWallet

MOST_MIB = 420
"""More than before, at the most, while it is looked at."""
USUAL_STALL_MS, MOST_STALL_MS = 25.0, 100.0
"""Of processor time, without a turn for anything else in the window."""


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


def many_codes(path: Path) -> None:
    """10,000 codes of 21 by 21 modules, 2 pixels each."""
    codes = [code_image(f"{place}", 2) for place in range(40)]
    side = codes[0].width()
    image = QImage(100 * side, 100 * side, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for place in range(10_000):
        painter.drawImage(place % 100 * side, place // 100 * side, codes[place % 40])
    painter.end()
    assert image.save(str(path), "png")


def noise(path: Path) -> None:
    """Nothing but what could be parts of codes."""
    side = 3000
    image = QImage(os.urandom(side * side), side, side, side, QImage.Format.Format_Grayscale8)
    assert image.save(str(path), "bmp")


def sparse(path: Path) -> None:
    """A picture that goes on for 1 GB."""
    assert code_image("little").save(str(path), "png")
    with path.open("ab") as file:
        file.truncate(1_000_000_000)


def bomb(path: Path) -> None:
    path.write_bytes(claims_to_be(60_000, 60_000))


def largest(path: Path) -> None:
    path.write_bytes(claims_to_be(9_990, 5_000))


def evil_text(path: Path) -> None:
    """What is read from right to left, and rings."""
    image = QImage(400, 400, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.drawImage(20, 20, code_image("0x8f3a12c4b7d09e21f3aa5c6d7e8f901277b0\u202e91c2\u2066\x07", 4))
    painter.end()
    assert image.save(str(path), "png")


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read as Linux tells it")
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (many_codes, "Very many codes were found."),
        (noise, "o QR code"),  # that there is none, or on a busy machine that none was found in time
        (sparse, "The file is too large to be a picture of a code"),
        (bomb, "The picture is too large: 60,000 × 60,000 pixels."),
        (largest, "There is no QR code in this picture."),
        (evil_text, "binary data"),
    ],
)
async def test_the_window_goes_on_and_says_what_it_is(
    shell: Shell, tmp_path: Path, make: Callable[[Path], None], said: str
) -> None:
    path = tmp_path / "worst.png"
    make(path)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    intake = shell.sections.home.intake
    probe, before, most = Probe(), resident_mib(), 0.0
    probe.start()
    intake.scanner.scan.take(data, Source.DROP)

    def done() -> bool:
        nonlocal most
        most = max(most, resident_mib() - before)
        return bool(intake.field.problem.text or shell.window.findChildren(Chooser))

    await shell.until(done)
    await shell.settle()
    stalls = probe.stop()
    dialogs = shell.window.findChildren(Chooser)
    words = [label.accessibleName() for dialog in dialogs for label in dialog.rows]
    told = intake.field.problem.text or dialogs[0].windowTitle() + dialogs[0].heading.text()
    for dialog in dialogs:
        dialog.reject()
    print(f"{make.__name__}: {most:.0f} MiB, window held up p99 {stalls.own_p99:.1f}, at most {stalls.own_max:.1f} ms")
    assert said in told
    assert not {"\u202e", "\u2066", "\x07"} & set(told + "".join(words))
    assert most < MOST_MIB
    assert stalls.own_p99 < USUAL_STALL_MS
    assert stalls.main_max < MOST_STALL_MS
    assert intake.scanner.isEnabled()
