"""Requests to a real Reddio on the practice network: what is offered, what is asked for, and what goes wrong."""

from __future__ import annotations

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import Mark, Status
from ashore.engine.views import ActivityQuery
from ashore.systems.base import Draft, Severity
from ashore.systems.reddio.codec import AssetKind, hex_of
from ashore.systems.reddio.settlement.transfers import ANSWERS, GIVEN_UP_MS, LAST_WAIT_MS, LATE_SINCE
from ashore.systems.reddio.system.offer import PLAIN_WAY, TO_VAULT
from ashore.systems.reddio.system.tracks import ACCEPTED, BATCHED, CLAIMABLE, REGISTERED, REQUESTED, SETTLED, UPDATED
from faults.reddio_bench import CORAL, PEARL, POSTCARD, REEF, SHELL, ReddioBench, held

WITHDRAWAL_TO, TRANSFERS = "/v1/withdrawalto", "/v1/transfers"


async def test_everything_that_an_account_holds_is_offered_and_checked(vaults: ReddioBench) -> None:
    offer = await vaults.open_reddio()
    assert not offer.blocked
    assert not [holding.problem for holding in offer.holdings if holding.problem]
    assert {holding.asset.kind for holding in offer.holdings} == set(AssetKind)
    assert held(offer, "ETH").base == 1_250_000 * 10**12
    assert (held(offer, PEARL).decimals, held(offer, PEARL).asset.quantum) == (8, 100)
    assert held(offer, SHELL, 2**256 - 1).available == 1
    assert offer.registered == {}
    assert offer.gas_price > 0
    other = await vaults.open_reddio(1)
    assert len([account for account in other.accounts if account.holdings]) == 2, "money under an older key is found"
    assert "another Stark key" in other.notes[0]


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
    offer = await vaults.open_reddio()
    assert held(offer, "ETH").available == 750_000


async def test_every_kind_of_asset_comes_to_where_it_can_be_claimed(vaults: ReddioBench) -> None:
    allowed = {}
    for symbol, token, amount, account, base in (
        (CORAL, None, "12.5", 0, 125 * 10**17),
        (PEARL, None, "0.000001", 0, 100),
        (SHELL, 2**256 - 1, "", 0, 1),
        (REEF, 21_000, "", 0, 1),
        (POSTCARD, 2, "", 0, 1),
        (SHELL, 300, "", 1, 1),
    ):
        withdrawal = await vaults.take_out(symbol, amount, token=token, account=account)
        allowed[withdrawal] = str(base)
    await vaults.arrive()
    for withdrawal in allowed:
        assert vaults.mark(withdrawal, CLAIMABLE) in (Mark.PROVEN, Mark.IRREVERSIBLE)
    assert [truth["allowed_l1"] for truth in vaults.requests()] == list(allowed.values())


async def stood_by(vaults: ReddioBench, transfer: str) -> None:
    """Let Reddio say often enough that a transfer is done."""
    for _ in range(ANSWERS):
        await vaults.look()
    assert vaults.voyage(transfer).status == "final"


async def test_a_reddio_that_lies_about_a_transfer_is_not_believed_before_ethereum_moves(vaults: ReddioBench) -> None:
    receiver = (await vaults.open_reddio(2)).accounts[0].stark_key
    transfer = await vaults.take_out("ETH", "0.25", way=TO_VAULT, recipient=receiver)
    await vaults.operate("accept")
    vaults.set_faults(lie_on_l1=True, update_delayed=True)
    for _ in range(ANSWERS + 2):
        await vaults.look()
    voyage = vaults.voyage(transfer)
    assert (voyage.status, vaults.mark(transfer, SETTLED)) == ("under-way", Mark.AWAITED)
    assert "no state update since it was made" in voyage.headline
    assert "does not take Reddio’s word" in voyage.advice
    vaults.set_faults(lie_on_l1=False, update_delayed=False)
    await vaults.arrive()
    await stood_by(vaults, transfer)
    (row,) = (row for row in vaults.voyage(transfer).rows if row.stage.id == SETTLED)
    assert row.mark is Mark.REPORTED
    assert row.said_by == "Reddio says so"
    assert "Reddio’s word alone" in row.sentence
    assert "by Reddio’s word" in vaults.voyage(transfer).headline


