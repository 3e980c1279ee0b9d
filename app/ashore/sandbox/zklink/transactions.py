"""Reads the JSON of sendTransaction as strictly as a node may, and says which code a flaw deserves.

Ranges are those of zkLink's SDK (types/src/params.rs, validator.rs); codes those of its JSON-RPC error table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from ashore.sandbox.jsonrpc import INVALID_PARAMS, RpcError
from ashore.systems.zklink.codec.profiles import Profile

MAX_CALL_DATA = 4096
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,38}", re.ASCII)
_HEX = re.compile(r"(?:0x)?([0-9a-fA-F]*)", re.ASCII)
_ADDRESS = re.compile(r"0x(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})", re.ASCII)
_MAX_ACCOUNT = 2**24 - 1
_MAX_PART = 31


class Code(IntEnum):
    """Error codes of a zkLink node (docs: JSON-RPC errors)."""

    CHAIN_ID = 100
    ACCOUNT_ID = 101
    SUB_ACCOUNT_ID = 102
    TOKEN = 103
    FORMAT = 106
    PUBKEY_AUTH_MISSING = 107
    PUBKEY_AUTH_INVALID = 108
    L1_SIGNATURE = 109
    ZK_SIGNATURE = 110
    ACCOUNT_NOT_FOUND = 201
    TOKEN_NOT_FOUND = 202
    TX_NOT_FOUND = 203
    ACCOUNT_NOT_ACTIVE = 204
    NONCE = 205
    BALANCE = 206
    FEE_TOO_LOW = 207
    RESERVE = 208
    DUPLICATE = 213
    BLOCK_NOT_FOUND = 214


@dataclass(frozen=True, slots=True)
class ZkSignature:
    """A musig-rescue signature with its public key."""

    public_key: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A withdrawal as the node read it; amounts have 18 decimals."""

    chain_id: int
    account_id: int
    sub_account_id: int
    to: bytes
    """20 or 32 bytes, as given."""
    source_token: int
    target_token: int
    amount: int
    fee: int
    nonce: int
    flag: int
    """withdrawToL1, or fastWithdraw in profile v2."""
    ratio: int
    timestamp: int
    call_data: bytes | None
    signature: ZkSignature


@dataclass(frozen=True, slots=True)
class ChangePubKey:
    """An activation as the node read it."""

    chain_id: int
    account_id: int
    sub_account_id: int
    new_hash: bytes
    fee_token: int
    fee: int
    nonce: int
    timestamp: int
    auth: Mapping[str, Any]
    signature: ZkSignature


Transaction = Withdraw | ChangePubKey

_COMMON = {"type", "accountId", "subAccountId", "fee", "nonce", "ts", "signature"}
_WITHDRAW = _COMMON | {"toChainId", "to", "l2SourceToken", "l1TargetToken", "amount", "withdrawFeeRatio"}
_CHANGE_PUBKEY = _COMMON | {"chainId", "newPkHash", "feeToken", "ethAuthData"}


def read_transaction(value: Any, profile: Profile) -> Transaction:
    """The transaction in the first parameter of sendTransaction.

    Raises:
        RpcError: with the code of the first flaw found.
    """
    if not isinstance(value, dict):
        raise RpcError(INVALID_PARAMS, "a transaction is an object")
    kind = value.get("type")
    if kind == "Withdraw":
        return _withdraw(value, profile)
    if kind == "ChangePubKey":
        return _change_pubkey(value, profile)
    raise RpcError(Code.FORMAT, "this node takes Withdraw and ChangePubKey")


def _withdraw(value: Mapping[str, Any], profile: Profile) -> Withdraw:
    flag = "fastWithdraw" if profile is Profile.V2 else "withdrawToL1"
    optional = {"from"} if profile is Profile.V2 else {"callData"}
    _fields(value, _WITHDRAW | {flag}, optional)
    return Withdraw(
        chain_id=_number(value, "toChainId", _MAX_PART, Code.CHAIN_ID),
        account_id=_account(value),
        sub_account_id=_number(value, "subAccountId", _MAX_PART, Code.SUB_ACCOUNT_ID),
        source_token=_token(value, "l2SourceToken"),
        target_token=_token(value, "l1TargetToken"),
        to=_recipient(value["to"]),
        amount=_amount(value, "amount"),
        fee=_amount(value, "fee"),
        nonce=_number(value, "nonce", 2**32 - 2),
        flag=_number(value, flag, 1),
        ratio=_number(value, "withdrawFeeRatio", 10_000),
        timestamp=_number(value, "ts", 2**32 - 1),
        call_data=_call_data(value.get("callData")),
        signature=_zk_signature(value["signature"]),
    )


