"""The engine behind the API: it accepts, seals batches, and takes them to Ethereum with real transactions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from ashore.sandbox.outbox import Outbox
from ashore.sandbox.reddio.book import Book
from ashore.sandbox.reddio.deployment import Deployment
from ashore.sandbox.reddio.ethereum import Demand, Ethereum
from ashore.sandbox.reddio.faults import Faults, Switch
from ashore.sandbox.reddio.journal import ReddioJournal, RequestRow, Way
from ashore.sandbox.reddio.stages import Stage, Status
from ashore.sandbox.reddio.state_update import StateUpdate, state_update, withdrawal_of

OPERATOR = "reddio operator"
_PROOF, _AVAILABILITY, _UPDATE, _FREEZE, _UNFREEZE = "proof", "availability", "update", "freeze", "unfreeze"
_TURN = "freezes"
_GAS = 400_000
_GAS_PER_REQUEST = 120_000
_MAX_ATTEMPTS = 8
_FAILED_TEXT = "failed on reddio"


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


@dataclass(frozen=True)
class _Possible:
    stage: Stage
    do: Callable[[], bool]
    batch: int | None = None


class Operator:
    """Takes layer 2 to L1. All it knows follows from its journal and the chain, so that it can be killed any moment.

    Args:
        delays: seconds before each stage.
        now: unix seconds.
    """

    def __init__(
        self,
        *,
        deployment: Deployment,
        ethereum: Ethereum,
        book: Book,
        journal: ReddioJournal,
        outbox: Outbox,
        faults: Faults,
        delays: Mapping[Stage, float],
        now: Callable[[], float],
    ) -> None:
        self._deployment = deployment
        self._ethereum = ethereum
        self._book = book
        self._journal = journal
        self._outbox = outbox
        self._faults = faults
        self._now = now
        self.delays = delays
        self._possible_since: dict[tuple[Stage, int | None], float] = {}
        self._updates: dict[int, StateUpdate] = {}
        self._final: set[int] = set()

    # ------------------------------------------------------------------------------------------- what L1 shows

    def is_on_l1(self, row: RequestRow) -> bool:
        """Whether the state update with a request is on the canonical chain."""
        if row.batch is None:
            return False
        return row.batch in self._final or self._outbox.passed(_UPDATE, row.batch)

    def update_tx(self, batch: int | None) -> str | None:
        """The transaction that made a batch's state update, once it is mined."""
        return None if batch is None else self._outbox.mined_tx(_UPDATE, batch)

    # ---------------------------------------------------------------------------------------------- what it does

    def step(self, *, due_only: bool, up_to: Stage = Stage.UPDATE) -> Step:
        """Do the next thing.

        Args:
            due_only: respect the delays; otherwise whatever is possible is done at once.
            up_to: nothing of a later stage is done.
        """
        if self._faults.on(Switch.IDLE):
            return Step(None)
        self._outbox.resend()
        self._freeze_as_told()
        allowed = list(Stage)[: list(Stage).index(up_to) + 1]
        for one in self._possible():
            if one.stage not in allowed:
                continue
            key = (one.stage, one.batch)
            since = self._possible_since.setdefault(key, self._now())
            if due_only and self._now() < since + self.delays[one.stage]:
                continue
            if one.do():
                del self._possible_since[key]
                return Step(one.stage, one.batch)
        waiting = any(self._outbox.outcome(row) is None for row in self._outbox.rows())
        return Step(None, waits_for="block" if waiting else None)

    def _possible(self) -> Iterator[_Possible]:
        if (self._book.waiting() or self._unserved()) and not self._faults.on(Switch.ACCEPT_DELAYED):
            yield _Possible(Stage.ACCEPT, self._accept)
        if self._book.unsealed() and not self._faults.on(Switch.BATCH_DELAYED):
            yield _Possible(Stage.BATCH, self._seal)
        held = self._faults.on(Switch.UPDATE_DELAYED) or self._ethereum.is_frozen()
        follows = True
        for batch in self._book.batches[self._count_final() :]:
            proven = self._outbox.passed(_PROOF, batch) and self._outbox.passed(_AVAILABILITY, batch)
            # A kill between the two leaves one of them to be sent.
            missing = any(self._may_send(kind, batch) for kind in (_PROOF, _AVAILABILITY))
            if not proven and missing and not self._faults.on(Switch.PROOF_DELAYED):
                yield _Possible(Stage.PROVE, partial(self._prove, batch), batch)
            if follows and proven and not held and self._may_send(_UPDATE, batch):
                yield _Possible(Stage.UPDATE, partial(self._update, batch), batch)
            follows = self._outbox.passed(_UPDATE, batch)

    def _count_final(self) -> int:
        """How many batches, the first ones, are settled in blocks that no reorganisation can take back."""
        for batch in self._book.batches[len(self._final) :]:
            row = self._outbox.current(_UPDATE, batch)
            block = None if row is None or not self._outbox.outcome(row) else self._outbox.block_of(row)
            if block is None or not self._ethereum.is_final(block):
                break
            self._final.add(batch)
            self._updates.pop(batch, None)
        return len(self._final)

    def _may_send(self, kind: str, batch: int) -> bool:
        """Whether nothing of the kind is on its way or done, and it was not tried too often."""
        row = self._outbox.current(kind, batch)
        if row is None:
            return True
        return self._outbox.outcome(row) is False and self._outbox.attempt(kind, batch) < _MAX_ATTEMPTS

    def _accept(self) -> bool:
        now = int(self._now())
        looked_at = self._book.accept_all(now, self._faults.text(Switch.FAIL, _FAILED_TEXT))
        unserved = self._unserved()
        for demand in unserved:
            self._book.serve(demand.owner_key, demand.vault_id, now)
        return bool(looked_at or unserved)

    def _unserved(self) -> list[Demand]:
        """The demands that no request stands for yet; the same vault may be demanded again once it was served."""
        if self._faults.on(Switch.IGNORES_DEMANDS):
            return []
        rows = self._book.requests.values()
        served = Counter((row.owner_key, row.vault_id) for row in rows if row.way is Way.FULL_WITHDRAWAL)
        unserved = []
        for demand in self._ethereum.demands():
            served[demand.owner_key, demand.vault_id] -= 1
            if served[demand.owner_key, demand.vault_id] < 0:
                unserved.append(demand)
        return unserved

    def _seal(self) -> bool:
        for switch, status in ((Switch.REJECT, Status.REJECTED), (Switch.ROLL_BACK, Status.ROLLED_BACK)):
            reason = self._faults.text(switch, status.name.lower().replace("_", " "))
            if reason is not None and self._book.take_back(status, reason):
                return True
        return self._book.seal(int(self._now())) is not None

    def _prove(self, batch: int) -> bool:
        update = self._update_of(batch)
        made = self._deployment
        self._send(_PROOF, batch, made.proofs.address, made.proofs.calldata("registerFact", update.proof_fact))
        data = made.committee.calldata("registerFact", update.availability_fact)
        self._send(_AVAILABILITY, batch, made.committee.address, data)
        return True

    def _update(self, batch: int) -> bool:
        exchange = self._deployment.exchange
        gas = _GAS + _GAS_PER_REQUEST * len(self._book.in_batch(batch))
        self._send(_UPDATE, batch, exchange.address, self._update_of(batch).calldata(exchange), gas)
        return True

    def _update_of(self, batch: int) -> StateUpdate:
        if batch not in self._updates:
            rows = (row for row in self._book.in_batch(batch) if row.way.leaves)
            self._updates[batch] = state_update(batch, [withdrawal_of(row) for row in rows])
        return self._updates[batch]

    def _freeze_as_told(self) -> None:
        """Freeze and unfreeze by the switch; what an unserved demand has frozen stays so."""
        wanted, frozen = self._faults.on(Switch.FROZEN), self._ethereum.is_frozen()
        if wanted == frozen:
            return
        turn = self._journal_turn()
        if wanted and self._outbox.passed(_UNFREEZE, turn):
            turn = self._journal_turn(turn + 1)
        kind = _FREEZE if wanted else _UNFREEZE
        if self._outbox.current(kind, turn) is None and (wanted or self._outbox.passed(_FREEZE, turn)):
            exchange = self._deployment.exchange
            self._send(kind, turn, exchange.address, exchange.calldata("practiseFreeze", wanted))

    def _journal_turn(self, turn: int | None = None) -> int:
        """How often it was frozen by the switch, counted from 1; remembers a new number if one is given."""
        if turn is not None:
            self._journal.remember(_TURN, str(turn))
        return int(self._journal.fact(_TURN) or "1")

    def _send(self, kind: str, batch: int, to: bytes, data: bytes, gas: int = _GAS) -> None:
        row = self._outbox.current(kind, batch)
        if row is not None:
            if self._outbox.outcome(row) is not False:
                return
            self._outbox.try_again(kind, batch)
        self._outbox.write(kind, batch, (OPERATOR, to, data), gas=gas)
        self._outbox.resend()
