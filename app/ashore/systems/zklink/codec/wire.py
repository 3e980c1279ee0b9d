"""The JSON forms of sendTransaction. Source: docs: zkLink SDK, `Withdraw` and `ChangePubKey`; npm zklink-js-sdk.

Writers give exactly what the published clients of a profile send. Readers are tolerant of their differences, but
bounded: they are also used on what a server sends back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ashore.systems.zklink.codec.errors import CodecError
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.codec.transactions import ChangePubKey, Withdraw
from ashore.systems.zklink.codec.validation import MAX_CALL_DATA_BYTES

JsonObject = dict[str, object]

_MAX_INTEGER_DIGITS = 78
_PUBLIC_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_ETHEREUM_SIGNATURE_BYTES = 65
_MAX_CONTRACT_SIGNATURE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class SignedWithdraw:
    """A Withdraw as it was on the wire; key (32 bytes) and signature (64 bytes) are None where they were absent."""

    tx: Withdraw
    public_key: bytes | None
    signature: bytes | None


@dataclass(frozen=True, slots=True)
class EcdsaAuth:
    """An activation authorised by the account's own 65-byte Ethereum signature."""

    signature: bytes


@dataclass(frozen=True, slots=True)
class OnchainAuth:
    """An activation authorised by `setAuthPubkeyHash` on layer 1."""


@dataclass(frozen=True, slots=True)
class Create2Auth:
    """An activation authorised by the account's address being a CREATE2 address that commits to the key."""

    creator_address: bytes
    salt_arg: bytes
    code_hash: bytes


ChangePubKeyAuth = EcdsaAuth | OnchainAuth | Create2Auth


@dataclass(frozen=True, slots=True)
class SignedChangePubKey:
    """A ChangePubKey as it was on the wire."""

    tx: ChangePubKey
    auth: ChangePubKeyAuth
    public_key: bytes | None
    signature: bytes | None


def withdraw_to_json(
    tx: Withdraw, profile: Profile, public_key: bytes, signature: bytes, *, sender: bytes | None = None
) -> JsonObject:
    """Return the JSON form of a signed Withdraw. `sender`, the account's address, is part of it in profile v2 only."""
    form: JsonObject = {
        "type": "Withdraw",
        "toChainId": tx.to_chain_id,
        "accountId": tx.account_id,
        "subAccountId": tx.sub_account_id,
        "to": _hex(tx.to),
        "l2SourceToken": tx.l2_source_token,
        "l1TargetToken": tx.l1_target_token,
        "amount": str(tx.amount),
        "fee": str(tx.fee),
        "nonce": tx.nonce,
        "signature": _layer2_signature(profile, public_key, signature),
        profile.flag_name: tx.flag,
        "withdrawFeeRatio": tx.withdraw_fee_ratio,
        "ts": tx.ts,
    }
    if tx.call_data is not None:
        form["callData"] = list(tx.call_data)
    elif profile is Profile.X_APEX:
        form["callData"] = None
    if profile is Profile.V2 and sender is not None:
        form["from"] = _hex(sender)
    return form


def withdraw_from_json(form: object, profile: Profile) -> SignedWithdraw:
    """Read a Withdraw. Raises CodecError; ranges are left to `validate_withdraw`."""
    fields = _object(form, "Withdraw")
    public_key, signature = _read_layer2_signature(fields.get("signature"))
    tx = Withdraw(
        to_chain_id=_integer(fields, "toChainId"),
        account_id=_integer(fields, "accountId"),
        sub_account_id=_integer(fields, "subAccountId"),
        to=_bytes(fields, "to", (20, 32)),
        l2_source_token=_integer(fields, "l2SourceToken"),
        l1_target_token=_integer(fields, "l1TargetToken"),
        amount=_integer(fields, "amount"),
        fee=_integer(fields, "fee"),
        nonce=_integer(fields, "nonce"),
        flag=_integer(fields, profile.flag_name),
        withdraw_fee_ratio=_integer(fields, "withdrawFeeRatio"),
        ts=_integer(fields, "ts"),
        call_data=_read_call_data(fields.get("callData")),
    )
    return SignedWithdraw(tx, public_key, signature)


def change_pubkey_to_json(
    tx: ChangePubKey,
    profile: Profile,
    auth: ChangePubKeyAuth,
    public_key: bytes,
    signature: bytes,
    *,
    account: bytes | None = None,
) -> JsonObject:
    """Return the JSON form of a signed ChangePubKey. `account`, its address, is part of it in profile v2 only."""
    form: JsonObject = {
        "type": "ChangePubKey",
        "chainId": tx.chain_id,
        "accountId": tx.account_id,
        "subAccountId": tx.sub_account_id,
        "newPkHash": _hex(tx.new_pubkey_hash),
        "feeToken": tx.fee_token,
        "fee": str(tx.fee),
        "nonce": tx.nonce,
        "signature": _layer2_signature(profile, public_key, signature),
        "ethAuthData": _auth_to_json(auth, profile),
        "ts": tx.ts,
    }
    if profile is Profile.V2 and account is not None:
        form["account"] = _hex(account)
    return form


