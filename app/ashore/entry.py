"""How this program starts itself: from a source tree, an installed wheel and a frozen bundle alike."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

_FROM_A_TREE = (
    "import os, sys; os.environ.update(PYTHONPATH={place!r}, PYTHONSAFEPATH='1'); sys.path.insert(0, {place!r}); "
    "from ashore.__main__ import main; sys.exit(main())"
)
"""For children, too, which are started with ``-m``."""


def command(role: str, *arguments: str) -> list[str]:
    """The command line that starts `role` with the same program. A frozen bundle is its own entry point."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--role", role, *arguments]
    safe = ["-P"] if sys.flags.safe_path else []
    return [sys.executable, *safe, "-m", "ashore", "--role", role, *arguments]


def lasting_program(environment: Mapping[str, str] = os.environ) -> str:
    """The file that starts this program tomorrow, too: an AppImage is another file than what runs from it now."""
    if getattr(sys, "frozen", False):
        return environment.get("APPIMAGE", "") or sys.executable
    if sys.platform == "win32":
        silent = Path(sys.executable).with_name("pythonw.exe")  # no black window beside the wallet's
        return str(silent) if silent.exists() else sys.executable
    return sys.executable


def lasting_command(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The command line by which another program starts this one, from any folder and with any environment.

    Nothing is imported from the folder in which it is started (``-P``): that may be anybody's.
    """
    program = lasting_program(environment)
    if getattr(sys, "frozen", False):
        return [program]
    place = str(Path(__file__).resolve().parents[1])
    if place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        return [program, "-P", "-m", "ashore"]
    if sys.platform == "win32":
        return [program, "-P", "-c", _FROM_A_TREE.format(place=place)]
    # Nothing to quote: some desktops split a command at its blanks, whatever is quoted.
    return ["/usr/bin/env", f"PYTHONPATH={place}", "PYTHONSAFEPATH=1", program, "-m", "ashore"]
