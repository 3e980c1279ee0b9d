"""How long a stage usually takes, from a chain's own last samples. Integers: milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass

WHOLE = "whole"
"""What stands for all stages together where expectations are told by stage."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """Median, P90 and P95 of `samples` durations, in milliseconds."""

    median: int
    p90: int
    p95: int
    samples: int


def quantile(sorted_values: Sequence[int], per_mille: int) -> int:
    """Return the nearest-rank quantile of ascending values. Raises ValueError when there are none."""
    if not sorted_values:
        raise ValueError("no samples")
    rank = -(-len(sorted_values) * per_mille // 1000)
    return sorted_values[max(0, min(len(sorted_values), rank) - 1)]


def expectation(durations: Sequence[int], at_least: int = 5) -> Expectation | None:
    """Return what to expect, or None where there are too few samples to say anything honest."""
    values = sorted(d for d in durations if d >= 0)
    if len(values) < at_least:
        return None
    return Expectation(quantile(values, 500), quantile(values, 900), quantile(values, 950), len(values))
