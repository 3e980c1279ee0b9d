"""The form of a claim: what it costs, who pays, what is wrong, and nothing lost when nobody answers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ashore.domain.errors import AshoreError
from ashore.engine.views import Change, Topic
from ashore.ethereum.fees import Fees
from ashore.systems.base import Draft, Offer, Problem, Quote, Source
from ashore.systems.claiming.claims import ClaimOffer, PayerOffer, judge_claim
from ashore.ui.pages.claim_form import ClaimFormPage
from ashore.ui.pages.unclaimed import UnclaimedPage
from ashore.ui.pages.voyage import CLAIM_IT, VoyagePage
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.standin import NOW, OTHER, PROFILE, StandInWallet, sail
from unit.ui.test_unclaimed_page import OWED

GWEI = 10**9
RICH = PayerOffer(0, "0x" + "f3" * 20, "Account 1", 10**18, 4)
POOR = PayerOffer(1, "0x" + "f4" * 20, "Account 2", 0, 0)


class ClaimWallet(StandInWallet):
    """A wallet whose chain tells what a claim costs."""

    def __init__(self) -> None:
        super().__init__()
        self.unclaimed.claim = ClaimOffer(
            Source(PROFILE), NOW, OWED, (POOR, RICH), Fees(10 * GWEI, GWEI), 72_000, "ETH"
        )

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        if isinstance(offer, ClaimOffer):
            return judge_claim(offer, draft)
        return await super().quote(offer, draft)


@pytest.fixture
def wallet() -> ClaimWallet:
    return ClaimWallet()


async def the_form(shell: Shell) -> ClaimFormPage:
    shell.wallet.unclaimed.found = (OWED,)
    shell.sections.show_section("unclaimed")
    await shell.settle()
    shell.sections.page("unclaimed").cards[0].claim.click()  # type: ignore[attr-defined]
    await shell.settle()
    page = shell.sections.page("claim")
    assert isinstance(page, ClaimFormPage)
    return page


async def typed(shell: Shell, page: ClaimFormPage, text: str) -> None:
    page.max_fee.setText(text)
    page.max_fee.textEdited.emit(text)
    await shell.until(lambda: not page.pending)
    await shell.settle()


async def test_nobody_is_told_to_receive_what_goes_to_somebody_else(shell: Shell) -> None:
    page = await the_form(shell)
    assert page.summary.caption.text() == "0x8f3A … 91C2 receives"
    own = shell.wallet.accounts()[0].address
    shell.sections.show_claim(replace(OWED, owner=own.lower()))
    await shell.settle()
    assert page.summary.caption.text() == "You receive"


async def test_one_estimate_of_the_gas_stands_in_the_card_and_in_the_form(shell: Shell, wallet: ClaimWallet) -> None:
    assert isinstance(wallet.unclaimed.claim, ClaimOffer)
    wallet.unclaimed.claim = replace(wallet.unclaimed.claim, likely=61_234)
    wallet.unclaimed.found = (OWED,)
    shell.sections.show_section("unclaimed")
    await shell.settle()
    card = shell.sections.page("unclaimed").cards[0]  # type: ignore[attr-defined]
    assert "finds out how much" in card.ways.gas.text()
    card.ways.set_open(True)
    await shell.settle()
    assert "61,234 units or fewer" in card.ways.gas.text()
    assert "a limit of 72,000 units" in card.ways.gas.text()
    card.claim.click()
    await shell.settle()
    page = shell.sections.page("claim")
    assert isinstance(page, ClaimFormPage)
    assert "61,234 units or fewer" in page.ways.gas.text()
    assert "61,234 units or fewer, from the account you choose" in texts(page.summary)
    assert "a limit of 72,000 units, at the highest price" in texts(page.summary)


async def test_a_card_whose_gas_nobody_tells_says_who_finds_it_out(shell: Shell, wallet: ClaimWallet) -> None:
    wallet.unclaimed.claim = AshoreError("Nobody answers.")
    wallet.unclaimed.found = (OWED,)
    shell.sections.show_section("unclaimed")
    await shell.settle()
    card = shell.sections.page("unclaimed").cards[0]  # type: ignore[attr-defined]
    card.ways.set_open(True)
    await shell.settle()
    assert card.ways.gas.text() == "The wallet that sends it finds out how much gas it takes."


async def test_a_price_of_gas_is_not_spoken_of_as_an_asset(shell: Shell) -> None:
    page = await the_form(shell)
    await typed(shell, page, "21.1234567891")
    said = page.fields["max_fee"].problem.text
    assert "at most nine digits after the point" in said
    assert "asset" not in said


async def test_it_says_what_waits_who_gets_it_and_what_it_costs(shell: Shell) -> None:
    page = await the_form(shell)
    said = texts(page)
    assert "25.00 USDC on Arbitrum" in said
    assert "It goes to its owner, whoever pays the gas." in said
    assert "0.000792 ETH" in said  # 72,000 units at 11 gwei
    assert "0.00152 ETH" in said  # at most, at 21 gwei, rounded up
    assert page.payer.key == "0", "the account that has ether"
    assert page.summary.review.isEnabled()


async def test_an_account_without_ether_is_told_beside_its_field(shell: Shell) -> None:
    page = await the_form(shell)
    page.payer.combo.setCurrentIndex(0)
    await shell.until(lambda: not page.pending)
    await shell.settle()
    assert "Account 2 has 0.00 ETH on Arbitrum" in texts(page.fields["payer"])
    assert not page.summary.review.isEnabled()


@pytest.mark.parametrize(
    ("text", "said", "ready"),
    [
        ("", "", True),
        ("30", "", True),
        ("10.5", "It may wait long", True),
        ("5", "No block would take it", False),
        ("1e9", "", False),
        ("x", "", False),
        ("9999999", "far more than gas ever costs", False),
        ("150", "13 times what gas costs now: this may cost up to 0.0108 ETH", True),
    ],
)
async def test_a_ceiling_that_helps_nobody_is_said(shell: Shell, text: str, said: str, ready: bool) -> None:
    page = await the_form(shell)
    await typed(shell, page, text)
    assert said in texts(page.fields["max_fee"])
    assert page.summary.review.isEnabled() is ready
    assert page.max_fee.text() == text


async def test_a_contract_that_would_refuse_is_told_before_anything_is_signed(
    shell: Shell, wallet: ClaimWallet
) -> None:
    assert isinstance(wallet.unclaimed.claim, ClaimOffer)
    refused = Problem("The owner does not take it.", "It stays.")
    wallet.unclaimed.claim = replace(wallet.unclaimed.claim, refused=refused, gas=0)
    page = await the_form(shell)
    assert not page.summary.review.isEnabled()
    assert "The owner does not take it." in texts(page.summary)
    assert "The owner does not take it." in texts(page.trouble)
    assert "It stays." in texts(page.trouble)


async def test_a_chain_that_does_not_answer_loses_nothing(shell: Shell, wallet: ClaimWallet) -> None:
    wallet.unclaimed.claim, answer = AshoreError("Not enough endpoints agree on a block."), wallet.unclaimed.claim
    page = await the_form(shell)
    assert "Nothing was sent." in texts(page.notice)
    assert not page.summary.review.isEnabled()
    wallet.unclaimed.claim = answer
    page.notice.acted.emit()
    await shell.settle()
    assert page.summary.review.isEnabled()


async def test_a_claim_that_was_sent_is_followed_in_the_section_it_came_from(shell: Shell) -> None:
    await the_form(shell)
    sail(shell.wallet, "w", "executed")
    shell.sections.withdrawal_sent("w")
    await shell.settle()
    assert shell.sections.place == "voyage"
    assert shell.window.side.buttons["unclaimed"].isChecked()
    voyage = shell.sections.page("voyage")
    assert voyage.back_button is not None
    assert voyage.back_button.text() == "Unclaimed"
    voyage.back_button.click()
    await shell.settle()
    assert shell.sections.place == "unclaimed"
    assert shell.window.side.buttons["unclaimed"].isChecked()


async def test_the_way_goes_back_to_what_waits(shell: Shell) -> None:
    page = await the_form(shell)
    assert page.back_button is not None
    QTest.mouseClick(page.back_button, Qt.MouseButton.LeftButton)
    assert shell.sections.place == "unclaimed"


async def test_a_voyage_offers_the_claim_as_soon_as_the_contract_is_seen_to_keep_the_money(shell: Shell) -> None:
    sail(shell.wallet, "w", "released", started=NOW, recipient=OTHER)
    shell.sections.show_voyage("w")
    await shell.settle()
    page = shell.sections.page("voyage")
    assert isinstance(page, VoyagePage)
    assert not page.rows[-1].again.isVisible()
    assert not page.claim_now.isVisible()
    shell.wallet.unclaimed.found = (replace(OWED, owner=OTHER.lower()),)
    shell.wallet.tell(Change(Topic.UNCLAIMED))
    await shell.settle()
    assert page.rows[-1].again.text() == CLAIM_IT
    assert page.claim_now.isVisible()
    assert page.claim_now.property("role") != "primary", "zkLink’s relayer usually sends it on"
    assert "You can also claim it yourself" in page.advice.text()
    QTest.mouseClick(page.rows[-1].again, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert shell.sections.place == "claim"


async def test_several_are_claimed_one_after_another_with_the_gas_of_all_told_first(shell: Shell) -> None:
    more = replace(OWED, token_id=18, symbol="DAI")
    shell.wallet.unclaimed.found = (OWED,)
    shell.sections.show_section("unclaimed")
    await shell.settle()
    waiting = shell.sections.page("unclaimed")
    assert isinstance(waiting, UnclaimedPage)
    assert not waiting.all.isVisible(), "one is claimed by itself"
    shell.wallet.unclaimed.found = (OWED, more, replace(OWED, token_id=19, unclear="Nobody knows which one."))
    waiting.refresh()
    assert waiting.all.isVisible()
    few = shell.wallet.unclaimed.found
    shell.wallet.unclaimed.found = tuple(replace(OWED, token_id=number) for number in range(20, 40))
    waiting.refresh()
    assert waiting.all.text() == "Claim the first 16, one after another", "so many of one account may wait at once"
    shell.wallet.unclaimed.found = few
    waiting.refresh()
    assert waiting.all.text() == "Claim all, one after another"
    waiting.all.click()
    await shell.settle()
    page = shell.sections.page("claim")
    assert isinstance(page, ClaimFormPage)
    said = texts(page)
    assert "claim 1 of 2" in said
    assert "probably 0.0016 ETH, at most 0.002 ETH" in said
    assert "25.00 USDC on Arbitrum" in said
    shell.sections.withdrawal_sent("c1")
    await shell.settle()
    assert shell.sections.place == "claim"
    said = texts(page)
    assert "claim 2 of 2" in said
    assert "25.00 DAI on Arbitrum" in said
    assert not page.go_on(), "that was the last"
    page.begin_with(OWED)
    await shell.settle()
    assert "claim 1 of" not in texts(page)
