"""Blocks, transactions, receipts, logs and proofs in the JSON shapes of geth; and the way back for parameters."""

import re
from collections.abc import Iterable
from typing import Any, cast

import rlp  # type: ignore[import-untyped]
from eth.abc import BlockHeaderAPI, SignedTransactionAPI
from eth_utils.address import to_checksum_address

from ashore.crypto.keccak import keccak256
from ashore.sandbox.evm.blocks import LogEntry, MinedBlock
from ashore.sandbox.evm.proofs import AccountProof

Json = dict[str, Any]

_QUANTITY = re.compile(r"0x(0|[1-9a-fA-F][0-9a-fA-F]{0,63})")
_DATA = re.compile(r"0x([0-9a-fA-F]{2})*")
_WORD = re.compile(r"0x[0-9a-fA-F]{1,64}")


class InvalidParamsError(Exception):
    """A parameter has the wrong shape (JSON-RPC code -32602)."""


def parse_quantity(value: object) -> int:
    """Read a hexadecimal number without leading zeros.

    Raises:
        InvalidParamsError: it is anything else.
    """
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise InvalidParamsError("invalid argument: not a hex quantity")
    return int(value, 16)


def parse_word(value: object) -> int:
    """Read a storage key: up to 32 bytes of hexadecimal digits, padded or not.

    Raises:
        InvalidParamsError: it is anything else.
    """
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise InvalidParamsError("invalid argument: not a storage key")
    return int(value, 16)


def parse_data(value: object, length: int | None = None) -> bytes:
    """Read hexadecimal bytes, of exactly `length` if it is given.

    Raises:
        InvalidParamsError: it is anything else.
    """
    if not isinstance(value, str) or not _DATA.fullmatch(value):
        raise InvalidParamsError("invalid argument: not hex data")
    data = bytes.fromhex(value[2:])
    if length is not None and len(data) != length:
        raise InvalidParamsError(f"invalid argument: hex data has length {len(data)}, want {length}")
    return data


def to_hex(data: bytes) -> str:
    """Write bytes as geth does."""
    return "0x" + bytes(data).hex()


def encode_block(block: MinedBlock, full: bool) -> Json:
    """A block with the hashes of its transactions, or with all of them in full."""
    body = sum(len(one.encode()) for one in block.transactions)
    return {
        **encode_header(block.header),
        "size": hex(len(rlp.encode(block.header)) + body),
        "uncles": [],
        "withdrawals": [],
        "transactions": [
            encode_transaction(one, block, index) if full else to_hex(one.hash)
            for index, one in enumerate(block.transactions)
        ],
    }


def encode_header(header: BlockHeaderAPI) -> Json:
    """The 21 fields of a Prague header, and its hash."""
    fields = cast(Any, header)
    return {
        "hash": to_hex(fields.hash),
        "parentHash": to_hex(fields.parent_hash),
        "sha3Uncles": to_hex(fields.uncles_hash),
        "miner": to_hex(fields.coinbase),
        "stateRoot": to_hex(fields.state_root),
        "transactionsRoot": to_hex(fields.transaction_root),
        "receiptsRoot": to_hex(fields.receipt_root),
        "logsBloom": f"0x{fields.bloom:0512x}",
        "difficulty": hex(fields.difficulty),
        "number": hex(fields.block_number),
        "gasLimit": hex(fields.gas_limit),
        "gasUsed": hex(fields.gas_used),
        "timestamp": hex(fields.timestamp),
        "extraData": to_hex(fields.extra_data),
        "mixHash": to_hex(fields.mix_hash),
        "nonce": to_hex(fields.nonce),
        "baseFeePerGas": hex(fields.base_fee_per_gas),
        "withdrawalsRoot": to_hex(fields.withdrawals_root),
        "blobGasUsed": hex(fields.blob_gas_used),
        "excessBlobGas": hex(fields.excess_blob_gas),
        "parentBeaconBlockRoot": to_hex(fields.parent_beacon_block_root),
        "requestsHash": to_hex(fields.requests_hash),
    }


