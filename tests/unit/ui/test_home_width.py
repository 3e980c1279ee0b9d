"""The first page is never wider than the window, whatever is under way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QScrollArea

from ashore.domain import events as ev
from unit.ui.driving import Shell
from unit.ui.standin import terms


@pytest.mark.parametrize(
    "destination", ["Core Lightning of the harbour", "a-node-of-somebody.example.onion", "Arbitrum"]
)
async def test_long_names_of_receivers_break_at_twice_the_text(shell: Shell, destination: str) -> None:
    shell.wallet.happen(ev.WithdrawalStarted("w", replace(terms(), destination=destination)))
    shell.theme.apply("light", 200)
    shell.window.resize(1024, 700)
    await shell.settle()
    shell.sections.show_section("withdraw")
    await shell.settle()
    (area,) = [each for each in shell.sections.home.findChildren(QScrollArea) if each.isVisible()]
    assert area.widget().width() <= area.viewport().width()
