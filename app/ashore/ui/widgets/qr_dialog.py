"""A QR code large enough for any camera, with what it says, to copy and to save."""

from __future__ import annotations

import math
import re
from pathlib import Path

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QDialog, QSizePolicy, QVBoxLayout, QWidget

from ashore.domain.errors import AshoreError
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button, CopyButton
from ashore.ui.widgets.dialogs import PASSING
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, row, set_property, set_tip, show_if
from ashore.ui.widgets.opening import is_folder_here, open_folder
from ashore.ui.widgets.qr_picture import Modules, NoCode, encode, least_side, paint, picture, png, svg, whole_side
from ashore.ui.widgets.saving import Folder, ask_where, name_for, place_of, write
from ashore.ui.widgets.verbatim import Verbatim
from ashore.ui.wording import breakable

_LARGE = 340
_SCREEN_SHARE = 0.9
_COPIED_PIXELS = 512
_LINE, _LINES = 16, 2
"""Room that is kept free for what is said later: nothing moves from under the pointer then."""
_HEX = re.compile(r"0x[0-9a-fA-F]{2,64}")
_KINDS = {"png": "PNG picture (*.png)", "svg": "SVG drawing (*.svg)"}


class CodeArea(QWidget):
    """A code on its light ground, sharp at every size and scale."""

    def __init__(self, theme: Theme, modules: Modules, side: int) -> None:
        super().__init__()
        self._theme = theme
        self._modules = modules
        self._side = side
        self._path: QPainterPath = modules.path()

    def sizeHint(self) -> QSize:
        # Not larger with the text: a camera reads it all the same, and there is less room beside it.
        side = least_side(self._modules, self.devicePixelRatioF(), self._side)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.updateGeometry()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint(painter, self._modules, self._path, QRectF(self.rect()))
        painter.end()


class LargeCode(CodeArea):
    """A code that takes all the room there is."""

    def __init__(self, theme: Theme, modules: Modules, what: str) -> None:
        super().__init__(theme, modules, _LARGE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"QR code of {what}")

    def sizeHint(self) -> QSize:
        side = math.ceil(whole_side(self._modules, self.devicePixelRatioF(), self._side))
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        side = least_side(self._modules, self.devicePixelRatioF(), 120)
        return QSize(side, side)


class CodeDialog(QDialog):
    """The code, its text below it, and what can be done with both. A text that has no code says why."""

    def __init__(self, theme: Theme, parent: QWidget, text: str, what: str, folder: Folder, warning: str = "") -> None:
        super().__init__(parent)
        self._what = what
        self._text = text
        self._saved_to: Path | None = None
        self._folder = folder
        self._modules: Modules | None = None
        self.setObjectName(PASSING)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"QR code of {what}")
        self.copy_text = CopyButton("the text", text, "Copy the text")
        self.copy_picture = Button("Copy the picture", "small-link")
        self.save = Button("Save…", "small-link", name="Save the code as a picture")
        self.close_button = Button("Close")
        self.said = Label(role="small", wrap=True)
        self.said.setMinimumHeight(theme.px(_LINE) * _LINES)
        self.open_folder = Button("Open folder", "small-link", name="Open the folder of the saved code")
        kept = self.open_folder.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.open_folder.setSizePolicy(kept)
        self.open_folder.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addWidget(Label(what[:1].upper() + what[1:], "section", wrap=True))
        self.warning = Label(warning, wrap=True)
        set_property(self.warning, "tone", "warn")
        column.addWidget(self.warning)
        show_if(self.warning, bool(warning))
        self.code = self._add_code(theme, text, column)
        hexadecimal = _HEX.fullmatch(text) is not None
        column.addWidget(HexText(theme, text, what=what) if hexadecimal else Verbatim(theme, text, what=what, most=6))
        buttons = QWidget()
        buttons.setLayout(
            FlowLayout(self.copy_text, self.copy_picture, self.save, self.close_button, gap=16, last_right=True)
        )
        column.addWidget(buttons)
        beside = row(self.said, self.open_folder, spacing=16)
        beside.setAlignment(self.open_folder, Qt.AlignmentFlag.AlignTop)
        beside.setStretch(0, 1)
        column.addLayout(beside)
        self._connect()
        self._fit(parent.screen().availableGeometry().size() * _SCREEN_SHARE)

    def _add_code(self, theme: Theme, text: str, column: QVBoxLayout) -> LargeCode | None:
        try:
            self._modules = encode(text)
        except NoCode as error:
            self.copy_picture.hide()
            self.save.hide()
            column.addWidget(Label(str(error), wrap=True))
            return None
        code = LargeCode(theme, self._modules, self._what)
        column.addWidget(code, 1)
        return code

    def _fit(self, room: QSize) -> None:
        """Open as large as all of it needs, where the screen has the room: Qt alone would stop at two thirds."""
        self.setMaximumSize(room)
        column = self.layout()
        if column is not None:
            wanted = column.totalSizeHint()
            width = min(wanted.width(), room.width())
            self.resize(width, min(max(wanted.height(), column.totalHeightForWidth(width)), room.height()))

    def _connect(self) -> None:
        self.copy_picture.clicked.connect(self._copy_picture)
        self.save.clicked.connect(self._save)
        self.open_folder.clicked.connect(self._open_folder)
        self.close_button.clicked.connect(self.accept)

    def _copy_picture(self) -> None:
        if self._modules is not None:
            QGuiApplication.clipboard().setImage(picture(self._modules, _COPIED_PIXELS))
            self._say("The picture was copied.")

    def _save(self) -> None:
        name = name_for(self._what, self._text)
        ask_where(self, "Save the QR code", f"{name}.png", _KINDS, self._folder, self.save_as)

    def save_as(self, path: Path) -> None:
        """Write the code as SVG where the name ends so, as PNG otherwise; say what became of it."""
        if self._modules is None:
            return
        try:
            write(path, svg(self._modules) if path.suffix.lower() == ".svg" else png(self._modules))
        except AshoreError as error:
            self._say(str(error), tone="bad")
            return
        self._say(f"Saved as {place_of(path)}.", whole=f"Saved as {path}.")
        self._saved_to = path.parent
        self.open_folder.setVisible(is_folder_here(path.parent))
        set_tip(self.open_folder, str(path.parent))

    def _open_folder(self) -> None:
        if self._saved_to is not None and not open_folder(self._saved_to):
            self._say("The folder could not be opened.", whole=f"The folder could not be opened: {self._saved_to}.")

    def _say(self, words: str, *, tone: str = "", whole: str = "") -> None:
        set_property(self.said, "tone", tone)
        self.said.setText(breakable(words))
        self.said.setAccessibleName(whole or words)
        set_tip(self.said, whole)
        self.open_folder.hide()


def show_large(
    theme: Theme, parent: QWidget, text: str, what: str, folder: Folder | None = None, warning: str = ""
) -> CodeDialog:
    """Open the code of `text` large, with the text below it.

    `folder` remembers where codes are saved. `warning` is said above the code, to who is about to use it.
    """
    dialog = CodeDialog(theme, parent, text, what, folder or Folder(), warning)
    dialog.open()
    dialog.close_button.setFocus()
    return dialog
