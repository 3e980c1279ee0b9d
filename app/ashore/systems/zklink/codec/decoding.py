"""Reading transactions back from their bytes, written apart from the encoder so that one checks the other.

Layout: docs: zkLink SDK, `Withdraw::get_bytes` and `ChangePubKey::get_bytes`.
"""

import struct

from ashore.systems.zklink.codec.errors import CodecError
from ashore.systems.zklink.codec.transactions import ChangePubKey, Withdraw

# type, chain, account, sub-account, recipient, source and target token, amount in two halves, fee, nonce, flag, ratio,
# ts
_WITHDRAW = struct.Struct(">BBIB32sHHQQHIBHI")
# type, chain, account, sub-account, key hash, fee token, fee, nonce, ts
_CHANGE_PUBKEY = struct.Struct(">BBIB20sHHII")
_TWELVE_ZEROS = bytes(12)
_MAX_FEE_MANTISSA = 2047


def decode_core(data: bytes) -> Withdraw:
    """Return the Withdraw of its 72-byte core, without a call.

    A recipient with twelve leading zero bytes is read as an EVM address.
    Raises CodecError for another length or type, a flag other than 0 or 1, or a fee that is not in its shortest form.
    """
    if len(data) != _WITHDRAW.size:
        raise CodecError(f"A withdrawal request has {_WITHDRAW.size} bytes, not {len(data)}.")
    kind, chain, account, sub, to, source, target, high, low, fee, nonce, flag, ratio, ts = _WITHDRAW.unpack(data)
    if kind != 3:
        raise CodecError("These bytes are not a withdrawal request.")
    if flag > 1:
        raise CodecError("The flag of a withdrawal request has to be 0 or 1.")
    return Withdraw(
        to_chain_id=chain,
        account_id=account,
        sub_account_id=sub,
        to=to[12:] if to.startswith(_TWELVE_ZEROS) else to,
        l2_source_token=source,
        l1_target_token=target,
        amount=high << 64 | low,
        fee=_read_fee(fee),
        nonce=nonce,
        flag=flag,
        withdraw_fee_ratio=ratio,
        ts=ts,
    )


def decode_change_pubkey(data: bytes) -> ChangePubKey:
    """Return the ChangePubKey of its 39 bytes. Raises CodecError as `decode_core`."""
    if len(data) != _CHANGE_PUBKEY.size:
        raise CodecError(f"An activation has {_CHANGE_PUBKEY.size} bytes, not {len(data)}.")
    kind, chain, account, sub, pubkey_hash, fee_token, fee, nonce, ts = _CHANGE_PUBKEY.unpack(data)
    if kind != 6:
        raise CodecError("These bytes are not an activation.")
    return ChangePubKey(
        chain_id=chain,
        account_id=account,
        sub_account_id=sub,
        new_pubkey_hash=pubkey_hash,
        fee_token=fee_token,
        fee=_read_fee(fee),
        nonce=nonce,
        ts=ts,
    )


def _read_fee(packed: int) -> int:
    mantissa, exponent = divmod(packed, 32)
    if exponent and mantissa * 10 <= _MAX_FEE_MANTISSA:
        raise CodecError("The fee is not written in its shortest form.")
    return int(mantissa * 10**exponent)
