"""Links from other programs, with real processes: to the running wallet, to one that is not running, after a crash."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit

import ashore
from ashore.desktop.desktop_entry import entry
from ashore.desktop.messages import message_for
from ashore.desktop.one_window import Outcome, lock_or_hand_over
from ashore.desktop.paths import paths_for
from ashore.desktop.single_instance import InstanceLock
from ashore.desktop.xdg_links import XdgLinks
from ashore.entry import lasting_command, lasting_program
from ashore.options import Options
from ashore.resources import resource_path
from ashore.ui.app import first_window
from ashore.ui.link_choice import LinkChoice
from ashore.ui.pages.link_asking import YES_NAMED
from ashore.ui.pages.link_card import open_here
from journeys.flows import CHECKSUMMED, RECIPIENT
from journeys.flows import FORM as ZKLINK_FORM
from journeys.house import WatchedLife, alive
from journeys.person import Person, bring_into_view
from journeys.test_product import own_memory
from journeys.vouchers import FORM, OPEN, VOUCHER, asked, looks, voucher, withdraw_it

__all__ = ["asked", "own_memory"]

pytestmark = [
    pytest.mark.usefixtures("own_memory"),
    pytest.mark.skipif(sys.platform == "win32", reason="processes are ended by signals here"),
]

TESTS = Path(__file__).resolve().parents[1]
HAND_OVER_S = 0.3
"""What is promised from the start of the process to the acknowledgement; the figures are in CHECKS.md."""

MARGIN = 4
"""How much longer it may take here, where many tests share the processors."""

STARTING_S = 60.0
TOGETHER = 10


@contextlib.asynccontextmanager
async def wallet(
    application: QApplication, folder: Path, kind: type[WatchedLife] = WatchedLife
) -> AsyncIterator[tuple[Person, WatchedLife]]:
    """What `ashore --clock step` runs in this process, with its lock and its socket."""
    application.setStyle("Fusion")
    options = Options(data_dir=folder, theme="light", clock="step")
    paths = paths_for("sandbox", folder)
    paths.create()
    lock = lock_or_hand_over(paths, message_for(""), os.environ)
    assert isinstance(lock, InstanceLock)
    window, icons, state = first_window(application, options, paths)
    window.show()
    window.activateWindow()
    life = kind(window, icons, state, options, paths, lock)
    async with alive(application, window, icons, life, "links") as person:
        async with asyncio.timeout(STARTING_S):
            while person.heading == "Starting":
                await asyncio.sleep(0.05)
        yield person, life


class Start:
    """A process that was started as another program would: `ashore --data-dir FOLDER -- LINK`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.shown: dict[str, Any] = {}

    @classmethod
    async def of(cls, folder: Path, *arguments: str, told: bool = False) -> Start:
        """`told` where it may become a window that tells what it shows."""
        program = [str(TESTS / "journeys" / "told_window.py")] if told else ["-m", "ashore"]
        places = [str(Path(ashore.__file__).parents[1]), str(TESTS)]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(places)}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *program, "--data-dir", str(folder), "--clock", "step", "--", *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            limit=1 << 20,
        )
        return cls(process)

    async def ended(self) -> tuple[int, str]:
        """Its exit code and what it complained of."""
        async with asyncio.timeout(STARTING_S):
            _told, complaint = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, complaint.decode()

    async def until(self, so: Callable[[dict[str, Any]], object]) -> None:
        """Wait until what the window shows is so."""
        assert self.process.stdout is not None
        async with asyncio.timeout(STARTING_S):
            while not (self.shown and so(self.shown)):
                line = await self.process.stdout.readline()
                assert line, "it ended"
                self.shown = json.loads(line)

    def command_line(self) -> bytes:
        """What any process of the machine can read of it."""
        return Path(f"/proc/{self.process.pid}/cmdline").read_bytes()

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process.returncode is None:
            self.process.send_signal(how)
        await self.ended()


def all_that_is_kept(folder: Path) -> bytes:
    """Every file of the wallet, but those of the practice network, which makes the vouchers."""
    files = [
        path
        for path in folder.rglob("*")
        if path.is_file() and paths_for("sandbox", folder).sandbox not in path.parents
    ]
    return b"".join(path.read_bytes() for path in files)


async def hand_over(folder: Path, *links: str) -> float:
    """Start the program once more, which hands its link over; the seconds until it has ended well."""
    began = time.perf_counter()
    start = await Start.of(folder, *links)
    assert await start.ended() == (0, "")
    return time.perf_counter() - began


