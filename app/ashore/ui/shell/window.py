"""The window's frame: stripe, side bar, the page in view, and banners. It knows no page by name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from ashore.ui.pages.starting import StartingPage
from ashore.ui.shell.below import Below
from ashore.ui.shell.sidebar import SECTIONS, SideBar
from ashore.ui.shell.state import WindowState
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.dialogs import PASSING

_USUAL_SIZE = (1120, 760)
_LEAST_SIZE = (760, 520)


class MainWindow(QMainWindow):
    """Painted before anything of the wallet is imported."""

    back_asked = Signal()
    painted = Signal()

    def __init__(self, theme: Theme, icons: Icons, state: WindowState) -> None:
        super().__init__()
        self._state = state
        self._before_close: list[Callable[[], None]] = []
        self._hold_back: list[Callable[[], bool]] = []
        self.setWindowTitle("Ashore")
        self.stripe = QFrame()
        self.stripe.setObjectName("stripe")
        self.stripe.setFixedHeight(3)
        self.side = SideBar(theme, icons)
        self.starting = StartingPage()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.starting)
        self.below = Below()
        canvas = QWidget()
        canvas.setObjectName("canvas")
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.stack, 1)
        right.addWidget(self.below)  # below: what comes up by itself moves nothing that somebody points at
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.side)
        middle.addLayout(right, 1)
        whole = QVBoxLayout(canvas)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.stripe)
        whole.addLayout(middle, 1)
        self.setCentralWidget(canvas)
        self._add_shortcuts()
        self._restore_geometry()

    def _add_shortcuts(self) -> None:
        for place, (key, _title, _icon) in enumerate(SECTIONS, 1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{place}"), self)
            shortcut.activated.connect(lambda key=key: self._choose(key))
        back = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        back.activated.connect(self.back_asked)
        end = QShortcut(QKeySequence("Ctrl+Q"), self)
        end.activated.connect(self.close)

    def _choose(self, key: str) -> None:
        if self.side.buttons[key].isEnabled():
            self.side.chosen.emit(key)

    def _restore_geometry(self) -> None:
        self.setMinimumSize(*_LEAST_SIZE)
        self.resize(*_USUAL_SIZE)
        geometry = self._state.geometry()
        if geometry:
            self.restoreGeometry(QByteArray(geometry))

    def show_network(self, badge: str, explanation: str, *, mainnet: bool = False) -> None:
        """Show on which network this window works."""
        self.side.show_network(badge, explanation)
        self.stripe.setVisible(not mainnet)
        self.setWindowTitle("Ashore" if mainnet else f"Ashore · {badge}")

    def show_page(self, page: QWidget) -> None:
        """Bring a page into view. Dialogs that belong to the one before go with it."""
        self.take_in(page)
        if page is not self.stack.currentWidget():
            for dialog in self.findChildren(QDialog, PASSING):
                dialog.reject()
        self.stack.setCurrentWidget(page)

    def take_in(self, page: QWidget) -> None:
        """Own a page before it is shown: what nobody owns could be collected while Qt still styles it."""
        if self.stack.indexOf(page) < 0:
            self.stack.addWidget(page)

    def hold_back(self, question: Callable[[], bool]) -> None:
        """Ask `question` when the window is to close, and keep it open where the answer is yes."""
        self._hold_back.append(question)

    def before_close(self, work: Callable[[], None]) -> None:
        """Do `work` when the window closes."""
        self._before_close.append(work)

    def closeEvent(self, event: QCloseEvent) -> None:
        application = QGuiApplication.instance()
        ends = isinstance(application, QGuiApplication) and application.isSavingSession()
        if not ends and any([question() for question in self._hold_back]):
            event.ignore()
            return
        self._state.remember_geometry(bytes(self.saveGeometry().data()))
        for work in self._before_close:
            work()
        super().closeEvent(event)
