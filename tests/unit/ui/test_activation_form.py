"""An account without the wallet's key: the notice, the form of an activation, its review and its voyage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import Status
from ashore.ui.pages.accounts import AccountsPage
from ashore.ui.pages.activation_form import ActivationFormPage
from ashore.ui.pages.review import ReviewPage
from ashore.ui.pages.voyage import VoyagePage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.ui.driving import Shell
from unit.ui.filling import focused
from unit.ui.looking import cut_off, marked_up, nameless
from unit.ui.standin import ADDRESS, ARBITRUM, NOW, OTHER, PROFILE, USDC, an_offer, said

BLOCKED = "This account is not activated: zkLink does not know its layer-2 key yet."
ANOTHER = "Another layer-2 key is registered for this account: zkLink would refuse what is signed here."
OLD = "0x" + "77" * 20


def lacking(shell: Shell, **changes: Any) -> None:
    """Let the account have no key that this wallet could sign with."""
    lacks = {"active": False, "own_key": False, "blocked": BLOCKED, "key_chain": ARBITRUM, "account_nonce": 2}
    shell.wallet.offer = replace(an_offer(), **{**lacks, **changes})


async def form(shell: Shell) -> ZkLinkFormPage:
    shell.sections.show_form(PROFILE)
    await shell.settle()
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    return page


async def activation(shell: Shell) -> ActivationFormPage:
    page = await form(shell)
    page.key.action.click()
    await shell.settle()
    found = shell.sections.page("activation")
    assert isinstance(found, ActivationFormPage)
    return found


async def reviewed(shell: Shell) -> ReviewPage:
    page = await activation(shell)
    page.summary.review.click()
    await shell.settle()
    found = shell.sections.page("review")
    assert isinstance(found, ReviewPage)
    return found


async def confirmed(shell: Shell) -> VoyagePage:
    page = await reviewed(shell)
    page.confirm.click()
    await shell.until(lambda: shell.sections.place == "voyage")
    await shell.settle()
    found = shell.sections.page("voyage")
    assert isinstance(found, VoyagePage)
    return found


def registered(shell: Shell, upto: str = "registered") -> None:
    """Let zkLink say that the key is registered."""
    shell.wallet.happen(ev.MoveSending("w1", "m"))
    shell.wallet.happen(ev.MoveAccepted("w1", "m", "0x77"))
    for stage in ("requested", "executed", "registered"):
        shell.wallet.happen(ev.StageReached("w1", stage, said("operator", NOW)))
        if stage == upto:
            return


async def test_the_form_offers_to_activate_and_keeps_what_was_typed(shell: Shell) -> None:
    lacking(shell)
    page = await form(shell)
    assert page.key.text.startswith(BLOCKED)
    assert page.key.action.text() == "Activate this account"
    assert focused() is page.key.action
    assert page.notice.text == "", "it is not said twice"
    assert not page.summary.review.isEnabled()
    page.fields.amount.setText("25")
    page.fields.amount.textEdited.emit("25")
    page.fields.recipient.setText(OTHER)
    page.key.action.click()
    await shell.settle()
    assert shell.sections.place == "activation"
    voyage = shell.sections.page("activation")
    assert isinstance(voyage, ActivationFormPage)
    voyage.summary.review.click()
    await shell.settle()
    review = shell.sections.page("review")
    assert isinstance(review, ReviewPage)
    review.confirm.click()
    await shell.until(lambda: shell.sections.place == "voyage")
    assert page.fields.amount.text() == "25", "what was sent is the activation, not what stands in the form"
    registered(shell)
    await shell.settle()
    followed = shell.sections.page("voyage")
    assert isinstance(followed, VoyagePage)
    assert followed.fresh.text() == "Go on to the withdrawal"
    shell.wallet.offer = an_offer()
    followed.fresh.click()
    await shell.settle()
    assert shell.sections.place == "form"
    assert (page.fields.amount.text(), page.fields.recipient.text()) == ("25", OTHER)
    assert page.key.text == ""
    assert page.summary.review.isEnabled()


async def test_while_it_is_under_way_the_form_says_so_and_opens_by_itself(shell: Shell) -> None:
    lacking(shell)
    await confirmed(shell)
    page = await form(shell)
    assert page.key.text.startswith("The key of this account is being registered.")
    page.key.action.click()
    await shell.settle()
    assert shell.sections.place == "voyage", "never to a second activation"
    page = await form(shell)
    shell.wallet.offer = an_offer()
    registered(shell)
    await shell.settle()
    assert page.key.text == ""
    assert [w.status for w in shell.wallet.withdrawals()] == [Status.FINAL]


async def test_a_registered_key_is_replaced_with_a_plain_warning(shell: Shell) -> None:
    lacking(shell, active=True, blocked=ANOTHER, registered_key=OLD)
    page = await form(shell)
    assert page.key.action.text() == "Replace its key"
    found = await activation(shell)
    assert found.title.text() == "Replace the key of this account"
    assert "can no longer sign for this account" in found.warning.text
    review = await reviewed(shell)
    assert review.caption.text() == "You register"
    assert review.confirm.text() == "Replace the key of this account"


async def test_what_one_account_lacks_is_not_said_of_another(shell: Shell) -> None:
    lacking(shell)
    page = await form(shell)
    page.fields.account_chosen.emit(1)
    assert page.key.text == "", "until zkLink has answered"
    await shell.settle()
    assert page.key.text.startswith(BLOCKED)


async def test_a_node_that_changes_no_keys_offers_nothing(shell: Shell) -> None:
    lacking(shell, key_chain=None)
    page = await form(shell)
    assert page.key.text == ""
    assert page.notice.text.startswith(BLOCKED)


async def test_the_fee_is_none_until_zklink_wants_one(shell: Shell) -> None:
    lacking(shell)
    page = await activation(shell)
    assert page.summary.review.isEnabled()
    assert page.fee_token.key == str(USDC)
    shell.sections.show_activation(PROFILE, ADDRESS, charged=True)
    await shell.settle()
    assert page.more.is_open
    assert "this is what a withdrawal costs" in page.fields["fee"].problem.text
    page.fee.setText("1e9")
    page.fee.textEdited.emit("1e9")
    await shell.until(lambda: not page.pending)
    await shell.settle()
    assert page.fields["fee"].problem.text.startswith("Powers of ten are not accepted.")
    assert not page.summary.review.isEnabled()


async def test_what_cannot_be_asked_is_said_and_asked_again(shell: Shell) -> None:
    lacking(shell)
    page = await activation(shell)
    shell.wallet.opening = AshoreError("zkLink’s node does not answer.", "Try again in a minute.")
    page.open()
    await shell.settle()
    assert page.notice.text == "zkLink’s node does not answer. Try again in a minute. Nothing was sent."
    shell.wallet.opening = None
    page.notice.action.click()
    await shell.settle()
    assert page.notice.text == ""
    shell.wallet.offer = an_offer()
    page.open()
    await shell.settle()
    assert shell.sections.place == "form", "there is nothing to register any more"


async def test_a_refusal_leads_back_to_the_form(shell: Shell) -> None:
    lacking(shell)
    page = await confirmed(shell)
    shell.wallet.happen(ev.MoveSending("w1", "m"))
    shell.wallet.happen(ev.MoveRefused("w1", "m", "207", "The fee is too low. Nothing was taken.", "Pay it."))
    await shell.settle()
    assert page.again.text() == "Try with a fee"
    page.again.click()
    await shell.settle()
    assert shell.sections.place == "activation"
    found = shell.sections.page("activation")
    assert isinstance(found, ActivationFormPage)
    assert found.summary.receive.text() == "This wallet’s key"
    assert found.more.is_open


async def test_the_accounts_offer_it_too(shell: Shell) -> None:
    lacking(shell)
    shell.sections.show_section("accounts")
    await shell.settle()
    buttons = [card.activate for card in shell.sections.page("accounts").cards]  # type: ignore[attr-defined]
    assert [button.isVisible() for button in buttons] == [True, True]
    buttons[0].click()
    await shell.settle()
    assert shell.sections.place == "activation"


async def first_notice(shell: Shell) -> None:
    lacking(shell)
    await form(shell)


async def first_form(shell: Shell) -> None:
    lacking(shell)
    (await activation(shell)).more.set_open(True)


async def replacing(shell: Shell) -> None:
    lacking(shell, active=True, blocked=ANOTHER, registered_key=OLD)
    await activation(shell)


async def replacing_review(shell: Shell) -> None:
    lacking(shell, active=True, blocked=ANOTHER, registered_key=OLD)
    await reviewed(shell)


async def done(shell: Shell) -> None:
    lacking(shell)
    page = await confirmed(shell)
    registered(shell)
    await shell.settle()
    for row in page.rows:
        row.more.set_open(True)


async def listed(shell: Shell) -> None:
    await done(shell)
    shell.sections.show_section("activity")


async def on_home(shell: Shell) -> None:
    lacking(shell)
    await confirmed(shell)
    shell.sections.show_section("withdraw")


Visit = Callable[[Shell], Awaitable[None]]


@pytest.mark.parametrize(("size", "text_size"), [((1024, 700), 100), ((1024, 700), 200)], ids=["small", "200%"])
@pytest.mark.parametrize("visit", [first_notice, first_form, replacing, replacing_review, done, listed, on_home])
async def test_nothing_is_cut_off_and_everything_has_a_name(
    shell: Shell, visit: Visit, size: tuple[int, int], text_size: int
) -> None:
    shell.theme.apply("light", text_size)
    shell.window.resize(*size)
    await visit(shell)
    await shell.settle()
    assert cut_off(shell.window) == []
    assert nameless(shell.window) == []
    assert marked_up(shell.window) == []


async def test_who_activates_an_account_under_accounts_stays_there(shell: Shell) -> None:
    lacking(shell)
    shell.sections.show_section("accounts")
    await shell.settle()
    accounts = shell.sections.page("accounts")
    assert isinstance(accounts, AccountsPage)
    side = shell.window.side.buttons["accounts"]
    accounts.cards[0].activate.click()
    await shell.settle()
    page = shell.sections.page("activation")
    assert isinstance(page, ActivationFormPage)
    assert page.back_button is not None
    assert (page.back_button.text(), side.isChecked()) == ("Accounts", True)
    page.summary.review.click()
    await shell.settle()
    assert (shell.sections.place, side.isChecked()) == ("review", True)
    for place in ("activation", "accounts"):
        shell.sections.go_back()
        await shell.settle()
        assert (shell.sections.place, side.isChecked()) == (place, True)
    shell.sections.show_section("withdraw")
    page = await activation(shell)
    assert page.back_button is not None
    assert page.back_button.text() == "Withdraw from zkLink", "from the form it leads back to the form"
