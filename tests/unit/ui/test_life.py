"""Starting and ending: what stands in the way is said, and can be tried again."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from ashore.desktop.hand_over import hand_over
from ashore.desktop.messages import message_for
from ashore.desktop.one_window import Outcome
from ashore.desktop.paths import Paths, paths_for
from ashore.desktop.single_instance import AlreadyRunning, InstanceLock
from ashore.net.redact import RedactingFormatter
from ashore.options import Options
from ashore.ui import app
from ashore.ui.life import Life, _place
from ashore.ui.shell.window import MainWindow
from unit.ui.looking import cut_off, texts


class Run:
    """A program that is being started."""

    def __init__(self, application: QApplication, data: Path) -> None:
        options = Options(data_dir=data)
        self.paths: Paths = paths_for("sandbox", data)
        window, icons, state = app.first_window(application, options, self.paths)
        self.window: MainWindow = window
        self.theme = icons.theme
        self.life = Life(window, icons, state, options, self.paths)
        self.stop = asyncio.Event()
        self.running = asyncio.get_running_loop().create_task(self.life.run(self.stop))
        window.show()

    async def until_said(self, words: str) -> None:
        async with asyncio.timeout(10):
            while words not in texts(self.window):
                await asyncio.sleep(0.01)


@pytest.fixture
async def run(application: QApplication, tmp_path: Path) -> AsyncIterator[Run]:
    """A start that fails at first: another wallet works on the same files."""
    paths = paths_for("sandbox", tmp_path / "data")
    paths.create()
    with InstanceLock(paths.instance_lock):
        made = Run(application, tmp_path / "data")
        yield made
        made.stop.set()
        assert await made.running == 0
        made.window.close()
        made.window.deleteLater()
        application.setStyleSheet("")
        application.setFont(QFont())


async def test_two_wallets_on_the_same_files(run: Run) -> None:
    await run.until_said("Ashore is already open.")
    assert "could send the same withdrawal twice" in texts(run.window)
    assert cut_off(run.window) == []
    assert run.window.starting.retry.isVisible()
    run.window.starting.retry.click()
    await asyncio.sleep(0)
    await run.until_said("Ashore is already open.")


class Ending(Life):
    """A wallet that looks, while it is being closed, whether its window still takes links."""

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        stack.push_async_callback(self._look)
        self.started = await self._handed_over()

    async def _look(self) -> None:
        self.ending = await self._handed_over()
        with pytest.raises(AlreadyRunning), InstanceLock(self._paths.instance_lock):
            pass

    async def _handed_over(self) -> Outcome | None:
        return await asyncio.to_thread(hand_over, self._paths.data, message_for("lightning:A"), os.environ)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has pipes in the place of sockets")
async def test_a_window_that_closes_takes_no_link_with_it(application: QApplication, tmp_path: Path) -> None:
    paths = paths_for("sandbox", tmp_path)
    paths.create()
    lock = InstanceLock(paths.instance_lock)
    lock.take()
    window, icons, state = app.first_window(application, Options(data_dir=tmp_path), paths)
    life = Ending(window, icons, state, Options(data_dir=tmp_path), paths, lock)
    stop = asyncio.Event()
    running = asyncio.get_running_loop().create_task(life.run(stop))
    async with asyncio.timeout(10):
        while not hasattr(life, "started"):
            await asyncio.sleep(0.01)
    stop.set()
    assert await running == 0
    assert (life.started, life.ending) == (Outcome.TAKEN, None)
    with InstanceLock(paths.instance_lock):
        pass
    window.close()
    window.deleteLater()
    application.setStyleSheet("")


async def test_a_folder_that_cannot_be_used(application: QApplication, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = Run(application, tmp_path / "file")
    await run.until_said("Ashore cannot use its data folder.")
    assert "Nothing was sent." in texts(run.window)
    run.stop.set()
    assert await run.running == 0
    run.window.close()
    run.window.deleteLater()


async def test_a_fault_before_the_wallet_is_there(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    await run.until_said("Ashore is already open.")
    run.life.fault_in_slot(ValueError, ValueError("secret word"), None)
    assert "Ashore could not start." in texts(run.window)
    assert "secret" not in texts(run.window)
    assert capsys.readouterr().err == "ashore: ValueError at an unknown place\n"


async def test_no_log_goes_without_the_redactor(run: Run) -> None:
    await run.until_said("Ashore is already open.")
    (handler,) = [h for h in logging.getLogger().handlers if isinstance(h.formatter, RedactingFormatter)]
    assert isinstance(handler, logging.StreamHandler)
    told = io.StringIO()
    handler.setStream(told)
    phrase = "test test test test test test test test test test test junk"
    logging.getLogger("anything").error("phrase %s at https://user:word@host.example/secret", phrase)
    assert told.getvalue() == "ashore: anything: (words removed) at https://host.example/…\n"
    run.stop.set()
    assert await run.running == 0
    assert handler not in logging.getLogger().handlers


async def test_the_look_is_remembered(run: Run) -> None:
    run.theme.apply("dark", 150)
    again = app.WindowState(run.paths.window_state)
    assert again.text("theme", "") == "dark"
    assert again.text("text-size", "") == "150"


def test_a_fault_is_told_by_kind_and_place_only() -> None:
    with pytest.raises(ValueError, match="secret") as caught:
        fail()
    told = _place(caught.value)
    assert told.startswith("ValueError at test_life.py:")
    assert told.endswith(" in fail")
    assert "secret word" not in told


def fail() -> None:
    raise ValueError("secret word")
