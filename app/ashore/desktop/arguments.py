"""Take a secret out of the command line that every process of the machine can read while this one runs."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterable
from pathlib import Path

_ARGUMENTS_BEGIN, _ARGUMENTS_END = 47, 48
"""Places in /proc/self/stat, counted from 0 (proc_pid_stat(5): arg_start and arg_end)."""

_MOST_BYTES = 4_000_000


def veil(words: Iterable[str]) -> bool:
    """Overwrite arguments of this process where they stand, which is what other processes are shown.

    Only Linux has a way to find them; elsewhere, and where it is refused, nothing is done. Whether it was done.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        told = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace")
        fields = ["", "", *told.rpartition(") ")[2].split()]  # the name of the program may hold anything
        begin, end = int(fields[_ARGUMENTS_BEGIN]), int(fields[_ARGUMENTS_END])
    except (OSError, ValueError, IndexError):
        return False
    if not 0 < begin < end < begin + _MOST_BYTES:
        return False
    shown = ctypes.string_at(begin, end - begin)
    for word in words:
        secret = word.encode(errors="surrogateescape")
        # With the zeros around it: only a whole argument is one.
        place = shown.find(b"\0" + secret + b"\0")
        if secret and place >= 0:
            ctypes.memset(begin + place + 1, ord("*"), len(secret))
    return True
