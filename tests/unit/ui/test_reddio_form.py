"""The Reddio form: what is chosen, what is said of it, and what is left to the wallet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ashore.domain.addresses import checksum
from ashore.domain.errors import AshoreError
from ashore.systems.reddio.system.offer import FIELDS, PLAIN_WAY, TO_ETHEREUM, TO_VAULT
from ashore.ui.arrivals import Source
from ashore.ui.pages.home import HomePage
from ashore.ui.pages.reddio_form import TRANSFER_TITLE, ReddioFormPage, entries_of
from ashore.ui.pages.reddio_words import key_words
from ashore.ui.theme.tokens import LIGHT
from unit.systems.reddio.reddio_bench import (
    CAPITAL,
    DEPLOYMENT,
    ETH,
    FOREIGN_KEY,
    KEY,
    NFT,
    OTHER_KEY,
    OWN,
    RECIPIENT,
    STANDARD,
    TOKEN,
    offer,
)
from unit.ui.driving import Shell
from unit.ui.filling import focused
from unit.ui.looking import cut_off, texts
from unit.ui.reddio_standin import REDDIO, ReddioStandIn, fill, open_reddio, settled

ADDRESS = "0x5A5AE1D9f1b2C3d4E5F60718293A4b5C6D7e8f90"


@pytest.fixture
def wallet() -> ReddioStandIn:
    return ReddioStandIn()


def choose(page: ReddioFormPage, symbol: str, number: int = 0) -> None:
    """Click an asset in the list."""
    fields = page.fields
    if fields.asset.key:
        fields.asset.chosen.change.click()
    entries = [entry for entry in map(fields.asset.model.entry, range(50)) if entry and entry.symbol == symbol]
    place = fields.asset.list.visualRect(fields.asset.model.index(fields.asset.model.row_of(entries[number].key)))
    QTest.mouseClick(fields.asset.list.viewport(), Qt.MouseButton.LeftButton, pos=place.center())


def take(page: ReddioFormPage, way: str) -> None:
    """Choose a way."""
    combo = page.fields.way.combo
    keys = [TO_ETHEREUM, TO_VAULT, PLAIN_WAY]
    combo.setCurrentIndex(keys.index(way))


async def test_a_withdrawal_is_filled_in_and_every_field_of_the_draft_is_named(
    shell: Shell, wallet: ReddioStandIn
) -> None:
    page = await open_reddio(shell)
    choose(page, "ETH")
    await fill(shell, page, amount="1.5", recipient=RECIPIENT)
    assert set(page.draft()) == set(FIELDS)
    assert page.draft()["key"] == STANDARD
    assert page.draft()["asset"] == f"{ETH.asset_id:#x}"
    assert page.summary.receive.text() == "1.50 ETH"
    assert page.summary.review.isEnabled()
    page.summary.review.click()
    await shell.settle()
    assert len(wallet.reviewed) == 1
    assert (wallet.reviewed[0].amount, wallet.reviewed[0].quanta) == (15 * 10**17, 1_500_000)
    assert "Nothing was sent." in page.notice.text  # the stand-in has no signer


async def test_both_steps_are_said_before_anything_is_signed(shell: Shell) -> None:
    page = await open_reddio(shell)
    said = texts(page)
    assert "two steps" in said
    assert "claim it: that costs gas" in said
    choose(page, "ETH")
    await fill(shell, page, amount="1", recipient=RECIPIENT)
    assert "It cannot be cancelled once sent." in texts(page.summary)
    assert "Claim on Harbour" in texts(page.summary)


async def test_a_transfer_says_that_the_money_stays_on_reddio(shell: Shell, wallet: ReddioStandIn) -> None:
    page = await open_reddio(shell)
    take(page, TO_VAULT)
    choose(page, "WBTC")
    await fill(shell, page, amount="2", recipient=FOREIGN_KEY)
    said = texts(page)
    assert "It stays on Reddio" in said
    assert "Receiver’s Stark key" in said
    assert f"{FOREIGN_KEY[:6]} … {FOREIGN_KEY[-4:]} receives" in said
    assert (page.title.text(), page.accessibleName()) == (TRANSFER_TITLE, TRANSFER_TITLE)
    assert "What to transfer" in said
    assert "bring out" not in said
    assert "Claim on" not in said
    assert page.summary.review.text() == "Review transfer"
    page.submit()
    await shell.settle()
    assert wallet.reviewed[0].way == TO_VAULT


async def test_an_address_and_a_stark_key_are_not_mixed_up_by_another_way(shell: Shell) -> None:
    page = await open_reddio(shell)
    choose(page, "ETH")
    await fill(shell, page, amount="1", recipient=RECIPIENT)
    take(page, TO_VAULT)
    assert page.fields.recipient.text() == ""
    await fill(shell, page, recipient=FOREIGN_KEY)
    take(page, TO_ETHEREUM)
    await settled(shell, page)
    assert page.fields.recipient.text() == RECIPIENT
    assert page.summary.review.isEnabled()
    take(page, TO_VAULT)
    await settled(shell, page)
    assert page.fields.recipient.text() == FOREIGN_KEY


async def test_of_what_is_no_multiple_of_the_quantum_the_nearest_are_buttons(shell: Shell) -> None:
    page = await open_reddio(shell)
    choose(page, "WBTC")
    await fill(shell, page, amount="1.00000050", recipient=RECIPIENT)
    assert "Reddio counts in steps of 0.000001 WBTC" in page.fields.fields["amount"].problem.text
    buttons = page.fields.nearest
    words = [buttons.itemAt(n).widget().text() for n in range(buttons.count())]  # type: ignore[attr-defined]
    assert words == ["Use 1", "Use 1.000001"]
    buttons.itemAt(1).widget().click()  # type: ignore[attr-defined]
    await settled(shell, page)
    assert page.fields.amount.text() == "1.000001"
    assert page.summary.review.isEnabled()
    assert page.fields._near.isHidden()


async def test_a_single_token_has_no_amount_and_its_id_is_cut_in_the_summary_alone(
    shell: Shell, wallet: ReddioStandIn
) -> None:
    page = await open_reddio(shell)
    choose(page, "ETH")
    await fill(shell, page, amount="1", recipient=RECIPIENT)
    choose(page, "PUNK")
    await settled(shell, page)
    assert page.fields.fields["amount"].isHidden()
    assert page.draft()["amount"] == ""
    assert page.summary.receive.text().replace("\u200b", "") == "PUNK #115792…639935"
    assert str(NFT.token_id) in page.fields.asset.chosen.token_id.text().replace("\u200b", "")
    page.submit()
    await shell.settle()
    assert wallet.reviewed[0].holding is not None
    assert wallet.reviewed[0].holding.asset == NFT
    choose(page, "ETH")
    await settled(shell, page)
    assert page.fields.amount.text() == "1"  # what was typed is not lost


async def test_what_is_under_another_key_says_under_which(shell: Shell) -> None:
    page = await open_reddio(shell)
    choose(page, "ETH", 1)
    await fill(shell, page, amount="1", recipient=RECIPIENT)
    assert page.draft()["key"] == CAPITAL
    assert "custom message" in page.fields.asset.chosen.name.text()
    assert page.summary.review.isEnabled()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "11155111:reddio:nibble-shifted",
            "the key that Reddio’s Java, Go and C# clients make for the test network Sepolia",
        ),
        ("1:reddio:standard", "a key for Ethereum"),
        ("5:Reddio:standard", "with the “custom message” of Reddio’s documentation for the test network Goerli"),
        ("7:reddio:byte-stripped", "that a native library in some of Reddio’s clients makes"),
    ],
)
def test_every_known_key_is_named_after_who_makes_it(name: str, words: str) -> None:
    assert words in key_words(name, False)
    assert key_words(name, True) == ""


async def test_an_empty_account_says_under_how_many_keys_was_looked(shell: Shell, wallet: ReddioStandIn) -> None:
    accounts = tuple(replace(account, holdings=0) for account in wallet.holds.accounts)
    wallet.holds = replace(wallet.holds, holdings=(), accounts=(accounts[0], replace(accounts[1], holdings=None)))
    page = await open_reddio(shell)
    said = texts(page)
    assert "Nothing is held here." in said
    assert "Looked under 2 keys" in said
    assert "Reddio did not answer for 1 of them." in said


async def test_the_expiration_is_a_date_and_never_by_default(shell: Shell, wallet: ReddioStandIn) -> None:
    page = await open_reddio(shell)
    choose(page, "ETH")
    await fill(shell, page, amount="1", recipient=RECIPIENT)
    assert page.fields.more.button.text() == "Expiration: never"
    page.fields.more.button.click()
    assert "2448-06-25" in page.fields.expires.text()
    await fill(shell, page, expiration="2031-05-06")
    assert page.fields.more.button.text() == "Expiration: 2031-05-06 00:00 UTC"
    await fill(shell, page, expiration="soon")
    assert "not a date" in page.fields.fields["expiration"].problem.text
    assert page.fields.more.button.text() == "Expiration: not valid"
    assert not page.summary.review.isEnabled()


async def test_numbers_of_the_protocol_stand_in_the_technical_details_alone(shell: Shell) -> None:
    page = await open_reddio(shell)
    choose(page, "WBTC")
    await fill(shell, page, amount="1", recipient=RECIPIENT)
    assert "Quantum" not in texts(page)
    assert page.fields.details.isVisible()
    page.fields.details.button.click()
    said = texts(page.fields.details)
    assert "Quantum\n" in said
    assert "100" in said
    assert KEY in {child.text for child in page.fields.details.findChildren(_hex_text())}


async def test_the_plain_way_is_offered_for_a_registered_key_only(shell: Shell, wallet: ReddioStandIn) -> None:
    wallet.holds = replace(wallet.holds, registered={})
    page = await open_reddio(shell)
    assert page.fields.way.combo.count() == 2
    assert page.fields.registration.isVisible()
    page.fields.registration.button.click()
    assert "1,560,000 gas" in texts(page.fields.registration)


async def test_what_to_do_where_reddio_brings_nothing_out_is_said_with_every_number_that_it_takes(
    shell: Shell, wallet: ReddioStandIn
) -> None:
    page = await open_reddio(shell)
    note = page.fields.exit
    assert "fullWithdrawalRequest" not in texts(page)
    note.button.click()
    await shell.settle()
    assert not note.steps.visibleRegion().isEmpty()
    assert note.steps.visibleRegion().boundingRect().height() == note.steps.height(), "it is brought into view"
    said = texts(note)
    named = ("Register your Stark key", "fullWithdrawalRequest", "freezeRequest", "escape")
    assert [said.index(name) for name in named] == sorted(said.index(name) for name in named)
    for told in ("more than 1,000,000 gas", "seven days", "under Unclaimed", "Ashore makes none of these calls itself"):
        assert told in said
    shown = {child.text.lower() for child in note.findChildren(_hex_text())}
    assert shown == {DEPLOYMENT.contract, KEY, OTHER_KEY}


async def test_the_plain_way_says_whom_it_pays(shell: Shell, wallet: ReddioStandIn) -> None:
    wallet.holds = replace(wallet.holds, registered={KEY: OWN})
    page = await open_reddio(shell)
    take(page, PLAIN_WAY)
    choose(page, "ETH")
    await fill(shell, page, amount="1")
    assert page.fields.recipient.isHidden()
    assert "Paid to 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266" in texts(page)
    assert page.fields.more.isHidden()
    assert page.fields.registration.isHidden()
    assert page.summary.review.isEnabled()


async def test_what_was_typed_survives_another_page_and_a_new_window(shell: Shell, wallet: ReddioStandIn) -> None:
    page = await open_reddio(shell)
    choose(page, "WBTC")
    await fill(shell, page, amount="7", recipient=RECIPIENT)
    take(page, TO_VAULT)
    await fill(shell, page, recipient=FOREIGN_KEY)
    shell.sections.show_section("activity")
    kept = wallet.load_draft("reddio")
    again = ReddioFormPage(shell.sections.context, REDDIO)
    again.begin_with(kept)
    again.open()
    await shell.settle()
    assert again.draft() == {**page.draft(), "recipient": ""}  # it might be somebody's private key
    take(again, TO_ETHEREUM)
    assert again.fields.recipient.text() == RECIPIENT
    again.deleteLater()


async def test_no_draft_keeps_what_may_be_a_private_key(shell: Shell, wallet: ReddioStandIn) -> None:
    page = await open_reddio(shell)
    choose(page, "ETH")
    await fill(shell, page, recipient="0x" + "5d" * 32)
    page.keep_draft()
    assert wallet.load_draft("reddio")["recipient"] == ""


async def test_a_form_that_nobody_touched_accuses_nobody(shell: Shell) -> None:
    page = await open_reddio(shell)
    assert not any(field.problem.text for field in page.fields.fields.values())
    page.submit()
    await shell.settle()
    assert page.fields.fields["asset"].problem.text
    assert focused() is page.fields.asset.list


async def test_reddio_that_does_not_answer_is_asked_again(shell: Shell, wallet: ReddioStandIn) -> None:
    wallet.opening = AshoreError("Reddio cannot be reached.", "Try again.")
    page = await open_reddio(shell)
    assert "Reddio cannot be reached." in page.notice.text
    assert "Nothing was sent." in page.notice.text
    assert not page.fields.asset.isEnabled()
    wallet.opening = None
    page.notice.action.click()
    await shell.settle()
    assert page.fields.asset.isEnabled()
    assert page.fields.asset.model.rowCount() == 6


async def test_a_blocked_account_says_so_above_the_form(shell: Shell, wallet: ReddioStandIn) -> None:
    wallet.holds = replace(wallet.holds, blocked="Reddio’s contract is frozen.")
    page = await open_reddio(shell)
    assert "Reddio’s contract is frozen." in page.notice.text
    assert not page.summary.review.isEnabled()


async def test_money_that_is_free_stands_first(wallet: ReddioStandIn) -> None:
    held = offer()
    kept = tuple(replace(h, available=0, frozen=1) if h.asset == TOKEN else h for h in held.holdings)
    words = [entry.symbol for entry in await entries_of(replace(held, holdings=kept))]
    assert words == ["ETH", "ETH", "DATA", "MINT", "PUNK", "WBTC"]


async def test_the_accounts_own_address_is_one_press_away(shell: Shell) -> None:
    page = await open_reddio(shell)
    choose(page, "ETH")
    await fill(shell, page, amount="1")
    page.fields.own.click()
    await settled(shell, page)
    assert page.fields.recipient.text().lower() == OWN
    assert page.summary.review.isEnabled()


@pytest.mark.parametrize("size", [100, 200])
async def test_nothing_is_cut_off(shell: Shell, size: int) -> None:
    shell.theme.apply("light", size)
    shell.window.resize(1024, 700)
    page = await open_reddio(shell)
    choose(page, "PUNK")
    await fill(shell, page, recipient=RECIPIENT)
    for part in (page.fields.more, page.fields.details, page.fields.registration, page.fields.exit):
        part.set_open(True)
    await shell.settle()
    assert not cut_off(page)
    assert shell.theme.tokens is LIGHT


def _hex_text() -> type:
    from ashore.ui.widgets.hextext import HexText

    return HexText


async def test_the_card_of_the_first_page_says_what_is_held_and_leads_to_the_form(
    shell: Shell, wallet: ReddioStandIn
) -> None:
    home = shell.sections.page("withdraw")
    assert isinstance(home, HomePage)
    card = home.cards[1]
    assert card.balance.text() == "3.50 ETH"  # under both keys
    assert "ETH is on its way to Ethereum · also 1,234.56789 WBTC, 3 NFTs" in card.detail.text().replace("\u200b", "")
    card.click()
    await shell.settle()
    assert shell.sections.place == "vaults"


async def test_a_form_opens_at_its_top_and_types_only_where_one_sees_it(shell: Shell) -> None:
    shell.window.activateWindow()
    shell.theme.apply("light", 200)
    shell.window.resize(1024, 700)
    page = await open_reddio(shell)
    choose(page, "ETH")
    await fill(shell, page, amount="1", recipient=RECIPIENT)
    bar = page.columns.main_scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > 200
    shell.sections.show_section("activity")
    await shell.settle()
    shell.sections.show_form(REDDIO)
    await shell.settle()
    assert bar.value() == 0
    assert not page.fields.recipient.hasFocus(), "it is out of view"
    shell.theme.apply("light", 100)
    shell.window.resize(1280, 1000)
    shell.sections.show_section("activity")
    shell.sections.show_form(REDDIO)
    await shell.settle()
    assert page.fields.recipient.hasFocus()


async def test_an_address_that_is_scanned_with_another_chain_is_not_taken_without_a_word(shell: Shell) -> None:
    page = await open_reddio(shell)
    other = checksum(bytes.fromhex("8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"))
    page.scan.scan.got.emit(f"ethereum:{other}@42170", Source.CAMERA)
    await shell.settle()
    assert page.draft()["recipient"] == other
    assert "Reddio does not pay out there" in page.fields.fields["recipient"].told.text