def change_pubkey_from_json(form: object) -> SignedChangePubKey:
    """Read a ChangePubKey; its form does not depend on the profile. Raises CodecError."""
    fields = _object(form, "ChangePubKey")
    public_key, signature = _read_layer2_signature(fields.get("signature"))
    tx = ChangePubKey(
        chain_id=_integer(fields, "chainId"),
        account_id=_integer(fields, "accountId"),
        sub_account_id=_integer(fields, "subAccountId"),
        new_pubkey_hash=_bytes(fields, "newPkHash", (20,)),
        fee_token=_integer(fields, "feeToken"),
        fee=_integer(fields, "fee"),
        nonce=_integer(fields, "nonce"),
        ts=_integer(fields, "ts"),
    )
    return SignedChangePubKey(tx, _auth_from_json(fields.get("ethAuthData")), public_key, signature)


def layer1_signature_to_json(signature: bytes, *, by_contract: bool = False) -> JsonObject:
    """Return the form of a plain account's Ethereum signature (65 bytes, v 27 or 28) or of a contract's (EIP-1271)."""
    return {"type": "EIP1271Signature" if by_contract else "EthereumSignature", "signature": _hex(signature)}


def layer1_signature_from_json(form: object) -> tuple[bytes, bool]:
    """Return the signature and whether a contract made it. Raises CodecError."""
    fields = _object(form, None)
    match fields.get("type"):
        case "EthereumSignature":
            return _bytes(fields, "signature", (_ETHEREUM_SIGNATURE_BYTES,)), False
        case "EIP1271Signature":
            signature = _bytes(fields, "signature", range(_MAX_CONTRACT_SIGNATURE_BYTES + 1))
            return signature, True
    raise CodecError("This kind of layer-1 signature is not known.")


def _layer2_signature(profile: Profile, public_key: bytes, signature: bytes) -> JsonObject:
    prefix = "" if profile is Profile.V2 else "0x"
    return {"pubKey": prefix + public_key.hex(), "signature": signature.hex()}


def _read_layer2_signature(form: object) -> tuple[bytes | None, bytes | None]:
    if form is None:
        return None, None
    fields = _object(form, None)
    return _bytes(fields, "pubKey", (_PUBLIC_KEY_BYTES,)), _bytes(fields, "signature", (_SIGNATURE_BYTES,))


def _auth_to_json(auth: ChangePubKeyAuth, profile: Profile) -> JsonObject:
    match auth:
        case EcdsaAuth(signature):
            return {"type": "EthECDSA", "ethSignature": _hex(signature)}
        case OnchainAuth():
            return {"type": "Onchain"}
        case Create2Auth(creator, salt, code_hash):
            return {
                "type": "EthCREATE2" if profile is Profile.V2 else "EthCreate2",
                "creatorAddress": _hex(creator),
                "saltArg": _hex(salt),
                "codeHash": _hex(code_hash),
            }


def _auth_from_json(form: object) -> ChangePubKeyAuth:
    fields = _object(form, None)
    match fields.get("type"):
        case "EthECDSA":
            return EcdsaAuth(_bytes(fields, "ethSignature", (_ETHEREUM_SIGNATURE_BYTES,)))
        case "Onchain":
            return OnchainAuth()
        case "EthCreate2" | "EthCREATE2":
            creator = _bytes(fields, "creatorAddress", (20, 32))
            return Create2Auth(creator, _bytes(fields, "saltArg", (32,)), _bytes(fields, "codeHash", (32,)))
    raise CodecError("This kind of activation is not known.")


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _object(form: object, expected_type: str | None) -> Mapping[str, object]:
    if not isinstance(form, Mapping):
        raise CodecError("A JSON object was expected.")
    if expected_type is not None and form.get("type") != expected_type:
        raise CodecError(f"This is not a {expected_type}.")
    return form


def _integer(fields: Mapping[str, object], name: str) -> int:
    """Read a non-negative integer, given as a number or as decimal digits."""
    value = fields.get(name)
    if isinstance(value, str) and len(value) <= _MAX_INTEGER_DIGITS and value.isascii() and value.isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0 or value >> 256:
        raise CodecError(f'The field "{name}" has to be a whole number.')
    return value


def _bytes(fields: Mapping[str, object], name: str, lengths: tuple[int, ...] | range) -> bytes:
    """Read hex digits, with or without 0x, of one of the lengths (in bytes)."""
    value = fields.get(name)
    if not isinstance(value, str) or len(value) > 2 + 2 * max(lengths):
        raise CodecError(f'The field "{name}" has to be hex digits.')
    digits = value[2:] if value[:2] in ("0x", "0X") else value
    # bytes.fromhex would skip blanks.
    if not all(character in "0123456789abcdefABCDEF" for character in digits) or len(digits) % 2:
        raise CodecError(f'The field "{name}" has to be hex digits.')
    data = bytes.fromhex(digits)
    if len(data) not in lengths:
        raise CodecError(f'The field "{name}" has a wrong length.')
    return data


def _read_call_data(value: object) -> bytes | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > MAX_CALL_DATA_BYTES:
        raise CodecError('The field "callData" has to be a list of byte values.')
    for item in value:
        if not isinstance(item, int) or isinstance(item, bool) or not 0 <= item <= 255:
            raise CodecError('The field "callData" has to be a list of byte values.')
    return bytes(value)
