"""Saving a file where the person says: a dialog that nothing waits for, and a sentence where it cannot be done."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from ashore.domain.errors import AshoreError

_WHY = {
    errno.EACCES: "Nobody may write there",
    errno.EPERM: "Nobody may write there",
    errno.EROFS: "Nothing can be written there",
    errno.ENOSPC: "The disk is full",
    errno.EDQUOT: "The disk is full",
    errno.ENOENT: "The folder is not there any more",
    errno.ENAMETOOLONG: "The name is too long",
}


class NotSaved(AshoreError):
    """A file that could not be written. What was there before is still there."""


@dataclass(slots=True)
class Folder:
    """The folder that files were last saved to: pictures go to the desktop's own place for them at first."""

    recall: Callable[[], str] = field(default=str)
    keep: Callable[[str], None] = field(default=lambda _folder: None)

    def start(self) -> str:
        """Where to begin."""
        known = self.recall()
        if known and Path(known).is_dir():
            return known
        return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)


def ask_where(
    parent: QWidget, title: str, name: str, kinds: dict[str, str], folder: Folder, chosen: Callable[[Path], None]
) -> QFileDialog:
    """Ask for a file's place; `kinds` are filters by suffix. `chosen` hears of it, with a suffix of these."""
    dialog = QFileDialog(parent, title, folder.start())
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(list(kinds.values()))
    suffixes = {words: suffix for suffix, words in kinds.items()}
    dialog.setDefaultSuffix(next(iter(kinds)))
    dialog.filterSelected.connect(lambda words: dialog.setDefaultSuffix(suffixes.get(words, "")))
    dialog.selectFile(name)

    def done(path: str) -> None:
        folder.keep(str(Path(path).parent))
        chosen(Path(path))

    dialog.fileSelected.connect(done)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def write(path: Path, data: bytes) -> None:
    """Write a file in one piece: whole, or not at all. Raises NotSaved."""
    name = ""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=path.suffix, delete=False) as file:
            name = file.name
            file.write(data)
        # A file of one's own that others may see, as programs make them.
        os.chmod(name, 0o644)  # noqa: PTH101
        Path(name).replace(path)
    except OSError as error:
        with suppress(OSError):
            if name:
                Path(name).unlink()
        why = _WHY.get(error.errno or 0, "It could not be written there")
        raise NotSaved(f"The file was not saved. {why}.", "Choose another folder.") from error
