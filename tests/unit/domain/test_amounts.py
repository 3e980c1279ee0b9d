"""Amounts: exact both ways, and a sentence for whatever is not one."""

from decimal import Context, Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ashore.domain.amounts import (
    MAX_TEXT,
    Amount,
    AmountError,
    display_units,
    format_units,
    parse_amount,
    rescale,
    unit,
    without_dust,
)
from unit.domain.trying import tried

DECIMALS = st.integers(0, 36)
EXACT = Context(prec=200)
NBSP, NARROW = "\u00a0", "\u202f"


@given(st.integers(1, 10**40), DECIMALS)
def test_what_is_written_is_read_back(base: int, decimals: int) -> None:
    assert parse_amount(format_units(base, decimals), decimals) == base


@given(st.integers(-(10**60), 10**60), DECIMALS, st.integers(0, 40))
def test_text_is_exact_in_every_digit(base: int, decimals: int, least: int) -> None:
    true = EXACT.divide(Decimal(base), Decimal(10) ** decimals)
    assert Decimal(format_units(base, decimals, least_fraction=least)) == true
    shown = display_units(base, decimals, least_fraction=least)
    assert Decimal(shown.replace(",", "")) == true
    assert len(shown.partition(".")[2]) >= min(least, decimals)


@given(st.text("0123456789.", min_size=1, max_size=MAX_TEXT), DECIMALS)
def test_digits_and_points_mean_what_they_say(text: str, decimals: int) -> None:
    base = tried(parse_amount, text, decimals)
    assume(isinstance(base, int))
    assert isinstance(base, int)
    assert EXACT.multiply(Decimal(text), Decimal(10) ** decimals) == base
    assert base > 0


@given(st.text(max_size=200), DECIMALS)
def test_any_text_is_an_amount_or_a_sentence(text: str, decimals: int) -> None:
    read = tried(parse_amount, text, decimals)
    if isinstance(read, AmountError):
        assert read.sentence.endswith(".")
        assert read.advice
    else:
        assert isinstance(read, int)
        assert read > 0
        assert set(text.strip(" ")) <= set("0123456789.")


ODD = {
    "empty": ("", "Enter an amount."),
    "spaces": ("   ", "Enter an amount."),
    "huge": ("9" * 79, "larger than any balance"),
    "ten thousand characters": ("1" * 10_000, "too long"),
    "negative": ("-5", "negative"),
    "negative with the typographer's sign": ("−5", "negative"),
    "plus": ("+5", "plus sign"),
    "exponent": ("1e5", "Powers of ten"),
    "large exponent": ("1E400", "Powers of ten"),
    "comma": ("1,240", "Separators"),
    "decimal comma": ("1,5", "Separators"),
    "apostrophe": ("1'240", "Separators"),
    "typographer's apostrophe": ("1’240", "Separators"),
    "underscore": ("1_240", "Separators"),
    "space": ("1 240", "Separators"),
    "no-break space": (f"1{NBSP}240", "Separators"),
    "narrow no-break space": (f"1{NARROW}240", "Separators"),
    "two points": ("1.2.3", "more than one point"),
    "a point alone": (".", "point without a number"),
    "nothing after the point": ("5.", "no digits after the point"),
    "an ideographic space alone": ("\u3000", "A blank is not part"),
    "fullwidth digits": ("５", "another script"),
    "Arabic-Indic digits": ("٥", "another script"),
    "right-to-left mark": ("5\u200f", "invisible"),
    "right-to-left override": ("\u202e52", "invisible"),
    "zero-width space": ("5\u200b0", "invisible"),
    "byte order mark": ("\ufeff5", "invisible"),
    "NUL": ("5\x00", "invisible"),
    "line break": ("5\n0", "invisible"),
    "tab": ("5\t", "invisible"),
    "lone surrogate": ("5\ud800", "invisible"),
    "infinity": ("inf", "not part of an amount"),
    "infinity as a sign": ("∞", "not part of an amount"),
    "not a number": ("nan", "not part of an amount"),
    "hexadecimal": ("0x10", "not part of an amount"),
    "fraction": ("½", "not part of an amount"),
    "superscript": ("5²", "not part of an amount"),
    "currency": ("$5", "not part of an amount"),
    "zero": ("0", "zero"),
    "zero with decimals": ("0.000", "zero"),
    "too fine": ("0.0000001", "6 decimals"),
}


