"""Reading what comes in, with the code of the first thing that is wrong. Written apart from the wallet's own reader."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ashore.crypto.stark import FIELD, is_stark_key
from ashore.domain.addresses import checksum
from ashore.systems.reddio.codec import NEVER_EXPIRES, ErrorCode
from ashore.systems.reddio.codec.limits import MAX_EXPIRATION_HOURS, MAX_NONCE, MAX_VAULT_ID

_HEX = re.compile(r"0x[0-9a-fA-F]{1,64}", re.ASCII)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,78}", re.ASCII)
_LARGEST = 1 << 256
ADDRESS_LIMIT = 1 << 160
SIGNED_FIELDS = ("stark_key", "asset_id", "amount", "nonce", "vault_id", "receiver", "receiver_vault_id", "signature")
PLAIN_FIELDS = ("contract_address", "stark_key", "amount")


class RequestError(Exception):
    """A call is refused.

    Attributes:
        code: as the envelope names it.
    """

    def __init__(self, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """The body of withdrawalto or transfers. `amount` may still be out of range, the signature anything.

    Attributes:
        contract: b"" for ETH, None where the body names none.
        token_id: None where there is none.
    """

    stark_key: int
    asset_id: int
    amount: int
    nonce: int
    vault_id: int
    receiver: int
    receiver_vault_id: int
    expiration: int
    r: int
    s: int
    contract: bytes | None
    token_id: int | None


@dataclass(frozen=True, slots=True)
class PlainRequest:
    """The body of withdrawal."""

    stark_key: int
    contract: bytes
    token_id: int | None
    amount: int


def read_body(body: bytes) -> Mapping[str, Any]:
    """The object of a request's body.

    Raises:
        RequestError: it is none (401).
    """
    try:
        value = json.loads(body, parse_constant=_refuse, parse_float=_refuse)
    except (ValueError, RecursionError):
        raise RequestError(ErrorCode.FAILED_TO_READ_JSON, "failed to unmarshal json") from None
    if not isinstance(value, dict):
        raise RequestError(ErrorCode.FAILED_TO_READ_JSON, "failed to unmarshal json")
    return value


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not an integer")


def read_signed(fields: Mapping[str, Any], *, to_address: bool) -> SignedRequest:
    """The body of withdrawalto (`to_address`) or transfers.

    Raises:
        RequestError: a field is missing (400) or malformed (19), or the Stark key is not on the curve (18).
    """
    _require(fields, SIGNED_FIELDS)
    signature = fields["signature"]
    if not isinstance(signature, dict):
        raise _invalid("signature")
    receiver = read_address(fields["receiver"]) if to_address else hex_number(fields["receiver"], "receiver")
    if not to_address and (receiver < ADDRESS_LIMIT or not is_stark_key(receiver)):
        raise _invalid("receiver")
    expiration = fields.get("expiration_timestamp", NEVER_EXPIRES)
    request = SignedRequest(
        stark_key=hex_number(fields["stark_key"], "stark_key"),
        asset_id=hex_number(fields["asset_id"], "asset_id"),
        amount=_integer(fields["amount"], "amount", _LARGEST),
        nonce=_integer(fields["nonce"], "nonce", MAX_NONCE),
        vault_id=_integer(fields["vault_id"], "vault_id", MAX_VAULT_ID),
        receiver=receiver,
        receiver_vault_id=_integer(fields["receiver_vault_id"], "receiver_vault_id", MAX_VAULT_ID),
        expiration=_integer(expiration, "expiration_timestamp", MAX_EXPIRATION_HOURS),
        r=hex_number(signature.get("r"), "signature.r", _LARGEST),
        s=hex_number(signature.get("s"), "signature.s", _LARGEST),
        contract=_contract(fields.get("contract_address")),
        token_id=_token_id(fields.get("token_id")),
    )
    require_stark_key(request.stark_key)
    return request


def read_plain(fields: Mapping[str, Any]) -> PlainRequest:
    """The body of withdrawal.

    Raises:
        RequestError: as `read_signed`.
    """
    _require(fields, PLAIN_FIELDS)
    contract = _contract(fields["contract_address"])
    if contract is None:
        raise RequestError(ErrorCode.CONTRACT_ADDRESS_MISSING, "contract_address is missing")
    stark_key = hex_number(fields["stark_key"], "stark_key")
    amount = _integer(fields["amount"], "amount", _LARGEST)
    request = PlainRequest(stark_key, contract, _token_id(fields.get("token_id")), amount)
    require_stark_key(stark_key)
    return request


def read_address(raw: Any) -> int:
    """An Ethereum address as a number; one with both cases has to be spelled as EIP-55 says.

    Raises:
        RequestError: it is none (19): a Stark key, for example.
    """
    if not isinstance(raw, str) or not _ADDRESS.fullmatch(raw):
        raise RequestError(ErrorCode.INVALID_PARAM, "receiver is not an ethereum address")
    digits = raw[2:]
    mixed = digits not in (digits.lower(), digits.upper())
    if mixed and raw != checksum(bytes.fromhex(digits)):
        raise RequestError(ErrorCode.INVALID_PARAM, "receiver has a wrong checksum")
    if int(digits, 16) == 0:
        raise RequestError(ErrorCode.INVALID_PARAM, "receiver is the zero address")
    return int(digits, 16)


def read_key(raw: Any) -> int:
    """A Stark key, or an Ethereum address that stands for one.

    Raises:
        RequestError: it is neither (1 where it is missing, 18).
    """
    if raw is None or raw == "":
        raise RequestError(ErrorCode.STARK_KEY_MISSING, "stark_key is missing")
    if not isinstance(raw, str) or not _HEX.fullmatch(raw):
        raise RequestError(ErrorCode.STARK_KEY_INVALID, "stark_key is invalid")
    key = int(raw, 16)
    if not (0 < key < ADDRESS_LIMIT and len(raw) == 42):
        require_stark_key(key)
    return key


def require_stark_key(key: int) -> None:
    """Raise RequestError unless the number is the x coordinate of a point (18)."""
    if not is_stark_key(key):
        raise RequestError(ErrorCode.STARK_KEY_INVALID, "stark_key is invalid")


def hex_number(raw: Any, name: str, limit: int = FIELD) -> int:
    """A number from 0x and hex digits.

    Raises:
        RequestError: it is none, or too large (19).
    """
    if not isinstance(raw, str) or not _HEX.fullmatch(raw) or int(raw, 16) >= limit:
        raise _invalid(name)
    return int(raw, 16)


def _require(fields: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if fields.get(name) in (None, ""):
            raise RequestError(ErrorCode.FAILED_TO_VERIFY_PARAMS, f"{name} is required")


def _integer(raw: Any, name: str, highest: int) -> int:
    if isinstance(raw, str) and _DECIMAL.fullmatch(raw):
        value = int(raw)
    elif isinstance(raw, int) and not isinstance(raw, bool):
        value = raw
    else:
        raise _invalid(name)
    if not 0 <= value <= highest:
        raise _invalid(name)
    return value


def _contract(raw: Any) -> bytes | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, str) and raw.lower() == "eth":
        return b""
    if not isinstance(raw, str) or not _ADDRESS.fullmatch(raw):
        raise _invalid("contract_address")
    return bytes.fromhex(raw[2:])


def _token_id(raw: Any) -> int | None:
    if raw is None or raw == "":
        return None
    try:
        return _integer(raw, "token_id", _LARGEST - 1)
    except RequestError:
        raise RequestError(ErrorCode.TOKEN_ID_PARSE_FAILED, "token_id is invalid") from None


def _invalid(name: str) -> RequestError:
    return RequestError(ErrorCode.INVALID_PARAM, f"{name} is invalid")
