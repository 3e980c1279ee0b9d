"""Kills the wallet, starts it again, and counts what became of the money.

The practice network is one long-lived process a lane, so that it outlives every wallet; the wallet is
`ashore --headless`, which dies by SIGKILL without any chance to tidy up. Lanes are independent of each other.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ashore.domain.moves import MoveState
from ashore.domain.withdrawal import Status, Withdrawal
from ashore.store.database import Database
from faults.kill_cases import BEFORE_THE_INTENT, Case
from faults.lanes import DEATH_S, WalletLane
from faults.observer import disagreements
from faults.processes import ANSWER_S, START_S, MatrixError, WalletProcess

ACCOUNTS = (0, 2)
"""The practice accounts with money and a registered key."""
RECIPIENT = "0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90"
SETTLE_S = 180.0


@dataclass(slots=True)
class Tally:
    """One row of the table."""

    kills: int = 0
    final: int = 0
    refused: int = 0
    lost: int = 0
    twice: int = 0
    duplicates: int = 0

    def add(self, other: Tally) -> None:
        """Count another tally in."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Outcome:
    """What a case did: the withdrawals that its wallet had journaled, and how often a wallet died."""

    case: Case
    kills: int = 0
    withdrawals: list[str] = field(default_factory=list)


class Lane(WalletLane):
    """A practice network and a wallet folder in which cases follow each other, each on the remains of the last."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.outcomes: list[Outcome] = []

    def run(self, case: Case) -> Outcome:
        """Go through one case and leave a living wallet whose requests all have their answers."""
        outcome = Outcome(case)
        before = len(self._names())
        self._spoil(case.rules, case.frozen)
        if case.moment is not None:
            self._die_at_a_moment(case, case.moment)
        else:
            self._die_at_a_boundary(case)
        outcome.kills += 1
        if not case.lasting:
            self._spoil(())
        self.wallet = self._revived(case.again, outcome, case.again_at)
        self.wait("answered")
        self._spoil(())
        outcome.withdrawals = self._names()[before:]
        self._check_the_intent(case, outcome)
        self.outcomes.append(outcome)
        return outcome

    def settled(self) -> list[str]:
        """Wait until nothing is open any more; then end the wallet and return what is wrong with its claims."""
        wrong = []
        try:
            if self.wallet.ask(SETTLE_S, op="settled") is None:
                wrong.append("the wallet died by itself")
        except MatrixError as error:
            wrong.append(f"not everything came to an end: {error}")
        self.wallet.end()
        with contextlib.closing(Database(self.journal)) as database:
            sound = database.sound()
        if not sound:
            wrong.append("the journal's file is damaged")
        return wrong + disagreements(self.journaled(), self.sandbox.control("status"))

    def tallies(self) -> dict[str, Tally]:
        """What became of each row's withdrawals, by the network's own count. The wallet has to have ended."""
        network = self.sandbox.control("status")["zklink"]
        truth = {one["l2_tx_hash"]: one for one in network["withdrawals"]}
        states = {state.id: state for state in self.journaled()}
        rows: dict[str, Tally] = {}
        for outcome in self.outcomes:
            tally = rows.setdefault(outcome.case.row, Tally())
            tally.kills += outcome.kills
            for name in outcome.withdrawals:
                tally.add(_tally_of(states[name], truth))
        return rows

    def _spoil(self, rules: Sequence[Mapping[str, Any]], frozen: bool = False) -> None:
        self.sandbox.control("faults", clear=True, zklink={"rules": list(rules), "switches": {"frozen": frozen}})

    def _confirm(self, count: int) -> None:
        """Confirm withdrawals one after the other until the wallet dies or all are made."""
        for number in range(count):
            if not self._confirm_one(number):
                return

    def _confirm_one(self, number: int) -> bool:
        until = time.monotonic() + ANSWER_S
        while time.monotonic() < until:
            answer = self.wallet.ask(**_withdraw(number))
            if answer is None:
                return False
            if "withdrawal" in answer:
                return True
            if not any(word in str(answer.get("error", "")) for word in ("nonce", "the same number")):
                raise MatrixError(f"the wallet did not begin: {answer}")
            # The account's nonce has not moved yet: the operator is a little behind.
        raise MatrixError("the account's nonce never moved")

    def _die_at_a_boundary(self, case: Case) -> None:
        if case.armed_first:
            self.wallet.ask(op="arm", at=case.at)
            self._confirm(case.withdrawals)
        else:
            self._confirm(case.withdrawals)
            self.wallet.tell(op="arm", at=case.at)
        self.wallet.died(DEATH_S)

    def _die_at_a_moment(self, case: Case, seconds: float) -> None:
        if case.rules:
            self._confirm(case.withdrawals)  # it is to die over an answer: however busy the machine, it has to ask
        else:
            for number in range(case.withdrawals):
                self.wallet.tell(**_withdraw(number))
        self.wallet.kill_after(seconds)
        self.wallet.died(DEATH_S)

    def _revived(self, deaths: Sequence[str], outcome: Outcome, moment: float | None = None) -> WalletProcess:
        """Start the wallet again, and again after each further death."""
        for death in deaths:
            dying = WalletProcess(self.sandbox.url, self.data_dir, death)
            dying.died(START_S)
            outcome.kills += 1
        if moment is not None:
            dying = WalletProcess(self.sandbox.url, self.data_dir)
            dying.kill_after(moment)
            dying.died(DEATH_S)
            outcome.kills += 1
        return self.alive()

    def _names(self) -> list[str]:
        with contextlib.closing(Database(self.journal)) as database:
            return [str(name) for (name,) in database.read("SELECT id FROM withdrawals ORDER BY number")]

    def _check_the_intent(self, case: Case, outcome: Outcome) -> None:
        """What died before its intent was journaled must not exist anywhere; what died later must."""
        if case.boundary is None:
            return
        missing = 1 if case.boundary in BEFORE_THE_INTENT else 0
        if len(outcome.withdrawals) != case.withdrawals - missing:
            raise MatrixError(f"{case.at}: {len(outcome.withdrawals)} of {case.withdrawals} withdrawals were journaled")
        wrong = disagreements(self.journaled(), self.sandbox.control("status"))
        if wrong:
            raise MatrixError(f"{case.at}: {wrong}")


C = TypeVar("C")
C_contra = TypeVar("C_contra", contravariant=True)
L = TypeVar("L", bound="Runs[Any]")


class Runs(Protocol[C_contra]):
    """A lane for cases of one kind."""

    wallet: WalletProcess

    def run(self, case: C_contra) -> object:
        """Go through one case. Raises MatrixError where it did not go as planned."""

    def settled(self) -> list[str]:
        """Wait until nothing is open any more; then end the wallet and return what is wrong."""

    def tallies(self) -> dict[str, Tally]:
        """What became of each row's withdrawals."""

    def close(self) -> None:
        """End what it started."""


