"""Reading and replacing the vault file so that a crash at any moment leaves a whole file behind."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from ashore.keys.errors import VaultMissing, VaultStorage
from ashore.keys.vault_format import FILE_MAX_BYTES

_PRIVATE = 0o600


def backup_path(path: Path) -> Path:
    """Where the state before the last write is kept."""
    return path.with_name(path.name + ".bak")


def read(path: Path) -> bytes:
    """Read the whole file, at most one byte more than a vault may have.

    Raises:
        VaultMissing: no such file.
        VaultStorage: not readable.
    """
    try:
        with path.open("rb") as file:
            return file.read(FILE_MAX_BYTES + 1)
    except FileNotFoundError:
        raise VaultMissing("There is no vault at that place.", "Choose another file or make a new vault.") from None
    except OSError as error:
        raise _storage("The vault file cannot be read", error) from None


def replace(path: Path, data: bytes) -> None:
    """Put `data` in the file's place in one step, and keep what was there as `.bak`. The caller holds `locked`.

    Raises:
        VaultStorage: not writable; the file is as before.
    """
    try:
        if path.exists():
            _put(backup_path(path), path.read_bytes())
        _put(path, data)
    except OSError as error:
        raise _storage("The vault file cannot be written; it is as it was before", error) from None


def overwrite_backup(path: Path, data: bytes) -> None:
    """Put `data` also in the backup's place: what was removed on purpose must not survive there.

    Raises:
        VaultStorage: not writable.
    """
    try:
        _put(backup_path(path), data)
    except OSError as error:
        raise _storage("The copy of the vault cannot be written and still holds what it held before", error) from None


def restore(path: Path, data: bytes) -> None:
    """Put `data` in the file's place, and keep what was there as `.damaged`; `.bak` stays. The caller holds `locked`.

    Raises:
        VaultStorage: not writable.
    """
    try:
        if path.exists():
            _put(path.with_name(path.name + ".damaged"), path.read_bytes())
        _put(path, data)
    except OSError as error:
        raise _storage("The vault file cannot be written", error) from None


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Exclude other writers, in this process and in others, for the time of the block.

    Raises:
        VaultStorage: the folder cannot be written to, or (on Windows) another writer holds it for ten seconds.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, _PRIVATE)
    except OSError as error:
        raise _storage("The folder of the vault cannot be written to", error) from None
    try:
        try:
            _take(descriptor)
        except OSError as error:
            raise _storage("The vault is being written by another program", error) from None
        yield
    finally:
        # Closing releases the lock on every system, also when the process dies.
        os.close(descriptor)


def _put(path: Path, data: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    # O_NOFOLLOW: the name is predictable, so a link planted there must not be followed.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(fresh, flags, _PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        if hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), _PRIVATE)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _storage(what: str, error: OSError) -> VaultStorage:
    reason = os.strerror(error.errno) if error.errno else "unknown reason"
    return VaultStorage(f"{what} ({reason}).", "Check the disk and the permissions of its folder.")
