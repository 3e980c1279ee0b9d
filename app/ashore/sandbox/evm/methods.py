"""The JSON-RPC methods of an Ethereum node that a wallet uses, answered from one view of the chain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from types import MappingProxyType
from typing import Any

from ashore.sandbox.evm.encoding import (
    InvalidParamsError,
    Json,
    effective_gas_price,
    encode_block,
    encode_logs,
    encode_proof,
    encode_receipt,
    encode_transaction,
    parse_data,
    parse_quantity,
    parse_word,
    to_hex,
)
from ashore.sandbox.evm.errors import ChainError
from ashore.sandbox.evm.view import ChainView

_GWEI = 10**9
_MAX_PROOF_KEYS = 1024
_MAX_FEE_HISTORY = 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What an endpoint answers at most, in blocks; None is no limit.

    Attributes:
        log_range: how many blocks one search for logs may span.
        proof_age: how far behind the head a block's state can still be proven. Real nodes keep about 128 blocks.
    """

    log_range: int | None = None
    proof_age: int | None = None


class Methods:
    """Answers calls; every public method is named after its JSON-RPC method and takes its parameters.

    Raises, from any method:
        InvalidParamsError: a parameter has the wrong shape.
        ChainError: the chain refuses.
    """

    def __init__(self, view: ChainView, limits: Limits) -> None:
        self._view = view
        self._chain = view.chain
        self._limits = limits

    # Identity

    def chain_id(self) -> str:
        return hex(self._chain.chain_id)

    def net_version(self) -> str:
        return str(self._chain.chain_id)

    def client_version(self) -> str:
        return "AshoreSandbox/py-evm"

    def syncing(self) -> bool:
        return False

    # Blocks, transactions, logs

    def block_number(self) -> str:
        return hex(self._view.head_number)

    def block_by_number(self, reference: object, full: object = False) -> Json | None:
        block = self._view.block(reference)
        return None if block is None else encode_block(block, full is True)

    def block_by_hash(self, block_hash: object, full: object = False) -> Json | None:
        block = self._view.block_by_hash(parse_data(block_hash, 32))
        return None if block is None else encode_block(block, full is True)

    def block_receipts(self, reference: object) -> list[Json] | None:
        by_hash = isinstance(reference, str) and len(reference) == 66
        block = self._view.block({"blockHash": reference} if by_hash else reference)
        return None if block is None else [encode_receipt(block, index) for index in range(len(block.transactions))]

    def transaction_by_hash(self, transaction_hash: object) -> Json | None:
        wanted = parse_data(transaction_hash, 32)
        found = self._view.transaction(wanted)
        if found is not None:
            block, index = found
            return encode_transaction(block.transactions[index], block, index)
        pending = self._chain.pending_transaction(wanted)
        return None if pending is None else encode_transaction(pending, None, 0)

    def transaction_receipt(self, transaction_hash: object) -> Json | None:
        found = self._view.transaction(parse_data(transaction_hash, 32))
        return None if found is None else encode_receipt(*found)

    def logs(self, query: object) -> list[Json]:
        if not isinstance(query, dict):
            raise InvalidParamsError("invalid argument 0: not a filter object")
        found = self._view.logs(query, self._limits.log_range)
        return [entry for block, logs in found for entry in encode_logs(block, logs)]

    # State

    def transaction_count(self, address: object, reference: object = "latest") -> str:
        account = parse_data(address, 20)
        if reference == "pending":
            return hex(self._chain.pending_nonce(account))
        return hex(self._chain.nonce(account, self._view.number(reference)))

    def balance(self, address: object, reference: object = "latest") -> str:
        return hex(self._chain.balance(parse_data(address, 20), self._view.number(reference)))

    def code(self, address: object, reference: object = "latest") -> str:
        return to_hex(self._chain.code(parse_data(address, 20), self._view.number(reference)))

    def storage_at(self, address: object, key: object, reference: object = "latest") -> str:
        value = self._chain.storage(parse_data(address, 20), parse_word(key), self._view.number(reference))
        return f"0x{value:064x}"

    def proof(self, address: object, keys: object, reference: object = "latest") -> Json:
        if not isinstance(keys, list) or len(keys) > _MAX_PROOF_KEYS:
            raise InvalidParamsError(f"invalid argument 1: want a list of at most {_MAX_PROOF_KEYS} keys")
        slots = [parse_word(key) for key in keys]
        number, oldest = self._view.number(reference), self._limits.proof_age
        if oldest is not None and self._view.head_number - number > oldest:
            raise ChainError("distance to target block exceeds maximum proof window")
        return encode_proof(self._chain.prove(parse_data(address, 20), slots, number))

    def call(self, message: object, reference: object = "latest") -> str:
        fields = _Message(message)
        number = self._view.number(reference)
        output = self._chain.call(
            fields.sender, fields.to, fields.data, value=fields.value, gas=fields.gas, number=number
        )
        return to_hex(output)

    def estimate_gas(self, message: object, reference: object = "latest") -> str:
        fields = _Message(message)
        number = self._view.number(reference)
        return hex(self._chain.estimate_gas(fields.sender, fields.to, fields.data, value=fields.value, number=number))

    # Sending

    def send_raw_transaction(self, raw: object) -> str:
        return to_hex(self._chain.send_raw(parse_data(raw)))

    def gas_price(self) -> str:
        return hex(self._chain.next_base_fee() + _GWEI)

    def max_priority_fee(self) -> str:
        return hex(_GWEI)

    def fee_history(self, count: object, newest: object, percentiles: object = None) -> Json:
        wanted = count if isinstance(count, int) and not isinstance(count, bool) else parse_quantity(count)
        last = self._view.number(newest)
        first = max(0, last - min(max(wanted, 1), _MAX_FEE_HISTORY) + 1)
        blocks = list(self._view.range(first, last))
        following = self._view.chain.block(last + 1)
        next_fee = self._chain.next_base_fee() if following is None else int(following.header.base_fee_per_gas or 0)
        history: Json = {
            "oldestBlock": hex(first),
            "baseFeePerGas": [hex(block.header.base_fee_per_gas or 0) for block in blocks] + [hex(next_fee)],
            "gasUsedRatio": [block.header.gas_used / block.header.gas_limit for block in blocks],
        }
        if percentiles is not None:
            marks = _percentiles(percentiles)
            history["reward"] = []
            for block in blocks:
                base_fee = int(block.header.base_fee_per_gas or 0)
                tips = [effective_gas_price(one, block) - base_fee for one in block.transactions]
                history["reward"].append([hex(_percentile(tips, mark)) for mark in marks])
        return history


