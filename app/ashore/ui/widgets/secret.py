"""A field for a credential: it can be looked at, but not be copied out of, and it forgets without a trace."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.field import LineEdit
from ashore.ui.widgets.labels import Label
from ashore.ui.wording import breakable

_MOST_SHOWN = 2_000


class SecretEdit(LineEdit):
    """Always shows dots: a password field gives nothing to the clipboard, to a selection or to Undo.

    `reveal` shows and hides what was entered in `plain`, a text that cannot be selected.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, role="mono")
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setDragEnabled(False)
        self.reveal = Button("Show", "small-link")
        self.plain = Label(role="mono", wrap=True)
        self.plain.hide()
        self._shown = False
        self.name(name)
        self.reveal.clicked.connect(lambda: self._show(not self._shown))
        self.textChanged.connect(self._tell)

    def name(self, name: str) -> None:
        """What it is called."""
        self.setAccessibleName(name)
        self._tell()

    def forget(self) -> None:
        """Be empty, and hide what is entered next."""
        self.setText("")
        self._show(False)

    def _show(self, shown: bool) -> None:
        self._shown = shown
        self._tell()

    def _tell(self) -> None:
        what = self.accessibleName().lower()
        self.reveal.setText("Hide" if self._shown else "Show")
        self.reveal.setAccessibleName(f"{'Hide' if self._shown else 'Show'} the {what}")
        text = self.text() if self._shown else ""
        shown = breakable(" ".join(text[:_MOST_SHOWN].split()), 16)
        self.plain.setAccessibleName(f"The {what}, shown" if shown else "")
        self.plain.show_text(shown)
