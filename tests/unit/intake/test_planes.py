"""Parts, strides and sharper copies of a plane hold the pixels that they should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.intake.planes import Cut, Luma, checked, every, halved, part, sharpened, tiles


@st.composite
def _lumas(draw: st.DrawFn, least: int = 1) -> Luma:
    width, height = draw(st.integers(least, 24)), draw(st.integers(least, 12))
    step = draw(st.integers(1, 2))
    line = width * step + draw(st.integers(0, 3))
    return Luma(draw(st.binary(min_size=line * height, max_size=line * height)), width, height, line, step)


def _rows(luma: Luma) -> list[list[int]]:
    grey = bytes(luma.grey)
    return [[grey[y * luma.line + x * luma.step] for x in range(luma.width)] for y in range(luma.height)]


@given(_lumas(), st.integers(0, 20), st.integers(0, 10), st.integers(1, 9), st.integers(1, 9))
def test_a_part_is_that_part(luma: Luma, left: int, top: int, width: int, height: int) -> None:
    left, top = left % luma.width, top % luma.height
    cut = part(Cut(checked(luma)), left, top, width, height)
    assert _rows(cut.luma) == [row[left : left + width] for row in _rows(luma)[top : top + height]]
    assert cut.whole_point(2, 3) == (left + 2, top + 3)


@given(_lumas(), st.integers(1, 4), st.integers(1, 4))
def test_every_so_many_pixels_are_those(luma: Luma, across: int, down: int) -> None:
    cut = every(Cut(checked(luma)), across, down)
    assert _rows(cut.luma) == [row[::across] for row in _rows(luma)[::down]]
    assert cut.whole_point(2, 3) == (2 * across, 3 * down)


@given(st.integers(1, 300), st.integers(1, 300), st.integers(8, 64))
def test_tiles_hold_whatever_is_no_larger_than_half_of_one(width: int, height: int, side: int) -> None:
    found = list(tiles(Cut(Luma(bytes(width * height), width, height, width)), side))
    assert all(each.luma.width * each.luma.height <= side * side for each in found)
    half = side // 2
    for left in {0, max(0, width // 3), max(0, width - half)}:
        for top in {0, max(0, height // 3), max(0, height - half)}:
            right, bottom = min(width, left + half), min(height, top + half)
            assert any(
                each.left <= left
                and each.top <= top
                and right <= each.left + each.luma.width
                and bottom <= each.top + each.luma.height
                for each in found
            )


@given(_lumas(least=2))
def test_half_of_a_plane_is_the_mean_of_four(luma: Luma) -> None:
    rows, cut = _rows(luma), halved(Cut(checked(luma)))
    wanted = [
        [
            (rows[y][x] + rows[y][x + 1] + rows[y + 1][x] + rows[y + 1][x + 1]) // 4
            for x in range(0, luma.width // 2 * 2, 2)
        ]
        for y in range(0, luma.height // 2 * 2, 2)
    ]
    assert _rows(cut.luma) == wanted


def _means(rows: list[list[int]], reaches: tuple[int, ...]) -> list[list[int]]:
    """The mean over each pixel and those at the sums of the reaches, as far around it as can be."""
    offsets = [0]
    for reach in reaches:
        offsets += [each + reach for each in offsets]
    middle, height, width = sum(reaches) // 2, len(rows), len(rows[0])
    return [
        [
            sum(
                rows[(y + down - middle) % height][(x + across - middle) % width]
                for down in offsets
                for across in offsets
            )
            // len(offsets) ** 2
            for x in range(width)
        ]
        for y in range(height)
    ]


@pytest.mark.parametrize(
    ("near", "far", "amount"),
    [((), (1, 1, 2, 2), 3), ((1, 1), (1, 2, 3, 4), 2), ((1,), (3, 4, 5, 6), 5), ((1, 2), (1, 2), 0)],
)
def test_a_sharper_copy_has_the_blur_of_its_surroundings_taken_off(
    near: tuple[int, ...], far: tuple[int, ...], amount: int
) -> None:
    width, height = 40, 38
    grey = bytes((x * 7 + y * 13 + (x // 5 + y // 6) % 2 * 120) % 256 for y in range(height) for x in range(width))
    luma = Luma(grey, width, height, width)
    fine, coarse = _means(_rows(luma), near), _means(_rows(luma), far)
    sharp, inside = _rows(sharpened(Cut(luma), near, far, amount).luma), sum(far)
    for y in range(inside, height - inside):
        for x in range(inside, width - inside):
            assert sharp[y][x] == min(255, max(0, fine[y][x] + amount * (fine[y][x] - coarse[y][x])))


@given(_lumas(least=10), st.integers(1, 6))
def test_no_plane_breaks_the_sharpening(luma: Luma, amount: int) -> None:
    cut = sharpened(Cut(checked(luma)), (1,), (1, 1, 2, 2), amount)
    assert (cut.luma.width, cut.luma.height) == (luma.width, luma.height)
    assert len(bytes(cut.luma.grey)) == luma.width * luma.height
