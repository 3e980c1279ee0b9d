"""Kills the wallet while it registers a key, starts it again, and counts which changes of key were taken.

One account serves all cases: after each, another device registers a key of its own, so that the wallet's is missing
again. The practice network outlives every wallet and counts.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ashore.domain.withdrawal import Status, Withdrawal
from ashore.engine.boundaries import Boundary
from ashore.systems.zklink.system.activation_track import is_activation
from faults.kill_cases import BEFORE_THE_INTENT, LOST_ANSWER, NODE_DUMB
from faults.kill_matrix import Tally
from faults.lanes import WalletLane
from faults.observer import disagreements
from faults.processes import MatrixError
from faults.stranger import foreign_change

SETTLE_S = 60.0
ACCOUNT = 1
"""The practice account that is not activated at first."""
ACCOUNT_ID = 1043
BOUNDARIES = (
    Boundary.CONFIRM_BEFORE_SIGNING,
    Boundary.CONFIRM_SIGNED,
    Boundary.INTENT_JOURNALED,
    Boundary.SENDING_BEFORE_JOURNAL,
    Boundary.SENDING_JOURNALED,
    Boundary.SENDING_ANSWERED,
    Boundary.OUTCOME_JOURNALED,
    Boundary.OPERATOR_ANSWERED,
    Boundary.OPERATOR_JOURNALED,
)
LOST = "activation: answer lost"
RANDOM = "activation: random moment"
_LOCATING = (Boundary.LOCATE_BEFORE, Boundary.LOCATE_ANSWERED)
_WATCHING = frozenset({Boundary.OPERATOR_ANSWERED, Boundary.OPERATOR_JOURNALED})
_ANSWERS = ("drop", "http", "garbage", "error")


@dataclass(frozen=True, slots=True)
class ActivationCase:
    """One activation, and where the wallet that makes it dies: at a boundary, or after so many seconds.

    `rules` go wrong at the operator until then, and `frozen` is whether it carries nothing out meanwhile.
    """

    row: str
    at: Boundary | None = None
    moment: float = 0.0
    rules: tuple[Mapping[str, Any], ...] = field(default=())
    frozen: bool = False


def activation_cases(moments: int, seed: int) -> list[ActivationCase]:
    """Each boundary that an activation passes, its questions after a lost answer, and random moments."""
    usual = [ActivationCase(f"activation: {at}", at) for at in BOUNDARIES]
    asking = [ActivationCase(LOST, at, rules=(LOST_ANSWER, NODE_DUMB), frozen=True) for at in _LOCATING]
    answers = [
        ActivationCase(LOST, at, rules=({"method": "sendTransaction", "kind": kind, "phase": phase},))
        for kind in _ANSWERS
        for phase, at in (("before", Boundary.SENDING_ANSWERED), ("after", Boundary.OUTCOME_JOURNALED))
    ]
    chance = random.Random(seed)
    return [
        *usual,
        *asking,
        *answers,
        *(ActivationCase(RANDOM, moment=chance.uniform(0.0, 1.5)) for _ in range(moments)),
    ]


class ActivationLane(WalletLane):
    """A practice network and a wallet folder in which cases follow each other on one account."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self._rows: dict[str, Tally] = {}

    def run(self, case: ActivationCase) -> None:
        """Let a wallet die over an activation, and have the key registered by a living one, once."""
        before, taken = len(self._activations()), len(self._taken())
        self._spoil(case.rules, frozen=case.frozen)
        self.die(_COMMAND, case.at, case.moment, _WATCHING)
        self._spoil(())
        self.wallet = self.alive()
        begun = len(self._activations()) - before
        expected = {0, 1} if case.at is None else {0} if case.at in BEFORE_THE_INTENT else {1}
        if begun not in expected:
            raise MatrixError(f"{case}: {begun} activations were journaled")
        self.wait("settled", SETTLE_S)
        if not begun:
            self.begin(_COMMAND)
            self.wait("settled", SETTLE_S)
        self._count(case, self._activations()[before:], self._taken()[taken:])
        self._register_elsewhere()

    def settled(self) -> list[str]:
        """End the wallet and return what is wrong with its claims."""
        self.wallet.end()
        return disagreements(self.journaled(), self.sandbox.control("status"), alone=False)

    def tallies(self) -> dict[str, Tally]:
        """What became of each row's activations, by the network's own count."""
        return self._rows

    def _count(self, case: ActivationCase, made: list[Withdrawal], taken: list[Mapping[str, Any]]) -> None:
        own = [one for one in taken if any(s.request and s.request.locator == one["l2_tx_hash"] for s in made)]
        final = [state.status for state in made] == [Status.FINAL] and [one["success"] for one in own] == [True]
        duplicates = sum(int(one["duplicates"]) for one in own)
        tally = Tally(
            kills=1,
            final=int(final),
            lost=int(not final),
            twice=int(len(taken) > 1 or len(made) > 1),
            duplicates=duplicates,
        )
        self._rows.setdefault(case.row, Tally()).add(tally)

    def _register_elsewhere(self) -> None:
        """Let another device register its key, so that the wallet's own is missing again."""
        account = self.sandbox.rpc("/zklink", "getAccount", ACCOUNT_ID)
        nonce = int(account["nonce"])
        _key, params = foreign_change(ACCOUNT, nonce, 1_767_300_000 + nonce)
        self.sandbox.rpc("/zklink", "sendTransaction", *params)
        self.sandbox.control("settle", up_to="execute_l2")

    def _activations(self) -> list[Withdrawal]:
        return [state for state in self.journaled() if is_activation(state)]

    def _taken(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.sandbox.control("status")["zklink"]["activations"]
        return found

    def _spoil(self, rules: tuple[Mapping[str, Any], ...], *, frozen: bool = False) -> None:
        self.sandbox.control("faults", clear=True, zklink={"rules": list(rules), "switches": {"frozen": frozen}})


_COMMAND: dict[str, Any] = {"op": "activate", "account": ACCOUNT, "fields": {"sub_account": "0", "fee_token": "17"}}
