"""What journeys with Lightning vouchers have in common: the practice service's side, and the ways of a person."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from ashore.engine import compose, compose_lightning
from ashore.engine.parts import Clock
from ashore.net.strangers import CALLBACK, INFO, StrangerAnswer, StrangerClient, StrangerPurpose
from ashore.systems.lnurl.client import LnurlClient
from ashore.systems.lnurl.codec import Reach
from journeys.house import WatchedLife
from journeys.person import Person, Stage

FORM, REVIEW = "Withdraw a Lightning voucher", "Review what is handed over"
CARD = "Withdraw from Lightning voucher (LNURL)"
VOUCHER, INVOICE = "Voucher", "Invoice"
OPEN, OPENED = "Open the voucher", "Opened."
SETTLED = "15 sat settled in the practice node (simulated)."
HANDED_OVER, VERIFIED = "Handed to the service", "Payment verified"
IMPATIENT_S = 1.0
"""How long the wallet waits for a service's answer where a test does not want to."""
EXPIRY_S, WATCHED_S = 3600, 600
"""How long an invoice is good, and how long it is watched past that."""


class Ahead:
    """Seconds that have passed for the wallet and not for the wall."""

    seconds = 0.0


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> Ahead:
    """Let time pass at once for the next wallets; `let_pass` takes the practice network along."""
    moved, real = Ahead(), compose.system_clock()
    clock = Clock(lambda: real.now() + round(moved.seconds * 1000), lambda: real.monotonic() + moved.seconds)
    monkeypatch.setattr(compose, "system_clock", lambda: clock)
    return moved


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next wallets wait less long for a service's answer."""

    def client(strangers: StrangerClient, reach: Reach) -> LnurlClient:
        info, callback = (replace(purpose, total_seconds=IMPATIENT_S) for purpose in (INFO, CALLBACK))
        return LnurlClient(strangers, reach, info=info, callback=callback)

    monkeypatch.setattr(compose_lightning, "LnurlClient", client)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that services of strangers are asked at, in order."""
    addresses: list[str] = []
    fetch = StrangerClient.fetch

    async def told(self: StrangerClient, url: str, purpose: StrangerPurpose) -> StrangerAnswer:
        addresses.append(url)
        return await fetch(self, url, purpose)

    monkeypatch.setattr(StrangerClient, "fetch", told)
    return addresses


# ---- the practice network, and what is so there


async def voucher(life: WatchedLife, **terms: Any) -> dict[str, Any]:
    """A new voucher over 10 to 20 sat; `faults` are its misbehaviours."""
    made = await life.sandbox.call("voucher", {"title": "Gift", "min_msat": 10_000, "max_msat": 20_000, **terms})
    assert isinstance(made, dict)
    return made


async def truth(life: WatchedLife, **changes: Any) -> dict[str, Any]:
    """Everything that really happened; `changes` are what the control takes before it tells."""
    told = await life.sandbox.call("lightning", changes)
    assert isinstance(told, dict)
    return told


async def spoil_node(life: WatchedLife, **faults: Any) -> None:
    """Let the practice node misbehave, or (None) behave again."""
    await life.sandbox.faults({"lightning": {"node": faults}})


async def let_pass(life: WatchedLife, ahead: Ahead, seconds: float) -> None:
    """Put the clocks of wallet and practice network forward."""
    ahead.seconds += seconds
    await truth(life, advance=seconds)
    look(life)


def look(life: WatchedLife) -> None:
    """Let the wallet look now, not when its next turn comes."""
    assert life._sections is not None
    life._sections.wallet.look_again()  # type: ignore[attr-defined]


async def claims(life: WatchedLife, of: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every call of a voucher's callback, in order."""
    return [claim for claim in (await truth(life))["claims"] if claim["voucher"] == of["id"]]


async def looks(life: WatchedLife, of: Mapping[str, Any]) -> int:
    """How often a voucher was looked at."""
    return next(int(each["looks"]) for each in (await truth(life))["vouchers"] if each["id"] == of["id"])


async def elsewhere(life: WatchedLife, msat: int, expiry: int = EXPIRY_S) -> str:
    """An invoice that a person made in another wallet, which Ashore knows nothing of."""
    rune = (await truth(life))["admin_rune"]
    asked = {"amount_msat": msat, "label": f"own {time.monotonic_ns()}", "description": "mine", "expiry": expiry}
    async with httpx.AsyncClient(trust_env=False) as http:
        made = await http.post(f"{life.sandbox.url}/cln/v1/invoice", json=asked, headers={"Rune": rune})
    return str(made.json()["bolt11"])


