"""Files from outside: pictures of every kind that is read, and everything that is refused with a sentence."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
import segno
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter

from ashore.ui.scanner.picture_file import BOUNDS, MOST_FILE_BYTES, Picture, Text, load_bytes, load_file, of_image
from ashore.ui.scanner.still import look
from ashore.ui.widgets.picture import USUAL_SCANS, UnreadablePicture
from unit.ui.scanner.drawn import layered

TEXT = "lightning:LNURL1DP68GURN8GHJ7MRWW4EXCTNXD9SHG6NPVCHXXMMD9AKXUATJDSKHQCTE8AEK2UMND9HKU0"
MOST_MIB = 420
"""What the largest picture that is read may take in all, with Python and Qt."""
MOST_SECONDS = 4.0
"""Of processor time, for the same: some four times what it takes."""


def code(scale: int = 6, *, ground: str = "white") -> QImage:
    """A picture of TEXT."""
    rows = [bytes(line) for line in segno.make(TEXT, error="m", micro=False).matrix]
    side = len(rows) + 8
    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(QColor(ground))
    for y, line in enumerate(rows):
        for x, dark in enumerate(line):
            if dark:
                image.setPixelColor(x + 4, y + 4, QColor("black"))
    return image.scaled(side * scale, side * scale)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def claims_to_be(width: int, height: int) -> bytes:
    """A PNG of so many black points; of more than are ever decoded it has the first line alone."""
    line = b"\x00" * (width // 8 + 2)
    body = zlib.compress(line * (height if width * height <= BOUNDS.pixels else 1), 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def refused(path: Path) -> str:
    with pytest.raises(UnreadablePicture) as found:
        load_file(path)
    assert found.value.advice, "it is said what helps"
    assert str(path) not in str(found.value)
    return found.value.sentence


@pytest.mark.parametrize("kind", ["png", "jpg", "bmp", "webp"])
@pytest.mark.parametrize("name", ["code.{kind}", "code.txt", "code"])
def test_a_picture_is_read_whatever_it_is_called(tmp_path: Path, kind: str, name: str) -> None:
    path = tmp_path / name.format(kind=kind)
    assert code().convertToFormat(QImage.Format.Format_RGB32).save(str(path), kind)
    seen = look([lambda: load_file(path)])
    assert not isinstance(seen, Text)
    assert [each.text for each in seen.found] == [TEXT]
    corners = seen.found[0].corners
    assert all(0 <= x <= code().width() and 0 <= y <= code().height() for x, y in corners)


def test_a_code_on_nothing_is_read_as_on_paper(tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    assert code(ground="transparent").save(str(path))
    seen = look([lambda: load_file(path)])
    assert not isinstance(seen, Text)
    assert [each.text for each in seen.found] == [TEXT]


def test_what_is_shown_is_no_larger_than_a_screen_and_its_outline_fits(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    image = QImage(6000, 4000, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    small = code(scale=10)
    painter = QPainter(image)
    painter.drawImage(5000, 3000, small)
    painter.end()
    assert image.save(str(path))
    seen = look([lambda: load_file(path)])
    assert not isinstance(seen, Text)
    (found,) = seen.found
    assert found.shown.width() == 1600
    assert all(5000 <= x * 6000 / 1600 <= 6000 for x, _y in found.corners)


def test_a_photograph_in_layers_is_read(tmp_path: Path) -> None:
    path = tmp_path / "layers.jpg"
    writer = QImageWriter(str(path), b"jpeg")
    writer.setProgressiveScanWrite(True)
    assert writer.write(code().convertToFormat(QImage.Format.Format_RGB32))
    seen = look([lambda: load_file(path)])
    assert not isinstance(seen, Text)
    assert [each.text for each in seen.found] == [TEXT]


@pytest.mark.parametrize(
    ("width", "height", "more"),
    [
        (BOUNDS.layered // 8_000, 8_000, 7),  # one more than such a large one may have
        (BOUNDS.layered // 8_000 + 1, 8_000, 0),
        (8, 8, 55),
        (64, 64, 20_000),
    ],
)
def test_layers_that_would_take_long_or_much_memory_are_never_decoded(
    tmp_path: Path, width: int, height: int, more: int
) -> None:
    path = tmp_path / "layers.jpg"
    path.write_bytes(layered(width, height, more))
    assert refused(path) == "The picture is put together of too many layers for its size."


@pytest.mark.qt_log_ignore("Inconsistent progression")
def test_the_costliest_layers_that_are_read_take_a_moment(tmp_path: Path) -> None:
    path = tmp_path / "layers.jpg"
    path.write_bytes(layered(BOUNDS.layered // 8_000, 8_000, USUAL_SCANS - 10))
    before = time.thread_time()
    assert isinstance(load_file(path), Picture)
    assert time.thread_time() - before < MOST_SECONDS
    what, most = measured(path)
    assert what == "read"
    assert most < MOST_MIB


def animated(frames: int) -> bytes:
    """A GIF of so many frames of 2 by 2 pixels."""
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 2, 2, 0) + b"\x02\x03\x44\x02\x05\x00"
    head = b"GIF89a" + struct.pack("<HHBBB", 2, 2, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff"
    return head + (b"\x21\xf9\x04\x04\x0a\x00\x00\x00" + frame) * frames + b"\x3b"


@pytest.mark.parametrize(("frames", "moving"), [(1, False), (3, True)])
def test_of_an_animation_the_first_picture_is_taken_and_that_is_told(tmp_path: Path, frames: int, moving: bool) -> None:
    path = tmp_path / "moving.gif"
    path.write_bytes(animated(frames))
    loaded = load_file(path)
    assert isinstance(loaded, Picture)
    assert loaded.moving is moving


def test_a_text_is_told_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "link.png"
    path.write_bytes(b"\xef\xbb\xbf" + f"{TEXT}\n".encode())
    assert load_file(path) == Text(f"{TEXT}\n")
    assert TEXT not in repr(load_file(path))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n", "PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", "SVG"),
        (b"\x00\x00\x00\x20ftypheic\x00", "HEIC"),
        (b"II*\x00\x08\x00", "TIFF"),
        (b"PK\x03\x04\x14\x00", "archive"),
        (b"\x7fELF\x00\x01", "neither a picture nor a text"),
        (b"caf\xe9 in Latin-1", "neither a picture nor a text"),
        (b"a" * 70_000, "too long"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"\x89PNG\r\n\x1a\nnothing of a picture", "damaged"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 64, "damaged"),
        (b"\xff\xd8\xff\xe0" + b"\xff\xda" * 100, "too many layers"),
        (b"GIF89a\x00\x00\x00\x00", "damaged"),
        (b"RIFF\x04\x00\x00\x00WEBPVP8 ", "damaged"),
        (b"BM" + b"\xff" * 60, "damaged"),
    ],
)
@pytest.mark.qt_log_ignore("JPEG data")
def test_what_is_no_picture_is_refused_by_what_it_is(tmp_path: Path, body: bytes, sentence: str) -> None:
    path = tmp_path / "code.png"
    path.write_bytes(body)
    assert sentence in refused(path)


def test_half_a_picture_is_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    whole = tmp_path / "whole.png"
    assert code().save(str(whole))
    body = whole.read_bytes()
    for length in range(0, len(body), max(1, len(body) // 40)):
        path = tmp_path / "half.png"
        path.write_bytes(body[:length])
        with contextlib.suppress(UnreadablePicture):
            assert isinstance(load_file(path), Picture)


def test_what_is_no_file_is_refused_without_being_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    assert "a device or a pipe" in refused(pipe)
    assert "a device or a pipe" in refused(Path("/dev/zero"))
    assert "a device or a pipe" in refused(Path("/dev/null"))
    assert "a folder" in refused(tmp_path)
    assert "cannot be read" in refused(tmp_path / "nothing.png")
    assert "cannot be read" in refused(Path("nul\x00.png"))
    dead = tmp_path / "dead.png"
    dead.symlink_to(tmp_path / "gone")
    assert "cannot be read" in refused(dead)


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (30_000, 30_000), (2_000_000_000, 1), (1, 40_000)])
def test_more_pixels_than_a_picture_of_a_code_has_are_never_decoded(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(claims_to_be(width, height))
    assert refused(path) in (f"The picture is too large: {width:,} × {height:,} pixels.", *DAMAGED)


DAMAGED = ("The picture is damaged or was not loaded to its end.",)


def test_bytes_and_decoded_pictures_have_the_same_bounds() -> None:
    with pytest.raises(UnreadablePicture, match="too large"):
        load_bytes(QByteArray(claims_to_be(30_000, 30_000)))
    with pytest.raises(UnreadablePicture, match="not opened"):
        load_bytes(QByteArray(b"plain text"))
    with pytest.raises(UnreadablePicture, match="damaged"):
        of_image(QImage())
    with pytest.raises(UnreadablePicture, match="too large"):
        of_image(QImage(32_000, 2_000, QImage.Format.Format_Grayscale8))


_MEASURED = """
import sys
from pathlib import Path
from ashore.ui.widgets.picture import UnreadablePicture
from ashore.ui.scanner.picture_file import load_file
try:
    load_file(Path(sys.argv[1]))
    print("read", end=" ")
