"""Services that do other things with the money than they say: what a person sees in the window, and what was so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from ashore.sandbox.lightning.faults import BODIES
from journeys.house import WatchedLife
from journeys.person import Person
from journeys.test_product import own_memory, product
from journeys.vouchers import (
    EXPIRY_S,
    REVIEW,
    SETTLED,
    WATCHED_S,
    Ahead,
    ahead,
    claims,
    impatient,
    let_pass,
    open_row,
    open_voucher,
    to_review,
    truth,
    voucher,
    withdraw,
    withdraw_until,
)

__all__ = ["ahead", "impatient", "own_memory"]

HOME = "Lightning voucher (LNURL)"
READABLE = ("digits", "surrogate", "bom", "overflow")
"""Odd bodies that say OK all the same."""
SAYS_OK = "The service has the invoice and says that it pays. That is a promise, not the money."
UNANSWERED = "It is not known yet whether the service pays."
SAID_NO = "The service said no."
MAY_PAY = "It may pay all the same."
WATCHES = "Ashore goes on watching for the money, and never makes a second invoice for it."
PAID_ONCE = [(True, 15_000)]


async def paid(life: WatchedLife, of: dict[str, Any]) -> list[tuple[bool, int]]:
    """What really happened to each call of a voucher."""
    return [(claim["paid"], claim["amount_msat"]) for claim in await claims(life, of)]


@pytest.mark.usefixtures("own_memory")
async def test_money_that_comes_is_shown_whatever_is_answered(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", HOME)

        silent = await voucher(life, title="Silent", faults={"answers_after": 120})
        stage = await withdraw_until(person, silent["lnurl"], SETTLED)
        assert (stage.mark, stage.said_by) == ("seen", "Practice node shows it"), "its answer is two minutes away"
        assert not person.sees(SAYS_OK)
        assert await paid(life, silent) == PAID_ONCE
        person.photograph("settled-without-an-answer")

        grumpy = await voucher(life, title="Grumpy", faults={"error_but_pays": "Out of order."})
        await withdraw_until(person, grumpy["lnurl"], SETTLED, "The service said no: “Out of order.”")
        assert not person.sees(SAYS_OK)
        person.photograph("no-but-paid")

        dropped = await voucher(life, title="Dropped", faults={"drops_after_paying": True})
        stage = await withdraw_until(person, dropped["lnurl"], SETTLED)
        assert stage.mark == "seen"
        assert await paid(life, dropped) == PAID_ONCE

        query = {"callback_query": "session=a%2Fb+c&next="}
        unique = await voucher(life, title="Unique", style="lnbits", unique=True, uses=2, faults=query)
        shouting = await voucher(life, title="Shouting", faults={"http_status": 500, "status_case": "mixed"})
        for each in (unique["links"][1], shouting):
            await withdraw(person, each["lnurl"])
            await person.until_sees(SETTLED, SAYS_OK)
        assert [await paid(life, each) for each in (unique, shouting)] == [PAID_ONCE, PAID_ONCE]
        (told,) = await claims(life, unique)
        assert told["link"] in unique["links"][1]["url"]

        half = await voucher(life, title="Half", faults={"pays_part": 7_000})
        await withdraw_until(person, half["lnurl"], "7 sat settled in the practice node (simulated).", SAYS_OK)
        assert person.sees(
            "That is less than the 15 sat that you asked for.",
            "The invoice was over 15 sat, but Practice node says that 7 sat arrived.",
        )
        assert not person.sees(SETTLED)
        person.photograph("paid-in-part")


@pytest.mark.timeout(240)  # twenty vouchers, one after the other, in one window
@pytest.mark.usefixtures("own_memory", "impatient")
async def test_no_odd_answer_is_taken_for_a_yes_or_a_no(
    application: QApplication, tmp_path: Path, ahead: Ahead
) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", HOME)
        for body in BODIES:
            each = await voucher(life, title=body, faults={"callback_body": body, "pays_after": 300})
            headline = "Waiting for the payment." if body in READABLE else UNANSWERED
            stage = await withdraw_until(person, each["lnurl"], headline)
            assert stage.mark == ("reported" if body in READABLE else "outcome-unknown"), body
            assert (SAYS_OK if body in READABLE else f"{MAY_PAY} {WATCHES}") in stage.sentence, body
            assert not person.sees("said no"), body
        person.photograph("neither-yes-nor-no")
        assert not [call for call in (await truth(life))["claims"] if call["paid"]]
        await let_pass(life, ahead, 301)
        await person.until_sees(SETTLED)
        person.click_section("Activity")
        await person.until(lambda: "Activity" in person.names(), "none that is open")
        await person.settle()
        person.photograph("all-settled")
        assert len({claim["payment_hash"] for claim in (await truth(life))["claims"] if claim["paid"]}) == len(BODIES)


@pytest.mark.usefixtures("own_memory", "impatient")
async def test_money_that_does_not_come_is_never_called_settled(
    application: QApplication, tmp_path: Path, ahead: Ahead
) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", HOME)
        await promises_that_are_not_kept(person, life)
        slow = await voucher(life, title="Slow", faults={"pays_slowly": 120})
        stage = await withdraw_until(person, slow["lnurl"], UNANSWERED, "did not answer in time.")
        assert stage.sentence.endswith(f"{MAY_PAY} {WATCHES}")
        assert person.sees("Nothing can be paid twice: there is only this one invoice.")
        person.photograph("no-answer")
        later = await voucher(life, title="Later", faults={"pays_after": 120})
        stage = await withdraw_until(person, later["lnurl"], "Waiting for the payment.")
        assert stage.sentence == SAYS_OK
        assert await paid(life, slow) == await paid(life, later) == [(False, 15_000)]
        await let_pass(life, ahead, 121)
        await person.until_sees(SETTLED)
        await open_row(person, 1)
        await person.until_sees(SETTLED)
        assert await paid(life, slow) == await paid(life, later) == PAID_ONCE
        await ends_of_promises(person, life, ahead)


async def promises_that_are_not_kept(person: Person, life: WatchedLife) -> None:
    """One of each that pays nothing; every sentence says so."""
    idle = await voucher(life, title="Idle", faults={"never_pays": True})
    stage = await withdraw_until(person, idle["lnurl"], "Waiting for the payment.")
    assert stage.sentence == SAYS_OK

    firm = await voucher(life, title="Firm", faults={"refuses": "Come back\u202e <b>tomorrow</b>." + "x" * 900})
    stage = await withdraw_until(person, firm["lnurl"], SAID_NO)
    assert stage.sentence.startswith("The service said no: “Come back\ufffd <b>tomorrow</b>.xxx")
    assert len(stage.sentence) < 700
    person.photograph("long-no")

    stubborn = await voucher(life, title="Stubborn", faults={"already_paid": True, "http_status": 404})
    stage = await withdraw_until(person, stubborn["lnurl"], SAID_NO)
    assert "“Payment already paid.” If it pays anyway, you will see it here." in stage.sentence

    moved = await voucher(life, title="Moved", faults={"callback_redirect": True})
    stage = await withdraw_until(person, moved["lnurl"], UNANSWERED)
    assert "127.0.0.1 pointed elsewhere, where Ashore takes no invoice." in stage.sentence
    assert await claims(life, moved) == [], "the place it pointed to would have paid"

    foreign = await voucher(life, title="Foreign", faults={"foreign_callback": True})
    await open_voucher(person, foreign["lnurl"])
    assert person.sees("another host takes part: localhost:", "Go on only if you trust it", "gets your invoice.")
    person.photograph("another-host")
    await to_review(person)
    assert person.heading == REVIEW
    assert person.sees("The invoice goes to another host: localhost:")
    person.photograph("another-host-review")
    person.click("Withdraw 15 sat")
    await person.until_sees("Nothing was sent.", "The voucher was not claimed")
    await person.settle()
    assert await claims(life, foreign) == []
    person.photograph("another-host-not-asked")
    assert not person.sees(SETTLED)


async def ends_of_promises(person: Person, life: WatchedLife, ahead: Ahead) -> None:
    """What they come to when their invoices have expired; the newest row is the first."""
    await let_pass(life, ahead, EXPIRY_S + WATCHED_S + 1)
    await open_row(person, 6)
    await person.until_sees("The service said OK, but never paid.", "You received\nnothing")
    await person.settle()
    person.photograph("never-paid")
    unpaid = "The invoice expired unpaid, so nothing was withdrawn."
    for row, said in ((5, "“Come back"), (4, "The service said no: “Payment already paid.”"), (3, "")):
        await open_row(person, row)
        await person.until_sees(unpaid, said, "You received\nnothing")
        assert not person.sees("settled in")
    person.photograph("expired")
    assert not [row for row in (await truth(life))["invoices"][:4] if row["received_msat"]]
