"""Money that Reddio brought to Ethereum: it waits, is claimed in the real window, and is final."""

from __future__ import annotations

import pytest

from journeys.flows import CHECKSUMMED, RECIPIENT, REVIEW
from journeys.house import House
from journeys.person import Person
from journeys.reddio_flows import (
    SENT,
    bring_to_ethereum,
    choose_asset,
    confirm,
    fill_plainly,
    misbehave,
    open_vaults,
    review,
    send,
    send_registration,
    take_registration,
    told_by_its_card,
    truth,
)

ARRIVED = "reported reported not-applicable reported irreversible irreversible irreversible"
LARGEST = str(2**256 - 1)
OWN = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
"""The practice wallet's first account."""


async def claim(house: House, person: Person, said: str, owner: str = CHECKSUMMED) -> None:
    """From a voyage whose money waits to a claim that is final, by mouse; at the voyage of the claim."""
    await person.until(lambda: "Claim it" in person.names(), "the button beside the stage")
    person.click("Claim it")
    await person.until_sees("Gas, probably", "At most")
    await person.settle()
    person.photograph("claim-form")
    person.click("Review claim")
    await person.until(lambda: person.heading == REVIEW, "the review")
    await person.settle()
    person.photograph("claim-review")
    assert person.misses(said, owner, "Gas, probably", "Gas, at most") == []
    (button,) = (name for name in person.names() if name.startswith("Claim "))
    person.click(button)
    await person.until(lambda: "Claim sent" in person.stages(), "the claim's voyage")
    await house.look_until(house.taken)
    await house.mine()
    await person.until(lambda: person.stages()["Paid out on Harbour"].mark in ("proven", "irreversible"), "the payout")
    await house.finalize()
    await person.until(lambda: person.stages()["Paid out on Harbour"].mark == "irreversible", "the end")
    await person.settle()
    person.photograph("claim-final")


@pytest.mark.parametrize(
    ("asset", "amount", "said"),
    [
        ("1.25 ETH", "0.5", "0.50 ETH"),
        ("12.345678 PEARL", "1.5", "1.50 PEARL"),
        ("SHELL #255", "", "SHELL #255"),
        ("REEF #7", "", "REEF #7"),
        ("POSTCARD #1", "", "POSTCARD #1"),
    ],
    ids=["ether", "token", "single token", "mintable", "mintable with data"],
)
async def test_it_goes_from_the_form_to_final(vaults: House, asset: str, amount: str, said: str) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        await send(person, asset, amount)
        await bring_to_ethereum(vaults, person)
        await person.until(lambda: "Unclaimed, 1 open" in person.names(), "the count beside the section")
        person.photograph("waits")
        await claim(vaults, person, said)
        person.click_section("Activity")
        await person.settle()
        person.photograph("activity")
        person.click_row(1)
        await person.until_marks(ARRIVED)
        await person.until_sees(f"{said} arrived on Harbour.")
        await person.settle()
        person.photograph("final")
    (real,) = truth(vaults)
    assert real["claimed_l1"] == real["allowed_l1"] != "0"
    assert len(real["claimed_by"]) == 1


async def test_what_waits_is_claimed_from_the_section_without_reddio(vaults: House) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        await send(person, f"SHELL #{LARGEST[:6]}")
        await bring_to_ethereum(vaults, person)
    misbehave(vaults, dead=True)
    async with vaults.window() as person:
        await person.until(lambda: "Unclaimed, 1 open" in person.names(), "the count beside the section")
        await person.until_sees("waits on Harbour to be claimed.")
        await person.settle()
        person.photograph("reminder")
        person.click_section("Unclaimed")
        await person.until_sees(f"SHELL #{LARGEST}", "what comes from Reddio waits for you")
        await person.settle()
        person.photograph("unclaimed")
        person.click("Have it paid out from any wallet")
        await person.settle()
        assert person.sees("withdrawNft(uint256,uint256,uint256)")
        person.photograph("any-wallet")
        person.click(f"Claim SHELL #{LARGEST} on Harbour")
        await person.until_sees("Gas, probably", "At most")
        await person.settle()
        person.click("Review claim")
        await person.until(lambda: person.heading == REVIEW, "the review")
        assert person.sees(LARGEST)
        (button,) = (name for name in person.names() if name.startswith("Claim "))
        person.click(button)
        await person.until(lambda: "Claim sent" in person.stages(), "the claim's voyage")
        await vaults.look_until(vaults.taken)
        await vaults.mine()
        await vaults.finalize()
        await person.until(lambda: person.stages()["Paid out on Harbour"].mark == "irreversible", "the end")
        person.click_section("Unclaimed")
        await person.until_sees("Nothing waits for you.")
    (real,) = truth(vaults)
    assert real["claimed_l1"] == "1"


