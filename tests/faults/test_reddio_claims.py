"""What waits in StarkEx is found without Reddio and claimed for real: amounts, single tokens, what is minted."""

from __future__ import annotations

from ashore.domain.withdrawal import Mark
from ashore.engine.views import Review
from ashore.systems.base import Draft, Unclaimed
from ashore.systems.claiming.track import CLAIMED
from faults.reddio_bench import CORAL, PEARL, POSTCARD, REEF, SHELL, ReddioBench

OWN = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"


async def claim_review(vaults: ReddioBench, owed: Unclaimed, payer: int = 1) -> Review:
    """The review of a claim."""
    offer = await vaults.wallet.unclaimed.open_claim(owed)
    quote = await vaults.wallet.quote(offer, Draft({"payer": str(payer)}))
    assert quote.ready, quote.problems
    return await vaults.wallet.review(quote)


async def test_all_that_waits_is_claimed_for_its_owner_with_the_api_dead(vaults: ReddioBench) -> None:
    asked = [
        await vaults.take_out(symbol, amount, token=token, recipient=OWN)
        for symbol, token, amount in (
            ("ETH", None, "0.5"),
            ("ETH", None, "0.25"),
            (CORAL, None, "12.5"),
            (PEARL, None, "0.000001"),
            (SHELL, 2**256 - 1, ""),
            (REEF, 21_000, ""),
            (POSTCARD, 2, ""),
        )
    ]
    await vaults.arrive()
    vaults.set_faults(dead=True)
    await vaults.wallet.unclaimed.look()
    waiting = [owed for owed in vaults.wallet.unclaimed.found if owed.profile == vaults.reddio]
    assert len(waiting) == 6, "both withdrawals of ether are one balance"
    assert all(owed.owner == OWN for owed in waiting)
    claims = [await vaults.wallet.confirm(await claim_review(vaults, owed)) for owed in waiting]
    await vaults.world.step("block")
    await vaults.world.step("finalize")
    await vaults.look()
    for each in (*asked, *claims):
        assert vaults.mark(each, CLAIMED) is Mark.IRREVERSIBLE
        assert vaults.voyage(each).status == "final"
    assert {truth["claimed_l1"] for truth in vaults.requests()} == {
        *(str(5 * 10**17), str(25 * 10**16), str(125 * 10**17), "100", "1")
    }
    assert all(truth["claimed_l1"] == truth["allowed_l1"] for truth in vaults.requests())
    assert all(claim["recipient"] == OWN for claim in vaults.requests("claims"))
    await vaults.wallet.unclaimed.look()
    assert not [owed for owed in vaults.wallet.unclaimed.found if owed.profile == vaults.reddio]
