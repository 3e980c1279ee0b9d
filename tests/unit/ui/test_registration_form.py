"""Registering a Reddio key in the window: offered where it lacks, judged, reviewed, and told when nobody answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import GAS_MOST, LAST_STAGE, SAID_BY
from ashore.engine.views import Review
from ashore.ethereum.fees import Fees
from ashore.ethereum.transactions import UnsignedTransaction
from ashore.systems.base import Draft, Offer, Payer, Problem, Quote, Source
from ashore.systems.claiming.gas import GAS_SYMBOL
from ashore.systems.claiming.replacing import ReplacementOffer, judge_replacement
from ashore.systems.reddio.system.registration import RegistrationOffer, judge_registration
from ashore.systems.reddio.system.tracks import REGISTERED, REGISTRATION
from ashore.ui.pages.registration_form import RegistrationFormPage
from ashore.ui.pages.replace_form import ReplaceFormPage
from ashore.ui.pages.voyage import VoyagePage
from unit.systems.reddio.reddio_bench import KEY, OWN, STANDARD
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, texts
from unit.ui.reddio_standin import REDDIO, ReddioStandIn, open_reddio
from unit.ui.standin import NOW
from unit.ui.test_claim_form import GWEI, POOR, RICH

OFFER = RegistrationOffer(
    Source(REDDIO),
    NOW,
    address=OWN,
    key=STANDARD,
    stark_key=KEY,
    calldata=bytes(4),
    payers=(POOR, RICH),
    fees=Fees(10 * GWEI, GWEI),
    gas=1_840_000,
    gas_symbol="ETH",
    chain="Ethereum",
)


WAITS = UnsignedTransaction(31337, 4, GWEI, 21 * GWEI, 1_840_000, bytes(20), 0, b"\x01")


def waiting_registration(wallet: RegisteringStandIn) -> ev.Terms:
    """A registration that an endpoint took and no block yet, and what it takes to replace it."""
    terms = ev.Terms(
        system="Reddio",
        network="sandbox",
        profile=REDDIO,
        track=str(REGISTRATION.ref),
        account=OWN,
        symbol="ETH",
        decimals=18,
        amount=0,
        fee=0,
        recipient=OWN,
        destination="Harbour",
        receive_symbol="ETH",
        details={
            LAST_STAGE: REGISTERED,
            SAID_BY: "An endpoint of Harbour",
            "amount.text": "Stark key",
            "stark_key": KEY,
            "key": STANDARD,
            "nonce": "4",
            GAS_MOST: str(WAITS.most),
            GAS_SYMBOL: "ETH",
        },
    )
    wallet.happen(ev.WithdrawalStarted("k", terms), NOW)
    wallet.happen(ev.MoveIntended("k", "m", MoveKind.REGISTER, REDDIO, "0x" + "5d" * 32, "0x02", "s", 4), NOW)
    wallet.happen(ev.MoveSending("k", "m"), NOW)
    wallet.happen(ev.MoveAccepted("k", "m"), NOW)
    voyage = wallet.voyage("k")
    assert voyage is not None
    payer, fees = Payer(0, OWN, "Account 1"), Fees(40 * GWEI, 2 * GWEI)
    wallet.unclaimed.replacement = ReplacementOffer(
        Source(REDDIO), NOW, voyage.withdrawal, False, WAITS, payer, 10**18, fees, 1_840_000, "ETH"
    )
    return terms


class RegisteringStandIn(ReddioStandIn):
    def __init__(self) -> None:
        super().__init__()
        self.registering.offer = OFFER
        self.holds = replace(self.holds, registered={})
        self.reviews: list[Quote] = []

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        if isinstance(offer, RegistrationOffer):
            return judge_registration(offer, draft)
        if isinstance(offer, ReplacementOffer):
            return judge_replacement(offer, draft)
        return await super().quote(offer, draft)

    async def review(self, quote: Quote) -> Review:
        self.reviews.append(quote)
        raise AshoreError("The signer is away.", "Unlock Ashore.")


@pytest.fixture
def wallet() -> RegisteringStandIn:
    return RegisteringStandIn()


async def the_form(shell: Shell) -> RegistrationFormPage:
    page = await open_reddio(shell)
    page.fields.registration.set_open(True)
    page.fields.registration.register.click()
    await shell.settle()
    assert shell.sections.place == "registration"
    form = shell.sections.page("registration")
    assert isinstance(form, RegistrationFormPage)
    await shell.until(lambda: not form.pending)
    return form


async def test_it_says_what_is_tied_to_what_and_what_it_costs(shell: Shell, wallet: RegisteringStandIn) -> None:
    form = await the_form(shell)
    assert wallet.registering.asked == [(REDDIO, 0, STANDARD)]
    said = texts(form)
    assert "a limit of 1,840,000 units" in said
    assert "needs no registration" in said
    assert form.payer.key == "0", "who has ether pays"
    assert form.summary.review.isEnabled()
    form.summary.review.click()
    await shell.settle()
    (quote,) = wallet.reviews
    assert quote.ready


async def test_who_has_no_ether_cannot_pay(shell: Shell) -> None:
    form = await the_form(shell)
    form.payer.combo.setCurrentIndex(0)
    await shell.until(lambda: not form.pending)
    await shell.settle()
    assert "Account 2 has" in form.fields["payer"].problem.text
    assert not form.summary.review.isEnabled()


async def test_what_the_contract_would_refuse_is_said(shell: Shell, wallet: RegisteringStandIn) -> None:
    refused = Problem("This Stark key is registered already.", "Go back and look again.")
    wallet.registering.offer = replace(OFFER, refused=refused, gas=0)
    form = await the_form(shell)
    assert "registered already" in form.trouble.text
    assert not form.summary.review.isEnabled()


async def test_a_key_that_is_being_registered_leads_to_that_registration(
    shell: Shell, wallet: RegisteringStandIn
) -> None:
    terms = waiting_registration(wallet)
    wallet.registering.offer = replace(OFFER, under_way="k")
    form = await the_form(shell)
    assert "being registered already" in form.trouble.text
    assert not form.summary.review.isEnabled()
    QTest.mouseClick(form.trouble.action, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert shell.sections.place == "voyage"
    assert terms.destination in texts(shell.sections.page("voyage"))


async def test_a_registration_that_waits_can_be_sped_up_and_cancelled(shell: Shell, wallet: RegisteringStandIn) -> None:
    waiting_registration(wallet)
    for button, title in (("again", "Speed up the registration"), ("also", "Cancel the registration")):
        shell.sections.show_voyage("k")
        await shell.settle()
        voyage = shell.sections.page("voyage")
        assert isinstance(voyage, VoyagePage)
        assert voyage.rows[-1].again.text() == "Speed up"
        assert voyage.rows[-1].also.text() == "Cancel the registration"
        assert cut_off(voyage) == []
        QTest.mouseClick(getattr(voyage.rows[-1], button), Qt.MouseButton.LeftButton)
        await shell.settle()
        page = shell.sections.page("replacement")
        assert isinstance(page, ReplaceFormPage)
        assert page.accessibleName() == title
        assert "claim" not in texts(page).replace("claimed", ""), "it speaks of what it is about"
        assert page.back_button is not None
        assert page.back_button.text() == "Registration"


async def test_nobody_answers(shell: Shell, wallet: RegisteringStandIn) -> None:
    wallet.registering.offer = AshoreError("No endpoint answers.", "Try again.")
    form = await the_form(shell)
    assert "No endpoint answers." in form.notice.text


async def test_what_stood_in_the_form_stands_there_when_one_comes_back(shell: Shell) -> None:
    page = await open_reddio(shell)
    page.fields.recipient.setText(OWN)
    await the_form(shell)
    shell.sections.go_back()
    await shell.settle()
    assert shell.sections.place == "vaults"
    assert page.draft()["recipient"] == OWN


@pytest.mark.parametrize("changed", [{"registered": {KEY: OWN}}, {"registered": {}, "registry_known": False}])
async def test_it_is_offered_only_where_the_key_is_proven_to_lack_it(
    shell: Shell, wallet: RegisteringStandIn, changed: dict[str, Any]
) -> None:
    wallet.holds = replace(wallet.holds, **changed)
    page = await open_reddio(shell)
    assert not page.fields.registration.isVisible()


async def test_nothing_is_cut_off(shell: Shell) -> None:
    assert cut_off(await the_form(shell)) == []
