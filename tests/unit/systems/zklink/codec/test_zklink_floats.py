"""Packed floats: the laws of rounding, and the table of the documentation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.systems.zklink.codec import AMOUNT, FEE, CodecError, FloatFormat

formats = st.sampled_from([FEE, AMOUNT])


@st.composite
def formats_and_values(draw: st.DrawFn) -> tuple[FloatFormat, int]:
    form = draw(formats)
    bits = draw(st.integers(0, form.max_value.bit_length()))
    return form, min(draw(st.integers(0, 1 << bits)), form.max_value)


@given(formats_and_values())
def test_rounding_encloses_the_value(drawn: tuple[FloatFormat, int]) -> None:
    form, value = drawn
    down, up = form.closest_packable_down(value), form.closest_packable_up(value)
    assert down <= value <= up
    assert form.is_packable(down)
    assert form.is_packable(up)
    assert form.is_packable(value) == (down == value) == (up == value)
    assert form.unpack(form.pack(value)) == down


@given(formats_and_values())
def test_nothing_packable_lies_between(drawn: tuple[FloatFormat, int]) -> None:
    form, value = drawn
    down, up = form.closest_packable_down(value), form.closest_packable_up(value)
    for between in ((down + value) // 2, value, (value + up) // 2):
        assert between in (down, up) or not form.is_packable(between)


@given(st.integers(0, 2047), st.integers(0, 31))
def test_every_mantissa_and_exponent_is_packable(mantissa: int, exponent: int) -> None:
    value = mantissa * 10**exponent
    assert FEE.is_packable(value)
    assert FEE.unpack((mantissa << 5 | exponent).to_bytes(2, "big")) == value


@pytest.mark.parametrize(
    ("value", "packed"),
    [
        (0, "0000"),
        (3, "0060"),
        (100, "0c80"),
        (2047, "ffe0"),
        (2050, "19a1"),
        (1285000000000000, "a0ac"),
        (4100000000000000, "334d"),
        (10**18, "7d0f"),
        (2047 * 10**31, "ffff"),
    ],
)
def test_table_of_the_documentation(value: int, packed: str) -> None:
    assert FEE.pack(value).hex() == packed


@pytest.mark.parametrize(("value", "down", "up"), [(2048, 2047, 2050), (2049, 2047, 2050), (20479, 20470, 20500)])
def test_just_above_the_largest_mantissa(value: int, down: int, up: int) -> None:
    assert (FEE.closest_packable_down(value), FEE.closest_packable_up(value)) == (down, up)


@given(formats, st.integers(1, 1 << 200))
def test_values_out_of_reach_are_refused(form: FloatFormat, excess: int) -> None:
    for value in (-excess, form.max_value + excess):
        assert not form.is_packable(value)
        for use in (form.pack, form.closest_packable_down, form.closest_packable_up):
            with pytest.raises(CodecError):
                use(value)


@pytest.mark.parametrize("data", [b"", b"\0", bytes(3), bytes(4), bytes(6)])
def test_other_lengths_are_refused(data: bytes) -> None:
    for form in (FEE, AMOUNT):
        with pytest.raises(CodecError):
            form.unpack(data)


def test_an_amount_beyond_128_bits_is_refused() -> None:
    with pytest.raises(CodecError, match="larger than any amount"):
        AMOUNT.unpack(b"\xff" * 5)
