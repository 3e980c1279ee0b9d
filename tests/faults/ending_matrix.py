"""Kills the wallet while a person ends a request that nobody knows of, and looks what became of it.

The request is a plain one to Reddio, which has no signature to be recognised by: it is never sent a second time,
neither by the wallet that died nor by the next one. The practice network outlives every wallet and counts.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ashore.domain.moves import MoveState
from ashore.domain.withdrawal import Status, Withdrawal
from ashore.engine.boundaries import Boundary
from ashore.sandbox.reddio.deployment import KEY_CHAIN_ID
from ashore.systems.reddio.codec import Asset, AssetKind, hex_of
from ashore.systems.reddio.system.offer import PLAIN_WAY
from ashore.systems.reddio.system.tracks import ENDS_AFTER_MS
from faults.kill_cases import ENDING
from faults.kill_matrix import Tally
from faults.lanes import DEATH_S, WalletLane
from faults.processes import ANSWER_S, MatrixError
from faults.reddio_observer import reddio_disagreements

_PATH = "/v1/withdrawal"
_KEY = f"{KEY_CHAIN_ID}:reddio:standard"
_ETHER = hex_of(Asset(AssetKind.ETH, b"", 10**12).asset_id)
_REGISTRATION_S = 90.0
_PAUSE_S = 0.2


@dataclass(frozen=True, slots=True)
class EndingCase:
    """One ending, and the boundary at which the wallet dies over it."""

    at: Boundary

    @property
    def row(self) -> str:
        """The row of the table that it counts in."""
        return f"ending: {self.at}"


def ending_cases() -> list[EndingCase]:
    """Each boundary that an ending passes."""
    return [EndingCase(at) for at in sorted(ENDING)]


class EndingLane(WalletLane):
    """A practice network with Reddio and a wallet folder in which endings follow each other."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir, reddio=True)
        self._rows: dict[str, Tally] = {}
        self._ended: list[str] = []
        registered = self.begin({"op": "register", "account": 0, "key": _KEY, "fields": {"payer": "1"}})
        self.wait("ended", _REGISTRATION_S, withdrawal=registered)

    def run(self, case: EndingCase) -> None:
        """Let a wallet die over the ending of a lost request; the next one ends it where it is not, and asks anew."""
        before = len(self._taken())
        lost = self._lost()
        self._may_be_ended()
        self.wallet.ask(op="arm", at=f"{case.at}:1")
        self._end(lost, dies=True)
        self.wallet.died(DEATH_S)
        self.wallet = self.alive()
        ended = self._state(lost).status is Status.ENDED
        if ended is not (case.at is Boundary.ENDING_JOURNALED):
            raise MatrixError(f"{case}: the request is {self._state(lost).status} after the restart")
        if not ended:
            self._may_be_ended()
            self._end(lost)
        self._ended.append(lost)
        second = self.begin(_plainly())
        self.wait("answered")
        taken = self._taken()[before:]
        good = len(taken) == 1 and self._state(second).status is Status.UNDER_WAY
        tally = Tally(
            kills=1,
            final=int(good),
            lost=int(not taken),
            twice=int(len(taken) > 1),
            duplicates=sum(int(one["duplicates"]) for one in taken),
        )
        self._rows.setdefault(case.row, Tally()).add(tally)

    def settled(self) -> list[str]:
        """End the wallet, and tell what is wrong."""
        self.wallet.end()
        states = self.journaled()
        revived = [state.id for state in states if state.id in self._ended and state.status is not Status.ENDED]
        truth: Mapping[str, Any] = self.sandbox.control("status")["reddio"]
        # What was ended is no request that Reddio ever had.
        known = [state for state in states if state.id not in self._ended]
        return [*(f"{each} is not ended any more" for each in revived), *reddio_disagreements(known, truth)]

    def tallies(self) -> dict[str, Tally]:
        """What became of each row's requests."""
        return self._rows

    def _lost(self) -> str:
        """A plain request that left and never came to Reddio; its id."""
        rule = {"path": _PATH, "kind": "drop", "phase": "before"}
        self.sandbox.control("faults", clear=True, reddio={"rules": [rule]})
        lost = self.begin(_plainly())
        self._until(lambda: self._move(lost) == MoveState.UNKNOWN, "the answer was never lost")
        self.sandbox.control("faults", clear=True)
        return lost

    def _may_be_ended(self) -> None:
        self.wallet.ask(op="ahead", by=ENDS_AFTER_MS / 1000 + 60)

    def _end(self, lost: str, *, dies: bool = False) -> None:
        """Have it ended, asked again as a person would while somebody who has to be asked is late."""
        told: list[dict[str, Any] | None] = []

        def done() -> bool:
            told.append(self.wallet.ask(op="end", withdrawal=lost))
            answer = told[-1]
            return answer is None or "error" not in answer

        self._until(done, "it was not ended", told)
        if dies is not (told[-1] is None):
            raise MatrixError(f"the wallet {'lived' if dies else 'died'} over the ending: {told[-1]}")

    def _until(self, so: Any, otherwise: str, told: object = "") -> None:
        until = time.monotonic() + ANSWER_S
        while not so():
            if time.monotonic() > until:
                raise MatrixError(f"{otherwise}: {told}")
            time.sleep(_PAUSE_S)

    def _move(self, withdrawal: str) -> str:
        answer = self.wallet.ask(op="states")
        states = answer["states"] if answer is not None else []
        return next((str(state["move"]) for state in states if state["id"] == withdrawal), "")

    def _state(self, withdrawal: str) -> Withdrawal:
        return next(state for state in self.journaled() if state.id == withdrawal)

    def _taken(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.sandbox.control("status")["reddio"]["withdrawals"]
        return found


def _plainly() -> dict[str, Any]:
    fields = {"way": PLAIN_WAY, "recipient": "", "asset": _ETHER, "key": _KEY, "amount": "0.01"}
    return {"op": "withdraw", "system": "Reddio", "account": 0, "fields": fields}
