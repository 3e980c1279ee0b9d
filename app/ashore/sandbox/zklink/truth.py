"""What really happened to each withdrawal: read from the operator's memory and the chain, for tests to compare with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ashore.sandbox.clock import Stage
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import Contract
from ashore.sandbox.zklink.network import Network
from ashore.sandbox.zklink.operator import Operator
from ashore.sandbox.zklink.rollup import Record, Rollup
from ashore.sandbox.zklink.transactions import Withdraw
from ashore.sandbox.zklink.views import l1_units

_L1_STAGES = (Stage.COMMIT, Stage.PROVE, Stage.SYNC, Stage.EXECUTE)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that left the contract through withdrawPendingBalance; the amount in the token's units on L1."""

    l1_tx: str
    block: int
    owner: bytes
    token_id: int
    amount: int


class Truth:
    """The ground truth.

    Args:
        chain: the L1 chain.
        main: zkLink's contract.
    """

    def __init__(self, chain: DevChain, main: Contract, network: Network, rollup: Rollup, operator: Operator) -> None:
        self._chain = chain
        self._main = main
        self._network = network
        self._rollup = rollup
        self._operator = operator
        self._seen: list[Payment] = []
        self._seen_to = (-1, b"")

    def payments(self) -> list[Payment]:
        """All payments on the canonical chain, in order."""
        with self._chain.locked():
            number, block_hash = self._seen_to
            last = self._chain.block(number) if number >= 0 else None
            if last is None or last.hash != block_hash:
                number, self._seen = -1, []
            head = self._chain.head
            for current in range(number + 1, head.number + 1):
                self._seen += self._payments_in(current)
            self._seen_to = (head.number, head.hash)
        return list(self._seen)

    def _payments_in(self, number: int) -> list[Payment]:
        block = self._chain.block(number)
        assert block is not None
        found = []
        for log in block.logs:
            event = self._main.event(log)
            if event is None or event.name != "Withdrawal":
                continue
            tx = block.transactions[log.transaction_index]
            name, arguments = self._main.read_calldata(bytes(tx.data))
            if name == "withdrawPendingBalance":
                owner, token_id, amount = arguments
                found.append(Payment("0x" + bytes(tx.hash).hex(), number, bytes.fromhex(owner[2:]), token_id, amount))
        return found

    def withdrawals(self, only: Collection[str] | None = None) -> list[dict[str, Any]]:
        """Accepted withdrawals with their stages' real L1 transactions and what was paid.

        One payment may serve several withdrawals of an owner; it is attributed in their order.

        Args:
            only: the hashes that are asked for; None is all.
        """
        left = [[payment, payment.amount] for payment in self.payments()]
        told = [
            self._withdrawal(record, record.tx, left)
            for record in self._rollup.records.values()
            if isinstance(record.tx, Withdraw)
        ]
        return [one for one in told if only is None or one["l2_tx_hash"] in only]

    def _withdrawal(self, record: Record, tx: Withdraw, left: list[list[Any]]) -> dict[str, Any]:
        token = self._network.tokens[tx.target_token]
        due = l1_units(tx.amount, token.chains[tx.chain_id].decimals)
        stages = {
            stage.value: self._operator.stage_tx(record.block, stage) if record.block is not None else None
            for stage in _L1_STAGES
        }
        paid, paid_by = 0, []
        if stages[Stage.EXECUTE] is not None and record.success:
            for entry in left:
                payment, rest = entry
                if rest and paid < due and (payment.owner, payment.token_id) == (tx.to[-20:], tx.target_token):
                    share = min(rest, due - paid)
                    entry[1] -= share
                    paid += share
                    paid_by.append(payment.l1_tx)
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
            "stages": stages,
            "due_l1": str(due),
            "paid_l1": str(paid),
            "paid_by": paid_by,
        }
