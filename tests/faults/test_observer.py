"""The observer itself: a true voyage passes, and each way of being ahead of the truth is noticed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ashore.domain.evidence import Evidence, Level
from ashore.domain.withdrawal import StageView, Status
from faults.bench import Bench
from faults.lightning_bench import Purse
from faults.lightning_observer import lightning_disagreements
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
    _one(truth)["on_chains"]["1"]["commit"] = "0x" + "11" * 32


def _not_synced(truth: Truth) -> None:
    _one(truth)["on_chains"]["1"]["sync"] = None


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


def _nobody_accepted(truth: Truth) -> None:
    _one(truth).update(accepted_by=None, accept_tx=None)


def _other_accept(truth: Truth) -> None:
    _one(truth)["accept_tx"] = "0x" + "11" * 32


def _other_broker(truth: Truth) -> None:
    _one(truth)["accepted_by"] = "0x" + "11" * 20


def _whole_amount(truth: Truth) -> None:
    _one(truth)["received_l1"] = _one(truth)["due_l1"]


FAST_LIES: dict[Callable[[Truth], None], str] = {
    _nobody_accepted: "and nobody accepted it",
    _other_accept: "and really by 0x11",
    _other_broker: "it is shown as paid in advance by 0x",
    _whole_amount: "and really the whole amount did",
}


async def test_what_is_ahead_of_the_truth_about_a_broker_is_noticed(bench: Bench) -> None:
    await bench.withdraw(speed="fast")
    await bench.arrive()
    truth = bench.world.status()
    claims = bench.claims()
    assert [claim.status for claim in claims] == [Status.FINAL]
    assert disagreements(claims, truth) == []
    for lie, sentence in FAST_LIES.items():
        altered = copy.deepcopy(truth)
        lie(altered)
        assert any(sentence in found for found in disagreements(claims, altered)), lie.__name__


# ---- vouchers


def _call(truth: Truth) -> dict[str, Any]:
    found: dict[str, Any] = truth["claims"][0]
    return found


def _invoice(truth: Truth) -> dict[str, Any]:
    found: dict[str, Any] = truth["invoices"][0]
    return found


def _nothing_came(truth: Truth) -> None:
    _invoice(truth).update(received_msat=None, paid_at=None, status="unpaid")


def _less_came(truth: Truth) -> None:
    _invoice(truth)["received_msat"] = 7_000


def _other_amount(truth: Truth) -> None:
    _invoice(truth)["amount_msat"] = 7_000


def _never_called(truth: Truth) -> None:
    truth["claims"].clear()


def _called_again(truth: Truth) -> None:
    truth["claims"].append({**_call(truth), "at": _call(truth)["at"] + 1})


def _other_text(truth: Truth) -> None:
    truth["claims"].append({**_call(truth), "at": _call(truth)["at"] + 60, "invoice_sha256": "11" * 32})


def _strange_call(truth: Truth) -> None:
    truth["claims"].append({**_call(truth), "payment_hash": "11" * 32})


def _strange_payment(truth: Truth) -> None:
    truth["invoices"].append({**_invoice(truth), "payment_hash": "11" * 32})


VOUCHER_LIES: dict[Callable[[Truth], None], str] = {
    _nothing_came: "it is shown as settled, and nothing came",
    _less_came: "it is shown as settled with 15 sat, and really 7 sat came",
    _other_amount: "it is about 15 sat, and the invoice is not",
    _never_called: "the service is said to have taken it, and was never called",
    _called_again: "was handed over again too soon",
    _other_text: "was handed over in different ways",
    _strange_call: "was handed over and is in no journal",
    _strange_payment: "was paid and is in no journal",
}


async def test_what_is_ahead_of_the_truth_about_a_voucher_is_noticed(purse: Purse) -> None:
    await purse.withdraw(await purse.voucher())
    claims, truth = purse.all(), purse.lightning.truth()
    assert lightning_disagreements(claims, truth) == []
    for lie, sentence in VOUCHER_LIES.items():
        altered = copy.deepcopy(truth)
        lie(altered)
        found = lightning_disagreements(claims, altered)
        assert any(sentence in one for one in found), (lie.__name__, found)
    assert not lightning_disagreements([], {**truth, "claims": []}, alone=False)


async def test_an_end_that_is_not_so_is_noticed(purse: Purse) -> None:
    """Nothing sent, though the service was called; unpaid, though it is paid; sure, though nothing proves it."""
    withdrawal = await purse.confirm(await purse.voucher())
    purse.road.closed = True
    await purse.carry(withdrawal)
    purse.road.closed = False
    await purse.withdraw(await purse.voucher(faults={"refuses": "Not on Sundays."}))
    claims, truth = purse.all(), purse.lightning.truth()
    assert [claim.status for claim in claims] == [Status.REFUSED, Status.REFUSED]
    assert lightning_disagreements(claims, truth) == []
    called = copy.deepcopy(truth)
    called["claims"].append({**_call(truth), "payment_hash": _invoice(truth)["payment_hash"]})
    assert "nothing was sent by its word" in str(lightning_disagreements(claims, called))
    paid = copy.deepcopy(truth)
    paid["invoices"][1].update(received_msat=15_000, paid_at=truth["now"] - 60, status="paid")
    assert "it was not paid, and it was, 60 s ago" in str(lightning_disagreements(claims, paid))
    assert not lightning_disagreements(claims, paid, grace_s=90)
    surely = Evidence("x", Level.PROVEN, "Alice", 1)
    stages = {**claims[0].stages, "invoiced": StageView("invoiced", (surely,))}
    sure = [replace(claims[0], stages=stages), claims[1]]
    assert "called PROVEN, and Lightning leaves no proof" in str(lightning_disagreements(sure, truth))
