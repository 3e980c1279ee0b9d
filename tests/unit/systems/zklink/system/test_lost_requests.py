"""A request whose answer was lost: what the node's lists can show of it, and what they cannot."""

import json
from typing import Any

import pytest

from ashore.domain.moves import Accepted, MoveKind, Outcome, SignedMove, Unknown
from ashore.systems.zklink.system.withdrawals import INDEX_LAG_MS, ZkLinkSystem
from unit.systems.zklink.node_stub import Node, Refusal, ordinary
from unit.systems.zklink.zklink_bench import DEPLOYMENT

LOST, OTHER = "0x" + "a1" * 32, "0x" + "b2" * 32
NONCE, SUB = 7, 0
MOVE = SignedMove("m", MoveKind.REQUEST, DEPLOYMENT.id, LOST, json.dumps([{}]), f"1042/{SUB}", NONCE)


def listed(tx_hash: str, *, executed: bool = True, success: bool = True, nonce: int = NONCE, sub: int = SUB) -> Any:
    receipt = {"executed": executed, "success": success}
    return {"txHash": tx_hash, "nonce": nonce, "tx": {"subAccountId": sub}, "txReceipt": receipt}


async def located(expected_nonce: int, *history: Any, known: bool = False) -> Outcome:
    """What is found out where the node expects that nonce, and its list shows these."""

    def by_hash(tx_hash: str, _updates: bool) -> Any:
        if not known:
            raise Refusal(203, "not found")
        return {"txHash": tx_hash, "receipt": {}}

    account = {**ordinary()["getAccount"](1042), "subAccountNonces": {str(SUB): expected_nonce}}
    node = Node(
        {
            "getTransactionByHash": by_hash,
            "getAccount": lambda _who: account,
            "getAccountTransactionHistory": lambda *_: {"pageData": list(history)},
        }
    )
    system = ZkLinkSystem(DEPLOYMENT, node.client, None, lambda: 0, dict)  # type: ignore[arg-type]
    try:
        return await system.locate(MOVE)
    finally:
        await node.http.aclose()


async def test_a_free_nonce_lets_the_same_bytes_go_again() -> None:
    found = await located(NONCE)
    assert isinstance(found, Unknown)
    assert found.resend_harmless
    assert found.refusal is None


async def test_what_the_node_knows_is_taken() -> None:
    assert isinstance(await located(NONCE, known=True), Accepted)
    assert isinstance(await located(NONCE + 1, listed(LOST)), Accepted)


@pytest.mark.parametrize(
    "other",
    [
        listed(OTHER, success=False),
        listed(OTHER, executed=False, success=False),
        {"txHash": OTHER, "nonce": NONCE, "tx": {"subAccountId": SUB}},
        listed(OTHER, nonce=NONCE - 1),
        listed(OTHER, sub=1),
    ],
    ids=["failed", "waits", "no receipt", "another nonce", "another sub-account"],
)
async def test_what_did_not_use_the_nonce_makes_nothing_dead(other: Any) -> None:
    """One that failed left the nonce to the next: what has used it may well be the lost request itself."""
    found = await located(NONCE + 1, other)
    assert isinstance(found, Unknown)
    assert not found.resend_harmless
    assert found.refusal is not None
    assert found.patience_ms == INDEX_LAG_MS, "its lists may be behind: it has to stand by it for long"


async def test_another_that_was_carried_out_ends_it_only_once_the_node_stands_by_it() -> None:
    found = await located(NONCE + 1, listed(OTHER))
    assert isinstance(found, Unknown)
    assert found.refusal is not None
    assert "zkLink says" in found.refusal.sentence
    assert found.patience_ms == 0
