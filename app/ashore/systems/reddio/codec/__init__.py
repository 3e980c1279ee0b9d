"""Reddio's numbers, hashes and JSON forms: pure, encoder and decoder written apart from each other."""

from ashore.systems.reddio.codec.assets import Asset, AssetKind, asset_info, read_asset_info, read_mint_blob
from ashore.systems.reddio.codec.decoding import decode_core
from ashore.systems.reddio.codec.derivation import (
    CHAIN_IDS,
    KEY_TEXT,
    TYPE_NAMES,
    KeyRequest,
    KnownDerivation,
    key_requests,
    key_typed_data,
    private_keys,
    read_key_name,
)
from ashore.systems.reddio.codec.error_codes import ErrorCode, Refusal, explain
from ashore.systems.reddio.codec.errors import CodecError, FieldProblem
from ashore.systems.reddio.codec.limits import NEVER_EXPIRES, expiration_date, is_expired
from ashore.systems.reddio.codec.numbers import hex_of, read_stark_key
from ashore.systems.reddio.codec.quanta import QuantumError, nearest, quantise, unquantise
from ashore.systems.reddio.codec.reading import preimage_of
from ashore.systems.reddio.codec.recognition import Kind, Recognition, recognise
from ashore.systems.reddio.codec.request_reading import (
    PlainWithdrawal,
    SignedTransfer,
    read_transfer,
    read_withdrawal,
    read_withdrawal_to,
)
from ashore.systems.reddio.codec.requests import (
    TRANSFERS_PATH,
    WITHDRAWAL_PATH,
    WITHDRAWAL_TO_PATH,
    contract_fields,
    transfer_body,
    withdrawal_body,
    withdrawal_to_body,
)
from ashore.systems.reddio.codec.transfers import Transfer, encode_core, hash_core, message_hash
from ashore.systems.reddio.codec.validation import validate_transfer, validate_withdrawal_to

__all__ = [
    "CHAIN_IDS",
    "KEY_TEXT",
    "NEVER_EXPIRES",
    "TRANSFERS_PATH",
    "TYPE_NAMES",
    "WITHDRAWAL_PATH",
    "WITHDRAWAL_TO_PATH",
    "Asset",
    "AssetKind",
    "CodecError",
    "ErrorCode",
    "FieldProblem",
    "KeyRequest",
    "Kind",
    "KnownDerivation",
    "PlainWithdrawal",
    "QuantumError",
    "Recognition",
    "Refusal",
    "SignedTransfer",
    "Transfer",
    "asset_info",
    "contract_fields",
    "decode_core",
    "encode_core",
    "expiration_date",
    "explain",
    "hash_core",
    "hex_of",
    "is_expired",
    "key_requests",
    "key_typed_data",
    "message_hash",
    "nearest",
    "preimage_of",
    "private_keys",
    "quantise",
    "read_asset_info",
    "read_key_name",
    "read_mint_blob",
    "read_stark_key",
    "read_transfer",
    "read_withdrawal",
    "read_withdrawal_to",
    "recognise",
    "transfer_body",
    "unquantise",
    "validate_transfer",
    "validate_withdrawal_to",
    "withdrawal_body",
    "withdrawal_to_body",
]
