"""Building blocks of these tests: a small chain, signed transactions, an operator's steps."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account

from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import Contract, Sender
from unit.sandbox.evm.zklink_blocks import NewBlock, StoredBlock, WithdrawOperation, proof_for

CHAIN_ID = 31337
GENESIS_TIME = 1_700_000_000
OPERATOR_KEY = bytes.fromhex("11" * 32)
USER_KEY = bytes.fromhex("22" * 32)
STRANGER = bytes.fromhex("33" * 20)


def address_of(key: bytes) -> bytes:
    return bytes.fromhex(Account.from_key(key).address[2:])


class ManualClock:
    """Unix seconds that move only by hand."""

    def __init__(self) -> None:
        self.now = GENESIS_TIME

    def __call__(self) -> int:
        return self.now


def new_chain(path: Path | None = None, clock: Callable[[], int] | None = None, **options: Any) -> DevChain:
    alloc = {address_of(OPERATOR_KEY): 10**24, address_of(USER_KEY): 10**21}
    return DevChain(
        chain_id=CHAIN_ID, alloc=alloc, genesis_time=GENESIS_TIME, clock=clock or ManualClock(), path=path, **options
    )


def signed(nonce: int, *, key: bytes = USER_KEY, **changes: Any) -> bytes:
    """A raw transaction of one wei to nobody, or what the changes make of it."""
    fields: dict[str, Any] = {
        "type": 2,
        "chainId": CHAIN_ID,
        "nonce": nonce,
        "gas": 21_000,
        "maxFeePerGas": 10**10,
        "maxPriorityFeePerGas": 10**9,
        "to": "0x" + STRANGER.hex(),
        "value": 1,
        "data": b"",
    }
    return bytes(Account.from_key(key).sign_transaction(fields | changes).raw_transaction)


@dataclass
class Network:
    """The practice contract with a 6-decimal token (17) and ether (18), both funded."""

    chain: DevChain
    operator: Sender
    zklink: Contract
    token: Contract
    last: StoredBlock

    def commit(self, *withdrawals: WithdrawOperation) -> tuple[NewBlock, StoredBlock]:
        block = NewBlock(self.last.number + 1, self.last.number.to_bytes(32, "big"), GENESIS_TIME, withdrawals)
        stored = block.stored_after(self.last)
        self.operator.transact(self.zklink, "commitBlocks", self.last.as_abi(), [block.as_abi()])
        self.last = stored
        return block, stored

    def settle(self, *withdrawals: WithdrawOperation) -> StoredBlock:
        block, stored = self.commit(*withdrawals)
        self.operator.transact(self.zklink, "proveBlocks", [stored.as_abi()], proof_for([stored]))
        self.operator.transact(self.zklink, "confirmBlock", stored.as_abi())
        self.operator.transact(self.zklink, "executeBlocks", [block.execution(stored)])
        return stored


def withdrawal(**changes: Any) -> WithdrawOperation:
    fields: dict[str, Any] = {
        "chain_id": 1,
        "account_id": 5,
        "sub_account_id": 1,
        "l1_token": 17,
        "l2_token": 1,
        "amount": 25_500_000_000_000_000_000,
        "fee": 0x334D,
        "owner": STRANGER,
        "nonce": 7,
    }
    return WithdrawOperation(**(fields | changes))
