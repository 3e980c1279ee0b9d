"""Vouchers that others take too, wallets that are away, locked or unseen, windows that are closed: and what is seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from journeys.house import WatchedLife
from journeys.person import Person
from journeys.test_product import own_memory, product
from journeys.vouchers import (
    EXPIRY_S,
    HANDED_OVER,
    INVOICE,
    REVIEW,
    SETTLED,
    WATCHED_S,
    Ahead,
    ahead,
    another_claims,
    another_looks,
    claims,
    elsewhere,
    let_pass,
    look,
    looks,
    open_in_vain,
    open_voucher,
    say_where,
    spoil_node,
    to_review,
    truth,
    voucher,
    withdraw_until,
)
from unit.systems.lnurl.codec.test_original_page import PAGE_INVOICE

__all__ = ["ahead", "own_memory"]

HOME = "Lightning voucher (LNURL)"
SAID_NO = "The service said no."
AGAIN = "Try again with the same invoice"
WAITING = "Waiting for the payment."
CONFIRM = "Withdraw 15 sat"
UNSEEN = "Ashore cannot see your wallet: look there whether it arrived."


@pytest.mark.usefixtures("own_memory")
async def test_a_voucher_that_others_take_too(application: QApplication, tmp_path: Path, ahead: Ahead) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", HOME)
        for style, said in (("npm", "“Maximum number of uses already reached”"), ("lnbits", "“withdraw is spent.”")):
            made = await voucher(life, title=style, style=style)
            await open_voucher(person, made["lnurl"])
            await to_review(person)
            assert (await another_claims(life, made))["status"] == "OK"
            person.click(CONFIRM)
            await person.until_sees(SAID_NO, said)
            assert [claim["paid"] for claim in await claims(life, made)] == [True, False]
        assert "“Withdraw is spent.” Nothing was withdrawn." in await open_in_vain(person, made["lnurl"])
        person.photograph("spent")

        waits = await voucher(life, title="Waits", uses=2, wait_s=600)
        await another_claims(life, waits)
        await withdraw_until(person, waits["lnurl"], SAID_NO, "seconds.”", AGAIN)
        person.photograph("wait")
        await let_pass(life, ahead, 601)
        person.click(AGAIN)
        await person.until_sees(SETTLED)
        assert [claim["paid"] for claim in await claims(life, waits)] == [True, False, True]

        unique = await voucher(life, title="Unique", style="lnbits", unique=True, uses=2)
        await withdraw_until(person, unique["links"][0]["lnurl"], SETTLED)
        said = await open_in_vain(person, unique["links"][0]["lnurl"])
        assert "“id_unique_hash not found for this link.” Nothing was withdrawn." in said

        fresh = await voucher(life, title="Fresh", faults={"new_k1": True})
        await open_voucher(person, fresh["lnurl"])
        await to_review(person)
        await another_looks(fresh)
        person.click(CONFIRM)
        await person.until_sees(SAID_NO, "“Invalid secret”")
        await withdraw_until(person, fresh["lnurl"], SETTLED)

        burns = await voucher(life, title="Burns", faults={"burns_on_look": True})
        await another_looks(burns)
        assert "“Withdraw is spent.” Nothing was withdrawn." in await open_in_vain(person, burns["lnurl"])
        await a_card_and_its_pin(person, life)


async def a_card_and_its_pin(person: Person, life: WatchedLife) -> None:
    """A wrong PIN is said; the right one is only taken when the first claim's end is known: nothing is sent before."""
    card = await voucher(life, title="Card", style="card", faults={"pin": "1234"})
    await open_voucher(person, card["lnurl"])
    await enter_pin(person, "1111")
    person.click(CONFIRM)
    await person.until_sees(SAID_NO, "“Incorrect PIN.”")
    await person.settle()
    person.photograph("wrong-pin")
    tapped = next(each for each in (await truth(life))["vouchers"] if each["id"] == card["id"])
    await open_voucher(person, tapped["lnurl"])
    await enter_pin(person, "1234")
    person.click(CONFIRM)
    await person.until_sees(SETTLED)
    assert [claim["paid"] for claim in await claims(life, card)] == [False, True]
    assert await looks(life, card) == 2, "one look for one tap"


async def enter_pin(person: Person, pin: str) -> None:
    """A card's amount is not filled in, and from some amount on it asks a PIN, which is never shown."""
    person.write("Amount", "15")
    await person.settle()
    assert person.sees("For this amount the service asks a PIN of digits.")
    person.write("PIN", pin)
    await person.settle()
    assert pin not in person.reads()
    person.click("Review withdrawal")
    await person.until(lambda: person.heading == REVIEW, "the review")
    await person.settle()


@pytest.mark.usefixtures("own_memory")
async def test_a_wallet_that_is_away_locked_or_unseen(application: QApplication, tmp_path: Path, ahead: Ahead) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", HOME)
        await the_node_is_away(person, life)
        await locked_meanwhile(person, life, ahead)
        await a_wallet_that_ashore_cannot_see(person, life, ahead)


