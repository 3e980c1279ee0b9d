"""An account whose key stays in another wallet: added, withdrawn from with pasted signatures, locked, kept, removed."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from ashore.crypto import musig
from ashore.sandbox import genesis
from journeys.flows import ARRIVED, ON_THE_WAY, RECIPIENT, SENT, confirm, fill, open_form, review
from journeys.house import House
from journeys.person import Person

KEY = genesis.private_key(genesis.ELSEWHERE_INDEX)
ADDRESS = Account.from_key(KEY).address
STRANGER = bytes.fromhex("22" * 32)
PASSWORD = "practice"
SIGNATURE = "Signature of your other wallet"


class OtherWallet:
    """What a person has beside Ashore: it signs what is pasted into it, and shows the signature."""

    def __init__(self, key: bytes = KEY) -> None:
        self._key = key

    def sign(self, text: str) -> str:
        return "0x" + bytes(Account.sign_message(encode_defunct(text=text), self._key).signature).hex()


def carry_over(person: Person, wallet: OtherWallet) -> str:
    """Copy the text with its button, sign it in the other wallet, and hold what that shows in the clipboard."""
    person.click("Copy the text")
    signature = wallet.sign(QGuiApplication.clipboard().text())
    QGuiApplication.clipboard().setText(signature)
    return signature


async def add_account(person: Person, name: str = "Ledger") -> str:
    """From anywhere to an account that is added; returns the signature of the key text."""
    person.click_section("Accounts")
    await person.settle()
    person.click("Add an account that signs elsewhere")
    await person.settle()
    person.write("Address of the account", ADDRESS)
    person.write("Name", name)
    signature = carry_over(person, OtherWallet())
    person.click("Paste the signature from the clipboard")
    await person.settle()
    person.photograph("add-filled")
    person.click("Add the account")
    await person.until_sees(f"{name} is added.")
    await person.settle()
    return signature


async def fill_elsewhere(person: Person, amount: str = "25") -> None:
    """To the review of a withdrawal from that account."""
    person.click_section("Withdraw")
    await person.settle()
    await open_form(person)
    await person.choose("From account", "Ledger")
    await person.until_sees("Balance 300.00 USDC")
    await person.settle()
    await fill(person, amount)
    await review(person)


def ethereum_text(person: Person) -> str:
    box = person.find("Ethereum text to sign", QPlainTextEdit)
    assert isinstance(box, QPlainTextEdit)
    return box.toPlainText()


def confirm_button(person: Person) -> str:
    (button,) = (name for name in person.names() if name.startswith("Withdraw ") and " to " in name)
    return button


def found_in(folder: Path, needles: list[bytes]) -> list[str]:
    """Files in which any of these bytes stand."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [str(path) for path in files for needle in needles if needle in path.read_bytes()]