class _Message:
    """A call object of eth_call and eth_estimateGas."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise InvalidParamsError("invalid argument 0: not a transaction object")
        data = value.get("input", value.get("data"))
        self.sender = parse_data(value["from"], 20) if value.get("from") is not None else bytes(20)
        self.to = parse_data(value["to"], 20) if value.get("to") is not None else None
        self.data = parse_data(data) if data is not None else b""
        self.value = parse_quantity(value["value"]) if value.get("value") is not None else 0
        self.gas = parse_quantity(value["gas"]) if value.get("gas") is not None else None


def _percentiles(value: object) -> Sequence[float]:
    if not isinstance(value, list) or len(value) > 100:
        raise InvalidParamsError("invalid argument 2: not a list of percentiles")
    for mark in value:
        if isinstance(mark, bool) or not isinstance(mark, int | float) or not 0 <= mark <= 100:
            raise InvalidParamsError("invalid reward percentile")
    return value


def _percentile(values: list[int], mark: float) -> int:
    if not values:
        return 0
    if len(values) == 1:
        return values[0]
    cuts = [min(values), *quantiles(values, n=100, method="inclusive"), max(values)]
    return int(cuts[int(mark)])


METHODS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "eth_chainId": Methods.chain_id,
        "net_version": Methods.net_version,
        "web3_clientVersion": Methods.client_version,
        "eth_syncing": Methods.syncing,
        "eth_blockNumber": Methods.block_number,
        "eth_getBlockByNumber": Methods.block_by_number,
        "eth_getBlockByHash": Methods.block_by_hash,
        "eth_getBlockReceipts": Methods.block_receipts,
        "eth_getTransactionByHash": Methods.transaction_by_hash,
        "eth_getTransactionReceipt": Methods.transaction_receipt,
        "eth_getLogs": Methods.logs,
        "eth_getTransactionCount": Methods.transaction_count,
        "eth_getBalance": Methods.balance,
        "eth_getCode": Methods.code,
        "eth_getStorageAt": Methods.storage_at,
        "eth_getProof": Methods.proof,
        "eth_call": Methods.call,
        "eth_estimateGas": Methods.estimate_gas,
        "eth_sendRawTransaction": Methods.send_raw_transaction,
        "eth_gasPrice": Methods.gas_price,
        "eth_maxPriorityFeePerGas": Methods.max_priority_fee,
        "eth_feeHistory": Methods.fee_history,
    }
)
