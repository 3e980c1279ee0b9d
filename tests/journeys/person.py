"""A person at the window: eyes that see what is shown, hands on the mouse and the keyboard."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QTableView,
    QWidget,
)

from ashore.ui.pages.stage_row import StageRowWidget
from ashore.ui.shell.window import MainWindow
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.marks import MarkWidget

PATIENCE_S = 20.0
POLL_S = 0.02
TURN_S = 1.0
"""How long a person has waited when the turn of the wallet's next look has come."""
_MOST_TABS = 60
_STILL = 2
"""So often in a row everything has to be where it was, to stand still."""
_BREAK = "\u200b"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a voyage as it is shown."""

    mark: str
    said_by: str
    sentence: str
    objection: str = ""
    expectation: str = ""


class Person:
    """Sees only what is visible, touches only what can be reached."""

    def __init__(self, window: MainWindow, album: str, quiet: Callable[[], bool], pictures: int = 0) -> None:
        self.window = window
        self._quiet = quiet
        self._album = album
        self.pictures = pictures
        self.time_passes: Callable[[], None] = lambda: None
        """Brings the wallet's next look forward, which would come in some seconds by itself."""

    # Eyes

    def reads(self, root: QWidget | None = None) -> str:
        """Everything that is written in the window, or in a part of it, from top to bottom of the tree."""
        found = [_words(child) for child in (root or self.window).findChildren(QWidget) if child.isVisible()]
        return "\n".join(text for text in found if text).replace(_BREAK, "")

    def sees(self, *texts: str) -> bool:
        """Whether all of this is written in the window."""
        written = self.reads()
        return all(text in written for text in texts)

    def misses(self, *texts: str) -> list[str]:
        """What of this is not written in the window."""
        written = self.reads()
        return [text for text in texts if text not in written]

    @property
    def heading(self) -> str:
        """The title of the page in view."""
        return self.window.stack.currentWidget().accessibleName()

    @property
    def focus(self) -> str:
        """What has the keyboard's focus, as a screen reader names it."""
        widget = QApplication.focusWidget()
        return "" if widget is None else spoken(widget)

    def find(self, name: str, kind: type[QWidget] = QWidget) -> QWidget:
        """The one visible thing that a screen reader calls `name`."""
        found = [
            child
            for child in self.window.findChildren(QWidget)
            if isinstance(child, kind) and child.isVisible() and spoken(child) == name and _is_control(child)
        ]
        assert found, f"there is nothing called {name!r} to use; there are {sorted(self.names())}"
        assert len(found) == 1, f"{len(found)} things are called {name!r}"
        return found[0]

    def names(self) -> set[str]:
        """What all visible controls are called."""
        return {spoken(w) for w in self.window.findChildren(QWidget) if w.isVisible() and _is_control(w)}

    def field_says(self, caption: str) -> str:
        """The sentence beside a field, as it is read out with the field."""
        return self.find(caption).accessibleDescription().replace(_BREAK, "")

    def stages(self) -> dict[str, Stage]:
        """The stages of the voyage in view, by their titles."""
        return {
            row.title.text().replace(_BREAK, ""): Stage(
                _spoken_mark(row.rail.mark),
                *(_shown(label) for label in (row.said_by, row.sentence, row.objection, row.expectation)),
            )
            for row in self.window.findChildren(StageRowWidget)
            if row.isVisible()
        }

    def marks(self) -> str:
        """The marks of the voyage in view, by the names that a screen reader gives them."""
        return " ".join(stage.mark for stage in self.stages().values())

    def activity(self) -> list[list[str]]:
        """The rows of the list of withdrawals: every cell's text, the mark's words first."""
        table = self.find("Withdrawals", QTableView)
        assert isinstance(table, QTableView)
        model = table.model()
        shown = [c for c in range(model.columnCount()) if not table.isColumnHidden(c)]
        return [
            [str(model.index(row, column).data() or "") for column in shown]
            + [str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) or "")]
            for row in range(model.rowCount())
        ]

    async def until(self, so: Callable[[], object], what: str) -> None:
        """Wait until something is so; say what was seen instead if it does not come."""
        for late in self._waiting():
            if so():
                return
            if late:
                raise AssertionError(f"{what} does not come; focus: {self.focus!r}; seen:\n{self.reads()}")
            await asyncio.sleep(POLL_S)

    async def until_sees(self, *texts: str) -> None:
        """Wait until all of this is written in the window."""
        for late in self._waiting():
            missing = self.misses(*texts)
            if not missing:
                return
            if late:
                raise AssertionError(f"{missing} is not shown; the window shows:\n{self.reads()}")
            await asyncio.sleep(POLL_S)

    def _waiting(self) -> Iterator[bool]:
        """Whether patience is at its end, again and again; meanwhile what comes in time by itself comes sooner."""
        began = time.monotonic()
        passes = began + TURN_S
        while True:
            now = time.monotonic()
            if now > passes:
                passes = now + TURN_S
                self.time_passes()
            yield now > began + PATIENCE_S

    async def until_marks(self, marks: str) -> None:
        """Wait until the voyage in view has these marks."""
        await self.until(lambda: self.marks() == marks, f"{marks!r}")

    async def settle(self) -> None:
        """Wait until the window has done all that it does by itself after an action."""
        await self.until(self._quiet, "quiet")
        for _ in range(3):  # a height that follows a width is laid out in a second round
            QApplication.sendPostedEvents()

    def photograph(self, name: str) -> None:
        """Keep a picture of the window where the environment asks for pictures."""
        self.photograph_of(self.window, name)

    def photograph_of(self, widget: QWidget, name: str) -> None:
        """Keep a picture of a dialog, or of another part."""
        folder = os.environ.get("ASHORE_SHOTS")
        if folder:
            self.pictures += 1
            Path(folder).mkdir(parents=True, exist_ok=True)
            widget.grab().save(str(Path(folder) / f"{self._album}-{self.pictures:02}-{name}.png"))

    # Hands

    def click(self, name: str, kind: type[QWidget] = QWidget) -> None:
        """Click on the thing of that name."""
        self.click_on(self.find(name, kind))

    def click_on(self, widget: QWidget, spot: QPoint | None = None) -> None:
        """Press the left button over a widget, wherever on the screen it is; nothing may cover it."""
        QApplication.sendPostedEvents()  # what has just changed is laid out before anybody can aim at it
        assert widget.isEnabled(), f"{spoken(widget)} cannot be used now"
        bring_into_view(widget)
        top = widget.window()
        at = widget.mapTo(top, spot if spot is not None else widget.rect().center())
        hit = top.childAt(at)
        covered = hit is not None and hit is not widget and not widget.isAncestorOf(hit)
        assert not covered, f"{hit} covers {spoken(widget)}"
        handle = top.windowHandle()
        assert handle is not None
        QTest.mouseMove(handle, at)
        QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)

    async def choose(self, name: str, option: str) -> None:
        """Open a list by mouse and click on the option that begins so."""
        combo = self.find(name, QComboBox)
        assert isinstance(combo, QComboBox)
        self.click_on(combo)
        await self.until(lambda: combo.view().isVisible(), f"the list of {name}")
        place = next(i for i in range(combo.count()) if combo.itemText(i).startswith(option))
        view = combo.view()
        view.scrollTo(combo.model().index(place, 0))
        self.click_on(view.viewport(), view.visualRect(combo.model().index(place, 0)).center())
        await self.until(lambda: not view.isVisible(), f"the end of the list of {name}")
        assert combo.currentText().startswith(option), f"{name} shows {combo.currentText()!r}"

    def click_section(self, title: str) -> None:
        """Click on a section of the side bar; its name also tells how much is open in it."""
        self.click(next(name for name in self.names() if name == title or name.startswith(f"{title}, ")))

    def click_row(self, row: int) -> None:
        """Click on a row of the list of withdrawals."""
        table = self.find("Withdrawals", QTableView)
        assert isinstance(table, QTableView)
        self.click_on(table.viewport(), table.visualRect(table.model().index(row, 0)).center())

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key, in whatever has the focus."""
        top = QApplication.activePopupWidget() or QApplication.activeWindow() or self.window
        handle = top.windowHandle()
        assert handle is not None
        QTest.keyClick(handle, key, modifier)

    def type(self, text: str) -> None:
        """Type, in whatever has the focus."""
        handle = (QApplication.activeWindow() or self.window).windowHandle()
        assert handle is not None
        for character in text:
            QTest.keyClick(handle, character)

    def paste(self, text: str) -> None:
        """Paste, into whatever has the focus."""
        QGuiApplication.clipboard().setText(text)
        self.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    def clear(self) -> None:
        """Empty the field that has the focus."""
        self.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.press(Qt.Key.Key_Delete)

    def write(self, name: str, text: str) -> None:
        """Click into a field and replace what stands there; what no key types is pasted."""
        self.click(name, QLineEdit)
        self.clear()
        if text.isascii():
            self.type(text)
        else:
            self.paste(text)

    def tab_to(self, name: str) -> None:
        """Press Tab until the thing of that name has the focus."""
        on_the_way = []
        for _ in range(_MOST_TABS):
            if self.focus == name:
                return
            self.press(Qt.Key.Key_Tab)
            on_the_way.append(self.focus)
        raise AssertionError(f"Tab does not lead to {name!r}, but to {on_the_way}")


def spoken(widget: QWidget) -> str:
    """What a screen reader calls it."""
    if isinstance(widget, QComboBox):
        return widget.accessibleName()  # Qt on Linux gives the chosen option as the name, and the label as a relation
    interface = QAccessible.queryAccessibleInterface(widget)
    return "" if interface is None else interface.text(QAccessible.Text.Name).replace(_BREAK, "")


def bring_into_view(widget: QWidget) -> None:
    """Scroll as far as is needed, as a person would with the wheel."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget, 0, 8)
        parent = parent.parentWidget()


def _is_control(widget: QWidget) -> bool:
    kinds = (QAbstractButton, QLineEdit, QComboBox, QTableView, QPlainTextEdit)
    return isinstance(widget, kinds) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus


def _words(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    if isinstance(widget, QLineEdit):
        return widget.displayText()
    if isinstance(widget, HexText):
        return widget.text
    if isinstance(widget, QComboBox):
        return widget.currentText()
    return widget.toPlainText() if isinstance(widget, QPlainTextEdit) else ""


def _shown(label: QLabel) -> str:
    return label.text().replace(_BREAK, "") if label.isVisible() else ""


def _spoken_mark(mark: MarkWidget) -> str:
    return mark.accessibleName().partition(":")[0].lower().replace(" ", "-")