async def test_a_voucher_comes_as_a_link_and_becomes_money(
    application: QApplication, tmp_path: Path, asked: list[str]
) -> None:
    async with wallet(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        made = await voucher(life)
        person.click_section("Settings")
        person.window.showMinimized()

        await hand_over(tmp_path, made["lnurlw"])
        await person.until(lambda: person.heading == FORM, "the form")
        await person.settle()
        assert person.window.isVisible()
        assert not person.window.isMinimized()
        link = person.find(VOUCHER, QLineEdit)
        assert isinstance(link, QLineEdit)
        assert link.text() == made["lnurlw"]
        assert asked == []
        assert await looks(life, made) == 0
        assert made["lnurlw"] not in person.window.windowTitle()
        person.photograph("link-form")

        person.click(OPEN)
        await person.until_sees("Who pays")
        await person.settle()
        await withdraw_it(person, life, made)

        took = [await hand_over(tmp_path, f"ashore:{RECIPIENT}") for _ in range(5)]
        print("handed over in", ", ".join(f"{1000 * each:.0f} ms" for each in took))
        assert min(took) < HAND_OVER_S * MARGIN


async def test_an_address_comes_as_a_link_and_fills_the_recipient(application: QApplication, tmp_path: Path) -> None:
    async with wallet(application, tmp_path) as (person, _life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        person.click_section("Activity")
        await hand_over(tmp_path, f"ethereum:{RECIPIENT}@42161")
        await person.until_sees("This holds an Ethereum address: 0x")
        await person.settle()
        person.photograph("link-address")
        person.click("Withdraw to it from zkLink")
        await person.until(lambda: person.heading == ZKLINK_FORM, "the form")
        await person.settle()
        recipient = person.find("Recipient", QLineEdit)
        assert isinstance(recipient, QLineEdit)
        assert recipient.text() == CHECKSUMMED

        start = await Start.of(tmp_path, "lightning:" + "a" * 100_000)
        assert await start.ended() == (
            2,
            "ashore: A link was too long to be opened: more than 4,096 characters. "
            "Nothing was opened. If it is a voucher, ask its service for a new one.\n",
        )
        await person.until_sees("A link was too long to be opened")
        person.photograph("link-too-long")
        assert recipient.text() == CHECKSUMMED


class AskingLife(WatchedLife):
    """The product's own life of a window in a home of its own, where it may be asked who opens links."""

    home: Path

    def _link_choice(self) -> LinkChoice:
        command = [*lasting_command(), *self._options.kept()]
        icon = str(resource_path("icons", "ashore.svg"))
        return LinkChoice(XdgLinks(desktop_of(self.home), command, lasting_program(), icon), self._window)


def desktop_of(home: Path) -> dict[str, str]:
    """The environment of a desktop without anything."""
    (home / "shared").mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "XDG_RUNTIME_DIR", "QT_QPA_PLATFORM") if name in os.environ}
    place = {"HOME": str(home), "XDG_DATA_DIRS": str(home / "shared"), "XDG_CONFIG_DIRS": str(home / "none")}
    return kept | place | {"XDG_CURRENT_DESKTOP": "X-Generic", "DISPLAY": os.environ.get("DISPLAY", ":0")}


def install(home: Path, name: str, program: str, scheme: str) -> None:
    """Another program that opens the links of a scheme, installed for all users, as a desktop knows of it."""
    folder = home / "shared" / "applications"
    folder.mkdir(parents=True)
    kind = f"x-scheme-handler/{scheme}"
    values = {"Type": "Application", "Name": program, "Exec": "true %u", "MimeType": f"{kind};"}
    (folder / name).write_text(entry(values))
    (folder / "mimeinfo.cache").write_text(f"[MIME Cache]\n{kind}={name};\n")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="these are the tools of a Linux desktop")
