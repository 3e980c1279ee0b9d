"""What really happened to each withdrawal, from the operator's memory and the chains: tests compare with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eth.abc import SignedTransactionAPI

from ashore.sandbox.clock import Stage
from ashore.sandbox.evm.blocks import MinedBlock
from ashore.sandbox.zklink import contract
from ashore.sandbox.zklink.branch import Branch
from ashore.sandbox.zklink.broker import MAX_RATIO
from ashore.sandbox.zklink.network import Network, l1_units
from ashore.sandbox.zklink.operator import Operator
from ashore.sandbox.zklink.rollup import Record, Rollup
from ashore.sandbox.zklink.transactions import ChangePubKey, Withdraw

_L1_STAGES = (Stage.COMMIT, Stage.PROVE, Stage.SYNC, Stage.EXECUTE)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that left a contract to an owner; the amount in the token's units on that chain.

    `key` is the withdraw hash of what a gateway paid; withdrawPendingBalance pays without naming a withdrawal.
    """

    l1_tx: str
    block: int
    owner: bytes
    token_id: int
    amount: int
    key: bytes | None = None


class _Payments:
    """The payments on one chain, read on as the chain grows."""

    def __init__(self, branch: Branch) -> None:
        self._branch = branch
        self._chain = branch.chain
        self._seen: list[Payment] = []
        self._seen_to = (-1, b"")

    def all(self) -> list[Payment]:
        """All payments on the canonical chain, in order."""
        with self._chain.locked():
            number, block_hash = self._seen_to
            last = self._chain.block(number) if number >= 0 else None
            if last is None or last.hash != block_hash:
                number, self._seen = -1, []
            head = self._chain.head
            for current in range(number + 1, head.number + 1):
                block = self._chain.block(current)
                assert block is not None
                self._seen += self._payments_in(block)
            self._seen_to = (head.number, head.hash)
        return list(self._seen)

    def _payments_in(self, block: MinedBlock) -> Iterator[Payment]:
        claims: dict[int, Iterator[tuple[bytes, int, int]]] = {}
        for log in block.logs:
            tx = block.transactions[log.transaction_index]
            tx_hash = "0x" + bytes(tx.hash).hex()
            gateway = self._branch.gateway
            if gateway is not None and (event := gateway.event(log)) is not None and event.name == "Paid":
                owner, key = bytes.fromhex(event.values["owner"][2:]), bytes(event.values["withdrawHash"])
                yield Payment(tx_hash, block.number, owner, 0, int(event.values["amount"]), key)
            event = self._branch.main.event(log)
            if event is not None and event.name == "Withdrawal":
                # The event does not name the owner; the calls of a transaction come in the order of its events.
                left = claims.setdefault(log.transaction_index, self._claims_in(tx))
                for owner, token_id, amount in left:
                    yield Payment(tx_hash, block.number, owner, token_id, amount)
                    break

    def _claims_in(self, tx: SignedTransactionAPI) -> Iterator[tuple[bytes, int, int]]:
        """The withdrawPendingBalance calls of a transaction: owner, token id, amount."""
        multicall, data = self._branch.multicall, bytes(tx.data)
        if multicall is not None and bytes(tx.to) == multicall.address:
            claims = list(multicall.read_calldata(data)[1][1])
        else:
            try:
                name, arguments = self._branch.main.read_calldata(data)
            except KeyError:
                # By a contract that nobody here knows: who was paid cannot be told.
                return iter(())
            claims = [arguments] if name == "withdrawPendingBalance" else []
        return ((bytes.fromhex(owner[2:]), token_id, amount) for owner, token_id, amount in claims)


