"""Reddio keys in the window: that of an account whose wallet is another one, and one that is pasted to transfer to."""

from __future__ import annotations

import json

from eth_account import Account
from eth_account.messages import encode_typed_data
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from journeys.house import House
from journeys.reddio_flows import choose_asset, confirm, open_vaults, review, told_by_its_card, truth
from journeys.test_elsewhere import ADDRESS, KEY, STRANGER, add_account
from journeys.test_intake import ANYTHING

ADD = "Add a Reddio key: Ledger"
TRANSFER = "Transfer on Reddio"


def signed(document: str, key: bytes = KEY) -> str:
    """What another wallet shows for typed data."""
    made = Account.sign_message(encode_typed_data(full_message=json.loads(document)), key)
    return "0x" + bytes(made.signature).hex()


async def test_the_key_of_an_account_elsewhere_is_added_by_two_signatures(vaults: House) -> None:
    async with vaults.window() as person:
        await told_by_its_card(person)
        await add_account(person)
        person.click_section("Accounts")
        await person.settle()
        await person.until(lambda: ADD in person.names(), "the key that it lacks")
        person.click(ADD)
        await person.until_sees("1. Sign this twice in the other wallet", ADDRESS)
        person.photograph("empty")
        person.click("Copy the text")
        document = QGuiApplication.clipboard().text()

        person.write("First signature", signed(document, STRANGER))
        person.write("Second signature", signed(document, STRANGER))
        person.click("Add the key")
        await person.until(lambda: "Nothing was kept." in person.field_says("Second signature"), "the refusal")
        person.photograph("strangers")

        QGuiApplication.clipboard().setText(signed(document))
        person.click("Paste the first signature from the clipboard")
        person.click("Paste the second signature from the clipboard")
        await person.settle()
        person.click("Add the key")
        await person.until_sees("The Reddio key of Ledger is added.", "The signature is still in the clipboard.")
        await person.settle()
        person.photograph("added")
        person.click("Clear the clipboard")
        assert QGuiApplication.clipboard().text() == ""
        person.click("Show the accounts")
        await person.settle()
        assert ADD not in person.names()

        person.click_section("Withdraw")
        await told_by_its_card(person)
        await open_vaults(person)
        await person.choose("From account", "Ledger")
        await person.until_sees("Nothing is held here.")
    async with vaults.window() as person:
        await told_by_its_card(person)
        person.click_section("Accounts")
        await person.settle()
        assert ADD not in person.names(), "it is kept"


async def test_a_stark_key_that_is_pasted_leads_to_the_transfer(vaults: House) -> None:
    balances = vaults.practice.status()["reddio"]["balances"]
    receiver = next(key for key, held in balances.items() if len(held) == 4)
    async with vaults.window() as person:
        await told_by_its_card(person)
        person.write(ANYTHING, receiver[:-1] + ("1" if receiver[-1] != "1" else "2"))
        await person.settle()
        wrong = person.field_says(ANYTHING)
        person.write(ANYTHING, receiver)
        await person.settle()
        assert "This may be a Stark key" in person.field_says(ANYTHING)
        assert "may be a Stark key" in wrong or "not a Stark key" in wrong
        person.photograph("pasted")
        (button,) = (name for name in person.names() if name.startswith("Transfer to"))
        person.click(button)
        await person.until(lambda: person.heading == TRANSFER, "the form of a transfer")
        await person.settle()
        field = person.find("Receiver’s Stark key", QLineEdit)
        assert isinstance(field, QLineEdit)
        assert field.text() == receiver
        await choose_asset(person, "1.25 ETH")
        person.write("Amount", "0.25")
        await person.settle()
        assert person.sees(f"{receiver[:6]} … {receiver[-4:]} receives")
        person.photograph("form")
        await review(person, "Review transfer")
        person.photograph("review")
        confirm(person, "Transfer ")
        await person.until_marks("reported awaited awaited")
    (real,) = truth(vaults, "transfers")
    assert real["receiver"] == receiver or receiver in str(real)
