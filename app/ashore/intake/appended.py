"""Structured append: a QR code that says of itself that it is one of several (ISO/IEC 18004, 8.2).

The decoder joins nothing and does not tell, so the header is read from the modules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_STRUCTURED_APPEND = 3
_LEVELS = {"L": 1, "M": 0, "Q": 3, "H": 2}
_ALPHANUMERIC = re.compile(rb"[0-9A-Z $%*+./:-]+")
_FORMAT_PLACES = (*((8, at) for at in (0, 1, 2, 3, 4, 5, 7, 8)), *((at, 8) for at in (7, 5, 4, 3, 2, 1, 0)))


@dataclass(frozen=True, slots=True)
class Symbol:
    """The modules of one QR code as they were read, dark is 1, before their errors were corrected.

    `mask` (0 to 7) and `level` (one of L, M, Q, H) are of its format information, which was corrected.
    """

    rows: tuple[bytes, ...]
    mask: int
    level: str


def part_of(symbol: Symbol) -> int:
    """Which part of several a code says that it is, from 1, and 0 for a code that is alone.

    That is in the first eight bits, the first of all codewords in every version, here read without correction:
    `is_whole` doubts them where a symbol had errors. How many parts there are stands after them, elsewhere in each
    version.
    """
    upright = _upright(symbol)
    size = len(upright.rows)

    def bit(number: int) -> int:
        # The first eight modules run upwards in the two columns at the right.
        row, column = size - 1 - number // 2, size - 1 - number % 2
        return upright.rows[row][column] ^ _mask(symbol.mask, row, column)

    mode, index = (int("".join(str(bit(at + each)) for each in range(4)), 2) for at in (0, 4))
    return index + 1 if mode == _STRUCTURED_APPEND else 0


def is_whole(symbol: Symbol, data: bytes) -> bool:
    """Whether `data` drawn as a code of its own gives these modules, but for what errors may have changed.

    With a header before it every bit stands elsewhere, and half of the modules differ.
    """
    import segno  # takes its time to import, and is needed for damaged codes alone

    version, mode = (len(symbol.rows) - 17) // 4, "alphanumeric" if _ALPHANUMERIC.fullmatch(data) else "byte"
    try:
        drawn = segno.make(
            data, version=version, error=symbol.level, mask=symbol.mask, mode=mode, boost_error=False, micro=False
        )
    except ValueError:  # it does not fit: its author put it into fewer bits than one mode takes
        return False
    seen, wanted = b"".join(_upright(symbol).rows), b"".join(bytes(row) for row in drawn.matrix)
    differing = int.from_bytes(seen, "big") ^ int.from_bytes(wanted, "big")  # a byte for each module, 0 or 1
    return 4 * differing.bit_count() < len(seen)


def _mask(mask: int, row: int, column: int) -> bool:
    """Whether a mask turns the module at `row` and `column` over (ISO/IEC 18004, table 10)."""
    sums = (
        row + column,
        row,
        column % 3,
        (row + column) % 3,
        row // 2 + column // 3,
        row * column % 2 + row * column % 3,
        row * column % 2 + row * column % 3,
        (row + column) % 2 + row * column % 3,
    )
    return sums[mask] == 0 if mask in (2, 3, 5) else sums[mask] % 2 == 0


def _upright(symbol: Symbol) -> Symbol:
    """The symbol as it was drawn: of one that was seen in a mirror the format information reads backwards."""
    seen = [symbol.rows[row][column] for row, column in _FORMAT_PLACES]
    wanted = [int(each) for each in f"{_format_bits(symbol):015b}"]
    as_it_is = sum(a != b for a, b in zip(seen, wanted, strict=True))
    mirrored = sum(a != b for a, b in zip(seen[::-1], wanted, strict=True))
    if as_it_is <= mirrored:
        return symbol
    return Symbol(tuple(bytes(column) for column in zip(*symbol.rows, strict=True)), symbol.mask, symbol.level)


def _format_bits(symbol: Symbol) -> int:
    """The 15 bits of level and mask with their BCH code (ISO/IEC 18004 annex C)."""
    data = _LEVELS[symbol.level] << 3 | symbol.mask
    rest = data << 10
    for shift in range(4, -1, -1):
        if rest >> (shift + 10) & 1:
            rest ^= 0b10100110111 << shift
    return (data << 10 | rest) ^ 0b101010000010010
