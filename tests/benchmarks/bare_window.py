"""The least that a window of Qt can be: what Ashore's first paint is compared with. Prints when it was painted."""

from __future__ import annotations

import os
import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow


class BareWindow(QMainWindow):
    """A label in a window."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once everything of this first paint is through."""
        super().paintEvent(event)
        QTimer.singleShot(0, painted)


def painted() -> None:
    """Tell, and end at once."""
    print(time.monotonic(), flush=True)
    os._exit(0)


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    window = BareWindow()
    window.setCentralWidget(QLabel("Ashore"))
    window.resize(1120, 760)
    window.show()
    sys.exit(application.exec())
