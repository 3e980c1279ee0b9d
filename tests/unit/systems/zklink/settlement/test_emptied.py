"""Ether that a relayer pays out for many, beside payouts that name their owner: nobody's money is told of another."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.folding import apply
from ashore.domain.withdrawal import Withdrawal
from ashore.ethereum.errors import NoAgreement
from ashore.systems.attempts import LONGEST_REST, OFTEN
from ashore.systems.base import Unclaimed
from ashore.systems.entries import Entry
from ashore.systems.zklink.settlement.book import Kind
from ashore.systems.zklink.settlement.emptied import EMPTIED, Emptied
from ashore.systems.zklink.settlement.payouts import shares_of
from ashore.systems.zklink.settlement.sighting import NOBODY
from ashore.systems.zklink.system.tracks import PAID
from unit.systems.zklink.settlement.rollup_model import CHAIN, credit, entry, operation, payout, withdrawal
from unit.systems.zklink.settlement.test_reconcile import Wallet
from unit.systems.zklink.zklink_bench import DEPLOYMENT, RECIPIENT

TEN = 10_000_000
OWED = Unclaimed(
    DEPLOYMENT.id,
    CHAIN,
    31337,
    "0x",
    RECIPIENT,
    17,
    "USDC",
    6,
    TEN,
    0,
    18,
    "0x",
    Evidence("pendingBalances", Level.PROVEN, CHAIN, 1),
)


@dataclass
class Chain:
    """What the endpoints prove of the contract's storage: what is owed after one block."""

    number: int = 0
    owed: int = 0
    silent: bool = False
    reads: int = 0
    k: int = 2
    endpoints: tuple[str, ...] = ("a", "b", "c")

    async def header_at(self, _tag: str) -> Any:
        header = SimpleNamespace(number=self.number, hash=f"0x{self.number:064x}", timestamp=1)
        return SimpleNamespace(required=lambda: header)

    async def storage_at(self, _address: str, slots: list[int], block: Any) -> Any:
        self.reads += 1
        if self.silent:
            raise NoAgreement("No endpoint could prove the contract's storage.")
        facts = SimpleNamespace(slots=dict.fromkeys(slots, self.owed), block=block)
        return SimpleNamespace(facts=facts, document="{}")


class Follower:
    """A wallet with two withdrawals of ten to one recipient, and the chain that it reads."""

    def __init__(self, folder: Path) -> None:
        self.wallet = Wallet(folder, [withdrawal(0), withdrawal(1)])
        self.chain = Chain()
        keep: Any = SimpleNamespace(add_proofs=lambda _proofs: None)
        quorums: Any = {CHAIN: self.chain}
        self.witness = Emptied(DEPLOYMENT, self.wallet.book, quorums, keep, lambda: 9)

    @property
    def states(self) -> list[Withdrawal]:
        return self.wallet.states

    def release(self, index: int, block: int) -> None:
        """Everything up to the credit, in four blocks from `block` on."""
        state, number = self.states[index], 8801 + index
        self.see(
            operation(state, number, block),
            entry(Kind.PROVEN, str(number), number, block + 1),
            entry(Kind.SYNCED, str(number), number, block + 2),
            credit(state, block + 3, 0),
            entry(Kind.EXECUTED, str(number), number, block + 3, 1),
        )

    def see(self, *entries: Entry) -> None:
        self.wallet.book.add(entries, {})
        self.wallet.look()

    async def ask(self, number: int, owed: int = 0, *, silent: bool = False) -> None:
        """One cycle, in which the endpoints show what is owed after block `number`."""
        self.chain.number, self.chain.owed, self.chain.silent = number, owed, silent
        for event in await self.witness.prove(CHAIN, self.states):
            for place, state in enumerate(self.states):
                if state.id == event.withdrawal:
                    self.states[place] = apply(state, ev.Recorded(1, 9, event))
        self.wallet.look()

    def paid(self) -> list[list[str]]:
        """By which kinds of evidence each is paid."""
        return [[e.kind for e in state.stage(PAID).evidence] for state in self.states]


def for_many(block: int) -> Entry:
    """A payout whose logs name nobody."""
    return entry(Kind.PAYOUT, f"17/{NOBODY}", 0, block, 1, facts={"amount": str(TEN)})


@pytest.fixture
def follower(tmp_path: Path) -> Follower:
    return Follower(tmp_path)


async def test_what_is_paid_later_is_not_taken_for_the_one_that_was_paid_among_many(follower: Follower) -> None:
    follower.release(0, 1)
    follower.see(for_many(6))
    await follower.ask(7)
    follower.release(1, 11)
    assert [share.withdrawal for share in shares_of(follower.wallet.book, OWED, follower.states)] == ["w1"]
    follower.see(payout(TEN, 16))
    assert follower.paid() == [[EMPTIED], ["Withdrawal"]]


async def test_who_was_paid_among_many_may_have_a_later_payout_but_nobody_waits_for_ever(follower: Follower) -> None:
    follower.release(0, 1)
    follower.see(for_many(6))
    follower.release(1, 7)
    await follower.ask(11, 10**19)
    assert follower.paid() == [[], []], "which of the two is still owed cannot be told"
    follower.see(payout(TEN, 16))
    assert follower.paid() == [["Withdrawal"], []]
    await follower.ask(17)
    assert follower.paid() == [["Withdrawal"], [EMPTIED]]


async def test_one_look_after_each_payout_and_none_that_says_nothing(follower: Follower) -> None:
    follower.release(0, 1)
    await follower.ask(5)
    assert follower.chain.reads == 0, "nothing was paid out yet"
    follower.see(for_many(6))
    for _ in range(3):
        await follower.ask(5, 10**19)
    assert follower.chain.reads == 3, "the endpoints are behind the payout"
    for _ in range(3):
        await follower.ask(7, 10**19)
    assert follower.chain.reads == 4
    follower.see(for_many(9))
    await follower.ask(9)
    assert follower.paid()[0] == [EMPTIED]


async def test_endpoints_that_prove_nothing_for_a_while_do_not_end_it(follower: Follower) -> None:
    follower.release(0, 1)
    follower.see(for_many(6))
    for _ in range(5 * OFTEN):
        await follower.ask(7, silent=True)
    assert OFTEN < follower.chain.reads <= OFTEN + 5, "it is asked more rarely"
    for _ in range(LONGEST_REST + 1):
        await follower.ask(7)
    assert follower.paid()[0] == [EMPTIED]
