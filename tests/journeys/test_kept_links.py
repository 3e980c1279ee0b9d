"""Vouchers' links that came and were not opened: they outlive locks, one another, the window and a kill."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit

from ashore.desktop.paths import paths_for
from ashore.ui.pages.unopened_vouchers import UnopenedCard
from ashore.ui.theme.theme import Theme
from journeys.person import Person
from journeys.test_links import STARTING_S, Start, hand_over, wallet
from journeys.test_opened_vouchers import unlock
from journeys.test_product import own_memory
from journeys.test_scanning import shown_code
from journeys.vouchers import FORM, VOUCHER, asked, looks, to_the_list, voucher, withdraw_it

__all__ = ["asked", "own_memory"]

pytestmark = [
    pytest.mark.usefixtures("own_memory"),
    pytest.mark.skipif(sys.platform == "win32", reason="processes are ended by signals here"),
]

LISTED = "Not opened yet"


def open_buttons(person: Person) -> list[str]:
    """The names of the buttons that open what is listed."""
    cards = [card for card in person.window.findChildren(UnopenedCard) if card.isVisible()]
    return [card.open_button.accessibleName() for card in cards]


def link_in(person: Person) -> str:
    edit = person.find(VOUCHER, QLineEdit)
    assert isinstance(edit, QLineEdit)
    return edit.text()


async def album(person: Person, name: str) -> None:
    """A picture in the dark, one with large letters, and one as usual."""
    (theme,) = QApplication.instance().findChildren(Theme)  # type: ignore[union-attr]
    for choice, size in (("dark", 100), ("light", 200), ("light", 100)):
        theme.apply(choice, size)
        await person.settle()
        person.photograph(f"{name}-{choice}-{size}")


async def test_a_link_outlives_the_window_and_becomes_money(
    application: QApplication, tmp_path: Path, asked: list[str]
) -> None:
    async with wallet(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        made = await voucher(life)
        await hand_over(tmp_path, made["lnurlw"])
        await person.until(lambda: person.heading == FORM, "the form")
        await person.settle()
        assert link_in(person) == made["lnurlw"]
        assert not person.sees(LISTED), "it is in view already"

    async with wallet(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1 voucher is not opened yet")
        await person.settle()
        await album(person, "kept-home")
        await to_the_list(person)
        assert person.sees(LISTED, "Came from a link at")
        assert await looks(life, made) == 0
        assert asked == []
        await album(person, "kept-list")
        (open_it,) = open_buttons(person)
        assert open_it.startswith("Open the voucher of 127.0.0.1")
        person.click(open_it)
        await person.until_sees("Who pays")
        await person.settle()
        await withdraw_it(person, life, made)
        await to_the_list(person)
        assert not person.sees(LISTED)


async def test_what_comes_over_a_lock_is_all_there_after_it(application: QApplication, tmp_path: Path) -> None:
    async with wallet(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        made = [await voucher(life, title=title) for title in ("First", "Second", "Third")]
        # What was typed is sealed before the lock, and waits for nothing.
        await to_the_list(person)
        person.click(VOUCHER, QLineEdit)
        person.type((await voucher(life))["lnurlw"])
        person.click("Lock the wallet")
        await person.until_sees("Ashore is locked")
        for each in made:
            await hand_over(tmp_path, each["lnurlw"])
        await hand_over(tmp_path, "lightning:lnbc1garbage")
        await person.until_sees("3 vouchers wait.")
        await album(person, "kept-locked")
        assert not person.window.close(), "they would be lost"
        await person.until_sees("3 vouchers wait for you to unlock Ashore.")
        await album(person, "kept-locked-closing")
        person.click("Stay here")
        await unlock(person)
        await person.until_sees("3 vouchers came while Ashore was locked.", LISTED)
        await person.settle()
        assert person.heading == FORM
        assert len(open_buttons(person)) == 4
        assert person.sees("Came from the keyboard at")
        assert [await looks(life, each) for each in made] == [0, 0, 0]
        await album(person, "kept-after-lock")
        assert len(set(open_buttons(person))) == 4, "told apart, also by who hears them"
        forget = next(name for name in sorted(person.names()) if name.startswith("Forget the voucher of 127.0.0.1"))
        person.click(forget)
        await person.until_sees("Forget this voucher, which was not opened")
        await album(person, "kept-forget")
        person.click(next(name for name in person.names() if name.startswith("Yes, forget")))
        await person.until_sees("is forgotten.", "Its link is deleted.")
        assert len(open_buttons(person)) == 3

    async with wallet(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "3 vouchers are not opened yet")
        await to_the_list(person)
        person.click("Forget all vouchers that were not opened")
        await person.until_sees("Forget all 3 vouchers that were not opened?")
        await person.settle()
        await album(person, "kept-forget-all")
        person.click("Yes, forget all vouchers that were not opened")
        await person.until_sees("3 vouchers are forgotten.", "Their links are deleted.")
        await album(person, "kept-all-forgotten")

    async with wallet(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "Lightning voucher (LNURL)")
        assert not person.sees("not opened yet")


async def test_a_scanned_voucher_takes_no_other_ones_life(application: QApplication, tmp_path: Path) -> None:
    async with wallet(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        first, second, third = [await voucher(life, title=title) for title in ("First", "Second", "Third")]
        await to_the_list(person)
        person.click(VOUCHER, QLineEdit)
        person.paste(first["lnurl"])
        await person.settle()
        QGuiApplication.clipboard().setImage(await shown_code(life, second))
        person.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await person.until(lambda: link_in(person) != first["lnurl"], "the scanned one")
        await person.settle()
        assert person.sees(LISTED, "Came from the clipboard at")
        assert len(open_buttons(person)) == 1
        await album(person, "kept-replaced")
        await hand_over(tmp_path, third["lnurlw"])
        await person.until_sees("This came from a link. A voucher of", "It is kept in your vault")
        await person.settle()
        await album(person, "kept-while-begun")
        person.click("Show it")
        await person.until(lambda: link_in(person) == third["lnurlw"], "the third")
        await person.settle()
        assert len(open_buttons(person)) == 2
        assert [await looks(life, each) for each in (first, second, third)] == [0, 0, 0]

        # What is typed is sealed when the window is closed over it.
        person.click(VOUCHER, QLineEdit)
        person.clear()
        person.type(first["lnurlw"].replace("?", "?x=1&"))

    async with wallet(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "4 vouchers are not opened yet")


async def test_a_link_outlives_a_kill_between_its_arrival_and_its_opening(
    application: QApplication, tmp_path: Path
) -> None:
    async with wallet(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        made = await voucher(life)
    vault = paths_for("sandbox", tmp_path).vault
    before = vault.read_bytes()
    start = await Start.of(tmp_path, made["lnurlw"], told=True)
    try:
        await start.until(lambda shown: made["lnurlw"] in shown["fields"].values())
        async with asyncio.timeout(STARTING_S):
            while vault.read_bytes() == before:
                await asyncio.sleep(0.01)
        assert made["lnurlw"].encode() not in vault.read_bytes()
    finally:
        start.process.kill()
        _code, complaint = await start.ended()
    assert made["lnurlw"] not in complaint

    async with wallet(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1 voucher is not opened yet")
        await to_the_list(person)
        assert len(open_buttons(person)) == 1
        assert await looks(life, made) == 0
