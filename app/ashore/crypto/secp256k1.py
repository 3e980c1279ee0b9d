"""secp256k1: ECDSA with public-key recovery, and signing with the deterministic nonces of RFC 6979.

Source: SEC 1 (4.1.3, 4.1.4, 4.1.6) and SEC 2 (2.4.1); RFC 6979 with HMAC-SHA256. Digests are 32 bytes, public keys 33
bytes (compressed), private keys 32 bytes big-endian, signatures 64 bytes (r, then s, big-endian). Not constant-time:
signing is for keys that guard no money.
"""

import hashlib
import hmac
from collections.abc import Iterator
from typing import NamedTuple

from ashore.crypto.keccak import keccak256

FIELD = 2**256 - 2**32 - 977
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

DIGEST_BYTES = 32
PRIVATE_KEY_BYTES = 32
PUBLIC_KEY_BYTES = 33
SIGNATURE_BYTES = 64


class RecoverableSignature(NamedTuple):
    """A signature (64 bytes) and the number (0 to 3) that tells which of the possible keys made it."""

    signature: bytes
    recovery_id: int


class _Point(NamedTuple):
    """A point as (x, y, z) with affine coordinates x/z^2 and y/z^3; z is 0 at infinity."""

    x: int
    y: int
    z: int


_INFINITY = _Point(0, 1, 0)
_GENERATOR = _Point(
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
    1,
)


def public_key(private_key: bytes) -> bytes:
    """Return the compressed public key. Raises ValueError for a malformed private key."""
    return _encode(_multiply(_GENERATOR, _scalar(private_key)))


def is_public_key(encoded: bytes) -> bool:
    """Return whether these bytes are a compressed point of the curve."""
    return _decode(encoded) is not None


def sign(private_key: bytes, digest: bytes) -> RecoverableSignature:
    """Sign a digest; the result is always the low-s form, and the same for the same key and digest.

    Raises ValueError for a malformed key or digest.
    """
    secret, message = _scalar(private_key), _message(digest)
    for nonce in _nonces(private_key, digest):
        x, y = _affine(_multiply(_GENERATOR, nonce))
        r = x % ORDER
        s = pow(nonce, -1, ORDER) * (message + r * secret) % ORDER
        if r and s:
            break
    recovery_id = (y & 1) | (2 if x >= ORDER else 0)
    if s > ORDER // 2:
        s, recovery_id = ORDER - s, recovery_id ^ 1
    return RecoverableSignature(r.to_bytes(32, "big") + s.to_bytes(32, "big"), recovery_id)


def recover(digest: bytes, signature: bytes, recovery_id: int) -> bytes | None:
    """Return the public key that made the signature over the digest, or None where no key can have made it.

    High-s signatures are accepted. Raises ValueError for a digest that is not 32 bytes.
    """
    message, numbers = _message(digest), _numbers(signature)
    if numbers is None or not 0 <= recovery_id <= 3:
        return None
    r, s = numbers
    x = r + ORDER * (recovery_id >> 1)
    nonce_point = _lift(x, recovery_id & 1) if x < FIELD else None
    if nonce_point is None:
        return None
    inverse = pow(r, -1, ORDER)
    key = _multiply_two(-message * inverse % ORDER, nonce_point, s * inverse % ORDER)
    return None if key.z == 0 else _encode(key)


def ethereum_address(encoded_public_key: bytes) -> bytes:
    """Return the 20-byte address of a compressed public key. Raises ValueError for a malformed key.

    Source: Ethereum yellow paper, appendix F: the last 20 bytes of Keccak-256 over the coordinates.
    """
    point = _decode(encoded_public_key)
    if point is None:
        raise ValueError("this is not a compressed public key")
    return keccak256(point.x.to_bytes(32, "big") + point.y.to_bytes(32, "big"))[-20:]


def verify(encoded_public_key: bytes, digest: bytes, signature: bytes) -> bool:
    """Return whether the signature, in low-s or high-s form, is the key's over the digest; malformed input is not.

    Raises ValueError for a digest that is not 32 bytes.
    """
    message, numbers, key = _message(digest), _numbers(signature), _decode(encoded_public_key)
    if numbers is None or key is None:
        return False
    r, s = numbers
    inverse = pow(s, -1, ORDER)
    point = _multiply_two(message * inverse % ORDER, key, r * inverse % ORDER)
    return point.z != 0 and _affine(point)[0] % ORDER == r


def is_low_s(signature: bytes) -> bool:
    """Return whether s is in the lower half of the order; of the two forms of a signature exactly one has it."""
    return int.from_bytes(signature[32:], "big") <= ORDER // 2


