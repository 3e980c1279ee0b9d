"""A plain withdrawal lies under its Stark key until that is registered: the whole way on a real practice network."""

from __future__ import annotations

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveState
from ashore.domain.withdrawal import Mark, Status
from ashore.engine.views import Review
from ashore.systems.base import Draft
from ashore.systems.claiming.track import CLAIMED
from ashore.systems.reddio.system.registration import RegistrationOffer
from ashore.systems.reddio.system.tracks import CLAIMABLE, REGISTERED
from faults.reddio_bench import ReddioBench
from faults.test_reddio_claims import claimed

PAYER = "1"


async def opened(vaults: ReddioBench, key: int = 0) -> RegistrationOffer:
    account = vaults.wallet.accounts()[0]
    names = await vaults.wallet.stark_accounts.of(account, vaults.reddio)
    offer = await vaults.wallet.registering.open(vaults.reddio, account.index, names[key][0])
    assert isinstance(offer, RegistrationOffer)
    return offer


async def reviewed(vaults: ReddioBench, payer: str = PAYER) -> Review:
    quote = await vaults.wallet.quote(await opened(vaults), Draft({"payer": payer, "max_fee": ""}))
    assert quote.ready, quote.problems
    return await vaults.wallet.review(quote)


async def register(vaults: ReddioBench) -> str:
    """Send it, have it mined, and look; returns its id."""
    withdrawal = await vaults.wallet.confirm(await reviewed(vaults))
    await vaults.until(lambda: vaults.voyage(withdrawal).status is Status.UNDER_WAY)
    await vaults.world.step("block")
    await vaults.look()
    return withdrawal


async def test_the_review_says_which_key_is_tied_to_which_address(vaults: ReddioBench) -> None:
    review = await reviewed(vaults)
    account, payer = vaults.wallet.accounts()[:2]
    lines = {line.label: line.value for line in review.lines}
    assert lines["For the address"].lower() == account.address.lower()
    assert lines["Paid by"].lower() == payer.address.lower()
    assert lines["Registers"] == review.plan.terms.details["stark_key"]
    gas = (await opened(vaults)).gas
    assert 400_000 < gas <= 3_000_000, "more than a claim ever takes"


async def test_what_came_to_a_stark_key_is_claimed_once_the_key_is_registered(vaults: ReddioBench) -> None:
    registration = await register(vaults)
    assert vaults.mark(registration, REGISTERED) in (Mark.PROVEN, Mark.IRREVERSIBLE)
    account = vaults.wallet.accounts()[0]
    offer = await vaults.open_reddio()
    assert offer.registered[offer.accounts[0].stark_key] == account.address.lower()
    assert vaults.world.status()["reddio"]["registered"] == {offer.accounts[0].stark_key: account.address.lower()}
    assert (await opened(vaults)).refused is not None, "it can be done once"
    first = await vaults.take_out("ETH", "0.1", way="plain", recipient="")
    await vaults.operate("accept", "batch", "prove", "update")
    await vaults.look()
    assert vaults.mark(first, CLAIMABLE) in (Mark.PROVEN, Mark.IRREVERSIBLE)
    await vaults.arrive()
    assert vaults.voyage(registration).status is Status.FINAL
    await vaults.wallet.unclaimed.look()
    (owed,) = vaults.wallet.unclaimed.found
    assert (owed.owner, owed.amount, owed.unclear) == (account.address.lower(), 10**17, "")
    claim = await claimed(vaults, owed)
    await vaults.world.step("block")
    await vaults.arrive()
    assert vaults.mark(claim, CLAIMED) is Mark.IRREVERSIBLE
    assert vaults.voyage(first).status is Status.FINAL
    (paid,) = vaults.requests("claims")
    assert (paid["recipient"], paid["amount"]) == (account.address.lower(), str(10**17))


async def sent(vaults: ReddioBench) -> str:
    """A registration that an endpoint took, and no block yet."""
    withdrawal = await vaults.wallet.confirm(await reviewed(vaults))
    await vaults.until(lambda: vaults.voyage(withdrawal).status is Status.UNDER_WAY)
    return withdrawal


