"""Amounts of Lightning: integers in millisatoshi (msat), shown in sat and BTC.

Source: LUD-03 (a range in msat). Whole satoshis are rounded into the range, never out of it.
"""

from dataclasses import dataclass

from ashore.domain.amounts import display_units
from ashore.systems.lnurl.codec.errors import CodecError

MSAT_PER_SAT = 1000
SAT_DECIMALS = 3
BTC_DECIMALS = 11
# 21 million BTC.
MAX_MSAT = 21_000_000 * 10**BTC_DECIMALS


@dataclass(frozen=True, slots=True)
class AmountRange:
    """What may be withdrawn, from `min_msat` to `max_msat`, both included but never nothing.

    Raises CodecError for a range that no amount lies in.
    """

    min_msat: int
    max_msat: int

    def __post_init__(self) -> None:
        if not 0 <= self.min_msat <= MAX_MSAT or not 0 < self.max_msat <= MAX_MSAT:
            raise CodecError("This is not an amount that Lightning can carry.")
        if self.min_msat > self.max_msat:
            raise CodecError(
                f"The least amount ({sat_text(self.min_msat)}) is more than the most ({sat_text(self.max_msat)}).",
                "Nothing can be withdrawn with this.",
            )

    @property
    def whole_sat(self) -> tuple[int, int] | None:
        """The first and last whole satoshi inside the range, or None where none fits."""
        low, high = max(1, -(-self.min_msat // MSAT_PER_SAT)), self.max_msat // MSAT_PER_SAT
        return (low, high) if low <= high else None

    @property
    def fixed(self) -> bool:
        """Whether there is only one amount."""
        return self.min_msat == self.max_msat

    @property
    def needs_msat(self) -> bool:
        """Whether only an amount with a fraction of a satoshi lies inside the range."""
        return self.whole_sat is None

    def contains(self, msat: int) -> bool:
        """Return whether an amount lies inside the range."""
        return max(1, self.min_msat) <= msat <= self.max_msat

    def offered(self, *, takes_msat: bool) -> "AmountRange | None":
        """Return the range to offer for a backend: in whole satoshis where one fits, else exact, else None."""
        whole = self.whole_sat
        if whole is not None:
            return AmountRange(whole[0] * MSAT_PER_SAT, whole[1] * MSAT_PER_SAT)
        return self if takes_msat else None

    def narrowed(self, least_msat: int | None, most_msat: int | None) -> "AmountRange | None":
        """Return the part of the range that a backend can receive, or None where there is none."""
        low = self.min_msat if least_msat is None else max(self.min_msat, least_msat)
        high = self.max_msat if most_msat is None else min(self.max_msat, most_msat)
        return AmountRange(low, high) if low <= high else None


def sat_text(msat: int) -> str:
    """Return an amount for reading: `12,345 sat`, with a fraction only where there is one."""
    return f"{display_units(msat, SAT_DECIMALS, least_fraction=0)} sat"


def btc_text(msat: int) -> str:
    """Return an amount for reading in BTC, with at least the usual eight decimals, nothing rounded away."""
    return f"{display_units(msat, BTC_DECIMALS, least_fraction=8)} BTC"
