"""Claims of what came from Reddio in a whole wallet: one's own and others', in a row, overtaken, refused, API dead."""

from __future__ import annotations

from ashore.domain.withdrawal import Mark, Status
from ashore.sandbox import genesis
from ashore.sandbox.evm.contracts import Sender
from ashore.systems.base import Draft, Unclaimed
from ashore.systems.claiming.claims import ClaimOffer, ClaimQuote
from ashore.systems.claiming.track import CLAIMED
from ashore.systems.reddio.system.tracks import CLAIMABLE, UPDATED
from faults.reddio_bench import CORAL, RECEIVER, SHELL, ReddioBench

STRANGER = 9


async def waiting(bench: ReddioBench) -> list[Unclaimed]:
    await bench.wallet.unclaimed.look()
    return [each for each in bench.wallet.unclaimed.found if each.owner == RECEIVER]


async def offered(bench: ReddioBench, owed: Unclaimed) -> ClaimOffer:
    offer = await bench.wallet.unclaimed.open_claim(owed)
    assert isinstance(offer, ClaimOffer)
    return offer


async def quoted(bench: ReddioBench, owed: Unclaimed) -> ClaimQuote:
    quote = await bench.wallet.quote(await offered(bench, owed), Draft({"payer": "0", "max_fee": ""}))
    assert isinstance(quote, ClaimQuote)
    return quote


async def claimed(bench: ReddioBench, owed: Unclaimed) -> str:
    quote = await quoted(bench, owed)
    assert quote.ready, quote.problems
    claim = await bench.wallet.confirm(await bench.wallet.review(quote))
    await bench.until(lambda: bench.voyage(claim).status is Status.UNDER_WAY)
    return claim


async def set_aside(bench: ReddioBench) -> None:
    await bench.operate("accept", "batch", "prove", "update")
    await bench.look()
    await bench.arrive()


async def test_withdrawals_of_one_asset_come_with_one_claim_and_the_api_dead(vaults: ReddioBench) -> None:
    first = await vaults.take_out("ETH", "0.5")
    await vaults.operate("accept")
    second = await vaults.take_out("ETH", "0.25")
    vaults.set_faults(dead=True)
    await set_aside(vaults)
    (owed,) = await waiting(vaults)
    assert owed.amount == 75 * 10**16
    offer = await offered(vaults, owed)
    assert [part.split(" that")[0] for part in offer.pays] == ["0.50 ETH", "0.25 ETH"]
    claim = await claimed(vaults, owed)
    assert vaults.wallet.unclaimed.claim_of(owed) == claim
    assert not (await quoted(vaults, owed)).ready, "the same money is claimed once"
    await vaults.world.step("block")
    await vaults.world.step("finalize")
    for name in (first, second, claim):
        await vaults.look_until(lambda name=name: vaults.voyage(name).status is Status.FINAL)  # type: ignore[misc]
    truth = vaults.requests()
    assert [one["claimed_l1"] for one in truth] == [str(5 * 10**17), str(25 * 10**16)]
    assert len({tx for one in truth for tx in one["claimed_by"]}) == 1
    assert await waiting(vaults) == []
    assert vaults.wrong() == []


async def test_assets_are_claimed_in_a_row_and_take_the_next_numbers(vaults: ReddioBench) -> None:
    names = [await vaults.take_out("ETH", "0.5")]
    await vaults.operate("accept")
    names.append(await vaults.take_out(CORAL, "1"))
    await vaults.operate("accept")
    names.append(await vaults.take_out(SHELL, token=1))
    await set_aside(vaults)
    found = await waiting(vaults)
    assert len(found) == 3
    claims = [await claimed(vaults, owed) for owed in found]
    nonces = [vaults.voyage(claim).withdrawal.rivals[0].nonce for claim in claims]
    assert nonces == [nonces[0], nonces[0] + 1, nonces[0] + 2]
    await vaults.world.step("block")
    await vaults.look()
    for name in (*names, *claims):
        await vaults.until(lambda name=name: vaults.mark(name, CLAIMED) is Mark.PROVEN)  # type: ignore[misc]
    assert all(one["claimed_l1"] == one["allowed_l1"] for one in vaults.requests())
    assert vaults.wrong() == []


async def test_a_claim_that_somebody_was_faster_than_is_no_payout(vaults: ReddioBench) -> None:
    withdrawal = await vaults.take_out("ETH", "0.5")
    await set_aside(vaults)
    (owed,) = await waiting(vaults)
    quote = await quoted(vaults, owed)
    stranger = Sender(vaults.world.chain, genesis.private_key(STRANGER))
    stranger.send(bytes.fromhex(owed.contract[2:]), bytes.fromhex(owed.calldata[2:]))
    vaults.world.chain.mine()
    claim = await vaults.wallet.confirm(await vaults.wallet.review(quote))
    await vaults.until(lambda: vaults.voyage(claim).status is Status.UNDER_WAY)
    await vaults.world.step("block")
    await vaults.look()
    await vaults.until(lambda: vaults.mark(withdrawal, CLAIMED) is Mark.PROVEN)
    await vaults.until(lambda: vaults.voyage(claim).status is Status.FAILED)
    assert "nothing waited there" in vaults.voyage(claim).withdrawal.stage(CLAIMED).failed
    (truth,) = vaults.requests()
    assert truth["claimed_l1"] == str(5 * 10**17)
    assert vaults.wrong() == []


async def test_what_waits_for_a_recipient_survives_a_restart_and_a_reorganisation(vaults: ReddioBench) -> None:
    withdrawal = await vaults.take_out("ETH", "0.5")
    await set_aside(vaults)
    before = vaults.voyage(withdrawal).withdrawal.stage(UPDATED).best
    assert before is not None
    await vaults.restart()
    await vaults.look()
    assert vaults.mark(withdrawal, CLAIMABLE) is not Mark.AWAITED
    (owed,) = await waiting(vaults)
    claim = await claimed(vaults, owed)
    await vaults.world.step("block")
    await vaults.look()
    await vaults.until(lambda: vaults.mark(claim, CLAIMED) is Mark.PROVEN)
    paid = vaults.voyage(claim).withdrawal.stage(CLAIMED).best
    assert paid is not None
    vaults.world.chain.reorg(1, {bytes.fromhex(paid.tx_hash[2:])})
    await vaults.world.step("block")
    await vaults.look()
    await vaults.until(lambda: not vaults.voyage(claim).withdrawal.stage(CLAIMED).checked())
    assert not vaults.voyage(withdrawal).withdrawal.stage(CLAIMED).checked()
