"""Receipts and transactions as the bytes that a block's tries commit to, and back (EIP-2718 and followers)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ashore.crypto import rlp
from ashore.crypto.keccak import keccak256
from ashore.crypto.rlp import RlpError, RlpInput, RlpItem
from ashore.ethereum import wire
from ashore.ethereum.errors import BadAnswer

KNOWN_TYPES = range(5)
"""Legacy, access list (EIP-2930), fee market (1559), blob (4844), set code (7702)."""

_MAX_ACCESS = 10_000


@dataclass(frozen=True, slots=True)
class ReceiptLog:
    """One log of a receipt; hex in lower case with 0x."""

    address: str
    topics: tuple[str, ...]
    data: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transaction's outcome as its receipt says. `succeeded` is None before Byzantium."""

    type: int
    succeeded: bool | None
    cumulative_gas: int
    logs: tuple[ReceiptLog, ...]


@dataclass(frozen=True, slots=True)
class Transaction:
    """What the wallet reads of a mined transaction. `to` is empty for a contract creation; value in wei."""

    hash: str
    type: int
    nonce: int
    to: str
    value: int
    input: str


def encode_receipt(value: Any) -> bytes:
    """Return the trie value of a receipt object. Raises BadAnswer on a malformed one.

    Unknown types are taken to have the four usual fields; if they have others, the rebuilt root
    differs and nothing is proven.
    """
    receipt = wire.obj(value, "receipt")
    kind = wire.quantity(receipt.get("type", "0x0"), "a transaction type", 7)
    if receipt.get("status") is not None:
        outcome = rlp.encode_int(wire.quantity(receipt["status"], "a status", 1))
    else:
        outcome = wire.data(receipt.get("root"), "a state root", 32)
    logs: list[RlpInput] = []
    for entry in wire.items(receipt.get("logs"), "logs"):
        log = wire.obj(entry, "log")
        topics = [wire.data(topic, "a topic", 32) for topic in wire.items(log.get("topics"), "topics", 4)]
        logs.append([wire.data(log.get("address"), "an address", 20), topics, wire.data(log.get("data"), "log data")])
    gas = rlp.encode_int(wire.quantity(receipt.get("cumulativeGasUsed"), "gas"))
    body = rlp.encode([outcome, gas, wire.data(receipt.get("logsBloom"), "a bloom", 256), logs])
    return _typed(kind, body)


def decode_receipt(encoded: bytes) -> Receipt:
    """Read the trie value of a receipt. Raises BadAnswer on a malformed one."""
    kind, body = _split(encoded)
    try:
        outcome, gas, bloom, entries = rlp.expect_list(rlp.decode(body), 4)
        raw_outcome = rlp.expect_bytes(outcome)
        rlp.expect_bytes(bloom, 256)
        logs = tuple(_decode_log(entry) for entry in rlp.expect_list(entries))
        succeeded = None if len(raw_outcome) == 32 else bool(rlp.decode_int(raw_outcome, 1))
        return Receipt(kind, succeeded, rlp.decode_int(gas), logs)
    except RlpError as error:
        raise BadAnswer(f"A receipt is malformed: {error}.") from error


def _decode_log(entry: RlpItem) -> ReceiptLog:
    address, topics, data = rlp.expect_list(entry, 3)
    return ReceiptLog(
        wire.hexed(rlp.expect_bytes(address, 20)),
        tuple(wire.hexed(rlp.expect_bytes(topic, 32)) for topic in rlp.expect_list(topics)),
        wire.hexed(rlp.expect_bytes(data)),
    )


def encode_transaction(value: Any) -> bytes:
    """Return the trie value of a full transaction object, whose hash must fit it.

    Raises BadAnswer on a malformed object, one that does not hash to its own hash, or a type that
    is not in KNOWN_TYPES.
    """
    transaction = wire.obj(value, "transaction")
    kind = transaction_type(transaction)
    if kind not in KNOWN_TYPES:
        raise BadAnswer(f"Transactions of type {kind} are not known.")
    fields = [_FIELD[name](transaction) for name in _LAYOUT[kind]]
    encoded = _typed(kind, rlp.encode(fields))
    if keccak256(encoded) != wire.data(transaction.get("hash"), "a transaction hash", 32):
        raise BadAnswer("A transaction does not hash to its own hash.")
    return encoded


def transaction_type(transaction: Any) -> int:
    """Return the EIP-2718 type that a transaction object states. Raises BadAnswer."""
    return wire.quantity(wire.obj(transaction, "transaction").get("type", "0x0"), "a transaction type", 7)


def decode_transaction(encoded: bytes) -> Transaction:
    """Read the trie value of a transaction of a known type. Raises BadAnswer on any other."""
    kind, body = _split(encoded)
    if kind not in KNOWN_TYPES:
        raise BadAnswer(f"Transactions of type {kind} are not known.")
    layout = _LAYOUT[kind]
    try:
        fields = rlp.expect_list(rlp.decode(body), len(layout))
        named = dict(zip(layout, fields, strict=True))
        to = rlp.expect_bytes(named["to"])
        if len(to) not in (0, 20):
            raise BadAnswer("A transaction's recipient is no address.")
        return Transaction(
            hash=wire.hexed(keccak256(encoded)),
            type=kind,
            nonce=rlp.decode_int(named["nonce"]),
            to=wire.hexed(to) if to else "",
            value=rlp.decode_int(named["value"]),
            input=wire.hexed(rlp.expect_bytes(named["input"])),
        )
    except RlpError as error:
        raise BadAnswer(f"A transaction is malformed: {error}.") from error