async def test_a_transfer_of_which_reddio_says_no_more_is_given_up_and_not_called_done(vaults: ReddioBench) -> None:
    receiver = (await vaults.open_reddio(2)).accounts[0].stark_key
    transfer = await vaults.take_out("ETH", "0.25", way=TO_VAULT, recipient=receiver)
    await vaults.operate("accept")
    await vaults.look()
    vaults.set_faults(dead=True)
    vaults.leap.forward(GIVEN_UP_MS / 1000 + 1)
    await vaults.look_until(lambda: LATE_SINCE in vaults.voyage(transfer).withdrawal.facts)
    assert vaults.voyage(transfer).status is Status.UNDER_WAY, "a week says nothing while nobody asks"
    vaults.leap.forward(LAST_WAIT_MS / 1000 + 1)
    await vaults.look_until(lambda: vaults.voyage(transfer).status is not Status.UNDER_WAY)
    voyage = vaults.voyage(transfer)
    assert voyage.status is Status.UNSEEN
    assert voyage.headline == "It is not known whether it is in the receiver’s vault."
    assert "before you send anything again" in voyage.advice
    (row,) = (row for row in voyage.rows if row.stage.id == SETTLED)
    assert (row.mark, row.said_by, row.sentence) == (
        Mark.UNKNOWN,
        "not known",
        "Reddio took the transfer, and does not say that it is in the receiver’s vault.",
    )
    (listed,) = (each for each in vaults.wallet.activity(ActivityQuery(), None, 9).rows if each.id == transfer)
    assert (listed.stage_title, listed.mark) == ("In the receiver’s vault", Mark.UNKNOWN)


async def test_a_transfer_to_a_vault_is_done_by_reddios_word(vaults: ReddioBench) -> None:
    receiver = (await vaults.open_reddio(2)).accounts[0].stark_key
    transfer = await vaults.take_out("ETH", "0.25", way=TO_VAULT, recipient=receiver)
    await vaults.arrive()
    await stood_by(vaults, transfer)
    assert vaults.mark(transfer, SETTLED) is Mark.REPORTED
    assert held(await vaults.open_reddio(2), "ETH").available == 2_250_000
    (truth,) = vaults.requests("transfers")
    assert truth["duplicates"] == 0


async def test_the_plain_way_is_refused_while_the_key_is_not_registered(vaults: ReddioBench) -> None:
    quote = await vaults.quote_of("ETH", "0.5", way=PLAIN_WAY, recipient="")
    assert quote.problems["way"].severity is Severity.BLOCKS
    assert "not registered" in quote.problems["way"].sentence


@pytest.mark.parametrize(
    ("switch", "stage", "said"),
    [
        ("fail", ACCEPTED, "could not carry it out"),
        ("reject", BATCHED, "StarkEx rejected"),
        ("roll_back", ACCEPTED, "rolled the request back"),
    ],
)
async def test_each_bad_ending_is_told_by_its_own_name(vaults: ReddioBench, switch: str, stage: str, said: str) -> None:
    withdrawal = await vaults.take_out("ETH", "0.5")
    vaults.set_faults(**{switch: "a reason of theirs"})
    await vaults.world.settle()
    await vaults.look()
    voyage = vaults.voyage(withdrawal)
    assert voyage.status == "failed"
    assert said in voyage.withdrawal.stage(stage).failed
    assert "“a reason of theirs”" in voyage.withdrawal.stage(stage).failed
    vaults.set_faults(**{switch: False})
    again = await vaults.take_out("ETH", "0.5")
    await vaults.arrive()
    assert vaults.mark(again, CLAIMABLE) in (Mark.PROVEN, Mark.IRREVERSIBLE), "a new request has a number of its own"


