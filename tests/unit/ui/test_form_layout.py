"""The zkLink form: what is said moves nothing that stands elsewhere."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint

from ashore.domain.addresses import readable
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
