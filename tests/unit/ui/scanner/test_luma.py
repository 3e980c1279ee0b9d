"""The grey values of every picture and of every camera's frame reach the decoder."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtMultimedia import QtVideo, QVideoFrame, QVideoFrameFormat

from ashore.intake.codes import read
from ashore.ui.scanner.frames import look, luma_of_frame
from ashore.ui.scanner.luma import luma_of_image
from unit.ui.scanner.drawn import Pixel, code_image, frame_of, grey, scene

TEXT = "lightning:LNURL1DP68GURN8GHJ7MRWW4EXCTNV9EJQ"
SENT = [
    Pixel.Format_NV12,
    Pixel.Format_NV21,
    Pixel.Format_YUV420P,
    Pixel.Format_YUV422P,
    Pixel.Format_YV12,
    Pixel.Format_Y8,
    Pixel.Format_Y16,
    Pixel.Format_P010,
    Pixel.Format_YUYV,
    Pixel.Format_UYVY,
    Pixel.Format_BGRA8888,
    Pixel.Format_BGRX8888,
    Pixel.Format_BGRA8888_Premultiplied,
    Pixel.Format_RGBA8888,
    Pixel.Format_RGBX8888,
    Pixel.Format_Jpeg,
]
IN_PLACE = SENT[:10]


@pytest.mark.parametrize("pixel", SENT, ids=lambda pixel: pixel.name)
@pytest.mark.parametrize("width", [320, 323])
def test_a_code_is_read_from_frames_of_every_format_and_width(
    qapp: object, pixel: QVideoFrameFormat.PixelFormat, width: int
) -> None:
    frame = frame_of(scene(TEXT, size=QSize(width, 241)), pixel)
    with luma_of_frame(frame) as luma:
        assert luma is not None
        assert (luma.width, luma.height) in ((width, 241), (width, 240))
        assert [code.text for code in read(luma).codes] == [TEXT]
    assert not frame.isMapped()


@pytest.mark.parametrize("pixel", IN_PLACE, ids=lambda pixel: pixel.name)
def test_the_grey_values_of_a_camera_are_not_copied(qapp: object, pixel: QVideoFrameFormat.PixelFormat) -> None:
    frame = frame_of(grey(200), pixel)
    with luma_of_frame(frame) as luma:
        assert luma is not None
        assert luma.grey[0] == 200
        memoryview(frame.bits(0))[:4] = bytes(4)  # type: ignore[arg-type]
        assert luma.grey[0] == 0


def test_a_frame_is_given_back_though_its_reader_fails(qapp: object) -> None:
    frame = frame_of(grey(200), Pixel.Format_NV12)
    with pytest.raises(KeyError), luma_of_frame(frame):
        raise KeyError
    assert not frame.isMapped()


@pytest.mark.parametrize(
    "frame",
    [QVideoFrame(), QVideoFrame(QVideoFrameFormat(QSize(0, 0), Pixel.Format_NV12)), QVideoFrame(QImage())],
    ids=["none", "no size", "no picture"],
)
def test_a_frame_without_a_picture_is_none(qapp: object, frame: QVideoFrame) -> None:
    with luma_of_frame(frame) as luma:
        assert luma is None
    assert look(frame, QSize(100, 100)).empty


def test_a_damaged_compressed_frame_is_none(qapp: object) -> None:
    frame = QVideoFrame(QVideoFrameFormat(QSize(64, 48), Pixel.Format_Jpeg))
    with luma_of_frame(frame) as luma:
        assert luma is None


@pytest.mark.parametrize("pixel", [Pixel.Format_BGRA8888, Pixel.Format_RGBA8888])
def test_a_camera_sees_nothing_transparent(qapp: object, pixel: QVideoFrameFormat.PixelFormat) -> None:
    clear = QImage(QSize(16, 16), QImage.Format.Format_ARGB32)
    clear.fill(QColor(10, 10, 10, 0))
    with luma_of_frame(frame_of(clear, pixel)) as luma:
        assert luma is not None
        assert bytes(luma.grey)[0] == 10


@pytest.mark.parametrize("turned", list(QtVideo.Rotation))
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("direction", list(QVideoFrameFormat.Direction))
def test_a_code_is_outlined_where_it_is_in_the_picture_that_is_shown(
    qapp: object, turned: QtVideo.Rotation, mirrored: bool, direction: QVideoFrameFormat.Direction
) -> None:
    image = scene(TEXT, "0x8f3a9f1c5d2E1fB4b3C2a1908f7e6d5c4b3a2918", size=QSize(480, 240))
    frame = frame_of(image, Pixel.Format_NV12, rotation=turned, mirrored=mirrored, direction=direction)
    seen = look(frame, QSize(2000, 2000))
    shown = read(luma_of_image(seen.picture))
    width, height = seen.picture.width(), seen.picture.height()
    for code, outline in zip(seen.reading.codes, seen.outlines, strict=True):
        (same,) = (known for known in shown.codes if known.text == code.text)
        for x, y in same.corners:
            assert min(abs(x / width - at[0]) + abs(y / height - at[1]) for at in outline) < 0.02


def test_the_picture_that_is_shown_fits_the_room_and_keeps_its_shape(qapp: object) -> None:
    seen = look(frame_of(scene(TEXT), Pixel.Format_NV12), QSize(200, 500))
    assert (seen.picture.width(), seen.picture.height()) == (200, 112)
    assert look(frame_of(scene(TEXT), Pixel.Format_NV12), QSize()).picture.isNull()


@pytest.mark.parametrize("kind", [kind for kind in QImage.Format if kind.value > 0 and kind.name != "NImageFormats"])
def test_pictures_of_every_kind_are_read(qapp: object, kind: QImage.Format) -> None:
    image = code_image(TEXT).convertToFormat(kind)
    assert [code.text for code in read(luma_of_image(image)).codes] == ([] if kind.name == "Format_Alpha8" else [TEXT])


def test_what_is_transparent_lies_on_white(qapp: object) -> None:
    ink = code_image(TEXT).convertToFormat(QImage.Format.Format_ARGB32)
    ink.setAlphaChannel(_inverted(code_image(TEXT)))
    ink.setDevicePixelRatio(2)
    assert ink.pixelColor(1, 1).alpha() == 0
    assert [code.text for code in read(luma_of_image(ink)).codes] == [TEXT]


def _inverted(image: QImage) -> QImage:
    turned = image.convertToFormat(QImage.Format.Format_Grayscale8)
    turned.invertPixels()
    return turned


def test_an_empty_picture_is_refused(qapp: object) -> None:
    with pytest.raises(ValueError, match="empty"):
        luma_of_image(QImage())