class Truth:
    """The ground truth.

    Args:
        branches: the chains by zkLink's numbers.
    """

    def __init__(self, branches: Mapping[int, Branch], network: Network, rollup: Rollup, operator: Operator) -> None:
        self._branches = branches
        self._network = network
        self._rollup = rollup
        self._operator = operator
        self._payments = {chain: _Payments(branch) for chain, branch in branches.items()}

    def payments(self, chain: int | None = None) -> list[Payment]:
        """All payments on a chain's canonical blocks, in order; without a number, on the primary chain."""
        return self._payments[self._network.primary if chain is None else chain].all()

    def withdrawals(self, only: Collection[str] | None = None) -> list[dict[str, Any]]:
        """Accepted withdrawals with their stages' real L1 transactions and what was paid.

        One payment may serve several withdrawals of an owner; it is attributed in their order.

        Args:
            only: the hashes that are asked for; None is all.
        """
        left = {
            chain: [[payment, payment.amount] for payment in payments.all()]
            for chain, payments in self._payments.items()
        }
        told = [
            self._withdrawal(record, record.tx, left)
            for record in self._rollup.records.values()
            if isinstance(record.tx, Withdraw)
        ]
        return [one for one in told if only is None or one["l2_tx_hash"] in only]

    def activations(self) -> list[dict[str, Any]]:
        """Accepted changes of key, in their order, and whether the account has that key now."""
        return [
            {
                "l2_tx_hash": record.tx_hash,
                "account_id": record.tx.account_id,
                "nonce": record.tx.nonce,
                "key_hash": "0x" + record.tx.new_hash.hex(),
                "fee_token": record.tx.fee_token,
                "fee": str(record.tx.fee),
                "duplicates": record.duplicates,
                "executed": record.success is not None,
                "success": bool(record.success),
                "fail_reason": record.fail_reason,
                "holds": self._holds(record.tx),
            }
            for record in self._rollup.records.values()
            if isinstance(record.tx, ChangePubKey)
        ]

    def _holds(self, tx: ChangePubKey) -> bool:
        account = self._rollup.ledger.account(tx.account_id)
        return account is not None and account.pub_key_hash == tx.new_hash

    def _withdrawal(self, record: Record, tx: Withdraw, left: dict[int, list[list[Any]]]) -> dict[str, Any]:
        token = self._network.tokens[tx.target_token].chains[tx.chain_id]
        due = l1_units(tx.amount, token.decimals)
        on_chains = {chain: self._stages(record, chain) for chain in self._branches}
        here = on_chains[tx.chain_id]
        stages = {**here, Stage.PROVE.value: on_chains[self._network.primary][Stage.PROVE.value]}
        key = contract.withdraw_hash(tx, bytes.fromhex(token.address[2:]), due)
        accepted = self._operator.accepted(record, tx)
        onwards = bool(tx.flag) and self._network.profile.flag_name == "withdrawToL1"
        paid, paid_by = 0, list[str]()
        if here[Stage.EXECUTE.value] is not None and record.success and accepted is None:
            where = self._network.primary if onwards else tx.chain_id
            paid, paid_by = _attributed(tx, due, key if onwards else None, left[where])
        received = due * (MAX_RATIO - tx.ratio) // MAX_RATIO if accepted is not None else paid
        return {
            "l2_tx_hash": record.tx_hash,
            "account_id": tx.account_id,
            "sub_account_id": tx.sub_account_id,
            "nonce": tx.nonce,
            "to": "0x" + tx.to.hex(),
            "token_id": tx.target_token,
            "amount": str(tx.amount),
            "duplicates": record.duplicates,
            "executed": record.success is not None,
            "success": bool(record.success),
            "fail_reason": record.fail_reason,
            "l2_block": record.block,
            "chain": tx.chain_id,
            "paid_on": self._network.primary if onwards else tx.chain_id,
            "stages": stages,
            "on_chains": {str(chain): told for chain, told in on_chains.items()},
            "withdraw_hash": "0x" + key.hex(),
            "accepted_by": None if accepted is None else "0x" + accepted[1].hex(),
            "accept_tx": None if accepted is None else accepted[0],
            "due_l1": str(due),
            "paid_l1": str(paid),
            "paid_by": paid_by,
            "received_l1": str(received),
        }

    def _stages(self, record: Record, chain: int) -> dict[str, str | None]:
        """What took a withdrawal's block through its stages on one chain."""
        if record.block is None:
            return dict.fromkeys((stage.value for stage in _L1_STAGES), None)
        return {
            stage.value: None
            if stage is Stage.PROVE and chain != self._network.primary
            else self._operator.stage_tx(record.block, stage, chain)
            for stage in _L1_STAGES
        }


def _attributed(tx: Withdraw, due: int, key: bytes | None, left: list[list[Any]]) -> tuple[int, list[str]]:
    """How much of the payments belongs to a withdrawal, and which; what it takes is no longer left for others."""
    paid, paid_by = 0, []
    for entry in left:
        payment, rest = entry
        mine = payment.key == key
        if key is None:
            mine = mine and (payment.owner, payment.token_id) == (tx.to[-20:], tx.target_token)
        if rest and paid < due and mine:
            share = min(rest, due - paid)
            entry[1] -= share
            paid += share
            paid_by.append(payment.l1_tx)
    return paid, paid_by
