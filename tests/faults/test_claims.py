"""Claims in a whole wallet: queued, outbid, called off, told truthfully, and refused before anything is signed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ashore.domain.addresses import checksum
from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import PRICED_OUT, Mark, Status
from ashore.ethereum.transactions import UnsignedTransaction, raw_transaction
from ashore.sandbox import genesis
from ashore.sandbox.evm.contracts import Sender, load_artifact
from ashore.sandbox.zklink.faults import Switch
from ashore.systems.base import Draft, Unclaimed
from ashore.systems.claiming.claims import ClaimOffer, ClaimQuote
from ashore.systems.claiming.track import CLAIMED
from faults.bench import RECIPIENT, Bench

FAUCET = 9
GWEI = 10**9
OTHER = "0x" + "6b" * 20


async def released(bench: Bench, *amounts: str, **fields: str) -> list[str]:
    """Withdrawals that the contract owes and nobody sends on."""
    bench.world.faults.switches[Switch.RELAYER_OFF] = True
    made = []
    for amount in amounts:
        made.append(await bench.withdraw(amount, **fields))
        await bench.operate("execute_l2")
        await bench.look()
    await bench.world.settle()
    await bench.world.step("finalize")
    await bench.look()
    return made


async def waiting(bench: Bench, owner: str = RECIPIENT) -> Unclaimed:
    await bench.wallet.unclaimed.look()
    (owed,) = [each for each in bench.wallet.unclaimed.found if each.owner == owner.lower()]
    return owed


async def offer_of(bench: Bench, owed: Unclaimed) -> ClaimOffer:
    offer = await bench.wallet.unclaimed.open_claim(owed)
    assert isinstance(offer, ClaimOffer)
    return offer


async def quoted(bench: Bench, owed: Unclaimed, payer: int = 0, max_fee: str = "") -> ClaimQuote:
    draft = Draft({"payer": str(payer), "max_fee": max_fee})
    quote = await bench.wallet.quote(await offer_of(bench, owed), draft)
    assert isinstance(quote, ClaimQuote)
    return quote


async def claimed(bench: Bench, owed: Unclaimed, payer: int = 0, max_fee: str = "") -> str:
    quote = await quoted(bench, owed, payer, max_fee)
    assert quote.ready, quote.problems
    claim = await bench.wallet.confirm(await bench.wallet.review(quote))
    await bench.until(lambda: bench.voyage(claim).status is Status.UNDER_WAY)
    return claim


async def replaced(bench: Bench, claim: str, *, cancel: bool = False) -> None:
    offer = await bench.wallet.unclaimed.open_replacement(claim, cancel=cancel)
    quote = await bench.wallet.quote(offer, Draft())
    assert quote.ready, quote.problems
    assert await bench.wallet.confirm(await bench.wallet.review(quote)) == claim
    await bench.until(lambda: bench.voyage(claim).withdrawal.rivals[-1].state.value == "accepted")


def transactions(bench: Bench, claim: str) -> list[UnsignedTransaction]:
    rivals = bench.voyage(claim).withdrawal.rivals
    return [UnsignedTransaction.of_signed(raw_transaction(move.payload)) for move in rivals]


async def mined(bench: Bench, claim: str) -> None:
    await bench.world.step("block")
    await bench.look()
    await bench.until(lambda: bench.mark(claim, CLAIMED) is Mark.PROVEN)


async def test_a_claim_that_was_priced_out_is_sped_up_and_paid_once(bench: Bench) -> None:
    await released(bench, "25")
    claim = await claimed(bench, await waiting(bench))
    bench.world.chain.set_least_base_fee(80 * GWEI)
    await bench.world.step("block")
    while not bench.voyage(claim).withdrawal.facts.get(PRICED_OUT):
        await bench.look()
    voyage = bench.voyage(claim)
    assert voyage.headline == "It waits: gas costs 80 gwei now, more than this claim may spend."
    assert (voyage.rows[-1].again, voyage.rows[-1].also) == ("Speed up", "Cancel the claim")
    await replaced(bench, claim)
    first, faster = transactions(bench, claim)
    assert (faster.nonce, faster.data, faster.to) == (first.nonce, first.data, first.to)
    assert faster.max_fee > 80 * GWEI
    await mined(bench, claim)
    assert bench.voyage(claim).rows[-1].again == ""
    await bench.world.step("finalize")
    await bench.look()
    await bench.until(lambda: bench.voyage(claim).status is Status.FINAL)
    assert bench.wrong() == []


async def test_a_restart_between_signing_and_sending_sends_the_same_one(bench: Bench) -> None:
    await released(bench, "25")
    claim = await claimed(bench, await waiting(bench))
    bench.wire.cut = {"/l1/"}
    offer = bench.wallet.unclaimed.open_replacement(claim, cancel=False)
    with pytest.raises(AshoreError):
        await offer
    bench.wire.cut = set()
    opened = await bench.wallet.unclaimed.open_replacement(claim, cancel=False)
    review = await bench.wallet.review(await bench.wallet.quote(opened, Draft()))
    bench.wire.cut = {"/l1/"}
    await bench.wallet.confirm(review)
    await bench.until(lambda: bench.voyage(claim).withdrawal.rivals[-1].misses > 0)
    assert not bench.voyage(claim).withdrawal.may_be_replaced, "the last one has not left yet"
    await bench.restart()
    bench.wire.cut = set()
    await bench.until(lambda: bench.voyage(claim).withdrawal.rivals[-1].state.value == "accepted")
    assert len(transactions(bench, claim)) == 2
    await mined(bench, claim)
    assert bench.wrong() == []


async def test_two_claims_of_one_payer_queue_with_following_numbers(bench: Bench) -> None:
    await released(bench, "25")
    await released(bench, "3", recipient=OTHER)
    first = await claimed(bench, await waiting(bench))
    owed = await waiting(bench, OTHER)
    quote = await quoted(bench, owed)
    assert quote.payer is not None
    assert quote.payer.ahead == 1
    assert "It waits its turn" in quote.problems["payer"].sentence
    second = await claimed(bench, owed)
    (one,), (two,) = transactions(bench, first), transactions(bench, second)
    assert two.nonce == one.nonce + 1
    await replaced(bench, first)  # with the first one's number, not with the next
    assert {tx.nonce for tx in transactions(bench, first)} == {one.nonce}
    await mined(bench, first)
    await bench.until(lambda: bench.mark(second, CLAIMED) is Mark.PROVEN)
    assert bench.wrong() == []


async def test_what_waiting_claims_may_cost_is_not_spent_twice(bench: Bench) -> None:
    await released(bench, "25")
    await released(bench, "3", recipient=OTHER)
    await claimed(bench, await waiting(bench))
    offer = await offer_of(bench, await waiting(bench, OTHER))
    payer = offer.payers[0]
    assert payer.reserved > 0
    scarce = replace(payer, balance=payer.reserved + 1)
    quote = await bench.wallet.quote(replace(offer, payers=(scarce, *offer.payers[1:])), Draft({"payer": "0"}))
    assert "beside what its waiting transactions may cost" in quote.problems["payer"].sentence
    assert not quote.ready


async def test_a_number_that_was_called_off_does_not_hold_the_next_one_up(bench: Bench) -> None:
    await released(bench, "25")
    await released(bench, "3", recipient=OTHER)
    first = await claimed(bench, await waiting(bench))
    second = await claimed(bench, await waiting(bench, OTHER))
    await replaced(bench, first, cancel=True)
    assert bench.voyage(first).headline == "The cancellation is under way."
    assert bench.voyage(first).rows[-1].again == "Claim after all"
    await mined(bench, second)
    while not bench.voyage(first).headline.startswith("A block took the cancellation"):
        await bench.look()
    assert bench.voyage(first).status is Status.UNDER_WAY
    await bench.world.step("finalize")
    await bench.look()
    assert bench.voyage(first).headline == "Cancelled, as you wished."
    again = await claimed(bench, await waiting(bench))
    await mined(bench, again)
    assert bench.wrong() == []


async def test_the_same_money_is_not_claimed_twice_at_once(bench: Bench) -> None:
    await released(bench, "25")
    owed = await waiting(bench)
    early = await bench.wallet.review(await quoted(bench, owed, payer=1))
    claim = await claimed(bench, owed)
    assert bench.wallet.unclaimed.claim_of(owed) == claim
    offer = await offer_of(bench, owed)
    assert offer.under_way == claim
    quote = await bench.wallet.quote(offer, Draft({"payer": "1"}))
    assert "being claimed already" in quote.problems["claim"].sentence
    with pytest.raises(AshoreError, match="being claimed already"):
        await bench.wallet.confirm(early)
    await mined(bench, claim)
    assert bench.wallet.unclaimed.claim_of(owed) == ""


async def test_merged_money_is_told_apart_as_its_payout_will_be(bench: Bench) -> None:
    first, second = await released(bench, "25", "3.5")
    owed = await waiting(bench)
    assert owed.amount == 28_500_000
    told = (await offer_of(bench, owed)).pays
    assert [part.partition(" that you withdrew")[0] for part in told] == ["25.00 USDC", "3.50 USDC"]
    quote = await quoted(bench, owed)
    review = await bench.wallet.review(quote)
    lines = {line.label: line.value for line in review.lines}
    assert lines["What it pays"] == "; ".join(told)
    claim = await claimed(bench, owed)
    await mined(bench, claim)
    assert (bench.mark(first, "paid"), bench.mark(second, "paid")) == (Mark.PROVEN, Mark.PROVEN)


async def test_money_that_was_asked_for_elsewhere_is_told_as_such(bench: Bench, other: Bench) -> None:
    """Another device of the same person withdrew to the same address; this one's journal knows nothing of it."""
    await released(other, "7")
    await bench.look()
    await released(bench, "25")
    told = (await offer_of(bench, await waiting(bench))).pays
    assert told[0].startswith("25.00 USDC that you withdrew at ")
    assert told[1] == "7.00 USDC that was not asked for here"


