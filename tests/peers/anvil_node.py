"""anvil, an Ethereum node of others, in a process of its own; and its chain as the practice operator needs it."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import re
import selectors
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from eth.abc import SignedTransactionAPI
from eth_account import Account

from ashore.sandbox import genesis
from ashore.sandbox.evm.blocks import LogEntry
from ashore.sandbox.evm.errors import ChainError, RevertedError
from peers import places

HOST = "127.0.0.1"
CHAIN_ID = 31_447
"""Nobody's: neither anvil's own nor one of the practice chains'."""
BLOCK_TIME = 12
_START_SECONDS = 20.0
_REVERTED = 3


class RefusedError(Exception):
    """anvil answered a call with an error."""

    def __init__(self, code: int, message: str, data: object) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.data = data


class Anvil:
    """A node that mines when it is told to, with the practice network's public keys and ether on each of them.

    Args:
        folder: where it may leave files.
        epoch: in slots; `safe` is one epoch behind the head, `finalized` two. None leaves anvil's own.
        hardfork: the rules; None leaves anvil's own.
    """

    def __init__(self, folder: Path, *, epoch: int | None = 2, hardfork: str | None = None) -> None:
        self._folder = folder
        self._options = [] if epoch is None else ["--slots-in-an-epoch", str(epoch)]
        self._options += [] if hardfork is None else ["--hardfork", hardfork]
        self._process: subprocess.Popen[str] | None = None
        self._ids = itertools.count(1)
        self._http: http.client.HTTPConnection | None = None
        self.port = 0

    def __enter__(self) -> Anvil:
        command = [str(places.anvil()), "--host", HOST, "--port", "0", "--chain-id", str(CHAIN_ID), "--no-mining"]
        command += ["--timestamp", str(genesis.GENESIS_TIME), "--cache-path", str(self._folder), *self._options]
        self._process = subprocess.Popen(
            command,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(self._folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            self.port = self._listening(self._process)
            self._http = http.client.HTTPConnection(HOST, self.port, timeout=20)
            self("anvil_setBlockTimestampInterval", BLOCK_TIME)
        except BaseException:
            self._stop(self._process)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        if self._http is not None:
            self._http.close()
        self._stop(self._process)

    @staticmethod
    def _listening(process: subprocess.Popen[str]) -> int:
        """Read what it says until it names its port."""
        assert process.stdout is not None
        said, until = "", time.monotonic() + _START_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while selector.select(until - time.monotonic()):
                more = os.read(process.stdout.fileno(), 65_536).decode(errors="replace")
                said += more
                found = re.search(r"Listening on [^\s:]+:(\d+)\s", said)
                if found is not None:
                    return int(found[1])
                if not more:
                    break
        raise AssertionError(f"anvil did not start: {said[-400:]}")

    @staticmethod
    def _stop(process: subprocess.Popen[str]) -> None:
        with process:
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()

    def address(self, name: str) -> str:
        """The same node under another address: it answers on the path `/` alone, whatever the query."""
        return f"http://{HOST}:{self.port}/?{name}"

    def __call__(self, method: str, *params: Any) -> Any:
        """Call a method. Raises RefusedError for an error."""
        answer = self.ask({"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)})
        if "error" in answer:
            raise RefusedError(answer["error"]["code"], answer["error"]["message"], answer["error"].get("data"))
        return answer["result"]

    def ask(self, body: object, path: str = "/") -> Any:
        """Post a JSON value and return the one that comes back; None for an empty answer."""
        assert self._http is not None
        self._http.request("POST", path, json.dumps(body), {"content-type": "application/json"})
        answer = self._http.getresponse().read()
        return json.loads(answer) if answer else None


@dataclass(frozen=True)
class Header:
    """What the operator reads of a header."""

    timestamp: int


@dataclass(frozen=True)
class Transaction:
    """What the operator and the ground truth read of a transaction."""

    hash: bytes
    nonce: int
    data: bytes


@dataclass(frozen=True)
class Block:
    """A block, as far as the operator and the ground truth read it."""

    number: int
    hash: bytes
    header: Header
    transactions: tuple[Transaction, ...]
    logs: tuple[LogEntry, ...]
    outcomes: tuple[bool, ...]

    def succeeded(self, index: int) -> bool:
        """Whether the transaction at `index` was not reverted."""
        return self.outcomes[index]


class AnvilChain:
    """The practice operator's side of the chain: what it calls of `DevChain`, done through JSON-RPC."""

    chain_id = CHAIN_ID
    automine = False

    def __init__(self, anvil: Anvil) -> None:
        self._anvil = anvil
        self._blocks: dict[bytes, Block] = {}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nothing moves unless the test moves it."""
        yield

    @property
    def head(self) -> Block:
        """The newest block."""
        return self._read(self._anvil("eth_getBlockByNumber", "latest", True))

    @property
    def finalized_number(self) -> int:
        """Number of the newest finalized block."""
        return int(self._anvil("eth_getBlockByNumber", "finalized", False)["number"], 16)

    def block(self, number: int) -> Block | None:
        """A canonical block by number, or None beyond the head."""
        found = self._anvil("eth_getBlockByNumber", hex(number), True)
        return None if found is None else self._read(found)

    def transaction(self, transaction_hash: bytes) -> tuple[Block, int] | None:
        """The block and index of a mined transaction, or None."""
        receipt = self._anvil("eth_getTransactionReceipt", _hex(transaction_hash))
        if receipt is None:
            return None
        known = self._blocks.get(bytes.fromhex(receipt["blockHash"][2:])) or self.block(int(receipt["blockNumber"], 16))
        assert known is not None
        return known, int(receipt["transactionIndex"], 16)

    def pending_transaction(self, transaction_hash: bytes) -> object | None:
        """A transaction that waits to be mined, or None."""
        found = self._anvil("eth_getTransactionByHash", _hex(transaction_hash))
        return None if found is None or found["blockNumber"] is not None else found

    def nonce(self, address: bytes) -> int:
        """The account's nonce after the head."""
        return int(self._anvil("eth_getTransactionCount", _hex(address), "latest"), 16)

    def pending_nonce(self, address: bytes) -> int:
        """The nonce that the account's next transaction should have."""
        return int(self._anvil("eth_getTransactionCount", _hex(address), "pending"), 16)

    def balance(self, address: bytes) -> int:
        """The account's wei after the head."""
        return int(self._anvil("eth_getBalance", _hex(address), "latest"), 16)

    def storage(self, address: bytes, slot: int) -> int:
        """One storage word after the head."""
        return int(self._anvil("eth_getStorageAt", _hex(address), f"0x{slot:064x}", "latest"), 16)

    def next_base_fee(self) -> int:
        """The base fee in wei of the block after the head."""
        return int(self._anvil("eth_feeHistory", "0x1", "latest", [])["baseFeePerGas"][-1], 16)

    def call(self, sender: bytes, to: bytes | None, data: bytes, *, value: int = 0, gas: int | None = None) -> bytes:
        """Execute a message without a trace. Raises RevertedError or ChainError."""
        message = {"from": _hex(sender), "data": _hex(data), "value": hex(value)}
        message |= {} if to is None else {"to": _hex(to)}
        message |= {} if gas is None else {"gas": hex(gas)}
        try:
            return bytes.fromhex(self._anvil("eth_call", message, "latest")[2:])
        except RefusedError as refused:
            if refused.code == _REVERTED:
                raise RevertedError(bytes.fromhex(str(refused.data)[2:])) from refused
            raise ChainError(refused.message) from refused

    def send_raw(self, raw: bytes) -> bytes:
        """Hand over a signed transaction and return its hash. Raises ChainError."""
        try:
            return bytes.fromhex(self._anvil("eth_sendRawTransaction", _hex(raw))[2:])
        except RefusedError as refused:
            raise ChainError(refused.message) from refused

    def take(self, transaction: SignedTransactionAPI) -> bytes:
        """The same of one that was signed here."""
        return self.send_raw(transaction.encode())

    def outbid(self, key: bytes, to: bytes, data: bytes) -> bytes:
        """Call a contract at a price that puts it before everybody else's transactions; its hash."""
        account = Account.from_key(key)
        fields = {
            "type": 2,
            "chainId": CHAIN_ID,
            "nonce": self.pending_nonce(bytes.fromhex(account.address[2:])),
            "gas": 200_000,
            "maxFeePerGas": 900 * 10**9,
            "maxPriorityFeePerGas": 800 * 10**9,
            "to": to,
            "value": 0,
            "data": data,
        }
        return self.send_raw(bytes(account.sign_transaction(fields).raw_transaction))

    def mine(self, count: int = 1) -> Block:
        """Mine blocks from what is pending and return the last one."""
        self._anvil("anvil_mine", hex(count), hex(BLOCK_TIME))
        return self.head

    def reorg(self, depth: int) -> None:
        """Replace the last blocks by as many empty ones. What was in them is gone as if it had never been sent."""
        self._anvil("anvil_reorg", depth, [])

    def _read(self, value: dict[str, Any]) -> Block:
        block_hash = bytes.fromhex(value["hash"][2:])
        if block_hash not in self._blocks:
            receipts = self._anvil("eth_getBlockReceipts", value["hash"]) if value["transactions"] else []
            self._blocks[block_hash] = Block(
                int(value["number"], 16),
                block_hash,
                Header(int(value["timestamp"], 16)),
                tuple(_transaction(each) for each in value["transactions"]),
                tuple(_log(entry) for receipt in receipts for entry in receipt["logs"]),
                tuple(receipt["status"] == "0x1" for receipt in receipts),
            )
        return self._blocks[block_hash]


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _transaction(value: dict[str, Any]) -> Transaction:
    return Transaction(bytes.fromhex(value["hash"][2:]), int(value["nonce"], 16), bytes.fromhex(value["input"][2:]))


def _log(value: dict[str, Any]) -> LogEntry:
    return LogEntry(
        bytes.fromhex(value["address"][2:]),
        tuple(bytes.fromhex(topic[2:]) for topic in value["topics"]),
        bytes.fromhex(value["data"][2:]),
        int(value["transactionIndex"], 16),
        int(value["logIndex"], 16),
    )
