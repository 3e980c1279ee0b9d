"""The two layer-2 transactions that a withdrawing wallet signs, and their bytes.

Source: zkLinkProtocol/zklink_sdk `types/src/tx_type/withdraw.rs` and `change_pubkey.rs`.
All integers are big-endian; amounts and fees always have 18 decimals on layer 2.
"""

import hashlib
from dataclasses import dataclass

from ashore.crypto.keccak import keccak256
from ashore.crypto.rescue import ORDERS_BYTES, rescue_hash_orders
from ashore.systems.zklink.codec.errors import CodecError
from ashore.systems.zklink.codec.floats import FEE
from ashore.systems.zklink.codec.profiles import Profile

WITHDRAW_TYPE = 0x03
CHANGE_PUBKEY_TYPE = 0x06
WITHDRAW_CORE_BYTES = 72
CHANGE_PUBKEY_BYTES = 39
PUBKEY_HASH_BYTES = 20
EVM_ADDRESS_BYTES = 20
WIDE_ADDRESS_BYTES = 32


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A request to take `amount` of a token out of a sub-account to an address on a target chain.

    Attributes:
        to_chain_id: zkLink's number of the target chain, not the EVM chain id.
        to: 20 bytes (EVM) or 32 bytes (Starknet).
        amount, fee: base units of 18 decimals, of the source token; the fee has to be packable.
        nonce: the sub-account's nonce, not the account's.
        flag: fastWithdraw in profile v2, withdrawToL1 elsewhere; 0 or 1.
        withdraw_fee_ratio: what a broker may keep for paying early; 100 is 1 %.
        ts: unix seconds; makes the hash unique.
        call_data: profile x only; None (no call) is not the same as empty.
    """

    to_chain_id: int
    account_id: int
    sub_account_id: int
    to: bytes
    l2_source_token: int
    l1_target_token: int
    amount: int
    fee: int
    nonce: int
    flag: int
    withdraw_fee_ratio: int
    ts: int
    call_data: bytes | None = None


@dataclass(frozen=True, slots=True)
class ChangePubKey:
    """The activation of an account: it registers the hash of a layer-2 key.

    Attributes:
        chain_id: zkLink's number of the chain on which an on-chain authorisation would be checked.
        new_pubkey_hash: 20 bytes.
        fee: base units of 18 decimals, packable.
        nonce: the account's nonce, not a sub-account's.
        ts: unix seconds.
    """

    chain_id: int
    account_id: int
    sub_account_id: int
    new_pubkey_hash: bytes
    fee_token: int
    fee: int
    nonce: int
    ts: int


def encode_core(tx: Withdraw) -> bytes:
    """Return the 72 bytes that every profile starts from. Raises CodecError where a value does not fit its field."""
    if len(tx.to) not in (EVM_ADDRESS_BYTES, WIDE_ADDRESS_BYTES):
        raise CodecError("The recipient has to be an address of 20 or 32 bytes.")
    return b"".join(
        (
            bytes((WITHDRAW_TYPE,)),
            _unsigned(tx.to_chain_id, 1, "chain number"),
            _unsigned(tx.account_id, 4, "account number"),
            _unsigned(tx.sub_account_id, 1, "sub-account number"),
            tx.to.rjust(WIDE_ADDRESS_BYTES, b"\0"),
            _unsigned(tx.l2_source_token, 2, "source token"),
            _unsigned(tx.l1_target_token, 2, "target token"),
            _unsigned(tx.amount, 16, "amount"),
            _packed_fee(tx.fee),
            _unsigned(tx.nonce, 4, "nonce"),
            _unsigned(tx.flag, 1, "flag"),
            _unsigned(tx.withdraw_fee_ratio, 2, "fast withdrawal ratio"),
            _unsigned(tx.ts, 4, "time"),
        )
    )


def encode_change_pubkey(tx: ChangePubKey) -> bytes:
    """Return the 39 bytes that the new layer-2 key signs, alike in all profiles. Raises CodecError as `encode_core`."""
    if len(tx.new_pubkey_hash) != PUBKEY_HASH_BYTES:
        raise CodecError("The hash of a layer-2 key has 20 bytes.")
    return b"".join(
        (
            bytes((CHANGE_PUBKEY_TYPE,)),
            _unsigned(tx.chain_id, 1, "chain number"),
            _unsigned(tx.account_id, 4, "account number"),
            _unsigned(tx.sub_account_id, 1, "sub-account number"),
            tx.new_pubkey_hash,
            _unsigned(tx.fee_token, 2, "fee token"),
            _packed_fee(tx.fee),
            _unsigned(tx.nonce, 4, "nonce"),
            _unsigned(tx.ts, 4, "time"),
        )
    )


def signed_bytes_of_core(core: bytes, profile: Profile, call_data: bytes | None) -> bytes:
    """Return what the layer-2 key signs for a core: itself (v2, main) or its 63-byte hashed form (x).

    Raises CodecError where a call is attached in a profile that has none.
    """
    if not profile.is_x:
        if call_data is not None:
            raise CodecError("Only zkLink X can attach a call to a withdrawal.")
        return core
    call_hash = bytes(32) if call_data is None else keccak256(call_data)
    return rescue_hash_orders(core.ljust(ORDERS_BYTES, b"\0")) + call_hash


def signed_bytes(tx: Withdraw | ChangePubKey, profile: Profile) -> bytes:
    """Return the bytes that the layer-2 key signs. Raises CodecError as the encoders do."""
    if isinstance(tx, ChangePubKey):
        return encode_change_pubkey(tx)
    return signed_bytes_of_core(encode_core(tx), profile, tx.call_data)


def hash_signed_bytes(data: bytes) -> str:
    """Return the transaction hash (0x hex) of signed bytes: their SHA-256, in every profile."""
    return "0x" + hashlib.sha256(data).hexdigest()


def tx_hash(tx: Withdraw | ChangePubKey, profile: Profile) -> str:
    """Return the hash under which the operator knows the transaction, as 0x hex."""
    return hash_signed_bytes(signed_bytes(tx, profile))


def _unsigned(value: int, width: int, what: str) -> bytes:
    if value < 0 or value >> (8 * width):
        raise CodecError(f"The {what} does not fit its field of {width} bytes.")
    return value.to_bytes(width, "big")


def _packed_fee(fee: int) -> bytes:
    if not FEE.is_packable(fee):
        raise CodecError("The fee cannot be packed; round it to the nearest packable value.")
    return FEE.pack(fee)
