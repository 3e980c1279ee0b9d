"""The engine behind the node: it executes, seals, and settles batches with real L1 transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ashore.sandbox.clock import Stage
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import ETH_TOKEN, Contract, load_artifact, mapping_slot
from ashore.sandbox.evm.errors import ChainError
from ashore.sandbox.zklink import contract
from ashore.sandbox.zklink.contract import StoredBlock
from ashore.sandbox.zklink.faults import Faults, Switch
from ashore.sandbox.zklink.journal import Journal
from ashore.sandbox.zklink.network import L2_DECIMALS, Network, TokenOnChain
from ashore.sandbox.zklink.outbox import Errand, Outbox
from ashore.sandbox.zklink.rollup import Batch, Record, Rollup
from ashore.sandbox.zklink.transactions import Withdraw
from ashore.sandbox.zklink.views import l1_units

OPERATOR = "operator"
RELAYER = "relayer"
REVERT = "revert"
_L1_STAGES = (Stage.COMMIT, Stage.PROVE, Stage.SYNC, Stage.EXECUTE)
_COUNTERS = {
    Stage.COMMIT: contract.COMMITTED,
    Stage.PROVE: contract.PROVEN,
    Stage.SYNC: contract.SYNCHRONIZED,
    Stage.EXECUTE: contract.EXECUTED,
}
_STALLS = {
    Stage.COMMIT: Switch.COMMIT_STALLED,
    Stage.PROVE: Switch.PROVE_STALLED,
    Stage.SYNC: Switch.SYNC_STALLED,
    Stage.EXECUTE: Switch.EXECUTE_STALLED,
    Stage.PAYOUT: Switch.RELAYER_OFF,
}
_MAX_ATTEMPTS = 8
_BASE_GAS = 1_500_000
_GAS_PER_WITHDRAWAL = 500_000


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the operator did, or why it did nothing."""

    stage: Stage | None
    batch: int | None = None
    waits_for: str | None = None
    """`block`: a sent transaction is not mined; None: there is nothing to do, or a fault holds it."""

    def json(self) -> dict[str, object]:
        """For the control API."""
        return {"moved": self.stage, "batch": self.batch, "waits_for": self.waits_for}


