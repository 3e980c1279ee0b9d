"""Expectations: ranks of what was seen, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.eta import Expectation, expectation, quantile


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60), st.integers(1, 1000))
def test_a_quantile_is_a_sample_that_enough_others_do_not_exceed(values: list[int], per_mille: int) -> None:
    ordered = sorted(values)
    found = quantile(ordered, per_mille)
    assert found in ordered
    assert sum(v <= found for v in ordered) * 1000 >= per_mille * len(ordered)
    assert sum(v < found for v in ordered) * 1000 < per_mille * len(ordered)


def test_honest_about_too_few() -> None:
    assert expectation([5, 5, 5, 5]) is None
    assert expectation([5, 5, 5, 5, -1]) is None, "a clock that went back is no sample"
    assert expectation(list(range(1, 101))) == Expectation(median=50, p90=90, p95=95, samples=100)
    with pytest.raises(ValueError, match="no samples"):
        quantile([], 500)
