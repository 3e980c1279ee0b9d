"""One wallet at a time on one set of files: a lock that ends with the process, however that ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Self


class AlreadyRunning(Exception):
    """Another wallet works on these files."""


class InstanceLock:
    """An exclusive lock on a file, held while the context is open.

    The operating system gives it back when the process ends, so a crash leaves nothing to clean up. The file stays:
    removing it would let two processes hold locks on two files of one name.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Take the lock; see `take`."""
        self.take()
        return self

    def take(self) -> None:
        """Take the lock, until `release` or the end of the context.

        Raises:
            AlreadyRunning: another process (or another lock object) holds it.
            OSError: the file cannot be opened.
        """
        file = self._path.open("ab")
        try:
            _lock(file)
        except OSError as refusal:
            file.close()
            raise AlreadyRunning(f"Ashore is already running on {self._path.parent}.") from refusal
        self._file = file

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lock back."""
        self.release()

    def release(self) -> None:
        """Give the lock back, where it is held."""
        if self._file is not None:
            self._file.close()
            self._file = None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0, os.SEEK_SET)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
