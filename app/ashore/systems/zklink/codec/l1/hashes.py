"""The hashes under which contracts keep single withdrawals, and the chain of roots between chains.

Source: zkLinkProtocol/zklink-contracts `ZkLinkPeriphery.sol` and `ZkLink.sol` (tight packing, Keccak-256).
"""

from dataclasses import dataclass

from ashore.crypto.keccak import keccak256
from ashore.systems.zklink.codec.errors import CodecError

EMPTY_HASH = keccak256(b"")


@dataclass(frozen=True, slots=True)
class WithdrawKey:
    """What names one withdrawal on layer 1.

    `owner` and `token` are 20-byte addresses, `amount` is in layer-1 decimals, `nonce` the sub-account's.
    """

    account_id: int
    sub_account_id: int
    nonce: int
    owner: bytes
    amount: int
    withdraw_fee_ratio: int


def withdraw_hash_x(key: WithdrawKey, token: bytes) -> bytes:
    """Return the key of `accepts(bytes32)` and of the pending withdrawals to Ethereum (zkLink X)."""
    return keccak256(_withdraw_start(key) + _address(token) + _unsigned(key.amount, 16) + _ratio(key))


def withdraw_hash_v2(key: WithdrawKey, token_id: int) -> bytes:
    """Return the hash in `accepts(uint32,bytes32)` of profile v2, which holds fast withdrawals only."""
    return keccak256(_withdraw_start(key) + _unsigned(token_id, 2) + _unsigned(key.amount, 16) + _ratio(key))


def withdraw_with_call_hash(key: WithdrawKey, token: bytes, call_hash: bytes) -> bytes:
    """Return the key of `pendingWithdrawWithCalls`; the ratio of `key` is no part of it.

    `call_hash` is the Keccak of the call data.
    """
    return keccak256(
        _address(key.owner)
        + _address(token)
        + _unsigned(key.amount, 16)
        + _word(call_hash)
        + _unsigned(key.account_id, 4)
        + _unsigned(key.sub_account_id, 1)
        + _unsigned(key.nonce, 4)
    )


def sync_hash_x(previous: bytes, block_number: int, state_hash: bytes, operations_hash: bytes) -> bytes:
    """Return a secondary chain's sync hash after a block with operations for it (zkLink X); it starts as EMPTY_HASH."""
    return keccak256(_word(previous) + _unsigned(block_number, 4) + _word(state_hash) + _word(operations_hash))


def concat_hash(previous: bytes, data: bytes) -> bytes:
    """Return the next link of a chain of hashes over operations; the chain starts as EMPTY_HASH."""
    return keccak256(_word(previous) + data)


def _withdraw_start(key: WithdrawKey) -> bytes:
    return (
        _unsigned(key.account_id, 4) + _unsigned(key.sub_account_id, 1) + _unsigned(key.nonce, 4) + _address(key.owner)
    )


def _ratio(key: WithdrawKey) -> bytes:
    return _unsigned(key.withdraw_fee_ratio, 2)


def _unsigned(value: int, width: int) -> bytes:
    if value < 0 or value >> (8 * width):
        raise CodecError(f"A value does not fit its {width} bytes.")
    return value.to_bytes(width, "big")


def _address(value: bytes) -> bytes:
    if len(value) != 20:
        raise CodecError("An address has 20 bytes.")
    return value


def _word(value: bytes) -> bytes:
    if len(value) != 32:
        raise CodecError("A hash has 32 bytes.")
    return value
