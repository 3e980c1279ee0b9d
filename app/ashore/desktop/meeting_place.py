"""Where a second start finds the running window: one place for each data folder, that only its owner can reach."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

MOST_PATH_BYTES = 103
"""An address of a socket has 108 bytes on Linux and 104 on macOS, with the zero at its end."""

_NAME_DIGITS = 16
_KEY_BYTES = 16


def name_of(data: Path) -> str:
    """The name of the place for a data folder, the same for every way of writing its path."""
    folder = os.path.realpath(data)
    return f"ashore-{hashlib.blake2b(os.fsencode(folder)).hexdigest()[:_NAME_DIGITS]}"


def socket_paths(data: Path, environment: Mapping[str, str]) -> list[Path]:
    """Where the socket can be, the best place first; the folders are there and nobody else can write in them.

    The window takes the first. A start looks at all, for it may have another environment than the window.
    """
    name = f"{name_of(data)}.socket"
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    folders = [Path(runtime)] if runtime and Path(runtime).is_absolute() else []
    folders.append(Path(f"/run/user/{os.getuid()}"))
    found = [folder / name for folder in folders if _private(folder, nobody_reads=True)]
    if _private(data):
        found.append(data / "links.socket")
    own = Path(tempfile.gettempdir()) / f"ashore-{os.getuid()}"
    if _private(own, nobody_reads=True):
        found.append(own / name)
    short = [path for path in found if len(os.fsencode(path)) <= MOST_PATH_BYTES]
    return list(dict.fromkeys(short))


def make_last_resort() -> None:
    """Make the folder for a socket whose other places are all too long or not private.

    Raises:
        OSError: it cannot be made.
    """
    (Path(tempfile.gettempdir()) / f"ashore-{os.getuid()}").mkdir(mode=0o700, exist_ok=True)


def _private(folder: Path, *, nobody_reads: bool = False) -> bool:
    """Whether a folder is this user's, and nobody else can put anything in it (or even look)."""
    try:
        found = folder.lstat() if nobody_reads else folder.stat()
    except (OSError, ValueError):
        return False
    closed_to = 0o077 if nobody_reads else 0o022
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & closed_to


def pipe_name(data: Path) -> str | None:
    """The name of the pipe of Windows, which anybody may make: it holds a part that only the owner can read.

    None until a window has once been opened on this data.
    """
    try:
        key = (data / "links.key").read_bytes()
    except OSError:
        return None
    if len(key) != _KEY_BYTES:
        return None
    return f"{name_of(data)}-{key.hex()}"


def made_pipe_name(data: Path) -> str:
    """The same, for the window, anew at every start: who reads the names of open pipes could make an old one first.

    Raises:
        OSError: it cannot be kept.
    """
    fresh = data / "links.key.new"
    fresh.write_bytes(os.urandom(_KEY_BYTES))
    fresh.replace(data / "links.key")
    known = pipe_name(data)
    if known is None:
        raise OSError("links.key")
    return known
