"""Whether links are opened with Ashore, as the window knows and changes it. The files are read in another thread."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from ashore.desktop.link_registration import LinkRegistration, Opener, RegistrationRefused
from ashore.domain.untrusted import plain, quoted

ASKED_KEY, ASKED = "links-asked", "yes"
"""The setting that says that a person was asked once."""

_PROGRAM_SHOWN = 60
_ELSEWHERE = "Another choice comes first: the settings of your system tell which program opens these links."


@dataclass(frozen=True, slots=True)
class Chosen:
    """What became of a choice.

    Attributes:
        changed: the schemes that are now as was chosen, and were not before.
        refused: who opens those that are not as was chosen.
        why: what can be done about these; empty where there are none.
        left: who opens those that were to be taken only while they were free, and are not any more.
    """

    changed: tuple[str, ...] = ()
    refused: tuple[Opener, ...] = ()
    why: str = ""
    left: tuple[Opener, ...] = ()


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
    def free(self) -> tuple[str, ...]:
        """The schemes that no program opens."""
        return _free(self.openers)

    async def look(self) -> None:
        """See what is so now: another program may have changed it."""
        self.openers = await asyncio.to_thread(self._registration.openers)
        self.changed.emit()

    async def choose(self, schemes: tuple[str, ...], *, ours: bool, while_free: bool = False) -> Chosen:
        """Open the links of these schemes with Ashore, or let whoever was chosen before open them again.

        With ``while_free`` what another program has taken by now, after it was last looked at, stays with it.
        What the system does not let be changed is told scheme by scheme, by what is so afterwards.
        """
        async with self._one_at_a_time:
            before = await asyncio.to_thread(self._registration.openers)
            as_before = {each.scheme for each in before if each.ours is ours}
            chosen = tuple(each for each in schemes if each in _free(before)) if while_free else schemes
            work, why = self._registration.register if ours else self._registration.unregister, _ELSEWHERE
            try:
                await asyncio.to_thread(work, chosen)
            except RegistrationRefused as refused:
                why = plain(refused.advice, 400)
            finally:
                await self.look()
        asked = [each for each in self.openers if each.scheme in schemes]
        not_so = [each for each in asked if each.ours is not ours]
        refused_ones = tuple(each for each in not_so if each.scheme in chosen)
        left = tuple(each for each in not_so if each.scheme not in chosen)
        now = tuple(each.scheme for each in asked if each.ours is ours and each.scheme not in as_before)
        return Chosen(now, refused_ones, why if refused_ones else "", left)


def _free(openers: Iterable[Opener]) -> tuple[str, ...]:
    return tuple(each.scheme for each in openers if not each.program and not each.ours)


def program_of(opener: Opener) -> str:
    """Who opens these links, in words. Another program's name is its own text, and stands between quotation marks."""
    if opener.ours:
        return "Ashore"
    if not opener.program:
        return "no program"
    return quoted(opener.program, _PROGRAM_SHOWN) if plain(opener.program) else "a program without a name"


def named(schemes: Iterable[str], last_by: str = "and") -> str:
    """Schemes in words, with their colons."""
    each = [f"{scheme}:" for scheme in schemes]
    return each[0] if len(each) == 1 else f"{', '.join(each[:-1])} {last_by} {each[-1]}"


def who_opens(openers: Iterable[Opener]) -> str:
    """Which programs open these links now, in one clause, those of one program together."""
    of: dict[str, list[str]] = {}
    for opener in openers:
        of.setdefault(program_of(opener), []).append(opener.scheme)
    return ", and ".join(f"{program} opens {named(schemes)} links" for program, schemes in of.items())


def still(refused: Iterable[Opener]) -> str:
    """What could not be changed, scheme by scheme."""
    return " ".join(f"{each.scheme}: is still opened by {program_of(each)}." for each in refused)


def left_alone(left: Iterable[Opener]) -> str:
    """What another program has taken by now, scheme by scheme."""
    return " ".join(f"{each.scheme}: is opened by {program_of(each)} by now, and stays so." for each in left)
