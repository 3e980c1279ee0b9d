"""How this program starts itself in another role: from a source tree, an installed wheel and a frozen bundle alike."""

import sys


def command(role: str, *arguments: str) -> list[str]:
    """The command line that starts `role` with the same program. A frozen bundle is its own entry point."""
    start = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "ashore"]
    return [*start, "--role", role, *arguments]
