"""Base units into quanta and back, in integers alone: what is no whole number of quanta is refused, never rounded.

Source: StarkEx `TokenQuantization.sol`. A quantum is how many base units of a token one unit on layer 2 stands for.
"""

from ashore.domain.amounts import format_units
from ashore.systems.reddio.codec.errors import CodecError
from ashore.systems.reddio.codec.limits import MAX_AMOUNT, MAX_QUANTUM


class QuantumError(CodecError):
    """An amount that Reddio cannot carry. `below` and `above` are the nearest in base units that it can, if any."""

    def __init__(self, sentence: str, below: int | None, above: int | None) -> None:
        super().__init__(sentence)
        self.below = below
        self.above = above


def quantise(base: int, quantum: int, decimals: int = 0, symbol: str = "") -> int:
    """Return `base` units as quanta, 1 to MAX_AMOUNT. Decimals and symbol are for the sentence of a refusal alone.

    Raises QuantumError with the two nearest valid amounts where there is a remainder or the amount is out of range, and
    CodecError for a quantum that StarkEx does not register.
    """
    _require_quantum(quantum)
    below, above = nearest(base, quantum)
    if below == base:
        return base // quantum
    choices = " and ".join(_text(value, decimals, symbol) for value in (below, above) if value is not None)
    if base <= 0:
        raise QuantumError(f"The least amount that Reddio carries is {choices}.", below, above)
    if above is None:
        raise QuantumError(f"The largest amount that Reddio carries at once is {choices}.", below, above)
    step = _text(quantum, decimals, symbol)
    nearest_ones = f"the nearest amounts are {choices}" if below is not None else f"the nearest amount is {choices}"
    raise QuantumError(f"Reddio counts in steps of {step}; {nearest_ones}.", below, above)


def unquantise(quanta: int, quantum: int) -> int:
    """Return quanta as base units. Raises CodecError for a number or a quantum out of range."""
    _require_quantum(quantum)
    if not 0 <= quanta <= MAX_AMOUNT:
        raise CodecError("An amount of Reddio is between 0 and 2^63 - 1 quanta.")
    return quanta * quantum


def nearest(base: int, quantum: int) -> tuple[int | None, int | None]:
    """Return the valid amounts next to `base`, in base units: the highest not above it, and the lowest not below it.

    Either is None where there is none; both are `base` where that is valid itself.
    """
    least, most = quantum, MAX_AMOUNT * quantum
    below = min(base - base % quantum, most)
    above = max(base + -base % quantum, least)
    return (below if below >= least else None), (above if above <= most else None)


def _require_quantum(quantum: int) -> None:
    if not 1 <= quantum <= MAX_QUANTUM:
        raise CodecError("The quantum of this asset is not one that StarkEx registers.")


def _text(base: int, decimals: int, symbol: str) -> str:
    return f"{format_units(base, decimals)} {symbol}".rstrip()
