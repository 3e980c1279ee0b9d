"""Why the contract would refuse a claim, in words that say what becomes of the money."""

from __future__ import annotations

import pytest

from ashore.crypto.abi import encode, parse_types
from ashore.domain.evidence import Evidence, Level
from ashore.net.errors import RpcError
from ashore.systems.base import Unclaimed
from ashore.systems.reddio.system.claims import ReddioContract
from unit.systems.reddio.reddio_bench import DEPLOYMENT, RECIPIENT

OWED = Unclaimed(
    DEPLOYMENT.id, "Harbour", 31337, DEPLOYMENT.contract, RECIPIENT, 1, "REEF #0", 0, 1, 0, 0, "0x",
    Evidence("pendingWithdrawals", Level.PROVEN, "Harbour", 1), details={"token_id": "0", "mint_blob": "0x00"},
)  # fmt: skip


def refused(reason: str) -> RpcError:
    data = "0x08c379a0" + encode(parse_types("bytes"), (reason.encode(),)).hex()
    return RpcError("a", 3, "execution reverted", data)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("ILLEGAL_NFT_BALANCE", "Nothing waits there any more"),
        ("NO_PENDING_WITHDRAWAL_BALANCE", "Nothing waits there any more"),
        ("USER_UNREGISTERED", "not registered for an Ethereum address yet"),
        ("ETH_TRANSFER_FAILED", "it is a contract, and it turns payments in REEF #0 away"),
        ("TOKEN_OPERATION_FAILED", "takes a 0 for a failure"),
        ("SOMETHING_ELSE", "It answers “SOMETHING_ELSE”"),
    ],
)
def test_every_refusal_says_why_and_that_nothing_was_spent(reason: str, said: str) -> None:
    problem = ReddioContract(DEPLOYMENT).refusal_of(OWED, refused(reason))
    assert said in problem.sentence
    assert "Nothing was signed, no gas was spent." in problem.advice
