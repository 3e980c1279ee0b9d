"""Block headers whose hash the wallet recomputed (execution-specs, header of the Prague fork and before)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ashore.crypto import rlp
from ashore.crypto.keccak import keccak256
from ashore.crypto.rlp import RlpError
from ashore.domain.observations import BlockRef
from ashore.ethereum import wire
from ashore.ethereum.errors import BadAnswer

_MAX_EXTRA = 4_096
_QUANTITY = -1
_ANY = -2

# Name in JSON-RPC and length in bytes, in the order of the RLP list.
_REQUIRED: tuple[tuple[str, int], ...] = (
    ("parentHash", 32),
    ("sha3Uncles", 32),
    ("miner", 20),
    ("stateRoot", 32),
    ("transactionsRoot", 32),
    ("receiptsRoot", 32),
    ("logsBloom", 256),
    ("difficulty", _QUANTITY),
    ("number", _QUANTITY),
    ("gasLimit", _QUANTITY),
    ("gasUsed", _QUANTITY),
    ("timestamp", _QUANTITY),
    ("extraData", _ANY),
    ("mixHash", 32),
    ("nonce", 8),
)
# Added by London, Shanghai, Cancun and Prague: a fork's field is there only with all before it.
_OPTIONAL: tuple[tuple[str, int], ...] = (
    ("baseFeePerGas", _QUANTITY),
    ("withdrawalsRoot", 32),
    ("blobGasUsed", _QUANTITY),
    ("excessBlobGas", _QUANTITY),
    ("parentBeaconBlockRoot", 32),
    ("requestsHash", 32),
)
_FIELDS = _REQUIRED + _OPTIONAL


@dataclass(frozen=True, slots=True)
class Header:
    """A header that hashes to `hash`. Hashes are lower-case hex with 0x, roots are bytes.

    `timestamp` is in UTC seconds, `base_fee` in wei (None before London), `encoded` the RLP.
    """

    hash: str
    number: int
    parent_hash: str
    timestamp: int
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    logs_bloom: int
    gas_used: int
    base_fee: int | None
    encoded: bytes

    @classmethod
    def from_rlp(cls, encoded: bytes) -> Header:
        """Read a header. Raises BadAnswer if it is not a canonical header."""
        try:
            fields = rlp.expect_list(rlp.decode(encoded, max_depth=1, max_items=40))
            if not len(_REQUIRED) <= len(fields) <= len(_FIELDS):
                raise BadAnswer("A block header has an unknown number of fields.")
            raw: dict[str, bytes] = {}
            number: dict[str, int] = {}
            for (name, length), item in zip(_FIELDS, fields, strict=False):
                if length == _QUANTITY:
                    number[name] = rlp.decode_int(item)
                else:
                    raw[name] = rlp.expect_bytes(item, None if length == _ANY else length)
        except RlpError as error:
            raise BadAnswer(f"A block header is malformed: {error}.") from error
        if number["number"] >> 64 or number["timestamp"] >> 64 or len(raw["extraData"]) > _MAX_EXTRA:
            raise BadAnswer("A block header is out of range.")
        return cls(
            hash=wire.hexed(keccak256(encoded)),
            number=number["number"],
            parent_hash=wire.hexed(raw["parentHash"]),
            timestamp=number["timestamp"],
            state_root=raw["stateRoot"],
            transactions_root=raw["transactionsRoot"],
            receipts_root=raw["receiptsRoot"],
            logs_bloom=int.from_bytes(raw["logsBloom"], "big"),
            gas_used=number["gasUsed"],
            base_fee=number.get("baseFeePerGas"),
            encoded=encoded,
        )

    @classmethod
    def from_rpc(cls, value: Any) -> Header:
        """Read a block of eth_getBlockBy…; raises BadAnswer unless its fields hash to its own hash."""
        block = wire.obj(value, "block")
        content: list[bytes] = []
        ended = False
        for name, length in _FIELDS:
            given = block.get(name)
            if given is None and (name, length) in _OPTIONAL:
                ended = True
                continue
            if ended:
                raise BadAnswer("A block header lacks a field of an earlier fork.")
            content.append(_content(name, length, given))
        header = cls.from_rlp(rlp.encode(content))
        if header.hash != wire.hexed(wire.data(block.get("hash"), "a block hash", 32)):
            raise BadAnswer("A block header does not hash to its own hash.")
        return header

    def ref(self, chain: str) -> BlockRef:
        """Return this block as observations name it."""
        return BlockRef(chain, self.number, self.hash, self.timestamp)


def _content(name: str, length: int, value: Any) -> bytes:
    if length == _QUANTITY:
        return rlp.encode_int(wire.quantity(value, name))
    if length == _ANY:
        return wire.data(value, name, limit=_MAX_EXTRA)
    return wire.data(value, name, length)


def bloom_mask(entry: bytes) -> int:
    """Return the three bits that `entry` (an address or topic) sets in a logs bloom (Yellow Paper, 4.3.1)."""
    digest = keccak256(entry)
    mask = 0
    for place in (0, 2, 4):
        mask |= 1 << (int.from_bytes(digest[place : place + 2], "big") & 0x7FF)
    return mask
