"""What came from Reddio, under way and waiting: told in its own words, and claimed from its own voyage."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import LAST_LEVEL, LAST_STAGE
from ashore.engine.views import Change, Topic
from ashore.systems.base import Unclaimed
from ashore.systems.reddio.codec import Asset
from ashore.systems.reddio.codec.l1.calls import claim_of, encode_claim
from ashore.systems.reddio.system.tracks import REGISTRATION, TRANSFER, WITHDRAWAL
from ashore.ui.models.activity_model import STAGE
from ashore.ui.pages.activity import ActivityPage
from ashore.ui.pages.any_wallet import call_of, keeps, payment_link
from ashore.ui.pages.claim_form import ClaimFormPage
from ashore.ui.pages.home import HomePage
from ashore.ui.pages.reddio_form import draft_of
from ashore.ui.pages.unclaimed import UnclaimedPage, owed_words
from ashore.ui.pages.voyage import CLAIM_IT, VoyagePage
from ashore.ui.wording import is_claim, money, title, towards, without_long_numbers
from unit.systems.reddio.reddio_bench import ETH, FOREIGN_KEY, MINTABLE_WITH_DATA, NFT, OWN, RECIPIENT, STANDARD
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, texts
from unit.ui.reddio_standin import REDDIO, ReddioStandIn
from unit.ui.standin import NOW, said, shown

STEPS = ("requested", "accepted", "batched", "updated", "claimable", "claimed")


@pytest.fixture
def wallet() -> ReddioStandIn:
    return ReddioStandIn()


def terms(asset: Asset = ETH, text: str = "1.50 ETH", **changes: object) -> ev.Terms:
    """A withdrawal to Ethereum."""
    counted = asset.kind.is_fungible
    made = ev.Terms(
        "Reddio", "sandbox", REDDIO, str(WITHDRAWAL.ref), OWN, "ETH", 18 if counted else 0,
        15 * 10**17 if counted else 1, 0, RECIPIENT, "Harbour", "ETH", {
            "amount.text": text, "owner_key": str(int(RECIPIENT, 16)), "asset_id": str(asset.asset_id),
            "token_id": "" if counted else str(asset.token_id), "key": STANDARD, "kind": str(asset.kind),
        },
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def owed(asset: Asset = ETH, symbol: str = "ETH", owner: str = RECIPIENT) -> Unclaimed:
    """What the contract keeps of it."""
    counted = asset.kind.is_fungible
    calldata = "0x" + encode_claim(claim_of(int(owner, 16), asset)).hex()
    evidence = Evidence("pending", Level.PROVEN, "Harbour", NOW, {}, block_number=77, agreeing=3, asked=3)
    return Unclaimed(
        REDDIO, "Harbour", 31337, "0x" + "5e" * 20, owner, asset.asset_id, symbol, 18 if counted else 0,
        15 * 10**17 if counted else 1, 0, 0, calldata, evidence, single=not counted,
    )  # fmt: skip


def sail(wallet: ReddioStandIn, about: ev.Terms, upto: str) -> None:
    wallet.happen(ev.WithdrawalStarted("r", about), NOW - 9_000_000)
    wallet.happen(ev.MoveIntended("r", "m", MoveKind.REQUEST, REDDIO, "0x" + "77" * 32, "{}"), NOW - 9_000_000)
    wallet.happen(ev.MoveAccepted("r", "m", "8"), NOW - 8_990_000)
    for number, stage in enumerate(STEPS):
        at = NOW - 8_000_000 + number * 1000
        evidence = said(stage, at) if number < 3 else shown(stage, at, 100 + number)
        wallet.happen(ev.StageReached("r", stage, evidence), at)
        if stage == upto:
            return


def voyage(shell: Shell) -> VoyagePage:
    shell.sections.show_voyage("r")
    page = shell.sections.page("voyage")
    assert isinstance(page, VoyagePage)
    return page


async def test_what_waits_is_claimed_from_its_voyage_at_once(shell: Shell, wallet: ReddioStandIn) -> None:
    wallet.unclaimed.found = (owed(NFT, "PUNK #7"), owed())
    sail(wallet, terms(), "claimable")
    page = voyage(shell)
    await shell.settle()
    button = page.rows[-1].again
    assert button.text() == CLAIM_IT
    assert button.isVisible()
    assert page.claim_now.isVisible(), "and where it is said what is awaited: the stage may be out of view"
    assert page.usually.isHidden(), "only a click is missing"
    page.claim_now.click()
    await shell.settle()
    form = shell.sections.page("claim")
    assert isinstance(form, ClaimFormPage)
    assert shell.sections.place == "claim"
    assert form._owed == wallet.unclaimed.found[1]


@pytest.mark.parametrize("upto", ["accepted", "updated"])
async def test_nothing_is_claimed_before_it_waits(shell: Shell, wallet: ReddioStandIn, upto: str) -> None:
    wallet.unclaimed.found = (owed(),)
    sail(wallet, terms(), upto)
    page = voyage(shell)
    await shell.settle()
    assert not page.rows[-1].again.isVisible()


async def test_the_voyage_says_what_it_costs_and_where_a_claim_stands(shell: Shell, wallet: ReddioStandIn) -> None:
    sail(wallet, terms(), "accepted")
    page = voyage(shell)
    await shell.settle()
    words = texts(page)
    assert "1.50 ETH" in words
    assert "to Harbour" in words
    assert "Reddio’s fee\nnone" in texts(page.costs)
    assert "with a claim, which costs gas" in texts(page.costs)
    assert "Not applicable: a validium keeps its data" in words
    assert not cut_off(page)


async def test_what_ended_by_reddios_word_alone_reads_like_nothing_that_is_proved(
    shell: Shell, wallet: ReddioStandIn
) -> None:
    ends = {LAST_STAGE: "settled", LAST_LEVEL: "reported"}
    about = terms(track=str(TRANSFER.ref), recipient=FOREIGN_KEY, destination="Reddio")
    about = replace(about, details={**about.details, **ends})
    sail(wallet, about, "accepted")
    wallet.happen(ev.StageReached("r", "settled", said("settled", NOW - 1000)), NOW - 1000)
    shell.sections.show_section("activity")
    await shell.settle()
    page = shell.sections.page("activity")
    assert isinstance(page, ActivityPage)
    page.filter.select("final")
    page.reload()
    shown_there = page.model.index(0, STAGE)
    assert page.model.data(shown_there) == "In the receiver’s vault · reported"
    assert "operator says so" in page.model.data(shown_there, Qt.ItemDataRole.ToolTipRole)
    for word, count in (("reported", 1), ("done", 1), ("final", 0), ("arrived", 0)):
        page.search.setText(word)
        page.reload()
        assert page.model.rowCount() == count, word
    told = voyage(shell)
    await shell.settle()
    assert "by Reddio’s word" in told.notice.sentence.text()
    assert "by Reddio’s word" in texts(told.costs)
    assert told.notice.property("ground") != "ok", "no green tick for what nobody can check"


async def test_a_transfer_never_speaks_of_a_claim(shell: Shell, wallet: ReddioStandIn) -> None:
    about = terms(track=str(TRANSFER.ref), recipient=FOREIGN_KEY, destination="Reddio")
    sail(wallet, about, "accepted")
    page = voyage(shell)
    await shell.settle()
    words = texts(page)
    assert "to a vault on Reddio" in words
    assert f"{FOREIGN_KEY[:6]} … {FOREIGN_KEY[-4:]} receives" in words
    assert "claim" not in words.lower()
    assert page.recipient.text == FOREIGN_KEY


async def test_what_failed_on_reddio_can_be_tried_again_with_a_fresh_number(
    shell: Shell, wallet: ReddioStandIn
) -> None:
    sail(wallet, terms(), "requested")
    wallet.happen(ev.StageFailed("r", "accepted", "insufficient available", "Reddio"))
    page = voyage(shell)
    await shell.settle()
    assert page.again.isVisible()
    page.again.click()
    await shell.settle()
    form = shell.sections.page("vaults")
    draft = form.draft()  # type: ignore[attr-defined]
    assert draft["asset"] == f"{ETH.asset_id:#x}"
    assert (draft["amount"], draft["recipient"].lower()) == ("1.5", RECIPIENT)


def test_a_long_token_id_is_cut_in_titles_alone() -> None:
    about = terms(NFT, f"PUNK #{NFT.token_id}")
    assert money(about) == title(about) == "PUNK #115792…639935"
    assert draft_of(about)["amount"] == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"PUNK #{NFT.token_id}", "PUNK #115792…639935"),
        ("1,234.56789 WBTC", "1,234.56789 WBTC"),
        ("PUNK #12345678901234", "PUNK #12345678901234"),
    ],
)
def test_in_one_line_only_long_numbers_are_cut(text: str, shown: str) -> None:
    assert without_long_numbers(text) == shown


def test_a_registration_is_no_claim() -> None:
    about = terms(track=str(REGISTRATION.ref))
    registered = replace(about, details={"amount.text": "Stark key", "gas.most": "1"})
    assert not is_claim(registered)
    assert title(registered) == "Stark key"
    assert towards(registered) == "on Harbour"


@pytest.mark.parametrize(
    ("asset", "function", "last"),
    [
        (ETH, "withdraw(uint256,uint256)", f"uint256={ETH.asset_type}"),
        (NFT, "withdrawNft(uint256,uint256,uint256)", f"uint256={NFT.token_id}"),
        (MINTABLE_WITH_DATA, "withdrawAndMint(uint256,uint256,bytes)", f"bytes=0x{MINTABLE_WITH_DATA.mint_blob.hex()}"),
    ],
)
def test_any_wallet_is_told_the_call_in_the_open(asset: Asset, function: str, last: str) -> None:
    waiting = owed(asset)
    assert call_of(waiting).function == function
    link = payment_link(waiting)
    assert link.startswith(f"ethereum:0x{'5e' * 20}".lower()) or "@31337/" in link
    assert link.endswith(last)
    assert f"uint256={int(RECIPIENT, 16)}" in link


@pytest.mark.parametrize("asset", [ETH, NFT, MINTABLE_WITH_DATA])
def test_what_waits_is_known_by_owner_and_asset(asset: Asset) -> None:
    about = terms(asset)
    assert keeps(owed(asset), about)
    assert not keeps(owed(asset, owner=OWN), about)
    assert not keeps(replace(owed(asset), chain="Elsewhere"), about)
    assert not keeps(owed(ETH if asset is NFT else NFT), about)


async def test_the_first_page_reminds_of_what_waits_until_it_is_being_claimed(
    shell: Shell, wallet: ReddioStandIn
) -> None:
    home = shell.sections.page("withdraw")
    assert isinstance(home, HomePage)
    assert home.waiting.text == ""
    wallet.unclaimed.found = (owed(),)
    wallet.tell(Change(Topic.UNCLAIMED))
    await shell.settle()
    assert "1.50 ETH waits on Harbour to be claimed." in home.waiting.text
    assert "Nobody sends it on by itself" in home.waiting.text
    wallet.unclaimed.found = (replace(owed(), profile="zklink"),)
    wallet.tell(Change(Topic.UNCLAIMED))
    await shell.settle()
    assert "1.50 ETH waits on Harbour to be claimed." in home.waiting.text
    assert "zkLink’s relayer usually sends on what waits there, and you can also claim it." in home.waiting.text
    wallet.unclaimed.found = (owed(), owed(NFT, "PUNK #7"), replace(owed(), profile="zklink", chain="Lagoon"))
    wallet.tell(Change(Topic.UNCLAIMED))
    await shell.settle()
    assert "3 sums and tokens wait on Harbour and Lagoon to be claimed." in home.waiting.text
    assert "nobody sends on the rest" in home.waiting.text
    cards = max(card.geometry().bottom() for card in home.cards)
    assert home.waiting.geometry().top() > cards, "what comes in by itself moves no card from under the pointer"
    home.waiting.action.click()
    await shell.settle()
    assert shell.sections.place == "unclaimed"
    wallet.unclaimed.claimed_by = "c"
    shell.sections.show_section("withdraw")
    await shell.settle()
    assert home.waiting.text == ""


async def test_a_token_that_waits_is_one_thing_and_no_amount(shell: Shell, wallet: ReddioStandIn) -> None:
    assert owed_words(owed(NFT, "PUNK #7")) == "PUNK #7"
    assert owed_words(owed()) == "1.50 ETH"
    wallet.unclaimed.found = (owed(NFT, f"PUNK #{NFT.token_id}"),)
    shell.sections.show_section("unclaimed")
    await shell.settle()
    page = shell.sections.page("unclaimed")
    assert isinstance(page, UnclaimedPage)
    assert str(NFT.token_id) in page.cards[0].claim.accessibleName()
    assert "what comes from Reddio waits for you" in texts(page)
    assert not cut_off(page)