class Operator:
    """Takes layer 2 to L1. All it knows follows from its journal and the chain, so that it can be killed at any moment.

    Args:
        chain: the L1 chain.
        main: zkLink's contract on it.
        chain_id: zkLink's own number of that chain.
        delays: seconds before each stage.
        now: unix seconds.
    """

    def __init__(
        self,
        *,
        chain: DevChain,
        main: Contract,
        chain_id: int,
        network: Network,
        rollup: Rollup,
        journal: Journal,
        outbox: Outbox,
        faults: Faults,
        genesis: StoredBlock,
        delays: Mapping[Stage, float],
        now: Callable[[], float],
    ) -> None:
        self._chain = chain
        self._main = main
        self._chain_id = chain_id
        self._network = network
        self._rollup = rollup
        self._journal = journal
        self._outbox = outbox
        self._faults = faults
        self._now = now
        self.delays = delays
        self._stored: dict[int, list[StoredBlock]] = {}
        self._genesis = genesis
        self._possible_since: dict[tuple[Stage, int], float] = {}
        self._token_artifact = load_artifact("SandboxToken")
        self._done: set[int] = set()
        self._refused: set[str] = set()

    # ------------------------------------------------------------------------------------------- what L1 shows

    def settled(self, stage: Stage) -> int:
        """The newest layer-2 block that has passed this stage, from the contract's own counter."""
        slot, bit = _COUNTERS[stage]
        return (self._chain.storage(self._main.address, slot) >> bit) & 0xFFFFFFFF

    def stage_tx(self, block: int, stage: Stage) -> str | None:
        """The L1 transaction that took a layer-2 block through a stage, once it is mined."""
        found = self._rollup.blocks.get(block)
        if found is None:
            return None
        row = self._outbox.row(self._errand(found.batch, stage))
        return row.tx_hash if row is not None and self._outbox.outcome(row) else None

    def payout_tx(self, tx_hash: str) -> str | None:
        """The relayer's payout of a withdrawal, once it is mined."""
        record = self._rollup.records[tx_hash]
        block = self._rollup.blocks.get(record.block) if record.block is not None else None
        if block is None:
            return None
        row = self._outbox.row(self._errand(block.batch, Stage.PAYOUT, tx_hash))
        return row.tx_hash if row is not None and self._outbox.outcome(row) else None

    def liquidity(self, token_id: int) -> int:
        """What the contract holds beyond what it owes, in 18-decimal units."""
        token = self._network.tokens[token_id].chains.get(self._chain_id)
        if token is None:
            return 0
        address = bytes.fromhex(token.address[2:])
        if address == ETH_TOKEN:
            held = self._chain.balance(self._main.address)
        else:
            held = Contract(address, self._token_artifact).read(self._chain, "balanceOf", self._main.address)
        records = self._rollup.records.values()
        owners = {r.tx.to for r in records if isinstance(r.tx, Withdraw) and r.tx.target_token == token_id}
        owed = sum(self._pending_balance(owner, token_id) for owner in owners)
        return int(held * 10 ** (L2_DECIMALS - token.decimals) - owed)

    def _pending_balance(self, owner: bytes, token_id: int) -> int:
        slot = mapping_slot(contract.PENDING_BALANCES_SLOT, owner, token_id)
        return self._chain.storage(self._main.address, slot)

    # ---------------------------------------------------------------------------------------------- what it does

    def step(self, *, due_only: bool) -> Step:
        """Do the next thing.

        Args:
            due_only: respect the delays; otherwise whatever is possible is done at once.
        """
        if self._faults.on(Switch.FROZEN):
            return Step(None)
        self._outbox.resend()
        for stage, batch in self._possible():
            key = (stage, batch.id if batch else 0)
            since = self._possible_since.setdefault(key, self._now())
            if due_only and self._now() < since + self.delays[stage]:
                continue
            if self._do(stage, batch):
                del self._possible_since[key]
                return Step(stage, batch.id if batch else None)
        waiting = any(self._outbox.outcome(row) is None for row in self._outbox.rows())
        return Step(None, waits_for="block" if waiting else None)

    def revert(self) -> list[int]:
        """Take back every committed batch that is not on its way to execution; their numbers.

        They are committed again afterwards.
        """
        batches = [
            batch
            for batch in self._rollup.batches
            if self._passed(batch.id, Stage.COMMIT) and self._outbox.row(self._errand(batch.id, Stage.EXECUTE)) is None
        ]
        if not batches:
            return []
        stored = [block for batch in batches for block in self._stored_of(batch)]
        with self._journal.atomic():
            for batch in batches:
                for stage in _L1_STAGES:
                    self._next_attempt(batch.id, stage)
            errand = Errand(REVERT, batches[0].id, self._attempt(batches[0].id, Stage.COMMIT))
            data = contract.revert_blocks(self._main, stored)
            self._outbox.write(errand, OPERATOR, self._main.address, data, gas=_BASE_GAS)
        self._outbox.resend()
        return [batch.id for batch in batches]

    def _possible(self) -> Iterator[tuple[Stage, Batch | None]]:
        if self._rollup.pending():
            yield Stage.EXECUTE_L2, None
        if self._rollup.unsealed():
            yield Stage.SEAL, None
        for batch in self._rollup.batches:
            if batch.id in self._done:
                continue
            stage = self._next_stage(batch)
            if stage is not None and not self._faults.on(_STALLS[stage]):
                yield stage, batch

    def _next_stage(self, batch: Batch) -> Stage | None:
        """The stage that could be done now; None while it waits for L1 or when all is done."""
        for stage in _L1_STAGES:
            row = self._outbox.row(self._errand(batch.id, stage))
            outcome = None if row is None else self._outbox.outcome(row)
            if row is not None and outcome is None:
                return None
            if outcome is False:
                return self._retry(batch.id, stage)
            if row is None:
                return stage if batch.id == 1 or self._passed(batch.id - 1, stage) else None
        if any(True for _ in self._payable(batch)):
            return Stage.PAYOUT
        self._forget_when_final(batch)
        return None

    def _forget_when_final(self, batch: Batch) -> None:
        """Stop looking at a batch that no reorganisation can bring back."""
        rows = [row for row in self._outbox.rows() if row.batch == batch.id]
        blocks = [self._outbox.block_of(row) for row in rows]
        final = self._chain.finalized_number
        if self._all_paid(batch) and all(block is not None and block <= final for block in blocks):
            self._done.add(batch.id)

    def _all_paid(self, batch: Batch) -> bool:
        return all(self.payout_tx(record.tx_hash) is not None for record, _ in batch.withdrawals())

    def _retry(self, batch: int, stage: Stage) -> Stage | None:
        if self._attempt(batch, stage) >= _MAX_ATTEMPTS:
            return None
        self._next_attempt(batch, stage)
        return stage

    def _do(self, stage: Stage, batch: Batch | None) -> bool:
        now = self._now()
        if batch is None:
            if stage is Stage.EXECUTE_L2:
                failure = self._faults.text(Switch.EXECUTION_FAILURE, "not enough balance")
                return bool(self._rollup.execute(int(now * 10**6), failure))
            return self._rollup.seal(int(now)) is not None
        if stage is Stage.PAYOUT:
            paid = [self._pay(batch, record, tx, token) for record, tx, token in self._payable(batch)]
            return any(paid)
        gas = _BASE_GAS + _GAS_PER_WITHDRAWAL * sum(1 for _ in batch.withdrawals())
        errand = self._errand(batch.id, stage)
        self._outbox.write(errand, OPERATOR, self._main.address, self._calldata(stage, batch), gas=gas)
        self._outbox.resend()
        return True

    def _calldata(self, stage: Stage, batch: Batch) -> bytes:
        stored = self._stored_of(batch)
        match stage:
            case Stage.COMMIT:
                last = self._stored_of(self._rollup.batches[batch.id - 2])[-1] if batch.id > 1 else self._genesis
                return contract.commit_blocks(self._main, last, batch)
            case Stage.PROVE:
                return contract.prove_blocks(self._main, stored)
            case Stage.SYNC:
                return contract.confirm_block(self._main, stored[-1])
            case _:
                return contract.execute_blocks(self._main, batch, stored)

    def _payable(self, batch: Batch) -> Iterator[tuple[Record, Withdraw, TokenOnChain]]:
        """What the relayer may still pay of an executed batch."""
        for record, tx in batch.withdrawals():
            token = self._network.tokens[tx.target_token].chains[tx.chain_id]
            row = self._outbox.row(self._errand(batch.id, Stage.PAYOUT, record.tx_hash))
            outcome = None if row is None else self._outbox.outcome(row)
            # Withdrawals with a call are paid by whoever makes the call.
            if record.tx_hash in self._refused or tx.call_data is not None:
                continue
            if row is not None and outcome is not False:
                continue
            scale = 10 ** (L2_DECIMALS - token.decimals)
            amount = l1_units(tx.amount, token.decimals) * scale
            # Less than the amount: somebody else has claimed it.
            if amount and self._pending_balance(tx.to, tx.target_token) - self._in_flight(tx) >= amount:
                yield record, tx, token

    def _in_flight(self, tx: Withdraw) -> int:
        """What sent payouts, not mined yet, will take from the same pending balance."""
        total = 0
        for row in self._outbox.rows():
            if row.kind != Stage.PAYOUT or row.batch in self._done or self._outbox.outcome(row) is not None:
                continue
            other = self._rollup.records[row.subject].tx
            if isinstance(other, Withdraw) and (other.to, other.target_token) == (tx.to, tx.target_token):
                total += other.amount
        return total

    def _pay(self, batch: Batch, record: Record, tx: Withdraw, token: TokenOnChain) -> bool:
        amount = l1_units(tx.amount, token.decimals)
        data = self._main.calldata("withdrawPendingBalance", tx.to[-20:], tx.target_token, amount)
        try:
            self._chain.call(self._outbox.address(RELAYER), self._main.address, data)
        except ChainError:
            # The recipient refuses: it stays pending for its owner, as on the real network.
            self._refused.add(record.tx_hash)
            return False
        errand = self._errand(batch.id, Stage.PAYOUT, record.tx_hash)
        row = self._outbox.row(errand)
        if row is not None:
            self._next_attempt(batch.id, Stage.PAYOUT, record.tx_hash)
            errand = self._errand(batch.id, Stage.PAYOUT, record.tx_hash)
        self._outbox.write(errand, RELAYER, self._main.address, data, gas=_BASE_GAS)
        self._outbox.resend()
        return True

    # ------------------------------------------------------------------------------------------------- helpers

    def _stored_of(self, batch: Batch) -> list[StoredBlock]:
        if batch.id not in self._stored:
            previous = self._genesis if batch.id == 1 else self._stored_of(self._rollup.batches[batch.id - 2])[-1]
            self._stored[batch.id] = contract.stored_chain(previous, batch)
        return self._stored[batch.id]

    def _passed(self, batch: int, stage: Stage) -> bool:
        row = self._outbox.row(self._errand(batch, stage))
        return row is not None and bool(self._outbox.outcome(row))

    def _errand(self, batch: int, stage: Stage, subject: str = "") -> Errand:
        return Errand(stage, batch, self._attempt(batch, stage, subject), subject)

    def _attempt(self, batch: int, stage: Stage, subject: str = "") -> int:
        return int(self._journal.fact(_attempt_name(batch, stage, subject)) or "1")

    def _next_attempt(self, batch: int, stage: Stage, subject: str = "") -> None:
        self._journal.remember(_attempt_name(batch, stage, subject), str(self._attempt(batch, stage, subject) + 1))


def _attempt_name(batch: int, stage: Stage, subject: str) -> str:
    return f"attempt/{batch}/{stage}/{subject}"
