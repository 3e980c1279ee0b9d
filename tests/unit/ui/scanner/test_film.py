"""The film that takes the place of a camera, and the way of its frames through the program."""

from __future__ import annotations

from PySide6.QtCore import QSize

from ashore.intake.codes import read
from ashore.ui.scanner.luma import luma_of_image
from unit.ui.driving import Shell
from unit.ui.scanner.drawn import Pixel, frame_of
from unit.ui.scanner.film import Film
from unit.ui.scanner.scanning import ADDRESS, VOUCHER, Scanning

SMALL = QSize(640, 360)


def test_the_same_seed_is_the_same_film(application: object) -> None:
    assert Film(VOUCHER, size=SMALL).picture(5) == Film(VOUCHER, size=SMALL).picture(5)
    assert Film(VOUCHER, size=SMALL).picture(5) != Film(VOUCHER, size=SMALL).picture(6)
    assert Film(VOUCHER, size=SMALL).picture(5) != Film(VOUCHER, seed=2, size=SMALL).picture(5)


def test_the_code_of_a_film_is_read_in_nearly_every_picture(application: object) -> None:
    film = Film(VOUCHER, seed=4)
    found = [[code.text for code in read(luma_of_image(film.picture(number))).codes] for number in range(0, 150, 5)]
    assert all(texts in ([], [VOUCHER]) for texts in found)
    assert sum(map(bool, found)) >= 0.9 * len(found)


async def test_a_moving_code_is_outlined_where_it_is_and_then_taken(shell: Shell) -> None:
    scanning = Scanning(shell).begin()
    dialog, film = scanning.dialog, Film("hello " * 12, seed=5)
    places = []
    for number in range(0, 60, 6):
        seen = dialog.reader.looked
        looked: list[object] = []
        connection = seen.connect(looked.append)
        scanning.desk.feed(frame_of(film.picture(number), Pixel.Format_YUYV))
        await shell.until(lambda looked=looked: bool(looked))  # type: ignore[misc]
        seen.disconnect(connection)
        places += [outline.corners[0] for outline in dialog.preview.outlines if outline.corners]
    assert len({(place.x(), place.y()) for place in places}) >= 6
    assert all(dialog.preview.rect().contains(place.toPoint()) for place in places)
    film, number = Film(ADDRESS, seed=6), 0

    def shown() -> bool:
        nonlocal number
        number += 1
        if not scanning.found:
            scanning.desk.feed(frame_of(film.picture(number), Pixel.Format_NV12))
        return bool(scanning.found)

    await shell.until(shown)
    assert scanning.found == [ADDRESS]