async def test_an_owner_that_refuses_ether_is_told_before_anything_is_signed(bench: Bench) -> None:
    bench.world.chain.automine = True
    wallet = Sender(bench.world.chain, genesis.private_key(FAUCET)).deploy(load_artifact("RefusingWallet"))
    bench.world.chain.automine = False
    owner = checksum(wallet.address)
    await released(bench, "0.1", recipient=owner, source_token="33", target_token="33")
    owed = await waiting(bench, owner)
    before = bench.world.chain.nonce(genesis.address(0))
    quote = await quoted(bench, owed)
    problem = quote.problems["claim"]
    assert problem.sentence.startswith("The owner does not take this money: it is a contract")
    assert "turns payments in ETH away" in problem.sentence
    assert "no gas was spent" in problem.advice
    assert not quote.ready
    with pytest.raises(AshoreError):
        await bench.wallet.review(quote)
    assert bench.world.chain.nonce(genesis.address(0)) == before
    assert [state.request.kind for state in bench.claims() if state.request] == [MoveKind.REQUEST]


async def test_what_a_block_took_during_the_review_is_not_replaced(bench: Bench) -> None:
    await released(bench, "25")
    claim = await claimed(bench, await waiting(bench))
    offer = await bench.wallet.unclaimed.open_replacement(claim, cancel=False)
    review = await bench.wallet.review(await bench.wallet.quote(offer, Draft()))
    await mined(bench, claim)
    with pytest.raises(AshoreError, match="A block has taken it meanwhile"):
        await bench.wallet.confirm(review)
    assert len(bench.voyage(claim).withdrawal.moves) == 1
    assert bench.wrong() == []
