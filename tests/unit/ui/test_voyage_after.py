"""After the end of a voyage: trying again, and the next one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ashore.domain import events as ev
from ashore.domain.addresses import readable
from ashore.domain.evidence import Level
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.ui.driving import Shell, open_voyage
from unit.ui.looking import texts
from unit.ui.standin import NOW, OTHER, PROFILE, shown


async def test_what_was_refused_is_tried_again_with_its_values(shell: Shell) -> None:
    page = open_voyage(shell, "refused")
    assert page.again.isVisible()
    page.again.click()
    await shell.settle()
    assert shell.sections.place == "form"
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    assert form.fields.values() == {
        "sub_account": "3",
        "chain": "4",
        "source_token": "1",
        "target_token": "17",
        "amount": "25",
        "recipient": readable(OTHER),
        "speed": "normal",
        "ratio": "",
        "fee": "",
        "nonce": "",
    }
    assert form.fields.account.key == "0"
    shell.sections.show_voyage("v")
    shell.wallet.happen(ev.MoveAccepted("v", "m", "Arbitrum shows it."))
    await shell.settle()
    assert not page.again.isVisible()


async def begun(shell: Shell) -> ZkLinkFormPage:
    """A form in which somebody has begun something else."""
    shell.sections.show_form(PROFILE)
    await shell.settle()
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    form.fields.more.set_open(True)
    QTest.keyClicks(form.fields.amount, "3")
    QTest.keyClicks(form.fields.nonce, "7")
    form.fields.account.combo.setCurrentIndex(1)
    await shell.settle()
    return form


async def test_a_form_that_stands_open_takes_the_values_over_on_a_yes_alone(shell: Shell) -> None:
    form = await begun(shell)
    page = open_voyage(shell, "refused")
    page.again.click()
    await shell.settle()
    assert shell.sections.place == "voyage"
    assert "A withdrawal from zkLink is begun and not finished: amount 3." in texts(page.replacing)
    assert page.replacing.keep.hasFocus(), "a second Enter replaces nothing"
    page.replacing.anew.click()
    await shell.settle()
    assert shell.sections.place == "form"
    assert form.fields.account.key == "0"
    assert form.fields.values()["amount"] == "25"
    assert form.fields.values()["nonce"] == ""
    shell.sections.go_back()
    assert shell.wallet.load_draft("zklink")["sub_account"] == "3"


async def test_what_was_begun_stays_where_nobody_says_yes(shell: Shell) -> None:
    form = await begun(shell)
    page = open_voyage(shell, "refused")
    page.again.setFocus()
    QTest.keyClick(page.again, Qt.Key.Key_Return)
    await shell.settle()
    QTest.keyClick(page.replacing.keep, Qt.Key.Key_Escape)
    assert page.replacing.isHidden()
    assert page.again.hasFocus()
    assert shell.sections.place == "voyage"
    shell.sections.show_section("withdraw")
    shell.sections.show_form(PROFILE)
    await shell.settle()
    assert form.fields.values()["amount"] == "3"


async def test_a_draft_that_was_only_kept_is_asked_about_too(shell: Shell) -> None:
    shell.wallet.save_draft("zklink", {"amount": "8", "recipient": readable(OTHER)})
    page = open_voyage(shell, "refused")
    page.again.click()
    assert "amount 8" in texts(page.replacing)
    shell.sections.show_voyage("v")
    assert page.replacing.isHidden(), "the question belongs to the press"


async def test_the_same_values_twice_need_no_question(shell: Shell) -> None:
    page = open_voyage(shell, "refused")
    page.again.click()
    await shell.settle()
    shell.sections.show_voyage("v")
    page.again.click()
    await shell.settle()
    assert shell.sections.place == "form"


async def test_nobody_tries_again_from_an_account_that_is_not_there(shell: Shell) -> None:
    shell.wallet.accounts = lambda: ()  # type: ignore[method-assign]
    page = open_voyage(shell, "refused")
    assert not page.again.isVisible()


async def test_after_the_arrival_the_next_one_begins(shell: Shell) -> None:
    page = open_voyage(shell, "released")
    assert not page.fresh.isVisible()
    shell.wallet.happen(ev.StageReached("v", "paid", shown("Withdrawal", NOW, 5, Level.IRREVERSIBLE)))
    await shell.settle()
    assert page.fresh.isVisible()
    page.fresh.click()
    await shell.settle()
    assert shell.sections.place == "form"
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    assert (form.fields.values()["amount"], form.fields.values()["recipient"]) == ("", "")