async def test_two_withdrawals_of_one_asset_are_claimed_as_one_and_that_is_said(vaults: House) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        await send(person, "1.25 ETH", "0.5")
        await bring_to_ethereum(vaults, person)
        person.click_section("Withdraw")
        await told_by_its_card(person)
        await send(person, "0.75 ETH", "0.25")
        await bring_to_ethereum(vaults, person)
        person.click_section("Unclaimed")
        await person.until_sees("0.75 ETH")
        await person.settle()
        person.photograph("merged")
        person.click("Claim 0.75 ETH on Harbour")
        await person.until_sees("What it pays")
        await person.settle()
        person.photograph("merged-form")
    assert [one["owner_key"] for one in truth(vaults)] == [RECIPIENT, RECIPIENT]


async def test_all_that_waits_is_claimed_one_after_another(vaults: House) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        for asset, amount in (("1.25 ETH", "0.5"), (f"SHELL #{LARGEST[:6]}", "")):
            await send(person, asset, amount)
            await bring_to_ethereum(vaults, person)
            person.click_section("Withdraw")
            await told_by_its_card(person)
        person.click_section("Unclaimed")
        await person.until_sees("These wait to be claimed, each by itself:", "0.50 ETH", f"SHELL #{LARGEST}")
        person.click("Claim all, one after another")
        for number in (1, 2):
            await person.until_sees(f"claim {number} of 2", "Gas for all", "Gas, probably")
            await person.until(lambda: person.find("Review claim").isEnabled(), "what it costs")
            await person.settle()
            person.photograph(f"row-{number}")
            person.click("Review claim")
            await person.until(lambda: person.heading == REVIEW, "the review")
            await person.settle()
            person.photograph(f"row-review-{number}")
            (button,) = (name for name in person.names() if name.startswith("Claim "))
            person.click(button)
            await person.until(lambda: person.heading != REVIEW, "what follows")
        await person.until(lambda: "Claim sent" in person.stages(), "the voyage of the last claim")
        await vaults.look_until(vaults.taken)
        await vaults.mine()
        await vaults.finalize()
        await person.until(lambda: person.stages()["Paid out on Harbour"].mark == "irreversible", "the end")
        person.click_section("Unclaimed")
        await person.until_sees("Nothing waits for you.")
    assert all(one["claimed_l1"] == one["allowed_l1"] for one in truth(vaults))


async def test_a_key_is_registered_and_what_lies_under_it_is_claimed(vaults: House) -> None:
    async with vaults.window() as person:
        await send_registration(person)
        await take_registration(vaults, person)
        assert len(truth(vaults, "registered")) == 1

        await fill_plainly(person)
        assert person.sees("Paid to 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
        person.photograph("plain-form")
        await review(person)
        person.photograph("plain-review")
        assert person.sees("You sign nothing")
        confirm(person)
        await person.until_marks(SENT)
        await bring_to_ethereum(vaults, person)
        await person.until(lambda: "Claim it" in person.names(), "the button beside the stage")
        await person.settle()
        person.photograph("plain-waits")
        await claim(vaults, person, "0.50 ETH", OWN)
        await person.until_sees("0.50 ETH arrived on Harbour.")
        person.click_section("Activity")
        await person.settle()
        person.click_row(1)
        await person.until_sees("0.50 ETH arrived on Harbour.", "You received")
    (real,) = truth(vaults)
    assert (real["way"], real["allowed_l1"]) == ("withdrawal", str(5 * 10**17))
    assert real["claimed_l1"] == real["allowed_l1"]


async def test_the_whole_way_in_the_dark_at_twice_the_text_size(vaults: House) -> None:
    async with vaults.window(theme="dark", size=(1024, 700)) as person:
        await told_by_its_card(person)
        person.click_section("Settings")
        person.click("Text size: 200 %")
        await person.settle()
        person.click_section("Withdraw")
        await told_by_its_card(person)
        await open_vaults(person)
        person.photograph("form-empty")
        await choose_asset(person, "1.25 ETH")
        person.write("Amount", "0.5")
        person.write("Recipient", RECIPIENT)
        await person.settle()
        person.photograph("form")
        await review(person)
        person.photograph("review")
        confirm(person)
        await person.until_marks(SENT)
        await bring_to_ethereum(vaults, person)
        await person.until(lambda: "Claim now" in person.names(), "the button where it is said what is awaited")
        await person.settle()
        person.photograph("waits")
        person.click_section("Withdraw")
        await told_by_its_card(person)
        person.photograph("home")
        person.click_section("Unclaimed")
        await person.until_sees("0.50 ETH")
        person.click("Have it paid out from any wallet")
        await person.until_sees("units or fewer")
        await person.settle()
        person.photograph("unclaimed")
        person.click("Claim 0.50 ETH on Harbour")
        await person.until_sees("Gas, probably", "At most")
        await person.settle()
        person.photograph("claim-form")
        person.click("Review claim")
        await person.until(lambda: person.heading == REVIEW, "the review")
        await person.settle()
        person.photograph("claim-review")
        (button,) = (name for name in person.names() if name.startswith("Claim "))
        person.click(button)
        await person.until(lambda: "Claim sent" in person.stages(), "the claim's voyage")
        await person.settle()
        person.photograph("claim-sent")
        await vaults.look_until(vaults.taken)
        await vaults.mine()
        await vaults.finalize()
        await person.until(lambda: person.stages()["Paid out on Harbour"].mark == "irreversible", "the end")
        await person.settle()
        person.photograph("claim-final")
