"""Kills the wallet while it claims money that waits on L1, starts it again, and counts who was paid what.

The practice relayer pays nobody, so each sum has to be claimed; the network outlives every wallet and counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from ashore.domain.evidence import Level
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import Status, Withdrawal
from ashore.engine.boundaries import Boundary
from ashore.systems.zklink.system.tracks import is_claim
from faults.kill_cases import BEFORE_THE_INTENT
from faults.kill_matrix import Tally
from faults.lanes import WalletLane
from faults.observer import disagreements
from faults.processes import MatrixError

SETTLE_S = 60.0
LOST = "claim: answer lost"
BOUNDARIES = (
    Boundary.CONFIRM_BEFORE_SIGNING,
    Boundary.CONFIRM_SIGNED,
    Boundary.INTENT_JOURNALED,
    Boundary.SENDING_BEFORE_JOURNAL,
    Boundary.SENDING_JOURNALED,
    Boundary.SENDING_ANSWERED,
    Boundary.OUTCOME_JOURNALED,
    Boundary.DERIVED_JOURNALED,
)
_LOCATING = (Boundary.LOCATE_BEFORE, Boundary.LOCATE_ANSWERED)
_WATCHING = frozenset({Boundary.DERIVED_JOURNALED})
NO_ANSWER = {"match": "eth_sendRawTransaction", "kind": "drop", "count": None}
"""For as long as it is set: how often the wallet sends is its own affair, for it repeats what other claims sent."""


@dataclass(frozen=True, slots=True)
class ClaimCase:
    """One sum that waits, and where the wallet that claims it dies. `lost`: no endpoint's answer arrives."""

    row: str
    at: Boundary
    lost: bool = False


def claim_cases() -> list[ClaimCase]:
    """Each boundary that a claim passes, and its questions after an answer that was lost."""
    usual = [ClaimCase(f"claim: {at}", at) for at in BOUNDARIES]
    return [*usual, *(ClaimCase(LOST, at, lost=True) for at in _LOCATING)]


class WithRow(Protocol):
    """Any case."""

    @property
    def row(self) -> str: ...


C = TypeVar("C", bound=WithRow)


class ClaimLane(WalletLane, Generic[C]):
    """A practice network in which a sum waits for each case, and a wallet folder in which cases follow each other."""

    def __init__(self, data_dir: Path, count: int) -> None:
        """`count` sums wait."""
        super().__init__(data_dir)
        self.sandbox.control("faults", clear=True, zklink={"rules": [], "switches": {"relayer_off": True}})
        self._owners = [f"0x{number:02x}{'5a' * 19}" for number in range(1, count + 1)]
        self._next = 0
        self.done: list[tuple[C, str]] = []
        self.kills: dict[str, int] = {}
        for number, owner in enumerate(self._owners):
            self._withdraw(number, owner)
        self.wait("proven", SETTLE_S, stage="released")

    def next_owner(self, case: C) -> str:
        """Whose sum a case is about."""
        owner = self._owners[self._next]
        self._next += 1
        self.done.append((case, owner))
        return owner

    def lose_answers(self, lost: bool) -> None:
        """Whether no endpoint's answer to a transaction arrives from now on."""
        self.sandbox.control("faults", l1={name: [NO_ANSWER] if lost else [] for name in "abc"})

    def run(self, case: C) -> None:
        """Go through one case. Raises MatrixError."""
        raise AssertionError(f"each lane has its own cases: {case}")

    def settled(self) -> list[str]:
        """Wait until nothing can be taken back any more; then end the wallet and return what is wrong."""
        self.wait("settled", SETTLE_S)
        self.wallet.end()
        status = self.sandbox.control("status")
        return [*disagreements(self.journaled(), status), *self._unpaid(status)]

    def tallies(self) -> dict[str, Tally]:
        """What became of each row's claims, by the network's own count. The wallet has to have ended."""
        told = {one["l2_tx_hash"]: one for one in self.sandbox.control("status")["zklink"]["withdrawals"]}
        asked = [state for state in self.journaled() if not is_claim(state)]
        truth = {state.terms.recipient: told[state.request.locator] for state in asked if state.request is not None}
        rows: dict[str, Tally] = {}
        for case, owner in self.done:
            claims = [state for state in self.claims() if state.terms.recipient == owner]
            paid = int(truth[owner]["paid_l1"]) == int(truth[owner]["due_l1"])
            statuses = [state.status for state in claims if state.status not in (Status.FAILED, Status.CANCELLED)]
            final = paid and statuses == [Status.FINAL]
            twice = len(statuses) > 1 or len(truth[owner]["paid_by"]) > 1
            rows.setdefault(case.row, Tally()).add(Tally(final=int(final), lost=int(not final), twice=int(twice)))
        for row, kills in self.kills.items():
            rows[row].kills = kills
        return rows

    def _unpaid(self, status: Mapping[str, Any]) -> Iterator[str]:
        for one in status["zklink"]["withdrawals"]:
            if int(one["paid_l1"]) != int(one["due_l1"]) or len(one["paid_by"]) != 1:
                yield f"{one['l2_tx_hash'][:12]}: {one['paid_l1']} of {one['due_l1']} paid by {len(one['paid_by'])}"
        for state in self.claims():
            if (
                state.status not in (Status.FAILED, Status.CANCELLED)
                and (state.stage("claimed").level or 0) < Level.PROVEN
            ):
                yield f"the claim for {state.terms.recipient} was never shown as paid"

    def claims(self) -> list[Withdrawal]:
        found = [state for state in self.journaled() if is_claim(state)]
        assert all(state.request is not None and state.request.kind is MoveKind.CLAIM for state in found)
        return found

    def _withdraw(self, number: int, owner: str) -> None:
        fields = {"sub_account": "0", "chain": "1", "source_token": "17", "target_token": "17"}
        fields |= {"amount": "1.25", "recipient": owner}
        for _ in range(200):
            answer = self.wallet.ask(op="withdraw", account=(0, 2)[number % 2], fields=fields)
            if answer is not None and "withdrawal" in answer:
                return
            if answer is None or "nonce" not in str(answer.get("error", "")):
                raise MatrixError(f"the wallet did not begin: {answer}")
        raise MatrixError("the account's nonce never moved")


class KilledClaims(ClaimLane[ClaimCase]):
    """The lane of claims that are killed themselves."""

    def run(self, case: ClaimCase) -> None:
        """Let a wallet die over a claim, and have it done by a living one, once."""
        owner = self.next_owner(case)
        self.lose_answers(case.lost)
        self.die(take(owner), case.at, watching=_WATCHING)
        self.lose_answers(False)
        self.kills[case.row] = self.kills.get(case.row, 0) + 1
        self.wallet = self.alive()
        begun = [state for state in self.claims() if state.terms.recipient == owner]
        if len(begun) != (0 if case.at in BEFORE_THE_INTENT else 1):
            raise MatrixError(f"{case}: {len(begun)} claims were journaled")
        if not begun:
            self.begin(take(owner))
        self.wait("proven", SETTLE_S, stage="claimed")


def take(owner: str) -> dict[str, Any]:
    """The command that claims what waits for an owner."""
    return {"op": "take", "owner": owner, "fields": {"payer": "0"}}
