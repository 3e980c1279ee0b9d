"""Links from other programs: the newest waits for the pages, a flood costs nothing, and the window comes forward."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from ashore.desktop.messages import message_for
from ashore.desktop.paths import paths_for
from ashore.engine.unopened_links import Kept
from ashore.options import Options
from ashore.systems.base import Problem
from ashore.ui import app
from ashore.ui.links import Links
from ashore.ui.shell.window import MainWindow

LINK, OTHER = "lightning:LNURL1AAAA", "lnurlw://host.example/w?k1=secret"


class Pages:
    """What the wallet's pages would be given."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.said: list[str] = []
        self.noted: list[str] = []
        self.kept: list[str] = []

    def take(self, links: Links) -> None:
        links.lead_to(self.texts.append, lambda told: self.said.append(_words(told)), self._note, self._keep)

    def _keep(self, text: str) -> Kept:
        if "lnurl" not in text.lower():
            return Kept.NO_VOUCHER
        self.kept.append(text)
        return Kept.SEALED

    def _note(self, told: Problem) -> None:
        self.noted.append(_words(told))


def _words(told: Problem) -> str:
    return f"{told.sentence} {told.advice}"


@pytest.fixture
def window(application: QApplication, tmp_path: Path) -> Iterator[MainWindow]:
    made, icons, _state = app.first_window(application, Options(data_dir=tmp_path), paths_for("sandbox", tmp_path))
    yield made
    made.close()
    made.deleteLater()
    icons.theme.setParent(None)
    application.setStyleSheet("")


@pytest.fixture
def pages() -> Pages:
    return Pages()


async def rested(links: Links) -> None:
    async with asyncio.timeout(10):
        while links._rest.isActive():
            await asyncio.sleep(0.01)


async def test_a_link_waits_until_there_are_pages(window: MainWindow, pages: Pages) -> None:
    links = Links(window)
    links.arrive_with_start(message_for(LINK))
    assert links.waiting
    pages.take(links)
    assert pages.texts == [LINK]
    assert not links.waiting


async def test_of_many_the_newest_is_kept_and_it_is_said(window: MainWindow, pages: Pages) -> None:
    links = Links(window)
    pages.take(links)
    for number in range(1000):
        links.arrive(message_for(f"{LINK}{number}"))
    await rested(links)
    assert pages.texts == [f"{LINK}0", f"{LINK}999"]
    assert pages.kept == [], "no person does that"
    told = "Only the newest one is here; the others were let go, also where they were vouchers."
    assert pages.noted == [f"999 links came faster than they can be shown. {told}"]
    links.arrive(message_for(OTHER))
    await rested(links)
    assert pages.texts[-1] == OTHER
    assert len(pages.noted) == 1
    assert not any("k1" in told for told in pages.noted + pages.said)


async def test_of_a_few_at_once_no_voucher_is_lost(window: MainWindow, pages: Pages) -> None:
    links = Links(window)
    for text in (OTHER, "ashore:hello", LINK, "lightning:" + "A" * 1_000_000):
        links.arrive(message_for(text))
    assert links.waiting
    pages.take(links)
    assert pages.kept == [OTHER, LINK]
    assert pages.texts == []
    assert "A link was too long" in pages.said[0]
    told = "2 before it are vouchers, and kept. 1 before it is no voucher and was let go: open it again if you want it."
    assert pages.noted == [f"Links came faster than they can be shown. The newest one is here. {told}"]
    await rested(links)
    links.arrive(message_for(LINK))
    assert (pages.texts, len(pages.kept), len(pages.noted)) == ([LINK], 2, 1)


async def test_what_is_no_link_is_said_and_not_passed_on(window: MainWindow, pages: Pages) -> None:
    links = Links(window)
    pages.take(links)
    links.arrive(message_for("lightning:" + "A" * 1_000_000))
    assert pages.texts == []
    assert pages.said == [
        "A link was too long to be opened: more than 4,096 characters. "
        "Nothing was opened. If it is a voucher, ask its service for a new one."
    ]


async def test_a_link_of_ones_own_is_taken_out_of_its_scheme(window: MainWindow, pages: Pages) -> None:
    links = Links(window)
    pages.take(links)
    links.arrive(message_for("ashore:0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90"))
    assert pages.texts == ["0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90"]


async def test_without_a_link_only_the_window_comes(window: MainWindow, pages: Pages) -> None:
    links = Links(window)
    pages.take(links)
    window.show()
    window.showMinimized()
    links.arrive(message_for(""))
    assert pages.texts == []
    assert not window.isMinimized()
    assert window.isVisible()


async def test_while_the_pages_end_a_link_is_kept(window: MainWindow, pages: Pages) -> None:
    links = Links(window)
    pages.take(links)
    links.keep()
    links.arrive(message_for(LINK))
    assert links.waiting
    assert pages.texts == []


def test_macos_tells_of_links_by_an_event() -> None:
    code = (
        "import sys\nfrom PySide6.QtCore import QUrl\nfrom PySide6.QtGui import QFileOpenEvent\n"
        "from ashore.ui.links import Program\nprogram = Program([])\n"
        "program.link_opened.connect(lambda message: print(message.link, message.unfit))\n"
        "for link in sys.argv[1:]: program.sendEvent(program, QFileOpenEvent(QUrl(link)))"
    )
    links = [OTHER, "lightning:" + "A" * 5000, "ashore:a%2Fb"]
    done = subprocess.run([sys.executable, "-c", code, *links], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"{OTHER} ", " too-long", "ashore:a%2Fb "]


async def test_a_maximised_window_stays_so(window: MainWindow, pages: Pages) -> None:
    links = Links(window)
    window.setWindowState(Qt.WindowState.WindowMaximized)
    window.show()
    window.setWindowState(window.windowState() | Qt.WindowState.WindowMinimized)
    links.arrive(message_for(""))
    assert window.windowState() & Qt.WindowState.WindowMaximized
