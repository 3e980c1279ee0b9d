"""The STARK curve in pure Python: Pedersen hash, keys, signatures. An accelerator may stand in for it, same checks."""

from ashore.crypto.stark.curve import FIELD, ORDER, Point, is_stark_key
from ashore.crypto.stark.ecdsa import HASH_LIMIT, Signature, public_key, public_point, sign, verify
from ashore.crypto.stark.keys import Derivation, GroundKey, derive_key, derive_keys, grind
from ashore.crypto.stark.pedersen import pedersen_hash

__all__ = [
    "FIELD",
    "HASH_LIMIT",
    "ORDER",
    "Derivation",
    "GroundKey",
    "Point",
    "Signature",
    "derive_key",
    "derive_keys",
    "grind",
    "is_stark_key",
    "pedersen_hash",
    "public_key",
    "public_point",
    "sign",
    "verify",
]
