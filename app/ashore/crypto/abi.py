"""A small, strict codec of the contract ABI: what the systems' contracts use, and no more.

Source: docs: Solidity, "Contract ABI Specification". Values: integers, booleans, bytes (addresses are 20 bytes) and
tuples for arrays and structs. Decoding refuses dirty padding, offsets that point outside, and data that is read twice,
so that hostile input cannot grow while it is decoded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from ashore.crypto.errors import CodecError
from ashore.crypto.keccak import keccak256

AbiValue: TypeAlias = "int | bool | bytes | tuple[AbiValue, ...]"

WORD = 32
SELECTOR_BYTES = 4
_SCALAR = re.compile(r"(uint|bytes)(\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class AbiType:
    """One parsed type.

    `kind` is uint, bool, address, fixed (bytesN), bytes, list or tuple; `size` the bits of a number or the bytes of a
    fixed; `parts` the components of a tuple or the one item type of a list; `count` a list's length where it is fixed.
    """

    kind: str
    size: int = 0
    parts: tuple["AbiType", ...] = ()
    count: int | None = None

    @property
    def is_dynamic(self) -> bool:
        """Whether the value stands behind an offset."""
        if self.kind == "bytes" or (self.kind == "list" and self.count is None):
            return True
        return any(part.is_dynamic for part in self.parts)

    @property
    def head_bytes(self) -> int:
        """How many bytes the value takes where it is listed."""
        if self.is_dynamic:
            return WORD
        if self.kind == "list":
            return self.parts[0].head_bytes * (self.count or 0)
        return sum(part.head_bytes for part in self.parts) if self.kind == "tuple" else WORD


_PLAIN_TYPES = {"bool": AbiType("bool", 1), "address": AbiType("address", 20), "bytes": AbiType("bytes")}


@lru_cache(maxsize=256)
def parse_types(text: str) -> tuple[AbiType, ...]:
    """Return the types of a comma-separated list. Raises CodecError for one that is not known."""
    return tuple(_parse_type(part) for part in split_types(text))


def split_types(text: str) -> list[str]:
    """Split a comma-separated list of types at its outermost commas."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]] if text else []


def signature_types(signature: str) -> tuple[AbiType, ...]:
    """Return the argument types of "name(type,…)". Raises CodecError."""
    name, bracket, rest = signature.partition("(")
    if not name or not bracket or not rest.endswith(")"):
        raise CodecError("This is not the signature of a function.")
    return parse_types(rest[:-1])


@lru_cache(maxsize=256)
def selector(signature: str) -> bytes:
    """Return the four bytes that name a function."""
    return keccak256(signature.encode())[:SELECTOR_BYTES]


def encode_call(signature: str, values: Sequence[AbiValue]) -> bytes:
    """Return the calldata of a function with its arguments. Raises CodecError where a value does not fit its type."""
    return selector(signature) + encode(signature_types(signature), values)


def decode_call(signature: str, calldata: bytes) -> tuple[AbiValue, ...]:
    """Return the arguments of calldata. Raises CodecError where it is not a call of that function."""
    if calldata[:SELECTOR_BYTES] != selector(signature):
        raise CodecError("These bytes call another function.")
    return decode(signature_types(signature), calldata[SELECTOR_BYTES:])


def encode(types: Sequence[AbiType], values: Sequence[AbiValue]) -> bytes:
    """Return the encoding of values, as `abi.encode` gives it. Raises CodecError."""
    if len(types) != len(values):
        raise CodecError("The number of values differs from the number of types.")
    tail_at = sum(part.head_bytes for part in types)
    heads, tails = [], []
    for abi_type, value in zip(types, values, strict=True):
        encoded = _encode_value(abi_type, value)
        if abi_type.is_dynamic:
            heads.append(tail_at.to_bytes(WORD, "big"))
            tails.append(encoded)
            tail_at += len(encoded)
        else:
            heads.append(encoded)
    return b"".join((*heads, *tails))


def decode(types: Sequence[AbiType], data: bytes) -> tuple[AbiValue, ...]:
    """Return the values of an encoding; bytes after the last value are ignored. Raises CodecError."""
    return _Decoder(data).values(types, 0)


