"""Where a contract keeps its variables. Source: docs: Solidity, "Layout of State Variables in Storage"."""

from dataclasses import dataclass

from ashore.crypto.keccak import keccak256

WORD = 32
# EIP-1967: the slot in which a proxy keeps the address of its implementation.
IMPLEMENTATION_SLOT = 0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC


@dataclass(frozen=True, slots=True)
class PackedField:
    """A value that shares a slot: `bits` wide, `offset` bits above the lowest."""

    slot: int
    offset: int
    bits: int

    def read(self, word: int) -> int:
        """Return the value inside of the slot's 256-bit word."""
        return (word >> self.offset) & ((1 << self.bits) - 1)


def mapping_slot(key: bytes | int, slot: int) -> int:
    """Return the slot of a mapping's value: keccak of the key, padded on the left to a word, and the mapping's slot."""
    padded = key.to_bytes(WORD, "big") if isinstance(key, int) else key.rjust(WORD, b"\0")
    return int.from_bytes(keccak256(padded + slot.to_bytes(WORD, "big")), "big")