async def test_more_than_there_is_fails_later_and_says_why(vaults: ReddioBench) -> None:
    review = await vaults.review_of("ETH", "1")
    receiver = (await vaults.open_reddio(2)).accounts[0].stark_key
    transfer = await vaults.take_out("ETH", "0.5", way=TO_VAULT, recipient=receiver)
    with pytest.raises(AshoreError):
        await vaults.wallet.confirm(review)  # its number is used by the transfer
    await vaults.world.settle()
    await stood_by(vaults, transfer)


@pytest.mark.parametrize("way", ["ethereum", TO_VAULT])
async def test_an_answer_that_is_lost_after_the_effect_is_found_by_the_signature(vaults: ReddioBench, way: str) -> None:
    path, fields = WITHDRAWAL_TO, {"way": way}
    if way == TO_VAULT:
        path, fields["recipient"] = TRANSFERS, (await vaults.open_reddio(2)).accounts[0].stark_key
    for count, kind in enumerate(("drop", "http", "garbage"), start=1):
        vaults.set_faults(rules=[{"path": path, "kind": kind, "phase": "after"}])
        withdrawal = await vaults.take_out("ETH", "0.1", **fields)
        voyage = vaults.voyage(withdrawal)
        assert voyage.status == "under-way"
        assert voyage.withdrawal.facts["sequence_id"]
        told = vaults.requests("transfers" if way == TO_VAULT else "withdrawals")
        assert [truth["duplicates"] for truth in told] == [0] * count, "nothing was sent twice"
        assert vaults.world.status()["reddio"]["calls"][path] == count


async def test_an_answer_that_is_lost_before_the_effect_lets_the_identical_request_go_again(
    vaults: ReddioBench,
) -> None:
    for count, kind in enumerate(("drop", "http", "garbage"), start=1):
        vaults.set_faults(rules=[{"path": WITHDRAWAL_TO, "kind": kind, "phase": "before"}])
        withdrawal = await vaults.take_out("ETH", "0.1")
        voyage = vaults.voyage(withdrawal)
        assert voyage.status == "under-way"
        assert voyage.withdrawal.request is not None
        assert voyage.withdrawal.request.sends == 2
        assert len(vaults.requests()) == count


async def test_a_refusal_that_something_made_up_after_the_effect_does_not_hide_it(vaults: ReddioBench) -> None:
    lie = {"path": WITHDRAWAL_TO, "kind": "error", "phase": "after", "code": 34, "message": "invalid signature"}
    vaults.set_faults(rules=[lie])
    withdrawal = await vaults.take_out("ETH", "0.5")
    assert vaults.voyage(withdrawal).status == "under-way"
    assert len(vaults.requests()) == 1


async def test_a_request_that_arrives_twice_counts_once(vaults: ReddioBench) -> None:
    vaults.set_faults(repeat_post=True)
    withdrawal = await vaults.take_out("ETH", "0.5")
    assert vaults.voyage(withdrawal).status == "under-way"
    (truth,) = vaults.requests()
    assert truth["duplicates"] == 1


async def test_a_refusal_is_told_in_a_sentence_whatever_http_says(vaults: ReddioBench) -> None:
    for status in (200, 400):
        review = await vaults.review_of("ETH", "0.5")
        no = {"path": WITHDRAWAL_TO, "kind": "error", "code": 34, "message": "bad", "status": status}
        vaults.set_faults(rules=[no])
        withdrawal = await vaults.wallet.confirm(review)
        await vaults.until(lambda of=withdrawal: vaults.voyage(of).status not in ("prepared", "unknown"))  # type: ignore[misc]
        voyage = vaults.voyage(withdrawal)
        assert voyage.status == "refused"
        assert "signature" in voyage.headline
        assert vaults.requests() == []


async def test_strange_but_harmless_shapes_are_read(vaults: ReddioBench) -> None:
    vaults.set_faults(quantum_as_text=True, error_null=True, errors_as_4xx=True)
    withdrawal = await vaults.take_out(PEARL, "0.000001")
    await vaults.arrive()
    assert vaults.mark(withdrawal, CLAIMABLE) in (Mark.PROVEN, Mark.IRREVERSIBLE)