@pytest.mark.parametrize(("text", "said"), ODD.values(), ids=ODD)
def test_what_is_no_amount_gets_its_own_sentence(text: str, said: str) -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount(text, 6)
    assert said in refused.value.sentence
    assert refused.value.advice


@pytest.mark.parametrize(
    ("text", "advice", "whole"),
    [
        ("1,240.50", "Write 1240.50.", ""),
        ("1.240,50", "Write 1240.50.", ""),
        ("1 240,50", "Write 1240.50.", ""),
        (f"1{NARROW}240,50", "Write 1240.50.", ""),
        ("1'240'000.5", "Write 1240000.5.", ""),
        ("1'240,500", "Write 1240.500.", ""),
        ("25,5", "Write 25.5.", ""),
        ("0,500", "Write 0.500.", ""),
        ("1234,567", "Write 1234.567.", ""),
        ("1,240", "Write 1240 or 1.240, whichever you mean.", "Write 1240."),
        ("1_000", "Write 1000.", "Write 1000."),
        ("1.240.500", "Write 1240500.", "Write 1240500."),
        ("1.240.500,25", "Write 1240500.25.", ""),
        ("1,240,500", "Write 1240500.", "Write 1240500."),
        ("1,24,000", "Write it like 1240.50.", ""),
        ("1,,2", "Write it like 1240.50.", ""),
        ("1.2.3", "Write it like 1240.50.", ""),
        ("1,", "Write it like 1240.50.", ""),
    ],
)
def test_who_groups_digits_reads_how_to_write_that_very_number(text: str, advice: str, whole: str) -> None:
    for integral, said in ((False, advice), (True, whole or "Write a whole number, like 1240.")):
        with pytest.raises(AmountError) as refused:
            parse_amount(text, 6, integral=integral)
        assert refused.value.advice == said


@given(st.text("0123456789.,' _", max_size=20))
def test_what_is_advised_can_be_typed(text: str) -> None:
    read = tried(parse_amount, text, 18)
    if isinstance(read, AmountError) and read.advice.startswith("Write ") and "like" not in read.advice:
        for number in read.advice.removeprefix("Write ").removesuffix(".").split(", ")[0].split(" or "):
            again = tried(parse_amount, number, 18)
            assert isinstance(again, int) or "zero" in again.sentence
            assert [c for c in number if c.isdigit()][-1:] == [c for c in text if c.isdigit()][-1:]


def test_what_people_type_is_taken() -> None:
    assert parse_amount(" 25 ", 6) == 25_000_000
    assert parse_amount("25.50", 6) == 25_500_000
    assert parse_amount(".5", 6) == 500_000
    assert parse_amount("0025", 0) == 25
    assert parse_amount("1." + "0" * 30, 0) == 1, "zeros beyond the decimals take nothing away"
    assert str(Amount(1_500_000, 6, "USDC")) == "1.5 USDC"


@given(st.integers(0, 10**40), DECIMALS, DECIMALS)
def test_rescaling_loses_nothing_or_refuses(base: int, before: int, after: int) -> None:
    scaled = tried(rescale, base, before, after)
    if isinstance(scaled, AmountError):
        assert base % unit(before - after)
        assert scaled.advice
    else:
        assert isinstance(scaled, int)
        assert scaled * unit(before) == base * unit(after)


@given(st.integers(0, 10**40), DECIMALS, DECIMALS)
def test_dust_is_what_cannot_be_paid_out(base: int, before: int, after: int) -> None:
    kept = without_dust(base, before, after)
    assert 0 <= base - kept < unit(max(0, before - after))
    assert rescale(rescale(kept, before, after), after, before) == kept
