"""From the first paint to the last: loading, starting, failing calmly, ending in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import sys
import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from ashore.desktop.paths import Paths
from ashore.desktop.single_instance import AlreadyRunning, InstanceLock
from ashore.resources import resource_path
from ashore.ui.links import Links
from ashore.ui.shell.state import WindowState
from ashore.ui.shell.window import MainWindow
from ashore.ui.theme import fonts
from ashore.ui.theme.icons import Icons

if TYPE_CHECKING:
    from ashore.options import Options
    from ashore.ui.context import Cameras
    from ashore.ui.link_choice import LinkChoice
    from ashore.ui.shell.sections import Sections

_GC_THRESHOLDS = (2000, 20, 100_000)
"""Collections of old objects stall the window; what lives after the start lives long (measured: 45 ms down to 10)."""
_FAULT = (
    "Something in the window went wrong.",
    "Your money is not affected: what was sent is written down, and is followed on. "
    "If something looks wrong, close Ashore and open it again.",
)


class Life:
    """One run of the program with a window."""

    def __init__(
        self,
        window: MainWindow,
        icons: Icons,
        state: WindowState,
        options: Options,
        paths: Paths,
        lock: InstanceLock | None = None,
        links: Links | None = None,
        cameras: Cameras | None = None,
    ) -> None:
        """`lock` is the instance lock where this process holds it already; `links` are what was clicked until now;
        `cameras` finds other cameras than those of this computer.
        """
        self._window = window
        self._cameras = cameras
        self._icons = icons
        self._state = state
        self._options = options
        self._paths = paths
        self._lock = lock
        self._links = links or Links(window)
        self._hearing = contextlib.AsyncExitStack()
        self._sections: Sections | None = None
        self._again = asyncio.Event()
        window.starting.again.connect(self._again.set)
        icons.theme.changed.connect(self._remember_look)

    async def run(self, stop: asyncio.Event) -> int:
        """Start everything, wait for `stop`, end everything. The exit code."""
        asyncio.get_running_loop().set_exception_handler(self._fault_in_loop)
        fonts.load(resource_path("fonts"), fonts.MONOSPACE.replace(" ", ""))
        QApplication.setWindowIcon(QIcon(str(resource_path("icons", "ashore.svg"))))
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(_redacted_log())
            if self._lock is not None:
                stack.push(self._lock)
                await self._hear_starts(stack)
            starting = asyncio.create_task(self._start_until_it_works(stack))
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
            await stopped
            await self._hearing.aclose()  # a link that came now would be lost: its start waits, and opens it anew
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
        return 0

    async def _start_until_it_works(self, stack: contextlib.AsyncExitStack) -> None:
        from ashore.domain.errors import AshoreError

        while True:
            async with contextlib.AsyncExitStack() as attempt:
                try:
                    await self._start(attempt)
                    stack.push_async_callback(attempt.pop_all().aclose)
                    return
                except AshoreError as error:
                    self._window.starting.fail(error.sentence, f"Nothing was sent. {error.advice}".strip())
                except AlreadyRunning:
                    self._window.starting.fail(
                        "Ashore is already open.",
                        "Go on in the other window. Two at once could send the same withdrawal twice."
                        + (
                            " The link was not opened: the other window does not answer." if self._links.waiting else ""
                        ),
                    )
                except OSError:
                    self._window.starting.fail(
                        "Ashore cannot use its data folder.",
                        f"Nothing was sent. Check that {self._paths.data} can be written and the disk is not full.",
                    )
            self._again.clear()
            await self._again.wait()

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        say = self._window.starting.say
        say("Ashore is being loaded.")
        self._paths.create()
        if self._lock is None:
            stack.enter_context(InstanceLock(self._paths.instance_lock))
            await self._hear_starts(stack)
        await asyncio.to_thread(_load)
        _settle_memory()

        from ashore.engine import compose
        from ashore.engine.compose_lightning import practice_lightning
        from ashore.engine.practice import PracticeNetwork
        from ashore.net.pacing import SystemClock
        from ashore.systems.reddio.deployment import of_practice
        from ashore.systems.zklink.deployment import deployment_from_json

        say("Starting the practice chain. This takes a few seconds.")
        practice = PracticeNetwork(self._paths.sandbox, self._options.clock)
        stack.push_async_callback(practice.aclose)
        await practice.start()
        say("The practice chain runs. Opening the journal and the practice vault.")
        http = compose.practice_client()
        control = practice.control(http)
        told = await control.profile()
        deployment = deployment_from_json(told, practice.url)
        around = compose.Surroundings(http, compose.system_clock(), SystemClock())
        lightning, reddio = practice_lightning(told, practice.url), of_practice(told, practice.url)
        wallet = compose.compose(deployment, self._paths.journal, self._paths.vault, around, control, lightning, reddio)
        stack.push_async_callback(wallet.aclose)
        await wallet.start()
        await self._show(wallet, stack, compose.PRACTICE_PASSWORD.decode())
        self._watch(practice, stack)
        gc.collect()  # little is left to look at
        _settle_memory()

    async def _hear_starts(self, stack: contextlib.AsyncExitStack) -> None:
        """Take what other starts hand over, for as long as the lock is held."""
        from ashore.ui.link_listener import listen

        try:
            await self._hearing.enter_async_context(listen(self._paths.data, self._links.arrive))
            stack.push_async_callback(self._hearing.aclose)
        except OSError:
            # Everything else works; another start then says that Ashore is already open.
            print("ashore: links cannot be taken from other programs.", file=sys.stderr)

    def _watch(self, practice: Any, stack: contextlib.AsyncExitStack) -> None:
        from ashore.ui.practice_watch import PracticeWatch

        assert self._sections is not None, "the window shows its pages by now"
        watching = asyncio.create_task(PracticeWatch(practice, self._sections).run())
        watching.add_done_callback(self._watched)
        stack.callback(watching.cancel)

    def _watched(self, watching: asyncio.Task[None]) -> None:
        error = None if watching.cancelled() else watching.exception()
        if error is not None:
            self._fault(error)

    async def _show(self, wallet: Any, stack: contextlib.AsyncExitStack, practice_password: str) -> None:
        from ashore.ui.pages.practice import CLOCK_KEY
        from ashore.ui.scanner.system import system_inputs
        from ashore.ui.shell.sections import Sections
        from ashore.ui.tasks import Tasks

        if self._options.clock != "demo":
            wallet.set_setting(CLOCK_KEY, self._options.clock)
        if wallet.sandbox is not None:
            await wallet.sandbox.run_as_chosen(wallet.setting)
        tasks = Tasks(self._fault)
        stack.push_async_callback(tasks.aclose)
        self._sections = Sections(
            self._window,
            wallet,
            self._icons,
            tasks,
            lambda: time.time_ns() // 1_000_000,
            data_place=str(self._paths.data),
            unlock_hint=f"The practice vault’s password is “{practice_password}”. It guards nothing.",
            cameras=self._cameras or system_inputs,
            state=self._state,
            links=self._link_choice(),
        )
        stack.callback(self._sections.close)
        self._sections.start()
        arrivals, note = self._sections.arrivals, self._sections.banners.show_fault
        self._links.lead_to(self._sections.take_in, arrivals.say, note, arrivals.keep)
        stack.callback(self._links.keep)

    def _link_choice(self) -> LinkChoice | None:
        """Whether links are opened with this program, started as it was now."""
        from ashore.desktop.link_registration import of_this_system
        from ashore.entry import lasting_command, lasting_program
        from ashore.ui.link_choice import LinkChoice

        registration = of_this_system(
            [*lasting_command(), *self._options.kept()], lasting_program(), resource_path("icons", "ashore.svg")
        )
        return LinkChoice(registration, self._window) if registration is not None else None

    def _remember_look(self) -> None:
        theme = self._icons.theme
        values = {"text-size": str(theme.text_size)}
        if self._options.theme == "system":
            values["theme"] = theme.choice
        self._state.remember(**values)

    # Faults of the program: one calm sentence, no text of the exception, which could hold anything

    def fault_in_slot(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """What `sys.excepthook` is set to."""
        self._fault(error.with_traceback(trace))

    def _fault_in_loop(self, _loop: object, told: Mapping[str, Any]) -> None:
        error = told.get("exception")
        if isinstance(error, BaseException):
            self._fault(error)

    def _fault(self, error: BaseException) -> None:
        print(f"ashore: {_place(error)}", file=sys.stderr)
        if self._sections is not None:
            from ashore.systems.base import Problem

            self._sections.banners.show_fault(Problem(*_FAULT))
        else:
            self._window.starting.fail("Ashore could not start.", "Nothing was sent. Close it and start it again.")


@contextlib.contextmanager
def _redacted_log() -> Iterator[None]:
    """Give the log its one handler: without it Python would write records to the terminal as they are."""
    from ashore.net.redact import RedactingFormatter, guard_logging

    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("ashore: %(name)s: %(message)s"))
    guard_logging(handler)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


def _load() -> None:
    """Import what is heavy and has nothing of Qt, away from the window's thread."""
    from ashore.engine import compose
    from ashore.net import http

    _ = compose
    http.preload()


def _settle_memory() -> None:
    """Take what was loaded so far out of the collector's sight, so that no collection takes long."""
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)


def _place(error: BaseException) -> str:
    """The kind of an error and where it happened, never what it says."""
    trace, place = error.__traceback__, "an unknown place"
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"
