"""zkLink's bytes, texts, hashes and JSON forms: pure, encoder and decoder written apart from each other."""

from ashore.systems.zklink.codec.decoding import decode_change_pubkey, decode_core
from ashore.systems.zklink.codec.errors import CodecError, FieldProblem
from ashore.systems.zklink.codec.floats import AMOUNT, FEE, FloatFormat
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.codec.reading import read_change_pubkey, read_key_derivation, read_withdraw
from ashore.systems.zklink.codec.texts import (
    KEY_DERIVATION_TEXT,
    change_pubkey_text,
    change_pubkey_typed_data,
    fee_ratio_text,
    format_layer2_units,
    withdraw_text,
)
from ashore.systems.zklink.codec.transactions import (
    ChangePubKey,
    Withdraw,
    encode_change_pubkey,
    encode_core,
    hash_signed_bytes,
    signed_bytes,
    signed_bytes_of_core,
    tx_hash,
)
from ashore.systems.zklink.codec.validation import validate_change_pubkey, validate_withdraw
from ashore.systems.zklink.codec.wire import (
    ChangePubKeyAuth,
    Create2Auth,
    EcdsaAuth,
    OnchainAuth,
    SignedChangePubKey,
    SignedWithdraw,
    change_pubkey_from_json,
    change_pubkey_to_json,
    layer1_signature_from_json,
    layer1_signature_to_json,
    withdraw_from_json,
    withdraw_to_json,
)

__all__ = [
    "AMOUNT",
    "FEE",
    "KEY_DERIVATION_TEXT",
    "ChangePubKey",
    "ChangePubKeyAuth",
    "CodecError",
    "Create2Auth",
    "EcdsaAuth",
    "FieldProblem",
    "FloatFormat",
    "OnchainAuth",
    "Profile",
    "SignedChangePubKey",
    "SignedWithdraw",
    "Withdraw",
    "change_pubkey_from_json",
    "change_pubkey_text",
    "change_pubkey_to_json",
    "change_pubkey_typed_data",
    "decode_change_pubkey",
    "decode_core",
    "encode_change_pubkey",
    "encode_core",
    "fee_ratio_text",
    "format_layer2_units",
    "hash_signed_bytes",
    "layer1_signature_from_json",
    "layer1_signature_to_json",
    "read_change_pubkey",
    "read_key_derivation",
    "read_withdraw",
    "signed_bytes",
    "signed_bytes_of_core",
    "tx_hash",
    "validate_change_pubkey",
    "validate_withdraw",
    "withdraw_from_json",
    "withdraw_text",
    "withdraw_to_json",
]
