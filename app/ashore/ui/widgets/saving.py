"""Saving a file where the person says: a dialog that nothing waits for, and a sentence where it cannot be done."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import plain

_WHY = {
    errno.EACCES: "Nobody may write there",
    errno.EPERM: "Nobody may write there",
    errno.EROFS: "Nothing can be written there",
    errno.ENOSPC: "The disk is full",
    errno.EDQUOT: "The disk is full",
    errno.ENOENT: "The folder is not there any more",
    errno.ENAMETOOLONG: "The name is too long",
}

_TAIL, _MOST_WORDS = 4, 60
"""Characters of a code's text and of its name that a file's name has."""

_SHOWN, _MOST_PATH = 36, 4096


class NotSaved(AshoreError):
    """A file that could not be written. What was there before is still there."""


_Place = QStandardPaths.StandardLocation


@dataclass(slots=True)
class Folder:
    """The folder that files were last saved to: pictures go to the desktop's own place for them (`usual`) at first."""

    recall: Callable[[], str] = field(default=str)
    keep: Callable[[str], None] = field(default=lambda _folder: None)
    usual: QStandardPaths.StandardLocation = _Place.PicturesLocation

    def start(self) -> str:
        """Where to begin: a folder that is there. Of one that is not, dialogs take the name for that of a file."""
        usual = (QStandardPaths.writableLocation(place) for place in (self.usual, _Place.HomeLocation))
        return next((folder for folder in (self.recall(), *usual) if folder and Path(folder).is_dir()), "")


def name_for(what: str, text: str) -> str:
    """A file's name without its suffix, for what is saved: what it is, and the last characters of what it says."""
    words = re.sub(r"[\W_]+", "-", re.sub(r"['’]", "", what.lower()).removeprefix("the ")).strip("-")
    tail = re.sub(r"[^0-9A-Za-z]", "", text)[-_TAIL:].lower()
    return "-".join(part for part in (words[:_MOST_WORDS].strip("-"), tail) if part) or "code"


def place_of(path: Path, most: int = _SHOWN) -> str:
    """Name and folder of a file, each cut in the middle where it is long; the name where it has more than `most`."""
    return f"{_cut(path.name, most)} in {_cut(str(path.parent), _SHOWN)}"


def _cut(text: str, most: int) -> str:
    text = plain(text, _MOST_PATH)
    return text if len(text) <= most else f"{text[: most // 2 - 1]}…{text[-most // 2 :]}"


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
