"""Reading the bodies of requests: bounded, tolerant of what clients write differently, and strict about all else.

Used to check a body before it is sent, and by an operator that takes it in. A signature counts only by verification.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ashore.crypto.stark import HASH_LIMIT, ORDER, Signature, verify
from ashore.domain.addresses import AddressError, parse_evm_address
from ashore.systems.reddio.codec.assets import Asset
from ashore.systems.reddio.codec.errors import CodecError
from ashore.systems.reddio.codec.limits import (
    MAX_AMOUNT,
    MAX_EXPIRATION_HOURS,
    MAX_NONCE,
    MAX_TOKEN_ID,
    MAX_VAULT_ID,
    NEVER_EXPIRES,
)
from ashore.systems.reddio.codec.numbers import read_hex, read_integer, read_stark_key
from ashore.systems.reddio.codec.transfers import Transfer, message_hash

_MAX_FIELDS = 32
_ADDRESS_LENGTH = 42
_HEX_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class SignedTransfer:
    """A transfer or withdrawal as it was in a body, with the key that it says signed it.

    `contract` is b"" for ETH and None where the body names none; `token_id` is None where there is none.
    """

    transfer: Transfer
    stark_key: int
    signature: Signature
    contract: bytes | None
    token_id: int | None

    @property
    def is_signed(self) -> bool:
        """Whether the signature is the key's over exactly this transfer."""
        return verify(self.stark_key, message_hash(self.transfer), self.signature)

    def is_of(self, asset: Asset) -> bool:
        """Whether all that the body says of its asset is so: contract and token id stand under no signature."""
        named = self.contract in (None, asset.token) and (self.contract is None or self.token_id == asset.token_id)
        return named and self.transfer.asset_id == asset.asset_id


@dataclass(frozen=True, slots=True)
class PlainWithdrawal:
    """A withdrawal to the Stark key itself, which nobody signs; `amount` is in quanta."""

    contract: bytes
    token_id: int | None
    stark_key: int
    amount: int


def read_withdrawal_to(body: object) -> SignedTransfer:
    """Read the body of `POST /v1/withdrawalto`. Raises CodecError, also for a receiver that is a Stark key."""
    fields = _object(body)
    return _signed(fields, _address(fields.get("receiver")))


def read_transfer(body: object) -> SignedTransfer:
    """Read the body of `POST /v1/transfers`. Raises CodecError, also for a receiver that is an address."""
    fields = _object(body)
    raw = fields.get("receiver")
    if isinstance(raw, str) and len(raw) == _ADDRESS_LENGTH and _HEX_ADDRESS.fullmatch(raw):
        raise CodecError("The receiver of a transfer between vaults is a Stark key.")
    return _signed(fields, read_stark_key(raw, "receiver"))


def read_withdrawal(body: object) -> PlainWithdrawal:
    """Read the body of `POST /v1/withdrawal`. Raises CodecError."""
    fields = _object(body)
    contract = _contract(fields.get("contract_address"))
    if contract is None:
        raise CodecError("The contract of the asset is missing.")
    amount = read_integer(fields.get("amount"), "amount", MAX_AMOUNT)
    if amount == 0:
        raise CodecError("The amount is zero.")
    token_id = _token_id(fields.get("token_id"))
    return PlainWithdrawal(contract, token_id, read_stark_key(fields.get("stark_key")), amount)


def _signed(fields: Mapping[str, object], receiver: int) -> SignedTransfer:
    expiration = fields.get("expiration_timestamp")
    transfer = Transfer(
        asset_id=read_hex(fields.get("asset_id"), "asset id"),
        receiver=receiver,
        sender_vault_id=read_integer(fields.get("vault_id"), "vault", MAX_VAULT_ID),
        receiver_vault_id=read_integer(fields.get("receiver_vault_id"), "receiver's vault", MAX_VAULT_ID),
        amount=read_integer(fields.get("amount"), "amount", MAX_AMOUNT),
        nonce=read_integer(fields.get("nonce"), "nonce", MAX_NONCE),
        expiration_hours=(
            NEVER_EXPIRES if expiration is None else read_integer(expiration, "expiration", MAX_EXPIRATION_HOURS)
        ),
    )
    return SignedTransfer(
        transfer,
        read_stark_key(fields.get("stark_key")),
        _signature(fields.get("signature")),
        _contract(fields.get("contract_address")),
        _token_id(fields.get("token_id")),
    )


def _signature(raw: object) -> Signature:
    fields = _object(raw)
    r = read_hex(fields.get("r"), "first half of the signature", HASH_LIMIT)
    return Signature(r, read_hex(fields.get("s"), "second half of the signature", ORDER))


def _address(raw: object) -> int:
    if not isinstance(raw, str) or len(raw) != _ADDRESS_LENGTH:
        raise CodecError("The receiver of a withdrawal is an Ethereum address of 40 hex digits.")
    try:
        return int.from_bytes(parse_evm_address(raw), "big")
    except AddressError as error:
        raise CodecError(error.sentence) from error


def _contract(raw: object) -> bytes | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, str) and raw.upper() == "ETH":
        return b""
    if not isinstance(raw, str) or not _HEX_ADDRESS.fullmatch(raw):
        raise CodecError("The contract of the asset is not an address.")
    return bytes.fromhex(raw[2:])


def _token_id(raw: object) -> int | None:
    return None if raw is None or raw == "" else read_integer(raw, "token id", MAX_TOKEN_ID)


def _object(raw: object) -> Mapping[str, object]:
    if not isinstance(raw, dict) or len(raw) > _MAX_FIELDS:
        raise CodecError("This is not a request of Reddio.")
    return raw
