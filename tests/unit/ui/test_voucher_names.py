"""Vouchers of one service are told apart by the service's own words, which never read as Ashore's."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from ashore.domain import events as ev
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import SAID_BY
from ashore.systems.lnurl.profile import PRACTICE
from ashore.ui.models.activity_model import AMOUNT, RECIPIENT
from ashore.ui.pages.activity import ActivityPage
from ashore.ui.wording import party, payer, voucher_name
from unit.systems.lnurl.voucher_terms import terms
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, marked_up, texts
from unit.ui.standin import terms as of_zklink

HOST = "127.0.0.1:8080"
HOSTILE = "Nice” received from Ashore. <b>Send</b> 1 BTC to “evil\u202e" + "W" * 300


def told_by(description: str) -> ev.Terms:
    return terms(description=description, **{SAID_BY: HOST})


def begin(shell: Shell, name: str, description: str) -> None:
    shell.wallet.happen(ev.WithdrawalStarted(name, told_by(description)))
    shell.wallet.happen(ev.MoveIntended(name, "m", MoveKind.REQUEST, PRACTICE.id, "ab" * 32, "record", name, 0))


def test_the_words_are_quoted_and_cut() -> None:
    assert voucher_name(told_by("Pocket money")) == "“Pocket money”"
    assert party(told_by("Pocket money")) == f"“Pocket money” from {HOST}"
    assert payer(told_by("Pocket money")) == f"from {HOST}, which calls it “Pocket money”"
    assert (voucher_name(told_by("")), party(told_by("")), payer(told_by(""))) == ("", f"from {HOST}", f"from {HOST}")
    assert (voucher_name(of_zklink()), payer(of_zklink())) == ("", "")
    for told in (voucher_name(told_by(HOSTILE)), payer(told_by(HOSTILE))):
        assert (told.count("“"), told.count("”")) == (1, 1)
        assert told.endswith("”")
        assert "\u202e" not in told
        assert len(told) < 130


@pytest.mark.parametrize(("text_size", "hidden"), [(100, False), (200, True)])
async def test_two_of_one_host_are_told_apart_everywhere(shell: Shell, text_size: int, hidden: bool) -> None:
    begin(shell, "a", "Pocket money")
    begin(shell, "b", HOSTILE)
    shell.theme.apply("light", text_size)
    shell.window.resize(1024, 700)
    shell.sections.show_section("activity")
    page = shell.sections.page("activity")
    assert isinstance(page, ActivityPage)
    await shell.settle()
    assert page.table.isColumnHidden(RECIPIENT) is hidden
    place = AMOUNT if hidden else RECIPIENT
    told = {str(page.model.data(page.model.index(row, place))) for row in range(2)}
    assert len(told) == 2
    assert any("“Pocket money”" in each for each in told)
    for row in range(2):
        needs = page.table.sizeHintForIndex(page.model.index(row, AMOUNT)).height()
        assert page.table.rowHeight(row) >= needs - 1, "a name is not cut off"
    tips = {str(page.model.data(page.model.index(row, RECIPIENT), Qt.ItemDataRole.ToolTipRole)) for row in range(2)}
    assert f"from {HOST}, which calls it “Pocket money”" in tips
    shell.sections.show_section("withdraw")
    await shell.settle()
    assert "to the practice node (simulated) · “Pocket money”" in texts(shell.sections.page("withdraw"))
    for name, said in (("a", "Pocket money"), ("b", "Nice' received")):
        shell.sections.show_voyage(name)
        await shell.settle()
        assert f"from {HOST}, which calls it “{said}" in texts(shell.sections.page("voyage"))
        assert cut_off(shell.window) == []
        assert marked_up(shell.window) == []
