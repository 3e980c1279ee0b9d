"""After the end of a voyage: trying again, and the next one."""

from __future__ import annotations

from PySide6.QtTest import QTest

from ashore.domain import events as ev
from ashore.domain.addresses import readable
from ashore.domain.evidence import Level
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.ui.driving import Shell, open_voyage
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


async def test_a_form_that_stands_open_takes_the_values_over(shell: Shell) -> None:
    shell.sections.show_form(PROFILE)
    await shell.settle()
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    form.fields.more.set_open(True)
    QTest.keyClicks(form.fields.amount, "3")
    QTest.keyClicks(form.fields.nonce, "7")
    form.fields.account.combo.setCurrentIndex(1)
    await shell.settle()
    page = open_voyage(shell, "refused")
    page.again.click()
    await shell.settle()
    assert form.fields.account.key == "0"
    assert form.fields.values()["amount"] == "25"
    assert form.fields.values()["nonce"] == ""
    shell.sections.go_back()
    assert shell.wallet.load_draft("zklink")["sub_account"] == "3"


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
