"""Which program the operating system opens links with, and how Ashore becomes that program and ceases to be it.

Scheme by scheme, for one user and undone exactly: what was so before is written down where the registration stands,
and comes back.
Standard library only: an uninstaller calls ``ashore --unregister-links``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ashore.desktop.links import REGISTERED

REFUSED = "The system did not let Ashore change which program opens links."


ANOTHER_START = "Ashore, started from another place"
"""The program that opens links, where it is this one with another data folder or another installation of it."""


class RegistrationRefused(Exception):
    """It cannot be changed, for some schemes or for all: `LinkRegistration.openers` tells what is so.

    Attributes:
        advice: what can be done.
    """

    def __init__(self, advice: str) -> None:
        super().__init__(REFUSED)
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Opener:
    """The program that opens the links of a scheme now.

    Attributes:
        scheme: without the colon.
        program: its name as it calls itself, which may be any text; empty where there is none.
        ours: whether it is this program.
    """

    scheme: str
    program: str = ""
    ours: bool = False


class LinkRegistration(Protocol):
    """One user's choice of the program for links. May read and write files: not for the window's own thread."""

    def openers(self) -> tuple[Opener, ...]:
        """Who opens what now, one of each scheme of `links.REGISTERED`."""

    def register(self, schemes: Sequence[str] = REGISTERED) -> None:
        """Open the links of these schemes with Ashore from now on. The others stay with whoever has them.

        Raises:
            RegistrationRefused: it cannot be changed; of what was refused nothing was.
        """

    def unregister(self, schemes: Sequence[str] = REGISTERED) -> None:
        """Let whoever was chosen before open them again. Done twice is done once; after the last nothing is left.

        Raises:
            RegistrationRefused: it cannot be changed.
        """


def of_this_system(command: Sequence[str], program: str, icon: Path) -> LinkRegistration | None:
    """The registration of this user. None on macOS, where the bundle's Info.plist says it all (see `bundle_links`).

    Args:
        command: what starts Ashore; the link is added to it.
        program: the file of it that has to be there.
        icon: its picture.
    """
    if sys.platform == "darwin":
        return None
    if sys.platform == "win32":
        from ashore.desktop.registry_links import RegistryLinks, UserRegistry

        return RegistryLinks(UserRegistry(), command, str(icon))
    from ashore.desktop.xdg_links import XdgLinks

    return XdgLinks(os.environ, command, program, str(icon))


def unregister_links() -> int:
    """What ``ashore --unregister-links`` does; the exit code."""
    from ashore.entry import lasting_command, lasting_program

    registration = of_this_system(lasting_command(), lasting_program(), Path())
    if registration is None:
        print("On macOS links are opened by the programs that are there: removing Ashore is enough.")
        return 0
    try:
        registration.unregister()
    except RegistrationRefused as refused:
        print(f"ashore: {refused} {refused.advice}", file=sys.stderr)
        return 1
    print(f"Ashore opens no links any more ({', '.join(f'{scheme}:' for scheme in REGISTERED)}).")
    return 0
