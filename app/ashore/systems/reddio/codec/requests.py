"""The bodies of the three requests that move money. Written here; read again by `request_reading`, apart from this.

Source: Reddio's API page "Withdraw" (every field that it requires is there), red-js-sdk 0.8.4 and the Java client for
the types: amounts and vault ids are decimal text, nonce and expiration numbers. `contract_address` is "ETH" and
`token_id` "" where an asset has none, as the Java client writes them.
"""

from ashore.crypto.stark import Signature
from ashore.domain.addresses import checksum
from ashore.systems.reddio.codec.assets import ADDRESS_BYTES, Asset, AssetKind
from ashore.systems.reddio.codec.errors import CodecError
from ashore.systems.reddio.codec.limits import MAX_ADDRESS, MAX_AMOUNT
from ashore.systems.reddio.codec.numbers import hex_of
from ashore.systems.reddio.codec.transfers import Transfer

JsonObject = dict[str, object]

WITHDRAWAL_TO_PATH = "/v1/withdrawalto"
WITHDRAWAL_PATH = "/v1/withdrawal"
TRANSFERS_PATH = "/v1/transfers"


def withdrawal_to_body(transfer: Transfer, asset: Asset, stark_key: int, signature: Signature) -> JsonObject:
    """Return the body of `POST /v1/withdrawalto`; the receiver is an Ethereum address, written with its checksum.

    Raises CodecError where the receiver is none, or the asset is not the one that was signed for.
    """
    if not 0 < transfer.receiver <= MAX_ADDRESS:
        raise CodecError("The receiver of a withdrawal is an Ethereum address.")
    receiver = checksum(transfer.receiver.to_bytes(ADDRESS_BYTES, "big"))
    return {**contract_fields(asset), **_signed_fields(transfer, asset, stark_key, signature), "receiver": receiver}


def transfer_body(transfer: Transfer, asset: Asset, stark_key: int, signature: Signature) -> JsonObject:
    """Return the body of `POST /v1/transfers`; the receiver is another user's Stark key.

    Raises CodecError where the receiver is an Ethereum address, or the asset is not the one that was signed for.
    """
    if transfer.receiver <= MAX_ADDRESS:
        raise CodecError("The receiver of a transfer between vaults is a Stark key.")
    return {**_signed_fields(transfer, asset, stark_key, signature), "receiver": hex_of(transfer.receiver)}


def withdrawal_body(asset: Asset, stark_key: int, amount: int) -> JsonObject:
    """Return the body of `POST /v1/withdrawal`: `amount` quanta to the Stark key itself, without a signature.

    The page shows the amount as a number, as it also does where every client sends text; text keeps all its digits.
    Raises CodecError for an amount out of range.
    """
    if not 1 <= amount <= MAX_AMOUNT:
        raise CodecError("An amount of Reddio is between 1 and 2^63 - 1 quanta.")
    return {**contract_fields(asset), "stark_key": hex_of(stark_key), "amount": str(amount)}


def contract_fields(asset: Asset) -> JsonObject:
    """Return how Reddio names the contract and the token of an asset."""
    return {
        "contract_address": "ETH" if asset.kind is AssetKind.ETH else checksum(asset.token),
        "token_id": "" if asset.token_id is None else str(asset.token_id),
    }


def _signed_fields(transfer: Transfer, asset: Asset, stark_key: int, signature: Signature) -> JsonObject:
    if transfer.asset_id != asset.asset_id:
        raise CodecError("The transfer is of another asset.")
    return {
        "asset_id": hex_of(transfer.asset_id),
        "stark_key": hex_of(stark_key),
        "amount": str(transfer.amount),
        "nonce": transfer.nonce,
        "vault_id": str(transfer.sender_vault_id),
        "receiver_vault_id": str(transfer.receiver_vault_id),
        "expiration_timestamp": transfer.expiration_hours,
        "signature": {"r": hex_of(signature.r), "s": hex_of(signature.s)},
    }