async def another_claims(life: WatchedLife, of: Mapping[str, Any]) -> dict[str, Any]:
    """Somebody else has the same voucher and takes it first."""
    offer = await another_looks(of)
    claim = {"k1": offer["k1"], "pr": await elsewhere(life, of["min_msat"])}
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(httpx.URL(offer["callback"]).copy_merge_params(claim))
    return dict(answer.json())


async def another_looks(of: Mapping[str, Any]) -> dict[str, Any]:
    """Somebody else opens the same link."""
    async with httpx.AsyncClient(trust_env=False) as http:
        return dict((await http.get(of["url"])).json())


# ---- a person


def voucher_card(person: Person) -> str:
    """What the card of vouchers on the first page is called."""
    return next(name for name in person.names() if name.startswith(CARD))


async def paste_voucher(person: Person, text: str) -> None:
    """From wherever one is to the voucher's page, with a text in its field."""
    if person.heading != FORM:
        person.click_section("Withdraw")
        await person.settle()
        person.click(voucher_card(person))
        await person.settle()
    person.click(VOUCHER, QLineEdit)
    person.clear()
    person.paste(text)
    await person.settle()


async def open_voucher(person: Person, link: str) -> None:
    """Paste a link and open it, unless it is open already."""
    await paste_voucher(person, link)
    if person.find(OPEN).isEnabled():
        person.click(OPEN)
    await person.until_sees("Who pays")
    await person.settle()


async def open_in_vain(person: Person, link: str) -> str:
    """Paste a link and open it; returns the sentence that stands beside the field then."""
    await paste_voucher(person, link)
    before = person.field_says(VOUCHER)
    person.click(OPEN)
    await person.until(lambda: person.field_says(VOUCHER) != before, "an answer")
    await person.settle()
    assert not person.sees("Who pays"), person.reads()
    return person.field_says(VOUCHER)


async def to_review(person: Person, amount: str = "15") -> None:
    """From an opened voucher to the review. A fixed amount is there already."""
    if "Amount" in person.names():
        person.write("Amount", amount)
        await person.settle()
    person.click("Review withdrawal")
    await person.until(lambda: person.heading == REVIEW, "the review")
    await person.settle()


async def to_the_list(person: Person) -> None:
    """To the voucher's page, where what is kept is listed, from wherever one is."""
    person.click_section("Withdraw")
    await person.settle()
    person.click(voucher_card(person))
    await person.settle()
    assert person.heading == FORM


async def withdraw_it(person: Person, life: WatchedLife, of: Mapping[str, Any]) -> None:
    """From an opened voucher to 15 sat of it, for which its service was looked at only once."""
    await to_review(person)
    person.click("Withdraw 15 sat")
    await person.until_sees(SETTLED)
    assert [claim["paid"] for claim in await claims(life, of)] == [True]
    assert await looks(life, of) == 1


async def open_and_withdraw(person: Person, life: WatchedLife, of: Mapping[str, Any]) -> None:
    """Open the voucher whose link stands in the form, and bring 15 sat of it out; its service was looked at once."""
    person.click(OPEN)
    await person.until_sees("Who pays")
    await person.settle()
    person.write("Amount", "15")
    person.press(Qt.Key.Key_Return)
    await person.until(lambda: "Withdraw 15 sat" in person.names(), "the review")
    person.click("Withdraw 15 sat")
    await person.until_sees(SETTLED)
    assert await looks(life, of) == 1


async def withdraw(person: Person, link: str, amount: str = "15") -> None:
    """From a link to the click that hands the invoice over."""
    await open_voucher(person, link)
    await to_review(person, amount)
    person.click(f"Withdraw {amount} sat")


async def withdraw_until(person: Person, link: str, *texts: str) -> Stage:
    """From a link to the moment at which all of this is written; returns the stage that tells of the service."""
    await withdraw(person, link)
    await person.until_sees(*texts)
    await person.settle()
    return person.stages()[HANDED_OVER]


async def say_where(person: Person, invoice: str) -> None:
    """Receive in another wallet, by an invoice that was made there; whatever was pasted before is replaced."""
    if INVOICE not in person.names():
        await person.choose("Where to receive", "Another wallet")
        await person.settle()
    person.click(INVOICE, QLineEdit)
    person.clear()
    person.paste(invoice)
    await person.settle()


async def open_row(person: Person, row: int) -> None:
    """From wherever one is to the withdrawal of a row under Activity, the newest being the first."""
    person.click_section("Activity")
    await person.settle()
    person.click_row(row)
    await person.settle()
