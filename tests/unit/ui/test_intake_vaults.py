"""The one field of the first page, where there is Reddio beside zkLink."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from ashore.crypto import stark
from ashore.domain.addresses import checksum
from ashore.systems.reddio.system.offer import TO_ETHEREUM, TO_VAULT
from ashore.ui.arrivals import Source
from ashore.ui.pages.reddio_form import ReddioFormPage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.reddio_standin import ReddioStandIn, fill, open_reddio
from unit.ui.standin import StandInWallet, sail
from unit.ui.test_intake_field import field_of, offered

ADDRESS = checksum(bytes.fromhex("8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"))
STARK_KEY = stark.public_key(5)
SECRET = next(key for key in range(stark.ORDER // 3, stark.ORDER) if stark.is_stark_key(key))
"""A private key that is an x on the curve, as half of all are."""

SPACED = f"{SECRET:x}"[:30] + " " + f"{SECRET:x}"[30:]


@pytest.fixture
def wallet() -> ReddioStandIn:
    return ReddioStandIn()


async def form_after(shell: Shell, text: str, button: str) -> ReddioFormPage:
    field = field_of(shell)
    field.edit.setText(text)
    next(each for each in field.ways if each.text() == button and each.isVisible()).click()
    await shell.settle()
    assert shell.sections.place == "vaults"
    page = shell.sections.page("vaults")
    assert isinstance(page, ReddioFormPage)
    return page


@pytest.mark.parametrize("text", [f"{STARK_KEY:#x}", f"stark:{STARK_KEY:#x}", f"0x{STARK_KEY:064X}"])
async def test_a_stark_key_leads_to_a_transfer_with_the_key_in_it(shell: Shell, text: str) -> None:
    page = await form_after(shell, text, "Transfer to it on Reddio")
    assert (page.draft()["way"], page.draft()["recipient"]) == (TO_VAULT, f"{STARK_KEY:#x}")


async def test_of_a_stark_key_it_is_said_that_the_money_stays(shell: Shell) -> None:
    field = field_of(shell)
    field.edit.setText(f"stark:{STARK_KEY:#x}")
    assert "stays on Reddio" in field.field.problem.text
    assert offered(field) == ["Transfer to it on Reddio"]
    assert field.edit.echoMode() is QLineEdit.EchoMode.Normal


@pytest.mark.parametrize("source", [Source.CAMERA, Source.LINK, Source.SCREEN, Source.DROP, Source.CLIPBOARD])
async def test_what_may_be_a_private_key_waits_for_a_person(shell: Shell, source: Source) -> None:
    field = field_of(shell)
    shell.sections.take_in(f"{SECRET:#x}", source)
    await shell.settle()
    assert shell.sections.place == "withdraw"
    assert field.edit.echoMode() is QLineEdit.EchoMode.Password
    assert field.wipe.isVisible()
    assert "private key" in field.field.problem.text
    assert f"{SECRET:x}" not in texts(shell.window)


async def test_enter_leads_no_private_key_on(shell: Shell) -> None:
    field = field_of(shell)
    field.edit.setText(f"{SECRET:#x}")
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    await shell.settle()
    assert shell.sections.place == "withdraw"
    assert field.to_vault[0][1].hasFocus()  # who means it presses once more


async def test_what_calls_itself_a_stark_key_leads_on(shell: Shell) -> None:
    shell.sections.take_in(f"stark:{STARK_KEY:#x}", Source.CAMERA)
    await shell.settle()
    assert shell.sections.place == "vaults"


@pytest.mark.parametrize("text", [f"{SECRET:#x}", f"{SECRET:064x}", f"stark:{SECRET:#x}", f"{SECRET:x}", f"{SPACED}"])
async def test_a_receiver_on_reddio_is_written_to_no_draft(shell: Shell, wallet: ReddioStandIn, text: str) -> None:
    page = await form_after(shell, f"stark:{STARK_KEY:#x}", "Transfer to it on Reddio")
    page.fields.recipient.setText(text)
    page.fields.amount.setText("2.5")
    page.fields.touch("amount")
    await shell.settle()
    shell.sections.show_section("activity")
    await shell.settle()
    kept = wallet.load_draft("reddio")
    assert (kept["recipient"], kept["amount"], kept["way"]) == ("", "2.5", TO_VAULT)
    shell.sections.show_form(page._profile)
    await shell.settle()
    assert page.draft()["recipient"] == text.strip()  # as long as the window is open it stands where it stood
    page.fields.way.combo.setCurrentIndex(0)
    await shell.settle()
    page.keep_draft()
    assert f"{SECRET:x}"[:20] not in str(wallet.load_draft("reddio")).replace(" ", "")


async def test_an_address_can_be_paid_by_both_systems_and_a_person_chooses(shell: Shell) -> None:
    field = field_of(shell)
    field.edit.setText(ADDRESS)
    assert offered(field) == ["Withdraw to it from zkLink", "Withdraw to it from Reddio"]
    page = await form_after(shell, ADDRESS, "Withdraw to it from Reddio")
    assert (page.draft()["way"], page.draft()["recipient"]) == (TO_ETHEREUM, ADDRESS)
    shell.sections.show_section("withdraw")
    field.edit.setText(ADDRESS)
    field.to_address[0][1].click()
    await shell.settle()
    other = shell.sections.page("form")
    assert isinstance(other, ZkLinkFormPage)
    assert other.fields.values()["recipient"] == ADDRESS


async def test_a_link_that_names_another_chain_than_reddios_is_told_so(shell: Shell) -> None:
    page = await form_after(shell, f"ethereum:{ADDRESS}@42170", "Withdraw to it from Reddio")
    assert page.draft()["recipient"] == ADDRESS
    assert "Arbitrum Nova (chain 42170), and Reddio does not pay out there" in page.fields.fields["recipient"].told.text
    assert page._offer is not None
    own = page._offer.chain.evm_chain_id
    shell.sections.show_section("withdraw")
    page = await form_after(shell, f"ethereum:{ADDRESS}@{own}", "Withdraw to it from Reddio")
    assert "pay out there" not in page.fields.fields["recipient"].told.text


async def test_64_digits_that_may_be_a_stark_key_are_covered_until_somebody_says_so(shell: Shell) -> None:
    field = field_of(shell)
    field.edit.setText(f"0x{STARK_KEY:064x}")
    assert field.edit.echoMode() is QLineEdit.EchoMode.Password
    assert offered(field) == ["Follow this withdrawal", "Transfer to it on Reddio"]
    assert field.wipe.isVisible()
    assert "private key" in field.field.problem.text


async def test_64_digits_that_the_journal_knows_are_that_withdrawal(shell: Shell, wallet: ReddioStandIn) -> None:
    sail(wallet, "w", "requested")
    field = field_of(shell)
    field.edit.setText("77" * 32)
    assert offered(field) == ["Show it"]


async def test_what_is_no_stark_key_may_be_a_private_key_and_is_covered(shell: Shell) -> None:
    field = field_of(shell)
    number = next(each for each in range(STARK_KEY, STARK_KEY + 99) if not stark.is_stark_key(each))
    field.edit.setText(f"{number:#x}")
    assert offered(field) == []
    assert field.edit.echoMode() is QLineEdit.EchoMode.Password
    assert field.wipe.isVisible()


class TestWithoutReddio:
    @pytest.fixture
    def wallet(self) -> StandInWallet:
        return StandInWallet()

    async def test_a_stark_key_is_named_and_leads_nowhere(self, shell: Shell) -> None:
        field = field_of(shell)
        field.edit.setText(f"{STARK_KEY:#x}")
        assert offered(field) == []
        assert "no Reddio" in field.field.problem.text


async def test_a_stark_key_turns_no_withdrawal_into_a_transfer(shell: Shell) -> None:
    page = await open_reddio(shell)
    await fill(shell, page, amount="1.5", recipient=ADDRESS)
    before = dict(page.draft())
    shell.sections.show_section("activity")
    await shell.settle()
    shell.sections.take_in(f"stark:{STARK_KEY:#x}", Source.LINK)
    await shell.settle()
    intake = shell.sections.home.intake
    assert "A withdrawal from Reddio is begun" in texts(intake.replacing)
    assert dict(page.draft()) == before
    intake.replacing.anew.click()
    await shell.settle()
    assert isinstance(shell.sections.page(shell.sections.place), ReddioFormPage)
    after = page.draft()
    assert (after["way"], after["recipient"], after["amount"]) == (TO_VAULT, f"{STARK_KEY:#x}", "")
    page.fields.way.combo.setCurrentIndex(page.fields.way.combo.findText("Withdraw", Qt.MatchFlag.MatchStartsWith))
    assert page.draft()["way"] == TO_ETHEREUM
    assert page.draft()["recipient"] == "", "and nothing waits on the other way"
