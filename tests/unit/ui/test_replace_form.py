"""The form of a speed-up and of a cancellation: what waits, what it takes, and what is wrong beside the field."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import GAS_MOST, LAST_STAGE, SAID_BY, Withdrawal
from ashore.ethereum.fees import Fees
from ashore.ethereum.transactions import UnsignedTransaction
from ashore.systems.base import Draft, Offer, Payer, Quote, Source
from ashore.systems.claiming.gas import GAS_SYMBOL
from ashore.systems.claiming.replacing import ReplacementOffer, judge_replacement
from ashore.systems.claiming.track import CLAIMED
from ashore.systems.zklink.system.tracks import CLAIM
from ashore.ui.pages.replace_form import ReplaceFormPage
from ashore.ui.pages.voyage import VoyagePage
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.standin import NOW, OTHER, PROFILE, StandInWallet

GWEI = 10**9
ADDRESS = "0x" + "f3" * 20
WAITS = UnsignedTransaction(42161, 4, GWEI, 21 * GWEI, 72_000, bytes(20), 0, b"\x01")


class RacingWallet(StandInWallet):
    """A wallet with a claim that waits."""

    def __init__(self) -> None:
        super().__init__()
        terms = ev.Terms(
            system="zkLink",
            network="sandbox",
            profile=PROFILE,
            track=str(CLAIM.ref),
            account=ADDRESS,
            symbol="USDC",
            decimals=6,
            amount=25_000_000,
            fee=0,
            recipient=OTHER.lower(),
            destination="Arbitrum",
            receive_symbol="USDC",
            details={
                LAST_STAGE: CLAIMED,
                SAID_BY: "An endpoint of Arbitrum",
                "amount.text": "25.00 USDC",
                "target_token": "17",
                "nonce": "4",
                GAS_MOST: str(WAITS.most),
                GAS_SYMBOL: "ETH",
            },
        )
        self.happen(ev.WithdrawalStarted("c", terms), NOW)
        self.happen(ev.MoveIntended("c", "m", MoveKind.CLAIM, PROFILE, "0x" + "5d" * 32, "0x02", "s", 4), NOW)
        self.happen(ev.MoveSending("c", "m"), NOW)
        self.happen(ev.MoveAccepted("c", "m"), NOW)
        voyage = self.voyage("c")
        assert voyage is not None
        self.unclaimed.replacement = offer_for(voyage.withdrawal)

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        if isinstance(offer, ReplacementOffer):
            return judge_replacement(offer, draft)
        return await super().quote(offer, draft)


def offer_for(state: Withdrawal) -> ReplacementOffer:
    payer = Payer(0, ADDRESS, "Account 1")
    fees = Fees(40 * GWEI, 2 * GWEI)
    return ReplacementOffer(Source(PROFILE), NOW, state, False, WAITS, payer, 10**18, fees, 72_000, "ETH")


@pytest.fixture
def wallet() -> RacingWallet:
    return RacingWallet()


async def the_form(shell: Shell, button: str = "again") -> ReplaceFormPage:
    shell.sections.show_voyage("c")
    await shell.settle()
    voyage = shell.sections.page("voyage")
    assert isinstance(voyage, VoyagePage)
    QTest.mouseClick(getattr(voyage.rows[-1], button), Qt.MouseButton.LeftButton)
    await shell.settle()
    page = shell.sections.page("replacement")
    assert isinstance(page, ReplaceFormPage)
    return page


async def test_a_claim_that_waits_can_be_sped_up_from_its_voyage(shell: Shell) -> None:
    page = await the_form(shell)
    assert page.accessibleName() == "Speed up the claim"
    said = texts(page)
    assert "21 gwei" in said  # offers now
    assert "40 gwei" in said  # gas costs
    assert page.max_fee.placeholderText() == "usual: 82 gwei"
    assert "0.00591 ETH" in said  # at most: 72,000 units at 82 gwei, rounded up
    assert "0.00152 ETH" in said  # until now: at 21 gwei
    assert page.summary.review.isEnabled()


async def test_a_cancellation_says_that_it_may_lose_the_race(shell: Shell) -> None:
    page = await the_form(shell, "also")
    assert page.accessibleName() == "Cancel the claim"
    assert "It may lose the race" in texts(page)
    assert page.summary.review.text() == "Review cancellation"


@pytest.mark.parametrize(
    ("text", "said", "ready"),
    [
        ("", "", True),
        ("90", "", True),
        ("41", "It may wait long", True),
        ("23", "No block would take it", False),
        ("840", "20 times what gas costs now: this may cost up to 0.0605 ETH", True),
        ("10001", "far more than gas ever costs", False),
        ("x", "", False),
        ("-1", "", False),
    ],
)
async def test_a_price_that_helps_nobody_is_said_beside_its_field(
    shell: Shell, text: str, said: str, ready: bool
) -> None:
    page = await the_form(shell)
    page.max_fee.setText(text)
    page.max_fee.textEdited.emit(text)
    await shell.until(lambda: not page.pending)
    await shell.settle()
    assert said in texts(page.fields["max_fee"])
    assert page.summary.review.isEnabled() is ready
    assert page.max_fee.text() == text


async def test_what_no_pool_takes_in_its_place_is_told_with_the_least_that_helps(
    shell: Shell, wallet: RacingWallet
) -> None:
    offer = wallet.unclaimed.replacement
    assert isinstance(offer, ReplacementOffer)
    wallet.unclaimed.replacement = replace(offer, fees=Fees(GWEI, GWEI))
    page = await the_form(shell)
    page.max_fee.setText("23")
    page.max_fee.textEdited.emit("23")
    await shell.until(lambda: not page.pending)
    await shell.settle()
    assert "The one that waits offers 21 gwei" in texts(page.fields["max_fee"])
    assert "Enter 23.7 or more." in texts(page.fields["max_fee"])
    assert not page.summary.review.isEnabled()


async def test_a_price_that_was_absurd_already_is_not_outbid_in_silence(shell: Shell, wallet: RacingWallet) -> None:
    offer = wallet.unclaimed.replacement
    assert isinstance(offer, ReplacementOffer)
    wallet.unclaimed.replacement = replace(offer, outbid=replace(offer.outbid, max_fee=2_000 * GWEI))
    page = await the_form(shell)
    assert "53 times what gas costs now" in texts(page.fields["max_fee"])
    assert page.summary.review.isEnabled()
    wallet.unclaimed.replacement = replace(offer, outbid=replace(offer.outbid, max_fee=9_500 * GWEI))
    page = await the_form(shell)
    assert "far more than gas ever costs" in texts(page.fields["max_fee"])
    assert not page.summary.review.isEnabled()


async def test_a_claim_that_would_fail_is_not_sped_up(shell: Shell, wallet: RacingWallet) -> None:
    offer = wallet.unclaimed.replacement
    assert isinstance(offer, ReplacementOffer)
    wallet.unclaimed.replacement = replace(offer, refused=True)
    page = await the_form(shell)
    assert "Cancelling costs less" in texts(page.trouble)
    assert not page.summary.review.isEnabled()


async def test_a_payer_without_enough_is_told(shell: Shell, wallet: RacingWallet) -> None:
    offer = wallet.unclaimed.replacement
    assert isinstance(offer, ReplacementOffer)
    wallet.unclaimed.replacement = replace(offer, balance=10**15)
    page = await the_form(shell)
    assert "Account 1 has 0.001 ETH on Arbitrum for this" in texts(page.trouble)
    assert not page.summary.review.isEnabled()


async def test_a_chain_that_does_not_answer_signs_nothing(shell: Shell, wallet: RacingWallet) -> None:
    wallet.unclaimed.replacement, answer = AshoreError("Not enough endpoints agree."), wallet.unclaimed.replacement
    page = await the_form(shell)
    assert "Nothing was sent." in texts(page.notice)
    assert not page.summary.review.isEnabled()
    wallet.unclaimed.replacement = answer
    page.notice.acted.emit()
    await shell.settle()
    assert page.summary.review.isEnabled()


async def test_the_way_goes_back_to_the_voyage(shell: Shell) -> None:
    page = await the_form(shell)
    assert page.back_button is not None
    QTest.mouseClick(page.back_button, Qt.MouseButton.LeftButton)
    assert shell.sections.place == "voyage"
