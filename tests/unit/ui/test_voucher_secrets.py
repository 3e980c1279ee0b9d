"""The voucher's page over a lock: nothing that opens or pays a voucher stays, and going elsewhere loses nothing."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from ashore.domain.errors import AshoreError
from ashore.engine.earlier_claims import EarlierClaim
from ashore.systems.base import Plan
from ashore.systems.lnurl.codec import encode_lnurl
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.pages.review import ReviewPage
from unit.systems.lnurl.system.offers import invoice, offer
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.standin import PASSWORD
from unit.ui.voucher_hands import LINK, VoucherWallet, opened, the_page, typed

PIN = "4711"
PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"
SECOND = encode_lnurl("http://127.0.0.1:8080/u?q=8").upper()


@pytest.fixture
def wallet() -> VoucherWallet:
    made = VoucherWallet()
    made.voucher = offer(pin_limit=15_000)
    return made


async def full(shell: Shell) -> LnurlFormPage:
    """An opened voucher with everything typed: an amount, another wallet's invoice, a PIN."""
    page = await opened(shell)
    await typed(shell, page, page.fields.amount, "20")
    page.fields.receiver.combo.setCurrentIndex(1)
    await typed(shell, page, page.fields.invoice, invoice(20_000))
    await typed(shell, page, page.fields.pin, PIN)
    assert page.summary.review.isEnabled()
    return page


async def lock(shell: Shell) -> None:
    await shell.wallet.lock()
    await shell.until(lambda: shell.sections.place == "unlock")
    await shell.settle()


async def unlock(shell: Shell) -> None:
    await shell.wallet.unlock(bytearray(PASSWORD))
    await shell.settle()


def kept(page: LnurlFormPage) -> list[str]:
    """Everything that a lock shall not leave: typed texts, what Undo brings back, the offer and the quote."""
    edits = page.findChildren(QLineEdit)
    found = [edit.text() for edit in edits]
    for edit in edits:
        edit.undo()
        found.append(edit.text())
        edit.redo()
    state = {name: value for name, value in vars(page).items() if name in ("_offer", "_quote", "_in_hand")}
    return [text for text in found if text] + [name for name, value in state.items() if value is not None]


async def test_a_lock_leaves_no_secret_and_says_so(shell: Shell, wallet: VoucherWallet) -> None:
    page = await full(shell)
    before = page.fields.values()
    assert kept(page)
    await lock(shell)
    assert kept(page) == []
    assert "Voucher" not in texts(shell.window.stack.currentWidget())
    await unlock(shell)
    assert shell.sections.place == "voucher"
    assert page.notice.text.startswith("Ashore was locked. Nothing was withdrawn. Go on with the voucher below")
    assert page.fields.isHidden()
    assert page.link.hasFocus() or not shell.window.isActiveWindow()
    page.link.setText(LINK)
    await shell.settle()
    assert page.notice.text == "", "said once"
    assert page.fields.isVisible(), "it was kept"
    assert page.fields.values() != before, "and what was typed was not"
    assert wallet.asked == [LINK]


