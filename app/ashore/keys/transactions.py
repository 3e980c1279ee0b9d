"""Reads an unsigned Ethereum transaction from its bytes (EIP-1559), for the review and for the signature.

Legacy and blob transactions are not signed; nor are access lists, which a withdrawing wallet has no use for.
"""

from collections.abc import Mapping
from typing import Any

from ashore.crypto import rlp
from ashore.crypto.keccak import keccak256
from ashore.keys.reading import Reading, ReadingError

TRANSACTION_KIND = "ethereum.transaction"

_TYPE_BYTE = b"\x02"
_UNSIGNED_ITEMS = 9
_SIGNED_ITEMS = 12
_ADDRESS_BYTES = 20
_BYTES_MAX = 128 * 1024
_NUMBERS = {
    "chainId": (0, 8),
    "nonce": (1, 8),
    "maxPriorityFeePerGas": (2, 32),
    "maxFeePerGas": (3, 32),
    "gas": (4, 8),
    "value": (6, 32),
}
"""Place in the list and greatest length in bytes."""


def read_transaction(preimage: Mapping[str, object]) -> Reading:
    """Read ``{"unsigned": "0x02…"}``. Amounts of the fields are in wei, gas in units; `identifier` is the signing hash.

    Raises:
        ReadingError: not an EIP-1559 transaction in its one canonical form, or one that Ashore does not sign.
    """
    data = _unsigned_bytes(preimage)
    numbers, recipient, call_data = _parts(data)
    if numbers["chainId"] == 0:
        raise ReadingError("The transaction names no chain.")
    if numbers["maxPriorityFeePerGas"] > numbers["maxFeePerGas"]:
        raise ReadingError("The transaction's tip is larger than its whole fee.")
    fields = {name: str(number) for name, number in numbers.items()}
    fields |= {"to": "0x" + recipient.hex(), "data": "0x" + call_data.hex()}
    return Reading(kind=TRANSACTION_KIND, fields=fields, identifier="0x" + keccak256(data).hex())


def signer_fields(reading: Reading) -> dict[str, Any]:
    """Return what was read in eth_account's words, for signing.

    Raises:
        ReadingError: `reading` is of another kind.
    """
    if reading.kind != TRANSACTION_KIND:
        raise ReadingError("This is not a transaction.")
    fields: dict[str, Any] = {name: int(reading.fields[name]) for name in _NUMBERS}
    return fields | {
        "type": 2,
        "to": _checksummed(bytes.fromhex(reading.fields["to"][2:])),
        "data": reading.fields["data"],
        "accessList": [],
    }


def signed_matches(raw: bytes, preimage: Mapping[str, object]) -> bool:
    """Whether the signed bytes carry exactly the unsigned ones, so that no library can have changed a field."""
    if not raw.startswith(_TYPE_BYTE):
        return False
    items = rlp.expect_list(rlp.decode(raw[1:]), _SIGNED_ITEMS)
    return _TYPE_BYTE + rlp.encode(items[:_UNSIGNED_ITEMS]) == _unsigned_bytes(preimage)


def _unsigned_bytes(preimage: Mapping[str, object]) -> bytes:
    text = preimage.get("unsigned")
    if set(preimage) != {"unsigned"} or not isinstance(text, str) or not text.startswith("0x02"):
        raise ReadingError("This is not an unsigned EIP-1559 transaction.")
    if len(text) > 2 + 2 * _BYTES_MAX:
        raise ReadingError("The transaction is too long.")
    try:
        return bytes.fromhex(text[2:])
    except ValueError:
        raise ReadingError("The transaction is not written in hexadecimal digits.") from None


def _parts(data: bytes) -> tuple[dict[str, int], bytes, bytes]:
    try:
        items = rlp.expect_list(rlp.decode(data[1:], max_depth=2, max_items=_SIGNED_ITEMS), _UNSIGNED_ITEMS)
        numbers = {name: rlp.decode_int(items[place], length) for name, (place, length) in _NUMBERS.items()}
        recipient = rlp.expect_bytes(items[5], _ADDRESS_BYTES)
        call_data = rlp.expect_bytes(items[7])
        if rlp.expect_list(items[8]):
            raise ReadingError("The transaction has an access list, which Ashore does not sign.")
    except rlp.RlpError:
        raise ReadingError("The transaction is not in the one form that Ethereum allows.") from None
    return numbers, recipient, call_data


def _checksummed(address: bytes) -> str:
    digits = address.hex()
    hashed = keccak256(digits.encode("ascii")).hex()
    return "0x" + "".join(
        digit.upper() if int(nibble, 16) >= 8 else digit for digit, nibble in zip(digits, hashed, strict=False)
    )