def _scalar(private_key: bytes) -> int:
    value = int.from_bytes(private_key, "big")
    if len(private_key) != PRIVATE_KEY_BYTES or not 0 < value < ORDER:
        raise ValueError("a secp256k1 private key is 32 bytes below the order of the curve")
    return value


def _message(digest: bytes) -> int:
    if len(digest) != DIGEST_BYTES:
        raise ValueError("a digest is 32 bytes")
    return int.from_bytes(digest, "big")


def _numbers(signature: bytes) -> tuple[int, int] | None:
    if len(signature) != SIGNATURE_BYTES:
        return None
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    return (r, s) if 0 < r < ORDER and 0 < s < ORDER else None


def _nonces(private_key: bytes, digest: bytes) -> Iterator[int]:
    """Yield the candidates of RFC 6979, section 3.2."""
    seed = private_key + (int.from_bytes(digest, "big") % ORDER).to_bytes(32, "big")
    key, value = bytes(32), b"\x01" * 32
    for extra in (b"\x00" + seed, b"\x01" + seed):
        key = _hmac(key, value + extra)
        value = _hmac(key, value)
    while True:
        value = _hmac(key, value)
        candidate = int.from_bytes(value, "big")
        if 0 < candidate < ORDER:
            yield candidate
        key = _hmac(key, value + b"\x00")
        value = _hmac(key, value)


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()


def _lift(x: int, odd: int) -> _Point | None:
    square = (pow(x, 3, FIELD) + 7) % FIELD
    y = pow(square, (FIELD + 1) // 4, FIELD)
    if y * y % FIELD != square:
        return None
    return _Point(x, y if y & 1 == odd else FIELD - y, 1)


def _decode(encoded: bytes) -> _Point | None:
    if len(encoded) != PUBLIC_KEY_BYTES or encoded[0] not in (2, 3):
        return None
    x = int.from_bytes(encoded[1:], "big")
    return _lift(x, encoded[0] & 1) if x < FIELD else None


def _encode(point: _Point) -> bytes:
    x, y = _affine(point)
    return bytes((2 + (y & 1),)) + x.to_bytes(32, "big")


def _affine(point: _Point) -> tuple[int, int]:
    inverse = pow(point.z, -1, FIELD)
    square = inverse * inverse % FIELD
    return point.x * square % FIELD, point.y * square * inverse % FIELD


def _double(point: _Point) -> _Point:
    x, y, z = point
    if not y:
        return _INFINITY
    y_square = y * y % FIELD
    product = 4 * x * y_square % FIELD
    slope = 3 * x * x % FIELD
    new_x = (slope * slope - 2 * product) % FIELD
    return _Point(new_x, (slope * (product - new_x) - 8 * y_square * y_square) % FIELD, 2 * y * z % FIELD)


def _add(first: _Point, second: _Point) -> _Point:
    if not first.z:
        return second
    if not second.z:
        return first
    first_square, second_square = first.z * first.z % FIELD, second.z * second.z % FIELD
    first_x, second_x = first.x * second_square % FIELD, second.x * first_square % FIELD
    first_y = first.y * second_square * second.z % FIELD
    second_y = second.y * first_square * first.z % FIELD
    if first_x == second_x:
        return _double(first) if first_y == second_y else _INFINITY
    width, slope = second_x - first_x, second_y - first_y
    width_square = width * width % FIELD
    width_cube = width_square * width % FIELD
    base = first_x * width_square % FIELD
    new_x = (slope * slope - width_cube - 2 * base) % FIELD
    new_y = (slope * (base - new_x) - first_y * width_cube) % FIELD
    return _Point(new_x, new_y, width * first.z * second.z % FIELD)


def _multiply(point: _Point, scalar: int) -> _Point:
    result = _INFINITY
    for bit in bin(scalar)[2:]:
        result = _double(result)
        if bit == "1":
            result = _add(result, point)
    return result


def _multiply_two(generator_scalar: int, point: _Point, scalar: int) -> _Point:
    """Return generator_scalar times the generator plus scalar times the point, with one run of doublings."""
    both = _add(_GENERATOR, point)
    choices = (None, point, _GENERATOR, both)
    result = _INFINITY
    for position in range(max(generator_scalar.bit_length(), scalar.bit_length()) - 1, -1, -1):
        result = _double(result)
        chosen = choices[(generator_scalar >> position & 1) << 1 | (scalar >> position & 1)]
        if chosen is not None:
            result = _add(result, chosen)
    return result