async def test_a_text_that_was_never_asked_about_was_never_sent(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    page.link.setFocus()
    QTest.keyClicks(page.link, LINK)
    await lock(shell)
    assert kept(page) == []
    await unlock(shell)
    assert (
        page.notice.text
        == "Ashore was locked. Nothing was withdrawn. The voucher that stood here was kept, and is listed below."
    )
    assert (page.link.text(), wallet.asked) == ("", [])
    (card,) = page.links.cards
    assert card.voucher.source == "keyboard"
    QTest.mouseClick(card.open_button, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert wallet.asked == [LINK]
    assert page.fields.isVisible()


async def test_what_is_no_link_is_forgotten_over_a_lock(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    page.link.setText(PHRASE)
    await lock(shell)
    assert PHRASE not in str(vars(page))
    await unlock(shell)
    assert page.link.text() == ""
    assert page.notice.text.startswith("Ashore was locked, and what stood here was forgotten.")
    assert (wallet.unopened.listed(), wallet.asked) == ((), [])


async def test_a_link_that_comes_over_a_lock_and_one_that_stood_before_it_are_both_kept(
    shell: Shell, wallet: VoucherWallet
) -> None:
    page = await the_page(shell)
    QTest.keyClicks(page.link, LINK)
    await lock(shell)
    shell.sections.take_in(SECOND)
    await unlock(shell)
    assert page.link.text() == SECOND
    assert [card.voucher.id for card in page.links.cards] == [wallet.unopened.name_of(LINK)]
    await lock(shell)
    await unlock(shell)
    assert page.link.text() == ""
    assert len(page.links.cards) == 2


async def test_what_is_typed_on_the_first_page_is_kept_over_a_lock_too(shell: Shell, wallet: VoucherWallet) -> None:
    intake = shell.sections.home.intake
    QTest.keyClicks(intake.edit, LINK)
    assert wallet.unopened.listed() == ()
    await lock(shell)
    assert intake.edit.text() == ""
    await unlock(shell)
    assert [each.source for each in wallet.unopened.listed()] == ["keyboard"]


async def test_an_answer_that_comes_over_a_lock_is_not_shown_and_not_lost(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.answers.clear()
    page = await the_page(shell)
    page.link.setText(LINK)
    QTest.mouseClick(page.open_button, Qt.MouseButton.LeftButton)
    await asyncio.sleep(0)
    assert not page.intake.cancel.isHidden()
    await wallet.lock()
    await shell.until(lambda: page.link.text() == "")
    wallet.answers.set()
    await unlock(shell)
    assert kept(page) == []
    assert page.fields.isHidden()
    assert page.intake.cancel.isHidden()
    assert "If its service answered, the voucher is listed below" in page.notice.text
    assert [card.voucher.host for card in page.vouchers.cards] == ["127.0.0.1:8080"]


async def test_what_a_service_did_not_answer_before_a_lock_is_listed_as_not_opened(
    shell: Shell, wallet: VoucherWallet
) -> None:
    wallet.answers.clear()
    wallet.voucher = AshoreError("It gave no answer.", "")
    page = await the_page(shell)
    page.link.setText(LINK)
    QTest.mouseClick(page.open_button, Qt.MouseButton.LeftButton)
    await asyncio.sleep(0)
    await wallet.lock()
    await shell.until(lambda: page.link.text() == "")
    wallet.answers.set()
    await unlock(shell)
    assert "the voucher is listed below as opened; if not, as not opened yet." in page.notice.text
    assert (len(page.vouchers.cards), len(page.links.cards)) == (0, 1)


async def test_an_empty_page_has_nothing_to_say_after_a_lock(shell: Shell) -> None:
    page = await the_page(shell)
    await lock(shell)
    await unlock(shell)
    assert page.notice.text == ""


async def test_a_lock_while_another_page_is_in_view_forgets_as_well(shell: Shell) -> None:
    page = await full(shell)
    shell.sections.show_section("activity")
    await lock(shell)
    assert kept(page) == []
    await unlock(shell)
    page = await the_page(shell)
    assert "was kept, and only what you had typed was forgotten" in page.notice.text


async def test_going_elsewhere_and_back_loses_nothing(shell: Shell, wallet: VoucherWallet) -> None:
    page = await full(shell)
    before = page.fields.values()
    for section in ("activity", "accounts", "settings", "withdraw"):
        shell.sections.show_section(section)
        await shell.settle()
    page = await the_page(shell)
    assert page.fields.values() == before
    assert page.link.text() == LINK
    assert page.summary.review.isEnabled()
    assert wallet.asked == [LINK], "the service is not asked again"


async def test_what_was_handed_over_does_not_come_back_by_undo(shell: Shell) -> None:
    page = await full(shell)
    page.clear_draft()
    assert kept(page) == []
    assert page.notice.text == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"version":3,"crypto":{"ciphertext":"d172bf"}}', "a file with a secret key"),
        ("lndconnect://node.example:10009?macaroon=AgEDbG5k", "opens somebody’s Lightning wallet"),
        ("otpauth://totp/me?secret=JBSWY3DPEHPK3PXP", "authenticator"),
    ],
)
async def test_what_opens_a_wallet_is_named_and_covered_in_the_vouchers_field_too(
    shell: Shell, text: str, said: str
) -> None:
    page = await the_page(shell)
    page.link.setText(text)
    assert said in page.intake.field.problem.text
    assert page.link.echoMode() is page.link.EchoMode.Password
    page.link.setText("")
    assert page.link.echoMode() is page.link.EchoMode.Normal


class Journal:
    """Knows of nothing, and remembers what it was asked of."""

    def __init__(self) -> None:
        self.asked: list[str | LnurlOffer | Plan] = []

    def of_link(self, text: str) -> EarlierClaim | None:
        self.asked += [text] if text else []
        return None

    def of_name(self, link: str) -> EarlierClaim | None:
        return self.of_link(link)

    def of_offer(self, offer: LnurlOffer) -> EarlierClaim | None:
        self.asked.append(offer)
        return None

    def of_plan(self, plan: Plan) -> EarlierClaim | None:
        self.asked.append(plan)
        return None


async def test_what_was_handed_over_is_known_to_no_page_and_out_of_view_nothing_is_looked_up(
    shell: Shell, wallet: VoucherWallet
) -> None:
    wallet.earlier = journal = Journal()
    page = await full(shell)
    page.summary.review.click()
    await shell.until(lambda: shell.sections.place == "review")
    review = shell.sections.page("review")
    assert isinstance(review, ReviewPage)
    assert isinstance(journal.asked[-1], Plan)
    journal.asked.clear()
    shell.sections.hub.withdrawals_changed.emit(frozenset())
    assert [type(each) for each in journal.asked] == [Plan], "the form is out of view"
    shell.sections.go_back()
    journal.asked.clear()
    shell.sections.hub.withdrawals_changed.emit(frozenset())
    assert [type(each) for each in journal.asked] == [LnurlOffer]
    page.summary.review.click()
    await shell.until(lambda: shell.sections.place == "review")
    review.confirm.click()
    await shell.until(lambda: shell.sections.place == "voyage")
    journal.asked.clear()
    shell.sections.hub.withdrawals_changed.emit(frozenset())
    review.earlier.look_again()
    assert journal.asked == []
