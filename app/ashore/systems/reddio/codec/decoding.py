"""Reading a transfer back from its bytes, written apart from the encoder so that one checks the other.

Layout: starkware-crypto-utils `getTransferMsgHash`, from the highest bit: type, vaults, amount, fee, nonce, expiration.
"""

from ashore.systems.reddio.codec.errors import CodecError
from ashore.systems.reddio.codec.transfers import Transfer

_PACKED_BITS = 256
_ENDS = {"expiration": 22, "nonce": 53, "fee": 116, "amount": 179, "receiver_vault": 210, "sender_vault": 241}
"""The bit below which each part ends, counted from the lowest."""


def decode_core(core: bytes) -> Transfer:
    """Return the Transfer of its 96 bytes, or 128 with a condition.

    Raises CodecError for another length or type, or where a fee stands: the form without one has a zero there.
    """
    if len(core) not in (96, 128):
        raise CodecError("A transfer has 96 bytes, or 128 with a condition.")
    bits = f"{int.from_bytes(core[-32:], 'big'):0{_PACKED_BITS}b}"
    parts, start = {}, 0
    for name, end in _ENDS.items():
        parts[name] = int(bits[_PACKED_BITS - end : _PACKED_BITS - start], 2)
        start = end
    kind = int(bits[: _PACKED_BITS - start], 2)
    if kind != len(core) // 32 - 2:
        raise CodecError("These bytes are not a transfer.")
    if parts["fee"]:
        raise CodecError("Reddio's transfers have no fee, and these bytes hold one.")
    return Transfer(
        asset_id=int.from_bytes(core[:32], "big"),
        receiver=int.from_bytes(core[32:64], "big"),
        condition=int.from_bytes(core[64:96], "big") if len(core) == 128 else None,
        sender_vault_id=parts["sender_vault"],
        receiver_vault_id=parts["receiver_vault"],
        amount=parts["amount"],
        nonce=parts["nonce"],
        expiration_hours=parts["expiration"],
    )