async def test_a_withdrawal_signed_in_another_wallet(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        person.click_section("Accounts")
        await person.settle()
        person.click("Add an account that signs elsewhere")
        await person.settle()
        person.photograph("add-empty")
        key_signature = await add_account(person)
        assert person.sees("Its layer-2 key is the one that zkLink has registered.")
        person.photograph("added")
        person.click("Clear the clipboard")
        assert QGuiApplication.clipboard().text() == ""
        person.click("Show the accounts")
        await person.until_sees("300.00 USDC, 0.20 ETH", "SIGNS ELSEWHERE")
        await person.settle()
        person.photograph("accounts")

        await fill_elsewhere(person)
        person.photograph("review-awaits")
        person.click("Show the text to sign")
        await person.settle()
        assert person.focus == "Copy the text"
        assert not person.find(confirm_button(person)).isEnabled()
        assert ethereum_text(person).startswith(f"Withdraw 25.0 USDC to: {RECIPIENT}")
        wrong = OtherWallet(STRANGER).sign(ethereum_text(person))
        person.click(SIGNATURE)
        person.paste(wrong)
        await person.settle()
        stranger = Account.from_key(STRANGER).address
        assert f"it would belong to {stranger}" in person.field_says(SIGNATURE)
        assert not person.find(confirm_button(person)).isEnabled()
        person.photograph("review-wrong")
        person.clear()
        person.paste(key_signature)
        await person.settle()
        assert "is a secret" in person.field_says(SIGNATURE)
        person.click("Clear it here and from the clipboard")
        assert QGuiApplication.clipboard().text() == ""
        assert house.practice.submissions == 0

        good = carry_over(person, OtherWallet())
        person.click("Paste the signature from the clipboard")
        await person.until_sees("over exactly this text.")
        await person.settle()
        person.photograph("review-signed")
        assert house.practice.submissions == 0

        # Back and again: the same text needs no second signature.
        person.click("Back")
        await person.settle()
        await review(person)
        await person.until_sees("over exactly this text.")
        await person.settle()
        confirm(person)
        await person.until_marks(SENT)
        for stage in ("execute_l2", "commit", "prove", "sync", "execute", "payout"):
            await house.operator(stage)
            await person.until_marks(ON_THE_WAY[stage])
        await house.finalize()
        await person.until_marks(ARRIVED)
        assert house.practice.submissions == 1
    secret = musig.private_key_from_material(bytes.fromhex(key_signature[2:]))
    needles = [secret, secret.hex().encode(), bytes.fromhex(key_signature[2:]), key_signature[2:].encode()]
    assert found_in(tmp_path, needles) == []
    assert found_in(tmp_path, [good[2:].encode()]) != [], "what was sent is in the journal, so the search finds things"
    assert key_signature[2:] not in caplog.text
    assert secret.hex() not in caplog.text


async def test_the_account_outlasts_locking_and_closing_and_goes_after_a_question(house: House) -> None:
    async with house.window(theme="dark") as person:
        await person.until_sees("1,265.50 USDC")
        await add_account(person)
        await fill_elsewhere(person)
        person.photograph("review-awaits-dark")
        carry_over(person, OtherWallet())
        person.click("Paste the signature from the clipboard")
        await person.until_sees("over exactly this text.")
        person.click("Lock the wallet")
        await person.until_sees("Ashore is locked")
        person.write("Password", PASSWORD)
        person.click("Unlock")
        await person.until_sees("Balance 300.00 USDC")
        await person.settle()
        await review(person)
        await person.until_sees("over exactly this text.")
        await person.settle()
        confirm(person)
        await person.until_marks(SENT)

        person.click_section("Accounts")
        await person.until_sees("SIGNS ELSEWHERE")
        await person.settle()
        person.click("Remove Ledger")
        await person.settle()
        person.photograph("remove-asked-dark")
        person.click("Yes, remove Ledger")
        await person.until_sees("still under way. Nothing was removed.")
    async with house.window() as person:
        person.click_section("Accounts")
        await person.until_sees("SIGNS ELSEWHERE", "Ledger")
        for stage in ("execute_l2", "commit", "prove", "sync", "execute", "payout"):
            await house.operator(stage)
        await house.finalize()
        await person.until(lambda: house.marks() == ARRIVED, "the end of the voyage")
        await person.settle()
        person.click("Remove Ledger")
        person.click("Yes, remove Ledger")
        await person.until_sees("Ledger is removed.")
        await person.settle()
        assert not person.sees("SIGNS ELSEWHERE")
        person.photograph("removed")


async def test_two_hundred_percent(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        person.click_section("Settings")
        await person.settle()
        person.click("Text size: 200 %")
        await person.settle()
        await add_account(person)
        person.photograph("added-200")
        person.click("Show the accounts")
        await person.until_sees("SIGNS ELSEWHERE")
        await person.settle()
        person.click("Remove Ledger")
        await person.settle()
        person.photograph("remove-asked-200")
        person.click("Keep Ledger")
        await fill_elsewhere(person)
        person.photograph("review-200")
        carry_over(person, OtherWallet())
        person.click("Paste the signature from the clipboard")
        await person.until_sees("over exactly this text.")
        await person.settle()
        person.photograph("review-signed-200")