def _parse_type(text: str) -> AbiType:
    if text.endswith("]"):
        item, _, length = text[:-1].rpartition("[")
        if length and not (length.isascii() and length.isdecimal() and len(length) < 6):
            raise CodecError("The length of an array type is not a number.")
        return AbiType("list", parts=(_parse_type(item),), count=int(length) if length else None)
    if text.startswith("(") and text.endswith(")"):
        return AbiType("tuple", parts=parse_types(text[1:-1]))
    if text in _PLAIN_TYPES:
        return _PLAIN_TYPES[text]
    match = _SCALAR.fullmatch(text)
    if match:
        size = int(match[2])
        if match[1] == "uint" and size % 8 == 0 and 0 < size <= 256:
            return AbiType("uint", size)
        if match[1] == "bytes" and 0 < size <= WORD:
            return AbiType("fixed", size)
    raise CodecError("This ABI type is not known.")


def _encode_value(abi_type: AbiType, value: AbiValue) -> bytes:
    match abi_type.kind, value:
        case "uint" | "bool", int() if 0 <= value < 1 << abi_type.size:
            return value.to_bytes(WORD, "big")
        case "address", bytes() if len(value) == abi_type.size:
            return value.rjust(WORD, b"\0")
        case "fixed", bytes() if len(value) == abi_type.size:
            return value.ljust(WORD, b"\0")
        case "bytes", bytes():
            return len(value).to_bytes(WORD, "big") + value + bytes(-len(value) % WORD)
        case "tuple", tuple():
            return encode(abi_type.parts, value)
        case "list", tuple() if abi_type.count in (None, len(value)):
            length = b"" if abi_type.count is not None else len(value).to_bytes(WORD, "big")
            return length + encode(abi_type.parts * len(value), value)
    raise CodecError("A value does not fit its ABI type.")


class _Decoder:
    """Reads one piece of data; every word may be read once, which bounds the work by the data's length."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._words_left = len(data) // WORD

    def values(self, types: Sequence[AbiType], base: int) -> tuple[AbiValue, ...]:
        """Read values whose offsets count from `base`."""
        decoded = []
        at = base
        for abi_type in types:
            decoded.append(self._value(abi_type, base + self._offset(at) if abi_type.is_dynamic else at))
            at += abi_type.head_bytes
        return tuple(decoded)

    def _value(self, abi_type: AbiType, at: int) -> AbiValue:
        match abi_type.kind:
            case "tuple":
                return self.values(abi_type.parts, at)
            case "list" if abi_type.count is not None:
                return self.values(abi_type.parts * abi_type.count, at)
            case "list":
                count = self._count(at)
                return self.values(abi_type.parts * count, at + WORD)
            case "bytes":
                return self._bytes(at)
            case _:
                return self._scalar(abi_type, self._word(at))

    def _scalar(self, abi_type: AbiType, word: bytes) -> AbiValue:
        number = int.from_bytes(word, "big")
        match abi_type.kind:
            case "uint" if number >> abi_type.size == 0:
                return number
            case "bool" if number <= 1:
                return bool(number)
            case "address" if number >> 160 == 0:
                return word[12:]
            case "fixed" if not any(word[abi_type.size :]):
                return word[: abi_type.size]
        raise CodecError("An ABI value is larger than its type.")

    def _bytes(self, at: int) -> bytes:
        length = int.from_bytes(self._word(at), "big")
        start = at + WORD
        padded = length + -length % WORD
        if start + padded > len(self._data) or any(self._data[start + length : start + padded]):
            raise CodecError("A byte string points outside of the ABI data.")
        self._spend(padded // WORD)
        return self._data[start : start + length]

    def _count(self, at: int) -> int:
        count = int.from_bytes(self._word(at), "big")
        if count > self._words_left:
            raise CodecError("An array is longer than the ABI data.")
        return count

    def _offset(self, at: int) -> int:
        offset = int.from_bytes(self._word(at), "big")
        if offset > len(self._data):
            raise CodecError("An offset points outside of the ABI data.")
        return offset

    def _word(self, at: int) -> bytes:
        word = self._data[at : at + WORD]
        if len(word) != WORD:
            raise CodecError("The ABI data is too short.")
        self._spend(1)
        return word

    def _spend(self, words: int) -> None:
        self._words_left -= words
        if self._words_left < 0:
            raise CodecError("The ABI data is read more than once.")
