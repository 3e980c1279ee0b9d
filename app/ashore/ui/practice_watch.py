"""The practice network's process: that it has ended is said, and it is started again when a person wants it."""

from __future__ import annotations

import asyncio

from ashore.domain.errors import AshoreError
from ashore.engine.practice import PracticeNetwork
from ashore.systems.base import Problem, Severity
from ashore.ui.shell.sections import Sections

STOPPED = Problem(
    "The practice network has stopped.",
    "Nothing is lost: its chain is on the disk. Withdrawals under way are followed on when it runs again.",
    Severity.WARNS,
)
STARTING = Problem("The practice network is being started again.", "This takes a few seconds.", Severity.NOTES)


class PracticeWatch:
    """Waits for the end of the process, then for a person, again and again."""

    def __init__(self, practice: PracticeNetwork, sections: Sections) -> None:
        self._practice = practice
        self._sections = sections
        self._asked = asyncio.Event()
        sections.banners.stopped.acted.connect(self._asked.set)

    async def run(self) -> None:
        """Watch until cancelled."""
        said = STOPPED
        while True:
            await self._practice.ended()
            self._asked.clear()
            self._sections.banners.show_stopped(said)
            await self._asked.wait()
            self._sections.banners.show_stopped(STARTING, act=False)
            try:
                await self._start()
            except AshoreError as error:
                said = Problem(error.sentence, error.advice, Severity.WARNS)
            else:
                said = STOPPED
                self._sections.banners.show_stopped(None)

    async def _start(self) -> None:
        await self._practice.start()
        wallet = self._sections.wallet
        if wallet.sandbox is not None:
            await wallet.sandbox.run_as_chosen(wallet.setting)
        wallet.look_again()
