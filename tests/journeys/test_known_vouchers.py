"""What a person sees of a voucher that was withdrawn before, that refuses, or that may hold more."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from journeys.person import Person
from journeys.test_kept_balances import TICK
from journeys.test_product import own_memory, product
from journeys.vouchers import (
    FORM,
    OPEN,
    REVIEW,
    SETTLED,
    claims,
    looks,
    open_row,
    open_voucher,
    paste_voucher,
    to_review,
    voucher,
    voucher_card,
    withdraw_until,
)

__all__ = ["own_memory"]

SEE = "See that withdrawal"
KNOWN = "You withdrew 15 sat from this voucher at"


async def go_back(person: Person) -> None:
    (back,) = [name for name in person.names() if name.startswith("Back to")]
    person.click(back)
    await person.settle()


def evidence_of(person: Person, stage: str) -> None:
    person.click(f"Evidence of {stage}")


@pytest.mark.usefixtures("own_memory")
async def test_a_voucher_that_was_withdrawn_is_known_by_its_other_form(
    application: QApplication, tmp_path: Path
) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "Lightning voucher (LNURL)")
        made = await voucher(life, title="Pocket money")
        await withdraw_until(person, made["lnurl"], SETTLED)
        assert person.sees("which calls it “Pocket money”")
        evidence_of(person, "Invoice made")
        await person.settle()
        assert person.sees("by Ashore: signature, network, amount, description and expiry")
        assert not person.sees("no proof checked")
        person.photograph("evidence")

        await paste_voucher(person, made["lnurlw"])
        assert person.sees(KNOWN, "and that settled.", "Where it can be used several times, it may pay again")
        assert await looks(life, made) == 1, "its link alone told that"
        person.photograph("known-by-its-link")
        person.click(SEE)
        await person.until_sees(SETTLED)
        await go_back(person)
        assert person.heading == FORM
        await open_voucher(person, made["lnurlw"])
        assert person.sees(KNOWN)
        person.photograph("known-once-opened")
        await to_review(person)
        assert person.sees(KNOWN, "and that settled.")
        person.photograph("known-in-the-review")
        person.click(SEE)
        await person.until_sees(SETTLED)
        person.photograph("the-earlier-voyage")
        await go_back(person)
        assert person.heading == REVIEW
        person.click("Withdraw 15 sat")
        await person.until_sees("The service said no. Being watched until")
        await person.settle()
        person.photograph("refused")
        assert person.sees("refused, may still pay", "It has the invoice, and may pay it all the same")
        assert [claim["paid"] for claim in await claims(life, made)] == [True, False]

        person.click_section("Withdraw")
        await person.settle()
        person.photograph("refused-on-the-first-page")
        assert person.sees("Refused by the service · may still pay, watched until", "“Pocket money”")
        await open_row(person, 0)
        person.click_section("Activity")
        await person.settle()
        person.photograph("refused-in-the-list")

        person.click_section("Withdraw")
        await person.settle()
        person.write("Paste or scan anything", made["lightning"])
        await person.settle()
        person.photograph("known-on-the-first-page")
        assert person.sees("A voucher of 127.0.0.1", "You asked this voucher for 15 sat at", "and its service said no.")
        await paste_voucher(person, made["url"])
        assert person.sees(
            "and its service said no.", "Wait until that is known", "2 withdrawals of it are under Activity."
        )
        person.photograph("known-and-open")


@pytest.mark.usefixtures("own_memory")
async def test_a_voucher_that_holds_more_is_withdrawn_from_again(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "Lightning voucher (LNURL)")
        made = await voucher(life, title="Pocket money", max_msat=20_000, uses=3, balance=True)
        await withdraw_until(person, made["lnurl"], SETTLED)
        assert person.sees("45 sat may be left.", "said that it held 60 sat, and pays at most 20 sat at once.")
        person.photograph("may-hold-more")
        person.click_section("Withdraw")
        await person.settle()
        assert person.sees("1 voucher may hold more")
        person.photograph("first-page-may-hold-more")
        await open_row(person, 0)
        person.click("Withdraw again")
        await person.until(lambda: person.heading == FORM, "the form")
        await person.settle()
        assert person.sees(KNOWN)
        assert await looks(life, made) == 1, "nobody is asked before Open is pressed"

    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1 voucher may hold more")
        person.click_section("Withdraw")
        await person.settle()
        person.click(voucher_card(person))
        await person.settle()
        assert person.sees("May hold more", "45 sat may be left, at most 20 sat at once.", "“Pocket money”")
        person.photograph("listed-as-one-that-may-hold-more")
        (again,) = [name for name in person.names() if name.startswith("Withdraw again from the voucher of 127.0.0.1")]
        person.click(again)
        await person.settle()
        assert person.sees(KNOWN)
        assert await looks(life, made) == 1
        person.photograph("its-link-in-the-field")
        person.click(OPEN)
        await person.until_sees("Who pays")
        await person.settle()
        assert await looks(life, made) == 2
        assert person.sees(
            KNOWN,
            "its service said 40 sat; by what it said before",
            "it would be 45 sat. It may count uses rather than amounts",
        )
        person.photograph("does-not-fit-what-it-said-before")
        await to_review(person)
        assert person.sees(KNOWN)
        person.click("Withdraw 15 sat")
        await person.until_sees(SETTLED)
        await person.settle()
        assert person.sees("25 sat may be left.")
        assert [claim["paid"] for claim in await claims(life, made)] == [True, True]

        person.click_section("Withdraw")
        await person.settle()
        person.click(voucher_card(person))
        await person.settle()
        assert person.sees("25 sat may be left, at most 20 sat at once.")
        (forget,) = [name for name in person.names() if name.startswith("Forget the voucher of 127.0.0.1")]
        person.click(forget)
        await person.settle()
        person.photograph("forget-what-may-hold-more")
        person.click(f"Yes, {forget[0].lower()}{forget[1:]}")
        await person.until_sees("is forgotten.")
        assert not person.sees("may be left")
        await open_row(person, 0)
        assert person.sees("25 sat may be left.")
        assert "Withdraw again" not in person.names()


@pytest.mark.usefixtures("own_memory")
async def test_where_the_balance_is_kept_the_voyage_leads_to_it(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "Lightning voucher (LNURL)")
        made = await voucher(life, title="Pocket money", max_msat=20_000, uses=3, balance=True)
        await open_voucher(person, made["lnurl"])
        person.click(TICK)
        await to_review(person)
        person.click("Withdraw 15 sat")
        await person.until_sees(SETTLED)
        await person.settle()
        assert person.sees("45 sat may be left.")
        assert "Withdraw again" not in person.names()
        person.click("Look at its balance again")
        await person.settle()
        assert person.heading == "Bring funds out"
        assert person.sees("Balances to look at again")
        assert not person.sees("may hold more")
        assert await looks(life, made) == 1
