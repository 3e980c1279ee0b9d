"""Reddio in the real window: what is asked of it, and what becomes of that while only Reddio can tell."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from journeys.flows import CHECKSUMMED, RECIPIENT, REVIEW
from journeys.house import House
from journeys.person import Person
from journeys.reddio_flows import (
    CLAIMABLE,
    FORM,
    MARKS,
    SENT,
    WAITS,
    ask_for,
    assets,
    bring_to_ethereum,
    choose_asset,
    confirm,
    misbehave,
    open_vaults,
    reddio,
    review,
    rule,
    send,
    told_by_its_card,
    truth,
)
from unit.ui.looking import cut_off

LARGEST = str(2**256 - 1)


async def test_ether_goes_from_the_form_to_where_it_is_claimed(vaults: House) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        person.photograph("home")
        await open_vaults(person)
        assert person.sees("This takes two steps.", "claim it: that costs gas")
        await ask_for(person, "1.25 ETH", "0.5")
        person.photograph("form")
        assert person.sees("Claim on Harbour", "It cannot be cancelled once sent.")
        await review(person)
        person.photograph("review")
        assert (
            person.misses("0.50 ETH", CHECKSUMMED, "It cannot be cancelled after this.", "you claim it yourself") == []
        )
        confirm(person)
        await person.until_marks(SENT)
        await bring_to_ethereum(vaults, person)
        await person.settle()
        person.photograph("claimable")
    (real,) = truth(vaults)
    assert (real["quanta"], real["allowed_l1"], real["owner_key"]) == ("500000", str(5 * 10**17), RECIPIENT)


@pytest.mark.parametrize(
    ("asset", "amount", "quanta"),
    [("12.345678 PEARL", "1.5", "1500000"), ("2,500.50 CORAL", "0.000001", "1"), (f"SHELL #{LARGEST[:6]}", "", "1")],
)
async def test_every_kind_of_asset_is_asked_for_in_its_own_units(
    vaults: House, asset: str, amount: str, quanta: str
) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        await open_vaults(person)
        await ask_for(person, asset, amount)
        person.photograph("form")
        await review(person)
        if LARGEST[:6] in asset:
            assert person.sees(LARGEST), "the token id in full, as the signer read it"
            assert not cut_off(person.window)
        person.photograph("review")
        confirm(person)
        await person.until_marks(SENT)
        await person.settle()
        person.photograph("sent")
        await reddio(vaults, "reddio_accept")
        await person.until_marks(MARKS["reddio_accept"])
    (real,) = truth(vaults)
    assert real["quanta"] == quanta


async def test_what_is_no_multiple_of_the_quantum_becomes_one_by_a_button(vaults: House) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        await open_vaults(person)
        await ask_for(person, "12.345678 PEARL", "1.00000050")
        assert "Reddio counts in steps of 0.000001 PEARL" in person.field_says("Amount")
        person.photograph("quantum")
        person.click("Use the amount 1.000001")
        await person.settle()
        await review(person)
        assert person.sees("1.000001 PEARL")


async def test_a_transfer_stays_on_reddio_and_arrives(vaults: House) -> None:
    world = vaults.practice.world.reddio
    assert world is not None
    balances = vaults.practice.status()["reddio"]["balances"]
    receiver = next(key for key, held in balances.items() if len(held) == 4)
    async with vaults.window() as person:
        await told_by_its_card(person)
        await open_vaults(person)
        await person.choose("What to do", "Transfer to a vault")
        await person.settle()
        assert person.sees("It stays on Reddio")
        await choose_asset(person, "1.25 ETH")
        person.write("Amount", "0.25")
        person.write("Receiver’s Stark key", receiver)
        await person.settle()
        person.photograph("form")
        await review(person, "Review transfer")
        assert not person.sees("state updates"), "a transfer waits for none"
        person.photograph("review")
        assert person.sees("0.25 ETH", receiver)
        confirm(person, "Transfer ")
        await person.until_marks("reported awaited awaited")
        await reddio(vaults, "reddio_accept")
        await person.until_marks("reported reported awaited")
        await reddio(vaults, "reddio_batch")
        await person.until_marks("reported reported awaited")  # it may still be rolled back
        await reddio(vaults)
        await person.until_sees("0.25 ETH is in the receiver’s vault, by Reddio’s word.")
        await person.settle()
        person.photograph("arrived")
        assert "claim" not in person.reads().lower().replace("unclaimed", "")
        person.click_section("Activity")
        await person.settle()
        assert person.activity()[0][3] == "In the receiver’s vault · reported", "not as what is proved"
        person.photograph("listed")
    (real,) = truth(vaults, "transfers")
    assert (real["receiver"], real["quanta"]) == (receiver, "250000")


@pytest.mark.parametrize(
    ("switch", "status"), [("fail", 2), ("reject", 4), ("roll_back", 5)], ids=["failed", "rejected", "rolled back"]
)
async def test_what_reddio_does_not_carry_out_ends_so_and_is_tried_again_with_a_fresh_number(
    vaults: House, switch: str, status: int
) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        misbehave(vaults, **{switch: "insufficient available"})
        await send(person, "1.25 ETH", "0.5")
        await reddio_until(vaults, person, "By its word it is in your balance on Reddio")
        await person.settle()
        person.photograph(switch)
        assert [one["status"] for one in truth(vaults)] == [status]
        misbehave(vaults, **{switch: False})
        person.click("Try again with these values")
        await person.until(lambda: person.heading == FORM, "the form")
        await person.until_sees("0.50 ETH")
        await person.settle()
        await review(person)
        assert person.sees("0.50 ETH", CHECKSUMMED)
        confirm(person)
        await person.until_marks(SENT)
        await reddio(vaults, "reddio_accept")
        await person.until_marks(MARKS["reddio_accept"])
    assert len({one["nonce"] for one in truth(vaults)}) == 2


async def reddio_until(house: House, person: Person, said: str) -> None:
    """Let the operator and the wallet go on until something is said."""
    world = house.practice.world
    for _ in range(4):
        if (await world.step("stage"))["moved"] is None:
            await world.step("block")
    await house.look_until(lambda: person.sees(said))
    await person.until_sees(said)


@pytest.mark.parametrize("status", [200, 400])
async def test_a_refusal_is_a_refusal_whatever_its_http_status(vaults: House, status: int) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        rule(vaults, path="/v1/withdrawalto", kind="error", status=status, code=8, message="insufficient available")
        await open_vaults(person)
        await ask_for(person, "1.25 ETH", "0.5")
        await review(person)
        confirm(person)
        await person.until_sees("Try again with these values")
        await person.settle()
        person.photograph(f"refused-{status}")
        assert truth(vaults) == []


@pytest.mark.parametrize("stage", [None, "reddio_accept", "reddio_batch"], ids=["sent", "accepted", "batched"])
async def test_without_reddio_what_ethereum_shows_is_enough(vaults: House, stage: str | None) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        await send(person, "1.25 ETH", "0.5")
        if stage is not None:
            await reddio(vaults, stage)
            await person.until_marks(MARKS[stage])
        misbehave(vaults, dead=True)
        await reddio(vaults, "reddio_update")
        await vaults.look_until(lambda: person.stages()["Ready to claim on Harbour"].mark == "proven")
        await vaults.finalize()
        await person.until(lambda: person.stages()["Ready to claim on Harbour"].mark == "irreversible", "the money")
        await person.settle()
        person.photograph(f"dead-after-{stage}")
        assert person.sees(WAITS)
        assert "awaited" not in person.marks().removesuffix("awaited").replace("not-applicable", "")


async def test_what_was_set_aside_in_a_block_that_is_gone_is_taken_back(vaults: House) -> None:
    world = vaults.practice.world
    async with vaults.window() as person:
        await told_by_its_card(person)
        await send(person, "1.25 ETH", "0.5")
        await reddio(vaults, "reddio_update")
        await person.until_marks(MARKS["reddio_update"])
        world.chain.reorg(1, [bytes(one.hash) for one in world.chain.head.transactions])
        vaults.look()
        await person.until(lambda: person.stages()["Proof checked, state updated"].mark == "taken-back", "the reorg")
        await person.settle()
        person.photograph("reorganised")
        await vaults.mine()
        for _ in range(3):
            if (await world.step("stage"))["moved"] is None:
                await world.step("block")
        await vaults.look_until(lambda: person.marks() == MARKS["reddio_update"])
        await vaults.finalize()
        await person.until_marks(CLAIMABLE)


async def test_of_a_frozen_contract_nothing_is_asked(vaults: House) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        misbehave(vaults, frozen=True)
        for _ in range(3):
            await vaults.practice.world.step("stage")
            await vaults.mine()
        await open_vaults(person)
        await person.until_sees("frozen")
        await person.settle()
        person.photograph("frozen")
        assert not person.find("Review withdrawal").isEnabled()
        person.click("If Reddio does not bring it out")
        await person.until_sees("fullWithdrawalRequest", "freezeRequest", "escape")
        await person.settle()
        person.photograph("what an owner can do")


@pytest.mark.parametrize(
    ("switch", "value"), [("wrong_asset_type", "0x1234"), ("wrong_decimals", "6"), ("wrong_quantum", "1")]
)
async def test_what_reddio_tells_otherwise_than_ethereum_is_not_signed(vaults: House, switch: str, value: str) -> None:
    misbehave(vaults, **{switch: value})
    async with vaults.window() as person:
        await told_by_its_card(person)
        await open_vaults(person)
        place = next((row for row in assets(person) if "ETH" in row), "")
        await ask_for(person, place, "0.5")
        await person.settle()
        person.photograph(switch)
        assert not person.find("Review withdrawal").isEnabled()
        assert truth(vaults) == []


async def test_the_form_by_keyboard_alone(vaults: House) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        person.tab_to(next(name for name in person.names() if name.startswith(FORM)))
        person.press(Qt.Key.Key_Return)
        await person.until(lambda: bool(assets(person)), "the list")
        await person.settle()
        person.tab_to("Search assets")
        person.type("ether")
        await person.settle()
        person.press(Qt.Key.Key_Return)
        await person.settle()
        person.tab_to("Amount")
        person.type("0.1")
        person.tab_to("Recipient")
        person.type(RECIPIENT)
        person.press(Qt.Key.Key_Return)
        await person.until(lambda: person.heading == REVIEW, "the review")
        assert person.sees("0.10 ETH")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_form_fits_a_small_window(vaults: House, theme: str) -> None:
    async with vaults.window(theme=theme, size=(1024, 700)) as person:
        await told_by_its_card(person)
        await open_vaults(person)
        await ask_for(person, f"SHELL #{LARGEST[:6]}")
        person.click("Technical details")
        await person.settle()
        person.photograph(f"small-{theme}")
        assert not cut_off(person.window)


async def test_money_under_an_older_key_says_under_which(vaults: House) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        await open_vaults(person)
        await person.choose("From account", "Account 2")
        await person.until(lambda: "3.50 PEARL" in assets(person), "the other account")
        await person.settle()
        await choose_asset(person, "3.50 PEARL")
        assert person.sees("under a key with the “custom message” of Reddio’s documentation")
        person.photograph("older-key")
        person.write("Amount", "1")
        person.write("Recipient", RECIPIENT)
        await person.settle()
        await review(person)
        confirm(person)
        await person.until_marks(SENT)
    (real,) = truth(vaults)
    assert real["quanta"] == "1000000"


async def test_a_picture_that_a_token_brings_along_is_shown_when_asked_for(vaults: House) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        await open_vaults(person)
        await choose_asset(person, "SHELL #255")
        person.photograph("letters")
        person.click("Show its picture")
        await person.until(lambda: "Show its picture" not in person.names(), "the picture")
        await person.settle()
        person.photograph("picture")
        person.click("Choose another asset")
        await choose_asset(person, "REEF #7")
        await person.until_sees("Its picture is not shown: a practice network loads nothing from the internet.")
        assert "Show its picture" not in person.names(), "it could only be refused"
