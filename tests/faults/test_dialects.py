"""A whole voyage in every dialect of zkLink: form, signature, node, batch, proof, release and payout."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import Mark, Status
from ashore.sandbox.clock import Stage
from ashore.sandbox.zklink.faults import Switch
from ashore.systems.base import Draft
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.system.offer import ZkLinkOffer
from ashore.systems.zklink.system.opening import GATEWAY
from ashore.systems.zklink.system.tracks import ADVANCED, RELEASED
from faults.bench import RECIPIENT, Bench
from faults.stranger import made_elsewhere
from faults.worlds import Worlds

MOST_STEPS = 30


@pytest.fixture(params=[str(dialect) for dialect in Profile])
async def spoken(request: pytest.FixtureRequest, worlds: Worlds, tmp_path: Path) -> AsyncIterator[Bench]:
    """A wallet on a world that speaks one of the dialects."""
    app, world = worlds.open(tmp_path / "world", chains=2, profile=Profile(request.param))
    made = Bench(world, app, tmp_path / "wallet")
    try:
        yield await made.start()
    finally:
        await made.aclose()
        world.close()


async def arrives(bench: Bench, withdrawal: str, text: str) -> None:
    await bench.arrive()
    await bench.until(lambda: bench.voyage(withdrawal).status is Status.FINAL)
    assert bench.voyage(withdrawal).headline == text
    assert bench.wrong(alone=False) == []


async def test_from_the_form_to_the_end(spoken: Bench) -> None:
    withdrawal = await spoken.withdraw()
    for _ in range(MOST_STEPS):
        moved = (await spoken.world.step("stage"))["moved"]
        await spoken.world.step("block")
        await spoken.look()
        assert spoken.wrong() == []
        if moved is Stage.PAYOUT:
            break
    await arrives(spoken, withdrawal, "25.00 USDC arrived on Harbour.")
    assert {row.mark for row in spoken.voyage(withdrawal).rows} == {Mark.IRREVERSIBLE}
    second = await spoken.withdraw("3.5", chain="2")
    await arrives(spoken, second, "3.50 USDC arrived on Lagoon.")


async def test_fast(spoken: Bench) -> None:
    if spoken.world.config.profile is Profile.V2:
        offer = await spoken.wallet.open(spoken.wallet.profiles()[0].id, 0)
        quote = await spoken.wallet.quote(offer, Draft({"speed": "fast", "chain": "1", "target_token": "17"}))
        assert "cannot be paid in advance" in str(quote.problems["speed"]), "its contracts log it in another form"
        return
    withdrawal = await spoken.withdraw(speed="fast")
    assert spoken.voyage(withdrawal).track.ref.id == "zklink.fast"
    await arrives(spoken, withdrawal, "24.975 USDC arrived on Harbour.")
    assert spoken.mark(withdrawal, ADVANCED) is Mark.IRREVERSIBLE


async def test_activation_and_a_first_withdrawal(spoken: Bench) -> None:
    await spoken.activate()
    await spoken.operate("execute_l2")
    await spoken.look()
    withdrawal = await spoken.withdraw("5", account=1)
    await arrives(spoken, withdrawal, "5.00 USDC arrived on Harbour.")


async def test_followed(spoken: Bench) -> None:
    reference = await made_elsewhere(spoken.world)
    followed = await spoken.wallet.following.follow(spoken.wallet.profiles()[0].id, reference)
    await arrives(spoken, followed, "25.00 USDC arrived on Harbour.")


async def test_a_network_behind_a_gateway_of_its_own_is_followed_and_claimed_from(bench: Bench) -> None:
    pinned = bench.world.profile()
    bench.world.profile = lambda: {**pinned, "submits": False}  # type: ignore[method-assign]
    await bench.restart()
    profile = bench.wallet.profiles()[0].id
    offer = await bench.wallet.open(profile, 0)
    assert isinstance(offer, ZkLinkOffer)
    assert offer.blocked == GATEWAY
    fields = {"sub_account": "0", "chain": "1", "source_token": "17", "target_token": "17", "amount": "1"}
    quote = await bench.wallet.quote(offer, Draft({**fields, "recipient": RECIPIENT}))
    assert not quote.ready
    with pytest.raises(AshoreError, match="Nothing can be requested of this network"):
        await bench.wallet.review(quote)
    bench.world.faults.switches[Switch.RELAYER_OFF] = True
    followed = await bench.wallet.following.follow(profile, await made_elsewhere(bench.world))
    await bench.arrive()
    await bench.until(lambda: bench.mark(followed, RELEASED) is Mark.IRREVERSIBLE)
    await bench.until(lambda: bool(bench.wallet.unclaimed.found))
    claim = await bench.wallet.unclaimed.open_claim(bench.wallet.unclaimed.found[0])
    assert (await bench.wallet.review(await bench.wallet.quote(claim, Draft({"payer": "0"})))).confirm.startswith(
        "Claim"
    )
    assert bench.wrong(alone=False) == []
