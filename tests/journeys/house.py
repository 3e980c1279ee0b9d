"""The real window, started, closed and started again over the same data."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from ashore.desktop.paths import paths_for
from ashore.desktop.single_instance import InstanceLock
from ashore.domain.moves import MoveState
from ashore.engine import compose
from ashore.engine.parts import Clock
from ashore.engine.practice import PracticeNetwork, SandboxControl
from ashore.engine.views import ActivityQuery
from ashore.engine.wallet import Wallet
from ashore.options import Options
from ashore.systems.base import Unclaimed
from ashore.systems.reddio.deployment import of_practice
from ashore.systems.zklink.deployment import deployment_from_json
from ashore.ui.app import first_window
from ashore.ui.context import Cameras
from ashore.ui.life import Life
from ashore.ui.link_choice import LinkChoice
from ashore.ui.pages.quote_form import QuoteFormPage
from ashore.ui.shell.banners import LEAVE
from ashore.ui.shell.window import MainWindow
from ashore.ui.theme.icons import Icons
from ashore.ui.widgets.buttons import Button
from faults.bench import prompt_client
from faults.observer import claims_in, disagreements
from journeys.network import TOKEN, URL, PracticeWorld
from journeys.person import PATIENCE_S, POLL_S, Person

SIZE = (1120, 760)


class WatchedLife(Life):
    """The product's own life of a window, which can be asked how it is."""

    @property
    def quiet(self) -> bool:
        """Whether the window has nothing left to do for what was done to it."""
        if self._sections is None:
            return False
        form = self._sections.window.stack.currentWidget()
        typing = isinstance(form, QuoteFormPage) and form.pending
        return not (typing or self._sections.context.tasks.busy or self._sections.hub.pending)

    @property
    def sandbox(self) -> SandboxControl:
        """The control of the practice network, once it runs."""
        assert self._sections is not None
        assert isinstance(self._sections.wallet.sandbox, SandboxControl)
        return self._sections.wallet.sandbox

    def kill_practice(self) -> None:
        """End the practice network's process as a crash would."""
        assert self._network is not None
        assert self._network._process is not None
        self._network._process.kill()

    async def look_in_vain(self) -> None:
        """Let the wallet find out that no endpoint of the practice network answers."""
        assert self._sections is not None
        wallet = self._sections.wallet
        while any(chain.agreeing for chain in wallet.health()):
            wallet.look_again()
            await asyncio.sleep(0.05)

    def _link_choice(self) -> LinkChoice | None:
        """Who opens links on the machine of the tests is nobody's business here."""
        return None

    _network: PracticeNetwork | None = None

    def _watch(self, practice: PracticeNetwork, stack: contextlib.AsyncExitStack) -> None:
        self._network = practice
        super()._watch(practice, stack)

    def _fault(self, error: BaseException) -> None:
        self.faults.append(error)
        super()._fault(error)

    @property
    def faults(self) -> list[BaseException]:
        """Defects that the window met."""
        return self.__dict__.setdefault("_faults", [])  # type: ignore[no-any-return]


def close(window: MainWindow) -> None:
    """Close the window as a person does who, asked about what would be lost, closes it all the same.

    Where a link is being sealed, it closes by itself after that.
    """
    if not window.close():
        for leave in (each for each in window.findChildren(Button) if each.isVisible() and each.text() == LEAVE):
            leave.click()


@contextlib.asynccontextmanager
async def alive(
    application: QApplication, window: MainWindow, icons: Icons, life: WatchedLife, album: str
) -> AsyncIterator[Person]:
    """A window's life as the program runs it: it ends in order when the last window is closed, without a fault."""
    stop = asyncio.Event()
    application.lastWindowClosed.connect(stop.set)
    running = asyncio.create_task(life.run(stop))
    try:
        yield Person(window, album, lambda: life.quiet)
        close(window)
        async with asyncio.timeout(15):
            assert await running == 0
    finally:
        application.lastWindowClosed.disconnect(stop.set)
        stop.set()
        await running
        window.deleteLater()
        icons.theme.setParent(None)
        QApplication.sendPostedEvents()
        application.setStyleSheet("")
    assert not life.faults, life.faults


