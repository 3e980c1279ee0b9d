"""zkLink's layer-2 keys and signatures: deterministic Schnorr ("musig-rescue") on alt baby jubjub.

Source: zkLinkProtocol/franklin-crypto `eddsa`, zkLinkProtocol/zklink_sdk `crypto::zklink_signer`.
Not constant-time: for a local signer only. Private keys are 32 bytes, big-endian, below the subgroup order.
"""

import hashlib
import hmac
from typing import NamedTuple

from ashore.crypto.altjubjub import (
    SUBGROUP_ORDER,
    Point,
    add,
    decode_point,
    encode_point,
    in_subgroup,
    multiply,
    multiply_generator,
)
from ashore.crypto.rescue import bytes_to_elements, rescue_hash_tx_message, sponge

PRIVATE_KEY_BYTES = 32
PUBLIC_KEY_BYTES = 32
PUBLIC_KEY_HASH_BYTES = 20
SIGNATURE_BYTES = 64
MIN_MATERIAL_BYTES = 32

_CHALLENGE_HALF = (1 << 125) - 1


class DerivedKey(NamedTuple):
    """A private key and the number of SHA-256 applications that it took to find it."""

    private_key: bytes
    rounds: int


def derive_private_key(material: bytes) -> DerivedKey:
    """Hash keying material (at least 32 bytes) until the value is a private key; the first candidate is hashed twice.

    For an Ethereum account the material is its 65-byte signature of the derivation text, with v as 27 or 28.
    Raises ValueError for shorter material.
    """
    if len(material) < MIN_MATERIAL_BYTES:
        raise ValueError(f"keying material needs at least {MIN_MATERIAL_BYTES} bytes")
    digest = hashlib.sha256(hashlib.sha256(material).digest()).digest()
    rounds = 2
    while int.from_bytes(digest, "big") >= SUBGROUP_ORDER:
        digest = hashlib.sha256(digest).digest()
        rounds += 1
    return DerivedKey(digest, rounds)


def private_key_from_material(material: bytes) -> bytes:
    """Return the private key of keying material; see `derive_private_key`."""
    return derive_private_key(material).private_key


def public_key(private_key: bytes) -> bytes:
    """Return the 32-byte public key. Raises ValueError for a malformed private key."""
    return encode_point(multiply_generator(_scalar(private_key)))


def public_key_hash(encoded_public_key: bytes) -> bytes:
    """Return the 20-byte hash under which an account's key is registered. Raises ValueError for a malformed key."""
    point = decode_point(encoded_public_key)
    if point is None:
        raise ValueError("this is not a point of the layer-2 curve")
    low_bits = sponge([point.x, point.y]).first & ((1 << 160) - 1)
    return low_bits.to_bytes(PUBLIC_KEY_HASH_BYTES, "big")


def sign(private_key: bytes, message: bytes) -> bytes:
    """Return the 64-byte signature (R, then S little-endian) of a message of at most 92 bytes.

    The same key and message always give the same signature. Raises ValueError for a malformed key or a longer message.
    """
    secret = _scalar(private_key)
    message_hash = rescue_hash_tx_message(message)
    nonce = _deterministic_nonce(private_key, message_hash)
    nonce_point = multiply_generator(nonce)
    challenge = _challenge(multiply_generator(secret), nonce_point, message_hash)
    response = (nonce + challenge * secret) % SUBGROUP_ORDER
    return encode_point(nonce_point) + response.to_bytes(32, "little")


def verify(encoded_public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether the signature is the key's over the message; malformed input is simply not valid.

    Raises ValueError for a message of more than 92 bytes.
    """
    if len(signature) != SIGNATURE_BYTES:
        return False
    key_point, nonce_point = decode_point(encoded_public_key), decode_point(signature[:32])
    response = int.from_bytes(signature[32:], "little")
    if key_point is None or nonce_point is None or response >= SUBGROUP_ORDER:
        return False
    if not (in_subgroup(key_point) and in_subgroup(nonce_point)):
        return False
    challenge = _challenge(key_point, nonce_point, rescue_hash_tx_message(message))
    return multiply_generator(response) == add(nonce_point, multiply(key_point, challenge))


def _scalar(private_key: bytes) -> int:
    value = int.from_bytes(private_key, "big")
    if len(private_key) != PRIVATE_KEY_BYTES or not 0 < value < SUBGROUP_ORDER:
        raise ValueError("a layer-2 private key is 32 bytes below the subgroup order")
    return value


def _challenge(key_point: Point, nonce_point: Point, message_hash: bytes) -> int:
    data = key_point.x.to_bytes(32, "little") + nonce_point.x.to_bytes(32, "little") + message_hash
    state = sponge(bytes_to_elements(data))
    return (state.first & _CHALLENGE_HALF) | ((state.second & _CHALLENGE_HALF) << 125)


def _deterministic_nonce(private_key: bytes, message_hash: bytes) -> int:
    """Return the nonce: RFC 6979 with HMAC-SHA256, save that the loop does not renew its value between tries."""
    digest = hashlib.sha256(message_hash).digest()
    value, key = b"\x01" * 32, bytes(32)
    for marker in (b"\x00", b"\x01"):
        key = _hmac(key, value + marker + private_key + digest)
        value = _hmac(key, value)
    while True:
        candidate = int.from_bytes(_hmac(key, value), "big")
        if candidate < SUBGROUP_ORDER:
            return candidate
        key = _hmac(key, value + value + b"\x00")


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()
