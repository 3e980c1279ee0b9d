"""How a block's public data writes a withdrawal.

Source: zkLinkProtocol/zklink-contracts `Operations.sol`, per branch.
"""

import struct
from dataclasses import dataclass
from enum import StrEnum

from ashore.systems.zklink.codec.errors import CodecError
from ashore.systems.zklink.codec.floats import FEE

CHUNK_BYTES = 23
WITHDRAW_OPERATION = 3

# type, chain, account, sub-account, layer-1 token, layer-2 token, amount in two halves; then what differs
_START = ">BBIBHHQQ"
_NO_CALL = bytes(32)


class PubdataLayout(StrEnum):
    """Where a deployment's withdrawals keep the hash of an attached call; the contracts decide, not the profile."""

    CALL_HASH_LAST = "call-hash-last"
    """Branches zkex_mainnet and apex_mainnet: 100 bytes in 5 chunks."""
    CALL_HASH_AFTER_AMOUNT = "call-hash-after-amount"
    """Branch main: 100 bytes in 5 chunks."""
    NO_CALL_HASH = "no-call-hash"
    """Branch v2, nexus and testnets: 68 bytes in 3 chunks."""

    @property
    def withdraw_bytes(self) -> int:
        """The length of one withdrawal with its padding."""
        return CHUNK_BYTES * (3 if self is PubdataLayout.NO_CALL_HASH else 5)


_AFTER_START = {
    PubdataLayout.CALL_HASH_LAST: "H32sIHB32s",
    PubdataLayout.CALL_HASH_AFTER_AMOUNT: "32sH32sIHB",
    PubdataLayout.NO_CALL_HASH: "H32sIHB",
}


@dataclass(frozen=True, slots=True)
class WithdrawPubdata:
    """A withdrawal in a block.

    `to` has 32 bytes, of which an EVM contract uses the last 20; `amount` and `fee` have 18 decimals; `flag` is
    fastWithdraw in v2 and withdrawToL1 elsewhere; `call_hash` is all zero where no call is attached.
    """

    chain_id: int
    account_id: int
    sub_account_id: int
    l1_token: int
    l2_token: int
    amount: int
    fee: int
    to: bytes
    nonce: int
    withdraw_fee_ratio: int
    flag: int
    call_hash: bytes = _NO_CALL

    @property
    def owner(self) -> bytes:
        """The EVM address that is credited."""
        return self.to[12:]


def encode_withdraw_pubdata(operation: WithdrawPubdata, layout: PubdataLayout) -> bytes:
    """Return the padded chunks of a withdrawal. Raises CodecError where a value does not fit."""
    op = operation
    if len(op.to) != 32 or len(op.call_hash) != 32:
        raise CodecError("The recipient and the hash of the call have 32 bytes each.")
    high, low = divmod(op.amount, 1 << 64)
    fee = int.from_bytes(FEE.pack(op.fee), "big")
    start = (WITHDRAW_OPERATION, op.chain_id, op.account_id, op.sub_account_id, op.l1_token, op.l2_token, high, low)
    end = (fee, op.to, op.nonce, op.withdraw_fee_ratio, op.flag)
    match layout:
        case PubdataLayout.CALL_HASH_LAST:
            rest: tuple[int | bytes, ...] = (*end, op.call_hash)
        case PubdataLayout.CALL_HASH_AFTER_AMOUNT:
            rest = (op.call_hash, *end)
        case PubdataLayout.NO_CALL_HASH:
            if op.call_hash != _NO_CALL:
                raise CodecError("This deployment cannot attach a call to a withdrawal.")
            rest = end
    try:
        packed = struct.pack(_START + _AFTER_START[layout], *start, *rest)
    except struct.error as error:
        raise CodecError("A value of the withdrawal does not fit its field.") from error
    return packed.ljust(layout.withdraw_bytes, b"\0")


def decode_withdraw_pubdata(data: bytes, layout: PubdataLayout) -> WithdrawPubdata:
    """Read the chunks of a withdrawal back. Raises CodecError for another length, operation, or dirty padding."""
    form = struct.Struct(_START + _AFTER_START[layout])
    if len(data) != layout.withdraw_bytes or any(data[form.size :]):
        raise CodecError("These are not the chunks of one withdrawal.")
    kind, chain, account, sub, l1_token, l2_token, high, low, *rest = form.unpack(data[: form.size])
    if kind != WITHDRAW_OPERATION:
        raise CodecError("This operation is not a withdrawal.")
    call_hash = _NO_CALL
    if layout is PubdataLayout.CALL_HASH_LAST:
        call_hash = rest.pop()
    elif layout is PubdataLayout.CALL_HASH_AFTER_AMOUNT:
        call_hash = rest.pop(0)
    fee, to, nonce, ratio, flag = rest
    return WithdrawPubdata(
        chain_id=chain,
        account_id=account,
        sub_account_id=sub,
        l1_token=l1_token,
        l2_token=l2_token,
        amount=high << 64 | low,
        fee=FEE.unpack(fee.to_bytes(2, "big")),
        to=to,
        nonce=nonce,
        withdraw_fee_ratio=ratio,
        flag=flag,
        call_hash=call_hash,
    )