def in_order(receipts: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the receipts of one block by position; raises BadAnswer unless each is there once."""
    placed: dict[int, dict[str, Any]] = {}
    for entry in receipts:
        receipt = wire.obj(entry, "receipt")
        placed[wire.quantity(receipt.get("transactionIndex"), "a position", 32)] = receipt
    if len(placed) != len(receipts) or sorted(placed) != list(range(len(receipts))):
        raise BadAnswer("The receipts of a block are not complete.")
    return [placed[index] for index in range(len(receipts))]


def _typed(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + body if kind else body


def _split(encoded: bytes) -> tuple[int, bytes]:
    """Return type and body of an EIP-2718 envelope; a legacy body begins with a list's prefix."""
    if not encoded or 0x80 <= encoded[0] < 0xC0 or encoded[0] == 0:
        raise BadAnswer("Neither a typed nor a legacy envelope.")
    return (encoded[0], encoded[1:]) if encoded[0] < 0x80 else (0, encoded)


_Field = Callable[[dict[str, Any]], RlpInput]


def _number(name: str) -> _Field:
    return lambda transaction: rlp.encode_int(wire.quantity(transaction.get(name), name))


def _scalar(name: str) -> _Field:
    """Half of a signature: some nodes pad it to 32 bytes. The transaction's hash decides in the end."""

    def read(transaction: dict[str, Any]) -> RlpInput:
        given = transaction.get(name)
        if isinstance(given, str) and given.startswith("0x"):
            given = "0x" + (given[2:].lstrip("0") or "0")
        return rlp.encode_int(wire.quantity(given, name))

    return read


def _to(transaction: dict[str, Any]) -> RlpInput:
    to = transaction.get("to")
    return b"" if to is None else wire.data(to, "a recipient", 20)


def _input(transaction: dict[str, Any]) -> RlpInput:
    return wire.data(transaction.get("input"), "calldata")


def _parity(transaction: dict[str, Any]) -> RlpInput:
    given = transaction.get("yParity")
    return rlp.encode_int(wire.quantity(transaction.get("v") if given is None else given, "a parity", 1))


def _access_list(transaction: dict[str, Any]) -> RlpInput:
    entries: list[RlpInput] = []
    for item in wire.items(transaction.get("accessList"), "access entries", _MAX_ACCESS):
        entry = wire.obj(item, "access entry")
        keys = wire.items(entry.get("storageKeys"), "storage keys", _MAX_ACCESS)
        entries.append(
            [wire.data(entry.get("address"), "an address", 20), [wire.data(key, "a storage key", 32) for key in keys]]
        )
    return entries


def _blob_hashes(transaction: dict[str, Any]) -> RlpInput:
    hashes = wire.items(transaction.get("blobVersionedHashes"), "blob hashes", 100)
    return [wire.data(entry, "a blob hash", 32) for entry in hashes]


def _authorizations(transaction: dict[str, Any]) -> RlpInput:
    entries: list[RlpInput] = []
    for item in wire.items(transaction.get("authorizationList"), "authorizations", _MAX_ACCESS):
        entry = wire.obj(item, "authorization")
        entries.append(
            [
                _number("chainId")(entry),
                wire.data(entry.get("address"), "an address", 20),
                _number("nonce")(entry),
                _parity_byte(entry),
                _scalar("r")(entry),
                _scalar("s")(entry),
            ]
        )
    return entries


def _parity_byte(authorization: dict[str, Any]) -> RlpInput:
    return rlp.encode_int(wire.quantity(authorization.get("yParity"), "a parity", 8))


_NUMBERS = ("chainId", "nonce", "gasPrice", "maxPriorityFeePerGas", "maxFeePerGas", "gas", "value", "maxFeePerBlobGas")
_FIELD: dict[str, _Field] = {
    **{name: _number(name) for name in (*_NUMBERS, "v")},
    "r": _scalar("r"),
    "s": _scalar("s"),
    "to": _to,
    "input": _input,
    "yParity": _parity,
    "accessList": _access_list,
    "blobVersionedHashes": _blob_hashes,
    "authorizationList": _authorizations,
}
_SIGNATURE = ("yParity", "r", "s")
_CALL = ("gas", "to", "value", "input")
_FEES = ("chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas")
_LAYOUT: dict[int, tuple[str, ...]] = {
    0: ("nonce", "gasPrice", *_CALL, "v", "r", "s"),
    1: ("chainId", "nonce", "gasPrice", *_CALL, "accessList", *_SIGNATURE),
    2: (*_FEES, *_CALL, "accessList", *_SIGNATURE),
    3: (*_FEES, *_CALL, "accessList", "maxFeePerBlobGas", "blobVersionedHashes", *_SIGNATURE),
    4: (*_FEES, *_CALL, "accessList", "authorizationList", *_SIGNATURE),
}
