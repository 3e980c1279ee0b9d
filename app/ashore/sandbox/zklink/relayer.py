"""The relayer: pays executed withdrawals out of the contracts, and takes those further that go to the chain below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ashore.sandbox.evm.errors import ChainError
from ashore.sandbox.zklink import contract
from ashore.sandbox.zklink.branch import Branch
from ashore.sandbox.zklink.network import L2_DECIMALS, Network, TokenOnChain, l1_units
from ashore.sandbox.zklink.rollup import Batch, Record, Rollup
from ashore.sandbox.zklink.tasks import Kind
from ashore.sandbox.zklink.transactions import Withdraw

RELAYER = "relayer"
KEEPER = "operator"
"""Who keeps the gateways; it deployed them."""
_GAS = 1_500_000


@dataclass(frozen=True, slots=True)
class Errand:
    """A transaction that the relayer could send now."""

    kind: Kind
    branch: Branch
    batch: Batch
    record: Record
    tx: Withdraw
    token: TokenOnChain


class Relayer:
    """Pays. What it may still pay follows from the contracts, so that nothing is paid twice.

    Args:
        branches: the chains by zkLink's numbers.
        primary: where the gateways lead.
    """

    def __init__(self, branches: Mapping[int, Branch], primary: int, network: Network, rollup: Rollup) -> None:
        self._branches = branches
        self._primary = primary
        self._network = network
        self._rollup = rollup
        self._refused: set[tuple[Kind, str]] = set()

    def errands(self, batch: Batch) -> Iterator[Errand]:
        """What can be paid of a batch, as far as it is executed."""
        executed = {branch.id for branch in self._branches.values() if branch.outbox.passed(Kind.EXECUTE, batch.id)}
        if not executed:
            return
        for record, tx in batch.withdrawals():
            token = self._network.tokens[tx.target_token].chains[tx.chain_id]
            # Withdrawals with a call are paid by whoever makes the call.
            if tx.call_data is not None or tx.chain_id not in executed:
                continue
            if self._goes_on(tx):
                errand = self._onwards(batch, record, tx, token)
            else:
                errand = self._payout(batch, record, tx, token)
            if errand is not None and (errand.kind, record.tx_hash) not in self._refused:
                yield errand

    def send(self, errand: Errand) -> bool:
        """Send it; False where the contract would refuse, for the recipient does: it stays pending for its owner."""
        call, value = self._call(errand)
        outbox = errand.branch.outbox
        try:
            errand.branch.chain.call(outbox.address(call[0]), call[1], call[2], value=value)
        except ChainError:
            self._refused.add((errand.kind, errand.record.tx_hash))
            return False
        if outbox.current(errand.kind, errand.batch.id, errand.record.tx_hash) is not None:
            outbox.try_again(errand.kind, errand.batch.id, errand.record.tx_hash)
        outbox.write(errand.kind, errand.batch.id, call, gas=_GAS, subject=errand.record.tx_hash, value=value)
        outbox.resend()
        return True

    def send_together(self, errands: Sequence[Errand]) -> bool:
        """Send payouts of one batch on one chain in one transaction; one by one where together they fail."""
        branch, batch = errands[0].branch, errands[0].batch
        if branch.multicall is None or len(errands) < 2:
            return any([self.send(errand) for errand in errands])
        payouts = [(one.tx.to[-20:], one.tx.target_token, self._amount(one.tx)) for one in errands]
        data = branch.multicall.calldata("batchWithdrawPendingBalance", branch.main.address, payouts)
        call = (RELAYER, branch.multicall.address, data)
        try:
            branch.chain.call(branch.outbox.address(RELAYER), call[1], data)
        except ChainError:
            # The first that goes alone; what is left is tried together again.
            return any(self.send(errand) for errand in errands)
        subjects = [one.record.tx_hash for one in errands]
        for subject in subjects:
            if branch.outbox.current(Kind.PAYOUT, batch.id, subject) is not None:
                branch.outbox.try_again(Kind.PAYOUT, batch.id, subject)
        branch.outbox.write_for(Kind.PAYOUT, batch.id, subjects, call, gas=_GAS * len(errands))
        branch.outbox.resend()
        return True

    def paid_tx(self, record: Record, batch: int) -> str | None:
        """The relayer's payout of a withdrawal, once it is mined."""
        tx = record.tx
        if not isinstance(tx, Withdraw):
            return None
        if self._goes_on(tx):
            return self._gateway().outbox.mined_tx(Kind.ARRIVE, batch, record.tx_hash)
        return self._branches[tx.chain_id].outbox.mined_tx(Kind.PAYOUT, batch, record.tx_hash)

    def is_done(self, record: Record, tx: Withdraw, batch: int) -> bool:
        """Whether nothing is left to pay: paid by the relayer, or by a broker."""
        branch = self._branches[tx.chain_id]
        return self.paid_tx(record, batch) is not None or self._accepted(branch, tx)

    def _goes_on(self, tx: Withdraw) -> bool:
        return bool(tx.flag) and self._network.profile.flag_name == "withdrawToL1"

    def _gateway(self) -> Branch:
        return self._branches[self._primary]

    def _amount(self, tx: Withdraw) -> int:
        return l1_units(tx.amount, self._network.tokens[tx.target_token].chains[tx.chain_id].decimals)

    def _hash(self, tx: Withdraw) -> bytes:
        token = self._network.tokens[tx.target_token].chains[tx.chain_id]
        return contract.withdraw_hash(tx, bytes.fromhex(token.address[2:]), self._amount(tx))

    def _accepted(self, branch: Branch, tx: Withdraw) -> bool:
        """Whether a broker, not the recipient, gets what the contract owes for this withdrawal."""
        return tx.ratio > 0 and branch.acceptor(self._hash(tx)) not in (None, tx.to[-20:])

    def _payout(self, batch: Batch, record: Record, tx: Withdraw, token: TokenOnChain) -> Errand | None:
        branch = self._branches[tx.chain_id]
        if self._is_open(branch, Kind.PAYOUT, batch, record) or self._accepted(branch, tx):
            return None
        scale = 10 ** (L2_DECIMALS - token.decimals)
        amount = self._amount(tx) * scale
        # Less than the amount: somebody else has claimed it.
        if not amount or branch.pending_balance(tx.to, tx.target_token) - self._in_flight(branch, tx) < amount:
            return None
        return Errand(Kind.PAYOUT, branch, batch, record, tx, token)

    def _onwards(self, batch: Batch, record: Record, tx: Withdraw, token: TokenOnChain) -> Errand | None:
        branch, below = self._branches[tx.chain_id], self._gateway()
        if branch.waits_for_gateway(self._hash(tx)):
            kind, where = Kind.ONWARDS, branch
        else:
            kind, where = Kind.ARRIVE, below
        if self._is_open(where, kind, batch, record):
            return None
        return Errand(kind, where, batch, record, tx, token)

    @staticmethod
    def _is_open(branch: Branch, kind: Kind, batch: Batch, record: Record) -> bool:
        """Whether a transaction for this is on its way or has succeeded."""
        row = branch.outbox.current(kind, batch.id, record.tx_hash)
        return row is not None and branch.outbox.outcome(row) is not False

    def _in_flight(self, branch: Branch, tx: Withdraw) -> int:
        """What sent payouts, not mined yet, will take from the same pending balance."""
        total = 0
        for row in branch.outbox.of_kind(Kind.PAYOUT):
            if branch.outbox.outcome(row) is not None:
                continue
            other = self._rollup.records[row.subject].tx
            if isinstance(other, Withdraw) and (other.to, other.target_token) == (tx.to, tx.target_token):
                total += other.amount
        return total

    def _call(self, errand: Errand) -> tuple[tuple[str, bytes, bytes], int]:
        tx, amount = errand.tx, self._amount(errand.tx)
        token = bytes.fromhex(errand.token.address[2:])
        main, owner = errand.branch.main, tx.to[-20:]
        if errand.kind is Kind.PAYOUT:
            data = main.calldata("withdrawPendingBalance", owner, tx.target_token, amount)
            return (RELAYER, main.address, data), 0
        named = (owner, token, amount, tx.ratio, tx.account_id, tx.sub_account_id, tx.nonce)
        if errand.kind is Kind.ONWARDS:
            fee = int(main.read(errand.branch.chain, "estimateWithdrawToL1Fee", *named))
            return (RELAYER, main.address, main.calldata("withdrawToL1", *named)), fee
        gateway = errand.branch.gateway
        assert gateway is not None
        below = bytes.fromhex(self._network.tokens[tx.target_token].chains[self._primary].address[2:])
        data = gateway.calldata("pay", owner, below, amount, self._hash(tx))
        return (KEEPER, gateway.address, data), 0
