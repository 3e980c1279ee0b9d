"""Receipts of real voyages: written, read again, checked by whoever gets them, with every change of them told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.receipt import Receipt
from ashore.engine.receipt_checks import NAMED_CONTRACTS, OWN_CONTRACTS, check_receipt
from ashore.engine.receipt_contracts import contracts_named_by
from ashore.engine.receipt_views import ReceiptCheck, Verdict
from ashore.engine.wallet import Wallet
from faults.bench import Bench
from faults.reddio_bench import ReddioBench
from faults.test_reddio_claims import claimed, set_aside, waiting


async def passed_on(wallet: Wallet, withdrawal: str) -> tuple[Receipt, ReceiptCheck]:
    """A receipt as somebody gets it who has the file alone, and what this wallet says of it."""
    receipt = await wallet.receipts.make(withdrawal)
    again = await wallet.receipts.read(await wallet.receipts.written(receipt))
    assert again == receipt
    found = await wallet.receipts.check(again)
    # Whoever has no wallet reads the same by the contracts that the receipt names.
    alone = check_receipt(again, contracts_named_by(again))
    assert alone.stages == found.stages
    assert (alone.verdict, alone.headline) == (found.verdict, found.headline)
    if receipt.proofs:
        assert NAMED_CONTRACTS in alone.notes
        assert OWN_CONTRACTS in found.notes
    assert (found.own_withdrawal, found.own_differs, alone.own_withdrawal) == (withdrawal, "", "")
    return again, found


async def test_a_receipt_over_two_chains_holds(two: Bench) -> None:
    there = await two.withdraw(chain="2")
    asked, found = await passed_on(two.wallet, there)
    assert (found.verdict, found.headline) == (Verdict.SAID, "It holds no proof. 1 step is only zkLink’s word.")
    await two.arrive()
    await two.look_until(lambda: two.voyage(there).withdrawal.is_open is False)
    receipt, found = await passed_on(two.wallet, there)
    assert found.verdict is Verdict.HOLDS
    assert found.headline == f"All {len(receipt.proofs)} proofs hold."
    assert (found.holding, found.failing, found.only_said, found.contradictions) == (len(receipt.proofs), 0, 0, ())
    assert all(stage.proven for stage in found.stages)
    assert found.arrival.startswith("Its last step is proven here")
    terms = replace(asked.terms, amount=asked.terms.amount * 2)
    other = await two.wallet.receipts.check(replace(receipt, terms=terms))
    assert other.own_differs == "This wallet has this withdrawal itself, to other terms than the receipt says."


async def test_a_receipt_of_reddio_and_that_of_its_claim_hold(vaults: ReddioBench) -> None:
    taken = await vaults.take_out("ETH", "0.5")
    await set_aside(vaults)
    (owed,) = await waiting(vaults)
    claim = await claimed(vaults, owed)
    await vaults.arrive()
    await vaults.look_until(lambda: not vaults.voyage(claim).withdrawal.is_open)
    for withdrawal in (taken, claim):
        receipt, found = await passed_on(vaults.wallet, withdrawal)
        assert found.verdict is Verdict.HOLDS, found
        assert found.holding == len(receipt.proofs) > 0


async def test_nothing_is_made_of_what_is_not_there(bench: Bench) -> None:
    with pytest.raises(AshoreError, match="not in the journal"):
        await bench.wallet.receipts.make("nothing")
