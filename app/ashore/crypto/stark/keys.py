"""Stark private keys from an Ethereum signature, by every derivation under which people's money may lie.

Source: StarkEx key derivation (starkware-crypto-utils `key_derivation.ts`); the two deviations as read in Reddio's
Java, Go and C# clients and as measured in fast-stark-crypto. Source of the limit: `grindKey`.
"""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from ashore.crypto.stark.curve import ORDER

SIGNATURE_BYTES = 65
SEED_BYTES = 32
_GRIND_LIMIT = 2**256 - 2**256 % ORDER
_MAX_ROUNDS = 256


class Derivation(StrEnum):
    """What a client takes for the first half of a signature. They agree unless it begins with a zero."""

    STANDARD = "standard"
    """The first 32 bytes."""
    BYTE_STRIPPED = "byte-stripped"
    """The first 32 bytes without leading zero bytes: another key for one signature in 256."""
    NIBBLE_SHIFTED = "nibble-shifted"
    """The first 64 digits after the leading zero digits: another key for one signature in 16."""


@dataclass(frozen=True, slots=True)
class GroundKey:
    """A private key (0 < private_key < ORDER), and the counter byte with which it was found."""

    private_key: int = field(repr=False)
    counter: int


def grind(seed: bytes) -> GroundKey:
    """Hash a seed with a counter until the value is below a multiple of the order, so that no key is likelier.

    About one seed in 32 takes a second round. Raises ValueError where no counter will do, which no seed is known for.
    """
    for counter in range(_MAX_ROUNDS):
        value = int.from_bytes(hashlib.sha256(seed + bytes((counter,))).digest(), "big")
        if value < _GRIND_LIMIT and value % ORDER:
            return GroundKey(value % ORDER, counter)
    raise ValueError("this seed gives no key")


def derive_key(signature: bytes, derivation: Derivation = Derivation.STANDARD) -> GroundKey:
    """Return the key of a 65-byte Ethereum signature (r, s, v). Raises ValueError for another length."""
    if len(signature) != SIGNATURE_BYTES:
        raise ValueError(f"an Ethereum signature has {SIGNATURE_BYTES} bytes")
    return grind(_seed(signature, derivation))


def derive_keys(signature: bytes) -> dict[Derivation, GroundKey]:
    """Return the different keys of a signature, each under the first derivation that gives it."""
    found: dict[Derivation, GroundKey] = {}
    for derivation in Derivation:
        key = derive_key(signature, derivation)
        if key.private_key not in {other.private_key for other in found.values()}:
            found[derivation] = key
    return found


def _seed(signature: bytes, derivation: Derivation) -> bytes:
    match derivation:
        case Derivation.BYTE_STRIPPED:
            return signature[:SEED_BYTES].lstrip(b"\0")
        case Derivation.NIBBLE_SHIFTED:
            digits = signature.hex().lstrip("0")[: 2 * SEED_BYTES]
            return bytes.fromhex(digits if len(digits) % 2 == 0 else "0" + digits)
        case Derivation.STANDARD:
            return signature[:SEED_BYTES]
