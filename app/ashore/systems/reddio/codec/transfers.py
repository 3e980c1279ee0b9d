"""The one transaction that a Stark key signs for Reddio, and its hash.

A withdrawal to an Ethereum address is the same transaction as a transfer to another user: the receiver's key is then
the address as a number, and the operator pays that vault out.
Source: starkware-crypto-utils `signature.ts` (the form without a fee); Reddio's `starkex-utils/verify`.
"""

from dataclasses import dataclass

from ashore.crypto.stark import pedersen_hash
from ashore.systems.reddio.codec.errors import CodecError
from ashore.systems.reddio.codec.limits import AMOUNT_BITS, EXPIRATION_BITS, NONCE_BITS, VAULT_BITS

WORD = 32
CORE_BYTES = 3 * WORD
CONDITIONAL_CORE_BYTES = 4 * WORD
TRANSFER_TYPE = 1
CONDITIONAL_TRANSFER_TYPE = 2


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer of quanta from one vault to another.

    Attributes:
        asset_id: of the asset, a field element.
        receiver: a Stark key, or an Ethereum address as a number.
        amount: in quanta.
        expiration_hours: hours since 1970, the field that the API calls `expiration_timestamp`.
        condition: a fact that has to be registered on Ethereum first; Reddio itself asks for none.
    """

    asset_id: int
    receiver: int
    sender_vault_id: int
    receiver_vault_id: int
    amount: int
    nonce: int
    expiration_hours: int
    condition: int | None = None


def encode_core(transfer: Transfer) -> bytes:
    """Return exactly what is hashed: asset id, receiver, condition if any, and the packed numbers, 32 bytes each.

    Raises CodecError for a number that has no room.
    """
    packed = TRANSFER_TYPE if transfer.condition is None else CONDITIONAL_TRANSFER_TYPE
    for value, bits in (
        (transfer.sender_vault_id, VAULT_BITS),
        (transfer.receiver_vault_id, VAULT_BITS),
        (transfer.amount, AMOUNT_BITS),
        (0, AMOUNT_BITS),
        (transfer.nonce, NONCE_BITS),
        (transfer.expiration_hours, EXPIRATION_BITS),
    ):
        if value < 0 or value >> bits:
            raise CodecError(f"A number of the transfer does not fit its {bits} bits.")
        packed = packed << bits | value
    condition = () if transfer.condition is None else (transfer.condition,)
    return b"".join(_word(value) for value in (transfer.asset_id, transfer.receiver, *condition, packed))


def hash_core(core: bytes) -> int:
    """Return the hash that the Stark key signs: the Pedersen hash of the words, from the left.

    Raises CodecError for another length, or a word that is no field element.
    """
    if len(core) not in (CORE_BYTES, CONDITIONAL_CORE_BYTES):
        raise CodecError("A transfer has three words, or four with a condition.")
    first, *others = (int.from_bytes(core[start : start + WORD], "big") for start in range(0, len(core), WORD))
    try:
        for other in others:
            first = pedersen_hash(first, other)
    except ValueError as error:
        raise CodecError("A part of the transfer is too large for the STARK field.") from error
    return first


def message_hash(transfer: Transfer) -> int:
    """Return the hash that the Stark key signs. Raises CodecError."""
    return hash_core(encode_core(transfer))


def _word(value: int) -> bytes:
    if value < 0 or value >> (8 * WORD):
        raise CodecError("A part of the transfer is too large for the STARK field.")
    return value.to_bytes(WORD, "big")
