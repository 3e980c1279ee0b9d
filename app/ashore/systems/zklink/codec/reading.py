"""How the signer process reads zkLink's preimages: with the decoder, never with what the form said.

A preimage is a plain mapping of names to strings, numbers or None. Each reader decodes it, checks it against the rules
of the profile and gives back the fields as read, together with everything that is to be signed.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from ashore.keys.reading import Reading, ReadingError
from ashore.systems.zklink.codec.decoding import decode_change_pubkey, decode_core
from ashore.systems.zklink.codec.errors import CodecError, FieldProblem
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.codec.texts import (
    KEY_DERIVATION_TEXT,
    change_pubkey_text,
    change_pubkey_typed_data,
    withdraw_text,
)
from ashore.systems.zklink.codec.transactions import (
    CHANGE_PUBKEY_BYTES,
    EVM_ADDRESS_BYTES,
    WITHDRAW_CORE_BYTES,
    ChangePubKey,
    Withdraw,
    hash_signed_bytes,
    signed_bytes_of_core,
)
from ashore.systems.zklink.codec.validation import MAX_CALL_DATA_BYTES, validate_change_pubkey, validate_withdraw

WITHDRAW_KIND = "zklink.withdraw"
CHANGE_PUBKEY_KIND = "zklink.change-pubkey"
KEY_DERIVATION_KIND = "zklink.key-derivation"

AUTH_ECDSA = "EthECDSA"
AUTH_ONCHAIN = "Onchain"

_SYMBOL = re.compile(r"[A-Za-z0-9.+\-_]{1,24}", re.ASCII)
_Tx = TypeVar("_Tx")


def read_withdraw(preimage: Mapping[str, object]) -> Reading:
    """Read a withdrawal request.

    `preimage` has "profile", "core" (144 hex digits), "symbol" (of the source token, 1 to 24 plain characters) and
    "call_data" (hex digits, or None for no call). Raises ReadingError.
    """
    _refuse_unknown(preimage, {"profile", "core", "symbol", "call_data"})
    profile = _profile(preimage)
    core = _hex(preimage, "core", WITHDRAW_CORE_BYTES, WITHDRAW_CORE_BYTES)
    symbol = preimage.get("symbol")
    if not isinstance(symbol, str) or not _SYMBOL.fullmatch(symbol):
        raise ReadingError("The token's symbol is not one that can be signed.")
    call_data = None
    if preimage.get("call_data") is not None:
        call_data = _hex(preimage, "call_data", 0, MAX_CALL_DATA_BYTES)
    tx = _decode(decode_core, core)
    _refuse_problems(validate_withdraw(tx, profile))
    message = _decode(lambda data: signed_bytes_of_core(data, profile, call_data), core)
    return Reading(
        kind=WITHDRAW_KIND,
        fields={
            **_withdraw_fields(tx),
            "call_data": "" if call_data is None else "0x" + call_data.hex(),
            "symbol": symbol,
            "profile": str(profile),
        },
        texts=(withdraw_text(tx, symbol, profile),),
        l2_message=message,
        identifier=hash_signed_bytes(message),
    )


def read_change_pubkey(preimage: Mapping[str, object]) -> Reading:
    """Read an activation.

    `preimage` has "profile", "core" (78 hex digits), "auth" ("EthECDSA" or "Onchain") and, for EthECDSA in profile v2,
    "main_contract" (40 hex digits) and "layer_one_chain_id" (a number). Raises ReadingError.
    """
    _refuse_unknown(preimage, {"profile", "core", "auth", "main_contract", "layer_one_chain_id"})
    profile = _profile(preimage)
    core = _hex(preimage, "core", CHANGE_PUBKEY_BYTES, CHANGE_PUBKEY_BYTES)
    tx = _decode(decode_change_pubkey, core)
    _refuse_problems(validate_change_pubkey(tx, profile))
    texts: tuple[str, ...] = ()
    typed_data: Mapping[str, object] | None = None
    match preimage.get("auth"):
        case "EthECDSA" if profile.signs_typed_data:
            main_contract = _hex(preimage, "main_contract", EVM_ADDRESS_BYTES, EVM_ADDRESS_BYTES)
            typed_data = change_pubkey_typed_data(tx, main_contract, _chain_id(preimage))
        case "EthECDSA":
            texts = (change_pubkey_text(tx),)
        case "Onchain":
            pass
        case _:
            raise ReadingError("This kind of activation cannot be signed here.")
    return Reading(
        kind=CHANGE_PUBKEY_KIND,
        fields=_change_pubkey_fields(tx),
        texts=texts,
        typed_data=typed_data,
        l2_message=core,
        identifier=hash_signed_bytes(core),
    )


def read_key_derivation(preimage: Mapping[str, object]) -> Reading:
    """Read the request for the layer-2 key's keying material; `preimage` is empty, for the text is always the same."""
    _refuse_unknown(preimage, set())
    return Reading(
        kind=KEY_DERIVATION_KIND,
        fields={"text": KEY_DERIVATION_TEXT},
        texts=(KEY_DERIVATION_TEXT,),
        identifier="0x" + hashlib.sha256(KEY_DERIVATION_TEXT.encode()).hexdigest(),
    )


