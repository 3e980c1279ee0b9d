"""The one field of the first page: every text is named as it comes, and leads where it belongs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from ashore.domain.addresses import checksum
from ashore.domain.text_kinds import Kind
from ashore.intake.recognition import take_in
from ashore.ui.pages.home import HomePage
from ashore.ui.pages.intake_field import IntakeField
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.pages.voyage import VoyagePage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.intake.test_kinds import LEADING, OTHER, SECRET
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, texts
from unit.ui.standin import StandInWallet, sail
from unit.ui.test_voucher_page import LINK, REAL, VoucherWallet

ADDRESS = checksum(bytes.fromhex("8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"))
WORDS = "legal winner thank year wave sausage worth useful title flag fun abandon"


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


def field_of(shell: Shell) -> IntakeField:
    page = shell.sections.page("withdraw")
    assert isinstance(page, HomePage)
    return page.intake


def offered(field: IntakeField) -> list[str]:
    return [button.text() for button in field.ways if button.isVisible()]


async def test_the_first_page_is_ready_to_be_pasted_into(shell: Shell) -> None:
    field = field_of(shell)
    assert field.edit.hasFocus()
    assert offered(field) == []
    assert field.paste.isVisible()


async def test_a_voucher_leads_to_its_form_filled_in_and_nothing_is_asked(shell: Shell, wallet: VoucherWallet) -> None:
    field = field_of(shell)
    QGuiApplication.clipboard().setText(f"  {LINK}\n")
    field.paste.click()
    assert offered(field) == ["Go to the voucher"]
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    await shell.settle()
    page = shell.sections.page("voucher")
    assert shell.sections.place == "voucher"
    assert isinstance(page, LnurlFormPage)
    assert page.link.text().strip() == LINK
    assert wallet.asked == []
    assert field.edit.text() == ""
    assert not field.edit.isUndoAvailable()


async def test_a_real_voucher_is_named_and_leads_nowhere_in_practice(shell: Shell) -> None:
    field = field_of(shell)
    field.edit.setText(REAL)
    assert offered(field) == []
    assert "real service" in field.field.problem.text


async def test_an_address_leads_to_the_form_with_the_address_in_it(shell: Shell) -> None:
    field = field_of(shell)
    field.edit.setText(f"ethereum:{ADDRESS.lower()}@1?value=1e18")
    assert "Only the address" in field.field.problem.text
    assert offered(field) == ["Withdraw to this address"]
    field.to_address[0][1].click()
    await shell.settle()
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    assert page.fields.values()["recipient"] == ADDRESS


async def test_an_address_takes_over_nothing_that_was_typed_for_another_withdrawal(shell: Shell) -> None:
    shell.sections.show_form(shell.wallet.profiles()[0].id)
    await shell.settle()
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    page.fields.amount.setText("2.5")
    page.fields.amount.textEdited.emit("2.5")
    shell.sections.show_section("withdraw")
    await shell.settle()
    field_of(shell).edit.setText(ADDRESS)
    field_of(shell).to_address[0][1].click()
    await shell.settle()
    values = page.fields.values()
    assert (values["amount"], values["recipient"]) == ("2.5", ""), "it is asked first"
    field_of(shell).replacing.anew.click()
    await shell.settle()
    values = page.fields.values()
    assert (values["amount"], values["recipient"]) == ("", ADDRESS)


async def test_a_hash_finds_the_withdrawal_that_has_it(shell: Shell, wallet: VoucherWallet) -> None:
    sail(wallet, "w", "requested")
    field = field_of(shell)
    field.edit.setText("77" * 32)
    assert offered(field) == ["Show it"], field.field.problem.text
    assert field.edit.echoMode() is QLineEdit.EchoMode.Normal
    field.to_withdrawal.click()
    await shell.settle()
    assert isinstance(shell.sections.page("voyage"), VoyagePage)
    assert shell.sections.place == "voyage"


async def test_64_digits_that_nobody_knows_may_be_a_key_and_are_covered(shell: Shell) -> None:
    field = field_of(shell)
    field.edit.setText("ab" * 32)
    assert field.edit.echoMode() is QLineEdit.EchoMode.Password
    assert "No withdrawal made here has it." in field.field.problem.text
    assert field.wipe.isVisible()


async def test_recovery_words_are_covered_and_cleared_from_the_clipboard_too(shell: Shell) -> None:
    field = field_of(shell)
    QGuiApplication.clipboard().setText(WORDS)
    field.paste.click()
    assert field.edit.echoMode() is QLineEdit.EchoMode.Password
    assert offered(field) == []
    assert "sausage" not in texts(shell.window)
    field.wipe.click()
    assert (field.edit.text(), QGuiApplication.clipboard().text()) == ("", "")
    assert not field.edit.isUndoAvailable()


PASTES: dict[str, Callable[[IntakeField], None]] = {
    "button": lambda field: field.paste.click(),
    "keyboard": lambda field: QTest.keyClick(field.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier),
    "drop": lambda field: field.edit.brought.emit(QGuiApplication.clipboard().text()),
}


@pytest.mark.parametrize("way", PASTES)
async def test_a_second_paste_takes_the_place_of_the_first(shell: Shell, way: str) -> None:
    field = field_of(shell)
    QGuiApplication.clipboard().setText("gift@service.example")
    PASTES[way](field)
    field.edit.setCursorPosition(4)
    assert field.paste.isVisible()
    assert field.clear.isVisible()
    QGuiApplication.clipboard().setText(WORDS)
    PASTES[way](field)
    assert field.edit.text() == WORDS
    assert field.edit.echoMode() is QLineEdit.EchoMode.Password
    assert "recovery words" in field.field.problem.text
    assert not field.edit.isUndoAvailable()
    assert (field.paste.isVisible(), field.wipe.isVisible(), field.clear.isVisible()) == (True, True, False)
    QGuiApplication.clipboard().setText(ADDRESS)
    PASTES[way](field)
    assert (field.edit.text(), field.edit.isUndoAvailable()) == (ADDRESS, False)
    assert field.edit.echoMode() is QLineEdit.EchoMode.Normal
    QGuiApplication.clipboard().setText(LINK)
    PASTES[way](field)
    assert offered(field) == ["Go to the voucher"]
    field.edit.undo()
    assert field.edit.text() == ADDRESS
    field.clear.click()
    assert (field.edit.text(), field.edit.hasFocus(), field.clear.isVisible()) == ("", True, False)


async def test_the_menu_of_the_field_pastes_in_the_same_way(shell: Shell) -> None:
    field = field_of(shell)
    field.edit.setText("half a text")
    QGuiApplication.clipboard().setText(WORDS)
    at = field.edit.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, field.edit.mapToGlobal(at))
    QApplication.sendEvent(field.edit, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.objectName() == "edit-paste").trigger()
    menu.close()
    assert field.edit.text() == WORDS
    assert not field.edit.isUndoAvailable()


async def test_of_a_message_the_voucher_in_it_is_held(shell: Shell, wallet: VoucherWallet) -> None:
    field = field_of(shell)
    QGuiApplication.clipboard().setText(f"Hello! Your gift: {LINK}, enjoy.")
    field.paste.click()
    assert field.edit.text() == LINK
    assert "taken out of the text around it" in field.field.problem.text
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    await shell.settle()
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    assert (page.link.text(), wallet.asked) == (LINK, [])
    page.link.setText("")
    page.link.setText(f"Hello! Your gift: {LINK}, enjoy.")
    assert page.link.text() == LINK


async def test_another_text_in_the_clipboard_is_left_alone(shell: Shell) -> None:
    field = field_of(shell)
    field.edit.setText(WORDS)
    QGuiApplication.clipboard().setText("a shopping list")
    field.wipe.click()
    assert QGuiApplication.clipboard().text() == "a shopping list"


async def test_a_lock_forgets_what_stood_there(shell: Shell, wallet: VoucherWallet) -> None:
    field = field_of(shell)
    field.edit.setText(LINK)
    await wallet.lock()
    await shell.settle()
    assert field.edit.text() == ""


async def test_without_lightning_a_voucher_is_named_and_leads_nowhere(
    next_shell: Callable[[], Shell], wallet: VoucherWallet
) -> None:
    wallet.profiles = StandInWallet().profiles  # type: ignore[method-assign]
    wallet.unopened = None  # type: ignore[assignment]
    shell = next_shell()
    field = field_of(shell)
    field.edit.setText(LINK)
    assert offered(field) == []
    assert "no Lightning" in field.field.problem.text


async def test_a_link_that_names_a_chain_chooses_it_where_it_is_paid_out_on(shell: Shell) -> None:
    shell.sections.show_form(shell.wallet.profiles()[0].id)
    await shell.settle()
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    offer = page._offer
    assert offer is not None
    chains = {chain.evm_chain_id: str(chain.id) for chain in offer.chains.values()}
    for number, key in chains.items():
        shell.sections.show_section("withdraw")
        await shell.settle()
        field_of(shell).edit.setText(f"ethereum:{ADDRESS}@{number}?value=1e18")
        field_of(shell).to_address[0][1].click()
        await shell.settle()
        assert (page.fields.chain.key, page.fields.amount.text()) == (key, "")
        assert not page.notice.text


async def test_a_chain_that_is_not_paid_out_on_is_said_and_the_address_is_taken(shell: Shell) -> None:
    field_of(shell).edit.setText(f"ethereum:{ADDRESS}@42170")
    field_of(shell).to_address[0][1].click()
    await shell.settle()
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    assert page.fields.values()["recipient"] == ADDRESS
    assert "Arbitrum Nova (chain 42170), and zkLink does not pay out there" in page.fields.fields["recipient"].told.text
    shell.sections.show_section("withdraw")
    await shell.settle()
    field_of(shell).edit.setText(ADDRESS)
    field_of(shell).to_address[0][1].click()
    await shell.settle()
    assert not page.notice.text
    assert not page.fields.fields["recipient"].told.text


async def test_a_link_of_our_own_brings_its_voucher_along(shell: Shell) -> None:
    field = field_of(shell)
    field.edit.setText(f"ashore://open?text={LINK}")
    field.to_voucher.click()
    await shell.settle()
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    assert page.link.text() == LINK


async def test_a_credential_leads_to_where_wallets_are_connected_and_is_covered(shell: Shell) -> None:
    field = field_of(shell)
    field.edit.setText("lndconnect://node.example:10009?macaroon=AgEDbG5k")
    assert field.edit.echoMode() is QLineEdit.EchoMode.Password
    assert field.wipe.isVisible()


async def test_what_hides_in_a_text_is_seen_and_what_hides_around_it_is_taken_off(shell: Shell) -> None:
    field = field_of(shell)
    field.edit.setText("hello\u202eolleh")
    assert field.edit.text() == "hello\ufffdolleh"
    assert "invisible character" in field.field.problem.text
    field.edit.setText(f"{ADDRESS[:9]}\u200b{ADDRESS[9:]}")
    assert "\ufffd" in field.edit.text()
    assert offered(field) == []
    field.edit.setText(f"\ufeff{ADDRESS}\u200b")
    assert field.edit.text() == ADDRESS
    assert offered(field) == ["Withdraw to this address"]


@pytest.mark.parametrize("size", [100, 200])
async def test_of_no_kind_of_text_an_answer_is_cut_off_or_repeats_a_secret(shell: Shell, size: int) -> None:
    one_of_each = {row[-1]: row for row in (*LEADING, *SECRET, *OTHER) if len(row[0]) < 4096}
    shell.window.resize(1024, 700)
    shell.sections.context.theme.apply("light", size)
    field = field_of(shell)
    for kind, (text, *_rest) in one_of_each.items():
        field.edit.setText(text)
        await shell.settle()
        assert cut_off(shell.window.stack.currentWidget()) == [], kind
        covered = take_in(text).secret or kind is Kind.HASH
        assert (field.edit.echoMode() is QLineEdit.EchoMode.Password) is covered, kind
        assert field.wipe.isVisible() is covered, kind