async def test_what_does_not_fit_ethereum_is_not_signed_for(vaults: ReddioBench) -> None:
    for switch in ("wrong_asset_type", "wrong_decimals", "wrong_quantum"):
        vaults.set_faults(**{switch: True})
        offer = await vaults.open_reddio()
        assert all(holding.problem for holding in offer.holdings if holding.asset.kind is AssetKind.ERC20)
        vaults.set_faults(**{switch: False})


async def test_a_vault_or_a_number_that_cannot_be_takes_nothing(vaults: ReddioBench) -> None:
    vaults.set_faults(wrong_vault=True)
    quote = await vaults.quote_of("ETH", "0.5")
    with pytest.raises(AshoreError, match="two vaults are the same"):
        await vaults.wallet.review(quote)
    vaults.set_faults(wrong_vault=False, wrong_nonce=True)
    withdrawal = await vaults.take_out("ETH", "0.5")
    assert vaults.voyage(withdrawal).status == "refused"
    assert vaults.requests() == []


async def test_a_used_number_that_is_named_again_makes_no_second_request_of_the_first(vaults: ReddioBench) -> None:
    first = await vaults.take_out("ETH", "0.5")
    await vaults.arrive()
    await vaults.restart()
    vaults.set_faults(wrong_nonce=True)  # one that was used
    review = await vaults.review_of("ETH", "0.5")
    request = vaults.voyage(first).withdrawal.request
    assert request is not None
    assert review.identifier == request.locator, "the same bytes, signed in the same way"
    with pytest.raises(AshoreError, match="made before"):
        await vaults.wallet.confirm(review)
    vaults.set_faults(wrong_nonce=False)
    await vaults.take_out("ETH", "0.5")
    assert len(vaults.requests()) == 2


async def test_a_dead_api_opens_nothing_and_holds_up_nothing_on_the_chain(vaults: ReddioBench) -> None:
    withdrawal = await vaults.take_out("ETH", "0.5")
    vaults.set_faults(dead=True)
    with pytest.raises(AshoreError):
        await vaults.open_reddio()
    await vaults.look()
    assert vaults.wallet.operator_notes(), "that nobody answers is said"
    await vaults.arrive()
    assert vaults.mark(withdrawal, CLAIMABLE) in (Mark.PROVEN, Mark.IRREVERSIBLE), "Ethereum alone is enough"


async def test_a_frozen_contract_takes_no_request(vaults: ReddioBench) -> None:
    vaults.set_faults(frozen=True)
    await vaults.world.step("stage")
    await vaults.world.step("block")
    quote = await vaults.quote_of("ETH", "0.5")
    assert "frozen" in quote.problems["account"].sentence


async def test_a_word_that_ethereum_does_not_show_is_contradicted(vaults: ReddioBench) -> None:
    withdrawal = await vaults.take_out("ETH", "0.5")
    vaults.set_faults(lie_on_l1=True)
    await vaults.operate("accept")
    await vaults.look()
    assert vaults.mark(withdrawal, UPDATED) is Mark.REPORTED
    vaults.leap.forward(3_600)
    await vaults.look()
    assert vaults.voyage(withdrawal).withdrawal.stage(UPDATED).contradicted


@pytest.mark.parametrize("switch", ["wrong_amount", "wrong_receiver"])
async def test_a_record_of_something_else_is_not_believed(vaults: ReddioBench, switch: str) -> None:
    withdrawal = await vaults.take_out("ETH", "0.5")
    vaults.set_faults(**{switch: True})
    await vaults.operate("accept")
    await vaults.look()
    assert vaults.mark(withdrawal, ACCEPTED) is not Mark.REPORTED
    assert vaults.voyage(withdrawal).withdrawal.stage(ACCEPTED).contradicted
    await vaults.arrive()
    assert vaults.mark(withdrawal, CLAIMABLE) in (Mark.PROVEN, Mark.IRREVERSIBLE)


async def test_a_contract_as_receiver_is_warned_of(vaults: ReddioBench) -> None:
    assert vaults.world.reddio is not None
    committee = "0x" + vaults.world.reddio.deployment.committee.address.hex()
    ether = await vaults.review_of("ETH", "0.5", recipient=committee)
    assert "plain call" in ether.warnings[0]
    single = await vaults.review_of(SHELL, token=1, recipient=committee)
    assert "safeTransferFrom" in single.warnings[0]
    person = await vaults.review_of("ETH", "0.5")
    assert not any("contract" in warning and "recipient is a contract" in warning for warning in person.warnings)


