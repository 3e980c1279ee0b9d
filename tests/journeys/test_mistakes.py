"""What a person can do wrong in the form: a sentence beside the field, no way to the review, nothing sent or lost."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from journeys.flows import FORM, RECIPIENT, fill, open_form, review
from journeys.house import House
from journeys.person import Person

OWN = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
BAD_RECIPIENTS = {
    "": "Enter the address that shall receive the money.",
    "vitalik.eth": "That is a name, and Ashore does not look names up.",
    "0x" + "0123456789abcdef" * 4: "This has 64 digits: a Starknet address, a hash or a key, not an address of this",
    "lnurl1dp68gurn8ghj7um9wfmxjcm99e3k7mf0v9cxj0m385ekvcenxc6r2c35xvukxefcv5mkvv34x5ekzd3ev56nyd3hxqurzepexejxxepnx": (
        "That belongs to Bitcoin or Lightning, not to this chain."
    ),
    OWN.replace("Fd6e", "FD6e"): "The capital letters of this address do not fit: a character is wrong.",
    "0x" + "00" * 20: "That is the zero address: money sent to it is lost.",
    RECIPIENT[:-1]: "The address is too short: it has 39 digits after 0x instead of 40.",
    RECIPIENT[2:]: "An Ethereum address starts with 0x.",
}
BAD_AMOUNTS = {
    "2000": "The balance is 1,240.50 USDC.",
    "1240": "Amount and fee together are 1,241.60 USDC, and the balance is 1,240.50 USDC.",
    "1.0000001": "USDC has 6 decimals on Harbour; 0.0000001 would stay behind for ever. The nearest amount is 1.",
    "0": "The amount is zero.",
    "-5": "An amount cannot be negative.",
    "1e3": "Powers of ten are not accepted.",
    "1,240.50": "Separators are not accepted, because countries read them differently.",
    "٢٥": "These digits are from another script.",
}


async def refused(person: Person, field: str, text: str, sentence: str) -> None:
    """Typing `text` is answered beside the field, and neither the button nor Enter leads on."""
    person.write(field, text)
    person.press(Qt.Key.Key_Return)
    await person.settle()
    assert person.heading == FORM, f"{text!r} led to {person.heading}"
    assert person.field_says(field).startswith(sentence), f"{text!r}: {person.field_says(field)!r}"
    assert person.sees(sentence), "the sentence is read out, and not shown"
    assert not person.find("Review withdrawal").isEnabled()
    edit = person.find(field, QLineEdit)
    assert isinstance(edit, QLineEdit)
    assert edit.text() == text


async def test_wrong_recipients_and_amounts(house: House) -> None:
    main, usdc = house.practice.contracts()
    async with house.window(theme="dark") as person:
        await person.until_sees("1,265.50 USDC")
        await open_form(person)
        await fill(person)
        for text, sentence in BAD_RECIPIENTS.items():
            await refused(person, "Recipient", text, sentence)
        await refused(person, "Recipient", main, "That is zkLink’s own contract on Harbour: money sent there is lost.")
        person.photograph("contract")
        await refused(person, "Recipient", usdc, "That is the contract of the token USDC: money sent there is lost.")
        await fill(person)
        for text, sentence in BAD_AMOUNTS.items():
            await refused(person, "Amount", text, sentence)
        person.photograph("amount")
        person.write("Amount", "1238.90")
        await person.settle()
        await review(person)
        assert person.sees("1,240.50 USDC"), "amount and fee together may be all there is"
    assert house.practice.submissions == 0


async def test_nothing_typed_is_lost(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await open_form(person)
        await person.choose("Token", "USD ·")
        await person.choose("Paid out as", "DAI")
        await fill(person, "2000", "vitalik.eth")
        person.click("Fee and nonce")
        person.write("Fee", "2.5")
        await person.settle()
        person.click_section("Activity")
        person.click("Withdraw")
        await person.settle()
        await open_form(person)
        assert person.sees("2000", "vitalik.eth", "DAI")

    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await open_form(person)
        assert person.sees("2000", "vitalik.eth", "DAI", "2.5", "Balance 310.25 USD")
        assert person.sees("The balance is 310.25 USD.", "That is a name, and Ashore does not look names up.")
        assert not person.find("Review withdrawal").isEnabled()
        person.photograph("kept")
        await fill(person, "25")
        await review(person)
        assert person.sees("USD → DAI", "2.50 USD")
    assert house.practice.submissions == 0