except UnreadablePicture:
    print("refused", end=" ")
told = Path("/proc/self/status").read_text().split()
print(int(told[told.index("VmHWM:") + 1]) // 1024)  # of this program alone; ru_maxrss counts who started it, too
"""


def measured(path: Path) -> tuple[str, int]:
    """What became of a file in a process of its own, and the most memory that took, in MiB."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    what, most = done.stdout.split()
    return what, int(most)


@pytest.mark.skipif(sys.platform != "linux", reason="the most memory is told so on Linux")
def test_memory_is_bounded_whatever_the_file_claims(tmp_path: Path) -> None:
    little = tmp_path / "little.png"
    assert code().save(str(little))
    usual = measured(little)[1]

    sparse = tmp_path / "sparse.png"
    with sparse.open("wb") as file:
        file.write(little.read_bytes())
        file.truncate(1_000_000_000)
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(claims_to_be(60_000, 60_000))
    for path in (sparse, bomb):
        what, most = measured(path)
        assert what == "refused"
        assert most < usual + 16, path

    largest = tmp_path / "largest.png"
    largest.write_bytes(claims_to_be(BOUNDS.pixels // 5_000, 5_000))
    what, most = measured(largest)
    assert what == "read"
    assert most < MOST_MIB

    padded = tmp_path / "padded.png"
    with padded.open("wb") as file:
        file.write(little.read_bytes())
        file.truncate(MOST_FILE_BYTES)
    what, most = measured(padded)
    assert what == "read"
    assert most < usual + 2 * MOST_FILE_BYTES // 2**20 + 16
