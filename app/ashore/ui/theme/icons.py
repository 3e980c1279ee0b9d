"""The stroke icons, tinted with the colours of the theme."""

from __future__ import annotations

import contextlib
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ashore.ui.theme.theme import Theme


class Icons:
    """Reads SVG files of one colour (``currentColor``) and paints them in the colour that is wanted."""

    def __init__(self, folder: Path, theme: Theme) -> None:
        self._folder = folder
        self._sources: dict[str, str] = {}
        self._painted: dict[tuple[str, str, int], QPixmap] = {}
        self.theme = theme

    def pixmap(self, name: str, token: str, size: int) -> QPixmap:
        """The icon `name`, `size` pixels wide, in the colour of `token`."""
        colour = str(getattr(self.theme.tokens, token))
        key = (name, colour, size)
        if key not in self._painted:
            self._painted[key] = self._paint(name, colour, size)
        return self._painted[key]

    def _paint(self, name: str, colour: str, size: int) -> QPixmap:
        ratio = max((s.devicePixelRatio() for s in QGuiApplication.screens()), default=1.0)
        picture = QPixmap(round(size * ratio), round(size * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        tinted = self._source(name).replace("currentColor", colour)
        painter = QPainter(picture)
        QSvgRenderer(QByteArray(tinted.encode())).render(painter, QRectF(0, 0, size, size))
        painter.end()
        return picture

    def icon(self, name: str, token: str = "text", size: int = 18) -> QIcon:
        """The icon for a button: usual and disabled."""
        side = self.theme.px(size)
        icon = QIcon()
        icon.addPixmap(self.pixmap(name, token, side), QIcon.Mode.Normal)
        icon.addPixmap(self.pixmap(name, "muted", side), QIcon.Mode.Disabled)
        return icon

    def dress(self, button: QAbstractButton, name: str, token: str = "text", size: int = 18) -> None:
        """Give `button` the icon, now and whenever the theme changes; in the accent's colour while it is checked.

        What is not to be seen is not painted: an icon takes a third of a millisecond, and some stand in the window
        that is painted first.
        """

        def paint() -> None:
            button.setIcon(self.icon(name, "accent" if button.isChecked() else token, size=size))
            side = self.theme.px(size)
            button.setIconSize(QSize(side, side))

        def let_go() -> None:
            with contextlib.suppress(RuntimeError):  # at the end of the program the theme may have gone first
                self.theme.changed.disconnect(paint)

        paint()
        self.theme.changed.connect(paint)
        button.toggled.connect(paint)
        button.destroyed.connect(let_go)

    def _source(self, name: str) -> str:
        if name not in self._sources:
            self._sources[name] = (self._folder / f"{name}.svg").read_text(encoding="utf-8")
        return self._sources[name]


class IconWidget(QWidget):
    """An icon that decorates: the words beside it say what it means."""

    def __init__(self, icons: Icons, name: str, token: str, size: float = 16) -> None:
        super().__init__()
        self._icons = icons
        self._name = name
        self._token = token
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        icons.theme.changed.connect(self.updateGeometry)

    def show_icon(self, name: str, token: str) -> None:
        """Show another one."""
        if (name, token) != (self._name, self._token):
            self._name, self._token = name, token
            self.update()

    def sizeHint(self) -> QSize:
        side = self._icons.theme.px(self._size)
        return QSize(side, side)

    def paintEvent(self, event: object) -> None:
        side = self._icons.theme.px(self._size)
        painter = QPainter(self)
        painter.drawPixmap(0, (self.height() - side) // 2, self._icons.pixmap(self._name, self._token, side))
        painter.end()