def _withdraw_fields(tx: Withdraw) -> dict[str, str]:
    return {
        "to_chain_id": str(tx.to_chain_id),
        "account_id": str(tx.account_id),
        "sub_account_id": str(tx.sub_account_id),
        "to": "0x" + tx.to.hex(),
        "l2_source_token": str(tx.l2_source_token),
        "l1_target_token": str(tx.l1_target_token),
        "amount": str(tx.amount),
        "fee": str(tx.fee),
        "nonce": str(tx.nonce),
        "flag": str(tx.flag),
        "withdraw_fee_ratio": str(tx.withdraw_fee_ratio),
        "ts": str(tx.ts),
    }


def _change_pubkey_fields(tx: ChangePubKey) -> dict[str, str]:
    return {
        "chain_id": str(tx.chain_id),
        "account_id": str(tx.account_id),
        "sub_account_id": str(tx.sub_account_id),
        "new_pubkey_hash": "0x" + tx.new_pubkey_hash.hex(),
        "fee_token": str(tx.fee_token),
        "fee": str(tx.fee),
        "nonce": str(tx.nonce),
        "ts": str(tx.ts),
    }


def _refuse_unknown(preimage: Mapping[str, object], known: set[str]) -> None:
    if not preimage.keys() <= known:
        raise ReadingError("The request to sign has a part that the signer does not know.")


def _refuse_problems(problems: list[FieldProblem]) -> None:
    if problems:
        raise ReadingError(problems[0].sentence)


def _decode(decoder: Callable[[bytes], _Tx], data: bytes) -> _Tx:
    try:
        return decoder(data)
    except CodecError as error:
        raise ReadingError(str(error)) from error


def _profile(preimage: Mapping[str, object]) -> Profile:
    value = preimage.get("profile")
    if isinstance(value, str) and value in {profile.value for profile in Profile}:
        return Profile(value)
    raise ReadingError("The request to sign names no known kind of zkLink network.")


def _hex(preimage: Mapping[str, object], name: str, shortest: int, longest: int) -> bytes:
    value = preimage.get(name)
    if not isinstance(value, str) or not 2 * shortest <= len(value) <= 2 * longest:
        raise ReadingError(f'The part "{name}" of the request to sign has a wrong length.')
    if len(value) % 2 or not re.fullmatch(r"[0-9a-f]*", value):
        raise ReadingError(f'The part "{name}" of the request to sign is not in lower-case hex.')
    return bytes.fromhex(value)


def _chain_id(preimage: Mapping[str, object]) -> int:
    value = preimage.get("layer_one_chain_id")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 1 << 64:
        raise ReadingError("The request to sign names no layer-1 chain.")
    return value