def _change_pubkey(value: Mapping[str, Any], profile: Profile) -> ChangePubKey:
    optional = {"account", "mainContract", "ethAuthType"} if profile is Profile.V2 else set()
    _fields(value, _CHANGE_PUBKEY, optional)
    new_hash = value["newPkHash"]
    if not isinstance(new_hash, str) or not re.fullmatch(r"0x[0-9a-fA-F]{40}", new_hash, re.ASCII):
        raise RpcError(Code.FORMAT, "newPkHash has 20 bytes")
    auth = value["ethAuthData"]
    if not isinstance(auth, dict) or not isinstance(auth.get("type"), str):
        raise RpcError(Code.PUBKEY_AUTH_MISSING, "ethAuthData is missing")
    return ChangePubKey(
        chain_id=_number(value, "chainId", _MAX_PART, Code.CHAIN_ID),
        account_id=_account(value),
        sub_account_id=_number(value, "subAccountId", _MAX_PART, Code.SUB_ACCOUNT_ID),
        fee_token=_token(value, "feeToken"),
        new_hash=bytes.fromhex(new_hash[2:]),
        fee=_amount(value, "fee"),
        nonce=_number(value, "nonce", 2**32 - 2),
        timestamp=_number(value, "ts", 2**32 - 1),
        auth=auth,
        signature=_zk_signature(value["signature"]),
    )


def _fields(value: Mapping[str, Any], needed: set[str], optional: set[str]) -> None:
    for name in sorted(needed - value.keys()):
        raise RpcError(Code.FORMAT, f"{name} is missing")
    for name in sorted(value.keys() - needed - optional):
        raise RpcError(Code.FORMAT, f"unknown field {name[:40]!r}")


def _number(value: Mapping[str, Any], name: str, most: int, code: int = Code.FORMAT) -> int:
    number = value[name]
    if isinstance(number, bool) or not isinstance(number, int):
        raise RpcError(Code.FORMAT, f"{name} is a number")
    if not 0 <= number <= most:
        raise RpcError(code, f"{name} is out of range")
    return number


def _account(value: Mapping[str, Any]) -> int:
    account = _number(value, "accountId", _MAX_ACCOUNT, Code.ACCOUNT_ID)
    if account == 1:
        raise RpcError(Code.ACCOUNT_ID, "account 1 is the global asset account")
    return account


def _token(value: Mapping[str, Any], name: str) -> int:
    token = _number(value, name, 2**16 - 1, Code.TOKEN)
    if 2 <= token <= 16:
        raise RpcError(Code.TOKEN, f"{name} is a mapping id")
    return token


def _amount(value: Mapping[str, Any], name: str) -> int:
    text = value[name]
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text) or int(text) >= 2**128:
        raise RpcError(Code.FORMAT, f"{name} is a decimal string below 2^128")
    return int(text)


def _recipient(text: Any) -> bytes:
    if not isinstance(text, str) or not _ADDRESS.fullmatch(text):
        raise RpcError(Code.FORMAT, "to is an address of 20 or 32 bytes")
    to = bytes.fromhex(text[2:])
    if not any(to) or to == b"\xff" * 32:
        raise RpcError(Code.FORMAT, "to is a forbidden address")
    return to


def _call_data(value: Any) -> bytes | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > MAX_CALL_DATA:
        raise RpcError(Code.FORMAT, "callData is a list of bytes")
    if any(isinstance(byte, bool) or not isinstance(byte, int) or not 0 <= byte <= 255 for byte in value):
        raise RpcError(Code.FORMAT, "callData is a list of bytes")
    return bytes(value)


def _zk_signature(value: Any) -> ZkSignature:
    if not isinstance(value, dict) or value.keys() != {"pubKey", "signature"}:
        raise RpcError(Code.FORMAT, "signature has pubKey and signature")
    return ZkSignature(_hex(value["pubKey"], 32, "pubKey"), _hex(value["signature"], 64, "signature"))


def _hex(text: Any, length: int, name: str) -> bytes:
    match = _HEX.fullmatch(text) if isinstance(text, str) and len(text) <= 2 * length + 2 else None
    if match is None or len(match[1]) != 2 * length:
        raise RpcError(Code.FORMAT, f"{name} has {length} bytes")
    return bytes.fromhex(match[1])
