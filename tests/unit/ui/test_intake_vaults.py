"""The one field of the first page, where there is Reddio beside zkLink."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLineEdit

from ashore.crypto import stark
from ashore.domain.addresses import checksum
from ashore.systems.reddio.system.offer import TO_ETHEREUM, TO_VAULT
from ashore.ui.pages.reddio_form import ReddioFormPage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.ui.driving import Shell
from unit.ui.reddio_standin import ReddioStandIn
from unit.ui.standin import StandInWallet, sail
from unit.ui.test_intake_field import field_of, offered

ADDRESS = checksum(bytes.fromhex("8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"))
STARK_KEY = stark.public_key(5)


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
    field.edit.setText(f"{STARK_KEY:#x}")
    assert "stays on Reddio" in field.field.problem.text
    assert offered(field) == ["Transfer to it on Reddio"]
    assert field.edit.echoMode() is QLineEdit.EchoMode.Normal


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
    assert "Arbitrum Nova (chain 42170), and Reddio does not pay out there" in page.notice.text
    assert page._offer is not None
    own = page._offer.chain.evm_chain_id
    shell.sections.show_section("withdraw")
    page = await form_after(shell, f"ethereum:{ADDRESS}@{own}", "Withdraw to it from Reddio")
    assert "pay out there" not in page.notice.text


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