async def test_a_request_outlives_the_wallet(vaults: ReddioBench) -> None:
    withdrawal = await vaults.take_out("ETH", "0.5", expiration="2400-01-01")
    await vaults.restart()
    await vaults.arrive()
    assert vaults.mark(withdrawal, CLAIMABLE) in (Mark.PROVEN, Mark.IRREVERSIBLE)
    owner = vaults.voyage(withdrawal).withdrawal.terms.details["owner_key"]
    assert hex_of(int(owner)) == vaults.requests()[0]["owner_key"]


async def test_a_key_is_registered_and_then_the_plain_way_goes_to_its_address(vaults: ReddioBench) -> None:
    offer = await vaults.open_reddio()
    account = offer.accounts[0]
    opened = await vaults.wallet.registering.open(vaults.reddio, 0, account.name)
    quote = await vaults.wallet.quote(opened, Draft({"payer": "1"}))
    assert quote.ready, quote.problems
    review = await vaults.wallet.review(quote)
    lines = {line.label: line.value for line in review.lines}
    assert lines["Registers"] == account.stark_key
    assert lines["For the address"].lower() == offer.address
    registration = await vaults.wallet.confirm(review)
    await vaults.until(lambda: vaults.voyage(registration).status == "under-way")
    await vaults.world.step("block")
    await vaults.look()
    assert vaults.mark(registration, REGISTERED) is Mark.PROVEN
    await vaults.world.step("finalize")
    await vaults.look()
    assert vaults.voyage(registration).status == "final"
    assert vaults.told("registered") == {account.stark_key: offer.address}

    again = await vaults.wallet.registering.open(vaults.reddio, 0, account.name)
    refused = await vaults.wallet.quote(again, Draft({"payer": "1"}))
    assert not refused.ready
    assert "registered already" in str(refused.problems["claim"])

    plain = await vaults.take_out("ETH", "0.5", way=PLAIN_WAY, recipient="")
    twice = await vaults.take_out("ETH", "0.5", way=PLAIN_WAY, recipient="")
    await vaults.arrive()
    for each in (plain, twice):
        assert vaults.mark(each, CLAIMABLE) in (Mark.PROVEN, Mark.IRREVERSIBLE)
    await vaults.wallet.unclaimed.look()
    (owed,) = [each for each in vaults.wallet.unclaimed.found if each.profile == vaults.reddio]
    assert (owed.owner, owed.amount) == (offer.address, 10**18)


@pytest.mark.parametrize("phase", ["after", "before"])
async def test_a_plain_request_whose_answer_is_lost_is_never_sent_twice(vaults: ReddioBench, phase: str) -> None:
    opened = await vaults.wallet.registering.open(vaults.reddio, 0, (await vaults.open_reddio()).accounts[0].name)
    registration = await vaults.wallet.confirm(
        await vaults.wallet.review(await vaults.wallet.quote(opened, Draft({"payer": "1"})))
    )
    await vaults.until(lambda: vaults.voyage(registration).status == "under-way")
    await vaults.world.step("block")
    vaults.set_faults(rules=[{"path": "/v1/withdrawal", "kind": "drop", "phase": phase}])
    plain = await vaults.wallet.confirm(await vaults.review_of("ETH", "0.5", way=PLAIN_WAY, recipient=""))
    if phase == "after":
        await vaults.until(lambda: vaults.voyage(plain).status == "under-way")
    else:
        await vaults.until(lambda: "no signature" in _said(vaults, plain))
        assert vaults.voyage(plain).status == "unknown"
    assert len(vaults.requests()) == (1 if phase == "after" else 0)
    request = vaults.voyage(plain).withdrawal.request
    assert request is not None
    assert request.sends == 1


def _said(vaults: ReddioBench, withdrawal: str) -> str:
    request = vaults.voyage(withdrawal).withdrawal.request
    return "" if request is None else request.said
