"""Sub-accounts in the form: those that hold something, each with its balances and its next number; marks of a quote."""

from __future__ import annotations

from dataclasses import replace

from ashore.systems.zklink.system.offer import SubAccountOffer
from unit.ui.driving import Shell
from unit.ui.filling import open_form
from unit.ui.standin import ARBITRUM, PROFILE, UNIT, USDC, an_offer, terms

EMPTY = SubAccountOffer(7, 44, {})


def options(combo: object) -> list[str]:
    return [combo.itemText(i) for i in range(combo.count())]  # type: ignore[attr-defined]


async def test_empty_ones_are_not_offered(shell: Shell) -> None:
    some = {**an_offer().sub_accounts, 7: EMPTY, 8: SubAccountOffer(8, 1, {99: UNIT})}
    shell.wallet.offer = replace(an_offer(), sub_accounts=some)
    page = await open_form(shell)
    assert [text.partition(" ·")[0] for text in options(page.fields.sub_account.combo)] == ["0 (main)", "3"]


async def test_the_first_that_holds_something_is_chosen(shell: Shell) -> None:
    main = SubAccountOffer(0, 12, {USDC: 0})
    shell.wallet.offer = replace(an_offer(), sub_accounts={0: main, 3: an_offer().sub_accounts[3]})
    page = await open_form(shell)
    assert page.fields.sub_account.key == "3"
    assert page.fields.balance.text() == "Balance 5.00 USDC"
    assert page.fields.nonce.text() == "0"
    shell.wallet.offer = replace(an_offer(), sub_accounts={0: main})
    page.open()
    await shell.settle()
    assert page.fields.sub_account.text == "0 (main) · empty", "where nothing is held, the main one stands alone"


async def test_one_that_was_meant_is_not_changed_for_another(shell: Shell) -> None:
    emptied = {0: an_offer().sub_accounts[0], 3: SubAccountOffer(3, 1, {USDC: 0})}
    shell.wallet.offer = replace(an_offer(), sub_accounts=emptied)
    before = terms()
    before = replace(before, details={**before.details, "source_token": str(USDC), "chain_id": str(ARBITRUM)})
    shell.sections.show_form(PROFILE, before)
    await shell.settle()
    page = shell.sections.page("form")
    assert page.fields.sub_account.key == "3"  # type: ignore[attr-defined]
    assert page.fields.fields["amount"].problem.text.startswith("The balance is 0.00 USDC.")  # type: ignore[attr-defined]


async def test_what_is_different_is_marked_until_the_form_begins_anew(shell: Shell) -> None:
    before = terms(recipient="0x" + "5a" * 20)
    details = {**before.details, "sub_account_id": "0", "source_token": str(USDC), "chain_id": str(ARBITRUM)}
    before = replace(before, fee=UNIT // 20, details={**details, "nonce": "11"})
    shell.sections.show_form(PROFILE, before, code="207")
    await shell.settle()
    page = await open_form(shell)
    assert page.fields.more.is_open, "what is marked can be seen"
    told = {name: page.fields.fields[name].problem.text for name in ("fee", "nonce")}
    assert told == {
        "fee": "zkLink asks for 0.10 USDC now; the request before offered 0.05 USDC.",
        "nonce": "The request before had 11.",
    }
    assert page.summary.review.isEnabled()
    page.clear.click()
    await shell.settle()
    assert page.fields.fields["fee"].problem.text == ""
