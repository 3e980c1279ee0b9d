"""The theme in use: which colours, how large the text; everybody who paints asks here."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from ashore.ui.theme import fonts
from ashore.ui.theme.stylesheet import stylesheet
from ashore.ui.theme.tokens import DARK, LIGHT, Tokens

CHOICES = ("system", "light", "dark")
TEXT_SIZES = (100, 125, 150, 200)
_USUAL_DPI = 96.0
_ROUNDS = 3
"""Rounds in which everything finds its place anew: a height that follows a width needs a second one."""


class Theme(QObject):
    """Applies colours and text size to the whole application, and tells painters when they change."""

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._choice = "system"
        self._text_size = 100
        self.tokens: Tokens = LIGHT
        self.scale = 1.0
        application.styleHints().colorSchemeChanged.connect(self._system_changed)

    @property
    def choice(self) -> str:
        """What was asked for: ``system``, ``light`` or ``dark``."""
        return self._choice

    @property
    def text_size(self) -> int:
        """The size of text in per cent of what the desktop asks for."""
        return self._text_size

    @property
    def dark(self) -> bool:
        """Whether the dark colours are in use."""
        return self.tokens is DARK

    def apply(self, choice: str, text_size: int = 0) -> None:
        """Use these colours and this text size (per cent; 0 keeps it) everywhere, at once."""
        self._choice = choice if choice in CHOICES else "system"
        self._text_size = text_size or self._text_size
        self.tokens = DARK if self._wants_dark() else LIGHT
        self.scale = _desktop_scale() * self._text_size / 100
        # Where one sheet takes the place of another, Qt polishes each widget once for every widget around it
        # (measured with seven pages: 12,700 changes of font and 1.7 s; without a sheet between, 2,200 and 0.4 s).
        self._application.setStyleSheet("")
        self._application.setFont(fonts.base(self.scale))
        self._application.setPalette(_palette(self.tokens))
        self._application.setStyleSheet(stylesheet(self.tokens, self.scale))
        self.changed.emit()
        for _ in range(_ROUNDS):
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)

    def px(self, size: float) -> int:
        """`size` pixels at the text size in use."""
        return round(size * self.scale)

    def colour(self, token: str) -> QColor:
        """The colour of that name."""
        return QColor(str(getattr(self.tokens, token)))

    def _wants_dark(self) -> bool:
        if self._choice == "system":
            # A desktop that does not tell counts as light.
            return self._application.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return self._choice == "dark"

    def _system_changed(self) -> None:
        if self._choice == "system":
            self.apply("system")


def _desktop_scale() -> float:
    """How much larger than usual the desktop wants text (its font resolution; 1.0 where it says nothing)."""
    screen = QGuiApplication.primaryScreen()
    dots = screen.logicalDotsPerInch() if screen is not None else _USUAL_DPI
    return min(3.0, max(1.0, dots / _USUAL_DPI))


def _palette(t: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for place, colour in (
        (role.Window, t.canvas),
        (role.Base, t.surface),
        (role.AlternateBase, t.inset),
        (role.Button, t.surface),
        (role.ToolTipBase, t.raised),
        (role.Text, t.text),
        (role.WindowText, t.text),
        (role.ButtonText, t.text),
        (role.ToolTipText, t.text),
        (role.PlaceholderText, t.muted),
        (role.Highlight, t.accent),
        (role.HighlightedText, t.on_accent),
        (role.Link, t.accent),
        (role.Mid, t.line),
    ):
        palette.setColor(place, QColor(colour))
    for place in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, place, QColor(t.muted))
    return palette
