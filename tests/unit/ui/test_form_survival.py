"""The zkLink form: whatever comes in between, nothing that was typed is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from ashore.domain.errors import AshoreError
from ashore.engine.views import Review
from ashore.systems.base import Quote
from ashore.ui.pages.review import ReviewPage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.ui.driving import Shell
from unit.ui.filling import focused, open_form, type_into
from unit.ui.looking import texts
from unit.ui.standin import ARBITRUM, ETHEREUM, OTHER, PROFILE, sail


async def test_a_node_that_does_not_answer_loses_nothing(shell: Shell) -> None:
    page = await open_form(shell)
    await type_into(shell, page, amount="25.5", recipient=OTHER)
    shell.wallet.opening = AshoreError("zkLink’s node does not answer.", "Try again in a minute.")
    page.open()
    await shell.settle()
    assert page.notice.text == "zkLink’s node does not answer. Try again in a minute. Nothing was sent."
    assert page.fields.amount.text() == "25.5"
    assert page.summary.review.isEnabled()
    shell.wallet.opening = None
    page.notice.action.click()
    await shell.settle()
    assert not page.notice.text
    assert page.fields.recipient.text() == OTHER


async def test_a_form_that_never_opened_says_why_and_can_be_asked_again(shell: Shell) -> None:
    shell.wallet.opening = AshoreError("zkLink has no account for this address.", "Choose another account.")
    page = await open_form(shell)
    assert not page.fields.amount.isEnabled()
    assert not page.summary.review.isEnabled()
    assert page.summary.reason.text
    shell.wallet.opening = None
    page.notice.action.click()
    await shell.settle()
    assert page.fields.amount.isEnabled()


async def test_an_account_that_cannot_be_opened_is_left_again(shell: Shell) -> None:
    page = await open_form(shell)
    await type_into(shell, page, amount="25.5", recipient=OTHER)
    shell.window.activateWindow()
    page.fields.account.setFocus()
    shell.wallet.opening = AshoreError("zkLink has no account for this address.", "Choose another account.")
    page.fields.account.combo.setCurrentIndex(1)
    await shell.settle()
    assert "Choose another account" in page.notice.text
    assert not page.fields.amount.isEnabled()
    assert not page.summary.review.isEnabled()
    assert focused() is page.fields.account.combo
    shell.wallet.opening = None
    page.fields.account.combo.setCurrentIndex(0)
    await shell.settle()
    assert page.fields.amount.isEnabled()
    assert page.fields.amount.text() == "25.5"
    assert page.summary.review.isEnabled()


async def test_a_blocked_account_says_so(shell: Shell) -> None:
    shell.wallet.offer = replace(shell.wallet.offer, blocked="This account is not activated.")
    page = await open_form(shell)
    assert "not activated" in page.notice.text
    await type_into(shell, page, amount="1", recipient=OTHER)
    assert not page.summary.review.isEnabled()
    assert texts(page).count("not activated") == 2, "above the form, and beside the button"


async def test_an_unfinished_draft_survives_closing(shell: Shell, next_shell: Callable[[], Shell]) -> None:
    page = await open_form(shell)
    await type_into(shell, page, amount="25.5", recipient=OTHER[:20])
    page.fields.chain.combo.setCurrentIndex(1)
    shell.window.close()
    again = next_shell()
    page = await open_form(again)
    assert page.fields.amount.text() == "25.5"
    assert page.fields.recipient.text() == OTHER[:20]
    assert page.fields.chain.key == str(ETHEREUM)


async def test_the_account_is_part_of_the_draft(shell: Shell, next_shell: Callable[[], Shell]) -> None:
    page = await open_form(shell)
    page.fields.account.combo.setCurrentIndex(1)
    await shell.settle()
    page.fields.sub_account.combo.setCurrentIndex(1)
    await type_into(shell, page, amount="2", recipient=OTHER)
    shell.window.close()
    again = next_shell()
    page = await open_form(again)
    assert page.fields.account.key == "1"
    assert page.fields.sub_account.key == "3"
    assert "5.00 USDC" in page.fields.balance.text()
    assert "USDC · 5.00" in page.fields.source_token.text
    page.summary.review.click()
    await again.settle()
    assert again.sections.place == "review"
    review = again.sections.page("review")
    assert isinstance(review, ReviewPage)
    review.confirm.click()
    await again.until(lambda: again.sections.place == "voyage")
    assert again.wallet.confirmed[0].plan.request.account_index == 1


async def test_what_was_sent_does_not_come_back(shell: Shell) -> None:
    page = await open_form(shell)
    await type_into(shell, page, amount="25.5", recipient=OTHER)
    page.summary.review.click()
    await shell.settle()
    review = shell.sections.page("review")
    assert isinstance(review, ReviewPage)
    review.confirm.click()
    await shell.until(lambda: shell.sections.place == "voyage")
    page = await open_form(shell)
    assert page.fields.amount.text() == ""
    assert page.fields.recipient.text() == ""


async def test_going_back_from_the_review_keeps_everything(shell: Shell) -> None:
    page = await open_form(shell)
    await type_into(shell, page, amount="25.5", recipient=OTHER)
    page.summary.review.click()
    await shell.settle()
    shell.sections.go_back()
    await shell.settle()
    assert shell.sections.place == "form"
    assert page.fields.amount.text() == "25.5"
    assert page.summary.review.isEnabled()


async def test_a_refused_review_says_that_nothing_was_sent(shell: Shell) -> None:
    async def refuse(_quote: object) -> None:
        raise AshoreError("The signer read something else than the form says.", "Please report this.")

    shell.wallet.review = refuse  # type: ignore[method-assign, assignment]
    page = await open_form(shell)
    await type_into(shell, page, amount="25.5", recipient=OTHER)
    page.summary.review.click()
    await shell.settle()
    assert "Nothing was sent." in page.notice.text
    assert shell.sections.place == "form"
    assert page.summary.review.isEnabled()


async def test_a_review_that_comes_late_fetches_nobody_back(shell: Shell) -> None:
    ready = asyncio.Event()
    review = shell.wallet.review

    async def slow(quote: Quote) -> Review:
        await ready.wait()
        return await review(quote)

    shell.wallet.review = slow  # type: ignore[method-assign]
    page = await open_form(shell)
    await type_into(shell, page, amount="25.5", recipient=OTHER)
    page.summary.review.click()
    await shell.until(lambda: "signer reads" in page.summary.reason.text)
    shell.sections.show_section("activity")
    ready.set()
    await shell.settle()
    assert shell.sections.place == "activity"
    page = await open_form(shell)
    assert page.fields.amount.text() == "25.5"
    assert page.summary.review.isEnabled()


async def test_kept_entries_are_announced_and_can_be_cleared(shell: Shell, next_shell: Callable[[], Shell]) -> None:
    page = await open_form(shell)
    assert not page.kept.isVisible(), "nothing was kept"
    await type_into(shell, page, amount="25.5", recipient=OTHER)
    page.fields.chain.combo.setCurrentIndex(1)
    assert not page.kept.isVisible(), "what is being typed is no news"
    page.summary.review.click()
    await shell.settle()
    shell.sections.go_back()
    assert not page.kept.isVisible(), "nor is what was just reviewed"
    shell.sections.show_section("activity")
    page = await open_form(shell)
    assert "Your last entries were kept." in texts(page)
    shell.window.close()

    again = next_shell()
    page = await open_form(again)
    assert "Your last entries were kept." in texts(page)
    assert page.fields.amount.text() == "25.5"
    page.clear.click()
    await again.settle()
    assert not page.kept.isVisible()
    assert [edit.text() for edit in (page.fields.amount, page.fields.recipient)] == ["", ""]
    assert page.fields.chain.key == str(ARBITRUM)
    assert not page.fields.fields["amount"].problem.text
    assert again.wallet.load_draft("zklink") == {}
    page = await open_form(again)
    assert not page.kept.isVisible()


async def test_asking_for_the_same_again_is_no_news(shell: Shell) -> None:
    sail(shell.wallet, "r", "refused")
    shell.sections.show_form(PROFILE, shell.wallet.withdrawals()[0].terms)
    await shell.settle()
    assert "Your last entries" not in texts(shell.window)
    page = await open_form(shell)
    assert page.fields.amount.text() == "25"
    assert page.kept.isVisible(), "but coming back to it later is"


async def test_a_recipient_that_came_is_no_entry_of_the_person(shell: Shell) -> None:
    shell.sections.show_form(PROFILE, recipient=OTHER)
    await shell.settle()
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    assert page.fields.recipient.text() == OTHER
    assert not page.kept.isVisible(), "nobody has entered anything"
    page.clear_draft()
    shell.sections.show_section("activity")
    shell.sections.show_form(PROFILE, recipient=OTHER)
    await shell.settle()
    assert page.fields.recipient.text() == OTHER
    assert not page.kept.isVisible(), "nor while the offer was in the form already"
    await type_into(shell, page, amount="25.5")
    shell.sections.show_section("activity")
    shell.sections.show_form(PROFILE, recipient=OTHER)
    await shell.settle()
    assert page.kept.isVisible(), "the amount was typed"
