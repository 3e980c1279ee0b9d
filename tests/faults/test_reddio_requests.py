"""Requests to a real Reddio on the practice network: what is offered, what is asked for, and what goes wrong."""

from __future__ import annotations

from ashore.domain.withdrawal import Mark
from ashore.systems.reddio.codec import AssetKind
from ashore.systems.reddio.system.tracks import ACCEPTED, BATCHED, CLAIMABLE, REQUESTED, UPDATED
from faults.reddio_bench import SHELL, ReddioBench, held


async def test_everything_that_an_account_holds_is_offered_and_checked(vaults: ReddioBench) -> None:
    offer = await vaults.open_reddio()
    assert not offer.blocked
    assert not [holding.problem for holding in offer.holdings if holding.problem]
    assert {holding.asset.kind for holding in offer.holdings} == set(AssetKind)
    assert held(offer, "ETH").base == 1_250_000 * 10**12
    assert (held(offer, "PEARL").decimals, held(offer, "PEARL").asset.quantum) == (8, 100)
    assert held(offer, SHELL, 2**256 - 1).available == 1
    assert offer.registered == {}
    other = await vaults.open_reddio(1)
    assert len([account for account in other.accounts if account.holdings]) == 2, "money under an older key is found"


async def test_a_withdrawal_goes_from_the_form_to_where_it_can_be_claimed(vaults: ReddioBench) -> None:
    withdrawal = await vaults.take_out("ETH", "0.5")
    assert vaults.mark(withdrawal, REQUESTED) is Mark.REPORTED
    await vaults.operate("accept")
    await vaults.look()
    assert vaults.mark(withdrawal, ACCEPTED) is Mark.REPORTED
    await vaults.operate("batch")
    await vaults.look()
    assert vaults.mark(withdrawal, BATCHED) is Mark.REPORTED
    await vaults.operate("prove", "update")
    await vaults.look()
    assert vaults.mark(withdrawal, UPDATED) is Mark.PROVEN
    await vaults.arrive()
    assert vaults.mark(withdrawal, CLAIMABLE) in (Mark.PROVEN, Mark.IRREVERSIBLE)
    (truth,) = vaults.requests()
    assert (truth["quanta"], truth["allowed_l1"], truth["duplicates"]) == ("500000", str(5 * 10**17), 0)