def encode_transaction(one: SignedTransactionAPI, block: MinedBlock | None, index: int) -> Json:
    """A transaction; `block` is None while it is pending."""
    kind = transaction_type(one)
    encoded: Json = {
        "hash": to_hex(one.hash),
        "blockHash": None if block is None else to_hex(block.hash),
        "blockNumber": None if block is None else hex(block.number),
        "transactionIndex": None if block is None else hex(index),
        "type": hex(kind),
        "chainId": hex(one.chain_id or 0),
        "from": to_checksum_address(one.sender),
        "to": to_checksum_address(one.to) if one.to else None,
        "nonce": hex(one.nonce),
        "gas": hex(one.gas),
        "value": hex(one.value),
        "input": to_hex(one.data),
        "r": hex(one.r),
        "s": hex(one.s),
        "v": hex(one.y_parity if kind else cast(Any, one).v),
        "gasPrice": hex(one.max_fee_per_gas if block is None else effective_gas_price(one, block)),
    }
    if kind:
        encoded["yParity"] = hex(one.y_parity)
        encoded["accessList"] = [
            {"address": to_hex(address), "storageKeys": [f"0x{key:064x}" for key in keys]}
            for address, keys in one.access_list
        ]
    if kind == 2:
        encoded["maxFeePerGas"] = hex(one.max_fee_per_gas)
        encoded["maxPriorityFeePerGas"] = hex(one.max_priority_fee_per_gas)
    return encoded


def transaction_type(one: SignedTransactionAPI) -> int:
    """The EIP-2718 type byte; 0 for a legacy transaction."""
    return int(getattr(one, "type_id", None) or 0)


def effective_gas_price(one: SignedTransactionAPI, block: MinedBlock) -> int:
    """Wei per gas that the transaction paid in this block."""
    base_fee = int(block.header.base_fee_per_gas or 0)
    return int(min(one.max_fee_per_gas, base_fee + one.max_priority_fee_per_gas))


def encode_receipt(block: MinedBlock, index: int) -> Json:
    """A receipt with its logs."""
    one, receipt = block.transactions[index], block.receipts[index]
    created = None
    if not one.to:
        created = to_checksum_address(keccak256(rlp.encode([bytes(one.sender), one.nonce]))[12:])
    return {
        "transactionHash": to_hex(one.hash),
        "transactionIndex": hex(index),
        "blockHash": to_hex(block.hash),
        "blockNumber": hex(block.number),
        "from": to_checksum_address(one.sender),
        "to": to_checksum_address(one.to) if one.to else None,
        "cumulativeGasUsed": hex(receipt.gas_used),
        "gasUsed": hex(block.gas_used_by(index)),
        "contractAddress": created,
        "logs": encode_logs(block, (log for log in block.logs if log.transaction_index == index)),
        "logsBloom": f"0x{receipt.bloom:0512x}",
        "status": "0x1" if block.succeeded(index) else "0x0",
        "type": hex(transaction_type(one)),
        "effectiveGasPrice": hex(effective_gas_price(one, block)),
    }


def encode_logs(block: MinedBlock, logs: Iterable[LogEntry]) -> list[Json]:
    """Logs of one block."""
    return [
        {
            "address": to_hex(log.address),
            "topics": [to_hex(topic) for topic in log.topics],
            "data": to_hex(log.data),
            "blockNumber": hex(block.number),
            "blockHash": to_hex(block.hash),
            "blockTimestamp": hex(block.header.timestamp),
            "transactionHash": to_hex(block.transactions[log.transaction_index].hash),
            "transactionIndex": hex(log.transaction_index),
            "logIndex": hex(log.log_index),
            "removed": False,
        }
        for log in logs
    ]


def encode_proof(proof: AccountProof) -> Json:
    """An account proof in the shape of EIP-1186."""
    return {
        "address": to_hex(proof.address),
        "nonce": hex(proof.nonce),
        "balance": hex(proof.balance),
        "storageHash": to_hex(proof.storage_hash),
        "codeHash": to_hex(proof.code_hash),
        "accountProof": [to_hex(node) for node in proof.nodes],
        "storageProof": [
            {"key": f"0x{slot.slot:064x}", "value": hex(slot.value), "proof": [to_hex(node) for node in slot.nodes]}
            for slot in proof.slots
        ],
    }
