"""The zkLink form: what is said moves nothing that stands elsewhere."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint

from ashore.domain.addresses import readable
from ashore.systems.base import Problem, Severity
from unit.ui.driving import Shell
from unit.ui.filling import open_form, type_into
from unit.ui.standin import ADDRESS, OTHER, sail


@pytest.mark.parametrize(("size", "too_much"), [((1280, 800), "99999"), ((1024, 700), "99999")])
async def test_the_form_stays_put_while_problems_come_and_go(
    shell: Shell, size: tuple[int, int], too_much: str
) -> None:
    """A sentence that takes one line moves nothing; whatever is said, all of it fits."""
    shell.window.resize(*size)
    page = await open_form(shell)

    def places() -> list[int]:
        below = (page.fields.amount, page.fields.recipient, page.fields.more.button)
        return [widget.mapTo(page, QPoint(0, 0)).y() for widget in below]

    empty = places()
    for amount, recipient in (
        ("25.5", ""),
        ("-3", "0x12"),
        (too_much, OTHER),
        ("25.5", OTHER),
        ("25.5", readable(OTHER)),
    ):
        await type_into(shell, page, amount=amount, recipient=recipient)
        assert places() == empty, (amount, recipient)
    await type_into(shell, page, amount="99999", recipient=OTHER[:-1])
    area = page.columns.main_scroll
    assert area.verticalScrollBar().maximum() == 0
    assert page.fields.more.button.visibleRegion().boundingRect().height() == page.fields.more.button.height()


@pytest.mark.parametrize("width", [1024, 1100, 1280])
async def test_no_hint_about_the_recipient_moves_the_form(shell: Shell, width: int) -> None:
    shell.window.resize(width, 760)
    sail(shell.wallet, "paid", "paid")
    sail(shell.wallet, "tried", "executed", recipient="0x" + "3c" * 20)
    page = await open_form(shell)
    place = page.fields.more.button.mapTo(page, QPoint(0, 0)).y()
    hints = {
        ADDRESS: "This is the account’s own address.",
        shell.wallet.accounts()[1].address: "Your own address: Account 2.",
        OTHER: "Used 1 time before.",
        "0x" + "3c" * 20: "Entered before, but nothing has arrived there yet: compare it.",
        "0x" + "5a" * 20: "A new address without a checksum: compare every group.",
        readable("0x" + "5a" * 20): "A new address: compare it with its source before you go on.",
    }
    for address, hint in hints.items():
        await type_into(shell, page, recipient=address)
        assert page.fields.fields["recipient"].problem.text == hint
        assert page.fields.more.button.mapTo(page, QPoint(0, 0)).y() == place, hint


@pytest.mark.parametrize("text_size", [100, 150, 200])
async def test_an_address_is_seen_from_its_beginning_to_its_end(shell: Shell, text_size: int) -> None:
    shell.window.resize(1024, 700)
    shell.theme.apply("light", text_size)
    page = await open_form(shell)
    edit = page.fields.recipient
    edit.setFocus()
    await type_into(shell, page, recipient=OTHER)
    written = edit.fontMetrics().horizontalAdvance(edit.text())
    assert edit.cursorRect().right() >= written, "nothing has scrolled out at the left"
    assert written <= edit.width() - 24
    await type_into(shell, page, recipient=OTHER * 3)
    page.fields.amount.setFocus()
    assert edit.cursorPosition() == 0, "what is too long is read from its beginning"


@pytest.mark.parametrize("text_size", [100, 150, 200])
async def test_a_fixed_text_stands_on_the_line_of_the_list_beside_it(shell: Shell, text_size: int) -> None:
    shell.window.resize(1600, 900)
    shell.theme.apply("light", text_size)
    page = await open_form(shell)
    fixed, combo = page.fields.target_token, page.fields.source_token.combo
    assert fixed._fixed.isVisible()
    middles = [w.mapTo(page, w.rect().center()).y() for w in (fixed._fixed, combo)]
    assert abs(middles[0] - middles[1]) <= 1
    left = page.fields.fields["target_token"].caption.mapTo(page, QPoint(0, 0)).x()
    assert fixed._fixed.mapTo(page, QPoint(0, 0)).x() == left


async def test_what_is_said_of_a_narrow_field_has_the_width_of_the_form(shell: Shell) -> None:
    page = await open_form(shell)
    chain = page.fields.fields["chain"]
    long = "Lagoon is itself a layer 2: the money arrives and stays there."
    advice = "zkLink’s gateway could take ETH on to Harbour (withdrawToL1); Ashore does not ask for that."
    chain.show_problem(Problem(long, advice, Severity.NOTES))
    await shell.settle()
    assert chain.problem.isVisible()
    assert chain.problem.width() == page.fields.width()
    assert chain.problem.height() < 3 * shell.theme.px(20), "it takes two lines, not six"
    below = chain.problem.mapTo(page.fields, QPoint(0, 0)).y()
    assert below >= chain.mapTo(page.fields, QPoint(0, chain.height())).y()


@pytest.mark.parametrize("name", ["amount", "recipient", "fee", "nonce"])
async def test_what_may_be_a_secret_is_covered_and_not_kept(shell: Shell, name: str) -> None:
    page = await open_form(shell)
    page.fields.more.set_open(True)
    words = "legal winner thank year wave sausage worth useful legal winner thank yellow"
    for secret in (words, "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"):
        await type_into(shell, page, **{name: secret})
        edit = getattr(page.fields, name)
        assert secret not in edit.displayText()
        page.keep_draft()
        assert secret not in shell.wallet.load_draft("zklink").values()
    await type_into(shell, page, **{name: "12"})
    assert page.fields.fields[name].control.displayText() == "12"
