"""The observer itself: a true voyage passes, and each way of being ahead of the truth is noticed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from faults.bench import Bench
from faults.observer import claims_in, disagreements

Truth = dict[str, Any]


def _one(truth: Truth) -> dict[str, Any]:
    (found,) = truth["zklink"]["withdrawals"]
    assert isinstance(found, dict)
    return found


def _unpaid(truth: Truth) -> None:
    _one(truth)["paid_l1"] = "0"


def _never_taken(truth: Truth) -> None:
    truth["zklink"]["submissions"].clear()


def _other_commit(truth: Truth) -> None:
    _one(truth)["stages"]["commit"] = "0x" + "11" * 32


def _not_synced(truth: Truth) -> None:
    _one(truth)["stages"]["sync"] = None


def _other_payer(truth: Truth) -> None:
    _one(truth)["paid_by"] = ["0x" + "11" * 32]


def _taken_twice(truth: Truth) -> None:
    truth["zklink"]["withdrawals"].append({**_one(truth), "l2_tx_hash": "0x" + "11" * 32})


def _stranger(truth: Truth) -> None:
    truth["zklink"]["submissions"]["0x" + "11" * 32] = {"accepted": 1, "duplicates": 0}


def _other_bytes(truth: Truth) -> None:
    truth["zklink"]["payloads"]["11" * 32] = 1


LIES: dict[Callable[[Truth], None], str] = {
    _unpaid: "it is shown as paid, and really 0 was",
    _never_taken: "the wallet says accepted, and the operator never took it",
    _other_commit: "committed is shown as proven by 0x",
    _not_synced: "verified is shown as proven by 0x",
    _other_payer: "which pays nobody",
    _taken_twice: "2 requests were taken for account, sub-account and nonce",
    _stranger: "of which the journal knows nothing",
    _other_bytes: "with other bytes than those in the journal",
}


async def test_what_is_ahead_of_the_truth_is_noticed(bench: Bench) -> None:
    await bench.withdraw()
    await bench.arrive()
    truth = bench.world.status()
    claims = bench.claims()
    assert disagreements(claims, truth) == []
    for lie, sentence in LIES.items():
        altered = copy.deepcopy(truth)
        lie(altered)
        assert any(sentence in found for found in disagreements(claims, altered)), lie.__name__
    doubled = [*claims, *claims]
    assert any("were signed for scope and nonce" in found for found in disagreements(doubled, truth))
    await bench.aclose()
    assert [claim.id for claim in claims_in(bench.folder / "journal.sqlite3")] == [claim.id for claim in claims]