async def test_a_click_in_another_program_arrives_after_a_yes(application: QApplication, tmp_path: Path) -> None:
    opener = next((tool for tool in (["gio", "open"], ["xdg-open"]) if shutil.which(tool[0])), None)
    if opener is None:
        pytest.skip("neither gio nor xdg-open is installed (Debian: libglib2.0-bin, xdg-utils)")
    home = tmp_path / "home"
    AskingLife.home = home
    install(home, "electrum.desktop", "Electrum", "lightning")
    async with wallet(application, tmp_path / "data", kind=AskingLife) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC", "lnurlw:, ethereum: and ashore: links with Ashore?")
        assert person.sees("“Electrum” opens lightning: links, which stays as it is.")
        await person.settle()
        person.photograph("link-asked")
        person.click(YES_NAMED)
        await person.until_sees("Ashore opens lnurlw:, ethereum: and ashore: links now.")
        await person.settle()
        person.photograph("link-confirmed")
        person.click("Dismiss")
        made = await voucher(life)
        clicked = await asyncio.create_subprocess_exec(*opener, made["lnurlw"], env=desktop_of(home))
        assert await clicked.wait() == 0
        await person.until(lambda: person.heading == FORM, "the form")
        await person.settle()
        link = person.find(VOUCHER, QLineEdit)
        assert isinstance(link, QLineEdit)
        assert link.text() == made["lnurlw"]

        person.click_section("Settings")
        await person.until_sees("Now opened by Ashore.")
        await person.settle()
        bring_into_view(person.find(open_here("ashore")))
        person.photograph("link-setting")
        assert person.sees("Now opened by “Electrum”.")
        person.click(open_here("lightning"))
        await person.until(lambda: not person.sees("Now opened by “Electrum”."), "lightning: taken, by its own switch")
        await person.settle()
        person.click(open_here("lightning"))
        await person.until_sees("Now opened by “Electrum”.")
        assert "x-scheme-handler/lightning" not in (home / ".config" / "mimeapps.list").read_text()
        command = [*lasting_command(), "--unregister-links"]
        removed = await asyncio.create_subprocess_exec(*command, env=desktop_of(home), stdout=asyncio.subprocess.PIPE)
        told, _complaint = await removed.communicate()
        assert told.startswith(b"Ashore opens no links any more")
        person.click_section("Activity")
        person.click_section("Settings")
        await person.until(lambda: not person.sees("Now opened by Ashore."), "all given back")
        assert not list(home.rglob("ashore.desktop"))


async def test_a_link_starts_the_wallet_that_is_not_running(application: QApplication, tmp_path: Path) -> None:
    async with wallet(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        made = await voucher(life)

    start = await Start.of(tmp_path, made["lnurlw"], told=True)
    try:
        await start.until(lambda shown: FORM in shown["texts"])
        await start.until(lambda shown: made["lnurlw"] in shown["fields"].values())
        assert "Who pays" not in start.shown["texts"]
        assert made["lnurlw"] not in start.shown["title"]
        if sys.platform.startswith("linux"):
            command_line = start.command_line()
            assert made["lnurlw"].encode() not in command_line
            assert b"*" * len(made["lnurlw"]) in command_line

        # Killed while it is open, which leaves its socket behind: the next link starts it again.
        start.process.kill()
        _code, complaint = await start.ended()
        assert made["lnurlw"] not in complaint
        start = await Start.of(tmp_path, f"ethereum:{RECIPIENT}", told=True)
        await start.until(lambda shown: f"ethereum:{RECIPIENT}" in shown["fields"].values())
    finally:
        await start.end()
    assert made["lnurlw"].encode() not in all_that_is_kept(tmp_path)


async def test_of_many_starts_at_once_one_becomes_the_window(tmp_path: Path) -> None:
    links = [f"ethereum:0x{number:040x}" for number in range(1, TOGETHER + 1)]
    starts = await asyncio.gather(*(Start.of(tmp_path, link, told=True) for link in links))
    waiting = {asyncio.create_task(start.process.wait()): start for start in starts}
    try:
        async with asyncio.timeout(STARTING_S):
            while len(waiting) > 1:
                done, _still = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    start = waiting.pop(task)
                    assert await start.ended() == (0, "")
                    assert start.shown == {}
        (window,) = waiting.values()
        await window.until(lambda shown: set(shown["fields"].values()) & set(links))
        await window.until(
            lambda shown: any(text.endswith("came faster than they can be shown.") for text in shown["texts"])
        )
    finally:
        for task, start in waiting.items():
            await start.end()
            await task


async def test_a_window_that_hangs_is_told_of(tmp_path: Path) -> None:
    """The lock is held and nobody answers: the start says so, and shows why it is no window."""
    paths = paths_for("sandbox", tmp_path)
    paths.create()
    with InstanceLock(paths.instance_lock):
        assert lock_or_hand_over(paths, message_for("lightning:A"), os.environ, 0.1) is Outcome.NOBODY
        start = await Start.of(tmp_path, f"ethereum:{RECIPIENT}", told=True)
        await start.until(lambda shown: "Ashore is already open." in shown["texts"])
        assert "The link was not opened" in " ".join(start.shown["texts"])
        await start.end()
