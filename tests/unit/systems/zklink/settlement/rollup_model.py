"""A model of what the contracts do, as entries of the book: with reverts, reorganisations and merged payouts.

The model is the truth that the wallet's picture is compared with.
"""

import copy
import itertools
from dataclasses import dataclass, field

from ashore.domain import events as ev
from ashore.domain.evidence import Level
from ashore.domain.folding import fold
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import Withdrawal
from ashore.systems.entries import Entry
from ashore.systems.zklink.settlement.book import Kind
from ashore.systems.zklink.system.plan import plan_of
from ashore.systems.zklink.system.tracks import COMMITTED, PAID, PROVED, RELEASED, VERIFIED
from unit.systems.zklink.zklink_bench import DEPLOYMENT, ETHER, RECIPIENT, judged, offer

CHAIN = "Harbour"
MICRO = 10**12
FIRST_L2_BLOCK = 8801


def withdrawal(number: int, amount: str = "10", *extra: ev.Event, accepted: bool = True) -> Withdrawal:
    """An open withdrawal with nonce 7 + `number`, as the wallet's own plan describes it."""
    plan = plan_of(DEPLOYMENT, judged(amount=amount), 1)
    details = {**plan.terms.details, "nonce": str(7 + number)}
    terms = ev.Terms(**{**{f: getattr(plan.terms, f) for f in ev.Terms.__slots__}, "details": details})
    name = f"w{number}"
    events: list[ev.Event] = [
        ev.WithdrawalStarted(name, terms),
        ev.MoveIntended(name, "m", MoveKind.REQUEST, DEPLOYMENT.id, f"0x{number:064x}", "p", "1042/0", 7 + number),
        ev.MoveSending(name, "m"),
        *([ev.MoveAccepted(name, "m")] if accepted else []),
        *extra,
    ]
    return folded(events, 1000 + number)


def folded(events: list[ev.Event], at: int = 1) -> Withdrawal:
    """The fold of events recorded at one moment."""
    state = fold(ev.Recorded(seq, at, event) for seq, event in enumerate(events, 1))
    assert state is not None
    return state


def entry(kind: Kind, subject: str, number: int = 0, block: int = 1, log: int = 0, **changes: object) -> Entry:
    """A proven entry of the book; `facts` and other fields by name."""
    values: dict[str, object] = {
        "kind": kind,
        "subject": subject,
        "number": number,
        "chain": CHAIN,
        "block_number": block,
        "block_hash": f"0x{block:02x}",
        "block_time": 1_700_000_000 + 12 * block,
        "log_index": log,
        "tx_hash": f"0xt{block}",
        "level": Level.PROVEN,
        "agreeing": 3,
        "asked": 3,
        "proof": "",
        "facts": {},
    }
    return Entry(**{**values, **changes})  # type: ignore[arg-type]


def operation(state: Withdrawal, number: int, block: int, log: int = 0, **changes: object) -> Entry:
    """The operation of a withdrawal in layer-2 block `number`."""
    details = state.terms.details
    altered = changes.pop("facts", {})
    facts = {
        "chain_id": details["chain_id"],
        "token": details["target_token"],
        "source_token": details["source_token"],
        "amount": str(state.terms.amount),
        "fee": str(state.terms.fee),
        "to": state.terms.recipient,
        "ratio": "0",
        "batch_end": str(number),
        "state_root": "0xroot",
        "commitment": "0xc",
        "stored_block": "0xstored",
        "sync_hashes": "",
        **(altered if isinstance(altered, dict) else {}),
    }
    subject = f"{details['account_id']}/{details['sub_account_id']}/{details['nonce']}"
    return entry(Kind.OPERATION, subject, number, block, log, facts=facts, **changes)


def credit(state: Withdrawal, block: int, log: int, **changes: object) -> Entry:
    """The contract owes a withdrawal's amount to its recipient."""
    subject = f"17/{state.terms.recipient}"
    return entry(Kind.CREDITED, subject, 0, block, log, facts={"amount": str(state.terms.amount)}, **changes)


def payout(micros: int, block: int, log: int = 1, **changes: object) -> Entry:
    """Money of the usual recipient leaves the contract; 6 decimals."""
    return entry(Kind.PAYOUT, f"17/{RECIPIENT}", 0, block, log, facts={"amount": str(micros)}, **changes)


@dataclass
class Rollup:
    """The contract's counters, which withdrawals are in which layer-2 block, and what is owed in which order."""

    next_block: int = FIRST_L2_BLOCK
    blocks: dict[int, list[int]] = field(default_factory=dict)
    proven: int = FIRST_L2_BLOCK - 1
    synced: int = FIRST_L2_BLOCK - 1
    executed: int = FIRST_L2_BLOCK - 1
    owed: list[int] = field(default_factory=list)

    @property
    def committed(self) -> int:
        return max(self.blocks, default=FIRST_L2_BLOCK - 1)