async def replaced(vaults: ReddioBench, registration: str, *, cancel: bool = False) -> Review:
    """Speed it up, or cancel it; an endpoint takes that."""
    offer = await vaults.wallet.unclaimed.open_replacement(registration, cancel=cancel)
    quote = await vaults.wallet.quote(offer, Draft({"max_fee": ""}))
    assert quote.ready, quote.problems
    review = await vaults.wallet.review(quote)
    assert await vaults.wallet.confirm(review) == registration
    await vaults.until(lambda: vaults.voyage(registration).withdrawal.rivals[-1].state is MoveState.ACCEPTED)
    return review


async def test_a_registration_that_waits_is_sped_up_and_registers_once(vaults: ReddioBench) -> None:
    registration = await sent(vaults)
    voyage = vaults.voyage(registration)
    assert (voyage.rows[-1].again, voyage.rows[-1].also) == ("Speed up", "Cancel the registration")
    review = await replaced(vaults, registration)
    assert review.plan.confirm == "Speed up the registration"
    lines = {line.label: line for line in review.lines}
    assert lines["Registers"].value == review.plan.terms.details["stark_key"]
    assert lines["Number of the transaction"].note.startswith("the registration’s own nonce")
    assert vaults.voyage(registration).headline == "Under way, with a higher price of gas."
    await vaults.world.step("block")
    await vaults.look_until(lambda: vaults.voyage(registration).withdrawal.receipt is not None)
    state = vaults.voyage(registration).withdrawal
    assert state.receipt is not None
    assert state.receipt.tx_hash == state.rivals[-1].locator, "its receipt tells which one, and what it cost"
    assert vaults.mark(registration, REGISTERED) in (Mark.PROVEN, Mark.IRREVERSIBLE)
    assert not state.may_be_replaced
    await vaults.arrive()
    assert vaults.voyage(registration).status is Status.FINAL


async def test_a_registration_that_waits_is_cancelled_and_holds_up_no_claim(vaults: ReddioBench) -> None:
    registration = await sent(vaults)
    review = await replaced(vaults, registration, cancel=True)
    assert review.plan.confirm == "Cancel the registration"
    assert vaults.voyage(registration).headline == "The cancellation is under way."
    await vaults.world.step("block")
    await vaults.look_until(lambda: vaults.voyage(registration).withdrawal.cancelled_by is not None)
    assert vaults.voyage(registration).rows[-1].sentence.startswith("Not registered:")
    await vaults.world.step("finalize")
    await vaults.look_until(lambda: vaults.voyage(registration).status is Status.CANCELLED)
    assert vaults.world.status()["reddio"]["registered"] == {}
    again = await opened(vaults)
    assert (again.refused, again.under_way) == (None, ""), "it can be wished for anew"
    assert {each.ahead for each in again.payers} == {0}, "nothing waits behind it"


async def test_one_key_is_registered_by_one_transaction_at_a_time(vaults: ReddioBench) -> None:
    other = await reviewed(vaults, payer="0")
    registration = await sent(vaults)
    with pytest.raises(AshoreError, match="being registered already"):
        await vaults.wallet.confirm(other)
    offer = await opened(vaults)
    assert offer.under_way == registration
    quote = await vaults.wallet.quote(offer, Draft({"payer": "0", "max_fee": ""}))
    assert not quote.ready
    assert "being registered already" in quote.problems["claim"].sentence
    capital = await opened(vaults, key=1)
    assert capital.under_way == "", "another key is another thing"


async def test_the_same_plain_withdrawal_can_be_wished_for_twice_but_confirmed_once(vaults: ReddioBench) -> None:
    await register(vaults)
    quote = await vaults.quote_of("ETH", "0.1", way="plain", recipient="")
    review = await vaults.wallet.review(quote)
    first = await vaults.wallet.confirm(review)
    await vaults.until(lambda: vaults.voyage(first).status not in ("prepared", "unknown"))
    with pytest.raises(AshoreError, match="already under way"):
        await vaults.wallet.confirm(review)
    await vaults.operate("accept", "batch", "prove", "update")
    await vaults.look()
    second = await vaults.take_out("ETH", "0.1", way="plain", recipient="")
    await vaults.operate("accept", "batch", "prove", "update")
    await vaults.look()
    assert second != first
    assert len([each for each in vaults.requests() if each["way"] == "withdrawal"]) == 2
