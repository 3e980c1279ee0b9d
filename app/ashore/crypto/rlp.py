"""Recursive Length Prefix, strict in both directions (Ethereum Yellow Paper, appendix B).

Whatever is decoded came from a server: only the one canonical encoding of a value is accepted, and
depth and number of items are bounded before anything is built.
"""

from collections.abc import Sequence
from typing import TypeAlias

RlpItem: TypeAlias = "bytes | list[RlpItem]"
RlpInput: TypeAlias = "bytes | Sequence[RlpInput]"

MAX_DEPTH = 16
MAX_ITEMS = 200_000


class RlpError(ValueError):
    """The bytes are not a canonical encoding, or exceed a bound."""


def encode(item: RlpInput) -> bytes:
    """Return the encoding of a byte string or a (nested) sequence of byte strings."""
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < 0x80:
            return item
        return _prefix(len(item), 0x80) + item
    body = b"".join([encode(child) for child in item])
    return _prefix(len(body), 0xC0) + body


def encode_int(number: int) -> bytes:
    """Return the big-endian bytes of a non-negative integer without leading zeros; zero is empty.

    This is the *content* of an RLP string, to be handed to `encode`.
    """
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def decode_int(content: RlpItem, max_bytes: int = 32) -> int:
    """Read an integer written by `encode_int`. Raises RlpError on leading zeros, length or a list."""
    raw = expect_bytes(content)
    if len(raw) > max_bytes or (raw and raw[0] == 0):
        raise RlpError("integer is too long or has leading zeros")
    return int.from_bytes(raw, "big")


def expect_bytes(item: RlpItem, length: int | None = None) -> bytes:
    """Return `item` if it is a byte string (of `length` bytes where given), else raise RlpError."""
    if isinstance(item, list):
        raise RlpError("a list where a string was expected")
    if length is not None and len(item) != length:
        raise RlpError(f"{len(item)} bytes where {length} were expected")
    return item


def expect_list(item: RlpItem, length: int | None = None) -> list[RlpItem]:
    """Return `item` if it is a list (of `length` items where given), else raise RlpError."""
    if not isinstance(item, list):
        raise RlpError("a string where a list was expected")
    if length is not None and len(item) != length:
        raise RlpError(f"{len(item)} items where {length} were expected")
    return item


def decode(data: bytes, max_depth: int = MAX_DEPTH, max_items: int = MAX_ITEMS) -> RlpItem:
    """Return the one item that `data` encodes.

    Raises RlpError on trailing bytes, non-canonical lengths, truncation, and beyond the bounds.
    """
    reader = _Reader(data, max_items)
    item, end = reader.item(0, len(data), max_depth)
    if end != len(data):
        raise RlpError("trailing bytes")
    return item


class _Reader:
    def __init__(self, data: bytes, max_items: int) -> None:
        self._data = data
        self._left = max_items

    def item(self, start: int, limit: int, depth: int) -> tuple[RlpItem, int]:
        """Read the item at `start`, which must end at or before `limit`; return it and its end."""
        self._left -= 1
        if self._left < 0:
            raise RlpError("too many items")
        if start >= limit:
            raise RlpError("truncated")
        first = self._data[start]
        if first < 0x80:
            return self._data[start : start + 1], start + 1
        if first < 0xC0:
            begin, end = self._span(start, limit, first - 0x80)
            if end - begin == 1 and self._data[begin] < 0x80:
                raise RlpError("a small byte must stand for itself")
            return self._data[begin:end], end
        if depth <= 0:
            raise RlpError("nested too deeply")
        begin, end = self._span(start, limit, first - 0xC0)
        children: list[RlpItem] = []
        position = begin
        while position < end:
            child, position = self.item(position, end, depth - 1)
            children.append(child)
        return children, end

    def _span(self, start: int, limit: int, size: int) -> tuple[int, int]:
        begin = start + 1
        if size > 55:
            width = size - 55
            size_bytes = self._data[begin : begin + width]
            if begin + width > limit or size_bytes[0] == 0:
                raise RlpError("bad length of length")
            size = int.from_bytes(size_bytes, "big")
            if size < 56:
                raise RlpError("long form of a short length")
            begin += width
        if begin + size > limit:
            raise RlpError("truncated")
        return begin, begin + size


def _prefix(size: int, offset: int) -> bytes:
    if size < 56:
        return bytes([offset + size])
    size_bytes = encode_int(size)
    return bytes([offset + 55 + len(size_bytes)]) + size_bytes
