"""The zkLink form: by keyboard, with problems while one types."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ashore.domain.addresses import readable
from ashore.systems.zklink.system.offer import FIELDS
from ashore.ui.pages.review import ReviewPage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.ui.driving import Shell
from unit.ui.filling import focused, open_form, press, type_into
from unit.ui.looking import texts
from unit.ui.standin import ARBITRUM, ETHEREUM, OTHER, UNIT, USD, USDC, sail


async def test_the_whole_way_by_keyboard(shell: Shell) -> None:
    shell.window.activateWindow()
    await press(shell, Qt.Key.Key_Return)  # nothing was pasted: on to the first card
    await press(shell, Qt.Key.Key_Return)
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    assert focused() is page.fields.amount
    QTest.keyClicks(focused(), "25.5")
    await press(shell, Qt.Key.Key_Tab)
    assert focused() is page.fields.maximum
    await press(shell, Qt.Key.Key_Tab)
    assert focused() is page.fields.recipient
    QTest.keyClicks(focused(), OTHER)
    await press(shell, Qt.Key.Key_Return)  # at once, before the pause of typing has passed
    review = shell.sections.page("review")
    assert isinstance(review, ReviewPage)
    assert shell.sections.place == "review"
    assert focused() is not review.confirm
    for _ in range(12):
        if focused() is not review.confirm:
            await press(shell, Qt.Key.Key_Tab)
    assert focused() is review.confirm
    await press(shell, Qt.Key.Key_Return)
    assert shell.sections.place == "voyage"
    assert len(shell.wallet.confirmed) == 1
    assert shell.wallet.confirmed[0].plan.terms.amount == 255 * UNIT // 10


async def test_every_control_of_the_form_is_reached_by_tab(shell: Shell) -> None:
    page = await open_form(shell)
    page.fields.more.set_open(True)
    await type_into(shell, page, amount="1", recipient=OTHER)
    fields = page.fields
    wanted = {fields.account.combo, fields.sub_account.combo, fields.chain.combo, fields.source_token.combo}
    wanted |= {fields.amount, fields.maximum, fields.recipient, fields.more.button, fields.fee, fields.nonce}
    wanted |= {page.summary.review, page.back_button, shell.window.side.lock}
    shell.window.activateWindow()
    fields.amount.setFocus()
    reached = set()
    for _ in range(60):
        reached.add(focused())
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    assert not wanted - reached


async def test_every_parameter_of_a_withdrawal_has_its_place(shell: Shell) -> None:
    page = await open_form(shell)
    await type_into(shell, page, amount="25.5", recipient=OTHER)
    assert set(page.fields.values()) == set(FIELDS)
    assert page.fields.account.key == "0"
    assert page.fields.sub_account.key == "0"
    assert page.fields.chain.key == str(ARBITRUM)
    assert page.fields.fee.text() == "0.1"
    assert page.fields.nonce.text() == "12"
    # What nobody wrote is left to the wallet, so that a stale fee is never insisted on.
    assert page.fields.values()["fee"] == ""
    assert page.fields.values()["nonce"] == ""


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("amount", "1,000", "Separators are not accepted"),
        ("amount", "-3", "cannot be negative"),
        ("amount", "99999", "The balance is 1,240.50 USDC"),
        ("amount", "0.0000001", "decimals"),
        ("recipient", "0x12", "too short"),
        ("recipient", "bc1qar0srrr7xfkvy5l643", "Bitcoin or Lightning"),
        ("fee", "x", "not part of a"),
        ("nonce", "3", "expects nonce 12"),
    ],
)
async def test_a_problem_stands_beside_its_field(shell: Shell, name: str, text: str, said: str) -> None:
    page = await open_form(shell)
    page.fields.more.set_open(True)
    good = {"amount": "25.5", "recipient": OTHER}
    await type_into(shell, page, **{**good, name: text})
    shown = page.fields.fields[name].problem
    assert said in shown.text
    assert shown.isVisible()
    assert getattr(page.fields, name).property("severity") == "blocks"
    assert said in getattr(page.fields, name).accessibleDescription()
    assert getattr(page.fields, name).text() == text
    assert not page.summary.review.isEnabled()
    caption = page.fields.fields[name].caption.text()
    assert page.summary.reason.text == f"Correct “{caption}” to go on.", "what is wrong is said once"
    for other, field in page.fields.fields.items():
        assert other == name or said not in field.problem.text


async def test_nobody_is_told_off_for_what_was_not_reached_yet(shell: Shell) -> None:
    page = await open_form(shell)
    assert not page.fields.fields["amount"].problem.text
    assert not page.summary.review.isEnabled()
    assert "Enter an amount" in page.summary.reason.text
    await type_into(shell, page, amount="2")
    assert not page.fields.fields["recipient"].problem.text
    QTest.keyClick(page.fields.amount, Qt.Key.Key_Return)
    await shell.settle()
    assert "Enter the address" in page.fields.fields["recipient"].problem.text
    assert focused() is page.fields.recipient
    assert shell.sections.place == "form"


async def test_typing_is_judged_after_a_pause_not_at_each_key(shell: Shell) -> None:
    page = await open_form(shell)
    asked = 0
    quote = shell.wallet.quote

    async def counting(*given: object) -> object:
        nonlocal asked
        asked += 1
        return await quote(*given)  # type: ignore[arg-type]

    shell.wallet.quote = counting  # type: ignore[method-assign, assignment]
    await type_into(shell, page, amount="123.456")
    assert asked == 1


async def test_the_summary_says_every_cost(shell: Shell) -> None:
    page = await open_form(shell)
    await type_into(shell, page, amount="25.5", recipient=OTHER)
    shown = texts(page.summary)
    for words in ("25.50 USDC", "on Arbitrum", "25.60 USDC", "0.10 USDC", "Usually 3 h 20 min", "cannot be cancelled"):
        assert words in shown


async def test_nothing_is_promised_for_an_amount_that_cannot_be_sent(shell: Shell) -> None:
    page = await open_form(shell)
    await type_into(shell, page, amount="5000")
    assert page.summary.receive.text() == "—"
    await type_into(shell, page, amount="25.5")
    assert page.summary.receive.text() == "25.50 USDC"


async def test_max_leaves_the_fee(shell: Shell) -> None:
    page = await open_form(shell)
    page.fields.maximum.click()
    await shell.until(lambda: not page.pending)
    await shell.settle()
    assert page.fields.amount.text() == "1240.4"
    assert not page.fields.fields["amount"].problem.text


async def test_the_token_is_paid_out_as_what_is_chosen(shell: Shell) -> None:
    offer = shell.wallet.offer
    usd = replace(offer.tokens[USD], targets=(USDC, 18))
    usdt = replace(offer.tokens[USDC], id=18, symbol="USDT", targets=(18,))
    shell.wallet.offer = replace(offer, tokens={**offer.tokens, USD: usd, 18: usdt})
    page = await open_form(shell)
    fields = page.fields
    assert not fields.target_token.combo.isVisible()
    assert "USDC" in texts(fields.fields["target_token"])
    fields.source_token.combo.setCurrentIndex(fields.source_token.combo.findText("USD · 310.00"))
    assert fields.target_token.combo.isVisible()
    fields.target_token.combo.setCurrentIndex(fields.target_token.combo.findText("USDT"))
    assert fields.values()["source_token"] == str(USD)
    assert fields.values()["target_token"] == "18"
    await shell.until(lambda: not page.pending)


async def test_another_sub_account_has_its_own_balance_and_nonce(shell: Shell) -> None:
    page = await open_form(shell)
    menu = page.fields.sub_account.combo
    held = [menu.itemText(index) for index in range(menu.count())]
    assert held == ["0 (main) · 1,240.50 USDC and 2 more", "3 · 5.00 USDC"], "told before it is chosen"
    menu.setCurrentIndex(1)
    await shell.until(lambda: not page.pending)
    await shell.settle()
    assert "5.00 USDC" in page.fields.balance.text()
    assert page.fields.nonce.text() == "0"
    assert page.fields.values()["sub_account"] == "3"


async def test_a_fee_of_ones_own_and_back_again(shell: Shell) -> None:
    page = await open_form(shell)
    page.fields.more.set_open(True)
    await type_into(shell, page, amount="25.5", recipient=OTHER, fee="0.05")
    assert page.fields.values()["fee"] == "0.05"
    assert "Less than zkLink asks for" in page.fields.fields["fee"].problem.text
    assert page.summary.review.isEnabled()
    page.fields.automatic.click()
    await shell.until(lambda: not page.pending)
    await shell.settle()
    assert page.fields.fee.text() == "0.1"
    assert page.fields.values()["fee"] == ""
    page.fields.chain.combo.setCurrentIndex(1)
    await shell.until(lambda: not page.pending)
    await shell.settle()
    assert page.fields.chain.key == str(ETHEREUM)
    assert page.fields.fee.text() == "3"


async def test_a_known_recipient_and_a_lookalike(shell: Shell) -> None:
    sail(shell.wallet, "before", "paid")
    page = await open_form(shell)
    await type_into(shell, page, recipient=OTHER)
    assert "Used 1 time before" in page.fields.fields["recipient"].problem.text
    assert page.fields.grouped.text == OTHER
    await type_into(shell, page, amount="1", recipient=OTHER[:8] + "0" * 28 + OTHER[-6:])
    assert "looks like" in page.fields.fields["recipient"].problem.text
    assert page.fields.recipient.property("severity") == "warns"
    assert page.summary.review.isEnabled()


async def test_words_that_not_everybody_knows_are_explained(shell: Shell) -> None:
    page = await open_form(shell)
    for name, words in (("sub_account", "the main one"), ("chain", "Harbour"), ("nonce", "once, and in order")):
        assert words in page.fields.fields[name].toolTip()


async def test_the_accounts_own_address_is_one_click_away(shell: Shell) -> None:
    page = await open_form(shell)
    own = shell.wallet.accounts()[0].address
    page.fields.own.click()
    await shell.settle()
    await shell.until(lambda: not page.pending)
    assert page.fields.recipient.text() == readable(own)
    assert page.summary.caption.text() == "You receive"
    assert page.fields.values()["recipient"] == readable(own)


async def test_enter_goes_on_to_the_review_also_from_a_choice(shell: Shell) -> None:
    page = await open_form(shell)
    await type_into(shell, page, amount="25.5", recipient=OTHER)
    for choice in (page.fields.chain, page.fields.source_token, page.fields.speed):
        QTest.keyClick(choice.combo, Qt.Key.Key_Return)
        await shell.settle()
        assert shell.sections.place == "review", choice.combo.accessibleName()
        shell.sections.go_back()
        await shell.settle()
