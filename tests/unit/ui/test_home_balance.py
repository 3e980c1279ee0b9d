"""The balance on the first page: asked for, not known, known; never a dash that says nothing."""

from __future__ import annotations

from ashore.domain.errors import AshoreError
from ashore.ui.pages.home import HomePage, SystemCard
from unit.ui.driving import Shell


async def test_a_balance_that_is_not_known_yet_is_asked_for_and_says_so(shell: Shell) -> None:
    home = shell.sections.page("withdraw")
    assert isinstance(home, HomePage)
    shell.wallet.opening = AshoreError("zkLink’s node cannot be reached.", "Try again.")
    card = SystemCard(shell.sections.context, shell.wallet.profiles()[0])
    card.setParent(home)
    assert card.balance.text() == "Asking…"
    card.refresh()
    await shell.settle()
    assert card.balance.text() == "Not known now"
    assert "cannot be reached" in card.detail.text()

    shell.wallet.opening = None
    card.outdated()
    card.refresh()
    assert card.balance.text() == "Asking…"
    await shell.settle()
    assert card.balance.text() == "1,245.50 USDC"
    card.outdated()
    card.refresh()
    assert card.balance.text() == "1,245.50 USDC", "what is known stands until the next answer"
    await shell.settle()
