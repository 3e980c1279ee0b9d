"""Reddio's one recipient field: an address or a Stark key, by the way that was chosen; the other one leads on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from ashore.domain.addresses import checksum
from ashore.systems.reddio.system.offer import TO_VAULT
from ashore.ui.pages.field_intake import NOT_FILLED, TO_ADDRESS
from ashore.ui.pages.field_intake import TO_VAULT as LEADS_TO_VAULT
from ashore.ui.pages.reddio_form import ReddioFormPage
from unit.systems.reddio.reddio_bench import FOREIGN_KEY, RECIPIENT
from unit.ui.driving import Shell
from unit.ui.reddio_standin import ReddioStandIn, open_reddio
from unit.ui.test_reddio_form import choose, take

ADDRESS = checksum(bytes.fromhex(RECIPIENT[2:]))


@pytest.fixture
def wallet() -> ReddioStandIn:
    return ReddioStandIn()


async def form(shell: Shell, way: str = "") -> ReddioFormPage:
    page = await open_reddio(shell)
    choose(page, "ETH")
    if way:
        take(page, way)
    page.fields.amount.setText("1.5")
    await shell.settle()
    return page


async def paste(shell: Shell, page: ReddioFormPage, text: str) -> str:
    """Paste into the recipient; what is said of it then."""
    QGuiApplication.clipboard().setText(text)
    QTest.keyClick(page.fields.recipient, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await shell.settle()
    return page.fields.fields["recipient"].told.text


async def test_a_stark_key_among_addresses_leads_to_a_transfer(shell: Shell) -> None:
    page = await form(shell)
    told = await paste(shell, page, FOREIGN_KEY)
    assert NOT_FILLED in told
    assert FOREIGN_KEY[4:] not in told, "nobody can tell it from its owner’s private key"
    assert page.fields.recipient.text() == ""
    assert (page.intake.way.text(), page.intake.way.isVisible()) == (LEADS_TO_VAULT, True)
    page.intake.way.click()
    await shell.settle()
    assert shell.sections.place == "withdraw"
    assert shell.sections.home.intake.to_vault[0][1].isVisible()
    assert page.fields.amount.text() == "1.5"


async def test_an_address_among_stark_keys_leads_to_a_withdrawal(shell: Shell) -> None:
    page = await form(shell, TO_VAULT)
    told = await paste(shell, page, f"ethereum:{ADDRESS}@1?value=1")
    assert NOT_FILLED in told
    assert page.fields.recipient.text() == ""
    assert page.intake.way.text() == TO_ADDRESS


async def test_a_stark_key_is_taken_as_it_was_pasted(shell: Shell) -> None:
    page = await form(shell, TO_VAULT)
    padded = f"0x{FOREIGN_KEY[2:]:0>64}"
    assert await paste(shell, page, padded) == ""
    assert page.fields.recipient.text() == padded
    assert not page.intake.way.isVisible()
    page.fields.recipient.setText("")
    assert await paste(shell, page, FOREIGN_KEY) == ""
    assert page.fields.recipient.text() == FOREIGN_KEY


async def test_a_link_gives_its_address_and_its_chain_is_spoken_of(shell: Shell) -> None:
    page = await form(shell)
    told = await paste(shell, page, f"ethereum:{ADDRESS}@42161?value=1")
    assert page.fields.recipient.text() == ADDRESS
    assert "Only the address was taken over" in told
    assert "Arbitrum" in told
    assert page.fields.amount.text() == "1.5"
