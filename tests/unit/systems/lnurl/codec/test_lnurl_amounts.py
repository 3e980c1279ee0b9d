"""Ranges of millisatoshi: whole satoshis inside, never outside, and every amount exact in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.systems.lnurl.codec import AmountRange, CodecError, btc_text, sat_text

MOST = 21 * 10**17
ranges = st.tuples(st.integers(1, MOST), st.integers(0, 5000)).map(
    lambda pair: AmountRange(pair[0], min(MOST, sum(pair)))
)


@given(ranges)
def test_whole_satoshis_are_inside_and_none_is_left_out(offered: AmountRange) -> None:
    inside = [
        sat for sat in range(offered.min_msat // 1000, offered.max_msat // 1000 + 2) if offered.contains(sat * 1000)
    ]
    assert offered.whole_sat == ((inside[0], inside[-1]) if inside else None)
    assert offered.needs_msat is (not inside)


@given(ranges)
def test_what_is_offered_lies_inside(offered: AmountRange) -> None:
    exact, rounded = offered.offered(takes_msat=True), offered.offered(takes_msat=False)
    assert exact is not None
    assert offered.min_msat <= exact.min_msat <= exact.max_msat <= offered.max_msat
    assert rounded == (None if offered.needs_msat else exact)


@given(ranges, st.one_of(st.none(), st.integers(0, MOST)), st.one_of(st.none(), st.integers(0, MOST)))
def test_a_backend_only_narrows(offered: AmountRange, least: int | None, most: int | None) -> None:
    narrowed = offered.narrowed(least, most)
    for msat in (offered.min_msat, offered.max_msat, least or 1, most or 1):
        fits = offered.contains(msat) and (least is None or msat >= least) and (most is None or msat <= most)
        assert fits is (narrowed is not None and narrowed.contains(msat))


def test_fixed_amounts() -> None:
    assert AmountRange(20_000, 20_000).fixed
    assert not AmountRange(19_999, 20_000).fixed
    assert not AmountRange(0, 20_000).contains(0)
    assert AmountRange(0, 5_000).whole_sat == (1, 5)


@pytest.mark.parametrize(("least", "most"), [(2, 1), (-1, 5), (0, 0), (1, MOST + 1), (MOST + 1, MOST + 1)])
def test_impossible_ranges(least: int, most: int) -> None:
    with pytest.raises(CodecError):
        AmountRange(least, most)


@pytest.mark.parametrize(
    ("msat", "sat", "btc"),
    [
        (1, "0.001 sat", "0.00000000001 BTC"),
        (1_000, "1 sat", "0.00000001 BTC"),
        (15_000, "15 sat", "0.00000015 BTC"),
        (1_234_567_890, "1,234,567.89 sat", "0.0123456789 BTC"),
        (10**11, "100,000,000 sat", "1.00000000 BTC"),
        (MOST, "2,100,000,000,000,000 sat", "21,000,000.00000000 BTC"),
    ],
)
def test_amounts_in_words(msat: int, sat: str, btc: str) -> None:
    assert (sat_text(msat), btc_text(msat)) == (sat, btc)
