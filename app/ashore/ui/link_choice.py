"""Whether links are opened with Ashore, as the window knows and changes it. The files are read in another thread."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject, Signal

from ashore.desktop.link_registration import LinkRegistration, Opener, RegistrationRefused
from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import plain

ASKED_KEY, ASKED = "links-asked", "yes"
"""The setting that says that a person was asked once."""

_PROGRAM_SHOWN = 60


class LinkChoice(QObject):
    """One person's choice, shared by all pages."""

    changed = Signal()

    def __init__(self, registration: LinkRegistration, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._registration = registration
        self._one_at_a_time = asyncio.Lock()
        self.openers: tuple[Opener, ...] = ()
        """Who opens what, as it was when it was last looked at; empty before that."""

    @property
    def all_ours(self) -> bool:
        """Whether every link is opened with Ashore."""
        return bool(self.openers) and all(each.ours for each in self.openers)

    @property
    def any_ours(self) -> bool:
        """Whether some are."""
        return any(each.ours for each in self.openers)

    async def look(self) -> None:
        """See what is so now: another program may have changed it."""
        self.openers = await asyncio.to_thread(self._registration.openers)
        self.changed.emit()

    async def choose(self, *, ours: bool) -> None:
        """Open all links with Ashore, or let whoever was chosen before open them again.

        Raises:
            AshoreError: the system does not let it be changed.
        """
        async with self._one_at_a_time:
            work = self._registration.register if ours else self._registration.unregister
            try:
                await asyncio.to_thread(work)
            except RegistrationRefused as refused:
                raise AshoreError(str(refused), plain(refused.advice, 400)) from refused
            finally:
                await self.look()


def program_of(opener: Opener) -> str:
    """Who opens these links, in words. Another program's name is its own text."""
    if opener.ours:
        return "Ashore"
    return plain(opener.program, _PROGRAM_SHOWN) if opener.program else "no program"
