"""Where Ashore keeps its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_PROGRAM = "ashore"


@dataclass(frozen=True, slots=True)
class Paths:
    """The files of one network; each network has its own, so that sandbox and mainnet never meet in one journal.

    Attributes:
        data: journal, vault and lock.
        cache: what may be lost.
        logs: log files, without secrets.
    """

    data: Path
    cache: Path
    logs: Path

    @property
    def journal(self) -> Path:
        """The SQLite file with the journal."""
        return self.data / "journal.sqlite3"

    @property
    def vault(self) -> Path:
        """The vault file with the sealed records."""
        return self.data / "vault.ashore"

    @property
    def instance_lock(self) -> Path:
        """The file whose lock says that a wallet works on this data."""
        return self.data / "instance.lock"

    @property
    def window_state(self) -> Path:
        """Geometry of the window and unfinished drafts."""
        return self.data / "window.json"

    @property
    def sandbox(self) -> Path:
        """The chain and the operators of the sandbox."""
        return self.data / "sandbox"

    def create(self) -> None:
        """Create the folders, readable by their owner alone.

        Raises:
            OSError: a folder cannot be created.
        """
        for folder in (self.data, self.cache, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def paths_for(network: str, data_dir: Path | None = None) -> Paths:
    """The places for `network`: the operating system's own, or all of them below `data_dir`.

    Nothing is created here.
    """
    if data_dir is not None:
        home = data_dir / network
        return Paths(data=home, cache=home / "cache", logs=home / "logs")
    import platformdirs  # the first paint does not wait for it where it is not needed

    places = platformdirs.PlatformDirs(_PROGRAM, appauthor=False)
    return Paths(
        data=Path(places.user_data_dir) / network,
        cache=Path(places.user_cache_dir) / network,
        logs=Path(places.user_log_dir) / network,
    )
