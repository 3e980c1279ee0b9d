"""Whatever comes to a field of a form is understood there: filled in, or named with a way to where it belongs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from ashore.domain.addresses import checksum
from ashore.ui.arrivals import Source
from ashore.ui.pages.field_intake import (
    CONNECT,
    LOOK_UP,
    NOT_FILLED,
    TO_ADDRESS,
    TO_VOUCHER,
    WIPE_BOTH,
    WIPE_COPY,
    WIPE_HERE,
    WIPED,
)
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from ashore.ui.scanner.scan import EMPTY_CLIPBOARD
from ashore.ui.widgets.field import LineEdit
from ashore.ui.wording import LIGHTNING
from unit.ui.driving import Shell
from unit.ui.filling import begin_form
from unit.ui.looking import texts
from unit.ui.scanner.drawn import scene
from unit.ui.scanner.test_scan import PAIRING
from unit.ui.test_arrivals import lock
from unit.ui.test_voucher_page import LINK, VoucherWallet

RECEIVER = checksum(bytes.fromhex("8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"))
TOKEN = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
HASH = "ef" * 32
PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"
Bring = Callable[[LineEdit, str], None]


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


async def vouchers(shell: Shell) -> LnurlFormPage:
    shell.sections.show_form(next(each.id for each in shell.wallet.profiles() if each.system == LIGHTNING))
    await shell.settle()
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    page.link.setFocus()
    return page


def paste(edit: LineEdit, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    QTest.keyClick(edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def paste_by_menu(edit: LineEdit, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    edit.paste_in()


def drop(edit: LineEdit, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(edit, QDragEnterEvent(QPoint(4, 4), copy, data, left, none))
    QApplication.sendEvent(edit, QDropEvent(QPointF(4, 4), copy, data, left, none))


def type_in(edit: LineEdit, text: str) -> None:
    QTest.keyClicks(edit, text)


@pytest.mark.parametrize("bring", [paste, paste_by_menu, drop])
async def test_a_voucher_leads_on_from_a_recipient_and_nothing_is_lost(
    shell: Shell, wallet: VoucherWallet, bring: Bring
) -> None:
    page = await begin_form(shell)
    type_in(page.fields.recipient, "0x8f")
    field = page.fields.fields["recipient"]
    bring(page.fields.recipient, f"Your gift: {LINK}")
    await shell.settle()
    assert page.fields.recipient.text() == "0x8f", "what stood there stays"
    assert field.told.text.startswith("A voucher of")
    assert NOT_FILLED in field.told.text
    assert "A voucher of" in page.fields.recipient.accessibleDescription()
    assert (page.intake.way.text(), page.intake.way.isVisible()) == (TO_VOUCHER, True)
    QTest.keyClick(page.fields.recipient, Qt.Key.Key_Tab)
    page.intake.way.setFocus()
    QTest.keyClick(page.intake.way, Qt.Key.Key_Return)
    await shell.settle()
    other = shell.sections.page("voucher")
    assert isinstance(other, LnurlFormPage)
    assert (shell.sections.place, other.link.text(), wallet.asked) == ("voucher", LINK, [])
    assert (page.fields.amount.text(), page.fields.recipient.text()) == ("2.5", "0x8f")
    assert field.told.text == ""
    assert LINK not in str(shell.wallet.load_draft("zklink"))


async def test_a_typed_voucher_stands_in_no_draft_and_goes_along(shell: Shell, wallet: VoucherWallet) -> None:
    page = await begin_form(shell)
    type_in(page.fields.recipient, LINK)
    assert page.fields.fields["recipient"].told.text.startswith("A voucher of")
    assert NOT_FILLED not in page.fields.fields["recipient"].told.text, "it stands there"
    page.keep_draft()
    assert LINK not in str(shell.wallet.load_draft("zklink"))
    QTest.mouseClick(page.intake.way, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert shell.sections.place == "voucher"
    assert page.fields.recipient.text() == ""


async def test_the_way_on_asks_where_something_is_begun_there(shell: Shell) -> None:
    form = await begin_form(shell)
    page = await vouchers(shell)
    paste(page.link, RECEIVER)
    way = next(each for each in page.intake.field.findChildren(type(page.open_button)) if each.text() == TO_ADDRESS)
    way.click()
    await shell.settle()
    intake = shell.sections.home.intake
    assert shell.sections.place == "withdraw"
    assert "A withdrawal from zkLink is begun and not finished: amount 2.5." in texts(intake.replacing)
    assert (form.fields.amount.text(), form.fields.recipient.text()) == ("2.5", "")


@pytest.mark.parametrize("bring", [paste, drop])
async def test_an_address_leads_on_from_the_voucher_field(shell: Shell, bring: Bring) -> None:
    page = await vouchers(shell)
    type_in(page.link, LINK)
    bring(page.link, RECEIVER)
    field = page.intake.field
    assert page.link.text() == LINK
    assert field.told.text.startswith("This is an Ethereum address.")
    way = next(each for each in field.findChildren(type(page.open_button)) if each.text() == TO_ADDRESS)
    assert way.isVisible()
    way.click()
    await shell.settle()
    assert shell.sections.place == "form", "there is one place to withdraw from to it"
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    assert form.standing()["recipient"] == RECEIVER
    assert page.link.text() == LINK


LINKS = [
    (f"ethereum:{RECEIVER}@42161?value=1e18", "It asks for"),
    (f"ethereum:{TOKEN}@1/transfer?address={RECEIVER}&uint256=1000000", "Only the address"),
    (f"https://etherscan.io/address/{RECEIVER}", "It stands in a link of etherscan.io"),
    (f"eip155:1:{RECEIVER}", "Only the address"),
]


@pytest.mark.parametrize(("link", "said"), LINKS)
@pytest.mark.parametrize("bring", [paste, drop, type_in])
async def test_the_address_is_taken_out_of_a_link(shell: Shell, bring: Bring, link: str, said: str) -> None:
    page = await begin_form(shell)
    edit = page.fields.recipient
    bring(edit, link)
    if bring is type_in:
        QTest.keyClick(edit, Qt.Key.Key_Tab)
    await shell.settle()
    assert edit.text() == RECEIVER, "the receiver, and never a token's contract"
    assert said in page.fields.fields["recipient"].told.text
    assert page.fields.amount.text() == "2.5", "an amount is a person's own"
    assert page.fields.grouped.text == RECEIVER


async def test_a_link_takes_its_chain_along(shell: Shell) -> None:
    page = await begin_form(shell)
    paste(page.fields.recipient, f"ethereum:{RECEIVER}@42161")
    await shell.settle()
    assert page.fields.chain.combo.currentText().startswith("Arbitrum")
    assert "It names Arbitrum One" in page.fields.fields["recipient"].told.text


async def test_a_whole_address_takes_the_place_of_another(shell: Shell) -> None:
    page = await begin_form(shell)
    paste(page.fields.recipient, TOKEN)
    paste(page.fields.recipient, RECEIVER)
    assert page.fields.recipient.text() == RECEIVER
    page.fields.recipient.setText("0x8f3a")
    paste(page.fields.recipient, "12c4b7d09e21f3aa5c6d7e8f901277b091c2")
    assert page.fields.recipient.text().lower() == RECEIVER.lower(), "a half is put to a half"


@pytest.mark.parametrize(("text", "way"), [(HASH, LOOK_UP), (PHRASE, ""), (PAIRING, CONNECT)])
async def test_a_secret_never_stands_in_a_field(shell: Shell, text: str, way: str) -> None:
    page = await begin_form(shell)
    paste(page.fields.recipient, text)
    assert page.fields.recipient.text() == ""
    told = page.fields.fields["recipient"].told.text
    assert NOT_FILLED in told
    assert not any(part in told for part in ("efef", "winner", "cdcd"))
    offered = page.intake.way.text() if page.intake.way.isVisible() else ""
    assert offered in (way, "")


async def test_a_secret_that_is_typed_is_covered_from_digit_to_digit(shell: Shell) -> None:
    page = await begin_form(shell)
    for digit in "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318":
        type_in(page.fields.recipient, digit)
        if len(page.fields.recipient.text()) >= 64:
            assert page.fields.recipient.echoMode() is QLineEdit.EchoMode.Password
    page.fields.recipient.setText("0x8f3a")
    assert page.fields.recipient.echoMode() is QLineEdit.EchoMode.Normal


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "Bitcoin"),
        ("someone@example.com", "Lightning address"),
        ("DE89370400440532013000", "This is for a bank"),
        (f"ethereum:{TOKEN}@1/approve?address={RECEIVER}&uint256=1", "link"),
    ],
)
async def test_what_leads_nowhere_is_named_and_stays(shell: Shell, text: str, said: str) -> None:
    page = await begin_form(shell)
    paste(page.fields.recipient, text)
    await shell.settle()
    assert page.fields.recipient.text() == text
    assert said in page.fields.fields["recipient"].told.text
    assert not page.fields.fields["recipient"].problem.isVisible(), "one sentence is enough"
    assert not page.intake.way.isVisible()
    page.fields.recipient.selectAll()
    QTest.keyClick(page.fields.recipient, Qt.Key.Key_Delete)
    assert page.fields.fields["recipient"].told.text == ""
    await shell.settle()


async def test_an_address_in_the_amount_leads_on_and_the_amount_stays(shell: Shell) -> None:
    page = await begin_form(shell)
    paste(page.fields.amount, LINK)
    field = page.fields.fields["amount"]
    assert page.fields.amount.text() == "2.5"
    assert field.told.text.startswith("A voucher of")
    (way,) = (each for each in field.findChildren(type(page.intake.way)) if each.text() == TO_VOUCHER)
    assert way.isVisible()
    type_in(page.fields.amount, "1")
    assert field.told.text == ""
    assert not way.isVisible()


async def test_a_copied_picture_is_pasted_into_the_field_that_has_the_keyboard(shell: Shell) -> None:
    page = await begin_form(shell)
    QGuiApplication.clipboard().setImage(scene(RECEIVER))
    QTest.keyClick(page.fields.recipient, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await shell.until(lambda: page.fields.recipient.text() == RECEIVER)


async def test_an_empty_clipboard_is_said_instead_of_what_was_said_before(shell: Shell) -> None:
    page = await begin_form(shell)
    paste(page.fields.recipient, LINK)
    paste(page.fields.recipient, "")
    assert page.fields.fields["recipient"].told.text == str(EMPTY_CLIPBOARD)
    assert not page.intake.way.isVisible(), "the way belongs to what was said before"


async def test_a_voucher_named_beside_a_field_outlasts_a_lock(shell: Shell, wallet: VoucherWallet) -> None:
    page = await begin_form(shell)
    page.scan.scan.got.emit(LINK, Source.SCREEN)
    await lock(shell, locked=True)
    assert page.fields.fields["recipient"].told.text == ""
    await lock(shell, locked=False)
    assert [each.source for each in wallet.unopened.listed()] == ["screen"], "it is kept in the vault"


async def test_a_warning_about_the_recipient_is_not_hidden_by_what_came(shell: Shell) -> None:
    page = await begin_form(shell)
    page.fields.recipient.setText("0x" + "00" * 19 + "01")
    paste(page.fields.recipient, LINK)
    await shell.settle()
    field = page.fields.fields["recipient"]
    assert field.told.isVisible()
    assert field.problem.isVisible() == bool(field.problem.text)
    assert isinstance(field.control, QLineEdit)


@pytest.mark.parametrize("secret", [PHRASE, "0x" + HASH, "xprv9s21ZrQH143K" + "3" * 95])
async def test_a_secret_that_was_pasted_can_be_cleared_from_the_clipboard(shell: Shell, secret: str) -> None:
    page = await begin_form(shell)
    field = page.fields.fields["recipient"]
    paste(page.fields.recipient, secret)
    assert page.fields.recipient.text() == ""
    assert "lear the clipboard." in field.told.text
    assert "here and from" not in field.told.text, "there is nothing here to clear"
    assert (page.intake.wipe.text(), page.intake.wipe.isVisible()) == (WIPE_COPY, True)
    QTest.mouseClick(page.intake.wipe, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == ""
    assert (field.told.text, page.intake.wipe.isVisible()) == (WIPED, False)


async def test_only_what_is_copied_is_cleared_from_the_clipboard(shell: Shell) -> None:
    page = await begin_form(shell)
    field = page.fields.fields["recipient"]
    QGuiApplication.clipboard().setText("my shopping list")
    page.scan.scan.got.emit(PHRASE, Source.CAMERA)
    assert "lear" not in field.told.text.split(NOT_FILLED)[1], "there is nothing to clear"
    assert not page.intake.wipe.isVisible()
    type_in(page.fields.recipient, PHRASE)
    assert (page.intake.wipe.text(), page.intake.wipe.isVisible()) == (WIPE_HERE, True)
    QTest.mouseClick(page.intake.wipe, Qt.MouseButton.LeftButton)
    assert (page.fields.recipient.text(), QGuiApplication.clipboard().text()) == ("", "my shopping list")
    type_in(page.fields.recipient, PHRASE)
    QGuiApplication.clipboard().setText(PHRASE)
    page.fields.recipient.textChanged.emit(PHRASE)
    assert page.intake.wipe.text() == WIPE_BOTH
    QTest.mouseClick(page.intake.wipe, Qt.MouseButton.LeftButton)
    assert (page.fields.recipient.text(), QGuiApplication.clipboard().text()) == ("", "")
    await shell.settle()


async def test_what_is_said_of_a_links_chain_moves_no_field_that_is_used(shell: Shell) -> None:
    page = await begin_form(shell)
    edit, field = page.fields.recipient, page.fields.fields["recipient"]
    before = edit.mapTo(shell.window, QPoint())
    paste(edit, f"ethereum:{RECEIVER}@42170")
    await shell.settle()
    assert "does not pay out there" in field.told.text
    assert edit.mapTo(shell.window, QPoint()) == before
    paste(edit, f"ethereum:{RECEIVER}@42161")
    await shell.settle()
    assert "does not pay out there" not in field.told.text
    assert edit.mapTo(shell.window, QPoint()) == before
