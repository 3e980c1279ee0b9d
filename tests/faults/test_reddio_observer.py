"""The observer of Reddio speaks where the wallet is ahead of the truth, and only there."""

from __future__ import annotations

from typing import Any

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.folding import fold
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import Withdrawal
from ashore.systems.reddio.system.sending import SEQUENCE_ID
from ashore.systems.reddio.system.tracks import CLAIMABLE, CLAIMED, UPDATED, WITHDRAWAL
from faults.reddio_observer import reddio_disagreements

OWNER, ASSET, KEY = 0x5A5A, 0x352F, "0x1a"
UPDATE_TX, CLAIM_TX = "0x" + "aa" * 32, "0x" + "bb" * 32
TERMS = ev.Terms(
    "Reddio", "sandbox", "reddio.sandbox", str(WITHDRAWAL.ref), "0x01", "ETH", 18, 500, 0, "0x5a5a", "Harbour", "ETH",
    {"quanta": "5", "asset_id": str(ASSET), "owner_key": str(OWNER), "stark_key": KEY, "nonce": "0"},
)  # fmt: skip
REQUEST: dict[str, Any] = {
    "sequence_id": 7, "quanta": "5", "asset_id": hex(ASSET), "owner_key": hex(OWNER), "duplicates": 0, "status": 6,
    "update_tx": UPDATE_TX, "allowed_l1": "500", "claimed_l1": "500", "stark_key": KEY, "nonce": 0,
}  # fmt: skip
PAYOUT = {"tx": CLAIM_TX, "owner_key": hex(OWNER), "asset_id": hex(ASSET), "amount": "500"}


def truth(*requests: dict[str, Any], claims: tuple[dict[str, str], ...] = (PAYOUT,)) -> dict[str, Any]:
    return {"withdrawals": list(requests), "transfers": [], "claims": list(claims), "registered": {}}


def proven(tx_hash: str) -> Evidence:
    return Evidence("log", Level.PROVEN, "Harbour", 1, {}, "Harbour", tx_hash, 5, "0x" + "cc" * 32, 1, 3, 3, 3, "p")


def claimed() -> Withdrawal:
    """A withdrawal that the wallet shows as paid out."""
    events = (
        ev.WithdrawalStarted("r", TERMS),
        ev.MoveIntended("r", "m", MoveKind.REQUEST, "reddio.sandbox", "0x77", "{}"),
        ev.MoveAccepted("r", "m", "7"),
        ev.FactLearnt("r", SEQUENCE_ID, "7", "Reddio"),
        ev.StageReached("r", UPDATED, proven(UPDATE_TX)),
        ev.StageReached("r", CLAIMABLE, proven("")),
        ev.StageReached("r", CLAIMED, proven(CLAIM_TX)),
    )
    state = fold([ev.Recorded(number, 1, event) for number, event in enumerate(events, start=1)])
    assert state is not None
    return state


def test_what_is_so_is_not_spoken_of() -> None:
    assert reddio_disagreements([claimed()], truth(REQUEST)) == []


def test_every_claim_ahead_of_the_truth_is() -> None:
    state = claimed()
    cases = {
        "Reddio never took it": truth(),
        "no state update has it": truth({**REQUEST, "update_tx": None}),
        "is in another one": truth({**REQUEST, "update_tx": "0x" + "dd" * 32}),
        "was not paid out": truth({**REQUEST, "claimed_l1": "499"}),
        "which pays nobody": truth(REQUEST, claims=()),
        "another request under its number": truth({**REQUEST, "quanta": "6"}),
        "taken twice": truth({**REQUEST, "duplicates": 1}),
        "was paid out of": truth(REQUEST, claims=(PAYOUT, PAYOUT)),
    }
    for said, real in cases.items():
        found = reddio_disagreements([state], real)
        assert any(said in sentence for sentence in found), (said, found)


def test_a_request_that_the_wallet_does_not_know_of_is_noticed() -> None:
    known = claimed()
    stranger = {**REQUEST, "sequence_id": 8, "allowed_l1": "0"}
    assert reddio_disagreements([known], truth(REQUEST, stranger))
    assert not reddio_disagreements([known], truth(REQUEST, stranger), alone=False)
