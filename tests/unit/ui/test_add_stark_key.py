"""The key on Reddio of an account that signs elsewhere: asked for, pasted twice, and let go of."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from ashore.engine.views import Account, ProfileInfo
from ashore.keys.errors import Refused
from ashore.ui.pages.accounts import NO_KEY, AccountsPage
from ashore.ui.pages.add_stark_key import FIRST, SECOND, AddStarkKeyPage
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, texts, visible
from unit.ui.reddio_standin import REDDIO, ReddioStandIn
from unit.ui.standin import KEY_HASH

GIVEN = "0x" + "5a" * 64 + "1b"
OTHER = "0x" + "6b" * 64 + "1c"
HOLDER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
LEDGER = Account(-1, HOLDER, "Ledger", KEY_HASH, elsewhere=True)


class KeyedStandIn(ReddioStandIn):
    def profiles(self) -> tuple[ProfileInfo, ...]:
        *others, reddio = super().profiles()
        return (*others, ProfileInfo(reddio.id, reddio.system, reddio.title, reddio.subtitle, 11155111))


@pytest.fixture
def wallet() -> KeyedStandIn:
    found = KeyedStandIn()
    found.elsewhere.listed = (LEDGER,)
    return found


@pytest.fixture
async def page(shell: Shell) -> AddStarkKeyPage:
    shell.sections.show_section("accounts")
    await shell.settle()
    accounts = shell.sections.page("accounts")
    assert isinstance(accounts, AccountsPage)
    accounts.cards[-1].add_key.click()
    await shell.settle()
    found = shell.sections.page("stark-key")
    assert isinstance(found, AddStarkKeyPage)
    assert shell.sections.place == "stark-key"
    return found


async def fill(shell: Shell, page: AddStarkKeyPage, first: str = GIVEN, second: str = GIVEN) -> None:
    page.signatures[FIRST].setText(first)
    page.signatures[SECOND].setText(second)
    page.add.click()
    await shell.settle()


async def test_the_account_that_lacks_a_key_says_so_and_the_others_show_theirs(shell: Shell) -> None:
    shell.sections.show_section("accounts")
    await shell.settle()
    page = shell.sections.page("accounts")
    assert isinstance(page, AccountsPage)
    own, *_, ledger = page.cards
    assert not own.add_key.isVisible()
    assert "ETH" in own.holdings[REDDIO].text()
    assert "Reddio key" in texts(own)
    assert ledger.add_key.isVisible()
    assert ledger.holdings[REDDIO].text() == NO_KEY


async def test_both_are_handed_over_once_and_the_page_forgets_them(
    shell: Shell, page: AddStarkKeyPage, wallet: KeyedStandIn
) -> None:
    assert HOLDER in page.about.text().replace("\u200b", "")
    (box,) = (box for box in visible(page, QPlainTextEdit) if isinstance(box, QPlainTextEdit))
    assert box.toPlainText() == wallet.stark_accounts.request_text(REDDIO)
    QGuiApplication.clipboard().setText(f" {GIVEN}\n")
    await fill(shell, page, second=OTHER)
    assert wallet.stark_accounts.given == [(GIVEN, OTHER)]
    assert [edit.text() for edit in page.signatures.values()] == ["", ""]
    assert "Ledger is added" in page.done.text
    page.done.action.click()
    assert QGuiApplication.clipboard().text() == ""
    page.accounts.click()
    await shell.settle()
    accounts = shell.sections.page("accounts")
    assert isinstance(accounts, AccountsPage)
    assert not accounts.cards[-1].add_key.isVisible()
    assert "ETH" in accounts.cards[-1].holdings[REDDIO].text()


async def test_a_refusal_is_said_beside_the_field_and_what_was_pasted_stays(
    shell: Shell, page: AddStarkKeyPage, wallet: KeyedStandIn
) -> None:
    wallet.stark_accounts.refusal = Refused("It signed in two different ways.", "Use another wallet.")
    await fill(shell, page)
    told = page.fields[SECOND].problem.text
    assert "two different ways" in told
    assert "Nothing was kept" in told
    assert page.signatures[FIRST].text() == GIVEN


@pytest.mark.parametrize(
    ("first", "second", "place"), [("", GIVEN, FIRST), (GIVEN, "", SECOND), (GIVEN, "0x12", SECOND)]
)
async def test_what_is_no_signature_is_not_handed_over(
    shell: Shell, page: AddStarkKeyPage, wallet: KeyedStandIn, first: str, second: str, place: str
) -> None:
    await fill(shell, page, first, second)
    assert wallet.stark_accounts.given == []
    assert page.fields[place].problem.text


async def test_what_was_pasted_is_covered_and_gone_when_one_leaves_or_locks(
    shell: Shell, page: AddStarkKeyPage, wallet: KeyedStandIn
) -> None:
    for edit in page.signatures.values():
        edit.setText(GIVEN)
        assert edit.echoMode() is QLineEdit.EchoMode.Password
    assert GIVEN not in texts(shell.window)
    shell.sections.show_section("accounts")
    await shell.settle()
    assert [edit.text() for edit in page.signatures.values()] == ["", ""]
    shell.sections.show_add_stark_key(REDDIO, LEDGER)
    page.signatures[FIRST].setText(GIVEN)
    await wallet.lock()
    await shell.settle()
    assert page.signatures[FIRST].text() == ""


async def test_nothing_is_cut_off(shell: Shell, page: AddStarkKeyPage) -> None:
    assert cut_off(page) == []
