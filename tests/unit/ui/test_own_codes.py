"""Whatever Ashore shows as a code it recognises, truly, and leads to where it belongs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from ashore.domain.addresses import checksum
from ashore.domain.evm_chains import transaction_link
from ashore.engine.views import ActivityQuery
from ashore.ui.arrivals import Source
from ashore.ui.pages.any_wallet import payment_link
from ashore.ui.pages.intake_field import STAYS, IntakeField
from ashore.ui.scanner.scan import EMPTY_CLIPBOARD
from unit.ui.driving import Shell, open_voyage
from unit.ui.scanner.drawn import scene
from unit.ui.scanner.test_scan import copied
from unit.ui.standin import ADDRESS
from unit.ui.test_reddio_voyage import owed as owed_by_reddio
from unit.ui.test_unclaimed_page import OWED, found

UNKNOWN = "0x" + "c3" * 32
WITHDRAWAL = f"Withdraw 25 USDC to: 0x{'8f' * 20}\nNonce: 12\nFee: 0.1"


def intake(shell: Shell) -> IntakeField:
    return shell.sections.home.intake


async def point_at(shell: Shell, text: str) -> IntakeField:
    """Scan a code in a picture from the first page."""
    intake(shell).scanner.scan.take(copied(image=scene(text)), Source.PICTURE)
    await shell.settle()
    return intake(shell)


@pytest.mark.parametrize("form", ["{}", "ethereum:{}", "ethereum:{}@42161"])
async def test_an_own_account_is_named_and_shown(shell: Shell, form: str) -> None:
    field = intake(shell)
    label = shell.wallet.accounts()[0].label
    QTest.keyClicks(field.edit, form.format(checksum(bytes.fromhex(ADDRESS[2:]))))
    assert field.field.problem.text.startswith(f"This is your own account: {label}.")
    assert all(button.isVisible() for _id, button in field.to_address), "one withdraws to oneself all the time"
    assert field.to_own.text() == "Show the accounts"
    QTest.mouseClick(field.to_own, Qt.MouseButton.LeftButton)
    assert shell.sections.place == "accounts"
    assert field.edit.text() == ""


async def test_somebody_elses_account_is_not_called_ones_own(shell: Shell) -> None:
    field = intake(shell)
    field.edit.setText("0x" + "12" * 20)
    assert "your own" not in field.field.problem.text
    assert not field.to_own.isVisible()


async def test_the_code_of_a_claim_leads_to_what_waits(shell: Shell) -> None:
    await found(shell, OWED)
    field = intake(shell)
    field.edit.setText(payment_link(OWED))
    told = field.field.problem.text
    assert told == (
        "This is the claim of 25.00 USDC, which waits on Arbitrum. Any wallet may send it; here, it is claimed under "
        "Unclaimed."
    )
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert shell.sections.place == "unclaimed"


async def test_a_scanned_claim_leads_on_and_asks_nobody(shell: Shell) -> None:
    await found(shell, OWED)
    await point_at(shell, payment_link(OWED))
    assert shell.sections.place == "unclaimed"


async def test_a_claim_of_reddio_is_known_too_with_all_its_digits(shell: Shell) -> None:
    owed = owed_by_reddio()
    await found(shell, owed)
    field = intake(shell)
    field.edit.setText(payment_link(owed))
    assert field.field.problem.text.startswith("This is the claim of ")
    assert field.edit.echoMode() is QLineEdit.EchoMode.Normal, "it is public, however long its numbers are"


async def test_a_claim_that_waits_no_more_is_said_to(shell: Shell) -> None:
    field = intake(shell)
    field.edit.setText(payment_link(OWED))
    assert "Nothing that Ashore knows of waits for it now" in field.field.problem.text
    assert field.to_own.text() == "See what waits"


async def test_a_transaction_of_an_own_voyage_leads_there(shell: Shell) -> None:
    open_voyage(shell, "paid")
    shell.sections.show_section("withdraw")
    (row,) = shell.wallet.activity(ActivityQuery(), None, 2).rows
    voyage = shell.wallet.voyage(row.id)
    assert voyage is not None
    hashes = {piece.tx_hash for stage in voyage.withdrawal.stages.values() for piece in stage.evidence if piece.tx_hash}
    for each in sorted(one for one in hashes if len(one) == 66):
        for text in (each, transaction_link(42161, each)):
            field = intake(shell)
            field.edit.setText(text)
            assert "your withdrawal of" in field.field.problem.text, text
            assert field.to_withdrawal.isVisible()
    assert hashes


async def test_a_foreign_transaction_is_named_and_asked_about_nowhere(shell: Shell) -> None:
    field = await point_at(shell, transaction_link(42161, UNKNOWN))
    told = field.field.problem.text
    assert told.startswith("This is a transaction’s page on arbiscan.io, which Ashore does not open.")
    assert "No withdrawal made here has it." in told
    assert "key" not in told, "nobody doubts what it is"
    assert not any(button.isVisible() for _id, button in field.to_follow), "zkLink’s node knows its own hashes alone"
    assert field.edit.echoMode() is QLineEdit.EchoMode.Normal
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert shell.sections.place == "withdraw"


@pytest.mark.parametrize("which", ["key", "withdrawal"])
async def test_a_text_to_sign_elsewhere_is_named(shell: Shell, which: str) -> None:
    text = shell.wallet.elsewhere.key_text if which == "key" else WITHDRAWAL
    field = await point_at(shell, text)
    if which == "key":
        assert shell.sections.place == "accounts"
        return
    assert field.field.problem.text.startswith("This is the text of a withdrawal from zkLink")
    assert not field.to_own.isVisible()


async def test_a_message_about_something_new_stands_beside_nothing_old(shell: Shell) -> None:
    field = intake(shell)
    QGuiApplication.clipboard().setText("hello")
    QTest.keyClick(field.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.edit.text() == "hello"
    field._say(EMPTY_CLIPBOARD)
    assert (field.edit.text(), field.field.problem.text) == ("", str(EMPTY_CLIPBOARD))
    QTest.keyClicks(field.edit, "0x8f")
    field._say(EMPTY_CLIPBOARD)
    assert (field.edit.text(), field.field.problem.text) == ("0x8f", f"{EMPTY_CLIPBOARD} {STAYS}")
    address = "0x" + "12" * 20
    field.edit.setText(address)
    QGuiApplication.clipboard().clear()
    QTest.keyClick(field.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.edit.text() == address, "what leads on is not cleared by a slip"
    assert field.field.problem.text == f"{EMPTY_CLIPBOARD} {STAYS}"
