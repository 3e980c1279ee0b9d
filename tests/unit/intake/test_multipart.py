"""A part of something is never taken for the whole, and is named."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.intake.drawn import drawn, side_by_side

from ashore.intake.codes import MOST_CODES, Code, Effort, read
from ashore.intake.multipart import named

ENDING = "and Ashore reads only what one code holds."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("B$2P0A02FM3KQ", f"This code is part 3 of 10 (BBQr), {ENDING}"),
        ("B$ZU0100KRSXG5A", "This code (BBQr) holds data for a signing device, which Ashore has no use for."),
        ("ur:bytes/1-3/lpadaxcfaxiacyvwhdfhndhkadclhkaxhnlkaxhf", f"This code is part 1 of 3 (UR), {ENDING}"),
        ("UR:CRYPTO-PSBT/139-3/LPADAXCFAXIACY", f"This code is one of 3 (UR), {ENDING}"),
        ("ur:bytes/2of4/abcdef/tyzk", f"This code is part 2 of 4 (UR), {ENDING}"),
        (
            "ur:crypto-psbt/hdosjojkidjyzmadaenyaoaeaeaeaohdvs",
            "This code (UR) holds data for a signing device, which Ashore has no use for.",
        ),
        ("p3of7 cHNidP8BAHEC", f"This code is part 3 of 7 (Specter), {ENDING}"),
        (
            '{"checkSum":"ab12","value":"AAAA","index":1,"total":4}',
            f"This code is part 2 of 4 (Cobo Vault), {ENDING}",
        ),
    ],
)
def test_each_format_of_several_codes_is_named(text: str, sentence: str) -> None:
    assert named(text) == sentence
    assert named(f" \n{text}") == sentence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "LNURL1DP68GURN8GHJ7MRWW4EXCTNV9EJQ",
        "lightning:lnurl1dp68gurn8ghj7mrww4exctnv9ejq",
        "lnurlw://service.example/u?q=1",
        "ethereum:0x8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2@1",
        "B$",
        "ur:",
        "ur:bytes/",
        "p1of3",
        "purchase 1of3 of these",
        '{"index":1,"total":4}',
        "https://ur:bytes/1-3/x",
    ],
)
def test_nothing_else_is_called_a_part(text: str) -> None:
    assert named(text) == ""


@given(st.text(max_size=6_000))
def test_no_text_breaks_it(text: str) -> None:
    named(text)


def _only(matrix: object) -> Code:
    (code,) = read(drawn(matrix)).codes  # type: ignore[arg-type]
    return code


@pytest.mark.parametrize("version", [3, 4, 9])
@pytest.mark.parametrize("content", ["lightning:lnurl1" + "q" * 1_000, "LNURL1" + "Q" * 1_000, "7" * 1_300])
def test_a_part_by_structured_append_gives_no_text(content: str, version: int) -> None:
    sequence = segno.make_sequence(content[: version * 110], version=version)
    assert len(sequence) > 1
    for number, part in enumerate(sequence, 1):
        code = _only(part.matrix)
        assert (code.text, code.trouble) == ("", f"This code is part {number} of several, {ENDING}")


def test_a_part_seen_in_a_mirror_or_turned_is_known_too() -> None:
    for number, part in enumerate(segno.make_sequence("LNURL1" + "Q" * 200, symbol_count=4), 1):
        lines = [bytes(line) for line in part.matrix]
        mirrored = [line[::-1] for line in lines]
        turned = [bytes(column) for column in zip(*lines[::-1], strict=True)]
        transposed = [bytes(column) for column in zip(*lines, strict=True)]
        for seen in (mirrored, turned, transposed):
            assert _only(seen).trouble.startswith(f"This code is part {number} of several")


@pytest.mark.parametrize("content", ["LNURL1" + "Q7" * 60, "lightning:lnurl1" + "q7" * 60])
def test_a_whole_code_with_a_stain_on_its_first_bits_stays_whole(content: str) -> None:
    lines = [bytearray(line) for line in segno.make(content, error="m", micro=False).matrix]
    side, read_so_far = len(lines), 0
    for stain in range(1, 64):  # every stain on the six modules of the mode and of the number after it
        stained = [bytearray(line) for line in lines]
        for at in range(6):
            stained[side - 1 - at // 2][side - 1 - at % 2] ^= stain >> at & 1
        code = _only(stained)
        assert (code.text, code.trouble) == (content, "")
        read_so_far += 1
    assert read_so_far == 63


def _stained(matrix: Iterable[Sequence[int]], *modules: tuple[int, int]) -> list[bytearray]:
    lines = [bytearray(line) for line in matrix]
    for row, column in modules:
        lines[row][column] ^= 1
    return lines


def test_of_fifty_damaged_parts_in_a_frame_few_are_weighed() -> None:
    parts = [segno.make_sequence(f"lightning:lnurl1{number}" + "q" * 500, version=10)[1].matrix for number in range(50)]

    def took(stain: tuple[tuple[int, int], ...]) -> float:
        luma, best = side_by_side([drawn(_stained(part, *stain), 2) for part in parts], 10), 1.0
        for _ in range(3):
            begun = time.thread_time()
            reading = read(luma, clock=lambda: 0.0)
            best = min(best, time.thread_time() - begun)
            assert (len(reading.codes), reading.more) == (MOST_CODES, True)
            assert {code.trouble for code in reading.codes} == {f"This code is part 2 of several, {ENDING}"}
        return best

    assert took(((-3, -12),)) - took(()) < 0.02  # all of them: 100 ms


def test_a_large_damaged_code_is_weighed_in_a_still_picture_alone() -> None:
    content = "lightning:lnurl1" + "q7" * 700
    whole = segno.make(content, version=30, error="l", mode="byte", micro=False).matrix
    luma = drawn(_stained(whole, (-1, -2), (-2, -1), (-2, -2)), 2)  # the mode, 4, reads 3
    (code,) = read(luma, Effort.STILL).codes
    assert (code.text, code.trouble) == (content, "")
    (code,) = read(luma, Effort.FRAME).codes
    assert (code.text, code.trouble.split(" of ")[0][:-2]) == ("", "This code is part")
