"""Keccak-256 as Ethereum uses it (not SHA3-256)."""

from Crypto.Hash import keccak as _keccak


def keccak256(data: bytes) -> bytes:
    """Return the 32-byte Keccak-256 digest of `data` (Ethereum Yellow Paper, appendix D)."""
    return _keccak.new(digest_bits=256, data=data).digest()
