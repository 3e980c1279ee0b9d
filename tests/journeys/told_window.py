"""`ashore`, started as a process of its own, with a window that tells what it shows: a line of JSON for each change."""

from __future__ import annotations

import json
import sys
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QLineEdit

from ashore.__main__ import main
from ashore.ui import life as ui_life

_EVERY_MS = 20


class ToldLife(ui_life.Life):
    """The product's own life of a window, with an observer."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._told: dict[str, Any] = {}
        self._observer = QTimer(self._window)
        self._observer.timeout.connect(self._tell)
        self._observer.start(_EVERY_MS)

    def _tell(self) -> None:
        page = self._window.stack.currentWidget()
        fields = page.findChildren(QLineEdit) if page is not None else []
        seen = {
            "texts": [each.text() for each in self._window.findChildren(QLabel) if each.isVisible()],
            "fields": {each.accessibleName(): each.text() for each in fields if each.isVisible() and each.text()},
            "title": self._window.windowTitle(),
        }
        if seen != self._told:
            self._told = seen
            print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    ui_life.Life = ToldLife  # type: ignore[misc]
    sys.exit(main(sys.argv[1:]))
