"""The printed table: figure, target, whether it is met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line. Without a target it is for comparison alone."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    note: str = ""
    at_least: float | None = None

    @property
    def verdict(self) -> str:
        """`ok`, `short`, or nothing."""
        if self.at_least is not None:
            return "ok" if self.value >= self.at_least else "short"
        if self.at_most is None:
            return ""
        return "ok" if self.value <= self.at_most else "short"

    @property
    def target(self) -> str:
        """What is promised, or nothing."""
        if self.at_least is not None:
            return f"≥ {_number(self.at_least)} {self.unit}"
        return "" if self.at_most is None else f"≤ {_number(self.at_most)} {self.unit}"


def line(figure: Figure) -> str:
    """One line of the table."""
    value = f"{_number(figure.value)} {figure.unit}"
    return f"{figure.name:<66}{value:>14}  {figure.target:<12}{figure.verdict:<6} {figure.note}".rstrip()


def heading() -> str:
    """The table's first line."""
    return f"{'figure':<66}{'value':>14}  {'target':<12}{'':<6}"


def short(figures: Iterable[Figure]) -> list[Figure]:
    """What misses its target."""
    return [figure for figure in figures if figure.verdict == "short"]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}" if value < 10 else f"{value:.1f}"
