"""Accounts that sign elsewhere in the window: what is pasted is checked, covered where it is a secret, let go of."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit

from ashore.domain.addresses import readable
from ashore.domain.errors import AshoreError
from ashore.engine.views import Account, Change, Topic
from ashore.keys.errors import Refused, SecretPasted
from ashore.systems.zklink.codec.texts import KEY_DERIVATION_TEXT
from ashore.ui.pages.add_elsewhere import ADDRESS, ANOTHER_KEY, MATCHES, NAME, NOT_ACTIVE, SIGNATURE, AddElsewherePage
from ashore.ui.pages.elsewhere_signing import ElsewhereSigning
from ashore.ui.pages.field_intake import NOT_FILLED, TO_ADDRESS
from ashore.ui.pages.review import ReviewPage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from ashore.ui.widgets.buttons import Button
from unit.ui.driving import Shell
from unit.ui.looking import texts, visible
from unit.ui.scanner.test_scan import PAIRING
from unit.ui.standin import KEY_HASH, OTHER, PROFILE

PHRASE = "abandon " * 11 + "about"
GIVEN = "0x" + "5a" * 64 + "1b"
HOLDER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"


@pytest.fixture
async def page(shell: Shell) -> AddElsewherePage:
    shell.sections.show_section("accounts")
    shell.sections.show_add_elsewhere()
    await shell.settle()
    found = shell.sections.page("elsewhere")
    assert isinstance(found, AddElsewherePage)
    return found


async def fill(shell: Shell, page: AddElsewherePage, signature: str = GIVEN) -> None:
    page.address.setText(HOLDER)
    page.name.setText("Ledger")
    page.signature.setText(signature)
    page.add.click()
    await shell.settle()


class TestAdding:
    @pytest.mark.parametrize("size", [(1024, 700), (1280, 800)])
    async def test_nothing_moves_while_an_address_is_typed(
        self, shell: Shell, page: AddElsewherePage, size: tuple[int, int]
    ) -> None:
        shell.window.resize(*size)
        await shell.settle()

        def places() -> list[int]:
            return [each.mapTo(page.rows.widget(), QPoint(0, 0)).y() for each in (page.name, page.text, page.add)]

        empty = places()
        own = readable(shell.wallet.accounts()[0].address)
        for text in ("0x", HOLDER[:20], HOLDER, own, "0x12", "vitalik.eth"):
            page.address.setText(text)
            page.address.editingFinished.emit()
            await shell.settle()
            assert places() == empty, text
        page.address.setText(own)
        await shell.settle()
        assert "Ashore holds its key" in page.fields[ADDRESS].problem.text, "which stands below the address in groups"

    async def test_the_key_text_is_shown_byte_for_byte_copied_and_scanned(
        self, shell: Shell, page: AddElsewherePage
    ) -> None:
        (box,) = (box for box in visible(page, QPlainTextEdit) if isinstance(box, QPlainTextEdit))
        assert box.toPlainText() == KEY_DERIVATION_TEXT
        page.text.copy.click()
        assert QGuiApplication.clipboard().text() == KEY_DERIVATION_TEXT
        page.text.code.click()
        (dialog,) = (each for each in shell.window.findChildren(QDialog) if each.isVisible())
        (told,) = dialog.findChildren(QPlainTextEdit)
        assert told.toPlainText() == KEY_DERIVATION_TEXT
        dialog.accept()

    async def test_it_is_added_and_the_clipboard_can_be_cleared(self, shell: Shell, page: AddElsewherePage) -> None:
        QGuiApplication.clipboard().setText(f" {GIVEN}\n")
        await fill(shell, page, f" {GIVEN}")
        assert "Ledger is added." in page.done.text
        assert MATCHES in page.done.text
        assert page.signature.text() == ""
        assert page.done.action.isVisible()
        page.done.action.click()
        assert QGuiApplication.clipboard().text() == ""
        assert page.accounts.hasFocus()

    async def test_what_was_copied_meanwhile_stays_in_the_clipboard(self, shell: Shell, page: AddElsewherePage) -> None:
        QGuiApplication.clipboard().setText(GIVEN)
        await fill(shell, page)
        QGuiApplication.clipboard().setText("a shopping list")
        page.done.action.click()
        assert QGuiApplication.clipboard().text() == "a shopping list"

    @pytest.mark.parametrize(
        ("own_key", "active", "words"),
        [(True, True, MATCHES), (False, False, NOT_ACTIVE), (False, True, ANOTHER_KEY[0])],
    )
    async def test_whether_zklink_knows_the_key_is_said(
        self, shell: Shell, page: AddElsewherePage, own_key: bool, active: bool, words: str
    ) -> None:
        shell.wallet.offer = replace(shell.wallet.offer, own_key=own_key, active=active)
        await fill(shell, page)
        assert words in page.done.text

    async def test_while_zklink_is_silent_it_is_added_all_the_same(self, shell: Shell, page: AddElsewherePage) -> None:
        shell.wallet.opening = AshoreError("zkLink’s node does not answer.")
        await fill(shell, page)
        assert "Ledger is added." in page.done.text
        assert "could not be asked" in page.done.text

    async def test_a_refusal_stands_beside_the_signature_and_nothing_is_lost(
        self, shell: Shell, page: AddElsewherePage
    ) -> None:
        shell.wallet.elsewhere.refusal = Refused("This is not a signature of 0x90.", "Choose the right account.")
        await fill(shell, page)
        assert "Nothing was kept." in page.fields[SIGNATURE].problem.text
        assert (page.address.text(), page.name.text(), page.signature.text()) == (HOLDER, "Ledger", GIVEN)
        assert page.signature.hasFocus()
        assert page.add.isEnabled()
        assert shell.wallet.elsewhere.listed == ()

    async def test_each_field_says_what_is_wrong_when_one_goes_on(self, shell: Shell, page: AddElsewherePage) -> None:
        page.add.click()
        assert "Account 1" in page.fields[ADDRESS].problem.text
        page.address.setText(HOLDER)
        page.name.setText("x" * 41)
        page.add.click()
        assert "40 characters" in page.fields[NAME].problem.text
        page.name.setText("")
        page.add.click()
        assert "Paste the signature" in page.fields[SIGNATURE].problem.text
        for text, words in (("12", "too short"), ("0x" + "12" * 32, "private key"), ("hello", "not a signature")):
            page.signature.setText(text)
            assert words in page.fields[SIGNATURE].problem.text

    async def test_the_signature_is_covered_and_gone_when_the_page_is_left(
        self, shell: Shell, page: AddElsewherePage
    ) -> None:
        page.address.setText(HOLDER)
        page.signature.setText(GIVEN)
        assert page.signature.echoMode() is QLineEdit.EchoMode.Password
        assert GIVEN not in texts(page)
        shell.sections.show_section("activity")
        assert page.signature.text() == ""
        shell.sections.show_add_elsewhere()
        assert page.address.text() == HOLDER
        assert "cleared" in page.fields[SIGNATURE].problem.text
        page.signature.setText(GIVEN)
        await shell.wallet.lock()
        await shell.settle()
        assert page.signature.text() == ""

    async def test_no_draft_keeps_a_signature_that_went_into_a_wrong_field(
        self, shell: Shell, page: AddElsewherePage
    ) -> None:
        page.address.setText(GIVEN)
        page.name.setText(GIVEN)
        shell.sections.show_section("activity")
        assert shell.wallet.load_draft("elsewhere") == {}
        assert (page.address.text(), page.name.text()) == ("", "")
        shell.sections.show_add_elsewhere()
        page.address.setText(f" {HOLDER}")
        shell.sections.show_section("activity")
        assert shell.wallet.load_draft("elsewhere") == {"address": HOLDER}

    async def test_a_failure_after_the_page_was_left_is_told_over_the_pages(
        self, shell: Shell, page: AddElsewherePage
    ) -> None:
        shell.wallet.elsewhere.refusal = Refused("This is not a signature of 0x90.")
        page.address.setText(HOLDER)
        page.signature.setText(GIVEN)
        page.add.click()
        shell.sections.show_section("activity")
        await shell.settle()
        assert "not a signature of 0x90. Nothing was kept." in shell.sections.banners.fault.text


@pytest.fixture
async def review(shell: Shell) -> ReviewPage:
    """A review of an account that signs elsewhere."""
    shell.wallet.elsewhere.listed = (Account(-1, HOLDER, "Ledger", KEY_HASH, elsewhere=True),)
    shell.sections.show_form(PROFILE)
    await shell.settle()
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    form.fields.account.combo.setCurrentIndex(2)
    await shell.settle()
    assert form.fields.account.text.endswith("· signs elsewhere")
    return await go_on(shell, form)


async def go_on(shell: Shell, form: ZkLinkFormPage, amount: str = "25") -> ReviewPage:
    form.fields.amount.setText(amount)
    form.fields.recipient.setText(OTHER)
    form.fields.submitted.emit()
    await shell.settle()
    page = shell.sections.page("review")
    assert isinstance(page, ReviewPage)
    return page


def card(page: ReviewPage) -> ElsewhereSigning:
    (found,) = (each for each in visible(page, ElsewhereSigning) if isinstance(each, ElsewhereSigning))
    return found


async def test_no_draft_of_a_withdrawal_keeps_what_may_be_a_key(shell: Shell) -> None:
    shell.sections.show_form(PROFILE)
    await shell.settle()
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    for secret in (GIVEN, "12" * 32):
        form.fields.recipient.setText(secret)
        form.fields.amount.setText("25")
        form.keep_draft()
        kept = shell.wallet.load_draft("zklink")
        assert (kept["recipient"], kept["amount"]) == ("", "25")
    form.fields.recipient.setText(OTHER)
    form.keep_draft()
    assert shell.wallet.load_draft("zklink")["recipient"] == OTHER


class TestSigning:
    async def test_confirming_waits_for_the_other_wallet(self, shell: Shell, review: ReviewPage) -> None:
        assert not review.confirm.isEnabled()
        assert "Your other wallet signs first." in texts(review)
        card(review).edit.setText(GIVEN)
        await shell.settle()
        assert "over exactly this text" in card(review).good.text
        assert review.confirm.isEnabled()
        review.confirm.click()
        await shell.settle()
        assert [each.pasted for each in shell.wallet.confirmed] == [GIVEN]

    async def test_another_letter_and_it_has_to_be_checked_again(self, shell: Shell, review: ReviewPage) -> None:
        card(review).edit.setText(GIVEN)
        await shell.settle()
        card(review).edit.setText(GIVEN[:-1])
        assert not review.confirm.isEnabled()
        assert card(review).good.text == ""
        assert "131 digits" not in card(review).field.problem.text
        assert "129 digits" in card(review).field.problem.text
        review.confirm.click()
        await shell.settle()
        assert shell.wallet.confirmed == []

    async def test_what_the_signer_refuses_is_said_in_its_words(self, shell: Shell, review: ReviewPage) -> None:
        shell.wallet.signature_refused = Refused("This is not a signature of 0x90.", "Choose the right account.")
        card(review).edit.setText(GIVEN)
        await shell.settle()
        assert "Choose the right account." in card(review).field.problem.text
        assert card(review).edit.text() == GIVEN
        assert card(review).edit.echoMode() is QLineEdit.EchoMode.Normal
        assert not review.confirm.isEnabled()

    @pytest.mark.parametrize("secret", [GIVEN, "0x" + "12" * 32, PHRASE, PAIRING])
    async def test_a_secret_is_covered_and_cleared_from_the_clipboard_too(
        self, shell: Shell, review: ReviewPage, secret: str
    ) -> None:
        shell.wallet.signature_refused = SecretPasted("This is the signature of the key text.", "Clear it.")
        QGuiApplication.clipboard().setText(f"{secret}\n")
        card(review).edit.setText(secret)
        await shell.settle()
        assert card(review).edit.echoMode() is QLineEdit.EchoMode.Password
        assert secret not in texts(review)
        (wipe,) = (each for each in visible(card(review), Button) if each.text().startswith("Clear it here"))  # type: ignore[attr-defined]
        wipe.click()  # type: ignore[attr-defined]
        assert (card(review).edit.text(), QGuiApplication.clipboard().text()) == ("", "")
        assert card(review).edit.echoMode() is QLineEdit.EchoMode.Normal

    @pytest.mark.parametrize("secret", ["0x" + "12" * 32, PHRASE])
    async def test_what_opens_a_wallet_is_not_pasted_and_a_signature_stays(
        self, shell: Shell, review: ReviewPage, secret: str
    ) -> None:
        card(review).edit.setText(GIVEN)
        await shell.settle()
        QGuiApplication.clipboard().setText(secret)
        card(review).paste.click()
        await shell.settle()
        assert (card(review).edit.text(), review.confirm.isEnabled()) == (GIVEN, True)
        assert NOT_FILLED in card(review).field.told.text
        card(review).intake.wipe.click()
        assert (card(review).edit.text(), QGuiApplication.clipboard().text()) == (GIVEN, "")

    async def test_another_signature_takes_the_place_of_one_that_stands_there(
        self, shell: Shell, review: ReviewPage
    ) -> None:
        card(review).edit.setText("0x" + "6b" * 64 + "05")
        assert "last byte of this signature is 5" in card(review).field.problem.text
        assert card(review).field.told.text == "", "the page says more of a signature"
        QGuiApplication.clipboard().setText(json.dumps({"sig": GIVEN}))
        QTest.keyClick(card(review).edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await shell.settle()
        assert card(review).edit.text() == json.dumps({"sig": GIVEN})
        assert review.confirm.isEnabled()

    async def test_an_address_leads_on_from_a_signatures_field(self, shell: Shell, review: ReviewPage) -> None:
        QGuiApplication.clipboard().setText(OTHER)
        card(review).paste.click()
        assert card(review).edit.text() == ""
        assert NOT_FILLED in card(review).field.told.text
        assert card(review).intake.way.text() == TO_ADDRESS

    async def test_the_same_text_again_needs_no_second_signature_and_another_does(
        self, shell: Shell, review: ReviewPage
    ) -> None:
        card(review).edit.setText(GIVEN)
        await shell.settle()
        shell.sections.go_back()
        form = shell.sections.page("form")
        assert isinstance(form, ZkLinkFormPage)
        page = await go_on(shell, form)
        assert card(page).edit.text() == GIVEN
        assert page.confirm.isEnabled()
        shell.sections.go_back()
        page = await go_on(shell, form, "26")
        assert card(page).edit.text() == ""
        assert not page.confirm.isEnabled()

    async def test_a_lock_during_the_check_leaves_nothing_behind(self, shell: Shell, review: ReviewPage) -> None:
        shell.wallet.signature_refused = Refused("The vault was locked meanwhile.")
        card(review).edit.setText(GIVEN)
        shell.wallet.locked = True
        shell.wallet.tell(Change(Topic.LOCK))
        await shell.settle()
        assert shell.sections.place == "unlock"

    async def test_typed_data_is_shown_as_it_is_signed(self, shell: Shell, review: ReviewPage) -> None:
        typed = {"primaryType": "ChangePubKey", "message": {"nonce": 1}}
        assert review._review is not None
        reading = replace(review._review.reading, texts=(), typed_data=typed)
        review.show_review(replace(review._review, texts=(), reading=reading))
        await shell.settle()
        card(review).text.copy.click()
        assert json.loads(QGuiApplication.clipboard().text()) == typed
        assert "as typed data (EIP-712)" in texts(review)
        card(review).edit.setText(GIVEN)
        await shell.settle()
        assert review.confirm.isEnabled()

    async def test_an_own_account_shows_no_field(self, shell: Shell) -> None:
        shell.sections.show_form(PROFILE)
        await shell.settle()
        form = shell.sections.page("form")
        assert isinstance(form, ZkLinkFormPage)
        page = await go_on(shell, form)
        assert visible(page, ElsewhereSigning) == []
        assert page.confirm.isEnabled()
        assert not page.to_text.isVisible()
