"""Packed decimal floats: mantissa * 10^exponent in a fixed number of bits, big-endian, the exponent in the low five.

Source: zkLinkProtocol/zklink_sdk `float_convert.rs`; rounding as in npm zklink-js-sdk `utils.ts`.
"""

from dataclasses import dataclass

from ashore.systems.zklink.codec.errors import CodecError

_EXPONENT_BITS = 5
_EXPONENT_MASK = (1 << _EXPONENT_BITS) - 1
_UINT128_MAX = (1 << 128) - 1


@dataclass(frozen=True, slots=True)
class FloatFormat:
    """One packed form. Values are integers in base units of 18 decimals."""

    what: str
    mantissa_bits: int
    max_exponent: int

    @property
    def max_mantissa(self) -> int:
        """The largest mantissa."""
        return (1 << self.mantissa_bits) - 1

    @property
    def max_value(self) -> int:
        """The largest value that can be packed."""
        return self.max_mantissa * _power_of_ten(self.max_exponent)

    @property
    def byte_length(self) -> int:
        """The length of the packed form."""
        return (self.mantissa_bits + _EXPONENT_BITS) // 8

    def pack(self, value: int) -> bytes:
        """Return the packed form of the nearest value that is not above `value` (exact where it is packable).

        Raises CodecError for a negative value or one above `max_value`.
        """
        mantissa, exponent = self._split_down(value)
        return ((mantissa << _EXPONENT_BITS) | exponent).to_bytes(self.byte_length, "big")

    def unpack(self, data: bytes) -> int:
        """Return the value of a packed form. Raises CodecError for a wrong length or a value above 2^128 - 1."""
        if len(data) != self.byte_length:
            raise CodecError(f"A packed {self.what} has {self.byte_length} bytes, not {len(data)}.")
        number = int.from_bytes(data, "big")
        value = (number >> _EXPONENT_BITS) * _power_of_ten(number & _EXPONENT_MASK)
        if value > _UINT128_MAX:
            raise CodecError(f"This packed {self.what} is larger than any amount.")
        return value

    def is_packable(self, value: int) -> bool:
        """Return whether the value survives packing unchanged."""
        return 0 <= value <= self.max_value and self.closest_packable_down(value) == value

    def closest_packable_down(self, value: int) -> int:
        """Return the largest packable value that is not above `value`. Raises CodecError as `pack` does."""
        mantissa, exponent = self._split_down(value)
        return mantissa * _power_of_ten(exponent)

    def closest_packable_up(self, value: int) -> int:
        """Return the smallest packable value that is not below `value`. Raises CodecError as `pack` does."""
        scale = _power_of_ten(self._smallest_exponent(value))
        return -(-value // scale) * scale

    def _split_down(self, value: int) -> tuple[int, int]:
        exponent = self._smallest_exponent(value)
        scale = _power_of_ten(exponent)
        mantissa = value // scale
        # A step of the next smaller exponent may lie nearer: 2049 is packed as 2047, not as 204 * 10.
        if exponent and mantissa * scale < self.max_mantissa * (scale // 10):
            return self.max_mantissa, exponent - 1
        return mantissa, exponent

    def _smallest_exponent(self, value: int) -> int:
        if value < 0:
            raise CodecError(f"The {self.what} cannot be negative.")
        if value > self.max_value:
            raise CodecError(f"The {self.what} is larger than zkLink can write down.")
        exponent, reach = 0, self.max_mantissa
        while value > reach:
            exponent += 1
            reach *= 10
        return exponent


def _power_of_ten(exponent: int) -> int:
    power: int = 10**exponent
    return power


FEE = FloatFormat("fee", mantissa_bits=11, max_exponent=31)
# Five bits reach exponent 31, but above 27 the original's 128-bit arithmetic overflows.
AMOUNT = FloatFormat("amount", mantissa_bits=35, max_exponent=27)
