"""Kills the wallet while it asks Reddio for withdrawals and transfers and claims what came, and counts at Reddio.

One account serves all cases: each withdrawal goes to an owner of its own, and what came for it is then claimed by a
wallet that is killed over that too. The practice network outlives every wallet and counts.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ashore.domain.withdrawal import STOPPED, Withdrawal
from ashore.engine.boundaries import Boundary
from ashore.sandbox.reddio.deployment import KEY_CHAIN_ID, stark_key
from ashore.systems.reddio.codec import Asset, AssetKind, hex_of
from ashore.systems.reddio.system.tracks import CLAIMABLE
from faults.claim_matrix import BOUNDARIES as CLAIM_BOUNDARIES
from faults.claim_matrix import NO_ANSWER
from faults.kill_cases import BEFORE_THE_INTENT
from faults.kill_matrix import DEATH_S, SPEED, Tally
from faults.observer import claims_in
from faults.processes import START_S, MatrixError, Sandbox, WalletProcess
from faults.reddio_observer import reddio_disagreements

SETTLE_S = 90.0
WITHDRAWAL, TRANSFER, CLAIM = "reddio withdrawal", "reddio transfer", "reddio claim"
PATHS = {WITHDRAWAL: "/v1/withdrawalto", TRANSFER: "/v1/transfers"}
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
_LOCATING = (Boundary.LOCATE_BEFORE, Boundary.LOCATE_ANSWERED)
_WATCHING = frozenset({Boundary.OPERATOR_ANSWERED, Boundary.OPERATOR_JOURNALED, Boundary.DERIVED_JOURNALED})
_ANSWERS = ("drop", "http", "garbage", "error")
_RECEIVER = hex_of(stark_key(2))
"""The account into whose vault transfers go."""
_ETHER = hex_of(Asset(AssetKind.ETH, b"", 10**12).asset_id)
_KEY = f"{KEY_CHAIN_ID}:reddio:standard"


@dataclass(frozen=True, slots=True)
class ReddioCase:
    """One request or claim, and where the wallet that makes it dies: at a boundary, or after so many seconds.

    `rules` go wrong at Reddio until then; `lost`: no endpoint's answer to a claim arrives.
    """

    what: str
    at: Boundary | None = None
    moment: float = 0.0
    rules: tuple[Mapping[str, Any], ...] = field(default=())
    lost: bool = False

    @property
    def row(self) -> str:
        """The row of the table that it counts in."""
        if self.at is None:
            return f"{self.what}: random moment"
        return f"{self.what}: answer lost" if self.rules or self.lost else f"{self.what}: {self.at}"


def reddio_cases(moments: int, seed: int) -> list[ReddioCase]:
    """Each boundary that a request or a claim passes, its questions after a lost answer, and random moments.

    Claims come last: each is of what one of the withdrawals brought.
    """
    chance = random.Random(seed)
    requests = [case for what in PATHS for case in _request_cases(what, moments, chance)]
    claims = [ReddioCase(CLAIM, at) for at in CLAIM_BOUNDARIES]
    return [*requests, *claims, *(ReddioCase(CLAIM, at, lost=True) for at in _LOCATING)]


def _request_cases(what: str, moments: int, chance: random.Random) -> list[ReddioCase]:
    """Transfers go the same way as withdrawals, and are killed at fewer places."""
    path = PATHS[what]
    lost = ({"path": path, "kind": "drop", "phase": "after"}, {"path": "/v1/record/by/signature", "kind": "drop"})
    answers = [
        ReddioCase(what, at, rules=({"path": path, "kind": kind, "phase": phase},))
        for kind in (_ANSWERS if what == WITHDRAWAL else _ANSWERS[:1])
        for phase, at in (("before", Boundary.SENDING_ANSWERED), ("after", Boundary.OUTCOME_JOURNALED))
    ]
    return [
        *(ReddioCase(what, at) for at in BOUNDARIES),
        *(ReddioCase(what, at, rules=lost) for at in _LOCATING),
        *answers,
        *(ReddioCase(what, moment=chance.uniform(0.0, 1.5)) for _ in range(moments)),
    ]


class ReddioLane:
    """A practice network with Reddio and a wallet folder in which cases follow each other."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        data_dir.mkdir(parents=True)
        with (data_dir / "network.log").open("wb") as log:
            self.sandbox = Sandbox(log, reddio=True)
        self.sandbox.control("clock", mode="demo", speed=SPEED)
        self.wallet = self._alive()
        self._owners: list[str] = []
        self._claims: list[tuple[ReddioCase, str]] = []
        self._claimed = 0
        self._rows: dict[str, Tally] = {}

    @property
    def journal(self) -> Path:
        """The wallet's journal file."""
        (found,) = self.data_dir.rglob("journal.sqlite3")
        return found

    def close(self) -> None:
        """End wallet and network."""
        self.wallet.end()
        self.sandbox.close()

    def run(self, case: ReddioCase) -> None:
        """Let a wallet die over a request or a claim, and have it made by a living one, once."""
        command = self._claim() if case.what == CLAIM else self._request(case.what)
        before, taken = len(self._journaled()), len(self._taken(case.what))
        self._spoil(case)
        self._die(case, command)
        self._spoil(None)
        self.wallet = self._alive()
        begun = len(self._journaled()) - before
        expected = {0, 1} if case.at is None else {0} if case.at in BEFORE_THE_INTENT else {1}
        if begun not in expected:
            raise MatrixError(f"{case}: {begun} moves were journaled")
        self._wait("answered")
        stopped = [state for state in self._journaled()[before:] if state.status in STOPPED]
        if not begun or stopped:
            self._begin(command)
            self._wait("answered")
        if case.what == CLAIM:
            self._claims.append((case, command["owner"]))
        else:
            self._count(case, self._journaled()[before:], self._taken(case.what)[taken:])

    def settled(self) -> list[str]:
        """Claim what no case claimed, wait until nothing is open, end the wallet, and tell what is wrong."""
        while self._claimed < len(self._owners):
            self._begin(self._claim())
            self._wait("answered")
        wrong = []
        try:
            self._wait("settled")
        except MatrixError as error:
            wrong.append(f"not everything came to an end: {error}")
        self.wallet.end()
        truth = self._truth()
        states = claims_in(self.journal)
        unpaid = [
            f"{one['receiver']}: {one['claimed_l1']} of {one['allowed_l1']} claimed by {len(one['claimed_by'])}"
            for one in truth["withdrawals"]
            if one["claimed_l1"] != one["allowed_l1"] or int(one["allowed_l1"]) == 0 or len(one["claimed_by"]) != 1
        ]
        return [*wrong, *reddio_disagreements(states, truth), *unpaid]

    def tallies(self) -> dict[str, Tally]:
        """What became of each row's moves, by the network's own count. The wallet has to have ended."""
        paid = {one["receiver"]: one["claimed_by"] for one in self._truth()["withdrawals"]}
        for case, owner in self._claims:
            by = len(paid[owner])
            tally = Tally(kills=1, final=int(by == 1), lost=int(not by), twice=int(by > 1))
            self._rows.setdefault(case.row, Tally()).add(tally)
        self._claims = []
        return self._rows

    def _die(self, case: ReddioCase, command: Mapping[str, Any]) -> None:
        if case.at is None:
            self.wallet.tell(**command)
            self.wallet.kill_after(case.moment)
        elif case.at in _WATCHING:
            self._begin(command)
            self.wallet.tell(op="arm", at=f"{case.at}:1")
        else:
            self.wallet.tell(op="arm", at=f"{case.at}:1")
            self.wallet.tell(**command)
        self.wallet.died(DEATH_S)

    def _count(self, case: ReddioCase, made: list[Withdrawal], taken: list[Mapping[str, Any]]) -> None:
        alive = [state for state in made if state.status not in STOPPED]
        duplicates = sum(int(one["duplicates"]) for one in taken)
        good = len(alive) == 1 and len(taken) == 1
        tally = Tally(
            kills=1,
            final=int(good),
            refused=len(made) - len(alive),
            lost=int(not taken),
            twice=int(len(taken) > 1 or len(alive) > 1),
            duplicates=duplicates,
        )
        self._rows.setdefault(case.row, Tally()).add(tally)

    def _request(self, what: str) -> dict[str, Any]:
        fields = {"way": "vault", "recipient": _RECEIVER}
        if what == WITHDRAWAL:
            self._owners.append(f"0x{len(self._owners) + 1:02x}{'5b' * 19}")
            fields = {"way": "ethereum", "recipient": self._owners[-1]}
        fields |= {"asset": _ETHER, "key": _KEY, "amount": "0.01"}
        return {"op": "withdraw", "system": "Reddio", "account": 0, "fields": fields}

    def _claim(self) -> dict[str, Any]:
        """The command that claims the next owner's sum, once that waits on L1."""
        if not self._claimed:
            self._wait("proven", stage=CLAIMABLE)
        owner = self._owners[self._claimed]
        self._claimed += 1
        return {"op": "take", "owner": owner, "fields": {"payer": "0"}}

    def _begin(self, command: Mapping[str, Any]) -> None:
        answer = self.wallet.ask(**command)
        if answer is None or "withdrawal" not in answer:
            raise MatrixError(f"the wallet did not begin: {answer}")

    def _wait(self, what: str, **more: str) -> None:
        if self.wallet.ask(SETTLE_S, op=what, **more) is None:
            raise MatrixError("the wallet died by itself")

    def _journaled(self) -> list[Withdrawal]:
        return claims_in(self.journal)

    def _truth(self) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self.sandbox.control("status")["reddio"]
        return told

    def _taken(self, what: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self._truth()["transfers" if what == TRANSFER else "withdrawals"]
        return found

    def _spoil(self, case: ReddioCase | None) -> None:
        rules = [] if case is None else list(case.rules)
        lost = case is not None and case.lost
        endpoints = {name: [NO_ANSWER] if lost else [] for name in "abc"}
        self.sandbox.control("faults", clear=True, reddio={"rules": rules}, l1=endpoints)

    def _alive(self) -> WalletProcess:
        wallet = WalletProcess(self.sandbox.url, self.data_dir)
        if not wallet.ready():
            wallet.end()
            raise MatrixError(f"the wallet did not start within {START_S} s")
        return wallet
