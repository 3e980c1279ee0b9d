"""Kills the wallet while it asks Reddio for withdrawals and transfers, registers keys and claims what came; and counts.

One account serves all cases: each withdrawal goes to an owner of its own, and what came for it is then claimed by a
wallet that is killed over that too; each registration is of a key of its own. The practice network outlives every
wallet and counts.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ashore.domain.withdrawal import STOPPED, Withdrawal
from ashore.engine.boundaries import Boundary
from ashore.sandbox import genesis
from ashore.sandbox.reddio.deployment import KEY_CHAIN_ID, stark_key
from ashore.systems.reddio.codec import Asset, AssetKind, hex_of
from ashore.systems.reddio.codec.derivation import key_requests
from ashore.systems.reddio.system.tracks import CLAIMABLE
from faults.claim_matrix import BOUNDARIES as CLAIM_BOUNDARIES
from faults.claim_matrix import NO_ANSWER
from faults.kill_cases import BEFORE_THE_INTENT
from faults.kill_matrix import Tally
from faults.lanes import WalletLane
from faults.processes import MatrixError
from faults.reddio_observer import reddio_disagreements

SETTLE_S = 90.0
WITHDRAWAL, TRANSFER, CLAIM = "reddio withdrawal", "reddio transfer", "reddio claim"
REGISTRATION = "reddio registration"
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
_KEYS = tuple(
    (account, f"{request.chain_id}:{request.type_name}:standard")
    for request in key_requests(KEY_CHAIN_ID)
    for account in (0, 1, 2)
)
"""Stark keys that can be registered, each with its account."""
_PAYER = 1
"""The account that pays for registrations, and for nothing else."""


@dataclass(frozen=True, slots=True)
class ReddioCase:
    """One request, claim or registration, and where the wallet that makes it dies: at a boundary, or after so many
    seconds.

    `rules` go wrong at Reddio until then; `lost`: no endpoint's answer to a transaction arrives.
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
    """Each boundary that a request, a registration or a claim passes, its questions after a lost answer, and random
    moments.

    Claims come last: each is of what one of the withdrawals brought.
    """
    chance = random.Random(seed)
    requests = [case for what in PATHS for case in _request_cases(what, moments, chance)]
    registrations = _transaction_cases(REGISTRATION)
    most = min(moments, len(_KEYS) - len(registrations))
    registrations += [ReddioCase(REGISTRATION, moment=chance.uniform(0.0, 1.5)) for _ in range(most)]
    return [*requests, *registrations, *_transaction_cases(CLAIM)]


def _transaction_cases(what: str) -> list[ReddioCase]:
    lost = [ReddioCase(what, at, lost=True) for at in _LOCATING]
    return [*(ReddioCase(what, at) for at in CLAIM_BOUNDARIES), *lost]


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


class ReddioLane(WalletLane):
    """A practice network with Reddio and a wallet folder in which cases follow each other."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir, reddio=True)
        self._owners: list[str] = []
        self._claims: list[tuple[ReddioCase, str]] = []
        self._claimed = self._registered = 0
        self._rows: dict[str, Tally] = {}

    def run(self, case: ReddioCase) -> None:
        """Let a wallet die over a request, claim or registration, and have it made by a living one, once."""
        command = self._command(case.what)
        before, taken, sent = len(self.journaled()), len(self._taken(case.what)), self._sent()
        self._spoil(case)
        self.die(command, case.at, case.moment, _WATCHING)
        self._spoil(None)
        self.wallet = self.alive()
        begun = len(self.journaled()) - before
        expected = {0, 1} if case.at is None else {0} if case.at in BEFORE_THE_INTENT else {1}
        if begun not in expected:
            raise MatrixError(f"{case}: {begun} moves were journaled")
        self.wait("answered")
        stopped = [state for state in self.journaled()[before:] if state.status in STOPPED]
        if not begun or stopped:
            self.begin(command)
            self.wait("answered")
        if case.what == CLAIM:
            self._claims.append((case, command["owner"]))
        elif case.what == REGISTRATION:
            made = self.journaled()[before:]
            self.wait("ended", SETTLE_S, withdrawal=made[-1].id)
            self._count_registration(case, made, self._sent() - sent)
        else:
            self._count(case, self.journaled()[before:], self._taken(case.what)[taken:])

    def settled(self) -> list[str]:
        """Claim what no case claimed, wait until nothing is open, end the wallet, and tell what is wrong."""
        while self._claimed < len(self._owners):
            self.begin(self._claim())
            self.wait("answered")
        wrong = []
        try:
            self.wait("settled", SETTLE_S)
        except MatrixError as error:
            wrong.append(f"not everything came to an end: {error}")
        self.wallet.end()
        truth = self._truth()
        states = self.journaled()
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

    def _count_registration(self, case: ReddioCase, made: list[Withdrawal], sent: int) -> None:
        """The payer's own number tells how many transactions a block took, whatever they did."""
        registered = self._truth()["registered"]
        alive = [state for state in made if state.status not in STOPPED]
        done = len(alive) == 1 and alive[0].terms.details["stark_key"] in registered
        twice = sent > 1 or len(alive) > 1
        tally = Tally(kills=1, final=int(done and not twice), lost=int(not done), twice=int(twice))
        self._rows.setdefault(case.row, Tally()).add(tally)

    def _sent(self) -> int:
        """How many transactions of the payer of registrations are in blocks."""
        return int(
            self.sandbox.rpc("/l1/1/a", "eth_getTransactionCount", "0x" + genesis.address(_PAYER).hex(), "latest"), 16
        )

    def _command(self, what: str) -> dict[str, Any]:
        if what == CLAIM:
            return self._claim()
        if what != REGISTRATION:
            return self._request(what)
        account, key = _KEYS[self._registered]
        self._registered += 1
        return {"op": "register", "account": account, "key": key, "fields": {"payer": str(_PAYER)}}

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
            self.wait("proven", SETTLE_S, stage=CLAIMABLE)
        owner = self._owners[self._claimed]
        self._claimed += 1
        return {"op": "take", "owner": owner, "fields": {"payer": "0"}}

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
