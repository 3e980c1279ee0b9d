"""Kills the wallet while it outbids or cancels a claim that waits, starts it again, and counts who was paid what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ashore.domain.withdrawal import REPLACEMENTS, Status, Withdrawal
from ashore.engine.boundaries import Boundary
from ashore.systems.zklink.system.tracks import is_claim
from faults.claim_matrix import SETTLE_S, ClaimLane, take
from faults.kill_cases import BEFORE_THE_INTENT
from faults.kill_matrix import Tally
from faults.lanes import SPEED
from faults.processes import MatrixError

REPLACED_AT = (
    Boundary.CONFIRM_BEFORE_SIGNING,
    Boundary.CONFIRM_SIGNED,
    Boundary.INTENT_JOURNALED,
    Boundary.SENDING_BEFORE_JOURNAL,
    Boundary.SENDING_JOURNALED,
    Boundary.SENDING_ANSWERED,
    Boundary.OUTCOME_JOURNALED,
)
CANCELLED_AT = (
    Boundary.CONFIRM_SIGNED,
    Boundary.INTENT_JOURNALED,
    Boundary.SENDING_JOURNALED,
    Boundary.SENDING_ANSWERED,
)
_LOCATING = (Boundary.LOCATE_BEFORE, Boundary.LOCATE_ANSWERED)
_OVERTAKEN_AT = (Boundary.INTENT_JOURNALED, Boundary.SENDING_JOURNALED)


@dataclass(frozen=True, slots=True)
class ReplacementCase:
    """One claim that waits, and where the wallet that replaces it dies.

    `cancel`: it is called off. `lost`: no endpoint's answer arrives. `overtaken`: a block takes the first transaction
    while the wallet is dead.
    """

    row: str
    at: Boundary
    cancel: bool = False
    lost: bool = False
    overtaken: bool = False


def replacement_cases() -> list[ReplacementCase]:
    """Each boundary that a replacement passes; lost answers; blocks that come meanwhile."""
    return [
        *(ReplacementCase(f"replace: {at}", at) for at in REPLACED_AT),
        *(ReplacementCase("replace: answer lost", at, lost=True) for at in _LOCATING),
        *(ReplacementCase("replace: first one taken", at, overtaken=True) for at in _OVERTAKEN_AT),
        *(ReplacementCase(f"cancel: {at}", at, cancel=True) for at in CANCELLED_AT),
        ReplacementCase("cancel: first one taken", _OVERTAKEN_AT[0], cancel=True, overtaken=True),
    ]


class ReplacementLane(ClaimLane[ReplacementCase]):
    """A network that makes no block by itself while claims of one payer queue, are replaced, and their wallet dies."""

    def __init__(self, data_dir: Path, count: int) -> None:
        super().__init__(data_dir, count)
        self.sandbox.control("clock", mode="step")
        self._waiting: dict[str, tuple[ReplacementCase, str]] = {}

    def run(self, case: ReplacementCase) -> None:
        """Let a wallet die over a replacement, and leave a living one that knows what became of it."""
        owner = self.next_owner(case)
        claim = self._begun(owner)
        self._waiting[claim] = case, owner
        self.lose_answers(case.lost)
        self.die(_replace(claim, case), case.at)
        self.lose_answers(False)
        self.kills[case.row] = self.kills.get(case.row, 0) + 1
        if case.overtaken:
            self.sandbox.control("step", what="block")
        self.wallet = self.alive()
        self._check_the_intent(case, claim)
        if case.at in BEFORE_THE_INTENT:
            assert self.begin(_replace(claim, case)) == claim
        self.wait("told", withdrawal=claim)

    def settled(self) -> list[str]:
        """Let blocks come; whatever they take, each sum is paid out once, if need be by another claim."""
        self.sandbox.control("clock", mode="demo", speed=SPEED)
        for claim, (case, owner) in self._waiting.items():
            self._ended(claim)
            state = next(state for state in self._states() if state.id == claim)
            if state.status is Status.FAILED or (state.status is Status.CANCELLED and not case.cancel):
                return [f"{case}: a claim that was only outbid, or called off, {state.status}"]
            if state.status is Status.CANCELLED:
                self._ended(self._begun(owner))
        return super().settled()

    def tallies(self) -> dict[str, Tally]:
        """What became of each row's claims; a claim that was cancelled is refused, and the next one final."""
        rows = super().tallies()
        for case, owner in self.done:
            states = [state for state in self._states() if state.terms.recipient == owner]
            stopped = [state for state in states if state.status is Status.CANCELLED]
            rows[case.row].refused += len(stopped)
        return rows

    def _begun(self, owner: str) -> str:
        claim = self.begin(take(owner))
        self.wait("told", withdrawal=claim)
        return claim

    def _check_the_intent(self, case: ReplacementCase, claim: str) -> None:
        state = next(state for state in self._states() if state.id == claim)
        further = [move for move in state.moves.values() if move.kind in REPLACEMENTS]
        if len(further) != (0 if case.at in BEFORE_THE_INTENT else 1):
            raise MatrixError(f"{case}: {len(further)} replacements were journaled")

    def _ended(self, claim: str) -> None:
        self.wait("ended", SETTLE_S, withdrawal=claim)

    def _states(self) -> list[Withdrawal]:
        return [state for state in self.journaled() if is_claim(state)]


def _replace(claim: str, case: ReplacementCase) -> dict[str, Any]:
    return {"op": "replace", "withdrawal": claim, "cancel": case.cancel, "fields": {}}
