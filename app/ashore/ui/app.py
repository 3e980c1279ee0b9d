"""The window's composition root: paints first, then loads, starts and shows the wallet."""

from __future__ import annotations

import gc
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtWidgets import QApplication

from ashore.desktop.paths import Paths, paths_for
from ashore.resources import resource_path
from ashore.ui.links import Links, Program
from ashore.ui.shell.state import WindowState
from ashore.ui.shell.window import MainWindow
from ashore.ui.theme import fonts
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme

if TYPE_CHECKING:
    from ashore.desktop.messages import Message
    from ashore.desktop.single_instance import InstanceLock
    from ashore.options import Options

_FIRST_PAINT_S = 2.0


def main(options: Options, lock: InstanceLock | None = None, message: Message | None = None) -> int:
    """Show the window, run until it is closed, and return the exit code.

    `lock` is the instance lock where it is held already, `message` what this start was asked for.
    """
    # Nothing here is painted by a graphics card, and without this Qt would turn every frame of a camera into a picture
    # there and read it back: 12 to 50 ms where the card is simulated, in place of 2.
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_ForceRasterWidgets)
    application = Program([*sys.argv[:1], "-style", "Fusion"])  # setStyle would have 4 ms of enumerations made for it
    application.setApplicationName("Ashore")
    application.setDesktopFileName("ashore")
    paths = paths_for(options.network, options.data_dir)
    window, icons, state = first_window(application, options, paths)
    links = Links(window)
    application.link_opened.connect(links.arrive)
    if message is not None:
        links.arrive_with_start(message)
    window.show()
    _wait_for_first_paint(application, window)
    gc.enable()

    from ashore.ui import loop  # qasync: after the first paint
    from ashore.ui.life import Life

    life = Life(window, icons, state, options, paths, lock, links)
    sys.excepthook = life.fault_in_slot
    return loop.run(application, life.run)


def first_window(application: QApplication, options: Options, paths: Paths) -> tuple[MainWindow, Icons, WindowState]:
    """The window as it is painted first, in the colours it had last time."""
    state = WindowState(paths.window_state)
    fonts.load(resource_path("fonts"), fonts.SANS)
    theme = Theme(application)
    choice = options.theme if options.theme != "system" else state.text("theme", "system")
    size = state.text("text-size", "100")
    theme.apply(choice, int(size) if size.isascii() and size.isdigit() else 100)
    icons = Icons(resource_path("icons"), theme)
    window = MainWindow(theme, icons, state)
    window.show_network("Sandbox" if options.network == "sandbox" else options.network, "")
    window.starting.say("Ashore is being loaded.")
    return window, icons, state


def _wait_for_first_paint(application: QApplication, window: MainWindow) -> None:
    """Let Qt show the window before anything heavy is imported."""
    end = time.monotonic() + _FIRST_PAINT_S
    flags = QEventLoop.ProcessEventsFlag.AllEvents
    while time.monotonic() < end:
        application.processEvents(flags, 20)
        handle = window.windowHandle()
        if handle is not None and handle.isExposed():
            application.processEvents(flags, 20)
            return