class Model:
    """An L1 chain with the rollup's contract, one operation a block."""

    def __init__(self, states: list[Withdrawal]) -> None:
        self.states = states
        self.rollup = Rollup()
        self.chain: list[tuple[str, Rollup]] = []
        self._hashes = itertools.count(1)

    def block_of(self, index: int) -> int | None:
        """The layer-2 block that holds a withdrawal now."""
        return next((n for n, held in self.rollup.blocks.items() if index in held), None)

    def true_stages(self, index: int) -> set[str]:
        """The stages that the chain shows of a withdrawal now. PAID is what the payouts tell, not the model."""
        number = self.block_of(index)
        if number is None:
            return set()
        found = {COMMITTED}
        for stage, height in ((PROVED, self.rollup.proven), (VERIFIED, self.rollup.synced)):
            found |= {stage} if number <= height else set()
        return found | ({RELEASED, PAID} if number <= self.rollup.executed else set())

    def step(self, what: str, some: int) -> list[Entry]:
        """One L1 block in which the operator does something; what it cannot do now leaves the block empty."""
        self.chain.append((f"0xb{next(self._hashes)}", copy.deepcopy(self.rollup)))
        made = getattr(self, f"_{what}")(some)
        block, block_hash = len(self.chain), self.chain[-1][0]
        return [_placed(one, block, block_hash) for one in made]

    def reorg(self, depth: int) -> list[str]:
        """The last blocks vanish; their hashes."""
        gone = []
        for _ in range(min(depth, len(self.chain))):
            block_hash, self.rollup = self.chain.pop()
            gone.append(block_hash)
        return gone

    def _commit(self, some: int) -> list[Entry]:
        waiting = [i for i in range(len(self.states)) if self.block_of(i) is None]
        mine = [i for n, i in enumerate(waiting) if some >> n & 1]
        first = self.rollup.committed + 1
        end = first + some % 2
        self.rollup.blocks[first] = mine
        self.rollup.blocks.setdefault(end, [])
        return [
            entry(Kind.COMMITTED, str(end), end),
            *(operation(self.states[i], first, 0, facts={"batch_end": str(end)}) for i in mine),
        ]

    def _prove(self, _some: int) -> list[Entry]:
        if self.rollup.proven == self.rollup.committed:
            return []
        self.rollup.proven = self.rollup.committed
        return [entry(Kind.PROVEN, str(self.rollup.proven), self.rollup.proven)]

    def _sync(self, _some: int) -> list[Entry]:
        if self.rollup.synced == self.rollup.proven:
            return []
        self.rollup.synced = self.rollup.proven
        return [entry(Kind.SYNCED, str(self.rollup.synced), self.rollup.synced)]

    def _execute(self, _some: int) -> list[Entry]:
        if self.rollup.executed == self.rollup.synced:
            return []
        fresh = range(self.rollup.executed + 1, self.rollup.synced + 1)
        mine = [i for number in fresh for i in self.rollup.blocks.get(number, [])]
        self.rollup.executed = self.rollup.synced
        self.rollup.owed += mine
        return [
            *(credit(self.states[i], 0, log) for log, i in enumerate(mine)),
            entry(Kind.EXECUTED, str(self.rollup.executed), self.rollup.executed, log=len(mine)),
        ]

    def _revert(self, _some: int) -> list[Entry]:
        if self.rollup.committed == self.rollup.executed:
            return []
        executed = self.rollup.executed
        self.rollup.blocks = {n: held for n, held in self.rollup.blocks.items() if n <= executed}
        self.rollup.blocks.setdefault(executed, [])
        self.rollup.proven = self.rollup.synced = executed
        return [entry(Kind.REVERTED, str(executed), executed)]

    def _payout(self, some: int) -> list[Entry]:
        """The relayer pays one credit exactly, or all that is owed in one."""
        if not self.rollup.owed:
            return []
        paid = self.rollup.owed[:] if some % 2 else [self.rollup.owed[some // 2 % len(self.rollup.owed)]]
        for index in paid:
            self.rollup.owed.remove(index)
        return [payout(sum(self.states[i].terms.amount for i in paid) // MICRO, 0)]


def _placed(one: Entry, block: int, block_hash: str) -> Entry:
    return entry(one.kind, one.subject, one.number, block, one.log_index, facts=one.facts, block_hash=block_hash)


assert offer().tokens[17].decimals[1] == 6
assert ETHER == MICRO * 10**6
