"""Codes are found where they are, and say what was written."""

from __future__ import annotations

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.intake.drawn import QUIET, SCALE, drawn

from ashore.intake.codes import MOST_BYTES, Effort, Luma, read


def _drawn(text: str) -> Luma:
    return drawn(segno.make(text, error="m", micro=False).matrix)


def test_a_code_says_what_was_written_and_where_it_is() -> None:
    luma = _drawn("lightning:LNURL1DP68GURN8GHJ7MRWW4EXCTNV9EJQ")
    (code,) = read(luma).codes
    assert code.text == "lightning:LNURL1DP68GURN8GHJ7MRWW4EXCTNV9EJQ"
    quiet, far = QUIET * SCALE, luma.width - QUIET * SCALE
    wanted = ((quiet, quiet), (far, quiet), (far, far), (quiet, far))
    off = [abs(a - b) for at, want in zip(code.corners, wanted, strict=True) for a, b in zip(at, want, strict=True)]
    assert max(off) <= SCALE


def test_every_other_byte_is_read_where_colours_stand_between() -> None:
    luma = _drawn("0x8f3a9f1c5d2E1fB4b3C2a1908f7e6d5c4b3a2918")
    between = bytes(byte for grey in bytes(luma.grey) for byte in (grey, 0x80))
    (code,) = read(Luma(between, luma.width, luma.height, luma.width * 2, step=2)).codes
    assert code.text == "0x8f3a9f1c5d2E1fB4b3C2a1908f7e6d5c4b3a2918"


@pytest.mark.parametrize("effort", Effort)
def test_a_picture_without_codes_has_none(effort: Effort) -> None:
    assert read(Luma(bytes(640 * 480), 640, 480, 640), effort).codes == ()


@pytest.mark.parametrize(("width", "height", "line"), [(0, 4, 4), (4, -1, 4), (8, 4, 4), (4, 5, 4)])
def test_wrong_measures_are_refused_before_anything_is_read(width: int, height: int, line: int) -> None:
    with pytest.raises(ValueError, match="picture"):
        read(Luma(bytes(16), width, height, line))


_VISIBLE = st.characters(exclude_categories=("Cc", "Cs"))


@settings(max_examples=60)
@given(text=st.text(_VISIBLE, min_size=1, max_size=1_200).filter(lambda text: len(text.encode()) <= 1_200))
def test_any_text_comes_back_exactly(text: str) -> None:
    (code,) = read(drawn(segno.make(text.encode(), mode="byte", error="l", micro=False).matrix, 2)).codes
    assert (code.text, code.trouble) == (text, "")


@settings(max_examples=40)
@given(
    text=st.one_of(
        st.text("0123456789", min_size=1, max_size=1_200),
        st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=1, max_size=1_200),
    ),
    error=st.sampled_from("lmqh"),
)
def test_digits_and_capitals_come_back_exactly_in_their_own_modes(text: str, error: str) -> None:
    (code,) = read(drawn(segno.make(text, error=error, micro=False).matrix, 2)).codes
    assert code.text == text


@pytest.mark.parametrize(
    ("text", "encoding", "eci", "mode"),
    [
        ("é", "latin1", False, "byte"),
        ("Grüße", "latin1", False, "byte"),
        ("Grüße", "utf-8", False, "byte"),
        ("Grüße €", "utf-8", True, "byte"),
        ("Ωμέγα", "iso8859-7", True, "byte"),
        ("点茗", None, False, "kanji"),
        ("点茗 ア", "shift-jis", False, "byte"),
        ("01\r\n\t2", "utf-8", False, "byte"),
        ("<GS>&lt;<NUL>\\000026", "utf-8", False, "byte"),
    ],
)
def test_a_text_is_what_its_bytes_say_in_the_encoding_they_name(
    text: str, encoding: str | None, eci: bool, mode: str
) -> None:
    (code,) = read(drawn(segno.make(text, encoding=encoding, eci=eci, mode=mode, micro=False).matrix)).codes
    assert (code.text, code.trouble) == (text, "")


@pytest.mark.parametrize(
    "data",
    [b"\0", bytes(range(256)), b"lightning:lnurl1\x1b[31m", b"01\x1d0912345", b"\x80\xff\xfe\x00" * 40, b"a\x7fb"],
)
def test_binary_data_is_named_and_gives_no_text(data: bytes) -> None:
    (code,) = read(drawn(segno.make(data, mode="byte", micro=False).matrix)).codes
    assert (code.text, code.trouble) == ("", "This code holds binary data, not text.")


@settings(max_examples=60)
@given(data=st.binary(min_size=1, max_size=300))
def test_no_bytes_break_it_and_no_control_character_comes_through(data: bytes) -> None:
    (code,) = read(drawn(segno.make(data, mode="byte", micro=False).matrix, 2)).codes
    assert bool(code.text) != bool(code.trouble)
    assert not [each for each in code.text if (each < " " and each not in "\t\r\n") or "\x7f" <= each <= "\x9f"]


def test_more_than_a_link_may_have_is_named() -> None:
    (code,) = read(drawn(segno.make("7" * (MOST_BYTES + 1), error="l").matrix)).codes
    assert (code.text, code.trouble) == (
        "",
        "This code holds more than 4,096 bytes, too much for an address or a link.",
    )


def test_a_micro_code_is_no_code_here() -> None:
    assert read(drawn(segno.make("LNURL1", micro=True).matrix)).codes == ()