def run_lanes(cases: Sequence[C], lanes: Sequence[Runs[C]]) -> list[str]:
    """Run all cases, each in the lane that is free first; return what went wrong."""
    waiting: queue.SimpleQueue[C] = queue.SimpleQueue()
    for case in cases:
        waiting.put(case)

    def work(lane: Runs[C]) -> list[str]:
        with contextlib.suppress(queue.Empty):
            while True:
                case = waiting.get_nowait()
                try:
                    lane.run(case)
                except MatrixError as error:
                    lane.wallet.end()
                    return [f"{case}: {error}"]
        return lane.settled()

    with ThreadPoolExecutor(len(lanes)) as pool:
        return [sentence for found in pool.map(work, lanes) for sentence in found]


@contextlib.contextmanager
def open_lanes(count: int, folder: Path, make: Callable[[Path], L]) -> Iterator[list[L]]:
    """Start lanes side by side, and end them."""
    with ThreadPoolExecutor(count) as pool:
        lanes = list(pool.map(make, [folder / f"lane-{number}" for number in range(count)]))
        try:
            yield lanes
        finally:
            ends: list[Callable[[], None]] = [lane.close for lane in lanes]
            list(pool.map(lambda end: end(), ends))


def summed(lanes: Sequence[Runs[Any]]) -> dict[str, Tally]:
    """The table of all lanes."""
    rows: dict[str, Tally] = {}
    for lane in lanes:
        for row, tally in lane.tallies().items():
            rows.setdefault(row, Tally()).add(tally)
    return rows


def table(rows: Mapping[str, Tally]) -> list[str]:
    """The table as lines of text."""
    lines = [f"{'killed at':<34}{'kills':>6}{'final':>7}{'refused':>9}{'lost':>6}{'sent twice':>12}{'duplicates':>12}"]
    total = Tally()
    for row, tally in rows.items():
        total.add(tally)
        lines.append(_line(row, tally))
    return [*lines, _line("all", total)]


def _line(row: str, tally: Tally) -> str:
    return (
        f"{row:<34}{tally.kills:>6}{tally.final:>7}{tally.refused:>9}{tally.lost:>6}"
        f"{tally.twice:>12}{tally.duplicates:>12}"
    )


def _tally_of(state: Withdrawal, truth: Mapping[str, Mapping[str, Any]]) -> Tally:
    """One withdrawal by the network's own count; final only if both say so."""
    request = state.request
    assert request is not None
    real = truth.get(request.locator)
    same = [
        one
        for one in truth.values()
        if (f"{one['account_id']}/{one['sub_account_id']}", one["nonce"]) == (request.scope, request.nonce)
    ]
    paid = real is not None and int(real["paid_l1"]) == int(real["due_l1"])
    final = state.status is Status.FINAL and paid
    refused = request.state is MoveState.REFUSED and real is None and bool(request.said)
    return Tally(
        final=int(final),
        refused=int(refused),
        lost=int(not final and not refused),
        twice=int(len(same) > 1),
        duplicates=0 if real is None else int(real["duplicates"]),
    )


def _withdraw(number: int) -> dict[str, Any]:
    """The command that confirms a small withdrawal; amounts repeat, so that payouts have to be told apart."""
    return {
        "op": "withdraw",
        "account": ACCOUNTS[number % len(ACCOUNTS)],
        "fields": {
            "sub_account": "0",
            "chain": "1",
            "source_token": "17",
            "target_token": "17",
            "amount": ("1", "1.25")[number % 2],
            "recipient": RECIPIENT,
        },
    }
