"""The accounts: what each holds, and what is said where that cannot be told."""

from __future__ import annotations

from dataclasses import replace

from ashore.domain.errors import AshoreError
from ashore.engine.ether import Ether
from ashore.ui.pages.accounts import PROVEN, SHOWN, AccountsPage
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.standin import PROFILE, sail


async def accounts(shell: Shell) -> AccountsPage:
    shell.sections.show_section("accounts")
    await shell.settle()
    page = shell.sections.page("accounts")
    assert isinstance(page, AccountsPage)
    return page


async def test_each_account_tells_what_it_holds(shell: Shell) -> None:
    page = await accounts(shell)
    assert [card.account.label for card in page.cards] == ["Account 1", "Account 2"]
    for card in page.cards:
        assert card.holdings[PROFILE].text() == "1,245.50 USDC, 310.00 USD, 0.80 ETH"
    assert "On zkLink" in texts(page)


async def test_what_cannot_be_told_is_said_in_its_place_and_asked_again(shell: Shell) -> None:
    shell.wallet.opening = AshoreError("zkLink’s node does not answer.", "Try again in a minute.")
    page = await accounts(shell)
    assert page.cards[0].holdings[PROFILE].text() == "zkLink’s node does not answer."
    assert page.cards[0].holdings[PROFILE].property("tone") == "warn"
    shell.wallet.opening = None
    page = await accounts(shell)
    assert "1,245.50 USDC" in texts(page.cards[0])
    assert page.cards[0].holdings[PROFILE].property("tone") == ""


async def test_an_account_that_cannot_be_used_says_so(shell: Shell) -> None:
    shell.wallet.offer = replace(shell.wallet.offer, blocked="This account is not activated.", sub_accounts={})
    page = await accounts(shell)
    assert "This account is not activated." in texts(page.cards[0])
    assert page.cards[0].holdings[PROFILE].text() == "Nothing to withdraw"


async def test_it_is_asked_again_only_when_something_went_on(shell: Shell) -> None:
    page = await accounts(shell)
    shell.wallet.offer = replace(shell.wallet.offer, sub_accounts={})
    await accounts(shell)
    assert "1,245.50 USDC" in texts(page), "it was asked a moment ago"
    sail(shell.wallet, "a", "executed")
    await shell.settle()
    await accounts(shell)
    assert "1,245.50 USDC" not in texts(page)


async def test_the_ether_that_pays_for_claims_is_told_as_well_as_it_is_known(shell: Shell) -> None:
    page = await accounts(shell)
    for card in page.cards:
        assert "For gas" not in texts(card), "where nobody tells, nothing is said"
    sure = Ether("Harbour", "ETH", 10**19, proven=True)
    said = Ether("Lagoon", "ETH", 123_456_789 * 10**9, proven=False)
    for known, words, note in (
        ((sure,), "10.00 ETH on Harbour", PROVEN),
        ((said,), "0.123456 ETH on Lagoon", SHOWN),
        ((sure, said), "10.00 ETH on Harbour · 0.123456 ETH on Lagoon (as one endpoint shows it)", PROVEN),
    ):
        shell.wallet.ether.told = known
        sail(shell.wallet, f"a{len(words)}", "executed")  # since something went on, all is asked again
        await shell.settle()
        await accounts(shell)
        shown = texts(page.cards[0])
        assert "For gas" in shown
        assert words in shown.replace("\u200b", "")
        assert note in shown
        assert "For gas" not in texts(page.cards[1])