async def the_node_is_away(person: Person, life: WatchedLife) -> None:
    """At the review nothing is handed over; while watching it is said, and the payment is noticed afterwards."""
    made = await voucher(life, title="Away")
    await open_voucher(person, made["lnurl"])
    person.write("Amount", "15")
    await person.settle()
    await spoil_node(life, down=True)
    person.click("Review withdrawal")
    await person.until_sees("Nobody was given one.", "Nothing was withdrawn.")
    assert await claims(life, made) == []
    person.photograph("node-away-at-review")
    await spoil_node(life, down=None)
    await to_review(person)
    await spoil_node(life, down=True)
    person.click(CONFIRM)
    await person.until_sees(WAITING, "The node at 127.0.0.1 cannot answer now", "Nothing is lost")
    assert not person.sees("on the chain")
    await person.settle()
    person.photograph("node-away-while-watching")
    assert [claim["paid"] for claim in await claims(life, made)] == [True]
    await spoil_node(life, down=None)
    look(life)
    await person.until_sees(SETTLED)
    await person.until(lambda: not person.sees("cannot answer now"), "the end of the notice")


async def locked_meanwhile(person: Person, life: WatchedLife, ahead: Ahead) -> None:
    """The lock shows no amount, and watching goes on."""
    made = await voucher(life, title="Later", faults={"pays_after": 120})
    await withdraw_until(person, made["lnurl"], WAITING)
    person.click("Lock the wallet")
    await person.until_sees("Ashore is locked", "1 withdrawal is under way. Watching goes on.")
    assert not person.sees("sat")
    await let_pass(life, ahead, 121)
    await person.until_sees("Nothing is under way. Watching goes on.")
    person.photograph("settled-while-locked")
    person.write("Password", "practice")
    person.press(Qt.Key.Key_Return)
    await person.until_sees(SETTLED)
    assert len(await claims(life, made)) == 1


async def a_wallet_that_ashore_cannot_see(person: Person, life: WatchedLife, ahead: Ahead) -> None:
    """Only an invoice over exactly the amount, of this network and fresh is handed over; the end is unseen."""
    made = await voucher(life, title="Own wallet")
    await open_voucher(person, made["lnurl"])
    person.write("Amount", "15")
    await person.settle()
    good = await elsewhere(life, 15_000)
    wrong = {
        await elsewhere(life, 16_000): "This invoice is over 16 sat instead of 15 sat.",
        await elsewhere(life, 15_000, expiry=30): "This invoice expires in less than a minute.",
        PAGE_INVOICE: "This invoice is for Bitcoin, not for a practice network (regtest).",
        good[:-1] + ("q" if good[-1] != "q" else "p"): "This invoice is damaged: its checksum does not fit.",
        made["lnurl"]: "Nothing was filled in here.",
    }
    for text, said in wrong.items():
        await say_where(person, text)
        assert said in person.field_says(INVOICE)
        assert not person.find("Review withdrawal").isEnabled()
    person.photograph("wrong-invoice")
    await say_where(person, good.upper())
    assert "Ashore cannot see that wallet" in person.reads()
    person.click("Review withdrawal")
    await person.until(lambda: person.heading == REVIEW, "the review")
    await person.settle()
    assert person.sees("your own wallet, which Ashore cannot see")
    person.click(CONFIRM)
    await person.until_sees("The service said OK. Check your wallet.", UNSEEN)
    assert not person.sees("settled in")
    (claim,) = await claims(life, made)
    assert claim["paid"], "as the person's own wallet shows"

    firm = await voucher(life, title="Firm", faults={"refuses": "Not today."})
    await pay_into(person, firm, await elsewhere(life, 15_000))
    await person.until_sees("The service said no. Check your wallet all the same.", "Only your own wallet can tell.")
    assert not person.sees("you will see it here")
    assert not person.sees("goes on watching for the money")
    await let_pass(life, ahead, EXPIRY_S + WATCHED_S + 60)
    await person.until_sees("Ended out of Ashore’s sight.", "Look in your own wallet whether it arrived.")
    await person.settle()
    assert person.sees("You receive\nlook in your wallet")
    person.photograph("ended-out-of-sight")


async def pay_into(person: Person, made: dict[str, Any], invoice: str) -> None:
    """From a link to the hand-over of an invoice of another wallet."""
    await open_voucher(person, made["lnurl"])
    person.write("Amount", "15")
    await person.settle()
    await say_where(person, invoice)
    person.click("Review withdrawal")
    await person.until(lambda: person.heading == REVIEW, "the review")
    await person.settle()
    person.click(CONFIRM)


@pytest.mark.usefixtures("own_memory")
async def test_a_window_closed_on_the_way_goes_on_with_the_same_invoice(
    application: QApplication, tmp_path: Path, ahead: Ahead
) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", HOME)
        later = await voucher(life, title="Later", faults={"pays_after": 600})
        await withdraw_until(person, later["lnurl"], WAITING)
        torn = await voucher(life, title="Torn", faults={"drops_before_paying": True})
        stage = await withdraw_until(person, torn["lnurl"], "It is not known yet whether the service pays.")
        assert "broke before its answer was whole." in stage.sentence
        assert [claim["paid"] for claim in await claims(life, torn)] == [False]

    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Under way", "15 sat", "Handed to the service · outcome unknown")
        await person.settle()
        person.photograph("open-again")
        await life.sandbox.faults({"lightning": {"vouchers": {torn["id"]: {"drops_before_paying": None}}}})
        await let_pass(life, ahead, 601)
        await person.until_sees("Nothing is under way.")
        calls = await claims(life, torn)
        assert [call["paid"] for call in calls] == [False, True]
        assert len({call["invoice_sha256"] for call in calls}) == 1, "the very same invoice"
        assert [call["paid"] for call in await claims(life, later)] == [True]
        person.click_section("Activity")
        await person.settle()
        for row in (0, 1):
            person.click_section("Activity")
            await person.settle()
            person.click_row(row)
            await person.until_sees(SETTLED)
            assert person.stages()[HANDED_OVER].mark == "reported"
