"""Unclaimed money: what waits, on what proof, and how anybody has it paid out."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ashore.domain.addresses import checksum
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.engine.views import Change, Topic
from ashore.systems.base import Unclaimed
from ashore.systems.zklink.codec.l1.calls import decode_claim
from ashore.ui.pages.any_wallet import payment_link
from ashore.ui.pages.unclaimed import AT_FIRST, FURTHER, UnclaimedPage
from ashore.ui.widgets.hextext import HexText
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.standin import NOW, PROFILE

OWNER = "0x8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"
CONTRACT = "0x" + "a1" * 20
CALL = f"0x2f25807e0000000000000000000000008f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2{17:064x}{25_000_000:064x}"
PROOF = Evidence(
    "pendingBalances",
    Level.PROVEN,
    "Arbitrum",
    NOW,
    {},
    chain="Arbitrum",
    block_number=21_004_180,
    block_hash="0x62",
    agreeing=2,
    asked=3,
)
OWED = Unclaimed(PROFILE, "Arbitrum", 42161, CONTRACT, OWNER, 17, "USDC", 6, 25_000_000, 0, 18, CALL, PROOF)


async def the_page(shell: Shell) -> UnclaimedPage:
    shell.sections.show_section("unclaimed")
    await shell.settle()
    page = shell.sections.page("unclaimed")
    assert isinstance(page, UnclaimedPage)
    return page


async def found(shell: Shell, *owed: Unclaimed) -> None:
    shell.wallet.unclaimed.found = owed
    shell.wallet.tell(Change(Topic.UNCLAIMED))
    await shell.settle()


async def test_nothing_waits_and_that_was_looked_at(shell: Shell) -> None:
    page = await the_page(shell)
    assert shell.wallet.unclaimed.stirred == 1
    assert "Nothing waits for you. Looked at" in page.said.text()
    assert page.cards == []
    QTest.mouseClick(page.again, Qt.MouseButton.LeftButton)
    assert shell.wallet.unclaimed.stirred == 2


async def test_what_waits_is_told_with_its_proof_and_counted_in_the_side_bar(shell: Shell) -> None:
    page = await the_page(shell)
    await found(shell, OWED)
    said = texts(page)
    assert "25.00 USDC" in said
    assert "proven from the contract’s storage under block 21,004,180, which 2 of 3 endpoints agree on" in said
    assert shell.window.side.buttons["unclaimed"].count.text() == "1"


async def test_a_token_is_told_by_its_contract_and_not_by_its_name_alone(shell: Shell) -> None:
    page = await the_page(shell)
    await found(shell, replace(OWED, symbol="ETH", token="0x" + "ee" * 20, kind="an ERC-20 token. It is not ETH"))
    shown = {text.text for text in page.cards[0].findChildren(HexText)}
    assert checksum(b"\xee" * 20) in shown
    assert "An ERC-20 token. It is not ETH." in texts(page)
    await found(shell, replace(OWED, symbol="base units of USDC", decimals=0))
    await found(shell, replace(OWED, symbol="USDC", decimals=6))
    assert page.cards[0].amount.text() == "25.00 USDC", "its decimals were learnt meanwhile"


async def test_the_call_can_be_sent_from_any_wallet(shell: Shell) -> None:
    page = await the_page(shell)
    await found(shell, OWED)
    QTest.mouseClick(page.cards[0].ways.button, Qt.MouseButton.LeftButton)
    await shell.settle()
    said = texts(page)
    assert "withdrawPendingBalance(address,uint16,uint128)" in said
    assert "The money goes to the owner above, whoever sends it" in said
    link = payment_link(OWED)
    assert link.startswith("ethereum:0x")
    assert link.lower().endswith(f"@42161/withdrawpendingbalance?address={OWNER}&uint16=17&uint128=25000000")
    claim = decode_claim(bytes.fromhex(CALL[2:]))
    assert (claim.owner.hex(), claim.token_id, claim.amount) == (OWNER[2:], 17, 25_000_000)


async def test_a_new_proof_of_the_same_sum_closes_nothing_that_is_open(shell: Shell) -> None:
    page = await the_page(shell)
    await found(shell, OWED)
    (card,) = page.cards
    card.ways.set_open(True)
    await found(shell, replace(OWED, evidence=replace(PROOF, block_number=21_004_181)))
    assert page.cards == [card]
    await found(shell, replace(OWED, amount=30_000_000))
    assert page.cards[0].ways.is_open
    assert "30.00 USDC" in texts(page)
    await found(shell)
    assert page.cards == []


async def test_dust_below_the_token_is_told(shell: Shell) -> None:
    page = await the_page(shell)
    await found(shell, replace(OWED, rest=500_000_000_000))
    assert "A rest of 0.0000005 USDC" in texts(page)


@pytest.mark.parametrize("known", [True, False])
async def test_endpoints_that_do_not_answer_are_no_empty_hands(shell: Shell, known: bool) -> None:
    money = shell.wallet.unclaimed
    money.trouble = AshoreError("Not enough endpoints agree on a block.")
    money.looked_at = NOW if known else 0
    page = await the_page(shell)
    if known:
        await found(shell, OWED)
        assert len(page.cards) == 1
    assert "may be out of date" in texts(page)
    assert "Nothing waits" not in texts(page)


async def test_what_one_chain_shows_is_said_while_another_one_is_silent(shell: Shell) -> None:
    money = shell.wallet.unclaimed
    money.found, money.looked_at = (OWED,), 0
    money.trouble = AshoreError("Lagoon could not be looked at.")
    page = await the_page(shell)
    assert page.said.text() == "This waits to be claimed:"
    await found(shell)
    assert page.said.text() == "Not everything could be looked up."
    money.looked_at = NOW
    await found(shell)
    assert page.said.text() == "Not everything could be looked up."


async def test_who_is_not_looked_at_is_said(shell: Shell) -> None:
    shell.wallet.unclaimed.passed_over = 1_234
    page = await the_page(shell)
    assert "1,234 older ones were left out" in page.said.text()
    assert not page.left_out.isVisible()
    shell.wallet.unclaimed.left_out = ("More of these was left out.",)
    await found(shell)
    assert page.left_out.isVisible()
    assert "More of these was left out." in texts(page)


async def test_who_receives_of_several_claims_is_said_before_one_presses(shell: Shell) -> None:
    own = shell.wallet.accounts()[0]
    mine = replace(OWED, owner=own.address.lower(), amount=5_000_000)
    page = await the_page(shell)
    await found(shell, OWED)
    assert not page.each_receives.isVisible()
    await found(shell, OWED, mine, replace(OWED, token_id=18, symbol="DAI"))
    assert page.each_receives.text().replace("\u200b", "").split("\n") == [
        f"{own.label}, yours, receives 5.00 USDC on Arbitrum",
        "0x8f3A 12C4 … 77b0 91C2, not yours, receives 25.00 USDC on Arbitrum, 25.00 DAI on Arbitrum",
    ]
    assert page.each_receives.y() < page.all.y()


async def test_hundreds_of_tokens_hide_no_money_and_do_not_hold_the_window_up(shell: Shell) -> None:
    """Anybody can have single tokens set aside for somebody else."""
    page = await the_page(shell)
    spam = [replace(OWED, token_id=1_000 + n, symbol=f"SPAM #{n}", single=True) for n in range(500)]
    began, longest = time.thread_time(), 0.0
    shell.wallet.unclaimed.found = (*spam, OWED)
    shell.wallet.tell(Change(Topic.UNCLAIMED))
    while len(page.cards) < AT_FIRST:
        await asyncio.sleep(0)
        began, longest = time.thread_time(), max(longest, time.thread_time() - began)
    assert longest < 0.5, f"a card at a time: {longest}"
    await shell.settle()
    assert [card.owed for card in page.cards[:2]] == [OWED, spam[0]]
    assert len(page.cards) == AT_FIRST
    assert page.more.text() == f"Show {FURTHER} more of {501 - AT_FIRST}"
    first = list(page.cards)
    page.more.click()
    await shell.settle()
    assert page.cards[:AT_FIRST] == first, "what is the same stays as it stands"
    assert len(page.cards) == AT_FIRST + FURTHER
    await found(shell, *spam[:3])
    assert [card.owed for card in page.cards] == spam[:3]
    assert not page.more.isVisible()
