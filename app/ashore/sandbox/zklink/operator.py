"""The engine behind the node: it executes, seals, and settles batches with real L1 transactions on every chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ashore.sandbox.clock import Stage
from ashore.sandbox.zklink.branch import Branch
from ashore.sandbox.zklink.broker import BROKER, Broker
from ashore.sandbox.zklink.faults import Faults, Switch
from ashore.sandbox.zklink.journal import Journal
from ashore.sandbox.zklink.network import Network
from ashore.sandbox.zklink.relayer import Relayer
from ashore.sandbox.zklink.rollup import Batch, Record, Rollup
from ashore.sandbox.zklink.settling import Settling
from ashore.sandbox.zklink.tasks import Kind, Task, tasks_of
from ashore.sandbox.zklink.transactions import Withdraw

OPERATOR = "operator"
BRIDGE = "bridge"
_BRIDGED = (Kind.RECEIVE_SYNC, Kind.CONFIRM)
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
    chain: int | None = None
    """Where it sent something."""
    what: Kind | None = None
    """What it sent there."""

    def json(self) -> dict[str, object]:
        """For the control API."""
        told: dict[str, object] = {"moved": self.stage, "batch": self.batch, "waits_for": self.waits_for}
        return told if self.chain is None else {**told, "chain": self.chain, "sent": self.what}


@dataclass(frozen=True)
class _Possible:
    """Something that could be done now; `do` tells whether it was."""

    stage: Stage
    do: Callable[[], bool]
    batch: int | None = None
    chain: int | None = None
    what: Kind | None = None
    share: float = 1.0
    """Of the stage's delay."""


