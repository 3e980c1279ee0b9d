"""What is so of Reddio, and what ever was so: from its operator's memory and the chain of a practice world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ashore.sandbox.reddio.practice import PracticeReddio
from ashore.sandbox.world import World
from ashore.systems.reddio.settlement.book import place_of


@dataclass(slots=True)
class ReddioChronicle:
    """Keeps what was ever so. `note` after everything that happens to the world."""

    world: World
    updates: dict[int, set[str]] = field(default_factory=dict)
    """By the number of a request: the state updates that it ever was in."""
    statuses: dict[int, set[int]] = field(default_factory=dict)
    """By the same: every status that it really had."""
    owed: dict[str, set[int]] = field(default_factory=dict)
    """By place: what the contract ever owed there, in base units."""
    _claimed: dict[int, int] = field(default_factory=dict)
    _claims: dict[tuple[str, str, str], Mapping[str, str]] = field(default_factory=dict)
    _registered: dict[str, str] = field(default_factory=dict)

    @property
    def reddio(self) -> PracticeReddio:
        """The exchange."""
        assert self.world.reddio is not None
        return self.world.reddio

    def note(self) -> None:
        """Remember what is so now."""
        truth = self.now()
        for one in self._requests(truth):
            number = int(one["sequence_id"])
            self.statuses.setdefault(number, set()).add(int(one["status"]))
            if one.get("update_tx") is not None:
                self.updates.setdefault(number, set()).add(one["update_tx"])
            self._claimed[number] = max(self._claimed.get(number, 0), int(one.get("claimed_l1", 0)))
            owner, asset = int(one["owner_key"], 16), int(one["asset_id"], 16)
            quantum = self.reddio.catalogue[asset][0].quantum
            pending = self.reddio.ethereum.pending(owner, asset) * quantum
            self.owed.setdefault(place_of(owner, asset), {0}).add(pending)
        for claim in truth["claims"]:
            self._claims[claim["tx"], claim["owner_key"], claim["amount"]] = claim
        self._registered |= truth["registered"]

    def now(self) -> Mapping[str, Any]:
        """The ground truth of this moment, as the control tells it."""
        return self.reddio.status()

    def ever(self) -> Mapping[str, Any]:
        """The same with all that was so at any moment: a wallet may not have seen yet that a block is gone."""
        truth = self.now()
        withdrawals = [
            {
                **one,
                "update_tx": one["update_tx"] or next(iter(sorted(self.updates.get(one["sequence_id"], ()))), None),
                "update_txs": sorted(self.updates.get(one["sequence_id"], ())),
                "claimed_l1": str(self._claimed.get(one["sequence_id"], 0)),
            }
            for one in truth["withdrawals"]
        ]
        return {
            **truth,
            "withdrawals": withdrawals,
            "claims": list(self._claims.values()),
            "registered": self._registered,
        }

    def is_final(self, tx_hash: str) -> bool:
        """Whether a transaction is in a finalized block."""
        chain = self.world.chain
        place = chain.transaction(bytes.fromhex(tx_hash.removeprefix("0x"))) if tx_hash else None
        return place is not None and place[0].number <= chain.finalized_number

    @staticmethod
    def _requests(truth: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        return [*truth["withdrawals"], *truth["transfers"]]