class JourneyLife(WatchedLife):
    """The same, with the practice network in this process instead of a child."""

    practice: PracticeWorld
    wallet: Wallet | None = None

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        self._paths.create()
        stack.enter_context(InstanceLock(self._paths.instance_lock))
        http = prompt_client(self.practice.wire)
        control = SandboxControl(http, URL, TOKEN)
        told = await control.profile()
        deployment, reddio = deployment_from_json(told, URL), of_practice(told, URL)
        around = compose.Surroundings(http, Clock(self.practice.now, time.monotonic), self.practice)
        self.wallet = compose.compose(
            deployment, self._paths.journal, self._paths.vault, around, control, reddio=reddio
        )
        stack.push_async_callback(self.wallet.aclose)
        await self.wallet.start()
        await self._show(self.wallet, stack, compose.PRACTICE_PASSWORD.decode())


class House:
    """One data folder, one practice network, and one window at a time."""

    def __init__(self, application: QApplication, folder: Path, album: str, practice: PracticeWorld) -> None:
        self._application = application
        self._folder = folder
        self._album = album
        self._pictures = 0
        self.practice = practice
        self.alone = True
        """Whether nobody else submits to the network."""
        self._wallet: Wallet | None = None
        self.alone = True
        """Whether no other device of the same person submits to the network."""

    @contextlib.asynccontextmanager
    async def window(
        self, *, theme: str = "light", size: tuple[int, int] = SIZE, cameras: Cameras | None = None
    ) -> AsyncIterator[Person]:
        """The window, from the start to a closing in order. What it claimed is held against the truth.

        `cameras` takes the place of this computer's.
        """
        options = Options(data_dir=self._folder, theme=theme, clock="step")
        paths = paths_for("sandbox", self._folder)
        window, icons, state = first_window(self._application, options, paths)
        window.resize(*size)
        window.show()
        window.activateWindow()
        life = JourneyLife(window, icons, state, options, paths, cameras=cameras)
        life.practice = self.practice
        stop = asyncio.Event()
        running = asyncio.create_task(life.run(stop))
        person = Person(window, self._album, lambda: life.quiet, self._pictures)
        try:
            await person.until(lambda: running.done() or person.heading != "Starting", "the first page")
            await person.until(window.isActiveWindow, "the window's turn")
            self._wallet = life.wallet
            person.time_passes = self.look
            yield person
            close(window)
        finally:
            stop.set()
            code = await running
            self._wallet = None
            self._pictures = person.pictures
            window.hide()
            window.deleteLater()
            icons.theme.setParent(None)
            QApplication.sendPostedEvents()
        assert code == 0
        assert not life.faults, life.faults
        self.hold_against_truth()

    def hold_against_truth(self) -> None:
        """Nothing that the wallet wrote down may be more than what is so."""
        claims = claims_in(paths_for("sandbox", self._folder).journal)
        assert disagreements(claims, self.practice.status(), alone=self.alone) == []

    async def operator(self, stage: str) -> None:
        """Let the operator take a stage, and the wallet look."""
        await self.practice.operator(stage)
        self.look()

    async def mine(self) -> None:
        """Let the chain make one block, and the wallet look."""
        await self.practice.world.step("block")
        self.look()

    async def finalize(self) -> None:
        """Let the chain's head become final, and the wallet look."""
        await self.practice.finalize()
        self.look()

    def look(self) -> None:
        """What the button of the step-by-step clock does after each step."""
        assert self._wallet is not None
        self._wallet.look_again()

    async def look_until(self, so: Callable[[], object]) -> None:
        """Let the wallet look again and again, as it does by itself in time, until something is so."""
        end = time.monotonic() + PATIENCE_S
        while not so() and time.monotonic() < end:
            self.look()
            await asyncio.sleep(POLL_S)

    def taken(self) -> bool:
        """Whether the other side took the last thing that was signed of the newest withdrawal."""
        assert self._wallet is not None
        (row,) = self._wallet.activity(ActivityQuery(), None, 1).rows
        voyage = self._wallet.voyage(row.id)
        assert voyage is not None
        return voyage.withdrawal.rivals[-1].state is MoveState.ACCEPTED

    def marks(self) -> str:
        """The marks of the one withdrawal as the wallet has them, shown or not."""
        assert self._wallet is not None
        (row,) = self._wallet.activity(ActivityQuery(), None, 2).rows
        voyage = self._wallet.voyage(row.id)
        assert voyage is not None
        return " ".join(str(stage.mark) for stage in voyage.rows)

    def unclaimed(self) -> tuple[Unclaimed, ...]:
        """What the wallet found waiting in contracts."""
        assert self._wallet is not None
        return self._wallet.unclaimed.found

    async def take_keys_away(self) -> None:
        """What the wallet does after five minutes in which nobody did anything."""
        assert self._wallet is not None
        await self._wallet.lock()

    def close(self) -> None:
        self.practice.close()
        self._application.setStyleSheet("")
        self._application.setFont(QFont())