class Operator:
    """Takes layer 2 to L1. All it knows follows from its journal and the chains, so that it can be killed any moment.

    Args:
        branches: the chains by zkLink's numbers.
        delays: seconds before each stage.
        now: unix seconds.
    """

    def __init__(
        self,
        *,
        branches: Mapping[int, Branch],
        network: Network,
        rollup: Rollup,
        journal: Journal,
        faults: Faults,
        delays: Mapping[Stage, float],
        now: Callable[[], float],
    ) -> None:
        self._branches = branches
        self._primary = branches[network.primary]
        self._network = network
        self._rollup = rollup
        self._journal = journal
        self._faults = faults
        self._now = now
        self.delays = delays
        self._settling = Settling(branches, network.primary, network.secondary, rollup)
        self._relayer = Relayer(branches, network.primary, network, rollup)
        self.broker = Broker(branches, network, faults)
        self._tasks: dict[int, list[Task]] = {}
        self._possible_since: dict[tuple[Stage, int | None, int | None, Kind | None], float] = {}
        self._done: set[int] = set()

    # ------------------------------------------------------------------------------------------- what L1 shows

    def settled(self, stage: Stage, chain: int | None = None) -> int:
        """The newest layer-2 block up to which all has passed this stage, from the contracts' own counters.

        Args:
            chain: look at one chain alone.
        """
        asked = [self._branches[chain]] if chain is not None else list(self._branches.values())
        if stage in (Stage.PROVE, Stage.SYNC):
            asked = [self._primary]
        return min(branch.passed(stage, self._settling.touching(), self._rollup.height) for branch in asked)

    def stage_tx(self, block: int, stage: Stage, chain: int | None = None) -> str | None:
        """The L1 transaction that took a layer-2 block through a stage on a chain, once it is mined.

        Without a chain it is the primary one's. On a slave chain `sync` is where the confirmation arrived; nothing is
        proven there, and nothing committed of a block that does not touch it.
        """
        found = self._rollup.blocks.get(block)
        if found is None:
            return None
        branch = self._primary if chain is None else self._branches[chain]
        if branch.is_primary:
            return branch.outbox.mined_tx(stage, found.batch)
        if stage is Stage.SYNC:
            return branch.outbox.mined_tx(Kind.CONFIRM, found.batch)
        return branch.outbox.mined_tx(stage, found.batch) if block in self._settling.touching() else None

    def payout_tx(self, tx_hash: str) -> str | None:
        """The relayer's payout of a withdrawal, once it is mined."""
        record = self._rollup.records[tx_hash]
        block = self._rollup.blocks.get(record.block) if record.block is not None else None
        return None if block is None else self._relayer.paid_tx(record, block.batch)

    def accepted(self, record: Record, tx: Withdraw) -> tuple[str, bytes] | None:
        """The Accept by which a broker paid this withdrawal, and the broker."""
        block = self._rollup.blocks.get(record.block) if record.block is not None else None
        return None if block is None else self.broker.accepted(record, tx, block.batch)

    def liquidity(self, token_id: int, chain: int) -> int:
        """What a chain's contract holds beyond what it owes, in 18-decimal units."""
        token = self._network.tokens[token_id].chains.get(chain)
        if token is None:
            return 0
        branch = self._branches[chain]
        records = self._rollup.records.values()
        owners = {r.tx.to for r in records if isinstance(r.tx, Withdraw) and r.tx.target_token == token_id}
        return branch.liquidity(token_id, token, owners | {branch.outbox.address(BROKER)})

    # ---------------------------------------------------------------------------------------------- what it does

    def step(self, *, due_only: bool, up_to: Stage = Stage.PAYOUT) -> Step:
        """Do the next thing.

        Args:
            due_only: respect the delays; otherwise whatever is possible is done at once.
            up_to: nothing of a later stage is done.
        """
        if self._faults.on(Switch.FROZEN):
            return Step(None)
        self._resend()
        allowed = list(Stage)[: list(Stage).index(up_to) + 1]
        for one in self._possible():
            if one.stage not in allowed:
                continue
            key = (one.stage, one.batch, one.chain, one.what)
            since = self._possible_since.setdefault(key, self._now())
            if due_only and self._now() < since + self.delays[one.stage] * one.share:
                continue
            if one.do():
                del self._possible_since[key]
                return Step(one.stage, one.batch, chain=one.chain, what=one.what)
        outboxes = [branch.outbox for branch in self._branches.values()]
        waiting = any(outbox.outcome(row) is None for outbox in outboxes for row in outbox.rows())
        return Step(None, waits_for="block" if waiting else None)

    def revert(self, chain: int | None = None) -> list[int]:
        """Take back every committed batch that is not on its way to execution; their numbers.

        They are committed again afterwards.

        Args:
            chain: take them back on this chain alone.
        """
        self._resend()
        asked = list(self._branches.values()) if chain is None else [self._branches[chain]]
        found = {branch.id: self._revertible(branch) for branch in asked}
        with self._journal.atomic():
            for branch in asked:
                if found[branch.id]:
                    self._take_back(branch, found[branch.id])
        self._resend()
        return sorted({batch.id for batches in found.values() for batch in batches})

    def _resend(self) -> None:
        """Send what a reorganisation or a crash made the chains forget, before its nonces are given to others."""
        for branch in self._branches.values():
            branch.outbox.resend()

    def _revertible(self, branch: Branch) -> list[Batch]:
        found = []
        for batch in self._rollup.batches:
            row = branch.outbox.current(Kind.COMMIT, batch.id)
            outcome = None if row is None else branch.outbox.outcome(row)
            if row is not None and outcome is None:
                return []
            # What is executed anywhere was final on the primary chain too.
            concerned = self._branches.values() if branch.is_primary else [branch]
            if outcome and not any(one.outbox.current(Kind.EXECUTE, batch.id) for one in concerned):
                found.append(batch)
        return found

    def _take_back(self, branch: Branch, batches: list[Batch]) -> None:
        data = self._settling.revert_calldata(branch.id, batches)
        for batch in batches:
            confirmed = self._primary.outbox.passed(Kind.SYNC, batch.id)
            for task in self._tasks_of(batch):
                outbox = self._branches[task.chain].outbox
                if _is_repeated(task, branch, confirmed) and outbox.current(task.kind, batch.id) is not None:
                    outbox.try_again(task.kind, batch.id)
        if branch.outbox.current(Kind.REVERT, batches[0].id) is not None:
            branch.outbox.try_again(Kind.REVERT, batches[0].id)
        call = (OPERATOR, branch.main.address, data)
        branch.outbox.write(Kind.REVERT, batches[0].id, call, gas=_BASE_GAS)

    # ------------------------------------------------------------------------------------------ what is possible

    def _possible(self) -> Iterator[_Possible]:
        if self._rollup.pending():
            yield _Possible(Stage.EXECUTE_L2, self._execute_l2)
        if self._rollup.unsealed():
            yield _Possible(Stage.SEAL, lambda: self._rollup.seal(int(self._now())) is not None)
        for batch in self._rollup.batches:
            if batch.id in self._done:
                continue
            yield from self._acceptances(batch)
            yield from self._settlements(batch)
            yield from self._payouts(batch)
            self._forget_when_final(batch)

    def _execute_l2(self) -> bool:
        failure = self._faults.text(Switch.EXECUTION_FAILURE, "not enough balance")
        return bool(self._rollup.execute(int(self._now() * 10**6), failure))

    def _acceptances(self, batch: Batch) -> Iterator[_Possible]:
        for record, tx in self.broker.acceptable(batch):

            def accept(record: Record = record, tx: Withdraw = tx) -> bool:
                return self.broker.accept(batch, record, tx)

            yield _Possible(Stage.ACCEPT, accept, batch.id, tx.chain_id, Kind.ACCEPT)

    def _settlements(self, batch: Batch) -> Iterator[_Possible]:
        for task in self._tasks_of(batch):
            outbox = self._branches[task.chain].outbox
            row = outbox.current(task.kind, batch.id)
            failed = row is not None and outbox.outcome(row) is False
            if row is not None and not failed:
                continue
            if self._faults.on(_STALLS[task.stage], task.about) or not self._ready(task, batch.id):
                continue
            if failed:
                if outbox.attempt(task.kind, batch.id) >= _MAX_ATTEMPTS:
                    continue
                outbox.try_again(task.kind, batch.id)

            def send(task: Task = task) -> bool:
                return self._send(task, batch)

            yield _Possible(task.stage, send, batch.id, task.chain, task.kind, task.share)

    def _ready(self, task: Task, batch: int) -> bool:
        """Whether all that has to come before is mined."""
        here = all(self._branches[chain].outbox.passed(kind, batch) for kind, chain in task.after)
        earlier = [*task.after_previous, (task.kind, task.chain)]
        return here and all(self._passed_before(kind, chain, batch) for kind, chain in earlier)

    def _passed_before(self, kind: Kind, chain: int, batch: int) -> bool:
        """Whether the last batch before that needed this has passed it."""
        for earlier in range(batch - 1, 0, -1):
            if earlier in self._done:
                return True
            if any(
                (task.kind, task.chain) == (kind, chain) for task in self._tasks_of(self._rollup.batches[earlier - 1])
            ):
                return self._branches[chain].outbox.passed(kind, earlier)
        return True

    def _payouts(self, batch: Batch) -> Iterator[_Possible]:
        """All that the relayer can pay of a batch on one chain is paid in one go."""
        places: set[tuple[int, Kind]] = set()
        for errand in self._relayer.errands(batch):
            place = (errand.branch.id, errand.kind)
            if place in places or self._faults.on(Switch.RELAYER_OFF, errand.tx.chain_id):
                continue
            places.add(place)

            def pay(place: tuple[int, Kind] = place) -> bool:
                # Found anew one by one: each payout leaves less to the next.
                found = (one for one in self._relayer.errands(batch) if (one.branch.id, one.kind) == place)
                if place[1] is Kind.PAYOUT and self._faults.on(Switch.RELAYER_BATCHES, place[0]):
                    return self._relayer.send_together(list(found))
                return any([self._relayer.send(one) for one in found])

            yield _Possible(Stage.PAYOUT, pay, batch.id, *place)

    def _forget_when_final(self, batch: Batch) -> None:
        """Stop looking at a batch that no reorganisation can bring back."""
        for task in self._tasks_of(batch):
            if not self._branches[task.chain].outbox.passed(task.kind, batch.id):
                return
        for branch in self._branches.values():
            for row in branch.outbox.rows():
                block = branch.outbox.block_of(row) if row.batch == batch.id else 0
                if block is None or block > branch.chain.finalized_number:
                    return
        if all(self._relayer.is_done(record, tx, batch.id) for record, tx in batch.withdrawals()):
            self._done.add(batch.id)

    def _send(self, task: Task, batch: Batch) -> bool:
        branch = self._branches[task.chain]
        gas = _BASE_GAS + _GAS_PER_WITHDRAWAL * sum(1 for _ in batch.withdrawals())
        call = (
            BRIDGE if task.kind in _BRIDGED else OPERATOR,
            branch.main.address,
            self._settling.calldata(task, batch),
        )
        branch.outbox.write(task.kind, batch.id, call, gas=gas)
        branch.outbox.resend()
        return True

    def _tasks_of(self, batch: Batch) -> list[Task]:
        if batch.id not in self._tasks:
            touched = self._settling.touches(batch)
            self._tasks[batch.id] = tasks_of(self._network.primary, self._network.secondary, touched=touched)
        return self._tasks[batch.id]


def _is_repeated(task: Task, branch: Branch, confirmed: bool) -> bool:
    """Whether taking a batch back on a chain makes this task necessary again.

    A sync hash is brought again to a master chain that was taken back, for it has heard later ones meanwhile; one that
    it has confirmed is not needed a second time.
    """
    if task.kind is Kind.RECEIVE_SYNC:
        return branch.is_primary or not confirmed
    if task.kind is Kind.SEND_SYNC:
        return not branch.is_primary and not confirmed
    return task.chain == branch.id
