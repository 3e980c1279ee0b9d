"""A broker: pays fast withdrawals out of its own pocket before they are executed, and gets what the contract owes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ashore.sandbox.evm.contracts import ETH_TOKEN
from ashore.sandbox.evm.errors import ChainError
from ashore.sandbox.zklink import contract
from ashore.sandbox.zklink.branch import Branch
from ashore.sandbox.zklink.faults import Faults, Switch
from ashore.sandbox.zklink.network import Network, l1_units
from ashore.sandbox.zklink.rollup import Batch, Record
from ashore.sandbox.zklink.tasks import Kind
from ashore.sandbox.zklink.transactions import Withdraw

BROKER = "broker"
MAX_RATIO = 10_000
PRICE = 10
"""What it asks, in 1/10000 of the amount; for less it does not move."""
_SHORT_RATIO = 100
_GAS = 300_000


class Broker:
    """Takes what it can: no more than one Accept for a withdrawal."""

    def __init__(self, branches: Mapping[int, Branch], network: Network, faults: Faults) -> None:
        self._branches = branches
        self._network = network
        self._faults = faults
        self._declined: set[str] = set()

    def price(self, evm_chain_id: int, token_id: int) -> dict[str, Any] | None:
        """What it asks for a token on a chain, and how much it has, in the token's units there; None if unknown."""
        chain = next((one for one in self._network.chains.values() if one.layer_one_chain_id == evm_chain_id), None)
        token = self._network.tokens.get(token_id)
        if chain is None or token is None or chain.id not in token.chains:
            return None
        branch, on_chain = self._branches[chain.id], token.chains[chain.id]
        held = branch.balance_of(branch.outbox.address(BROKER), on_chain)
        most = "0" if self._faults.on(Switch.BROKER_AWAY, chain.id) else str(held)
        most = self._faults.text(Switch.BROKER_LIMIT, most) or most
        asked = self._faults.text(Switch.BROKER_ASKS, str(MAX_RATIO))
        return {"available": most, "fee": PRICE if asked is None else _number(asked), "limit": most}

    def acceptable(self, batch: Batch) -> Iterator[tuple[Record, Withdraw]]:
        """The fast withdrawals of a sealed batch that it would pay now."""
        for record, tx in batch.withdrawals():
            branch = self._branches[tx.chain_id]
            plain = tx.call_data is None and not (tx.flag and self._network.profile.flag_name == "withdrawToL1")
            if not PRICE <= tx.ratio < MAX_RATIO or not plain or record.tx_hash in self._declined:
                continue
            if self._faults.on(Switch.BROKER_AWAY, tx.chain_id) or tx.to[-20:] == branch.outbox.address(BROKER):
                continue
            row = branch.outbox.current(Kind.ACCEPT, batch.id, record.tx_hash)
            # Once executed, the owner has it: no broker is needed any more.
            if row is None and branch.outbox.current(Kind.EXECUTE, batch.id) is None:
                yield record, tx

    def accept(self, batch: Batch, record: Record, tx: Withdraw) -> bool:
        """Pay a withdrawal; False where it cannot."""
        branch = self._branches[tx.chain_id]
        token = self._network.tokens[tx.target_token].chains[tx.chain_id]
        address, amount = bytes.fromhex(token.address[2:]), l1_units(tx.amount, token.decimals)
        ratio = self._ratio(tx)
        who = (ratio, tx.account_id, tx.sub_account_id, tx.nonce)
        value = 0
        if address == ETH_TOKEN:
            data = branch.main.calldata("acceptETH", tx.to[-20:], amount, *who)
            value = amount * (MAX_RATIO - ratio) // MAX_RATIO
        else:
            data = branch.main.calldata("acceptERC20", tx.to[-20:], address, amount, *who)
        call = (BROKER, branch.main.address, data)
        try:
            branch.chain.call(branch.outbox.address(BROKER), branch.main.address, data, value=value)
        except ChainError:
            # Out of money here, or the recipient refuses: the withdrawal goes the slow way.
            self._declined.add(record.tx_hash)
            return False
        branch.outbox.write(Kind.ACCEPT, batch.id, call, gas=_GAS, subject=record.tx_hash, value=value)
        branch.outbox.resend()
        return True

    def _ratio(self, tx: Withdraw) -> int:
        """The signed one, unless it pays less: then it accepts another withdrawal, and pays nothing of this one."""
        if not self._faults.on(Switch.BROKER_PAYS_LESS, tx.chain_id):
            return tx.ratio
        return min(MAX_RATIO - 1, tx.ratio + _SHORT_RATIO)

    def accepted(self, record: Record, tx: Withdraw, batch: int) -> tuple[str, bytes] | None:
        """The mined Accept that paid this very withdrawal, and who sent it."""
        branch = self._branches[tx.chain_id]
        token = self._network.tokens[tx.target_token].chains[tx.chain_id]
        told = branch.outbox.mined_tx(Kind.ACCEPT, batch, record.tx_hash)
        if told is None:
            return None
        key = contract.withdraw_hash(tx, bytes.fromhex(token.address[2:]), l1_units(tx.amount, token.decimals))
        acceptor = branch.acceptor(key)
        return None if acceptor in (None, tx.to[-20:]) else (told, acceptor)


def _number(text: str) -> int | str:
    """What a client should get as a number, if it is one."""
    return int(text) if text.isascii() and text.isdigit() else text
