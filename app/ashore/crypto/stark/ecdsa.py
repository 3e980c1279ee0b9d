"""ECDSA on the STARK curve, as StarkEx verifies it.

Source: starkware-libs/starkware-crypto-utils `signature.ts`; RFC 6979, section 3.2. It differs from textbook ECDSA:
r is not reduced by the order, r and 1/s are below 2^251, either sign of s verifies, and a key is an x coordinate alone.
Not constant-time: for a local signer only.
"""

import hashlib
import hmac
from collections.abc import Iterator
from typing import NamedTuple

from ashore.crypto.stark.curve import (
    FIELD,
    ORDER,
    Jacobian,
    Point,
    add,
    lift,
    multiply,
    multiply_generator,
    to_affine,
)

HASH_LIMIT = 1 << 251
"""Message hashes, r and 1/s are below it."""


class Signature(NamedTuple):
    """The two numbers of a signature: 0 < r < HASH_LIMIT, 0 < s < ORDER, and 1/s modulo ORDER < HASH_LIMIT."""

    r: int
    s: int


def public_point(private_key: int) -> Point:
    """Return the public key with its y coordinate, which only the registration on Ethereum needs. Raises ValueError."""
    require_private_key(private_key)
    return to_affine(multiply_generator(private_key))


def public_key(private_key: int) -> int:
    """Return the Stark key: the x coordinate of the public key. Raises ValueError unless 0 < private_key < ORDER."""
    return public_point(private_key).x


def sign(private_key: int, message_hash: int) -> Signature:
    """Return the signature of a message hash; always the same for the same two numbers.

    Nonces are those of RFC 6979 without extra entropy, as in StarkWare's C++, Rust and Python. The JavaScript libraries
    choose another nonce for about one input in 118 (they do not shift a block that starts with a zero byte): a
    signature is therefore verified, and never compared with one made elsewhere.
    Raises ValueError unless 0 < private_key < ORDER and 0 <= message_hash < HASH_LIMIT.
    """
    require_private_key(private_key)
    require_message_hash(message_hash)
    for nonce in _nonces(private_key, message_hash):
        r = to_affine(multiply_generator(nonce)).x
        s = pow(nonce, -1, ORDER) * (message_hash + r * private_key) % ORDER
        signature = Signature(r, s)
        if is_in_range(signature):
            break
    return signature


def verify(stark_key: int, message_hash: int, signature: Signature) -> bool:
    """Return whether a signature is the key's over the message hash; a number out of its range is simply not valid."""
    if not (0 < stark_key < FIELD and 0 <= message_hash < HASH_LIMIT and is_in_range(signature)):
        return False
    key = lift(stark_key)
    if key is None:
        return False
    r, s = signature
    inverse = pow(s, -1, ORDER)
    of_message = multiply_generator(message_hash * inverse % ORDER)
    # Neither factor is a multiple of the prime order, so this is not infinity.
    of_key = to_affine(multiply(key, r * inverse % ORDER))
    both_signs = (of_key, Point(of_key.x, FIELD - of_key.y))
    return any(_has_x(add(of_message, point), r) for point in both_signs)


def is_in_range(signature: Signature) -> bool:
    """Return whether r and s can be a signature at all, whatever the key and the message."""
    r, s = signature
    return 0 < r < HASH_LIMIT and 0 < s < ORDER and pow(s, -1, ORDER) < HASH_LIMIT


def require_private_key(value: int) -> None:
    """Raise ValueError unless 0 < value < ORDER; the text does not name the value."""
    if not 0 < value < ORDER:
        raise ValueError("a Stark private key is above 0 and below the order of the STARK curve")


def require_message_hash(value: int) -> None:
    """Raise ValueError unless 0 <= value < HASH_LIMIT."""
    if not 0 <= value < HASH_LIMIT:
        raise ValueError("a message hash is at least 0 and below 2^251")


def _has_x(point: Jacobian, x: int) -> bool:
    return point[2] != 0 and (x * point[2] * point[2] - point[0]) % FIELD == 0


def _nonces(private_key: int, message_hash: int) -> Iterator[int]:
    """Yield the candidates of RFC 6979: 252 bits of each 32-byte block, the hash as 32 bytes and not shifted."""
    seed = private_key.to_bytes(32, "big") + message_hash.to_bytes(32, "big")
    key, value = bytes(32), b"\x01" * 32
    for marker in (b"\x00", b"\x01"):
        key = _hmac(key, value + marker + seed)
        value = _hmac(key, value)
    while True:
        value = _hmac(key, value)
        candidate = int.from_bytes(value, "big") >> 4
        if 0 < candidate < ORDER:
            yield candidate
        key = _hmac(key, value + b"\x00")
        value = _hmac(key, value)


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()
