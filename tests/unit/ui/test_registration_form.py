"""Registering a Reddio key in the window: offered where it lacks, judged, reviewed, and told when nobody answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ashore.domain.errors import AshoreError
from ashore.engine.views import Review
from ashore.ethereum.fees import Fees
from ashore.systems.base import Draft, Offer, Problem, Quote, Source
from ashore.systems.reddio.system.registration import RegistrationOffer, judge_registration
from ashore.ui.pages.registration_form import RegistrationFormPage
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


class RegisteringStandIn(ReddioStandIn):
    def __init__(self) -> None:
        super().__init__()
        self.registering.offer = OFFER
        self.holds = replace(self.holds, registered={})
        self.reviews: list[Quote] = []

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        if isinstance(offer, RegistrationOffer):
            return judge_registration(offer, draft)
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
